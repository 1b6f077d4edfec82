//! What Entra refuses of a password that a person chose, found out before anything is sent.
//!
//! The rules are those of "Password policies and account restrictions in Microsoft Entra ID" (length, letters, three of four
//! classes) and of "Eliminate bad passwords using Microsoft Entra Password Protection" (names, banned words, points). Microsoft
//! does not publish its list of banned words: the few that everybody knows are here, so that a password that passes may be
//! refused by the tenant all the same.
//!
//! Stricter than Entra in two points, because of what reads passwords later: no blank, and a letter or a digit first. A
//! spreadsheet takes `=`, `+`, `-` and `@` for a formula, and a blank is lost where a password is copied.

use zeroize::Zeroizing;

use super::password::{Password, letters_of, normalised};

/// The least and the most characters that Entra takes.
const MIN_CHARACTERS: usize = 8;
const MAX_CHARACTERS: usize = 256;
/// Of four classes a password has at least so many.
const MIN_CLASSES: usize = 3;
/// A banned word counts one point, every other character one; a password needs so many.
const MIN_POINTS: usize = 5;
/// Entra refuses names of at least this many characters.
const MIN_NAME: usize = 4;

/// Words that are known to be banned, without look-alikes.
const BANNED: [&str; 36] = [
    "password", "passwort", "kennwort", "passw", "welcome", "willkommen", "letmein", "qwerty", "qwertz", "azerty",
    "iloveyou", "monkey", "dragon", "football", "baseball", "superman", "batman", "sunshine", "princess", "master",
    "shadow", "trustno", "changeme", "admin", "secret", "login", "spring", "summer", "autumn", "winter", "sommer",
    "herbst", "microsoft", "abcdef", "abcd", "company",
];

/// Why Entra, or what reads passwords later, would not take a password. It never holds a part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Too few characters.
    #[error("{0} characters are too few for Entra, which asks for {MIN_CHARACTERS}")]
    TooShort(usize),
    /// Too many characters.
    #[error("{0} characters are too many for Entra, which takes {MAX_CHARACTERS}")]
    TooLong(usize),
    /// A character that is not printed, or is none of ASCII.
    #[error("a blank, or a letter beyond ASCII, is in it")]
    Character,
    /// A spreadsheet would take it for a formula, or a shell for a flag.
    #[error("it begins with a symbol, as formulas do, and not with a letter or digit")]
    FirstCharacter,
    /// Too few kinds of characters.
    #[error("{0} of upper case, lower case, digits and symbols; Entra asks for {MIN_CLASSES}")]
    FewClasses(usize),
    /// A name stands in it.
    #[error("a name of the person or the tenant is in it")]
    Name,
    /// Little is left of it beside words that everybody tries.
    #[error("little more than a word that everybody tries first")]
    TooCommon,
}

impl Password {
    /// Whether Entra would take it for the person with these names (first, last and display name, sign-in name, names of
    /// the tenant), as far as its rules are published.
    ///
    /// # Errors
    ///
    /// The first rule that it breaks.
    pub fn check(&self, names: &[&str]) -> Result<(), PasswordFault> {
        let text = self.expose();
        let length = text.chars().count();
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(PasswordFault::Character);
        }
        match length {
            ..MIN_CHARACTERS => return Err(PasswordFault::TooShort(length)),
            MIN_CHARACTERS..=MAX_CHARACTERS => {}
            _ => return Err(PasswordFault::TooLong(length)),
        }
        if !text.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            return Err(PasswordFault::FirstCharacter);
        }
        let classes: [fn(&u8) -> bool; 4] =
            [u8::is_ascii_uppercase, u8::is_ascii_lowercase, u8::is_ascii_digit, u8::is_ascii_punctuation];
        let classes = classes.iter().filter(|class| text.as_bytes().iter().any(class)).count();
        if classes < MIN_CLASSES {
            return Err(PasswordFault::FewClasses(classes));
        }
        let written = letters_of(normalised(text), length);
        let spoken = letters_of(written.iter().copied().filter(|letter| letter.is_alphanumeric()), length);
        let stands_in = |word: &[char]| [&written, &spoken].into_iter().any(|form| find(form, word).is_some());
        if names.iter().any(|name| words_of(name).iter().any(|word| stands_in(word))) {
            return Err(PasswordFault::Name);
        }
        if points(&written) < MIN_POINTS {
            return Err(PasswordFault::TooCommon);
        }
        Ok(())
    }
}

/// The words of a name that are long enough to count, and the name in one word.
fn words_of(name: &str) -> Vec<Vec<char>> {
    // The local part of a sign-in name, and the domain without its ending, are words of their own.
    let whole: Vec<char> = normalised(name).collect();
    let mut words: Vec<Vec<char>> =
        name.split(|letter: char| !letter.is_alphanumeric()).map(|word| normalised(word).collect()).collect();
    words.push(whole.iter().copied().filter(|letter| letter.is_alphanumeric()).collect());
    words.push(whole);
    words.retain(|word| word.len() >= MIN_NAME && word.iter().collect::<String>() != "onmicrosoft");
    words
}

fn find(text: &[char], word: &[char]) -> Option<usize> {
    text.windows(word.len()).position(|part| part == word)
}

/// One for each banned word, longest first, and one for each character that is left.
fn points(written: &[char]) -> usize {
    let mut left = Zeroizing::new(written.to_vec());
    let mut banned: Vec<Vec<char>> = BANNED.iter().map(|word| normalised(word).collect()).collect();
    banned.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut points = 0;
    for word in banned {
        while let Some(at) = find(&left, &word) {
            left.drain(at..at + word.len());
            points += 1;
        }
    }
    points + left.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::randomness::OperatingSystem;
    use super::super::style::PasswordStyle;
    use super::*;

    const NAMES: [&str; 5] = ["ada.lovelace@contoso.com", "Ada Lovelace", "Ada", "Lovelace", "Contoso Ltd"];

    fn check(text: &str) -> Result<(), PasswordFault> {
        Password::of(text.to_owned()).check(&NAMES)
    }

    #[test]
    fn each_rule_refuses_by_its_own_name() {
        use PasswordFault::{Character, FewClasses, FirstCharacter, Name, TooCommon, TooLong, TooShort};
        for (text, fault) in [
            ("", TooShort(0)),
            ("Ab1!xyz", TooShort(7)),
            ("with a Blank 1", Character),
            ("Grüße-aus-7-Bergen", Character),
            ("Tab\tin-it-77", Character),
            ("=HYPERLINK(7)x", FirstCharacter),
            ("-Blue7Mountain", FirstCharacter),
            ("bluemountains", FewClasses(1)),
            ("Bluemountains", FewClasses(2)),
            ("7-Lovelace-7", Name),
            ("7-L0ve-lace!", Name),
            ("Xc0nt0soX-991", Name),
            ("Adalovelace7!", Name),
            ("P@ssw0rd1", TooCommon),
            ("Welcome123", TooCommon),
            ("Summer!99", TooCommon),
        ] {
            assert_eq!(check(text), Err(fault), "{text}");
            assert!(text.is_empty() || !fault.to_string().contains(text), "{fault}");
        }
        assert_eq!(check(&format!("aB1{}", "x".repeat(254))), Err(TooLong(257)));
        for good in ["Blue7Mountain", "7-Seen-im-Wald", "Adagio-in-7-keys", "Pontoon-7-Lake", "P@ssw0rd12345"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        assert_eq!(check(&format!("aB1{}", "x".repeat(253))), Ok(()));
    }

    proptest! {
        #[test]
        fn what_sealoff_makes_keeps_the_rules_that_people_must_keep(phrase in any::<bool>()) {
            let style = if phrase { PasswordStyle::PHRASE } else { PasswordStyle::default() };
            let made = Password::generate(&mut OperatingSystem, style, &NAMES).unwrap();
            prop_assert_eq!(made.check(&NAMES), Ok(()));
        }

        #[test]
        fn what_passes_is_what_unseal_gives_out(text in "\\PC{0,40}|[ -~]{8,20}") {
            let password = Password::of(text);
            if password.check(&NAMES).is_ok() {
                prop_assert!(password.could_be_sealed());
            }
        }
    }
}
