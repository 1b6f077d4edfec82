//! A sealed credential as text, as it is written in a cell of the results.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::cms;

const AGE_PREFIX: &str = "age:";
const CMS_PREFIX: &str = "cms:";

/// Separates the two envelopes of one credential. (Blanks separate candidates.) Base64 does not use this sign, spreadsheets do
/// not read it as a delimiter or a formula, and inside quotes it has no meaning for a shell.
const BETWEEN: char = '|';

/// The first line of every age file that this version can open.
const AGE_MAGIC: &[u8] = b"age-encryption.org/v1\n";

/// A password that only its recipients can read: `age:` and the standard base64 of an age file, `cms:` and that of a CMS
/// EnvelopedData in DER, or both with `|` between them. Each is for the recipients of its kind; both hold the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SealedCredential(Box<str>);

/// Why a text is no sealed credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum NotSealed {
    #[error("a sealed credential begins with {AGE_PREFIX:?} or {CMS_PREFIX:?}, and has each at most once")]
    Prefix,
    #[error("it is cut off or was changed: what follows {AGE_PREFIX:?} is no age file in base64")]
    Content,
    #[error("it is cut off or was changed: what follows {CMS_PREFIX:?} is no CMS EnvelopedData in base64")]
    CmsContent,
}

impl SealedCredential {
    /// At least one of the two must be `Some`.
    pub(super) fn of_envelopes(age: Option<&[u8]>, cms: Option<&[u8]>) -> Self {
        let length = |bytes: &[u8]| 5 + bytes.len().div_ceil(3) * 4;
        let mut text = String::with_capacity(age.map_or(0, length) + cms.map_or(0, length));
        for (prefix, bytes) in [(AGE_PREFIX, age), (CMS_PREFIX, cms)] {
            let Some(bytes) = bytes else { continue };
            if !text.is_empty() {
                text.push(BETWEEN);
            }
            text.push_str(prefix);
            STANDARD.encode_string(bytes, &mut text);
        }
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The age file inside, as the stock `age` program reads it; empty where it is sealed to certificates only.
    pub fn age_file(&self) -> Vec<u8> {
        self.envelope(AGE_PREFIX).unwrap_or_default()
    }

    /// The CMS EnvelopedData inside, in DER, as `openssl cms -decrypt -inform DER` reads it; empty where it is sealed to age
    /// and SSH keys only.
    pub fn cms_der(&self) -> Vec<u8> {
        self.envelope(CMS_PREFIX).unwrap_or_default()
    }

    pub(super) fn envelope_for_age(&self) -> Option<Vec<u8>> {
        self.envelope(AGE_PREFIX)
    }

    pub(super) fn envelope_for_certificates(&self) -> Option<Vec<u8>> {
        self.envelope(CMS_PREFIX)
    }

    fn envelope(&self, prefix: &str) -> Option<Vec<u8>> {
        let encoded = self.0.split(BETWEEN).find_map(|part| part.strip_prefix(prefix))?;
        // The base64 was checked when this value was made.
        STANDARD.decode(encoded).ok()
    }
}

impl FromStr for SealedCredential {
    type Err = NotSealed;

    fn from_str(text: &str) -> Result<Self, NotSealed> {
        let mut seen = [false; 2];
        for part in text.split(BETWEEN) {
            let of_kind = if let Some(encoded) = part.strip_prefix(AGE_PREFIX) {
                let bytes = STANDARD.decode(encoded).map_err(|_| NotSealed::Content)?;
                if !bytes.starts_with(AGE_MAGIC) {
                    return Err(NotSealed::Content);
                }
                0
            } else if let Some(encoded) = part.strip_prefix(CMS_PREFIX) {
                let bytes = STANDARD.decode(encoded).map_err(|_| NotSealed::CmsContent)?;
                if !cms::is_enveloped(&bytes) {
                    return Err(NotSealed::CmsContent);
                }
                1
            } else {
                return Err(NotSealed::Prefix);
            };
            if std::mem::replace(&mut seen[of_kind], true) {
                return Err(NotSealed::Prefix);
            }
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for SealedCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::json::as_text!(SealedCredential);
