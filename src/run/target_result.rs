//! What became of each target of the steps of a plan: of each method that it removes.

use std::fmt;

use super::record::Record;
use crate::graph::write_outcome::WriteOutcome;
use crate::plan::plan_targets::StayingTarget;
use crate::step::Step;
use crate::step::target::{TargetWords, WriteTarget};

/// What became of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetResult {
    /// The target.
    pub target: WriteTarget,
    /// What became of it.
    pub outcome: TargetOutcome,
    /// What was said of it last, mostly by Graph; empty where nothing was.
    pub said: String,
    /// Graph's name for the request that was refused last.
    pub request_id: Option<String>,
}

/// What became of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumCount, strum::VariantArray)]
pub enum TargetOutcome {
    /// It is done, or there was nothing left to do.
    Done,
    /// Its turn has not come, or it is to be tried again.
    Pending,
    /// It may be done; no answer says.
    Uncertain,
    /// Graph refused it, or it was tried often enough.
    Failed,
    /// It was meant, and there is no way to do it here.
    CannotBeDone,
}

impl TargetOutcome {
    /// The word for it where the target is one of this step, as `ways-in-results.csv` has it.
    #[must_use]
    pub fn word(self, step: Step) -> &'static str {
        let words = step.facts().targets.as_ref().map(|targets| &targets.words);
        match self {
            Self::Done => words.map_or("done", |words| words.done),
            Self::Pending => "pending",
            Self::Uncertain => "uncertain",
            Self::Failed => "failed",
            Self::CannotBeDone => words.map_or("cannot", |words| words.cannot),
        }
    }
}

impl TargetResult {
    /// By the last record about it, where there is one.
    #[must_use]
    pub(super) fn of(target: WriteTarget, last: Option<Record>) -> Self {
        let mut request_id = None;
        let (outcome, said) = match last {
            None => (TargetOutcome::Pending, String::new()),
            Some(Record::Answered { answer, .. }) => match answer {
                WriteOutcome::Accepted => (TargetOutcome::Done, String::new()),
                WriteOutcome::Refused { mut error } => {
                    request_id = error.request_id.take();
                    (TargetOutcome::Failed, error.to_string())
                }
                WriteOutcome::Postponed { why, .. } => (TargetOutcome::Pending, why.to_string()),
                WriteOutcome::Unknown { why, .. } => (TargetOutcome::Uncertain, why.to_string()),
            },
            Some(Record::GaveUp { last_try, .. }) => (TargetOutcome::Failed, format!("gave up: {last_try}")),
            Some(_) => (TargetOutcome::Uncertain, "its answer is missing".to_owned()),
        };
        Self { target, outcome, said, request_id }
    }

    /// What was said of it last, with Graph's name for the request.
    #[must_use]
    pub fn detail(&self) -> String {
        let id = self.request_id.as_ref().map(|id| format!(" (request-id {id})"));
        format!("{}{}", self.said, id.unwrap_or_default())
    }

    /// One that was meant and stays.
    #[must_use]
    pub(super) fn cannot_be_done(stays: &StayingTarget) -> Option<Self> {
        let said = format!("{} {}", stays.type_name, stays.no_way?.by_hand()).trim_start().to_owned();
        Some(Self { target: stays.target.clone(), outcome: TargetOutcome::CannotBeDone, said, request_id: None })
    }
}

/// `passkey kS-1 failed (Graph's words)`.
impl fmt::Display for TargetResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.target, self.outcome.word(self.target.kind().step()))?;
        if self.said.is_empty() { Ok(()) } else { write!(f, " ({})", self.detail()) }
    }
}

/// `2 of 3 methods removed; mobile-phone 3179… failed (Graph's words)`; empty where none was planned.
#[must_use]
pub fn summary(targets: &[TargetResult]) -> String {
    let of_step = |step: Step| {
        let TargetWords { many, done, .. } = &step.facts().targets.as_ref()?.words;
        let results: Vec<_> = targets.iter().filter(|result| result.target.kind().step() == step).collect();
        let is_done = results.iter().filter(|result| result.outcome == TargetOutcome::Done).count();
        (!results.is_empty()).then(|| format!("{is_done} of {} {many} {done}", results.len()))
    };
    let mut parts: Vec<String> = Step::with_targets().filter_map(of_step).collect();
    let others = targets.iter().filter(|result| result.outcome != TargetOutcome::Done && !result.said.is_empty());
    parts.extend(others.map(ToString::to_string));
    parts.join("; ")
}
