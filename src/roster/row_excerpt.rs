//! What an excerpt shows of a row: the cells that are read. Any other cell may be a remark, and people write passwords into remarks.

use std::str;

use super::cells::Cells;
use super::columns::Columns;
use super::key;
use super::records::CsvRecord;
use super::respelling::Respellings;
use super::secret;
use super::source_span::{SourceRecord, SourceSpan};

/// A row, and what is known of its cells.
#[derive(Clone, Copy)]
pub(super) struct ExcerptedRow<'a> {
    pub(super) record: CsvRecord<'a>,
    pub(super) columns: &'a Columns,
    pub(super) cells: &'a Cells,
}

impl<'a> ExcerptedRow<'a> {
    /// Whether nothing of the row may be shown.
    pub(super) fn may_have_a_password(self) -> bool {
        self.columns.has_passwords
            || secret::is_in(self.record.bytes)
            || (self.columns.is_one_cell_a_line() && secret::is_behind_a_sign(self.record.bytes))
    }

    /// The row with the cells that are read. Where cells are missing or there are too many, each may stand in another's column:
    /// then only what is a key by its form is shown, where the key should stand.
    pub(super) fn source_record(self) -> SourceRecord<'a> {
        let number = self.cells.ranges(self.record.bytes).count();
        if (self.columns.expected..=self.columns.most).contains(&number) {
            self.with(|index, _| self.columns.is_read(index))
        } else {
            self.with_key_alone()
        }
    }

    /// The place of a cell that decided something, whatever its column.
    pub(super) fn at(self, index: usize) -> SourceSpan {
        let bytes = self.record.bytes;
        let is_shown = |other: usize, _: &[u8]| other == index || self.columns.is_read(other);
        self.with(is_shown).at(self.cells.range_of(bytes, index))
    }

    /// The row with nothing but its key.
    pub(super) fn with_key_alone(self) -> SourceRecord<'a> {
        self.with(|index, cell| index == self.columns.key.index && self.is_a_key_by_its_form(cell))
    }

    /// The row with a quote at `offset` that leaves open where cells end from there on. A key that stands there ends at the next
    /// delimiter.
    pub(super) fn broken_at(self, offset: usize) -> SourceRecord<'a> {
        let bytes = self.record.bytes;
        let sound = self.cells.ranges(&bytes[..offset]);
        let (mut not_shown, mut begun) = (Vec::new(), (0, 0));
        for (index, cell) in sound.enumerate() {
            begun = (index, cell.start);
            if !self.columns.is_read(index) {
                not_shown.push(cell);
            }
        }
        let (index, start) = begun;
        let is_key = index == self.columns.key.index;
        let from = if is_key { self.cells.next_delimiter(bytes, offset) + 1 } else { start };
        not_shown.push(from.min(bytes.len())..bytes.len());
        SourceRecord { not_shown, ..self.whole() }
    }

    /// Whether a text is a key and nothing else. Where keys have no form of their own, a single word may be a password as well.
    pub(super) fn is_a_key_by_its_form(self, cell: &[u8]) -> bool {
        self.columns.by.is_none_or(|by| by.has_a_form())
            && str::from_utf8(cell).is_ok_and(|cell| {
                let read = key::read(cell.trim().trim_matches('"'), self.columns.by);
                read.is_ok_and(|(_, respelt)| respelt == Respellings::default())
            })
    }

    fn with(self, is_shown: impl Fn(usize, &[u8]) -> bool) -> SourceRecord<'a> {
        let bytes = self.record.bytes;
        let cells = self.cells.ranges(bytes).enumerate();
        let not_shown = cells.filter(|(index, cell)| !is_shown(*index, &bytes[cell.clone()])).map(|(_, cell)| cell);
        SourceRecord { not_shown: not_shown.collect(), ..self.whole() }
    }

    fn whole(self) -> SourceRecord<'a> {
        let hidden = self.may_have_a_password();
        SourceRecord { hidden, ..SourceRecord::of(self.record.bytes, self.record.line) }
    }
}
