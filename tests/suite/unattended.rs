//! Without a person who watches: a code that is not 0 has its reason on standard error, also beside JSON, and a success says nothing.

use sealoff::simulator::Settings;

use crate::stage::Stage;

#[test]
fn a_code_that_is_not_0_says_why_beside_the_json_however_quiet() {
    let stage = Stage::new();
    let members = stage.members(25);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let ends_with = |arguments: &[&str], code: i32, reason: &str| {
        let ran = stage.run(&[arguments, &["--json", "-q"]].concat()).exited(code);
        let lines: Vec<&str> = ran.err.lines().collect();
        assert!(lines.len() == 1 && lines[0].starts_with("warning: "), "{arguments:?}: {}", ran.err);
        assert!(crate::stage::with_slashes(lines[0]).contains(reason), "{arguments:?}: {}", ran.err);
    };
    ends_with(&["status", "out"], 3, "the run in out has not begun");
    assert!(stage.simulator.change(members[0].id, |user| user.user_principal_name = "new@contoso.com".into()));
    let drifted = ["apply", "out", "--confirm", "25"];
    let ran = stage.run(&[&drifted[..], &["--json", "-q"]].concat()).exited(3);
    assert!(
        ran.err.contains("warning: 24 of 25 rows are dealt with; 1 person on the list was not touched. Why, and what is left to do: sealoff status out"),
        "{}",
        ran.err
    );
    ends_with(&["status", "out"], 3, "1 person on the list was not touched");
    ends_with(&["results", "out"], 3, "1 person on the list was not touched");
    assert!(stage.simulator.change(members[1].id, |user| user.account_enabled = true));
    ends_with(&["verify", "out", "--wait", "0s"], 3, "steps are not proved; out/verification.csv says which, and why");
    ends_with(&["doctor", "--playbook", "signout", "--app", "none.toml"], 5, "1 check failed");
}

#[test]
fn a_success_says_nothing_beside_the_json() {
    let stage = Stage::at_one_moment(Settings::default());
    let roster = stage.roster_of(&stage.members(2));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    for arguments in [
        &["apply", "out", "--confirm", "2"][..],
        &["status", "out"],
        &["results", "out"],
        &["verify", "out"],
        &["doctor", "--playbook", "contain"],
    ] {
        let ran = stage.run(&[arguments, &["--json", "-q"]].concat()).succeeded();
        assert_eq!(ran.err, "", "{arguments:?}");
    }
}

/// What is lost is not there, and a script must not take the code for that of what it never read.
#[cfg(target_os = "linux")]
#[test]
fn an_output_that_is_lost_is_a_failure_where_there_is_nothing_else() {
    let stage = Stage::new();
    stage.plan(&stage.roster_of(&stage.members(2)), "contain", "out", &[]).succeeded();
    for arguments in [&["status", "out"][..], &["status", "out", "--json"], &["doctor"], &["config"]] {
        let mut command = stage.command(arguments);
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command.stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("standard output cannot be written"), "{arguments:?}: {said}");
    }
}
