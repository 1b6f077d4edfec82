//! What only the whole list shows: columns that name different people, several people in one cell, names that a report hides.
//!
//! A list is gone through once before it is read, where it can be opened twice; the same is looked at while it is read, so that
//! no list is taken that does not pass.

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use super::column::NamedColumn;
use super::columns::Columns;
use super::defect::{Defect, DefectReason};
use super::entry::{Entry, Key};
use super::error::{ColumnsDiffer, RosterError};
use super::header::Header;
use super::instruction::{self, Instruction};
use super::instruction_column::InstructionColumn;
use super::key;
use super::key_property::KeyProperty;
use super::leave_words;
use super::left_alone::LeftAlone;
use super::names;
use super::note::RosterNote;
use super::only_count::OnlyCount;
use super::people_in;
use super::read_options::ReadOptions;
use super::respelling::Respelling;
use super::row_excerpt::ExcerptedRow;
use super::second_header::SecondHeader;
use super::section::Sections;
use super::source::Source;
use super::source_span::SourceSpan;

/// A column that says with so many different words what somebody is, is no status.
const MAX_STATUSES: usize = 12;

/// What is counted while a list is read.
#[derive(Default)]
pub(super) struct Census {
    rivals: Vec<Rival>,
    /// Which accounts the key column names; counted where a message may say it.
    named: Option<ColumnAccounts>,
    rows: u64,
    several: Seen,
    people: u64,
    /// Rows that name several people who could be read, and how many people.
    rows_of_several: u64,
    people_on_them: u64,
    concealed: Seen,
    behind_colon: u64,
    /// People behind the `Cc:` of a pasted message.
    copied: u64,
    statuses: Vec<Status>,
    /// Columns that may say of people on the list that they are to be left alone.
    instructions: Vec<InstructionColumn>,
    sections: Sections,
    only: OnlyCount,
    second_header: SecondHeader,
    /// Whether such rows are planned all the same.
    every_row: bool,
    /// The column of short names beside an `ObjectGUID` that was taken for the key unasked.
    of_active_directory: Option<String>,
}

/// Rows of one kind: how many, and the first of them.
#[derive(Default)]
struct Seen {
    rows: u64,
    first: Option<SourceSpan>,
}

impl Seen {
    fn note(&mut self, defect: &Defect) {
        self.rows += 1;
        self.first.get_or_insert_with(|| defect.span.clone());
    }
}

/// A column beside the key in which accounts may stand.
struct Rival {
    index: usize,
    name: String,
    differs: Seen,
    named: Option<ColumnAccounts>,
}

/// Digests of the accounts in one column.
struct ColumnAccounts {
    hasher: RandomState,
    accounts: HashSet<u64>,
}

impl ColumnAccounts {
    fn add(&mut self, key: &Key) {
        self.accounts.insert(self.hasher.hash_one(key));
    }

    fn not_in(&self, other: &Self) -> usize {
        self.accounts.difference(&other.accounts).count()
    }
}

/// A column that says what somebody is, and how often each of its words stands there.
struct Status {
    index: usize,
    name: String,
    values: BTreeMap<String, u32>,
}

impl Census {
    /// What is worth counting in a list with this header.
    pub(super) fn of(header: &Header<'_>, columns: &Columns, options: &ReadOptions) -> Self {
        let asked = options.key.is_some() || options.by.is_some();
        let rivals = if asked { Vec::new() } else { rivals(header, columns) };
        let used = columns.only.as_ref().map(|(column, _)| column.index);
        let is_of_a_log = header.is_of_a_log();
        let named = || header.names.iter().enumerate().filter(|_| !is_of_a_log);
        let statuses = named().filter(|(index, name)| names::is_a_status(name) && Some(*index) != used);
        let status = |(index, name): (usize, &String)| Status { index, name: name.clone(), values: BTreeMap::new() };
        let instruction_in = |(index, name): (usize, &String)| {
            // `ada@contoso.com: do not disable`
            let instruction =
                if index == columns.key.index { Some(Instruction::Remark) } else { instruction::instruction(name) }?;
            let name = if name.is_empty() { NamedColumn::numbered(index).name } else { name.clone() };
            Some(InstructionColumn::new(index, name, instruction))
        };
        let (statuses, instructions) = (statuses.map(status).collect(), named().filter_map(instruction_in).collect());
        let second_header = SecondHeader::of(header.names);
        let by_its_guid =
            !asked && columns.by == Some(KeyProperty::ImmutableId) && header.folded(&columns.key) == names::OBJECT_GUID;
        let short_names = header.all_of(names::of_property(KeyProperty::SamAccountName)).into_iter().next();
        let of_active_directory = short_names.filter(|_| by_its_guid).map(|column| column.name);
        let every_row = options.every_row;
        Self { rivals, statuses, instructions, second_header, every_row, of_active_directory, ..Self::default() }
    }

    /// The same for a list without a header: no other column may name other accounts, and any may say whom to leave alone.
    pub(super) fn of_headless(columns: &Columns, options: &ReadOptions) -> Self {
        let asked = options.key.is_some() || options.by.is_some();
        let others = (0..columns.expected).filter(|index| *index != columns.key.index);
        let rival =
            |index| Rival { index, name: NamedColumn::numbered(index).name, differs: Seen::default(), named: None };
        let instruction_in = |index| {
            let is_key = index == columns.key.index;
            let instruction = if is_key { Instruction::Remark } else { Instruction::Unnamed };
            InstructionColumn::new(index, NamedColumn::numbered(index).name, instruction)
        };
        let rivals = others.filter(|_| !asked && columns.by.is_none());
        let (rivals, instructions) = (rivals.map(rival).collect(), (0..columns.most).map(instruction_in).collect());
        Self { rivals, instructions, every_row: options.every_row, ..Self::default() }
    }

    /// Counts in each column how many accounts stand in no other, so that a message can say it.
    pub(super) fn counting(mut self) -> Self {
        if !self.rivals.is_empty() {
            let hasher = RandomState::new();
            let named = || Some(ColumnAccounts { hasher: hasher.clone(), accounts: HashSet::new() });
            self.rivals.iter_mut().for_each(|rival| rival.named = named());
            self.named = named();
        }
        self
    }

    /// Takes in a row that was just read.
    pub(super) fn see(&mut self, entry: &Entry, row: &ExcerptedRow<'_>) {
        self.rows += 1;
        if let Some(among) = entry.among {
            self.rows_of_several += u64::from(among.number == 1);
            self.people_on_them += 1;
        }
        let person = match &entry.content {
            Ok(person) => person,
            Err(defect) => {
                self.second_header.see(row, &defect.reason);
                self.sections.see_none(row);
                match &defect.reason {
                    DefectReason::LeftOut { .. } => self.only.see_left_out(row),
                    DefectReason::NotAUser { .. } => {}
                    _ => self.only.see_other(),
                }
                match defect.reason {
                    DefectReason::WordsBehindColon { .. } => self.see_words_behind_colon(row),
                    DefectReason::SeveralPeople { people } => {
                        self.people += people as u64;
                        self.several.note(defect);
                    }
                    DefectReason::Concealed { .. } => self.concealed.note(defect),
                    _ => {}
                }
                return;
            }
        };
        self.only.see_other();
        self.sections.see_person();
        self.second_header.see_person();
        if entry.among.is_some() || row.columns.is_one_cell_a_line() {
            let line = String::from_utf8_lossy(&row.record.bytes[..row.record.bytes.len().min(8)]);
            self.copied += u64::from(people_in::is_copied(&line));
        }
        self.behind_colon += u64::from(person.respelt.has(Respelling::BehindColon));
        for status in self.statuses.iter_mut().filter(|status| status.values.len() <= MAX_STATUSES) {
            let value = String::from_utf8_lossy(row.cells.get(status.index)).chars().take(40).collect();
            *status.values.entry(value).or_default() += 1;
        }
        // A row of several people says it once.
        if entry.among.is_none_or(|among| among.number == 1) {
            for column in self.instructions.iter_mut().filter(|column| column.index != row.columns.key.index) {
                column.see(row, &String::from_utf8_lossy(row.cells.get(column.index)));
            }
        }
        if self.rivals.is_empty() {
            return;
        }
        if let Some(named) = &mut self.named {
            named.add(&person.key);
        }
        for rival in &mut self.rivals {
            let cell = row.cells.get(rival.index);
            let Ok(text) = std::str::from_utf8(cell) else { continue };
            if text.is_empty() {
                continue;
            }
            let other = match key::parse(text, None) {
                Ok(other) => other,
                Err(_) if entry.among.is_some() && text.contains('@') => {
                    rival.differs.rows += 1;
                    let place = || row.source_record().at(row.cells.range_of(row.record.bytes, rival.index));
                    rival.differs.first.get_or_insert_with(place);
                    continue;
                }
                Err(_) => continue,
            };
            let differs = match (&person.key, &other) {
                (Key::ObjectId(one), Key::ObjectId(other)) => one != other,
                (Key::UserPrincipalName(one), Key::UserPrincipalName(other)) => one != other,
                _ => continue,
            };
            if let Some(named) = &mut rival.named {
                named.add(&other);
            }
            if differs {
                rival.differs.rows += 1;
                rival.differs.first.get_or_insert_with(|| row.at(rival.index));
            }
        }
    }

    /// Words behind a name and a colon may say to leave this person alone, and then the list says it as one with a column for it.
    fn see_words_behind_colon(&mut self, row: &ExcerptedRow<'_>) {
        for column in self.instructions.iter_mut().filter(|column| column.index == row.columns.key.index) {
            let cell = String::from_utf8_lossy(row.cells.get(column.index));
            let behind = cell.split_once('@').and_then(|(_, rest)| rest.split_once(':'));
            if let Some((_, behind)) = behind.filter(|(_, behind)| leave_words::leaving_word(behind).is_some()) {
                column.see(row, behind);
            }
        }
    }

    /// Refuses a list as a whole, where reading it would leave people out or take others.
    pub(super) fn check(&self, columns: &Columns, from: &Source) -> Result<(), RosterError> {
        if let Some(rival) = self.rivals.iter().find(|rival| rival.differs.rows > 0)
            && let Some(span) = rival.differs.first.clone()
        {
            let alone = self.named.as_ref().zip(rival.named.as_ref());
            return Err(RosterError::ColumnsDiffer(Box::new(ColumnsDiffer {
                from: from.clone(),
                key: columns.key.name.clone(),
                other: rival.name.clone(),
                rows: rival.differs.rows,
                of: self.rows,
                only_in: alone.map(|(key, other)| [key.not_in(other), other.not_in(key)]),
                span,
            })));
        }
        if let Some(span) = &self.several.first {
            let (rows, people) = (self.several.rows, self.people);
            return Err(RosterError::SeveralPeople { from: from.clone(), rows, people, span: Box::new(span.clone()) });
        }
        self.second_header.check(from)?;
        self.only.check(columns, from)?;
        let said = || {
            let by_column = |column: &InstructionColumn| Some((column.rows(), column.said()?));
            let in_a_column = self.instructions.iter().find_map(by_column);
            in_a_column.or_else(|| Some((self.sections.people, self.sections.said()?)))
        };
        if let Some((rows, (by, span))) = said().filter(|_| !self.every_row) {
            let (from, of) = (from.clone(), self.rows);
            return Err(RosterError::LeftAlone(Box::new(LeftAlone { from, by, rows, of, span })));
        }
        match &self.concealed.first {
            Some(span) if 2 * self.concealed.rows > self.rows => {
                Err(RosterError::Concealed { from: from.clone(), span: Box::new(span.clone()) })
            }
            _ => Ok(()),
        }
    }

    /// What the operator has to know about the list.
    pub(super) fn notes(&self, columns: &Columns) -> Vec<RosterNote> {
        let mut notes = Vec::new();
        if self.rows_of_several > 0 {
            let (rows, people) = (self.rows_of_several, self.people_on_them);
            notes.push(RosterNote::SeveralOnARow { rows, people, of: self.rows - people + rows, entries: self.rows });
        }
        if self.copied > 0 {
            notes.push(RosterNote::Copied { people: self.copied, of: self.rows });
        }
        if let Some(short_names) = &self.of_active_directory {
            notes.push(RosterNote::OfActiveDirectory {
                key: columns.key.name.clone(),
                short_names: short_names.clone(),
            });
        }
        if columns.has_passwords || self.behind_colon > 0 {
            notes.push(RosterNote::Secrets { rows_with_colon: self.behind_colon });
        }
        for column in self.instructions.iter().filter(|column| column.rows() > 0) {
            notes.push(RosterNote::PlannedAllTheSame { column: column.name.clone(), rows: column.rows() });
        }
        for column in self.instructions.iter().filter(|column| column.days_to_come > 0) {
            notes.push(RosterNote::DaysToCome { column: column.name.clone(), rows: column.days_to_come });
        }
        if let Some((_, span)) = self.sections.said() {
            notes.push(RosterNote::PlannedBelowALine { line: span.line, people: self.sections.people });
        }
        let says_active = |Status { values, .. }: &&Status| {
            values.len() <= MAX_STATUSES && values.keys().any(|value| names::says_active(value))
        };
        for Status { name, values, .. } in self.statuses.iter().filter(says_active) {
            let (known, other): (Vec<_>, Vec<_>) = values.iter().partition(|(value, _)| names::is_a_status_word(value));
            let values = known.into_iter().map(|(value, rows)| (value.clone(), *rows)).collect();
            let other_words: u32 = other.into_iter().map(|(_, rows)| *rows).sum();
            notes.push(RosterNote::StatusNotUsed { column: name.clone(), values, other_words });
        }
        notes
    }
}

/// The columns that have to name the same accounts as the key. Beside a column that is sure by its name, only those of the same
/// kind: a mail address may differ from the sign-in name, and is compared in the directory.
fn rivals(header: &Header<'_>, columns: &Columns) -> Vec<Rival> {
    if columns.by.is_some() {
        return Vec::new();
    }
    let key = header.folded(&columns.key);
    let is_sure = names::OBJECT_ID.contains(&key) || names::is_a_upn_indeed(key) || header.is_of_a_log();
    // A remark, who hands the password over, and whose the person is are about the person and name something else.
    let others = [&columns.note, &columns.handoff, &columns.tenant].map(|column| column.as_ref().map(|it| it.index));
    let rivals = header.names.iter().enumerate().filter(|(index, name)| {
        let folded = names::meaning(name);
        // Of all addresses of a mailbox, the primary one need not be the sign-in name.
        if names::is_of_all_addresses(name) {
            return false;
        }
        let of_one_kind = if names::OBJECT_ID.contains(&key) {
            names::OBJECT_ID.contains(&folded.as_str()) && folded != names::ID && folded != names::OBJECT
        } else {
            names::UPN.contains(&folded.as_str())
        };
        *index != columns.key.index
            && !others.contains(&Some(*index))
            && if is_sure { of_one_kind } else { !names::is_never_a_key(name) }
    });
    rivals.map(|(index, name)| Rival { index, name: name.clone(), differs: Seen::default(), named: None }).collect()
}
