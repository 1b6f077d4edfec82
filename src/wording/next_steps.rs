//! What is said of each [`NextStep`], and the command that does it.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::plan::folder::{ONPREM_PS1, PlanFolder};
use crate::run::next_steps::NextStep;
use crate::run::packets;
use crate::words::{counted, quoted};

/// A step in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordedStep {
    /// What: `To go on`, or a whole sentence where no command does it.
    pub what: String,
    /// The command to copy, where one does it.
    pub command: Option<String>,
}

impl fmt::Display for WordedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.command {
            Some(command) => write!(f, "{}:  {command}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// The steps in words. `arguments` is what a command that goes on with the run has to be given besides: the arguments of
/// the process that asks, each with a blank before it.
#[must_use]
pub fn worded(steps: &[NextStep], plan: &PlanFolder, arguments: &str) -> Vec<WordedStep> {
    steps.iter().map(|step| WordedStep { what: what(step), command: command(step, plan, arguments) }).collect()
}

fn what(step: &NextStep) -> String {
    let accounts = |number, one, many| counted(number, one, many);
    match step {
        NextStep::RestoreJournal => "Put back a copy of journal.jsonl from a backup, if there is one.".to_owned(),
        NextStep::PlanInAnotherFolder => {
            "Without one, keep this folder for the sealed passwords in it, and make a new plan from the same roster in \
             another folder: it sets new passwords."
                .to_owned()
        }
        NextStep::Watch => "A run is going; to see how far it is".to_owned(),
        NextStep::Begin => "To begin, once the plan is approved".to_owned(),
        NextStep::Resume => "To go on".to_owned(),
        NextStep::MakeResults => "To make the results".to_owned(),
        NextStep::ReadCauses { not_done } => {
            let which = accounts(*not_done, "account is", "accounts are");
            format!("To read why {which} not done, and how to fix it (report.html)")
        }
        NextStep::TreatUncertainAsNotDone { sealed: true } => {
            "Treat the uncertain ones as not done: the column detail of results.csv says which password to try."
                .to_owned()
        }
        NextStep::TreatUncertainAsNotDone { sealed: false } => "Treat the uncertain ones as not done.".to_owned(),
        NextStep::RetryFailed { accounts: number } => {
            let which = accounts(*number, "account that is not done", "accounts that are not done");
            format!("To try the {which} again, when the cause is fixed")
        }
        NextStep::PlanDrifted { accounts: number } => {
            let which = accounts(*number, "account that is", "accounts that are");
            format!("Make a new plan for {which} no longer what the plan says (drifted).")
        }
        NextStep::ChangeOnPremises { accounts: number } => {
            let which = accounts(*number, "account", "accounts");
            format!("To change {which} on-premises, too, as an Active Directory administrator (onprem.csv is the list)")
        }
        NextStep::Verify => "To prove what was done, a minute or more after it".to_owned(),
        NextStep::VerifyAgain => "To look again at what is not proved (verification.csv says what, and why)".to_owned(),
        NextStep::OpenPasswords => "To open the new passwords".to_owned(),
        NextStep::HandOver { .. } => {
            "To hand the new passwords over (handoff/index.csv says who gets which packet)".to_owned()
        }
        NextStep::WriteReport => "To have all of it on one page".to_owned(),
        NextStep::PackEvidence => "To file the proof".to_owned(),
        NextStep::Undo => "If it was wrong, to unblock the accounts that it blocked".to_owned(),
    }
}

fn command(step: &NextStep, plan: &PlanFolder, arguments: &str) -> Option<String> {
    let dir = quoted(plan.path());
    let accounts = plan.manifest().accounts();
    Some(match step {
        NextStep::RestoreJournal
        | NextStep::PlanInAnotherFolder
        | NextStep::TreatUncertainAsNotDone { .. }
        | NextStep::PlanDrifted { .. } => return None,
        NextStep::Watch => format!("sealoff status {dir}"),
        NextStep::Begin | NextStep::Resume => format!("sealoff apply {dir} --confirm {accounts}{arguments}"),
        NextStep::MakeResults => format!("sealoff results {dir}"),
        NextStep::RetryFailed { accounts } => {
            format!("sealoff apply {dir} --retry-failed --confirm {accounts}{arguments}")
        }
        NextStep::ChangeOnPremises { .. } => {
            format!("powershell -File {} -WhatIf", quoted(&plan.path().join(ONPREM_PS1)))
        }
        NextStep::Verify | NextStep::VerifyAgain => format!("sealoff verify {dir}"),
        NextStep::OpenPasswords => format!("sealoff unseal {} -i KEY --show", quoted(&plan.results_path())),
        NextStep::HandOver { packet } => {
            format!("sealoff unseal {} -i KEY --letters letters", quoted(&packets::folder(plan).join(packet)))
        }
        NextStep::ReadCauses { .. } | NextStep::WriteReport => format!("sealoff report {dir}"),
        NextStep::PackEvidence => {
            format!("sealoff evidence {dir} -o {}", quoted(&plan.path().with_extension("zip")))
        }
        NextStep::Undo => format!("sealoff undo {dir} --out {}", quoted(&undone(plan.path()))),
    })
}

fn undone(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push("-undone");
    folder.with_file_name(name)
}
