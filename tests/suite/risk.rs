//! The risk of people is marked when all else is done for them: after the last write, one call a second, and what is not marked is
//! said.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use sealoff::simulator::{
    FaultRule, FurtherApp, Operation, Permission, Script, ScriptedAnswer, Settings, SimulatedRole, SimulatedUser,
    WriteRecord,
};

use crate::several_apps::{id, private};
use crate::stage::{Ran, Stage, finish, is_risk};

const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const CONFIRM: &str = "--confirm-compromised";

fn of_250() -> Settings {
    Settings { users: 250, ..Settings::default() }
}

fn planned(stage: &Stage, people: &[SimulatedUser], playbook: &str, more: &[&str]) -> Ran {
    let roster = stage.roster_of(people);
    stage.plan(&roster, playbook, "out", more)
}

/// What the ledger has about risk, in order.
fn risk_writes(stage: &Stage) -> Vec<WriteRecord> {
    stage.ledger().writes.into_iter().filter(is_risk).collect()
}

/// The moments of its calls, in tenant time.
fn calls(writes: &[WriteRecord]) -> Vec<Duration> {
    let mut moments: Vec<Duration> = writes.iter().map(|write| write.at).collect();
    moments.dedup();
    moments
}

fn a_guest(stage: &Stage) -> SimulatedUser {
    let users = stage.simulator.users().into_iter();
    users.filter(|user| user.is_external() && user.account_enabled).nth(1).unwrap()
}

#[test]
fn people_are_confirmed_after_their_last_write_once_each_and_a_second_passes_between_calls() {
    let stage = Stage::with(of_250());
    let people = stage.members(120);
    planned(&stage, &people, "breach", &[CONFIRM]).succeeded().says(&[
        "Risk",
        "120 people are confirmed as compromised, when all else is done: 50 in a call, one call a second, at least 2 s",
        "blocks who has no other factor",
    ]);
    let plan = fs::read_to_string(stage.path("out/plan.html")).unwrap();
    assert!(plan.contains("Risk in Entra ID Protection") && plan.contains("120 people are confirmed as compromised"));
    stage.apply("out").succeeded().says(&["Risk", "120 of 120 people confirmed as compromised"]);
    // The order is judged there.
    stage.judge("out");
    let writes = risk_writes(&stage);
    assert!(writes.iter().all(|write| write.operation == Operation::ConfirmCompromised && write.applied), "{writes:?}");
    let marked: BTreeSet<_> = writes.iter().filter_map(|write| write.object_id).collect();
    assert_eq!((writes.len(), marked.len()), (120, 120));
    let calls = calls(&writes);
    assert_eq!(calls.len(), 3, "{calls:?}");
    assert!(calls.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_secs(1)), "{calls:?}");
    assert!(stage.results("out").values().all(|row| row["risk"] == "done"));
    let report = stage.run(&["report", "out"]).succeeded();
    assert!(report.code == Some(0));
    assert!(fs::read_to_string(stage.path("out/report.html")).unwrap().contains("120 of 120 people confirmed"));
    // Given once more, it has nothing to do.
    stage.apply("out").succeeded();
    assert_eq!(risk_writes(&stage).len(), 120);
}

#[test]
fn each_wave_marks_its_own_people_when_all_else_is_done_for_them() {
    let stage = Stage::with(of_250());
    let people = stage.members(9);
    let is_first = |place: usize| place % 3 == 1;
    let site = |place| if is_first(place) { "Madrid" } else { "Berlin" };
    let lines =
        people.iter().enumerate().map(|(place, user)| format!("{},{}\n", user.user_principal_name, site(place)));
    let roster = stage.write("roster.csv", format!("userPrincipalName,Site\n{}", lines.collect::<String>()));
    stage.plan(&roster, "breach", "out", &[CONFIRM, "--wave-by", "site"]).succeeded();
    let marked = || risk_writes(&stage).into_iter().filter_map(|write| write.object_id).collect::<Vec<_>>();
    let first = |of_first: bool| {
        let of_wave = people.iter().enumerate().filter(move |(place, _)| is_first(*place) == of_first);
        of_wave.map(|(_, user)| user.id).collect::<BTreeSet<_>>()
    };
    stage
        .run(&["apply", "out", "--wave", "madrid", "--confirm", "3"])
        .exited(3)
        .says(&["3 of 9 people confirmed as compromised"]);
    assert_eq!(marked().into_iter().collect::<BTreeSet<_>>(), first(true));
    for (row, result) in stage.results("out") {
        let is_done = is_first(row as usize - 1);
        assert_eq!(result["risk"], if is_done { "done" } else { "pending" }, "{result:?}");
    }
    stage
        .run(&["apply", "out", "--wave", "berlin", "--confirm", "6"])
        .succeeded()
        .says(&["9 of 9 people confirmed as compromised"]);
    stage.judge("out");
    assert_eq!(marked().split_off(3).into_iter().collect::<BTreeSet<_>>(), first(false));
    assert_eq!(marked().len(), 9, "each once");
}

/// All apps of a tenant share what Graph lets through: one of them marks everybody, the first that may.
#[test]
fn of_several_apps_the_first_that_may_marks_everybody() {
    let second = FurtherApp { withheld: [Permission::IdentityRiskyUserReadWriteAll].into(), ..FurtherApp::numbered(2) };
    let stage = Stage::with(Settings { further_apps: vec![second.clone()], ..of_250() });
    planned(&stage, &stage.members(110), "contain", &[CONFIRM]).succeeded();
    // The app that may is named behind the one that may not.
    let first = stage.simulator.connection();
    private(&stage, "first.secret", &first.client_secret);
    private(&stage, "first.toml", &format!("client_id = '{}'\nclient_secret_file = 'first.secret'\n", first.client_id));
    let mut apply = stage.command(&["apply", "out", "--confirm", "110", "--app", "first.toml"]);
    apply.env("AZURE_CLIENT_ID", second.client_id.to_string()).env("AZURE_CLIENT_SECRET", &second.client_secret);
    finish(apply).succeeded().says(&["110 of 110 people confirmed as compromised"]);
    stage.judge("out");
    let writes = risk_writes(&stage);
    assert_eq!(writes.len(), 110);
    assert!(writes.iter().all(|write| write.app == id(1)), "{writes:?}");
    let calls = calls(&writes);
    assert!(calls.len() == 3 && calls.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_secs(1)), "{calls:?}");
    assert!(stage.ledger().writes.iter().any(|write| write.app == second.client_id), "it did its share of the rest");
}

#[test]
fn a_drill_marks_risk_where_that_is_asked_for_and_proves_it() {
    let stage = Stage::new();
    for (playbook, flag) in [("contain", CONFIRM), ("breach", CONFIRM), ("reinstate", "--dismiss-risk")] {
        let out = format!("{playbook}-drill");
        let ran = stage.run(&["drill", "--playbook", playbook, flag, "--out", &out, "--json"]);
        // Who comes back and is synced waits for Active Directory.
        assert_eq!(ran.code, Some(if playbook == "reinstate" { 3 } else { 0 }), "{ran:?}");
        let lines: Vec<serde_json::Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let documents = |key: &str| lines.iter().filter(|line| line.get(key).is_some()).collect::<Vec<_>>();
        let risk = &documents("statistics")[0]["risk"];
        assert!(risk["done"].as_u64().unwrap() > 2, "{playbook}: {risk}");
        assert_eq!([&risk["pending"], &risk["failed"], &risk["left_out"]], [&0, &0, &0], "{playbook}: {risk}");
        let proofs = &documents("sealoff_verification")[0]["risk"];
        assert_eq!((&proofs["proved"], &proofs["not_proved"]), (&risk["done"], &0.into()), "{playbook}: {proofs}");
        let results = fs::read_to_string(stage.path(&out).join("results.csv")).unwrap();
        assert!(results.lines().next().unwrap().contains(",risk"), "{results}");
    }
    assert!(stage.ledger().writes.is_empty(), "a drill has a tenant of its own");
}

#[test]
fn the_risk_of_guests_is_left_to_their_home_and_they_are_named() {
    let stage = Stage::with(of_250());
    let mut people = stage.members(2);
    people.push(a_guest(&stage));
    planned(&stage, &people, "contain", &[CONFIRM])
        .succeeded()
        .says(&["2 people are confirmed", "1 guest is left out: their risk belongs to their home tenant"]);
    let ran = stage.run(&["apply", "out", "--confirm", "3", "--json"]).succeeded();
    assert_eq!(ran.json()["risk"]["done"], 2);
    assert_eq!(ran.json()["risk"]["guests"], 1);
    let guest = people[2].id;
    assert!(stage.ledger().writes_to(guest).all(|write| !is_risk(write)), "a guest's risk is not ours");
    let column: Vec<String> = stage.results("out").into_values().map(|mut row| row.remove("risk").unwrap()).collect();
    assert_eq!(column, ["done", "done", "guest"]);
}

#[test]
fn without_a_licence_all_else_is_done_and_it_is_said_why_the_risk_is_not_marked() {
    let stage = Stage::with(Settings { pim_licensed: false, ..of_250() });
    let people = stage.members(60);
    planned(&stage, &people, "contain", &[CONFIRM]).succeeded();
    let why = "60 not marked, because the tenant has no licence of Microsoft Entra ID P2";
    stage.apply("out").exited(3).says(&[
        "All 60 rows of the list are dealt with; 60 people are not confirmed as compromised",
        why,
        "To confirm 60 people as compromised, when the tenant has a licence of Microsoft Entra ID P2; all else that the plan does \
         needs none",
    ]);
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 60);
    assert_eq!(calls(&risk_writes(&stage)).len(), 1, "no one else is tried");
    let status = stage.run(&["status", "out"]).exited(3).says(&[why]);
    assert!(status.err.is_empty(), "{}", status.err);
    let json = stage.run(&["status", "out", "--json"]).exited(3).json();
    assert_eq!(
        (&json["run"]["risk"]["because"]["bar"], &json["run"]["risk"]["failed"]),
        (&"licence".into(), &50.into())
    );
    // What was asked for and is not marked is not proved.
    stage.run(&["verify", "out", "--wait", "0s"]).exited(3).says(&[
        "0 of 60 people confirmed as compromised",
        "60 people: the run has not marked it",
        "The risk of 60 people is not marked; why, and what to do: sealoff status out",
    ]);
    stage.run(&["report", "out"]).exited(3);
    let report = fs::read_to_string(stage.path("out/report.html")).unwrap();
    assert!(
        report.contains("the risk of some is not marked") && report.contains("no licence of Microsoft Entra ID P2")
    );
}

fn risk_answers(stage: &Stage) -> usize {
    let journal = fs::read_to_string(stage.path("out/journal.jsonl")).unwrap();
    journal.lines().filter(|line| line.contains("risk-answered")).count()
}

fn risk_is_answered(answer: ScriptedAnswer) -> Settings {
    let rule = FaultRule {
        path: Some("/identityProtection/riskyUsers/*".to_owned()),
        answer: Some(answer),
        ..FaultRule::always("answer".parse().unwrap())
    };
    Settings { script: Script { faults: vec![rule], ..Script::default() }, ..of_250() }
}

#[test]
fn a_refusal_that_does_not_say_what_is_missing_is_no_missing_licence_for_certain() {
    let stage = Stage::with(risk_is_answered(ScriptedAnswer::of(403, "Forbidden", "Access is denied.")));
    planned(&stage, &stage.members(60), "contain", &[CONFIRM]).succeeded();
    stage.apply("out").exited(3).says(&[
        "60 not marked, because Graph does not say what is missing: the token has all that it takes",
        "To confirm 60 people as compromised, when the cause is found",
    ]);
    let json = stage.run(&["status", "out", "--json"]).exited(3).json();
    assert_eq!(json["run"]["risk"]["because"]["bar"], "not-said");
    assert_eq!(risk_answers(&stage), 1, "no one else is tried");
    // Who has no licence is answered 400 by some services.
    let words = "The tenant needs to have a Microsoft Entra ID P2 license.";
    let stage = Stage::with(risk_is_answered(ScriptedAnswer::of(400, "BadRequest", words)));
    planned(&stage, &stage.members(60), "contain", &[CONFIRM]).succeeded();
    stage.apply("out").exited(3).says(&["60 not marked, because the tenant has no licence of Microsoft Entra ID P2"]);
    assert_eq!(risk_answers(&stage), 1, "no one is asked for alone");
}

#[test]
fn who_lacks_the_permission_hears_it_before_the_plan_and_again_in_the_run() {
    let mut permissions = Permission::usual();
    permissions.remove(&Permission::IdentityRiskyUserReadWriteAll);
    let stage = Stage::with(Settings { permissions, ..of_250() });
    let people = stage.members(3);
    planned(&stage, &people, "contain", &[CONFIRM])
        .exited(5)
        .complains(&["this app was not granted IdentityRiskyUser.ReadWrite.All, which --confirm-compromised needs"]);
    assert!(!stage.path("out").exists());
    // Who asks for no mark needs none.
    planned(&stage, &people, "contain", &[]).succeeded();
    fs::remove_dir_all(stage.path("out")).unwrap();
    planned(&stage, &people, "contain", &[CONFIRM, "--without-checks"]).succeeded();
    stage
        .apply("out")
        .exited(3)
        .says(&["3 not marked, because the permission IdentityRiskyUser.ReadWrite.All is not granted"]);
    assert_eq!(stage.outcomes("out")["done"], 3);
    // It is granted, and the same command marks the rest.
    stage.simulator.change_permissions(Permission::usual());
    stage.simulator.expire_tokens();
    stage.apply("out").succeeded().says(&["3 of 3 people confirmed as compromised"]);
    stage.judge("out");
}

#[test]
fn a_run_that_is_killed_while_it_marks_risk_goes_on_and_marks_no_one_twice_who_was_answered() {
    let stage = Stage::with(of_250());
    let people = stage.members(120);
    planned(&stage, &people, "contain", &[CONFIRM]).succeeded();
    // Two writes each, the first call about risk, and the second one, whose answer is held back.
    stage.kill_after_writes(120 * 2 + 100, &["apply", "out", "--confirm", "120"]);
    assert_eq!(risk_writes(&stage).len(), 100);
    let json = stage.run(&["status", "out", "--json"]).exited(3).json();
    let risk = &json["run"]["risk"];
    assert_eq!((&risk["done"], &risk["uncertain"], &risk["pending"]), (&50.into(), &50.into(), &20.into()), "{risk}");
    stage.apply("out").succeeded().says(&["120 of 120 people confirmed as compromised"]);
    stage.judge("out");
    let writes = risk_writes(&stage);
    assert_eq!(writes.len(), 100 + 70, "those whose call was answered are left alone");
    assert!(stage.results("out").values().all(|row| row["risk"] == "done"));
}

#[test]
fn a_call_that_is_throttled_fails_or_is_lost_is_made_again() {
    for kind in ["429", "500", "lost-answer"] {
        let rule = FaultRule {
            path: Some("/identityProtection/riskyUsers/*".to_owned()),
            times: Some(1),
            ..FaultRule::always(kind.parse().unwrap())
        };
        let stage = Stage::with(Settings { script: Script { faults: vec![rule], ..Script::default() }, ..of_250() });
        planned(&stage, &stage.members(60), "contain", &[CONFIRM]).succeeded();
        stage.apply("out").succeeded().says(&["60 of 60 people confirmed as compromised"]);
        stage.judge("out");
        let journal = fs::read_to_string(stage.path("out/journal.jsonl")).unwrap();
        let answers: Vec<&str> = journal.lines().filter(|line| line.contains("risk-answered")).collect();
        let accepted = answers.iter().filter(|line| line.contains("accepted")).count();
        assert_eq!((answers.len(), accepted), (3, 2), "{kind}: {answers:#?}");
        let calls = calls(&risk_writes(&stage));
        assert!(calls.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_secs(1)), "{kind}: {calls:?}");
    }
}

#[test]
fn only_people_whose_steps_are_done_are_confirmed_and_the_others_when_theirs_are() {
    let stage = Stage::with(of_250());
    let people = stage.members(30);
    planned(&stage, &people, "contain", &[CONFIRM, "--without-roles"]).succeeded();
    stage.simulator.change_app_role(Some(SimulatedRole::UserAdministrator));
    let role = GLOBAL_ADMINISTRATOR.parse().unwrap();
    assert!(stage.simulator.assign_role(people[0].id, role));
    stage.apply("out").exited(3).says(&[
        "29 of 30 people confirmed as compromised; 1 person left out, whose steps are not done or were changed back",
    ]);
    assert!(stage.ledger().writes_to(people[0].id).all(|write| !is_risk(write)));
    assert_eq!(stage.results("out")[&1]["risk"], "left-out");
    assert!(stage.simulator.remove_role(people[0].id, role));
    stage.run(&["apply", "out", "--retry-failed", "--confirm", "1"]).succeeded();
    stage.judge("out");
    assert_eq!(stage.results("out")[&1]["risk"], "done");
    assert_eq!(risk_writes(&stage).len(), 30);
}

#[test]
fn risk_is_dismissed_when_people_come_back() {
    let stage = Stage::with(of_250());
    let people = stage.members(4);
    planned(&stage, &people, "contain", &[CONFIRM]).succeeded();
    stage.apply("out").succeeded();
    let earlier = stage.ledger().writes.len();
    let recipient = stage.recipient();
    let back = ["plan", "roster.csv", "--playbook", "reinstate", "--seal-to", &recipient, "--out", "back"];
    stage
        .run(&[&back[..], &["--dismiss-risk"]].concat())
        .succeeded()
        .says(&["the risk of 4 people is dismissed, when all else is done"]);
    stage.apply("back").succeeded().says(&["risk of 4 of 4 people dismissed"]);
    stage.judge_since("back", earlier);
    let dismissed = risk_writes(&stage).into_iter().filter(|write| write.operation == Operation::DismissRisk);
    assert_eq!(dismissed.count(), 4);
}

#[test]
fn who_was_blocked_by_mistake_is_unblocked_and_their_risk_is_dismissed_where_that_is_asked_for() {
    let stage = Stage::with(of_250());
    planned(&stage, &stage.members(2), "contain", &[CONFIRM]).succeeded();
    stage.apply("out").succeeded();
    stage.run(&["undo", "out", "--out", "without"]).succeeded().complains(&[
        "the run confirmed 2 people as compromised",
        "this plan leaves their risk high: to dismiss it, add --dismiss-risk",
    ]);
    let undo = stage.run(&["undo", "out", "--out", "undone", "--dismiss-risk"]).succeeded();
    assert!(!undo.err.contains("risk high"), "{}", undo.err);
    // Where the run confirmed no one, no risk is high by it.
    let unlicensed = Stage::with(Settings { pim_licensed: false, ..of_250() });
    planned(&unlicensed, &unlicensed.members(2), "contain", &[CONFIRM]).succeeded();
    unlicensed.apply("out").exited(3);
    let undo = unlicensed.run(&["undo", "out", "--out", "undone"]).succeeded();
    assert!(!undo.err.contains("compromised"), "{}", undo.err);
    stage.apply("undone").succeeded().says(&["risk of 2 of 2 people dismissed"]);
    let dismissed = risk_writes(&stage).into_iter().filter(|write| write.operation == Operation::DismissRisk);
    assert_eq!(dismissed.count(), 2);
}

#[test]
fn what_does_not_go_together_is_refused_with_its_reason_and_nothing_is_asked() {
    let stage = Stage::with(of_250());
    let people = stage.members(2);
    for playbook in ["offboard", "signout", "reinstate"] {
        planned(&stage, &people, playbook, &[CONFIRM])
            .exited(4)
            .complains(&["--confirm-compromised goes with the playbooks contain and breach alone", playbook]);
    }
    planned(&stage, &people, "contain", &["--dismiss-risk"])
        .exited(4)
        .complains(&["--dismiss-risk goes with the playbook reinstate", "with contain, leave it out"]);
    planned(&stage, &people, "breach", &[CONFIRM, "--writeback"])
        .exited(4)
        .complains(&["--confirm-compromised does not go with --writeback"]);
    planned(&stage, &people, "reinstate", &[CONFIRM, "--dismiss-risk"]).exited(2);
    planned(&stage, &people, "contain", &[CONFIRM, "--cloud", "china"])
        .exited(2)
        .complains(&["the cloud of China has no risk of people in Entra ID Protection"]);
    stage
        .run(&["drill", "--playbook", "evict", CONFIRM])
        .exited(2)
        .complains(&["--confirm-compromised does not go with the playbook evict"]);
    assert_eq!(stage.simulator.counters().http_calls, 0);
}

#[test]
fn what_was_marked_is_proved_and_a_reset_that_closes_it_again_is_found() {
    let stage = Stage::with(of_250());
    // More than are read one by one.
    let people = stage.members(25);
    planned(&stage, &people, "contain", &[CONFIRM]).succeeded();
    stage.apply("out").succeeded();
    let verified = ["verify", "out", "--wait", "0s"];
    stage
        .run(&verified)
        .succeeded()
        .says(&["Every step of all 25 accounts is proved.", "25 of 25 people confirmed as compromised"]);
    let table = fs::read_to_string(stage.path("out/verification.csv")).unwrap();
    let of_risk =
        table.lines().filter(|line| line.contains(",proved,risk,confirmed as compromised,confirmed as compromised,"));
    assert_eq!(of_risk.count(), 25, "{table}");

    let one = stage.write("one.csv", format!("user\n{}\n", people[0].user_principal_name));
    stage.plan(&one, "offboard", "later", &["--discard-credentials"]).succeeded();
    stage.apply("later").succeeded();
    let found = stage.run(&[&verified[..], &["--json"]].concat()).exited(3).json();
    assert_eq!((&found["risk"]["proved"], &found["risk"]["not_proved"]), (&24.into(), &1.into()), "{found}");
    assert_eq!(stage.results("out")[&1]["risk"], "closed-by-reset", "verify keeps it in the results");
    stage.run(&verified).exited(3).says(&[
        "24 of 25 people confirmed as compromised",
        "1 person: closed again by a reset of the password",
        "To confirm 1 person as compromised: sealoff apply out",
    ]);
    // All that speaks of the run knows it from now on.
    let known = "24 of 25 people confirmed as compromised; 1 person's risk was closed again by a reset of the password";
    stage.run(&["status", "out"]).exited(3).says(&[
        "1 person is not confirmed as compromised",
        known,
        "To confirm 1 person as compromised",
    ]);
    assert_eq!(stage.run(&["status", "out", "--json"]).exited(3).json()["run"]["risk"]["closed_by_reset"], 1);
    stage.run(&["report", "out"]).exited(3);
    assert!(fs::read_to_string(stage.path("out/report.html")).unwrap().contains(known));
    assert_eq!(stage.results("out")[&1]["risk"], "closed-by-reset");
    // The same command marks that one again, and sets no password.
    let earlier = stage.ledger().writes.len();
    stage.apply("out").succeeded().says(&["25 of 25 people confirmed as compromised"]);
    let writes = stage.ledger().writes.split_off(earlier);
    assert!(matches!(&writes[..], [only] if is_risk(only) && only.object_id == Some(people[0].id)), "{writes:?}");
    stage.run(&verified).succeeded();
    stage.run(&["status", "out"]).exited(0);
}

#[test]
fn risk_that_somebody_closed_and_people_who_were_let_in_are_not_marked_again() {
    let stage = Stage::with(of_250());
    let people = stage.members(3);
    planned(&stage, &people, "contain", &[CONFIRM]).succeeded();
    stage.apply("out").succeeded();
    // One comes back with a plan of their own, who dismisses the risk.
    let one = stage.write("one.csv", format!("user\n{}\n", people[0].user_principal_name));
    stage.plan(&one, "reinstate", "back", &["--dismiss-risk"]).succeeded();
    stage.apply("back").succeeded();
    // Another is blocked as before, and was given a new password and let in.
    let other = stage.write("other.csv", format!("user\n{}\n", people[1].user_principal_name));
    stage.plan(&other, "reinstate", "other", &[]).succeeded();
    stage.apply("other").succeeded();
    let found = stage.run(&["verify", "out", "--wait", "0s"]).exited(3);
    found
        .says(&["2 accounts were let in again since", "1 of 3 people confirmed as compromised", "1 person: dismissed"]);
    let earlier = stage.ledger().writes.len();
    stage.apply("out").exited(3).says(&[
        "1 of 3 people confirmed as compromised",
        "1 person's risk was closed by somebody since",
        "1 person left out, whose steps are not done or were changed back",
    ]);
    assert_eq!(stage.ledger().writes.len(), earlier, "who was let in is locked out by a new plan only");
    stage.run(&["status", "out"]).exited(3);
}

#[test]
fn a_dismissal_is_proved_one_by_one_for_few_people_and_a_tenant_that_shows_no_risk_proves_nothing() {
    let stage = Stage::with(of_250());
    planned(&stage, &stage.members(2), "contain", &[CONFIRM]).succeeded();
    stage.apply("out").succeeded();
    stage.run(&["undo", "out", "--out", "undone", "--dismiss-risk"]).succeeded();
    stage.apply("undone").succeeded();
    stage.run(&["verify", "undone", "--wait", "0s"]).succeeded().says(&["2 of 2 people without open risk"]);
    let mut permissions = Permission::usual();
    permissions.remove(&Permission::IdentityRiskyUserReadWriteAll);
    stage.simulator.change_permissions(permissions);
    stage.simulator.expire_tokens();
    stage.run(&["verify", "undone", "--wait", "0s"]).exited(3).says(&["Every step", "it could not be read"]);
}
