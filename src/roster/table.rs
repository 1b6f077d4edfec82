//! The records of a list: what its head says, its header, and its columns.

use std::ops::Range;

use super::cells::Cells;
use super::census::Census;
use super::column::NamedColumn;
use super::column_holds;
use super::columns::Columns;
use super::comment::is_commented;
use super::delimiter::Delimiter;
use super::dialect::Dialect;
use super::error::RosterError;
use super::header::Header;
use super::headless;
use super::leaving_title;
use super::names;
use super::people_lines;
use super::preamble::Preamble;
use super::read_options::ReadOptions;
use super::records::{CsvRecord, Flaw, Records};
use super::sample::Sample;
use super::secret;
use super::several;
use super::source::Source;
use super::source_span::{SourceRecord, SourceSpan};
use super::text::Text;

/// The records of a list behind its header, and its columns.
pub(super) struct Table {
    pub(super) records: Records<Text>,
    pub(super) cells: Cells,
    pub(super) columns: Columns,
    /// The names of all columns.
    pub(super) names: Vec<String>,
    pub(super) has_header: bool,
    pub(super) census: Census,
}

impl Table {
    pub(super) fn of(
        mut text: Text,
        dialect: &Dialect,
        options: &ReadOptions,
        from: &Source,
    ) -> Result<Self, RosterError> {
        let Dialect { delimiter, first_line, preambles, sample, .. } = dialect;
        let template = preambles.has(Preamble::Version);
        let (above, table) = text.head().split_at(preambles.bytes);
        leaving_title::refuse_above(above, options, from)?;
        let span = |line| span_of(table, *delimiter, *first_line, line);
        let below = sample.header_below(options, None).map(span);
        // A template always has a header.
        let headless = match people_lines::columns(table, dialect.whole, options) {
            _ if template => None,
            Some(columns) => Some(columns),
            None => headless::columns(sample, options, from, span)?,
        };
        text.pass(preambles.bytes);
        let mut records = Records::new(text, delimiter.byte(), *first_line);
        let mut cells = Cells::new(*delimiter);
        let has_header = headless.is_none();
        let (mut columns, names, census) = match headless {
            Some(columns) => {
                let names = (0..columns.expected).map(|index| NamedColumn::numbered(index).name).collect();
                let census = Census::of_headless(&columns, options);
                (columns, names, census)
            }
            None => header(&mut records, &mut cells, &HeaderContext { sample, below, template }, options, from)?,
        };
        columns.template |= template;
        let rows = if has_header { sample.people() } else { sample.rows.clone() };
        columns.has_comments = !rows.iter().all(|row| row.first().is_some_and(|cell| is_commented(cell.as_bytes())));
        Ok(Self { records, cells, columns, names, has_header, census })
    }
}

/// What the head of a list says about its header.
struct HeaderContext<'a> {
    sample: &'a Sample,
    /// A header further down.
    below: Option<SourceSpan>,
    /// Whether it is one of Entra's templates, in which passwords may be.
    template: bool,
}

impl HeaderContext<'_> {
    /// Whether the line must not be shown: in a template without its header it may hold a password.
    fn hides(&self, names: &[String]) -> bool {
        self.template && !names.iter().any(|name| names::is_known(&names::meaning(name)))
    }

    /// Makes an error about a missing key column more precise.
    fn explained(&self, error: RosterError) -> RosterError {
        match (error, &self.below) {
            (RosterError::NoKeyColumn { from, .. }, Some(span)) => {
                RosterError::HeaderBelow { from, span: Box::new(span.clone()) }
            }
            (RosterError::NoKeyColumn { from, found, by, span, .. }, None) => {
                let columns =
                    if found.is_empty() { Vec::new() } else { column_holds::of(&found, &self.sample.people()) };
                // A first line with several people is no header.
                match several::addresses(&found.join(" ")) {
                    people @ 2.. => RosterError::SeveralPeople { from, rows: 1, people: people as u64, span },
                    _ => RosterError::NoKeyColumn { from, found, by, columns, span },
                }
            }
            (other, _) => other,
        }
    }
}

/// Reads the header: what each column holds, and the names of all columns.
fn header(
    records: &mut Records<Text>,
    cells: &mut Cells,
    expected: &HeaderContext<'_>,
    options: &ReadOptions,
    from: &Source,
) -> Result<(Columns, Vec<String>, Census), RosterError> {
    loop {
        let line = records.line();
        let record = match records.next() {
            Ok(Some(record)) => record,
            Ok(None) => return Err(RosterError::Empty(from.clone())),
            Err(error) => return Err(RosterError::Read { from: from.clone(), line, error }),
        };
        let has_secrets = secret::is_in(record.bytes);
        let hidden = expected.template || has_secrets;
        let mut source_record = of_header_or_person(record, record.line.max(1), cells);
        source_record.hidden = hidden;
        let broken = |what, span| RosterError::Header { from: from.clone(), what, span: Box::new(span) };
        if record.flaw.is_some()
            && let people @ 2.. = several::addresses(&String::from_utf8_lossy(record.bytes))
        {
            let (from, span) = (from.clone(), Box::new(source_record.whole()));
            return Err(RosterError::SeveralPeople { from, rows: 1, people: people as u64, span });
        }
        match record.flaw {
            None if cells.read(record.bytes) => {}
            None => return Err(broken("it is no CSV", source_record.whole())),
            Some(Flaw::TextAfterQuote(at)) => {
                return Err(broken("text follows a closing quote", source_record.at(at..at + 1)));
            }
            Some(Flaw::TooLong) => return Err(broken("it is longer than a megabyte", source_record.whole())),
            Some(Flaw::OpenQuote(at)) => {
                return Err(broken("a quote in it never closes", source_record.at(at..record.bytes.len())));
            }
        }
        if !cells.all_blank() {
            let names = cells.names();
            source_record.hidden = has_secrets || expected.hides(&names);
            leaving_title::refuse_header(&names, || source_record.whole(), options, from)?;
            let header = Header::new(&names, source_record, cells, from);
            let columns = Columns::of(&header, &expected.sample.people(), options);
            let columns = columns.map_err(|error| expected.explained(error))?;
            let census = Census::of(&header, &columns, options);
            return Ok((columns, names, census));
        }
    }
}

/// The record on a line of a table that begins on `first_line`, for a message about it.
fn span_of(table: &[u8], delimiter: Delimiter, first_line: u64, line: u64) -> SourceSpan {
    let mut records = Records::new(table, delimiter.byte(), 1);
    while let Ok(Some(record)) = records.next() {
        if record.line >= line {
            return of_header_or_person(record, first_line + record.line - 1, &Cells::new(delimiter)).whole();
        }
    }
    SourceRecord::of(&[], first_line).whole()
}

/// A record that may be a header or a person: where somebody's address stands on it, nothing else of it is shown.
fn of_header_or_person<'a>(record: CsvRecord<'a>, line: u64, cells: &Cells) -> SourceRecord<'a> {
    let is_of_people = |cell: &Range<usize>| {
        let cell = String::from_utf8_lossy(&record.bytes[cell.clone()]);
        ReadOptions::default().is_a_key(cell.trim().trim_matches('"'))
    };
    let (people, others): (Vec<_>, Vec<_>) = cells.ranges(record.bytes).partition(is_of_people);
    let not_shown = if people.is_empty() { Vec::new() } else { others };
    SourceRecord { hidden: secret::is_in(record.bytes), not_shown, ..SourceRecord::of(record.bytes, line) }
}
