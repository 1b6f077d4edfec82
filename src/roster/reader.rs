//! The roster as a whole: opened, understood, read to its end, and named by its digest.

use std::io;

use crate::digest::Digest;
use crate::ids::RowNumber;

use super::cells::Cells;
use super::columns::{Column, Columns};
use super::defect::Defects;
use super::dialect::{Delimiter, Dialect, HEAD, refuse_workbook};
use super::entry::Entry;
use super::error::RosterError;
use super::header::Header;
use super::headless;
use super::how::How;
use super::names;
use super::preamble::Preamble;
use super::records::{Flaw, Records};
use super::rows::{self, Row};
use super::sample::Sample;
use super::shape::Shape;
use super::source::Source;
use super::spot::{Site, Spot};
use super::text::Text;

/// A list of people, open for reading.
///
/// As an iterator it gives one [`Entry`] for each data row, in order. An `Err` means that reading itself failed: what
/// came before is then not the whole list, and nothing more comes.
pub struct Roster {
    from: Source,
    shape: Shape,
    columns: Columns,
    records: Records<Text>,
    cells: Cells,
    /// The row that `open` read to see that there is one.
    first: Option<Entry>,
    row: RowNumber,
    rows: u32,
    /// Whether the row was passed over that shows how to fill in a template.
    example_seen: bool,
    /// Up to this line nobody can tell people from the lines of a remark.
    doubtful_until: u64,
    defects: Defects,
    failed: bool,
}

/// What is known of a roster when all of it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The SHA-256 of all bytes of the file, as they came.
    pub digest: Digest,
    /// How many data rows there are, unreadable ones included.
    pub rows: u32,
    /// The rows that could not be read: the first of them, and how many more there are.
    pub defects: Defects,
}

impl Roster {
    /// Opens a list that speaks for itself.
    ///
    /// # Errors
    ///
    /// As [`Roster::open_with`].
    pub fn open(source: Source) -> Result<Self, RosterError> {
        Self::open_with(source, How::default())
    }

    /// Opens a list, understands its header or that it has none, and makes sure that there is somebody on it.
    ///
    /// # Errors
    ///
    /// Any [`RosterError`]: the source cannot be read, is no text, is empty, or has no key column.
    pub fn open_with(source: Source, how: How) -> Result<Self, RosterError> {
        let (from, reader) = source.open()?;
        let failed = |error, from: &Source| RosterError::Read { from: from.clone(), line: 1, error };
        let mut text = Text::new(reader).map_err(|error| failed(error, &from))?;
        refuse_workbook(text.first_bytes(), &from)?;
        let whole = text.look_ahead(HEAD).map_err(|error| failed(error, &from))?;
        if text.head().is_empty() {
            return Err(RosterError::Empty(from));
        }
        let dialect = Dialect::of(text.head(), whole, &how, &from)?;
        let Dialect { delimiter, first_line, preambles, sample } = dialect;
        let table = &text.head()[preambles.bytes..];
        let below = sample.header_below(&how, None).map(|line| spot_of(table, delimiter, first_line, line));
        // A template says of itself that it has a header.
        let headless = if preambles.has(Preamble::Version) {
            None
        } else {
            headless::columns(&sample, &how, &from, |line| spot_of(table, delimiter, first_line, line))?
        };
        text.pass(preambles.bytes);
        let byte_order_mark = text.byte_order_mark();
        let mut records = Records::new(text, delimiter.byte(), first_line);
        let mut cells = Cells::new(delimiter);
        let header_is_there = headless.is_none();
        let (mut columns, names) = match headless {
            Some(columns) => {
                let names = (0..columns.expected).map(|index| Column::numbered(index).name).collect();
                (columns, names)
            }
            None => {
                let expected = Expected { sample: &sample, below, template: preambles.has(Preamble::Version) };
                header(&mut records, &mut cells, &expected, &how, &from)?
            }
        };
        columns.template |= preambles.has(Preamble::Version);
        let shape = Shape {
            encoding: records.reader().encoding(),
            byte_order_mark,
            delimiter,
            preamble: preambles.lines,
            header: header_is_there,
            key: columns.key.name.clone(),
            fallback: columns.fallback.as_ref().map(|column| column.name.clone()),
            property: how.by,
            columns: names,
        };
        let mut roster = Self {
            from,
            shape,
            columns,
            records,
            cells,
            first: None,
            row: RowNumber::FIRST,
            rows: 0,
            example_seen: false,
            doubtful_until: 0,
            defects: Defects::default(),
            failed: false,
        };
        roster.first = roster.read()?;
        if roster.first.is_none() {
            return Err(RosterError::Nobody { from: roster.from, found: roster.shape.columns });
        }
        Ok(roster)
    }

    /// How the list was understood, as far as it was read.
    #[must_use]
    pub const fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Where the list comes from.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.from
    }

    /// Reads whatever was not read yet, and gives the digest, the number of rows and the first defects of the whole list.
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
        Ok(Ending { digest: self.records.into_reader().finish(), rows: self.rows, defects: self.defects })
    }

    fn read(&mut self) -> Result<Option<Entry>, RosterError> {
        loop {
            let line = self.records.line();
            if let Err(error) = self.records.go_on() {
                return Err(RosterError::Read { from: self.from.clone(), line, error });
            }
            let encoding = self.records.reader().encoding();
            self.shape.encoding = encoding;
            let Some(record) = self.records.current() else { return Ok(None) };
            let entry = match rows::read(record, self.row, &self.columns, encoding, &mut self.cells) {
                Row::Blank => continue,
                Row::Example(_) if self.rows == 0 && !self.example_seen => {
                    self.example_seen = true;
                    continue;
                }
                Row::Entry(entry) if entry.content.is_ok() && record.line <= self.doubtful_until => {
                    rows::doubted(entry, record, &self.columns)
                }
                Row::Entry(entry) | Row::Example(entry) => entry,
                Row::EntryToLineOf { entry, offset, doubtful_until } => {
                    self.doubtful_until = self.doubtful_until.max(doubtful_until);
                    self.records.resume_behind_line_of(offset);
                    entry
                }
            };
            if let Err(defect) = &entry.content {
                self.defects.note(defect);
            }
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

/// What the head of a list tells about its header.
struct Expected<'a> {
    sample: &'a Sample,
    /// A header that stands further down.
    below: Option<Spot>,
    /// Whether it is one of Entra's templates, in which passwords may be.
    template: bool,
}

impl Expected<'_> {
    /// Whether nobody may see the line: in a template without its header somebody's password may be on it.
    fn hides(&self, names: &[String]) -> bool {
        self.template && !names.iter().any(|name| names::is_known(&names::fold(name)))
    }

    /// What is wrong if no column holds keys.
    fn explained(&self, error: RosterError, how: &How) -> RosterError {
        match (error, &self.below) {
            (RosterError::NoKeyColumn { from, .. }, Some(spot)) => {
                RosterError::HeaderBelow { from, spot: Box::new(spot.clone()) }
            }
            (RosterError::NoKeyColumn { from, found, by, spot, .. }, None) => {
                let numbered = self.sample.column_of_keys(how).map(|index| Column::numbered(index).name);
                RosterError::NoKeyColumn { from, found, by, numbered, spot }
            }
            (other, _) => other,
        }
    }
}

/// The names of the columns, and what they mean.
fn header(
    records: &mut Records<Text>,
    cells: &mut Cells,
    expected: &Expected<'_>,
    how: &How,
    from: &Source,
) -> Result<(Columns, Vec<String>), RosterError> {
    loop {
        let line = records.line();
        let record = match records.next() {
            Ok(Some(record)) => record,
            Ok(None) => return Err(RosterError::Empty(from.clone())),
            Err(error) => return Err(RosterError::Read { from: from.clone(), line, error }),
        };
        let mut site = Site { bytes: record.bytes, line: record.line, hidden: expected.template };
        let broken = |what, spot| RosterError::Header { from: from.clone(), what, spot: Box::new(spot) };
        match record.flaw {
            None if cells.read(record.bytes) => {}
            None => return Err(broken("it is no CSV", site.whole())),
            Some(Flaw::TextAfterQuote(at)) => return Err(broken("text follows a closing quote", site.at(at..at + 1))),
            Some(Flaw::TooLong) => return Err(broken("it is longer than a megabyte", site.whole())),
            Some(Flaw::OpenQuote(at)) => {
                return Err(broken("a quote in it never closes", site.at(at..record.bytes.len())));
            }
        }
        if !cells.all_blank() {
            let names = cells.names();
            site.hidden = expected.hides(&names);
            let columns = Columns::of(&Header::new(&names, site, cells, from), &expected.sample.people(), how);
            return Ok((columns.map_err(|error| expected.explained(error, how))?, names));
        }
    }
}

/// The record on a line of a table that begins on `first_line`, for a message about it.
fn spot_of(table: &[u8], delimiter: Delimiter, first_line: u64, line: u64) -> Spot {
    let mut records = Records::new(table, delimiter.byte(), 1);
    let mut site = Site { bytes: &[], line: first_line, hidden: false }.whole();
    while let Ok(Some(record)) = records.next() {
        if record.line >= line {
            site = Site { bytes: record.bytes, line: first_line + record.line - 1, hidden: false }.whole();
            break;
        }
    }
    site
}
