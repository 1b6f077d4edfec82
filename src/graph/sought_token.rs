//! A token, ready to be looked for in what comes back.
//!
//! Every answer is looked through. So what the search needs is made once for each token, and not for each answer: there are
//! thousands of answers a minute, and a token has some fifteen hundred characters.

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::secret_parts::SecretParts;

/// So many characters in a row of a token are a part of it: fewer are no help to a thief.
const MIN_PART: usize = 16;
/// Blocks of this length are looked for in large answers: each part of a token holds a whole one, wherever it begins.
const BLOCK: usize = MIN_PART / 2;

/// A token, and what a search for it needs. What is shorter than a part is not looked for: nothing real is so short.
pub(crate) struct SoughtToken {
    text: SecretString,
    parts: SecretParts<MIN_PART>,
    /// Every block of it, as a number, in order.
    blocks: Zeroizing<Vec<u64>>,
}

impl SoughtToken {
    pub(crate) fn new(text: SecretString) -> Self {
        let token = text.expose_secret();
        let parts = SecretParts::of(&[token]);
        // It never grows: a buffer that grows leaves copies behind.
        let mut blocks = Zeroizing::new(Vec::with_capacity(token.len()));
        blocks.extend(token.as_bytes().windows(BLOCK).filter_map(number));
        blocks.sort_unstable();
        Self { text, parts, blocks }
    }

    /// The token itself.
    pub(super) fn text(&self) -> &str {
        self.text.expose_secret()
    }

    /// The token, where it is long enough to be looked for.
    pub(super) fn whole(&self) -> Option<&str> {
        (!self.parts.is_empty()).then(|| self.text())
    }

    /// Does a text hold a part of it, in letters of any case?
    pub(super) fn has_part_in(&self, text: &[u8]) -> bool {
        self.parts.are_in(text)
    }

    /// Does an answer that is not shown repeat a part of it as it was sent? The answer may be megabytes of names, of which
    /// each may be shown later; so one look has to do, at a block of every few bytes.
    pub(super) fn is_repeated_in(&self, answer: &[u8]) -> bool {
        let token = self.text().as_bytes();
        let is_part = |start: usize| {
            let from = start.saturating_sub(MIN_PART - 1);
            let around = &answer[from..answer.len().min(start + BLOCK + MIN_PART - 1)];
            around.windows(MIN_PART).any(|part| token.windows(MIN_PART).any(|other| other == part))
        };
        let is_block = |block: &[u8]| number(block).is_some_and(|block| self.blocks.binary_search(&block).is_ok());
        answer.chunks_exact(BLOCK).enumerate().any(|(index, block)| is_block(block) && is_part(index * BLOCK))
    }
}

fn number(block: &[u8]) -> Option<u64> {
    block.try_into().ok().map(u64::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJvaWQiOiIyMzYzNTJkMCJ9.c2lnbmF0dXJlLW9mLWl0";

    fn sought(token: &str) -> SoughtToken {
        SoughtToken::new(SecretString::from(token))
    }

    #[test]
    fn a_large_answer_that_repeats_a_part_of_the_token_is_found_wherever_it_stands() {
        let token = sought(TOKEN);
        for offset in 0..BLOCK {
            let text = format!("{}{}{}", "x".repeat(1_000 + offset), &TOKEN[5..5 + MIN_PART], "y".repeat(777));
            assert!(token.is_repeated_in(text.as_bytes()), "{offset}");
            assert!(!token.is_repeated_in(text.replace("none", "name").replace("In0", "on0").as_bytes()), "{offset}");
        }
        for short in ["", "x", TOKEN] {
            assert_eq!(token.is_repeated_in(short.as_bytes()), short == TOKEN);
            assert!(!sought("short").is_repeated_in(TOKEN.as_bytes()));
        }
    }
}
