//! What a reading shows of one step.

use crate::run::proof::Proof;
use crate::step::Step;

/// What a reading shows of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The step.
    pub step: Step,
    /// The verdict.
    pub verdict: Proof,
    /// What is expected, in words.
    pub expected: String,
    /// What was found, in words.
    pub found: String,
    /// Can a later reading show something else, because a replica may lag behind?
    pub may_catch_up: bool,
}
