//! What makes a journal useless from a line on.

use std::fmt;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::ids::RowNumber;
use crate::run::state::IllegalTransition;

/// Why a journal cannot be used, or not from a line on.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(into = "BreakInJson")]
pub enum JournalBreak {
    /// A newer sealoff has written to it.
    Newer {
        /// Its format.
        format: u32,
        /// The highest format that can be read.
        readable: u32,
    },
    /// It was opened for another plan.
    OtherPlan,
    /// A line that sealoff did not write, or that was changed since.
    Line {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
}

impl JournalBreak {
    /// A line that its journal cannot have in this place.
    pub fn of_misplaced(line: u64, why: &MisplacedLine) -> Self {
        match why {
            MisplacedLine::OtherPlan => Self::OtherPlan,
            why => Self::Line { line, why: why.to_string() },
        }
    }

    /// What is said of the file.
    pub(super) fn of_file(&self, path: &Path) -> String {
        let path = path.display();
        match self {
            Self::Line { line, why } => format!("line {line} of the journal {path} was changed or damaged: {why}"),
            Self::Newer { .. } => format!("the journal {path} cannot be read: {self}"),
            Self::OtherPlan => format!("the journal {path} cannot be used: {self}"),
        }
    }
}

impl fmt::Display for JournalBreak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer { format, readable } => {
                write!(f, "it has format {format}, and this version of sealoff reads up to {readable}")
            }
            Self::OtherPlan => f.write_str("it is the journal of another plan"),
            Self::Line { why, .. } => f.write_str(why),
        }
    }
}

/// Why a line cannot stand where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MisplacedLine {
    /// The run was opened for another plan.
    #[error("the run was opened for another plan")]
    OtherPlan,
    /// Something was done before the run was opened.
    #[error("the journal does not begin with the opening of a run")]
    Unopened,
    /// The run was open.
    #[error("the run is opened a second time")]
    OpenedTwice,
    /// The plan has no such row.
    #[error("the plan has no row {0}")]
    NoRow(RowNumber),
    /// It cannot have happened to an account that stands where it stood.
    #[error(transparent)]
    Illegal(#[from] IllegalTransition),
}

/// Where a journal breaks.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "JournalBreak")]
struct BreakInJson {
    /// The line, from 1; nothing where the journal is of a newer format, or of another plan.
    line: Option<u64>,
    /// What is wrong.
    reason: String,
}

impl From<JournalBreak> for BreakInJson {
    fn from(broken: JournalBreak) -> Self {
        let reason = broken.to_string();
        let line = match broken {
            JournalBreak::Line { line, .. } => Some(line),
            JournalBreak::Newer { .. } | JournalBreak::OtherPlan => None,
        };
        Self { line, reason }
    }
}
