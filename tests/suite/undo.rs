//! `sealoff undo`: exactly those whom the run blocked can sign in again.

use std::collections::HashMap;

use sealoff::simulator::{Operation, SimulatedUser};

use crate::stage::Stage;

/// Nine members: the first was blocked before, and the run treats all of them by this playbook.
fn blocked(stage: &Stage, playbook: &str) -> Vec<SimulatedUser> {
    let members = stage.members(9);
    assert!(stage.simulator.change(members[0].id, |user| user.account_enabled = false));
    let roster = stage.roster_of(&members);
    let more = if playbook == "offboard-and-discard" { &["--discard-credentials"][..] } else { &[] };
    stage.plan(&roster, playbook.split('-').next().unwrap(), "run", more).succeeded();
    stage.apply("run").succeeded();
    members
}

fn plan_rows(stage: &Stage, out: &str) -> Vec<HashMap<String, String>> {
    csv::Reader::from_path(stage.path(out).join("plan.csv")).unwrap().deserialize().map(Result::unwrap).collect()
}

fn is_enabled(stage: &Stage, user: &SimulatedUser) -> bool {
    stage.simulator.user(&user.id.to_string()).unwrap().account_enabled
}

#[test]
fn exactly_those_whom_the_run_blocked_are_unblocked() {
    let stage = Stage::new();
    let members = blocked(&stage, "contain");
    let writes = stage.ledger().writes.len();
    stage.run(&["undo", "run", "--out", "back"]).succeeded().says(&[
        "undo: allow sign-in again",
        "8 unblock",
        "blocked-before",
        "the one from before the run opens the account again",
        "sealoff apply back --confirm 8",
    ]);
    assert_eq!(stage.ledger().writes.len(), writes, "a plan only reads");
    stage.apply("back").succeeded();
    stage.judge_since("back", writes);
    assert!(!is_enabled(&stage, &members[0]), "an account that was blocked before stays so");
    assert!(members[1..].iter().all(|member| is_enabled(&stage, member)));
    for write in &stage.ledger().writes[writes..] {
        assert!(matches!(
            write.operation,
            Operation::Patch { account_enabled: Some(true), password: None, force_change: None }
        ));
    }
    assert_eq!(stage.results("back")[&2]["detail"], "unblock: done");
    // It is a run like any other: proved, and finished once and for all.
    let writes = stage.ledger().writes.len();
    stage.apply("back").succeeded();
    assert_eq!(stage.ledger().writes.len(), writes);
    // What is undone is undone.
    stage.run(&["undo", "run", "--out", "again"]).succeeded().says(&["already-enabled", "there is nothing to apply"]);
}

#[test]
fn with_reset_each_gets_a_new_sealed_password_in_the_same_write() {
    let stage = Stage::new();
    let members = blocked(&stage, "offboard");
    let recipient = stage.recipient();
    stage.run(&["undo", "run", "--out", "back", "--reset"]).exited(4).complains(&["--seal-to"]);
    stage
        .run(&["undo", "run", "--out", "back", "--reset", "--seal-to", &recipient])
        .succeeded()
        .says(&["reinstate", "8 unblock, 8 reset, 8 revoke", &recipient]);
    let writes = stage.ledger().writes.len();
    stage.apply("back").succeeded();
    stage.judge_since("back", writes);
    let ledger = stage.ledger();
    for member in &members[1..] {
        let first = ledger.writes[writes..].iter().find(|write| write.object_id == Some(member.id)).unwrap();
        assert!(matches!(
            first.operation,
            Operation::Patch { account_enabled: Some(true), password: Some(_), force_change: Some(true) }
        ));
    }
    assert!(!is_enabled(&stage, &members[0]));
}

#[test]
fn who_was_changed_since_is_left_alone_or_seen_as_drift() {
    let stage = Stage::new();
    let members = blocked(&stage, "contain");
    let change =
        |user: &SimulatedUser, change: fn(&mut SimulatedUser)| assert!(stage.simulator.change(user.id, change));
    change(&members[1], |user| user.user_principal_name = "renamed@contoso.com".into());
    change(&members[2], |user| user.account_enabled = true);
    assert!(stage.simulator.delete(members[3].id));
    let administrator = "62e90394-69f5-4237-9190-012177145e10".parse().unwrap();
    assert!(stage.simulator.assign_role(members[4].id, administrator));
    stage.run(&["undo", "run", "--out", "back"]).succeeded().says(&["sealoff apply back --confirm 4"]);
    let decisions: Vec<String> = plan_rows(&stage, "back")
        .iter()
        .map(|row| format!("{} {}", row["decision"], row["reason"].split(':').next().unwrap()))
        .collect();
    assert_eq!(
        decisions,
        [
            "skip blocked-before", "refuse changed-since", "skip already-enabled", "skip deleted", "refuse privileged",
            "act ", "act ", "act ", "act "
        ]
    );
    // And between plan and apply: the ordinary check for drift.
    change(&members[5], |user| user.user_principal_name = "renamed.too@contoso.com".into());
    stage.apply("back").exited(4).complains(&["renamed to renamed.too@contoso.com"]);
}

/// Found blocked before the write was sent again: by the write whose answer is missing, or by somebody else meanwhile.
#[test]
fn who_was_found_blocked_when_the_run_went_on_is_left_alone() {
    let stage = Stage::new();
    let members = stage.members(45);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "offboard", "run", &[]).succeeded();
    stage.kill_after_answers(25, 20, "run", &["apply", "run", "--confirm", "45", "--max-in-flight", "1"]);
    stage.apply("run").succeeded();
    let journal = std::fs::read_to_string(stage.path("run/journal.jsonl")).unwrap();
    let is_found = |line: &&str| line.contains("\"record\":\"read\"") && line.contains("\"account_enabled\":false");
    let found = journal.lines().filter(is_found).count();
    assert!((5..=20).contains(&found), "{found}");
    stage.run(&["undo", "run", "--out", "back"]).succeeded().says(&["block-uncertain"]);
    let rows = plan_rows(&stage, "back");
    let of = |decision: &str| rows.iter().filter(|row| row["decision"] == decision).count();
    assert_eq!((of("act"), of("refuse")), (45 - found, found));
}

#[test]
fn who_may_have_been_blocked_is_named_and_left_alone() {
    let stage = Stage::new();
    let members = stage.members(45);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "run", &[]).succeeded();
    // The first call was answered, the second was carried out in part and its answer never came.
    stage.kill_after_answers(25, 20, "run", &["apply", "run", "--confirm", "45", "--max-in-flight", "1"]);
    let answered = stage.ledger().writes.iter().filter(|write| write.answered).count();
    assert_eq!(answered, 20);
    let ran = stage.run(&["undo", "run", "--out", "back"]).succeeded();
    ran.says(&["20 unblock", "block-uncertain", "never answered", "not-blocked"]);
    let rows = plan_rows(&stage, "back");
    let of = |decision: &str| rows.iter().filter(|row| row["decision"] == decision).count();
    assert_eq!((of("act"), of("refuse"), of("skip")), (20, 20, 5));
    stage.apply("back").exited(3);
    // How much of the second call Graph still carried out is its own affair; those who are opened are the certain ones.
    let open = |decision: &str| {
        let of = rows.iter().zip(&members).filter(|(row, _)| row["decision"] == decision);
        of.filter(|(_, member)| is_enabled(&stage, member)).count()
    };
    assert_eq!((open("act"), open("skip")), (20, 5));
    let opened = stage.ledger().writes.len() - 25;
    assert!((20..=35).contains(&opened), "twenty opened, and what was left of the second call: {opened}");
}

#[test]
fn what_cannot_be_undone_is_said() {
    let stage = Stage::new();
    let members = stage.members(2);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "breach", "run", &[]).succeeded();
    stage.apply("run").succeeded();
    stage.run(&["undo", "run", "--out", "back"]).exited(4).complains(&["breach blocks no account", "sealoff unseal"]);
    stage.plan(&roster, "contain", "unbegun", &[]).succeeded();
    stage.run(&["undo", "unbegun", "--out", "back"]).exited(4).complains(&["has not begun"]);
    stage.run(&["plan", &roster, "--playbook", "undo", "--out", "x"]).exited(2).complains(&["invalid value 'undo'"]);
    // Thrown away is thrown away.
    let stage = Stage::new();
    blocked(&stage, "offboard-and-discard");
    stage.run(&["undo", "run", "--out", "run"]).exited(4).complains(&["already holds a plan"]);
    stage.run(&["undo", "run", "--out", "back"]).succeeded().says(&["threw the new passwords away", "--reset"]);
}

#[test]
fn a_synced_account_has_to_be_enabled_on_premises_too() {
    let stage = Stage::new();
    let synced = stage.simulator.users().into_iter().find(|user| user.is_synced() && user.account_enabled).unwrap();
    let roster = stage.roster_of(std::slice::from_ref(&synced));
    stage.plan(&roster, "contain", "run", &[]).succeeded();
    stage.apply("run").succeeded();
    stage.run(&["undo", "run", "--out", "back"]).succeeded().says(&["1 unblock", "On-prem"]);
    let list = std::fs::read_to_string(stage.path("back/onprem.csv")).unwrap();
    assert!(list.contains("1,enable,"), "{list}");
    stage.apply("back").succeeded();
    assert!(is_enabled(&stage, &synced));
}

/// The same people hand over the second passwords, each with their own key.
#[test]
fn with_reset_each_new_password_goes_to_who_hands_it_over() {
    let stage = Stage::new();
    let members = stage.members(4);
    for name in ["alice", "bob"] {
        let made = stage.run(&["keygen", "-o", &format!("{name}.key")]).succeeded();
        stage.write(&format!("{name}.pub"), made.out);
    }
    stage.write("recipients.toml", "[handoff.alice]\nkeys = [\"alice.pub\"]\n[handoff.bob]\nkeys = [\"bob.pub\"]\n");
    let mut roster = "userPrincipalName,handoff\n".to_owned();
    for (member, name) in members.iter().zip(["alice", "bob", "bob", "bob"]) {
        roster += &format!("{},{name}\n", member.user_principal_name);
    }
    let roster = stage.write("roster.csv", roster);
    stage
        .run(&["plan", &roster, "--playbook", "offboard", "--out", "run", "--recipients", "recipients.toml"])
        .succeeded();
    stage.apply("run").succeeded();
    // A name that has lost its keys is found before there is a plan.
    stage.write("fewer.toml", "[handoff.alice]\nkeys = [\"alice.pub\"]\n");
    let undo = ["undo", "run", "--out", "again", "--reset", "--recipients", "fewer.toml"];
    stage.run(&undo).exited(4).complains(&["\"bob\": 3 rows"]);
    assert!(!stage.path("again/plan.json").exists());
    let undo = ["undo", "run", "--out", "back", "--reset", "--recipients", "recipients.toml"];
    stage.run(&undo).succeeded().says(&["1 alice: age1", "3 bob: age1"]);
    stage.apply("back").succeeded().says(&["alice.csv.age: 1 account", "bob.csv.age: 3 accounts"]);
    let opened = stage.run(&["unseal", "back/handoff/bob.csv.age", "-i", "bob.key"]).succeeded().out;
    assert_eq!(opened.lines().count(), 4, "{opened}");
}

/// Killed when everybody is let in, before an answer came: the read that is made anyway shows it, and no one is written to twice.
#[test]
fn what_a_read_shows_to_be_open_is_not_opened_twice() {
    let stage = Stage::new();
    blocked(&stage, "contain");
    stage.run(&["undo", "run", "--out", "back"]).succeeded();
    let before = stage.ledger().writes.len();
    let confirm = format!("8@{}", &stage.fingerprint("back").unwrap()[..12]);
    stage.kill_after_writes(before as u64 + 8, &["apply", "back", "--confirm", &confirm]);
    stage.apply("back").succeeded();
    assert_eq!(stage.ledger().writes.len(), before + 8, "no account was opened twice");
    let journal = std::fs::read_to_string(stage.path("back/journal.jsonl")).unwrap();
    assert!(journal.contains("\"proves\":\"unblock\""), "{journal}");
    assert_eq!(stage.outcomes("back")["done"], 8);
}
