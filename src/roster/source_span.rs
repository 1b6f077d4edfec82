//! The place of an error in a file, with the part of its line that a person needs to see.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::records::line_ends;
use crate::unseen::harmless_in_excerpt;

/// The maximum number of characters of a line that are shown, and how many of them stand in front of the mark.
const MAX_WIDTH: usize = 110;
const IN_FRONT: usize = 50;

/// More of a broken row is shown nowhere.
const MAX_TEXT_BYTES: usize = 1024;

/// Replaces every character of a line that must not be shown.
const HIDDEN: char = '•';

/// A place in a roster, and the line there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSpan {
    /// The line of the file, counted from 1.
    pub line: u64,
    /// The place on that line, in characters counted from 1; `None` where the whole row is meant.
    pub column: Option<u64>,
    /// A window of that line around the mark.
    pub excerpt: Excerpt,
}

/// A window of one line. Control characters and invisible characters are replaced one for one. In a line that may hold a
/// password, every character is replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The text, some hundred characters at most.
    pub text: String,
    /// The marked part, in characters of `text`. It may lie behind the end of `text`, and is never empty unless `text` is.
    pub mark: Range<usize>,
}

/// One record of the file, in which spans are found.
#[derive(Debug, Clone, Default)]
pub(super) struct SourceRecord<'a> {
    pub(super) bytes: &'a [u8],
    /// The line on which the record begins.
    pub(super) line: u64,
    /// Whether the text must not be shown.
    pub(super) hidden: bool,
    /// The parts of it that must not be shown, in their order; of these, quotes are shown.
    pub(super) not_shown: Vec<Range<usize>>,
}

impl<'a> SourceRecord<'a> {
    /// A record of which everything may be shown.
    pub(super) fn of(bytes: &'a [u8], line: u64) -> Self {
        Self { bytes, line, ..Self::default() }
    }

    /// The beginning of the record, as an excerpt shows it.
    pub(super) fn text(&self) -> String {
        self.shown(0..self.bytes.len().min(MAX_TEXT_BYTES)).into_iter().collect()
    }

    /// The place of some bytes of the record.
    pub(super) fn at(&self, bytes: Range<usize>) -> SourceSpan {
        let (line, line_text) = self.line_of(bytes.start);
        let column = characters(&self.bytes[line_text.start..bytes.start.min(line_text.end)]) + 1;
        let mark = bytes.start.min(line_text.end)..bytes.end.clamp(bytes.start, line_text.end.max(bytes.start));
        SourceSpan { line, column: Some(column as u64), excerpt: self.excerpt(line_text, mark) }
    }

    /// The record as a whole; of more than one line the first.
    pub(super) fn whole(&self) -> SourceSpan {
        let (line, text) = self.line_of(0);
        SourceSpan { line, column: None, excerpt: self.excerpt(text.clone(), text) }
    }

    /// The number and the bytes of the line on which an offset stands.
    fn line_of(&self, offset: usize) -> (u64, Range<usize>) {
        let is_end = |b: &u8| matches!(b, b'\n' | b'\r');
        let offset = offset.min(self.bytes.len());
        let start = self.bytes[..offset].iter().rposition(is_end).map_or(0, |end| end + 1);
        let end = self.bytes[offset..].iter().position(is_end).map_or(self.bytes.len(), |length| offset + length);
        (self.line + line_ends(&self.bytes[..start]), start..end)
    }

    fn excerpt(&self, line: Range<usize>, mark: Range<usize>) -> Excerpt {
        // No character has more than four bytes: this much is enough, however long the line is.
        let from = self.character_start(mark.start.saturating_sub(4 * IN_FRONT).max(line.start), line.start);
        let before = self.shown(from..mark.start);
        let dropped = before.len().saturating_sub(IN_FRONT);
        let mut text: String = before[dropped..].iter().collect();
        let mut start = before.len() - dropped;
        if dropped > 0 || from > line.start {
            text.insert(0, '…');
            start += 1;
        }
        let until = mark.start + (4 * MAX_WIDTH).min(line.end - mark.start);
        let marked = mark.end.min(until);
        let marked_length = self.shown(mark.start..marked).len();
        let behind = self.shown(mark.start..until);
        let room = MAX_WIDTH.saturating_sub(start);
        text.extend(behind.iter().take(room));
        let end = start + marked_length.min(room).max(1);
        if behind.len() > room || until < line.end {
            text.push('…');
        }
        Excerpt { text, mark: start..end }
    }

    /// Moves an offset in the middle of a character behind it.
    fn character_start(&self, mut offset: usize, line_start: usize) -> usize {
        while offset > line_start && self.bytes.get(offset).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000) {
            offset += 1;
        }
        offset
    }

    fn shown(&self, range: Range<usize>) -> Vec<char> {
        let mut shown = Vec::new();
        let mut add = |part: Range<usize>, concealed: bool| {
            let text = String::from_utf8_lossy(&self.bytes[part]);
            shown.extend(text.chars().map(|c| match c {
                _ if self.hidden => HIDDEN,
                '"' => c,
                _ if concealed => HIDDEN,
                _ => harmless_in_excerpt(c),
            }));
        };
        let mut from = range.start;
        for part in &self.not_shown {
            let part = part.start.clamp(from, range.end)..part.end.clamp(from, range.end);
            add(from..part.start, false);
            from = part.end;
            add(part, true);
        }
        add(from..range.end, false);
        shown
    }
}

/// How many characters there are, as the excerpt shows them.
fn characters(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + usize::from(!chunk.invalid().is_empty())).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn source_record(bytes: &[u8]) -> SourceRecord<'_> {
        SourceRecord::of(bytes, 7)
    }

    fn marked(span: &SourceSpan) -> String {
        span.excerpt.text.chars().skip(span.excerpt.mark.start).take(span.excerpt.mark.len()).collect()
    }

    #[test]
    fn a_place_is_counted_in_characters_of_its_own_line() {
        let record = "\"a\r\nü,b\",wrong".as_bytes();
        let span = source_record(record).at(10..15);
        assert_eq!((span.line, span.column), (8, Some(6)));
        assert_eq!((span.excerpt.text.as_str(), marked(&span).as_str()), ("ü,b\",wrong", "wrong"));
        let whole = source_record(record).whole();
        assert_eq!((whole.line, whole.column, whole.excerpt.text.as_str()), (7, None, "\"a"));
    }

    #[test]
    fn a_long_line_is_cut_to_a_window() {
        let line = format!("{}wrong{}", "ä".repeat(5_000), "ö".repeat(5_000));
        let span = source_record(line.as_bytes()).at(10_000..10_005);
        assert_eq!(span.column, Some(5_001));
        assert_eq!(marked(&span), "wrong");
        assert_eq!(span.excerpt.text.chars().count(), MAX_WIDTH + 1);
        assert!(span.excerpt.text.starts_with("…ä") && span.excerpt.text.ends_with("ö…"), "{:?}", span.excerpt.text);
    }

    #[test]
    fn nothing_in_an_excerpt_acts_on_a_terminal_and_no_password_is_in_it() {
        let line = "a\u{1b}]52;c\u{7},b\u{202e}c,\twrong".as_bytes();
        let mut source_record = source_record(line);
        let span = source_record.at(line.len() - 5..line.len());
        assert_eq!(span.excerpt.text, "a\u{fffd}]52;c\u{fffd},b\u{fffd}c, wrong");
        assert_eq!(marked(&span), "wrong");
        source_record.hidden = true;
        let hidden = source_record.at(line.len() - 5..line.len());
        assert_eq!(
            (hidden.excerpt.mark, hidden.excerpt.text),
            (span.excerpt.mark, "•".repeat(span.excerpt.text.chars().count()))
        );
    }

    #[test]
    fn what_is_not_shown_is_replaced_one_for_one() {
        let line = "ada@contoso.com,\"néw pw: Winter2026!\",HR";
        let end = line.len() - 3;
        let span = SourceRecord { not_shown: std::iter::once(16..end).collect(), ..source_record(line.as_bytes()) }
            .at(16..end);
        assert_eq!(span.excerpt.text, format!("ada@contoso.com,\"{}\",HR", "•".repeat(19)));
        assert_eq!(marked(&span), format!("\"{}\"", "•".repeat(19)));
        // A window may begin or end inside of it.
        let long = format!("{}x{}", "a".repeat(3_000), "b".repeat(3_000));
        let span =
            SourceRecord { not_shown: vec![0..2_990, 3_010..6_001], ..source_record(long.as_bytes()) }.at(3_000..3_001);
        assert_eq!(span.excerpt.text.chars().filter(|c| matches!(c, 'a' | 'b' | 'x')).count(), 20);
    }

    #[test]
    fn an_empty_cell_has_a_mark_too() {
        assert_eq!(source_record(b",x").at(0..0).excerpt.mark, 0..1);
        assert_eq!(source_record(b"x,").at(2..2).excerpt.mark, 2..3);
    }

    proptest! {
        #[test]
        fn any_place_in_any_bytes_has_an_excerpt(bytes in prop::collection::vec(any::<u8>(), 0..900), at in 0usize..900, length in 0usize..50) {
            let start = at.min(bytes.len());
            let span = source_record(&bytes).at(start..(start + length).min(bytes.len()));
            prop_assert!(span.excerpt.text.chars().count() <= MAX_WIDTH + 1);
            prop_assert!(span.excerpt.mark.start <= span.excerpt.text.chars().count());
            prop_assert!(!span.excerpt.text.contains(|c: char| c.is_control()));
        }
    }
}
