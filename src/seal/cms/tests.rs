//! Envelopes that were changed.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256};

use super::super::recipients::Recipients;
use super::read::{CmsEnvelope, content_key};
use super::*;

/// A certificate as a recipient, and its key.
struct Desk(String, PrivateKey);

fn desk(algorithm: &'static rcgen::SignatureAlgorithm) -> Desk {
    let key = KeyPair::generate_for(algorithm).unwrap();
    let certificate = CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap();
    Desk(format!("x509:{}", STANDARD.encode(certificate.der())), PrivateKey::of_der(&key.serialize_der()).unwrap())
}

static DESKS: LazyLock<[Desk; 3]> =
    LazyLock::new(|| [&PKCS_RSA_SHA256, &PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384].map(desk));

fn all() -> Recipients {
    Recipients::from_texts(&DESKS.each_ref().map(|desk| desk.0.clone())).unwrap()
}

fn sealed(recipients: &Recipients, content: &[u8]) -> Vec<u8> {
    seal(recipients.certificates(), content).unwrap()
}

fn opened(desk: &Desk, der: &[u8]) -> Result<Vec<u8>, CmsProblem> {
    open(std::iter::once(&desk.1), der).map(|content| content.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_recipient_opens_what_was_sealed(content in prop::collection::vec(any::<u8>(), 0..200), oaep in any::<bool>()) {
        let recipients = if oaep { all().with_oaep() } else { all() };
        let der = sealed(&recipients, &content);
        prop_assert!(is_enveloped(&der));
        for desk in &*DESKS {
            prop_assert_eq!(opened(desk, &der).unwrap(), content.clone());
        }
    }

    #[test]
    fn a_changed_byte_never_goes_unnoticed(place in any::<prop::sample::Index>(), bit in 0u8..8) {
        let content = [b'x'; 512];
        let mut der = sealed(&all(), &content);
        *place.get_mut(&mut der) ^= 1 << bit;
        for desk in &*DESKS {
            // A change in another recipient's part is not noticed, and does not change the content.
            if let Ok(read) = opened(desk, &der) {
                prop_assert_eq!(&read[..], &content[..]);
            }
        }
    }

    #[test]
    fn a_changed_iv_or_ciphertext_is_refused(place in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut der = sealed(&all(), &[b'x'; 512]);
        let envelope = CmsEnvelope::read(&der).unwrap();
        let ciphertext = envelope.ciphertext.as_bytes();
        let from = der.windows(ciphertext.len()).position(|window| window == ciphertext).unwrap();
        // The IV stands just before the ciphertext: a tag and a length of three bytes lie between.
        let covered: Vec<usize> = (from - 20..from - 4).chain(from..from + ciphertext.len()).collect();
        der[*place.get(&covered)] ^= 1 << bit;
        for desk in &*DESKS {
            prop_assert_eq!(opened(desk, &der), Err(CmsProblem::Changed));
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), cut in any::<prop::sample::Index>(), noise in any::<[u8; 6]>()) {
        let _ = opened(&DESKS[0], &bytes);
        let mut der = sealed(&all(), b"x");
        let at = cut.index(der.len());
        der.truncate(at);
        der.extend(&noise);
        prop_assert!(opened(&DESKS[1], &der).is_err());
        let _ = crate::asn1::sequence(&bytes);
    }
}

#[test]
fn without_the_code_nothing_is_opened_though_every_other_program_would() {
    let der = sealed(&all(), b"secret");
    // The attribute is there, under another type.
    let at = der.windows(INTEGRITY_CODE.len()).position(|window| window == INTEGRITY_CODE).unwrap();
    let mut other = der.clone();
    other[at + INTEGRITY_CODE.len() - 1] ^= 1;
    assert_eq!(opened(&DESKS[0], &other), Err(CmsProblem::Unproven));
    let envelope = CmsEnvelope::read(&other).unwrap();
    let key = envelope.recipients.iter().find_map(|recipient| content_key(recipient, &DESKS[0].1)).unwrap();
    assert_eq!(&**envelope.decrypt_unproven(&key).unwrap(), b"secret");
}

#[test]
fn what_was_sealed_with_the_former_type_of_the_code_opens_as_before() {
    let former = write::seal_with(all().certificates(), b"secret", &FORMER_INTEGRITY_CODE).unwrap();
    for desk in &*DESKS {
        assert_eq!(opened(desk, &former).unwrap(), b"secret");
    }
    let mut changed = former;
    let at = changed.windows(FORMER_INTEGRITY_CODE.len()).position(|window| window == FORMER_INTEGRITY_CODE).unwrap();
    changed[at - 20] ^= 1;
    assert_eq!(opened(&DESKS[0], &changed), Err(CmsProblem::Changed));
    assert!(sealed(&all(), b"x").windows(INTEGRITY_CODE.len()).any(|window| window == INTEGRITY_CODE));
}

#[test]
fn a_stranger_opens_nothing() {
    let der = sealed(&all(), b"secret");
    for algorithm in [&PKCS_RSA_SHA256, &PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384] {
        assert_eq!(opened(&desk(algorithm), &der), Err(CmsProblem::NotForTheseKeys));
    }
    assert_eq!(opened(&DESKS[0], b"0"), Err(CmsProblem::Unreadable));
}
