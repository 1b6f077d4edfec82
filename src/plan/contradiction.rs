//! Where a row of the roster says something else of a person than the directory says of the account: then the account may be
//! somebody else's.

use std::collections::BTreeSet;

use crate::directory::Account;
use crate::roster::{Hints, plain_letters};

/// What differs, as both say it; `None` where nothing does, or nothing can be compared.
pub(super) fn of(hints: &Hints, account: &Account) -> Option<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, roster: Option<&str>, directory: &str, differs: fn(&str, &str) -> bool| {
        let Some(roster) = roster.map(str::trim).filter(|text| !text.is_empty()) else { return };
        if !directory.is_empty() && differs(roster, directory) {
            differences.push(format!("{what} {} on the roster, {directory} in the directory", cut(roster)));
        }
    };
    let name = match account.display_name.as_str() {
        "" => format!("{} {}", account.given_name, account.surname).trim().to_owned(),
        name => name.to_owned(),
    };
    compare("name", hints.display_name.as_deref(), &name, are_other_names);
    compare(
        "employee id",
        hints.employee_id.as_deref(),
        account.employee_id.as_deref().unwrap_or(""),
        are_other_numbers,
    );
    compare("department", hints.department.as_deref(), account.department.as_deref().unwrap_or(""), are_other_words);
    (!differences.is_empty()).then(|| differences.join(", "))
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Whether two names are of different people, as far as their words say: `Lovelace, Ada` and `Ada K. Lovelace` are one name, since
/// all words of one of them are in the other. Names in different scripts cannot be compared.
fn are_other_names(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    let is_latin = |words: &BTreeSet<String>| words.iter().all(|word| word.is_ascii());
    if one.is_empty() || other.is_empty() || is_latin(&one) != is_latin(&other) {
        return false;
    }
    !one.is_subset(&other) && !other.is_subset(&one)
}

/// The words of a name, without accents. Single letters and what stands in brackets say too little.
fn words(name: &str) -> BTreeSet<String> {
    let name = name.split(['(', '[', '{', '<', '|']).next().unwrap_or(name);
    let plain = name.replace(['\'', '\u{2019}', '`'], "");
    let words = plain.split(|c: char| !c.is_alphanumeric()).map(plain_letters);
    // German umlauts are written in two ways.
    let words = words.map(|word| word.replace("ae", "a").replace("oe", "o").replace("ue", "u"));
    words.filter(|word| word.chars().count() > 1).collect()
}

/// Zeros in front make no difference: spreadsheets take them off.
fn are_other_numbers(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.trim_start_matches('0').to_lowercase();
    plain(one) != plain(other)
}

fn are_other_words(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.split(|c: char| !c.is_alphanumeric()).map(plain_letters).collect::<String>();
    let (one, other) = (plain(one), plain(other));
    !one.is_empty() && !other.is_empty() && !one.contains(&other) && !other.contains(&one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_written_in_many_ways() {
        for (one, other) in [
            ("Lovelace, Ada", "Ada Lovelace"),
            ("Ada", "Ada Lovelace"),
            ("Ada K. Lovelace", "Ada Lovelace"),
            ("Ana Sofia Perez", "Ana Sofia Pérez, MBA"),
            ("Jurgen Muller", "Jürgen Müller"),
            ("Juergen Mueller", "Jürgen Müller"),
            ("SEAN OBRIEN", "Sean O\u{2019}Brien"),
            ("Ada Lovelace (she/her)", "Ada Lovelace"),
            ("山田 太郎", "Taro Yamada"),
            ("A.", "Ada Lovelace"),
        ] {
            assert!(!are_other_names(one, other), "{one}: {other}");
        }
        for (one, other) in [
            ("Padded Id", "Short Id"),
            ("John Smith", "Jane Smith"),
            ("Wei Chen", "Li Wei"),
            ("山田 太郎", "鈴木 花子"),
        ] {
            assert!(are_other_names(one, other), "{one}: {other}");
        }
        assert!(!are_other_numbers("42", "00042") && are_other_numbers("42", "43"));
        assert!(
            !are_other_words("R&D", "R & D")
                && !are_other_words("Sales", "Sales EMEA")
                && are_other_words("Sales", "Legal")
        );
    }
}
