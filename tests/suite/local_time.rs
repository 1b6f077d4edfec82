//! Moments as the clock on the wall has them, and in UTC.

use std::collections::HashMap;

use crate::passes;
use crate::stage::{Ran, Stage, finish};

/// Central Europe, as POSIX spells it: no file of time zones is needed.
const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

fn in_berlin(stage: &Stage, arguments: &[&str]) -> Ran {
    let mut command = stage.command(arguments);
    command.env("TZ", BERLIN);
    finish(command)
}

// Windows asks its own settings for the time zone, and not the environment.
#[test]
fn a_moment_is_shown_by_the_clock_here_and_in_utc() {
    let stage = Stage::new();
    let members = stage.members(2);
    let roster = stage.roster_of(&members);
    let plan = ["plan", &roster, "--playbook", "contain", "--out", "out"];
    in_berlin(&stage, &plan).succeeded();
    let is_both = |text: &str| (text.contains(" +01:00 (") || text.contains(" +02:00 (")) && text.contains(" UTC)");
    let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
    assert!(is_both(&page), "{page}");
    let status = in_berlin(&stage, &["status", "out"]);
    assert!(is_both(&status.out), "{}", status.out);
    assert!(!is_both(&stage.run(&["status", "out"]).out), "where the machine keeps UTC, that alone is shown");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(stage.path("out/plan.json")).unwrap()).unwrap();
    assert!(json["created_at"].as_str().unwrap().ends_with('Z'), "programs read UTC: {json}");

    let apply = |moment: &str| in_berlin(&stage, &["apply", "out", "--confirm", "2", "--not-before", moment]);
    for (moment, right) in [
        ("2026-12-01 17:00", "write 2026-12-01T17:00:00+01:00"),
        ("2026-07-01 17:00", "write 2026-07-01T17:00:00+02:00"),
    ] {
        let refused = apply(moment);
        assert!(refused.code == Some(2) && refused.err.contains(right), "{refused:?}");
    }
}

#[test]
fn files_have_utc_wherever_they_are_made() {
    let stage = Stage::with(passes::settings());
    let roster = stage.roster_of(&stage.members(2));
    passes::plan(&stage, &roster, "breach", &["--credential", "both"]).succeeded();
    in_berlin(&stage, &["apply", "out", "--confirm", "2"]).succeeded();
    let detail = &stage.results("out")[&1]["detail"];
    assert!(detail.contains("pass good from 2") && !detail.contains("UTC"), "{detail}");

    stage.run(&["verify", "out", "--wait", "0s"]);
    let findings = || stage.journal("out").iter().filter(|line| line["record"] == "verified").count();
    let first = findings();
    in_berlin(&stage, &["verify", "out", "--wait", "0s"]);
    assert!(first > 0);
    assert_eq!(findings(), first, "another time zone is no news");
    let table = std::fs::read_to_string(stage.path("out/verification.csv")).unwrap();
    assert!(!table.contains(" UTC"), "{table}");
}

#[test]
fn a_drill_in_another_time_zone_has_its_app_roles() {
    let stage = Stage::new();
    in_berlin(&stage, &["drill", "--playbook", "evict", "--out", "out"]).succeeded();
    let roles = std::fs::read_to_string(stage.path("out/evict/app-roles.csv")).unwrap();
    let mut roles = csv::Reader::from_reader(roles.as_bytes());
    let rows: Vec<HashMap<String, String>> = roles.deserialize().map(Result::unwrap).collect();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["assigned"].ends_with('Z')), "{rows:?}");
}

#[test]
fn a_plan_that_is_made_again_has_utc_too() {
    let stage = Stage::new();
    let members = stage.members(1);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    stage.run(&["verify", "out", "--wait", "0s"]);
    assert!(stage.simulator.change(members[0].id, |user| user.account_enabled = true));
    in_berlin(&stage, &["verify", "out", "--wait", "0s"]).exited(3);
    in_berlin(&stage, &["again", "out", "--out", "once-more"]).succeeded();
    let plan = std::fs::read_to_string(stage.path("once-more/plan.json")).unwrap();
    assert!(plan.contains("the verification of 2") && !plan.contains(" UTC)"), "{plan}");
}
