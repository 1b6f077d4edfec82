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
    differs: Option<SourceSpan>,
}

impl SecondHeader {
    pub(super) fn of(names: &[String]) -> Self {
        Self { names: names.iter().map(|name| names::meaning(name)).collect(), differs: None }
    }

    /// Takes in a row that names no person. The same header again, as on the pages of a report, changes nothing.
    pub(super) fn see(&mut self, row: &ExcerptedRow<'_>, reason: &DefectReason) {
        let may_be_one = matches!(reason, DefectReason::NotAKey { .. } | DefectReason::NotAValue { .. });
        if !may_be_one || self.names.is_empty() || self.differs.is_some() {
            return;
        }
        let key = row.columns.key.index;
        let names: Vec<String> = row.cells.names().iter().map(|name| names::meaning(name)).collect();
        let is_one = names.get(key).is_some_and(|name| names::is_a_sure_key(name, row.columns.by));
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
