//! Makes envelopes.

use aws_lc_rs::agreement::{self, UnparsedPublicKey};
use aws_lc_rs::cipher::{AES_256, DecryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use aws_lc_rs::key_wrap::{self, AesKek, KeyWrap};
use aws_lc_rs::rsa::OAEP_SHA256_MGF1SHA256;
use zeroize::Zeroizing;

use super::super::asn1::{algorithm, object_identifier, oid, tag, value};
use super::super::recipients::{Certificate, CertificateKey, RsaPadding};
use super::{ContentKey, INTEGRITY_CODE, KEY, integrity_key, wrapping_key};

const NULL: [u8; 2] = [tag::NULL, 0];

/// Encrypts to all certificates: a ContentInfo in DER.
pub(in super::super) fn seal<'a>(
    certificates: impl Iterator<Item = (&'a Certificate, RsaPadding)>,
    plaintext: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    seal_with(certificates, plaintext, &INTEGRITY_CODE)
}

/// The same, with the integrity code under a type of the caller's.
pub(super) fn seal_with<'a>(
    certificates: impl Iterator<Item = (&'a Certificate, RsaPadding)>,
    plaintext: &[u8],
    integrity_code: &[u8],
) -> Result<Vec<u8>, Unspecified> {
    let mut key = ContentKey::default();
    aws_lc_rs::rand::fill(&mut *key)?;
    let (iv, ciphertext) = encrypt(&key, plaintext)?;
    let mut recipients =
        certificates.map(|(to, padding)| recipient(to, padding, &key)).collect::<Result<Vec<_>, _>>()?;
    // DER sorts the members of a set.
    recipients.sort_unstable();
    let recipients: Vec<&[u8]> = recipients.iter().map(Vec::as_slice).collect();

    let mut code = hmac::Context::with_key(&integrity_key(&key));
    code.update(&iv);
    code.update(&ciphertext);
    let code = value(tag::OCTET_STRING, &[code.sign().as_ref()]);
    let attribute =
        value(tag::SEQUENCE, &[&value(tag::OBJECT_IDENTIFIER, &[integrity_code]), &value(tag::SET, &[&code])]);
    let content = value(
        tag::SEQUENCE,
        &[
            &object_identifier(oid::DATA),
            &algorithm(oid::AES256_CBC, &value(tag::OCTET_STRING, &[&iv])),
            &value(tag::context(0), &[&ciphertext]),
        ],
    );
    let enveloped = value(
        tag::SEQUENCE,
        &[
            // Version 2, because there are unprotected attributes.
            &value(tag::INTEGER, &[&[2]]),
            &value(tag::SET, &recipients),
            &content,
            &value(tag::context_of(1), &[&attribute]),
        ],
    );
    Ok(value(tag::SEQUENCE, &[&object_identifier(oid::ENVELOPED_DATA), &value(tag::context_of(0), &[&enveloped])]))
}

fn encrypt(key: &ContentKey, plaintext: &[u8]) -> Result<([u8; super::IV], Vec<u8>), Unspecified> {
    const BLOCK: usize = 16;
    let cipher = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(&AES_256, &**key)?)?;
    // Room for the padding: growing would leave a copy of the content behind.
    let mut text = Zeroizing::new(Vec::with_capacity(plaintext.len() + BLOCK));
    text.extend_from_slice(plaintext);
    match cipher.encrypt(&mut *text)? {
        DecryptionContext::Iv128(iv) => Ok((*iv.as_ref(), std::mem::take(&mut *text))),
        _ => Err(Unspecified),
    }
}

/// A RecipientInfo: the key of the envelope, encrypted to one certificate.
fn recipient(to: &Certificate, padding: RsaPadding, key: &ContentKey) -> Result<Vec<u8>, Unspecified> {
    match to.key() {
        CertificateKey::Rsa { pkcs1, oaep } => {
            let mut encrypted = vec![0; pkcs1.ciphertext_size()];
            let (how, encrypted) = match padding {
                RsaPadding::Pkcs1 => (algorithm(oid::RSA, &NULL), pkcs1.encrypt(&**key, &mut encrypted)?),
                RsaPadding::Oaep => {
                    (oaep_sha256(), oaep.encrypt(&OAEP_SHA256_MGF1SHA256, &**key, &mut encrypted, None)?)
                }
            };
            let version = value(tag::INTEGER, &[&[0]]);
            let encrypted = value(tag::OCTET_STRING, &[encrypted]);
            Ok(value(tag::SEQUENCE, &[&version, to.issuer_and_serial(), &how, &encrypted]))
        }
        CertificateKey::Ec { curve, point } => {
            let ephemeral = agreement::PrivateKey::generate(curve)?;
            let wrapped = agreement::agree(&ephemeral, UnparsedPublicKey::new(curve, point), Unspecified, |secret| {
                let mut wrapped = vec![0; KEY + 8];
                AesKek::new(&key_wrap::AES_256, &*wrapping_key(secret))?.wrap(&**key, &mut wrapped)?;
                Ok(wrapped)
            })?;
            let public = ephemeral.compute_public_key()?;
            let originator = value(
                tag::context_of(1),
                &[&algorithm(oid::EC, &[]), &value(tag::BIT_STRING, &[&[0], public.as_ref()])],
            );
            let wrapped = value(tag::OCTET_STRING, &[&wrapped]);
            let encrypted_key = value(tag::SEQUENCE, &[to.issuer_and_serial(), &wrapped]);
            Ok(value(
                tag::context_of(1),
                &[
                    &value(tag::INTEGER, &[&[3]]),
                    &value(tag::context_of(0), &[&originator]),
                    &algorithm(oid::ECDH_SHA256, &algorithm(oid::AES256_WRAP, &[])),
                    &value(tag::SEQUENCE, &[&encrypted_key]),
                ],
            ))
        }
    }
}

/// RSAES-OAEP with SHA-256 for both of its hashes (RFC 8017, RFC 4055).
pub(super) fn oaep_sha256() -> Vec<u8> {
    let sha256 = algorithm(oid::SHA256, &NULL);
    let parameters = value(
        tag::SEQUENCE,
        &[&value(tag::context_of(0), &[&sha256]), &value(tag::context_of(1), &[&algorithm(oid::MGF1, &sha256)])],
    );
    algorithm(oid::RSA_OAEP, &parameters)
}
