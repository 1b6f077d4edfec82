//! A header in the middle of a list: two lists were pasted together.

use super::defect::DefectReason;
use super::error::RosterError;
use super::names;
use super::row_excerpt::ExcerptedRow;
use super::source::Source;
use super::source_span::SourceSpan;

/// The names in the header, and the first row that is another header.
#[derive(Default)]
pub(super) struct SecondHeader {
    names: Vec<String>,
    /// Whether a person was read: the names of columns may stand on two lines.
    is_below_a_person: bool,
    differs: Option<SourceSpan>,
}

impl SecondHeader {
    pub(super) fn of(names: &[String]) -> Self {
        Self { names: names.iter().map(|name| names::meaning(name)).collect(), ..Self::default() }
    }

    /// Takes in a person.
    pub(super) fn see_person(&mut self) {
        self.is_below_a_person = true;
    }

    /// Takes in a row that names no person. The same header again, as on the pages of a report, changes nothing.
    pub(super) fn see(&mut self, row: &ExcerptedRow<'_>, reason: &DefectReason) {
        let may_be_one = matches!(reason, DefectReason::NotAKey { .. } | DefectReason::NotAValue { .. });
        if !may_be_one || !self.is_below_a_person || self.names.is_empty() || self.differs.is_some() {
            return;
        }
        let key = row.columns.key.index;
        let names: Vec<String> = row.cells.names().iter().map(|name| names::meaning(name)).collect();
        let has_a_sure_key = names.iter().any(|name| names::is_a_sure_key(name, row.columns.by));
        let is_one = has_a_sure_key && names.get(key).is_some_and(|name| names::is_a_key(name, row.columns.by));
        if is_one && names != self.names {
            self.differs = Some(row.source_record().at(row.cells.range_of(row.record.bytes, key)));
        }
    }

    pub(super) fn check(&self, from: &Source) -> Result<(), RosterError> {
        match &self.differs {
            Some(span) => Err(RosterError::SecondHeader { from: from.clone(), span: Box::new(span.clone()) }),
            None => Ok(()),
        }
    }
}
