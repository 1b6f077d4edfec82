//! Replaces the password by a generated one.

use super::facts::{Column, ProvedBy, StepFacts, StepPermission, WorksOn};
use super::write::WritePart;
use crate::directory::reach::Action;

/// A read shows that a password was changed, and not by whom: a lost answer stays open until the write is repeated.
pub(super) const FACTS: StepFacts = StepFacts {
    part: WritePart::PasswordProfile,
    is_retried_alone: false,
    works_on: WorksOn { guests: false, synced: false, federated: false, agents: false },
    permission: StepPermission {
        purpose: "reset passwords",
        least: &["User-PasswordProfile.ReadWrite.All"],
        also: &["User.ReadUpdate.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
    },
    action: Action::Reset,
    proved_by: ProvedBy::PasswordChange,
    is_settled_by_read: false,
    undone_by: None,
    targets: None,
    column: Some(Column { header: "password_reset", place: 0 }),
    task: "new password",
    effect: "password reset",
    short: "reset",
    curve: Some("curve-reset"),
    prove_again: None,
};
