//! Blocks sign-in.

use super::facts::{Column, ProvedBy, StepFacts, StepPermission, WorksOn};
use super::word::Step;
use super::write::WritePart;
use crate::directory::reach::Action;

/// "Update user", its permission table: a pair of permissions, or one that permits more.
pub(super) const PERMISSION: StepPermission = StepPermission {
    purpose: "block or allow sign-in",
    least: &["User.EnableDisableAccount.All", "User.Read.All"],
    also: &["User.ReadUpdate.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
};

/// It works on every account: guests, synced and federated ones. It is sent alone where
/// Graph refuses the password that it travelled with.
pub(super) const FACTS: StepFacts = StepFacts {
    part: WritePart::AccountEnabled(false),
    is_retried_alone: true,
    works_on: WorksOn { guests: true, synced: true, federated: true, agents: true },
    permission: PERMISSION,
    action: Action::Block,
    proved_by: ProvedBy::AccountEnabled(false),
    is_settled_by_read: true,
    undone_by: Some(Step::Unblock),
    targets: None,
    column: Some(Column { header: "sign_in_blocked", place: 2 }),
    task: "block sign-in",
    effect: "sign-in blocked",
    short: "blocked",
    curve: Some("curve-sign-in"),
    prove_again: None,
};
