//! Which rows `--only` finds, and what the others say.

use std::collections::BTreeMap;

use super::columns::Columns;
use super::error::RosterError;
use super::leave_words;
use super::names;
use super::only_finds_none::OnlyFindsNone;
use super::row_excerpt::ExcerptedRow;
use super::source::Source;

/// A message shows this many values at most.
const MAX_VALUES: usize = 12;

/// The rows that are left out, and what they say where a message may show it.
#[derive(Default)]
pub(super) struct OnlyCount {
    left_out: u64,
    others: u64,
    values: BTreeMap<String, u32>,
    other_words: u32,
}

impl OnlyCount {
    pub(super) fn see_left_out(&mut self, row: &ExcerptedRow<'_>) {
        let Some((column, _)) = &row.columns.only else { return };
        self.left_out += 1;
        let value = String::from_utf8_lossy(row.cells.get(column.index)).to_lowercase();
        let may_be_shown = leave_words::other_word(&value).is_some() || names::is_a_status_word(&value);
        if may_be_shown && (self.values.len() < MAX_VALUES || self.values.contains_key(&value)) {
            *self.values.entry(value).or_default() += 1;
        } else {
            self.other_words += 1;
        }
    }

    pub(super) fn see_other(&mut self) {
        self.others += 1;
    }

    /// Refuses a list of which every row is left out.
    pub(super) fn check(&self, columns: &Columns, from: &Source) -> Result<(), RosterError> {
        match &columns.only {
            Some((column, value)) if self.left_out > 0 && self.others == 0 => {
                Err(RosterError::OnlyFindsNone(Box::new(OnlyFindsNone {
                    from: from.clone(),
                    column: column.name.clone(),
                    value: value.clone(),
                    values: self.values.iter().map(|(value, rows)| (value.clone(), *rows)).collect(),
                    other_words: self.other_words,
                })))
            }
            _ => Ok(()),
        }
    }
}
