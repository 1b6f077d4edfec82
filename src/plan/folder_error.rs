//! Why a folder cannot take a new plan, or holds none that can be carried out.

use std::io;
use std::path::PathBuf;

use super::manifest::ManifestError;

/// Why a folder cannot take a new plan, or holds none that can be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// There is a plan already.
    #[error("{} already holds a plan; choose another folder for a new one", folder.display())]
    HoldsAPlan {
        /// The folder.
        folder: PathBuf,
    },
    /// There is something else.
    #[error("{} is not empty: it holds {found:?}; choose a new or an empty folder", folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
        /// One of the files in it.
        found: String,
    },
    /// Others could change the plan between preview and run.
    #[error("{} can be written to by others", folder.display())]
    WritableByOthers {
        /// The folder.
        folder: PathBuf,
    },
    /// Not a folder.
    #[error("{} is a file, not a folder; choose another name", folder.display())]
    NotAFolder {
        /// What should be a folder.
        folder: PathBuf,
    },
    /// There is no folder.
    #[error("{} does not exist", folder.display())]
    NotThere {
        /// The folder.
        folder: PathBuf,
    },
    /// There is no plan.
    #[error("{} holds no plan", folder.display())]
    NoPlan {
        /// The folder.
        folder: PathBuf,
    },
    /// `plan.json` is not as it was made.
    #[error("{}: {source}", folder.display())]
    Manifest {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        source: ManifestError,
    },
    /// `plan.csv` is not as it was made.
    #[error("{}: plan.csv was changed after the plan was made; make a new plan", folder.display())]
    Changed {
        /// The folder.
        folder: PathBuf,
    },
    /// A list beside it is not as it was made.
    #[error("{}: {file} was changed after the plan was made; make a new plan", folder.display())]
    ListChanged {
        /// The folder.
        folder: PathBuf,
        /// The list.
        file: &'static str,
    },
    /// `plan.csv` is as it was made, and still not what sealoff writes.
    #[error("{}: row {row} of plan.csv cannot be understood: {reason}; make a new plan", folder.display())]
    Row {
        /// The folder.
        folder: PathBuf,
        /// The row, counted from 1.
        row: u32,
        /// What is wrong with it.
        reason: String,
    },
    /// The files contradict each other.
    #[error("{}: plan.csv does not add up to the numbers in plan.json; make a new plan", folder.display())]
    DoesNotAddUp {
        /// The folder.
        folder: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("{} cannot be used: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
