//! Every kind of next step: status says it, its command is typed as it stands, and does what it says.

use std::path::Path;
use std::process::Child;

use sealoff::run::next_steps::NextStepKind;
use sealoff::run::record::FORMAT;
use sealoff::simulator::{Permission, Settings, SimulatedUser};
use strum::VariantArray as _;

use crate::console::shell;
use crate::stage::Stage;
use crate::writeback;

const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

/// A folder in which a step is left to do.
struct Scene {
    stage: Stage,
    /// What `sealoff status out` says there.
    said: String,
    /// The process that works in the folder.
    going: Option<Going>,
}

/// A process that is ended with its scene.
struct Going(Child);

impl Drop for Going {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Makes a scene.
type Staging = fn() -> Scene;

/// Whether a command did what its step says.
type Effect = fn(&Stage) -> bool;

/// What a step says, and what is there when its command has run.
struct Case {
    scene: Staging,
    says: &'static str,
    /// Nothing where a person does it.
    does: Option<Effect>,
}

/// The compiler asks here for a kind that is added.
fn case(kind: NextStepKind) -> Option<Case> {
    use NextStepKind as Kind;
    let (scene, says, does): (Staging, &'static str, Option<Effect>) = match kind {
        Kind::UseNewerVersion => (newer, "Use the version of sealoff that wrote it", None),
        Kind::PartPlanAndJournal => (mixed_up, "put the one that does not belong here back into its own", None),
        Kind::RestoreJournal => (broken, "Put back a copy of journal.jsonl", None),
        Kind::PlanInAnotherFolder => (broken, "make a new plan from the same roster in another folder", None),
        Kind::Watch => (going, "to see how far it is", Some(|stage| all_done(stage, 40))),
        Kind::Begin => (planned, "To begin, once the plan is approved", Some(|stage| all_done(stage, 3))),
        Kind::Resume => (killed, "To go on", Some(|stage| all_done(stage, 40))),
        Kind::WorkOnWave => {
            (in_waves, "To do the wave \"berlin\", when its time has come", Some(|stage| all_done(stage, 2)))
        }
        Kind::MakeResults => (without_results, "To make the results", Some(|stage| all_done(stage, 3))),
        Kind::PlanChangedBack => {
            (changed_back, "To plan exactly these accounts again", Some(|stage| stage.accounts("out-again") == 1))
        }
        Kind::PlanNotTouched => {
            (mixed, "correct it there, then plan it", Some(|stage| stage.fingerprint("out-rest").is_some()))
        }
        Kind::ReadCauses => {
            (failed, "To read why 2 accounts are not done", Some(|stage| stage.path("out/report.html").exists()))
        }
        Kind::TreatUncertainAsNotDone => (uncertain, "Treat the uncertain ones as not done", None),
        Kind::RetryFailed => {
            (failed_then_fixed, "To try the 2 accounts that are not done again", Some(|stage| all_done(stage, 30)))
        }
        // It needs an account that drifts between two tries of one step, after another step was done: the counts of outcomes have
        // it in their unit tests, and its command is typed where accounts drift.
        Kind::PlanDrifted => return None,
        Kind::MarkRisk => (
            killed_marking,
            "To confirm 120 people as compromised",
            Some(|stage| stage.results("out").values().all(|row| row["risk"] == "done")),
        ),
        Kind::WriteBack => (
            to_write_back,
            "To have 1 new password written back to Active Directory",
            Some(|stage| stage.results("out")[&1]["on_premises"] == "accepted"),
        ),
        Kind::LookOnPremises => {
            (mixed, "To see what would be changed in Active Directory for 1 account", Some(script_is_there))
        }
        Kind::ChangeOnPremises => (mixed, "To change 1 account", Some(script_is_there)),
        Kind::TakeScriptResults => (
            scripted,
            "to take in what the script did",
            Some(|stage| stage.results("out").values().any(|row| row["on_premises"] == "done")),
        ),
        Kind::ChangeByHand => (
            filled_in,
            "Change 1 account by hand",
            Some(|stage| stage.results("out").values().any(|row| row["on_premises"] == "done")),
        ),
        Kind::LookAtWaysIn => (
            with_ways_in,
            "None was removed: look through",
            Some(|stage| stage.accounts("out-evict") > 0 && stage.path("out-evict/devices.csv").exists()),
        ),
        Kind::Verify => (mixed, "To prove what was done", Some(|stage| stage.path("out/verification.csv").exists())),
        Kind::VerifyAgain => (
            changed_back,
            "To look again at what is not proved",
            Some(|stage| stage.path("out/verification.csv").exists()),
        ),
        Kind::OpenPasswords => (without_packets, "To open the new passwords", Some(|_| true)),
        Kind::HandOver => {
            (mixed, "Send each file in handoff to the person", Some(|stage| stage.path("letters/all.html").exists()))
        }
        Kind::WriteReport => {
            (mixed, "To have all of it on one page", Some(|stage| stage.path("out/report.html").exists()))
        }
        Kind::PackEvidence => (mixed, "To file the proof", Some(|stage| stage.path("out.zip").exists())),
        Kind::Undo => (contained, "To undo", Some(|stage| stage.accounts("out-undone") == 3)),
    };
    Some(Case { scene, says, does })
}

fn script_is_there(stage: &Stage) -> bool {
    stage.path("out/onprem.ps1").exists()
}

fn all_done(stage: &Stage, accounts: usize) -> bool {
    stage.outcomes("out")["done"] == accounts
}

fn scene(stage: Stage) -> Scene {
    let said = stage.run(&["status", "out"]).out;
    Scene { stage, said, going: None }
}

fn planned_with(people: usize, playbook: &str, more: &[&str]) -> (Stage, Vec<SimulatedUser>) {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let members = stage.members(people);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, playbook, "out", more).succeeded();
    (stage, members)
}

fn planned() -> Scene {
    scene(planned_with(3, "contain", &[]).0)
}

fn in_waves() -> Scene {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let members = stage.members(3);
    let sites = ["berlin", "berlin", "oslo"];
    let lines = members.iter().zip(sites).map(|(member, site)| format!("{},{site}\n", member.user_principal_name));
    let roster = stage.write("roster.csv", format!("user,site\n{}", lines.collect::<String>()));
    stage.plan(&roster, "breach", "out", &["--wave-by", "site"]).succeeded();
    scene(stage)
}

fn contained() -> Scene {
    let (stage, _) = planned_with(3, "contain", &[]);
    stage.apply("out").succeeded();
    scene(stage)
}

fn to_write_back() -> Scene {
    let stage = Stage::at_one_moment(writeback::settings(writeback::at_once()));
    writeback::applied(&stage, &writeback::synced(&stage, 1), "breach");
    scene(stage)
}

fn with_ways_in() -> Scene {
    let permissions = Permission::with_methods();
    let stage = Stage::with(Settings { users: 250, permissions, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(20));
    stage.plan(&roster, "contain", "out", &["--methods", "list"]).succeeded();
    stage.apply("out").succeeded();
    scene(stage)
}

fn broken() -> Scene {
    let Scene { stage, .. } = contained();
    let path = stage.path("out/journal.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("accepted", "unknown", 1)).unwrap();
    scene(stage)
}

fn newer() -> Scene {
    let Scene { stage, .. } = contained();
    let path = stage.path("out/journal.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen(&format!("\"format\":{FORMAT}"), "\"format\":9", 1)).unwrap();
    scene(stage)
}

fn mixed_up() -> Scene {
    let (stage, members) = planned_with(3, "contain", &[]);
    stage.apply("out").succeeded();
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "signout", "other", &[]).succeeded();
    std::fs::copy(stage.path("out/journal.jsonl"), stage.path("other/journal.jsonl")).unwrap();
    let said = stage.run(&["status", "other"]).out;
    Scene { said, ..scene(stage) }
}

fn without_results() -> Scene {
    let Scene { stage, .. } = contained();
    std::fs::remove_file(stage.path("out/results.csv")).unwrap();
    scene(stage)
}

fn killed() -> Scene {
    let (stage, _) = planned_with(40, "contain", &[]);
    stage.kill_after_writes(20, &["apply", "out", "--confirm", "40"]);
    scene(stage)
}

/// Killed when all else was done: the first call about risk was not answered.
fn killed_marking() -> Scene {
    let (stage, _) = planned_with(120, "contain", &["--confirm-compromised"]);
    stage.kill_after_writes(240 + 50, &["apply", "out", "--confirm", "120"]);
    scene(stage)
}

/// The tenant holds the answers back.
fn going() -> Scene {
    let (stage, _) = planned_with(40, "contain", &[]);
    stage.simulator.hold_after_writes(20);
    let child = Going(stage.spawn(&["apply", "out", "--confirm", "40"]));
    stage.wait_for_writes(20);
    Scene { going: Some(child), ..scene(stage) }
}

fn changed_back() -> Scene {
    let (stage, members) = planned_with(3, "contain", &[]);
    stage.apply("out").succeeded();
    assert!(stage.simulator.change(members[0].id, |user| user.account_enabled = true));
    stage.run(&["verify", "out", "--wait", "0s"]).exited(3);
    scene(stage)
}

fn refused(people: &[SimulatedUser], stage: &Stage, is: bool) {
    for person in &people[..2] {
        let role = GLOBAL_ADMINISTRATOR.parse().unwrap();
        let changed = if is {
            stage.simulator.assign_role(person.id, role)
        } else {
            stage.simulator.remove_role(person.id, role)
        };
        assert!(changed);
    }
}

/// Two accounts became administrators, and their roles are not read.
fn failed_with() -> (Stage, Vec<SimulatedUser>) {
    let (stage, members) = planned_with(30, "contain", &["--without-roles"]);
    stage.simulator.change_app_role(Some(sealoff::simulator::SimulatedRole::UserAdministrator));
    refused(&members, &stage, true);
    stage.apply("out").exited(3);
    (stage, members)
}

fn failed() -> Scene {
    scene(failed_with().0)
}

fn failed_then_fixed() -> Scene {
    let (stage, members) = failed_with();
    refused(&members, &stage, false);
    scene(stage)
}

fn uncertain() -> Scene {
    let (stage, _) = planned_with(60, "offboard", &["--without-roles"]);
    stage.kill_after_writes(20, &["apply", "out", "--confirm", "60"]);
    stage.simulator.change_app_role(Some(sealoff::simulator::SimulatedRole::UserAdministrator));
    let in_doubt: Vec<_> = stage.ledger().applied().filter_map(|write| write.object_id).take(3).collect();
    for id in in_doubt {
        assert!(stage.simulator.assign_role(id, GLOBAL_ADMINISTRATOR.parse().unwrap()));
    }
    stage.apply("out").exited(3);
    scene(stage)
}

/// The same, where the script for Active Directory has run since.
fn scripted() -> Scene {
    let scene = mixed();
    crate::active_directory::play_script(&scene.stage, "out");
    scene
}

/// The same, where a person has filled in the list of what is done by hand.
fn filled_in() -> Scene {
    let scene = mixed();
    let list = scene.stage.path("out/by-hand.csv");
    let text = std::fs::read_to_string(&list).unwrap();
    std::fs::write(list, text.replace(",,,", ",yes,,")).unwrap();
    scene
}

/// New passwords for ordinary people, one who is synced, one of another identity provider, and a name that is not there.
fn mixed() -> Scene {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let users = stage.simulator.users();
    let enabled = |user: &&SimulatedUser| user.account_enabled && !user.is_external();
    let synced = users.iter().filter(enabled).find(|user| user.is_synced() && user.domain() == "contoso.com").unwrap();
    let federated =
        users.iter().filter(enabled).find(|user| !user.is_synced() && user.domain() == "fabrikam.com").unwrap();
    let mut people = stage.members(2);
    people.extend([synced.clone(), federated.clone()]);
    let roster = stage.roster_of(&people);
    let text = std::fs::read_to_string(stage.path(&roster)).unwrap() + "not.there@contoso.com,desk\n";
    stage.write("roster.csv", text);
    stage.plan("roster.csv", "offboard", "out", &["--without-roles"]).succeeded();
    stage.apply("out").exited(3);
    scene(stage)
}

fn without_packets() -> Scene {
    let (stage, _) = planned_with(2, "offboard", &[]);
    stage.apply("out").succeeded();
    std::fs::remove_dir_all(stage.path("out/handoff")).unwrap();
    scene(stage)
}

/// The command below the sentence, where there is one.
fn command_below<'s>(said: &'s str, says: &str) -> Option<&'s str> {
    let (_, rest) = said.split_once(says).unwrap_or_else(|| panic!("{says:?} is not said: {said}"));
    let (sentence, rest) = rest.split_once('\n')?;
    if !sentence.ends_with(':') {
        return sentence.split_once(": ").map(|(_, command)| command).filter(|command| command.starts_with("sealoff "));
    }
    rest.lines().next().filter(|line| line.starts_with("    ")).map(str::trim)
}

/// Types the command of a step; what is wrong with it, where anything is.
fn fault(kind: NextStepKind) -> Option<String> {
    let Case { scene, says, does } = case(kind)?;
    let Scene { stage, said, going } = scene();
    if !said.contains(says) {
        return Some(format!("{kind:?} is not said: {said}"));
    }
    let (command, does) = match (command_below(&said, says), does) {
        (None, None) => return None,
        (Some(command), Some(does)) => (command, does),
        (command, _) => return Some(format!("{kind:?}: the command is {command:?}: {said}")),
    };
    if let Some(script) = command.strip_prefix("powershell -ExecutionPolicy Bypass -File ") {
        // There is no Active Directory here: that the file is where it is named is all that can be seen.
        let script = script.split(' ').next().unwrap();
        return (!stage.path(script).exists()).then(|| format!("{kind:?}: {command}"));
    }
    // Who reads it puts in what is theirs.
    let typed = command.replace("-i KEY", "-i key.txt").replace("--seal-to KEY", "--seal-to key.txt");
    // The packet is with the person who hands over, in a folder of theirs.
    let typed = match kind {
        NextStepKind::HandOver => typed.replace("unseal ", "unseal out/handoff/"),
        _ => typed,
    };
    if going.is_some() {
        stage.simulator.release();
    }
    let (code, printed) = shell(&stage, &typed);
    let ended = code == Some(0) || code == Some(3) && !printed.starts_with("error");
    let fault = (!(ended && does(&stage))).then(|| format!("{kind:?}: {typed}: {code:?}\n{printed}"));
    drop(going);
    fault
}

#[test]
fn every_next_step_is_said_and_its_command_does_it() {
    let faults: Vec<String> = NextStepKind::VARIANTS.iter().filter_map(|kind| fault(*kind)).collect();
    assert!(faults.is_empty(), "{} wrong:\n{}", faults.len(), faults.join("\n\n"));
}

/// What is named in a step is there: a folder is never one that is taken.
#[test]
fn a_step_never_names_a_folder_that_is_taken() {
    let Scene { stage, .. } = contained();
    std::fs::create_dir(stage.path("out-undone")).unwrap();
    let said = stage.run(&["status", "out"]).out;
    let command = command_below(&said, "To undo").unwrap();
    let folder = command.rsplit(' ').next().unwrap();
    assert!(!Path::new(&stage.path(folder)).exists(), "{command}");
}
