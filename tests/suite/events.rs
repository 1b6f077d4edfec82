//! `--events FILE`: what a SIEM reads.

use std::time::Duration;

use sealoff::simulator::{Limit, LimitShape, Quota, Settings};
use serde_json::Value;

use crate::schemas::judge_events;
use crate::stage::Stage;

fn lines(stage: &Stage) -> Vec<Value> {
    let text = std::fs::read_to_string(stage.path("events.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_event_is_a_line_of_the_documented_schema_and_no_secret_is_in_it() {
    let stage = Stage::new();
    let members = stage.members(30);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "breach", "run", &[]).succeeded();
    stage.run(&["apply", "run", "--confirm", "30", "--events", "events.jsonl"]).succeeded();
    let first = lines(&stage);
    let plan: Value = serde_json::from_slice(&std::fs::read(stage.path("run/plan.json")).unwrap()).unwrap();
    for line in &first {
        assert_eq!((&line["schema"], &line["plan"]), (&Value::from(1), &plan["fingerprint"]));
        assert_eq!((&line["tenant"], &line["run"]), (&plan["tenant"]["id"], &first[0]["run"]));
        assert!(line["time"].as_str().unwrap().ends_with('Z'));
    }
    let kinds: Vec<&str> = first.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"started"), Some(&"ended")));
    let sent: u64 =
        first.iter().filter(|line| line["event"] == "sent").map(|line| line["writes"].as_u64().unwrap()).sum();
    assert_eq!(sent as usize, stage.ledger().writes.len(), "every write is reported");
    let ended = first.last().unwrap();
    assert_eq!((&ended["ending"], &ended["statistics"]["writes_accepted"]), (&"finished".into(), &Value::from(60)));
    // The next run appends.
    assert!(stage.simulator.delete(members[0].id));
    stage.plan(&roster, "contain", "other", &[]).succeeded();
    stage.run(&["apply", "other", "--confirm", "29", "--events", "events.jsonl"]).succeeded();
    let both = lines(&stage);
    assert_eq!(both[..first.len()], first);
    assert_ne!(both.last().unwrap()["run"], first[0]["run"]);
    let text = std::fs::read_to_string(stage.path("events.jsonl")).unwrap();
    for row in stage.results("run").values() {
        for password in stage.credentials(row) {
            assert!(!text.contains(password.expose()));
        }
    }
    assert!(!text.contains("age:") && !text.contains("simulated~secret"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(stage.path("events.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_refusal_is_reported_with_who_and_why_and_a_file_that_cannot_be_written_stops_nothing_half_way() {
    let stage = Stage::new();
    let members = stage.members(3);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "run", &[]).succeeded();
    stage
        .run(&["apply", "run", "--confirm", "3", "--events", "no/such/folder/events"])
        .exited(2)
        .complains(&["the events"]);
    assert!(stage.ledger().writes.is_empty(), "found out before the first write");
    // Promoted behind our back, and roles are not read again: Graph refuses.
    stage.simulator.change_app_role(Some(sealoff::simulator::SimulatedRole::UserAdministrator));
    let synced = stage.simulator.users().into_iter().find(|user| user.is_synced() && user.account_enabled).unwrap();
    let roster = stage.roster_of(&[synced]);
    stage.plan(&roster, "breach", "synced", &["--allow-synced"]).succeeded();
    stage.run(&["apply", "synced", "--confirm", "1", "--events", "events.jsonl"]).exited(3);
    let events = lines(&stage);
    let failed = events.iter().find(|line| line["event"] == "steps-failed").unwrap();
    assert_eq!((&failed["row"], &failed["steps"]), (&Value::from(1), &"reset".into()));
    assert!(failed["reason"].as_str().unwrap().contains("on-premises"), "{failed}");
    judge_events(&stage, &["steps-failed"]);
}

#[test]
fn the_quota_of_the_whole_tenant_is_named_when_it_is_reached() {
    let of_tenant = Limit { amount: 100.0, window: Duration::from_secs(10), shape: LimitShape::TokenBucket };
    let quota = Quota { writes_of_tenant: Some(of_tenant), ..Quota::off() };
    // Slow enough that a busy machine still sends faster than this limit refills.
    let stage = Stage::at_speed(100.0, Settings { users: 400, quota, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(200));
    stage.plan(&roster, "contain", "run", &[]).succeeded();
    stage
        .run(&["apply", "run", "--confirm", "200", "--events", "events.jsonl"])
        .succeeded()
        .complains(&["note: the tenant's own limit is reached"]);
    judge_events(&stage, &["throttled", "tenant-limit-reached"]);
}
