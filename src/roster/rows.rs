//! Turns one record into one entry.

use crate::ids::RowNumber;

use super::cells::Cells;
use super::column::NamedColumn;
use super::columns::Columns;
use super::comment::is_commented;
use super::defect::{Defect, DefectReason, shown};
use super::encoding::Encoding;
use super::entry::{Entry, Key};
use super::not_a_user::NotAUser;
use super::records::{CsvRecord, Flaw, MAX_RECORD_BYTES, line_ends};
use super::respelling::Respelling;
use super::row_cells::RowReader;
use super::row_excerpt::ExcerptedRow;
use super::row_outcome::RowOutcome;
use super::sample::is_an_example;
use super::unclosed_quote::{self, RowsInsideQuote};

/// Logs write this for a user whose id they do not know.
const NIL_ID: &[u8] = b"00000000-0000-0000-0000-000000000000";

/// A row that can be read, on a line that may be a row or a part of a remark.
pub(super) fn doubted(entry: Entry, row: &ExcerptedRow<'_>) -> Entry {
    let span = row.with_key_alone().whole();
    Entry { content: Err(Defect { span, reason: DefectReason::InsideQuote }), ..entry }
}

/// Reads one record as the row with this number.
pub(super) fn read(
    record: CsvRecord<'_>,
    row: RowNumber,
    columns: &Columns,
    encoding: Encoding,
    cells: &mut Cells,
) -> RowOutcome {
    // The second half of a line end in UTF-16 that was appended to a list in another encoding.
    // The sign with which DOS ends a file.
    if record.bytes == b"\0" || record.bytes == b"\x1a" {
        return RowOutcome::Blank;
    }
    let flaw = match record.flaw {
        // Records are cut by the same rules by which they are read, so a record without a flaw can be read.
        None => (!cells.read(record.bytes)).then_some(Flaw::OpenQuote(0)),
        flaw => flaw,
    };
    let hidden = ExcerptedRow { record, columns, cells }.may_have_a_password();
    let reader = RowReader { record, row, columns, encoding, cells, hidden };
    // Quotes around a name are no quotes of the cell: "Lovelace, Ada" <ada@contoso.com>
    if let Some(Flaw::TextAfterQuote(_)) = flaw
        && let Some(people) = reader.several_on_the_line(1)
    {
        return people;
    }
    match flaw {
        Some(flaw) => RowOutcome::Entry(reader.broken(flaw)),
        None => reader.outcome(),
    }
}

impl<'a> RowReader<'a> {
    /// A row that cannot be divided into cells.
    fn broken(&self, flaw: Flaw) -> Entry {
        let (source_record, reason) = match flaw {
            Flaw::OpenQuote(offset) => (self.excerpted().broken_at(offset), DefectReason::OpenQuote),
            Flaw::TextAfterQuote(offset) => (self.excerpted().broken_at(offset), DefectReason::TextAfterQuote),
            Flaw::TooLong => (self.source_record(), DefectReason::RowTooLong { max: MAX_RECORD_BYTES }),
        };
        let span = match flaw {
            Flaw::OpenQuote(offset) => source_record.at(offset..self.record.bytes.len()),
            Flaw::TextAfterQuote(offset) => source_record.at(offset..offset + 1),
            Flaw::TooLong => source_record.whole(),
        };
        self.entry(self.text_of(source_record.text().as_bytes()), Err(Defect { span, reason }))
    }

    fn outcome(&self) -> RowOutcome {
        let (key, column) = self.key_cell();
        if key.is_empty() && self.cells.all_blank() {
            return RowOutcome::Blank;
        }
        if self.columns.has_comments && is_commented(self.cells.get(0)) {
            let reason = DefectReason::NotAUser { text: self.shown_key(key), why: NotAUser::CommentedOut };
            return RowOutcome::Entry(self.entry(self.text_of_key(key), Err(self.at(column, reason))));
        }
        if self.is_an_example(key) {
            let reason = DefectReason::NotAUser { text: self.shown_key(key), why: NotAUser::Example };
            return RowOutcome::Example(self.entry(self.text_of_key(key), Err(self.at(column, reason))));
        }
        if let Some(people) = self.several(key, column) {
            return people;
        }
        if let Some(first_line) = key.split(|b| matches!(b, b'\n' | b'\r')).next().filter(|line| line.len() < key.len())
        {
            // The lines behind the first may belong to other people.
            let defect = self.at(column, DefectReason::LineBreakInKey { column: column.name.clone() });
            let entry = self.entry(self.text_of_key(first_line), Err(defect));
            return RowOutcome::EntryToLineOf { entry, offset: self.range_of(column).start, doubtful_until: 0 };
        }
        if let Some(RowsInsideQuote { quote, certain }) =
            unclosed_quote::find(self.record.bytes, self.columns, self.cells)
        {
            let span = self.excerpted().broken_at(quote).at(quote..self.record.bytes.len());
            let entry = self.entry(self.text_of_key(key), Err(Defect { span, reason: DefectReason::OpenQuote }));
            let last_line = self.record.line + line_ends(self.record.bytes);
            let doubtful_until = if certain { 0 } else { last_line };
            return RowOutcome::EntryToLineOf { entry, offset: quote, doubtful_until };
        }
        let content = self.selected().and_then(|()| self.person(key, column));
        let text = match &content {
            Ok(person) if person.respelt.has(Respelling::BehindColon) => key_alone(&person.key),
            // What a program knows of a person may hold a password, too.
            Ok(person) if key.starts_with(b"{\"") => key_alone(&person.key),
            Ok(_) => shown(key),
            Err(Defect { reason: DefectReason::WordsBehindColon { name }, .. }) => name.clone(),
            Err(_) => self.text_of_key(key),
        };
        let name = self.name();
        RowOutcome::Entry(Entry { name, ..self.entry(text, content) })
    }

    fn key_cell(&self) -> (&'a [u8], &'a NamedColumn) {
        let key = self.cells.get(self.columns.key.index);
        match &self.columns.fallback {
            Some(fallback) if key.is_empty() || self.stands_in(key, fallback) => {
                (self.cells.get(fallback.index), fallback)
            }
            _ => (key, &self.columns.key),
        }
    }

    /// Whether the id is all zeros, and the name beside it says who it is.
    fn stands_in(&self, key: &[u8], fallback: &NamedColumn) -> bool {
        key == NIL_ID && !self.cells.get(fallback.index).is_empty()
    }

    /// Whether this is the row of a template that shows how to fill it in.
    fn is_an_example(&self, key: &[u8]) -> bool {
        self.columns.template && (is_an_example(key) || is_an_example(self.cells.get(0)))
    }
}

/// The key without anything that stood beside it in its cell.
fn key_alone(key: &Key) -> String {
    match key {
        Key::ObjectId(id) => id.to_string(),
        Key::UserPrincipalName(name) => shown(name.as_str().as_bytes()),
        Key::Property(_, value) => shown(value.as_bytes()),
    }
}
