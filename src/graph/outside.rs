//! Texts from outside: what a server, a proxy or the network said.
//!
//! Anything may stand in them: what was sent in confidence, in any encoding; bytes that lead a terminal astray; megabytes.
//! So they are carried in one type, from the transport to the paper. It is made in one way, which looks for what was sent,
//! cuts only then, and leaves one line.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::echo::SentSecrets;
use crate::unseen::deceives;
use crate::words::char_boundary;

/// How many characters are kept. Graph's messages are sentences; longer texts are not worth keeping for each of thousands of
/// accounts.
const MAX_KEPT: usize = 600;
/// How many bytes are looked through for what was sent; the rest is not kept.
const MAX_LOOKED_AT: usize = 4 * 1024;

/// A text from outside that may be shown: one line, bounded, without what was sent in confidence.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct OutsideText(String);

impl OutsideText {
    /// What may be kept of the words that answered what carried `sent`.
    pub(crate) fn guarded(text: &str, sent: &SentSecrets<'_>) -> Self {
        Self(bounded(sent.without(&text[..char_boundary(text, MAX_LOOKED_AT)])))
    }

    /// The words of something that nothing was sent to in confidence, or that this program said itself.
    pub fn of_nothing_sent(text: &str) -> Self {
        Self::guarded(text, &SentSecrets::none())
    }

    /// The same words, looked through for more.
    pub(crate) fn guard(&mut self, sent: &SentSecrets<'_>) {
        *self = Self::guarded(&self.0, sent);
    }

    /// For comparisons.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Are there no words?
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq<&str> for OutsideText {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for OutsideText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OutsideText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A journal of an earlier version may hold more than this one would keep.
impl<'de> Deserialize<'de> for OutsideText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(bounded(String::deserialize(deserializer)?)))
    }
}

#[cfg(test)]
impl<T: AsRef<str>> From<T> for OutsideText {
    fn from(text: T) -> Self {
        Self::of_nothing_sent(text.as_ref())
    }
}

fn bounded(text: String) -> String {
    let mut text = if text.contains(deceives) { text.replace(deceives, " ") } else { text };
    if let Some((end, _)) = text.char_indices().nth(MAX_KEPT) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "u7\\K\"d!xx-Tr0ub4dor";

    fn kept(text: &str) -> String {
        OutsideText::guarded(text, &SentSecrets::of([SECRET].into_iter())).to_string()
    }

    #[test]
    fn no_character_that_deceives_a_reader_is_kept() {
        assert_eq!(kept("\u{1b}[31mno \u{202e}luos\u{202c}\n\u{200b}more"), " [31mno  luos   more");
    }

    #[test]
    fn a_repeated_secret_is_taken_out_before_the_words_are_cut() {
        assert_eq!(kept(&format!("what is {SECRET}")), "what is [password]");
        assert!(!kept(&format!("{}{SECRET}", "é".repeat(MAX_KEPT - 7))).contains("u7"));
    }

    #[test]
    fn it_is_one_line_of_a_bounded_length() {
        assert_eq!(kept("a\r\nb\u{1b}[2J"), "a  b [2J");
        assert_eq!(kept(&"é".repeat(5_000)).chars().count(), MAX_KEPT + 1);
    }

    #[test]
    fn a_line_of_the_journal_is_read_as_it_was_written() {
        let text = OutsideText::of_nothing_sent("it said no");
        let line = serde_json::to_string(&text).unwrap();
        assert_eq!((line.as_str(), serde_json::from_str::<OutsideText>(&line).unwrap()), ("\"it said no\"", text));
        assert!(!serde_json::from_str::<OutsideText>("\"\\u001b[2J\"").unwrap().as_str().contains('\u{1b}'));
    }
}
