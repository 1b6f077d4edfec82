//! `verification.csv`: one row for each account and step; and what the journal keeps of a verification.

use std::io::{self, Write as _};
use std::path::PathBuf;

use time::OffsetDateTime;

use super::claims::RunClaims;
use super::finding::Finding;
use super::pass::{Checked, Pass};
use super::risk::RiskProofs;
use crate::plan::folder::{FolderError, PlanFolder};
use crate::private_files;
use crate::run::journal::{Journal, JournalError};
use crate::run::record::Record;
use crate::spreadsheet::{BYTE_ORDER_MARK, guard};
use crate::words::utc_second;

/// The file's name.
pub const VERIFICATION_CSV: &str = "verification.csv";

/// The header of `verification.csv`.
pub const HEADER: [&str; 8] =
    ["row", "object_id", "user_principal_name", "verdict", "step", "expected", "found", "checked_at"];

/// What stands in the column of the step for the risk of a person, which is none.
const RISK: &str = "risk";

/// At most this many records stay in memory before they are written.
const AT_ONCE: usize = 10_000;

/// Why a verification is not written down.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The plan cannot be read any more.
    #[error(transparent)]
    Plan(#[from] FolderError),
    /// `verification.csv` cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The journal is in use, broken, or cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Writes `verification.csv` (0600) into the plan's folder, in place of one that is there: first the steps, then the risk of people.
///
/// # Errors
///
/// The plan cannot be read, or the file not written; an older one is then untouched.
pub fn write(
    plan: &PlanFolder,
    claims: &RunClaims,
    pass: &Pass,
    risk: Option<&RiskProofs>,
) -> Result<PathBuf, TableError> {
    let path = plan.path().join(VERIFICATION_CSV);
    private_files::replace(&path, |file| {
        file.write_all(BYTE_ORDER_MARK)?;
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(HEADER).map_err(io::Error::from)?;
        for account in pass.checked(plan, claims)? {
            let Checked { subject, findings, at } = account?;
            let checked_at = utc_second(at);
            for finding in &findings {
                let written = csv.write_record([
                    subject.row.to_string().as_str(),
                    &subject.object_id.to_string(),
                    &guard(&subject.user_principal_name),
                    finding.verdict.name(),
                    finding.step.name(),
                    &guard(&finding.expected),
                    &guard(&finding.found),
                    &checked_at,
                ]);
                written.map_err(io::Error::from)?;
            }
        }
        let checked_at = utc_second(OffsetDateTime::now_utc());
        for finding in risk.iter().flat_map(|risk| &risk.findings) {
            let written = csv.write_record([
                finding.row.to_string().as_str(),
                &finding.object_id.to_string(),
                &guard(&finding.user_principal_name),
                finding.verdict.name(),
                RISK,
                finding.expected,
                finding.found.words(),
                &checked_at,
            ]);
            written.map_err(io::Error::from)?;
        }
        csv.flush().map_err(TableError::Io)
    })?;
    Ok(path)
}

/// Appends what is found otherwise than before to the run's journal, and that all accounts were read.
///
/// # Errors
///
/// The plan cannot be read, or the journal is in use, broken, or cannot be written.
pub async fn append(
    plan: &PlanFolder,
    claims: &RunClaims,
    pass: &Pass,
    risk: Option<&RiskProofs>,
) -> Result<(), TableError> {
    let journal = Journal::open(&plan.journal_path(), |_| Ok(()))?;
    let mut records = Vec::new();
    for account in pass.checked(plan, claims)? {
        let Checked { subject, findings, .. } = account?;
        let news = findings.into_iter().filter(|finding| claims.is_news(subject.row, finding));
        records.extend(news.map(|Finding { step, verdict, found, .. }| Record::Verified {
            row: subject.row,
            step,
            verdict,
            found,
        }));
        if records.len() >= AT_ONCE {
            journal.commit(std::mem::take(&mut records)).await?;
        }
    }
    for (found, rows) in risk.map(|risk| risk.news(claims)).into_iter().flatten() {
        records.extend(rows.chunks(AT_ONCE).map(|rows| Record::RiskVerified { rows: rows.to_vec(), found }));
    }
    records.push(Record::VerificationEnded { steps: pass.verdicts() });
    Ok(journal.close(records).await?)
}
