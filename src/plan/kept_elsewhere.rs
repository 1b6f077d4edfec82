//! Whose password is kept elsewhere, as a row of the plan says: nothing that is done in the cloud replaces it.

use super::playbook::Playbook;
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::rules::Options;
use crate::step::Step;

/// Where a password is kept that nothing in the cloud replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordPlace {
    /// In Active Directory, from which the account is synced.
    ActiveDirectory,
    /// At the identity provider of a federated domain. No script and no writeback reaches it: a person changes it there.
    IdentityProvider,
}

/// Does the plan want the account changed, wherever that is? One that is left alone for another reason than the place of its
/// password is not wanted.
pub fn is_wanted(row: &PlanRow) -> bool {
    let by_place = |reason: &Reason| matches!(reason, Reason::Synced | Reason::Federated);
    match row.decision {
        Decision::Act | Decision::Already => true,
        Decision::Refuse => !row.reasons.is_empty() && row.reasons.iter().all(by_place),
        Decision::Skip => false,
    }
}

/// Where the password is to be replaced that the playbook would replace, and cannot in the cloud; nothing where it can, or where
/// none is to be replaced. Until it is, the old one still opens the account. Who is synced and of a federated domain has it in
/// Active Directory.
pub fn password_is_kept_in(playbook: Playbook, row: &PlanRow) -> Option<PasswordPlace> {
    let resets_there = playbook.resets() && !row.steps.contains(Step::Reset) && is_wanted(row);
    match &row.reasons {
        _ if !resets_there => None,
        reasons if reasons.contains(&Reason::Synced) => Some(PasswordPlace::ActiveDirectory),
        reasons if reasons.contains(&Reason::Federated) => Some(PasswordPlace::IdentityProvider),
        _ => None,
    }
}

/// Would the playbook replace the password, and is that to be done in Active Directory?
pub fn password_is_replaced_on_premises(playbook: Playbook, row: &PlanRow) -> bool {
    password_is_kept_in(playbook, row) == Some(PasswordPlace::ActiveDirectory)
}

/// Is the new password of this row one that a person has written back to Active Directory? `writeback` says whether the plan has
/// any.
pub fn is_written_back(writeback: bool, playbook: Playbook, row: &PlanRow) -> bool {
    // Of who is refused in the cloud nothing is checked again before the reset.
    let is_checked = matches!(row.decision, Decision::Act | Decision::Already);
    writeback && is_checked && password_is_replaced_on_premises(playbook, row)
}

/// Is anything of this row handed over that the run makes: a new password that is not thrown away, or a pass?
pub fn is_handed_over(options: &Options, playbook: Playbook, row: &PlanRow) -> bool {
    let password = is_reset_by_run(options.writeback, playbook, row) && !options.throws_passwords_away();
    password || row.steps.contains(Step::Pass)
}

/// Does this run set a password of this row that somebody hands over: in the cloud, or by having it written back?
pub fn is_reset_by_run(writeback: bool, playbook: Playbook, row: &PlanRow) -> bool {
    row.steps.contains(Step::Reset) || is_written_back(writeback, playbook, row)
}

/// Does the plan block sign-in for an account that the directory sync allows it to again, as long as it is enabled in Active
/// Directory?
pub fn block_is_undone_by_sync(row: &PlanRow) -> bool {
    row.steps.contains(Step::Block) && row.reasons.contains(&Reason::Synced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::row::tests::sample;
    use crate::step::Steps;

    #[test]
    fn a_password_is_kept_where_it_is_mastered_unless_the_cloud_resets_it() {
        let of = |playbook, decision, steps: &[Step], reasons: &[Reason]| {
            let row = sample("ada@fabrikam.com".into(), "Ada".into());
            let row = PlanRow { decision, steps: Steps::of(steps), reasons: reasons.to_vec(), ..row };
            password_is_kept_in(playbook, &row)
        };
        let (there, provider) = (Some(PasswordPlace::ActiveDirectory), Some(PasswordPlace::IdentityProvider));
        let (synced, federated) = (Reason::Synced, Reason::Federated);
        let revoke = &[Step::Revoke];
        assert_eq!(of(Playbook::Breach, Decision::Act, revoke, &[synced]), there);
        assert_eq!(of(Playbook::Breach, Decision::Act, revoke, &[federated]), provider);
        assert_eq!(of(Playbook::Breach, Decision::Act, revoke, &[synced, federated]), there, "both");
        assert_eq!(of(Playbook::Breach, Decision::Act, revoke, &[]), None);
        assert_eq!(of(Playbook::Breach, Decision::Already, &[], &[federated, Reason::Already]), provider);
        assert_eq!(of(Playbook::Breach, Decision::Act, &[Step::Reset, Step::Revoke], &[federated]), None, "lifted");
        assert_eq!(of(Playbook::Contain, Decision::Act, &[Step::Block, Step::Revoke], &[federated]), None);
        assert_eq!(of(Playbook::Reinstate, Decision::Refuse, &[], &[federated]), provider);
        assert_eq!(of(Playbook::Breach, Decision::Refuse, &[], &[Reason::Protected, federated]), None, "left alone");
        assert_eq!(of(Playbook::Breach, Decision::Skip, &[], &[federated]), None);
    }
}
