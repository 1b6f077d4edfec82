//! A certificate with its key, and the assertions that it signs: "Microsoft identity platform application authentication
//! certificate credentials".

use std::fmt;
use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PSS_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::certificate_file::{self, CertificateError, FilePassword};
use crate::digest::Digest;
use crate::graph::certificate::validity;

/// How long an assertion may be used: the most that Microsoft's page recommends.
const ASSERTION_LIFETIME: Duration = Duration::minutes(10);

/// A certificate and the RSA key that belongs to it.
pub struct SigningCertificate {
    key: RsaKeyPair,
    facts: CertificateFacts,
}

/// The public facts of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateFacts {
    /// `x5t#S256`: the SHA-256 of the certificate.
    pub thumbprint: Digest,
    /// From when and until when it is good, where that can be read.
    pub validity: Option<(OffsetDateTime, OffsetDateTime)>,
}

impl SigningCertificate {
    /// Reads both from one file that is not behind a password. See [`SigningCertificate::read_with`].
    ///
    /// # Errors
    ///
    /// [`CertificateError`].
    pub fn read(path: &Path) -> Result<Self, CertificateError> {
        Self::read_with(path, FilePassword::new(None, &mut |_| None))
    }

    /// Reads both from one file: PEM, with the key as PKCS #8 or PKCS #1 and the certificate alone or with its issuers; or
    /// PFX (PKCS #12).
    ///
    /// # Errors
    ///
    /// [`CertificateError`].
    pub fn read_with(path: &Path, mut password: FilePassword<'_>) -> Result<Self, CertificateError> {
        let (key, certificate) = certificate_file::read(path, &mut password)?;
        let facts = CertificateFacts { thumbprint: Digest::of(&certificate), validity: validity(&certificate) };
        Ok(Self { key, facts })
    }

    /// The public facts of the certificate.
    pub fn facts(&self) -> CertificateFacts {
        self.facts
    }

    /// The SHA-256 of the certificate, as the portal and `x5t#S256` name it.
    pub fn thumbprint(&self) -> Digest {
        self.facts.thumbprint
    }

    /// A fresh assertion that this app is `client_id`, for the token service at `audience` and for ten minutes.
    ///
    /// # Errors
    ///
    /// The operating system gives no random numbers.
    pub fn assertion(
        &self,
        client_id: &str,
        audience: &str,
        now: OffsetDateTime,
    ) -> Result<SecretString, aws_lc_rs::error::Unspecified> {
        let header = json!({
            "alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(self.facts.thumbprint.bytes()),
        });
        let claims = json!({
            "aud": audience, "iss": client_id, "sub": client_id, "jti": Uuid::new_v4(),
            "nbf": now.unix_timestamp(), "iat": now.unix_timestamp(),
            "exp": (now + ASSERTION_LIFETIME).unix_timestamp(),
        });
        let encoded = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encoded(&header), encoded(&claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)?;
        Ok(SecretString::from(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

impl fmt::Debug for SigningCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningCertificate({})", self.facts.thumbprint)
    }
}
