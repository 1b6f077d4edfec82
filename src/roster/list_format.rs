//! The formats of a list.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// A JSON document and a workbook are read whole, and have no more bytes.
pub(super) const MAX_DOCUMENT_BYTES: usize = 128 << 20;

/// The format of a list.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ListFormat {
    /// Cells between delimiters, or one name a line.
    Csv,
    /// One JSON document, as Graph, the Azure CLI and PowerShell write it.
    Json,
    /// One JSON object after the other.
    JsonLines,
    /// A workbook of Excel (`.xlsx`).
    Workbook(SheetChosen),
}

/// Which sheet of a workbook is read.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct SheetChosen {
    /// Its name.
    pub sheet: String,
    /// The other sheets that can be seen, in the workbook's order.
    pub others: Vec<String>,
    /// How many hidden rows of the sheet are read as well.
    pub hidden_rows: u64,
    /// How many rows of the sheet that are struck out are read as well.
    pub struck_rows: u64,
}

impl fmt::Display for ListFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Csv => f.write_str("CSV"),
            Self::Json => f.write_str("JSON"),
            Self::JsonLines => f.write_str("JSON lines"),
            Self::Workbook(SheetChosen { sheet, others, hidden_rows, struck_rows }) => {
                write!(f, "Excel workbook, sheet {sheet:?}")?;
                match hidden_rows {
                    0 => {}
                    1 => f.write_str(" with a hidden row")?,
                    many => write!(f, " with {many} hidden rows")?,
                }
                match struck_rows {
                    0 => {}
                    1 => f.write_str(" with a row that is struck out")?,
                    many => write!(f, " with {many} rows that are struck out")?,
                }
                match others.as_slice() {
                    [] => Ok(()),
                    [other] => write!(f, " and not {other:?}"),
                    [first, rest @ ..] => write!(f, " and not {first:?} or {} more", rest.len()),
                }
            }
        }
    }
}
