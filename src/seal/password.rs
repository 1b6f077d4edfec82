//! Passwords that follow Entra's rules, cannot be printed by accident, and are wiped when they are dropped.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::alphabet::{ALL, DIGITS, LETTERS, LOWER, SYMBOLS, UPPER};
use super::phrase;
use super::randomness::{Draw, Randomness, RandomnessFailed};
use super::style::PasswordStyle;

/// Twenty characters from 65 in four such groups: 120 bits, less a fraction for the rules.
const GROUP: usize = 5;

/// No password is longer: sixty-four characters and their hyphens, or twelve words of nine letters with theirs.
const MAX_BYTES: usize = 160;

/// Entra refuses names of at least this many characters.
const MIN_NAME_CHARACTERS: usize = 4;

/// Of random passwords, one draw in seven lacks a class of characters, and hardly any holds a part of a name. Phrases are made
/// of words, as names are, so more of them hold a part of a name; with the names of one person and one tenant, one phrase in
/// a few does not.
const MAX_DRAWS: usize = 1000;

/// A password.
///
/// It cannot be cloned, compared or serialised, it prints as nothing, and its memory is wiped when it is dropped.
pub struct Password(SecretString);

/// Why no password could be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum PasswordError {
    #[error(transparent)]
    Randomness(#[from] RandomnessFailed),
    #[error(
        "{MAX_DRAWS} passwords in a row broke the rules. If these are phrases, their words hold parts of too many names: \
         use --password random, which works with any name. Otherwise the operating system's randomness is broken"
    )]
    NoneFits,
}

impl Password {
    /// Takes over a password that exists.
    pub fn of(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// Makes a password that Entra accepts for the person with these names. A random one has groups of five characters with all
    /// four classes in them, a letter first, no look-alikes, and no four characters in a row that also stand in one of
    /// the names (first, last and display name, user principal name, tenant and domain names), by Entra's own reading:
    /// without regard to case, with `0` as `o`, `1` as `l`, `$` as `s` and `@` as `a`.
    ///
    /// A phrase is made of words with a hyphen between them, each beginning with a capital letter, and ends in a digit and a
    /// symbol. It holds no part of a name either.
    pub fn generate(source: &mut impl Randomness, style: PasswordStyle, names: &[&str]) -> Result<Self, PasswordError> {
        let names = ForbiddenNames::of(names);
        let mut draw = Draw::new(source);
        let mut text = Zeroizing::new(String::with_capacity(MAX_BYTES));
        for _ in 0..MAX_DRAWS {
            text.clear();
            match style {
                PasswordStyle::Random(length) => write_random(&mut text, &mut draw, length.get().into())?,
                PasswordStyle::Phrase(length) => phrase::write(&mut text, &mut draw, length.get().into())?,
            }
            // A new draw, and no repair of the old one: so every password that follows the rules is equally likely.
            if has_all_classes(&text) && !names.meet(&text) {
                return Ok(Self(SecretString::from(text.as_str())));
            }
        }
        Err(PasswordError::NoneFits)
    }

    /// Whether sealoff could have sealed it: visible characters only, a letter or a digit first. Anyone who knows a recipient
    /// can seal something else, such as a formula that a spreadsheet runs or a sequence that a terminal obeys.
    pub fn could_be_sealed(&self) -> bool {
        let text = self.expose().as_bytes();
        text.first().is_some_and(u8::is_ascii_alphanumeric) && text.iter().all(u8::is_ascii_graphic)
    }

    /// The password itself. Call this only where it is used, and keep no copy.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}

fn write_random(
    text: &mut String,
    draw: &mut Draw<'_, impl Randomness>,
    characters: usize,
) -> Result<(), RandomnessFailed> {
    for index in 0..characters {
        if index > 0 && index % GROUP == 0 {
            text.push('-');
        }
        text.push(char::from(draw.one_of(if index == 0 { LETTERS } else { ALL })?));
    }
    Ok(())
}

fn has_all_classes(text: &str) -> bool {
    [UPPER, LOWER, DIGITS, SYMBOLS].iter().all(|class| text.bytes().any(|byte| class.contains(&byte)))
}

/// All sequences of four characters that a password must not hold.
struct ForbiddenNames(Vec<[char; MIN_NAME_CHARACTERS]>);

impl ForbiddenNames {
    fn of(names: &[&str]) -> Self {
        let mut windows = Vec::new();
        for name in names {
            // As it is written, and without blanks, dots and hyphens: of `de Vries`, `devries` counts as well.
            let written: Vec<char> = normalised(name).collect();
            let spoken: Vec<char> = written.iter().copied().filter(|c| c.is_alphanumeric()).collect();
            for form in [written, spoken] {
                windows.extend(
                    form.windows(MIN_NAME_CHARACTERS)
                        .filter_map(|window| <[char; MIN_NAME_CHARACTERS]>::try_from(window).ok()),
                );
            }
        }
        // Some windows are in it twice. To remove them would take longer than to compare them twice.
        Self(windows)
    }

    fn meet(&self, password: &str) -> bool {
        let written = letters_of(normalised(password), password.len());
        let spoken = letters_of(written.iter().copied().filter(|c| *c != '-'), password.len());
        [written, spoken].iter().any(|form| {
            form.windows(MIN_NAME_CHARACTERS).any(|window| self.0.iter().any(|forbidden| forbidden[..] == *window))
        })
    }
}

/// At most `max` characters of a password, in a buffer that never grows: a buffer that grows leaves copies behind.
pub(super) fn letters_of(letters: impl Iterator<Item = char>, max: usize) -> Zeroizing<Vec<char>> {
    let mut all = Zeroizing::new(Vec::with_capacity(max));
    all.extend(letters);
    all
}

pub(super) fn normalised(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase).map(|c| match c {
        '0' => 'o',
        '1' => 'l',
        '$' => 's',
        '@' => 'a',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::super::randomness::OperatingSystem;
    use super::super::randomness::scripted::{Broken, Counting};
    use super::*;
    use proptest::prelude::*;

    fn random(source: &mut impl Randomness, names: &[&str]) -> Result<Password, PasswordError> {
        Password::generate(source, PasswordStyle::default(), names)
    }

    /// The rules once more, written down by other means than the generator's.
    fn check(password: &str, names: &[&str]) -> Result<(), String> {
        let random: Vec<char> = password.chars().filter(|c| *c != '-').collect();
        if password.len() != 23 || random.len() != 20 || password.split('-').any(|group| group.len() != 5) {
            return Err("four groups of five".into());
        }
        let has = |class: fn(&char) -> bool| random.iter().any(class);
        if !has(char::is_ascii_uppercase)
            || !has(char::is_ascii_lowercase)
            || !has(char::is_ascii_digit)
            || !has(char::is_ascii_punctuation)
        {
            return Err("all classes".into());
        }
        if !password.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err("a letter first".into());
        }
        if password.contains(|c| "0O1lI|\",;'\\`=+@ ".contains(c)) {
            return Err("a forbidden character".into());
        }
        let fold =
            |text: &str| text.to_lowercase().replace('0', "o").replace('1', "l").replace('$', "s").replace('@', "a");
        for name in names {
            let name: Vec<char> = fold(name).chars().collect();
            for start in 0..name.len().saturating_sub(3) {
                let part: String = name[start..start + 4].iter().collect();
                if fold(password).contains(&part) || fold(&password.replace('-', "")).contains(&part) {
                    return Err(format!("{part} of a name"));
                }
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn every_password_keeps_every_rule(names in prop::collection::vec("[a-zA-Z0-9$@.äé -]{0,30}|.{0,20}", 0..6)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let password = random(&mut OperatingSystem, &names).unwrap();
            prop_assert_eq!(check(password.expose(), &names), Ok(()));
        }
    }

    /// A generator that never met a name would pass the test above nearly always, so chance is bent towards names: every
    /// password that a script draws is forbidden as a name, and must not be drawn again.
    #[test]
    fn a_password_that_meets_a_name_is_drawn_again() {
        for seed in 0..=255 {
            let first = random(&mut Counting(seed), &[]).unwrap();
            for start in 0..first.expose().len() - 4 {
                let name = first.expose()[start..start + 4].to_uppercase();
                let second = random(&mut Counting(seed), &[&name]).ok();
                assert!(second.is_none_or(|second| check(second.expose(), &[&name]).is_ok()), "{seed} {name}");
            }
            let across: String = first.expose().replace('-', "");
            let second = random(&mut Counting(seed), &[&across[3..7]]).ok();
            assert!(second.is_none_or(|second| check(second.expose(), &[&across[3..7]]).is_ok()));
        }
    }

    #[test]
    fn entras_look_alikes_do_not_hide_a_name() {
        let names = ForbiddenNames::of(&["L00K", "De Vries", "@$11"]);
        for met in ["xlooKx", "ab-devr-c", "asLL"] {
            assert!(names.meet(met), "{met}");
        }
        assert!(!names.meet("lo-ak-de-vx"));
        assert!(!ForbiddenNames::of(&["Ada"]).meet("adaadaada"), "three characters are no name");
    }

    #[test]
    fn the_buffer_in_which_a_password_meets_names_never_grows() {
        for password in ["Vg7#K-abcde-FGHJK-m2345", "Correct-Horse-Battery-Staple-2!"] {
            assert_eq!(letters_of(normalised(password), password.len()).capacity(), password.len());
        }
    }

    #[test]
    fn what_sealoff_cannot_have_sealed_is_recognised() {
        let ours = random(&mut OperatingSystem, &[]).unwrap();
        let phrase = Password::generate(&mut OperatingSystem, PasswordStyle::PHRASE, &[]).unwrap();
        assert!(ours.could_be_sealed() && phrase.could_be_sealed());
        for foreign in ["", "=HYPERLINK(1)", "+1", "a b", "a\u{1b}[2J", "a\u{202e}", "é", "a\n"] {
            assert!(!Password::of(foreign.to_owned()).could_be_sealed(), "{foreign:?}");
        }
    }

    #[test]
    fn broken_randomness_is_an_error() {
        assert!(matches!(random(&mut Broken, &[]), Err(PasswordError::Randomness(_))));
        struct Stuck;
        impl Randomness for Stuck {
            fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomnessFailed> {
                bytes.fill(7);
                Ok(())
            }
        }
        assert_eq!(random(&mut Stuck, &[]).unwrap_err(), PasswordError::NoneFits);
    }

    #[test]
    fn a_password_does_not_show_itself() {
        let password = Password::of("correct horse".into());
        assert!(!format!("{password:?} {:?}", Some(&password)).contains("horse"));
    }

    #[test]
    fn there_are_at_least_a_hundred_bits_in_it() {
        let mut distinct = ALL.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!((distinct.len(), ALL.len()), (65, UPPER.len() + LOWER.len() + DIGITS.len() + SYMBOLS.len()));
        // The rules cost less than one bit: more than half of all draws keep them.
        let bits = (LETTERS.len() as f64).log2() + 19.0 * (ALL.len() as f64).log2() - 1.0;
        assert!(bits >= 100.0, "{bits}");
    }
}
