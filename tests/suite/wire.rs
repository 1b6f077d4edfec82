//! What servers and proxies send back, and what must never come of it.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
#[cfg(target_os = "linux")]
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sealoff::seal::{ExpectedAccount, Identities, SealedCredential, unseal};
use sealoff::simulator::{FaultRule, Script, ScriptedAnswer, Settings, SimulatedUser};

use crate::stage::{Ran, Stage, files_below, finish};

/// One answer for the update of each member; `of` makes the answer from the member's place. Each comes `times` times.
fn stage_answering(answers: &[ScriptedAnswer], times: u64) -> (Stage, Vec<SimulatedUser>) {
    // The same seed gives the same people.
    let members = Stage::new().members(answers.len().max(6));
    let rule = |(member, answer): (&SimulatedUser, &ScriptedAnswer)| FaultRule {
        method: Some("PATCH".to_owned()),
        path: Some(format!("/users/{}", member.id)),
        answer: Some(answer.clone()),
        times: Some(times),
        ..FaultRule::always("answer".parse().unwrap())
    };
    let faults = members.iter().zip(answers).map(rule).collect();
    let stage = Stage::with(Settings { script: Script { faults, ..Script::default() }, ..Settings::default() });
    let members = stage.members(members.len());
    stage.roster_of(&members);
    (stage, members)
}

fn with_body(status: u16, body: &str) -> ScriptedAnswer {
    ScriptedAnswer { body: Some(body.to_owned()), ..ScriptedAnswer::of(status, "", "") }
}

/// The forms of one run of characters in which a text may hold it.
fn forms(part: &str) -> Vec<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let utf16: Vec<u8> = part.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut forms = vec![
        part.to_owned(),
        part.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
        part.bytes().map(|byte| format!("%{byte:02X}")).collect(),
    ];
    for start in 0..3 {
        // What is the same at this offset, whatever stands before and behind.
        for bytes in [part.as_bytes(), &utf16] {
            let encoded = STANDARD.encode([&vec![0; start], bytes].concat());
            let first = [0, 2, 3][start];
            let last = (start + bytes.len()) / 3 * 4;
            forms.extend((last > first + 5).then(|| encoded[first..last].to_owned()));
        }
    }
    forms
}

/// Every password that a write of a run set out to set.
fn passwords(stage: &Stage, members: &[SimulatedUser], out: &str) -> BTreeSet<String> {
    let identities = Identities::read(&stage.path("key.txt")).unwrap();
    let mut found = BTreeSet::new();
    for line in stage.journal(out) {
        let (Some(sealed), Some(id)) = (line["sealed"].as_str(), line["object_id"].as_str()) else { continue };
        let member = members.iter().find(|member| member.id.to_string() == id).unwrap();
        let expected = ExpectedAccount {
            tenant: Some(stage.simulator.connection().tenant_id.parse().unwrap()),
            object_id: id.parse().unwrap(),
            user_principal_name: &member.user_principal_name,
        };
        let password = unseal(&identities, &sealed.parse::<SealedCredential>().unwrap(), &expected).unwrap();
        found.insert(password.expose().to_owned());
    }
    found
}

#[test]
fn no_password_that_is_sent_back_is_on_the_screen_or_in_a_file() {
    let forms_of_sent = ["{sent}", "{sent:json}", "{sent:html}", "{sent:percent}", "{sent:base64}", "{sent:utf16}"];
    let mut answers = Vec::new();
    for sent in forms_of_sent {
        let far = format!("{}{sent}", "no ".repeat(190));
        answers.extend([
            ScriptedAnswer::of(400, "Request_BadRequest", format!("refused: {sent}")),
            ScriptedAnswer::of(403, sent, far),
            ScriptedAnswer { content_type: Some("text/plain".to_owned()), ..with_body(400, &format!("no: {sent}")) },
            ScriptedAnswer {
                content_type: Some(format!("text/{sent}")),
                request_id: Some(sent.to_owned()),
                is_applied: true,
                ..with_body(504, &format!("<html>{sent}</html>"))
            },
        ]);
    }
    let (stage, members) = stage_answering(&answers, 1_000_000);
    let mut said = Vec::new();
    let mut run = |arguments: &[&str]| {
        let Ran { out, err, .. } = stage.run(arguments);
        said.push(out);
        said.push(err);
    };
    let planned = stage.plan("roster.csv", "breach", "out", &[]).succeeded();
    let count = stage.accounts("out").to_string();
    run(&["-v", "apply", "out", "--confirm", &count, "--halt-at", "100"]);
    run(&["status", "out"]);
    run(&["report", "out"]);
    said.extend([planned.out, planned.err]);
    let passwords = passwords(&stage, &members, "out");
    assert!(passwords.len() >= answers.len(), "{} passwords", passwords.len());
    let mut places: Vec<(String, String)> = vec![("the screen".to_owned(), said.join("\n"))];
    for file in files_below(&stage.path("out")) {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        places.push((file.display().to_string(), text));
    }
    for password in &passwords {
        let runs = (0..=password.len() - 6).filter_map(|at| password.get(at..at + 6));
        for form in runs.flat_map(forms) {
            for (place, text) in &places {
                assert!(!text.contains(&form), "{form:?} of a password is in {place}");
            }
        }
    }
}

#[test]
fn graphs_words_are_found_where_they_stand() {
    let privileges = "Insufficient privileges to complete the operation.";
    let on_premises = "Unable to update the specified properties for on-premises mastered Directory Sync objects.";
    let code = "Authorization_RequestDenied";
    let bodies = [
        (
            403,
            format!(r#"{{"odata.error":{{"code":"{code}","message":{{"lang":"en","value":"{privileges}"}}}}}}"#),
            privileges,
        ),
        (403, format!(r#"{{"error":{{"error":{{"code":"{code}","message":"{privileges}"}}}}}}"#), privileges),
        (
            400,
            format!(r#"{{"error":{{"code":"BadRequest","message":"","innererror":{{"message":"{on_premises}"}}}}}}"#),
            on_premises,
        ),
    ];
    let answers: Vec<ScriptedAnswer> = bodies.iter().map(|(status, body, _)| with_body(*status, body)).collect();
    let (stage, members) = stage_answering(&answers, 1_000_000);
    stage.plan("roster.csv", "breach", "out", &[]).succeeded();
    stage.apply("out").exited(3);
    let results = stage.results("out");
    for (member, (_, _, words)) in members.iter().zip(&bodies) {
        let row = results.values().find(|row| row["object_id"] == member.id.to_string()).unwrap();
        assert!(row["detail"].contains(words), "{row:?}");
        assert!(!row["detail"].contains("something between"), "{row:?}");
    }
    stage.judge("out");
}

#[test]
fn a_refusal_that_passes_is_met_with_another_try_and_one_that_stays_is_one() {
    let passing = [with_body(400, ""), ScriptedAnswer::of(400, "ServiceUnavailable", "Try again later.")];
    let (stage, _) = stage_answering(&passing, 1);
    stage.plan("roster.csv", "breach", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    stage.judge("out");
    let (stage, _) = stage_answering(&passing, 1_000_000);
    stage.plan("roster.csv", "breach", "out", &[]).succeeded();
    stage.apply("out").exited(3);
    assert_eq!(stage.outcomes("out")["done"], 4);
}

/// A server that answers every call with `answer` and then with as much of `endless` as is taken; gives its address, and how
/// many bytes of it were.
fn hostile(answer: impl Into<Vec<u8>>, endless: &'static [u8]) -> (String, Arc<AtomicUsize>) {
    let answer = answer.into();
    const MOST: usize = 512 << 20;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let most = Arc::new(AtomicUsize::new(0));
    let taken = Arc::clone(&most);
    let serve = move |mut stream: TcpStream| {
        let mut request = [0; 8 * 1024];
        let _ = stream.read(&mut request);
        let mut sent = 0;
        if stream.write_all(&answer).is_ok() && !endless.is_empty() {
            while sent < MOST && stream.write_all(endless).is_ok() {
                sent += endless.len();
            }
        }
        taken.fetch_max(sent, Ordering::Relaxed);
    };
    std::thread::spawn(move || listener.incoming().flatten().for_each(&serve));
    (address, most)
}

/// It stands in no other text.
const TOKEN: &str = "eyJhbGciOiJub25lIn0.eyJvaWQiOiIyMzYzNTJkMCIsInNjcCI6IlVzZXIifQ.c2lnbmF0dXJlLW9mLWl0";

fn planned_against(address: &str) -> Ran {
    finish(planning_against(&Stage::new(), address))
}

fn planning_against(stage: &Stage, address: &str) -> Command {
    let members = stage.members(3);
    stage.roster_of(&members);
    let mut command = stage.command(&["plan", "roster.csv", "--playbook", "contain", "--out", "out"]);
    // The token service gives none for such an address.
    command.env("SEALOFF_GRAPH_ENDPOINT", address).env("SEALOFF_AUTH", "token").env("SEALOFF_ACCESS_TOKEN", TOKEN);
    command
}

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";

#[test]
fn no_answer_swells_the_process() {
    static SPACES: [u8; 64 * 1024] = [b' '; 64 * 1024];
    let (address, taken) = hostile(format!("{HEAD}\r\n"), &SPACES);
    planned_against(&address).exited(5).complains(&["larger than any answer of Graph's"]);
    assert!(taken.load(Ordering::Relaxed) < 32 << 20, "{} bytes were taken", taken.load(Ordering::Relaxed));
    let (address, taken) = hostile(format!("{HEAD}Content-Length: 1073741824\r\n\r\n"), &SPACES);
    planned_against(&address).exited(5).complains(&["larger than any answer of Graph's"]);
    assert!(taken.load(Ordering::Relaxed) < 32 << 20);
}

#[test]
fn endless_headers_and_a_redirection_are_errors() {
    static HEADER: &[u8] =
        b"X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
    let (address, taken) = hostile(HEAD.to_owned(), HEADER);
    planned_against(&address).exited(5);
    assert!(taken.load(Ordering::Relaxed) < 32 << 20);
    let elsewhere =
        "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let (address, _) = hostile(elsewhere.to_owned(), &[]);
    planned_against(&address).exited(5).complains(&["a redirection, which is not followed"]);
}

#[cfg(target_os = "linux")]
/// A stream of gzip that inflates to spaces for ever, 158 times its size: its beginning, and what follows again and again.
fn bomb() -> (Vec<u8>, &'static [u8]) {
    let mut bits: Vec<bool> = Vec::new();
    // Not the last block, with fixed codes; one space; then 258 more of what was before, again and again ("DEFLATE", 3.2.6).
    bits.extend([false, true, false]);
    bits.extend([false, true, false, true, false, false, false, false]);
    let again = [true, true, false, false, false, true, false, true, false, false, false, false, false];
    bits.extend(again);
    let pack = |bits: &[bool]| -> Vec<u8> {
        let byte = |bits: &[bool]| (0..).zip(bits).fold(0, |byte, (place, bit)| byte | u8::from(*bit) << place);
        bits.chunks(8).map(byte).collect()
    };
    let mut start = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    start.extend(pack(&bits));
    (start, pack(&again.repeat(8)).repeat(5_000).leak())
}

/// The most memory that a command had, in megabytes.
#[cfg(target_os = "linux")]
fn peak_of(mut command: Command) -> (f64, Ran) {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut peak = 0.0_f64;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        peak = kilobytes.and_then(|number| number.parse::<f64>().ok()).map_or(peak, |now| peak.max(now / 1024.0));
        std::thread::yield_now();
    }
    let output = child.wait_with_output().unwrap();
    (peak, Ran::new(&command, &output))
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_inflates_without_end_takes_less_than_64_megabytes() {
    let stage = Stage::new();
    let not_found = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    let (address, _) = hostile(not_found, &[]);
    let (ordinary, _) = peak_of(planning_against(&stage, &address));
    let (start, endless) = bomb();
    let head = format!("{HEAD}Content-Encoding: gzip\r\n\r\n").into_bytes();
    let (address, taken) = hostile([head, start].concat(), endless);
    let (peak, ran) = peak_of(planning_against(&stage, &address));
    ran.exited(5).complains(&["larger than any answer of Graph's"]);
    let more = peak - ordinary;
    assert!(ordinary > 1.0 && more < 64.0, "{more} MB more than {ordinary} MB");
    assert!(taken.load(Ordering::Relaxed) < 8 << 20, "{} bytes were taken", taken.load(Ordering::Relaxed));
}

#[test]
fn a_token_that_is_sent_back_is_on_no_screen_and_in_no_file() {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(TOKEN);
    let percent: String = TOKEN.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let answer = |status: &str, kind: &str, body: String| {
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
    };
    let (json, html) = ("application/json", "text/html");
    let organization = |name: &str, more: &str| {
        format!("{{\"value\":[{{\"id\":\"{}\",\"displayName\":\"{name}\"}}]{more}}}", uuid::Uuid::from_u128(7))
    };
    let mut answers = vec![
        answer("200 OK", json, organization(TOKEN, "")),
        answer("200 OK", json, format!("{{\"value\":\"{TOKEN}\"}}")),
        answer("200 OK", json, format!("{{\"value\":[{{\"id\":\"{TOKEN}\"}}]}}")),
        answer("302 Found", &format!("text/{TOKEN}"), String::new()),
    ];
    for form in [TOKEN, &encoded, &percent, &TOKEN[10..40]] {
        for status in ["200 OK", "403 Forbidden", "502 Bad Gateway"] {
            answers.push(answer(status, html, format!("<html>Authorization: Bearer {form}</html>")));
            let error = format!("{{\"error\":{{\"code\":\"{form}\",\"message\":\"for {form}\"}}}}");
            answers.push(answer(status, json, error));
        }
    }
    for answer in answers {
        let (address, _) = hostile(answer.clone(), &[]);
        let stage = Stage::new();
        let mut command = planning_against(&stage, &address);
        command.arg("-v");
        let ran = finish(command);
        assert_ne!(ran.code, Some(0), "{answer}");
        let mut texts = vec![ran.out, ran.err];
        texts.extend(
            files_below(&stage.path("out"))
                .iter()
                .map(|file| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned()),
        );
        for part in (0..TOKEN.len() - 16).map(|at| &TOKEN[at..at + 16]) {
            for form in forms(part) {
                assert!(!texts.iter().any(|text| text.contains(&form)), "{form:?} in {texts:?} after {answer}");
            }
        }
    }
}
