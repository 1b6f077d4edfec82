//! What became of an entry.

use std::fmt;

use serde::Serialize;

use super::state::{AccountState, StepState};
use crate::plan::row::Decision;

/// What became of an entry, as `results.csv` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every planned step is done.
    Done,
    /// There was nothing to do.
    Already,
    /// Some steps are done, others were refused.
    Partial,
    /// No step is done, and none can have taken effect.
    Failed,
    /// A step may have taken effect, and nobody can tell.
    Uncertain,
    /// Left alone, as planned.
    Skipped,
    /// Left alone, and somebody has to look at it.
    Refused,
    /// Not finished; the same command goes on.
    Pending,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 8] = [
        Self::Done,
        Self::Already,
        Self::Partial,
        Self::Failed,
        Self::Uncertain,
        Self::Skipped,
        Self::Refused,
        Self::Pending,
    ];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Already => "already",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Uncertain => "uncertain",
            Self::Skipped => "skipped",
            Self::Refused => "refused",
            Self::Pending => "pending",
        }
    }

    /// What it means, for a person.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "every planned step is done",
            Self::Already => "there was nothing to do",
            Self::Partial => "some steps are done, others were refused",
            Self::Failed => "no step is done",
            Self::Uncertain => "a step may have taken effect; treat as not done",
            Self::Skipped => "left alone, as planned",
            Self::Refused => "left alone; somebody has to look at them",
            Self::Pending => "not begun or not finished",
        }
    }

    /// What became of an entry about which the plan decided so.
    #[must_use]
    pub fn of_row(decision: Decision, state: &AccountState) -> Self {
        match decision {
            Decision::Act => Self::of(state),
            // It was right when the plan was made, and no longer is.
            Decision::Already if state.has_drifted() => Self::Refused,
            Decision::Already => Self::Already,
            Decision::Skip => Self::Skipped,
            Decision::Refuse => Self::Refused,
        }
    }

    /// What became of an account that the plan acts on.
    #[must_use]
    pub fn of(state: &AccountState) -> Self {
        let any = |is: fn(StepState) -> bool| state.planned_steps().any(|(_, step)| is(step));
        let doubtful = |step| {
            let in_doubt = matches!(step, StepState::Open { in_doubt: true } | StepState::Sent { .. });
            let given_up = StepState::GivenUp { in_doubt: true };
            in_doubt || [StepState::Uncertain, given_up, StepState::Withdrawn { in_doubt: true }].contains(&step)
        };
        if any(doubtful) {
            Self::Uncertain
        } else if any(|step| matches!(step, StepState::Open { .. })) {
            Self::Pending
        } else if state.misses() == 0 {
            Self::Done
        } else if any(|step| step == StepState::Done) {
            Self::Partial
        } else if state.has_drifted() {
            Self::Refused
        } else {
            Self::Failed
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The word for a step in `results.csv`; empty where it is not planned.
#[must_use]
pub const fn step_word(step: StepState) -> &'static str {
    match step {
        StepState::Unplanned => "",
        StepState::Open { in_doubt: false } => "pending",
        StepState::Open { in_doubt: true }
        | StepState::Sent { .. }
        | StepState::Uncertain
        | StepState::GivenUp { in_doubt: true }
        | StepState::Withdrawn { in_doubt: true } => "uncertain",
        StepState::Done => "done",
        StepState::Failed | StepState::GivenUp { in_doubt: false } | StepState::Withdrawn { in_doubt: false } => {
            "failed"
        }
    }
}
