//! Rosters from the tenant, by the binary.

use std::collections::BTreeSet;
#[cfg(unix)]
use std::process::Command;
#[cfg(unix)]
use std::time::{Duration, Instant};

use sealoff::simulator::{FaultShares, Settings};

use crate::stage::{Stage, files_below, finish};

/// The sign-in names in a roster.
fn names(stage: &Stage, file: &str) -> BTreeSet<String> {
    let mut reader = csv::Reader::from_path(stage.path(file)).unwrap();
    reader.records().map(|row| row.unwrap()[1].to_owned()).collect()
}

fn leftovers(stage: &Stage) -> Vec<String> {
    let names = files_below(stage.folder.path()).into_iter().map(|path| path.file_name().unwrap().to_owned());
    names
        .map(|name| name.into_string().unwrap())
        .filter(|name| name.contains(".part") || name.ends_with(".csv"))
        .collect()
}

#[test]
fn what_is_exported_can_be_planned_as_it_is() {
    let stage = Stage::with(Settings { users: 2_500, ..Settings::default() });
    stage
        .run(&["export", "--all", "-o", "all.csv"])
        .succeeded()
        .says(&["Contoso", "2,500 people", "sealoff plan all.csv"]);
    let everybody: BTreeSet<String> =
        stage.simulator.users().into_iter().map(|user| user.user_principal_name.to_string()).collect();
    assert_eq!(names(&stage, "all.csv"), everybody);
    #[cfg(unix)]
    {
        let mode = std::fs::metadata(stage.path("all.csv")).unwrap();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode.permissions()) & 0o777, 0o600);
    }
    let json = stage.plan("all.csv", "contain", "out", &["--json"]).succeeded().json();
    let counts = &json["plan"]["counts"];
    assert_eq!(json["plan"]["roster"]["rows"], 2_500, "{counts}");
    let reasons: Vec<&str> =
        json["reasons"].as_array().unwrap().iter().filter_map(|line| line["reason"].as_str()).collect();
    for odd in ["not-found", "unreadable", "ambiguous", "duplicate", "mismatch"] {
        assert!(!reasons.contains(&odd), "{reasons:?}");
    }
}

#[test]
fn a_filter_chooses_and_exclusions_are_left_out() {
    let stage = Stage::new();
    let members = stage.members(3);
    stage.write("keep.txt", format!("# the night shift\n{}\n{}\n", members[0].user_principal_name, members[1].id));
    let json = stage
        .run(&["export", "--filter", "accountEnabled eq true", "--exclude", "keep.txt", "-o", "some.csv", "--json"])
        .succeeded()
        .json();
    let enabled: BTreeSet<String> = stage
        .simulator
        .users()
        .into_iter()
        .filter(|user| user.account_enabled && user.id != members[0].id && user.id != members[1].id)
        .map(|user| user.user_principal_name.to_string())
        .collect();
    assert_eq!(names(&stage, "some.csv"), enabled);
    assert_eq!((json["people"].as_u64(), json["excluded"].as_u64()), (Some(enabled.len() as u64), Some(2)), "{json}");
}

#[test]
fn a_roster_is_never_overwritten_and_never_a_part() {
    let stage = Stage::new();
    stage.write("there.csv", "mine\n");
    stage.run(&["export", "--all", "-o", "there.csv"]).exited(2).complains(&["there.csv is there already"]);
    assert_eq!(std::fs::read_to_string(stage.path("there.csv")).unwrap(), "mine\n");

    stage.write("nobody.txt", "nobody@contoso.com\n");
    stage
        .run(&["export", "--all", "--exclude", "nobody.txt", "-o", "new.csv"])
        .exited(4)
        .complains(&["--exclude nobody.txt", "nobody@contoso.com", "not in this tenant"]);
    stage.run(&["export", "--filter", "department eq 'Sales", "-o", "new.csv"]).exited(2).complains(&["--filter"]);
    stage
        .run(&["export", "--group", "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11", "-o", "new.csv"])
        .exited(2)
        .complains(&["--group"]);
    stage.run(&["export", "--filter", "accountEnabled eq true and accountEnabled eq false", "-o", "new.csv"]).exited(2);
    stage.simulator.change_faults(FaultShares { unavailable_envelope: 1.0, ..FaultShares::default() });
    stage.run(&["export", "--all", "-o", "new.csv"]).exited(5).complains(&["gave up after"]);
    assert_eq!(leftovers(&stage), ["there.csv"]);
}

#[test]
fn standard_output_gets_the_whole_roster_or_nothing() {
    let stage = Stage::new();
    let ran = stage.run(&["export", "--all", "-o", "-"]).succeeded().complains(&["people"]);
    assert!(ran.out.starts_with("objectId,userPrincipalName,"), "{}", ran.out);
    assert_eq!(ran.out.lines().count(), stage.simulator.users().len() + 1);
    stage.run(&["export", "--all", "-o", "-", "--json"]).exited(2).complains(&["--json"]);
    stage.simulator.change_faults(FaultShares { unavailable_envelope: 1.0, ..FaultShares::default() });
    let ran = stage.run(&["export", "--all", "-o", "-"]).exited(5);
    assert!(ran.out.is_empty(), "{}", ran.out);
    assert!(leftovers(&stage).is_empty());
}

#[test]
fn foul_weather_changes_nothing_about_who_is_listed() {
    let stage = Stage::with(Settings { users: 5_000, ..Settings::default() });
    stage.simulator.change_faults(FaultShares {
        throttled_envelope: 0.2,
        unavailable_envelope: 0.2,
        lost_answer: 0.1,
        ..FaultShares::default()
    });
    stage.run(&["export", "--all", "-o", "all.csv"]).succeeded();
    assert_eq!(names(&stage, "all.csv").len(), 5_000);
}

/// Interrupted while it waits for a tenant that does not answer.
#[cfg(unix)]
#[test]
fn an_interrupted_export_leaves_no_file() {
    let stage = Stage::new();
    stage.simulator.change_faults(FaultShares { unavailable_envelope: 1.0, ..FaultShares::default() });
    let mut command = stage.command(&["export", "--all", "-o", "new.csv"]);
    // Time as it is, so that the waits between its attempts last.
    command.env("SEALOFF_CLOCK_SPEED", "1");
    let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while leftovers(&stage).is_empty() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(leftovers(&stage).len(), 1, "it has begun");
    let status = loop {
        // Once more where the first came before it was listened to.
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        std::thread::sleep(Duration::from_millis(100));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline);
    };
    assert_eq!(status.code(), Some(130));
    assert!(leftovers(&stage).is_empty(), "{:?}", leftovers(&stage));
}

#[test]
fn the_command_line_asks_for_one_kind_of_list() {
    for arguments in [
        &["export", "-o", "x.csv"][..],
        &["export", "--all"],
        &["export", "--all", "--filter", "x", "-o", "x.csv"],
        &["export", "--group", "Sales team", "-o", "x.csv"],
        &["export", "--group", "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11", "--with-last-sign-in", "-o", "x.csv"],
    ] {
        finish(crate::stage::bare(arguments)).exited(2);
    }
}
