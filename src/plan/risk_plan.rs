//! Whose risk a plan marks when all else is done for them: kept beside the steps, which are writes of one account each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::playbook::Playbook;
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use crate::graph::risk_mark::RiskMark;

/// How many people it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskPlan {
    /// What is said of their risk.
    pub mark: RiskMark,
    /// How many people it is said of.
    pub people: u32,
    /// How many guests are changed and left out: their risk belongs to their home tenant.
    pub guests: u32,
}

/// Is the risk of an account marked once it is done?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RiskOfRow {
    /// It is.
    Marked,
    /// It is a guest's: it belongs to the home tenant.
    Elsewhere,
}

impl RiskOfRow {
    /// What is planned for the risk of a row; nothing where the plan changes nothing of it.
    pub fn of(row: &PlanRow) -> Option<Self> {
        if row.decision != Decision::Act {
            return None;
        }
        Some(if row.reasons.contains(&Reason::Guest) { Self::Elsewhere } else { Self::Marked })
    }
}

impl RiskPlan {
    /// Begins with no people.
    pub const fn of(mark: RiskMark) -> Self {
        Self { mark, people: 0, guests: 0 }
    }

    pub(super) fn count(&mut self, row: &PlanRow) {
        match RiskOfRow::of(row) {
            Some(RiskOfRow::Marked) => self.people += 1,
            Some(RiskOfRow::Elsewhere) => self.guests += 1,
            None => {}
        }
    }
}

/// The flags for the risk of people contradict others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RiskRuleError {
    /// Only where an intruder may be in, and people are locked out or get another password first.
    #[error(
        "--confirm-compromised goes with the playbooks contain and breach alone, which lock out who is in an account before its risk \
         is raised; with {0}, leave it out"
    )]
    ConfirmElsewhere(Playbook),
    /// Risk is over where the way in is closed.
    #[error(
        "--dismiss-risk goes with the playbook reinstate (and with sealoff undo) alone: risk is dismissed when people come back; \
         with {0}, leave it out"
    )]
    DismissElsewhere(Playbook),
    /// An administrator's reset closes the risk, and this one comes after the run.
    #[error(
        "--confirm-compromised does not go with --writeback: a password that is written back is set after the run, and a reset by an \
         administrator closes the risk again; plan synced people on their own, or leave one of the two out"
    )]
    ConfirmAndWriteback,
}

/// Does this go with a playbook?
///
/// # Errors
///
/// Says why not.
pub(super) const fn check(mark: RiskMark, playbook: Playbook, writeback: bool) -> Result<(), RiskRuleError> {
    match (mark, playbook) {
        (RiskMark::ConfirmCompromised, Playbook::Contain | Playbook::Breach) if writeback => {
            Err(RiskRuleError::ConfirmAndWriteback)
        }
        (RiskMark::ConfirmCompromised, Playbook::Contain | Playbook::Breach)
        | (RiskMark::Dismiss, Playbook::Reinstate | Playbook::Undo) => Ok(()),
        (RiskMark::ConfirmCompromised, _) => Err(RiskRuleError::ConfirmElsewhere(playbook)),
        (RiskMark::Dismiss, _) => Err(RiskRuleError::DismissElsewhere(playbook)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::row::tests::sample;

    #[test]
    fn risk_is_confirmed_where_people_are_locked_out_and_dismissed_where_they_come_back() {
        for playbook in Playbook::ALL.into_iter().chain([Playbook::Undo]) {
            let confirms = matches!(playbook, Playbook::Contain | Playbook::Breach);
            let dismisses = matches!(playbook, Playbook::Reinstate | Playbook::Undo);
            assert_eq!(check(RiskMark::ConfirmCompromised, playbook, false).is_ok(), confirms, "{playbook}");
            assert_eq!(check(RiskMark::Dismiss, playbook, false).is_ok(), dismisses, "{playbook}");
        }
        let written_back = check(RiskMark::ConfirmCompromised, Playbook::Breach, true);
        assert_eq!(written_back, Err(RiskRuleError::ConfirmAndWriteback));
    }

    #[test]
    fn guests_are_left_to_their_home_and_who_is_not_changed_is_left_alone() {
        let mut plan = RiskPlan::of(RiskMark::Dismiss);
        let row = |decision, reasons: &[Reason]| PlanRow {
            decision,
            reasons: reasons.to_vec(),
            ..sample("ada@fabrikam.com".into(), "Ada".into())
        };
        plan.count(&row(Decision::Act, &[]));
        plan.count(&row(Decision::Act, &[Reason::Synced]));
        plan.count(&row(Decision::Act, &[Reason::Guest]));
        plan.count(&row(Decision::Already, &[]));
        plan.count(&row(Decision::Refuse, &[Reason::Protected]));
        assert_eq!(plan, RiskPlan { mark: RiskMark::Dismiss, people: 2, guests: 1 });
    }
}
