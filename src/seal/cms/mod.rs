//! CMS EnvelopedData (RFC 5652): what is sealed to X.509 certificates.
//!
//! One envelope holds the content once, encrypted by AES-256-CBC with a key of its own, and that key once for each
//! certificate: by RSA (PKCS#1 v1.5, or OAEP with SHA-256 on request), or by ECDH with an ephemeral key (RFC 5753,
//! `dhSinglePass-stdDH-sha256kdf` and AES-256 key wrap) where the certificate's key is EC.
//!
//! # Integrity
//!
//! EnvelopedData has none: changed bits of CBC ciphertext are changed bits of the content, and a reader does not notice. The
//! kind of CMS that has integrity, AuthEnvelopedData, is opened neither by PowerShell nor by older programs. So the envelope
//! carries an unprotected attribute, which other readers ignore: HMAC-SHA-256 over the IV and the ciphertext. Its key is
//! HMAC-SHA-256 of the content key and a fixed text. Only a program that knows the content key can make it, so this is
//! encrypt-then-MAC, as in AuthEnvelopedData. [`open`] opens nothing without it.
//!
//! The limits: other programs do not look at the attribute, so what `openssl` or PowerShell shows may have been edited. And as
//! with every envelope to a public key, also that of age, anyone who knows the certificate can seal another content.

mod read;
#[cfg(test)]
mod tests;
mod write;

use aws_lc_rs::hmac::{HMAC_SHA256, Key};
use zeroize::Zeroizing;

pub(super) use read::{CmsProblem, PrivateKey, is_enveloped, open, open_any};
pub(super) use write::seal;

/// The type of the attribute with the integrity code: the OID
/// 1.2.840.113556.1.8000.2554.16376.30888.56285.19556.42375.6528127.197462, made from a random UUID in the way that Microsoft
/// gives everybody ("Obtaining a root OID using a script"). No arc has more than 24 bits, so that every reader takes it.
const INTEGRITY_CODE: [u8; 32] = [
    0x2a, 0x86, 0x48, 0x86, 0xf7, 0x14, 0x01, 0xbe, 0x40, 0x93, 0x7a, 0xff, 0x78, 0x81, 0xf1, 0x28, 0x83, 0xb7, 0x5d,
    0x81, 0x98, 0x64, 0x82, 0xcb, 0x07, 0x83, 0x8e, 0xb8, 0x7f, 0x8c, 0x86, 0x56,
];

/// The type that it had before, which is still read: 2.25.235572403193865275185928466916584122833. Its last arc has 128 bits;
/// the reader of .NET takes no more (dotnet/runtime#104645), and that of Windows itself may take fewer.
const FORMER_INTEGRITY_CODE: [u8; 20] = [
    0x69, 0x82, 0xe2, 0xb9, 0xcc, 0x8c, 0xf5, 0x85, 0xd2, 0xaa, 0xaf, 0x9e, 0xb2, 0x96, 0xb8, 0xa9, 0x96, 0xdb, 0xd3,
    0x51,
];

/// Makes the integrity key another key than the content key.
const INTEGRITY_LABEL: &[u8] = b"sealoff CMS integrity, version 1";

/// AES-256.
const KEY: usize = 32;
const IV: usize = 16;

/// The key of one envelope.
type ContentKey = Zeroizing<[u8; KEY]>;

/// The key of the integrity code.
fn integrity_key(content_key: &ContentKey) -> Key {
    let derived = aws_lc_rs::hmac::sign(&Key::new(HMAC_SHA256, &**content_key), INTEGRITY_LABEL);
    Key::new(HMAC_SHA256, derived.as_ref())
}

/// The key that wraps the content key, from the shared secret of ECDH: the X9.63 KDF with SHA-256, of which one round gives all
/// that AES-256 needs. The shared info is constant, because there is one algorithm and no user keying material.
fn wrapping_key(shared_secret: &[u8]) -> ContentKey {
    use super::asn1::{algorithm, oid, tag, value};
    const FIRST_ROUND: [u8; 4] = 1u32.to_be_bytes();
    const BITS: [u8; 4] = (8 * KEY as u32).to_be_bytes();
    let bits = value(tag::OCTET_STRING, &[&BITS]);
    let info = value(tag::SEQUENCE, &[&algorithm(oid::AES256_WRAP, &[]), &value(tag::context_of(2), &[&bits])]);
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for part in [shared_secret, &FIRST_ROUND, &info] {
        context.update(part);
    }
    let mut key = ContentKey::default();
    key.copy_from_slice(context.finish().as_ref());
    key
}
