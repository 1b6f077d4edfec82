//! Client assertions: "Microsoft identity platform application authentication certificate credentials" and "Workload
//! identity federation".

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use serde_json::Value;
use webpki::EndEntityCert;
use webpki::aws_lc_rs::{RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256_LEGACY_KEY};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::time::Validity;

use super::sign_in::Federated;

/// Clocks may differ by this much, in seconds.
const SKEW: i64 = 300;

/// Why an assertion is not taken: the code, and Entra's words for it.
pub(crate) type AssertionFault = (u32, String);

/// What an assertion is checked against.
pub(crate) struct AssertionCheck<'a> {
    /// The certificates of the app, each as DER.
    pub(crate) certificates: &'a [Vec<u8>],
    /// The federated credential of the app, if it has one.
    pub(crate) federated: Option<&'a Federated>,
    pub(crate) client_id: &'a str,
    /// The addresses that an assertion of the app's own may be meant for.
    pub(crate) audiences: &'a [String],
    /// Seconds since 1970.
    pub(crate) now: i64,
    /// Says whether another issuer really gave this token out.
    pub(crate) is_issued: &'a dyn Fn(&str) -> bool,
}

struct Jwt<'a> {
    header: Value,
    claims: Value,
    signed: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let part = |text: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
        let (header, claims) = (part(header)?, part(claims)?);
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        (header.is_object() && claims.is_object()).then_some(Self { header, claims, signed, signature })
    }

    fn claim(&self, name: &str) -> &str {
        self.claims[name].as_str().unwrap_or_default()
    }
}

impl AssertionCheck<'_> {
    /// Takes the assertion or says why not.
    pub(crate) fn take(&self, assertion: &str) -> Result<(), AssertionFault> {
        let Some(jwt) = Jwt::parse(assertion) else {
            return Err((50_027, "JWT token is invalid or malformed.".to_owned()));
        };
        if jwt.claim("iss").eq_ignore_ascii_case(self.client_id) {
            self.take_own(&jwt)?;
        } else {
            self.take_federated(&jwt, assertion)?;
        }
        self.in_time(&jwt)
    }

    fn take_own(&self, jwt: &Jwt<'_>) -> Result<(), AssertionFault> {
        if jwt.claim("sub") != jwt.claim("iss") {
            let text = "Client assertion application identifier doesn't match 'client_id' parameter.";
            return Err((700_021, text.to_owned()));
        }
        let rejected = |why: &str| (700_027, format!("Client assertion failed signature validation. [Reason - {why}]"));
        if jwt.header["typ"] != "JWT" {
            return Err((50_027, "JWT token is invalid or malformed.".to_owned()));
        }
        let algorithm: &dyn SignatureVerificationAlgorithm = match jwt.header["alg"].as_str() {
            Some("PS256") => RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
            Some("RS256") => RSA_PKCS1_2048_8192_SHA256,
            _ => return Err(rejected("The algorithm is not supported.")),
        };
        let Some(certificate) = self.named_by(&jwt.header) else {
            return Err(rejected("The key was not found. Please check the certificate of the application."));
        };
        if !self.in_force(&certificate) {
            return Err(rejected("The key used is expired."));
        }
        let verified = EndEntityCert::try_from(&certificate)
            .and_then(|certificate| certificate.verify_signature(algorithm, jwt.signed.as_bytes(), &jwt.signature));
        verified.map_err(|_| rejected("The provided signature value did not match the expected signature value."))?;
        if !self.audiences.iter().any(|audience| audience == jwt.claim("aud")) {
            let text = "Client assertion audience claim does not match Realm issuer.";
            return Err((700_023, text.to_owned()));
        }
        if jwt.claim("jti").is_empty() {
            return Err((50_027, "JWT token is invalid or malformed: it has no 'jti'.".to_owned()));
        }
        Ok(())
    }

    fn in_force(&self, der: &CertificateDer<'_>) -> bool {
        let Ok(certificate) = Certificate::from_der(der) else { return false };
        let Ok(now) = u64::try_from(self.now) else { return false };
        let Validity { not_before, not_after } = certificate.tbs_certificate.validity;
        (not_before.to_unix_duration().as_secs()..=not_after.to_unix_duration().as_secs()).contains(&now)
    }

    /// The certificate that the header names: by SHA-256, or in the older form by SHA-1.
    fn named_by(&self, header: &Value) -> Option<CertificateDer<'_>> {
        let (name, hash) = match (header["x5t#S256"].as_str(), header["x5t"].as_str()) {
            (Some(name), _) => (name, &SHA256),
            (None, Some(name)) if header["alg"] == "RS256" => (name, &SHA1_FOR_LEGACY_USE_ONLY),
            _ => return None,
        };
        let named = URL_SAFE_NO_PAD.decode(name).ok()?;
        let found = self.certificates.iter().find(|der| digest(hash, der).as_ref() == named);
        found.map(|der| CertificateDer::from(der.as_slice()))
    }

    fn take_federated(&self, jwt: &Jwt<'_>, assertion: &str) -> Result<(), AssertionFault> {
        let Some(trusted) = self.federated else {
            let text = "No matching federated identity record found for presented assertion.";
            return Err((70_021, text.to_owned()));
        };
        for (code, name, expected) in
            [(700_211, "iss", &trusted.issuer), (700_213, "sub", &trusted.subject), (700_212, "aud", &trusted.audience)]
        {
            // No trimming, no folding: "exactly" is what the page says.
            if jwt.claim(name) != expected {
                let text = format!(
                    "No matching federated identity record found for presented assertion '{name}' '{}'.",
                    jwt.claim(name)
                );
                return Err((code, text));
            }
        }
        if (self.is_issued)(assertion) {
            Ok(())
        } else {
            Err((700_027, "Client assertion failed signature validation. [Reason - The key was not found.]".to_owned()))
        }
    }

    fn in_time(&self, jwt: &Jwt<'_>) -> Result<(), AssertionFault> {
        let moment = |name: &str| jwt.claims[name].as_i64();
        let begun = moment("nbf").is_none_or(|nbf| nbf <= self.now + SKEW);
        let not_ended = moment("exp").is_some_and(|exp| exp > self.now - SKEW);
        if begun && not_ended {
            Ok(())
        } else {
            Err((700_024, "Client assertion is not within its valid time range.".to_owned()))
        }
    }
}
