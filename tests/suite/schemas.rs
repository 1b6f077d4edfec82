//! What is printed for programs is what its schema in `samples/schemas` says: no more and no less.

use std::io::{BufRead as _, BufReader};

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

use crate::stage::{Ran, Stage};

/// The schemas, of which none allows what it does not document.
struct Documents {
    schemas: Schemas,
    compiler: Compiler,
}

impl Documents {
    fn new() -> Self {
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        Self { schemas: Schemas::new(), compiler }
    }

    fn schema(&mut self, name: &str) -> SchemaIndex {
        let path = format!("{}/samples/schemas/{name}.v1.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut schema: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(schema["$id"], format!("urn:sealoff:schema:{name}:1"));
        assert!(schema["title"].is_string());
        close(&mut schema);
        let location = format!("urn:sealoff:schema:{name}:1");
        self.compiler.add_resource(&location, schema).unwrap();
        self.compiler.compile(&location, &mut self.schemas).unwrap_or_else(|error| panic!("{name}: {error:#}"))
    }

    fn check_text(&mut self, name: &str, text: &str) {
        let schema = self.schema(name);
        assert!(!text.is_empty(), "{name}: nothing was printed");
        for line in text.lines() {
            let value: Value = serde_json::from_str(line).unwrap();
            let valid = self.schemas.validate(&value, schema);
            assert!(valid.is_ok(), "{name}: {:#}\n{line}", valid.unwrap_err());
        }
    }

    fn check(&mut self, name: &str, ran: &Ran) {
        self.check_text(name, &ran.out);
    }
}

/// Each line of `events.jsonl` is what its schema says, and these kinds of events are among them.
pub(crate) fn judge_events(stage: &Stage, kinds: &[&str]) {
    let text = std::fs::read_to_string(stage.path("events.jsonl")).unwrap();
    Documents::new().check_text("events", &text);
    for kind in kinds {
        assert!(text.contains(&format!("\"event\":\"{kind}\"")), "no {kind} in\n{text}");
    }
}

/// A newer version may print more, so the schemas allow it; this version prints what they document.
fn close(schema: &mut Value) {
    if let Value::Object(object) = schema {
        if object.contains_key("properties") && !object.contains_key("additionalProperties") {
            object.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        // The alternatives of an event have its properties, too.
        let alternatives = object.get("oneOf").and_then(Value::as_array);
        if alternatives.is_some_and(|all| all.iter().any(|one| one.get("properties").is_some())) {
            object.remove("additionalProperties");
        }
    }
    match schema {
        Value::Object(object) => object.values_mut().for_each(close),
        Value::Array(array) => array.iter_mut().for_each(close),
        _ => {}
    }
}

#[test]
fn every_command_prints_what_its_schema_says() {
    let stage = Stage::new();
    let mut documents = Documents::new();
    let members = stage.members(30);
    let roster = stage.roster_of(&members);
    let recipient = stage.recipient();
    documents.check("keygen", &stage.run(&["keygen", "-o", "other.txt", "--json"]).succeeded());
    documents.check("export", &stage.run(&["export", "--all", "-o", "all.csv", "--json"]).succeeded());
    documents.check("config", &stage.run(&["config", "--json"]).succeeded());
    documents.check("doctor", &stage.run(&["doctor", "--playbook", "offboard", "--roster", &roster, "--json"]));
    stage.write(
        "second.toml",
        "client_id = \"11111111-2222-4333-8444-555555555555\"\nclient_secret_env = \"NOT_SET\"\n",
    );
    documents
        .check("doctor", &stage.run(&["doctor", "--playbook", "signout", "--app", "second.toml", "--json"]).exited(5));
    let plan = ["plan", &roster, "--playbook", "offboard", "--seal-to", &recipient, "--out", "out", "--json"];
    documents.check("plan", &stage.run(&plan).succeeded());
    documents.check("status", &stage.run(&["status", "out", "--json"]));
    assert!(stage.simulator.change(members[0].id, |user| user.user_principal_name = "new@contoso.com".into()));
    let apply = ["apply", "out", "--confirm", "30", "--events", "events.jsonl", "--json"];
    documents.check("run", &stage.run(&apply).exited(3));
    // There is nothing left to do, and so there is neither pace nor statistics.
    documents.check("run", &stage.run(&apply).exited(3));
    documents.check_text("events", &std::fs::read_to_string(stage.path("events.jsonl")).unwrap());
    documents.check("results", &stage.run(&["results", "out", "--json"]));
    assert!(stage.simulator.change(members[1].id, |user| user.account_enabled = true));
    documents.check("verification", &stage.run(&["verify", "out", "--json"]).exited(3));
    documents.check("status", &stage.run(&["status", "out", "--json"]));
    documents.check("report", &stage.run(&["report", "out", "--json"]));
    documents.check("packets", &stage.run(&["packets", "out", "--json"]));
    documents.check("evidence", &stage.run(&["evidence", "out", "-o", "out.zip", "--json"]));
    documents.check("evidence", &stage.run(&["evidence", "--check", "out.zip", "--json"]));
    documents.check("plan", &stage.run(&["undo", "out", "--out", "back", "--json"]));
    let unseal = ["unseal", "out/results.csv", "-i", "key.txt", "--json"];
    documents.check("unseal", &stage.run(&unseal).succeeded());
    documents.check("keygen", &stage.run(&["keygen", "--json"]).succeeded());
    // Two passwords that may be the live one stand in one cell.
    let results = std::fs::read(stage.path("out/results.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(results.as_slice());
    let (mut writer, header) = (csv::Writer::from_writer(Vec::new()), reader.headers().unwrap().clone());
    writer.write_record(&header).unwrap();
    for row in reader.records().map(Result::unwrap) {
        writer
            .write_record(row.iter().map(|cell| match cell.starts_with("age:") {
                true => format!("{cell} {cell}"),
                false => cell.to_owned(),
            }))
            .unwrap();
    }
    stage.write("candidates.csv", writer.into_inner().unwrap());
    let opened = stage.run(&["unseal", "candidates.csv", "-i", "key.txt", "--json"]).succeeded();
    assert!(opened.out.contains("\"candidate\":2"), "{}", opened.out.len());
    documents.check("unseal", &opened);
}

#[test]
fn a_plan_that_lets_people_in_again_is_told_by_the_same_schemas() {
    let stage = Stage::new();
    let mut documents = Documents::new();
    let roster = stage.roster_of(&stage.members(3));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    documents.check("plan", &stage.run(&["undo", "out", "--out", "undo", "--json"]).succeeded());
    let plan =
        ["plan", &roster, "--playbook", "reinstate", "--seal-to", &stage.recipient(), "--out", "reinstate", "--json"];
    documents.check("plan", &stage.run(&plan).succeeded());
    // The one opens them; for the other they are open then, and get a new password.
    for folder in ["undo", "reinstate"] {
        documents.check("status", &stage.run(&["status", folder, "--json"]).exited(3));
        documents.check("run", &stage.run(&["apply", folder, "--confirm", "3", "--json"]));
        let status = stage.run(&["status", folder, "--json"]);
        assert!(status.json()["run"]["steps"]["unblock"].is_object(), "{}", status.out);
        documents.check("status", &status);
        documents.check("results", &stage.run(&["results", folder, "--json"]));
        documents.check("verification", &stage.run(&["verify", folder, "--wait", "0s", "--json"]));
        documents.check("report", &stage.run(&["report", folder, "--json"]));
        documents.check("evidence", &stage.run(&["evidence", folder, "-o", &format!("{folder}.zip"), "--json"]));
    }
}

#[test]
fn the_simulator_says_where_it_is_as_its_schema_says() {
    let stage = Stage::new();
    let mut child = stage.spawn(&["simulate", "--json", "--apps", "2", "--http"]);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    Documents::new().check_text("simulate", &line);
}

#[test]
fn every_event_is_what_its_schema_says() {
    let stage = Stage::new();
    let mut documents = Documents::new();
    let faults = ["--fault", "429=0.3", "--fault", "lost-answer=0.05", "--fault", "outage=0.02"];
    let drill = ["drill", "--accounts", "300", "--clock-speed", "1000", "--events", "events.jsonl", "--json"];
    let ran = stage.run(&[&drill[..], &faults[..]].concat());
    let lines: Vec<&str> = ran.out.lines().collect();
    let kinds = ["plan", "run", "verification", "drill"];
    assert_eq!(lines.len(), kinds.len(), "{} {}", ran.out, ran.err);
    for (kind, line) in kinds.into_iter().zip(lines) {
        documents.check_text(kind, line);
    }
    judge_events(&stage, &["started", "sent", "throttled", "progress", "ended"]);
}

#[test]
fn a_schema_takes_nothing_else() {
    let mut documents = Documents::new();
    let schema = documents.schema("keygen");
    let valid = |text: &str| documents.schemas.validate(&serde_json::from_str(text).unwrap(), schema).is_ok();
    assert!(valid(r#"{"sealoff_keygen":1,"identity_file":"k","recipient":"age1x"}"#));
    for wrong in [
        r#"{"identity_file":"k","recipient":"age1x"}"#,
        r#"{"sealoff_keygen":1,"identity_file":"k"}"#,
        r#"{"sealoff_keygen":1,"recipient":"age1x"}"#,
        r#"{"sealoff_keygen":1,"identity_file":"k","recipient":1}"#,
        r#"{"sealoff_keygen":1,"identity_file":"k","recipient":"x","more":1}"#,
        "[]",
    ] {
        assert!(!valid(wrong), "{wrong}");
    }
}
