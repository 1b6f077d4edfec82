//! Temporary access passes: made after all else, sealed before anything else is done with them, and never in clear.

use std::collections::{HashMap, HashSet};
use std::fs;

use sealoff::digest::Digest;
use sealoff::seal::{ExpectedAccount, Identities, PassTimes, Password, SealedCredential, unseal_pass};
use sealoff::simulator::{
    FaultRule, FaultShares, Operation, Permission, Quota, Script, ScriptedAnswer, Settings, SimulatedMethodKind,
    SimulatedPass, SimulatedPassPolicy, SimulatedUser,
};
use serde_json::Value;
use time::OffsetDateTime;

use crate::promises::finished_in_journal;
use crate::stage::{Ran, Stage, files_below};

fn with_passes(passes: SimulatedPassPolicy) -> Settings {
    Settings { passes, permissions: Permission::with_methods(), ..Settings::default() }
}

pub(crate) fn settings() -> Settings {
    with_passes(SimulatedPassPolicy::default())
}

/// Plans, with the key of this stage also where the playbook sets no password.
pub(crate) fn plan(stage: &Stage, roster: &str, playbook: &str, more: &[&str]) -> Ran {
    let recipient = stage.recipient();
    let of_evict = if playbook == "evict" { vec!["--seal-to", &recipient] } else { Vec::new() };
    stage.plan(roster, playbook, "out", &[more, &of_evict].concat())
}

/// The pass of a row, opened.
pub(crate) fn opened(stage: &Stage, row: &HashMap<String, String>) -> Option<(Password, PassTimes)> {
    let cell = row.get("sealed_pass").filter(|cell| !cell.is_empty())?;
    let identities = Identities::read(&stage.path("key.txt")).unwrap();
    let expected = ExpectedAccount {
        tenant: Some(stage.simulator.connection().tenant_id.parse().unwrap()),
        object_id: row["object_id"].parse().unwrap(),
        user_principal_name: &row["user_principal_name"],
    };
    Some(unseal_pass(&identities, &cell.parse::<SealedCredential>().unwrap(), &expected).unwrap())
}

/// The pass that somebody has in the directory.
pub(crate) fn standing(stage: &Stage, user: &SimulatedUser) -> Option<SimulatedPass> {
    let held = stage.simulator.methods(user.id).unwrap().methods;
    held.into_iter().find(|method| method.kind == SimulatedMethodKind::Pass).and_then(|method| method.pass)
}

/// Everybody has exactly the pass that the results hold, and no file has one in clear.
pub(crate) fn every_pass_is_the_sealed_one(stage: &Stage, people: &[SimulatedUser]) {
    let results = stage.results("out");
    assert_eq!(results.len(), people.len());
    let mut texts = Vec::new();
    for (row, user) in results.values().zip(people) {
        let (pass, times) = opened(stage, row).unwrap_or_else(|| panic!("no pass: {row:?}"));
        let live = standing(stage, user).unwrap();
        assert_eq!(Digest::of(pass.expose().as_bytes()), live.text, "{row:?}");
        assert_eq!((times.from, times.once), (live.start, live.once));
        assert_eq!(times.until, live.start + time::Duration::minutes(live.minutes.into()));
        texts.push(pass.expose().to_owned());
    }
    for file in files_below(stage.folder.path()) {
        let bytes = fs::read(&file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!texts.iter().any(|pass| text.contains(pass.as_str())), "a pass in clear in {}", file.display());
    }
}

fn synced(stage: &Stage) -> SimulatedUser {
    let users = stage.simulator.users().into_iter();
    users.filter(|user| user.is_synced() && user.account_enabled && !user.is_external()).nth(3).unwrap()
}

#[test]
fn each_gets_a_pass_beside_the_password_and_who_is_synced_gets_one_too() {
    let stage = Stage::with(settings());
    let mut people = stage.members(3);
    people.push(synced(&stage));
    let roster = stage.roster_of(&people);
    let planned = plan(&stage, &roster, "breach", &["--credential", "both", "--pass-lifetime", "2h"]).succeeded();
    planned.says(&[
        "3 new passwords and 4 temporary access passes, each for",
        "is good for 2 h",
        "1 of these people keep",
    ]);
    let page = fs::read_to_string(stage.path("out/plan.html")).unwrap();
    assert!(page.contains("Temporary access passes") && page.contains("4 temporary access passes"));
    let applied = stage.apply("out");
    let said = format!("{}{}", applied.out, applied.err);
    stage.judge("out");
    every_pass_is_the_sealed_one(&stage, &people);
    let results = stage.results("out");
    for row in results.values() {
        let (pass, _) = opened(&stage, row).unwrap();
        assert!(!said.contains(pass.expose()));
        assert!(row["detail"].contains("pass: done") && row["detail"].contains("pass good from "), "{row:?}");
        assert_eq!(row["pass_once"], "no");
    }
    assert_eq!((results[&1]["outcome"].as_str(), results[&4]["outcome"].as_str()), ("done", "old-password"));
    let verified = stage.run(&["verify", "out", "--wait", "0s"]);
    let table = fs::read_to_string(stage.path("out/verification.csv")).unwrap();
    let of_passes: Vec<&str> = table.lines().filter(|line| line.contains(",pass,")).collect();
    assert!(of_passes.len() == 4 && of_passes.iter().all(|line| line.contains(",proved,")), "{table}\n{verified:?}");
    assert!(of_passes[0].contains("good now"), "{}", of_passes[0]);
}

#[test]
fn what_is_unsealed_says_what_a_pass_is_and_from_when_to_when() {
    let stage = Stage::with(settings());
    let people = stage.members(2);
    let roster = stage.roster_of(&people);
    plan(&stage, &roster, "breach", &["--credential", "both"]).succeeded();
    stage.apply("out").succeeded();
    let row = stage.results("out")[&1].clone();
    let (pass, _) = opened(&stage, &row).unwrap();
    let sheet = stage.run(&["unseal", "out/results.csv", "-i", "key.txt"]).succeeded();
    let mut lines = sheet.out.lines();
    assert_eq!(
        lines.next().unwrap(),
        "user_principal_name,object_id,password,candidate,pass,pass_from,pass_until,pass_once"
    );
    assert_eq!(lines.count(), 4, "a line for each password, and for each pass");
    let json = stage.run(&["unseal", "out/results.csv", "-i", "key.txt", "--json", "--user", &row["user"]]).succeeded();
    let of_pass: Value = serde_json::from_str(json.out.lines().nth(1).unwrap()).unwrap();
    assert_eq!((of_pass["pass"]["pass"].as_str(), of_pass.get("password")), (Some(pass.expose()), None));
    let spoken = stage.run(&["unseal", "out/results.csv", "-i", "key.txt", "--speak", "--user", &row["user"]]);
    spoken.succeeded().says(&["A temporary access pass, for any number of sign-ins:", "until ", pass.expose()]);
    let packet = stage.run(&["unseal", "out/handoff/default.csv.age", "-i", "key.txt", "--letters", "letters"]);
    packet.succeeded().says(&["2 letters"]);
    let letter = fs::read_to_string(files_below(&stage.path("letters")).into_iter().min().unwrap()).unwrap();
    assert!(
        letter.contains("New password and temporary access pass") && letter.contains("It is good from"),
        "{letter}"
    );
}

#[test]
fn where_the_pass_is_all_that_is_handed_over_the_password_is_thrown_away() {
    let stage = Stage::with(with_passes(SimulatedPassPolicy { once: true, ..SimulatedPassPolicy::default() }));
    let people = stage.members(3);
    let before: Vec<_> = people.iter().map(|user| user.password).collect();
    let roster = stage.roster_of(&people);
    let planned = plan(&stage, &roster, "breach", &["--credential", "pass"]).succeeded();
    planned.says(&["3 temporary access passes, each for", "and for one sign-in", "thrown away: the pass is what"]);
    stage.apply("out").succeeded();
    stage.judge("out");
    every_pass_is_the_sealed_one(&stage, &people);
    for (row, before) in stage.results("out").values().zip(before) {
        assert_eq!((row["sealed_credential"].as_str(), row["pass_once"].as_str()), ("", "yes"));
        assert_eq!((row["password_reset"].as_str(), row["outcome"].as_str()), ("done", "done"));
        let user = stage.simulator.user(&row["object_id"]).unwrap();
        assert!(user.password != before && !user.force_change_password, "it is not known, and is not to be changed");
    }
    let journal = fs::read_to_string(stage.path("out/journal.jsonl")).unwrap();
    let intents = journal.lines().filter(|line| line.contains("\"intended\""));
    assert!(!intents.into_iter().any(|line| line.contains("\"sealed\"")), "no password is sealed");
}

#[test]
fn killed_and_with_answers_lost_everybody_has_the_one_pass_that_the_results_hold() {
    let stage = Stage::with(Settings { quota: Quota::off(), ..settings() });
    let people = stage.members(25);
    let roster = stage.roster_of(&people);
    plan(&stage, &roster, "breach", &["--credential", "both"]).succeeded();
    stage.simulator.change_faults(FaultShares { lost_answer: 0.15, missing_id: 0.1, ..FaultShares::default() });
    let confirm = ["apply", "out", "--confirm", "25"];
    for writes in [5, 30, 52, 55, 60, 66] {
        if stage.ledger().writes.len() as u64 <= writes {
            stage.kill_after_writes(writes, &confirm);
        }
    }
    stage.simulator.change_faults(FaultShares::default());
    stage.apply("out").succeeded();
    stage.judge("out");
    every_pass_is_the_sealed_one(&stage, &people);
    let packet = stage.run(&["unseal", "out/handoff/default.csv.age", "-i", "key.txt"]).succeeded();
    let lines: Vec<&str> = packet.out.lines().collect();
    for row in stage.results("out").values() {
        let (pass, _) = opened(&stage, row).unwrap();
        assert!(lines.iter().any(|line| line.contains(&row["object_id"]) && line.contains(pass.expose())), "{row:?}");
    }
    let made =
        stage.ledger().writes.iter().filter(|write| matches!(write.operation, Operation::CreatePass { .. })).count();
    assert!(made >= 25);
}

#[test]
fn evict_makes_passes_last_also_when_it_is_killed_between_the_answer_and_the_seal() {
    let stage = Stage::with(Settings { quota: Quota::off(), ..settings() });
    let people = stage.members(3);
    let roster = stage.roster_of(&people);
    let recipient = stage.recipient();
    stage.plan(&roster, "breach", "reset", &[]).succeeded();
    stage.apply("reset").succeeded();
    // Who is blocked meanwhile is evicted, too, and gets none.
    stage.plan(&stage.roster_of(&people[2..]), "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    let asked = ["--methods", "all", "--credential", "pass", "--seal-to", &recipient];
    stage.plan("reset", "evict", "out", &asked).succeeded().says(&["pass-of-blocked"]);
    let earlier = stage.ledger().writes.len();
    let is_pass = |operation: &Operation| matches!(operation, Operation::CreatePass { .. });
    let passes = || stage.ledger().applied().filter(|write| is_pass(&write.operation)).count();
    let apply = ["apply", "out", "--confirm", "3"];
    // Killed before the answer to the last of so many writes is out. A revoke is sent again until it is answered: one write more than
    // there are of these is new.
    while passes() == 0 {
        let begun = stage.path("out/journal.jsonl").exists();
        let revoked: HashSet<_> = begun.then(|| finished_in_journal(&stage)).into_iter().flatten().collect();
        let more = people.len() - revoked.len() + 1;
        stage.kill_after_writes((stage.ledger().applied().count() + more) as u64, &apply);
    }
    stage.run(&apply).succeeded();
    assert!(passes() >= 2, "the lost one was made once more");
    let ledger = stage.ledger();
    for person in &people[..2] {
        let of_person = ledger.writes_to(person.id).skip_while(|write| ledger.writes[..earlier].contains(write));
        let of_person: Vec<_> = of_person.map(|write| &write.operation).collect();
        let revoked = of_person.iter().rposition(|operation| matches!(operation, Operation::Revoke)).unwrap();
        let first_pass = of_person.iter().position(|operation| is_pass(operation)).unwrap();
        assert!(revoked < first_pass && of_person[first_pass..].iter().all(|operation| is_pass(operation)));
    }
    let results = stage.results("out");
    for (row, person) in results.values().zip(&people[..2]) {
        let (pass, _) = opened(&stage, row).unwrap();
        assert_eq!(Digest::of(pass.expose().as_bytes()), standing(&stage, person).unwrap().text);
    }
    assert!(results[&3]["sealed_pass"].is_empty() && standing(&stage, &people[2]).is_none());
    let verified = stage.run(&["verify", "out", "--wait", "0s"]);
    let table = fs::read_to_string(stage.path("out/verification.csv")).unwrap();
    assert_eq!(table.lines().filter(|line| line.contains(",proved,pass,")).count(), 2, "{table}\n{verified:?}");
}

#[test]
fn who_can_have_none_is_locked_out_without_one_and_what_the_policy_does_not_allow_makes_no_plan() {
    let stage = Stage::with(with_passes(SimulatedPassPolicy { enabled: false, ..SimulatedPassPolicy::default() }));
    let people = stage.members(2);
    let roster = stage.roster_of(&people);
    let off = plan(&stage, &roster, "breach", &["--credential", "pass"]);
    assert_ne!(off.code, Some(0));
    off.complains(&["allows no temporary access passes", "Switch them on"]);

    let group = Stage::with(settings());
    let legal = group.simulator.groups().into_iter().find(|group| group.display_name == "Department Legal").unwrap();
    let stage =
        Stage::with(with_passes(SimulatedPassPolicy { group: Some(legal.id), ..SimulatedPassPolicy::default() }));
    stage.roster_of(&people);
    let too_long = plan(&stage, &roster, "breach", &["--credential", "pass", "--pass-lifetime", "9h"]);
    too_long.complains(&["passes of 1 h to 8 h, and 9 h are asked for"]);
    let all = stage.members(200);
    let inside = all.iter().find(|user| user.department.as_deref() == Some("Legal")).unwrap().clone();
    let outside = all.iter().find(|user| user.department.as_deref() != Some("Legal")).unwrap().clone();
    let roster = stage.roster_of(&[inside.clone(), outside.clone()]);
    let left = "1 person would lose the password and get no pass";
    plan(&stage, &roster, "breach", &["--credential", "pass"])
        .succeeded()
        .says(&["pass-not-allowed", "none is made"])
        .says(&["No way in", left, "Plan with --credential both"]);
    let page = |folder: &str| fs::read_to_string(stage.path(folder).join("plan.html")).unwrap();
    assert!(page("out").contains(left));
    let counts = |folder: &str| {
        let json = fs::read(stage.path(folder).join("plan.json")).unwrap();
        serde_json::from_slice::<Value>(&json).unwrap()["counts"].clone()
    };
    assert_eq!(counts("out")["reset_without_pass"], 1);
    // With the password beside it no person is left with nothing.
    let both = stage.plan(&roster, "breach", "both", &["--credential", "both"]).succeeded();
    assert!(!both.out.contains("No way in") && !page("both").contains("get no pass"));
    // It is said as well where no one may have a pass.
    let out = stage.roster_of(std::slice::from_ref(&outside));
    stage.plan(&out, "breach", "none-of-them", &["--credential", "pass"]).succeeded().says(&["No way in", left]);
    let roster = stage.roster_of(&[inside.clone(), outside.clone()]);
    stage.run(&["apply", "out", "--confirm", "2"]).succeeded();
    let results = stage.results("out");
    for row in [1, 2] {
        assert_eq!(results[&row]["outcome"], "done");
        assert_eq!(results[&row]["detail"].contains("pass-not-allowed"), row == 2);
    }
    assert_eq!(stage.ledger().writes_to(outside.id).count(), 2, "the password is replaced and the sessions are ended");
    assert!(standing(&stage, &inside).is_some() && standing(&stage, &outside).is_none());
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
    stage.plan(&roster, "reinstate", "back", &["--credential", "pass"]).says(&["pass-not-allowed"]);
    let back = fs::read_to_string(stage.path("back/plan.csv")).unwrap();
    assert!(back.lines().any(|line| line.contains(&*outside.user_principal_name) && line.contains("refuse")), "{back}");

    for (playbook, more, says) in [
        ("contain", vec!["--credential", "pass"], "--credential does not go with the playbook contain"),
        ("breach", vec!["--pass-lifetime", "2h"], "--pass-lifetime is about passes"),
        ("breach", vec!["--credential", "pass", "--pass-from", "2020-01-01"], "has passed"),
        ("breach", vec!["--credential", "pass", "--pass-lifetime", "5m"], "for 10m at least"),
    ] {
        let refused = stage.plan(&roster, playbook, "none", &more);
        assert_ne!(refused.code, Some(0), "{says}");
        refused.complains(&[says]);
    }
}

#[test]
fn a_blocked_person_gets_one_where_the_plan_lets_them_in_and_is_contained_without_one_elsewhere() {
    let stage = Stage::with(settings());
    let people = stage.members(2);
    let roster = stage.roster_of(&people);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    let contained = stage.ledger().writes.len();
    stage.plan(&roster, "breach", "breached", &["--credential", "both"]).says(&["pass-of-blocked"]);
    stage.run(&["apply", "breached", "--confirm", "2"]).succeeded();
    assert_eq!(stage.ledger().writes.len(), contained + 4, "the passwords are replaced and the sessions are ended");
    assert!(people.iter().all(|person| standing(&stage, person).is_none()));
    let results = stage.results("breached");
    assert!(results.values().all(|row| row["outcome"] == "done" && row["detail"].contains("pass-of-blocked")));
    let far = ["--credential", "pass", "--pass-from", "2999-01-01T00:00:00Z"];
    plan(&stage, &roster, "reinstate", &far)
        .exited(2)
        .complains(&["more than 90 days off: look at the year", "made later"]);
    let to_come = format!("{}T00:00:00Z", (OffsetDateTime::now_utc() + time::Duration::days(60)).date());
    let more = ["--credential", "pass", "--pass-from", &to_come];
    plan(&stage, &roster, "reinstate", &more).succeeded().says(&[&format!("begins at {to_come}")]);
    let earlier = stage.ledger().writes.len();
    stage.apply("out").succeeded();
    stage.judge_since("out", earlier);
    every_pass_is_the_sealed_one(&stage, &people);
    assert!(stage.results("out").values().all(|row| row["pass_from"] == to_come));
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
    let table = fs::read_to_string(stage.path("out/verification.csv")).unwrap();
    assert!(table.contains("not good yet"), "{table}");
}

#[test]
fn no_pass_stands_instead_of_what_was_refused() {
    // The same seed gives the same people.
    let refused = Stage::new().members(2).remove(0);
    let rule = FaultRule {
        method: Some("PATCH".to_owned()),
        path: Some(format!("/users/{}", refused.id)),
        answer: Some(ScriptedAnswer::of(400, "Request_BadRequest", "no")),
        ..FaultRule::always("answer".parse().unwrap())
    };
    let stage = Stage::with(Settings { script: Script { faults: vec![rule], ..Script::default() }, ..settings() });
    let people = stage.members(2);
    let roster = stage.roster_of(&people);
    plan(&stage, &roster, "breach", &["--credential", "both"]).succeeded();
    stage.apply("out").exited(3);
    let results = stage.results("out");
    assert!(results[&1]["detail"].contains("pass: failed") && results[&1]["sealed_pass"].is_empty(), "{results:?}");
    assert!(results[&2]["detail"].contains("pass: done"), "{results:?}");
    assert_eq!(people.iter().map(|user| standing(&stage, user).is_some()).collect::<Vec<_>>(), [false, true]);
    assert!(stage.ledger().writes_to(refused.id).all(|write| !matches!(write.operation, Operation::CreatePass { .. })));
}

#[test]
fn the_doctor_knows_the_policy_and_the_permissions() {
    let stage = Stage::with(settings());
    let healthy =
        stage.run(&["doctor", "--playbook", "breach", "--credential", "pass", "--seal-to", &stage.recipient()]);
    healthy.says(&["the policy allows them"]);
    stage
        .run(&["doctor", "--playbook", "breach", "--credential", "pass", "--pass-lifetime", "1d"])
        .says(&["24 h are asked"]);
    stage.simulator.change_permissions(Permission::usual());
    let lacking = stage.run(&["doctor", "--playbook", "breach", "--credential", "pass"]);
    lacking.says(&["UserAuthMethod-TAP.ReadWrite.All", "Policy.Read.AuthenticationMethod"]);
}
