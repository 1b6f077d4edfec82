//! PFX files (PKCS#12, RFC 7292), as Windows exports keys.
//!
//! Only the keys in them are read, never the certificates: those often stand behind a cipher (RC2) that nothing else needs.
//! Whether the password is right shows when a key opens; the MAC over the file would only say the same.

use cbc::cipher::{BlockDecryptMut, KeyIvInit, block_padding::Pkcs7};
use der::asn1::ObjectIdentifier;
use der::{Tag, TagNumber};
use pkcs12::kdf::{Pkcs12KeyType, derive_key_utf8};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::super::asn1::{Values, context, oid};
use super::{IdentityError, Key, Reading};

const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const SHROUDED_KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
/// What Windows calls `TripleDES-SHA1`.
const SHA1_AND_3DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");

const EXPLICIT_0: Tag = context(TagNumber::N0, true);

/// A key as it stands in the file.
enum Bag<'a> {
    Plain(&'a [u8]),
    Shrouded(&'a [u8]),
}

impl Reading<'_, '_> {
    pub(super) fn pfx(&mut self, file: &[u8]) -> Result<Vec<Key>, IdentityError> {
        let pfx = |what| IdentityError::Pfx { path: self.path.to_owned(), what };
        let bags = bags(file).map_err(|_| pfx("it is damaged, or in a form that is not DER"))?;
        if bags.is_empty() {
            return Err(pfx("it has no private key in the open part; the key was not exported, or is encrypted twice"));
        }
        let passphrase = self.passphrase()?;
        let mut keys = Vec::with_capacity(bags.len());
        for bag in bags {
            keys.push(match bag {
                Bag::Plain(key) => self.private_key(key)?,
                Bag::Shrouded(key) => {
                    let key = decrypt(key, &passphrase).map_err(|problem| match problem {
                        Shroud::Wrong => IdentityError::WrongPassphrase(self.path.to_owned()),
                        Shroud::Unknown => {
                            IdentityError::Pfx { path: self.path.to_owned(), what: "its cipher is not supported" }
                        }
                    })?;
                    self.unlocked(&key)?
                }
            });
        }
        Ok(keys)
    }
}

/// The keys in the parts of a file that are not encrypted as a whole.
fn bags(file: &[u8]) -> der::Result<Vec<Bag<'_>>> {
    let mut pfx = Values::only(file, Tag::Sequence)?;
    pfx.content(Tag::Integer)?;
    let mut info = pfx.inside(Tag::Sequence)?;
    info.object_identifier()?;
    let safes = info.inside(EXPLICIT_0)?.content(Tag::OctetString)?;
    let mut safes = Values::only(safes, Tag::Sequence)?;
    let mut found = Vec::new();
    while !safes.is_empty() {
        let mut info = safes.inside(Tag::Sequence)?;
        if info.object_identifier()? != oid::DATA {
            continue;
        }
        let contents = info.inside(EXPLICIT_0)?.content(Tag::OctetString)?;
        let mut contents = Values::only(contents, Tag::Sequence)?;
        while !contents.is_empty() {
            let mut bag = contents.inside(Tag::Sequence)?;
            let kind = bag.object_identifier()?;
            let value = bag.content(EXPLICIT_0)?;
            match kind {
                KEY_BAG => found.push(Bag::Plain(value)),
                SHROUDED_KEY_BAG => found.push(Bag::Shrouded(value)),
                _ => {}
            }
        }
    }
    Ok(found)
}

enum Shroud {
    Wrong,
    Unknown,
}

fn decrypt(key: &[u8], passphrase: &SecretString) -> Result<Zeroizing<Vec<u8>>, Shroud> {
    let passphrase = passphrase.expose_secret();
    let read = || -> der::Result<_> {
        let mut info = Values::only(key, Tag::Sequence)?;
        let (scheme, parameters) = info.algorithm()?;
        Ok((scheme, parameters, info.content(Tag::OctetString)?))
    };
    let (scheme, parameters, encrypted) = read().map_err(|_| Shroud::Unknown)?;
    match scheme {
        PBES2 => {
            let info = pkcs8::EncryptedPrivateKeyInfo::try_from(key).map_err(|_| Shroud::Unknown)?;
            let document = info.decrypt(passphrase).map_err(|_| Shroud::Wrong)?;
            Ok(Zeroizing::new(document.as_bytes().to_vec()))
        }
        SHA1_AND_3DES => {
            let read = || -> der::Result<_> {
                let mut parameters = Values::only(parameters, Tag::Sequence)?;
                let salt = parameters.content(Tag::OctetString)?;
                let rounds = parameters.content(Tag::Integer)?;
                Ok((salt, rounds))
            };
            let (salt, rounds) = read().map_err(|_| Shroud::Unknown)?;
            let rounds = rounds.iter().try_fold(0i32, |all, byte| all.checked_mul(256)?.checked_add(i32::from(*byte)));
            let rounds = rounds.filter(|rounds| *rounds > 0).ok_or(Shroud::Unknown)?;
            let derive = |id, length| {
                derive_key_utf8::<sha1::Sha1>(passphrase, salt, id, rounds, length)
                    .map(Zeroizing::new)
                    .map_err(|_| Shroud::Wrong)
            };
            let (key, iv) = (derive(Pkcs12KeyType::EncryptionKey, 24)?, derive(Pkcs12KeyType::Iv, 8)?);
            let cipher = cbc::Decryptor::<des::TdesEde3>::new_from_slices(&key, &iv).map_err(|_| Shroud::Unknown)?;
            let mut text = Zeroizing::new(encrypted.to_vec());
            let length = cipher.decrypt_padded_mut::<Pkcs7>(&mut text).map_err(|_| Shroud::Wrong)?.len();
            text.truncate(length);
            Ok(text)
        }
        _ => Err(Shroud::Unknown),
    }
}
