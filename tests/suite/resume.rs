//! What stands in the folder of a run that was stopped, killed, or has nowhere left to write: `status`, `results`, the
//! lock, a second try, and disks that fail.

use std::fs;
use std::process::Child;
#[cfg(target_os = "linux")]
use std::process::Command;

use sealoff::run::record::FORMAT;
use sealoff::simulator::{Operation, Settings, SimulatedRole};
use uuid::Uuid;

#[cfg(target_os = "linux")]
use crate::stage::Ran;
use crate::stage::Stage;
#[cfg(target_os = "linux")]
use crate::tools::skip;

const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

fn text(stage: &Stage, name: &str) -> String {
    fs::read_to_string(stage.path(name)).unwrap()
}

/// A run of `playbook` over so many accounts, killed when the tenant has seen so many writes.
fn killed(playbook: &str, accounts: usize, writes: u64) -> Stage {
    killed_run_of(playbook, &[], accounts, writes)
}

fn killed_run_of(playbook: &str, more: &[&str], accounts: usize, writes: u64) -> Stage {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(accounts));
    stage.plan(&roster, playbook, "out", more).succeeded();
    stage.kill_after_writes(writes, &["apply", "out", "--confirm", &accounts.to_string()]);
    stage
}

#[test]
fn status_says_where_a_run_stands_from_the_plan_to_the_end() {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(60));
    stage.run(&["status", "out"]).exited(2).complains(&["does not exist"]);
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    let files = || fs::read_dir(stage.path("out")).unwrap().count();
    let before = files();
    stage.run(&["status", "out"]).exited(3).says(&["has not begun", "sealoff apply out --confirm 60", "120 writes"]);
    assert_eq!(files(), before, "status writes nothing");

    stage.simulator.hold_after_writes(33);
    let child = stage.spawn(&["apply", "out", "--confirm", "60"]);
    stage.wait_for_writes(33);
    let pid = child.id();
    let held = stage.run(&["status", "out"]).exited(3);
    held.says(&["sealoff apply works in the folder", &format!("process {pid}"), "A run is going"]);
    let json = stage.run(&["status", "out", "--json"]).exited(3).json();
    assert_eq!((json["in_use"].as_bool(), json["holder"]["pid"].as_u64()), (Some(true), Some(pid.into())));
    // Every other process is turned away, and learns which one works here.
    for arguments in [&["apply", "out", "--confirm", "60"][..], &["results", "out"]] {
        stage.run(arguments).exited(4).complains(&["is in use: sealoff apply", &format!("process {pid}")]);
    }
    kill(child);
    stage.simulator.release();
    stage
        .run(&["status", "out"])
        .exited(3)
        .says(&["was killed", "whole: ", "In doubt", "uncertain", "sealoff apply out --confirm 60"]);
    stage.apply("out").succeeded();
    let json = stage.run(&["status", "out", "--json"]).succeeded().json();
    assert_eq!((json["run"]["outcomes"]["done"].as_u64(), json["in_use"].as_bool()), (Some(60), Some(false)));
    assert_eq!(json["run"]["steps"]["revoke"]["done"], 60);
    assert_eq!(json["run"]["journal"]["ended"], "finished");
    stage.run(&["status", "out"]).succeeded().says(&[
        "2 processes",
        "sealoff unseal default.csv.age -i KEY --letters letters",
        "sealoff verify out",
    ]);
}

#[test]
fn a_journal_that_was_changed_is_refused_by_everything_and_named() {
    let stage = killed("breach", 40, 25);
    let path = stage.path("out/journal.jsonl");
    let whole = fs::read_to_string(&path).unwrap();
    let changed = whole.replacen("\"version\":\"", "\"version\":\"9", 1);
    let line = 1 + whole.lines().zip(changed.lines()).position(|(a, b)| a != b).unwrap();
    fs::write(&path, &changed).unwrap();
    let named = format!("line {line} of the journal");
    for arguments in [&["apply", "out", "--confirm", "40"][..], &["results", "out"]] {
        stage.run(arguments).exited(4).complains(&[&named, "changed or damaged", "backup"]);
    }
    stage.run(&["status", "out"]).exited(4).says(&[&format!("BROKEN at line {line}"), "backup"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), changed, "it is left as it is");
    // What stood behind that place is not known.
    let ran = stage.run(&["status", "out"]).says(&["Now no process works in the folder"]);
    for guessed in ["has not begun", "was killed", "Left ", "In doubt"] {
        assert!(!ran.out.contains(guessed), "{guessed}: {}", ran.out);
    }

    let newer = whole.replacen(&format!("\"format\":{FORMAT}"), "\"format\":9", 1);
    assert_ne!(newer, whole);
    fs::write(&path, newer).unwrap();
    for arguments in [&["apply", "out", "--confirm", "40"][..], &["results", "out"]] {
        let ran =
            stage.run(arguments).exited(4).complains(&["has format 9", "Use the version of sealoff that wrote it"]);
        assert!(!ran.err.contains("backup"), "{}", ran.err);
    }
    stage.run(&["status", "out"]).exited(4).says(&["has format 9"]);

    // A line that was being written is no damage.
    fs::write(&path, format!("{whole}{{\"at\":\"2026-")).unwrap();
    let torn = whole.lines().count() + 1;
    stage.run(&["status", "out"]).exited(3).says(&[&format!("line {torn} was being written"), "12 bytes"]);
    stage.run(&["results", "out"]).exited(3);
    assert!(text(&stage, "out/journal.jsonl").ends_with("2026-"), "only apply cuts it off");
    stage.apply("out").succeeded().complains(&[&format!("12 bytes that were not whole, from line {torn} on")]);
    stage.judge("out");
}

#[test]
fn results_are_made_again_byte_for_byte() {
    let stage = killed("offboard", 50, 40);
    let again = |expected: i32| {
        fs::remove_file(stage.path("out/results.csv")).unwrap();
        stage.run(&["results", "out"]).exited(expected);
        text(&stage, "out/results.csv")
    };
    stage.run(&["results", "out"]).exited(3).says(&["Results    out/results.csv"]);
    let killed = text(&stage, "out/results.csv");
    assert_eq!(again(3), killed);
    stage.judge("out");
    stage.apply("out").succeeded();
    let finished = text(&stage, "out/results.csv");
    assert_ne!(finished, killed);
    assert_eq!(again(0), finished);
    let json = stage.run(&["results", "out", "--json"]).succeeded().json();
    assert_eq!(json["outcomes"]["done"], 50);
}

/// A block of which the answer is lost is settled by the read that is made anyway, a password never.
#[test]
fn what_a_read_proves_is_not_written_again() {
    let stage = killed("contain", 20, 20);
    let blocked = stage.ledger().applied().filter(|write| matches!(write.operation, Operation::Patch { .. })).count();
    assert_eq!(blocked, 20);
    stage.apply("out").succeeded();
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 20);
    let patches = stage.ledger().applied().filter(|write| matches!(write.operation, Operation::Patch { .. })).count();
    assert_eq!(patches, 20, "no account was blocked twice");
    assert!(text(&stage, "out/journal.jsonl").contains("\"proves\":\"block\""));

    let stage = killed("breach", 20, 20);
    stage.apply("out").succeeded();
    stage.judge("out");
    let journal = text(&stage, "out/journal.jsonl");
    assert!(journal.contains("\"record\":\"read\"") && !journal.contains("\"proves\":\"reset\""));
}

/// Refused accounts are tried again, and no other is touched.
#[test]
fn those_that_failed_are_tried_again_and_no_others() {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let members = stage.members(30);
    let roster = stage.roster_of(&members);
    // An account that is made an administrator is out of the app's reach, and roles are not read.
    stage.plan(&roster, "breach", "out", &["--without-roles"]).succeeded();
    stage.simulator.change_app_role(Some(SimulatedRole::UserAdministrator));
    let global_administrator = GLOBAL_ADMINISTRATOR.parse().unwrap();
    stage
        .run(&["apply", "out", "--retry-failed", "--confirm", "30"])
        .exited(4)
        .complains(&["no account failed in the run in out", "sealoff status out"]);
    for member in &members[..2] {
        assert!(stage.simulator.assign_role(member.id, global_administrator));
    }
    stage.apply("out").exited(3).says(&["sealoff apply out --retry-failed --confirm 2"]);
    assert_eq!(stage.outcomes("out")["failed"], 2);
    stage.apply("out").exited(3);
    assert_eq!(stage.outcomes("out")["failed"], 2, "a refusal is final without the flag");
    stage.run(&["status", "out"]).exited(3).says(&["Why accounts are not done", "--retry-failed --confirm 2"]);
    stage
        .run(&["apply", "out", "--retry-failed", "--confirm", "30"])
        .exited(4)
        .complains(&["2 accounts failed in this run", "sealoff apply out --retry-failed --confirm 2"]);
    for member in &members[..2] {
        assert!(stage.simulator.remove_role(member.id, global_administrator));
    }
    let before = stage.ledger().writes.len();
    stage.run(&["apply", "out", "--retry-failed", "--confirm", "2"]).succeeded();
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 30);
    let ledger = stage.ledger();
    assert!(ledger.writes[before..].iter().all(|write| members[..2].iter().any(|m| Some(m.id) == write.object_id)));
    stage.run(&["apply", "out", "--retry-failed", "--confirm", "0"]).succeeded();
}

/// A write that may have taken effect, and is then refused for good: uncertain, and no dead end.
#[test]
fn what_is_uncertain_is_tried_again_when_it_is_asked_for() {
    let stage = killed_run_of("offboard", &["--without-roles"], 60, 20);
    stage.simulator.change_app_role(Some(SimulatedRole::UserAdministrator));
    let in_doubt: Vec<Uuid> = stage.ledger().applied().filter_map(|write| write.object_id).take(3).collect();
    for id in &in_doubt {
        assert!(stage.simulator.assign_role(*id, GLOBAL_ADMINISTRATOR.parse().unwrap()));
    }
    stage.apply("out").exited(3).says(&["Treat the uncertain ones", "sealoff apply out --retry-failed --confirm 3"]);
    assert_eq!(stage.outcomes("out")["uncertain"], 3);
    stage.judge("out");
    for id in &in_doubt {
        assert!(stage.simulator.remove_role(*id, GLOBAL_ADMINISTRATOR.parse().unwrap()));
    }
    stage.run(&["apply", "out", "--retry-failed", "--confirm", "3"]).succeeded();
    assert_eq!(stage.outcomes("out")["done"], 60);
    stage.judge("out");
}

#[cfg(target_os = "linux")]
mod disks {
    use super::*;
    use std::path::{Path, PathBuf};

    /// A small file system of the test's own, gone when the test ends.
    struct Disk(PathBuf);

    impl Disk {
        /// Nothing where this user may not mount.
        fn new(stage: &Stage, size: &str) -> Option<Self> {
            let at = stage.path("disk");
            fs::create_dir(&at).unwrap();
            let options = format!("size={size},mode=0700");
            let made = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "sealoff-test"]).arg(&at).output();
            if !made.is_ok_and(|output| output.status.success()) {
                skip("this user may not mount a file system");
                return None;
            }
            Some(Self(at))
        }

        fn remount(&self, options: &str) -> bool {
            let options = format!("remount,{options}");
            Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap().success()
        }

        /// Fills it up, but for so many bytes, and gives the file that does.
        fn fill(&self, but: usize) -> PathBuf {
            let ballast = self.0.join("ballast");
            let mut size = 1 << 24;
            let mut content = Vec::new();
            while size > 512 {
                let more = [content.as_slice(), &vec![7; size]].concat();
                if fs::write(&ballast, &more).is_ok() { content = more } else { size /= 2 }
            }
            content.truncate(content.len().saturating_sub(but));
            fs::write(&ballast, &content).unwrap();
            ballast
        }
    }

    impl Drop for Disk {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg("-l").arg(&self.0).status();
        }
    }

    fn sealed_and_finished(stage: &Stage, accounts: usize) {
        stage.judge("disk/out");
        stage.run(&["apply", "disk/out", "--confirm", &accounts.to_string()]).succeeded();
        stage.judge("disk/out");
        assert_eq!(stage.outcomes("disk/out")["done"], accounts);
    }

    fn results_for_the_judge(stage: &Stage) {
        stage.run(&["results", "disk/out"]).exited(3);
    }

    #[test]
    fn a_full_disk_stops_the_run_and_free_space_lets_it_finish() {
        let stage = Stage::with(Settings { users: 600, ..Settings::default() });
        let Some(disk) = Disk::new(&stage, "4m") else { return };
        let roster = stage.roster_of(&stage.members(300));
        stage.plan(&roster, "breach", "disk/out", &[]).succeeded();
        let ballast = disk.fill(160 * 1024);
        let ran = stage.run(&["apply", "disk/out", "--confirm", "300"]).exited(3);
        ran.complains(&[
            "could not be written", "nothing more was sent", "Free some space on the disk", "--confirm 300",
        ]);
        let written = stage.ledger().writes.len();
        assert!(written > 0 && written < 600, "{written} writes");
        // Where not even an intent fits, nothing begins.
        disk.fill(0);
        stage.run(&["apply", "disk/out", "--confirm", "300"]).exited(3);
        assert_eq!(stage.ledger().writes.len(), written, "nothing is sent that cannot be noted");
        stage.run(&["status", "disk/out"]).exited(3).says(&["whole: "]);
        fs::remove_file(ballast).unwrap();
        results_for_the_judge(&stage);
        sealed_and_finished(&stage, 300);
    }

    #[test]
    fn a_disk_that_turns_read_only_stops_the_run() {
        let stage = Stage::with(Settings { users: 250, ..Settings::default() });
        let Some(disk) = Disk::new(&stage, "16m") else { return };
        let roster = stage.roster_of(&stage.members(60));
        stage.plan(&roster, "breach", "disk/out", &[]).succeeded();
        assert!(disk.remount("ro"));
        stage
            .run(&["apply", "disk/out", "--confirm", "60"])
            .exited(2)
            .complains(&["cannot be locked", "writable again", "Nothing was changed"]);
        stage.run(&["status", "disk/out"]).exited(3).says(&["has not begun"]);
        assert_eq!(stage.ledger().writes.len(), 0);
        assert!(disk.remount("rw"));
        stage.run(&["apply", "disk/out", "--confirm", "60"]).succeeded();
        stage.judge("disk/out");
    }

    #[test]
    fn a_folder_that_is_deleted_under_way_stops_the_run() {
        let stage = Stage::with(Settings { users: 600, ..Settings::default() });
        let roster = stage.roster_of(&stage.members(350));
        stage.plan(&roster, "breach", "out", &[]).succeeded();
        stage.simulator.hold_after_writes(100);
        let child = stage.spawn(&["apply", "out", "--confirm", "350"]);
        stage.wait_for_writes(100);
        fs::remove_file(stage.path("out/journal.jsonl")).unwrap();
        stage.simulator.release();
        let output = child.wait_with_output().unwrap();
        let ran = Ran::new(&stage.command(&["apply"]), &output);
        ran.exited(3).complains(&["the file was deleted", "nothing more was sent"]);
    }

    /// Out of file handles wherever that may happen: an error that says so, and nothing is lost.
    #[test]
    fn without_file_handles_it_fails_and_loses_nothing() {
        let stage = Stage::with(Settings { users: 250, ..Settings::default() });
        let roster = stage.roster_of(&stage.members(20));
        stage.plan(&roster, "breach", "out", &[]).succeeded();
        let mut failed = 0;
        for limit in 9..24 {
            let apply = stage.command(&["apply", "out", "--confirm", "20"]);
            let mut limited = Command::new("sh");
            limited.arg("-c").arg(format!("ulimit -n {limit}; exec \"$@\"")).arg("sh").arg(apply.get_program());
            limited.args(apply.get_args()).current_dir(stage.folder.path());
            apply.get_envs().for_each(|(name, value)| {
                if let Some(value) = value {
                    limited.env(name, value);
                }
            });
            let output = limited.stdin(std::process::Stdio::null()).output().unwrap();
            failed += u32::from(!output.status.success());
            assert!(output.status.code().is_some_and(|code| code != 101), "limit {limit}: {output:?}");
            assert!(status_is_sound(&stage), "limit {limit}: {output:?}");
        }
        assert!(failed > 0, "the limit was never felt");
        stage.apply("out").succeeded();
        stage.judge("out");
    }

    fn status_is_sound(stage: &Stage) -> bool {
        let json = stage.run(&["status", "out", "--json"]).json();
        json["run"]["journal"]["broken"].is_null() && Path::new(&stage.path("out/plan.json")).exists()
    }
}
