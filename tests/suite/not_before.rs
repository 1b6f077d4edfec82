//! `apply --not-before`: a run that begins at the scheduled time, by what is true then.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Output};
use std::time::{Duration, Instant};

use sealoff::simulator::{Permission, SimulatedUser};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::stage::{SPEED, Stage, finish};

const DAY: Duration = Duration::from_secs(86_400);

fn planned(stage: &Stage, count: usize) -> Vec<SimulatedUser> {
    let members = stage.members(count);
    stage.plan(&stage.roster_of(&members), "contain", "out", &[]).succeeded();
    members
}

fn from_now(span: Duration) -> String {
    (OffsetDateTime::now_utc() + span).format(&Rfc3339).unwrap()
}

/// An apply that waits until a moment that is so far away, and its complaints so far.
fn waiting(stage: &Stage, count: &str, span: Duration) -> (Child, BufReader<ChildStderr>) {
    let arguments = ["apply", "out", "--confirm", count, "--max-age", "30d", "--not-before", &from_now(span)];
    let mut child = stage.spawn(&arguments);
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("waiting ") {
        assert!(errors.read_line(&mut said).unwrap() > 0, "it ended: {said}");
    }
    (child, errors)
}

fn ended(child: Child, mut errors: BufReader<ChildStderr>) -> (Output, String) {
    let mut said = String::new();
    errors.read_to_string(&mut said).unwrap();
    (child.wait_with_output().unwrap(), said)
}

/// Waits for a moment that is soon, does something meanwhile, and makes sure that it was done before the moment came.
fn meanwhile(
    prepare: impl Fn() -> (Stage, Vec<SimulatedUser>),
    act: impl Fn(&Stage, &[SimulatedUser]),
) -> (Stage, Vec<SimulatedUser>, Output, String) {
    let mut wall = Duration::from_secs(1);
    loop {
        let (stage, members) = prepare();
        let began = Instant::now();
        let (child, errors) = waiting(&stage, &members.len().to_string(), wall.mul_f64(SPEED));
        assert!(stage.ledger().writes.is_empty(), "nothing is written before the moment");
        act(&stage, &members);
        let in_time = began.elapsed() < wall;
        let (output, said) = ended(child, errors);
        if in_time {
            return (stage, members, output, said);
        }
        // This machine is slow today: what was done may have come too late, and shows nothing.
        wall *= 3;
    }
}

#[test]
fn an_account_that_drifts_while_a_run_waits_is_left_alone() {
    let prepare = || {
        let stage = Stage::new();
        let members = planned(&stage, 40);
        (stage, members)
    };
    let (stage, members, output, said) = meanwhile(prepare, |stage, members| {
        assert!(stage.simulator.change(members[0].id, |user| user.user_principal_name = "new@contoso.com".into()));
    });
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("the scheduled time has come") && said.contains("renamed to new@contoso.com"), "{said}");
    assert_eq!(stage.ledger().writes_to(members[0].id).count(), 0, "the plan is of before");
    assert_eq!(stage.outcomes("out")["done"], 39);
    stage.judge("out");
}

#[test]
fn a_plan_that_is_replaced_while_a_run_waits_is_not_carried_out() {
    let prepare = || {
        let stage = Stage::new();
        let members = planned(&stage, 3);
        stage.plan("roster.csv", "signout", "other", &[]).succeeded();
        (stage, members)
    };
    let (stage, _, output, said) = meanwhile(prepare, |stage, _| {
        for file in ["plan.csv", "plan.json"] {
            std::fs::rename(stage.path("other").join(file), stage.path("out").join(file)).unwrap();
        }
    });
    assert_eq!(output.status.code(), Some(4), "{said}");
    assert!(said.contains("is not the one that was approved"), "{said}");
    assert!(stage.ledger().writes.is_empty());
}

#[test]
fn a_grant_that_is_taken_back_while_a_run_waits_ends_it_before_it_begins() {
    let prepare = || {
        let stage = Stage::new();
        let members = planned(&stage, 3);
        (stage, members)
    };
    let (stage, _, output, said) = meanwhile(prepare, |stage, _| {
        stage
            .simulator
            .change_permissions(BTreeSet::from([Permission::UserReadAll, Permission::UserEnableDisableAccountAll]));
    });
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("User.RevokeSessions.All"), "{said}");
    assert!(stage.ledger().writes.is_empty() && !stage.path("out/journal.jsonl").exists());
}

#[test]
fn no_other_process_works_in_the_folder_while_a_run_waits() {
    let stage = Stage::new();
    planned(&stage, 3);
    let (mut child, errors) = waiting(&stage, "3", 6 * DAY);
    let refused = stage.run(&["apply", "out", "--confirm", "3"]).exited(4);
    let pid = format!("process {}", child.id());
    for part in ["sealoff apply", &pid, "waits until 20"] {
        assert!(refused.err.contains(part), "{part}: {}", refused.err);
    }
    let status = stage.run(&["status", "out"]);
    assert!(status.out.contains(&pid) && status.out.contains("It waits until"), "{}", status.out);
    child.kill().unwrap();
    drop(ended(child, errors));
    assert!(stage.ledger().writes.is_empty());
    stage.apply("out").succeeded();
}

#[cfg(unix)]
#[test]
fn an_interrupt_while_a_run_waits_leaves_everything_as_it_was() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let stage = Stage::new();
        planned(&stage, 3);
        let before = crate::stage::files_below(&stage.path("out"));
        let (child, errors) = waiting(&stage, "3", 6 * DAY);
        let sent = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let (output, said) = ended(child, errors);
        assert_eq!(output.status.code(), Some(130), "{signal}: {said}");
        assert!(said.contains("nothing was changed") && output.stdout.is_empty(), "{signal}: {said}");
        assert!(stage.ledger().writes.is_empty(), "{signal}");
        let mut after = crate::stage::files_below(&stage.path("out"));
        after.retain(|path| !path.ends_with("run.lock"));
        assert_eq!(before, after, "{signal}: nothing is left behind but the empty file that is locked");
        stage.apply("out").succeeded();
    }
}

/// Another program fetched it, so it cannot be renewed here.
#[test]
fn a_token_that_ends_before_the_moment_is_refused_while_there_is_time_to_fix_it() {
    let stage = Stage::new();
    planned(&stage, 3);
    let moment = from_now(2 * DAY);
    let arguments = ["apply", "out", "--confirm", "3", "--auth", "token", "--max-age", "30d", "--not-before", &moment];
    let mut command = stage.command(&arguments);
    command.env("SEALOFF_ACCESS_TOKEN", stage.simulator.issue_token());
    finish(command).exited(5).complains(&["the token ends at", "and the run is to begin at", "sign in as an app"]);
    assert!(stage.ledger().writes.is_empty());
}

#[test]
fn a_moment_that_cannot_be_kept_is_refused_before_anything_is_asked() {
    let stage = Stage::new();
    planned(&stage, 3);
    let apply = |moment: &str, more: &[&str]| {
        stage.run(&[&["apply", "out", "--confirm", "3", "--not-before", moment], more].concat())
    };
    apply("2026-11-27T17:00", &[]).exited(2).complains(&["no time zone", "2026-11-27T17:00:00Z"]);
    apply("2020-01-02T17:00+01:00", &[]).exited(4).complains(&["Thursday 2 January 2020", "leave --not-before out"]);
    apply(&from_now(8 * DAY), &["--max-age", "30d"]).exited(4).complains(&["7 days is the longest wait"]);
    // A plan that will be too old by then is refused now, and not then.
    apply(&from_now(3 * DAY), &[]).exited(4).complains(&["will then be", "--max-age 7d"]);
    assert!(stage.ledger().writes.is_empty());
    // A start that is a moment late is taken at once, and a run that was begun is resumed.
    let just_now = (OffsetDateTime::now_utc() - Duration::from_secs(1)).format(&Rfc3339).unwrap();
    apply(&just_now, &[]).succeeded();
    stage.judge("out");
    apply("2020-01-02T17:00+01:00", &[]).succeeded();
}
