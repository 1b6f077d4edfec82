//! The cells of one record: their text, their places in the file, and what shows that they stand in the wrong columns.

use std::ops::Range;
use std::str;

use super::cells::Cells;
use super::column::NamedColumn;
use super::columns::Columns;
use super::defect::{Defect, DefectReason, shown};
use super::encoding::Encoding;
use super::entry::{Entry, Person};
use super::records::CsvRecord;
use super::row_excerpt::ExcerptedRow;
use super::several;
use super::source_span::{SourceRecord, SourceSpan};
use crate::ids::RowNumber;
use crate::spreadsheet::unguard;

/// Names and kinds are short. A longer text is in the wrong column.
pub(super) const MAX_CELL_CHARACTERS: usize = 256;

/// Stands in a message in place of the text of a broken row that may hold a password.
const NOT_SHOWN: &str = "(not shown: it may hold a password)";

/// One record, cut into cells.
pub(super) struct RowReader<'a> {
    pub(super) record: CsvRecord<'a>,
    pub(super) row: RowNumber,
    pub(super) columns: &'a Columns,
    pub(super) encoding: Encoding,
    pub(super) cells: &'a Cells,
    /// Whether the row may hold a password.
    pub(super) hidden: bool,
}

impl<'a> RowReader<'a> {
    /// The entry of this row.
    pub(super) fn entry(&self, text: String, content: Result<Person, Defect>) -> Entry {
        // The sheet row is the reader's to say: it knows how many lines above stand inside of cells.
        Entry {
            row: self.row,
            line: self.record.line,
            among: None,
            sheet_row: None,
            tenant: self.tenant(),
            name: String::new(),
            text,
            content,
        }
    }

    fn tenant(&self) -> Option<Box<str>> {
        let column = self.columns.tenant.as_ref().filter(|_| self.check_length().is_ok())?;
        let cell = shown(self.cells.get(column.index));
        (!cell.is_empty()).then(|| cell.into())
    }

    /// A row that is too short may have been cut off, and then its last cell is incomplete.
    pub(super) fn check_length(&self) -> Result<(), Defect> {
        let (found, expected, most) = (self.cells.len(), self.columns.expected, self.columns.most);
        if found == 1 && expected > 1 && self.holds_a_row(self.cells.get(0)) {
            return Err(Defect { span: self.excerpted().broken_at(0).whole(), reason: DefectReason::RowInQuotes });
        }
        if found < expected {
            return Err(Defect {
                span: self.source_record().whole(),
                reason: DefectReason::TooFewCells { found, expected },
            });
        }
        // A cell that is empty counts as well: where a comma without quotes shifts all cells, it is the last of them.
        if found > most {
            let surplus = self.cells.range_of(self.record.bytes, most).start..self.record.bytes.len();
            let people = (most..found).filter_map(|index| str::from_utf8(self.cells.get(index)).ok());
            let people = 1 + people.map(several::addresses).sum::<usize>();
            let reason = match people {
                2.. if self.columns.expected == 1 => DefectReason::SeveralPeople { people },
                _ => DefectReason::TooManyCells { found, expected: most },
            };
            return Err(Defect { span: self.source_record().at(surplus), reason });
        }
        Ok(())
    }

    /// Whether the text of a cell is a whole row.
    fn holds_a_row(&self, cell: &[u8]) -> bool {
        let mut cells = self.cells.another();
        cells.read(cell) && (self.columns.expected..=self.columns.most).contains(&cells.len())
    }

    /// Whether the operator means the row.
    pub(super) fn selected(&self) -> Result<(), Defect> {
        let Some((column, value)) = &self.columns.only else { return Ok(()) };
        let cell = String::from_utf8_lossy(self.cells.get(column.index));
        // A star stands for any value.
        if cell.to_lowercase() == value.to_lowercase() || (value == "*" && !cell.is_empty()) {
            return Ok(());
        }
        // In a row with too few or too many cells, another cell may stand in this column.
        self.check_length()?;
        Err(self.at(column, DefectReason::LeftOut { column: column.name.clone(), value: value.clone() }))
    }

    /// The short text of a cell that something is decided by.
    pub(super) fn label(&self, column: Option<&NamedColumn>) -> Result<Option<String>, Defect> {
        let Some(column) = column else { return Ok(None) };
        let cell = self.cells.get(column.index);
        if cell.is_empty() {
            return Ok(None);
        }
        let text = self.text(cell, column)?;
        if text.len() > MAX_CELL_CHARACTERS && text.chars().count() > MAX_CELL_CHARACTERS {
            let reason = DefectReason::CellTooLong { column: column.name.clone(), max: MAX_CELL_CHARACTERS };
            return Err(self.at(column, reason));
        }
        // Our own lists guard what a spreadsheet would take for a formula.
        Ok(Some(unguard(text).to_owned()))
    }

    pub(super) fn text<'c>(&self, cell: &'c [u8], column: &NamedColumn) -> Result<&'c str, Defect> {
        let text = match str::from_utf8(cell) {
            Ok(text) => text,
            Err(_) => {
                let raw = self.range_of(column);
                let chunk = self.record.bytes[raw.clone()].utf8_chunks().next();
                let (sound, broken) = chunk.map_or((0, 1), |chunk| (chunk.valid().len(), chunk.invalid().len()));
                let span = self.source_record().at(raw.start + sound..raw.start + sound + broken);
                let reason = DefectReason::Undecodable { column: column.name.clone(), encoding: self.encoding };
                return Err(Defect { span, reason });
            }
        };
        match text.chars().find(|c| is_bad(*c)) {
            None => Ok(text),
            Some(control) => {
                let reason = DefectReason::ControlCharacter { column: column.name.clone(), code: control.into() };
                Err(self.at_character(column, Some(control), reason))
            }
        }
    }

    pub(super) fn at(&self, column: &NamedColumn, reason: DefectReason) -> Defect {
        Defect { span: self.source_record().at(self.range_of(column)), reason }
    }

    /// A defect at the first place in a cell where this character stands.
    pub(super) fn at_character(&self, column: &NamedColumn, character: Option<char>, reason: DefectReason) -> Defect {
        Defect { span: self.span_of(column, character), reason }
    }

    fn span_of(&self, column: &NamedColumn, character: Option<char>) -> SourceSpan {
        let cell = self.range_of(column);
        let sign = character.map(|c| c.encode_utf8(&mut [0; 4]).as_bytes().to_vec()).unwrap_or_default();
        // The quotes around a cell are not part of its text.
        let bytes = &self.record.bytes[cell.clone()];
        let quoted = usize::from(bytes.starts_with(b"\""));
        let place =
            if sign.is_empty() { None } else { bytes[quoted..].windows(sign.len()).position(|window| window == sign) };
        self.source_record().at(place.map_or(cell.clone(), |offset| {
            let start = cell.start + quoted + offset;
            start..start + sign.len()
        }))
    }

    pub(super) fn range_of(&self, column: &NamedColumn) -> Range<usize> {
        self.cells.range_of(self.record.bytes, column.index)
    }

    pub(super) fn source_record(&self) -> SourceRecord<'a> {
        self.excerpted().source_record()
    }

    pub(super) const fn excerpted(&self) -> ExcerptedRow<'a> {
        ExcerptedRow { record: self.record, columns: self.columns, cells: self.cells }
    }

    /// A cell of a broken row, for display.
    pub(super) fn shown(&self, cell: &[u8]) -> String {
        if self.hidden { NOT_SHOWN.to_owned() } else { shown(cell) }
    }

    /// The key cell of a row that is not read, for display.
    pub(super) fn shown_key(&self, cell: &[u8]) -> String {
        if self.hides_key(cell) { NOT_SHOWN.to_owned() } else { shown(cell) }
    }

    /// A cell of a broken row, for its entry; empty where it is not shown.
    pub(super) fn text_of(&self, cell: &[u8]) -> String {
        if self.hidden { String::new() } else { shown(cell) }
    }

    /// The key cell of a row that is not read, for its entry; empty where it is not shown.
    pub(super) fn text_of_key(&self, cell: &[u8]) -> String {
        if self.hides_key(cell) { String::new() } else { shown(cell) }
    }

    /// Where cells are missing or there are too many, another cell may stand in place of the key.
    fn hides_key(&self, cell: &[u8]) -> bool {
        self.hidden || self.check_length().is_err() && !self.excerpted().is_a_key_by_its_form(cell)
    }
}

/// Line breaks and tabs are usual in a remark. In a key they are refused elsewhere.
pub(super) fn is_bad(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}
