//! PFX files (PKCS #12, RFC 7292): private keys and certificates, as Windows, Azure Key Vault and OpenSSL export them.
//!
//! This module does not know what a key is for. A password is right if it opens something; the MAC over the file would only say
//! the same, so it is not checked.

mod decrypt;
mod error;

use cms::encrypted_data::EncryptedData;
use der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use der::{Decode, Encode, Sequence};
use pkcs12::cert_type::CertBag;
use pkcs12::pfx::Version;
use pkcs12::{PKCS_12_CERT_BAG_OID, PKCS_12_KEY_BAG_OID, PKCS_12_PKCS8_KEY_BAG_OID, PKCS_12_X509_CERT_OID};
use secrecy::SecretString;
use x509_cert::attr::Attributes;
use zeroize::Zeroizing;

use crate::asn1::{ContentInfoRef, oid};

pub(crate) use decrypt::private_key;
pub(crate) use error::PfxError;

const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");

/// A private key as PKCS #8, and the id that its certificate has, too.
pub(crate) struct PfxPrivateKey {
    pub(crate) pkcs8: Zeroizing<Vec<u8>>,
    pub(crate) local_key_id: Option<Vec<u8>>,
}

/// A certificate, and the id that its private key has, too.
pub(crate) struct PfxCertificate {
    pub(crate) der: Vec<u8>,
    pub(crate) local_key_id: Option<Vec<u8>>,
}

/// The keys and certificates in a file.
#[derive(Default)]
pub(crate) struct PfxContents {
    pub(crate) keys: Vec<PfxPrivateKey>,
    pub(crate) certificates: Vec<PfxCertificate>,
}

/// A file that is split into its parts, none of which is decrypted yet.
pub(crate) struct Pfx<'a> {
    safes: Vec<PfxSafe<'a>>,
}

/// A part of the file.
enum PfxSafe<'a> {
    Open(Vec<SafeBag<'a>>),
    Encrypted(EncryptedData),
}

/// A whole file. This and [`SafeBag`] borrow, where `pkcs12` has types of the same names that own: a private key that no
/// password protects passes through them, and owned types would leave copies of it behind. The MAC is not read.
#[derive(Sequence)]
struct PfxFile<'a> {
    version: Version,
    auth_safe: ContentInfoRef<'a>,
    mac_data: Option<AnyRef<'a>>,
}

/// One thing in a safe.
#[derive(Sequence)]
struct SafeBag<'a> {
    bag_id: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    bag_value: AnyRef<'a>,
    bag_attributes: Option<Attributes>,
}

/// Whether this looks like DER or BER, as these files are, and not like text.
pub(crate) fn is_binary(content: &[u8]) -> bool {
    content.first() == Some(&0x30) && content.get(1).is_some_and(|length| *length >= 0x80)
}

impl<'a> Pfx<'a> {
    pub(crate) fn parse(file: &'a [u8]) -> Result<Self, PfxError> {
        safes(file).map(|safes| Self { safes }).map_err(|_| PfxError::Damaged)
    }

    /// Whether any part needs a password.
    pub(crate) fn is_locked(&self) -> bool {
        self.safes.iter().any(|safe| match safe {
            PfxSafe::Encrypted(_) => true,
            PfxSafe::Open(bags) => bags.iter().any(|bag| bag.bag_id == PKCS_12_PKCS8_KEY_BAG_OID),
        })
    }

    /// Whether there are private keys in the parts that are not encrypted as a whole. No known program puts them elsewhere.
    pub(crate) fn has_keys(&self) -> bool {
        let keys = [PKCS_12_KEY_BAG_OID, PKCS_12_PKCS8_KEY_BAG_OID];
        self.open_safes().flatten().any(|bag| keys.contains(&bag.bag_id))
    }

    /// Those private keys, without the certificates: certificates are often encrypted with a cipher (RC2) that is not supported
    /// and that keys never have.
    pub(crate) fn keys(&self, password: &SecretString) -> Result<Vec<PfxPrivateKey>, PfxError> {
        let mut contents = PfxContents::default();
        self.open_safes().try_for_each(|bags| contents.take_in(bags, password))?;
        Ok(contents.keys)
    }

    fn open_safes(&self) -> impl Iterator<Item = &Vec<SafeBag<'a>>> {
        self.safes.iter().filter_map(|safe| match safe {
            PfxSafe::Open(bags) => Some(bags),
            PfxSafe::Encrypted(_) => None,
        })
    }

    /// Everything in it.
    pub(crate) fn open(&self, password: &SecretString) -> Result<PfxContents, PfxError> {
        let mut contents = PfxContents::default();
        for safe in &self.safes {
            match safe {
                PfxSafe::Open(bags) => contents.take_in(bags, password)?,
                PfxSafe::Encrypted(data) => {
                    let content = decrypt::safe(data, password)?;
                    // One wrong password in 256 yields a valid padding.
                    let wrong = |_| PfxError::WrongPassword;
                    let bags = Vec::<SafeBag<'_>>::from_der(&content).map_err(wrong)?;
                    contents.take_in(&bags, password)?;
                }
            }
        }
        Ok(contents)
    }
}

impl PfxContents {
    fn take_in(&mut self, bags: &[SafeBag<'_>], password: &SecretString) -> Result<(), PfxError> {
        let damaged = |_| PfxError::Damaged;
        for bag in bags {
            let local_key_id = bag.local_key_id().map_err(damaged)?;
            match bag.bag_id {
                PKCS_12_KEY_BAG_OID => {
                    let pkcs8 = Zeroizing::new(bag.bag_value.to_der().map_err(damaged)?);
                    self.keys.push(PfxPrivateKey { pkcs8, local_key_id });
                }
                PKCS_12_PKCS8_KEY_BAG_OID => {
                    let encrypted = bag.bag_value.decode_as().map_err(damaged)?;
                    let pkcs8 = decrypt::key(&encrypted, password)?;
                    self.keys.push(PfxPrivateKey { pkcs8, local_key_id });
                }
                PKCS_12_CERT_BAG_OID => {
                    let certificate: CertBag = bag.bag_value.decode_as().map_err(damaged)?;
                    if certificate.cert_id == PKCS_12_X509_CERT_OID {
                        let der = certificate.cert_value.into_bytes();
                        self.certificates.push(PfxCertificate { der, local_key_id });
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn safes(file: &[u8]) -> der::Result<Vec<PfxSafe<'_>>> {
    let content: OctetStringRef<'_> = PfxFile::from_der(file)?.auth_safe.content.decode_as()?;
    let mut safes = Vec::new();
    for info in Vec::<ContentInfoRef<'_>>::from_der(content.as_bytes())? {
        match info.content_type {
            oid::DATA => {
                let bags: OctetStringRef<'_> = info.content.decode_as()?;
                safes.push(PfxSafe::Open(Vec::from_der(bags.as_bytes())?));
            }
            oid::ENCRYPTED_DATA => safes.push(PfxSafe::Encrypted(info.content.decode_as()?)),
            // Encrypted to a certificate: no program exports keys like that.
            _ => {}
        }
    }
    Ok(safes)
}

impl SafeBag<'_> {
    fn local_key_id(&self) -> der::Result<Option<Vec<u8>>> {
        let attribute = self.bag_attributes.iter().flat_map(Attributes::iter).find(|one| one.oid == LOCAL_KEY_ID);
        let Some(value) = attribute.and_then(|attribute| attribute.values.get(0)) else { return Ok(None) };
        value.decode_as::<OctetStringRef<'_>>().map(|id| Some(id.as_bytes().to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn no_file_makes_the_reader_panic(content in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let mut file = vec![0x30, 0x80 | 1, content.len() as u8];
            file.extend(content);
            if let Ok(pfx) = Pfx::parse(&file) {
                let _ = pfx.open(&SecretString::from(""));
            }
        }
    }

    #[test]
    fn what_is_no_pfx_file_is_damaged() {
        for file in [&b""[..], b"text", b"\x30\x80\x00\x00", b"\x30\x03\x02\x01\x03"] {
            assert!(matches!(Pfx::parse(file), Err(PfxError::Damaged)), "{file:?}");
        }
    }
}
