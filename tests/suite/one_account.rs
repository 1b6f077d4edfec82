//! One account cannot hold up a run, reads that are an addition stay one, and what went well can be proved.

use std::time::Duration;

use sealoff::simulator::{FaultRule, Latency, Quota, Script, ScriptedAnswer, Settings, SimulatedUser};

use crate::stage::Stage;

const RESTRICTED: &str = "Insufficient privileges to complete the operation. Target object is a member of a restricted management \
    administrative unit and can only be modified by administrators scoped to that administrative unit.";

fn answering(
    method: Option<&str>,
    path: &str,
    query: Option<&str>,
    (status, code, message): (u16, &str, &str),
) -> FaultRule {
    FaultRule {
        method: method.map(str::to_owned),
        path: Some(path.to_owned()),
        query: query.map(str::to_owned),
        answer: Some(ScriptedAnswer::of(status, code, message)),
        ..FaultRule::always("answer".parse().unwrap())
    }
}

/// The directory of a stage before any is made: the same seed gives the same people.
fn members(users: usize, count: usize) -> Vec<SimulatedUser> {
    Stage::with(Settings { users, ..Settings::default() }).members(count)
}

fn stage_with(users: usize, faults: Vec<FaultRule>) -> Stage {
    let script = Script { faults, ..Script::default() };
    Stage::with(Settings { users, script, ..Settings::default() })
}

#[test]
fn an_account_that_is_always_answered_401_fails_alone_with_graphs_words() {
    let members = members(300, 41);
    // One among the others, and the last one, which ends up in a batch of its own.
    let turned_down = [&members[0], &members[40]];
    let rule = |member: &SimulatedUser| {
        answering(Some("PATCH"), &format!("/users/{}", member.id), None, (401, "UnknownError", "The backend said no."))
    };
    let stage = stage_with(300, turned_down.map(rule).into());
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "offboard", "out", &["--max-accounts", "1000000"]).succeeded();
    stage.apply("out").exited(3);
    stage.judge("out");
    let outcomes = stage.outcomes("out");
    assert_eq!((outcomes["done"], outcomes["partial"]), (39, 2), "{outcomes:?}");
    let row = &stage.results("out")[&1];
    assert_eq!(row["error_code"], "UnknownError", "{row:?}");
    assert!(row["detail"].contains("The backend said no."), "{row:?}");
    let counters = stage.simulator.counters();
    assert!(counters.batch_items <= 120, "{counters:?}");
}

#[test]
fn accounts_in_restricted_units_do_not_look_like_a_missing_role() {
    let members = members(300, 35);
    let rules = members[..25].iter().flat_map(|member| {
        let answer = (403, "Authorization_RequestDenied", RESTRICTED);
        let path = format!("/users/{}", member.id);
        [answering(Some("PATCH"), &path, None, answer), answering(Some("POST"), &format!("{path}/*"), None, answer)]
    });
    let stage = stage_with(300, rules.collect());
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.apply("out").exited(3);
    stage.judge("out");
    let outcomes = stage.outcomes("out");
    assert_eq!((outcomes["done"], outcomes["failed"]), (10, 25), "{outcomes:?}");
    let row = &stage.results("out")[&1];
    assert!(row["detail"].contains("restricted management administrative unit"), "{row:?}");
    assert!(!row["detail"].contains("Privileged Authentication Administrator for administrators"), "{row:?}");
}

#[test]
fn a_run_that_stops_at_the_first_refusals_names_the_flag_that_goes_on() {
    let members = members(300, 25);
    let answer = (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
    let stage = stage_with(300, vec![answering(None, "/users/*", Some(""), answer)]);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.apply("out").exited(5).complains(&["every one of the first answers was a refusal", "--halt-at 100"]);
    // For programs, the recap says that it was stopped, and nothing follows it.
    stage.plan(&roster, "contain", "again", &[]).succeeded();
    let ran = stage.run(&["apply", "again", "--confirm", "25", "--json"]).exited(5);
    let json = ran.json();
    assert_eq!(
        (ran.out.lines().count(), &json["ending"], &json["exit_code"]),
        (1, &"stopped".into(), &5.into()),
        "{}",
        ran.out
    );
}

#[test]
fn every_refusal_of_eligible_roles_is_a_note_and_the_plan_goes_on() {
    let members = members(300, 6);
    for answer in [
        (400, "AadPremiumLicenseRequired", "The tenant needs to have Microsoft Entra ID P2."),
        (400, "BadRequest", "Resource not found for the segment 'roleEligibilityScheduleInstances'."),
        (400, "BadRequest", "Request not applicable to target tenant."),
        (400, "UnknownError", "The tenant has not onboarded to PIM."),
        (
            403,
            "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
            "Neither tenant is B2C or tenant doesn't have \
            premium license",
        ),
        (403, "UnknownError", "{\"errorCode\":\"PermissionScopeNotGranted\"}"),
    ] {
        let stage = stage_with(300, vec![answering(None, "*/roleEligibilityScheduleInstances", None, answer)]);
        let roster = stage.roster_of(&members);
        stage.plan(&roster, "contain", "out", &[]).succeeded().says(&["Privileged Identity Management"]);
        let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
        let has_remedy = ["Otherwise protect them by name", "Grant the app RoleEligibilitySchedule.Read.Directory"];
        assert!(!page.contains("Note kinds") && page.contains("Privileged Identity Management"), "{page}");
        assert_eq!(
            has_remedy.iter().any(|remedy| page.contains(remedy)),
            !answer.1.contains("Premium"),
            "{answer:?} {page}"
        );
        let ran = stage.apply("out").succeeded();
        assert!(
            !ran.err.contains("note:"),
            "what the plan says already is no news, whatever its request-id: {}",
            ran.err
        );
        stage.judge("out");
        let ran = stage.run(&["doctor", "--json"]);
        let is_known = answer.1.contains("Premium");
        let says = if is_known { "has no licence" } else { "count" };
        let json = ran.json();
        let checks = json["checks"].as_array().unwrap().iter().filter(|check| check["check"] == "eligible-roles");
        let checks: Vec<_> = checks.collect();
        assert_eq!(checks.len(), 1, "{checks:?}");
        assert_eq!(checks[0]["status"], if is_known { "ok" } else { "warning" }, "{answer:?}: {}", checks[0]);
        assert!(checks[0]["found"].as_str().unwrap().contains(says), "{}", checks[0]);
        assert_eq!(checks[0]["remedy"].is_string(), !is_known, "{}", checks[0]);
    }
}

#[test]
fn a_plan_that_cannot_be_made_fails_the_doctor_with_its_remedy() {
    let domains =
        r#"{"value":[{"id":"contoso.com","authenticationType":"Managed","isVerified":true,"isDefault":true}]}"#;
    let refused = (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.");
    let once = FaultRule {
        answer: Some(ScriptedAnswer { body: Some(domains.to_owned()), ..ScriptedAnswer::of(200, "", "") }),
        times: Some(1),
        ..answering(None, "/domains", None, refused)
    };
    let stage = stage_with(300, vec![answering(None, "/domains", None, refused), once]);
    let roster = stage.roster_of(&members(300, 3));
    let json = stage.run(&["doctor", "--playbook", "contain", "--roster", &roster, "--json"]).exited(5).json();
    let checks = json["checks"].as_array().unwrap();
    let failed: Vec<_> = checks.iter().filter(|check| check["status"] == "failed").collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(failed[0]["check"], "plan");
    assert!(failed[0]["found"].as_str().unwrap().starts_with("no plan can be made: "), "{}", failed[0]);
    assert!(failed[0]["remedy"].as_str().unwrap().contains("Domain.Read.All"), "{}", failed[0]);
}

#[test]
fn roles_are_read_without_their_principals_where_one_is_gone() {
    let members = members(300, 6);
    let answer = (404, "Request_ResourceNotFound", "Resource does not exist.");
    let stage = stage_with(300, vec![answering(None, "*/roleAssignments", Some("*expand=principal*"), answer)]);
    let administrator = stage.global_administrators().remove(0);
    let mut listed = members;
    listed.push(administrator);
    let roster = stage.roster_of(&listed);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    assert_eq!(stage.accounts("out"), 6, "the administrator is recognized all the same");
    // One of the list was left alone.
    stage.apply("out").exited(3);
    stage.judge("out");
}

#[test]
fn what_went_well_is_proved_at_every_round_trip() {
    const SPEED: f64 = 20.0;
    for round_trip in [60, 300, 900, 2_000] {
        for playbook in ["breach", "reinstate", "offboard"] {
            let latency = Latency { base: Duration::from_millis(round_trip).div_f64(SPEED), jitter: Duration::ZERO };
            let stage =
                Stage::at_speed(SPEED, Settings { users: 300, quota: Quota::off(), latency, ..Settings::default() });
            let members = stage.members(30);
            for member in members.iter().filter(|_| playbook == "reinstate") {
                stage.simulator.change(member.id, |user| user.account_enabled = false);
            }
            let roster = stage.roster_of(&members);
            stage.plan(&roster, playbook, "out", &[]).succeeded();
            stage.apply("out").succeeded();
            let ran = stage.run(&["verify", "out"]).succeeded();
            assert!(!ran.out.contains("cannot be proved"), "{playbook} at {round_trip} ms: {}", ran.out);
        }
    }
}

/// Graph gives each answer a name of its own: it makes no reason of each account.
#[test]
fn accounts_whose_answers_differ_in_the_request_id_alone_have_one_reason() {
    let members = members(300, 20);
    let at_fault = [&members[3], &members[9]];
    let rule = |(number, member): (usize, &&SimulatedUser)| FaultRule {
        answer: Some(ScriptedAnswer {
            request_id: Some(format!("0000000{number}-0000-4000-8000-000000000000")),
            ..ScriptedAnswer::of(503, "ServiceUnavailable", "The backend is away.")
        }),
        ..answering(Some("PATCH"), &format!("/users/{}", member.id), None, (503, "", ""))
    };
    let stage = stage_with(300, at_fault.iter().enumerate().map(rule).collect());
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.apply("out").exited(3);
    let status = stage.run(&["status", "out", "--json"]).exited(3).json();
    assert_eq!(status["run"]["reasons"], serde_json::json!({"given-up": 2}), "{status}");
    stage.run(&["status", "out"]).exited(3).says(&["without a final answer", "The backend is away."]);
}
