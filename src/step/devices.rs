//! Disables devices: a token that one of them holds is good for nothing more.

use super::facts::{ProvedBy, StepFacts, StepPermission, WorksOn};
use super::target::{TargetFacts, TargetWords};
use super::word::Step;
use super::write::WritePart;
use crate::directory::reach::Action;
use crate::graph::found_pace::PaceRange;

/// Devices have a quota of their own: 3,000 writes in 150 seconds for an app, 25 in 10 seconds for a person ("Microsoft Graph
/// service-specific throttling limits"). An app begins below the second, and ends at the first.
pub(super) const PACE: PaceRange = PaceRange { slow: 2.0, fast: 20.0 };

/// What a person sends stays below the second.
pub(super) const PACE_OF_PERSON: PaceRange = PaceRange { slow: 2.0, fast: 2.0 };

/// "Update device".
pub(super) const PERMISSION: StepPermission = StepPermission {
    purpose: "disable or enable devices",
    least: &["Device.ReadWrite.All"],
    also: &["Directory.ReadWrite.All"],
};

/// Its writes are found by reading, and listed in the plan: one for each device ("Update device"). A guest's devices are kept in
/// the home tenant, and an agent user has none.
pub(super) const FACTS: StepFacts = StepFacts {
    part: WritePart::DeviceEnabled(false),
    is_retried_alone: false,
    works_on: WorksOn { guests: false, synced: true, federated: true, agents: false },
    permission: PERMISSION,
    action: Action::Devices,
    proved_by: ProvedBy::TargetsListed,
    is_settled_by_read: false,
    undone_by: Some(Step::EnableDevices),
    targets: Some(TargetFacts {
        pace: PACE,
        pace_of_person: Some(PACE_OF_PERSON),
        may_wait_for_others: false,
        words: TargetWords {
            one: "device",
            many: "devices",
            listed: "the devices of people",
            listed_of: ("which devices", "have"),
            done: "disabled",
            cannot: "cannot-disable",
            left: "enabled",
            none_left: "enabled",
            appeared: "registered since the plan was made, and left",
            pace: "at which devices are disabled, twenty a second at most (two where a person signs in)",
        },
    }),
    // What became of each device is in a list of its own.
    column: None,
    task: "disable devices",
    effect: "devices disabled",
    short: "devices disabled",
    curve: Some("curve-devices"),
    prove_again: None,
};
