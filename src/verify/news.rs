//! What a verification finds otherwise than the one before, as the run's journal keeps it.

use std::io;

use super::claims::RunClaims;
use super::finding::Finding;
use super::pass::{Checked, Pass};
use super::risk::RiskProofs;
use crate::plan::folder::{FolderError, PlanFolder};
use crate::run::journal::{Journal, JournalError};
use crate::run::record::Record;

/// At most this many records stay in memory before they are written.
const AT_ONCE: usize = 10_000;

/// Why a verification is not written down.
#[derive(Debug, thiserror::Error)]
pub enum VerificationNotKept {
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
) -> Result<(), VerificationNotKept> {
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
