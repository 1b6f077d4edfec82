//! The flags for the risk of people in Microsoft Entra ID Protection, and what they need.

use clap::Args;

use super::exit::Failure;
use crate::graph::endpoint::Cloud;
use crate::graph::risk_mark::RiskMark;

/// What is said of the risk of people when all else is done for them.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Risk (sealoff help risk)")]
pub(super) struct RiskArgs {
    /// When all else is done, confirm the people of the plan as compromised in Entra ID Protection: their risk is high from then on.
    /// For contain and breach. It needs IdentityRiskyUser.ReadWrite.All and a licence of Microsoft Entra ID P2
    #[arg(long, conflicts_with = "dismiss_risk")]
    confirm_compromised: bool,
    /// When all else is done, dismiss the risk of the people of the plan in Entra ID Protection. For reinstate. It needs the same
    #[arg(long)]
    dismiss_risk: bool,
}

impl RiskArgs {
    /// What is asked for.
    pub(super) const fn mark(self) -> Option<RiskMark> {
        match self {
            Self { confirm_compromised: true, .. } => Some(RiskMark::ConfirmCompromised),
            Self { dismiss_risk: true, .. } => Some(RiskMark::Dismiss),
            _ => None,
        }
    }
}

/// There is no risk of people in the cloud of China ("riskyUser: confirmCompromised").
///
/// # Errors
///
/// The tenant is there.
pub(super) fn check_cloud(mark: Option<RiskMark>, cloud: Cloud) -> Result<(), Failure> {
    match mark.filter(|_| cloud == Cloud::China) {
        None => Ok(()),
        Some(mark) => {
            let flag = mark.flag();
            Err(Failure::usage(format_args!("{flag}: the cloud of China has no risk of people in Entra ID Protection"))
                .with_next(format!("Leave {flag} out.")))
        }
    }
}
