//! A row that names several people becomes an entry for each of them.

use std::str;

use super::column::NamedColumn;
use super::defect::{DefectReason, shown};
use super::entry::{AmongSeveral, Entry, Key, Person};
use super::key;
use super::people_in;
use super::respelling::Respellings;
use super::row_cells::{RowReader, is_bad};
use super::row_outcome::RowOutcome;
use super::several;

/// An object id in braces. A longer text may be several of them.
const MAX_ID_CHARACTERS: usize = 38;

impl RowReader<'_> {
    /// The people on a row that names several, where nothing else stands in the cell, or on the line of a list of one column.
    pub(super) fn several(&self, key: &[u8], column: &NamedColumn) -> Option<RowOutcome> {
        if self.columns.is_one_cell_a_line() && self.cells.len() > 1 {
            return self.several_on_the_line(1);
        }
        // Nearly every cell names one person; these cost a search and no more.
        let may_be = key.len() > MAX_ID_CHARACTERS || key.iter().filter(|byte| **byte == b'@').nth(1).is_some();
        let people = may_be.then(|| str::from_utf8(key).ok()).flatten().and_then(|text| self.people(text, 2))?;
        self.selected().and_then(|()| self.check_length()).and_then(|()| self.check_maker()).ok()?;
        let other_keys = [&self.columns.upn_beside, &self.columns.id_beside, &self.columns.address_beside];
        let is_filled = |column: &NamedColumn| !self.cells.get(column.index).is_empty();
        if other_keys.into_iter().flatten().any(|other| other != column && is_filled(other)) {
            // Which of them the cell beside belongs to is not known.
            let defect = self.at(column, DefectReason::SeveralPeople { people: people.len() });
            return Some(RowOutcome::Entry(self.entry(self.text_of(key), Err(defect))));
        }
        let (handoff, wave, priority) = (self.handoff().ok()?, self.wave().ok()?, self.priority().ok()?);
        let pass_from = self.pass_from().ok()?;
        let mut hints = self.hints();
        // A name that is several names can be compared with no person's.
        hints.display_name = hints.display_name.filter(|name| !several::may_be_several_names(name));
        let person = |(key, respelt)| Person {
            handoff: handoff.clone(),
            wave: wave.clone(),
            pass_from,
            priority,
            hints: hints.clone(),
            ..Person::of(key, respelt)
        };
        Some(self.each_of(people, person))
    }

    /// The same for a line that is one cell, whatever delimiters are in it.
    pub(super) fn several_on_the_line(&self, least: usize) -> Option<RowOutcome> {
        if !self.columns.is_one_cell_a_line() {
            return None;
        }
        let people = self.people(str::from_utf8(self.record.bytes).ok()?, least)?;
        Some(self.each_of(people, |(key, respelt)| Person::of(key, respelt)))
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
}
