//! What is applied is what was previewed: the directory changes between plan and apply.

use sealoff::plan::folder::PlanFolder;
use sealoff::simulator::SimulatedUser;
use sealoff::wording::plan_command;

use crate::stage::Stage;

const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

/// A plan for so many members, and those members.
fn planned(stage: &Stage, count: usize, playbook: &str) -> Vec<SimulatedUser> {
    let members = stage.members(count);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, playbook, "plan", &[]).succeeded();
    members
}

#[test]
fn whoever_is_no_longer_what_the_plan_says_is_left_alone_and_named() {
    let stage = Stage::new();
    let members = planned(&stage, 100, "offboard");
    let [renamed, promoted, deleted, synced, blocked] = &members[..5] else { unreachable!() };
    assert!(stage.simulator.change(renamed.id, |user| user.user_principal_name = "someone.else@contoso.com".into()));
    assert!(stage.simulator.assign_role(promoted.id, GLOBAL_ADMINISTRATOR.parse().unwrap()));
    assert!(stage.simulator.delete(deleted.id));
    let there = stage.simulator.users().into_iter().find_map(|user| user.on_premises).unwrap();
    assert!(stage.simulator.change(synced.id, |user| user.on_premises = Some(there)));
    // Somebody else has blocked this one meanwhile: that is what the plan wants, and no reason to leave the rest undone.
    assert!(stage.simulator.change(blocked.id, |user| user.account_enabled = false));

    let ran = stage.apply("plan").exited(3);
    assert!(ran.err.contains("4 accounts are no longer what the plan says"), "{}", ran.err);
    for (row, why) in
        [(1, "renamed to someone.else@contoso.com"), (2, "Global Administrator"), (3, "deleted"), (4, "synced")]
    {
        let line = ran
            .err
            .lines()
            .find(|line| line.contains(&format!("row {row} (sheet row {}),", row + 1)))
            .unwrap_or_default();
        assert!(line.contains(why), "{why:?} is not in {line:?}");
    }
    let ledger = stage.ledger();
    for untouched in [renamed, promoted, deleted, synced] {
        assert_eq!(ledger.writes_to(untouched.id).count(), 0, "{}", untouched.user_principal_name);
    }
    let results = stage.results("plan");
    for row in 1..=4 {
        assert_eq!((results[&row]["outcome"].as_str(), results[&row]["error_code"].as_str()), ("refused", "drifted"));
        assert!(results[&row]["detail"].starts_with("drifted: "), "{:?}", results[&row]);
        assert_eq!(results[&row]["sealed_credential"], "");
    }
    assert_eq!(stage.outcomes("plan")["done"], 96);
    stage.judge("plan");

    // They stay refused, whatever becomes of them: that plan was not made for who they are.
    assert!(stage.simulator.change(renamed.id, |user| user.user_principal_name = renamed.user_principal_name.clone()));
    stage.apply("plan").exited(3).says(&["refused"]);
    assert_eq!(stage.ledger().writes.len(), ledger.writes.len(), "nothing more was written");
}

#[test]
fn a_plan_that_no_longer_fits_is_refused_as_a_whole() {
    let stage = Stage::new();
    let members = planned(&stage, 100, "contain");
    for (number, member) in members.iter().take(6).enumerate() {
        stage.simulator.change(member.id, |user| user.user_principal_name = format!("new{number}@contoso.com").into());
    }
    let ran = stage.apply("plan").exited(4);
    assert!(ran.err.contains("6 of the plan's 100 accounts are no longer what it says"), "{}", ran.err);
    assert!(
        ran.err.contains("row 1 (sheet row 2), ") && ran.err.contains("renamed to new0@contoso.com"),
        "{}",
        ran.err
    );
    assert!(stage.ledger().writes.is_empty());
    assert!(!stage.path("plan/journal.jsonl").exists(), "nothing was begun");
    // One of them is who he was again, and the plan holds.
    let back = &members[0];
    stage.simulator.change(back.id, |user| user.user_principal_name = back.user_principal_name.clone());
    stage.apply("plan").exited(3).complains(&["5 accounts are no longer what the plan says"]);
    assert_eq!(stage.outcomes("plan")["done"], 95);
    stage.judge("plan");
}

#[test]
fn an_old_plan_is_not_begun_but_a_run_is_gone_on_with() {
    let stage = Stage::new();
    planned(&stage, 3, "signout");
    let apply = |age: &str| stage.run(&["apply", "plan", "--confirm", "3", "--max-age", age]);
    apply("0s").exited(4).complains(&["the plan in plan is ", "--max-age"]);
    assert!(stage.ledger().writes.is_empty());
    apply("soon").exited(2).complains(&["24h"]);

    stage.kill_after_writes(1, &["apply", "plan", "--confirm", "3"]);
    apply("0s").succeeded();
    assert_eq!(stage.outcomes("plan")["done"], 3);
}

#[test]
fn the_last_global_administrators_are_counted_again() {
    let stage = Stage::new();
    let members = stage.members(4);
    let administrators: Vec<SimulatedUser> = stage.global_administrators();
    assert!(administrators.len() >= 2);
    for member in &members[..2] {
        assert!(stage.simulator.assign_role(member.id, GLOBAL_ADMINISTRATOR.parse().unwrap()));
    }
    // Among many: two of four would be too much drift for any plan.
    let many: Vec<SimulatedUser> = members.iter().cloned().chain(stage.members(104).into_iter().skip(4)).collect();
    let roster = stage.roster_of(&many);
    stage.plan(&roster, "contain", "plan", &["--allow-privileged"]).succeeded();
    for administrator in &administrators {
        stage.simulator.change(administrator.id, |user| user.account_enabled = false);
    }
    let ran = stage.apply("plan").exited(3);
    assert!(ran.err.contains("last-global-admin"), "{}", ran.err);
    for member in &members[..2] {
        assert_eq!(stage.ledger().writes_to(member.id).count(), 0);
    }
    assert_eq!(stage.outcomes("plan")["done"], 102);
}

#[test]
fn what_the_plan_took_for_granted_must_still_be_so() {
    let stage = Stage::new();
    let members = stage.members(100);
    let [blocked, done] = &members[..2] else { unreachable!() };
    let set = |user: &SimulatedUser, enabled: bool| {
        assert!(stage.simulator.change(user.id, |user| user.account_enabled = enabled))
    };
    // One is blocked and has its sessions revoked; of the other nothing but the block is done.
    stage.write("done.csv", format!("user\n{}\n", done.user_principal_name));
    stage.plan("done.csv", "contain", "before", &[]).succeeded();
    stage.apply("before").succeeded();
    set(blocked, false);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "plan", &["--since", "1h"]).succeeded();
    let before = stage.ledger().writes.len();
    // Behind our back both are opened again.
    set(blocked, true);
    set(done, true);
    let ran = stage.apply("plan").exited(3);
    assert!(ran.err.contains("2 accounts are no longer what the plan says"), "{}", ran.err);
    let results = stage.results("plan");
    for row in [1, 2] {
        assert_eq!(
            (&*results[&row]["outcome"], &*results[&row]["error_code"]),
            ("refused", "drifted"),
            "{:?}",
            results[&row]
        );
    }
    let ledger = stage.ledger();
    assert!(ledger.writes[before..].iter().all(|write| ![Some(blocked.id), Some(done.id)].contains(&write.object_id)));
    assert_eq!(stage.outcomes("plan")["done"], 98);
    // Again it says the same, and counts no account twice.
    stage.apply("plan").exited(3).says(&["2 of these are no longer what the plan says"]);
}

#[test]
fn a_change_of_kind_is_seen_whatever_was_lifted() {
    let stage = Stage::new();
    let members = stage.members(100);
    let [promoted, synced, relieved] = &members[..3] else { unreachable!() };
    let role = |id: &str| id.parse().unwrap();
    const EXCHANGE_ADMINISTRATOR: &str = "29232cdf-9323-42fd-ade2-1d097af3e4de";
    for administrator in [promoted, relieved] {
        assert!(stage.simulator.assign_role(administrator.id, role(EXCHANGE_ADMINISTRATOR)));
    }
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "plan", &["--allow-privileged", "--allow-synced"]).succeeded();
    assert!(stage.simulator.assign_role(promoted.id, role(GLOBAL_ADMINISTRATOR)));
    let there = stage.simulator.users().into_iter().find_map(|user| user.on_premises).unwrap();
    assert!(stage.simulator.change(synced.id, |user| user.on_premises = Some(there)));
    // Who has lost a role is less than was approved, not more.
    assert!(stage.simulator.remove_role(relieved.id, role(EXCHANGE_ADMINISTRATOR)));
    stage.apply("plan").exited(3).complains(&[
        "2 accounts are no longer",
        "row 1 (sheet row 2), ",
        "Global Administrator",
        "row 2 (sheet row 3), ",
    ]);
    let results = stage.results("plan");
    let outcomes: Vec<&str> = (1..=3).map(|row| &*results[&row]["outcome"]).collect();
    assert_eq!(outcomes, ["refused", "refused", "done"]);
}

#[test]
fn whoever_has_drifted_is_planned_again_by_the_results_of_the_run() {
    let stage = Stage::new();
    let members = planned(&stage, 100, "offboard");
    let [promoted, deleted, ..] = &members[..] else { unreachable!() };
    assert!(stage.simulator.assign_role(promoted.id, GLOBAL_ADMINISTRATOR.parse().unwrap()));
    assert!(stage.simulator.delete(deleted.id));
    stage.apply("plan").exited(3);
    let plan = PlanFolder::open(&stage.path("plan")).unwrap();
    let command = plan_command::drifted(plan.manifest(), &stage.path("plan/results.csv"), &stage.path("again"));
    assert!(command.contains(" --playbook offboard --seal-to age1"), "{command}");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    stage.run(&words).succeeded().says(&["98  left-out: ", "1  privileged: ", "1  deleted: "]);
}
