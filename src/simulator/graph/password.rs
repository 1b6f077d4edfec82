//! The password policy of cloud users.
//!
//! "Combined password policy and check for weak passwords in Microsoft Entra ID" and "Eliminate bad passwords using
//! Microsoft Entra Password Protection". The global banned list is secret; a few words that are surely on it stand in
//! for it.

use crate::simulator::directory::{SimulatedUser, tenant};

/// Words that count one point however long they are.
const BANNED: [&str; 12] = [
    "password", "passwort", "contrasena", "welcome", "qwerty", "letmein", "admin", "login", "summer", "winter",
    "dragon", "monkey",
];
/// A password needs this many points: one for each banned word, one for each other character.
const POINTS_NEEDED: usize = 5;
/// Shorter names are not looked for.
const MIN_NAME: usize = 4;

/// Whether Entra would take this password for this user.
pub(crate) fn complies(password: &str, user: &SimulatedUser) -> bool {
    (8..=256).contains(&password.len())
        && password.chars().all(is_allowed)
        && classes(password) >= 3
        && !holds_a_name(password, user)
        && points(password) >= POINTS_NEEDED
}

fn is_allowed(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || r##" @#$%^&*-_!+=[]{}|\:',.?/`~"();<>"##.contains(letter)
}

fn classes(password: &str) -> usize {
    let has = |class: fn(char) -> bool| usize::from(password.chars().any(class));
    has(|letter| letter.is_ascii_uppercase())
        + has(|letter| letter.is_ascii_lowercase())
        + has(|letter| letter.is_ascii_digit())
        + has(|letter| !letter.is_ascii_alphanumeric())
}

/// Lower case, and the common stand-ins for letters undone.
fn normalised(text: &str) -> String {
    let plain = |letter: char| match letter {
        '0' => 'o',
        '1' => 'l',
        '$' => 's',
        '@' => 'a',
        other => other,
    };
    text.to_lowercase().chars().map(plain).collect()
}

fn holds_a_name(password: &str, user: &SimulatedUser) -> bool {
    let password = normalised(password);
    let names = [user.given_name.as_deref(), user.surname.as_deref(), Some(tenant::DISPLAY_NAME)];
    let names = names.into_iter().flatten().map(normalised);
    // A name of two words is one name, and each of its words is one too.
    let parts = |name: String| {
        let words: Vec<String> = name.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect();
        std::iter::once(name).chain(words)
    };
    names.flat_map(parts).any(|name| name.chars().count() >= MIN_NAME && password.contains(&name))
}

/// The first place of a banned word, or of what is one edit away from it.
fn banned(text: &[u8], word: &[u8]) -> Option<std::ops::Range<usize>> {
    // The word's own length first: a near match around it would leave a letter too few.
    [word.len(), word.len() - 1, word.len() + 1].into_iter().find_map(|size| {
        let start = text.windows(size).position(|part| at_most_one_edit(part, word))?;
        Some(start..start + size)
    })
}

/// What is left between the longest beginning and the longest end that both have.
fn at_most_one_edit(one: &[u8], other: &[u8]) -> bool {
    let same = |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(a, b)| a == b).count();
    let before = same(&mut one.iter().zip(other));
    let behind = same(&mut one[before..].iter().rev().zip(other[before..].iter().rev()));
    one.len().max(other.len()) - before - behind <= 1
}

fn points(password: &str) -> usize {
    // Anything but ASCII was refused before.
    let mut rest = normalised(password).into_bytes();
    let mut points = 0;
    for word in BANNED {
        while let Some(place) = banned(&rest, word.as_bytes()) {
            rest.drain(place);
            points += 1;
        }
    }
    points + rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::directory::{Directory, UserKey};

    fn verdict(password: &str) -> bool {
        let directory = Directory::seeded(0, 1);
        let ada = directory.find(&UserKey::Name("ada.lovelace@contoso.com".into())).unwrap();
        complies(password, directory.get(ada))
    }

    #[test]
    fn long_random_passwords_comply() {
        for good in ["u7#KdQw!93nTzRxp", "aaBB11cc", "lower UPPER blank", &"aB3".repeat(85)] {
            assert!(verdict(good), "{good}");
        }
    }

    #[test]
    fn length_letters_and_classes_are_checked() {
        for weak in ["aB3$xyz", &"aB3x".repeat(65), "lowercase1", "ALLUPPER99", "pässWord99!x", "tab\tIs9Bad!"] {
            assert!(!verdict(weak), "{weak}");
        }
    }

    #[test]
    fn names_of_four_letters_and_the_tenants_name_are_refused() {
        for weak in ["xx-Lovelace-99", "xx-l0VEL@CE-99", "C0nt0so!2026xyz"] {
            assert!(!verdict(weak), "{weak}");
        }
        assert!(verdict("Ada-zzkrtp-99"), "three letters are too few to count");
    }

    #[test]
    fn banned_words_count_one_point() {
        assert!(!verdict("P@ssw0rd!1"));
        assert!(verdict("P@ssw0rd!1zkq"));
        assert!(!verdict("Passw0rt!12"), "one edit away is as good as the word");
        assert!(!verdict("Pasword!12"));
    }
}
