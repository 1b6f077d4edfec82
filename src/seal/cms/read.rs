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
use cms::content_info::CmsVersion;
use cms::enveloped_data::{
    EncryptedContentInfo, KeyAgreeRecipientInfo, OriginatorIdentifierOrKey, OriginatorInfo, RecipientInfo,
    RecipientInfos,
};
use der::asn1::{AnyRef, OctetString, OctetStringRef, SetOfVec};
use der::{Any, Decode, Sequence, Tag, Tagged};
use pkcs8::spki::AlgorithmIdentifierRef;
use zeroize::{Zeroize, Zeroizing};

use super::super::asn1::{ContentInfoRef, oid};
use super::{ContentKey, FORMER_INTEGRITY_CODE, INTEGRITY_CODE, IV, KEY, integrity_key, wrapping_key};

/// A private key that opens envelopes. The library that holds it wipes it.
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
    /// It has no integrity code: the code was removed, or another program made the envelope.
    Unproven,
    /// The integrity code does not match: something was changed.
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

/// Whether something is a ContentInfo of the type EnvelopedData.
pub(in super::super) fn is_enveloped(der: &[u8]) -> bool {
    ContentInfoRef::from_der(der).is_ok_and(|info| info.content_type == oid::ENVELOPED_DATA)
}

/// Decrypts an envelope, after a check that nothing was changed.
pub(in super::super) fn open<'k>(
    keys: impl Iterator<Item = &'k PrivateKey> + Clone,
    der: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CmsProblem> {
    open_by(keys, der, CmsEnvelope::decrypt)
}

/// The same, where an envelope without the code is decrypted, too: another program made it.
pub(in super::super) fn open_any<'k>(
    keys: impl Iterator<Item = &'k PrivateKey> + Clone,
    der: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CmsProblem> {
    open_by(keys, der, |envelope, key| match envelope.decrypt(key) {
        Err(CmsProblem::Unproven) => envelope.decrypt_unproven(key).ok_or(CmsProblem::Changed),
        opened => opened,
    })
}

fn open_by<'k>(
    keys: impl Iterator<Item = &'k PrivateKey> + Clone,
    der: &[u8],
    decrypt: impl Fn(&CmsEnvelope, &ContentKey) -> Result<Zeroizing<Vec<u8>>, CmsProblem>,
) -> Result<Zeroizing<Vec<u8>>, CmsProblem> {
    let envelope = CmsEnvelope::read(der).map_err(|_| CmsProblem::Unreadable)?;
    let mut problem = CmsProblem::NotForTheseKeys;
    for (recipient, key) in
        envelope.recipients.iter().flat_map(|recipient| keys.clone().map(move |key| (recipient, key)))
    {
        let Some(key) = content_key(recipient, key) else { continue };
        // A wrong key may by chance yield something that looks like a content key. Then the code does not match.
        match decrypt(&envelope, &key) {
            Ok(content) => return Ok(content),
            Err(why) => problem = why,
        }
    }
    Err(problem)
}

/// EnvelopedData (RFC 5652). The type of the `cms` crate reads unprotected attributes with their types, and the type of the
/// integrity code has an arc that the `der` crate does not take.
#[derive(Sequence)]
struct EnvelopedData<'a> {
    version: CmsVersion,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    originator_info: Option<OriginatorInfo>,
    recip_infos: RecipientInfos,
    encrypted_content: EncryptedContentInfo,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    unprotected_attrs: Option<SetOfVec<AnyRef<'a>>>,
}

/// The parts of an EnvelopedData that are used.
pub(super) struct CmsEnvelope {
    pub(super) recipients: Vec<RecipientInfo>,
    iv: [u8; IV],
    pub(super) ciphertext: OctetString,
    code: Option<Vec<u8>>,
}

fn unexpected() -> der::Error {
    der::ErrorKind::Failed.into()
}

impl CmsEnvelope {
    pub(super) fn read(der: &[u8]) -> der::Result<Self> {
        let info = ContentInfoRef::from_der(der)?;
        let enveloped: EnvelopedData<'_> = info.content.decode_as()?;
        let EncryptedContentInfo { content_enc_alg: cipher, encrypted_content: Some(ciphertext), .. } =
            enveloped.encrypted_content
        else {
            return Err(unexpected());
        };
        if info.content_type != oid::ENVELOPED_DATA || cipher.oid != oid::AES256_CBC {
            return Err(unexpected());
        }
        let iv = cipher.parameters.as_ref().ok_or_else(unexpected)?.decode_as::<OctetStringRef<'_>>()?;
        Ok(Self {
            recipients: enveloped.recip_infos.0.into_vec(),
            iv: iv.as_bytes().try_into().map_err(|_| unexpected())?,
            ciphertext,
            code: code(&enveloped.unprotected_attrs.unwrap_or_default())?,
        })
    }

    fn decrypt(&self, key: &ContentKey) -> Result<Zeroizing<Vec<u8>>, CmsProblem> {
        let code = self.code.as_ref().ok_or(CmsProblem::Unproven)?;
        let covered = [&self.iv, self.ciphertext.as_bytes()].concat();
        hmac::verify(&integrity_key(key), &covered, code).map_err(|_| CmsProblem::Changed)?;
        self.decrypt_unproven(key).ok_or(CmsProblem::Changed)
    }

    /// What other programs would show.
    pub(super) fn decrypt_unproven(&self, key: &ContentKey) -> Option<Zeroizing<Vec<u8>>> {
        let key = UnboundCipherKey::new(&AES_256, &**key).ok()?;
        let cipher = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
        let mut content = Zeroizing::new(self.ciphertext.as_bytes().to_vec());
        let iv = DecryptionContext::Iv128(FixedLength::from(self.iv));
        let length = cipher.decrypt(&mut content, iv).ok()?.len();
        // The bytes behind the content stay in the buffer, and are wiped with it.
        content.truncate(length);
        Some(content)
    }
}

fn is_integrity_code(kind: &[u8]) -> bool {
    kind == INTEGRITY_CODE || kind == FORMER_INTEGRITY_CODE
}

/// The integrity code among unprotected attributes.
fn code(attributes: &SetOfVec<AnyRef<'_>>) -> der::Result<Option<Vec<u8>>> {
    /// The type of the attribute is read as bytes: see [`FORMER_INTEGRITY_CODE`], which the `der` crate does not take.
    #[derive(Sequence)]
    struct Attribute<'a> {
        kind: AnyRef<'a>,
        values: SetOfVec<AnyRef<'a>>,
    }
    let mut found = None;
    for attribute in attributes.iter() {
        let Attribute { kind, values } = attribute.decode_as()?;
        if kind.tag() == Tag::ObjectIdentifier && is_integrity_code(kind.value()) {
            // A second one, of either type, would leave open which of them counts.
            let ([code], None) = (values.as_slice(), &found) else { return Err(unexpected()) };
            found = Some(code.decode_as::<OctetStringRef<'_>>()?.as_bytes().to_vec());
        }
    }
    Ok(found)
}

/// The content key, if this private key decrypts it. The recipient's name is not read: a private key without its certificate
/// does not say whose it is. Recipients of other kinds are skipped: they may be for other programs.
pub(super) fn content_key(recipient: &RecipientInfo, key: &PrivateKey) -> Option<ContentKey> {
    match (recipient, key) {
        (RecipientInfo::Ktri(info), PrivateKey::Rsa { pkcs1, oaep }) => {
            let encrypted = info.enc_key.as_bytes();
            let mut room = Zeroizing::new(vec![0; pkcs1.key_size_bytes()]);
            let decrypted = match info.key_enc_alg.oid {
                oid::RSA => pkcs1.decrypt(encrypted, &mut room).ok()?,
                oid::RSA_OAEP => {
                    let hash = oaep_hash(info.key_enc_alg.parameters.as_ref()?)?;
                    oaep.decrypt(hash, encrypted, &mut room, None).ok()?
                }
                _ => return None,
            };
            copy_out(decrypted)
        }
        (RecipientInfo::Kari(info), PrivateKey::Ec(private)) => {
            let (ephemeral, wrapped) = ephemeral_and_wrapped(info)?;
            let public = UnparsedPublicKey::new(private.algorithm(), ephemeral);
            agreement::agree(private, public, (), |secret| {
                let kek = AesKek::new(&key_wrap::AES_256, &*wrapping_key(secret)).map_err(|_| ())?;
                let mut room = Zeroizing::new([0; KEY]);
                copy_out(kek.unwrap(wrapped, &mut *room).map_err(|_| ())?).ok_or(())
            })
            .ok()
        }
        _ => None,
    }
}

/// The ephemeral public key and the wrapped content key, where both are used as [`super::write`] uses them.
fn ephemeral_and_wrapped(info: &KeyAgreeRecipientInfo) -> Option<(&[u8], &[u8])> {
    let OriginatorIdentifierOrKey::OriginatorKey(ephemeral) = &info.originator else { return None };
    let wrap: AlgorithmIdentifierRef<'_> = info.key_enc_alg.parameters.as_ref()?.decode_as().ok()?;
    // More than one recipient for one ephemeral key: legal, and no program writes it.
    let [key] = info.recipient_enc_keys.as_slice() else { return None };
    // User keying material would change the derived key.
    let known = info.ukm.is_none() && info.key_enc_alg.oid == oid::ECDH_SHA256 && wrap.oid == oid::AES256_WRAP;
    known.then_some((ephemeral.public_key.as_bytes()?, key.enc_key.as_bytes()))
}

/// Takes a content key out of the buffer that it was decrypted into.
fn copy_out(bytes: &mut [u8]) -> Option<ContentKey> {
    let mut key = ContentKey::default();
    let fits = bytes.len() == KEY;
    if fits {
        key.copy_from_slice(bytes);
    }
    bytes.zeroize();
    fits.then_some(key)
}

/// The hash that OAEP was used with. Every program that is known writes the same hash for both of its uses.
fn oaep_hash(parameters: &Any) -> Option<&'static OaepAlgorithm> {
    #[derive(Sequence)]
    struct OaepParameters<'a> {
        #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
        hash: Option<AlgorithmIdentifierRef<'a>>,
        #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
        mask: Option<AnyRef<'a>>,
        #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
        label: Option<AnyRef<'a>>,
    }
    match parameters.decode_as::<OaepParameters<'_>>().ok()?.hash.map(|hash| hash.oid) {
        None => Some(&OAEP_SHA1_MGF1SHA1),
        Some(oid::SHA256) => Some(&OAEP_SHA256_MGF1SHA256),
        Some(oid::SHA384) => Some(&OAEP_SHA384_MGF1SHA384),
        Some(oid::SHA512) => Some(&OAEP_SHA512_MGF1SHA512),
        Some(_) => None,
    }
}
