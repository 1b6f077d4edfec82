//! Every mistake has a message that helps, and its own exit code.

use sealoff::shell::Shell;
use sealoff::simulator::Settings;

use crate::stage::{SPEED, Stage, bare, finish};

fn first_try() -> String {
    format!("{}/samples/first-try.csv", env!("CARGO_MANIFEST_DIR"))
}

fn contain<'a>(roster: &'a str, out: &'a str) -> [&'a str; 6] {
    ["plan", roster, "--playbook", "contain", "--out", out]
}

#[test]
fn no_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let roster = first_try();
    let ran = finish(bare(&contain(&roster, out.to_str().unwrap())));
    ran.exited(5).complains(&["AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET are not set", "sealoff drill"]);
    assert!(!out.join("plan.json").exists());
}

#[test]
fn wrong_secret_wrong_client_wrong_tenant() {
    let stage = Stage::new();
    let roster = first_try();
    for (variable, value, code, meaning) in [
        ("AZURE_CLIENT_SECRET", "not~the-secret", "AADSTS7000215", "secret's id was pasted"),
        ("AZURE_CLIENT_ID", "00000000-0000-4000-8000-000000000000", "AADSTS700016", "AZURE_CLIENT_ID"),
        ("AZURE_TENANT_ID", "nowhere.example", "AADSTS90002", "tenant was not found"),
    ] {
        let mut command = stage.command(&contain(&roster, "out"));
        command.env(variable, value);
        let ran = finish(command).exited(5).complains(&[code, meaning]);
        assert!(!ran.err.contains("not~the-secret"), "the secret is repeated");
    }
    let mut command = stage.command(&contain(&roster, "out"));
    command.env("SEALOFF_ACCESS_TOKEN", "garbage");
    finish(command).exited(5).complains(&["SEALOFF_ACCESS_TOKEN is not accepted"]);
}

#[test]
fn a_ready_token_is_taken_as_it_is() {
    let stage = Stage::new();
    let roster = first_try();
    let mut command = stage.command(&contain(&roster, "out"));
    command.env("SEALOFF_ACCESS_TOKEN", stage.simulator.issue_token());
    for variable in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] {
        command.env_remove(variable);
    }
    finish(command).succeeded();
    assert_eq!(stage.ledger().counters.token_requests, 0);
}

#[test]
fn an_endpoint_that_is_not_there() {
    let stage = Stage::new();
    let roster = first_try();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for variable in ["SEALOFF_GRAPH_ENDPOINT", "AZURE_AUTHORITY_HOST"] {
        let mut command = stage.command(&contain(&roster, "out"));
        command.env(variable, format!("https://{free}"));
        if variable == "SEALOFF_GRAPH_ENDPOINT" {
            command.env("SEALOFF_ACCESS_TOKEN", stage.simulator.issue_token());
        }
        finish(command).exited(5).complains(&[&free.to_string(), "Check the network"]);
    }
}

#[test]
fn clear_text_that_would_leave_the_machine() {
    let stage = Stage::new();
    let roster = first_try();
    for (variable, url) in [
        ("SEALOFF_GRAPH_ENDPOINT", "http://graph.microsoft.com"),
        ("SEALOFF_GRAPH_ENDPOINT", "http://192.0.2.1:8080"),
        ("AZURE_AUTHORITY_HOST", "http://127.0.0.1:8080"),
    ] {
        let mut command = stage.command(&contain(&roster, "out"));
        command.env(variable, url).env_remove("SEALOFF_CLOCK_SPEED");
        finish(command).exited(2).complains(&[url, "clear text"]);
    }
}

#[test]
fn time_runs_fast_only_on_loopback() {
    let stage = Stage::new();
    let roster = first_try();
    let mut command = stage.command(&contain(&roster, "out"));
    command.env("SEALOFF_GRAPH_ENDPOINT", "https://graph.microsoft.com");
    finish(command).exited(4).complains(&[&format!("{SPEED} times as fast"), "loopback"]);
}

#[test]
fn a_simulator_whose_authority_is_not_trusted() {
    let stage = Stage::new();
    let roster = first_try();
    let other = Stage::new();
    let mut command = stage.command(&contain(&roster, "out"));
    command.env("SSL_CERT_FILE", other.path("ca.pem"));
    finish(command).exited(5).complains(&["--ca-file"]);
    let mut command = stage.command(&contain(&roster, "out"));
    command.env("SSL_CERT_FILE", stage.path("missing.pem"));
    finish(command).exited(2).complains(&["missing.pem"]);
}

#[test]
fn unknown_playbook_and_missing_arguments() {
    let stage = Stage::new();
    stage
        .run(&["plan", "x.csv", "--playbook", "panic", "--out", "out"])
        .exited(2)
        .complains(&["panic", "contain, evict, reinstate, breach, offboard, signout"]);
    stage.run(&["plan", "x.csv"]).exited(2).complains(&["--playbook", "--out"]);
    stage.run(&["frobnicate"]).exited(2);
    stage.run(&[]).exited(2);
}

#[test]
fn recipients_that_are_none() {
    let stage = Stage::new();
    let roster = first_try();
    let plan =
        |recipient: &str| stage.run(&["plan", &roster, "--playbook", "breach", "--out", "out", "--seal-to", recipient]);
    plan("age1nonsense").exited(2).complains(&["age1nonsense"]);
    plan("no-such-file.txt").exited(2).complains(&["no-such-file.txt"]);
    stage.recipient();
    let key = std::fs::read_to_string(stage.path("key.txt")).unwrap();
    let secret = key.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    let ran = plan(secret).exited(2);
    assert!(!ran.err.contains(&secret[..30]), "a private key is repeated on the screen");
    plan("ssh-ed25519 AAAA").exited(2).complains(&["no SSH public key"]);
    // A playbook that resets has to know who may read the passwords.
    stage
        .run(&["plan", &roster, "--playbook", "breach", "--out", "out"])
        .exited(4)
        .complains(&["--seal-to", "sealoff keygen"]);
    let discard = ["plan", &roster, "--playbook", "breach", "--out", "out", "--discard-credentials"];
    stage.run(&discard).exited(4).complains(&["only offboard"]);
    assert_eq!(stage.ledger().counters.http_calls, 0, "all of this is found before anything is sent");
}

#[test]
fn rosters_that_are_none() {
    let stage = Stage::new();
    for (name, content, complaint) in [
        ("empty.csv", &b""[..], "empty"),
        ("header.csv", b"user\n", "header"),
        ("columns.csv", b"name,department\nAda,Sales\n", "userPrincipalName"),
        ("binary.csv", b"\x7fELF\0\0\0\x01", "binary"),
        ("wide.csv", b"\xff\xfeu\0s\0e\0r\0", "no rows below it"),
        ("book.csv", b"PK\x03\x04xl/workbook.xml", "CSV"),
    ] {
        stage.write(name, content);
        stage.run(&contain(name, "out")).exited(2).complains(&[name, complaint]);
    }
    stage.run(&contain("missing.csv", "out")).exited(2).complains(&["missing.csv"]);
    stage.run(&contain(".", "out")).exited(2);
    assert!(!stage.path("out").join("plan.json").exists());
}

#[test]
fn folders_that_hold_something_or_nothing() {
    let stage = Stage::new();
    let roster = first_try();
    stage.run(&contain(&roster, "out")).succeeded();
    stage.run(&contain(&roster, "out")).exited(4).complains(&["already holds a plan"]);
    stage.run(&contain(&roster, ".")).exited(2).complains(&["not empty"]);
    stage.run(&["apply", "nowhere", "--confirm", "1"]).exited(2).complains(&["does not exist", "sealoff plan"]);
    stage.run(&["unseal", "out/results.csv", "-i", "key.txt"]).exited(2);
    stage.run(&["unseal", &roster, "-i", "missing.txt"]).exited(2).complains(&["missing.txt"]);
}

#[test]
fn a_command_that_converts_a_key_can_be_copied_as_it_is() {
    let stage = Stage::new();
    let label = "RSA PRIVATE KEY";
    let old = format!("-----BEGIN {label}-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAAAA\n-----END {label}-----\n");
    stage.write("my old key.pem", old);
    let word = Shell::here().word(&stage.path("my old key.pem"));
    let command = format!("openssl pkcs8 -topk8 -in {word} -out new-key.pem");
    let key = stage.path("my old key.pem");
    let key = key.to_str().unwrap();
    stage.run(&["unseal", &first_try(), "-i", key]).exited(2).complains(&["in an old form", &command]);
}

#[test]
fn a_plan_that_was_changed_is_refused() {
    for (file, from, to) in [
        ("plan.csv", ",act,", ",act ,"),
        ("plan.csv", "block+revoke", "revoke"),
        ("plan.json", "\"contain\"", "\"signout\""),
        // Nothing else in the plan says otherwise.
        ("plan.json", "\"created_at\": \"2", "\"created_at\": \"3"),
        ("plan.json", "\"allow_privileged\": false", "\"allow_privileged\": true"),
        ("plan.json", "\"act\": {\n      \"rows\": ", "\"act\": {\n      \"rows\": 1"),
    ] {
        let stage = Stage::new();
        stage.run(&contain(&first_try(), "out")).succeeded();
        let accounts = stage.accounts("out").to_string();
        let path = stage.path("out").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let changed = text.replacen(from, to, 1);
        assert_ne!(text, changed, "{from}");
        std::fs::write(&path, changed).unwrap();
        stage.run(&["apply", "out", "--confirm", &accounts]).exited(4).complains(&["changed after the plan was made"]);
        assert!(stage.ledger().writes.is_empty());
    }
}

#[test]
fn a_journal_that_was_changed_is_refused() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(3));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    let path = stage.path("out/journal.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("accepted", "unknown", 1)).unwrap();
    stage.apply("out").exited(4).complains(&["journal", "line "]);
}

#[test]
fn another_tenants_plan_is_refused() {
    let stage = Stage::new();
    stage.run(&contain(&first_try(), "out")).succeeded();
    // The same folder, held against another tenant: the manifest is made anew for it, fingerprint and all.
    let path = stage.path("out/plan.json");
    let here = stage.simulator.connection().tenant_id.clone();
    let other = "11111111-2222-4333-8444-555555555555";
    let mut manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let text = std::fs::read_to_string(&path).unwrap().replace(&here, other);
    manifest["tenant"]["id"] = other.into();
    let unbound: String = {
        let without = text.lines().filter(|line| !line.contains("\"fingerprint\"")).collect::<Vec<_>>().join("\n");
        without.replace("\n", "").replace("  ", "").replace("\": ", "\":").replace(",}", "}")
    };
    let fingerprint = sealoff::digest::Digest::of(unbound.as_bytes());
    manifest["fingerprint"] = fingerprint.to_string().into();
    std::fs::write(&path, text.replace(&old_fingerprint(&text), &fingerprint.to_string())).unwrap();
    let accounts = stage.accounts("out").to_string();
    stage.run(&["apply", "out", "--confirm", &accounts]).exited(4).complains(&["the plan is for tenant", other, &here]);
    assert!(stage.ledger().writes.is_empty());
}

fn old_fingerprint(text: &str) -> String {
    text.lines()
        .find_map(|line| line.trim().strip_prefix("\"fingerprint\": \""))
        .unwrap()
        .trim_end_matches('"')
        .to_owned()
}

#[test]
fn a_second_process_on_the_same_run_is_refused() {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(60));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage.simulator.hold_after_writes(20);
    let mut child = stage.spawn(&["apply", "out", "--confirm", "60"]);
    stage.wait_for_writes(20);
    stage.apply("out").exited(4).complains(&["in use"]);
    child.kill().unwrap();
    child.wait().unwrap();
    stage.simulator.release();
    stage.apply("out").succeeded();
    stage.judge("out");
}

#[test]
fn a_protected_list_that_protects_no_account() {
    let stage = Stage::new();
    let roster = first_try();
    stage.write("protect.txt", "breakglass1@contoso.onmicrosoft.com\nbreakglas2@contoso.onmicrosoft.com\n");
    let arguments = [&contain(&roster, "out")[..], &["--protect", "protect.txt"]].concat();
    stage.run(&arguments).exited(4).complains(&["line 2", "breakglas2@contoso.onmicrosoft.com"]);
    stage.write("protect.txt", "break glass\n");
    stage.run(&arguments).exited(2).complains(&["line 1"]);
}

#[test]
fn a_lookup_that_fails_is_never_not_found() {
    use sealoff::simulator::FaultShares;
    let stage = Stage::new();
    stage.simulator.change_faults(FaultShares { unavailable_item: 1.0, ..FaultShares::default() });
    stage.run(&contain(&first_try(), "out")).exited(5).complains(&["gave up"]);
    assert!(!stage.path("out/plan.json").exists());
}

/// In double quotes it is another text, or no TOML at all.
#[test]
fn a_path_of_windows_in_a_file_is_answered_with_how_it_is_written() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(1));
    let file = |name: &str, text: &str| std::fs::write(stage.path(name), text).unwrap();
    file("settings.toml", "protect = \"C:\\new\\breakglass.txt\"\n");
    file("recipients.toml", "[handoff.desk]\nkeys = [\"C:\\work dir\\desk.pem\"]\n");
    file(
        "app.toml",
        "client_id = \"11111111-2222-4333-8444-555555555555\"\nclient_secret_file = \"C:\\new\\bin.txt\"\n",
    );
    file("scenario.toml", "title = \"C:\\work dir\"\n");
    let plan = ["plan", &roster, "--playbook", "breach", "--out", "out"];
    for command in [
        &["config", "--config", "settings.toml"][..],
        &[&plan[..], &["--recipients", "recipients.toml"]].concat(),
        &["doctor", "--app", "app.toml"],
        &["drill", "--scenario", "scenario.toml"],
    ] {
        let ran = stage.run(command);
        assert_ne!(ran.code, Some(0));
        let said = format!("{}{}", ran.out, ran.err).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("write paths in single quotes: 'C:\\work dir\\desk.pem'"), "{command:?}: {said}");
    }
}

/// What was named wrongly is said first, wherever the passwords were to go.
#[cfg(unix)]
#[test]
fn unseal_says_which_file_is_wrong_before_it_speaks_of_where_passwords_may_go() {
    let stage = Stage::new();
    stage.roster_of(&stage.members(2));
    stage.plan("roster.csv", "breach", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    let into_a_public_file = |arguments: &[&str]| {
        use std::os::unix::fs::PermissionsExt as _;
        let public = std::fs::File::create(stage.path("public.csv")).unwrap();
        public.set_permissions(std::fs::Permissions::from_mode(0o644)).unwrap();
        let mut command = stage.command(arguments);
        let output = command.stdin(std::process::Stdio::null()).stdout(public).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for (arguments, code, says) in [
        (["unseal", "out/plan.csv", "-i", "nokey"], 2, "the identity file nokey cannot be read"),
        (["unseal", "roster.csv", "-i", "key.txt"], 2, "roster.csv is no results file"),
        (["unseal", "nowhere.csv", "-i", "key.txt"], 2, "nowhere.csv"),
        (["unseal", "out/results.csv", "-i", "nokey"], 2, "nokey"),
        (["unseal", "out/results.csv", "-i", "key.txt"], 4, "others can read"),
    ] {
        let (ended, err) = into_a_public_file(&arguments);
        assert!(ended == Some(code) && err.contains(says), "{arguments:?}: {ended:?} {err}");
        assert!(code == 4 || !err.contains("standard output goes"), "{arguments:?}: {err}");
    }
    stage.run(&["unseal", "roster.csv"]).exited(2).complains(&["roster.csv is no results file"]);
    for wrong in ["out/plan.csv", "out/refused.csv"] {
        stage.write("out/refused.csv", "user,reason\n");
        let named = ["no results file", "sealoff unseal out/results.csv -i KEY"];
        stage.run(&["unseal", wrong, "-i", "key.txt", "-o", "opened.csv"]).exited(2).complains(&named);
    }
    std::fs::remove_file(stage.path("out/results.csv")).unwrap();
    let none_yet = ["out/plan.csv is a plan", "There is no results.csv beside it", "sealoff status out"];
    stage.run(&["unseal", "out/plan.csv", "-i", "key.txt", "-o", "opened.csv"]).exited(2).complains(&none_yet);
    assert!(!stage.path("opened.csv").exists());
}
