//! The pace of a run as the operator sets it, as the tenant counts it, and as it ends when too much goes wrong.

use std::time::Duration;

use sealoff::simulator::{FaultRule, LimitShape, Quota, RetryAfterDelay, Script, Settings};

use crate::stage::{Ran, Stage};

fn stage(shape: LimitShape, members: usize) -> (Stage, String) {
    let users = 2 * members + 200;
    let quota = Quota::documented(users).with_writes(300.0, Duration::from_secs(150), shape);
    let stage = Stage::with(Settings { users, quota, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(members));
    (stage, roster)
}

fn apply(stage: &Stage, more: &[&str]) -> Ran {
    let confirm = stage.accounts("out").to_string();
    stage.run(&[&["apply", "out", "--confirm", &confirm], more].concat())
}

#[test]
fn a_tenant_that_counts_in_windows_is_finished_all_the_same() {
    for shape in [LimitShape::SlidingWindow, LimitShape::FixedWindow] {
        let (stage, roster) = stage(shape, 400);
        stage.plan(&roster, "breach", "out", &[]).succeeded();
        let recap = apply(&stage, &["--quota-writes", "300/150", "--json"]).succeeded().json();
        stage.judge("out");
        assert_eq!(stage.outcomes("out")["done"], 400);
        assert_eq!(recap["pace"]["quota_writes"], "300/150");
        let statistics = &recap["statistics"];
        // Which shape is found depends on how fast this machine is; the tests of the controller say that it is found.
        let limiter = statistics["limiter"].as_str().unwrap();
        assert!(limiter.ends_with("window") || limiter == "token-bucket", "{recap}");
        assert!(statistics["writes_throttled"].as_u64().unwrap() < 1_200, "{recap}");
        assert!(statistics["elapsed_over_floor"].as_f64().is_some(), "{recap}");
    }
}

#[test]
fn a_quota_that_is_spared_is_not_exceeded() {
    let (stage, roster) = stage(LimitShape::TokenBucket, 60);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let asked = ["--quota-writes", "40/20", "--max-in-flight", "1", "--schedule", "finish-each", "--json"];
    let recap = apply(&stage, &asked).succeeded().json();
    stage.judge("out");
    let ledger = stage.ledger();
    assert_eq!(ledger.counters.max_in_flight, 1);
    assert_eq!(recap["pace"]["schedule"], "finish-each");
    // By the tenant's own clock: 40 at once and two a second after that.
    let first = ledger.writes.first().unwrap().at;
    for (index, write) in ledger.writes.iter().enumerate().skip(40) {
        let (sent, after) = (index as f64 + 1.0, (write.at - first).as_secs_f64());
        assert!(sent <= 40.0 + 20.0 + 2.0 * after, "{sent} writes after {after} s");
    }
}

#[test]
fn a_run_with_too_many_failures_stops_and_can_be_gone_on_with() {
    let stage = Stage::with(Settings { users: 1_000, ..Settings::default() });
    let members = stage.members(400);
    let roster = stage.roster_of(&members);
    // Passwords that are kept on-premises: the operator insists, and the tenant refuses.
    let there =
        stage.simulator.users().into_iter().find_map(|user| user.on_premises.filter(|there| there.sync_enabled));
    for member in &members[..200] {
        stage.simulator.change(member.id, |user| user.on_premises.clone_from(&there));
    }
    stage.plan(&roster, "breach", "out", &["--allow-synced"]).succeeded();
    apply(&stage, &["--max-in-flight", "1"])
        .exited(3)
        .complains(&["accounts failed, more than 10 %", "--halt-at", "sealoff apply out"]);
    stage.judge("out");
    assert!(stage.outcomes("out")["pending"] >= 200, "{:?}", stage.outcomes("out"));
    apply(&stage, &["--halt-at", "100"]).exited(3);
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 200);
    assert!(!stage.outcomes("out").contains_key("pending"), "{:?}", stage.outcomes("out"));
}

#[test]
fn a_pace_that_makes_no_sense_is_refused() {
    let stage = Stage::new();
    for (flag, value) in [
        ("--quota-writes", "3000"),
        ("--max-in-flight", "0"),
        ("--halt-at", "101"),
        ("--schedule", "up"),
        ("--rate", "9"),
    ] {
        stage.run(&["apply", "out", flag, value]).exited(2).complains(&[flag]);
    }
}

/// One write of a batch is throttled: the limit that named a time is shut for all of them, and the operator is not left to wonder
/// why nothing moves.
#[test]
fn a_long_wait_is_kept_by_all_writes_and_says_which_limit_it_is_for() {
    let throttled =
        FaultRule { method: Some("PATCH".to_owned()), times: Some(1), ..FaultRule::always("429".parse().unwrap()) };
    let mut settings =
        Settings { script: Script { faults: vec![throttled], ..Script::default() }, ..Settings::default() };
    settings.faults.retry_after_delay = RetryAfterDelay(Duration::from_secs(120));
    let stage = Stage::with(settings);
    let roster = stage.roster_of(&stage.members(200));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let ran = apply(&stage, &["--max-in-flight", "1"]).succeeded();
    ran.complains(&["Graph asks to wait 2 min: the write quota of this app in the tenant is used up"]);
    stage.judge("out");
    let ledger = stage.ledger();
    let waits = ledger.writes.windows(2).map(|pair| pair[1].at.saturating_sub(pair[0].at));
    let longest = waits.max().unwrap();
    assert!(longest >= Duration::from_secs(119), "{longest:?}");
    let before = ledger.writes.iter().filter(|write| write.at < ledger.writes[0].at + Duration::from_secs(100)).count();
    assert!(before <= 20, "{before} writes left before the wait was over");
}
