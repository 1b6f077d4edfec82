//! Whole files, such as packets, sealed and opened.

use std::io::Read;

use age::armor::ArmoredReader;
use zeroize::Zeroizing;

use super::cms;
use super::envelope::{SealError, UnsealError, open_with_age, open_with_cms, seal_with_age, seal_with_cms};
use super::identities::Identities;
use super::pem;
use super::recipients::Recipients;

/// A file that only its recipients can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedFile {
    /// What it is called after the name of what is inside.
    pub extension: Extension,
    /// The content: a binary age file, or a CMS EnvelopedData in DER.
    pub bytes: Vec<u8>,
}

/// The kinds of sealed files, by the endings of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// `age`: for age and SSH keys. `age -d -i KEY FILE` opens it.
    Age,
    /// `p7m`: for certificates. `openssl cms -decrypt -inform DER -in FILE -inkey KEY` opens it.
    P7m,
}

impl Extension {
    /// The ending, without the dot.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::P7m => "p7m",
        }
    }
}

/// Encrypts a whole file: one sealed file for all age and SSH keys, one for all certificates, each there only if there are
/// such recipients. Takes as much memory again as the content has.
///
/// # Errors
///
/// [`SealError`].
pub fn seal_file(recipients: &Recipients, content: &[u8]) -> Result<Vec<SealedFile>, SealError> {
    let age = seal_with_age(recipients, content)?.map(|bytes| SealedFile { extension: Extension::Age, bytes });
    let cms = seal_with_cms(recipients, content)?.map(|bytes| SealedFile { extension: Extension::P7m, bytes });
    Ok(age.into_iter().chain(cms).collect())
}

/// Which kind of sealed file something is by its first bytes, armored (PEM) ones included; `None` for other files.
#[must_use]
pub fn sealed_file_kind(head: &[u8]) -> Option<Extension> {
    let text = head.trim_ascii_start();
    if head.starts_with(b"age-encryption.org/") || text.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") {
        Some(Extension::Age)
    } else if text.starts_with(b"-----BEGIN CMS-----") || text.starts_with(b"-----BEGIN PKCS7-----") {
        Some(Extension::P7m)
    } else if head.first() == Some(&0x30) && head.windows(ENVELOPED.len()).take(12).any(|window| window == ENVELOPED) {
        Some(Extension::P7m)
    } else {
        None
    }
}

/// The object identifier of EnvelopedData, as it stands a few bytes into every such file.
const ENVELOPED: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];

/// Opens what [`seal_file`] made, also after it was armored.
///
/// # Errors
///
/// [`UnsealError`]. A CMS file that another program made is damaged by this reading: nothing proves that it was not
/// changed.
pub fn unseal_file(identities: &Identities, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
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
