//! Killed at many random moments: by the bytes of the journal, by files that are being written beside the real
//! ones, by the tenant's writes. The same command is given until it says that it is done, and the ledger judges.

use std::process::{Child, Stdio};
use std::time::Duration;

use sealoff::simulator::{FaultShares, Quota, Settings};

use crate::promises::{every_password_in_the_directory_is_sealed_in_the_journal, finished_in_journal, kill};
use crate::stage::Stage;

const ACCOUNTS: usize = 300;
const APPLY: [&str; 4] = ["apply", "out", "--confirm", "300"];

/// A small generator, so that a seed gives the same thresholds.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn seeds() -> u64 {
    std::env::var("SEALOFF_SOUP_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(1)
}

/// Waits until something is so, or the child has ended by itself; says whether it was so.
fn watch(child: &mut Child, mut is_so: impl FnMut() -> bool) -> bool {
    loop {
        if is_so() {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn journal_length(stage: &Stage) -> u64 {
    std::fs::metadata(stage.path("out/journal.jsonl")).map_or(0, |file| file.len())
}

fn spawn(stage: &Stage) -> Child {
    stage.command(&APPLY).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Promises 3, 4 and 5.
#[test]
fn killed_while_the_journal_grows_it_finishes_and_touches_no_account_twice() {
    let mut caught = 0;
    for (seed, playbook) in (1..=seeds()).flat_map(|seed| [(seed, "breach"), (seed + 1_000, "offboard")]) {
        let stage = Stage::with(Settings { users: 700, seed, quota: Quota::off(), ..Settings::default() });
        let roster = stage.roster_of(&stage.members(ACCOUNTS));
        stage.plan(&roster, playbook, "out", &[]).succeeded();
        // Something goes wrong besides, so that there are doubts to be settled on the way.
        stage.simulator.change_faults(FaultShares { lost_answer: 0.1, missing_id: 0.03, ..FaultShares::default() });
        let mut chance = Chance(seed);
        for _ in 0..12 {
            // A batch of twenty intents with their credentials is about 12 kB: most of these fall inside of one.
            let threshold = journal_length(&stage) + 1 + chance.below(45_000);
            let mut child = spawn(&stage);
            let in_the_middle = watch(&mut child, || journal_length(&stage) >= threshold);
            kill(child);
            every_password_in_the_directory_is_sealed_in_the_journal_or_none_is_set(&stage, playbook);
            if !in_the_middle {
                break;
            }
            caught += 1;
            let finished = finished_in_whole_lines(&stage);
            let touched: Vec<usize> = finished.iter().map(|id| stage.ledger().writes_to(*id).count()).collect();
            // One more, killed somewhere behind: an account that is finished by the journal stays as it is.
            let mut child = spawn(&stage);
            let threshold = journal_length(&stage) + 1 + chance.below(9_000);
            watch(&mut child, || journal_length(&stage) >= threshold);
            kill(child);
            let now: Vec<usize> = finished.iter().map(|id| stage.ledger().writes_to(*id).count()).collect();
            assert_eq!(touched, now, "seed {seed}: a finished account was touched again");
        }
        stage.simulator.change_faults(FaultShares::default());
        stage.apply("out").succeeded();
        stage.judge("out");
        assert_eq!(stage.outcomes("out")["done"], ACCOUNTS, "{playbook}, seed {seed}");
    }
    assert!(caught >= 2 * seeds(), "only {caught} kills came while the journal grew: the test shows too little");
}

fn every_password_in_the_directory_is_sealed_in_the_journal_or_none_is_set(stage: &Stage, playbook: &str) {
    cut_torn_line(stage, |stage| {
        if stage.ledger().counters.writes_applied > 0 {
            every_password_in_the_directory_is_sealed_in_the_journal(stage, playbook);
        }
    });
}

fn finished_in_whole_lines(stage: &Stage) -> Vec<uuid::Uuid> {
    let mut finished = Vec::new();
    cut_torn_line(stage, |stage| finished = finished_in_journal(stage));
    finished
}

/// Reads the journal as it will be read: a last line that was being written caused no write. The file itself is left
/// as the kill left it.
fn cut_torn_line(stage: &Stage, read: impl FnOnce(&Stage)) {
    let path = stage.path("out/journal.jsonl");
    let Ok(bytes) = std::fs::read(&path) else { return };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    std::fs::write(&path, &bytes[..whole]).unwrap();
    read(stage);
    std::fs::write(&path, &bytes).unwrap();
}

/// Results are written beside and renamed: a reader finds the old ones or the new ones, and never a part.
#[test]
fn killed_while_the_results_are_written_they_are_whole_or_not_there() {
    let stage = Stage::with(Settings { users: 700, quota: Quota::off(), ..Settings::default() });
    let roster = stage.roster_of(&stage.members(ACCOUNTS));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    let whole = std::fs::read(stage.path("out/results.csv")).unwrap();
    let writes = stage.ledger().writes.len();
    let usual = std::fs::read_dir(stage.path("out")).unwrap().count();
    let mut chance = Chance(7);
    let mut caught = 0;
    for round in 0..20 {
        if round % 2 == 0 {
            std::fs::remove_file(stage.path("out/results.csv")).unwrap();
        }
        let before = std::fs::read_dir(stage.path("out")).unwrap().count();
        let mut child = spawn(&stage);
        // A file that is not there otherwise: the one that is being written beside.
        if watch(&mut child, || std::fs::read_dir(stage.path("out")).unwrap().count() > before) {
            std::thread::sleep(Duration::from_micros(chance.below(1_500)));
            caught += 1;
        }
        kill(child);
        if let Ok(found) = std::fs::read(stage.path("out/results.csv")) {
            assert!(found == whole, "half of the results, in round {round}");
        } else {
            assert_eq!(round % 2, 0, "results that were there are gone");
        }
        stage.apply("out").succeeded();
        assert_eq!(std::fs::read(stage.path("out/results.csv")).unwrap(), whole);
    }
    assert!(caught > 0, "the kill never came in time: the test shows nothing");
    assert_eq!(stage.ledger().writes.len(), writes, "no account was touched again");
    assert!(std::fs::read_dir(stage.path("out")).unwrap().count() >= usual);
}
