//! One record becomes one entry.

use std::str;

use crate::ids::RowNumber;

use super::cells::Cells;
use super::columns::{Column, Columns};
use super::defect::{Defect, Reason, shown};
use super::entry::{Entry, Hints, Key, Person};
use super::records::{Flaw, LONGEST_RECORD, Record, line_ends};
use super::upn::{NotAUpn, Upn};

/// Names and kinds are short; what is longer has gone astray.
const LONGEST_CELL: usize = 256;

/// A remark may be a paragraph.
const LONGEST_NOTE: usize = 4096;

/// What became of a record.
pub(super) enum Row {
    /// Nothing but empty cells: no row at all.
    Blank,
    Entry(Entry),
    /// An entry whose record must be given back behind the line of this offset.
    EntryToLineOf(Entry, usize),
}

/// Reads one record as the row with this number.
pub(super) fn read(record: Record<'_>, row: RowNumber, columns: &Columns, cells: &mut Cells) -> Row {
    let entry = |text, content| Entry { row, line: record.line, text, content };
    if let Some(flaw) = record.flaw {
        let defect = defect_of(flaw, record);
        return Row::Entry(entry(shown(record.bytes), Err(defect)));
    }
    if !cells.read(record.bytes) {
        // Not reached as long as records are cut by the rules by which they are read.
        return Row::Entry(entry(shown(record.bytes), Err(Place(record).at(0, Reason::OpenQuote))));
    }
    let reading = Reading { record, columns, cells };
    let (key, column) = reading.key_cell();
    if key.is_empty() && reading.cells.all_blank() {
        return Row::Blank;
    }
    let text = shown(key);
    if key.iter().any(|b| matches!(b, b'\n' | b'\r')) {
        // The lines behind the first may be other people's.
        let offset = cells.offset_of(record.bytes, column.index);
        let reason = Reason::LineBreakInKey { column: column.name.clone() };
        let shown_line = shown(key.split(|b| matches!(b, b'\n' | b'\r')).next().unwrap_or_default());
        return Row::EntryToLineOf(entry(shown_line, Err(Place(record).at(offset, reason))), offset);
    }
    let content = reading.person(key, column);
    Row::Entry(entry(text, content))
}

fn defect_of(flaw: Flaw, record: Record<'_>) -> Defect {
    match flaw {
        Flaw::OpenQuote(offset) => Place(record).at(offset, Reason::OpenQuote),
        Flaw::TextAfterQuote(offset) => Place(record).at(offset, Reason::TextAfterQuote),
        Flaw::TooLong => {
            Defect { line: record.line, column: None, reason: Reason::RowTooLong { longest: LONGEST_RECORD } }
        }
    }
}

/// Turns offsets in a record into places in the file.
struct Place<'a>(Record<'a>);

impl Place<'_> {
    fn at(&self, offset: usize, reason: Reason) -> Defect {
        let before = &self.0.bytes[..offset.min(self.0.bytes.len())];
        let line_start = before.iter().rposition(|b| matches!(b, b'\n' | b'\r')).map_or(0, |end| end + 1);
        let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
        Defect { line: self.0.line + line_ends(before), column: Some(column as u64), reason }
    }
}

struct Reading<'a> {
    record: Record<'a>,
    columns: &'a Columns,
    cells: &'a Cells,
}

impl<'a> Reading<'a> {
    fn key_cell(&self) -> (&'a [u8], &'a Column) {
        let key = self.cells.get(self.columns.key.index);
        match &self.columns.fallback {
            Some(fallback) if key.is_empty() => (self.cells.get(fallback.index), fallback),
            _ => (key, &self.columns.key),
        }
    }

    fn person(&self, key: &[u8], column: &Column) -> Result<Person, Defect> {
        self.check_length()?;
        let key = self.key(key, column)?;
        Ok(Person {
            also: self.also(&key, column)?,
            key,
            handoff: self.words(self.columns.handoff.as_ref(), LONGEST_CELL)?,
            priority: self.priority()?,
            note: self.words(self.columns.note.as_ref(), LONGEST_NOTE)?,
            hints: self.hints(),
        })
    }

    /// A row that is too short may be one that was cut off, and then its last cell is not what it seems.
    fn check_length(&self) -> Result<(), Defect> {
        let (found, expected) = (self.cells.len(), self.columns.expected);
        let reason = if found < expected {
            Reason::TooFewCells { found, expected }
        } else if self.cells.any_behind(expected) {
            Reason::TooManyCells { found, expected }
        } else {
            return Ok(());
        };
        Err(Defect { line: self.record.line, column: None, reason })
    }

    fn key(&self, cell: &[u8], column: &Column) -> Result<Key, Defect> {
        if cell.is_empty() {
            return Err(self.at(&self.columns.key, Reason::NoKey { columns: self.columns.key_names() }));
        }
        let text = self.text(cell, column)?;
        if let Ok(id) = text.parse() {
            return Ok(Key::ObjectId(id));
        }
        text.parse()
            .map(Key::UserPrincipalName)
            .map_err(|why| self.at(column, Reason::NotAKey { text: shown(cell), why }))
    }

    /// The user principal name beside an object id. A mail address is none: it may differ from the name for good reason.
    fn also(&self, key: &Key, column: &Column) -> Result<Option<Upn>, Defect> {
        let beside = match (&self.columns.fallback, key) {
            (Some(fallback), Key::ObjectId(_)) if self.columns.fallback_is_upn && fallback != column => fallback,
            _ => return Ok(None),
        };
        let cell = self.cells.get(beside.index);
        if cell.is_empty() {
            return Ok(None);
        }
        let text = self.text(cell, beside)?;
        text.parse().map(Some).map_err(|why: NotAUpn| {
            self.at(beside, Reason::NotAUpn { column: beside.name.clone(), text: shown(cell), why })
        })
    }

    fn priority(&self) -> Result<Option<u32>, Defect> {
        let Some(column) = &self.columns.priority else { return Ok(None) };
        let cell = self.cells.get(column.index);
        if cell.is_empty() {
            return Ok(None);
        }
        // `parse` would take a plus sign, which a spreadsheet takes for a formula.
        let digits =
            Some(cell).filter(|cell| cell.iter().all(u8::is_ascii_digit)).and_then(|cell| str::from_utf8(cell).ok());
        match digits.and_then(|digits| digits.parse().ok()) {
            Some(priority) => Ok(Some(priority)),
            None => Err(self.at(column, Reason::NotAPriority { text: shown(cell) })),
        }
    }

    fn words(&self, column: Option<&Column>, longest: usize) -> Result<Option<String>, Defect> {
        let Some(column) = column else { return Ok(None) };
        let cell = self.cells.get(column.index);
        if cell.is_empty() {
            return Ok(None);
        }
        let text = self.text(cell, column)?;
        if text.len() > longest && text.chars().count() > longest {
            return Err(self.at(column, Reason::CellTooLong { column: column.name.clone(), longest }));
        }
        Ok(Some(text.to_owned()))
    }

    /// Hints are never worth a defect: what cannot be understood is not said.
    fn hints(&self) -> Hints {
        let cell = |column: &Option<Column>| {
            let text = str::from_utf8(self.cells.get(column.as_ref()?.index)).ok()?;
            Some(text).filter(|text| !text.is_empty() && text.len() <= LONGEST_CELL)
        };
        let truth = |column: &Option<Column>| match cell(column)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" => Some(false),
            _ => None,
        };
        Hints {
            user_type: cell(&self.columns.user_type).map(str::to_owned),
            synced: truth(&self.columns.synced),
            enabled: truth(&self.columns.enabled),
        }
    }

    fn text<'c>(&self, cell: &'c [u8], column: &Column) -> Result<&'c str, Defect> {
        let Ok(text) = str::from_utf8(cell) else {
            return Err(self.at(column, Reason::NotUtf8 { column: column.name.clone() }));
        };
        // Line breaks and tabs are what people type into a remark; in a key they are refused before and after.
        match text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            None => Ok(text),
            Some(control) => {
                let reason = Reason::ControlCharacter { column: column.name.clone(), code: control.into() };
                Err(self.at(column, reason))
            }
        }
    }

    fn at(&self, column: &Column, reason: Reason) -> Defect {
        Place(self.record).at(self.cells.offset_of(self.record.bytes, column.index), reason)
    }
}
