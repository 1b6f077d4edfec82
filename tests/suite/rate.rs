//! New passwords that come no faster than somebody can hand them over.

use std::time::Duration;

use time::OffsetDateTime;

use sealoff::simulator::{Operation, Settings, SimulatedUser, WriteRecord};

use crate::stage::{Ran, Stage};

/// Another machine's clock, and the way there: seconds of the tenant.
const JITTER: Duration = Duration::from_secs(50);
const INTERVAL: Duration = Duration::from_secs(180);

fn blocked(people: usize) -> (Stage, Vec<SimulatedUser>) {
    let stage = Stage::with(Settings { users: 300, ..Settings::default() });
    let members = stage.members(people);
    for member in &members {
        stage.simulator.change(member.id, |user| user.account_enabled = false);
    }
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "reinstate", "back", &[]).succeeded();
    (stage, members)
}

fn at_rate(stage: &Stage, more: &[&str]) -> Ran {
    let confirm = stage.accounts("back").to_string();
    stage.run(&[&["apply", "back", "--confirm", &confirm, "--rate", "20/h"], more].concat())
}

/// When passwords were set behind so many writes, by the tenant's clock.
fn resets_after(stage: &Stage, writes: usize) -> Vec<Duration> {
    let is_reset = |write: &&WriteRecord| matches!(write.operation, Operation::Patch { password: Some(_), .. });
    stage.ledger().writes[writes..].iter().filter(is_reset).map(|write| write.at).collect()
}

fn are_apart(resets: &[Duration]) -> bool {
    resets.windows(2).all(|pair| pair[1].saturating_sub(pair[0]) >= INTERVAL - JITTER)
}

#[test]
fn passwords_come_one_after_the_other_and_every_screen_knows_the_rate() {
    let (stage, _) = blocked(4);
    let ran = at_rate(&stage, &["--json"]).succeeded();
    let said = ["a new password every 3 min (--rate 20/h): at least 9 min for 4 people", "left at 20/h"];
    let recap = ran.complains(&said).json();
    stage.judge("back");
    assert_eq!(stage.outcomes("back")["done"], 4);
    let resets = resets_after(&stage, 0);
    assert!(resets.len() == 4 && are_apart(&resets), "{resets:?}");
    assert_eq!((&recap["pace"]["rate"], &recap["statistics"]["floor"]), (&"20/h".into(), &540.0.into()), "{recap}");
    stage.run(&["report", "back"]).succeeded();
    let page = std::fs::read_to_string(stage.path("back/report.html")).unwrap();
    assert!(page.contains("New passwords were held to 20/h, by --rate."));
}

#[test]
fn a_run_that_was_killed_goes_on_without_a_burst_and_status_knows_how_long() {
    let (stage, _) = blocked(4);
    let confirm = stage.accounts("back").to_string();
    // The change of the first account, its revoke, and the change of the second one.
    stage.kill_after_writes(3, &["apply", "back", "--confirm", &confirm, "--rate", "20/h"]);
    stage.run(&["status", "back"]).exited(3).says(&["at 20/h, the rate of the last process"]);
    let status = stage.run(&["status", "back", "--json"]).exited(3).json();
    assert_eq!(status["run"]["journal"]["rate"], "20/h", "{status}");
    assert!(
        status["run"]["time_left"].as_f64().unwrap() >= 360.0,
        "two wait, the first of them for an interval: {status}"
    );
    let before = stage.ledger().writes.len();
    // The rate is not given once more, and a file of settings knows less of this run than the run itself.
    stage.write("sealoff.toml", "rate = \"10000/min\"\n");
    let goes_on = stage.run(&["apply", "back", "--confirm", &confirm, "--json"]).succeeded();
    let recap =
        goes_on.complains(&["a new password every 3 min (the rate 20/h of the last process; --rate N/h"]).json();
    assert_eq!(recap["pace"]["rate"], "20/h", "{recap}");
    stage.judge("back");
    assert_eq!(stage.outcomes("back")["done"], 4);
    let later = resets_after(&stage, before);
    assert!(are_apart(&later[later.len() - 2..]), "{later:?}");
}

#[test]
fn a_run_that_goes_on_keeps_to_another_rate_or_to_none_where_that_is_said() {
    let (stage, _) = blocked(8);
    let confirm = stage.accounts("back").to_string();
    let apply = ["apply", "back", "--confirm", &confirm];
    // So many writes later than now, each time.
    let kill_after = |writes: u64, rate: &str| {
        let written = stage.simulator.counters().writes_applied;
        stage.kill_after_writes(written + writes, &[&apply[..], &["--rate", rate]].concat());
    };
    kill_after(3, "20/h");
    let sweep = stage.run(&[&apply[..], &["--schedule", "sweep"]].concat()).exited(2);
    sweep.complains(&["the rate 20/h of the last process does not fit --schedule sweep", "--rate off"]);
    let before = stage.ledger().writes.len();
    kill_after(3, "30/h");
    let status = stage.run(&["status", "back", "--json"]).exited(3).json();
    assert_eq!(status["run"]["journal"]["rate"], "30/h", "{status}");
    let apart = resets_after(&stage, before);
    assert!(apart.len() >= 2, "{apart:?}");

    kill_after(1, "off");
    let status = stage.run(&["status", "back", "--json"]).exited(3).json();
    assert!(status["run"]["journal"].get("rate").is_none(), "{status}");
    let before = stage.ledger().writes.len();
    // A file of settings knows less of this run than the person who held it to no rate, and the process after this one knows it, too.
    stage.write("sealoff.toml", "rate = \"1/d\"\n");
    let goes_on = stage.run(&[&apply[..], &["--json"]].concat()).succeeded();
    let recap = goes_on.complains(&["held to no rate, as by the last process; --rate N/h"]).json();
    let journal = std::fs::read_to_string(stage.path("back/journal.jsonl")).unwrap();
    let engaged = journal.lines().rfind(|line| line.contains("\"record\":\"engaged\"")).unwrap();
    assert!(engaged.contains("\"rate\":\"off\""), "{engaged}");
    assert!(recap["pace"].get("rate").is_none(), "{recap}");
    stage.judge("back");
    assert_eq!(stage.outcomes("back")["done"], 8);
    let burst = resets_after(&stage, before);
    assert!(burst.last().zip(burst.first()).is_some_and(|(last, first)| *last - *first < INTERVAL), "{burst:?}");
}

#[test]
fn an_account_that_changes_while_it_waits_is_left_alone() {
    let (stage, members) = blocked(5);
    let last = members.last().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            stage.wait_for_writes(2);
            stage.simulator.change(last.id, |user| user.user_principal_name = "someone.else@contoso.com".into());
        });
        at_rate(&stage, &[]).exited(3).complains(&["drifted: renamed to someone.else@contoso.com"]);
    });
    assert_eq!(stage.outcomes("back")["done"], 4);
    assert!(stage.ledger().writes.iter().all(|write| write.object_id != Some(last.id)), "it was written to");
    assert_eq!(stage.results("back")[&5]["error_code"], "drifted");
}

#[test]
fn who_is_locked_out_once_more_while_they_wait_is_not_let_in() {
    let (stage, members) = blocked(5);
    let last = members.last().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            stage.wait_for_writes(2);
            let later = OffsetDateTime::now_utc() + Duration::from_secs(600);
            stage.simulator.change(last.id, |user| user.sign_in_sessions_valid_from = later);
        });
        at_rate(&stage, &[]).exited(3).complains(&["drifted: it is blocked, and after the plan was made somebody"]);
    });
    assert_eq!(stage.outcomes("back")["done"], 4);
    assert!(stage.ledger().writes.iter().all(|write| write.object_id != Some(last.id)), "it was written to");
    assert_eq!(stage.results("back")[&5]["error_code"], "drifted");
}

#[test]
fn a_rate_is_refused_where_it_would_hold_up_what_must_not_wait() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(2));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage
        .run(&["apply", "out", "--confirm", "2", "--rate", "20/h"])
        .exited(2)
        .complains(&["--rate 20/h does not fit contain"]);
    stage.plan(&roster, "breach", "slow", &[]).succeeded();
    let sweep = ["apply", "slow", "--confirm", "2", "--rate", "20/h", "--schedule", "sweep"];
    stage.run(&sweep).exited(2).complains(&["does not fit --schedule sweep", "Leave out --schedule"]);
    stage
        .run(&["apply", "slow", "--confirm", "2", "--rate", "20/hour"])
        .exited(2)
        .complains(&["--rate", "20/h, 2/min or 100/d"]);
    let run = [
        "run", &roster, "--playbook", "offboard", "--out", "never", "--discard-credentials", "--confirm", "2",
        "--rate", "2/d",
    ];
    stage.run(&run).exited(2).complains(&["--rate 2/d does not fit offboard"]);
    assert!(!stage.path("never").exists() && stage.ledger().writes.is_empty());

    // A file of settings holds up no containment.
    stage.write("sealoff.toml", "rate = \"1/d\"\n");
    stage.run(&["apply", "out", "--confirm", "2"]).succeeded();
    let shown = stage.run(&["config", "--playbook", "reinstate", "--json"]).succeeded().out;
    assert!(shown.contains("1/d"), "{shown}");
}
