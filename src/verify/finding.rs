//! What a reading shows of one step.

use super::claims::StepClaim;
use crate::run::proof::Proof;
use crate::run::seen_step::SeenStep;
use crate::step::Step;

/// What a reading shows of one step, and what that proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The step.
    pub step: Step,
    /// The verdict.
    pub verdict: Proof,
    /// What had to be found.
    pub claim: StepClaim,
    /// What was found.
    pub found: SeenStep,
    /// Can a later reading show something else, because a replica may lag behind?
    pub may_catch_up: bool,
}
