//! Why a file is no roster.

use std::io;

use super::columns::ACCEPTED_KEYS;
use super::source::Source;

/// Why a list of people cannot be read at all: what was found, and what is expected instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RosterError {
    /// The file is not there.
    #[error("the roster {0} does not exist")]
    NotFound(Source),
    /// A folder where a file is expected.
    #[error("{0} is a folder; name the CSV file in it")]
    Folder(Source),
    /// Opening failed.
    #[error("the roster {from} cannot be opened: {error}")]
    Open {
        /// What was to be opened.
        from: Source,
        /// What the operating system says.
        error: io::Error,
    },
    /// Reading failed on the way: what was read before is not the whole list.
    #[error("reading the roster {from} failed at line {line}: {error}")]
    Read {
        /// What was read.
        from: Source,
        /// The line at which reading stood.
        line: u64,
        /// What the operating system says.
        error: io::Error,
    },
    /// No bytes, or blank lines only.
    #[error("the roster {0} is empty; it needs a header line and a line for each person")]
    Empty(Source),
    /// A header and nobody under it.
    #[error("the roster {from} has a header ({}) and nobody under it", .found.join(", "))]
    Nobody {
        /// What was read.
        from: Source,
        /// The names in the header.
        found: Vec<String>,
    },
    /// A workbook, not a CSV file.
    #[error("the roster {0} is a spreadsheet workbook; save it as \"CSV UTF-8\" and name that file")]
    Workbook(Source),
    /// UTF-16, as `>` and `Out-File` of Windows PowerShell write it.
    #[error("the roster {0} is UTF-16; save it as UTF-8 (in PowerShell: Export-Csv -Encoding UTF8)")]
    Utf16(Source),
    /// Not text at all.
    #[error("the roster {0} is no text; a CSV file in UTF-8 is expected")]
    Binary(Source),
    /// The header line itself is broken.
    #[error("the header of the roster {from} cannot be read: {what}")]
    Header {
        /// What was read.
        from: Source,
        /// What is wrong with it.
        what: String,
    },
    /// No column that could hold the key.
    #[error("the roster {from} has no key column: its first line has {}; a key column is called one of {ACCEPTED_KEYS}",
        quoted(.found))]
    NoKeyColumn {
        /// What was read.
        from: Source,
        /// The names in the header.
        found: Vec<String>,
    },
    /// Two columns with one meaning.
    #[error("the roster {from} has two columns {first:?} and {second:?} that mean the same; remove or rename one")]
    TwoColumns {
        /// What was read.
        from: Source,
        /// The first of them.
        first: String,
        /// The second of them.
        second: String,
    },
    /// More rows than can be numbered.
    #[error("the roster {0} has more rows than can be counted")]
    TooManyRows(Source),
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}
