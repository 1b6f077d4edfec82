//! A plan that changes more accounts than a person means by accident is carried out only where their number is named.

use super::exit::Failure;
use super::words::{count, counted, quoted};
use crate::plan::folder::PlanFolder;
use crate::wording::too_large;
use crate::wording::worded_step::WordedStep;

/// Makes sure that so many accounts were meant. `allowed` is what was named now; what was named when the plan was made
/// stands in the plan. `allow` is how to name it, where that is not the flag.
///
/// # Errors
///
/// The plan is larger than what was named, or too large with no number named.
pub(super) fn check(plan: &PlanFolder, allowed: Option<u32>, allow: Option<WordedStep>) -> Result<(), Failure> {
    let manifest = plan.manifest();
    let what = match (allowed, too_large::sentence(manifest)) {
        (Some(allowed), _) if allowed < manifest.accounts() => format!(
            "the plan changes {}, and --max-accounts allows {}",
            counted(manifest.accounts().into(), "account", "accounts"),
            count(allowed.into())
        ),
        (Some(_), _) | (None, None) => return Ok(()),
        (None, Some(what)) => what,
    };
    let by_flag = || {
        let flag = format!(" --max-accounts {}", manifest.accounts());
        let command = format_args!("sealoff apply {}{flag} --confirm {}", quoted(plan.path()), manifest.phrase());
        WordedStep::typed("If they are", command)
    };
    Err(Failure::refused(format_args!("{what}; nothing was changed"))
        .with_next("Read the plan: are all of these people meant?")
        .and_next(allow.unwrap_or_else(by_flag)))
}
