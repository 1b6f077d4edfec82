//! What became of each target of the steps of a plan: of each method that it removes.

use std::fmt;

use super::last_try::LastTry;
use super::record::Record;
use crate::graph::error::GraphError;
use crate::graph::write_outcome::{Undecided, WriteOutcome};
use crate::plan::plan_targets::StayingTarget;
use crate::step::Step;
use crate::step::target::{NoWay, TargetWords, WriteTarget};

/// What became of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetResult {
    /// The target.
    pub target: WriteTarget,
    /// What became of it.
    pub outcome: TargetOutcome,
    /// Why it is not done, where that is known.
    pub fault: Option<TargetFault>,
}

/// Why a target is not done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetFault {
    /// Graph refused it.
    Refused(GraphError),
    /// So the last try of it ended; another one follows.
    Tried(LastTry),
    /// So the last try of it ended, and no other one follows.
    GaveUp(LastTry),
    /// It was sent, and no answer is in the journal.
    Unanswered,
    /// It was meant, and there is no way to do it here.
    NoWay {
        /// Its type as Graph names it; empty where there is one type only.
        type_name: String,
        /// Why.
        why: NoWay,
    },
}

impl TargetFault {
    /// The same without what is another thing at each answer: faults that are equal by this are one.
    pub fn lasting(&self) -> Self {
        let lasting = |last_try: &LastTry| match last_try {
            LastTry::Undecided(Undecided::ServerFault(error)) => {
                LastTry::Undecided(Undecided::ServerFault(error.lasting()))
            }
            other => other.clone(),
        };
        match self {
            Self::Refused(error) => Self::Refused(error.lasting()),
            Self::Tried(last_try) => Self::Tried(lasting(last_try)),
            Self::GaveUp(last_try) => Self::GaveUp(lasting(last_try)),
            other => other.clone(),
        }
    }
}

/// As `ways-in-results.csv` has it.
impl fmt::Display for TargetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Tried(last_try) => last_try.fmt(f),
            Self::GaveUp(last_try) => write!(f, "gave up: {last_try}"),
            Self::Unanswered => f.write_str("its answer is missing"),
            Self::NoWay { type_name, why } if type_name.is_empty() => f.write_str(why.by_hand()),
            Self::NoWay { type_name, why } => write!(f, "{type_name} {}", why.by_hand()),
        }
    }
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
    pub(super) fn of(target: WriteTarget, last: Option<Record>) -> Self {
        let (outcome, fault) = match last {
            None => (TargetOutcome::Pending, None),
            Some(Record::Answered { answer, .. }) => {
                let tried = LastTry::of(&answer).map(TargetFault::Tried);
                match answer {
                    WriteOutcome::Accepted => (TargetOutcome::Done, None),
                    WriteOutcome::Refused { error } => (TargetOutcome::Failed, Some(TargetFault::Refused(error))),
                    WriteOutcome::Postponed { .. } => (TargetOutcome::Pending, tried),
                    WriteOutcome::Unknown { .. } => (TargetOutcome::Uncertain, tried),
                }
            }
            Some(Record::GaveUp { last_try, .. }) => (TargetOutcome::Failed, Some(TargetFault::GaveUp(last_try))),
            Some(_) => (TargetOutcome::Uncertain, Some(TargetFault::Unanswered)),
        };
        Self { target, outcome, fault }
    }

    /// One that was meant and stays.
    pub(super) fn cannot_be_done(stays: &StayingTarget) -> Option<Self> {
        let fault = Some(TargetFault::NoWay { type_name: stays.type_name.clone(), why: stays.no_way? });
        Some(Self { target: stays.target.clone(), outcome: TargetOutcome::CannotBeDone, fault })
    }
}

/// `passkey kS-1 failed (Graph's words)`.
impl fmt::Display for TargetResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.target, self.outcome.word(self.target.kind().step()))?;
        self.fault.as_ref().map_or(Ok(()), |fault| write!(f, " ({fault})"))
    }
}

/// `2 of 3 methods removed; mobile-phone 3179… failed (Graph's words)`; empty where none was planned.
pub fn summary(targets: &[TargetResult]) -> String {
    let of_step = |step: Step| {
        let TargetWords { many, done, .. } = &step.facts().targets.as_ref()?.words;
        let results: Vec<_> = targets.iter().filter(|result| result.target.kind().step() == step).collect();
        let is_done = results.iter().filter(|result| result.outcome == TargetOutcome::Done).count();
        (!results.is_empty()).then(|| format!("{is_done} of {} {many} {done}", results.len()))
    };
    let mut parts: Vec<String> = Step::with_targets().filter_map(of_step).collect();
    let others = targets.iter().filter(|result| result.fault.is_some());
    parts.extend(others.map(ToString::to_string));
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_that_differ_in_the_name_of_the_request_alone_are_one() {
        let error = |id: &str| GraphError::parse(503, b"{}", Some(id.to_owned()));
        let last_try = |id| LastTry::Undecided(Undecided::ServerFault(error(id)));
        for of in [
            |error, _| TargetFault::Refused(error),
            |_, tried| TargetFault::Tried(tried),
            |_, tried| TargetFault::GaveUp(tried),
        ] as [fn(GraphError, LastTry) -> TargetFault; 3]
        {
            let (one, other) = (of(error("1"), last_try("1")), of(error("2"), last_try("2")));
            assert_ne!(one, other);
            assert_eq!(one.lasting(), other.lasting());
            assert!(one.to_string().contains("request-id 1") && !one.lasting().to_string().contains("request-id"));
        }
    }
}
