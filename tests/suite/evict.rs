//! The playbook `evict`: what an intruder registered is removed, and nothing else is touched.

use std::collections::HashMap;
use std::time::Duration;

use sealoff::simulator::{
    ALTERNATE_MOBILE_ID, Limit, LimitShape, MOBILE_ID, OFFICE_ID, Operation, Permission, Quota, Settings,
    SimulatedMethod, SimulatedMethodKind, SimulatedMethods, SimulatedUser,
};
use time::OffsetDateTime;

use crate::stage::Stage;

fn settings() -> Settings {
    Settings { permissions: Permission::with_methods(), ..Settings::default() }
}

fn method(kind: SimulatedMethodKind, id: &str, days: Option<i64>) -> SimulatedMethod {
    SimulatedMethod::new(kind, id, days.map(|days| OffsetDateTime::now_utc() - time::Duration::days(days)), "label")
}

/// Gives somebody these methods beside the password, in this order: the first that can be the default is it.
fn hold(stage: &Stage, user: &SimulatedUser, methods: &[SimulatedMethod]) {
    let password = stage.simulator.methods(user.id).unwrap().methods.remove(0);
    assert!(stage.simulator.change_methods(user.id, |held| {
        *held = SimulatedMethods::default();
        [password].iter().chain(methods).for_each(|method| held.register(method.clone()));
    }));
}

fn kinds(stage: &Stage, user: &SimulatedUser) -> Vec<SimulatedMethodKind> {
    let held = stage.simulator.methods(user.id).unwrap().methods;
    held.iter().map(|method| method.kind).filter(|kind| *kind != SimulatedMethodKind::Password).collect()
}

fn lines(stage: &Stage, file: &str) -> Vec<HashMap<String, String>> {
    let text = std::fs::read_to_string(stage.path(file)).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// The deletions that were tried for somebody, and whether sessions were ended last.
fn written(stage: &Stage, user: &SimulatedUser) -> Vec<String> {
    let ledger = stage.ledger();
    let of = |operation: &Operation| match operation {
        Operation::DeleteMethod { id, .. } => Some(format!("delete {id}")),
        Operation::Revoke => Some("revoke".to_owned()),
        _ => None,
    };
    ledger.writes_to(user.id).filter_map(|write| of(&write.operation)).collect()
}

/// Three people who are blocked: with a default that is in the way, with one method, with none.
fn blocked(stage: &Stage) -> (Vec<SimulatedUser>, String) {
    let members = stage.members(3);
    let (mobile, alternate) = (MOBILE_ID.to_string(), ALTERNATE_MOBILE_ID.to_string());
    hold(
        stage,
        &members[0],
        &[
            method(SimulatedMethodKind::SoftwareOath, "oath", Some(300)),
            method(SimulatedMethodKind::Phone, &mobile, None),
            method(SimulatedMethodKind::Phone, &alternate, Some(2)),
            method(SimulatedMethodKind::Authenticator, "app", Some(400)),
            method(SimulatedMethodKind::Passkey, "k/S+=", Some(1)),
        ],
    );
    hold(stage, &members[1], &[method(SimulatedMethodKind::Phone, &mobile, Some(100))]);
    hold(stage, &members[2], &[]);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    (members, roster)
}

#[test]
fn every_method_goes_the_default_one_last_and_the_sessions_after_all_of_them() {
    let stage = Stage::with(settings());
    let (members, _) = blocked(&stage);
    let earlier = stage.ledger().writes.len();
    let planned = stage.plan("blocked", "evict", "out", &["--methods", "all"]).succeeded();
    planned.says(&["this plan removes 6 methods of 2 people", "2 people are left with none"]);
    assert_eq!(stage.ledger().writes.len(), earlier, "planning only reads");
    stage.apply("out").succeeded();
    assert_eq!(kinds(&stage, &members[0]), []);
    assert_eq!(kinds(&stage, &members[1]), []);
    let (mobile, alternate) = (MOBILE_ID.to_string(), ALTERNATE_MOBILE_ID.to_string());
    let expected = ["k/S+=", &alternate, "oath", "app", &mobile, "oath"].map(|id| format!("delete {id}"));
    let tried = written(&stage, &members[0]);
    assert_eq!(tried[1..7], expected, "after the revoke of the block; the code is the default, and refused once");
    assert_eq!(tried[7..], ["revoke"]);
    assert_eq!(written(&stage, &members[2]), ["revoke", "revoke"], "nothing to remove, and sessions are ended");
    let results = stage.results("out");
    assert!(results[&1]["detail"].starts_with("5 of 5 methods removed"), "{:?}", results[&1]);
    assert_eq!(stage.outcomes("out")["done"], 3);
    let each = lines(&stage, "out/ways-in-results.csv");
    assert_eq!(each.len(), 6);
    assert!(each.iter().all(|line| line["outcome"] == "removed"));
    let proved = stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
    proved.says(&["Every step of all 3 accounts is proved"]);
    let found = lines(&stage, "out/verification.csv");
    let found = |row: &str| found.iter().find(|line| line["row"] == row && line["step"] == "methods").unwrap().clone();
    assert_eq!((found("1")["verdict"].as_str(), found("1")["found"].as_str()), ("proved", "none of 5 methods is left"));
}

/// The part of the report about methods, as plain text.
fn reported(stage: &Stage) -> String {
    stage.run(&["report", "out"]);
    let page = std::fs::read_to_string(stage.path("out/report.html")).unwrap();
    let section = page.split("id=\"removed-title\"").nth(1).unwrap().split("</section>").next().unwrap();
    let text: Vec<&str> = section.split('<').filter_map(|part| part.split_once('>').map(|(_, text)| text)).collect();
    text.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Of each kind, the page says how many are to be removed.
fn planned_kinds(stage: &Stage) {
    let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
    let of = |kind: &str| {
        let row = page.split("<tr role=\"row\">").find(|row| row.contains(&format!(">{kind}<"))).unwrap();
        row.split("data-label=\"To be removed\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    assert_eq!(
        ["Passkey or security key", "Mobile number", "Microsoft Authenticator", "App that shows codes"].map(of),
        ["1", "1", "0", "0"]
    );
}

#[test]
fn only_what_may_be_new_goes_and_what_stays_is_named() {
    let stage = Stage::with(settings());
    let (members, _) = blocked(&stage);
    let planned = stage.plan("blocked", "evict", "out", &["--methods", "since=20d"]).succeeded();
    planned
        .says(&["this plan removes 3 methods of 1 person", "3 methods stay", "--methods since"])
        .says(&["passkey or security key: 1 of the last 7 days; 1 is removed"])
        .says(&[
            "mobile number: 1 older, 1 of unknown age; 1 is removed",
            "Microsoft Authenticator: 1 older; none is removed",
        ]);
    planned_kinds(&stage);
    let list = lines(&stage, "out/ways-in.csv");
    let of = |fate: &str| {
        let mut kinds: Vec<_> =
            list.iter().filter(|line| line["plan"] == fate).map(|line| line["method"].clone()).collect();
        kinds.sort_unstable();
        kinds
    };
    let (removed, stay) = (of("remove"), of("stays"));
    assert_eq!(removed, ["alternate-mobile", "mobile-phone", "passkey"], "the age of the number is not known");
    assert_eq!(stay, ["authenticator", "mobile-phone", "software-oath"]);
    assert!(reported(&stage).contains("mobile number 0 1 0 0 0 1 "), "not begun: {}", reported(&stage));
    stage.apply("out").succeeded();
    // Removed, to come, uncertain, refused, out of reach, and registered before.
    let report = reported(&stage);
    for said in [
        "passkey or security key 1 0 0 0 0 0 ",
        "mobile number 1 0 0 0 0 1 ",
        "app that shows codes 0 0 0 0 0 1 ",
        "1 person",
        "A method of unknown age may have appeared at any time.",
    ] {
        assert!(report.contains(said), "{said}: {report}");
    }
    let places =
        ["second mobile number, removed", "passkey or security key, removed", "unknown age: mobile number, removed"];
    let places = places.map(|said| report.find(said).unwrap_or_else(|| panic!("{said}: {report}")));
    assert!(places.is_sorted(), "by the moment at which they appeared: {report}");
    assert!(report.contains(&*members[0].user_principal_name) && !report.contains(&*members[1].user_principal_name));
    assert_eq!(kinds(&stage, &members[0]), [SimulatedMethodKind::SoftwareOath, SimulatedMethodKind::Authenticator]);
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded().says(&["Every step of all 3 accounts is proved"]);
}

#[test]
fn what_graph_keeps_is_left_and_the_results_say_so() {
    let stage = Stage::with(settings());
    let (members, _) = blocked(&stage);
    let (mobile, alternate) = (MOBILE_ID.to_string(), ALTERNATE_MOBILE_ID.to_string());
    hold(
        &stage,
        &members[1],
        &[
            method(SimulatedMethodKind::Phone, &alternate, Some(2)),
            method(SimulatedMethodKind::Phone, &mobile, Some(2)),
            method(SimulatedMethodKind::HardwareOath, "token", None),
        ],
    );
    let planned = stage.plan("blocked", "evict", "out", &["--methods", "all"]).succeeded();
    planned.says(&["1 method is meant and cannot be removed from here"]);
    stage.apply("out").exited(3);
    let row = stage.results("out").remove(&2).unwrap();
    assert_eq!((row["outcome"].as_str(), row["sessions_revoked"].as_str()), ("partial", "done"), "{row:?}");
    for said in
        ["0 of 3 methods removed", "Cannot delete default method", "alternate mobile phone is registered", "token"]
    {
        assert!(row["detail"].contains(said), "{said}: {}", row["detail"]);
    }
    let report = reported(&stage);
    for said in [
        "token that shows codes 0 0 0 0 1 ", "mobile number 1 0 0 1 0 ", "Why some stay",
        "Cannot delete default method", "remove it in the Entra admin center",
    ] {
        assert!(report.contains(said), "{said}: {report}");
    }
    assert!(!report.contains("What appeared since"), "all were meant: {report}");
    let each = lines(&stage, "out/ways-in-results.csv");
    let of = |id: &str| each.iter().find(|line| line["row"] == "2" && line["id"] == id).unwrap()["outcome"].clone();
    assert_eq!([&alternate, &mobile, "token"].map(of), ["failed", "failed", "cannot-remove"]);
    let verified = stage.run(&["verify", "out", "--wait", "0s"]);
    assert_ne!(verified.code, Some(0), "{}", verified.out);
    let verified = verified.says(&["To try the 1 account that is not done again, when the cause is fixed"]);
    assert!(verified.out.contains("sealoff apply out --retry-failed --confirm 1@"), "{}", verified.out);
    let found = lines(&stage, "out/verification.csv");
    let found = found.iter().find(|line| line["row"] == "2" && line["step"] == "methods").unwrap();
    assert_eq!(found["verdict"], "not yet");
    assert!(found["found"].starts_with("2 of 2 methods are still there: "), "{}", found["found"]);
    // The cause goes away, and what is missing is tried again: only that, and the sessions are ended after it.
    hold(&stage, &members[1], &[method(SimulatedMethodKind::Phone, &mobile, Some(2))]);
    stage.run(&["apply", "out", "--retry-failed", "--confirm", "1"]).succeeded();
    assert_eq!(kinds(&stage, &members[1]), []);
    assert_eq!(written(&stage, &members[1]).last().unwrap(), "revoke");
}

/// `since` names a default that is new, or of unknown age, while older methods stay: Graph keeps it. At how many people that is so
/// says nothing about the run.
#[test]
fn a_default_that_graph_keeps_beside_others_does_not_stop_a_run_and_the_report_says_what_to_do() {
    let stage = Stage::with(settings());
    let mobile = MOBILE_ID.to_string();
    let default = method(SimulatedMethodKind::Phone, &mobile, None);
    let members = kept_numbers(&stage, 60, &[default, method(SimulatedMethodKind::Authenticator, "app", Some(400))]);
    let applied = stage.apply("out").exited(3);
    assert!(!applied.err.contains("the run was stopped"), "{}", applied.err);
    assert!(members.iter().all(|member| written(&stage, member).last().unwrap() == "revoke"));
    let report = reported(&stage);
    assert!(report.contains("60 × mobile number: "), "{report}");
    let page = std::fs::read_to_string(stage.path("out/report.html")).unwrap();
    for said in ["the default one, and others stay", "set another default in the Entra admin center"] {
        assert!(page.contains(said), "{said}");
    }
    let each = lines(&stage, "out/ways-in-results.csv");
    assert!(each.iter().all(|line| line["outcome"] == "failed" && line["detail"].contains("request-id")), "{each:?}");
}

/// So many people of whom Graph keeps a number that `since` names: the default one beside others, or the first beside a second.
fn kept_numbers(stage: &Stage, people: usize, held: &[SimulatedMethod]) -> Vec<SimulatedUser> {
    let members = stage.members(people);
    members.iter().for_each(|member| hold(stage, member, held));
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    stage.plan("blocked", "evict", "out", &["--methods", "since=30d"]).succeeded();
    members
}

/// Graph keeps the first number as long as a second one is there, and `since` leaves that.
#[test]
fn a_first_number_that_graph_keeps_beside_a_second_does_not_stop_a_run() {
    let stage = Stage::with(settings());
    let (mobile, alternate) = (MOBILE_ID.to_string(), ALTERNATE_MOBILE_ID.to_string());
    let held = [
        method(SimulatedMethodKind::Authenticator, "app", Some(400)),
        method(SimulatedMethodKind::Phone, &alternate, Some(300)),
        method(SimulatedMethodKind::Phone, &mobile, Some(2)),
    ];
    let members = kept_numbers(&stage, 60, &held);
    let applied = stage.apply("out").exited(3);
    assert!(!applied.err.contains("the run was stopped"), "{}", applied.err);
    assert!(members.iter().all(|member| written(&stage, member).last().unwrap() == "revoke"));
    assert!(stage.results("out").values().all(|row| row["detail"].contains("alternate mobile phone is registered")));
}

/// What an earlier process was refused is of that process: the next one, which only ends sessions, is not stopped by it.
#[test]
fn a_run_that_was_killed_after_defaults_were_kept_goes_on_to_its_end() {
    let stage = Stage::with(settings());
    let mobile = MOBILE_ID.to_string();
    let held = [
        method(SimulatedMethodKind::Phone, &mobile, None),
        method(SimulatedMethodKind::Authenticator, "app", Some(400)),
    ];
    let members = kept_numbers(&stage, 80, &held);
    // Everyone's is refused twice: at once, and when nothing else is left. Their sessions are ended two seconds after that, and of
    // the 14th person whose are, the process hears nothing more.
    let applied = stage.ledger().applied().count() as u64;
    let apply = ["apply", "out", "--confirm", "80", "--halt-at", "1"];
    stage.kill_after_writes(applied + 14, &apply);
    let journal = std::fs::read_to_string(stage.path("out/journal.jsonl")).unwrap();
    let kept = journal.matches("Cannot delete default").count() / 2;
    assert!((12..=30).contains(&kept), "{kept}: too few would be counted again, or too few are left");
    let resumed = stage.run(&apply).exited(3);
    assert!(!resumed.err.contains("the run was stopped"), "{}", resumed.err);
    assert!(members.iter().all(|member| written(&stage, member).last().unwrap() == "revoke"));
}

#[test]
fn who_is_open_is_refused_and_who_was_reset_is_not() {
    let stage = Stage::with(settings());
    let members = stage.members(3);
    let key = |id: &str| method(SimulatedMethodKind::Passkey, id, Some(1));
    for (index, member) in members.iter().enumerate() {
        hold(&stage, member, &[key(&format!("k{index}"))]);
    }
    let roster = stage.roster_of(&members);
    let refused = stage.plan(&roster, "evict", "open", &["--methods", "all"]).succeeded();
    refused.says(&["still-open", "No account would be changed"]);
    assert!(std::fs::read_to_string(stage.path("open/refused.csv")).unwrap().contains("no earlier run replaced"));
    assert!(!stage.path("open/ways-in.csv").exists() || lines(&stage, "open/ways-in.csv").is_empty());
    stage.plan(&stage.roster_of(&members[..2]), "breach", "reset", &[]).succeeded();
    stage.apply("reset").succeeded();
    stage
        .plan("reset", "evict", "out", &["--methods", "all"])
        .succeeded()
        .says(&["this plan removes 2 methods of 2 people"]);
    stage.apply("out").succeeded();
    assert_eq!(kinds(&stage, &members[0]), []);
    assert_eq!(kinds(&stage, &members[2]), [SimulatedMethodKind::Passkey], "never touched");
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
}

#[test]
fn what_changed_since_the_plan_is_seen() {
    let stage = Stage::with(settings());
    let (members, _) = blocked(&stage);
    stage.plan("blocked", "evict", "out", &["--methods", "all"]).succeeded();
    // One is gone already, and one appeared.
    assert!(stage.simulator.change_methods(members[0].id, |held| {
        held.methods.retain(|method| &*method.id != "app");
        held.register(method(SimulatedMethodKind::Passkey, "later", Some(0)));
    }));
    stage.apply("out").succeeded();
    assert_eq!(kinds(&stage, &members[0]), [SimulatedMethodKind::Passkey], "not in the plan, so not removed");
    let each = lines(&stage, "out/ways-in-results.csv");
    assert!(each.iter().all(|line| line["outcome"] == "removed"), "what is gone already is done");
    stage.run(&["verify", "out", "--wait", "0s"]);
    let found = lines(&stage, "out/verification.csv");
    let found = found.iter().find(|line| line["row"] == "1" && line["step"] == "methods").unwrap();
    assert_eq!(found["verdict"], "cannot be proved");
    assert!(found["found"].contains("registered since the plan was made, and left: passkey of "), "{}", found["found"]);
    // Who can sign in again is no longer the one of the plan.
    let (others, _) = (stage.members(8), ());
    let one = &others[7];
    hold(&stage, one, &[method(SimulatedMethodKind::Passkey, "k", Some(1))]);
    let roster = stage.roster_of(std::slice::from_ref(one));
    stage.plan(&roster, "contain", "eighth", &[]).succeeded();
    stage.apply("eighth").succeeded();
    stage.plan("eighth", "evict", "late", &["--methods", "all"]).succeeded();
    stage.plan(&roster, "reinstate", "again", &[]).succeeded();
    stage.apply("again").succeeded();
    let drifted = stage.apply("late");
    assert_eq!(drifted.code, Some(4), "{}{}", drifted.out, drifted.err);
    assert_eq!(kinds(&stage, one), [SimulatedMethodKind::Passkey]);
}

#[test]
fn killed_at_every_write_nothing_is_lost_and_nothing_is_touched_that_is_not_in_the_plan() {
    let stage = Stage::with(settings());
    let members = stage.members(4);
    let mobile = MOBILE_ID.to_string();
    for (index, member) in members.iter().enumerate() {
        let key = |number: usize| method(SimulatedMethodKind::Passkey, &format!("k{index}-{number}"), Some(1));
        hold(&stage, member, &[key(1), key(2), method(SimulatedMethodKind::Phone, &mobile, None)]);
    }
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    stage.plan("blocked", "evict", "out", &["--methods", "all"]).succeeded();
    let apply = ["apply", "out", "--confirm", "4"];
    let mut kills = 0;
    for more in 1.. {
        // Counted first: what the killed process had under way may arrive in between. What was removed already is refused, and changes nothing.
        let seen = stage.ledger().writes.iter().filter(|write| write.applied).count();
        let left: usize = members.iter().map(|member| kinds(&stage, member).len()).sum();
        // So many writes are certainly to come.
        if left < more {
            break;
        }
        stage.kill_after_writes((seen + more) as u64, &apply);
        kills += 1;
    }
    assert!(kills >= 3, "{kills}");
    stage.run(&apply).succeeded();
    for member in &members {
        assert_eq!(kinds(&stage, member), []);
        assert_eq!(written(&stage, member).last().unwrap(), "revoke");
    }
    assert!(lines(&stage, "out/ways-in-results.csv").iter().all(|line| line["outcome"] == "removed"));
    let people: Vec<_> = members.iter().map(|member| member.id).collect();
    let deleted = |operation: &Operation| matches!(operation, Operation::DeleteMethod { .. });
    let ledger = stage.ledger();
    assert!(
        ledger
            .applied()
            .filter(|write| deleted(&write.operation))
            .all(|write| people.contains(&write.object_id.unwrap()))
    );
    stage.verify_after_kills("out");
}

#[test]
fn throttling_of_methods_costs_only_time() {
    let quota = Quota {
        authentication_methods: Some(Limit {
            shape: LimitShape::TokenBucket,
            amount: 4.0,
            window: Duration::from_secs(2),
        }),
        ..Quota::documented(1_000)
    };
    let stage = Stage::at_speed(100.0, Settings { quota, ..settings() });
    let by_pace = "by the write quota and the pace at which methods are removed, ten a second at most";
    let members = stage.members(20);
    for member in &members {
        let (key, app) = (SimulatedMethodKind::Passkey, SimulatedMethodKind::Authenticator);
        hold(&stage, member, &[method(app, "a", None), method(key, "k1", Some(1)), method(key, "k2", Some(1))]);
    }
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    let planned = stage.plan("blocked", "evict", "out", &["--methods", "all"]).succeeded();
    // Sixty methods: six seconds, where the write quota alone would let all of it out at once.
    planned
        .says(&[&format!("at least 6 s {by_pace}; 1 min where Graph lets no more through than it begins with")])
        .never_says(&["within the burst", "by the tenant's write quota"]);
    let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
    assert!(page.contains("1 min where Graph lets no more through than it begins with"));
    let json = stage.plan("blocked", "evict", "as-json", &["--methods", "all", "--json"]).succeeded().json();
    assert_eq!((&json["plan"]["floor_seconds"], &json["slow_end_seconds"]), (&6.into(), &60.into()));
    stage.run(&["status", "out"]).says(&[&format!("at least 6 s {by_pace}")]).never_says(&["documented quota"]);
    let ran = stage.apply("out").succeeded();
    let ran = ran.says(&[&format!("at least 6 s {by_pace}; ")]).never_says(&["the quota's floor"]);
    stage.run(&["report", "out"]).succeeded();
    let page = std::fs::read_to_string(stage.path("out/report.html")).unwrap();
    assert!(page.contains("no floor is drawn") && !page.contains("floor for every step"), "a floor that is not known");
    assert!(!ran.out.contains(" 0 writes throttled"), "{}", ran.out);
    assert!(members.iter().all(|member| kinds(&stage, member).is_empty()));
}

#[test]
fn a_playbook_and_what_it_removes_belong_together() {
    let stage = Stage::with(settings());
    let (_, roster) = blocked(&stage);
    let plan = |playbook: &str, more: &[&str]| stage.plan(&roster, playbook, "out", more);
    plan("evict", &[]).exited(4).complains(&["--methods all or --methods since=TIME"]);
    plan("evict", &["--methods", "list"]).exited(4).complains(&["--methods all or --methods since=TIME"]);
    plan("contain", &["--methods", "all"]).exited(4).complains(&["goes with the playbook evict alone"]);
    plan("evict", &["--methods", "since=9999-01-01"]).exited(2).complains(&["still to come"]);
    plan("evict", &["--methods", "some"]).exited(2).complains(&["list, all, or since=TIME"]);
    stage.plan("blocked", "evict", "out", &["--methods", "all", "--sheet", "2"]).exited(2).complains(&["no columns"]);
    let drill = stage.run(&["drill", "--playbook", "breach", "--methods", "all", "--out", "out"]).exited(2);
    drill.complains(&["in a drill --methods goes with the playbook evict alone"]);
    assert!(!stage.path("out").exists());
}

#[test]
fn the_permissions_are_asked_for_kind_by_kind() {
    use Permission::UserAuthMethodPasskeyReadWriteAll;
    let mut permissions = Permission::with_methods();
    permissions.remove(&UserAuthMethodPasskeyReadWriteAll);
    let stage = Stage::with(Settings { permissions: permissions.clone(), ..Settings::default() });
    let members = stage.members(2);
    hold(&stage, &members[0], &[method(SimulatedMethodKind::Passkey, "k", Some(1))]);
    hold(&stage, &members[1], &[method(SimulatedMethodKind::Phone, &OFFICE_ID.to_string(), Some(1))]);
    for (index, refused) in [(0, true), (1, false)] {
        let (first, out) = (format!("blocked{index}"), format!("out{index}"));
        stage.plan(&stage.roster_of(&members[index..=index]), "contain", &first, &[]).succeeded();
        stage.apply(&first).succeeded();
        stage.plan(&first, "evict", &out, &["--methods", "all"]).succeeded();
        let ran = stage.apply(&out);
        if refused {
            ran.exited(5).complains(&["UserAuthMethod-Passkey.ReadWrite.All"]).never_says(&["Phone"]);
        } else {
            ran.succeeded();
        }
    }
    stage.run(&["doctor", "--playbook", "evict"]).exited(5).says(&["UserAuthMethod-Passkey.ReadWrite.All"]);
}
