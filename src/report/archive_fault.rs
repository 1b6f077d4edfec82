//! What about an archive of evidence does not hold.

/// The first thing about an archive that is not as it was made.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveFault {
    /// No archive, or a part of one.
    #[error("it is no whole archive: {0}")]
    NotWhole(#[from] zip::result::ZipError),
    /// Another kind of archive.
    #[error("there is no manifest.json in it, so it is no evidence")]
    NoManifest,
    /// The manifest is damaged.
    #[error("manifest.json cannot be understood: {0}")]
    Manifest(#[from] serde_json::Error),
    /// No signature, where one was asked for.
    #[error("it is not signed")]
    NotSigned,
    /// What a file in it is called.
    #[error("a name in it cannot be read: {0}")]
    Name(zip::result::ZipError),
    /// A file was added.
    #[error("{0:?} is in it, and the manifest does not know it")]
    Unlisted(String),
    /// The manifest names a file that no run has.
    #[error("{0:?} is no file of a run")]
    NoFileOfARun(String),
    /// A file is gone.
    #[error("{0} is missing")]
    Missing(String),
    /// A file is another one.
    #[error("{0} was changed: it is not what the manifest says")]
    Changed(String),
    /// The manifest, or its signature.
    #[error("{name} cannot be read: {reason}")]
    Unreadable {
        /// Which.
        name: &'static str,
        /// Why.
        reason: String,
    },
    /// The plan is another one.
    #[error("the manifest names another plan than the one in it")]
    AnotherPlan,
    /// The run is, or was, at another point.
    #[error("the manifest says something else of the run than the plan and the journal in it")]
    AnotherRun,
}
