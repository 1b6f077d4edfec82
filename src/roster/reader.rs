//! The roster as a whole: opened, understood, read to its end, and named by its digest.

use std::io::{self, Cursor, Read};

use crate::digest::{Digest, Hasher};
use crate::ids::RowNumber;

use super::cells::Cells;
use super::columns::{Columns, Shape};
use super::dialect::{Dialect, HEAD};
use super::entry::Entry;
use super::error::RosterError;
use super::records::{Flaw, Records};
use super::rows::{self, Row};
use super::source::Source;

/// A list of people, open for reading.
///
/// As an iterator it gives one [`Entry`] for each data row, in order. An `Err` means that reading itself failed: what
/// came before is then not the whole list, and nothing more comes.
pub struct Roster {
    from: Source,
    shape: Shape,
    columns: Columns,
    records: Records<Input>,
    cells: Cells,
    /// The row that `open` read to see that there is one.
    first: Option<Entry>,
    row: RowNumber,
    rows: u32,
    failed: bool,
}

/// What is known of a roster when all of it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// The SHA-256 of all bytes of the file, as they came.
    pub digest: Digest,
    /// How many data rows there are, unreadable ones included.
    pub rows: u32,
}

impl Roster {
    /// Opens a list, understands its header, and makes sure that there is somebody on it.
    ///
    /// # Errors
    ///
    /// Any [`RosterError`]: the source cannot be read, is no text, is empty, or has no key column.
    pub fn open(source: Source) -> Result<Self, RosterError> {
        let (from, reader) = source.open()?;
        let failed = |error, line, from: &Source| RosterError::Read { from: from.clone(), line, error };
        let mut input = Input::new(reader);
        let whole = input.look_ahead().map_err(|error| failed(error, 1, &from))?;
        if input.head().is_empty() {
            return Err(RosterError::Empty(from));
        }
        let dialect = Dialect::of(input.head(), whole, &from)?;
        input.pass(dialect.preamble);
        let mut records = Records::new(input, dialect.delimiter.byte(), dialect.first_line);
        let mut cells = Cells::new(dialect.delimiter);
        let names = header(&mut records, &mut cells, &from)?;
        let columns = Columns::of(&names, &from)?;
        let shape = Shape {
            delimiter: dialect.delimiter,
            byte_order_mark: dialect.byte_order_mark,
            key: columns.key.name.clone(),
            fallback: columns.fallback.as_ref().map(|column| column.name.clone()),
            columns: names,
        };
        let row = RowNumber::FIRST;
        let mut roster = Self { from, shape, columns, records, cells, first: None, row, rows: 0, failed: false };
        roster.first = roster.read()?;
        if roster.first.is_none() {
            return Err(RosterError::Nobody { from: roster.from, found: roster.shape.columns });
        }
        Ok(roster)
    }

    /// How the list was understood.
    #[must_use]
    pub const fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Where the list comes from.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.from
    }

    /// Reads whatever was not read yet, and gives the digest and the number of rows of the whole list.
    ///
    /// # Errors
    ///
    /// [`RosterError::Read`], also when reading had failed before: there is no digest of half a list.
    pub fn finish(mut self) -> Result<Ending, RosterError> {
        while self.next().transpose()?.is_some() {}
        if self.failed {
            let error = io::Error::other("reading failed before");
            return Err(RosterError::Read { line: self.records.line(), from: self.from, error });
        }
        Ok(Ending { digest: self.records.into_reader().hasher.finish(), rows: self.rows })
    }

    fn read(&mut self) -> Result<Option<Entry>, RosterError> {
        loop {
            let line = self.records.line();
            let record = match self.records.next() {
                Ok(Some(record)) => record,
                Ok(None) => return Ok(None),
                Err(error) => return Err(RosterError::Read { from: self.from.clone(), line, error }),
            };
            let entry = match rows::read(record, self.row, &self.columns, &mut self.cells) {
                Row::Blank => continue,
                Row::Entry(entry) => entry,
                Row::EntryToLineOf(entry, offset) => {
                    self.records.resume_behind_line_of(offset);
                    entry
                }
            };
            self.rows = self.rows.checked_add(1).ok_or_else(|| RosterError::TooManyRows(self.from.clone()))?;
            self.row = RowNumber::new(self.rows.saturating_add(1));
            return Ok(Some(entry));
        }
    }
}

impl Iterator for Roster {
    type Item = Result<Entry, RosterError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(first) = self.first.take() {
            return Some(Ok(first));
        }
        if self.failed {
            return None;
        }
        let entry = self.read();
        self.failed = entry.is_err();
        entry.transpose()
    }
}

fn header(records: &mut Records<Input>, cells: &mut Cells, from: &Source) -> Result<Vec<String>, RosterError> {
    loop {
        let line = records.line();
        let record = match records.next() {
            Ok(Some(record)) => record,
            Ok(None) => return Err(RosterError::Empty(from.clone())),
            Err(error) => return Err(RosterError::Read { from: from.clone(), line, error }),
        };
        let what = match record.flaw {
            None if cells.read(record.bytes) => None,
            Some(Flaw::TextAfterQuote(_)) => Some("text follows a closing quote"),
            Some(Flaw::TooLong) => Some("it is longer than a megabyte"),
            None | Some(Flaw::OpenQuote(_)) => Some("a quote in it never closes"),
        };
        if let Some(what) = what {
            let what = format!("line {}: {what}", record.line);
            return Err(RosterError::Header { from: from.clone(), what });
        }
        if !cells.all_blank() {
            return Ok(cells.names());
        }
    }
}

/// The bytes of the file: the head that was looked at, then the rest; every byte is hashed once, as it is read from the
/// source.
struct Input {
    head: Cursor<Vec<u8>>,
    rest: Box<dyn Read + Send>,
    hasher: Hasher,
}

impl Input {
    fn new(rest: Box<dyn Read + Send>) -> Self {
        Self { head: Cursor::new(Vec::new()), rest, hasher: Hasher::new() }
    }

    /// Reads the head; says whether it is the whole file.
    fn look_ahead(&mut self) -> io::Result<bool> {
        let mut head = Vec::new();
        let read = self.rest.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        self.hasher.update(&head);
        self.head = Cursor::new(head);
        Ok(read < HEAD)
    }

    fn head(&self) -> &[u8] {
        self.head.get_ref()
    }

    fn pass(&mut self, bytes: usize) {
        self.head.set_position(bytes as u64);
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.head.read(buffer)?;
        if read > 0 {
            return Ok(read);
        }
        let read = self.rest.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}
