//! `status --watch`: a run and a set, watched from beside.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Command, Output};

use sealoff::simulator::{Quota, Settings};

use crate::stage::{Ran, Stage};

fn planned() -> Stage {
    let stage = Stage::with(Settings { users: 250, quota: Quota::off(), ..Settings::default() });
    let roster = stage.roster_of(&stage.members(60));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage
}

const APPLY: [&str; 6] = ["apply", "out", "--confirm", "60", "--max-in-flight", "1"];

/// A command that watches, and its first line.
fn watching(stage: &Stage, arguments: &[&str]) -> (Child, BufReader<ChildStderr>, String) {
    let mut child = stage.spawn(arguments);
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    errors.read_line(&mut line).unwrap();
    (child, errors, line)
}

/// What it says when nothing is left to watch.
fn ended((mut child, mut errors): (Child, BufReader<ChildStderr>)) -> Ran {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    child.stdout.take().unwrap().read_to_end(&mut stdout).unwrap();
    errors.read_to_end(&mut stderr).unwrap();
    let output = Output { status: child.wait().unwrap(), stdout, stderr };
    Ran::new(&Command::new("sealoff status --watch"), &output)
}

#[test]
fn a_run_is_watched_to_its_end_without_its_lock() {
    let stage = planned();
    stage.simulator.hold_after_writes(40);
    let mut run = stage.spawn(&APPLY);
    stage.wait_for_writes(40);
    let (watch, errors, line) = watching(&stage, &["status", "out", "--watch"]);
    assert!(line.starts_with("blocked ") && line.contains("/60, signed out 0/60"), "{line}");
    let (second, more_errors, _) = watching(&stage, &["status", "out", "--watch", "--json"]);
    stage.simulator.release();
    assert_eq!(run.wait().unwrap().code(), Some(0));
    ended((watch, errors))
        .exited(0)
        .says(&["All 60 rows of the list are dealt with.", "no process works in the folder"]);
    let json = ended((second, more_errors)).exited(0).json();
    assert_eq!((&json["in_use"], &json["exit_code"]), (&false.into(), &0.into()));
    stage.judge("out");
    // What has ended, or has not begun, is said as it is.
    stage.run(&["status", "out", "--watch"]).succeeded().says(&["All 60 rows"]);
    stage.plan("roster.csv", "signout", "later", &[]).succeeded();
    let early = stage.run(&["status", "later", "--watch"]).exited(3);
    assert!(early.out.contains("has not begun") && early.err.is_empty(), "{early:?}");
}

#[test]
fn a_run_that_is_killed_ends_its_watch() {
    let stage = planned();
    stage.simulator.hold_after_writes(40);
    let mut run = stage.spawn(&APPLY);
    stage.wait_for_writes(40);
    let (watch, errors, _) = watching(&stage, &["status", "out", "--watch"]);
    run.kill().unwrap();
    run.wait().unwrap();
    stage.simulator.release();
    ended((watch, errors)).exited(3).says(&["the last process was killed", "sealoff apply out --confirm 60@"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_the_watch_and_not_the_run() {
    let stage = planned();
    stage.simulator.hold_after_writes(40);
    let mut run = stage.spawn(&APPLY);
    stage.wait_for_writes(40);
    let (watch, errors, _) = watching(&stage, &["status", "out", "--watch"]);
    let sent = Command::new("kill").args(["-INT", &watch.id().to_string()]).status().unwrap();
    assert!(sent.success());
    ended((watch, errors)).exited(3).says(&["sealoff apply works in the folder", "sealoff status out --watch"]);
    stage.simulator.release();
    assert_eq!(run.wait().unwrap().code(), Some(0));
    stage.judge("out");
}

#[test]
fn a_set_is_watched_in_one_line_until_all_of_it_ends() {
    let settings = Settings { users: 200, quota: Quota::off(), ..Settings::default() };
    let stage = Stage::of_tenants(vec![settings; 3]);
    let mut list = "user\n".to_owned();
    for tenant in stage.tenants() {
        let domain = tenant.domain();
        let people = tenant.users().into_iter().filter(|user| {
            user.account_enabled && user.on_premises.is_none() && user.domain() == domain && user.employee_number > 60
        });
        people.take(40).for_each(|user| list += &format!("{}\n", user.user_principal_name));
    }
    stage.write("list.csv", list);
    let plan = ["plan", "list.csv", "--playbook", "contain", "--tenants", "tenants.toml", "--out", "night"];
    stage.run(&plan).succeeded();
    let early = stage.run(&["status", "night", "--watch"]).exited(3);
    assert!(early.out.contains("not begun") && early.err.is_empty(), "{early:?}");
    stage.simulator.hold_after_writes(30);
    let confirm = format!("120@{}", &stage.fingerprint("night").unwrap()[..12]);
    let mut run = stage.spawn(&["apply", "night", "--tenants", "tenants.toml", "--confirm", &confirm]);
    stage.wait_for_writes(30);
    let (watch, errors, line) = watching(&stage, &["status", "night", "--watch"]);
    assert!(line.contains(" of 3 tenants done, ") && line.contains(" of 240 writes"), "{line}");
    stage.simulator.release();
    assert_eq!(run.wait().unwrap().code(), Some(0));
    let ended = ended((watch, errors)).exited(0);
    assert_eq!(ended.out.matches("All 40 rows of the list are dealt with").count(), 3, "{ended:?}");
}
