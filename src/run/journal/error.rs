//! Why the journal cannot be used.

use std::io;
use std::path::PathBuf;

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
    /// A newer sealoff has written to it.
    #[error(
        "the journal {} has format {format}, and this version of sealoff reads up to {readable}: use the version that \
         wrote it, or a newer one",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
        /// The highest format that can be read.
        readable: u32,
    },
    /// A line that sealoff did not write, or that was changed since.
    #[error("line {line} of the journal {} was changed or damaged: {reason}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
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
