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
        if cfg!(windows) { "AZURE_TENANT_ID" } else { "export AZURE_TENANT_ID" },
        "sealoff apply tonight --confirm N@FINGERPRINT",
    ]);
    // The command that it shows as proof works as it stands.
    let shown = ran.out.lines().find(|line| line.contains("sealoff unseal") && line.contains("--user")).unwrap().trim();
    let words: Vec<&str> = shown.split_whitespace().map(|word| word.trim_matches(['\'', '"'])).collect();
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
    assert_eq!(lines[1]["outcomes"], serde_json::json!({"done": 2, "old-password": 1}));
    assert_eq!(lines[3]["exit_code"], 0, "in a drill Active Directory does its part at once");
    assert!(
        stage.ledger().writes.is_empty(),
        "a drill talks to its own tenant only, not to the one in the environment"
    );
}

#[test]
fn whatever_a_roster_is_keyed_by_everybody_on_it_exists() {
    let stage = Stage::new();
    for (by, column, keys) in [
        ("employee-id", "employeeId", ["0042-X", "A-17", "00012"]),
        ("sid", "onPremisesSecurityIdentifier", ["S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002", "S-1-5-21-9-9-9-7"]),
        ("sam", "onPremisesSamAccountName", ["adal", "g.hopper", "x_1"]),
    ] {
        let [one, two, three] = keys;
        stage.write(
            "own.csv",
            format!("{column},Display name,Block credential\n{one},Ada L.,False\n{two},,\n{three},,True\n"),
        );
        let ran =
            stage.run(&["drill", "own.csv", "--by", by, "--playbook", "contain", "--out", by, "--json"]).succeeded();
        let plan: serde_json::Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
        assert_eq!(plan["plan"]["counts"]["act"]["rows"], 3, "{by}: {plan}");
        let results = std::fs::read_to_string(stage.path(by).join("results.csv")).unwrap();
        assert_eq!(results.lines().count(), 4, "{results}");
    }
}

#[test]
fn a_drill_makes_passes_where_they_are_asked_for() {
    let stage = Stage::new();
    stage.run(&["drill", "--playbook", "breach", "--credential", "both", "--out", "out"]).succeeded().says(&["Proof"]);
    let results = std::fs::read_to_string(stage.path("out/results.csv")).unwrap();
    assert!(results.lines().next().unwrap().ends_with("pass_from,pass_until,pass_once,sealed_pass"), "{results}");
    let sealed = results.matches(",age:").count();
    assert_eq!(sealed, 8 + 8, "a password also for who is blocked, and a pass also for who is synced: {results}");
    for credential in ["pass", "both"] {
        let evict = ["drill", "--playbook", "evict", "--credential", credential, "--out", credential];
        let second = format!("sealoff plan tonight --playbook evict --methods all --devices --credential {credential}");
        stage.run(&evict).succeeded().says(&["--playbook breach --seal-to age1…", &second]);
    }
}

#[test]
fn a_drill_says_which_faults_never_came_up() {
    let stage = Stage::new();
    let faults = "[[fault]]\nkind = \"409\"\ntimes = 2\n[[fault]]\nkind = \"outage\"\nafter-writes = 5000\n";
    stage.write("bad.toml", format!("title = \"Bad\"\n{faults}"));
    stage.run(&["drill", "--playbook", "contain", "--scenario", "bad.toml", "--out", "out"]).succeeded().says(&[
        "Struck     2 times: 409",
        "Not struck outage: it never came up, so it was not rehearsed",
        "--accounts N",
    ]);
}

/// How often a run was begun in the folder.
fn engaged(stage: &Stage, out: &str) -> usize {
    let journal = std::fs::read_to_string(stage.path(out).join("journal.jsonl")).unwrap();
    journal.lines().filter(|line| line.contains("\"engaged\"")).count()
}

#[test]
fn a_drill_is_killed_in_the_middle_taken_up_again_verified_and_reported() {
    let stage = Stage::new();
    let arguments = ["drill", "--accounts", "100", "--playbook", "breach", "--interrupt", "--out", "out"];
    let ran = stage.run(&arguments).succeeded().says(&[
        "will be killed after 100 writes",
        "Killed when 100 of 200 writes were done",
        "done 100",
        "Every step of all 100 accounts is proved",
        "is the password that the directory now holds",
        "with the run killed in the middle and taken up again",
        "Apply, until it was killed",
        "The same command again",
        "a real tenant",
        "Together",
    ]);
    let of = |phase: &str| -> Vec<String> {
        let line = ran.out.lines().find(|line| line.starts_with(phase)).unwrap();
        line[27..].split_whitespace().map(str::to_owned).collect()
    };
    // What had arrived when it was killed may be carried out, and is in doubt for the next process.
    let [killed, again] = ["Apply, until it was killed", "The same command again"].map(|phase| of(phase)[0].clone());
    assert!((100..200).contains(&killed.parse::<u32>().unwrap()), "{killed}");
    assert!(again.parse::<u32>().unwrap() > 0, "{again}");
    assert_eq!(engaged(&stage, "out"), 2, "it was begun once and taken up once");
    assert!(stage.path("out/report.html").exists() && stage.path("out/verification.csv").exists());
    assert!(
        stage.ledger().writes.is_empty(),
        "a drill talks to its own tenant only, not to the one in the environment"
    );
}

#[test]
fn a_drill_gives_programs_the_time_of_each_phase() {
    let stage = Stage::new();
    let never = "[[fault]]\nkind = \"outage\"\npath = \"/$batch\"\nafter-writes = 1000000\n";
    stage.write("hard.toml", format!("title = \"Hard\"\nseed = 3\n[[fault]]\nkind = \"429\"\nrate = 0.2\n{never}"));
    let arguments = ["drill", "--accounts", "2000", "--playbook", "contain", "--clock-speed", "600", "--out", "out"];
    let ran = stage.run(&[&arguments[..], &["--scenario", "hard.toml", "--interrupt", "--json"]].concat()).succeeded();
    let drill: serde_json::Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
    assert_eq!((&drill["sealoff_drill"], &drill["exit_code"], &drill["killed"]), (&1.into(), &0.into(), &true.into()));
    assert_eq!((&drill["scenario"], &drill["verified"]), (&"Hard".into(), &true.into()));
    assert_eq!(drill["credential_proved"], serde_json::Value::Null, "contain seals nothing");
    assert_eq!(
        (&drill["faults"][0]["rule"], &drill["faults"][1]["rule"]),
        (&"429".into(), &"outage on /$batch".into())
    );
    assert!(drill["faults"][0]["times"].as_u64().unwrap() > 0);
    assert_eq!(drill["faults"][1]["times"], 0, "an outage after a million writes never comes up");
    let phases = drill["phases"].as_array().unwrap();
    let names: Vec<&str> = phases.iter().map(|phase| phase["phase"].as_str().unwrap()).collect();
    assert_eq!(names, ["Plan", "Apply, until it was killed", "The same command again", "Verify", "Report"]);
    assert!((2_000..4_000).contains(&phases[1]["writes"].as_u64().unwrap()), "{phases:?}");
    // 4,000 writes and more, of which the bucket holds 3,000; twenty more each second.
    let writes = phases.iter().map(|phase| phase["writes"].as_f64().unwrap()).sum::<f64>();
    let real: Vec<f64> = phases.iter().map(|phase| phase["real_tenant_at_least_seconds"].as_f64().unwrap()).collect();
    assert!(
        (real[1], real[3]) == (0.0, 0.0) && (real[2] - (writes - 3_000.0) / 20.0).abs() < 0.01,
        "{real:?} {writes}"
    );
    assert!(writes >= 4_000.0);
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
    let phrase = format!("{}@{}", stage.accounts("out"), stage.fingerprint("out").unwrap());
    run(&["apply", "out", "--confirm", &phrase]).exited(3);
    #[cfg(unix)]
    {
        let ended = std::process::Command::new("kill").args(["-TERM", &simulator.id().to_string()]).status().unwrap();
        assert!(ended.success());
        assert_eq!(simulator.wait().unwrap().code(), Some(0));
        assert!(!std::path::Path::new(said["ca_file"].as_str().unwrap()).exists(), "it cleans up after itself");
    }
    // There is no such signal there, and Ctrl-C goes to a whole console.
    #[cfg(not(unix))]
    {
        simulator.kill().unwrap();
        simulator.wait().unwrap();
    }
}

#[test]
fn a_simulator_is_reached_by_its_name_too() {
    let stage = Stage::new();
    let localhost = |root: &str| root.replace("127.0.0.1", "localhost");
    let mut command = stage.command(&["plan", "own.csv", "--playbook", "contain", "--out", "out"]);
    stage.write("own.csv", "upn\nada.lovelace@contoso.com\n");
    let connection = stage.simulator.connection();
    command.env("SEALOFF_GRAPH_ENDPOINT", localhost(&connection.graph_endpoint));
    command.env("AZURE_AUTHORITY_HOST", localhost(&connection.authority));
    finish(command).succeeded();
}

#[test]
fn a_simulator_is_watched_on_a_terminal_only() {
    finish(bare(&["simulate", "--watch"])).exited(2).complains(&["standard error is none", "/_simulator/counters"]);
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

#[test]
fn a_drill_meets_the_guard_for_many_and_ends_with_the_same_job() {
    let stage = Stage::new();
    let people: String = (0..30).map(|number| format!("p{number}@own.example\n")).collect();
    stage.write("leavers.csv", format!("Mail,user\n{}", people.replace('\n', ",x\n")));
    let drill = ["drill", "leavers.csv", "--playbook", "offboard", "--discard-credentials", "--key", "Mail"];
    let ran = stage.run(&[&drill[..], &["--max-accounts", "29", "--halt-at", "50", "--out", "out"]].concat());
    ran.succeeded()
        .says(&[
            "Guard the plan changes 30 accounts, and --max-accounts allowed 29",
            "A real run would be refused without --max-accounts 30",
            "sealoff plan leavers.csv --playbook offboard --key Mail --discard-credentials --out tonight",
            "sealoff apply tonight --max-accounts 30 --confirm N@FINGERPRINT --halt-at 50",
        ])
        .never_says(&["keygen", "people.csv", "unseal", "quarter"]);
}

/// A breach alone lets the intruder come back; once what they registered is gone, they get in nowhere.
#[test]
fn a_drill_of_evict_shows_who_comes_back_and_that_no_one_does_after_it() {
    let stage = Stage::new();
    let arguments = ["drill", "--accounts", "14", "--playbook", "evict", "--interrupt", "--out", "out", "--json"];
    let ran = stage.run(&arguments).succeeded();
    let lines: Vec<serde_json::Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let drill = lines.last().unwrap();
    let [before, after] = ["intruder_after_breach", "intruder"].map(|name| &drill[name]);
    let was_in = before["accounts"].as_u64().unwrap();
    assert!(was_in > 5 && before["came_back"] == was_in && before["still_open"] == was_in, "{before}");
    assert_eq!((&after["accounts"], &after["came_back"], &after["still_open"]), (&was_in.into(), &0.into(), &0.into()));
    assert_eq!((&drill["killed"], &drill["verified"], &drill["exit_code"]), (&true.into(), &true.into(), &0.into()));
    let phases: Vec<_> = drill["phases"].as_array().unwrap().iter().map(|phase| phase["phase"].clone()).collect();
    assert!(phases.contains(&"Evict: plan".into()) && phases.contains(&"The same command again".into()), "{phases:?}");
    assert_eq!(engaged(&stage, "out/breach"), 1);
    assert_eq!(engaged(&stage, "out/evict"), 2, "it was killed and taken up again");

    let said = stage.run(&["drill", "--playbook", "evict", "--out", "said"]).succeeded();
    let said = said.says(&[
        "The intruder tries again",
        "by a passkey of the intruder's own",
        "and gets into none of them any more",
        "sealoff plan people.csv --playbook breach --seal-to age1… --out tonight",
        "sealoff plan tonight --playbook evict --methods all --devices --out evict",
        "sealoff apply evict --confirm N@FINGERPRINT",
    ]);
    assert_eq!(said.out.matches("Approved, because this is a drill").count(), 2);
    // What is newer than the intruder's own alone goes, so that theirs are left, and the drill says so.
    let left = stage.run(&["drill", "--playbook", "evict", "--methods", "since=1m", "--out", "left"]).exited(3);
    left.says(&["can still get into"]);
    // So is a device whose token lives on.
    let left = stage.run(&["drill", "--playbook", "evict", "--methods", "all", "--out", "device"]).exited(3);
    left.says(&["by a device of the intruder's own: evict with --devices disables it", "and can still get into"]);
    assert!(stage.ledger().writes.is_empty(), "a drill talks to its own tenant only");
}
