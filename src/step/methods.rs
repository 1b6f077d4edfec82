//! Removes methods that a person signs in with beside the password.

use super::facts::{ProvedBy, StepFacts, StepPermission, WorksOn};
use super::target::{TargetFacts, TargetWords};
use super::write::WritePart;
use crate::directory::reach::Action;
use crate::graph::found_pace::FOR_AUTHENTICATION;

/// Its writes are found by reading, and listed in the plan: one for each method. A guest's methods are kept in the home tenant,
/// and an agent user has none.
pub(super) const FACTS: StepFacts = StepFacts {
    part: WritePart::DeleteMethod,
    is_retried_alone: false,
    works_on: WorksOn { guests: false, synced: true, federated: true, agents: false },
    // The pages "Delete ...AuthenticationMethod": one permission a kind.
    permission: StepPermission {
        purpose: "remove what people sign in with",
        least: &[
            "UserAuthMethod-Email.ReadWrite.All",
            "UserAuthMethod-External.ReadWrite.All",
            "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All",
            "UserAuthMethod-Passkey.ReadWrite.All",
            "UserAuthMethod-Phone.ReadWrite.All",
            "UserAuthMethod-PlatformCred.ReadWrite.All",
            "UserAuthMethod-SoftwareOATH.ReadWrite.All",
            "UserAuthMethod-TAP.ReadWrite.All",
            "UserAuthMethod-WindowsHello.ReadWrite.All",
        ],
        also: &["UserAuthenticationMethod.ReadWrite.All"],
    },
    action: Action::Methods,
    proved_by: ProvedBy::TargetsListed,
    is_settled_by_read: false,
    undone_by: None,
    targets: Some(TargetFacts {
        pace: FOR_AUTHENTICATION,
        pace_of_person: None,
        may_wait_for_others: true,
        words: TargetWords {
            one: "method",
            many: "methods",
            listed: "the methods that people sign in with",
            listed_of: ("what", "sign in with"),
            done: "removed",
            cannot: "cannot-remove",
            left: "still there",
            none_left: "left",
            appeared: "registered since the plan was made, and left",
            pace: "at which methods are removed, ten a second at most",
        },
    }),
    // What became of each method is in a list of its own.
    column: None,
    task: "remove methods",
    effect: "methods removed",
    short: "rid of methods",
    curve: Some("curve-methods"),
    prove_again: None,
};
