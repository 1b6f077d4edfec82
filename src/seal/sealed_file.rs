//! Whole files, such as packets, sealed and opened.

use std::io::Read;

use age::armor::ArmoredReader;
use zeroize::Zeroizing;

use super::cms;
use super::envelope::{
    SealError, UnsealError, open_any_with_cms, open_with_age, open_with_cms, seal_with_age, seal_with_cms,
};
use super::extension::Extension;
use super::identities::Identities;
use super::pem;
use super::recipients::Recipients;

/// A file that only its recipients can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFile {
    /// The ending that its name gets behind the name of the content.
    pub extension: Extension,
    /// The content: a binary age file, or a CMS EnvelopedData in DER.
    pub bytes: Vec<u8>,
}

/// Encrypts a whole file: one sealed file for all age and SSH keys, and one for all certificates, where there are such
/// recipients. Needs as much memory again as the content has.
pub fn seal_file(recipients: &Recipients, content: &[u8]) -> Result<Vec<SealedFile>, SealError> {
    let age = seal_with_age(recipients, content)?.map(|bytes| SealedFile { extension: Extension::Age, bytes });
    let cms = seal_with_cms(recipients, content)?.map(|bytes| SealedFile { extension: Extension::P7m, bytes });
    Ok(age.into_iter().chain(cms).collect())
}

/// The kind of a sealed file by its first bytes, also if it is armored (PEM); `None` for other files.
pub fn sealed_file_kind(head: &[u8]) -> Option<Extension> {
    let text = head.trim_ascii_start();
    let age: [&[u8]; 2] = [b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE-----"];
    let cms: [&[u8]; 2] = [b"-----BEGIN CMS-----", b"-----BEGIN PKCS7-----"];
    let is_der = head.first() == Some(&0x30) && head.windows(ENVELOPED.len()).take(12).any(|bytes| bytes == ENVELOPED);
    if age.iter().any(|begin| text.starts_with(begin)) {
        Some(Extension::Age)
    } else if is_der || cms.iter().any(|begin| text.starts_with(begin)) {
        Some(Extension::P7m)
    } else {
        None
    }
}

/// The object identifier of EnvelopedData, which every such file has among its first bytes.
const ENVELOPED: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];

/// Opens what [`seal_file`] made, also if it was armored since.
///
/// # Errors
///
/// [`UnsealError`]. A CMS file that another program made counts as damaged: nothing proves that it was not changed.
pub fn unseal_file(identities: &Identities, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    unseal_by(identities, sealed, open_with_cms)
}

/// Opens a sealed file that any program made for these identities: `age`, `openssl cms`, `Protect-CmsMessage`. An age file
/// proves by itself that nothing was changed; of a CMS file of another program that is not known, so the caller has to judge the
/// content.
///
/// # Errors
///
/// [`UnsealError`].
pub fn unseal_any_file(identities: &Identities, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    unseal_by(identities, sealed, open_any_with_cms)
}

fn unseal_by(
    identities: &Identities,
    sealed: &[u8],
    open_with_cms: impl FnOnce(&Identities, &[u8]) -> Result<Zeroizing<Vec<u8>>, UnsealError>,
) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
    let damaged = |what: &str| UnsealError::Damaged(what.to_owned());
    match sealed_file_kind(sealed) {
        Some(Extension::Age) => {
            let mut file = Vec::with_capacity(sealed.len());
            let not_armored = |_| damaged("its armor cannot be read");
            ArmoredReader::new(sealed).read_to_end(&mut file).map_err(not_armored)?;
            open_with_age(identities, &file, u64::MAX)
        }
        Some(Extension::P7m) if cms::is_enveloped(sealed) => open_with_cms(identities, sealed),
        Some(Extension::P7m) => {
            let text = std::str::from_utf8(sealed).map_err(|_| damaged("its envelope cannot be read"))?;
            let block = pem::blocks(text).into_iter().next().and_then(|block| block.content);
            open_with_cms(identities, &block.ok_or_else(|| damaged("its PEM cannot be read"))?)
        }
        None => Err(damaged("it is no sealed file")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::identities::Identity;
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn a_large_file_opens_again_for_either_kind_of_recipient() {
        let identity = Identity::generate();
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("key.pem");
        std::fs::write(&path, key.serialize_pem()).unwrap();
        let texts = [identity.recipient(), format!("x509:{}", STANDARD.encode(certificate.der()))];
        let recipients = Recipients::from_texts(&texts).unwrap();
        let content: Vec<u8> = (0..3_000_000u32).map(|n| n.to_le_bytes()[0]).collect();
        let sealed = seal_file(&recipients, &content).unwrap();
        assert_eq!(sealed.iter().map(|file| file.extension.as_str()).collect::<Vec<_>>(), ["age", "p7m"]);
        let [ours, theirs] = [Identities::from(identity), Identities::read(&path).unwrap()];
        for (file, right, wrong) in [(&sealed[0], &ours, &theirs), (&sealed[1], &theirs, &ours)] {
            assert_eq!(sealed_file_kind(&file.bytes[..64]), Some(file.extension));
            assert!(*unseal_file(right, &file.bytes).unwrap() == content);
            assert_eq!(unseal_file(wrong, &file.bytes).unwrap_err(), UnsealError::NotForThisIdentity);
            let mut changed = file.bytes.clone();
            let middle = changed.len() / 2;
            changed[middle] ^= 1;
            assert!(matches!(unseal_file(right, &changed), Err(UnsealError::Damaged(_))));
        }
        let armored = pem::encode("CMS", &sealed[1].bytes);
        assert!(*unseal_file(&theirs, armored.as_bytes()).unwrap() == content);
        assert_eq!(sealed_file_kind(b"row,user"), None);
        assert!(matches!(unseal_file(&ours, b"row,user"), Err(UnsealError::Damaged(_))));
    }
}
