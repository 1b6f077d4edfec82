//! Verifications, reports and archives of evidence that could not be made.

use std::path::Path;

use super::super::exit::{Exit, Failure};
use super::super::replace_file;
use super::super::words::{harmless, quoted};
use super::disk;
use crate::plan::folder::PlanFolder;
use crate::report::evidence::{EvidenceError, KeptArchive};
use crate::report::run_page::ReportError;
use crate::report::verification_csv::VERIFICATION_CSV;
use crate::verify::news::VerificationNotKept;
use crate::verify::pass::PassError;

impl From<PassError> for Failure {
    fn from(error: PassError) -> Self {
        match error {
            PassError::Lookup(lookup) => lookup.into(),
            PassError::Listing(read) => read.into(),
            // It was opened before, so it has changed since.
            PassError::Plan(_) => Self::refused(error),
        }
    }
}

/// What a verification found and could not be kept in the plan's folder.
pub(crate) fn of_unkept_verification(error: VerificationNotKept, plan: &PlanFolder) -> Failure {
    match error {
        VerificationNotKept::Plan(error) => Failure::refused(error),
        VerificationNotKept::Journal(error) => error.into(),
        VerificationNotKept::Io(error) => {
            let file = plan.path().join(VERIFICATION_CSV);
            let advice = disk::advice(&error);
            Failure::new(Exit::Unfinished, format_args!("{} cannot be written: {error}", file.display()))
                .with_next(format_args!("{advice} Then give the same command again."))
        }
    }
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::Run(run) => run.into(),
            ReportError::Plan(_) => Self::refused(error),
            ReportError::Write(ref source) => {
                let advice = disk::advice(source);
                Self::usage(error).with_next(format_args!("{advice} Then give the same command again."))
            }
        }
    }
}

impl From<EvidenceError> for Failure {
    fn from(error: EvidenceError) -> Self {
        match error {
            EvidenceError::Run(run) => run.into(),
            EvidenceError::Taken { path } => replace_file::taken(&path, "an earlier archive of the same plan"),
            EvidenceError::Kept { why: KeptArchive::Signed, .. } => Self::refused(error)
                .with_next("Nothing was written. Sign the new one (--sign KEY), or name another file."),
            EvidenceError::Kept { .. } => {
                Self::refused(error).with_next("Nothing was written. Name another file, or move that one away.")
            }
            _ => Self::usage(error),
        }
    }
}

/// An archive of evidence that was checked and does not hold, or cannot be read.
pub(crate) fn of_archive(error: &EvidenceError, archive: &Path) -> Failure {
    match error {
        EvidenceError::Io { .. } => Failure::usage(error),
        EvidenceError::Newer { .. } => Failure::refused(format_args!("{} cannot be checked: {error}", quoted(archive)))
            .with_next("Check it with the version of sealoff that made it, or a later one."),
        _ => Failure::refused(format_args!("{} does not hold: {}", quoted(archive), harmless(&error.to_string()))),
    }
}
