//! The whole roster: it is opened, its form is recognised, it is read to its end, and its digest is computed.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::digest::Digest;
use crate::ids::RowNumber;

use super::cells::Cells;
use super::census::Census;
use super::columns::Columns;
use super::defect::Defects;
use super::dialect::Dialect;
use super::divided::{Dividing, PartEntries};
use super::entry::Entry;
use super::error::RosterError;
use super::explained::{self, ColumnReading};
use super::list_format::ListFormat;
use super::note::RosterNote;
use super::opened::Opened;
use super::other_sheet::{OtherSheet, SheetText};
use super::read_options::ReadOptions;
use super::records::{Records, line_ends};
use super::row_excerpt::ExcerptedRow;
use super::row_outcome::RowOutcome;
use super::rows;
use super::shape::RosterShape;
use super::source::Source;
use super::table::Table;
use super::text::Text;

/// A list of people, open for reading.
///
/// As an iterator it gives one [`Entry`] for each data row, in order. An `Err` means that the file could not be read: what
/// came before is then not the whole list, and nothing comes after it.
pub struct Roster {
    from: Source,
    shape: RosterShape,
    columns: Arc<Columns>,
    entries: EntrySource,
    cells: Cells,
    options: ReadOptions,
    /// The row that `open` read to make sure that there is one.
    first: Option<Entry>,
    /// The other people on the row that was read last.
    more: VecDeque<Entry>,
    row: RowNumber,
    rows: u32,
    /// Whether the row that shows how to fill in a template was skipped.
    example_seen: bool,
    /// How many lines above stand inside of cells, so that a spreadsheet does not count them as rows.
    lines_in_cells: u64,
    /// Up to this line, a line may be a row or a part of a remark.
    doubtful_until: u64,
    defects: Defects,
    failed: bool,
    /// On so many rows an account is named.
    accounts: u64,
    /// The other sheets of the workbook with people on them.
    other_sheets: Vec<OtherSheet>,
    /// Whether any entry was read.
    is_below_a_row: bool,
}

/// Where the entries of a list come from.
enum EntrySource {
    /// From the records of the list itself.
    List { records: Box<Records<Text>>, census: Box<Census> },
    /// From what was put aside when a list was divided; what only the whole list shows is known by then.
    Part { entries: PartEntries, of: Arc<RosterSummary> },
}

/// What is known of a roster when it was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterSummary {
    /// The SHA-256 of all bytes of the file.
    pub digest: Digest,
    /// How many data rows there are, unreadable ones included.
    pub rows: u32,
    /// The rows that could not be read: the first of them, and how many more there are.
    pub defects: Defects,
    /// What is in the list and is not used.
    pub notes: Vec<RosterNote>,
}

impl Roster {
    /// Opens a list without any options.
    pub fn open(source: Source) -> Result<Self, RosterError> {
        Self::open_with(source, ReadOptions::default())
    }

    /// Opens a list, finds its columns, and makes sure that it has a row.
    ///
    /// # Errors
    ///
    /// Any [`RosterError`]: the source cannot be read, is no text, is empty, or has no key column. A source that can be read twice
    /// is read to its end first, so that what only the whole list shows is known before anything is done.
    pub fn open_with(source: Source, options: ReadOptions) -> Result<Self, RosterError> {
        match source.again() {
            None => Self::begin(source, &options, true),
            Some(again) => {
                let first = Self::begin(source, &options, true)?;
                let format = first.shape.format.clone();
                first.finish().map_err(|error| error.on_sheet(format))?;
                Self::begin(again, &options, false)
            }
        }
    }

    /// Opens a list that is only looked at: what only the whole list shows, [`Roster::finish`] says.
    ///
    /// # Errors
    ///
    /// As [`Roster::open_with`], as far as the beginning of the list shows it.
    pub fn look_at(source: Source, options: &ReadOptions) -> Result<Self, RosterError> {
        Self::begin(source, options, true)
    }

    /// Opens a list. `counts` says that the accounts of its columns are to be counted, for a message about them.
    pub(super) fn begin(source: Source, options: &ReadOptions, counts: bool) -> Result<Self, RosterError> {
        let opened = Opened::of(source, options)?;
        let format = opened.format.clone();
        Self::of_opened(opened, options, counts).map_err(|error| error.on_sheet(format))
    }

    fn of_opened(opened: Opened, options: &ReadOptions, counts: bool) -> Result<Self, RosterError> {
        let dialect = Dialect::of(&opened, options)?;
        let Opened { from, text, format, other_sheets, .. } = opened;
        let Table { records, cells, columns, names, has_header, census } = Table::of(text, &dialect, options, &from)?;
        let census = if counts { census.counting() } else { census };
        let shape = RosterShape {
            format,
            encoding: records.reader().encoding(),
            byte_order_mark: records.reader().byte_order_mark(),
            delimiter: dialect.delimiter,
            preamble: dialect.preambles.lines,
            header: has_header,
            key: columns.key.name.clone(),
            fallback: columns.fallback.as_ref().map(|column| column.name.clone()),
            property: columns.by,
            columns: names,
        };
        let lines_in_cells = match records.current() {
            Some(header) if has_header => line_ends(header.bytes),
            _ => 0,
        };
        let entries = EntrySource::List { records: Box::new(records), census: Box::new(census) };
        let mut roster = Self::at_its_beginning(from, shape, Arc::new(columns), entries, cells, options.clone());
        roster.lines_in_cells = lines_in_cells;
        roster.first = roster.read()?;
        if roster.first.is_none() {
            return Err(RosterError::NoRows { from: roster.from, found: roster.shape.columns });
        }
        roster.other_sheets = other_sheets.into_iter().filter_map(|sheet| roster.people_on(sheet, options)).collect();
        Ok(roster)
    }

    /// What another sheet of the workbook has of people, where it would be read as a list: only one sheet is read, and a person has
    /// to know of the others.
    fn people_on(&self, sheet: SheetText, options: &ReadOptions) -> Option<OtherSheet> {
        let SheetText { name, text } = sheet;
        let mut sheet = Self::begin(Source::bytes(&name, text), options, false).ok()?;
        let accounts = sheet.by_ref().filter(|entry| entry.as_ref().is_ok_and(|entry| entry.content.is_ok())).count();
        let is_alike = sheet.shape.header && sheet.shape.columns == self.shape.columns;
        let may_be_meant = is_alike || (sheet.says_sign_in_names() && !self.says_sign_in_names());
        (accounts > 0).then_some(OtherSheet { name, accounts: accounts as u64, may_be_meant })
    }

    /// A list of which nothing was read so far.
    fn at_its_beginning(
        from: Source,
        shape: RosterShape,
        columns: Arc<Columns>,
        entries: EntrySource,
        cells: Cells,
        options: ReadOptions,
    ) -> Self {
        Self {
            from,
            shape,
            columns,
            entries,
            cells,
            options,
            first: None,
            more: VecDeque::new(),
            row: RowNumber::FIRST,
            rows: 0,
            example_seen: false,
            lines_in_cells: 0,
            doubtful_until: 0,
            defects: Defects::default(),
            failed: false,
            accounts: 0,
            other_sheets: Vec::new(),
            is_below_a_row: false,
        }
    }

    /// Reads the list to its end once, and divides it into so many parts: `place` says of each entry which part it belongs to,
    /// counted from 0, or that it belongs to none. In a part, entries are counted from 1, as if there were no others; where each
    /// stands in the file stays. Meanwhile they are kept in a file without a name in `folder`, so that memory is bounded however
    /// long the list is.
    ///
    /// # Errors
    ///
    /// As [`Roster::finish`]; and [`RosterError::NotDivided`] where that file cannot be written.
    pub fn divided(
        mut self,
        parts: usize,
        folder: &Path,
        mut place: impl FnMut(&Entry) -> Option<usize>,
    ) -> Result<(RosterSummary, Vec<Self>), RosterError> {
        let not_divided = |error| RosterError::NotDivided { folder: folder.to_owned(), error };
        let mut dividing = Dividing::new(parts, folder).map_err(not_divided)?;
        while let Some(entry) = self.next().transpose()? {
            if let Some(part) = place(&entry) {
                dividing.put(part, &entry).map_err(not_divided)?;
            }
        }
        let (from, shape) = (self.from.clone(), self.shape.clone());
        let (columns, options, delimiter) = (Arc::clone(&self.columns), self.options.clone(), self.shape.delimiter);
        let summary = self.finish()?;
        let of = Arc::new(summary.clone());
        let parts = dividing.finish().map_err(not_divided)?.into_iter().map(|entries| {
            let entries = EntrySource::Part { entries, of: Arc::clone(&of) };
            let (columns, cells) = (Arc::clone(&columns), Cells::new(delimiter));
            Self::at_its_beginning(from.clone(), shape.clone(), columns, entries, cells, options.clone())
        });
        Ok((summary, parts.collect()))
    }

    /// How the list was understood, as far as it was read.
    pub const fn shape(&self) -> &RosterShape {
        &self.shape
    }

    /// How each column is read, and why.
    pub fn columns(&self) -> Vec<ColumnReading> {
        explained::of_columns(&self.columns, &self.shape.columns, self.shape.header, &self.options)
    }

    /// Whether the header says that the keys are sign-in names or object ids, and nothing else: then no key is meant as a mail address.
    pub fn says_sign_in_names(&self) -> bool {
        self.columns.say_sign_in_names()
    }

    /// Whether a column says who hands over.
    pub fn names_handoff(&self) -> bool {
        self.columns.handoff.is_some()
    }

    /// Where the list comes from.
    pub const fn source(&self) -> &Source {
        &self.from
    }

    /// Reads the rest, and gives the digest, the number of rows and the first defects of the whole list.
    ///
    /// # Errors
    ///
    /// [`RosterError::Read`], also if reading has failed before: half a list has no digest. And what only the whole list shows:
    /// two columns that name different accounts, cells with several people, names that are hidden.
    pub fn finish(mut self) -> Result<RosterSummary, RosterError> {
        while self.next().transpose()?.is_some() {}
        let (records, notes) = match self.entries {
            _ if self.failed => {
                let line = match &self.entries {
                    EntrySource::List { records, .. } => records.line(),
                    EntrySource::Part { .. } => u64::from(self.rows),
                };
                let error = io::Error::other("reading failed before");
                return Err(RosterError::Read { line, from: self.from, error });
            }
            EntrySource::Part { of, .. } => {
                let (digest, notes) = (of.digest, of.notes.clone());
                return Ok(RosterSummary { digest, rows: self.rows, defects: self.defects, notes });
            }
            EntrySource::List { records, census } => {
                census.check(&self.columns, &self.from)?;
                if self.other_sheets.iter().any(|sheet| sheet.may_be_meant)
                    && let ListFormat::Workbook(chosen) = self.shape.format
                {
                    let (from, sheet, accounts, others) = (self.from, chosen.sheet, self.accounts, self.other_sheets);
                    return Err(RosterError::MoreSheets { from, sheet, accounts, others });
                }
                let sheets = self.other_sheets.into_iter().map(RosterNote::OtherSheet);
                (records, census.notes(&self.columns).into_iter().chain(sheets).collect())
            }
        };
        let digest = records.into_reader().finish();
        Ok(RosterSummary { digest, rows: self.rows, defects: self.defects, notes })
    }

    fn read(&mut self) -> Result<Option<Entry>, RosterError> {
        match self.read_any()? {
            Some(entry) => self.counted(entry).map(Some),
            None => Ok(None),
        }
    }

    /// The next entry; its number is not known yet.
    fn read_any(&mut self) -> Result<Option<Entry>, RosterError> {
        if let Some(entry) = self.more.pop_front() {
            return Ok(Some(entry));
        }
        let (records, census) = match &mut self.entries {
            EntrySource::List { records, census } => (records, census),
            EntrySource::Part { entries, .. } => {
                let from = self.from.clone();
                return entries.next().map_err(|error| RosterError::Read { from, line: u64::from(self.rows), error });
            }
        };
        loop {
            let line = records.line();
            if let Err(error) = records.go_on() {
                return Err(RosterError::Read { from: self.from.clone(), line, error });
            }
            let encoding = records.reader().encoding();
            self.shape.encoding = encoding;
            let Some(record) = records.current() else { return Ok(None) };
            let (sheet_row, inside) = (record.line.saturating_sub(self.lines_in_cells), line_ends(record.bytes));
            self.lines_in_cells += inside;
            let mut entry = match rows::read(record, self.row, &self.columns, encoding, &mut self.cells) {
                RowOutcome::Blank => continue,
                RowOutcome::Example(_) if !self.is_below_a_row && !self.example_seen => {
                    self.example_seen = true;
                    continue;
                }
                RowOutcome::Several(people) => {
                    let doubtful = record.line <= self.doubtful_until;
                    let row = ExcerptedRow { record, columns: &self.columns, cells: &self.cells };
                    for entry in people {
                        census.see(&entry, &row);
                        let entry = if doubtful { rows::doubted(entry, &row) } else { entry };
                        self.more.push_back(Entry { sheet_row: u32::try_from(sheet_row).ok(), ..entry });
                    }
                    let Some(first) = self.more.pop_front() else { continue };
                    first
                }
                RowOutcome::Entry(entry) if entry.content.is_ok() && record.line <= self.doubtful_until => {
                    rows::doubted(entry, &ExcerptedRow { record, columns: &self.columns, cells: &self.cells })
                }
                RowOutcome::Entry(entry) | RowOutcome::Example(entry) => {
                    census.see(&entry, &ExcerptedRow { record, columns: &self.columns, cells: &self.cells });
                    entry
                }
                RowOutcome::EntryToLineOf { entry, offset, doubtful_until } => {
                    self.doubtful_until = self.doubtful_until.max(doubtful_until);
                    records.resume_behind_line_of(offset);
                    self.lines_in_cells -= inside;
                    entry
                }
            };
            entry.sheet_row = u32::try_from(sheet_row).ok();
            self.is_below_a_row = true;
            return Ok(Some(entry));
        }
    }

    /// The next entry, with its number.
    fn counted(&mut self, mut entry: Entry) -> Result<Entry, RosterError> {
        entry.row = self.row;
        match &entry.content {
            Ok(_) => self.accounts += 1,
            Err(defect) => self.defects.note(defect),
        }
        self.rows = self.rows.checked_add(1).ok_or_else(|| RosterError::TooManyRows(self.from.clone()))?;
        self.row = RowNumber::new(self.rows.saturating_add(1));
        Ok(entry)
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
