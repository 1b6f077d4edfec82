//! How the operator approves, and whether the number is that of the plan.

use super::exit::Failure;
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;
use crate::words::{counted, quoted};

/// How the operator approves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Approval {
    /// By `--confirm N`.
    Number(u32),
    /// By typing the number when asked.
    Asked,
    /// By being a drill: nothing real is changed.
    Drill,
}

impl From<Option<u32>> for Approval {
    fn from(confirm: Option<u32>) -> Self {
        confirm.map_or(Self::Asked, Self::Number)
    }
}

impl Approval {
    /// A wrong number is refused before anything else: it says that another plan was approved than this one.
    ///
    /// # Errors
    ///
    /// It is not the number of accounts that the plan changes.
    pub(super) fn check(self, manifest: &Manifest) -> Result<(), Failure> {
        match self {
            Self::Number(number) if number != manifest.accounts() => Err(Failure::refused(format_args!(
                "--confirm {number} does not fit: this plan changes {}",
                counted(manifest.accounts().into(), "account", "accounts")
            ))
            .with_next(
                "Read the plan again: what runs must be what was approved. Then give the number that its preview shows.",
            )),
            _ => Ok(()),
        }
    }

    /// The number that approves a second try is that of the accounts that are tried again.
    ///
    /// # Errors
    ///
    /// It is another number, or no account failed.
    pub(super) fn check_retry(self, plan: &PlanFolder, failed: u64) -> Result<(), Failure> {
        let Self::Number(number) = self else { return Ok(()) };
        if u64::from(number) == failed {
            return Ok(());
        }
        let dir = quoted(plan.path());
        if failed == 0 {
            return Err(Failure::refused(format_args!(
                "no account failed in the run in {dir}, so there is none to try again"
            ))
            .with_next(format_args!("Where it stands, and what is left: sealoff status {dir}")));
        }
        Err(Failure::refused(format_args!(
            "--confirm {number} does not fit: {} failed in this run and would be tried again",
            counted(failed, "account", "accounts")
        ))
        .with_next(format_args!(
            "Look at them in results.csv, then: sealoff apply {dir} --retry-failed --confirm {failed}"
        )))
    }
}
