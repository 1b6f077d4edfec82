//! What Graph answered in the field, case by case: each is a line of a table, said by the simulator.

use std::collections::BTreeMap;

use sealoff::simulator::{FaultRule, Script, ScriptedAnswer, Settings, SimulatedUser};
use serde_json::json;

use crate::stage::{Ran, Stage};

const RESTRICTED: &str = "Insufficient privileges to complete the operation. Target object is a member of a restricted management \
    administrative unit and can only be modified by administrators scoped to that administrative unit. Check that you are assigned \
    a role that has permission to perform the operation for this restricted management administrative unit.";
const PRIVILEGES: &str = "Insufficient privileges to complete the operation.";
const ROLE_HINT: &str = "Privileged Authentication Administrator for administrators";

/// Which requests are answered so: of the first so many members, or those below a path.
enum Asked {
    Updates(usize),
    UpdatesAndRevokes(usize),
    Reads { path: &'static str, query: Option<&'static str> },
}

/// One case: the answer, how often it comes, and what must come of the run.
struct Case {
    name: &'static str,
    asked: Asked,
    answer: ScriptedAnswer,
    times: u64,
    code: i32,
    outcomes: &'static [(&'static str, usize)],
    says: &'static str,
    never_says: &'static str,
    /// At most so many writes were sent.
    writes: u64,
}

fn body(status: u16, body: serde_json::Value) -> ScriptedAnswer {
    ScriptedAnswer { body: Some(body.to_string()), ..ScriptedAnswer::of(status, "", "") }
}

fn cases() -> Vec<Case> {
    const EVER: u64 = 1_000_000;
    const ALL_DONE: &[(&str, usize)] = &[("done", 6)];
    const ONE_FAILED: &[(&str, usize)] = &[("done", 5), ("failed", 1)];
    const ONE_PARTIAL: &[(&str, usize)] = &[("done", 5), ("partial", 1)];
    let pim = Asked::Reads { path: "/roleManagement/directory/roleEligibilityScheduleInstances*", query: None };
    let pim_too = Asked::Reads { path: "/roleManagement/directory/roleEligibilityScheduleInstances*", query: None };
    let assignments =
        Asked::Reads { path: "/roleManagement/directory/roleAssignments*", query: Some("*expand=principal*") };
    let case = |name, asked, answer, times, code, outcomes| Case {
        name,
        asked,
        answer,
        times,
        code,
        outcomes,
        says: "",
        never_says: "something between",
        writes: 18,
    };
    let denied = json!({"code": "Authorization_RequestDenied", "message": PRIVILEGES, "innerError": {"date": "x"}});
    let odata = json!({"code": "Authorization_RequestDenied", "message": {"lang": "en", "value": PRIVILEGES}});
    let gone = "Resource '0b7dd1c5-8a0e-4f2b-9d55-3f6f2d6a9c11' does not exist or one of its queried reference-property objects \
        are not present.";
    vec![
        case(
            "a 400 without a body passes",
            Asked::Updates(1),
            ScriptedAnswer { body: Some(String::new()), ..ScriptedAnswer::of(400, "", "") },
            1,
            0,
            ALL_DONE,
        ),
        case("a 400 with an empty object passes", Asked::Updates(1), body(400, json!({})), 1, 0, ALL_DONE),
        case(
            "a 400 that says nothing passes",
            Asked::Updates(1),
            body(400, json!({"error": {"code": "UnknownError", "message": "", "innerError": {"date": "x"}}})),
            1,
            0,
            ALL_DONE,
        ),
        Case {
            writes: 30,
            says: "Graph answered 400",
            ..case("a 400 that says nothing and stays", Asked::Updates(1), body(400, json!({})), EVER, 3, ONE_PARTIAL)
        },
        case(
            "a service without eligible roles",
            Asked::Reads { path: "/roleManagement/directory/roleEligibilityScheduleInstances*", query: None },
            ScriptedAnswer::of(501, "NotImplemented", "Not implemented."),
            EVER,
            0,
            ALL_DONE,
        ),
        case(
            "a service that does not know $expand",
            Asked::Reads { path: "/roleManagement/directory/roleAssignments*", query: Some("*expand=principal*") },
            ScriptedAnswer::of(400, "Request_UnsupportedQuery", "Expand is not supported."),
            EVER,
            0,
            ALL_DONE,
        ),
        case(
            "the first read is refused without a reason, twice",
            Asked::Reads { path: "/organization*", query: None },
            body(400, json!({})),
            2,
            0,
            ALL_DONE,
        ),
        case(
            "a question for people is refused without a reason, twice",
            Asked::Reads { path: "/users*", query: None },
            ScriptedAnswer { body: Some(String::new()), ..ScriptedAnswer::of(400, "", "") },
            2,
            0,
            ALL_DONE,
        ),
        case(
            "the domains are not known at once",
            Asked::Reads { path: "/domains", query: None },
            ScriptedAnswer::of(404, "Request_ResourceNotFound", gone),
            2,
            0,
            ALL_DONE,
        ),
        case(
            "the members of a group are not known at once",
            Asked::Reads { path: "/groups/*", query: None },
            ScriptedAnswer::of(404, "Request_ResourceNotFound", gone),
            2,
            0,
            ALL_DONE,
        ),
        Case {
            says: "Nothing is known of accounts that may take a role for a while",
            ..case(
                "eligible roles fail each time",
                Asked::Reads { path: "/roleManagement/directory/roleEligibilityScheduleInstances*", query: None },
                ScriptedAnswer::of(500, "InternalServerError", "Try again later."),
                EVER,
                0,
                ALL_DONE,
            )
        },
        case(
            "$expand fails each time",
            Asked::Reads { path: "/roleManagement/directory/roleAssignments*", query: Some("*expand=principal*") },
            ScriptedAnswer::of(500, "InternalServerError", "Try again later."),
            EVER,
            0,
            ALL_DONE,
        ),
        Case {
            says: "were listed instead",
            ..case(
                "members are never counted",
                Asked::Reads { path: "/users/$count", query: None },
                ScriptedAnswer::of(503, "ServiceUnavailable", "Service unavailable."),
                EVER,
                0,
                ALL_DONE,
            )
        },
        Case {
            says: "RESTRICTED MANAGEMENT ADMINISTRATIVE UNIT",
            never_says: ROLE_HINT,
            ..case(
                "a restricted unit in capitals",
                Asked::UpdatesAndRevokes(1),
                ScriptedAnswer::of(403, "Authorization_RequestDenied", RESTRICTED.to_uppercase()),
                EVER,
                3,
                ONE_FAILED,
            )
        },
        Case {
            says: "restricted management administrative unit",
            never_says: ROLE_HINT,
            ..case(
                "a restricted unit",
                Asked::UpdatesAndRevokes(1),
                ScriptedAnswer::of(403, "Authorization_RequestDenied", RESTRICTED),
                EVER,
                3,
                ONE_FAILED,
            )
        },
        Case {
            says: PRIVILEGES,
            ..case("odata.error", Asked::Updates(1), body(403, json!({"odata.error": odata})), EVER, 3, ONE_PARTIAL)
        },
        Case {
            says: PRIVILEGES,
            ..case(
                "an error in an error",
                Asked::Updates(1),
                body(403, json!({"error": {"error": denied}})),
                EVER,
                3,
                ONE_PARTIAL,
            )
        },
        Case {
            says: "on-premises mastered",
            ..case(
                "words in innererror alone",
                Asked::Updates(1),
                body(
                    400,
                    json!({"error": {"code": "Request_BadRequest", "message": "", "innererror": {"message": "Unable to update the specified properties for on-premises mastered Directory Sync objects."}}}),
                ),
                EVER,
                3,
                ONE_PARTIAL,
            )
        },
        Case {
            writes: 40,
            ..case(
                "a 401 of one account alone",
                Asked::Updates(1),
                ScriptedAnswer::of(401, "UnknownError", ""),
                EVER,
                3,
                ONE_PARTIAL,
            )
        },
        case(
            "a cloud without eligible roles",
            pim,
            ScriptedAnswer::of(
                400,
                "BadRequest",
                "Resource not found for the segment 'roleEligibilityScheduleInstances'.",
            ),
            EVER,
            0,
            ALL_DONE,
        ),
        case(
            "eligible roles are not applicable",
            pim_too,
            ScriptedAnswer::of(400, "BadRequest", "Request not applicable to target tenant."),
            EVER,
            0,
            ALL_DONE,
        ),
        case(
            "a principal of an assignment is gone",
            assignments,
            ScriptedAnswer::of(404, "Request_ResourceNotFound", gone),
            EVER,
            0,
            ALL_DONE,
        ),
    ]
}

fn rules(case: &Case, members: &[SimulatedUser]) -> Vec<FaultRule> {
    let rule = |method: Option<&str>, path: String, query: Option<&str>| FaultRule {
        method: method.map(str::to_owned),
        path: Some(path),
        query: query.map(str::to_owned),
        answer: Some(case.answer.clone()),
        times: Some(case.times),
        ..FaultRule::always("answer".parse().unwrap())
    };
    let update = |member: &SimulatedUser| rule(Some("PATCH"), format!("/users/{}", member.id), None);
    let revoke =
        |member: &SimulatedUser| rule(Some("POST"), format!("/users/{}/revokeSignInSessions", member.id), None);
    match case.asked {
        Asked::Updates(count) => members[..count].iter().map(update).collect(),
        Asked::UpdatesAndRevokes(count) => {
            members[..count].iter().flat_map(|member| [update(member), revoke(member)]).collect()
        }
        Asked::Reads { path, query } => vec![rule(Some("GET"), path.to_owned(), query)],
    }
}

/// What was done to the list in `roster.csv`, and all that was said and written about it.
fn run(stage: &Stage) -> (Ran, String) {
    let planned = stage.plan("roster.csv", "breach", "out", &[]).succeeded();
    let ran = stage.apply("out");
    let results = std::fs::read_to_string(stage.path("out").join("results.csv")).unwrap();
    let said = [&planned.out, &planned.err, &ran.out, &ran.err, &results].map(String::as_str).join("\n");
    (ran, said)
}

fn outcomes(of: &[(&str, usize)]) -> BTreeMap<String, usize> {
    of.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[test]
fn each_case_of_the_field_ends_as_it_must() {
    // The same seed gives the same people.
    let members = Stage::new().members(6);
    for case in cases() {
        let script = Script { faults: rules(&case, &members), ..Script::default() };
        let stage = Stage::with(Settings { script, ..Settings::default() });
        stage.roster_of(&members);
        let (ran, said) = run(&stage);
        let name = case.name;
        assert_eq!(ran.code, Some(case.code), "{name}: {said}");
        assert_eq!(stage.outcomes("out"), outcomes(case.outcomes), "{name}: {said}");
        let unwrapped = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(unwrapped.contains(case.says), "{name}: {said}");
        assert!(!unwrapped.contains(case.never_says), "{name}: {said}");
        stage.judge("out");
        let writes = stage.ledger().counters.writes;
        assert!(writes <= case.writes, "{name}: {writes} writes");
    }
}

/// A Graph whose answers are poorer than they should be, or begin with a mark, is read all the same.
#[test]
fn answers_that_lack_what_was_selected_or_begin_with_a_mark_are_read() {
    let members = Stage::new().members(6);
    for (kind, path) in
        [("unselected", "/directoryObjects/getByIds"), ("byte-order-mark", "/$batch"), ("byte-order-mark", "*")]
    {
        let rule = FaultRule { path: Some(path.to_owned()), ..FaultRule::always(kind.parse().unwrap()) };
        let script = Script { faults: vec![rule], ..Script::default() };
        let stage = Stage::with(Settings { script, ..Settings::default() });
        let ids: Vec<String> = members.iter().map(|member| member.id.to_string()).collect();
        stage.write("roster.csv", format!("id\n{}\n", ids.join("\n")));
        let (ran, said) = run(&stage);
        assert_eq!((ran.code, stage.outcomes("out")), (Some(0), outcomes(&[("done", 6)])), "{kind} {path}: {said}");
        stage.judge("out");
        let counters = stage.ledger().counters;
        assert!(counters.spoilt_calls + counters.spoilt_items > 0, "{kind} {path} never struck");
        assert!(counters.writes <= 18, "{kind} {path}");
    }
}

/// Each member is refused in a form of its own, and each form says the same.
#[test]
fn the_words_of_a_refusal_are_found_in_every_form() {
    let words = json!({"code": "Request_BadRequest", "message": "The directory is closed on Sundays."});
    let forms = [
        json!({"error": [words]}),
        json!({"errors": [words]}),
        json!({"@odata.error": {"Code": "Request_BadRequest", "Message": [words["message"]]}}),
        json!({"error": {"code": "UnknownError", "message": " ", "innerError": [words]}}),
        json!({"error": {"code": "UnknownError", "message": "", "details": words}}),
        words.clone(),
    ];
    let members = Stage::new().members(forms.len());
    let refusals = members.iter().zip(&forms).map(|(member, form)| FaultRule {
        method: Some("PATCH".to_owned()),
        path: Some(format!("/users/{}", member.id)),
        answer: Some(body(400, form.clone())),
        ..FaultRule::always("answer".parse().unwrap())
    });
    let script = Script { faults: refusals.collect(), ..Script::default() };
    let stage = Stage::with(Settings { script, ..Settings::default() });
    stage.roster_of(&members);
    let (_, said) = run(&stage);
    let results = std::fs::read_to_string(stage.path("out").join("results.csv")).unwrap();
    assert_eq!(stage.outcomes("out"), outcomes(&[("partial", forms.len())]), "{said}");
    assert_eq!(results.matches("closed on Sundays").count(), forms.len(), "{results}");
    assert!(!said.contains("cannot be read"), "{said}");
    stage.judge("out");
}

/// A stage whose token service always answers so.
fn token_service_that(kind: &str, answer: Option<ScriptedAnswer>) -> Stage {
    let rule = FaultRule { answer, ..FaultRule::always(kind.parse().unwrap()) };
    let script = Script { faults: vec![rule], ..Script::default() };
    let stage = Stage::with(Settings { script, ..Settings::default() });
    let members = stage.members(2);
    stage.roster_of(&members);
    stage
}

#[test]
fn a_token_with_its_numbers_as_texts_is_taken() {
    let stage = token_service_that("token-texts", None);
    stage.plan("roster.csv", "breach", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    stage.judge("out");
}

#[test]
fn a_token_service_that_gives_no_reason_or_says_with_a_200_that_it_is_away_is_asked_again() {
    let empty = ScriptedAnswer { body: Some(String::new()), ..ScriptedAnswer::of(400, "", "") };
    let away = json!({"error": "temporarily_unavailable", "error_description": "AADSTS90033: A transient error has occurred."});
    for answer in [empty, body(200, away)] {
        let rule =
            FaultRule { answer: Some(answer), times: Some(1), ..FaultRule::always("token-answer".parse().unwrap()) };
        let script = Script { faults: vec![rule], ..Script::default() };
        let stage = Stage::with(Settings { script, ..Settings::default() });
        stage.roster_of(&stage.members(2));
        stage.plan("roster.csv", "contain", "out", &[]).succeeded();
    }
}

/// Where `getByIds` fails each time, the same people are found by filters.
#[test]
fn people_are_found_by_filters_where_they_are_not_found_by_ids() {
    let members = Stage::new().members(6);
    let rule = FaultRule {
        method: Some("POST".to_owned()),
        path: Some("/directoryObjects/getByIds".to_owned()),
        answer: Some(ScriptedAnswer::of(500, "Request_BadRequest", "Invalid GUID specified.")),
        ..FaultRule::always("answer".parse().unwrap())
    };
    let script = Script { faults: vec![rule], ..Script::default() };
    let stage = Stage::with(Settings { script, ..Settings::default() });
    let ids: Vec<String> = members.iter().map(|member| member.id.to_string()).collect();
    stage.write("roster.csv", format!("id\n{}\n", ids.join("\n")));
    let (ran, said) = run(&stage);
    assert_eq!((ran.code, stage.outcomes("out")), (Some(0), outcomes(&[("done", 6)])), "{said}");
    stage.judge("out");
}

#[test]
fn a_refusal_of_the_token_service_is_understood_in_every_form_and_repeats_no_secret() {
    // No words of the simulator's secret: they would be taken out.
    const UNKNOWN: &str = "AADSTS700016: The application was not found in the directory.";
    for form in [
        json!({"error": {"code": "invalid_client", "message": UNKNOWN}}),
        json!({"error": "invalid_client", "error_description": null, "error_codes": [700_016]}),
        json!({"error": "invalid_client", "error_description": UNKNOWN, "error_codes": 700_016}),
    ] {
        let stage = token_service_that("token-answer", Some(body(401, form.clone())));
        let ran = stage.plan("roster.csv", "breach", "out", &[]).exited(5);
        let said = ran.complains(&["AADSTS700016"]).err;
        assert!(!said.contains("something between"), "{form}: {said}");
    }
    for sent in ["{sent}", "{sent:percent}", "{sent:base64}", "{sent:html}", "{sent:utf16}"] {
        let form = json!({"error": {"code": format!("x{sent}"), "message": format!("AADSTS1: not {sent}")}});
        let stage = token_service_that("token-answer", Some(body(401, form)));
        let secret = stage.simulator.connection().client_secret.clone();
        let ran = stage.plan("roster.csv", "breach", "out", &[]).exited(5);
        let part = &secret[secret.len() - 12..];
        assert!(!ran.err.contains(part) && !ran.out.contains(part), "{sent}: {}", ran.err);
    }
}

#[test]
fn twenty_five_of_a_restricted_unit_at_the_front_do_not_look_like_a_missing_role() {
    let settings = || Settings { users: 300, ..Settings::default() };
    let members = Stage::with(settings()).members(35);
    let restricted = Case {
        asked: Asked::UpdatesAndRevokes(25),
        ..cases().into_iter().find(|case| case.name == "a restricted unit").unwrap()
    };
    let script = Script { faults: rules(&restricted, &members), ..Script::default() };
    let stage = Stage::with(Settings { script, ..settings() });
    stage.roster_of(&members);
    let (ran, said) = run(&stage);
    assert_eq!(ran.code, Some(3), "{said}");
    stage.apply("out").exited(3);
    assert_eq!(stage.outcomes("out"), outcomes(&[("done", 10), ("failed", 25)]), "{said}");
    stage.judge("out");
}

/// Every command begins with the same read, and none ends because it was refused once without a reason.
#[test]
fn every_command_asks_again_where_a_refusal_gives_no_reason() {
    let hollow = || {
        let members = Stage::new().members(6);
        let case = Case { answer: body(400, json!({})), times: 2, ..cases().remove(0) };
        let case = Case { asked: Asked::Reads { path: "/*", query: None }, ..case };
        let script = Script { faults: rules(&case, &members), ..Script::default() };
        let stage = Stage::with(Settings { script, ..Settings::default() });
        stage.roster_of(&members);
        stage
    };
    for command in [&["doctor", "--playbook", "contain"][..], &["export", "--all", "-o", "all.csv"]] {
        hollow().run(command).succeeded();
    }
    let stage = hollow();
    stage.plan("roster.csv", "contain", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    stage.judge("out");
}

#[test]
fn a_refused_read_names_the_permission_that_it_needs() {
    for (path, permission) in
        [("/groups*", "GroupMember.Read.All"), ("/organization*", "User.Read.All"), ("/users/$count", "User.Read.All")]
    {
        let members = Stage::new().members(6);
        let case = Case {
            asked: Asked::Reads { path, query: None },
            answer: ScriptedAnswer::of(403, "Authorization_RequestDenied", PRIVILEGES),
            times: 1_000_000,
            ..cases().remove(0)
        };
        let script = Script { faults: rules(&case, &members), ..Script::default() };
        let stage = Stage::with(Settings { script, ..Settings::default() });
        stage.roster_of(&members);
        let ran = stage.plan("roster.csv", "breach", "out", &[]).exited(5);
        let unwrapped = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(unwrapped.contains(permission), "{path}: {}", ran.err);
    }
}
