//! What the operator says about a list.

use std::str::FromStr;

use super::key;
use super::key_property::KeyProperty;
use super::names;
use super::people_in;

/// What the operator says about a list; by default nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The column that holds the key: its name as the header spells it, but for case, blanks, underscores and hyphens; or
    /// `#3` for the third column.
    pub key: Option<String>,
    /// The property that people are found by; otherwise object id or user principal name.
    pub by: Option<KeyProperty>,
    /// The column with the people who hand credentials over, named as in [`ReadOptions::key`]; otherwise the column `handoff`,
    /// where there is one.
    pub handoff: Option<String>,
    /// May that column be missing? Then the roster says so, and who hands over is found elsewhere.
    pub handoff_may_be_missing: bool,
    /// The column with the wave that each person belongs to, named as in [`ReadOptions::key`].
    pub wave: Option<String>,
    /// The column with the moment from which the pass of each person is good, named as in [`ReadOptions::key`].
    pub pass_from: Option<String>,
    /// The sheet of a workbook: its name, but for case, or `#2` for the second that can be seen; otherwise the first of those.
    pub sheet: Option<String>,
    /// Whether the hidden rows of that sheet are read as well; otherwise a sheet that has any is refused.
    pub hidden_rows: bool,
    /// Whether every row is meant, also one that is struck out on its sheet, or that a column such as `Action` says to leave
    /// alone; otherwise a list that has any is refused.
    pub every_row: bool,
    /// The rows that are meant; by default all.
    pub only: Option<OnlyRows>,
}

/// Rows with one value in one column: `Status=Leaver`. Case and blanks around the value make no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlyRows {
    /// The column, named as in [`ReadOptions::key`].
    pub column: String,
    /// The value; empty for rows without one, `*` for rows with any.
    pub value: String,
}

/// Says that a text is not of the form `COLUMN=VALUE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not of the form COLUMN=VALUE, such as Status=Leaver")]
pub struct NotOnlyRows;

impl FromStr for OnlyRows {
    type Err = NotOnlyRows;

    fn from_str(text: &str) -> Result<Self, NotOnlyRows> {
        let (column, value) = text.split_once('=').ok_or(NotOnlyRows)?;
        let (column, value) = (column.trim().to_owned(), value.trim().to_owned());
        if column.is_empty() { Err(NotOnlyRows) } else { Ok(Self { column, value }) }
    }
}

impl ReadOptions {
    /// The index of the column that `key` gives by number.
    pub(super) fn number(&self) -> Option<usize> {
        let digits = self.key.as_deref()?.trim().strip_prefix('#')?;
        digits.parse::<usize>().ok()?.checked_sub(1)
    }

    /// The number that is likely meant by a key without its `#`, in a list with this many columns.
    pub(super) fn number_meant(key: &str, columns: usize) -> Option<String> {
        let number = key.trim().parse::<usize>().ok().filter(|number| (1..=columns).contains(number))?;
        Some(format!("#{number}"))
    }

    /// Options that name a column other than the key column.
    pub(super) fn of_column(column: &str) -> Self {
        Self { key: Some(column.to_owned()), ..Self::default() }
    }

    /// Whether the header name is what `key` names.
    pub(super) fn names(&self, name: &str) -> bool {
        let Some(key) = self.key.as_deref().filter(|_| self.number().is_none()) else { return false };
        names::fold(name) == names::fold(key) || names::fold_whole(name) == names::fold_whole(key)
    }

    /// Whether a cell is a key by its form.
    pub(super) fn is_a_key(&self, cell: &str) -> bool {
        self.by.is_none_or(KeyProperty::has_a_form)
            && (key::parse(cell, self.by).is_ok() || people_in::people(cell, self.by).is_some())
    }
}
