//! Deletes what a person allowed apps to do in their name.

use super::facts::{ProvedBy, StepFacts, StepPermission, WorksOn};
use super::target::{TargetFacts, TargetWords};
use super::write::WritePart;
use crate::directory::reach::Action;
use crate::graph::found_pace::FOR_DELETED_CONSENTS;

/// Its writes are found by reading, and listed in the plan: one for each consent. A guest gives consents here, too. What an agent
/// user may do is a matter of its agent identity, and is left alone.
pub(super) const FACTS: StepFacts = StepFacts {
    part: WritePart::DeleteConsent,
    is_retried_alone: false,
    works_on: WorksOn { guests: true, synced: true, federated: true, agents: false },
    // "Delete oAuth2PermissionGrant".
    permission: StepPermission {
        purpose: "delete what people allowed apps to do",
        least: &["DelegatedPermissionGrant.ReadWrite.All"],
        also: &["Directory.ReadWrite.All"],
    },
    action: Action::Consents,
    proved_by: ProvedBy::TargetsListed,
    is_settled_by_read: false,
    // It is another consent that would be given, and by an administrator: consents.csv has what it takes.
    undone_by: None,
    targets: Some(TargetFacts {
        pace: FOR_DELETED_CONSENTS,
        pace_of_person: None,
        may_wait_for_others: false,
        words: TargetWords {
            one: "consent",
            many: "consents",
            listed: "what people allowed apps to do",
            listed_of: ("what", "allowed apps to do"),
            done: "deleted",
            cannot: "cannot-delete",
            left: "still there",
            none_left: "left",
            appeared: "given since the plan was made, and left",
            pace: "at which consents are deleted, five a second at most",
        },
    }),
    // What became of each consent is in a list of its own.
    column: None,
    task: "delete consents",
    effect: "consents deleted",
    short: "rid of consents",
    curve: Some("curve-consents"),
    prove_again: None,
};
