//! The header of a list: the names of its columns, and their line.

use super::cells::Cells;
use super::column::NamedColumn;
use super::error::{RosterError, UnknownColumn};
use super::key_property::KeyProperty;
use super::names;
use super::read_options::{OnlyRows, ReadOptions};
use super::source::Source;
use super::source_span::{SourceRecord, SourceSpan};
use crate::nearest::nearest_by;

/// The header of a list.
pub(super) struct Header<'a> {
    pub(super) names: &'a [String],
    folded: Vec<String>,
    source_record: SourceRecord<'a>,
    cells: &'a Cells,
    from: &'a Source,
}

impl<'a> Header<'a> {
    /// The header that was read by `cells` from the record at `source_record`.
    pub(super) fn new(
        names: &'a [String],
        source_record: SourceRecord<'a>,
        cells: &'a Cells,
        from: &'a Source,
    ) -> Self {
        Self { names, folded: names.iter().map(|name| names::meaning(name)).collect(), source_record, cells, from }
    }

    /// The column with the first of these names that exists. The same name twice is an error, because either may be meant.
    pub(super) fn first_of(&self, known: &[&str]) -> Result<Option<NamedColumn>, RosterError> {
        for name in known {
            if let Some(column) = self.only(|index| self.folded[index] == *name)? {
                return Ok(Some(column));
            }
        }
        Ok(None)
    }

    /// All columns with one of these names, the surest first.
    pub(super) fn all_of(&self, known: &[&str]) -> Vec<NamedColumn> {
        let all = 0..self.names.len();
        let named = |name: &&str| all.clone().filter(|index| self.folded[*index] == *name).collect::<Vec<_>>();
        let column = |index: usize| NamedColumn { index, name: self.names[index].clone() };
        known.iter().flat_map(named).map(column).collect()
    }

    /// The name of a column as it is compared.
    pub(super) fn folded(&self, column: &NamedColumn) -> &str {
        self.folded.get(column.index).map_or("", String::as_str)
    }

    /// The column, unless another one has the same name.
    pub(super) fn alone(&self, column: NamedColumn) -> Result<NamedColumn, RosterError> {
        Ok(self.only(|index| self.folded[index] == self.folded[column.index])?.unwrap_or(column))
    }

    /// As [`Header::alone`], where there is a column.
    pub(super) fn alone_if_any(&self, column: Option<NamedColumn>) -> Result<Option<NamedColumn>, RosterError> {
        column.map(|column| self.alone(column)).transpose()
    }

    /// The column that the operator names.
    pub(super) fn named(&self, options: &ReadOptions) -> Result<NamedColumn, RosterError> {
        let key = options.key.as_deref().unwrap_or_default();
        if let Some(index) = options.number() {
            let name = self.names.get(index).ok_or_else(|| self.unknown(key))?;
            return Ok(NamedColumn {
                index,
                name: if name.is_empty() { format!("#{}", index + 1) } else { name.clone() },
            });
        }
        if let Ok(Some(column)) = self.only(|index| self.names[index] == key) {
            return Ok(column);
        }
        self.only(|index| options.names(&self.names[index]))?.ok_or_else(|| self.unknown(key))
    }

    /// How many cells it has, empty ones at its end included.
    pub(super) fn cells(&self) -> usize {
        self.cells.len().max(self.names.len())
    }

    /// The column of `--only`, and the value that is meant.
    pub(super) fn only_where(&self, only: &OnlyRows) -> Result<(NamedColumn, String), RosterError> {
        Ok((self.named(&ReadOptions::of_column(&only.column))?, only.value.clone()))
    }

    /// Whether there is a column of passwords.
    pub(super) fn has_passwords(&self) -> bool {
        self.names.iter().any(|name| names::is_secret(name))
    }

    /// Whether it is the header of a log.
    pub(super) fn is_of_a_log(&self) -> bool {
        let has = |is: fn(&str) -> bool| self.folded.iter().any(|folded| is(folded));
        has(names::is_of_a_log) || (has(names::is_of_a_log_unless_of_accounts) && !has(names::is_of_accounts))
    }

    /// No column holds the key.
    pub(super) fn no_key(&self, by: Option<KeyProperty>) -> RosterError {
        RosterError::NoKeyColumn {
            from: self.from.clone(),
            found: self.shown(),
            by,
            columns: Vec::new(),
            span: Box::new(self.source_record.whole()),
        }
    }

    /// The names for a message; none where the line must not be shown.
    fn shown(&self) -> Vec<String> {
        if self.source_record.hidden { Vec::new() } else { self.names.to_vec() }
    }

    fn unknown(&self, key: &str) -> RosterError {
        let names = self.names.iter().map(String::as_str).filter(|name| !self.source_record.hidden && !name.is_empty());
        RosterError::UnknownColumn(Box::new(UnknownColumn {
            from: self.from.clone(),
            key: key.to_owned(),
            // A name that differs in more letters is another word.
            nearest: ReadOptions::number_meant(key, self.names.len())
                .or_else(|| nearest_by(key, names, names::fold_whole, |letters| 1 + letters / 3).map(str::to_owned)),
            found: self.shown(),
            header: true,
            span: self.source_record.whole(),
        }))
    }

    fn only(&self, meant: impl Fn(usize) -> bool) -> Result<Option<NamedColumn>, RosterError> {
        let mut places = (0..self.names.len()).filter(|index| meant(*index));
        let Some(index) = places.next() else { return Ok(None) };
        match places.next() {
            None => Ok(Some(NamedColumn { index, name: self.names[index].clone() })),
            Some(second) => Err(RosterError::TwoColumns {
                from: self.from.clone(),
                first: self.names[index].clone(),
                second: self.names[second].clone(),
                span: Box::new(self.span_of(second)),
            }),
        }
    }

    fn span_of(&self, index: usize) -> SourceSpan {
        self.source_record.at(self.cells.range_of(self.source_record.bytes, index))
    }
}

#[cfg(test)]
impl<'a> Header<'a> {
    /// A header of which only names and line matter.
    pub(super) fn for_tests(names: &'a [String], line: &'a str, from: &'a Source) -> Self {
        let cells = Box::leak(Box::new(Cells::new(super::delimiter::Delimiter::Comma)));
        Self::new(names, SourceRecord::of(line.as_bytes(), 1), cells, from)
    }
}
