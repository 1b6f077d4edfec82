//! As much of DER as envelopes need, beside the types of `der`, `cms` and `pkcs12`: values written into one another, and what
//! is read without a copy. All of it is strict DER.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Sequence, SliceReader, Tag, Tagged};

/// The object identifiers of CMS (RFC 5652, RFC 5753, RFC 8017) and of what it encrypts with.
pub(crate) mod oid {
    use der::asn1::ObjectIdentifier;

    pub(crate) const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
    pub(crate) const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
    pub(crate) const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
    pub(crate) const ENVELOPED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.3");
    pub(crate) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
    pub(crate) const RSA_OAEP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.7");
    pub(crate) const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
    pub(crate) const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
    pub(crate) const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
    pub(crate) const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
    pub(crate) const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
    pub(crate) const AES256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");
    pub(crate) const AES256_WRAP: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.45");
    pub(crate) const ECDH_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.1.11.1");
    pub(crate) const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
    pub(crate) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
    pub(crate) const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
    pub(crate) const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
}

/// Tags by their byte, as they are written.
pub(crate) mod tag {
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// A context-specific tag, primitive.
    pub(crate) const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// A context-specific tag, constructed.
    pub(crate) const fn context_of(number: u8) -> u8 {
        0xa0 | number
    }
}

/// A value of some tag, its content given in pieces.
pub(crate) fn value(tag: u8, pieces: &[&[u8]]) -> Vec<u8> {
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    let mut out = Vec::with_capacity(length + 2 + size_of::<usize>());
    out.push(tag);
    let bytes = length.to_be_bytes();
    match length {
        0..0x80 => out.push(bytes[bytes.len() - 1]),
        _ => {
            let used = &bytes[length.leading_zeros() as usize / 8..];
            // A length has eight bytes at most, so that its own length fits seven bits.
            out.push(0x80 | used.len() as u8);
            out.extend_from_slice(used);
        }
    }
    for piece in pieces {
        out.extend_from_slice(piece);
    }
    out
}

/// An object identifier.
pub(crate) fn object_identifier(oid: ObjectIdentifier) -> Vec<u8> {
    value(tag::OBJECT_IDENTIFIER, &[oid.as_bytes()])
}

/// An algorithm identifier; `parameters` is a whole value, or nothing where they are absent.
pub(crate) fn algorithm(oid: ObjectIdentifier, parameters: &[u8]) -> Vec<u8> {
    value(tag::SEQUENCE, &[&object_identifier(oid), parameters])
}

/// What is inside a SEQUENCE that is all there is.
pub(crate) fn sequence(der: &[u8]) -> der::Result<SliceReader<'_>> {
    let whole = AnyRef::from_der(der)?;
    whole.tag().assert_eq(Tag::Sequence)?;
    SliceReader::new(whole.value())
}

/// A ContentInfo (RFC 5652) that borrows its content. The type of the `cms` crate owns it: a copy of a private key that no
/// password protects would stay behind.
#[derive(Sequence)]
pub(crate) struct ContentInfoRef<'a> {
    pub(crate) content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(crate) content: AnyRef<'a>,
}
