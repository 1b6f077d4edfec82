//! Turns one record into one entry.
//!
//! These broken cells make the row a defect:
//!
//! - the key and the user principal name beside it: a wrong one is another person;
//! - the handoff: a credential must not go to the wrong hands;
//! - the priority: the operator sets the order of work, and a lost priority is not noticed. A whole number as spreadsheets
//!   write it (`1.0`) is accepted.
//!
//! The note and the hints make no defect, because they decide nothing: a note keeps all that can be shown, and a hint that is
//! not understood is left out.

use std::borrow::Cow;
use std::ops::Range;
use std::str;

use crate::ids::{ObjectId, RowNumber};

use super::cells::Cells;
use super::column::NamedColumn;
use super::columns::Columns;
use super::comment::is_commented;
use super::concealed;
use super::defect::{Defect, DefectReason, shown};
use super::encoding::Encoding;
use super::entry::{AmongSeveral, Entry, Hints, Key, Person};
use super::key::{self, NotAKey};
use super::key_property::KeyProperty;
use super::names;
use super::not_a_user::{self, NotAUser};
use super::number::whole_number;
use super::people_in;
use super::records::{CsvRecord, Flaw, MAX_RECORD_BYTES, line_ends};
use super::respelling::{Respelling, Respellings, with_plain_apostrophes};
use super::sample::is_an_example;
use super::secret;
use super::several;
use super::source_span::{SourceRecord, SourceSpan};
use super::unclosed_quote::{self, RowsInsideQuote};
use super::upn::{NotAUpn, Upn};
use crate::unseen::harmless_in_excerpt;

/// Names and kinds are short. A longer text is in the wrong column.
const MAX_CELL_CHARACTERS: usize = 256;

/// A remark may be a paragraph.
const MAX_NOTE_CHARACTERS: usize = 4096;

/// An object id in braces. A longer text may be several of them.
const MAX_ID_CHARACTERS: usize = 38;

/// Logs write this for a user whose id they do not know.
const NIL_ID: &[u8] = b"00000000-0000-0000-0000-000000000000";

/// Replaces the text of a broken row that may hold a password.
pub(crate) const NOT_SHOWN: &str = "(not shown: it may hold a password)";

/// What a record is.
pub(super) enum RowOutcome {
    /// Nothing but empty cells: no row at all.
    Blank,
    Entry(Entry),
    /// A row that names several people: an entry for each of them. The numbers of all but the first are the reader's to say.
    Several(Vec<Entry>),
    /// The row under the header of Entra's templates that shows how to fill them in. Further down it is an entry.
    Example(Entry),
    /// An entry that ends with the line of this offset: the lines behind it are read again as records. Up to the line
    /// `doubtful_until`, those may be rows or parts of a remark.
    EntryToLineOf {
        entry: Entry,
        offset: usize,
        doubtful_until: u64,
    },
}

/// Whether nothing of the row may be shown.
fn may_have_a_password(record: CsvRecord<'_>, columns: &Columns) -> bool {
    columns.has_passwords
        || secret::is_in(record.bytes)
        || (columns.is_one_cell_a_line() && secret::is_behind_a_sign(record.bytes))
}

/// A row that can be read, on a line that may be a row or a part of a remark.
pub(super) fn doubted(entry: Entry, record: CsvRecord<'_>, columns: &Columns) -> Entry {
    let hidden = may_have_a_password(record, columns);
    let source_record = SourceRecord { bytes: record.bytes, line: record.line, hidden };
    Entry { content: Err(Defect { span: source_record.whole(), reason: DefectReason::InsideQuote }), ..entry }
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
    if record.bytes == b"\0" {
        return RowOutcome::Blank;
    }
    let flaw = match record.flaw {
        // Records are cut by the same rules by which they are read, so a record without a flaw can be read.
        None => (!cells.read(record.bytes)).then_some(Flaw::OpenQuote(0)),
        flaw => flaw,
    };
    let hidden = may_have_a_password(record, columns);
    let reader = RowReader { record, row, columns, encoding, cells, hidden };
    // Quotes around a name are no quotes of the cell: "Lovelace, Ada" <ada@contoso.com>
    if let Some(Flaw::TextAfterQuote(_)) = flaw
        && let Some(people) = reader.several_on_the_line(1)
    {
        return people;
    }
    match flaw {
        Some(flaw) => {
            RowOutcome::Entry(reader.entry(reader.shown(record.bytes), Err(of_flaw(flaw, &reader.source_record()))))
        }
        None => reader.outcome(),
    }
}

fn of_flaw(flaw: Flaw, source_record: &SourceRecord<'_>) -> Defect {
    let (span, reason) = match flaw {
        Flaw::OpenQuote(offset) => (source_record.at(offset..source_record.bytes.len()), DefectReason::OpenQuote),
        Flaw::TextAfterQuote(offset) => (source_record.at(offset..offset + 1), DefectReason::TextAfterQuote),
        Flaw::TooLong => (source_record.whole(), DefectReason::RowTooLong { max: MAX_RECORD_BYTES }),
    };
    Defect { span, reason }
}

struct RowReader<'a> {
    record: CsvRecord<'a>,
    row: RowNumber,
    columns: &'a Columns,
    encoding: Encoding,
    cells: &'a Cells,
    /// Whether the row may hold a password.
    hidden: bool,
}

impl<'a> RowReader<'a> {
    fn entry(&self, text: String, content: Result<Person, Defect>) -> Entry {
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

    fn outcome(&self) -> RowOutcome {
        let (key, column) = self.key_cell();
        if key.is_empty() && self.cells.all_blank() {
            return RowOutcome::Blank;
        }
        if self.columns.has_comments && is_commented(self.cells.get(0)) {
            let reason = DefectReason::NotAUser { text: self.shown(key), why: NotAUser::CommentedOut };
            return RowOutcome::Entry(self.entry(self.shown(key), Err(self.at(column, reason))));
        }
        if self.is_an_example(key) {
            let reason = DefectReason::NotAUser { text: self.shown(key), why: NotAUser::Example };
            return RowOutcome::Example(self.entry(self.shown(key), Err(self.at(column, reason))));
        }
        if let Some(people) = self.several(key, column) {
            return people;
        }
        if let Some(first_line) = key.split(|b| matches!(b, b'\n' | b'\r')).next().filter(|line| line.len() < key.len())
        {
            // The lines behind the first may belong to other people.
            let defect = self.at(column, DefectReason::LineBreakInKey { column: column.name.clone() });
            let entry = self.entry(self.shown(first_line), Err(defect));
            return RowOutcome::EntryToLineOf { entry, offset: self.range_of(column).start, doubtful_until: 0 };
        }
        if let Some(RowsInsideQuote { quote, certain }) =
            unclosed_quote::find(self.record.bytes, self.columns, self.cells)
        {
            let span = self.source_record().at(quote..self.record.bytes.len());
            let entry = self.entry(self.shown(key), Err(Defect { span, reason: DefectReason::OpenQuote }));
            let last_line = self.record.line + line_ends(self.record.bytes);
            let doubtful_until = if certain { 0 } else { last_line };
            return RowOutcome::EntryToLineOf { entry, offset: quote, doubtful_until };
        }
        let content = self.selected().and_then(|()| self.person(key, column));
        let text = match &content {
            Ok(person) if person.respelt.has(Respelling::BehindColon) => key_alone(&person.key),
            Ok(_) => shown(key),
            Err(_) => self.shown(key),
        };
        let name = self.name();
        RowOutcome::Entry(Entry { name, ..self.entry(text, content) })
    }

    /// The people on a row that names several, where nothing else stands in the cell, or on the line of a list of one column.
    fn several(&self, key: &[u8], column: &NamedColumn) -> Option<RowOutcome> {
        if self.columns.is_one_cell_a_line() && self.cells.len() > 1 {
            return self.several_on_the_line(1);
        }
        // Nearly every cell names one person; these cost a search and no more.
        let may_be = key.len() > MAX_ID_CHARACTERS || key.iter().filter(|byte| **byte == b'@').nth(1).is_some();
        let people = may_be.then(|| str::from_utf8(key).ok()).flatten().and_then(|text| self.people(text, 2))?;
        self.selected().and_then(|()| self.check_length()).ok()?;
        let other_keys = [&self.columns.upn_beside, &self.columns.id_beside, &self.columns.address_beside];
        let is_filled = |column: &NamedColumn| !self.cells.get(column.index).is_empty();
        if other_keys.into_iter().flatten().any(|other| other != column && is_filled(other)) {
            // Which of them the cell beside belongs to is not known.
            let defect = self.at(column, DefectReason::SeveralPeople { people: people.len() });
            return Some(RowOutcome::Entry(self.entry(self.shown(key), Err(defect))));
        }
        let (handoff, wave, priority) = (self.handoff().ok()?, self.wave().ok()?, self.priority().ok()?);
        let mut hints = self.hints();
        // A name that is several names can be compared with no person's.
        hints.display_name = hints.display_name.filter(|name| !several::may_be_several_names(name));
        let (note, hints) = (self.note(), hints);
        let person = |(key, respelt): (Key, Respellings)| Person {
            key,
            also: None,
            also_id: None,
            also_address: None,
            respelt,
            domain: None,
            handoff: handoff.clone(),
            wave: wave.clone(),
            priority,
            note: note.clone(),
            hints: hints.clone(),
        };
        Some(self.each_of(people, person))
    }

    /// The same for a line that is one cell, whatever delimiters are in it.
    fn several_on_the_line(&self, least: usize) -> Option<RowOutcome> {
        if !self.columns.is_one_cell_a_line() {
            return None;
        }
        let people = self.people(str::from_utf8(self.record.bytes).ok()?, least)?;
        let person = |(key, respelt): (Key, Respellings)| Person {
            key,
            also: None,
            also_id: None,
            also_address: None,
            respelt,
            domain: None,
            handoff: None,
            wave: None,
            priority: None,
            note: None,
            hints: Hints::default(),
        };
        Some(self.each_of(people, person))
    }

    /// The people in a text, as it names them; at least so many.
    fn people<'t>(&self, text: &'t str, least: usize) -> Option<Vec<&'t str>> {
        people_in::people(text, self.columns.by).filter(|people| people.len() >= least && !text.contains(is_bad))
    }

    fn each_of(&self, people: Vec<&str>, person: impl Fn((Key, Respellings)) -> Person) -> RowOutcome {
        let of = u32::try_from(people.len()).unwrap_or(u32::MAX);
        let among = |number| (of > 1).then_some(AmongSeveral { number, of });
        let entry = |(number, part): (u32, &str)| {
            let read = key::read(part, self.columns.by).ok()?;
            Some(Entry { among: among(number), ..self.entry(shown(part.as_bytes()), Ok(person(read))) })
        };
        RowOutcome::Several((1..).zip(people).filter_map(entry).collect())
    }

    /// What the list calls the person. Where a cell is missing or there is one too many, cells may stand in wrong columns.
    fn name(&self) -> String {
        let may_be_a_password = self.hidden && !self.columns.has_passwords;
        if may_be_a_password || self.check_length().is_err() {
            return String::new();
        }
        let names = &self.columns.names;
        let cell = |column: &Option<NamedColumn>| {
            let cell = self.cells.get(column.as_ref()?.index);
            Some(shown(cell)).filter(|text| !text.trim().is_empty())
        };
        let parts = || [cell(&names.first), cell(&names.last)].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let name = cell(&names.whole).unwrap_or_else(parts);
        match cell(&names.number) {
            Some(number) if name.is_empty() => number,
            Some(number) if cell(&names.whole).is_none() => format!("{name} ({number})"),
            _ => name,
        }
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

    fn person(&self, key: &[u8], column: &NamedColumn) -> Result<Person, Defect> {
        self.check_length()?;
        let cell = key;
        let (key, respelt) = self.key(cell, column)?;
        Ok(Person {
            also: self.also(&key, column)?,
            also_id: self.also_id(&key),
            also_address: self.also_address(),
            respelt,
            domain: self.domain(cell, column)?,
            key,
            handoff: self.handoff()?,
            wave: self.wave()?,
            priority: self.priority()?,
            note: self.note(),
            hints: self.hints(),
        })
    }

    /// A row that is too short may have been cut off, and then its last cell is incomplete.
    fn check_length(&self) -> Result<(), Defect> {
        let (found, expected, most) = (self.cells.len(), self.columns.expected, self.columns.most);
        if found == 1 && expected > 1 && self.holds_a_row(self.cells.get(0)) {
            return Err(Defect { span: self.source_record().whole(), reason: DefectReason::RowInQuotes });
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
    fn selected(&self) -> Result<(), Defect> {
        let Some((column, value)) = &self.columns.only else { return Ok(()) };
        let cell = String::from_utf8_lossy(self.cells.get(column.index));
        if cell.to_lowercase() == value.to_lowercase() {
            return Ok(());
        }
        // In a row with too few or too many cells, another cell may stand in this column.
        self.check_length()?;
        Err(self.at(column, DefectReason::LeftOut { column: column.name.clone(), value: value.clone() }))
    }

    fn key(&self, cell: &[u8], column: &NamedColumn) -> Result<(Key, Respellings), Defect> {
        if cell.is_empty() {
            return Err(self.at(&self.columns.key, DefectReason::NoKey { columns: self.columns.key_names() }));
        }
        let text = self.text(cell, column)?;
        key::read_in(&column.name, text, self.columns.by).map_err(|why| {
            let several = several::names_several(text).filter(|_| self.columns.by != Some(KeyProperty::ProxyAddress));
            let is_concealed = concealed::is_concealed(text) && !names::is_of_ids(&column.name);
            let text = self.shown(cell);
            match why {
                NotAKey::Name(_) | NotAKey::Value(..) if several.is_some() => {
                    self.at(column, DefectReason::SeveralPeople { people: several.unwrap_or_default() })
                }
                NotAKey::Name(_) | NotAKey::Value(..) if is_concealed => {
                    self.at(column, DefectReason::Concealed { text })
                }
                NotAKey::User(why) => self.at(column, DefectReason::NotAUser { text, why }),
                NotAKey::Name(why) => self.at_character(column, of(why), DefectReason::NotAKey { text, why }),
                NotAKey::Value(by, why) => self.at(column, DefectReason::NotAValue { text, by, why }),
                NotAKey::Entities(accounts) => self.at(column, DefectReason::Entities { accounts }),
            }
        })
    }

    /// The user principal name beside an object id. A mail address is not compared: it may differ from the name for good reason.
    fn also(&self, key: &Key, column: &NamedColumn) -> Result<Option<Upn>, Defect> {
        let beside = match (&self.columns.upn_beside, key) {
            (Some(beside), Key::ObjectId(_)) if beside != column => beside,
            _ => return Ok(None),
        };
        let cell = self.cells.get(beside.index);
        if cell.is_empty() {
            return Ok(None);
        }
        let text = self.text(cell, beside)?;
        key::meant(text).parse().map(Some).map_err(|why: NotAUpn| {
            let reason = DefectReason::NotAUpn { column: beside.name.clone(), text: self.shown(cell), why };
            self.at_character(beside, of(why), reason)
        })
    }

    /// The object id beside a user principal name. A text that is no object id is ignored.
    fn also_id(&self, key: &Key) -> Option<ObjectId> {
        let column = self.columns.id_beside.as_ref().filter(|_| matches!(key, Key::UserPrincipalName(_)))?;
        match key::parse(str::from_utf8(self.cells.get(column.index)).ok()?, None) {
            Ok(Key::ObjectId(id)) => Some(id),
            _ => None,
        }
    }

    /// The mail address beside the key. A text that is none is ignored.
    fn also_address(&self) -> Option<Upn> {
        let cell = self.cells.get(self.columns.address_beside.as_ref()?.index);
        str::from_utf8(cell).ok()?.parse().ok()
    }

    /// The domain of a short name of Active Directory: in front of the name, or else in a column of its own.
    fn domain(&self, cell: &[u8], column: &NamedColumn) -> Result<Option<String>, Defect> {
        if self.columns.by != Some(KeyProperty::SamAccountName) {
            return Ok(None);
        }
        if let Some((domain, _)) = key::meant(self.text(cell, column)?).split_once('\\') {
            return Ok(Some(domain.trim().to_owned()).filter(|domain| !domain.is_empty()));
        }
        let Some(beside) = &self.columns.domain else { return Ok(None) };
        let domain = self.text(self.cells.get(beside.index), beside)?;
        match not_a_user::recognised(&format!("{domain}\\")) {
            Some(why) => Err(self.at(beside, DefectReason::NotAUser { text: shown(domain.as_bytes()), why })),
            None => Ok(Some(domain.to_owned()).filter(|domain| !domain.is_empty())),
        }
    }

    fn priority(&self) -> Result<Option<u32>, Defect> {
        let Some(column) = &self.columns.priority else { return Ok(None) };
        let cell = self.cells.get(column.index);
        if cell.is_empty() {
            return Ok(None);
        }
        match whole_number(cell) {
            Some(priority) => Ok(Some(priority)),
            None => Err(self.at(column, DefectReason::NotAPriority { text: self.shown(cell) })),
        }
    }

    fn handoff(&self) -> Result<Option<String>, Defect> {
        self.label(self.columns.handoff.as_ref())
    }

    fn wave(&self) -> Result<Option<String>, Defect> {
        self.label(self.columns.wave.as_ref())
    }

    /// The short text of a cell that something is decided by.
    fn label(&self, column: Option<&NamedColumn>) -> Result<Option<String>, Defect> {
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
        Ok(Some(text.to_owned()))
    }

    fn note(&self) -> Option<String> {
        let cell = self.cells.get(self.columns.note.as_ref()?.index);
        if cell.is_empty() {
            return None;
        }
        let text = match String::from_utf8_lossy(&cell[..cell.len().min(4 * MAX_NOTE_CHARACTERS)]) {
            Cow::Borrowed(text) if text.len() <= MAX_NOTE_CHARACTERS && !text.contains(is_bad) => {
                return Some(text.to_owned());
            }
            text => text,
        };
        Some(
            text.chars()
                .take(MAX_NOTE_CHARACTERS)
                .map(|c| if is_bad(c) { harmless_in_excerpt(c) } else { c })
                .collect(),
        )
    }

    /// A hint that is not understood is left out.
    fn hints(&self) -> Hints {
        let cell = |column: &Option<NamedColumn>| {
            let text = str::from_utf8(self.cells.get(column.as_ref()?.index)).ok()?;
            Some(text).filter(|text| !text.is_empty() && text.len() <= MAX_CELL_CHARACTERS)
        };
        let truth = |column: &Option<NamedColumn>| match cell(column)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" => Some(false),
            _ => None,
        };
        Hints {
            user_type: cell(&self.columns.user_type).map(str::to_owned),
            synced: truth(&self.columns.synced),
            enabled: truth(&self.columns.enabled).or_else(|| truth(&self.columns.blocked).map(|blocked| !blocked)),
            display_name: cell(&self.columns.display_name)
                .map(str::to_owned)
                .or_else(|| {
                    let parts = [&self.columns.names.first, &self.columns.names.last].map(cell);
                    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
                    (!name.is_empty()).then_some(name)
                })
                .map(|name| with_plain_apostrophes(&name).unwrap_or(name)),
            department: cell(&self.columns.department).map(str::to_owned),
            employee_id: cell(&self.columns.employee_id).map(str::to_owned),
        }
    }

    fn text<'c>(&self, cell: &'c [u8], column: &NamedColumn) -> Result<&'c str, Defect> {
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

    fn at(&self, column: &NamedColumn, reason: DefectReason) -> Defect {
        Defect { span: self.source_record().at(self.range_of(column)), reason }
    }

    /// A defect at the first place in a cell where this character stands.
    fn at_character(&self, column: &NamedColumn, character: Option<char>, reason: DefectReason) -> Defect {
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

    fn range_of(&self, column: &NamedColumn) -> Range<usize> {
        self.cells.range_of(self.record.bytes, column.index)
    }

    fn source_record(&self) -> SourceRecord<'a> {
        SourceRecord { bytes: self.record.bytes, line: self.record.line, hidden: self.hidden }
    }

    /// A cell of a broken row, for display.
    fn shown(&self, cell: &[u8]) -> String {
        if self.hidden { NOT_SHOWN.to_owned() } else { shown(cell) }
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

/// The character that a reason is about.
const fn of(why: NotAUpn) -> Option<char> {
    match why {
        NotAUpn::Invisible(c) | NotAUpn::Impossible(c) => Some(c),
        NotAUpn::DoubledApostrophe => Some('\''),
        NotAUpn::NoAt | NotAUpn::ManyAt | NotAUpn::OneSided | NotAUpn::Blank | NotAUpn::TooLong => None,
    }
}

/// Line breaks and tabs are usual in a remark. In a key they are refused elsewhere.
fn is_bad(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}
