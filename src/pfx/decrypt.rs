//! Decrypts with a password: by PKCS #5, as files are written today, and by the older scheme of PKCS #12 that Windows still uses.

use cbc::cipher::{BlockDecryptMut, KeyIvInit, block_padding::Pkcs7};
use cms::encrypted_data::EncryptedData;
use der::asn1::ObjectIdentifier;
use der::referenced::OwnedToRef;
use der::{Decode, Reader};
use pkcs8::pkcs5::{self, EncryptionScheme};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs12::kdf::{Pkcs12KeyType, derive_key, derive_key_utf8};
use pkcs12::pbe_params::{EncryptedPrivateKeyInfo, Pkcs12PbeParams};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::error::PfxError;
use crate::asn1;

const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");

/// Schemes that are known by name and not supported.
const UNSUPPORTED: [(ObjectIdentifier, &str); 6] = [
    (pkcs12::PKCS_12_PBE_WITH_SHAAND128_BIT_RC4, "RC4 with 128 bits"),
    (pkcs12::PKCS_12_PBE_WITH_SHAAND40_BIT_RC4, "RC4 with 40 bits"),
    (pkcs12::PKCS_12_PBE_WITH_SHAAND2_KEY_TRIPLE_DES_CBC, "DES with two keys"),
    (pkcs12::PKCS_12_PBE_WITH_SHAAND128_BIT_RC2_CBC, "RC2 with 128 bits"),
    (pkcs12::PKCS_12_PBEWITH_SHAAND40_BIT_RC2_CBC, "RC2 with 40 bits"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.14"), "PBMAC1"),
];
const UNKNOWN: PfxError = PfxError::Cipher("a cipher that is not known here");

/// Decrypts a private key in DER (`EncryptedPrivateKeyInfo`). Gives PKCS #8.
pub(crate) fn private_key(der: &[u8], password: &SecretString) -> Result<Zeroizing<Vec<u8>>, PfxError> {
    key(&EncryptedPrivateKeyInfo::from_der(der).map_err(|_| PfxError::Damaged)?, password)
}

pub(super) fn key(key: &EncryptedPrivateKeyInfo, password: &SecretString) -> Result<Zeroizing<Vec<u8>>, PfxError> {
    let opened = with_password(key.encryption_algorithm.owned_to_ref(), key.encrypted_data.as_bytes(), password)?;
    // One wrong password in 256 yields a valid padding.
    if is_pkcs8(&opened).unwrap_or(false) { Ok(opened) } else { Err(PfxError::WrongPassword) }
}

/// Whether this begins as PKCS #8 does. The library that takes the key reads it whole.
fn is_pkcs8(key: &[u8]) -> der::Result<bool> {
    let mut values = asn1::sequence(key)?;
    values.decode::<u8>()?;
    Ok(values.decode::<AlgorithmIdentifierRef<'_>>().is_ok())
}

/// Decrypts a part of a file.
pub(super) fn safe(data: &EncryptedData, password: &SecretString) -> Result<Zeroizing<Vec<u8>>, PfxError> {
    let info = &data.enc_content_info;
    let content = info.encrypted_content.as_ref().ok_or(PfxError::Damaged)?;
    with_password(info.content_enc_alg.owned_to_ref(), content.as_bytes(), password)
}

fn with_password(
    algorithm: AlgorithmIdentifierRef<'_>,
    content: &[u8],
    password: &SecretString,
) -> Result<Zeroizing<Vec<u8>>, PfxError> {
    match algorithm.oid {
        PBES2 => {
            let scheme = EncryptionScheme::try_from(algorithm).map_err(|_| UNKNOWN)?;
            let opened = scheme.decrypt(password.expose_secret(), content);
            opened.map(Zeroizing::new).map_err(|error| match error {
                // The library says "encryption" where the padding is wrong.
                pkcs5::Error::DecryptFailed | pkcs5::Error::EncryptFailed => PfxError::WrongPassword,
                _ => UNKNOWN,
            })
        }
        // What Windows calls `TripleDES-SHA1`.
        pkcs12::PKCS_12_PBE_WITH_SHAAND3_KEY_TRIPLE_DES_CBC => triple_des(algorithm, content, password),
        other => {
            let named = UNSUPPORTED.into_iter().find(|(scheme, _)| *scheme == other);
            Err(named.map_or(UNKNOWN, |(_, name)| PfxError::Cipher(name)))
        }
    }
}

fn triple_des(
    algorithm: AlgorithmIdentifierRef<'_>,
    content: &[u8],
    password: &SecretString,
) -> Result<Zeroizing<Vec<u8>>, PfxError> {
    let parameters = algorithm.parameters.and_then(|parameters| parameters.decode_as::<Pkcs12PbeParams>().ok());
    let Pkcs12PbeParams { salt, iterations } =
        parameters.filter(|parameters| parameters.iterations > 0).ok_or(PfxError::Damaged)?;
    let salt = salt.as_bytes();
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
    let opened = open(&|id, length| derive_key_utf8::<sha1::Sha1>(password, salt, id, iterations, length).ok());
    // Programs write an empty password in two ways: with the zero that ends every password, and without it.
    let without_end = || match password {
        "" => open(&|id, length| Some(derive_key::<sha1::Sha1>(&[], salt, id, iterations, length))),
        _ => None,
    };
    opened.or_else(without_end).ok_or(PfxError::WrongPassword)
}
