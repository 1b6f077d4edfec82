//! Where a run stands, from its folder alone: nothing is asked of Graph, and nothing is written.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use time::OffsetDateTime;

use super::journal::{JournalError, JournalLookup, JournalReader};
use super::next::SoFar;
use super::opening::RunError;
use super::outcome::{Outcome, StepOutcome};
use super::proof::Proofs;
use super::record::Record;
use super::replay::Replay;
use super::results::Words;
use super::state::AccountState;
use crate::graph::quota::Allowance;
use crate::plan::folder::PlanFolder;
use crate::plan::row::Decision;
use crate::step::Step;

/// Where a run stands.
#[derive(Debug, Default, Serialize)]
pub struct RunStatus {
    /// Has a process ever worked on it?
    pub begun: bool,
    /// What became of the rows so far.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// How far each planned step is.
    pub steps: BTreeMap<&'static str, StepProgress>,
    /// Accounts of which a step may have taken effect and nobody knows yet; the next `apply` settles them. While a process
    /// works on the run, these are under way.
    pub in_doubt: u64,
    /// Accounts that are settled, and for which something failed.
    pub failed: u64,
    /// Why accounts are not done, and how many each.
    pub reasons: BTreeMap<String, u64>,
    /// Writes that are still to come, if all goes well.
    pub writes_left: u64,
    /// How long the documented quota makes them take from now on, in seconds.
    #[serde(serialize_with = "in_seconds")]
    pub time_left: Duration,
    /// Are new passwords sealed, so that somebody can open them?
    pub sealed: u64,
    /// What the journal is like.
    pub journal: JournalCondition,
}

/// How far one step is, in accounts.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StepProgress {
    /// Graph accepted it.
    pub done: u64,
    /// Not done yet.
    pub pending: u64,
    /// It may have taken effect, and nobody knows.
    pub uncertain: u64,
    /// Refused, given up or withdrawn.
    pub failed: u64,
}

/// What a journal is like.
#[derive(Debug, Default, Serialize)]
pub struct JournalCondition {
    /// Whole lines, each of which continues the one before it.
    pub lines: u64,
    /// How many bytes they take.
    pub bytes: u64,
    /// What the last verification found, where there was one since the last write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<Proofs>,
    /// Bytes behind them that were never on disk as a whole; the next `apply` cuts them off. While a process works on the
    /// run, a line that is being written.
    pub torn_bytes: u64,
    /// The line with which the torn bytes begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub torn_line: Option<u64>,
    /// Why the journal cannot be used, and from which line on; what is told of the run is what stands before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<JournalBreak>,
    /// How many processes have worked on the run.
    pub processes: u64,
    /// When the first line was written, by this machine's clock.
    #[serde(with = "time::serde::rfc3339::option")]
    pub first_written: Option<OffsetDateTime>,
    /// When the last one was.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_written: Option<OffsetDateTime>,
    /// What the last process said when it ended; nothing when it was killed, or still works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

/// Where a journal breaks.
#[derive(Debug, Serialize)]
pub struct JournalBreak {
    /// The line, from 1; nothing where the format is a newer one.
    pub line: Option<u64>,
    /// What is wrong.
    pub reason: String,
}

fn in_seconds<S: serde::Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(span.as_secs_f64())
}

impl RunStatus {
    /// How many rows have this outcome.
    #[must_use]
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }

    /// What decides what should be done next; `packet` is the file of the first packet, where there is one.
    #[must_use]
    pub fn so_far<'a>(&'a self, packet: Option<&'a str>) -> SoFar<'a> {
        let drifted = self.reasons.get(DRIFTED).copied().unwrap_or_default();
        let (outcomes, verified) = (&self.outcomes, self.journal.verified);
        SoFar { outcomes, to_retry: self.failed, drifted, packet, verified, again: "" }
    }

    /// Is every planned account done?
    #[must_use]
    pub fn is_done(&self) -> bool {
        let open = [Outcome::Partial, Outcome::Failed, Outcome::Uncertain, Outcome::Pending];
        let drifted = self.reasons.contains_key(DRIFTED);
        self.journal.broken.is_none() && !drifted && open.iter().all(|outcome| self.of(*outcome) == 0)
    }
}

/// What the results say of those who are no longer what the plan says.
const DRIFTED: &str = "drifted";

/// Looks at a folder. A journal that is broken is told, up to where it breaks.
///
/// # Errors
///
/// The plan cannot be read, or the journal not at all.
pub fn run_status(plan: &PlanFolder) -> Result<RunStatus, RunError> {
    let mut status = RunStatus::default();
    let mut replay = Replay::new(plan.manifest().fingerprint(), plan);
    let path = plan.journal_path();
    let exists = path.try_exists().map_err(|source| JournalError::Io { path: path.clone(), source })?;
    if exists {
        status.journal = read(JournalReader::open(&path)?, &mut replay)?;
    }
    status.begun = replay.has_begun();
    let mut lookup = if status.begun { Some(JournalLookup::open(&path)?) } else { None };
    for row in plan.rows()? {
        let row = row?;
        let history = replay.row(row.row);
        let outcome = Outcome::of_row(row.decision, &history.state);
        *status.outcomes.entry(outcome).or_default() += 1;
        if row.decision == Decision::Act {
            status.failed += u64::from(history.state.may_be_retried());
            status.count_steps(&history.state, row.steps.iter());
        }
        if let (Some(lookup), Outcome::Failed | Outcome::Partial | Outcome::Uncertain | Outcome::Refused) =
            (&mut lookup, outcome)
            && history.last_fault().is_some()
        {
            let words = Words::read(&history, outcome, lookup)?;
            let reason = if words.error_code.is_empty() { words.detail } else { words.error_code };
            *status.reasons.entry(reason).or_default() += 1;
        }
    }
    let spent = replay.states().writes_spent(OffsetDateTime::now_utc(), 1.0);
    status.time_left = Allowance::WRITES.floor(status.writes_left + u64::from(spent.most_of_one_app()));
    status.sealed = u64::from(plan.manifest().sealed());
    Ok(status)
}

impl RunStatus {
    fn count_steps(&mut self, state: &AccountState, steps: impl Iterator<Item = Step>) {
        for step in steps {
            let progress = self.steps.entry(step.name()).or_default();
            match StepOutcome::of(state.of(step)) {
                None => {}
                Some(StepOutcome::Done) => progress.done += 1,
                Some(StepOutcome::Pending) => progress.pending += 1,
                Some(StepOutcome::Uncertain) => progress.uncertain += 1,
                Some(StepOutcome::Failed) => progress.failed += 1,
            }
        }
        self.in_doubt += u64::from(state.is_under_way() || state.is_in_doubt());
        self.writes_left += state.writes_left();
    }
}

fn read<R: std::io::BufRead>(
    mut reader: JournalReader<R>,
    replay: &mut Replay,
) -> Result<JournalCondition, JournalError> {
    let mut condition = JournalCondition::default();
    while let Some(line) = reader.next() {
        let applied = match line {
            Ok(line) => replay
                .apply(&line)
                .map(|()| line)
                .map_err(|reason| JournalBreak { line: Some(condition.lines + 1), reason }),
            Err(JournalError::Broken { line, reason, .. }) => Err(JournalBreak { line: Some(line), reason }),
            Err(newer @ JournalError::Newer { .. }) => Err(JournalBreak { line: None, reason: newer.to_string() }),
            Err(other) => return Err(other),
        };
        let line = match applied {
            Ok(line) => line,
            Err(broken) => {
                condition.broken = Some(broken);
                return Ok(condition);
            }
        };
        condition.lines = line.number;
        condition.bytes = reader.offset();
        condition.first_written.get_or_insert(line.at);
        condition.last_written = Some(line.at);
        match line.record {
            Record::TakenOver { .. } => {
                condition.processes += 1;
                condition.ended = None;
            }
            Record::Paused { reason } => condition.ended = Some(reason),
            Record::Intended { .. } => condition.verified = None,
            Record::VerificationEnded { steps } => condition.verified = Some(steps),
            _ => {}
        }
    }
    if let Some(torn) = reader.torn_tail() {
        (condition.torn_bytes, condition.torn_line) = (torn.bytes, Some(torn.line));
    }
    Ok(condition)
}
