//! The kind and the length of new passwords.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The kind and the length of passwords. With every length that is allowed, a random password has at least 100 bits, and a
/// phrase 80.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(with = "WrittenStyle")]
pub enum PasswordStyle {
    /// Random characters, in groups of five.
    Random(Length<17, 64>),
    /// Words from a published list, a digit and a symbol.
    Phrase(Length<6, 12>),
}

/// A length from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length<const MIN: u8, const MAX: u8>(u8);

/// A length that no password may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum LengthError {
    #[error("a random password has at least {min} characters: fewer hold less than 100 bits; {found} is too short")]
    FewCharacters { found: u8, min: u8 },
    #[error(
        "a random password has at most {max} characters: more do not make it safer, and a person has to type it; \
         {found} is too long"
    )]
    ManyCharacters { found: u8, max: u8 },
    #[error("a phrase has at least {min} words: fewer hold less than 80 bits; {found} is too short")]
    FewWords { found: u8, min: u8 },
    #[error(
        "a phrase has at most {max} words: more do not make it safer, and a person has to type it; {found} is too \
         long"
    )]
    ManyWords { found: u8, max: u8 },
}

impl<const MIN: u8, const MAX: u8> Length<MIN, MAX> {
    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Default for PasswordStyle {
    fn default() -> Self {
        Self::Random(Length(20))
    }
}

impl PasswordStyle {
    /// Six words: the least that hold 80 bits.
    pub const PHRASE: Self = Self::Phrase(Length(6));

    /// A random password of this many characters, not counting the hyphens between its groups.
    pub const fn random(characters: u8) -> Result<Self, LengthError> {
        match characters {
            17..=64 => Ok(Self::Random(Length(characters))),
            ..17 => Err(LengthError::FewCharacters { found: characters, min: 17 }),
            _ => Err(LengthError::ManyCharacters { found: characters, max: 64 }),
        }
    }

    /// A phrase of this many words.
    pub const fn phrase(words: u8) -> Result<Self, LengthError> {
        match words {
            6..=12 => Ok(Self::Phrase(Length(words))),
            ..6 => Err(LengthError::FewWords { found: words, min: 6 }),
            _ => Err(LengthError::ManyWords { found: words, max: 12 }),
        }
    }

    /// What such a password is like, for people.
    pub fn sentence(self) -> String {
        match self {
            Self::Random(length) => format!("random, {} characters in groups", length.get()),
            Self::Phrase(length) => format!("a phrase of {} words, with a digit and a symbol", length.get()),
        }
    }
}

/// As it is written in `plan.json`.
#[derive(JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "kind")]
enum WrittenStyle {
    /// Random characters, in groups of five.
    Random {
        /// How many, not counting the hyphens between the groups.
        characters: u8,
    },
    /// Words from a published list, a digit and a symbol.
    Phrase {
        /// How many words.
        words: u8,
    },
}

impl Serialize for PasswordStyle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = match self {
            Self::Random(length) => WrittenStyle::Random { characters: length.get() },
            Self::Phrase(length) => WrittenStyle::Phrase { words: length.get() },
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PasswordStyle {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let style = match WrittenStyle::deserialize(deserializer)? {
            WrittenStyle::Random { characters } => Self::random(characters),
            WrittenStyle::Phrase { words } => Self::phrase(words),
        };
        style.map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_outside_its_bounds_says_why_and_none_comes_in_by_the_file() {
        assert_eq!(PasswordStyle::random(20), Ok(PasswordStyle::default()));
        assert_eq!(PasswordStyle::phrase(6), Ok(PasswordStyle::PHRASE));
        for (style, what) in [
            (PasswordStyle::random(16), "less than 100 bits"),
            (PasswordStyle::random(65), "has to type it"),
            (PasswordStyle::phrase(5), "less than 80 bits"),
            (PasswordStyle::phrase(13), "has to type it"),
        ] {
            assert!(style.unwrap_err().to_string().contains(what));
        }
        for style in [PasswordStyle::default(), PasswordStyle::random(64).unwrap(), PasswordStyle::phrase(9).unwrap()] {
            let json = serde_json::to_string(&style).unwrap();
            assert_eq!(serde_json::from_str::<PasswordStyle>(&json).unwrap(), style, "{json}");
        }
        assert!(serde_json::from_str::<PasswordStyle>(r#"{"kind":"random","characters":8}"#).is_err());
        assert!(serde_json::from_str::<PasswordStyle>(r#"{"kind":"phrase","words":1}"#).is_err());
    }
}
