//! A password, spelled out so that it survives a telephone.
//!
//! Letters by the alphabet of ICAO and NATO, digits by their names, symbols by the names that people know them by. A capital
//! letter says so each time: the ear does not know `victor` from `Victor`.

use std::borrow::Cow;

const LETTERS: [&str; 26] = [
    "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima",
    "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "x-ray",
    "yankee", "zulu",
];
const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/// How one sign is said.
pub fn said(sign: char) -> Cow<'static, str> {
    let place = |first: char| usize::try_from(u32::from(sign) - u32::from(first)).unwrap_or_default();
    Cow::Borrowed(match sign {
        'a'..='z' => LETTERS[place('a')],
        'A'..='Z' => return Cow::Owned(format!("capital {}", LETTERS[place('A')].to_uppercase())),
        '0'..='9' => DIGITS[place('0')],
        ' ' => "blank",
        '-' => "hyphen",
        '_' => "underscore",
        '!' => "exclamation mark",
        '"' => "double quote",
        '#' => "hash",
        '$' => "dollar",
        '%' => "percent",
        '&' => "ampersand",
        '\'' => "apostrophe",
        '(' => "opening parenthesis",
        ')' => "closing parenthesis",
        '*' => "asterisk",
        '+' => "plus",
        ',' => "comma",
        '.' => "full stop",
        '/' => "slash",
        ':' => "colon",
        ';' => "semicolon",
        '<' => "less-than sign",
        '=' => "equals sign",
        '>' => "greater-than sign",
        '?' => "question mark",
        '@' => "at sign",
        '[' => "opening square bracket",
        '\\' => "backslash",
        ']' => "closing square bracket",
        '^' => "caret",
        '`' => "backtick",
        '{' => "opening brace",
        '|' => "vertical bar",
        '}' => "closing brace",
        '~' => "tilde",
        other => return Cow::Owned(format!("the sign {other}")),
    })
}

/// The groups of a password: what stands between its hyphens. Each but the first follows a hyphen.
pub fn groups(password: &str) -> impl Iterator<Item = &str> {
    password.split('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_sign_that_entra_takes_has_a_name_of_its_own() {
        let signs: Vec<char> = (' '..='~').collect();
        let names: BTreeSet<String> = signs.iter().map(|sign| said(*sign).into_owned()).collect();
        assert_eq!(names.len(), signs.len());
        assert!(names.iter().all(|name| !name.starts_with("the sign")));
        assert_eq!((said('V'), said('v'), said('0')), ("capital VICTOR".into(), "victor".into(), "zero".into()));
        // The first letter of each word is the letter that it stands for.
        assert!(('a'..='z').all(|letter| said(letter).starts_with(letter)));
    }

    #[test]
    fn groups_put_together_again_are_the_password() {
        for password in ["Vg7#K-abcde", "one", "a--b"] {
            assert_eq!(groups(password).collect::<Vec<_>>().join("-"), password);
        }
    }
}
