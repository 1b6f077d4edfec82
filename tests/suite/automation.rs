//! `samples/automation/`: what reports a run to chats and a SIEM, against a receiver on this machine.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::Value;

use crate::stage::{Ran, Stage, finish};
use crate::tools::need;

/// Takes posts of JSON, and answers each with the next of some statuses; the last one goes on.
struct ChatReceiver {
    url: String,
    posts: Receiver<(String, Value)>,
}

impl ChatReceiver {
    fn new(statuses: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook-that-is-a-secret", listener.local_addr().unwrap());
        let (sender, posts) = channel();
        thread::spawn(move || {
            for (place, stream) in listener.incoming().enumerate() {
                let status = statuses[place.min(statuses.len() - 1)];
                if sender.send(answered(&stream.unwrap(), status)).is_err() {
                    return;
                }
            }
        });
        Self { url, posts }
    }

    fn bodies(&self) -> Vec<Value> {
        self.posts.try_iter().map(|(_, body)| body).collect()
    }
}

/// Reads one request, answers it, and gives its head and its body.
fn answered(stream: &TcpStream, status: &str) -> (String, Value) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "the request has an end");
    }
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap()];
    reader.read_exact(&mut body).unwrap();
    let mut out = stream;
    write!(out, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    (head, serde_json::from_slice(&body).unwrap())
}

fn sample(name: &str) -> String {
    format!("{}/samples/automation/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn script(stage: &Stage, name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("python3");
    // Nothing is left behind in the tree.
    command.arg("-B").arg(sample(name)).args(arguments).current_dir(stage.folder.path()).stdin(Stdio::null());
    command
}

fn text_of_slack(message: &Value) -> &str {
    message["text"].as_str().unwrap()
}

fn text_of_teams(message: &Value) -> &str {
    assert_eq!(message["attachments"][0]["contentType"], "application/vnd.microsoft.card.adaptive");
    message["attachments"][0]["content"]["body"][0]["inlines"][0]["text"].as_str().unwrap()
}

/// A stage with the events of a run that finished.
fn ran() -> Option<Stage> {
    if !need(&["python3"]) {
        return None;
    }
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(3));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.run(&["apply", "out", "--confirm", "3", "--events", "events.jsonl"]).succeeded();
    Some(stage)
}

#[test]
fn chats_hear_that_a_run_began_and_how_it_ended() {
    let Some(stage) = ran() else { return };
    // A service that is busy for a moment is asked again.
    let slack = ChatReceiver::new(&["503 Service Unavailable", "200 OK"]);
    let mut command = script(&stage, "notify.py", &["slack", "events.jsonl"]);
    command.env("SEALOFF_WEBHOOK", &slack.url);
    finish(command).succeeded();
    let messages = slack.bodies();
    let texts: Vec<&str> = messages.iter().map(text_of_slack).collect();
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert_eq!(texts[0], texts[1]);
    assert!(texts[1].starts_with("sealoff began: 3 accounts, 6 writes. Plan "), "{texts:?}");
    assert!(texts[2].starts_with("sealoff has finished. "), "{texts:?}");

    // A halt is another sentence.
    let events = std::fs::read_to_string(stage.path("events.jsonl")).unwrap();
    stage.write("halted.jsonl", events.replace("\"ending\":\"finished\"", "\"ending\":\"stopped\""));
    let teams = ChatReceiver::new(&["202 Accepted"]);
    let mut command = script(&stage, "notify.py", &["teams", "halted.jsonl"]);
    command.env("SEALOFF_WEBHOOK", &teams.url);
    finish(command).succeeded();
    let messages = teams.bodies();
    assert!(text_of_teams(&messages[1]).starts_with("sealoff HALTED before the end."), "{messages:?}");
}

#[test]
fn a_message_that_is_not_taken_names_no_secret() {
    let Some(stage) = ran() else { return };
    let send = |url: &str| -> Ran {
        let mut command = script(&stage, "notify.py", &["slack", "events.jsonl", "--once"]);
        command.env("SEALOFF_WEBHOOK", url);
        finish(command)
    };
    let gone = ChatReceiver::new(&["410 Gone"]);
    let ran = send(&gone.url).exited(1).complains(&["127.0.0.1 did not take a message: HTTP 410"]);
    assert!(!ran.err.contains("hook-that-is-a-secret"), "{}", ran.err);
    assert_eq!(gone.bodies().len(), 1, "what cannot pass is not asked again");
    send("http://hooks.example.com/x").exited(1).complains(&["must begin with https://"]);
    send("").exited(1).complains(&["SEALOFF_WEBHOOK is not set"]);
}

#[cfg(unix)]
#[test]
fn who_was_let_in_again_is_said_by_name() {
    let Some(stage) = ran() else { return };
    let slack = ChatReceiver::new(&["200 OK"]);
    let id = stage.results("out")[&1]["object_id"].parse().unwrap();
    assert!(stage.simulator.change(id, |user| user.account_enabled = true));
    let mut command = stage.command(&[
        "verify",
        "out",
        "--wait",
        "0s",
        "--on-contradiction",
        &format!("python3 -B {} slack", sample("notify.py")),
    ]);
    command.env("SEALOFF_WEBHOOK", &slack.url);
    finish(command).exited(3);
    let messages = slack.bodies();
    let user = &stage.results("out")[&1]["user_principal_name"];
    let texts: Vec<&str> = messages.iter().map(text_of_slack).collect();
    assert!(texts.len() == 1 && texts[0].starts_with(&format!("{user} was LET IN AGAIN (block: ")), "{texts:?}");

    let mut command = script(&stage, "siem.py", &["ocsf"]);
    let hostile = "<a|b>&\u{202e}";
    command.env("SEALOFF_FOUND_USER", hostile).env("SEALOFF_FOUND_AT", "2026-11-23T02:30:00Z");
    let finding = finish(command).succeeded().json();
    assert_eq!(
        (&finding["class_uid"], &finding["type_uid"], &finding["severity_id"]),
        (&2004.into(), &200_401.into(), &4.into())
    );
    assert_eq!((&finding["user"]["name"], &finding["time"]), (&hostile.into(), &1_795_401_000_000_u64.into()));
    let mut command = script(&stage, "notify.py", &["slack"]);
    command.env("SEALOFF_WEBHOOK", &slack.url).env("SEALOFF_FOUND_USER", hostile);
    finish(command).succeeded();
    assert!(text_of_slack(&slack.bodies()[0]).starts_with("&lt;a|b&gt;&amp;"));
}

#[test]
fn a_siem_gets_what_it_has_fields_for() {
    let Some(stage) = ran() else { return };
    let failed = r#"{"schema":1,"time":"2026-11-23T02:30:00Z","plan":"p","tenant":"t","run":"r","event":"steps-failed","row":1,"user":"ada@contoso.com","steps":"block","reason":"403"}"#;
    let events = std::fs::read_to_string(stage.path("events.jsonl")).unwrap();
    stage.write("events.jsonl", format!("{failed}\n{events}"));
    let written = |schema: &str| -> Vec<Value> {
        let ran = finish(script(&stage, "siem.py", &[schema, "events.jsonl", "--once"])).succeeded();
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let ecs = written("ecs");
    let actions: Vec<&str> = ecs.iter().map(|event| event["event"]["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["steps-failed", "started", "ended-finished"]);
    assert_eq!(
        (&ecs[0]["user"]["target"]["name"], &ecs[0]["event"]["outcome"]),
        (&"ada@contoso.com".into(), &"failure".into())
    );
    let ocsf = written("ocsf");
    let classes: Vec<u64> = ocsf.iter().map(|event| event["type_uid"].as_u64().unwrap()).collect();
    assert_eq!(classes, [300_199, 600_203, 600_204]);

    let receiver = ChatReceiver::new(&["200 OK"]);
    let mut command = script(&stage, "siem.py", &["ecs", "events.jsonl"]);
    command.env("SEALOFF_SIEM_URL", &receiver.url).env("SEALOFF_SIEM_TOKEN", "a-token");
    let ran = finish(command).succeeded();
    assert_eq!(ran.out, "");
    let posts: Vec<_> = receiver.posts.try_iter().collect();
    assert_eq!(posts.len(), 3);
    assert!(posts.iter().all(|(head, _)| head.contains("Authorization: Bearer a-token")));
}
