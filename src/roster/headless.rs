//! A list without a header: its first line is a person, and the people show which column holds the keys.

use std::collections::BTreeSet;

use super::choice::Keys;
use super::column::NamedColumn;
use super::columns::Columns;
use super::comment::is_commented;
use super::error::{RosterError, UnknownColumn};
use super::key_property::KeyProperty;
use super::names;
use super::read_options::ReadOptions;
use super::sample::Sample;
use super::secret;
use super::several;
use super::source::Source;
use super::source_span::SourceSpan;

/// The columns of a list that has no header; `None` where the first record is a header.
///
/// A first record that holds a key is a person. Read as a header, that person would be lost. If the operator gives the
/// number of the key column, the first record is a header only if the cell in that column is the name of such a column.
///
/// If more than one column holds keys (a person and their manager), the operator has to name one. `span` gives the record on
/// a line of the sample.
pub(super) fn columns(
    sample: &Sample,
    options: &ReadOptions,
    from: &Source,
    span: impl Fn(u64) -> SourceSpan,
) -> Result<Option<Columns>, RosterError> {
    // A person who was commented out shows nothing about the list.
    let is_read = |row: &&Vec<String>| !row.first().is_some_and(|cell| is_commented(cell.as_bytes()));
    let first = sample.rows.iter().find(is_read).or_else(|| sample.rows.first());
    let Some(first) = first.filter(|_| !sample.first_is_broken) else { return Ok(None) };
    if first.iter().any(|cell| options.names(cell)) {
        return Ok(None);
    }
    let list = Headless { sample, first, options, from, span };
    if let Some(text) = may_be_either(first, options) {
        let (text, span) = (text.clone(), Box::new(list.span_of_first()));
        return Err(RosterError::HeaderOrPerson { from: from.clone(), text, span });
    }
    let has_a_key = first.iter().any(|cell| options.is_a_key(cell));
    if !has_a_key && (options.number().is_none() || list.first_names_the_key_column()) {
        return Ok(None);
    }
    let key = list.key()?;
    list.refuse_header_below(Some(key))?;
    let handoff = options.handoff.as_deref().filter(|_| !options.handoff_may_be_missing);
    let handoff = handoff.map(|column| list.column(column)).transpose()?;
    let wave = options.wave.as_deref().map(|column| list.column(column)).transpose()?;
    let pass_from = options.pass_from.as_deref().map(|column| list.column(column)).transpose()?;
    let only = options.only.as_ref().map(|only| list.column(&only.column).map(|column| (column, only.value.clone())));
    let keys = Keys::only(NamedColumn::numbered(key));
    let has_passwords = list.has_passwords(key);
    let columns = Columns::keyed(list.width(), first.len(), options.by, keys);
    Ok(Some(Columns { handoff, wave, pass_from, only: only.transpose()?, has_passwords, ..columns }))
}

/// A list whose first record is a person.
struct Headless<'a, S> {
    sample: &'a Sample,
    first: &'a [String],
    options: &'a ReadOptions,
    from: &'a Source,
    span: S,
}

impl<S: Fn(u64) -> SourceSpan> Headless<'_, S> {
    /// The number of columns, without empty ones at the end.
    fn width(&self) -> usize {
        self.first.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1)
    }

    fn span_of_first(&self) -> SourceSpan {
        (self.span)(self.sample.lines.first().copied().unwrap_or(1))
    }

    fn first_names_the_key_column(&self) -> bool {
        self.options.number().and_then(|number| self.first.get(number)).is_some_and(|cell| {
            let folded = names::meaning(cell);
            let by = self.options.by;
            names::is_a_key(&folded, by) || (by.is_none() && names::is_known(&folded))
        })
    }

    /// The index of the key column: the one that the operator names, or the only one that holds keys.
    fn key(&self) -> Result<usize, RosterError> {
        if let Some(key) = &self.options.key {
            return self.options.number().filter(|number| *number < self.width()).ok_or_else(|| self.unknown(key));
        }
        // An address with something beside it in its cell may be somebody else who is meant.
        let names_somebody =
            |cell: &str| self.options.is_a_key(cell) || (self.options.by.is_none() && several::addresses(cell) > 0);
        let is_a_key = |(index, cell): (usize, &String)| names_somebody(cell).then_some(index);
        let columns: BTreeSet<usize> =
            self.sample.rows.iter().flat_map(|row| row.iter().enumerate().filter_map(is_a_key)).collect();
        self.refuse_header_below(columns.first().copied())?;
        match (columns.first(), columns.len()) {
            (Some(only), 1) => Ok(*only),
            _ if self.is_a_line_of_people() || self.has_names_beside_addresses() => Err(self.several_people()),
            _ => Err(RosterError::ManyKeyColumns {
                from: self.from.clone(),
                columns: columns.into_iter().map(|index| index + 1).collect(),
                span: Box::new(self.span_of_first()),
            }),
        }
    }

    /// Whether nothing but people stands on the lines, and the lines do not have the same number of them.
    fn is_a_line_of_people(&self) -> bool {
        let rows = &self.sample.rows;
        let people = |row: &[String]| row.iter().filter(|cell| !cell.is_empty()).count();
        let all = |row: &Vec<String>| row.iter().all(|cell| cell.is_empty() || self.options.is_a_key(cell));
        rows.iter().all(all)
            && (rows.len() == 1 || people(self.first) > 3 || rows.iter().any(|row| people(row) != people(&rows[0])))
    }

    /// Whether addresses stand in brackets, or several of them in a cell: then delimiters are parts of the text, and make no
    /// columns.
    fn has_names_beside_addresses(&self) -> bool {
        let row = |row: &Vec<String>| {
            row.iter().filter(|cell| several::addresses(cell) > 0).count() > 1
                && row.iter().any(|cell| match several::addresses(cell) {
                    0 => false,
                    1 => cell.contains('<') || cell.starts_with(['[', '(', '{', '@']),
                    _ => true,
                })
        };
        self.sample.rows.iter().any(row)
    }

    fn several_people(&self) -> RosterError {
        let people: usize = self.sample.rows.iter().map(|row| several::addresses(&row.join("; "))).sum();
        let (rows, span) = (self.sample.rows.len() as u64, Box::new(self.span_of_first()));
        RosterError::SeveralPeople { from: self.from.clone(), rows, people: people as u64, span }
    }

    /// Whether passwords stand beside the keys, by their form: nothing names the columns here.
    fn has_passwords(&self, key: usize) -> bool {
        (0..self.width()).filter(|index| *index != key).any(|index| {
            let cells: Vec<&String> =
                self.sample.rows.iter().filter_map(|row| row.get(index)).filter(|cell| !cell.is_empty()).collect();
            2 * cells.iter().filter(|cell| secret::looks_like_one(cell)).count() > cells.len()
        })
    }

    /// The column that the operator names by its number.
    fn column(&self, column: &str) -> Result<NamedColumn, RosterError> {
        let number = ReadOptions::of_column(column).number().filter(|number| *number < self.width());
        number.map(NamedColumn::numbered).ok_or_else(|| self.unknown(column))
    }

    fn unknown(&self, key: &str) -> RosterError {
        RosterError::UnknownColumn(Box::new(UnknownColumn {
            from: self.from.clone(),
            key: key.to_owned(),
            nearest: ReadOptions::number_meant(key, self.width()),
            found: (0..self.width()).map(|index| NamedColumn::numbered(index).name).collect(),
            header: false,
            span: self.span_of_first(),
        }))
    }

    /// The name of the person who exported a list may stand above its header. That person is not on the list.
    fn refuse_header_below(&self, key: Option<usize>) -> Result<(), RosterError> {
        match self.sample.header_below(self.options, key) {
            Some(line) => Err(RosterError::HeaderBelow { from: self.from.clone(), span: Box::new((self.span)(line)) }),
            None => Ok(()),
        }
    }
}

/// A cell of the first record that may be the name of a column or the name of a person.
fn may_be_either<'a>(first: &'a [String], options: &ReadOptions) -> Option<&'a String> {
    if options.by != Some(KeyProperty::SamAccountName)
        || first.iter().any(|cell| names::is_a_sure_key(&names::meaning(cell), options.by))
    {
        return None;
    }
    let is_sam = |cell: &&String| names::fold(cell) == names::SAM;
    match (options.number(), &options.key) {
        (Some(number), _) => first.get(number).filter(is_sam),
        (None, Some(_)) => None,
        (None, None) => first.iter().find(is_sam),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::delimiter::Delimiter;
    use crate::roster::source_span::SourceRecord;

    fn key(text: &str, options: &ReadOptions) -> Result<Option<usize>, RosterError> {
        let sample = Sample::of(text.as_bytes(), true, Delimiter::Comma);
        let from = Source::bytes("a test", Vec::new());
        let span = |_| SourceRecord::of(text.as_bytes(), 1).whole();
        Ok(columns(&sample, options, &from, span)?.map(|columns| columns.key.index))
    }

    #[test]
    fn a_first_line_with_a_person_on_it_is_no_header() {
        let options = ReadOptions::default();
        for (text, index) in [
            ("ada@contoso.com\nbob@contoso.com\n", Some(0)),
            ("0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11\nbob@contoso.com\n", Some(0)),
            ("Ada,ada@contoso.com,User\nBob,bob@contoso.com,User\n", Some(1)),
            ("user\nada@contoso.com\n", None),
            ("name,city\nada@contoso.com,x\n", None),
            ("@odata.type,user\nx,ada@contoso.com\n", None),
            ("\"user\nada@contoso.com\n", None),
        ] {
            assert_eq!(key(text, &options).unwrap(), index, "{text}");
        }
    }

    #[test]
    fn which_column_is_the_key_is_never_guessed() {
        let text = "ada@contoso.com,Ada,\nbob@contoso.com,Bob,manager@contoso.com\n";
        let error = key(text, &ReadOptions::default()).unwrap_err().to_string();
        assert!(error.contains("#1, #3"), "{error}");
        let options = |key: &str| ReadOptions { key: Some(key.into()), by: None, ..ReadOptions::default() };
        assert_eq!(key(text, &options("#1")).unwrap(), Some(0));
        let error = key(text, &options("#9")).unwrap_err().to_string();
        assert!(error.contains("#1, #2"), "{error}");
        let error = key(text, &options("user")).unwrap_err().to_string();
        assert!(error.contains("no header"), "{error}");
    }

    #[test]
    fn numbers_of_employees_need_the_number_of_their_column() {
        let by = |key: Option<&str>| ReadOptions {
            key: key.map(str::to_owned),
            by: Some(KeyProperty::EmployeeId),
            ..ReadOptions::default()
        };
        assert_eq!(key("0042\n0043\n", &by(Some("#1"))).unwrap(), Some(0));
        assert_eq!(key("employeeId\n0043\n", &by(Some("#1"))).unwrap(), None);
        assert_eq!(key("0042\n0043\n", &by(None)).unwrap(), None);
    }

    #[test]
    fn only_the_key_cell_shows_a_header_where_the_operator_numbers_the_column() {
        let by = |by| ReadOptions { key: Some("#1".into()), by: Some(by), ..ReadOptions::default() };
        for text in ["00001,Sam,Smith\n00002,Ada,Byron\n", "00001,Ada,Operations\n", "00001,x\n00002,Member\n"] {
            assert_eq!(key(text, &by(KeyProperty::EmployeeId)).unwrap(), Some(0), "{text}");
        }
        assert_eq!(key("samuel,Department\n", &by(KeyProperty::SamAccountName)).unwrap(), Some(0));
        assert_eq!(key("samAccountName,Department\nsam,x\n", &by(KeyProperty::SamAccountName)).unwrap(), None);
        assert_eq!(
            key(
                "ada#contoso.com,Operations\n",
                &ReadOptions { key: Some("#1".into()), by: None, ..ReadOptions::default() }
            )
            .unwrap(),
            Some(0)
        );
    }

    #[test]
    fn a_person_called_sam_is_a_question() {
        let options = |key: Option<&str>| ReadOptions {
            key: key.map(str::to_owned),
            by: Some(KeyProperty::SamAccountName),
            ..ReadOptions::default()
        };
        for flag in [Some("#1"), None] {
            let error = key("sam,Sales\nhans,Sales\n", &options(flag)).unwrap_err();
            assert!(matches!(&error, RosterError::HeaderOrPerson { text, .. } if text == "sam"), "{error}");
        }
        assert_eq!(key("sam,Sales\nhans,Sales\n", &options(Some("sam"))).unwrap(), None, "the operator knows");
        assert_eq!(key("samAccountName\nsam\n", &options(None)).unwrap(), None);
        assert_eq!(key("hans,Sales\nsam,Sales\n", &options(Some("#1"))).unwrap(), Some(0));
    }

    #[test]
    fn a_person_above_a_header_is_not_on_the_list() {
        for text in [
            "Exported by,grace@b.c,2026-11-23\nName,User principal name,Department\nAda,ada@b.c,x\n",
            "grace@b.c\nuser\nada@b.c\n",
            "grace@b.c\nName,UPN\nAda,ada@b.c\n",
        ] {
            for key_flag in [None, Some("#2")] {
                let options = ReadOptions { key: key_flag.map(str::to_owned), by: None, ..ReadOptions::default() };
                if key_flag.is_some() && !text.starts_with("Exported") {
                    continue;
                }
                let error = key(text, &options).unwrap_err();
                assert!(matches!(error, RosterError::HeaderBelow { .. }), "{text}: {error}");
            }
        }
        assert_eq!(key("ada@b.c,Ada,Member\nbob#b.c,Bob,Member\n", &ReadOptions::default()).unwrap(), Some(0));
    }
}
