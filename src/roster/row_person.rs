//! The cells of a row become a person.
//!
//! These broken cells make the row a defect:
//!
//! - the key and the user principal name beside it: a wrong one is another person;
//! - the handoff: a credential must not go to the wrong hands;
//! - the moment from which a pass is good: the person would stand there with a pass that is not good yet, or no longer;
//! - the priority: the operator sets the order of work, and a lost priority is not noticed. A whole number as spreadsheets
//!   write it (`1.0`) is accepted.
//!
//! The hints make no defect, because they decide nothing: a hint that is not understood is left out. A remark is not even kept: it may
//! hold anything, a password too.

use std::str;

use time::OffsetDateTime;

use super::column::NamedColumn;
use super::concealed;
use super::defect::{Defect, DefectReason, shown};
use super::entry::{Hints, Key, Person};
use super::key::{self, NotAKey};
use super::key_look::KeyLook;
use super::key_property::KeyProperty;
use super::made_by;
use super::names;
use super::not_a_user;
use super::number::whole_number;
use super::respelling::{Respellings, with_plain_apostrophes};
use super::row_cells::{MAX_CELL_CHARACTERS, RowReader};
use super::several;
use super::upn::{NotAUpn, Upn};
use crate::ids::ObjectId;
use crate::moment_text;

impl RowReader<'_> {
    pub(super) fn person(&self, key: &[u8], column: &NamedColumn) -> Result<Person, Defect> {
        self.check_length()?;
        self.check_maker()?;
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
            pass_from: self.pass_from()?,
            priority: self.priority()?,
            hints: self.hints(),
        })
    }

    /// A line below the list may say who made it. That person is not on it.
    pub(super) fn check_maker(&self) -> Result<(), Defect> {
        let Some(index) = (0..self.cells.len()).find(|index| made_by::is_a_label(self.cells.get(*index))) else {
            return Ok(());
        };
        let label = shown(self.cells.get(index));
        Err(Defect { span: self.excerpted().at(index), reason: DefectReason::MadeBy { label } })
    }

    fn key(&self, cell: &[u8], column: &NamedColumn) -> Result<(Key, Respellings), Defect> {
        if cell.is_empty() {
            let columns = self.columns.key_names();
            let beside = self.columns.address_beside.as_ref().filter(|_| self.also_address().is_some());
            let reason = match beside.map(|column| column.name.clone()) {
                Some(beside) => DefectReason::NoKeyBesideAddress { columns, beside },
                None => DefectReason::NoKey { columns },
            };
            return Err(self.at(&self.columns.key, reason));
        }
        let text = self.text(cell, column)?;
        key::read_in(&column.name, text, self.columns.by).map_err(|why| {
            let several = several::names_several(text).filter(|_| self.columns.by != Some(KeyProperty::ProxyAddress));
            let is_concealed = concealed::is_concealed(text) && !names::is_of_ids(&column.name);
            let shown_text = self.shown(cell);
            match why {
                NotAKey::Name(_) | NotAKey::Value(..) if several.is_some() => {
                    self.at(column, DefectReason::SeveralPeople { people: several.unwrap_or_default() })
                }
                NotAKey::Name(_) | NotAKey::Value(..) if is_concealed => {
                    self.at(column, DefectReason::Concealed { text: shown_text })
                }
                NotAKey::User(why) => self.at(column, DefectReason::NotAUser { text: shown_text, why }),
                NotAKey::Name(why) => {
                    let looks = KeyLook::of(text, why);
                    self.at_character(column, of(why), DefectReason::NotAKey { text: shown_text, why, looks })
                }
                NotAKey::Value(by, why) => self.at(column, DefectReason::NotAValue { text: shown_text, by, why }),
                NotAKey::Words(name) => {
                    self.at(column, DefectReason::WordsBehindColon { name: shown(name.as_str().as_bytes()) })
                }
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

    pub(super) fn priority(&self) -> Result<Option<u32>, Defect> {
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

    pub(super) fn handoff(&self) -> Result<Option<String>, Defect> {
        self.label(self.columns.handoff.as_ref())
    }

    pub(super) fn wave(&self) -> Result<Option<String>, Defect> {
        self.label(self.columns.wave.as_ref())
    }

    /// From when on the pass is good; nothing where the cell is empty.
    pub(super) fn pass_from(&self) -> Result<Option<OffsetDateTime>, Defect> {
        let Some(column) = &self.columns.pass_from else { return Ok(None) };
        let cell = self.cells.get(column.index);
        let text = self.text(cell, column)?;
        if text.trim().is_empty() {
            return Ok(None);
        }
        moment_text::or_day(text).map(Some).map_err(|why| {
            let reason =
                DefectReason::NotAMoment { column: column.name.as_str().into(), text: self.shown(cell).into(), why };
            self.at(column, reason)
        })
    }

    /// A hint that is not understood is left out.
    pub(super) fn hints(&self) -> Hints {
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

    /// What the list calls the person. Where a cell is missing or there is one too many, cells may stand in wrong columns.
    pub(super) fn name(&self) -> String {
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
}

/// The character that a reason is about.
const fn of(why: NotAUpn) -> Option<char> {
    match why {
        NotAUpn::Invisible(c) | NotAUpn::Impossible(c) | NotAUpn::Lookalike(c) => Some(c),
        NotAUpn::DoubledApostrophe => Some('\''),
        NotAUpn::NoAt | NotAUpn::ManyAt | NotAUpn::OneSided | NotAUpn::Blank | NotAUpn::CutOff | NotAUpn::TooLong => {
            None
        }
    }
}
