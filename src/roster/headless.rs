//! A list without a header: its first line is a person already, and the column that holds the keys is found by them.

use std::collections::BTreeSet;

use super::choice::Keys;
use super::columns::{Column, Columns};
use super::error::{RosterError, UnknownColumn};
use super::how::How;
use super::names;
use super::sample::Sample;
use super::source::Source;
use super::spot::Spot;

/// The columns of a list that has no header; nothing where the first record is one.
///
/// A first record with a key in it is a person: whoever takes it for a header loses them. Where the operator gives the
/// number of the key's column, a first record without any known column name is a person, too.
///
/// Which column is the key must be plain: where more than one holds keys (a person and their manager), it is a question
/// for the operator.
pub(super) fn columns(
    sample: &Sample,
    how: &How,
    from: &Source,
    spot: impl FnOnce() -> Spot,
) -> Result<Option<Columns>, RosterError> {
    let Some(first) = sample.rows.first().filter(|_| !sample.first_is_broken) else { return Ok(None) };
    let has_a_key = first.iter().any(|cell| how.is_a_key(cell));
    let names_columns = first.iter().any(|cell| how.names(cell));
    let known = first.iter().any(|cell| names::is_known(&names::fold(cell)));
    if names_columns || !(has_a_key || (how.number().is_some() && !known)) {
        return Ok(None);
    }
    let count = first.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
    let found = || (0..count).map(|index| Column::numbered(index).name).collect();
    let key = match (how.number(), &how.key) {
        (Some(number), _) if number < count => number,
        (_, Some(key)) => {
            return Err(RosterError::UnknownColumn(Box::new(UnknownColumn {
                from: from.clone(),
                key: key.clone(),
                nearest: None,
                found: found(),
                header: false,
                spot: spot(),
            })));
        }
        (_, None) => {
            let holds_a_key = |row: &Vec<String>| -> Vec<usize> {
                row.iter().enumerate().filter(|(_, cell)| how.is_a_key(cell)).map(|(index, _)| index).collect()
            };
            let columns: BTreeSet<usize> = sample.rows.iter().flat_map(holds_a_key).collect();
            match (columns.first(), columns.len()) {
                (Some(only), 1) => *only,
                _ => {
                    let columns = columns.into_iter().map(|index| Column::numbered(index).name).collect();
                    return Err(RosterError::ManyKeyColumns {
                        from: from.clone(),
                        columns,
                        header: false,
                        spot: Box::new(spot()),
                    });
                }
            }
        }
    };
    Ok(Some(Columns::keyed(count, how.by, Keys::only(Column::numbered(key)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roster::by::By;
    use crate::roster::dialect::Delimiter;
    use crate::roster::spot::Site;

    fn key(text: &str, how: &How) -> Result<Option<usize>, RosterError> {
        let sample = Sample::of(text.as_bytes(), true, Delimiter::Comma);
        let from = Source::bytes("a test", Vec::new());
        let spot = || Site { bytes: text.as_bytes(), line: 1, hidden: false }.whole();
        Ok(columns(&sample, how, &from, spot)?.map(|columns| columns.key.index))
    }

    #[test]
    fn a_first_line_with_a_person_on_it_is_no_header() {
        let how = How::default();
        for (text, index) in [
            ("ada@contoso.com\nbob@contoso.com\n", Some(0)),
            ("0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11\nbob@contoso.com\n", Some(0)),
            ("Ada,ada@contoso.com,User\nBob,bob@contoso.com,User\n", Some(1)),
            ("user\nada@contoso.com\n", None),
            ("name,city\nada@contoso.com,x\n", None),
            ("@odata.type,user\nx,ada@contoso.com\n", None),
            ("\"user\nada@contoso.com\n", None),
        ] {
            assert_eq!(key(text, &how).unwrap(), index, "{text}");
        }
    }

    #[test]
    fn which_column_is_the_key_is_never_guessed() {
        let text = "ada@contoso.com,Ada,\nbob@contoso.com,Bob,manager@contoso.com\n";
        let error = key(text, &How::default()).unwrap_err().to_string();
        assert!(error.contains("#1, #3") && error.contains("--key"), "{error}");
        let how = |key: &str| How { key: Some(key.into()), by: None };
        assert_eq!(key(text, &how("#1")).unwrap(), Some(0));
        let error = key(text, &how("#9")).unwrap_err().to_string();
        assert!(error.contains("#1, #2"), "{error}");
        let error = key(text, &how("user")).unwrap_err().to_string();
        assert!(error.contains("no header"), "{error}");
    }

    #[test]
    fn numbers_of_employees_need_the_number_of_their_column() {
        let by = |key: Option<&str>| How { key: key.map(str::to_owned), by: Some(By::EmployeeId) };
        assert_eq!(key("0042\n0043\n", &by(Some("#1"))).unwrap(), Some(0));
        assert_eq!(key("employeeId\n0043\n", &by(Some("#1"))).unwrap(), None);
        assert_eq!(key("0042\n0043\n", &by(None)).unwrap(), None);
    }
}
