//! User principal names. They are checked once, shown as they were written, and compared as Entra compares them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::unseen::{is_invisible, named};

/// Entra's own bound is 113 characters, but guests carry their whole home address before `#EXT#`, and mail addresses
/// stand in key columns too. Nothing longer than a mail address can be either.
const MAX_CHARACTERS: usize = 320;

/// Characters that neither a user principal name nor a mail address holds unquoted. They show a display name with an address
/// (`Ada <ada@contoso.com>`), a list of addresses, or broken quoting.
const IMPOSSIBLE: &[char] = &['"', '(', ')', ',', ':', ';', '<', '>', '[', '\\', ']'];

/// A text that can be a user principal name: one `@` with something on both sides, no blank, no control character.
///
/// It keeps its spelling and compares and hashes without regard to case.
#[derive(Debug, Clone)]
pub struct Upn(Box<str>);

/// Why a text cannot be a user principal name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum NotAUpn {
    #[error("it has no @")]
    NoAt,
    #[error("it has more than one @")]
    ManyAt,
    #[error("something is missing beside the @")]
    OneSided,
    #[error("it has a blank or a control character inside")]
    Blank,
    #[error("it has the invisible character {} in it", named(*.0))]
    Invisible(char),
    #[error("it has {0:?} in it")]
    Impossible(char),
    /// A letter of another script among Latin ones, or a sign that looks like a hyphen.
    #[error("it has {letter:?} ({}) in it, which looks like another sign", named(*.0), letter = .0)]
    Lookalike(char),
    /// `ada@contoso.c...`, as narrow columns show it.
    #[error("it is cut off at its end")]
    CutOff,
    #[error("it is longer than {MAX_CHARACTERS} characters")]
    TooLong,
    /// `d''angelo@contoso.com`: possible, and hardly ever meant.
    #[error("it has two apostrophes in a row")]
    DoubledApostrophe,
}

impl Upn {
    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// The name in lower case: two names are the same account's exactly when these are equal.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }

    /// A sign that looks like another one: a Cyrillic or Greek letter beside Latin ones, or another hyphen. An account may have such
    /// a name, and then somebody made it to be mistaken for another.
    pub(super) fn lookalike(&self) -> Option<char> {
        let is_latin = |c: char| c.is_ascii_alphabetic();
        let is_other = |c: &char| matches!(c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}');
        let is_hyphen = |c: &char| matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}');
        let of_mixed = |part: &str| part.chars().find(is_other).filter(|_| part.contains(is_latin));
        if self.0.is_ascii() {
            return None;
        }
        self.0.chars().find(is_hyphen).or_else(|| self.0.split(['@', '.']).find_map(of_mixed))
    }

    fn folded_chars(&self) -> impl Iterator<Item = char> + '_ {
        self.0.chars().flat_map(char::to_lowercase)
    }
}

impl FromStr for Upn {
    type Err = NotAUpn;

    fn from_str(text: &str) -> Result<Self, NotAUpn> {
        if text.len() > MAX_CHARACTERS && text.chars().count() > MAX_CHARACTERS {
            return Err(NotAUpn::TooLong);
        }
        // Before the search for blanks: for a display name in the key column, the missing @ is the better message.
        let (local, domain) = text.split_once('@').ok_or(NotAUpn::NoAt)?;
        if let Some(invisible) = text.chars().find(|c| is_invisible(*c)) {
            return Err(NotAUpn::Invisible(invisible));
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(NotAUpn::Blank);
        }
        if let Some(impossible) = text.chars().find(|c| IMPOSSIBLE.contains(c)) {
            return Err(NotAUpn::Impossible(impossible));
        }
        if domain.contains('@') {
            return Err(NotAUpn::ManyAt);
        }
        if local.is_empty() || domain.is_empty() {
            return Err(NotAUpn::OneSided);
        }
        // No domain holds them; a list of leaked passwords may put one between a name and its password.
        let is_of_no_domain = |c: &char| c.is_ascii_punctuation() && !matches!(c, '.' | '-' | '_');
        if let Some(impossible) = domain.chars().find(is_of_no_domain) {
            return Err(NotAUpn::Impossible(impossible));
        }
        Ok(Self(text.into()))
    }
}

impl PartialEq for Upn {
    fn eq(&self, other: &Self) -> bool {
        self.folded_chars().eq(other.folded_chars())
    }
}

impl Eq for Upn {}

impl Hash for Upn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded_chars().for_each(|c| c.hash(state));
        // Keeps two names that stand one after the other in a key from running together.
        state.write_u8(0xff);
    }
}

impl fmt::Display for Upn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

crate::json::as_text!(Upn);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    #[test]
    fn what_tenants_really_have_is_taken() {
        for upn in [
            "ada@contoso.com",
            "o'neil.d-2_x!^~@contoso.co.uk",
            "ada_fabrikam.com#EXT#@contoso.onmicrosoft.com",
            "ada+test@contoso.com",
            "jürgen@contoso.com",
        ] {
            let parsed: Upn = upn.parse().unwrap();
            assert_eq!(parsed.as_str(), upn);
            assert_eq!(Some(parsed.domain()), upn.split('@').nth(1));
        }
    }

    #[test]
    fn what_cannot_be_one_says_why() {
        for (text, why) in [
            ("", NotAUpn::NoAt),
            ("Ada Lovelace", NotAUpn::NoAt),
            ("@contoso.com", NotAUpn::OneSided),
            ("ada@", NotAUpn::OneSided),
            ("ada@b@contoso.com", NotAUpn::ManyAt),
            ("ada lovelace@contoso.com", NotAUpn::Blank),
            ("ada\u{a0}x@contoso.com", NotAUpn::Invisible('\u{a0}')),
            ("ada@contoso.com\u{200b}", NotAUpn::Invisible('\u{200b}')),
            ("\u{202e}ada@contoso.com", NotAUpn::Invisible('\u{202e}')),
            ("ada\0@contoso.com", NotAUpn::Blank),
            ("<ada@contoso.com>", NotAUpn::Impossible('<')),
            ("ada@contoso.com;bob@contoso.com", NotAUpn::Impossible(';')),
        ] {
            assert_eq!(text.parse::<Upn>(), Err(why), "{text:?}");
        }
        assert_eq!(format!("{}@x", "a".repeat(400)).parse::<Upn>(), Err(NotAUpn::TooLong));
    }

    proptest! {
        #[test]
        fn two_names_that_differ_in_case_only_are_equal(local in "[a-zA-Zäöüß.]{1,20}", domain in "[a-z]{1,10}\\.com") {
            let lower: Upn = format!("{local}@{domain}").to_lowercase().parse().unwrap();
            let given: Upn = format!("{local}@{domain}").parse().unwrap();
            prop_assert_eq!(&lower, &given);
            prop_assert_eq!(HashSet::from([lower, given]).len(), 1);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".*") {
            let _ = text.parse::<Upn>();
        }
    }
}
