//! Headings in the middle of a list, and whom they say to leave alone.

use super::heading;
use super::left_alone::SaidBy;
use super::row_excerpt::ExcerptedRow;
use super::source_span::SourceSpan;

/// The heading above the rows that are read, and the first that said to leave people alone.
#[derive(Default)]
pub(super) struct Sections {
    /// Whether the people who come next stand below such a heading.
    is_below: bool,
    /// The place of the first, and its word.
    last: Option<(&'static str, SourceSpan)>,
    /// So many people stand below such headings.
    pub(super) people: u64,
}

impl Sections {
    /// Takes in a row that names no person.
    pub(super) fn see_none(&mut self, row: &ExcerptedRow<'_>) {
        let Some(index) = only_filled(row) else { return };
        let text = String::from_utf8_lossy(row.cells.get(index));
        // Lines and numbers between people end nothing.
        if !text.contains(char::is_alphabetic) || text.contains('@') {
            return;
        }
        let word = heading::leaving_word(&text);
        self.is_below = word.is_some();
        if let (Some(word), 0) = (word, self.people) {
            self.last = Some((word, row.source_record().at(row.cells.range_of(row.record.bytes, index))));
        }
    }

    /// Takes in a person.
    pub(super) fn see_person(&mut self) {
        self.people += u64::from(self.is_below);
    }

    /// Which line says it, where people stand below it.
    pub(super) fn said(&self) -> Option<(SaidBy, SourceSpan)> {
        let (word, span) = self.last.as_ref().filter(|_| self.people > 0)?;
        Some((SaidBy::Line { word }, span.clone()))
    }
}

/// The only cell of a row that is not empty.
fn only_filled(row: &ExcerptedRow<'_>) -> Option<usize> {
    let mut filled = (0..row.cells.len()).filter(|index| !row.cells.get(*index).is_empty());
    filled.next().filter(|_| filled.next().is_none())
}
