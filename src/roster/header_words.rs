//! What columns are called in other languages than English, and in English where exports and personnel offices have words of
//! their own: the dictionary of headers.
//!
//! The names of the Microsoft portals are those of their exports in each language; the other words are those that people write
//! above a list of employees. Upper and lower case, blanks, hyphens, full stops, brackets, apostrophes and accents make no
//! difference: `Prénom` is `PRENOM`, and `N.º de empleado` is `Nº de empleado`.
//!
//! A word stands here only where it has one meaning in all of these languages. `Nome` is a whole name in Portuguese and a first
//! name in Italian, so it is `name` and decides nothing.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::folded::plain;

/// The dictionary: below each comment, lines of an English name by which this room knows a column, and the words for it.
const DICTIONARY: &str = include_str!("header_words.txt");

/// Each word, with its English name.
fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = DICTIONARY.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(": "));
    lines.flat_map(|(english, words)| words.split("; ").map(move |word| (word, english)))
}

/// Every word in the form in which names are compared, with its English name.
static ENGLISH: LazyLock<HashMap<String, &'static str>> =
    LazyLock::new(|| entries().map(|(word, english)| (plain(word), english)).collect());

/// The English name of a column, as this room folds it.
pub(super) fn english(name: &str) -> Option<&'static str> {
    ENGLISH.get(&plain(name)).copied()
}

#[cfg(test)]
mod tests {
    use super::super::somebody_else::is_never_a_key;
    use super::*;

    #[test]
    fn spelling_makes_no_difference() {
        for name in [
            "Nom d’utilisateur principal", "NOM D'UTILISATEUR PRINCIPAL", "nom_d-utilisateur principal",
            "Nom d'utilisateur\u{a0}principal*",
        ] {
            assert_eq!(english(name), Some("userprincipalname"), "{name}");
        }
        assert_eq!(english("Pre\u{301}nom"), Some("givenname"), "an accent as a letter of its own");
        assert_eq!(english("オブジェクトＩＤ"), Some("objectid"), "wide letters");
        assert_eq!(english("Nº de empleado"), Some("employeeid"));
        assert_eq!(english("KULLANICI ADI"), Some("username"), "capitals without dots");
        assert_eq!(english("İş E-postası"), Some("workemail"), "a capital with a dot");
        assert_eq!(english("Sähköpostiosoite"), Some("emailaddress"));
        assert_eq!(english("Haarfarbe"), None);
    }

    #[test]
    fn no_word_has_two_meanings_and_none_is_somebody_else() {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for (word, meaning) in entries() {
            assert!(!is_never_a_key(word), "{word}");
            let before = seen.insert(plain(word), meaning);
            assert!(before.is_none_or(|before| before == meaning), "{word}: {before:?} and {meaning}");
        }
        assert_eq!(seen.len(), ENGLISH.len());
    }

    #[test]
    fn every_line_of_the_dictionary_is_read() {
        for line in DICTIONARY.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (english, words) = line.split_once(": ").unwrap();
            assert!(english.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{line}");
            assert!(words.split("; ").all(|word| !word.is_empty() && word.trim() == word), "{line}");
        }
    }
}
