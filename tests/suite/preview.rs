//! The preview in a terminal and for programs.

#[cfg(unix)]
use crate::stage::finish;
use crate::stage::{Stage, finish_with_input};

const ROSTER: &str = "userPrincipalName\nada.lovelace@contoso.com\nnobody1@contoso.com\nnobody2@contoso.com\n\
                      nobody3@contoso.com\nnobody4@contoso.com\nnobody5@contoso.com\nnobody6@contoso.com\n\
                      nobody7@contoso.com\nno key at all\n";

#[test]
fn the_first_refused_rows_are_named() {
    let stage = Stage::new();
    stage.write("list.csv", ROSTER);
    let planned = stage.plan("list.csv", "contain", "out", &[]).succeeded();
    let planned = planned.says(&[
        "row 2 (sheet row 3) nobody1@contoso.com",
        "row 6 (sheet row 7) nobody5@contoso.com",
        "and 2 more in refused.csv",
        "row 9 (sheet row 10) no key at all: line 10, column 1: ",
        "out/plan.html",
    ]);
    assert!(!planned.out.contains("nobody6@contoso.com"), "{}", planned.out);
    assert!(planned.out.lines().all(|line| line.chars().count() <= 100), "{}", planned.out);
    assert!(!planned.out.contains('\u{1b}'), "colour without a terminal: {}", planned.out);
}

#[test]
fn programs_get_the_same_examples_on_one_line() {
    let stage = Stage::new();
    stage.write("list.csv", ROSTER);
    let planned = stage.plan("list.csv", "contain", "out", &["--json"]).succeeded();
    assert_eq!(planned.out.lines().count(), 1);
    let json = planned.json();
    assert_eq!(json["sealoff_plan"], 1);
    assert_eq!(json["plan"]["counts"]["refuse"]["rows"], 8);
    let examples = json["examples"].as_array().unwrap();
    let of = |reason: &str| examples.iter().find(|group| group["reason"] == reason).unwrap();
    assert_eq!(of("not-found")["decision"], "refuse");
    let rows = of("not-found")["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    assert_eq!((&rows[0]["row"], &rows[0]["user"]), (&2.into(), &"nobody1@contoso.com".into()));
    assert_eq!(rows[0]["sheet_row"], 3, "as a spreadsheet counts");
    assert!(of("unreadable")["rows"][0]["detail"].as_str().unwrap().contains("no key at all"));
}

#[test]
fn a_roster_from_standard_input_has_a_name() {
    let stage = Stage::new();
    let command = stage.command(&["plan", "-", "--playbook", "contain", "--out", "out"]);
    finish_with_input(command, ROSTER.as_bytes()).succeeded().says(&["Roster     standard input, 9 rows"]);
    let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
    assert!(page.contains("from <strong><bdi>standard input</bdi></strong>, 9 rows"));
}

#[test]
fn hostile_and_endless_names_do_not_break_the_preview() {
    let stage = Stage::new();
    let endless = "W".repeat(2_000);
    stage.write("list.csv", format!("userPrincipalName\nnobody\u{202e}\u{1b}[2J@contoso.com\n{endless}\n"));
    let planned = stage.plan("list.csv", "contain", "out", &[]).succeeded();
    assert!(planned.out.contains("row 1 (sheet row 2) nobody"), "{}", planned.out);
    assert!(!planned.out.contains(['\u{202e}', '\u{1b}']), "{}", planned.out);
    assert!(planned.out.lines().all(|line| line.chars().count() <= 100), "{}", planned.out);
    assert!(planned.out.lines().count() < 30, "{}", planned.out);
}

#[cfg(unix)]
#[test]
fn a_page_that_cannot_be_written_takes_nothing_from_the_plan() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(2));
    let inner = stage.command(&["plan", &roster, "--playbook", "contain", "--out", "out"]);
    // No file may grow beyond 8 blocks of 512 bytes: a plan of two rows does not, and its page does.
    let mut limited = std::process::Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"])
        .arg(inner.get_program())
        .args(inner.get_args());
    limited.current_dir(stage.folder.path());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    let planned =
        finish(limited).succeeded().complains(&["there is no page of this plan, and the plan itself is whole"]);
    assert!(!planned.out.contains("plan.html"), "{}", planned.out);
    assert!(!stage.path("out/plan.html").exists());
    stage.apply("out").succeeded();
    stage.judge("out");
}

#[test]
fn people_are_named_by_their_sign_in_names_and_a_missing_list_of_protected_accounts_is_said() {
    let stage = Stage::new();
    let administrator = stage.global_administrators().remove(0);
    let roster = stage.write("ids.csv", format!("id\n{}\n", administrator.id));
    let ran = stage.plan(&roster, "breach", "out", &[]).succeeded();
    let line = ran.out.lines().find(|line| line.trim_start().starts_with("row 1 ")).unwrap_or_default();
    assert!(line.contains(&*administrator.user_principal_name), "{}", ran.out);
    assert!(ran.out.contains("Protected  no account (no --protect list)"), "{}", ran.out);
}

#[test]
fn who_is_changed_in_spite_of_a_contradiction_is_looked_up_in_the_plan_and_not_among_the_refused() {
    let stage = Stage::new();
    let rows = stage.members(7).into_iter().map(|user| format!("{},Somebody Else\n", user.user_principal_name));
    stage.write("list.csv", format!("user,display name\n{}", rows.collect::<String>()));
    let planned = stage.plan("list.csv", "contain", "out", &[]).succeeded().says(&["7  contradicted: "]);
    planned.says(&["and 2 more in plan.csv"]);
}

#[test]
fn keys_that_open_every_packet_are_shown_once() {
    let stage = Stage::new();
    let recipient = stage.recipient();
    let rows = stage.members(6).into_iter().enumerate();
    let rows = rows.map(|(number, user)| format!("{},desk-{}\n", user.user_principal_name, number % 3));
    stage.write("list.csv", format!("user,handoff\n{}", rows.collect::<String>()));
    let planned = stage.plan("list.csv", "breach", "out", &["--handoff-by", "handoff"]).succeeded();
    let planned =
        planned.says(&["6 new passwords, in 3 packets, opened by this key", "desk-0 (2), desk-1 (2), desk-2 (2)"]);
    assert_eq!(planned.out.matches(&recipient).count(), 1, "{}", planned.out);

    // Who is planned again is handed over by the same people, by the same key.
    let roster = std::fs::read_to_string(stage.path("list.csv")).unwrap() + "no.such.person@contoso.com,desk-1\n";
    stage.write("list.csv", roster);
    stage.plan("list.csv", "breach", "more", &["--handoff-by", "handoff"]).succeeded();
    let left = stage.apply("more").exited(3);
    left.says(&[&format!(
        "sealoff plan more/refused.csv --playbook breach --handoff-by handoff --seal-to {recipient}"
    )]);
}

#[test]
fn the_playbooks_for_an_intruder_come_first_and_breach_says_that_it_blocks_no_sign_in() {
    let stage = Stage::new();
    let help = stage.run(&["plan", "-h"]).succeeded().says(&["where an intruder is in, contain now"]).out;
    let place = |text: &str| help.find(text).unwrap_or_else(|| panic!("{text:?} is not in {help}"));
    assert!(place("contain    an intruder is in") < place("reinstate  after contain"));
    assert!(place("reinstate  after contain") < place("breach     passwords may be known"));
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");

    let roster = stage.roster_of(&stage.members(2));
    let missing = stage.run(&["plan", &roster, "--out", "out"]).exited(2);
    missing.complains(&[
        "--playbook contain: an intruder is in: this one first, now",
        "--playbook breach: passwords may be",
    ]);
    stage.plan(&roster, "breach", "out", &[]).succeeded().says(&["sign-in is not blocked", "contain first"]);
    stage.plan(&roster, "contain", "other", &[]).succeeded().never_says(&["contain first"]);
}

#[test]
fn the_plan_opens_in_a_spreadsheet_and_a_plan_without_the_mark_still_holds() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(2));
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let plan = std::fs::read(stage.path("out/plan.csv")).unwrap();
    assert!(plan.starts_with(b"\xef\xbb\xbfrow,"), "{:?}", &plan[..9]);
    stage.apply("out").succeeded();
    stage.judge("out");
}

#[test]
fn a_blank_beside_the_sign_of_an_address_is_named() {
    let stage = Stage::new();
    stage.write("list.csv", "user\nada.lovelace@ contoso.com\n");
    stage.plan("list.csv", "contain", "out", &[]).says(&["Take out the blank beside the @"]);
}
