//! PFX files (PKCS #12, RFC 7292): private keys and certificates, as Windows, Azure Key Vault and OpenSSL export them.
//!
//! Nothing here knows what a key is for. Whether the password is right shows when something opens; the MAC over the file
//! would only say the same, and so it is not computed.

mod decrypt;
mod error;

use der::asn1::ObjectIdentifier;
use der::{Tag, TagNumber};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::asn1::{Values, context, oid};

pub(crate) use decrypt::private_key;
pub(crate) use error::PfxError;

const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const SHROUDED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERTIFICATE_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");

const EXPLICIT_0: Tag = context(TagNumber::N0, true);
const IMPLICIT_0: Tag = context(TagNumber::N0, false);

/// A private key as PKCS #8, and the mark that its certificate has too.
pub(crate) struct PfxPrivateKey {
    pub(crate) pkcs8: Zeroizing<Vec<u8>>,
    pub(crate) local_key_id: Option<Vec<u8>>,
}

/// A certificate, and the mark that its private key has too.
pub(crate) struct PfxCertificate {
    pub(crate) der: Vec<u8>,
    pub(crate) local_key_id: Option<Vec<u8>>,
}

/// Everything in a file that is of use.
#[derive(Default)]
pub(crate) struct PfxContents {
    pub(crate) keys: Vec<PfxPrivateKey>,
    pub(crate) certificates: Vec<PfxCertificate>,
}

/// A file whose parts are told apart, and none of them opened yet.
pub(crate) struct Pfx<'a> {
    safes: Vec<PfxSafe<'a>>,
}

/// A part of the file.
enum PfxSafe<'a> {
    Open(&'a [u8]),
    Encrypted { algorithm: &'a [u8], content: &'a [u8] },
}

/// Does this look like DER or BER, as these files are, and not like text?
pub(crate) fn is_binary(content: &[u8]) -> bool {
    content.first() == Some(&0x30) && content.get(1).is_some_and(|length| *length >= 0x80)
}

impl<'a> Pfx<'a> {
    /// # Errors
    ///
    /// [`PfxError::Damaged`].
    pub(crate) fn parse(file: &'a [u8]) -> Result<Self, PfxError> {
        safes(file).map(|safes| Self { safes }).map_err(|_| PfxError::Damaged)
    }

    /// Is anything in it behind a password?
    pub(crate) fn is_locked(&self) -> bool {
        self.safes.iter().any(|safe| match safe {
            PfxSafe::Encrypted { .. } => true,
            PfxSafe::Open(content) => has_bag(content, &[SHROUDED_KEY_BAG]),
        })
    }

    /// Are there private keys in the parts that are not encrypted as a whole? There they are, wherever they are.
    pub(crate) fn has_keys(&self) -> bool {
        self.open_safes().any(|content| has_bag(content, &[KEY_BAG, SHROUDED_KEY_BAG]))
    }

    /// Those private keys alone. Certificates often stand behind a cipher (RC2) that keys never do, and then the keys open
    /// all the same.
    ///
    /// # Errors
    ///
    /// [`PfxError`].
    pub(crate) fn keys(&self, password: &SecretString) -> Result<Vec<PfxPrivateKey>, PfxError> {
        let mut contents = PfxContents::default();
        self.open_safes().try_for_each(|content| contents.take_in(content, password))?;
        Ok(contents.keys)
    }

    fn open_safes(&self) -> impl Iterator<Item = &[u8]> {
        self.safes.iter().filter_map(|safe| match safe {
            PfxSafe::Open(content) => Some(*content),
            PfxSafe::Encrypted { .. } => None,
        })
    }

    /// Everything in it.
    ///
    /// # Errors
    ///
    /// [`PfxError`].
    pub(crate) fn open(&self, password: &SecretString) -> Result<PfxContents, PfxError> {
        let mut contents = PfxContents::default();
        for safe in &self.safes {
            match safe {
                PfxSafe::Open(content) => contents.take_in(content, password)?,
                PfxSafe::Encrypted { algorithm, content } => {
                    let content = decrypt::with_password(algorithm, content, password)?;
                    // One wrong password in 256 yields something with the right padding.
                    contents.take_in(&content, password).map_err(|error| match error {
                        PfxError::Damaged => PfxError::WrongPassword,
                        other => other,
                    })?;
                }
            }
        }
        Ok(contents)
    }
}

/// One thing in a safe.
struct Bag<'a> {
    kind: ObjectIdentifier,
    value: &'a [u8],
    local_key_id: Option<&'a [u8]>,
}

impl PfxContents {
    fn take_in(&mut self, content: &[u8], password: &SecretString) -> Result<(), PfxError> {
        for bag in bags(content).map_err(|_| PfxError::Damaged)? {
            let local_key_id = bag.local_key_id.map(<[u8]>::to_vec);
            match bag.kind {
                KEY_BAG => {
                    let pkcs8 = Zeroizing::new(bag.value.to_vec());
                    self.keys.push(PfxPrivateKey { pkcs8, local_key_id });
                }
                SHROUDED_KEY_BAG => {
                    let pkcs8 = decrypt::private_key(bag.value, password)?;
                    self.keys.push(PfxPrivateKey { pkcs8, local_key_id });
                }
                CERTIFICATE_BAG => {
                    let certificate = certificate(bag.value).map_err(|_| PfxError::Damaged)?;
                    let of = |der: &[u8]| PfxCertificate { der: der.to_vec(), local_key_id };
                    self.certificates.extend(certificate.map(of));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn safes(file: &[u8]) -> der::Result<Vec<PfxSafe<'_>>> {
    let mut pfx = Values::only(file, Tag::Sequence)?;
    pfx.content(Tag::Integer)?;
    let mut info = pfx.inside(Tag::Sequence)?;
    info.object_identifier()?;
    let content = info.inside(EXPLICIT_0)?.content(Tag::OctetString)?;
    let mut infos = Values::only(content, Tag::Sequence)?;
    let mut safes = Vec::new();
    while !infos.is_empty() {
        let mut info = infos.inside(Tag::Sequence)?;
        match info.object_identifier()? {
            oid::DATA => safes.push(PfxSafe::Open(info.inside(EXPLICIT_0)?.content(Tag::OctetString)?)),
            ENCRYPTED_DATA => {
                let mut encrypted = info.inside(EXPLICIT_0)?.inside(Tag::Sequence)?;
                encrypted.content(Tag::Integer)?;
                let mut about = encrypted.inside(Tag::Sequence)?;
                about.object_identifier()?;
                safes.push(PfxSafe::Encrypted { algorithm: about.whole()?, content: about.content(IMPLICIT_0)? });
            }
            // Encrypted to a certificate: nobody exports keys like that.
            _ => {}
        }
    }
    Ok(safes)
}

fn bags(content: &[u8]) -> der::Result<Vec<Bag<'_>>> {
    let mut values = Values::only(content, Tag::Sequence)?;
    let mut bags = Vec::new();
    while !values.is_empty() {
        let mut bag = values.inside(Tag::Sequence)?;
        let (kind, value) = (bag.object_identifier()?, bag.content(EXPLICIT_0)?);
        let local_key_id = if bag.is_empty() { None } else { local_key_id(bag.inside(Tag::Set)?)? };
        bags.push(Bag { kind, value, local_key_id });
    }
    Ok(bags)
}

fn has_bag(content: &[u8], kinds: &[ObjectIdentifier]) -> bool {
    bags(content).is_ok_and(|bags| bags.iter().any(|bag| kinds.contains(&bag.kind)))
}

fn local_key_id(mut attributes: Values<'_>) -> der::Result<Option<&[u8]>> {
    while !attributes.is_empty() {
        let mut attribute = attributes.inside(Tag::Sequence)?;
        if attribute.object_identifier()? == LOCAL_KEY_ID {
            return attribute.inside(Tag::Set)?.content(Tag::OctetString).map(Some);
        }
    }
    Ok(None)
}

/// The certificate in its bag; `None` where it is none of X.509.
fn certificate(value: &[u8]) -> der::Result<Option<&[u8]>> {
    let mut bag = Values::only(value, Tag::Sequence)?;
    if bag.object_identifier()? != X509_CERTIFICATE {
        return Ok(None);
    }
    bag.inside(EXPLICIT_0)?.content(Tag::OctetString).map(Some)
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
