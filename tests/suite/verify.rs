//! `sealoff verify`: what is said to be done is held against what the directory shows.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use sealoff::digest::Digest;
use sealoff::plan::folder::PlanFolder;
use sealoff::run::lock::FolderLock;
use sealoff::simulator::{Settings, SimulatedUser};
use sealoff::verify::claims::RunClaims;

use crate::stage::Stage;

/// So long in tenant time that no test sees its end.
const FOR_EVER: Duration = Duration::from_secs(400 * 86_400);

/// So many members, treated by this playbook.
fn treated(stage: &Stage, count: usize, playbook: &str) -> Vec<SimulatedUser> {
    let members = stage.members(count);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, playbook, "run", &[]).succeeded();
    stage.apply("run").succeeded();
    members
}

/// The rows of `verification.csv`.
fn verification(stage: &Stage) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(stage.path("run/verification.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn verdicts(stage: &Stage, row: &str) -> Vec<(String, String)> {
    let rows = verification(stage).into_iter().filter(|line| line["row"] == row);
    rows.map(|line| (line["step"].clone(), line["verdict"].clone())).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(step, verdict)| ((*step).to_owned(), (*verdict).to_owned())).collect()
}

#[test]
fn a_run_that_holds_is_proved_step_by_step_and_nothing_is_written() {
    let stage = Stage::at_one_moment(Settings::default());
    treated(&stage, 30, "offboard");
    let writes = stage.ledger().writes.len();
    let ran = stage.run(&["verify", "run"]).succeeded();
    ran.says(&["proved", "90", "Every step of all 30 accounts is proved.", "run/verification.csv"]);
    assert_eq!(stage.ledger().writes.len(), writes, "verify only reads");
    let rows = verification(&stage);
    assert_eq!(rows.len(), 90);
    let header = std::fs::read_to_string(stage.path("run/verification.csv")).unwrap();
    let header = header.lines().next().unwrap().to_owned();
    assert_eq!(header, "\u{feff}row,object_id,user_principal_name,verdict,step,expected,found,checked_at");
    assert_eq!(verdicts(&stage, "7"), pairs(&[("block", "proved"), ("reset", "proved"), ("revoke", "proved")]));
    // The journal knows of it, is whole, and the run is still finished.
    let journal = std::fs::read_to_string(stage.path("run/journal.jsonl")).unwrap();
    assert!(journal.contains("\"record\":\"verification-ended\",\"steps\":{\"proved\":90"), "{journal}");
    stage.run(&["verify", "run"]).succeeded();
    let again = std::fs::read_to_string(stage.path("run/journal.jsonl")).unwrap();
    assert_eq!(again.matches("\"record\":\"verified\"").count(), 90, "what is found again is not noted again");
    assert_eq!(again.matches("\"record\":\"verification-ended\"").count(), 2);
    stage.apply("run").succeeded();
    assert_eq!(stage.outcomes("run")["done"], 30);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(stage.path("run/verification.csv")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn every_account_is_read_by_few_calls() {
    let stage = Stage::at_one_moment(Settings::default());
    treated(&stage, 200, "contain");
    let units = stage.simulator.counters().resource_units;
    stage.run(&["verify", "run"]).succeeded();
    let spent = stage.simulator.counters().resource_units - units;
    assert!(spent <= 4, "{spent} resource units for 200 accounts");
}

#[test]
fn an_account_that_was_changed_back_is_named_with_what_and_when() {
    let stage = Stage::at_one_moment(Settings::default());
    let members = treated(&stage, 20, "offboard");
    stage.run(&["verify", "run"]).succeeded();
    let [synced, again, deleted] = &members[..3] else { unreachable!() };
    let there = stage.simulator.users().into_iter().find_map(|user| user.on_premises).unwrap();
    stage.simulator.change(synced.id, |user| {
        user.account_enabled = true;
        user.on_premises = Some(there);
    });
    stage.simulator.change(again.id, |user| {
        user.last_password_change += Duration::from_secs(3_600);
        user.sign_in_sessions_valid_from = user.last_password_change;
        user.password = Some(Digest::of(b"somebody else's"));
    });
    stage.simulator.delete(deleted.id);
    let ran = stage.run(&["verify", "run", "--wait", "0s"]).exited(3);
    ran.says(&["contradicted", "2", "cannot be proved", "3", "directory sync", "another password was set"]);
    assert_eq!(verdicts(&stage, "1"), pairs(&[("block", "contradicted"), ("reset", "proved"), ("revoke", "proved")]));
    assert_eq!(verdicts(&stage, "2"), pairs(&[("block", "proved"), ("reset", "contradicted"), ("revoke", "proved")]));
    assert!(verdicts(&stage, "3").iter().all(|(_, verdict)| verdict == "cannot be proved"));
    let found = |row: usize| verification(&stage).into_iter().nth(row).unwrap()["found"].clone();
    let first = found(0);
    assert!(first.contains("sign-in is allowed again, changed between 20"), "{first}");
    assert!(found(6).contains("deleted"), "{}", found(6));
    // Found again, it is the same change at the same moment.
    stage.run(&["verify", "run", "--wait", "0s"]).exited(3);
    assert_eq!(found(0), first);
    // And when it is blocked again, it is proved.
    stage.simulator.change(synced.id, |user| user.account_enabled = false);
    stage.run(&["verify", "run", "--wait", "0s"]).exited(3);
    assert_eq!(verdicts(&stage, "1")[0], pairs(&[("block", "proved")])[0]);
}

#[test]
fn an_account_that_was_blocked_before_must_be_so_still() {
    let stage = Stage::at_one_moment(Settings::default());
    let members = stage.members(3);
    stage.simulator.change(members[0].id, |user| user.account_enabled = false);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "run", &[]).succeeded();
    stage.apply("run").succeeded();
    stage.run(&["verify", "run"]).succeeded();
    assert_eq!(verdicts(&stage, "1"), pairs(&[("block", "proved"), ("revoke", "proved")]));
    stage.simulator.change(members[0].id, |user| user.account_enabled = true);
    stage.run(&["verify", "run"]).exited(3);
    assert_eq!(verdicts(&stage, "1")[0].1, "contradicted");
}

#[test]
fn a_replica_that_lags_is_waited_for() {
    let stage = Stage::at_one_moment(Settings { read_lag: FOR_EVER, ..Settings::default() });
    treated(&stage, 5, "offboard");
    let ran = stage.run(&["verify", "run", "--wait", "0s"]).exited(3);
    ran.says(&["not yet", "15", "sealoff verify run"]);
    assert!(verification(&stage).iter().all(|line| line["verdict"] == "not yet"));

    let mut child = stage.spawn(&["verify", "run", "--wait", "30d"]);
    let mut err = BufReader::new(child.stderr.take().unwrap()).lines();
    let waits = err.by_ref().map(Result::unwrap).find(|line| line.contains("not shown yet")).unwrap();
    assert!(waits.starts_with("5 accounts are not shown yet"), "{waits}");
    stage.simulator.change_read_lag(Duration::ZERO);
    assert!(child.wait().unwrap().success());
    drop(err);
    assert!(verification(&stage).iter().all(|line| line["verdict"] == "proved"));
}

#[test]
fn watching_reports_every_account_that_comes_back() {
    let stage = Stage::at_one_moment(Settings::default());
    let members = treated(&stage, 10, "contain");
    let mut child = stage.spawn(&["verify", "run", "--watch", "30s"]);
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(out.by_ref().any(|line| line.contains("Every step of all 10 accounts is proved.")));
    assert!(stage.simulator.change(members[4].id, |user| user.account_enabled = true));
    let name = &*members[4].user_principal_name;
    let line = out.by_ref().find(|line| line.contains(name)).unwrap();
    assert!(line.contains("block contradicted"), "{line}");
    assert!(stage.simulator.change(members[4].id, |user| user.account_enabled = false));
    let line = out.by_ref().find(|line| line.contains(name)).unwrap();
    assert!(line.ends_with("block proved"), "{line}");
    #[cfg(unix)]
    {
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let left: Vec<String> = out.collect();
        assert_eq!(child.wait().unwrap().code(), Some(0), "at its end everything was proved");
        let left = left.join("\n");
        assert!(left.contains("Watched from ") && left.contains("readings."), "{left}");
        assert!(left.contains(&format!("1 account was let in again since: {name}.")), "{left}");
        assert!(left.contains("All of them are as planned again."), "{left}");
    }
    #[cfg(windows)]
    child.kill().unwrap();
}

/// A script that says in one line of its own file what it was called for; it fails where the file `fail` is there.
#[cfg(unix)]
fn pager(stage: &Stage) {
    use std::os::unix::fs::PermissionsExt as _;
    let script = "#!/bin/sh\necho \"$1|$2|$SEALOFF_FOUND_USER|$SEALOFF_FOUND_OBJECT_ID|$SEALOFF_FOUND_ROW|$SEALOFF_FOUND_STEPS|\
                  $SEALOFF_FOUND_WHAT|$SEALOFF_FOUND_IN|${AZURE_CLIENT_SECRET:-none}\" >> called\n\
                  printf 'paged \\033[2J the desk\\n'\n[ ! -e fail ] || exit 7\n";
    stage.write("page.sh", script);
    std::fs::set_permissions(stage.path("page.sh"), std::fs::Permissions::from_mode(0o700)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_command_is_run_for_each_account_that_comes_back_and_never_by_a_shell() {
    let stage = Stage::at_one_moment(Settings::default());
    let members = treated(&stage, 10, "contain");
    pager(&stage);
    let command = "./page.sh 'two words' $(touch$IFS'owned)";
    let usage = stage.run(&["verify", "run", "--on-contradiction", command]).exited(2);
    usage.complains(&["the quote ' is not closed"]);
    stage.run(&["verify", "run", "--on-contradiction", "no-such-program"]).exited(2).complains(&["no-such-program"]);
    let command = "./page.sh 'two words' $(touch${IFS}owned)";
    stage.run(&["verify", "run", "--on-contradiction", command]).succeeded();
    let called = || std::fs::read_to_string(stage.path("called")).unwrap_or_default();
    assert_eq!(called(), "");
    let mut child = stage.spawn(&["verify", "run", "--watch", "30s", "--on-contradiction", command]);
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut err = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(out.by_ref().any(|line| line.contains("Every step of all 10 accounts is proved.")));
    let back = |at: usize| {
        stage.simulator.change(members[at].id, |user| user.account_enabled = true);
        &*members[at].user_principal_name
    };
    let name = back(4);
    let said = err.by_ref().find(|line| line.contains("paged")).unwrap();
    assert!(said.starts_with(&format!("./page.sh, for {name}: paged ")) && !said.contains('\u{1b}'), "{said}");
    let line = called();
    let id = members[4].id;
    let begins =
        format!("two words|$(touch${{IFS}}owned)|{name}|{id}|5|block|block: sign-in is allowed again, changed");
    assert!(line.starts_with(&begins) && line.trim_end().ends_with("|run|none"), "{line}");
    // A failure is said, and the watch goes on.
    stage.write("fail", "");
    let name = back(7);
    let said = err.by_ref().find(|line| line.contains("failed for")).unwrap();
    assert!(said.contains(name) && said.contains('7'), "{said}");
    std::fs::remove_file(stage.path("fail")).unwrap();
    let name = back(8);
    assert!(err.any(|line| line.contains("paged") && line.contains(name)));
    assert_eq!(called().lines().count(), 3, "once for each: {}", called());
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let left = out.collect::<Vec<_>>().join("\n");
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert!(
        left.contains("3 accounts were let in again since: ") && left.contains("3 of them are so still."),
        "{left}"
    );
    assert!(left.contains("sealoff again run --out run-again") && !stage.path("owned").exists(), "{left}");
    // Without a watch, for each that one reading finds.
    stage.run(&["verify", "run", "--wait", "0s", "--on-contradiction", command]).exited(3);
    assert_eq!(called().lines().count(), 6);
}

/// Somebody goes on with the run while a watch is kept: it waits for them, and looks again.
#[test]
fn a_watch_outlasts_other_work_in_the_folder() {
    let stage = Stage::at_one_moment(Settings::default());
    let members = treated(&stage, 3, "contain");
    let mut child = stage.spawn(&["verify", "run", "--watch", "30s"]);
    let mut out = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut err = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(out.by_ref().any(|line| line.contains("Every step of all 3 accounts is proved.")));
    let lock = FolderLock::take(&stage.path("run"), "apply").unwrap();
    assert!(err.by_ref().any(|line| line.contains("this reading failed") && line.contains("in use")));
    assert!(stage.simulator.change(members[1].id, |user| user.account_enabled = true));
    drop(lock);
    let line = out.by_ref().find(|line| line.contains(&*members[1].user_principal_name)).unwrap();
    assert!(line.contains("block contradicted"), "{line}");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What was read before the run went on says nothing about what it did since.
#[test]
fn a_reading_that_the_run_has_overtaken_is_not_noted() {
    let stage = Stage::at_one_moment(Settings::default());
    let roster = stage.roster_of(&stage.members(40));
    stage.plan(&roster, "contain", "run", &[]).succeeded();
    stage.kill_after_answers(25, 20, "run", &["apply", "run", "--confirm", "40", "--max-in-flight", "1"]);
    let noted =
        || std::fs::read_to_string(stage.path("run/journal.jsonl")).unwrap().matches("verification-ended").count();
    // A verification that waits for a replica, while something else is done: its exit code, and whether it was overtaken.
    let meanwhile = |act: &dyn Fn()| {
        stage.simulator.change_read_lag(FOR_EVER);
        let mut child = stage.spawn(&["verify", "run", "--wait", "30d"]);
        let mut err = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(err.by_ref().any(|line| line.contains("not shown yet")));
        act();
        stage.simulator.change_read_lag(Duration::ZERO);
        let is_overtaken = err.any(|line| line.contains("the run went on while the accounts were read"));
        (child.wait().unwrap().code(), is_overtaken)
    };
    assert_eq!(meanwhile(&|| _ = stage.apply("run").succeeded()), (Some(3), true));
    assert_eq!(noted(), 0);
    // Another verification meanwhile is no matter.
    assert_eq!(meanwhile(&|| _ = stage.run(&["verify", "run", "--wait", "0s"]).exited(3)), (Some(0), false));
    assert_eq!(noted(), 2);
}

#[test]
fn an_older_reading_does_not_overrule_what_was_found_changed_back_meanwhile() {
    let stage = Stage::new();
    let members = treated(&stage, 3, "contain");
    let plan = PlanFolder::open(&stage.path("run")).unwrap();
    let claims = RunClaims::read(&plan).unwrap();
    let verify = || stage.run(&["verify", "run", "--wait", "0s"]);
    verify().succeeded();
    assert!(!claims.are_outdated(&plan).unwrap(), "another verification that proves all is no matter");
    assert!(stage.simulator.change(members[1].id, |user| user.account_enabled = true));
    verify().exited(3);
    assert!(claims.are_outdated(&plan).unwrap());
}

#[test]
fn what_was_not_done_is_not_proved() {
    let stage = Stage::at_one_moment(Settings::default());
    let members = stage.members(3);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "run", &[]).succeeded();
    stage.run(&["verify", "run"]).exited(3).complains(&["has not begun", "sealoff apply run --confirm 3"]);
    stage.simulator.hold_after_writes(1);
    let mut child = stage.spawn(&["apply", "run", "--confirm", "3"]);
    stage.wait_for_writes(1);
    stage.run(&["verify", "run"]).exited(4).complains(&["in use"]);
    child.kill().unwrap();
    child.wait().unwrap();
    stage.simulator.release();
    stage.run(&["verify", "run", "--wait", "0s", "--json"]).exited(3);
    let revokes: Vec<String> = verification(&stage)
        .iter()
        .filter(|line| line["step"] == "revoke")
        .map(|line| line["verdict"].clone())
        .collect();
    assert_eq!(revokes, ["not yet"; 3]);
}

#[test]
fn a_journal_without_graphs_clock_proves_no_moment_and_says_why() {
    let stage = Stage::at_one_moment(Settings::default());
    let members = stage.members(2);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "breach", "run", &[]).succeeded();
    stage.apply("run").succeeded();
    // As an older version would have written it: the same lines without `date`, chained anew.
    let path = stage.path("run/journal.jsonl");
    let mut chain = Digest::of(b"sealoff journal");
    let mut old = String::new();
    for line in std::fs::read_to_string(&path).unwrap().lines() {
        let (mut body, _) = line.split_once(",\"chain\":").map(|(body, chain)| (body.to_owned(), chain)).unwrap();
        if let Some((before, rest)) = body.clone().split_once(",\"date\":\"") {
            body = format!("{before}{}", rest.split_once('"').unwrap().1);
        }
        chain = Digest::of(&[chain.bytes(), body.as_bytes()].concat());
        old += &format!("{body},\"chain\":\"{chain}\"}}\n");
    }
    std::fs::write(&path, old).unwrap();
    stage.run(&["verify", "run"]).exited(3).says(&["cannot be proved", "4", "does not hold Graph's clock"]);
}

#[test]
fn a_run_that_has_not_come_to_its_end_is_gone_on_with_first() {
    let stage = Stage::new();
    let members = stage.members(60);
    stage.plan(&stage.roster_of(&members), "contain", "run", &[]).succeeded();
    stage.kill_after_writes(20, &["apply", "run", "--confirm", "60"]);
    let ran = stage.run(&["verify", "run", "--wait", "0s"]).exited(3);
    let first = ran.out.lines().find(|line| line.trim_start().starts_with("1. ")).unwrap_or_default();
    assert!(first.contains("To go on: sealoff apply run --confirm 60@"), "{}", ran.out);
    // One that has, is not.
    stage.apply("run").succeeded();
    assert!(stage.simulator.change(members[0].id, |user| user.account_enabled = true));
    let ran = stage.run(&["verify", "run", "--wait", "0s"]).exited(3);
    assert!(!ran.out.contains("sealoff apply run"), "{}", ran.out);
}

#[test]
fn what_was_so_before_the_run_is_counted_apart() {
    let stage = Stage::at_one_moment(Settings::default());
    let members = stage.members(5);
    assert!(stage.simulator.change(members[0].id, |user| user.account_enabled = false));
    stage.plan(&stage.roster_of(&members), "contain", "run", &[]).succeeded();
    stage.apply("run").succeeded();
    stage.run(&["verify", "run"]).succeeded().says(&["1 of these was so before the run"]);
}
