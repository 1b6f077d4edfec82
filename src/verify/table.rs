//! `verification.csv`: one row for each account and step; and what the journal keeps of a verification.

use std::io;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::claims::Claims;
use super::pass::Pass;
use crate::plan::folder::PlanFolder;
use crate::private_files;
use crate::run::journal::{Journal, JournalError};
use crate::run::record::Record;
use crate::spreadsheet::guard;

/// The file's name.
pub const VERIFICATION_CSV: &str = "verification.csv";

/// The header of `verification.csv`.
pub const HEADER: [&str; 8] =
    ["row", "object_id", "user_principal_name", "verdict", "step", "expected", "found", "checked_at"];

/// Writes `verification.csv` (0600) into the plan's folder, in place of one that is there.
///
/// # Errors
///
/// The file cannot be written; an older one is then untouched.
pub fn write(folder: &Path, pass: &Pass) -> io::Result<PathBuf> {
    let path = folder.join(VERIFICATION_CSV);
    private_files::replace(&path, |file| {
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(HEADER)?;
        for account in &pass.accounts {
            let checked_at = second(account.checked_at);
            for finding in &account.findings {
                csv.write_record([
                    account.row.to_string().as_str(),
                    &account.object_id.to_string(),
                    &guard(&account.user_principal_name),
                    finding.verdict.name(),
                    finding.step.name(),
                    &guard(&finding.expected),
                    &guard(&finding.found),
                    &checked_at,
                ])?;
            }
        }
        csv.flush()
    })?;
    Ok(path)
}

/// Appends what is found otherwise than before to the run's journal, and that everybody was read.
///
/// # Errors
///
/// The journal is in use, broken, or cannot be written.
pub async fn append(plan: &PlanFolder, claims: &Claims, pass: &Pass) -> Result<(), JournalError> {
    let mut records = Vec::new();
    for account in &pass.accounts {
        for finding in &account.findings {
            let earlier = claims.earlier(account.row, finding.step);
            if earlier.is_none_or(|earlier| earlier.verdict != finding.verdict || earlier.found != finding.found) {
                records.push(Record::Verified {
                    row: account.row,
                    step: finding.step,
                    verdict: finding.verdict,
                    found: finding.found.clone(),
                });
            }
        }
    }
    records.push(Record::VerificationEnded { steps: pass.verdicts() });
    Journal::open(&plan.journal_path(), |_| Ok(()))?.close(records).await
}

fn second(moment: OffsetDateTime) -> String {
    moment.replace_nanosecond(0).ok().and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_default()
}
