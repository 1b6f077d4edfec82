//! What people sign in with beside their password, as a plan lists it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use sealoff::simulator::{
    ALTERNATE_MOBILE_ID, FaultRule, Limit, LimitShape, MOBILE_ID, Permission, Quota, Script, ScriptedAnswer, Settings,
    SimulatedCloud, SimulatedMethod, SimulatedMethodKind, SimulatedMethods, SimulatedUser,
};
use time::OffsetDateTime;

use crate::stage::Stage;

fn settings() -> Settings {
    Settings { permissions: Permission::with_methods(), ..Settings::default() }
}

fn method(kind: SimulatedMethodKind, id: &str, days: Option<i64>, label: &str) -> SimulatedMethod {
    SimulatedMethod::new(kind, id, days.map(|days| OffsetDateTime::now_utc() - time::Duration::days(days)), label)
}

/// Gives somebody these methods beside the password.
fn hold(stage: &Stage, user: &SimulatedUser, methods: &[SimulatedMethod]) {
    let password = stage.simulator.methods(user.id).unwrap().methods.remove(0);
    assert!(stage.simulator.change_methods(user.id, |held| {
        *held = SimulatedMethods::default();
        [password].iter().chain(methods).for_each(|method| held.register(method.clone()));
    }));
}

fn ways_in(stage: &Stage, out: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(stage.path(out).join("ways-in.csv")).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// Three people: one with a key of the intruder's, one with a phone alone, one with nothing.
fn three(stage: &Stage) -> (Vec<SimulatedUser>, String) {
    let members = stage.members(3);
    let mobile = MOBILE_ID.to_string();
    hold(
        stage,
        &members[0],
        &[
            method(SimulatedMethodKind::Passkey, "kSig", Some(1), "=cmd()"),
            method(SimulatedMethodKind::Authenticator, "app", Some(400), "iPhone"),
            method(SimulatedMethodKind::Phone, &mobile, None, "+49 170 1"),
            method(SimulatedMethodKind::Phone, &ALTERNATE_MOBILE_ID.to_string(), Some(12), "+49 170 2"),
        ],
    );
    hold(stage, &members[1], &[method(SimulatedMethodKind::Phone, &mobile, None, "+49 170 3")]);
    hold(stage, &members[2], &[]);
    let roster = stage.roster_of(&members);
    (members, roster)
}

#[test]
fn a_plan_lists_what_its_people_sign_in_with_and_changes_nothing_of_it() {
    let stage = Stage::with(settings());
    let (members, roster) = three(&stage);
    let planned = stage.plan(&roster, "contain", "out", &["--methods", "list"]).succeeded();
    planned.complains(&["listing what 3 people sign in with: under a second to 3 s"]).says(&[
        "Ways in    5 methods of 3 people beside the password: out/ways-in.csv",
        "passkey or security key: 1 of the last 7 days",
        "mobile number: 2 of unknown age",
        "second mobile number: 1 of the 23 days before",
        "Microsoft Authenticator: 1 older",
        "1 person has none: the password alone lets anyone in",
        "1 person has one, and without it none",
        "removes none",
    ]);
    let lines = ways_in(&stage, "out");
    assert_eq!(lines.len(), 5);
    let key = lines.iter().find(|line| line["method"] == "passkey").unwrap();
    assert_eq!((key["row"].as_str(), key["label"].as_str(), key["id"].as_str()), ("1", "'=cmd()", "kSig"));
    assert_eq!((key["type"].as_str(), key["only_one"].as_str()), ("fido2AuthenticationMethod", ""));
    assert!(!key["registered"].is_empty());
    let phone = lines.iter().find(|line| line["row"] == "2").unwrap();
    assert_eq!(
        (phone["registered"].as_str(), phone["only_one"].as_str()),
        ("", "yes"),
        "of unknown age, and the only one"
    );
    assert_eq!(phone["object_id"], members[1].id.to_string());

    let mut plan = csv::Reader::from_path(stage.path("out/plan.csv")).unwrap();
    let numbers: Vec<String> =
        plan.deserialize::<HashMap<String, String>>().map(|row| row.unwrap().remove("methods").unwrap()).collect();
    assert_eq!(numbers, ["4", "1", "0"]);
    let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
    assert!(page.contains("The other ways in") && page.contains("5 methods of 3 people"));
    let ran = stage.apply("out").succeeded();
    ran.says(&["The plan listed 5 methods that its people sign in with", "out/ways-in.csv"]);
    stage.judge("out");
    assert_eq!(stage.simulator.methods(members[0].id).unwrap().methods.len(), 5, "they are as they were");
    let names: Vec<_> = std::fs::read_dir(stage.path("out")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_string_lossy().starts_with(".sealoff")), "{names:?}");
}

#[test]
fn programs_get_kinds_and_ages_and_who_is_refused_is_not_looked_at() {
    let stage = Stage::with(settings());
    let (members, _) = three(&stage);
    let admin = stage.global_administrators().remove(0);
    let text = format!(
        "userPrincipalName\n{}\n{}\nnobody@contoso.com\n",
        members[0].user_principal_name, admin.user_principal_name
    );
    stage.write("list.csv", text);
    let json = stage.plan("list.csv", "contain", "out", &["--methods", "list", "--json"]).succeeded().json();
    let methods = &json["plan"]["methods"];
    assert_eq!((&methods["people"], &methods["with_one"]), (&1.into(), &0.into()), "{methods}");
    assert_eq!(methods["kinds"]["passkey"]["last_7_days"], 1);
    assert_eq!(methods["kinds"]["mobile-phone"]["unknown_age"], 1);
    assert_eq!(json["plan"]["options"]["methods"], "list");
    assert!(ways_in(&stage, "out").iter().all(|line| line["row"] == "1"));
    let plain = stage.plan("list.csv", "contain", "plain", &[]).succeeded();
    assert!(!plain.out.contains("Ways in") && !stage.path("plain/ways-in.csv").exists());
}

#[test]
fn a_list_that_was_changed_is_not_the_plan_that_was_approved() {
    let stage = Stage::with(settings());
    let (_, roster) = three(&stage);
    stage.plan(&roster, "contain", "out", &["--methods", "list"]).succeeded();
    let path = stage.path("out/ways-in.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    stage.write("out/ways-in.csv", text.replace("kSig", "kSag"));
    stage.apply("out").exited(4).complains(&["ways-in.csv was changed after the plan was made"]);
    std::fs::remove_file(&path).unwrap();
    stage.apply("out").exited(4).complains(&["ways-in.csv was changed after the plan was made"]);
    assert_eq!(stage.ledger().writes, []);
}

#[test]
fn the_permission_is_asked_for_by_name_before_anything_is_read() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(2));
    let refused = stage.plan(&roster, "contain", "out", &["--methods", "list"]).exited(5);
    refused.complains(&["UserAuthenticationMethod.Read.All", "--methods", "Grant admin consent"]);
    let tried = stage.plan(&roster, "contain", "out", &["--methods", "list", "--without-checks"]).exited(5);
    tried.complains(&["could not be listed", "no plan was made", "UserAuthenticationMethod.Read.All"]);
    assert!(!stage.path("out/plan.json").exists());
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    assert!(!stage.path("out/ways-in.csv").exists());
    let wrong = stage.plan(&roster, "contain", "other", &["--methods", "delete"]).exited(2);
    wrong.complains(&["'delete'", "list"]);
}

#[test]
fn a_cloud_without_the_list_says_so() {
    let stage = Stage::with(Settings { cloud: SimulatedCloud::China, ..settings() });
    let roster = stage.roster_of(&stage.members(2));
    let refused = stage.plan(&roster, "contain", "out", &["--methods", "list"]).exited(5);
    refused.complains(&[
        "could not be listed",
        "Resource not found for the segment 'methods'",
        "Not every cloud lists methods",
    ]);
}

#[test]
fn whose_methods_graph_will_not_list_is_named_and_the_others_are_listed() {
    let simple = Stage::with(settings());
    let member = simple.members(1).remove(0);
    let rule = FaultRule {
        method: Some("GET".to_owned()),
        path: Some(format!("/users/{}/authentication/methods", member.id)),
        answer: Some(ScriptedAnswer::of(403, "accessDenied", "Request Authorization failed")),
        ..FaultRule::always("answer".parse().unwrap())
    };
    let stage = Stage::with(Settings { script: Script { faults: vec![rule], ..Script::default() }, ..settings() });
    let (_, roster) = three(&stage);
    let planned = stage.plan(&roster, "contain", "out", &["--methods", "list"]).succeeded();
    planned.says(&["1 method of 2 people", "1 person's methods are not known"]);
    let lines = ways_in(&stage, "out");
    assert_eq!(lines[0]["row"], "1");
    assert!(lines[0]["not_read"].contains("Request Authorization failed") && lines[0]["method"].is_empty());
    stage.apply("out").succeeded().says(&["of 1 person it is not known what they have"]);
}

#[test]
fn a_planning_that_was_killed_goes_on_where_it_stopped_and_throttling_costs_only_time() {
    let quota = Quota {
        authentication_methods: Some(Limit {
            shape: LimitShape::TokenBucket,
            amount: 4.0,
            window: Duration::from_secs(2),
        }),
        ..Quota::documented(1_000)
    };
    let stage = Stage::at_speed(40.0, Settings { quota, ..settings() });
    let members = stage.members(60);
    let roster = stage.roster_of(&members);
    let arguments = ["plan", &roster, "--playbook", "contain", "--methods", "list", "--out", "out"];
    let mut child = stage.spawn(&arguments);
    let kept = stage.path("out/.sealoff-ways-in.part");
    let lines =
        || std::fs::read_to_string(&kept).unwrap_or_default().lines().filter(|line| line.contains("account")).count();
    let begun = Instant::now();
    while lines() < 10 {
        assert!(begun.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none(), "it ended or hangs");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let known = lines();
    assert!(known < 60 && !stage.path("out/plan.json").exists());
    let planned = stage.run(&arguments).succeeded();
    planned.complains(&[&format!("{} of 60 people (the others are known", 60 - known)]);
    assert!(stage.simulator.counters().throttled_items > 0, "the pace is found by feedback");
    let lines = ways_in(&stage, "out");
    let held = |member: &SimulatedUser| stage.simulator.methods(member.id).unwrap().methods.len() - 1;
    assert_eq!(lines.len(), members.iter().map(held).sum::<usize>(), "every method of everyone, once");
    for (number, member) in (1..).zip(&members) {
        let row = lines.iter().filter(|line| line["row"] == u32::to_string(&number)).count();
        assert_eq!(row, held(member), "row {number}");
    }
}
