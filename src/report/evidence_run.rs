//! How far a run is, and who worked on it, as an archive of evidence says of itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::timeline::Timeline;
use crate::json::Rfc3339Moment;
use crate::plan::folder::PlanFolder;
use crate::run::engagement::Engagement;
use crate::run::fold::Fold;
use crate::run::handout_rate::HandoutRate;
use crate::run::outcome::Outcome;
use crate::run::outcome_counts::OutcomeCounts;
use crate::run::proof::ProofCounts;
use crate::run::run_end::RunEnd;
use crate::run::run_error::RunError;
use crate::run::status::run_status;

/// How far a run is, and who worked on it. All of it can be made again from the plan and the journal in the archive.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct EvidenceRun {
    /// How far it is.
    pub state: EvidenceState,
    /// How many rows the list has.
    pub rows: u64,
    /// Rows with which nothing more has to be done, unless somebody has changed it back.
    pub dealt_with: u64,
    /// Rows that a person has to check, and for which nothing was done.
    pub not_touched: u64,
    /// Accounts that are not begun or not finished.
    pub pending: u64,
    /// Accounts that the plan means and that are not done, the pending ones among them.
    pub not_done: u64,
    /// Accounts at which the last verification found something changed back.
    pub contradicted: u64,
    /// What the last verification found, where there was one since the last write.
    pub verified: Option<ProofCounts>,
    /// Every process that worked on it.
    pub processes: Vec<EvidenceProcess>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceState {
    /// No process has worked on it, and there is something to do.
    NotBegun,
    /// Accounts are left to do.
    NotFinished,
    /// It has come to its end, whatever became of each account.
    Finished,
}

impl EvidenceState {
    /// What the name of an archive has behind it; nothing where the run is finished.
    pub const fn ending(self) -> Option<&'static str> {
        match self {
            Self::NotBegun => Some("-not-begun"),
            Self::NotFinished => Some("-not-finished"),
            Self::Finished => None,
        }
    }
}

/// A process that worked on a run.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct EvidenceProcess {
    /// When it began, by the clock of its machine.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Rfc3339Moment")]
    pub began: OffsetDateTime,
    /// When its last line was written.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Rfc3339Moment")]
    pub last: OffsetDateTime,
    /// The version of sealoff.
    pub version: String,
    /// How it ended; nothing where it was killed.
    pub ended: Option<RunEnd>,
    /// Who worked, and by whose approval; journals of earlier versions lack it.
    pub who: Option<Engagement>,
    /// To how many new passwords in which time it kept, where it was given a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<HandoutRate>,
}

impl EvidenceRun {
    /// Reads plan and journal.
    ///
    /// # Errors
    ///
    /// One of them cannot be read, or the journal was changed.
    pub fn read(plan: &PlanFolder) -> Result<(Self, OutcomeCounts), RunError> {
        // The chain of the journal, and that every line can stand where it stands.
        let timeline = Fold::read(plan, Timeline::of_rows(plan.steps().len()))?.projection;
        let status = run_status(plan)?;
        let (outcomes, begun) = (status.outcomes, status.begun);
        let pending = outcomes.of(Outcome::Pending);
        let state = match pending {
            0 => EvidenceState::Finished,
            _ if begun => EvidenceState::NotFinished,
            _ => EvidenceState::NotBegun,
        };
        let processes = timeline.processes.into_iter().map(|process| EvidenceProcess {
            began: process.began,
            last: process.last,
            version: process.version,
            ended: process.ended,
            who: process.who,
            rate: process.rate,
        });
        let run = Self {
            state,
            rows: outcomes.rows(),
            dealt_with: outcomes.dealt_with(),
            not_touched: outcomes.not_touched().count,
            pending,
            not_done: outcomes.not_done(),
            contradicted: outcomes.contradicted().count,
            verified: status.journal.verified,
            processes: processes.collect(),
        };
        Ok((run, outcomes))
    }
}
