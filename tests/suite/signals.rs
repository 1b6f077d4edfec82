//! Signals, closed terminals and closed pipes, against the binary itself.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::fd::OwnedFd;
use std::process::{Child, ChildStderr, Stdio};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use sealoff::simulator::{Quota, Settings};

use crate::schemas::judge_events;
use crate::stage::Stage;

const ACCOUNTS: usize = 120;

fn planned() -> Stage {
    let stage = Stage::with(Settings { users: 400, quota: Quota::off(), ..Settings::default() });
    let roster = stage.roster_of(&stage.members(ACCOUNTS));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage
}

const APPLY: [&str; 8] = ["apply", "out", "--confirm", "120", "--halt-at", "50", "--events", "events.jsonl"];

fn send(child: &Child, signal: &str) {
    let sent = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Reads until a line says so.
fn hear(errors: &mut BufReader<ChildStderr>, words: &str) {
    assert!(errors.lines().any(|line| line.unwrap().contains(words)), "no line says {words:?}");
}

/// In the middle of a run, with the tenant holding every answer back.
fn in_the_middle(stage: &Stage) -> (Child, BufReader<ChildStderr>) {
    stage.simulator.hold_after_writes(100);
    let mut child = stage.spawn(&APPLY);
    stage.wait_for_writes(100);
    let errors = BufReader::new(child.stderr.take().unwrap());
    (child, errors)
}

#[test]
fn every_signal_to_end_lets_what_is_under_way_come_to_its_end() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        let stage = planned();
        let (mut child, mut errors) = in_the_middle(&stage);
        send(&child, signal);
        hear(&mut errors, "stopping");
        stage.simulator.release();
        let mut said = String::new();
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{signal}");
        // The command that resumes keeps the flags for more care or less speed.
        let again = format!(
            "To go on: sealoff apply out --confirm 120@{} --halt-at 50 --events events.jsonl\n",
            &stage.fingerprint("out").unwrap()[..12]
        );
        assert!(said.contains(&again), "{signal}: {said}");
        judge_events(&stage, &["stopping"]);
        stage.judge("out");
        assert!(!stage.outcomes("out").contains_key("uncertain"), "{signal}");
        stage.apply("out").succeeded();
        stage.judge("out");
        assert_eq!(stage.outcomes("out")["done"], ACCOUNTS, "{signal}");
    }
}

/// `run` has made its plan: the same command would make another one, so it says which command goes on.
#[test]
fn a_run_that_was_interrupted_is_gone_on_with_by_apply_and_says_so() {
    let stage = Stage::with(Settings { users: 400, quota: Quota::off(), ..Settings::default() });
    let roster = stage.roster_of(&stage.members(ACCOUNTS));
    let run = ["run", &roster, "--playbook", "contain", "--out", "rr", "--max-accounts", "400", "--confirm", "120"];
    stage.simulator.hold_after_writes(100);
    let mut child = stage.spawn(&run);
    stage.wait_for_writes(100);
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    send(&child, "-INT");
    hear(&mut errors, "stopping");
    stage.simulator.release();
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(said.contains("To go on: sealoff apply rr --confirm 120"), "{said}");
    let again = stage.run(&run).exited(4);
    let next = "rr already holds a plan";
    let again = again.complains(&[next, "Its run was begun. To go on with it: sealoff apply rr --confirm 120"]);
    assert!(!again.err.contains("signing in"), "refused before anybody signs in: {}", again.err);
    stage.apply("rr").succeeded();
    stage.judge("rr");
}

/// A window that is closed says so twice: the kernel to everybody in it, and the shell to its jobs.
#[test]
fn a_window_that_is_closed_twice_over_is_no_haste() {
    let stage = planned();
    let (mut child, mut errors) = in_the_middle(&stage);
    send(&child, "-HUP");
    hear(&mut errors, "stopping");
    for _ in 0..3 {
        send(&child, "-HUP");
    }
    stage.simulator.release();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    stage.judge("out");
    let outcomes = stage.outcomes("out");
    assert!(!outcomes.contains_key("uncertain"), "{outcomes:?}");
}

#[test]
fn a_second_deliberate_request_ends_the_process_at_once() {
    for (first, second) in [("-HUP", "-INT"), ("-TERM", "-TERM")] {
        let stage = planned();
        let (mut child, mut errors) = in_the_middle(&stage);
        send(&child, first);
        hear(&mut errors, "stopping");
        send(&child, second);
        // Nothing is released: only at once is soon enough.
        assert_eq!(child.wait().unwrap().code(), Some(130), "{first} {second}");
        stage.simulator.release();
        stage.apply("out").succeeded();
        stage.judge("out");
        assert_eq!(stage.outcomes("out")["done"], ACCOUNTS);
    }
}

#[test]
fn an_interrupt_while_the_network_is_gone_ends_the_run_and_the_same_command_goes_on() {
    let stage = planned();
    let (mut child, mut errors) = in_the_middle(&stage);
    stage.simulator.go_dark();
    stage.simulator.release();
    hear(&mut errors, "no answer from Graph");
    send(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    stage.simulator.come_back();
    stage.apply("out").succeeded();
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], ACCOUNTS);
}

/// `sealoff apply out --confirm 120 2>&1 | head -1`
#[test]
fn a_run_whose_reader_has_seen_enough_goes_on_to_its_end() {
    for more in [&[][..], &["--json"]] {
        let stage = planned();
        stage.simulator.hold_after_writes(40);
        let mut child = stage.spawn(&[&APPLY, more].concat());
        stage.wait_for_writes(40);
        drop((child.stdout.take(), child.stderr.take()));
        stage.simulator.release();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{more:?}");
        stage.judge("out");
        assert_eq!(stage.outcomes("out")["done"], ACCOUNTS, "{more:?}");
    }
}

#[test]
fn a_reader_of_standard_output_that_has_gone_is_no_failure_and_no_noise() {
    let stage = planned();
    stage.apply("out").succeeded();
    for arguments in [
        &["unseal", "out/results.csv", "-i", "key.txt", "--show"][..],
        &["export", "--all", "--output", "-"],
        &["plan", "roster.csv", "--playbook", "contain", "--out", "again", "--max-accounts", "1000"],
        &["--help"],
        &["keygen"],
    ] {
        let mut child = stage.spawn(arguments);
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}: {said}");
        assert!(!said.contains("panic") && !said.contains("error:"), "{arguments:?}: {said}");
    }
}

/// Both ends of a terminal: the one that a person sees, and the one that a program writes to.
pub(crate) fn terminal() -> (OwnedFd, OwnedFd) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let slave = rustix::fs::open(name.as_c_str(), OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    (master, slave)
}

/// The bar is drawn on a terminal that is gone: nothing comes of it but an error, and the run goes on.
#[test]
fn a_terminal_that_is_gone_does_not_end_the_run() {
    let stage = planned();
    let (master, slave) = terminal();
    stage.simulator.hold_after_writes(40);
    let mut command = stage.command(&APPLY);
    let end = || Stdio::from(slave.try_clone().unwrap());
    let mut child = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
    // It holds ends of its own, and the terminal is only gone when this side is.
    drop((command, slave));
    stage.wait_for_writes(40);
    let mut shown = [0; 1];
    assert_eq!(File::from(master).read(&mut shown).unwrap(), 1, "it did draw on it");
    stage.simulator.release();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], ACCOUNTS);
}
