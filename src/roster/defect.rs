//! Why a row cannot be read, and where.

use std::fmt;

use super::upn::NotAUpn;

/// Why one row cannot be read, and the place in the file that shows it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Defect {
    /// The line of the file, counted from 1.
    pub line: u64,
    /// The place on that line, in characters counted from 1, where it is known.
    pub column: Option<u64>,
    /// What is wrong.
    pub reason: Reason,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// No key on a row that has other cells.
    #[error("the key cell ({columns}) is empty")]
    NoKey {
        /// The key columns by their header names.
        columns: String,
    },
    /// A key that is neither kind of key.
    #[error("{text:?} is neither an object id nor a user principal name: {why}")]
    NotAKey {
        /// The cell, cut.
        text: String,
        /// Why it is no user principal name.
        why: NotAUpn,
    },
    /// A user principal name beside an object id that cannot be one.
    #[error("{text:?} in column {column:?} is no user principal name: {why}")]
    NotAUpn {
        /// The column by its header name.
        column: String,
        /// The cell, cut.
        text: String,
        /// Why not.
        why: NotAUpn,
    },
    /// Cells are missing at the end.
    #[error("it has {found} cells where the header has {expected}")]
    TooFewCells {
        /// Cells on the row.
        found: usize,
        /// Cells of the header.
        expected: usize,
    },
    /// There are more cells than names in the header, and they are not empty.
    #[error("it has {found} cells where the header has {expected}; quote a cell that holds the delimiter")]
    TooManyCells {
        /// Cells on the row.
        found: usize,
        /// Cells of the header.
        expected: usize,
    },
    /// Bytes that are no UTF-8.
    #[error("the cell in column {column:?} is not UTF-8; save the list as CSV UTF-8")]
    NotUtf8 {
        /// The column by its header name.
        column: String,
    },
    /// A NUL, an escape, or the like.
    #[error("the cell in column {column:?} holds the control character U+{code:04X}")]
    ControlCharacter {
        /// The column by its header name.
        column: String,
        /// The character.
        code: u32,
    },
    /// A quoted key that goes over more than one line.
    #[error("the key in column {column:?} goes over more than one line; is a closing quote missing?")]
    LineBreakInKey {
        /// The column by its header name.
        column: String,
    },
    /// A priority that is no whole number.
    #[error("{text:?} is no priority; it takes a whole number from 0 to 4294967295, lower is earlier")]
    NotAPriority {
        /// The cell, cut.
        text: String,
    },
    /// A cell that is longer than its kind can be.
    #[error("the cell in column {column:?} is longer than {longest} characters")]
    CellTooLong {
        /// The column by its header name.
        column: String,
        /// The greatest length.
        longest: usize,
    },
    /// A record that is longer than any roster has.
    #[error("it is longer than {longest} bytes")]
    RowTooLong {
        /// The greatest length.
        longest: usize,
    },
    /// A quote opens here, and the cell does not end well behind it.
    #[error("a quote opens here and never closes; reading goes on at the next line")]
    OpenQuote,
    /// Text behind a closing quote.
    #[error("text follows a closing quote; write a quote inside a quoted cell twice")]
    TextAfterQuote,
}

/// A text for people: control characters replaced, and cut at a length at which it still tells what it is.
pub(super) fn shown(bytes: &[u8]) -> String {
    const LONGEST: usize = 200;
    // Four bytes a character at most, so that a cell of a megabyte is not decoded for 200 characters of it.
    let head = &bytes[..bytes.len().min(4 * (LONGEST + 1))];
    let text = String::from_utf8_lossy(head);
    let mut shown: String =
        text.chars().take(LONGEST).map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    if bytes.len() > head.len() || text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
