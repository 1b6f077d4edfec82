//! `--replace`: a plan takes the place of one that was never begun, and of nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use sealoff::simulator::FaultShares;

use crate::stage::{Ran, Stage};

fn names(folder: &Path) -> BTreeSet<String> {
    std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

/// A folder with a plan of so many people, in which one row is refused.
fn planned(stage: &Stage, people: usize, more: &[&str]) -> Ran {
    let members = stage.roster_of(&stage.members(people));
    let roster = std::fs::read_to_string(stage.path(&members)).unwrap() + "no.such.person@contoso.com\n";
    let list = stage.write("list.csv", roster);
    stage.run(&[&["plan", &list, "--playbook", "contain", "--out", "monday"], more].concat())
}

#[test]
fn a_list_is_corrected_and_planned_again_into_the_same_folder() {
    let stage = Stage::new();
    planned(&stage, 2, &["--replace"]).succeeded();
    let first = stage.fingerprint("monday").unwrap();
    stage.run(&["report", "monday"]);
    planned(&stage, 3, &[]).exited(4).complains(&["already holds a plan", "with --replace"]);
    assert_eq!(stage.fingerprint("monday").unwrap(), first, "nothing is replaced unasked");

    planned(&stage, 3, &["--replace"]).succeeded().says(&["sealoff apply monday --confirm 3@"]);
    assert_ne!(stage.fingerprint("monday").unwrap(), first);
    let files = names(&stage.path("monday"));
    assert!(
        files.contains("refused.csv") && files.contains("plan.html") && !files.contains("report.html"),
        "{files:?}"
    );
    let beside = names(stage.folder.path());
    assert!(!beside.iter().any(|name| name.starts_with(".monday")), "{beside:?}");
    let page = std::fs::read_to_string(stage.path("monday/plan.html")).unwrap();
    assert!(page.contains("sealoff apply monday --confirm 3@"), "the page names the folder as it is called");
    stage.apply("monday").exited(3);
}

#[test]
fn a_plan_that_cannot_be_made_leaves_the_old_one() {
    let stage = Stage::new();
    planned(&stage, 2, &[]).succeeded();
    let files_of_plan =
        || names(&stage.path("monday")).into_iter().filter(|name| name != "run.lock").collect::<Vec<_>>();
    let (before, files) = (stage.fingerprint("monday"), files_of_plan());
    stage.simulator.change_faults(FaultShares { unavailable_item: 1.0, ..FaultShares::default() });
    planned(&stage, 3, &["--replace"]).exited(5);
    assert_eq!((stage.fingerprint("monday"), files_of_plan()), (before, files));
    assert!(!names(stage.folder.path()).iter().any(|name| name.starts_with(".monday")));
}

#[test]
fn a_run_that_has_begun_is_never_replaced() {
    let stage = Stage::new();
    planned(&stage, 2, &[]).succeeded();
    stage.apply("monday").exited(3);
    let before = names(&stage.path("monday"));
    planned(&stage, 3, &["--replace"]).exited(4).complains(&["has begun", "sealoff status monday"]);
    stage.run(&["undo", "monday", "--out", "monday", "--replace"]).exited(4).complains(&["has begun"]);
    assert_eq!(names(&stage.path("monday")), before);
}

#[test]
fn what_sealoff_did_not_write_is_never_replaced() {
    let stage = Stage::new();
    let list = stage.roster_of(&stage.members(1));
    let replace =
        |out: &str, list: &str| stage.run(&["plan", list, "--playbook", "contain", "--out", out, "--replace"]);
    std::fs::create_dir(stage.path("other")).unwrap();
    stage.write("other/thesis.txt", "years of work");
    replace("other", &list).exited(2).complains(&["thesis.txt"]);
    stage.write("other/plan.json", "{\"of\": \"another program\"}");
    replace("other", &list).exited(4).complains(&["plan.json"]);
    stage.write("file", "");
    replace("file", &list).exited(2).complains(&["is a file"]);

    planned(&stage, 2, &[]).succeeded();
    stage.write("monday/notes.txt", "ask Ada first");
    replace("monday", &list).exited(4).complains(&["notes.txt", "nothing was replaced"]);
    std::fs::rename(stage.path("monday/notes.txt"), stage.path("monday/list.csv")).unwrap();
    std::fs::copy(stage.path("list.csv"), stage.path("monday/list.csv")).unwrap();
    replace("monday", "monday/list.csv").exited(4).complains(&["stands in the folder"]);
    std::fs::remove_file(stage.path("monday/list.csv")).unwrap();
    let refused = std::fs::read_to_string(stage.path("monday/refused.csv")).unwrap();
    stage.write("monday/refused.csv", refused.replace("no.such.person", "ada.lovelace"));
    replace("monday", &list).exited(4).complains(&["refused.csv was edited", "Move the file out"]);
    let edited = std::fs::read_to_string(stage.path("monday/refused.csv")).unwrap();
    assert!(edited.contains("ada.lovelace"));
}

/// A spreadsheet may have saved the file as it was; what a person writes in any cell is theirs.
#[test]
fn a_file_that_a_spreadsheet_saved_was_not_edited_and_one_with_a_remark_was() {
    let stage = Stage::new();
    planned(&stage, 2, &[]).succeeded();
    let file = stage.path("monday/refused.csv");
    let mut rows = csv::Reader::from_path(&file).unwrap();
    let (header, rows): (_, Vec<_>) = (rows.headers().unwrap().clone(), rows.records().map(Result::unwrap).collect());
    let write = |row: &[&str]| {
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_path(&file).unwrap();
        csv.write_record(&header).unwrap();
        csv.write_record(row).unwrap();
    };
    assert_eq!((&header[1], &header[2], rows.len()), ("reason", "remedy", 1));
    let mut row: Vec<&str> = rows[0].iter().collect();
    for (place, words) in [(0, "ada.lovelace@contoso.com"), (2, "asked Ada, who looks for it")] {
        let was = std::mem::replace(&mut row[place], words);
        write(&row);
        planned(&stage, 3, &["--replace"]).exited(4).complains(&["refused.csv was edited"]);
        row[place] = was;
    }
    write(&row);
    planned(&stage, 3, &["--replace"]).succeeded();
}

/// A run that is done, whose passwords a key opens.
fn run_with_passwords() -> Stage {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(3));
    stage.plan(&roster, "offboard", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    stage
}

#[test]
fn an_archive_takes_the_place_of_an_earlier_one_of_the_same_plan_alone() {
    let stage = run_with_passwords();
    let pack = |more: &[&str]| stage.run(&[&["evidence", "out", "-o", "out.zip"], more].concat());
    pack(&["--replace"]).succeeded().never_says(&["in place of"]);
    let before = std::fs::read(stage.path("out.zip")).unwrap();
    pack(&[]).exited(2).complains(&["out.zip is there already", "--replace"]);
    assert_eq!(std::fs::read(stage.path("out.zip")).unwrap(), before);
    stage.run(&["verify", "out"]);
    pack(&["--replace"]).succeeded().says(&["in place of the one that was there"]);
    stage.run(&["evidence", "--check", "out.zip"]).succeeded().says(&["verification.csv"]);

    // Whatever else has that name stays as it is.
    let roster = stage.roster_of(&stage.members(2));
    stage.plan(&roster, "contain", "other", &[]).succeeded();
    stage.run(&["evidence", "other", "-o", "other.zip"]);
    let other = stage.path("other-not-begun.zip");
    std::fs::copy(&other, stage.path("out.zip")).unwrap();
    pack(&["--replace"]).exited(4).complains(&["it is the evidence of another plan"]);
    for content in [&b"PK no archive"[..], b""] {
        stage.write("out.zip", content);
        pack(&["--replace"]).exited(4).complains(&["it is no evidence that holds"]);
        assert_eq!(std::fs::read(stage.path("out.zip")).unwrap(), content);
    }
}

#[test]
fn a_list_of_export_and_a_sheet_of_passwords_take_the_place_of_their_like_alone() {
    let stage = run_with_passwords();
    let key = "key.txt";
    let export: &[&str] = &["export", "--all", "-o", "made.csv"];
    let sheet: &[&str] = &["unseal", "out/results.csv", "-i", key, "-o", "made.csv"];
    let packet: &[&str] = &["unseal", "out/handoff/default.csv.age", "-i", key, "-o", "made.csv", "--replace"];
    for command in [export, sheet] {
        let _ = std::fs::remove_file(stage.path("made.csv"));
        stage.run(command).succeeded();
        stage.run(command).exited(2).complains(&["made.csv is there already", "--replace"]);
        let replacing = [command, &["--replace"]].concat();
        let replaced = stage.run(&replacing).succeeded();
        let said = replaced.out + &replaced.err;
        assert!(said.contains("in place of the one that was there"), "{said}");
        stage.write("made.csv", "name,phone\nada,1\n");
        stage.run(&replacing).exited(4).complains(&["replaces nothing else"]);
        assert_eq!(std::fs::read_to_string(stage.path("made.csv")).unwrap(), "name,phone\nada,1\n");
    }
    stage.run(&["unseal", "out/results.csv", "-i", key, "-o", "made.csv"]).exited(2);
    std::fs::remove_file(stage.path("made.csv")).unwrap();
    stage.run(sheet).succeeded();
    stage.run(packet).succeeded();
    // A key that opens nothing takes nothing away.
    let before = std::fs::read(stage.path("made.csv")).unwrap();
    stage.run(&["keygen", "-o", "other.key"]).succeeded();
    let other = ["unseal", "out/handoff/default.csv.age", "-i", "other.key", "-o", "made.csv", "--replace"];
    assert_ne!(stage.run(&other).code, Some(0));
    assert_eq!(std::fs::read(stage.path("made.csv")).unwrap(), before);
}
