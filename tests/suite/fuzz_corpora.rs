//! What fuzzers were given, and what they found, as an ordinary test: `tests/fuzz` has the targets.

use std::path::{Path, PathBuf};

use crate::stage::files_below;

#[path = "../fuzz/entries.rs"]
mod entries;

fn inputs(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let folders = ["corpus", "findings"].map(|kind| fuzz.join(kind).join(target));
    let files: Vec<PathBuf> = folders.iter().filter(|folder| folder.exists()).flat_map(|f| files_below(f)).collect();
    assert!(!files.is_empty(), "no corpus for {target}");
    files.into_iter().map(|file| (file.clone(), std::fs::read(file).unwrap())).collect()
}

fn seed(target: &str, name: &str) -> Vec<u8> {
    inputs(target).into_iter().find(|(path, _)| path.ends_with(name)).unwrap().1
}

#[test]
fn the_journal_reader_stands_whatever_it_is_given() {
    inputs("journal").iter().for_each(|(_, bytes)| {
        entries::journal(bytes);
    });
    // Of format 1, and of format 2.
    for name in ["offboard.jsonl", "verified.jsonl"] {
        let real = seed("journal", name);
        let lines = real.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(entries::journal(&real), lines, "the target no longer gets behind the chain of {name}");
    }
}

#[test]
fn the_roster_reader_stands_whatever_it_is_given() {
    inputs("roster").iter().for_each(|(_, bytes)| {
        entries::roster(bytes);
    });
    assert!(entries::roster(&seed("roster", "first-try.csv")) > 5);
    assert_eq!(entries::roster(&seed("roster", "headless.csv")), 2);
}

#[test]
fn the_reader_of_batch_answers_stands_whatever_it_is_given() {
    inputs("batch").iter().for_each(|(_, bytes)| {
        entries::batch(bytes);
    });
    assert_eq!(entries::batch(&seed("batch", "all_204.json")), 20);
    assert_eq!(entries::batch(&seed("batch", "mixed.json")), 1, "one is answered twice, and one by a text");
}
