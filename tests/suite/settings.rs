//! `sealoff.toml`: flags beat variables, and variables beat the file.

use std::process::Command;

use serde_json::Value;

use crate::stage::{Ran, Stage, finish};

/// Where a setting comes from, and its first value.
fn in_force(ran: &Ran, name: &str) -> (String, String) {
    let json = ran.json();
    let settings = json["settings"].as_array().unwrap();
    let setting = settings.iter().find(|setting| setting["name"] == name).unwrap_or_else(|| panic!("{name}: {json}"));
    let value = setting["values"][0].as_str().unwrap_or_default().to_owned();
    (setting["origin"].as_str().unwrap().to_owned(), value)
}

/// A command with nothing of Azure in its environment.
fn without_variables(stage: &Stage, arguments: &[&str]) -> Command {
    let mut command = stage.command(arguments);
    for name in ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"] {
        command.env_remove(name);
    }
    command
}

fn pair(origin: &str, value: &str) -> (String, String) {
    (origin.to_owned(), value.to_owned())
}

#[test]
fn flags_beat_variables_and_variables_beat_the_file() {
    let stage = Stage::new();
    stage.write("sealoff.toml", "tenant = \"of-the-file\"\nprotect = \"file.txt\"\nhalt_at = 20\n");
    let of_file = finish(without_variables(&stage, &["config", "--json"])).succeeded();
    assert_eq!(in_force(&of_file, "tenant"), pair("file", "of-the-file"));
    assert_eq!(in_force(&of_file, "protect"), pair("file", "file.txt"));
    assert_eq!(in_force(&of_file, "halt_at"), pair("file", "20"));
    assert_eq!(in_force(&of_file, "cloud"), pair("rule", "global"));
    assert_eq!(in_force(&of_file, "schedule").0, "unset");

    let mut command = without_variables(&stage, &["config", "--json"]);
    command.env("AZURE_TENANT_ID", "of-the-variable").env("SEALOFF_PROTECT", "variable.txt");
    let of_variables = finish(command).succeeded();
    assert_eq!(in_force(&of_variables, "tenant"), pair("variable", "of-the-variable"));
    assert_eq!(in_force(&of_variables, "protect"), pair("variable", "variable.txt"));

    let mut command = without_variables(
        &stage,
        &["config", "--json", "--tenant", "of-the-flag", "--protect", "flag.txt", "--halt-at", "30"],
    );
    command.env("AZURE_TENANT_ID", "of-the-variable").env("SEALOFF_PROTECT", "variable.txt");
    let of_flags = finish(command).succeeded();
    assert_eq!(in_force(&of_flags, "tenant"), pair("flag", "of-the-flag"));
    assert_eq!(in_force(&of_flags, "protect"), pair("flag", "flag.txt"));
    assert_eq!(in_force(&of_flags, "halt_at"), pair("flag", "30"));
}

#[test]
fn the_way_in_is_decided_as_a_whole() {
    let stage = Stage::new();
    stage.write("sealoff.toml", "auth = \"certificate\"\nclient_certificate = \"app.pem\"\n");
    let config = |more: &[&str], secret: bool| {
        let mut command = without_variables(&stage, &[&["config", "--json"], more].concat());
        if secret {
            command.env("AZURE_CLIENT_SECRET", "simulated~secret.opens-nothing-real");
        }
        let ran = finish(command).succeeded();
        assert!(!ran.out.contains("opens-nothing-real"), "{}", ran.out);
        ran
    };
    assert_eq!(in_force(&config(&[], false), "auth"), pair("file", "certificate"));
    assert_eq!(in_force(&config(&[], true), "auth"), pair("variable", "secret"));
    assert_eq!(in_force(&config(&[], true), "client_certificate").0, "unset");
    let other = config(&["--client-secret-file", "x"], false);
    assert_eq!(in_force(&other, "auth").0, "unset");
    assert_eq!(in_force(&other, "client_certificate").0, "unset");
    // --auth certificate means the certificate of the file.
    assert_eq!(in_force(&config(&["--auth", "certificate"], true), "client_certificate"), pair("file", "app.pem"));
}

#[test]
fn a_plan_follows_the_file_and_says_so() {
    let stage = Stage::new();
    let members = stage.members(3);
    stage.roster_of(&members);
    stage.recipient();
    let recipient = stage.recipient();
    std::fs::create_dir_all(stage.path("desk/My keys")).unwrap();
    stage.write("desk/My keys/desk.pub", format!("{recipient}\n"));
    stage.write("desk/breakglass.txt", format!("{}\n", members[0].user_principal_name));
    let connection = stage.simulator.connection();
    stage.write(
        "desk/sealoff.toml",
        format!(
            "tenant = \"{}\"\nclient_id = \"{}\"\nseal_to = \"My keys/desk.pub\"\nprotect = \"breakglass.txt\"\n\
             [playbook.breach]\npassword = \"phrase\"\nhalt_at = 33\n",
            connection.tenant_id, connection.client_id
        ),
    );
    let with = |arguments: &[&str]| {
        let mut command = without_variables(&stage, &[arguments, &["--config", "desk/sealoff.toml"]].concat());
        command.env("AZURE_CLIENT_SECRET", &connection.client_secret);
        finish(command)
    };
    let planned = with(&["plan", "roster.csv", "--playbook", "breach", "--out", "out"]).succeeded();
    assert!(
        planned.err.contains("settings of desk/sealoff.toml: tenant, client_id, protect, seal_to, password"),
        "{}",
        planned.err
    );
    assert_eq!(stage.accounts("out"), 2, "one is protected");
    let plan: Value = serde_json::from_slice(&std::fs::read(stage.path("out/plan.json")).unwrap()).unwrap();
    assert_eq!(plan["recipients"], serde_json::json!([recipient]), "paths are seen from the file");
    assert!(plan.to_string().contains("phrase"), "{plan}");
    // The playbook of a plan that is applied is the plan's.
    let applied = with(&["apply", "out", "--confirm", "2", "--json"]).exited(3);
    assert_eq!(applied.json()["pace"]["halt_at"], 33);
    stage.judge("out");
    // Without the file, no reader of the passwords is named.
    stage.run(&["plan", "roster.csv", "--playbook", "breach", "--out", "other", "--no-config"]).exited(4);
    // Thrown away is thrown away, also where the file names keys.
    with(&["plan", "roster.csv", "--playbook", "offboard", "--discard-credentials", "--out", "gone"]).succeeded();
}

#[test]
fn a_file_that_cannot_be_trusted_or_understood_stops_the_command() {
    let stage = Stage::new();
    stage.roster_of(&stage.members(1));
    let plan = ["plan", "roster.csv", "--playbook", "contain", "--out", "out"];
    stage.write("sealoff.toml", "tennant = \"x\"\n");
    stage.run(&plan).exited(2).complains(&["sealoff.toml:1", "did you mean tenant?"]);
    stage.write("sealoff.toml", "client_secret = \"abc8Q~aBcDeFgHiJkLmNoPqRsTuVwXyZ01234567\"\n");
    let refused = stage.run(&plan).exited(2);
    assert!(
        refused.err.contains("secrets are not allowed in this file") && !refused.err.contains("aBcDeF"),
        "{}",
        refused.err
    );
    stage.run(&["config", "--config", "nowhere.toml"]).exited(2).complains(&["nowhere.toml"]);
    // Where secrets are sent is not for a file to say that came with an archive.
    stage.write("sealoff.toml", "halt_at = 20\nauthority = \"https://login.example.invalid\"\n");
    stage.run(&plan).exited(4).complains(&["sealoff.toml:2", "where secrets are sent", "--config sealoff.toml"]);
    let named = stage.run(&["config", "--json", "--config", "sealoff.toml"]).succeeded();
    assert_eq!(in_force(&named, "authority").0, "variable", "and variables beat it");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        stage.write("sealoff.toml", "halt_at = 20\n");
        std::fs::set_permissions(stage.path("sealoff.toml"), PermissionsExt::from_mode(0o664)).unwrap();
        stage.run(&plan).exited(4).complains(&["others may change", "chmod go-w", "--no-config"]);
    }
    assert!(!stage.path("out").exists());
    // A command that does not call Graph does not care.
    stage.run(&["status", "out"]).exited(2).complains(&["plan"]);
    let mut no_config = plan.to_vec();
    no_config.push("--no-config");
    stage.run(&no_config).succeeded();
}

#[test]
fn the_configuration_folder_comes_after_the_working_folder() {
    let stage = Stage::new();
    std::fs::create_dir_all(stage.path("home/sealoff")).unwrap();
    stage.write("home/sealoff/sealoff.toml", "halt_at = 20\nprotect = \"list.txt\"\n");
    let config = || {
        let mut command = stage.command(&["config", "--json"]);
        command.env("XDG_CONFIG_HOME", stage.path("home")).env("APPDATA", stage.path("home"));
        finish(command).succeeded()
    };
    if cfg!(not(target_os = "macos")) {
        let ran = config();
        assert_eq!(in_force(&ran, "halt_at"), pair("file", "20"));
        assert!(in_force(&ran, "protect").1.contains("home"), "{}", ran.out);
    }
    stage.write("sealoff.toml", "halt_at = 30\n");
    assert_eq!(in_force(&config(), "halt_at"), pair("file", "30"));
    assert_eq!(in_force(&config(), "protect").0, "unset", "one file, not a mixture");
}

#[test]
fn the_file_is_named_where_its_value_is_what_is_wrong_and_only_what_counts_is_listed() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(2));
    stage.write("sealoff.toml", "password = \"phrase\"\nquota_writes = \"1500/150\"\nhandoff_by = \"boss\"\n");
    let plan = ["plan", &roster, "--playbook", "contain", "--out", "out"];
    stage
        .run(&plan)
        .exited(2)
        .complains(&["has no column \"boss\"", "handoff_by stands in line 3 of sealoff.toml."])
        .complains(&["settings of sealoff.toml: handoff_by\n"]);
    // What was typed does not stand there.
    let ran = stage.run(&[&plan[..], &["--handoff-by", "boss"]].concat()).exited(2);
    assert!(ran.err.contains("has no column \"boss\"") && !ran.err.contains("stands in line"), "{}", ran.err);
}
