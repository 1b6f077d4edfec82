//! What goes where: data to standard output, and everything else to standard error, as loud and as coloured as was asked for.

use crate::stage::{Stage, finish};

const ESCAPE: char = '\u{1b}';

fn planned() -> Stage {
    let stage = Stage::new();
    stage.plan(&stage.roster_of(&stage.members(30)), "offboard", "out", &["--discard-credentials"]).succeeded();
    stage
}

#[test]
fn nothing_but_data_is_on_standard_output() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(30));
    let recipient = stage.recipient();
    let export = stage.run(&["export", "--all", "-o", "all.csv", "--json"]).succeeded();
    let plan =
        stage.run(&["plan", &roster, "--playbook", "offboard", "--seal-to", &recipient, "--out", "out", "--json"]);
    let later: [&[&str]; 9] = [
        &["status", "out"],
        &["apply", "out", "--confirm", "30"],
        &["results", "out"],
        &["verify", "out"],
        &["report", "out"],
        &["packets", "out"],
        &["evidence", "out", "-o", "out.zip"],
        &["undo", "out", "--out", "back"],
        &["config"],
    ];
    let mut all = vec![export, plan.succeeded()];
    for arguments in later {
        all.push(stage.run(&[arguments, &["--json"]].concat()));
    }
    all.push(stage.run(&["doctor", "--json"]));
    all.push(stage.run(&["drill", "--clock-speed", "1000", "--json"]).succeeded());
    all.push(stage.run(&["run", &roster, "--playbook", "contain", "--out", "dry", "--dry-run", "--json"]).succeeded());
    for ran in &all {
        assert!(!ran.out.is_empty(), "{}", ran.err);
        for line in ran.out.lines() {
            let value: Result<serde_json::Value, _> = serde_json::from_str(line);
            assert!(value.is_ok_and(|value| value.is_object()), "{line:?} is no data\n{}", ran.err);
        }
    }
    // A roster is data, too.
    let list = stage.run(&["export", "--all", "-o", "-"]).succeeded();
    let people: Result<Vec<csv::StringRecord>, _> =
        csv::Reader::from_reader(list.out.as_bytes()).into_records().collect();
    assert!(people.is_ok_and(|people| people.len() >= 30), "{}", list.out);
}

#[test]
fn who_asks_for_quiet_hears_errors_alone() {
    let stage = planned();
    let quiet = stage.run(&["apply", "out", "--confirm", "30", "--quiet"]).succeeded();
    assert_eq!(quiet.err, "");
    assert!(quiet.out.contains("every planned step is done"), "{}", quiet.out);
    stage
        .run(&["--quiet", "apply", "out", "--confirm", "7"])
        .exited(4)
        .complains(&["error: --confirm 7@", "does not fit"]);
    stage.run(&["apply", "out", "-q", "-v"]).exited(2);
}

#[test]
fn quiet_takes_the_notes_of_every_command_and_no_warning() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(2));
    let spoken: [&[&str]; 4] = [
        &["export", "--all", "-o", "-"],
        &["keygen"],
        &["plan", &roster, "--playbook", "contain", "--out", "loud", "--without-checks"],
        &["doctor"],
    ];
    for arguments in spoken {
        let loud = stage.run(arguments);
        let arguments: Vec<&str> = arguments.iter().map(|word| if *word == "loud" { "quiet" } else { word }).collect();
        let quiet = stage.run(&[&arguments[..], &["--quiet"]].concat());
        assert!(!loud.err.is_empty(), "{arguments:?} says nothing anyway");
        assert_eq!((quiet.err.as_str(), quiet.code), ("", loud.code), "{arguments:?}");
    }
    // A row that cannot be read is nothing to be quiet about, and neither is a secret that others can read.
    let torn = stage.write("torn.csv", "user\nno name\n");
    let arguments = ["plan", &torn, "--playbook", "contain", "--out", "torn", "--quiet"];
    stage.run(&arguments).complains(&["warning: 1 row of torn.csv cannot be read"]);
    #[cfg(unix)]
    {
        let secret = stage.write("secret", &stage.simulator.connection().client_secret);
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(stage.path("secret"), open).unwrap();
        let mut command = stage.command(&["doctor", "--quiet", "--client-secret-file", &secret]);
        command.env_remove("AZURE_CLIENT_SECRET");
        finish(command).complains(&["warning: others on this machine can read"]);
    }
}

#[test]
fn who_asks_for_more_hears_of_each_batch() {
    let stage = planned();
    let ordinary = ["signing in with", "offboard 30 accounts"];
    let more = ["calls go to https://127.0.0.1", "sent a batch of"];
    let ran = stage.run(&["apply", "out", "--confirm", "30", "-v"]).succeeded().complains(&ordinary).complains(&more);
    assert!(!ran.out.contains("sent a batch"));
    let other = planned();
    let ran = other.run(&["apply", "out", "--confirm", "30"]).succeeded().complains(&ordinary);
    assert!(more.iter().all(|part| !ran.err.contains(part)), "{}", ran.err);
}

#[test]
fn colour_is_where_it_was_asked_for_and_the_flag_beats_the_variable() {
    let stage = Stage::new();
    let run = |more: &[&str], no_color: bool| {
        let mut command = stage.command(&[&["status", "nowhere"], more].concat());
        if !no_color {
            command.env_remove("NO_COLOR");
        }
        finish(command).exited(2).err.contains(ESCAPE)
    };
    assert!(!run(&[], false), "what is piped has none");
    assert!(!run(&[], true) && !run(&["--color", "never"], false));
    assert!(run(&["--color", "always"], false) && run(&["--color=always"], true));
    // Also in what clap says itself.
    let mut command = stage.command(&["status", "--color=always", "--nonsense"]);
    command.env_remove("NO_COLOR");
    assert!(finish(command).exited(2).err.contains(ESCAPE));
}
