//! Phrases: words that can be read out over a phone and typed as they are heard.
//!
//! The words are those of the EFF's long list for dice, which is published, so that anyone can count the bits: 7,776 words, less
//! the four with a hyphen, which would sound like two. Entra accepts blanks, but some input fields remove them, so the words
//! are joined by hyphens. Each begins with a capital letter.
//!
//! Entra may ban a word of the list. A banned word counts as one character, and the others count as many as they have
//! ("Eliminate bad passwords using Microsoft Entra Password Protection"), so a phrase of six words is far from refusal.

use std::sync::LazyLock;

use diceware_wordlists::EFF_LONG_WORDLIST;

use super::alphabet::{DIGITS, SYMBOLS};
use super::randomness::{Draw, Randomness, RandomnessFailed};

static WORDS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| EFF_LONG_WORDLIST.iter().copied().filter(|word| !word.contains('-')).collect());

pub(super) fn write(
    text: &mut String,
    draw: &mut Draw<'_, impl Randomness>,
    words: usize,
) -> Result<(), RandomnessFailed> {
    for _ in 0..words {
        let word = WORDS[draw.below(WORDS.len())?];
        let (first, rest) = word.split_at(1);
        text.push(first.as_bytes()[0].to_ascii_uppercase().into());
        text.push_str(rest);
        text.push('-');
    }
    text.push(draw.one_of(DIGITS)?.into());
    text.push(draw.one_of(SYMBOLS)?.into());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::password::Password;
    use super::super::randomness::OperatingSystem;
    use super::super::style::PasswordStyle;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn there_are_at_least_eighty_bits_in_the_shortest_phrase() {
        let mut distinct = WORDS.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 7_772);
        assert!(
            distinct.iter().all(|word| (3..=9).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase()))
        );
        // What names take away is far less than three bits: that would be seven draws of eight that meet one.
        let bits = 6.0 * 7_772_f64.log2() + (DIGITS.len() as f64).log2() + (SYMBOLS.len() as f64).log2() - 3.0;
        assert!(bits >= 80.0, "{bits}");
    }

    proptest! {
        #[test]
        fn a_phrase_is_what_it_is_said_to_be(words in 6_u8..=12, names in prop::collection::vec("[a-z0$@ ]{0,20}|\\PC{0,20}", 0..6)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let style = PasswordStyle::phrase(words).unwrap();
            let password = Password::generate(&mut OperatingSystem, style, &names).unwrap();
            let parts: Vec<&str> = password.expose().split('-').collect();
            prop_assert_eq!(parts.len(), usize::from(words) + 1);
            for word in &parts[..parts.len() - 1] {
                prop_assert!(WORDS.contains(&word.to_lowercase().as_str()) && word.starts_with(char::is_uppercase));
            }
            let end = parts[parts.len() - 1].as_bytes();
            prop_assert!(end.len() == 2 && DIGITS.contains(&end[0]) && SYMBOLS.contains(&end[1]));
            let fold = |text: &str| text.to_lowercase().replace('0', "o").replace('1', "l").replace('$', "s").replace('@', "a");
            let password = fold(password.expose());
            for name in names {
                let name: Vec<char> = fold(name).chars().collect();
                for part in name.windows(4) {
                    let part: String = part.iter().collect();
                    prop_assert!(!password.contains(&part), "{part}");
                }
            }
        }
    }
}
