//! Opens envelopes.

use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521, UnparsedPublicKey};
use aws_lc_rs::cipher::{AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::key_wrap::{self, AesKek, KeyWrap};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512, OaepAlgorithm,
    OaepPrivateDecryptingKey, Pkcs1PrivateDecryptingKey, PrivateDecryptingKey,
};
use der::{Tag, TagNumber};
use zeroize::{Zeroize, Zeroizing};

use super::super::asn1::{Values, context, oid};
use super::{ContentKey, INTEGRITY_CODE, IV, KEY, integrity_key, wrapping_key};

/// What opens an envelope. The library that holds the keys wipes them.
pub(in super::super) enum PrivateKey {
    Rsa { pkcs1: Pkcs1PrivateDecryptingKey, oaep: OaepPrivateDecryptingKey },
    Ec(agreement::PrivateKey),
}

/// Why an envelope does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum CmsProblem {
    /// It is no EnvelopedData in DER, with content in AES-256-CBC.
    Unreadable,
    /// None of the keys opens it.
    NotForTheseKeys,
    /// It has no integrity code: it was taken away, or another program made the envelope.
    Unproven,
    /// The integrity code does not fit: something was changed.
    Changed,
}

impl PrivateKey {
    /// Takes a key from PKCS#8, or an EC key from SEC 1 (RFC 5915). `None` for keys of other kinds.
    pub(in super::super) fn of_der(der: &[u8]) -> Option<Self> {
        if let Ok(key) = PrivateDecryptingKey::from_pkcs8(der) {
            let pkcs1 = Pkcs1PrivateDecryptingKey::new(key.clone()).ok()?;
            return Some(Self::Rsa { pkcs1, oaep: OaepPrivateDecryptingKey::new(key).ok()? });
        }
        [&ECDH_P256, &ECDH_P384, &ECDH_P521]
            .into_iter()
            .find_map(|curve| agreement::PrivateKey::from_private_key_der(curve, der).ok())
            .map(Self::Ec)
    }
}

/// Whether something begins as an EnvelopedData does.
pub(in super::super) fn is_enveloped(der: &[u8]) -> bool {
    let kind = || Values::new(der)?.inside(Tag::Sequence)?.object_identifier();
    kind() == Ok(oid::ENVELOPED_DATA)
}

/// Decrypts, after it has checked that nothing was changed.
pub(in super::super) fn open<'k>(
    keys: impl Iterator<Item = &'k PrivateKey> + Clone,
    der: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CmsProblem> {
    let envelope = CmsEnvelope::read(der).map_err(|_| CmsProblem::Unreadable)?;
    let mut problem = CmsProblem::NotForTheseKeys;
    for (recipient, key) in
        envelope.recipients.iter().flat_map(|recipient| keys.clone().map(move |key| (recipient, key)))
    {
        let Some(key) = recipient.content_key(key) else { continue };
        // By chance a wrong key may yield something that looks like a content key; the code then does not fit.
        match envelope.decrypt(&key) {
            Ok(content) => return Ok(content),
            Err(why) => problem = why,
        }
    }
    Err(problem)
}

/// The parts of an EnvelopedData.
pub(super) struct CmsEnvelope<'a> {
    pub(super) recipients: Vec<RecipientInfo<'a>>,
    iv: [u8; IV],
    ciphertext: &'a [u8],
    code: Option<&'a [u8]>,
}

/// The content key, encrypted to one recipient. Whose it is is not read: keys without a certificate do not know.
pub(super) enum RecipientInfo<'a> {
    Pkcs1(&'a [u8]),
    Oaep(&'static OaepAlgorithm, &'a [u8]),
    Ecdh { ephemeral: &'a [u8], wrapped: &'a [u8] },
}

const IMPLICIT_0: Tag = context(TagNumber::N0, false);
const CONSTRUCTED_0: Tag = context(TagNumber::N0, true);
const CONSTRUCTED_1: Tag = context(TagNumber::N1, true);

fn unexpected() -> der::Error {
    der::ErrorKind::Failed.into()
}

fn ensure(holds: bool) -> der::Result<()> {
    if holds { Ok(()) } else { Err(unexpected()) }
}

impl<'a> CmsEnvelope<'a> {
    pub(super) fn read(der: &'a [u8]) -> der::Result<Self> {
        let mut info = Values::only(der, Tag::Sequence)?;
        ensure(info.object_identifier()? == oid::ENVELOPED_DATA)?;
        let explicit = info.content(CONSTRUCTED_0)?;
        info.end()?;
        let mut enveloped = Values::only(explicit, Tag::Sequence)?;
        enveloped.content(Tag::Integer)?;
        if enveloped.next_is(CONSTRUCTED_0) {
            // Certificates of the sender, of whom nothing is known here.
            enveloped.whole()?;
        }
        let mut infos = enveloped.inside(Tag::Set)?;
        let mut recipients = Vec::new();
        while !infos.is_empty() {
            // Others are passed over: they may be for a program that knows them.
            recipients.extend(RecipientInfo::read(&mut infos)?);
        }
        let mut content = enveloped.inside(Tag::Sequence)?;
        content.object_identifier()?;
        let (cipher, parameters) = content.algorithm()?;
        ensure(cipher == oid::AES256_CBC)?;
        let mut parameters = Values::new(parameters)?;
        let iv = <[u8; IV]>::try_from(parameters.content(Tag::OctetString)?).map_err(|_| unexpected())?;
        parameters.end()?;
        let ciphertext = content.content(IMPLICIT_0)?;
        content.end()?;
        let code = if enveloped.next_is(CONSTRUCTED_1) { code(enveloped.inside(CONSTRUCTED_1)?)? } else { None };
        enveloped.end()?;
        Ok(Self { recipients, iv, ciphertext, code })
    }

    #[cfg(test)]
    pub(super) fn ciphertext_for_test(&self) -> &'a [u8] {
        self.ciphertext
    }

    fn decrypt(&self, key: &ContentKey) -> Result<Zeroizing<Vec<u8>>, CmsProblem> {
        let code = self.code.ok_or(CmsProblem::Unproven)?;
        let covered = [&self.iv, self.ciphertext].concat();
        hmac::verify(&integrity_key(key), &covered, code).map_err(|_| CmsProblem::Changed)?;
        self.decrypt_unproven(key).ok_or(CmsProblem::Changed)
    }

    /// What any other program would show.
    pub(super) fn decrypt_unproven(&self, key: &ContentKey) -> Option<Zeroizing<Vec<u8>>> {
        let key = UnboundCipherKey::new(&AES_256, &**key).ok()?;
        let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
        let mut content = Zeroizing::new(self.ciphertext.to_vec());
        let iv = DecryptionContext::Iv128(FixedLength::from(self.iv));
        let length = cipher.decrypt(&mut content, iv).ok()?.len();
        // The bytes beyond stay in the buffer, and are wiped with it.
        content.truncate(length);
        Some(content)
    }
}

/// The integrity code among unprotected attributes.
fn code(mut attributes: Values<'_>) -> der::Result<Option<&[u8]>> {
    let mut found = None;
    while !attributes.is_empty() {
        let mut attribute = attributes.inside(Tag::Sequence)?;
        if attribute.content(Tag::ObjectIdentifier)? == INTEGRITY_CODE {
            // A second one would leave open which of them counts.
            ensure(found.is_none())?;
            let mut values = attribute.inside(Tag::Set)?;
            found = Some(values.content(Tag::OctetString)?);
            values.end()?;
        }
    }
    Ok(found)
}

impl<'a> RecipientInfo<'a> {
    fn read(infos: &mut Values<'a>) -> der::Result<Option<Self>> {
        if infos.next_is(Tag::Sequence) {
            let mut info = infos.inside(Tag::Sequence)?;
            info.content(Tag::Integer)?;
            info.whole()?;
            let (algorithm, parameters) = info.algorithm()?;
            let encrypted = info.content(Tag::OctetString)?;
            info.end()?;
            return Ok(match algorithm {
                oid::RSA => Some(Self::Pkcs1(encrypted)),
                oid::RSA_OAEP => oaep_hash(parameters).map(|hash| Self::Oaep(hash, encrypted)),
                _ => None,
            });
        }
        if !infos.next_is(CONSTRUCTED_1) {
            infos.whole()?;
            return Ok(None);
        }
        let mut info = infos.inside(CONSTRUCTED_1)?;
        info.content(Tag::Integer)?;
        let mut originator = info.inside(CONSTRUCTED_0)?;
        if !originator.next_is(CONSTRUCTED_1) {
            return Ok(None);
        }
        let mut public = originator.inside(CONSTRUCTED_1)?;
        public.algorithm()?;
        let ephemeral = public.content(Tag::BitString)?;
        if info.next_is(CONSTRUCTED_1) {
            // User keying material would change the derived key.
            return Ok(None);
        }
        let (algorithm, parameters) = info.algorithm()?;
        let wrap = Values::new(parameters)?.algorithm()?.0;
        let mut keys = info.inside(Tag::Sequence)?;
        let mut key = keys.inside(Tag::Sequence)?;
        key.whole()?;
        let wrapped = key.content(Tag::OctetString)?;
        // More than one recipient for one ephemeral key: legal, and written by nobody.
        let known = algorithm == oid::ECDH_SHA256 && wrap == oid::AES256_WRAP && keys.is_empty();
        Ok(match ephemeral {
            [0, point @ ..] if known => Some(Self::Ecdh { ephemeral: point, wrapped }),
            _ => None,
        })
    }

    pub(super) fn content_key(&self, key: &PrivateKey) -> Option<ContentKey> {
        match (self, key) {
            (Self::Pkcs1(encrypted), PrivateKey::Rsa { pkcs1, .. }) => {
                let mut room = Zeroizing::new(vec![0; pkcs1.min_output_size()]);
                pkcs1.decrypt(encrypted, &mut room).ok().and_then(content_key)
            }
            (Self::Oaep(hash, encrypted), PrivateKey::Rsa { oaep, .. }) => {
                let mut room = Zeroizing::new(vec![0; oaep.min_output_size()]);
                oaep.decrypt(hash, encrypted, &mut room, None).ok().and_then(content_key)
            }
            (Self::Ecdh { ephemeral, wrapped }, PrivateKey::Ec(private)) => {
                let public = UnparsedPublicKey::new(private.algorithm(), ephemeral);
                agreement::agree(private, public, (), |secret| {
                    let kek = AesKek::new(&key_wrap::AES_256, &*wrapping_key(secret)).map_err(|_| ())?;
                    let mut room = Zeroizing::new([0; KEY]);
                    let key = kek.unwrap(wrapped, &mut *room).map_err(|_| ())?;
                    content_key(key).ok_or(())
                })
                .ok()
            }
            _ => None,
        }
    }
}

fn content_key(bytes: &mut [u8]) -> Option<ContentKey> {
    let mut key = ContentKey::default();
    let fits = bytes.len() == KEY;
    if fits {
        key.copy_from_slice(bytes);
    }
    bytes.zeroize();
    fits.then_some(key)
}

/// Which hash OAEP was used with; both of its hashes are the same in all that is known to write it.
fn oaep_hash(parameters: &[u8]) -> Option<&'static OaepAlgorithm> {
    let mut inside = Values::only(parameters, Tag::Sequence).ok()?;
    if !inside.next_is(CONSTRUCTED_0) {
        return Some(&OAEP_SHA1_MGF1SHA1);
    }
    let (hash, _) = inside.inside(CONSTRUCTED_0).ok()?.algorithm().ok()?;
    match hash.to_string().as_str() {
        "2.16.840.1.101.3.4.2.1" => Some(&OAEP_SHA256_MGF1SHA256),
        "2.16.840.1.101.3.4.2.2" => Some(&OAEP_SHA384_MGF1SHA384),
        "2.16.840.1.101.3.4.2.3" => Some(&OAEP_SHA512_MGF1SHA512),
        _ => None,
    }
}
