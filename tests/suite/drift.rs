//! What is applied is what was previewed: the directory changes between plan and apply.

use std::time::Duration;

use sealoff::plan::folder::PlanFolder;
use sealoff::simulator::{Settings, SimulatedUser};
use sealoff::wording::plan_command;
use time::OffsetDateTime;

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
fn who_is_no_longer_what_the_plan_says_is_left_alone_and_named() {
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
fn who_is_locked_out_once_more_is_not_let_in_by_an_older_plan() {
    let start = OffsetDateTime::now_utc();
    let stage = Stage::at_one_moment(Settings::default());
    let is_synced = |user: &SimulatedUser| user.is_synced() && user.account_enabled && !user.is_external();
    let all_synced: Vec<SimulatedUser> =
        stage.simulator.users().into_iter().filter(is_synced).skip(3).take(2).collect();
    let members: Vec<SimulatedUser> = stage.members(98).into_iter().chain(all_synced).collect();
    let later = start + Duration::from_secs(600);
    for member in &members {
        stage.simulator.change(member.id, |user| user.account_enabled = false);
    }
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "reinstate", "plan", &["--allow-synced"]).succeeded();
    let [revoked, reset, opened, earlier, ..] = &members[..] else { unreachable!() };
    let [.., set_there, revoked_there] = &members[..] else { unreachable!() };
    stage.simulator.change(revoked.id, |user| user.sign_in_sessions_valid_from = later);
    stage.simulator.change(reset.id, |user| user.last_password_change = later);
    // Somebody has let this one in meanwhile: that is what the plan wants.
    stage.simulator.change(opened.id, |user| {
        user.account_enabled = true;
        user.sign_in_sessions_valid_from = later;
    });
    // What came just before the plan may have been seen after it.
    stage.simulator.change(earlier.id, |user| user.sign_in_sessions_valid_from = start + Duration::from_secs(20));
    // Active Directory has got its new password, as the plan says; the other one was locked out.
    for synced in [set_there, revoked_there] {
        stage.simulator.change(synced.id, |user| user.sign_in_sessions_valid_from = later);
    }
    stage.simulator.change(set_there.id, |user| user.last_password_change = later);
    let ran = stage.apply("plan").exited(3);
    ran.complains(&[
        "3 accounts are no longer what the plan says",
        "after the plan was made somebody ended its sessions",
    ]);
    let ledger = stage.ledger();
    for untouched in [revoked, reset, revoked_there] {
        assert_eq!(ledger.writes_to(untouched.id).count(), 0);
        assert!(!stage.simulator.user(&untouched.id.to_string()).unwrap().account_enabled);
    }
    assert!([opened, earlier, set_there].into_iter().all(|done| ledger.writes_to(done.id).count() > 0));
    let results = stage.results("plan");
    assert_eq!((&*results[&1]["error_code"], &*results[&2]["error_code"]), ("drifted", "drifted"));
    assert!(stage.outcomes("plan")["done"] >= 96);
    stage.judge("plan");
    // A plan that was made after it lets them in.
    let two = stage.write("two.csv", format!("user\n{}\n{}\n", revoked.user_principal_name, reset.user_principal_name));
    stage.plan(&two, "reinstate", "after", &[]).succeeded();
    let before = ledger.writes.len();
    stage.apply("after").succeeded();
    stage.judge_since("after", before);
}

/// What came after the plan is a matter of one clock: Graph's. This machine's may be wrong.
#[test]
fn a_clock_that_is_fast_hides_no_lock_out_and_a_slow_one_invents_none() {
    for ahead in [-600, 600] {
        let tenants_time = OffsetDateTime::now_utc() + time::Duration::seconds(ahead);
        let clock_ahead = time::Duration::seconds(ahead);
        let stage = Stage::at_one_moment(Settings { clock_ahead, ..Settings::default() });
        let members = stage.members(40);
        for member in &members {
            stage.simulator.change(member.id, |user| user.account_enabled = false);
        }
        let roster = stage.roster_of(&members);
        stage.plan(&roster, "reinstate", "plan", &[]).succeeded();
        let (before, after) = (&members[0], &members[1]);
        let moments = [(before, Duration::from_secs(20)), (after, Duration::from_secs(300))];
        for (member, later) in moments {
            stage.simulator.change(member.id, |user| user.sign_in_sessions_valid_from = tenants_time + later);
        }
        stage.apply("plan").exited(3).complains(&["1 account is no longer what the plan says", "ended its sessions"]);
        let ledger = stage.ledger();
        assert_eq!(ledger.writes_to(after.id).count(), 0, "{ahead}");
        assert!(ledger.writes_to(before.id).count() > 0, "{ahead}");
        stage.judge("plan");
    }
}

#[test]
fn what_the_run_itself_has_done_is_no_drift_of_whom_it_lets_in() {
    // What the run does comes long after the plan.
    let stage = Stage::of_long_nights(Settings::default());
    let members = stage.members(40);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "contained", &[]).succeeded();
    stage.apply("contained").succeeded();
    stage.plan(&roster, "reinstate", "plan", &[]).succeeded();
    let before = stage.ledger().writes.len();
    let confirm = ["apply", "plan", "--confirm", "40"];
    for writes in [15, 40, 55] {
        if stage.ledger().writes.len() < before + writes as usize {
            stage.kill_after_writes(before as u64 + writes, &confirm);
        }
    }
    stage.run(&confirm).succeeded();
    assert_eq!(stage.outcomes("plan")["done"], 40);
    stage.judge_since("plan", before);
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
        "2 accounts are no longer", "row 1 (sheet row 2), ", "Global Administrator", "row 2 (sheet row 3), ",
    ]);
    let results = stage.results("plan");
    let outcomes: Vec<&str> = (1..=3).map(|row| &*results[&row]["outcome"]).collect();
    assert_eq!(outcomes, ["refused", "refused", "done"]);
}

#[test]
fn an_administrator_whom_the_list_calls_otherwise_must_still_hold_the_same_roles() {
    const EXCHANGE_ADMINISTRATOR: &str = "29232cdf-9323-42fd-ade2-1d097af3e4de";
    let stage = Stage::new();
    let members = stage.members(40);
    for administrator in &members[..2] {
        assert!(stage.simulator.assign_role(administrator.id, EXCHANGE_ADMINISTRATOR.parse().unwrap()));
    }
    let names = ["Somebody Else"; 2].into_iter().chain(std::iter::repeat(""));
    let rows = members.iter().zip(names).map(|(user, name)| format!("{},{name}\n", user.user_principal_name));
    stage.write("list.csv", format!("user,display name\n{}", rows.collect::<String>()));
    stage.plan("list.csv", "contain", "plan", &["--allow-privileged"]).succeeded().says(&["name Somebody Else on"]);
    let first = csv::Reader::from_path(stage.path("plan/plan.csv")).unwrap().records().next().unwrap().unwrap();
    assert!(first[6].starts_with("privileged+contradicted: ") && !first[6].contains("Somebody"), "{first:?}");
    assert!(first[18].starts_with("name Somebody Else on the roster"), "{first:?}");
    assert!(stage.simulator.assign_role(members[0].id, GLOBAL_ADMINISTRATOR.parse().unwrap()));
    stage.apply("plan").exited(3).complains(&["1 account is no longer", "Somebody Else", "Global Administrator"]);
    let results = stage.results("plan");
    assert_eq!([1, 2].map(|row| &*results[&row]["outcome"]), ["refused", "done"]);
}

#[test]
fn a_group_that_is_called_otherwise_makes_no_other_administrator_and_another_group_does() {
    let stage = Stage::new();
    let members = stage.members(40);
    let groups: Vec<_> = stage.simulator.groups().into_iter().filter(|group| group.role_assignable).collect();
    let [group, other, ..] = &groups[..] else { panic!("{groups:?}") };
    for member in &members[..2] {
        assert!(stage.simulator.add_to_group(member.id, group.id));
    }
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "plan", &["--allow-privileged"]).succeeded();
    assert!(stage.simulator.change_group(group.id, |group| group.display_name = "Called otherwise".into()));
    assert!(stage.simulator.add_to_group(members[1].id, other.id));
    stage.apply("plan").exited(3).complains(&["1 account is no longer", "row 2 (sheet row 3), "]);
    let results = stage.results("plan");
    assert_eq!([1, 2].map(|row| &*results[&row]["outcome"]), ["done", "refused"]);
}

#[test]
fn who_has_drifted_is_planned_again_by_the_results_of_the_run() {
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
