//! How the operator approves, and whether what was approved is this plan.

use super::approval_args::ApprovalArgs;
use super::exit::Failure;
use super::words::{counted, quoted};
use crate::plan::approvers::RecordedSignature;
use crate::plan::folder::PlanFolder;
use crate::plan::phrase::SpokenApproval;
use crate::plan::waves::Wave;
use crate::run::engagement::{ApprovalWay, RecordedApproval};
use crate::wording::plan_command::{self, naming_the_number};

/// How the operator approves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Approval {
    /// By `--confirm N@FINGERPRINT`, of a plan that was made before.
    Plan(SpokenApproval),
    /// By `--confirm N`, of a plan that the same command has made and shown.
    Number(u64),
    /// By typing the number when asked.
    Asked,
    /// By being a drill: nothing real is changed.
    Drill,
}

impl Approval {
    /// What does not fit is refused before anything else: it says that another plan was approved than this one.
    ///
    /// # Errors
    ///
    /// It is not the number of accounts that the plan changes, not its fingerprint, or no fingerprint.
    pub(super) fn check(&self, plan: &PlanFolder, wave: Option<&Wave>) -> Result<(), Failure> {
        let Some(number) = self.number() else { return Ok(()) };
        let manifest = plan.manifest();
        let accounts = wave.map_or(manifest.accounts(), |wave| wave.accounts).into();
        if number != accounts {
            let part =
                wave.map_or_else(|| "this plan".to_owned(), |wave| format!("the wave {:?} of this plan", wave.name));
            return Err(self.does_not_fit(format_args!("{part} changes {}", accounts_of(accounts))).with_next(
                "Read the plan again: what runs must be what was approved. Then give what its preview shows.",
            ));
        }
        let which = wave.map(plan_command::naming_the_wave).unwrap_or_default() + &naming_the_number(manifest);
        self.check_plan(plan, &which, accounts)
    }

    /// The number that approves a second try is that of the accounts that are tried again.
    ///
    /// # Errors
    ///
    /// It is another number or another plan, or no account failed.
    pub(super) fn check_retry(&self, plan: &PlanFolder, failed: u64) -> Result<(), Failure> {
        let Some(number) = self.number() else { return Ok(()) };
        let dir = quoted(plan.path());
        // A plan of which nothing is to be tried again refuses by that reason alone.
        if failed == 0 && number != 0 {
            return Err(Failure::refused(format_args!(
                "no account failed in the run in {dir}, so there is none to try again"
            ))
            .with_command("Where it stands, and what is left", format_args!("sealoff status {dir}")));
        }
        if number != failed {
            let phrase = plan.manifest().phrase_for(failed);
            let what = format!("{} failed in this run and would be tried again", accounts_of(failed));
            return Err(self.does_not_fit(format_args!("{what}")).with_command(
                "Look at them in results.csv, then",
                format_args!("sealoff apply {dir} --retry-failed --confirm {phrase}"),
            ));
        }
        self.check_plan(plan, " --retry-failed", failed)
    }

    /// The number that approves anything else that is done by a plan, with the command that does it.
    ///
    /// # Errors
    ///
    /// It is another number or another plan.
    pub(super) fn check_number(&self, plan: &PlanFolder, people: u64, command: &str) -> Result<(), Failure> {
        let Self::Plan(said) = self else { return Ok(()) };
        let manifest = plan.manifest();
        if said.accounts == people && said.digits.is_some() && said.names(manifest.fingerprint()) {
            return Ok(());
        }
        let what = format!(
            "it is about {} of the plan with the fingerprint {}",
            counted(people, "person", "people"),
            manifest.fingerprint().short()
        );
        Err(self.does_not_fit(format_args!("{what}")).with_command(
            "Read the plan. If it is the one that was approved",
            format_args!("{command} --confirm {}", manifest.phrase_for(people)),
        ))
    }

    fn check_plan(&self, plan: &PlanFolder, flags: &str, accounts: u64) -> Result<(), Failure> {
        let Self::Plan(said) = self else { return Ok(()) };
        let (dir, manifest) = (quoted(plan.path()), plan.manifest());
        if said.digits.is_none() {
            let phrase = manifest.phrase_for(accounts);
            return Err(Failure::refused(format_args!(
                "--confirm {said} names a number, and not which plan is approved"
            ))
            .with_command(
                format_args!(
                    "If the plan in {dir}, fingerprint {}, is the one that was approved",
                    manifest.fingerprint().short()
                ),
                format_args!("sealoff apply {dir}{flags} --confirm {phrase}"),
            ));
        }
        if said.names(manifest.fingerprint()) {
            return Ok(());
        }
        let what = format!("the plan in {dir} has the fingerprint {}", manifest.fingerprint().short());
        Err(self.does_not_fit(format_args!("{what}")).with_next(
            "Another plan was approved than this one. Find the folder of that plan, or have this one read and approved.",
        ))
    }

    /// What the journal keeps of it, with what was said besides.
    pub(super) fn recorded(&self, args: ApprovalArgs, signatures: Vec<RecordedSignature>) -> RecordedApproval {
        let way = match self {
            Self::Plan(_) => ApprovalWay::Fingerprint,
            Self::Number(_) => ApprovalWay::Number,
            Self::Asked => ApprovalWay::Typed,
            Self::Drill => ApprovalWay::Drill,
        };
        RecordedApproval { way, approved_by: args.approved_by, reason: args.reason, signatures }
    }

    fn number(&self) -> Option<u64> {
        match self {
            Self::Plan(said) => Some(said.accounts),
            Self::Number(number) => Some(*number),
            Self::Asked | Self::Drill => None,
        }
    }

    fn does_not_fit(&self, why: std::fmt::Arguments<'_>) -> Failure {
        let said = match self {
            Self::Plan(said) => said.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Asked | Self::Drill => String::new(),
        };
        Failure::refused(format_args!("--confirm {said} does not fit: {why}"))
    }
}

fn accounts_of(number: u64) -> String {
    counted(number, "account", "accounts")
}
