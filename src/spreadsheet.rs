//! Cells that a spreadsheet must not run.
//!
//! A cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return is a formula to Excel and its kin, and the
//! names in a roster come from strangers. Such a cell gets an apostrophe in front, which a spreadsheet shows as text.
//! The guard can be taken off again without loss, so that files of ours can be read back.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a file begins with that people open in a spreadsheet: without it Excel reads UTF-8 as the encoding of its own country. All
/// readers of ours pass over it.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A text in a CSV file of ours: written as a cell that no spreadsheet takes for a formula, read back as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Guarded<'a>(pub(crate) Cow<'a, str>);

impl<'a> From<&'a str> for Guarded<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Guarded<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl From<Guarded<'_>> for String {
    fn from(cell: Guarded<'_>) -> Self {
        cell.0.into_owned()
    }
}

impl Serialize for Guarded<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&guard(&self.0))
    }
}

impl<'de> Deserialize<'de> for Guarded<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut cell = String::deserialize(deserializer)?;
        if unguard(&cell).len() < cell.len() {
            cell.remove(0);
        }
        Ok(cell.into())
    }
}

fn starts_a_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// The text as a cell that no spreadsheet takes for a formula.
pub fn guard(text: &str) -> Cow<'_, str> {
    // A text that already carries apostrophes before such a sign gets one more: that keeps `unguard` exact.
    if starts_a_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that [`guard`] was given.
pub fn unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if starts_a_formula(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_shown_not_run() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "=HYPERLINK(\"http://x\")"] {
            assert_eq!(guard(formula), format!("'{formula}"));
        }
        for harmless in ["", "ada@contoso.com", "O'Neil", "'tHooft", "1-2"] {
            assert_eq!(guard(harmless), harmless);
        }
    }

    proptest! {
        #[test]
        fn the_guard_comes_off_without_loss(text in "['=+@a-]{0,6}|.*") {
            let cell = guard(&text).into_owned();
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']));
            prop_assert_eq!(unguard(&cell), text);
        }
    }
}
