//! `sealoff again`: exactly those whom the last verification found changed back are planned again.

use std::collections::HashMap;
use std::time::Duration;

use sealoff::simulator::{Settings, SimulatedUser};

use crate::stage::{Ran, Stage};

/// Twelve members, carried out by this playbook and found as planned.
fn proved(stage: &Stage, playbook: &str, more: &[&str]) -> Vec<SimulatedUser> {
    let members = stage.members(12);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, playbook, "run", more).succeeded();
    stage.apply("run").succeeded();
    stage.run(&["verify", "run"]).succeeded();
    members
}

/// These are let in again, and found.
fn let_in(stage: &Stage, members: &[&SimulatedUser]) -> Ran {
    for member in members {
        assert!(stage.simulator.change(member.id, |user| user.account_enabled = true));
    }
    stage.run(&["verify", "run", "--wait", "0s"]).exited(3)
}

/// An hour passes for these: what was done to them is that long ago.
fn an_hour_later(stage: &Stage, members: &[&SimulatedUser]) {
    for member in members {
        assert!(stage.simulator.change(member.id, |user| {
            user.sign_in_sessions_valid_from -= Duration::from_secs(3_600);
            user.last_password_change -= Duration::from_secs(3_600);
        }));
    }
}

fn plan_rows(stage: &Stage, out: &str) -> Vec<HashMap<String, String>> {
    csv::Reader::from_path(stage.path(out).join("plan.csv")).unwrap().deserialize().map(Result::unwrap).collect()
}

#[test]
fn exactly_those_who_are_back_in_are_planned_and_locked_out_again() {
    let stage = Stage::at_one_moment(Settings::default());
    let members = proved(&stage, "contain", &["--skip-guests"]);
    let command = "sealoff again run --out run-again";
    let_in(&stage, &[&members[2], &members[7]]).says(&[command]);
    stage.run(&["status", "run"]).exited(3).says(&[command]);
    let writes = stage.ledger().writes.len();
    an_hour_later(&stage, &[&members[2], &members[7]]);
    let planned = stage.run(&command.split(' ').skip(1).collect::<Vec<_>>()).succeeded();
    planned.says(&["2 block, 2 revoke", "found changed back", "sealoff apply run-again --confirm 2@"]);
    assert_eq!(stage.ledger().writes.len(), writes, "a plan only reads");
    let rows = plan_rows(&stage, "run-again");
    let ids: Vec<&str> = rows.iter().map(|row| row["object_id"].as_str()).collect();
    assert_eq!(ids, [members[2].id.to_string(), members[7].id.to_string()]);
    let manifest = std::fs::read_to_string(stage.path("run-again/plan.json")).unwrap();
    assert!(manifest.contains("\"skip_guests\": true"), "the rules are those of the run: {manifest}");

    stage.apply("run-again").succeeded().says(&["All 2 rows of the list are dealt with."]);
    stage.judge_since("run-again", writes);
    stage.run(&["verify", "run-again"]).succeeded();
    // What the run said is true again, as another reading shows.
    stage.run(&["verify", "run"]).succeeded();
    stage.run(&["status", "run"]).succeeded();
    stage.run(&["again", "run", "--out", "once-more"]).exited(4).complains(&["no account", "sealoff verify run"]);
    assert!(!stage.path("once-more").exists());
    // The next time, the step names a folder that is free.
    let_in(&stage, &[&members[2]]).says(&["sealoff again run --out run-again2"]);
}

#[test]
fn what_was_not_looked_at_is_not_done_again() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(2));
    stage.plan(&roster, "contain", "run", &[]).succeeded();
    stage.run(&["again", "run", "--out", "more"]).exited(4).complains(&["never verified", "sealoff verify run"]);
    stage.apply("run").succeeded();
    stage.run(&["again", "run", "--out", "more"]).exited(4).complains(&["never verified"]);
    stage.run(&["again", "nowhere", "--out", "more"]).exited(2).complains(&["does not exist"]);
    assert!(!stage.path("more").exists());
}

#[test]
fn new_passwords_are_sealed_as_before_or_as_asked() {
    let stage = Stage::at_one_moment(Settings::default());
    let members = proved(&stage, "offboard", &["--password", "phrase"]);
    let_in(&stage, &[&members[4]]);
    let recipient = stage.recipient();
    stage.run(&["again", "run", "--out", "as-before"]).succeeded().says(&["1 block, 1 reset, 1 revoke", &recipient]);
    let writes = stage.ledger().writes.len();
    stage.apply("as-before").succeeded();
    stage.judge_since("as-before", writes);
    let password = stage.credentials(&stage.results("as-before")[&1]).remove(0);
    assert!(password.expose().contains('-') || password.expose().contains(' '), "it is a phrase, as before");

    let_in(&stage, &[&members[5]]);
    let other = stage.run(&["keygen", "-o", "other.key"]).succeeded().out;
    stage.write("desk.toml", format!("[handoff.desk]\nkeys = [\"{}\"]\n", other.trim()));
    stage.run(&["again", "run", "--out", "other", "--seal-to", other.trim()]).succeeded().says(&[other.trim()]);
    let shared = stage.run(&["again", "run", "--out", "shared", "--recipients", "desk.toml"]).succeeded();
    shared.says(&["1 new password, for:", "1 desk: age1"]);
    stage.run(&["again", "run", "--out", "no", "--seal-to", "age1nonsense"]).exited(2).complains(&["age1nonsense"]);
}

#[test]
fn passwords_go_to_the_same_people_as_before() {
    let stage = Stage::at_one_moment(Settings::default());
    let [desk, rest] = ["desk", "rest"].map(|name| {
        let made = stage.run(&["keygen", "-o", &format!("{name}.key")]).succeeded();
        made.out.trim().to_owned()
    });
    stage.write("keys.toml", format!("[handoff.Desk]\nkeys = [\"{desk}\"]\n[handoff.default]\nkeys = [\"{rest}\"]\n"));
    let members = stage.members(3);
    let names = members.iter().map(|member| member.user_principal_name.to_string()).collect::<Vec<_>>();
    let roster = format!("userPrincipalName,handoff\n{},DESK\n{},\n{},\n", names[0], names[1], names[2]);
    stage.write("list.csv", roster);
    let planning = ["plan", "list.csv", "--playbook", "offboard", "--recipients", "keys.toml", "--out", "run"];
    stage.run(&planning).succeeded();
    stage.apply("run").succeeded();
    stage.run(&["verify", "run"]).succeeded();
    std::fs::remove_file(stage.path("keys.toml")).unwrap();
    let_in(&stage, &[&members[0], &members[2]]);
    let planned = stage.run(&["again", "run", "--out", "again"]).succeeded();
    planned.says(&["1 Desk: age1", "1 default: age1"]);
    stage.apply("again").succeeded();
    for (packet, key, name) in [("Desk", "desk.key", &names[0]), ("default", "rest.key", &names[2])] {
        let opened = stage.run(&["unseal", &format!("again/handoff/{packet}.csv.age"), "-i", key]).succeeded();
        assert!(opened.out.contains(name.as_str()), "{packet}");
    }
}

#[test]
fn protected_accounts_stay_protected() {
    let stage = Stage::at_one_moment(Settings::default());
    stage.write("keep.txt", "admin.wilber@contoso.com\n");
    let keeper = stage.members(13).pop().unwrap();
    stage.write("keep.txt", format!("{}\n", keeper.user_principal_name));
    let members = proved(&stage, "contain", &["--protect", "keep.txt"]);
    let_in(&stage, &[&members[0], &members[1]]);
    // The list counts as it is now.
    stage.write("keep.txt", format!("{}\n{}\n", keeper.user_principal_name, members[1].user_principal_name));
    let planned = stage.run(&["again", "run", "--out", "again"]).succeeded();
    let planned = planned.complains(&["keep.txt is not the one that the run was planned with"]);
    planned.says(&["protected", "--confirm 1@"]);
    std::fs::remove_file(stage.path("keep.txt")).unwrap();
    let refused = stage.run(&["again", "run", "--out", "more"]).exited(4);
    refused.complains(&["keep.txt, which is not there", "--protect FILE"]);
    stage.write("other.txt", format!("{}\n", keeper.user_principal_name));
    stage.run(&["again", "run", "--out", "more", "--protect", "other.txt"]).succeeded().says(&["--confirm 2@"]);
}

#[test]
fn an_account_is_judged_as_it_is_now() {
    let stage = Stage::at_one_moment(Settings::default());
    let members = proved(&stage, "contain", &[]);
    let_in(&stage, &[&members[0], &members[1], &members[2], &members[3]]);
    // Blocked by hand meanwhile, made an administrator, renamed, deleted.
    assert!(stage.simulator.change(members[0].id, |user| user.account_enabled = false));
    let administrator = "62e90394-69f5-4237-9190-012177145e10".parse().unwrap();
    assert!(stage.simulator.assign_role(members[1].id, administrator));
    assert!(stage.simulator.change(members[2].id, |user| user.user_principal_name = "renamed@contoso.com".into()));
    assert!(stage.simulator.delete(members[3].id));
    stage.run(&["again", "run", "--out", "again"]).succeeded();
    let decisions: Vec<String> =
        plan_rows(&stage, "again").iter().map(|row| format!("{} {}", row["decision"], row["steps"])).collect();
    assert_eq!(decisions, ["act revoke", "refuse ", "act block+revoke", "skip "]);
}

#[test]
fn an_undoing_that_was_taken_back_is_done_again_too() {
    let stage = Stage::at_one_moment(Settings::default());
    let members = proved(&stage, "contain", &[]);
    let recipient = stage.recipient();
    an_hour_later(&stage, &members.iter().collect::<Vec<_>>());
    stage.run(&["undo", "run", "--out", "back", "--reset", "--seal-to", &recipient]).succeeded();
    stage.apply("back").succeeded();
    stage.run(&["verify", "back"]).succeeded();
    assert!(stage.simulator.change(members[0].id, |user| user.account_enabled = false));
    stage.run(&["verify", "back", "--wait", "0s"]).exited(3).says(&["sealoff again back --out back-again"]);
    stage
        .run(&["again", "back", "--out", "back-again"])
        .succeeded()
        .says(&["1 unblock, 1 reset, 1 revoke", &recipient, "--confirm 1@"]);
    stage.apply("back-again").succeeded();
    assert!(stage.simulator.user(&members[0].id.to_string()).unwrap().account_enabled);
}
