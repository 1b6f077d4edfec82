//! A terminal of 60 columns: what is shown fits into it, and what is drawn and taken back is never more than one line.

use std::fs::File;
use std::io::Read as _;
use std::process::{Command, Stdio};

use rustix::termios::{Winsize, tcsetwinsize};
use unicode_width::UnicodeWidthStr as _;

use crate::signals::terminal;
use crate::stage::Stage;

const COLUMNS: u16 = 60;

/// What a person sees of a command on a terminal of that width, as it is sent to the terminal, and its exit code.
fn seen(command: Command) -> (String, Option<i32>) {
    seen_as("xterm-256color", command)
}

/// The same on a terminal of this kind.
fn seen_as(kind: &str, command: Command) -> (String, Option<i32>) {
    seen_in(kind, COLUMNS, command)
}

/// The same with so many columns and 24 lines.
fn seen_in(kind: &str, columns: u16, mut command: Command) -> (String, Option<i32>) {
    let (master, slave) = terminal();
    tcsetwinsize(&slave, Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let end = || Stdio::from(slave.try_clone().unwrap());
    command.env("TERM", kind).stdin(Stdio::null()).stdout(end()).stderr(end());
    let mut child = command.spawn().unwrap();
    drop((command, slave));
    let mut text = Vec::new();
    // When the other end is closed, reading fails (EIO) in place of coming to an end.
    let _ = File::from(master).read_to_end(&mut text);
    (String::from_utf8(text).unwrap(), child.wait().unwrap().code())
}

/// Lines without what colours them and moves the cursor. Neither a command to copy is broken nor a line of somebody's list.
fn too_wide(text: &str) -> Vec<String> {
    let plain = anstream::adapter::strip_str(text).to_string();
    let lines = plain.split(['\r', '\n']).map(str::trim_end);
    let wide = lines.filter(|line| line.width() > usize::from(COLUMNS));
    let unbroken = |line: &&str| {
        line.contains(" | ") || ["sealoff ", "export "].iter().any(|name| line.trim_start().starts_with(name))
    };
    wide.filter(|line| !unbroken(line)).map(str::to_owned).collect()
}

#[test]
fn what_is_shown_fits_and_progress_is_one_line() {
    let stage = Stage::new();
    let recipient = stage.recipient();
    let roster = stage.roster_of(&stage.members(40));
    stage.write("wrong.csv", "user\nnobody\nada lovelace of the third floor, who left us in the spring\n");
    let shown: [&[&str]; 18] = [
        &["drill", "--accounts", "300", "--clock-speed", "300"],
        &["doctor", "--playbook", "breach", "--roster", &roster],
        &["export", "--all", "-o", "all.csv"],
        &["plan", &roster, "--playbook", "breach", "--seal-to", &recipient, "--out", "out"],
        &["plan", "wrong.csv", "--playbook", "contain", "--out", "wrong"],
        &["plan", "nowhere.csv", "--playbook", "contain", "--out", "nowhere"],
        &["status", "out"],
        &["apply", "out", "--confirm", "7"],
        &["apply", "out", "--confirm", "40"],
        &["status", "out"],
        &["results", "out"],
        &["verify", "out"],
        &["report", "out"],
        &["packets", "out"],
        &["evidence", "out", "-o", "out.zip"],
        &["evidence", "--check", "out.zip"],
        &["undo", "out", "--out", "back"],
        &["config"],
    ];
    let mut all = Vec::new();
    for arguments in shown {
        let (text, code) = seen(stage.command(arguments));
        assert!(!text.contains("0/0"), "{arguments:?}: {text}");
        all.extend(too_wide(&text).into_iter().map(|line| format!("{} ({code:?}): {line}", arguments[0])));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

/// A screen reader, or a log that is taken for a terminal.
#[test]
fn a_dumb_terminal_gets_plain_lines() {
    let stage = Stage::new();
    stage.plan(&stage.roster_of(&stage.members(40)), "contain", "out", &[]).succeeded();
    let (text, code) = seen_as("dumb", stage.command(&["apply", "out", "--confirm", "40"]));
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("blocked 0/40, signed out 0/40") && text.contains("blocked 40/40, signed out 40/40"),
        "{text}"
    );
    assert!(!text.contains(|c| ('\u{2800}'..='\u{28ff}').contains(&c)) && !text.contains("\u{1b}[0J"), "{text:?}");
}

/// Blanks up to the edge are broken into a second row by a terminal that is made narrower, and stay there.
#[test]
fn what_is_drawn_ends_with_its_text_and_leaves_the_last_column_free() {
    let stage = Stage::new();
    stage.plan(&stage.roster_of(&stage.members(40)), "contain", "out", &[]).succeeded();
    stage.simulator.hold_after_writes(20);
    let command = stage.command(&["apply", "out", "--confirm", "40"]);
    let text = std::thread::scope(|scope| {
        let seen = scope.spawn(|| seen(command));
        stage.wait_for_writes(20);
        stage.simulator.release();
        let (text, code) = seen.join().unwrap();
        assert_eq!(code, Some(0), "{text}");
        text
    });
    let plain = anstream::adapter::strip_str(&text).to_string();
    let drawn: Vec<&str> =
        plain.split(['\r', '\n']).filter(|line| line.contains("blocked ") && line.contains('[')).collect();
    assert!(!drawn.is_empty(), "{plain}");
    for line in drawn {
        let message = line.rsplit(']').next().unwrap_or_default();
        assert!(line.width() < usize::from(COLUMNS) && !message.contains("   ") && line == line.trim_end(), "{line:?}");
    }
    // What is taken back is taken back with everything below it.
    assert!(text.contains("\r\u{1b}[0J") || text.contains("\r\u{1b}[J"), "{text:?}");
}

#[test]
fn the_preview_of_a_messy_list_fits_on_one_screen() {
    let stage = Stage::new();
    let everyone: String =
        stage.simulator.users().iter().take(300).map(|user| format!("{}\n", user.user_principal_name)).collect();
    let wrong =
        "asa.vogel@ contoso.com\nno mail\na@b@c\nkim lee@contoso.com\nnobody\nq@contoso com\nx\ny\nz\n\"a, b\"\nw\nv\n";
    stage.write("messy.csv", format!("user\n{wrong}ghost@contoso.com\n{everyone}"));
    stage.write("some.csv", format!("user\n{wrong}{}", everyone.lines().next().unwrap()));
    for (list, out) in [("messy.csv", "messy"), ("some.csv", "some")] {
        let plan = ["plan", list, "--playbook", "offboard", "--discard-credentials", "--out", out];
        let (text, code) = seen_in("xterm-256color", 80, stage.command(&plan));
        assert_eq!(code, Some(0), "{text}");
        let plain = anstream::adapter::strip_str(&text).to_string().replace("\r\n", "\n");
        let page = &plain[plain.find("Tenant ").unwrap()..];
        assert!(page.lines().count() < 24, "{} lines: {page}", page.lines().count());
        assert!(page.contains("unreadable") && page.contains(&format!("sealoff apply {out} ")), "{page}");
    }
    let verbose = ["plan", "some.csv", "--playbook", "offboard", "--discard-credentials", "--out", "more", "-v"];
    let (text, _) = seen_in("xterm-256color", 80, stage.command(&verbose));
    assert!(anstream::adapter::strip_str(&text).to_string().contains("--> some.csv:2"), "{text}");
}
