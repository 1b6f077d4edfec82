//! What became of an entry.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::VariantArray as _;

use super::state::{AccountState, StepState};
use crate::plan::row::Decision;

/// What became of an entry, as `results.csv` says it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    JsonSchema,
    Serialize,
    strum::Display,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Outcome {
    /// Every planned step is done.
    Done,
    /// There was nothing to do.
    Already,
    /// Everything is done in the cloud, and the old password, which is kept elsewhere (in Active Directory, or at an identity
    /// provider), is not replaced.
    OldPassword,
    /// Some steps are done, others were refused.
    Partial,
    /// No step is done, and none can have taken effect.
    Failed,
    /// A step may have taken effect; no answer says.
    Uncertain,
    /// Left alone, as planned.
    Skipped,
    /// Left alone, and somebody has to look at it.
    Refused,
    /// Not finished; the same command goes on.
    Pending,
}

impl Outcome {
    /// All outcomes, in the order in which they are shown.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::VARIANTS.iter().copied()
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What became of an entry about which the plan decided so.
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
    pub fn of(state: &AccountState) -> Self {
        let any = |outcome| state.planned_steps().any(|(_, step)| StepOutcome::of(step) == Some(outcome));
        if any(StepOutcome::Uncertain) {
            Self::Uncertain
        } else if any(StepOutcome::Pending) {
            Self::Pending
        } else if !any(StepOutcome::Failed) {
            Self::Done
        } else if any(StepOutcome::Done) {
            Self::Partial
        } else if state.has_drifted() {
            Self::Refused
        } else {
            Self::Failed
        }
    }
}

/// What became of one step of an account, as `results.csv` and status say it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, JsonSchema, Serialize, Deserialize, strum::Display, strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum StepOutcome {
    /// Graph accepted it.
    Done,
    /// Still to be done, and no attempt can have taken effect.
    Pending,
    /// It may have taken effect.
    Uncertain,
    /// Refused, given up or withdrawn, and no attempt can have taken effect.
    Failed,
}

impl StepOutcome {
    /// What became of a step; nothing where it is not planned.
    pub const fn of(step: StepState) -> Option<Self> {
        Some(match step {
            StepState::Unplanned => return None,
            StepState::Done => Self::Done,
            StepState::Open { in_doubt: false } => Self::Pending,
            StepState::Open { in_doubt: true }
            | StepState::Sent { .. }
            | StepState::Uncertain
            | StepState::GivenUp { in_doubt: true }
            | StepState::Withdrawn { in_doubt: true } => Self::Uncertain,
            StepState::Failed | StepState::GivenUp { in_doubt: false } | StepState::Withdrawn { in_doubt: false } => {
                Self::Failed
            }
        })
    }

    /// The word for a step in `results.csv`; empty where it is not planned.
    pub fn word(step: StepState) -> &'static str {
        Self::of(step).map_or("", Self::into)
    }
}
