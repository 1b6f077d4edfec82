//! The question for the number of accounts, at a terminal.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::Stdio;

use crate::signals::terminal;
use crate::stage::Stage;

/// What a person sees who is asked, and then does this; and the exit code.
fn asked(stage: &Stage, arguments: &[&str], act: impl FnOnce(&mut File, u32)) -> (String, Option<i32>) {
    let (master, slave) = terminal();
    let mut command = stage.command(arguments);
    let end = || Stdio::from(slave.try_clone().unwrap());
    let mut child = command.env("TERM", "xterm-256color").stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
    drop((command, slave));
    let (mut master, mut text, mut byte) = (File::from(master), Vec::new(), [0]);
    while !text.ends_with(b"to leave: ") {
        let read = master.read(&mut byte).unwrap_or_default();
        assert_eq!(read, 1, "it ended: {}", String::from_utf8_lossy(&text));
        text.push(byte[0]);
    }
    act(&mut master, child.id());
    let _ = master.read_to_end(&mut text);
    (anstream::adapter::strip_str(&String::from_utf8(text).unwrap()).to_string(), child.wait().unwrap().code())
}

fn planned() -> Stage {
    let stage = Stage::new();
    stage.plan(&stage.roster_of(&stage.members(3)), "contain", "out", &[]).succeeded();
    stage
}

fn interrupt(_: &mut File, process: u32) {
    assert!(std::process::Command::new("kill").args(["-INT", &process.to_string()]).status().unwrap().success());
}

#[test]
fn who_types_the_number_reads_that_ctrl_c_is_safe() {
    let stage = planned();
    let (seen, code) = asked(&stage, &["apply", "out"], |terminal, _| terminal.write_all(b"3\n").unwrap());
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("Ctrl-C is safe"), "{seen}");
    assert_eq!(seen.matches("(fingerprint ").count(), 2, "one word for one thing: {seen}");
    stage.judge("out");
}

#[test]
fn who_leaves_at_the_question_reads_that_nothing_was_changed_and_what_goes_on() {
    let stage = planned();
    let next = "To carry it out: sealoff apply out --confirm 3";
    let (seen, code) = asked(&stage, &["apply", "out"], interrupt);
    assert_eq!(code, Some(130), "{seen}");
    assert!(seen.contains("not confirmed; nothing was changed"), "{seen}");
    let (seen, code) = asked(&stage, &["apply", "out"], |terminal, _| terminal.write_all(b"4\n").unwrap());
    assert!(
        code == Some(4) && seen.contains("not confirmed; nothing was changed") && seen.contains("--confirm 3"),
        "{seen}"
    );
    // Ctrl-D ends no line.
    let (seen, code) = asked(&stage, &["apply", "out"], |terminal, _| terminal.write_all(&[4]).unwrap());
    assert_eq!(code, Some(4), "{seen}");
    assert!(seen.lines().any(|line| line.starts_with("error: not confirmed")), "{seen}");
    let unwrapped = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unwrapped.contains(next), "{seen}");
    // `run` has made its plan by then.
    let run = ["run", "roster.csv", "--playbook", "contain", "--out", "again", "--max-accounts", "9"];
    let (seen, code) = asked(&stage, &run, interrupt);
    let unwrapped = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        code == Some(130)
            && unwrapped.contains("The plan stays in again. To carry it out: sealoff apply again --confirm 3"),
        "{seen}"
    );
    assert!(stage.ledger().writes.is_empty());
    stage.apply("again").succeeded();
}
