//! `drill` and `simulate`.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::stage::{Stage, bare, finish};

#[test]
fn a_drill_runs_the_whole_job_and_proves_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("drill");
    let ran = finish(bare(&["drill", "--out", out.to_str().unwrap()])).succeeded();
    let ran = ran.says(&[
        "This is a drill",
        "will be changed",
        "Approved, because this is a drill",
        "every planned step is done",
        "is the password that the directory now holds",
        "export AZURE_TENANT_ID",
        "sealoff apply tonight --confirm N",
    ]);
    // The command that it shows as proof works as it stands.
    let shown = ran.out.lines().find(|line| line.contains("sealoff unseal") && line.contains("--user")).unwrap().trim();
    let words: Vec<&str> = shown.split_whitespace().map(|word| word.trim_matches('\'')).collect();
    let opened = finish(bare(&words[1..])).succeeded();
    assert_eq!(opened.out.lines().count(), 2);
}

#[test]
fn a_drill_rehearses_ones_own_roster_where_everybody_exists() {
    let stage = Stage::new();
    stage.write("own.csv", "UPN,userType,onPremisesSyncEnabled\na@own.example,Member,\nb@own.example,Member,true\nc_x.com#EXT#@own.example,Guest,\n");
    let ran = stage.run(&["drill", "own.csv", "--playbook", "offboard", "--out", "out", "--json"]).succeeded();
    let lines: Vec<serde_json::Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["plan"]["counts"]["act"]["rows"], 3);
    assert_eq!(lines[0]["plan"]["counts"]["act"]["reasons"], serde_json::json!({"guest": 1, "synced": 1}));
    assert_eq!(lines[1]["outcomes"]["done"], 3);
    assert!(stage.ledger().writes.is_empty(), "a drill talks to its own tenant only, whatever the environment says");
}

#[test]
fn a_drill_makes_people_up() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("drill");
    let arguments =
        ["drill", "--accounts", "300", "--playbook", "contain", "--clock-speed", "500", "--out", out.to_str().unwrap()];
    finish(bare(&arguments)).succeeded().says(&["done           300"]);
    finish(bare(&["drill", "--accounts", "0"])).exited(2);
    finish(bare(&["drill", "--clock-speed", "0"])).exited(2).complains(&["--clock-speed"]);
}

/// The simulator alone, in a process of its own, found by nothing but what it prints.
#[test]
fn a_simulator_can_be_used_by_what_it_prints() {
    let stage = Stage::new();
    let mut command = bare(&["simulate", "--users", "100", "--seed", "3", "--clock-speed", "100", "--json"]);
    let mut simulator = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(simulator.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: serde_json::Value = serde_json::from_str(&line).unwrap();
    let roster = format!("{}/samples/first-try.csv", env!("CARGO_MANIFEST_DIR"));
    let run = |arguments: &[&str]| {
        let mut command = bare(arguments);
        command.current_dir(stage.folder.path());
        for (variable, name) in [
            ("SEALOFF_GRAPH_ENDPOINT", "graph_endpoint"),
            ("AZURE_AUTHORITY_HOST", "authority"),
            ("AZURE_TENANT_ID", "tenant_id"),
            ("AZURE_CLIENT_ID", "client_id"),
            ("AZURE_CLIENT_SECRET", "client_secret"),
            ("SSL_CERT_FILE", "ca_file"),
        ] {
            command.env(variable, said[name].as_str().unwrap());
        }
        command.env("SEALOFF_CLOCK_SPEED", said["clock_speed"].to_string());
        finish(command)
    };
    run(&["plan", &roster, "--playbook", "contain", "--out", "out"]).succeeded();
    run(&["apply", "out", "--confirm", &stage.accounts("out").to_string()]).succeeded();
    let ended = std::process::Command::new("kill").args(["-TERM", &simulator.id().to_string()]).status().unwrap();
    assert!(ended.success());
    assert_eq!(simulator.wait().unwrap().code(), Some(0));
    assert!(!std::path::Path::new(said["ca_file"].as_str().unwrap()).exists(), "it cleans up after itself");
}

#[test]
fn a_simulator_listens_on_loopback_only() {
    finish(bare(&["simulate", "--listen", "0.0.0.0:0"])).exited(2).complains(&["loopback"]);
}

#[test]
fn help_has_an_example_for_every_command() {
    let ran = finish(bare(&["--help"])).succeeded().says(&["Exit codes"]);
    for command in ["plan", "apply", "run", "unseal", "keygen", "drill", "simulate"] {
        assert!(ran.out.contains(command));
        let help = finish(bare(&[command, "--help"])).succeeded();
        assert!(help.out.contains("Example"), "{command}: {}", help.out);
    }
    finish(bare(&["--version"])).succeeded().says(&[env!("CARGO_PKG_VERSION")]);
}
