//! What is left to do with one account where it is mastered.

use serde::{Deserialize, Serialize};

use super::kept_elsewhere::{is_wanted, is_written_back};
use super::playbook::Playbook;
use super::reason::Reason;
use super::row::PlanRow;
use crate::directory::Account;
use crate::step::{Step, Steps};

/// What somebody has to do there with one account. The script goes by its word in `onprem.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Disable it.
    Disable,
    /// Replace its password twice: the one before stays usable for a while where replication lags.
    ResetTwice,
    /// Both.
    #[serde(rename = "disable+reset-twice")]
    DisableAndResetTwice,
    /// Enable it.
    Enable,
    /// Give the person a new password and enable the account.
    #[serde(rename = "enable+reset")]
    EnableAndReset,
    /// Change the password at the identity provider of its domain.
    IdentityProvider,
}

impl Task {
    /// Does the script do it, with a password that is sealed to those who hand it over, or without one? The rest is left to
    /// people, because somebody has to be given a password.
    pub const fn is_scripted(self, has_password: bool) -> bool {
        match self {
            Self::EnableAndReset => has_password,
            Self::IdentityProvider => false,
            Self::Disable | Self::ResetTwice | Self::DisableAndResetTwice | Self::Enable => true,
        }
    }

    /// What is left to do on-premises, when anything is: an account that the plan leaves alone for another reason
    /// must not be on the list either.
    pub fn of(playbook: Playbook, writeback: bool, account: &Account, row: &PlanRow) -> Option<Self> {
        if !is_wanted(row) {
            return None;
        }
        let steps: Steps = playbook.steps();
        // A password that is replaced in the cloud must not be replaced a second time on-premises.
        let resets = steps.contains(Step::Reset) && !row.steps.contains(Step::Reset);
        // One that is written back would be overwritten by that of the script.
        let resets = resets && !is_written_back(writeback, playbook, row);
        if !account.synced {
            return (resets && row.reasons.contains(&Reason::Federated)).then_some(Self::IdentityProvider);
        }
        match (steps.account_enabled(), resets) {
            (Some(false), true) => Some(Self::DisableAndResetTwice),
            (Some(false), false) => Some(Self::Disable),
            (Some(true), _) if playbook == Playbook::Undo => Some(Self::Enable),
            (Some(true), _) => Some(Self::EnableAndReset),
            (None, true) => Some(Self::ResetTwice),
            (None, false) => None,
        }
    }
}
