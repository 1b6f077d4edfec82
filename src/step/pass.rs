//! Makes a temporary access pass: a credential that the service chooses, for some hours.

use super::facts::{ProvedBy, StepFacts, StepPermission, WorksOn};
use super::write::WritePart;
use crate::directory::reach::Action;

/// "Create temporaryAccessPassMethod". Of one that was made nothing is ever shown again, so that a lost answer means another
/// pass; one takes the place of the one before.
///
/// It is done after the last revoke: what Microsoft said once of passes, that to delete one ends sessions, leaves open whether a
/// revoke leaves a pass as it is. A synced or federated person can sign in with one too: Entra takes that sign-in itself ("Configure
/// Temporary Access Pass"). A guest of another tenant cannot have one.
pub(super) const FACTS: StepFacts = StepFacts {
    part: WritePart::NewPass,
    is_retried_alone: false,
    works_on: WorksOn { guests: false, synced: true, federated: true, agents: false },
    permission: StepPermission {
        purpose: "make temporary access passes",
        least: &["UserAuthMethod-TAP.ReadWrite.All"],
        also: &["UserAuthenticationMethod.ReadWrite.All"],
    },
    action: Action::Methods,
    proved_by: ProvedBy::PassStands,
    is_settled_by_read: false,
    // It ends by itself.
    undone_by: None,
    targets: None,
    column: None,
    task: "make a pass",
    effect: "pass made",
    short: "given a pass",
    curve: Some("curve-pass"),
    prove_again: None,
};
