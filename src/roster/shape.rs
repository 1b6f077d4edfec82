//! How a list was read.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::delimiter::Delimiter;
use super::encoding::Encoding;
use super::key_property::KeyProperty;
use super::list_format::ListFormat;
use super::preamble::Preamble;

/// How a list was read. The preview shows it, so that an operator sees at a glance if it was misread.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct RosterShape {
    /// The format of the file. What is no CSV is read as if it were, with commas.
    pub format: ListFormat,
    /// The encoding, as far as the list was read: the first letter outside ASCII decides.
    pub encoding: Encoding,
    /// Whether the file begins with a byte order mark.
    pub byte_order_mark: bool,
    /// What stands between two cells.
    pub delimiter: Delimiter,
    /// The lines in front of the header.
    pub preamble: Vec<Preamble>,
    /// Whether the first line names the columns. If not, they are called `#1`, `#2`, ...
    pub header: bool,
    /// The name of the column that holds the key.
    pub key: String,
    /// The name of the column that is read where the key cell is empty.
    pub fallback: Option<String>,
    /// The property that the key is, where it is neither object id nor user principal name.
    pub property: Option<KeyProperty>,
    /// All names of the header, in order.
    pub columns: Vec<String>,
}

impl fmt::Display for RosterShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.byte_order_mark { " with byte order mark" } else { "" };
        match &self.format {
            ListFormat::Csv => write!(f, "{}{mark}, {}", self.encoding, self.delimiter)?,
            format @ (ListFormat::Json | ListFormat::JsonLines) => write!(f, "{format}, {}{mark}", self.encoding)?,
            format @ ListFormat::Workbook(_) => format.fmt(f)?,
        }
        for line in &self.preamble {
            write!(f, ", {line}")?;
        }
        if self.header {
            write!(f, ", key column {:?}", self.key)?;
        } else {
            write!(f, ", no header, key column {}", self.key)?;
        }
        if let Some(fallback) = &self.fallback {
            write!(f, ", or {fallback:?} where that is empty")?;
        }
        match self.property {
            Some(by) => write!(f, ", by {by}"),
            None => Ok(()),
        }
    }
}
