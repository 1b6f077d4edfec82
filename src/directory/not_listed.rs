//! Why it is not known what a person has.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::graph::error::GraphError;
use crate::graph::outside::OutsideText;
use crate::graph::reading::ReadError;

/// Why it is not known what a person has. It is a matter of that person alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotListed {
    /// Graph refuses to list it.
    Refused(GraphError),
    /// What Graph lists is not what it documents. What cannot be understood decides nothing, and neither does the rest of that list.
    Garbled(OutsideText),
}

impl NotListed {
    /// The same as an error about the list at `path`, where it is so for everybody.
    pub fn into_error_about(self, path: String) -> ReadError {
        match self {
            Self::Refused(error) => ReadError::refused(&path, error),
            Self::Garbled(reason) => ReadError::Garbled { what: path, reason },
        }
    }
}

impl fmt::Display for NotListed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Garbled(reason) => write!(f, "Graph's answer cannot be understood: {reason}"),
        }
    }
}
