//! A server that lies: about how long to wait, about what comes next, about what it did.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

use sealoff::simulator::{FaultRule, Script, ScriptedAnswer, Settings, SimulatedUser};

use crate::stage::{Ran, Stage, finish};

/// A server of clear text on loopback. `answer` makes the whole answer from the path of a call, and from the server's own address.
fn liar(answer: impl Fn(&str, &str) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let own = address.clone();
    let serve = move |mut stream: TcpStream| {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
        let first = lines.next().unwrap_or_default();
        // The calls of these tests have no body.
        lines.take_while(|line| !line.is_empty()).for_each(drop);
        let path = first.split(' ').nth(1).unwrap_or_default();
        let _ = stream.write_all(answer(path, &own).as_bytes());
    };
    std::thread::spawn(move || listener.incoming().flatten().for_each(&serve));
    address
}

fn with_headers(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// It stands in no other text.
const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJvaWQiOiIyMzYzNTJkMCIsInNjcCI6IlVzZXIifQ.c2lnbmF0dXJlLW9mLWl0";

fn planned_against(address: &str) -> Ran {
    let stage = Stage::new();
    stage.roster_of(&stage.members(3));
    let mut command = stage.command(&["plan", "roster.csv", "--playbook", "contain", "--out", "out"]);
    command.env("SEALOFF_GRAPH_ENDPOINT", address).env("SEALOFF_AUTH", "token").env("SEALOFF_ACCESS_TOKEN", TOKEN);
    // Hours of waiting are over in a second.
    command.env("SEALOFF_CLOCK_SPEED", "20000");
    finish(command)
}

#[test]
fn a_server_that_only_throttles_ends_the_plan_however_long_it_asks_to_wait() {
    let error = r#"{"error":{"code":"TooManyRequests","message":"later"}}"#;
    for wait in [
        "-5", "99999999999999999999", "1e308", "Sun, 06 Nov 1994 08:49:37 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
        "soon", "",
    ] {
        let address =
            liar(move |_, _| with_headers("429 Too Many Requests", &format!("Retry-After: {wait}\r\n"), error));
        let ran = planned_against(&address).exited(5);
        ran.complains(&["gave up after 6 attempts", "429", "help: Wait some minutes", "status.cloud.microsoft"]);
    }
}

#[test]
fn a_read_that_waits_for_minutes_says_so() {
    let busy = |_: &str, _: &str| with_headers("503 Service Unavailable", "Retry-After: 600\r\n", "{}");
    let ran = planned_against(&liar(busy)).exited(5);
    // Once a minute at the most, on the clock on the wall.
    assert_eq!(ran.err.matches("note: a question to Graph is not answered yet").count(), 1, "{}", ran.err);
    ran.complains(&["asking again in 10 min"]);
}

#[test]
fn a_refusal_that_is_not_known_says_what_to_do() {
    for status in ["418 I'm a teapot", "451 Unavailable For Legal Reasons", "410 Gone", "405 Method Not Allowed"] {
        for body in ["", "7", r#"{"error":{"code":"X","message":"no"}}"#] {
            let ran = planned_against(&liar(move |_, _| with_headers(status, "", body))).exited(5);
            assert!(!ran.err.contains("1 bytes"), "{}", ran.err);
            ran.complains(&["Graph answered 4", "help: Check --graph-endpoint"]);
        }
    }
}

#[test]
fn an_answer_that_is_cut_or_of_another_shape_says_what_to_do() {
    let short = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\nConnection: close\r\n\r\n{\"value\":[";
    planned_against(&liar(move |_, _| short.to_owned()))
        .exited(5)
        .complains(&["gave up after 6 attempts", "help: Check the network"]);
    for body in ["{\"value\":[", "[]", "7", "{\"value\":{}}", "{\"value\":[]}", "{}"] {
        let ran = planned_against(&liar(move |_, _| with_headers("200 OK", "", body))).exited(5);
        ran.complains(&["cannot be understood", "help: What answers there may not be Graph"]);
    }
}

#[test]
fn no_next_page_leads_anywhere_else_or_on_for_ever() {
    let organization = format!(r#"{{"value":[{{"id":"{}","displayName":"Contoso"}}]}}"#, uuid::Uuid::from_u128(7));
    let long = "a".repeat(20_000);
    for (link, says) in [
        ("https://evil.example/v1.0/domains".to_owned(), "not where it was asked for"),
        ("http://graph.microsoft.com/v1.0/domains".to_owned(), "not where it was asked for"),
        ("OWN@evil.example/v1.0/domains".to_owned(), "not where it was asked for"),
        ("OWN0/v1.0/domains".to_owned(), "not where it was asked for"),
        ("OWN/beta/domains".to_owned(), "not where it was asked for"),
        ("OWN/v1.0/../beta/domains".to_owned(), "not where it was asked for"),
        ("OWN/v1.0/%2E%2e/beta/domains".to_owned(), "not where it was asked for"),
        ("OWN/v1.0/..\\beta/domains".to_owned(), "not where it was asked for"),
        (String::new(), "not where it was asked for"),
        (format!("OWN/v1.0/domains?$skiptoken={long}"), "the address of its next page has 20,0"),
        ("OWNPATH".to_owned(), "its pages run in a circle"),
    ] {
        let organization = organization.clone();
        let answer = move |path: &str, own: &str| {
            if path.starts_with("/v1.0/organization") {
                return with_headers("200 OK", "", &organization);
            }
            if path.starts_with("/v1.0/me?") {
                let me = r#"{"id":"00000000-0000-0000-0000-000000000008","userPrincipalName":"op@contoso.com"}"#;
                return with_headers("200 OK", "", me);
            }
            if path.contains("$count") {
                return with_headers("200 OK", "", "250");
            }
            if path.contains("$batch") {
                return with_headers("503 Service Unavailable", "Retry-After: 900\r\n", "{}");
            }
            let link = link.replace("OWNPATH", &format!("{own}{path}")).replace("OWN", own);
            with_headers("200 OK", "", &serde_json::json!({"value": [], "@odata.nextLink": link}).to_string())
        };
        let ran = planned_against(&liar(answer)).exited(5);
        ran.complains(&[says, "help: What answers there may not be Graph"]);
    }
}

/// What is carried out and answered with no status that ends a request took effect: it is made sure of, and never `failed`.
#[test]
fn a_write_that_took_effect_and_is_answered_nonsense_is_tried_again() {
    let statuses = [0, 100, 199, 302, 304, 600, 999];
    // The same seed gives the same people.
    let members = Stage::new().members(statuses.len());
    let rule = |(member, status): (&SimulatedUser, &u16)| FaultRule {
        method: Some("PATCH".to_owned()),
        path: Some(format!("/users/{}", member.id)),
        answer: Some(ScriptedAnswer {
            is_applied: true,
            body: Some(String::new()),
            ..ScriptedAnswer::of(*status, "", "")
        }),
        times: Some(1),
        ..FaultRule::always("answer".parse().unwrap())
    };
    let faults = members.iter().zip(&statuses).map(rule).collect();
    let stage = Stage::with(Settings { script: Script { faults, ..Script::default() }, ..Settings::default() });
    stage.roster_of(&members);
    stage.plan("roster.csv", "breach", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    assert_eq!(stage.outcomes("out").get("done"), Some(&statuses.len()));
    stage.judge("out");
}
