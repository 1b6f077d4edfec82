//! Allows sign-in again.

use super::block::PERMISSION;
use super::facts::{ProvedBy, StepFacts, WorksOn};
use super::write::WritePart;
use crate::directory::reach::Action;

/// It never goes alone where Graph refuses the password that it travelled with: an account must not be opened with the
/// password that it had. It has no column: in the one for blocks, `done` would read as blocked.
pub(super) const FACTS: StepFacts = StepFacts {
    part: WritePart::AccountEnabled(true),
    is_retried_alone: false,
    works_on: WorksOn { guests: true, synced: true, federated: true, agents: true },
    permission: PERMISSION,
    action: Action::Block,
    proved_by: ProvedBy::AccountEnabled(true),
    is_settled_by_read: true,
    undone_by: None,
    targets: None,
    column: None,
    task: "allow sign-in",
    effect: "sign-in allowed",
    short: "unblocked",
    curve: Some("curve-sign-in"),
    prove_again: None,
};
