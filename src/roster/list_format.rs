//! The formats of a list.

use std::fmt;

use serde::Serialize;

/// The format of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SheetChosen {
    /// Its name.
    pub sheet: String,
    /// The other sheets that can be seen, in the workbook's order.
    pub others: Vec<String>,
}

impl fmt::Display for ListFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Csv => f.write_str("CSV"),
            Self::Json => f.write_str("JSON"),
            Self::JsonLines => f.write_str("JSON lines"),
            Self::Workbook(SheetChosen { sheet, others }) => {
                write!(f, "Excel workbook, sheet {sheet:?}")?;
                match others.as_slice() {
                    [] => Ok(()),
                    [other] => write!(f, " and not {other:?}"),
                    [first, rest @ ..] => write!(f, " and not {first:?} or {} more", rest.len()),
                }
            }
        }
    }
}
