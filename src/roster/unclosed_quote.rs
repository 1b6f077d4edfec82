//! Finds rows inside a quoted cell. A quote that was opened by mistake hides the rows below it, if a later quote closes it.
//!
//! A remark of several lines looks the same, except for its lines: a hidden row is a whole row, with a key in its place. If
//! every line is a whole row, the quote was a mistake, and the lines are read as rows. If only some are, both are possible;
//! then the row and each of its lines become defects, and none of them is acted on.

use super::cells::Cells;
use super::columns::Columns;
use super::key;
use super::key_property::KeyProperty;

/// Rows inside a quoted cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowsInsideQuote {
    /// The place of the quote in the record.
    pub(super) quote: usize,
    /// Whether every line is a row.
    pub(super) certain: bool,
}

/// Looks for rows on the lines of a record that `cells` has read, behind its first line.
pub(super) fn find(record: &[u8], columns: &Columns, cells: &Cells) -> Option<RowsInsideQuote> {
    if columns.expected < 2 || !record.contains(&b'\n') && !record.contains(&b'\r') {
        return None;
    }
    let quoted = (0..cells.len()).find(|index| cells.get(*index).iter().any(|byte| is_line_end(*byte)))?;
    let mut reader = None;
    let lines = record.split(|byte| is_line_end(*byte)).skip(1).filter(|line| !line.trim_ascii().is_empty());
    let (mut rows, mut others) = (0, 0);
    for line in lines {
        let is_row = cells.delimiters(line) + 1 >= columns.expected
            && is_a_row(line, columns, reader.get_or_insert_with(|| cells.another()));
        if is_row { rows += 1 } else { others += 1 }
    }
    let has_a_form = columns.by.is_none_or(KeyProperty::has_a_form);
    let certain = has_a_form && rows > 1 && others == 0;
    (rows > 0).then(|| RowsInsideQuote { quote: cells.range_of(record, quoted).start, certain })
}

fn is_a_row(line: &[u8], columns: &Columns, cells: &mut Cells) -> bool {
    if !cells.read(line) || cells.len() != columns.expected {
        return false;
    }
    let Ok(cell) = std::str::from_utf8(cells.get(columns.key.index)) else { return false };
    let plausible = match columns.by {
        Some(KeyProperty::EmployeeId) => {
            cell.bytes().any(|byte| byte.is_ascii_digit()) && !cell.contains(char::is_whitespace)
        }
        Some(KeyProperty::SamAccountName) => !cell.contains(char::is_whitespace),
        _ => true,
    };
    plausible && !cell.is_empty() && key::parse(cell, columns.by).is_ok()
}

const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}
