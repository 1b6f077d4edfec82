//! What is printed for programs is what its schema in `samples/schemas` says: no more and no less.

use std::io::{BufRead as _, BufReader};

use boon::{Compiler, Schemas};
use sealoff::cli::schemas::DocumentSchema;
use serde_json::Value;

use crate::stage::Stage;

/// The schemas, and all that was found wrong so far.
struct Documents {
    schemas: Schemas,
    compiler: Compiler,
    wrong: Vec<String>,
}

/// A command, its exit code, and the schema of what it prints.
type Case<'a> = (&'a str, i32, &'a [&'a str]);

impl Documents {
    fn new() -> Self {
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        Self { schemas: Schemas::new(), compiler, wrong: Vec::new() }
    }

    /// What is wrong with a line that is to be a document of this kind.
    fn faults(&mut self, name: &str, line: &str) -> Vec<String> {
        let path = format!("{}/samples/schemas/{name}.v1.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let schema: Value = serde_json::from_str(&text).unwrap();
        let location = format!("urn:sealoff:schema:{name}:1");
        assert_eq!(schema["$id"], location);
        self.compiler.add_resource(&location, schema.clone()).unwrap();
        let compiled = self.compiler.compile(&location, &mut self.schemas).unwrap();
        match serde_json::from_str::<Value>(line) {
            Ok(value) => {
                let invalid = self.schemas.validate(&value, compiled).err().map(|why| format!("{why:#}"));
                let unknown = undocumented(&schema, &[&schema], &value, "");
                invalid.into_iter().chain(unknown.into_iter().map(|at| format!("{at} is not documented"))).collect()
            }
            Err(why) => vec![why.to_string()],
        }
    }

    fn check_text(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            self.wrong.push(format!("{name}: nothing was printed"));
        }
        for line in text.lines() {
            let faults = self.faults(name, line);
            self.wrong.extend(faults.into_iter().map(|fault| format!("{name}: {fault}\n{line}")));
        }
    }

    /// Runs commands one after another. A wrong one does not hide those behind it.
    fn check(&mut self, stage: &Stage, cases: &[Case<'_>]) {
        for (schema, code, arguments) in cases {
            let ran = stage.run(arguments);
            if ran.code != Some(*code) {
                let (found, err) = (ran.code, &ran.err);
                self.wrong.push(format!("{schema}: {arguments:?} exited with {found:?}, not {code}\n{err}"));
            }
            self.check_text(schema, &ran.out);
        }
    }

    fn finish(self) {
        assert!(self.wrong.is_empty(), "{} wrong:\n{}", self.wrong.len(), self.wrong.join("\n\n"));
    }
}

/// Each line of `events.jsonl` is what its schema says, and these kinds of events are among them.
pub(crate) fn judge_events(stage: &Stage, kinds: &[&str]) {
    let text = std::fs::read_to_string(stage.path("events.jsonl")).unwrap();
    let mut documents = Documents::new();
    documents.check_text("events", &text);
    documents.finish();
    for kind in kinds {
        assert!(text.contains(&format!("\"event\":\"{kind}\"")), "no {kind} in\n{text}");
    }
}

/// The fields of a value that its schema does not document. A newer version may print more, so the schemas allow it; this
/// version prints what they document.
fn undocumented(root: &Value, schemas: &[&Value], value: &Value, at: &str) -> Vec<String> {
    let schemas: Vec<&Value> = schemas.iter().flat_map(|schema| with_parts(root, schema)).collect();
    let of = |keyword: &str| schemas.iter().filter_map(|schema| schema.get(keyword)).collect::<Vec<_>>();
    match value {
        Value::Array(items) => items.iter().flat_map(|item| undocumented(root, &of("items"), item, at)).collect(),
        Value::Object(fields) => {
            let (properties, others) = (of("properties"), of("additionalProperties"));
            let judge = |(name, field): (&String, &Value)| {
                let at = format!("{at}/{name}");
                let documented: Vec<&Value> = properties.iter().filter_map(|all| all.get(name)).collect();
                match if documented.is_empty() { &others } else { &documented } {
                    none if none.is_empty() => vec![at],
                    schemas => undocumented(root, schemas, field, &at),
                }
            };
            fields.iter().flat_map(judge).collect()
        }
        _ => Vec::new(),
    }
}

/// A schema with what it refers to and its alternatives.
fn with_parts<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|path| root.pointer(path.strip_prefix('#')?));
    let parts = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_array()).flatten();
    std::iter::once(schema).chain(target.into_iter().chain(parts).flat_map(|part| with_parts(root, part))).collect()
}

/// Anew: `SEALOFF_SCHEMAS=1 cargo test schemas`.
#[test]
fn the_schemas_are_those_of_the_types_that_are_printed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/schemas");
    let all = DocumentSchema::all();
    for DocumentSchema { name, schema } in &all {
        let (path, text) = (folder.join(format!("{name}.v1.json")), format!("{schema:#}\n"));
        if std::env::var_os("SEALOFF_SCHEMAS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(committed.replace('\r', ""), text, "make {name} anew: SEALOFF_SCHEMAS=1 cargo test schemas");
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), all.len(), "a schema of nothing");
}

#[test]
fn every_command_prints_what_its_schema_says() {
    let stage = Stage::new();
    let mut documents = Documents::new();
    let members = stage.members(30);
    let roster = stage.roster_of(&members);
    let recipient = stage.recipient();
    stage.write(
        "second.toml",
        "client_id = \"11111111-2222-4333-8444-555555555555\"\nclient_secret_env = \"NOT_SET\"\n",
    );
    let group = stage.simulator.groups()[0].id.to_string();
    let apply: &[&str] = &["apply", "out", "--confirm", "30", "--events", "events.jsonl", "--json"];
    documents.check(
        &stage,
        &[
            ("keygen", 0, &["keygen", "-o", "other.txt", "--json"]),
            ("keygen", 0, &["keygen", "--json"]),
            ("export", 0, &["export", "--all", "-o", "all.csv", "--json"]),
            ("export", 0, &["export", "--group", &group, "-o", "group.csv", "--json"]),
            ("config", 0, &["config", "--json"]),
            ("doctor", 5, &["doctor", "--playbook", "offboard", "--roster", &roster, "--json"]),
            ("doctor", 5, &["doctor", "--playbook", "signout", "--app", "second.toml", "--json"]),
            (
                "plan",
                0,
                &["plan", &roster, "--playbook", "offboard", "--seal-to", &recipient, "--out", "out", "--json"],
            ),
            ("status", 3, &["status", "out", "--json"]),
        ],
    );
    assert!(stage.simulator.change(members[0].id, |user| user.user_principal_name = "new@contoso.com".into()));
    documents.check(
        &stage,
        &[
            ("run", 3, apply),
            // There is nothing left to do, and so there is neither pace nor statistics.
            ("run", 3, apply),
            ("results", 3, &["results", "out", "--json"]),
        ],
    );
    documents.check_text("events", &std::fs::read_to_string(stage.path("events.jsonl")).unwrap());
    assert!(stage.simulator.change(members[1].id, |user| user.account_enabled = true));
    documents.check(
        &stage,
        &[
            ("verification", 3, &["verify", "out", "--json"]),
            ("status", 3, &["status", "out", "--json"]),
            ("report", 3, &["report", "out", "--json"]),
            ("packets", 0, &["packets", "out", "--json"]),
            ("evidence", 3, &["evidence", "out", "-o", "out.zip", "--json"]),
            ("evidence", 3, &["evidence", "--check", "out.zip", "--json"]),
            ("plan", 0, &["undo", "out", "--out", "back", "--json"]),
            ("plan", 0, &["again", "out", "--out", "again", "--json"]),
            ("unseal", 0, &["unseal", "out/results.csv", "-i", "key.txt", "--json"]),
            ("explain", 0, &["plan", "out/results.csv", "--explain", "--json"]),
        ],
    );
    let users = stage.simulator.users();
    let synced = users.into_iter().find(|user| user.is_synced() && user.account_enabled).unwrap();
    stage.plan(&stage.roster_of(&[synced]), "contain", "there", &[]).succeeded();
    let results = crate::active_directory::play_script(&stage, "there");
    documents.check(&stage, &[("onprem", 3, &["onprem", "there", "--results", &results, "--json"])]);
    // One cell holds two passwords, either of which may have taken effect.
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
    documents.check_text("unseal", &opened.out);
    documents.finish();
}

#[test]
fn a_plan_that_allows_sign_in_again_is_described_by_the_same_schemas() {
    let stage = Stage::new();
    let mut documents = Documents::new();
    let roster = stage.roster_of(&stage.members(3));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    let recipient = stage.recipient();
    let reinstate: &[&str] =
        &["plan", &roster, "--playbook", "reinstate", "--seal-to", &recipient, "--out", "reinstate", "--json"];
    documents.check(&stage, &[("plan", 0, &["undo", "out", "--out", "undo", "--json"]), ("plan", 0, reinstate)]);
    // The undo allows sign-in again; the other plan then finds the accounts enabled, and gives them a new password.
    for folder in ["undo", "reinstate"] {
        let evidence = format!("{folder}.zip");
        documents.check(
            &stage,
            &[
                ("status", 3, &["status", folder, "--json"]),
                ("run", 0, &["apply", folder, "--confirm", "3", "--json"]),
                ("status", 0, &["status", folder, "--json"]),
                ("results", 0, &["results", folder, "--json"]),
                ("verification", 0, &["verify", folder, "--wait", "0s", "--json"]),
                ("report", 0, &["report", folder, "--json"]),
                ("evidence", 0, &["evidence", folder, "-o", &evidence, "--json"]),
            ],
        );
        let status = stage.run(&["status", folder, "--json"]);
        assert!(status.json()["run"]["steps"]["unblock"].is_object(), "{}", status.out);
    }
    documents.finish();
}

/// One shape, whatever fails: the command line, a file, a guard, the way to Graph.
#[test]
fn every_command_that_fails_says_so_as_the_schema_has_it() {
    let stage = Stage::new();
    let mut documents = Documents::new();
    let roster = stage.roster_of(&stage.members(2));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let plan =
        |list: &'static str, more: &[&'static str]| [&["plan", list, "--playbook", "contain", "--json"], more].concat();
    stage.write("broken.csv", "first name,last name\nAda,Lovelace\n");
    let cases: Vec<Vec<&str>> = vec![
        plan("roster.csv", &[]), // --out is missing
        plan("roster.csv", &["--out", "new", "--dry-run"]),
        plan("roster.csv", &["--out", "new", "--max-accounts", "many"]),
        plan("missing.csv", &["--out", "new"]),
        plan("broken.csv", &["--out", "new"]),
        plan("roster.csv", &["--out", "out"]),
        vec!["run", "roster.csv", "--playbook", "conain", "--out", "new", "--json"],
        vec!["apply", "out", "--confirm", "7", "--json"],
        vec!["status", "nowhere", "--json"],
        vec!["results", "nowhere", "--json"],
        vec!["report", "nowhere", "--json"],
        vec!["evidence", "--check", "nowhere.zip", "--json"],
        vec!["evidence", "nowhere", "--json"],
        vec!["packets", "nowhere", "--json"],
        vec!["verify", "out", "--json"],
        vec!["undo", "out", "--out", "back", "--json"],
        vec!["again", "out", "--out", "again", "--json"],
        vec!["unseal", "nowhere.csv", "-i", "nokey", "--json"],
        vec!["keygen", "-o", "roster.csv", "--json"],
        vec!["export", "--all", "-o", "roster.csv", "--json"],
        vec!["config", "--config", "nowhere.toml", "--json"],
        vec!["doctor", "--roster", "nowhere.csv", "--json"],
        vec!["drill", "nowhere.csv", "--json"],
        vec!["simulate", "--json", "--file", "nowhere.toml"],
    ];
    for arguments in &cases {
        let ran = stage.run(arguments);
        assert_eq!(ran.out.lines().count(), 1, "{arguments:?}: {} {}", ran.out, ran.err);
        documents.check_text("failure", &ran.out);
        let json = ran.json();
        assert_eq!(json["exit_code"], ran.code.unwrap());
        assert!(matches!(ran.code, Some(2..=4)), "{arguments:?}");
        let error = json["error"].as_str().unwrap();
        let said: String = ran.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!error.is_empty() && said.contains(error), "{error:?} is not what people read: {said}");
        assert!(!error.starts_with("error") && !ran.out.contains("(os error"), "{error}");
    }
    let refused = stage.run(&plan("roster.csv", &["--out", "out"])).json();
    assert!(refused["next"][0]["command"].as_str().unwrap().contains("--confirm 2@"), "{refused}");
    stage.simulator.go_dark();
    let dark = stage.run(&plan("roster.csv", &["--out", "new"])).exited(5);
    documents.check_text("failure", &dark.out);
    documents.finish();
}

#[test]
fn the_simulator_says_where_it_is_as_its_schema_says() {
    let stage = Stage::new();
    let mut child = stage.spawn(&["simulate", "--json", "--apps", "2", "--http"]);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let mut documents = Documents::new();
    documents.check_text("simulate", &line);
    documents.finish();
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
    documents.finish();
    judge_events(&stage, &["started", "sent", "throttled", "progress", "ended"]);
}

#[test]
fn a_schema_takes_nothing_else() {
    let mut documents = Documents::new();
    let mut is_taken = |name: &str, text: &str| documents.faults(name, text).is_empty();
    assert!(is_taken("keygen", r#"{"sealoff_keygen":1,"identity_file":"k","recipient":"age1x"}"#));
    for wrong in [
        r#"{"identity_file":"k","recipient":"age1x"}"#,
        r#"{"sealoff_keygen":2,"identity_file":"k","recipient":"age1x"}"#,
        r#"{"sealoff_keygen":1,"identity_file":"k"}"#,
        r#"{"sealoff_keygen":1,"recipient":"age1x"}"#,
        r#"{"sealoff_keygen":1,"identity_file":"k","recipient":1}"#,
        r#"{"sealoff_keygen":1,"identity_file":"k","recipient":"x","more":1}"#,
        "[]",
    ] {
        assert!(!is_taken("keygen", wrong), "{wrong}");
    }
    let phase = |more: &str| {
        let phase = format!(
            r#"{{"phase":"Plan","seconds":1,"tenant_seconds":1,"real_tenant_at_least_seconds":0,"writes":0,"resource_units":0{more}}}"#
        );
        format!(
            r#"{{"sealoff_drill":1,"exit_code":0,"clock_speed":1,"apps":1,"phases":[{phase}],"scenario":null,"faults":[],"intruder":null,"killed":false,"credential_proved":null,"verified":true,"folder":"f","report":"r"}}"#
        )
    };
    let results = |outcome: &str| {
        format!(
            r#"{{"sealoff_results":1,"plan":"{}","outcomes":{{"{outcome}":1}},"drifted":0,"contradicted":0,"results":"r"}}"#,
            "0".repeat(64)
        )
    };
    assert!(is_taken("results", &results("done")));
    assert!(!is_taken("results", &results("nonsense")));
    assert!(is_taken("drill", &phase("")));
    assert!(!is_taken("drill", &phase(r#","more":1"#)), "a field inside");
}
