//! Ends every session.

use super::facts::{Column, ProvedBy, StepFacts, StepPermission, WorksOn};
use super::write::WritePart;
use crate::directory::reach::Action;

pub(super) const FACTS: StepFacts = StepFacts {
    part: WritePart::RevokeSessions,
    is_retried_alone: false,
    works_on: WorksOn { guests: false, synced: true, federated: true, agents: true },
    permission: StepPermission {
        purpose: "end sessions",
        least: &["User.RevokeSessions.All"],
        also: &["User.ReadWrite.All", "Directory.ReadWrite.All"],
    },
    action: Action::Revoke,
    proved_by: ProvedBy::SessionsValidFrom,
    is_settled_by_read: true,
    undone_by: None,
    targets: None,
    column: Some(Column { header: "sessions_revoked", place: 1 }),
    task: "end sessions",
    effect: "sessions ended",
    short: "signed out",
    curve: None,
    prove_again: Some(
        "To prove that sessions have ended, end them again: apply a plan with the playbook signout, and verify that.",
    ),
};
