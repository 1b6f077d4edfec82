//! Enables devices again that a run disabled.

use super::devices::{PACE, PACE_OF_PERSON, PERMISSION};
use super::facts::{ProvedBy, StepFacts, WorksOn};
use super::target::{TargetFacts, TargetWords};
use super::write::WritePart;
use crate::directory::reach::Action;

/// The same write as for disabling, the other way round. What it is about is known from the run that is undone.
pub(super) const FACTS: StepFacts = StepFacts {
    part: WritePart::DeviceEnabled(true),
    is_retried_alone: false,
    works_on: WorksOn { guests: false, synced: true, federated: true, agents: false },
    permission: PERMISSION,
    action: Action::Devices,
    proved_by: ProvedBy::TargetsListed,
    is_settled_by_read: false,
    undone_by: None,
    targets: Some(TargetFacts {
        pace: PACE,
        pace_of_person: Some(PACE_OF_PERSON),
        may_wait_for_others: false,
        words: TargetWords {
            one: "device",
            many: "devices",
            listed: "the devices of people",
            listed_of: ("which devices", "have"),
            done: "enabled",
            cannot: "cannot-enable",
            left: "disabled",
            none_left: "disabled",
            appeared: "registered since the plan was made, and left",
            pace: "at which devices are enabled, twenty a second at most (two where a person signs in)",
        },
    }),
    column: None,
    task: "enable devices",
    effect: "devices enabled",
    short: "devices enabled",
    curve: Some("curve-devices"),
    prove_again: None,
};
