//! What is said of each [`NextStep`], and the command that does it.

use std::path::Path;

use super::plan_command;
use super::risk;
use super::standing::changed_back;
use super::worded_step::WordedStep;
use crate::plan::folder::{BY_HAND, ONPREM_PS1, PlanFolder, REFUSED, SCRIPT_RESULTS, WAYS_IN};
use crate::plan::playbook::Playbook;
use crate::run::first_named::FirstNamed;
use crate::run::next_steps::NextStep;
use crate::words::{self, counted, harmless, quoted};

/// Runs a script that came with a folder: the policy of a Windows client runs none, that of a server none that was mailed.
const POWERSHELL: &str = "powershell -ExecutionPolicy Bypass -File";

/// The steps in words. `arguments` is what a command that goes on with the run has to be given besides: the arguments of
/// the process that asks, each with a blank before it.
pub fn worded(steps: &[NextStep], plan: &PlanFolder, arguments: &str) -> Vec<WordedStep> {
    steps.iter().map(|step| WordedStep { what: what(step, plan), command: command(step, plan, arguments) }).collect()
}

fn what(step: &NextStep, plan: &PlanFolder) -> String {
    let accounts = |number, one, many| counted(number, one, many);
    match step {
        NextStep::UseNewerVersion => "Use the version of sealoff that wrote it, or a newer one.".to_owned(),
        NextStep::PartPlanAndJournal => {
            "plan.json and journal.jsonl were made in two folders: put the one that does not belong here back into its own, and \
             put back a copy of the right one, if there is one."
                .to_owned()
        }
        NextStep::RestoreJournal => "Put back a copy of journal.jsonl from a backup, if there is one.".to_owned(),
        NextStep::PlanInAnotherFolder if !plan.manifest().seals() => {
            "Without one, make a new plan from the same roster in another folder, and keep this one as it is.".to_owned()
        }
        NextStep::PlanInAnotherFolder => {
            "Without one, keep this folder for the sealed passwords in it, and make a new plan from the same roster in \
             another folder: it sets new passwords."
                .to_owned()
        }
        NextStep::Watch => "A run is going; to see how far it is".to_owned(),
        NextStep::Begin => "To begin, once the plan is approved".to_owned(),
        NextStep::Resume => "To go on".to_owned(),
        NextStep::WorkOnWave { wave, left } => {
            let accounts = accounts(*left, "account is left", "accounts are left");
            format!("To do the wave {:?}, when its time has come: {accounts}", harmless(&wave.name))
        }
        NextStep::MakeResults => "To make the results".to_owned(),
        NextStep::PlanChangedBack { people } => {
            let what = changed_back(people.count, plan.manifest().playbook);
            format!(
                "{what}: {}. Entra's audit log says who did it (Enable account, Reset user password). To plan exactly these \
                 accounts again",
                first_of(people)
            )
        }
        NextStep::PlanNotTouched { people } => {
            let who = counted(people.count, "person on the list was", "people on the list were");
            let list = quoted(&plan.path().join(REFUSED));
            let what = format!("{who} not touched: {} (see {list} for reason and remedy)", first_of(people));
            if plan.manifest().playbook == Playbook::Undo {
                format!("{what}: check them by hand.")
            } else {
                format!("{what}; correct it there, then plan it")
            }
        }
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
            let what = format!("{which} no longer what the plan says (drifted; the column detail of results.csv says why)");
            if plan.manifest().playbook == Playbook::Undo {
                format!("{what}: check them by hand.")
            } else {
                format!("{what}. To plan them again, as they are now")
            }
        }
        NextStep::MarkRisk { mark, people, bar } => risk::to_mark(*mark, *people, *bar),
        NextStep::WriteBack { people } => {
            let whose = counted(*people, "new password", "new passwords");
            format!(
                "To have {whose} written back to Active Directory, signed in as a person: until then the old ones open the accounts"
            )
        }
        NextStep::LookOnPremises { accounts: number } => {
            let which = accounts(*number, "account", "accounts");
            let work = plan.manifest().on_premises.as_ref();
            let otherwise = if work.is_some_and(|work| work.passwords > 0) {
                "which the old password opens until then"
            } else {
                "which the next sync would open again otherwise"
            };
            format!(
                "To see what would be changed in Active Directory for {which}, {otherwise}, as an administrator there \
                 (onprem.csv is the list)"
            )
        }
        NextStep::ChangeOnPremises { accounts: number } => {
            format!("To change {} in Active Directory", accounts(*number, "account", "accounts"))
        }
        NextStep::TakeScriptResults => {
            let sets_passwords = plan.manifest().on_premises.as_ref().is_some_and(|work| work.passwords > 0);
            let until_then =
                if sets_passwords { ": until then these people count as having their old password" } else { "" };
            format!("Then, to take in what the script did{until_then}")
        }
        NextStep::ChangeByHand { accounts: number, is_listed } => {
            let which = accounts(*number, "account", "accounts");
            let what = format!(
                "Change {which} by hand, which the script leaves to people: at the identity provider of their domain, or with a \
                 new password that somebody hands over"
            );
            if *is_listed {
                format!(
                    "{what} (by-hand.csv says who, where and what; write yes into its column done). Then, to take it in: until \
                     then these people count as having their old password"
                )
            } else {
                format!("{what} (onprem.csv says which).")
            }
        }
        NextStep::LookAtWaysIn { methods, not_known } => {
            let methods = counted(*methods, "method", "methods");
            let not_known = match not_known {
                0 => String::new(),
                number => format!(", and of {} it is not known what they have", counted(*number, "person", "people")),
            };
            format!(
                "The plan listed {methods} that its people sign in with beside the password{not_known}. None was removed: look \
                 through {} for those that an intruder registered. {}",
                quoted(&plan.path().join(WAYS_IN)),
                if plan.manifest().playbook.shuts_out() {
                    "To plan their removal, and to disable the devices of these people, which hold tokens of their own (sealoff help ways-in)"
                } else {
                    "How they are removed: sealoff help ways-in."
                }
            )
        }
        NextStep::Verify => "To prove what was done, a minute or more after it".to_owned(),
        NextStep::VerifyAgain => "To look again at what is not proved (verification.csv says what, and why)".to_owned(),
        NextStep::OpenPasswords => "To open the new passwords".to_owned(),
        NextStep::HandOver { .. } => {
            "Send each file in handoff to the person whose it is (index.csv there says whose), who has its key and types".to_owned()
        }
        NextStep::WriteReport => "To have all of it on one page".to_owned(),
        NextStep::PackEvidence => "To file the proof".to_owned(),
        NextStep::Undo { with_new_passwords: false } => {
            "To undo: unblock the accounts that this run blocked".to_owned()
        }
        NextStep::Undo { with_new_passwords: true } => {
            "To undo: unblock the accounts that this run blocked, with new passwords, as those that were set are thrown away"
                .to_owned()
        }
    }
}

fn command(step: &NextStep, plan: &PlanFolder, arguments: &str) -> Option<String> {
    let dir = quoted(plan.path());
    let manifest = plan.manifest();
    Some(match step {
        NextStep::UseNewerVersion
        | NextStep::PartPlanAndJournal
        | NextStep::RestoreJournal
        | NextStep::PlanInAnotherFolder
        | NextStep::TreatUncertainAsNotDone { .. }
        | NextStep::ChangeByHand { is_listed: false, .. } => return None,
        NextStep::ChangeByHand { is_listed: true, .. } => {
            format!("sealoff onprem {dir} --by-hand {}", quoted(&plan.path().join(BY_HAND)))
        }
        NextStep::LookAtWaysIn { .. } if !manifest.playbook.shuts_out() => return None,
        NextStep::LookAtWaysIn { .. } => {
            let out = plan_command::new_folder(plan.path(), "-evict");
            format!("sealoff plan {dir} --playbook evict --methods all --devices --out {}", quoted(&out))
        }
        NextStep::PlanDrifted { .. } => {
            if manifest.playbook == Playbook::Undo {
                return None;
            }
            plan_command::drifted(manifest, &plan.results_path(), &plan_command::new_folder(plan.path(), "-drifted"))
        }
        NextStep::PlanChangedBack { .. } => plan_command::changed_back(plan.path()),
        NextStep::PlanNotTouched { .. } => {
            if manifest.playbook == Playbook::Undo {
                return None;
            }
            plan_command::like(manifest, &plan.path().join(REFUSED), &plan_command::new_folder(plan.path(), "-rest"))
        }
        NextStep::Watch => format!("sealoff status {dir} --watch"),
        NextStep::Begin => format!("{}{arguments}", plan_command::apply(plan.path(), manifest)),
        NextStep::Resume => format!("{}{arguments}", plan_command::go_on(plan.path(), manifest, None)),
        NextStep::WorkOnWave { wave, .. } => {
            format!("{}{arguments}", plan_command::apply_wave(plan.path(), manifest, wave))
        }
        NextStep::MakeResults => format!("sealoff results {dir}"),
        NextStep::RetryFailed { accounts } => {
            let passwords = plan_command::naming_the_passwords(manifest);
            format!(
                "sealoff apply {dir} --retry-failed{passwords} --confirm {}{arguments}",
                manifest.phrase_for(*accounts)
            )
        }
        NextStep::MarkRisk { .. } => format!("{}{arguments}", plan_command::go_on_with_all(plan.path(), manifest)),
        NextStep::WriteBack { people } => {
            format!("sealoff onprem {dir} --writeback --auth device-code --confirm {}", manifest.phrase_for(*people))
        }
        NextStep::LookOnPremises { .. } => {
            format!("{POWERSHELL} {} -WhatIf", quoted(&plan.path().join(ONPREM_PS1)))
        }
        NextStep::ChangeOnPremises { .. } => format!("{POWERSHELL} {}", quoted(&plan.path().join(ONPREM_PS1))),
        NextStep::TakeScriptResults => {
            format!("sealoff onprem {dir} --results {}", quoted(&plan.path().join(SCRIPT_RESULTS)))
        }
        NextStep::Verify | NextStep::VerifyAgain => format!("sealoff verify {dir}"),
        NextStep::OpenPasswords => format!("sealoff unseal {} -i KEY --show", quoted(&plan.results_path())),
        NextStep::HandOver { packet } => {
            format!("sealoff unseal {} -i KEY --letters letters", quoted(Path::new(packet)))
        }
        NextStep::ReadCauses { .. } | NextStep::WriteReport => format!("sealoff report {dir}"),
        NextStep::PackEvidence => {
            format!("sealoff evidence {dir} -o {}", quoted(&plan.path().with_extension("zip")))
        }
        NextStep::Undo { with_new_passwords } => {
            let reset = if *with_new_passwords { " --reset --seal-to KEY" } else { "" };
            format!("sealoff undo {dir} --out {}{reset}", quoted(&plan_command::new_folder(plan.path(), "-undone")))
        }
    })
}

/// The first of them by name, and how many more there are.
pub fn first_of(people: &FirstNamed) -> String {
    let names: Vec<_> = people.names.iter().map(|name| harmless(name)).collect();
    words::first_of(&names, people.count)
}
