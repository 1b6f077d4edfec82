//! Why a plan is not carried out before the operator has named how many accounts may be changed.

use crate::plan::manifest::Manifest;
use crate::plan::rules::MAX_ACCOUNTS;
use crate::plan::size::TooLarge;
use crate::words::{count, counted};

/// What is said of a plan that is too large: a fragment that reads after `error: `; `None` of any other.
pub fn sentence(plan: &Manifest) -> Option<String> {
    plan.too_large.map(|too_large| sentence_of(plan.accounts().into(), too_large))
}

/// The same, of a plan that changes so many accounts.
pub fn sentence_of(accounts: u64, too_large: TooLarge) -> String {
    let changes = format!("the plan changes {}", counted(accounts, "account", "accounts"));
    match too_large {
        TooLarge::Named { allowed } => format!("{changes}, and --max-accounts allowed {}", count(allowed.into())),
        TooLarge::Many => {
            format!("{changes}; more than {} are changed only where their number is named", count(MAX_ACCOUNTS.into()))
        }
        TooLarge::Share { members } => format!(
            "{changes}, and the tenant has {} enabled members; more than a quarter of them are changed only where the number \
             is named",
            count(members)
        ),
    }
}
