//! Why the journal cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use super::journal_break::{JournalBreak, MisplacedLine};

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read or written.
    #[error("the journal {} cannot be used: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another process works on this run.
    #[error("the journal {} is in use: another sealoff works on this run", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// It is of no use, or not from a line on.
    #[error("{}", why.of_file(path))]
    Broken {
        /// The file.
        path: PathBuf,
        /// Why.
        why: JournalBreak,
    },
    /// Writing failed; nothing more is taken.
    #[error("the journal {} could not be written: {source}", path.display())]
    Stopped {
        /// The file.
        path: PathBuf,
        /// The first failure.
        source: io::Error,
        /// How many answers could not be noted: their steps are in doubt until the run is resumed.
        unnoted: u64,
    },
}

impl JournalError {
    /// A line of this file that the journal cannot have in this place.
    pub(in crate::run) fn of_misplaced(path: &Path, line: u64, why: &MisplacedLine) -> Self {
        Self::Broken { path: path.to_owned(), why: JournalBreak::of_misplaced(line, why) }
    }
}
