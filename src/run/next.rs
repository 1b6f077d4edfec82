//! What an operator should do next, in order: the end of every recap, status and report.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;

use super::outcome::Outcome;
use super::packets;
use super::proof::Proofs;
use crate::plan::folder::{ONPREM_PS1, PlanFolder};
use crate::words::{counted, quoted};

/// One thing that is left to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextStep {
    /// What: `To go on`, or a whole sentence where no command does it.
    pub what: String,
    /// The command to copy, where one does it.
    pub command: Option<String>,
}

impl NextStep {
    /// Does it only lead to the report? Whoever reads that is there already.
    #[must_use]
    pub fn leads_to_the_report(&self) -> bool {
        self.command.as_deref().is_some_and(|command| command.starts_with("sealoff report "))
    }
}

impl fmt::Display for NextStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.command {
            Some(command) => write!(f, "{}:  {command}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// What has become of a run, as far as it decides what should be done next.
#[derive(Debug, Clone, Copy)]
pub struct SoFar<'a> {
    /// How many rows have which outcome.
    pub outcomes: &'a BTreeMap<Outcome, u64>,
    /// Accounts for which something was refused or given up, so that it may be tried once more.
    pub to_retry: u64,
    /// Accounts that are no longer what the plan says.
    pub drifted: u64,
    /// The first of the packets, by the name of its file; nothing where there are none.
    pub packet: Option<&'a str>,
    /// What the last verification found, where there was one since the last write.
    pub verified: Option<Proofs>,
    /// What a command that goes on with the run should be given, too: the arguments of the process that asks, each with a
    /// blank before it.
    pub again: &'a str,
}

impl SoFar<'_> {
    fn of(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }
}

/// What is left to do after a run, in the order in which it should be done.
#[must_use]
pub fn next_steps(plan: &PlanFolder, so_far: SoFar<'_>) -> Vec<NextStep> {
    let manifest = plan.manifest();
    let dir = quoted(plan.path());
    let beside = |name: &str| quoted(&plan.path().join(name));
    let mut steps = Vec::new();
    let mut step = |what: String, command: Option<String>| steps.push(NextStep { what, command });
    let pending = so_far.of(Outcome::Pending);
    if pending > 0 {
        let command = format!("sealoff apply {dir} --confirm {}{}", manifest.accounts(), so_far.again);
        step("To go on".to_owned(), Some(command));
    }
    let not_done = so_far.of(Outcome::Partial) + so_far.of(Outcome::Failed) + so_far.of(Outcome::Uncertain);
    if not_done > 0 {
        let whom = counted(not_done, "account is", "accounts are");
        step(
            format!("To read why {whom} not done, and what mends it (report.html)"),
            Some(format!("sealoff report {dir}")),
        );
    }
    if so_far.of(Outcome::Uncertain) > 0 {
        let mut what = "Treat the uncertain ones as not done".to_owned();
        if manifest.sealed() > 0 {
            what += ": the column detail of results.csv says which password to try";
        }
        step(what + ".", None);
    }
    if so_far.to_retry > 0 {
        let whom = counted(so_far.to_retry, "account that is not done", "accounts that are not done");
        let command = format!("sealoff apply {dir} --retry-failed --confirm {}{}", so_far.to_retry, so_far.again);
        step(format!("To try the {whom} again, when the cause is mended"), Some(command));
    }
    if so_far.drifted > 0 {
        let whom = counted(so_far.drifted, "account that is", "accounts that are");
        step(format!("Make a new plan for {whom} no longer what the plan says (drifted)."), None);
    }
    let done = so_far.of(Outcome::Done) + so_far.of(Outcome::Partial);
    if let Some(work) = &manifest.on_premises {
        let whom = counted(work.accounts.into(), "account", "accounts");
        let what =
            format!("To change {whom} on-premises, too, as whoever runs Active Directory (onprem.csv is the list)");
        step(what, Some(format!("powershell -File {} -WhatIf", beside(ONPREM_PS1))));
    }
    if done > 0 && pending == 0 {
        let command = Some(format!("sealoff verify {dir}"));
        match so_far.verified {
            Some(verdicts) if verdicts.all_proved() => {}
            Some(_) => {
                step("To look again at what is not proved (verification.csv says what, and why)".to_owned(), command)
            }
            None => step("To prove what was done, a minute or more after it".to_owned(), command),
        }
    }
    if manifest.sealed() > 0 && done > 0 {
        match so_far.packet {
            None => step(
                "To open the new passwords".to_owned(),
                Some(format!("sealoff unseal {} -i KEY --show", quoted(&plan.results_path()))),
            ),
            Some(packet) => {
                let file = quoted(&packets::folder(plan).join(packet));
                step(
                    "To hand the new passwords over (handoff/index.csv says who gets which packet)".to_owned(),
                    Some(format!("sealoff unseal {file} -i KEY --letters letters")),
                );
            }
        }
    }
    if done > 0 && pending == 0 {
        step("To have all of it on one page".to_owned(), Some(format!("sealoff report {dir}")));
        let archive = quoted(&plan.path().with_extension("zip"));
        step("To file the proof".to_owned(), Some(format!("sealoff evidence {dir} -o {archive}")));
        if manifest.playbook.can_be_undone() {
            let command = format!("sealoff undo {dir} --out {}", quoted(&undone(plan.path())));
            step("If it was wrong, to unblock those whom it blocked".to_owned(), Some(command));
        }
    }
    steps
}

fn undone(folder: &Path) -> std::path::PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push("-undone");
    folder.with_file_name(name)
}
