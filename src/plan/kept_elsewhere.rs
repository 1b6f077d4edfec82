//! Whose password is kept in Active Directory, as a row of the plan says: nothing that is done in the cloud replaces it.

use super::playbook::Playbook;
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use crate::step::Step;

/// Does the plan want the account changed, wherever that is? One that is left alone for another reason than the place of its
/// password is not wanted.
#[must_use]
pub fn is_wanted(row: &PlanRow) -> bool {
    let by_place = |reason: &Reason| matches!(reason, Reason::Synced | Reason::Federated);
    match row.decision {
        Decision::Act | Decision::Already => true,
        Decision::Refuse => !row.reasons.is_empty() && row.reasons.iter().all(by_place),
        Decision::Skip => false,
    }
}

/// Would the playbook replace the password, and is that to be done in Active Directory? Until it is, the old one still opens
/// the account.
#[must_use]
pub fn password_is_replaced_on_premises(playbook: Playbook, row: &PlanRow) -> bool {
    let resets_there = playbook.resets() && !row.steps.contains(Step::Reset);
    resets_there && row.reasons.contains(&Reason::Synced) && is_wanted(row)
}

/// Is the new password of this row one that a person has written back to Active Directory? `writeback` says whether the plan has
/// any.
#[must_use]
pub fn is_written_back(writeback: bool, playbook: Playbook, row: &PlanRow) -> bool {
    // Of who is refused in the cloud nothing is checked again before the reset.
    let is_checked = matches!(row.decision, Decision::Act | Decision::Already);
    writeback && is_checked && password_is_replaced_on_premises(playbook, row)
}

/// Does this run set a password of this row that somebody hands over: in the cloud, or by having it written back?
#[must_use]
pub fn is_reset_by_run(writeback: bool, playbook: Playbook, row: &PlanRow) -> bool {
    row.steps.contains(Step::Reset) || is_written_back(writeback, playbook, row)
}

/// Does the plan block sign-in for an account that the directory sync allows it to again, as long as it is enabled in Active
/// Directory?
#[must_use]
pub fn block_is_undone_by_sync(row: &PlanRow) -> bool {
    row.steps.contains(Step::Block) && row.reasons.contains(&Reason::Synced)
}
