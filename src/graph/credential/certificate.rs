//! A certificate with its key, and the assertions that it signs: "Microsoft identity platform application authentication
//! certificate credentials".

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::SecretString;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::digest::Digest;

/// How long an assertion may be used: the most that Microsoft's page recommends.
const ASSERTION_LIFETIME: Duration = Duration::minutes(10);

/// Why a certificate cannot be used to get in.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The file cannot be read.
    #[error("the certificate file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no certificate in it.
    #[error("{} holds no certificate: it must be PEM, with the certificate and its private key in one file", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// There is no private key in it.
    #[error(
        "{} holds a certificate and no private key: put both into one PEM file (cat certificate.pem key.pem > both.pem)",
        path.display()
    )]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The key is behind a password.
    #[error(
        "the private key in {} is behind a password; take it out of it with: openssl pkey -in {} -out key.pem",
        path.display(), path.display()
    )]
    Encrypted {
        /// The file.
        path: PathBuf,
    },
    /// A PFX file.
    #[error(
        "{} is a PFX file (PKCS #12); turn it into PEM with: openssl pkcs12 -in {} -nodes -out certificate.pem, and keep \
         that file to yourself (chmod 600)",
        path.display(), path.display()
    )]
    Pfx {
        /// The file.
        path: PathBuf,
    },
    /// Not an RSA key that can sign.
    #[error(
        "the private key in {} cannot sign for Entra ID: it must be an RSA key of 2048 bits or more ({reason})",
        path.display()
    )]
    NotRsa {
        /// The file.
        path: PathBuf,
        /// What the cryptographic library says.
        reason: String,
    },
    /// The key is another certificate's.
    #[error("the private key in {} does not belong to a certificate in it", path.display())]
    KeyOfAnother {
        /// The file.
        path: PathBuf,
    },
}

/// A certificate and the RSA key that belongs to it.
pub struct SigningCertificate {
    key: RsaKeyPair,
    /// `x5t#S256`: the SHA-256 of the certificate.
    thumbprint: Digest,
}

impl SigningCertificate {
    /// Reads both from one PEM file: the key as PKCS #8 or PKCS #1, and the certificate, alone or with its issuers.
    ///
    /// # Errors
    ///
    /// The file cannot be read, something is missing in it, or the key is not RSA or another certificate's.
    pub fn read(path: &Path) -> Result<Self, CertificateError> {
        let content = fs::read(path).map(Zeroizing::new);
        let content = content.map_err(|source| CertificateError::Unreadable { path: path.to_owned(), source })?;
        Self::of_pem(&content, path)
    }

    fn of_pem(content: &[u8], path: &Path) -> Result<Self, CertificateError> {
        let path = || path.to_owned();
        // PFX is a DER sequence, and its name is often the only thing that people know about it.
        if content.starts_with(&[0x30, 0x82]) || content.starts_with(&[0x30, 0x80]) {
            return Err(CertificateError::Pfx { path: path() });
        }
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(content).filter_map(Result::ok).collect();
        if certificates.is_empty() {
            return Err(CertificateError::NoCertificate { path: path() });
        }
        if contains(content, b"-----BEGIN ENCRYPTED PRIVATE KEY-----") || contains(content, b"Proc-Type: 4,ENCRYPTED") {
            return Err(CertificateError::Encrypted { path: path() });
        }
        let key = PrivateKeyDer::from_pem_slice(content).map_err(|_| CertificateError::NoKey { path: path() })?;
        let rejected =
            |reason: &dyn fmt::Display| CertificateError::NotRsa { path: path(), reason: reason.to_string() };
        let key = match &key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(rejected(&"it is of another kind")),
        };
        let key = key.map_err(|error| rejected(&error))?;
        // The public key stands in its certificate byte for byte, and in no other.
        let own = certificates.iter().find(|certificate| contains(certificate, key.public_key().as_ref()));
        let own = own.ok_or_else(|| CertificateError::KeyOfAnother { path: path() })?;
        Ok(Self { thumbprint: Digest::of(own), key })
    }

    /// The SHA-256 of the certificate, as the portal and `x5t#S256` name it.
    #[must_use]
    pub fn thumbprint(&self) -> Digest {
        self.thumbprint
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
            "alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(self.thumbprint.bytes()),
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
        write!(f, "SigningCertificate({})", self.thumbprint)
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
