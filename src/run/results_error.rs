//! Why the results could not be written.

use std::io;
use std::path::PathBuf;

use super::journal::JournalError;
use crate::plan::folder::FolderError;

/// Why the results could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// The file cannot be written.
    #[error("the results {} cannot be written: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
}

impl From<io::Error> for ResultsError {
    fn from(source: io::Error) -> Self {
        Self::Io { path: PathBuf::new(), source }
    }
}

impl From<csv::Error> for ResultsError {
    fn from(error: csv::Error) -> Self {
        io::Error::from(error).into()
    }
}
