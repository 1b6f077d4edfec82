//! Where a run stands, from its folder alone: nothing is asked of Graph, and nothing is written.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

use super::asked_rate::AskedRate;
use super::cause::Cause;
use super::fold::{Fold, JournalEnd, Projection};
use super::handout_rate::HandoutRate;
use super::journal::{JournalBreak, JournalLine};
use super::outcome::{Outcome, StepOutcome};
use super::outcome_counts::OutcomeCounts;
use super::proof::ProofCounts;
use super::record::Record;
use super::replay::RowTraces;
use super::result_row::ResultRows;
use super::risk_result::RiskCounts;
use super::run_end::RunEnd;
use super::run_error::RunError;
use super::state::AccountState;
use super::states::Moved;
use super::writes_left::WritesLeft;
use crate::graph::write_outcome::{Postponed, WriteOutcome};
use crate::json::{self, ByWord, Rfc3339Moment, Seconds};
use crate::plan::folder::PlanFolder;
use crate::plan::row::Decision;
use crate::step::target::any_alone;
use crate::step::{Step, StepMap};

/// Where a run stands.
#[derive(Debug, Default, JsonSchema, Serialize)]
pub struct RunStatus {
    /// Has a process ever worked on it?
    pub begun: bool,
    /// What became of the rows so far.
    pub outcomes: OutcomeCounts,
    /// How far each planned step is.
    #[schemars(with = "ByWord<Step, StepProgress>")]
    pub steps: BTreeMap<&'static str, StepProgress>,
    /// Accounts of which a step may have taken effect, which is not known yet; the next `apply` settles them. While a process
    /// works on the run, these are under way.
    pub in_doubt: u64,
    /// Accounts that are settled, and for which something failed.
    pub failed: u64,
    /// Accounts at which the last verification found something changed back, whatever was written since.
    pub contradicted: u64,
    /// How far the risk of its people is marked, where the plan does that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<RiskCounts>,
    /// Why accounts are not done, and how many each: by Graph's code, or by a word where there is none.
    pub reasons: BTreeMap<String, u64>,
    /// The same by cause.
    #[serde(skip)]
    pub causes: BTreeMap<Cause, CauseCount>,
    /// Writes that are still to come, if all goes well.
    pub writes_left: u64,
    /// Those of them that are about a target of the account, as a method that is removed, by step.
    #[serde(serialize_with = "any_alone")]
    pub targets_left: StepMap<u64>,
    /// How long they take from now on at least, in seconds: by the documented quota, or by the most that is sent in a second
    /// of those about targets.
    #[serde(serialize_with = "json::seconds")]
    #[schemars(with = "Seconds")]
    pub time_left: Duration,
    /// Accounts whose new password has not been sent yet.
    #[serde(skip)]
    pub passwords_left: u64,
    /// Are new passwords sealed, so that they can be opened? 1 if they are.
    pub sealed: u64,
    /// What the journal is like.
    pub journal: JournalCondition,
}

/// The accounts of one cause.
#[derive(Debug, Default)]
pub struct CauseCount {
    /// How many.
    pub accounts: u64,
    /// What is said of the first of them, mostly by Graph.
    pub first: String,
}

/// How far one step is, in accounts.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
pub struct StepProgress {
    /// Graph accepted it.
    pub done: u64,
    /// Not done yet.
    pub pending: u64,
    /// It may have taken effect, which is not known.
    pub uncertain: u64,
    /// Refused, given up or withdrawn.
    pub failed: u64,
}

impl StepProgress {
    /// For how many accounts it is planned.
    pub const fn planned(&self) -> u64 {
        self.done + self.pending + self.uncertain + self.failed
    }
}

/// What a journal is like.
#[derive(Debug, Default, JsonSchema, Serialize)]
pub struct JournalCondition {
    /// Whole lines, each of which continues the one before it.
    pub lines: u64,
    /// How many bytes they take.
    pub bytes: u64,
    /// What the last verification found, where there was one since the last write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<ProofCounts>,
    /// Bytes behind them that were never on disk as a whole; the next `apply` cuts them off. While a process works on the
    /// run, a line that is being written.
    pub torn_bytes: u64,
    /// The line with which the torn bytes begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub torn_line: Option<u64>,
    /// Why the journal cannot be used, and from which line on; the rest of the status is what stands before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<JournalBreak>,
    /// How many processes have worked on the run.
    pub processes: u64,
    /// When the first line was written, by this machine's clock.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<Rfc3339Moment>")]
    pub first_written: Option<OffsetDateTime>,
    /// When the last one was.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<Rfc3339Moment>")]
    pub last_written: Option<OffsetDateTime>,
    /// What the last process said when it ended; nothing when it was killed, or still works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<RunEnd>,
    /// To how many new passwords in which time the last process keeps, where it keeps to a rate. The next one keeps to it, too,
    /// unless it is given another one, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<HandoutRate>,
    /// What the last process has done so far.
    #[serde(skip)]
    work: LastWork,
}

/// How fast the last process went.
#[derive(Debug, Default)]
struct LastWork {
    began: Option<OffsetDateTime>,
    last: Option<OffsetDateTime>,
    writes: u64,
    /// When Graph throttled for the first time after the last write that it accepted.
    throttled: Option<OffsetDateTime>,
    /// How many times as fast as this machine's clock the tenant's runs.
    speed: f64,
}

impl RunStatus {
    /// Is everyone on the list dealt with, and was nothing of it found changed back?
    pub fn is_done(&self) -> bool {
        self.journal.broken.is_none() && self.outcomes.is_all_dealt_with()
    }
}

/// Reads where a run stands from its folder. Of a journal that is broken, that is what stands before the break.
///
/// # Errors
///
/// The plan cannot be read, or the journal not at all.
pub fn run_status(plan: &PlanFolder) -> Result<RunStatus, RunError> {
    let projection = (RowTraces::of_rows(plan.steps().len()), JournalCondition::default());
    let (fold, end) = Fold::read_to_break(plan, projection)?;
    let (replay, journal) = fold.split();
    let journal = JournalCondition { rate: replay.states.rate().and_then(AskedRate::rate), ..journal.with_end(end) };
    let mut status = RunStatus { begun: replay.has_begun(), journal, ..RunStatus::default() };
    let mut left = WritesLeft::default();
    let mut rows = ResultRows::of_plan(plan, &replay)?;
    while let Some(row) = rows.next() {
        let row = row?;
        status.outcomes.add(&row);
        if row.planned.decision == Decision::Act {
            status.count_steps(&row.history.state, row.planned.steps.iter());
            left.add(&row.history.state);
        }
        if let Outcome::Failed | Outcome::Partial | Outcome::Uncertain | Outcome::Refused = row.outcome
            && let Some(fault) = rows.fault(&row)?
            && let Some(cause) = row.cause(Some(&fault))
        {
            let code = fault.code();
            let reason = if code.is_empty() { cause.word().to_owned() } else { code };
            *status.reasons.entry(reason).or_default() += 1;
            let of_cause =
                status.causes.entry(cause).or_insert_with(|| CauseCount { accounts: 0, first: fault.detail() });
            of_cause.accounts += 1;
        }
    }
    (status.failed, status.contradicted) = (status.outcomes.to_retry(), status.outcomes.contradicted().count);
    status.time_left = left.time(&replay.states, plan.manifest().by_person());
    (status.writes_left, status.targets_left) = (left.writes, left.targets);
    status.passwords_left = left.passwords;
    status.outcomes.explain_risk(replay.states.risk().fault());
    status.risk = status.outcomes.risk().cloned();
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
    }
}

impl Projection for JournalCondition {
    fn take(&mut self, line: &JournalLine, _: Option<Moved>) {
        self.first_written.get_or_insert(line.at);
        self.last_written = Some(line.at);
        match line.record {
            Record::TakenOver { .. } => {
                (self.processes, self.ended) = (self.processes + 1, None);
                self.work = LastWork { began: Some(line.at), speed: 1.0, ..LastWork::default() };
            }
            Record::Engaged { clock_speed, .. } => self.work.speed = clock_speed,
            Record::Answered { answer: WriteOutcome::Accepted, .. } => {
                (self.work.writes, self.work.last) = (self.work.writes + 1, Some(line.at));
                self.work.throttled = None;
            }
            Record::Answered { answer: WriteOutcome::Postponed { why: Postponed::Throttled, .. }, .. } => {
                self.work.throttled.get_or_insert(line.at);
            }
            Record::Paused { reason } => self.ended = Some(reason),
            Record::Intended { .. }
            | Record::OnPremises { .. }
            | Record::WrittenBack { .. }
            | Record::RiskIntended { .. } => self.verified = None,
            Record::VerificationEnded { steps } => self.verified = Some(steps),
            _ => {}
        }
    }
}

impl JournalCondition {
    /// How many writes a minute of tenant time the last process brought through, unless it worked for a moment only.
    pub fn writes_per_minute(&self) -> Option<f64> {
        let LastWork { began: Some(began), last: Some(last), writes, speed, .. } = self.work else { return None };
        let seconds = (last - began).as_seconds_f64() * speed;
        (seconds >= 5.0).then(|| writes as f64 / seconds * 60.0)
    }

    /// Since when Graph throttles the last process and accepts nothing from it, where that is so.
    pub const fn throttled_since(&self) -> Option<OffsetDateTime> {
        self.work.throttled
    }

    fn with_end(self, end: JournalEnd) -> Self {
        let (torn_bytes, torn_line) = end.torn.map_or((0, None), |torn| (torn.bytes, Some(torn.line)));
        Self { lines: end.lines, bytes: end.bytes, torn_bytes, torn_line, broken: end.broken, ..self }
    }
}
