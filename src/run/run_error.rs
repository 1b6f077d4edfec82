//! Why a run cannot be worked on.

use super::accounts::TooMany;
use super::journal::JournalError;
use super::packets::PacketsError;
use super::results_error::ResultsError;
use crate::plan::folder::FolderError;

/// Why a run cannot be worked on, or its files not be made.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
    /// The plan is beyond all bounds.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The results cannot be written.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// The packets cannot be written; the results are.
    #[error(transparent)]
    Packets(#[from] PacketsError),
}
