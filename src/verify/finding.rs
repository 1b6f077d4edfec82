//! What a reading shows of one step.

use super::step_claim::StepClaim;
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

/// The verdict, its grounds, and whether a later reading can show something else, because a replica may lag behind.
pub(super) type Judged = (Proof, SeenStep, bool);
