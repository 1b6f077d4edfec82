//! What a tenant is called in the file of tenants.

use std::fmt;
use std::str::FromStr;

/// Longer names do not fit into a line of the preview.
const MAX_LETTERS: usize = 40;

/// Names that Windows keeps for devices.
const OF_DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// What a tenant is called. It is the name of a folder on every system, too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantName(Box<str>);

/// Says that a text cannot be the name of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name has up to {MAX_LETTERS} letters, digits, hyphens, underscores or dots, and begins with a letter or a digit: its folder has that name"
)]
pub struct NotATenantName;

impl TenantName {
    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TenantName {
    type Err = NotATenantName;

    fn from_str(text: &str) -> Result<Self, NotATenantName> {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let stem = text.split('.').next().unwrap_or_default().to_ascii_lowercase();
        let is_name = text.len() <= MAX_LETTERS
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.chars().all(is_letter)
            && !text.ends_with('.')
            && !OF_DEVICES.contains(&stem.as_str());
        if is_name { Ok(Self(text.into())) } else { Err(NotATenantName) }
    }
}

crate::json::as_text!(TenantName);

impl fmt::Display for TenantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_folder_on_every_system() {
        for name in ["contoso", "Contoso-2", "c.d_e", "7up"] {
            assert!(name.parse::<TenantName>().is_ok(), "{name}");
        }
        let long = "x".repeat(41);
        for other in ["", ".", "..", "a/b", "a\\b", "-a", "a b", "grüße", "nul", "COM1.txt", "a.", "a:b", long.as_str()]
        {
            assert!(other.parse::<TenantName>().is_err(), "{other}");
        }
    }
}
