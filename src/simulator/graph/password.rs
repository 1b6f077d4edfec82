//! The password policy of cloud users.
//!
//! "Combined password policy and check for weak passwords in Microsoft Entra ID" and "Eliminate bad passwords using
//! Microsoft Entra Password Protection". The global banned list is secret; a few words that are surely on it stand in
//! for it. Near matches (edit distance 1) are not looked for.

use crate::simulator::directory::{User, tenant};

/// Words that count one point however long they are.
const BANNED: [&str; 12] = [
    "password",
    "passwort",
    "contrasena",
    "welcome",
    "qwerty",
    "letmein",
    "admin",
    "login",
    "summer",
    "winter",
    "dragon",
    "monkey",
];
/// A password needs this many points: one for each banned word, one for each other character.
const POINTS_NEEDED: usize = 5;
/// Shorter names are not looked for.
const SHORTEST_NAME: usize = 4;

/// Whether Entra would take this password for this user.
pub(crate) fn complies(password: &str, user: &User) -> bool {
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

fn holds_a_name(password: &str, user: &User) -> bool {
    let password = normalised(password);
    let names = [user.given_name.as_deref(), user.surname.as_deref(), Some(tenant::DISPLAY_NAME)];
    names
        .into_iter()
        .flatten()
        .map(normalised)
        .any(|name| name.chars().count() >= SHORTEST_NAME && password.contains(&name))
}

fn points(password: &str) -> usize {
    let mut rest = normalised(password);
    let mut points = 0;
    for word in BANNED {
        while let Some(place) = rest.find(word) {
            rest.replace_range(place..place + word.len(), "");
            points += 1;
        }
    }
    points + rest.chars().count()
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
    }
}
