//! A sealed credential as text, as it stands in a cell of the results.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const PREFIX: &str = "age:";

/// The first line of every age file that this version can open.
const AGE_MAGIC: &[u8] = b"age-encryption.org/v1\n";

/// A password that only its recipients can read: `age:` and the standard base64 of an age file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SealedCredential(Box<str>);

/// Why a text is no sealed credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSealed {
    /// It begins in another way.
    #[error("a sealed credential begins with {PREFIX:?}")]
    Prefix,
    /// A kind of envelope that is yet to come.
    #[error("it is sealed as CMS, which this version cannot open")]
    Cms,
    /// What follows the prefix is no age file in base64.
    #[error("it is cut off or was changed: what follows {PREFIX:?} is no age file in base64")]
    Content,
}

impl SealedCredential {
    pub(super) fn of_age_file(bytes: &[u8]) -> Self {
        let mut text = String::with_capacity(PREFIX.len() + bytes.len().div_ceil(3) * 4);
        text.push_str(PREFIX);
        STANDARD.encode_string(bytes, &mut text);
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The age file inside, as the stock `age` program reads it.
    #[must_use]
    pub fn age_file(&self) -> Vec<u8> {
        // It was checked when this value was made.
        STANDARD.decode(&self.0[PREFIX.len()..]).unwrap_or_default()
    }
}

impl FromStr for SealedCredential {
    type Err = NotSealed;

    fn from_str(text: &str) -> Result<Self, NotSealed> {
        if text.starts_with("cms:") {
            return Err(NotSealed::Cms);
        }
        let encoded = text.strip_prefix(PREFIX).ok_or(NotSealed::Prefix)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| NotSealed::Content)?;
        if bytes.starts_with(AGE_MAGIC) { Ok(Self(text.into())) } else { Err(NotSealed::Content) }
    }
}

impl fmt::Display for SealedCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for SealedCredential {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for SealedCredential {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
