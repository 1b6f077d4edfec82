//! The name of a person who hands credentials over. It becomes the name of a file.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Stands for every row without a name.
pub const DEFAULT: &str = "default";
/// Can open every password.
pub const ESCROW: &str = "escrow";
/// Those who run Active Directory: no row is theirs.
pub const ACTIVE_DIRECTORY: &str = "active-directory";

/// The longest name, in bytes: a file name has 255 on every usual file system, and the packet's ending needs some of them.
const MAX_BYTES: usize = 120;

/// Devices that Windows finds under these names in every folder, with any ending ("Naming Files, Paths, and
/// Namespaces").
const DEVICES: [&str; 7] = ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"];

/// A name in the `handoff` column and in the file of recipients. Two names are the same whatever their case and the blanks
/// around them; as a file name it is safe on every system.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct HandoffName(Box<str>);

/// Why a text is no handoff name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandoffNameError {
    /// Nothing, or nothing but blanks.
    #[error("a handoff name is empty; call the one for rows without a name {DEFAULT:?}")]
    Empty,
    /// Longer than a file name may be.
    #[error("the handoff name {0:?}… is too long: it becomes the name of a file, so it has at most {MAX_BYTES} bytes")]
    TooLong(String),
    /// Control characters and what hides or reverses text.
    #[error("the handoff name {0} has a character in it that cannot be seen; type it again")]
    Invisible(String),
    /// Nothing that could stand in a file name.
    #[error("the handoff name {0:?} has neither a letter nor a digit in it, so no file can be called by it")]
    NoLetter(String),
}

impl HandoffName {
    /// Takes a name as it was typed, without the blanks around it.
    ///
    /// # Errors
    ///
    /// [`HandoffNameError`].
    pub fn new(text: &str) -> Result<Self, HandoffNameError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(HandoffNameError::Empty);
        }
        if text.len() > MAX_BYTES {
            return Err(HandoffNameError::TooLong(text.chars().take(20).collect()));
        }
        if crate::words::harmless(text) != text {
            return Err(HandoffNameError::Invisible(crate::words::harmless(text).into_owned()));
        }
        if !text.contains(char::is_alphanumeric) {
            return Err(HandoffNameError::NoLetter(text.to_owned()));
        }
        Ok(Self(text.into()))
    }

    /// The name as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as it is compared.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }

    /// The name as the beginning of a file name: a character that could lead out of a folder, or means something to a
    /// file system or a shell, is an underscore. It never begins with a dot or a hyphen and never ends in a dot or a blank.
    pub fn file_stem(&self) -> String {
        let safe = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | '+' | ' ');
        let mut stem: String = self.0.chars().map(|c| if safe(c) { c } else { '_' }).collect();
        if stem.starts_with(['.', '-', ' ']) {
            stem.replace_range(..1, "_");
        }
        if stem.ends_with(['.', ' ']) {
            stem.pop();
            stem.push('_');
        }
        let device = stem.split('.').next().unwrap_or_default().trim_end().to_lowercase();
        let numbered = |kind: &str| {
            let number = device.strip_prefix(kind).map(|rest| rest.chars().collect::<Vec<_>>());
            number.is_some_and(|rest| matches!(rest[..], ['0'..='9' | '¹' | '²' | '³']))
        };
        // Packets of many accounts come in parts, which are called by this.
        if let Some((name, number)) = stem.rsplit_once(".part-")
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            stem = format!("{name}_part-{number}");
        }
        if DEVICES.contains(&device.as_str()) || numbered("com") || numbered("lpt") {
            stem.insert(0, '_');
        }
        stem
    }
}

/// The text of a name as it is compared.
pub(super) fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}

impl fmt::Display for HandoffName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for HandoffName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for HandoffName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stem(text: &str) -> String {
        HandoffName::new(text).unwrap().file_stem()
    }

    #[test]
    fn no_name_leads_out_of_its_folder_or_to_a_device() {
        for (name, expected) in [
            ("alice", "alice"),
            (" Site Berlin ", "Site Berlin"),
            ("Müller, Jürgen", "Müller_ Jürgen"),
            ("../../etc/passwd", "_._.._etc_passwd"),
            ("C:\\desk", "C__desk"),
            ("R/D", "R_D"),
            (".hidden", "_hidden"),
            ("-rf x", "_rf x"),
            ("desk.", "desk_"),
            ("CON", "_CON"),
            ("nul.txt", "_nul.txt"),
            ("Com1", "_Com1"),
            ("LPT³", "_LPT³"),
            ("com10", "com10"),
            ("desk.part-2", "desk_part-2"),
            ("desk.part-two", "desk.part-two"),
            ("console", "console"),
            ("boss@contoso.com", "boss@contoso.com"),
            ("山田", "山田"),
        ] {
            assert_eq!(stem(name), expected, "{name}");
        }
    }

    #[test]
    fn what_is_no_name_says_why() {
        for (text, what) in [
            ("", "empty"),
            (" \t ", "empty"),
            ("..", "neither a letter nor a digit"),
            ("a\u{202e}b", "cannot be seen"),
            ("a\nb", "cannot be seen"),
            (&"x".repeat(121), "too long"),
        ] {
            let error = HandoffName::new(text).unwrap_err().to_string();
            assert!(error.contains(what) && !error.contains(['\n', '\u{202e}']), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn every_stem_is_one_plain_component(text in "\\PC{1,60}|[./\\\\: a]{1,20}a") {
            if let Ok(name) = HandoffName::new(&text) {
                let stem = name.file_stem();
                let path = std::path::Path::new(&stem);
                prop_assert_eq!(path.components().count(), 1);
                prop_assert!(!stem.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']));
                prop_assert!(!stem.starts_with(['.', '-', ' ']) && !stem.ends_with(['.', ' ']), "{:?}", stem);
                prop_assert!(stem.len() <= 2 * MAX_BYTES);
            }
        }
    }
}
