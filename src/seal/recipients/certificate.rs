//! An X.509 certificate as a recipient: what it must be for, and the key in it.

use std::fmt;

use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521};
use aws_lc_rs::rsa::{OaepPublicEncryptingKey, Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use der::asn1::{ObjectIdentifier, UintRef};
use der::{Decode, Encode, Reader};
use time::OffsetDateTime;
use x509_cert::Certificate as X509;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage};

use crate::digest::Digest;
use crate::words::harmless;

use super::super::asn1::{self, oid, tag};

/// Shorter keys can be broken today.
const MIN_RSA_BITS: usize = 2048;

/// The cryptographic library does not support longer ones.
const MAX_RSA_BITS: usize = 8192;

/// The extended key usages that allow encryption to the holder of the certificate.
const FOR_ENCRYPTION: [ObjectIdentifier; 4] = [
    DOCUMENT_ENCRYPTION,
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.4"), // e-mail protection (S/MIME)
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.4"), // encrypting file system
    ObjectIdentifier::new_unwrap("2.5.29.37.0"),       // any
];

/// `Protect-CmsMessage` and `Unprotect-CmsMessage` demand this one.
const DOCUMENT_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.80.1");

/// A certificate that passed every check.
pub(in super::super) struct Certificate {
    der: Box<[u8]>,
    subject: String,
    expires: OffsetDateTime,
    /// Issuer and serial number, as CMS names a recipient.
    issuer_and_serial: Vec<u8>,
    key: CertificateKey,
    for_documents: bool,
}

/// The public key in a certificate.
pub(in super::super) enum CertificateKey {
    Rsa { pkcs1: Pkcs1PublicEncryptingKey, oaep: OaepPublicEncryptingKey },
    Ec { curve: &'static agreement::Algorithm, point: Vec<u8> },
}

/// What a person who seals to a certificate should know about opening.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CertificateNote {
    subject: String,
    lack: CertificateLack,
}

/// What PowerShell asks of a certificate, and one lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CertificateLack {
    RsaKey,
    DocumentEncryption,
}

impl fmt::Display for CertificateNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lack = match self.lack {
            CertificateLack::RsaKey => "its key is EC, which PowerShell opens on Windows only, if at all",
            CertificateLack::DocumentEncryption => {
                "it is not marked for document encryption (1.3.6.1.4.1.311.80.1), which Microsoft asks of certificates \
                 for PowerShell's CMS commands"
            }
        };
        write!(f, "{}: {lack}; `sealoff unseal` and `openssl cms -decrypt` open what is sealed to it", self.subject)
    }
}

/// Why nothing is sealed to a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum CertificateProblem {
    #[error("it is damaged, or no X.509 certificate")]
    Unreadable,
    #[error("it expired on {0}")]
    Expired(time::Date),
    #[error("it is not valid before {0}")]
    NotYetValid(time::Date),
    /// It is for signing, or for agreeing on keys.
    #[error("its key usage does not allow encryption (it lacks {0})")]
    KeyUsage(MissingKeyUsage),
    #[error("it is meant for {0} only")]
    Purpose(String),
    #[error("its RSA key has {0} bits, which is too weak; at least {MIN_RSA_BITS} are required")]
    WeakKey(usize),
    #[error("its RSA key has {0} bits; at most {MAX_RSA_BITS} are supported")]
    LongKey(usize),
    /// Nothing that runs everywhere opens it in Windows PowerShell.
    #[error(
        "the script for Active Directory opens it with Unprotect-CmsMessage, which takes an RSA key only, and this one is EC"
    )]
    NotRsa,
    #[error(
        "the script for Active Directory opens it with Unprotect-CmsMessage, which takes a certificate for document encryption \
         (1.3.6.1.4.1.311.80.1) only, and this one is not marked for it"
    )]
    NotForDocuments,
    #[error("nothing can be sealed to its kind of key ({0}); supported are RSA, and EC on P-256, P-384 or P-521")]
    KeyKind(String),
}

/// The key usage that a certificate lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MissingKeyUsage {
    /// For an RSA key.
    #[error("key encipherment")]
    KeyEncipherment,
    /// For an EC key.
    #[error("key agreement")]
    KeyAgreement,
}

impl Certificate {
    /// Reads a certificate and checks that credentials may be sealed to it at this moment.
    ///
    /// Its signature is not checked: the operator who names it trusts it, as any other recipient.
    pub(super) fn read(der: &[u8], now: OffsetDateTime) -> Result<Self, CertificateProblem> {
        let unreadable = |_| CertificateProblem::Unreadable;
        let certificate = X509::from_der(der).map_err(unreadable)?;
        let tbs = &certificate.tbs_certificate;
        let [begins, expires] = [tbs.validity.not_before, tbs.validity.not_after].map(|time| {
            OffsetDateTime::from_unix_timestamp(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
                .map_err(|_| CertificateProblem::Unreadable)
        });
        let (begins, expires) = (begins?, expires?);
        if now > expires {
            return Err(CertificateProblem::Expired(expires.date()));
        }
        if now < begins {
            return Err(CertificateProblem::NotYetValid(begins.date()));
        }
        let key = CertificateKey::of(&certificate)?;
        let usage: Option<KeyUsage> = tbs.get().map_err(unreadable)?.map(|(_, usage)| usage);
        if let Some(usage) = usage {
            match key {
                CertificateKey::Rsa { .. } if !usage.key_encipherment() && !usage.data_encipherment() => {
                    return Err(CertificateProblem::KeyUsage(MissingKeyUsage::KeyEncipherment));
                }
                CertificateKey::Ec { .. } if !usage.key_agreement() => {
                    return Err(CertificateProblem::KeyUsage(MissingKeyUsage::KeyAgreement));
                }
                _ => {}
            }
        }
        let purposes: Option<ExtendedKeyUsage> = tbs.get().map_err(unreadable)?.map(|(_, purposes)| purposes);
        let purposes = purposes.map_or_else(Vec::new, |purposes| purposes.0);
        if !purposes.is_empty() && !purposes.iter().any(|purpose| FOR_ENCRYPTION.contains(purpose)) {
            let names: Vec<_> = purposes.iter().map(purpose_name).collect();
            return Err(CertificateProblem::Purpose(names.join(", ")));
        }
        let subject = tbs.subject.to_string();
        Ok(Self {
            der: der.into(),
            subject: if subject.is_empty() { "no name".to_owned() } else { harmless(&subject).into_owned() },
            expires,
            issuer_and_serial: asn1::value(
                tag::SEQUENCE,
                &[
                    &tbs.issuer.to_der().map_err(unreadable)?,
                    &asn1::value(tag::INTEGER, &[tbs.serial_number.as_bytes()]),
                ],
            ),
            key,
            for_documents: purposes.contains(&DOCUMENT_ENCRYPTION),
        })
    }

    pub(super) const fn expires(&self) -> OffsetDateTime {
        self.expires
    }

    pub(super) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(in super::super) fn issuer_and_serial(&self) -> &[u8] {
        &self.issuer_and_serial
    }

    pub(in super::super) fn key(&self) -> &CertificateKey {
        &self.key
    }

    /// Whether `Unprotect-CmsMessage` opens what is sealed to it, in Windows PowerShell as well ("about_Cms").
    pub(super) const fn check_for_powershell(&self) -> Result<(), CertificateProblem> {
        match self.key {
            CertificateKey::Ec { .. } => Err(CertificateProblem::NotRsa),
            CertificateKey::Rsa { .. } if !self.for_documents => Err(CertificateProblem::NotForDocuments),
            CertificateKey::Rsa { .. } => Ok(()),
        }
    }

    /// What `Unprotect-CmsMessage` demands of a certificate and this one lacks.
    pub(super) fn note(&self) -> Option<CertificateNote> {
        let lack = match self.key {
            CertificateKey::Ec { .. } => CertificateLack::RsaKey,
            CertificateKey::Rsa { .. } if !self.for_documents => CertificateLack::DocumentEncryption,
            CertificateKey::Rsa { .. } => return None,
        };
        Some(CertificateNote { subject: self.subject.clone(), lack })
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, expires {}, SHA-256 {}", self.subject, self.expires.date(), Digest::of(&self.der))
    }
}

impl CertificateKey {
    fn of(certificate: &X509) -> Result<Self, CertificateProblem> {
        let unreadable = CertificateProblem::Unreadable;
        let info = &certificate.tbs_certificate.subject_public_key_info;
        let spki = info.to_der().map_err(|_| unreadable.clone())?;
        match info.algorithm.oid {
            oid::RSA => {
                let bits = rsa_bits(info.subject_public_key.raw_bytes()).ok_or_else(|| unreadable.clone())?;
                if bits < MIN_RSA_BITS {
                    return Err(CertificateProblem::WeakKey(bits));
                }
                if bits > MAX_RSA_BITS {
                    return Err(CertificateProblem::LongKey(bits));
                }
                let key = PublicEncryptingKey::from_der(&spki).map_err(|_| unreadable.clone())?;
                Ok(Self::Rsa {
                    pkcs1: Pkcs1PublicEncryptingKey::new(key.clone()).map_err(|_| unreadable.clone())?,
                    oaep: OaepPublicEncryptingKey::new(key).map_err(|_| unreadable)?,
                })
            }
            oid::EC => {
                let curve: Option<ObjectIdentifier> =
                    info.algorithm.parameters.as_ref().and_then(|parameters| parameters.decode_as().ok());
                let curve = match curve {
                    Some(oid::P256) => &ECDH_P256,
                    Some(oid::P384) => &ECDH_P384,
                    Some(oid::P521) => &ECDH_P521,
                    Some(other) => return Err(CertificateProblem::KeyKind(format!("EC on curve {other}"))),
                    None => return Err(CertificateProblem::KeyKind("EC on a curve without a name".into())),
                };
                let point = info.subject_public_key.raw_bytes().to_vec();
                agreement::ParsedPublicKey::try_from(agreement::UnparsedPublicKey::new(curve, &point))
                    .map_err(|_| unreadable)?;
                Ok(Self::Ec { curve, point })
            }
            oid::RSA_PSS => Err(CertificateProblem::KeyKind("RSASSA-PSS, which only signs".into())),
            other => Err(CertificateProblem::KeyKind(match other.to_string().as_str() {
                "1.3.101.112" => "Ed25519, which only signs".to_owned(),
                "1.3.101.110" => "X25519".to_owned(),
                other => other.to_owned(),
            })),
        }
    }
}

/// The length of the modulus of a PKCS#1 public key.
fn rsa_bits(key: &[u8]) -> Option<usize> {
    // Without the zero in front that keeps it from being negative.
    let modulus = asn1::sequence(key).and_then(|mut values| values.decode::<UintRef<'_>>()).ok()?;
    let modulus = modulus.as_bytes();
    Some(modulus.len() * 8 - modulus.first()?.leading_zeros() as usize)
}

fn purpose_name(purpose: &ObjectIdentifier) -> String {
    match purpose.to_string().as_str() {
        "1.3.6.1.5.5.7.3.1" => "server authentication".to_owned(),
        "1.3.6.1.5.5.7.3.2" => "client authentication".to_owned(),
        "1.3.6.1.5.5.7.3.3" => "code signing".to_owned(),
        "1.3.6.1.5.5.7.3.8" => "time stamping".to_owned(),
        "1.3.6.1.5.5.7.3.9" => "OCSP signing".to_owned(),
        "1.3.6.1.4.1.311.20.2.2" => "smart card logon".to_owned(),
        other => other.to_owned(),
    }
}
