//! What stands behind a password: by PKCS #5 as files are written today, and by the older schemes of PKCS #12 as far as they
//! still are in use.

use cbc::cipher::{BlockDecryptMut, KeyIvInit, block_padding::Pkcs7};
use der::Tag;
use der::asn1::ObjectIdentifier;
use pkcs8::pkcs5::{self, EncryptionScheme};
use pkcs12::kdf::{Pkcs12KeyType, derive_key, derive_key_utf8};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::error::PfxError;
use crate::asn1::Values;

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");
/// What Windows calls `TripleDES-SHA1`.
const SHA1_AND_3DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3");

/// Schemes that are known by name and not opened.
const UNSUPPORTED: [(ObjectIdentifier, &str); 6] = [
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.1"), "RC4 with 128 bits"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.2"), "RC4 with 40 bits"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.4"), "DES with two keys"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.5"), "RC2 with 128 bits"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.6"), "RC2 with 40 bits"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.14"), "PBMAC1"),
];
const UNKNOWN: PfxError = PfxError::Cipher("a cipher that is not known here");

/// A private key behind a password (`EncryptedPrivateKeyInfo`), as PKCS #8.
///
/// # Errors
///
/// [`PfxError`].
pub(crate) fn private_key(key: &[u8], password: &SecretString) -> Result<Zeroizing<Vec<u8>>, PfxError> {
    let read = || -> der::Result<_> {
        let mut info = Values::only(key, Tag::Sequence)?;
        Ok((info.whole()?, info.content(Tag::OctetString)?))
    };
    let (algorithm, content) = read().map_err(|_| PfxError::Damaged)?;
    let key = with_password(algorithm, content, password)?;
    let is_pkcs8 = || -> der::Result<bool> {
        let mut values = Values::only(&key, Tag::Sequence)?;
        values.content(Tag::Integer)?;
        Ok(values.next_is(Tag::Sequence))
    };
    // One wrong password in 256 yields something with the right padding.
    if is_pkcs8() == Ok(true) { Ok(key) } else { Err(PfxError::WrongPassword) }
}

/// Opens `content`, which is encrypted as the whole value `algorithm` says.
///
/// # Errors
///
/// The password is wrong, or the cipher is none that is opened here.
pub(super) fn with_password(
    algorithm: &[u8],
    content: &[u8],
    password: &SecretString,
) -> Result<Zeroizing<Vec<u8>>, PfxError> {
    let mut values = Values::new(algorithm).map_err(|_| PfxError::Damaged)?;
    let (scheme, parameters) = values.algorithm().map_err(|_| PfxError::Damaged)?;
    match scheme {
        PBES2 => {
            let scheme = EncryptionScheme::try_from(algorithm).map_err(|_| UNKNOWN)?;
            let opened = scheme.decrypt(password.expose_secret(), content);
            opened.map(Zeroizing::new).map_err(|error| match error {
                // The library says "encryption" where the padding is wrong.
                pkcs5::Error::DecryptFailed | pkcs5::Error::EncryptFailed => PfxError::WrongPassword,
                _ => UNKNOWN,
            })
        }
        SHA1_AND_3DES => triple_des(parameters, content, password),
        other => {
            let named = UNSUPPORTED.into_iter().find(|(scheme, _)| *scheme == other);
            Err(named.map_or(UNKNOWN, |(_, name)| PfxError::Cipher(name)))
        }
    }
}

fn triple_des(parameters: &[u8], content: &[u8], password: &SecretString) -> Result<Zeroizing<Vec<u8>>, PfxError> {
    let read = || -> der::Result<_> {
        let mut parameters = Values::only(parameters, Tag::Sequence)?;
        Ok((parameters.content(Tag::OctetString)?, parameters.content(Tag::Integer)?))
    };
    let (salt, rounds) = read().map_err(|_| PfxError::Damaged)?;
    let rounds = rounds.iter().try_fold(0i32, |all, byte| all.checked_mul(256)?.checked_add(i32::from(*byte)));
    let rounds = rounds.filter(|rounds| *rounds > 0).ok_or(PfxError::Damaged)?;
    let password = password.expose_secret();
    let open = |derive: &dyn Fn(Pkcs12KeyType, usize) -> Option<Vec<u8>>| {
        let key = Zeroizing::new(derive(Pkcs12KeyType::EncryptionKey, 24)?);
        let iv = Zeroizing::new(derive(Pkcs12KeyType::Iv, 8)?);
        let cipher = cbc::Decryptor::<des::TdesEde3>::new_from_slices(&key, &iv).ok()?;
        let mut text = Zeroizing::new(content.to_vec());
        let length = cipher.decrypt_padded_mut::<Pkcs7>(&mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    };
    let opened = open(&|id, length| derive_key_utf8::<sha1::Sha1>(password, salt, id, rounds, length).ok());
    // No password at all is written down in two ways: with the zero that ends every password, and without.
    let without_end = || match password {
        "" => open(&|id, length| Some(derive_key::<sha1::Sha1>(&[], salt, id, rounds, length))),
        _ => None,
    };
    opened.or_else(without_end).ok_or(PfxError::WrongPassword)
}
