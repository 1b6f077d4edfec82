//! One recipient: a key of age or SSH, or a certificate.

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::age_key::AgeKey;
use super::certificate::Certificate;

/// A certificate as text, in a plan: the whole certificate, so that the run needs no file. The prefix says the padding of RSA.
pub(super) const CERTIFICATE: &str = "x509:";
pub(super) const CERTIFICATE_OAEP: &str = "x509-oaep:";

/// A public key of one of the kinds that something is sealed to.
#[derive(Clone)]
pub(super) enum Recipient {
    Age(AgeKey),
    Certificate(Arc<Certificate>, RsaPadding),
}

/// How the key of an envelope is padded before RSA encrypts it. Other keys ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum RsaPadding {
    /// PKCS#1 v1.5, which every program opens.
    Pkcs1,
    /// OAEP with SHA-256.
    Oaep,
}

impl Recipient {
    /// The text from which [`super::reading::recognise`] makes it again.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Age(key) => key.text(),
            Self::Certificate(certificate, padding) => {
                let prefix = match padding {
                    RsaPadding::Pkcs1 => CERTIFICATE,
                    RsaPadding::Oaep => CERTIFICATE_OAEP,
                };
                format!("{prefix}{}", STANDARD.encode(certificate.der()))
            }
        }
    }
}

impl PartialEq for Recipient {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Age(one), Self::Age(other)) => one == other,
            (Self::Certificate(one, _), Self::Certificate(other, _)) => one.der() == other.der(),
            _ => false,
        }
    }
}

impl Eq for Recipient {}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Age(key) => key.fmt(f),
            Self::Certificate(certificate, RsaPadding::Pkcs1) => certificate.fmt(f),
            Self::Certificate(certificate, RsaPadding::Oaep) => write!(f, "{certificate} (OAEP)"),
        }
    }
}
