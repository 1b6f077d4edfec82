//! The file, line by line: cut, torn, changed, and on a disk that fails.

use std::fs;

use proptest::prelude::*;
use time::OffsetDateTime;

use super::store::failing::{Afterwards, Failing};
use super::*;
use crate::digest::Digest;
use crate::graph::write_outcome::{Undecided, WriteOutcome};
use crate::ids::RowNumber;
use crate::plan::playbook::Playbook;
use crate::run::record::FORMAT;
use crate::step::{Step, Steps};

fn opened(format: u32) -> Record {
    let tenant = "11111111-2222-4333-8444-555555555555".parse().unwrap();
    Record::Opened { format, plan: Digest::of(b"plan"), tenant, playbook: Playbook::Breach }
}

fn sample(row: u32) -> Vec<Record> {
    let steps = Steps::of(&[Step::Revoke]);
    vec![
        Record::Intended {
            row: RowNumber::new(row),
            object_id: "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap(),
            steps,
            target: None,
            app: None,
            sealed: None,
        },
        Record::Answered {
            row: RowNumber::new(row),
            steps,
            target: None,
            answer: WriteOutcome::Unknown {
                why: Undecided::Lost("a \"quoted\" \u{2028} reason\n".into()),
                retry_after: None,
            },
            date: Some(OffsetDateTime::UNIX_EPOCH),
            request_id: Some("r".to_owned()),
            pass: None,
        },
    ]
}

/// Intents that are committed, and answers that are not.
async fn written(path: &Path, format: u32, rows: u32) -> Vec<Record> {
    let mut is_new = true;
    let journal = Journal::open(path, |_| {
        is_new = false;
        Ok(())
    })
    .unwrap();
    let mut all = Vec::new();
    if is_new {
        all.push(opened(format));
        journal.commit(all.clone()).await.unwrap();
    }
    for row in 1..=rows {
        all.extend(sample(row));
        journal.commit(vec![sample(row)[0].clone()]).await.unwrap();
        journal.append(vec![sample(row)[1].clone()]);
    }
    all
}

/// What the journal says, but for the line that closes it.
fn read(path: &Path) -> Result<Vec<Record>, JournalError> {
    let records = JournalReader::open(path)?.map(|line| line.map(|line| line.record));
    records.filter(|record| !matches!(record, Ok(Record::Closed {}))).collect()
}

fn seen_by_a_new_process(path: &Path) -> Result<Vec<Record>, JournalError> {
    let mut seen = Vec::new();
    Journal::open(path, |line| {
        seen.push(line.record.clone());
        Ok(())
    })?;
    seen.retain(|record| *record != Record::Closed {});
    Ok(seen)
}

fn scratch() -> (tempfile::TempDir, PathBuf) {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("journal.jsonl");
    (scratch, path)
}

/// The ends of the lines of a journal, in bytes.
fn line_ends(bytes: &[u8]) -> Vec<usize> {
    (1..).zip(bytes).filter(|(_, byte)| **byte == b'\n').map(|(end, _)| end).collect()
}

#[tokio::test]
async fn what_was_committed_is_read_back_and_continued() {
    let (_scratch, path) = scratch();
    let mut all = written(&path, FORMAT, 3).await;
    all.extend(written(&path, FORMAT, 2).await);
    assert_eq!(read(&path).unwrap(), all);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.lines().last().unwrap().contains("\"record\":\"closed\""));
}

/// A line may be half there when a journal is looked at that is being written.
#[tokio::test]
async fn a_journal_that_grows_is_read_on_from_wherever_it_was_cut() {
    let (_scratch, path) = scratch();
    let all = written(&path, FORMAT, 3).await;
    let bytes = fs::read(&path).unwrap();
    for step in [1, 7, 400] {
        let (mut seen, mut mark) = (Vec::new(), JournalMark::default());
        for length in (0..bytes.len()).step_by(step).chain([bytes.len()]) {
            fs::write(&path, &bytes[..length]).unwrap();
            let mut reader = JournalReader::open_at(&path, mark).unwrap();
            seen.extend(reader.by_ref().map(|line| line.unwrap().record));
            mark = reader.mark();
        }
        assert_eq!(mark.offset(), bytes.len() as u64);
        assert_eq!(seen.pop(), Some(Record::Closed {}));
        assert_eq!(seen, all);
    }
    // What was changed meanwhile is found.
    let end = line_ends(&bytes)[2];
    let mut reader = JournalReader::over(&path, &bytes[..end]);
    assert_eq!(reader.by_ref().filter(Result::is_ok).count(), 3);
    fs::write(&path, String::from_utf8(bytes.clone()).unwrap().replace("\"row\":3", "\"row\":2")).unwrap();
    assert!(JournalReader::open_at(&path, reader.mark()).unwrap().any(|line| line.is_err()));
}

#[tokio::test]
async fn every_cut_of_the_file_is_a_prefix_of_the_truth() {
    let (_scratch, path) = scratch();
    for format in [1, FORMAT] {
        let _ = fs::remove_file(&path);
        let all = written(&path, format, 3).await;
        let bytes = fs::read(&path).unwrap();
        for cut in 0..=bytes.len() {
            fs::write(&path, &bytes[..cut]).unwrap();
            let whole = line_ends(&bytes[..cut]);
            let mut reader = JournalReader::open(&path).unwrap();
            assert_eq!(reader.by_ref().map(Result::unwrap).count(), whole.len());
            let torn = cut - whole.last().copied().unwrap_or_default();
            assert_eq!(reader.torn_tail().map_or(0, |torn| torn.bytes), torn as u64, "cut at {cut}");
            // To open it for writing costs several syncs.
            if torn > 1 && !cut.is_multiple_of(97) {
                continue;
            }
            let seen = seen_by_a_new_process(&path).unwrap();
            assert_eq!(seen, all[..seen.len()], "cut at {cut}");
            assert_eq!(seen.len(), whole.len().min(all.len()));
            assert_eq!(read(&path).unwrap(), seen, "what the new process left is whole");
        }
    }
}

#[tokio::test]
async fn a_changed_line_is_named() {
    let (_scratch, path) = scratch();
    for format in [1, FORMAT] {
        let _ = fs::remove_file(&path);
        written(&path, format, 3).await;
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut tampered = vec![
            (4, text.replacen("\"row\":2", "\"row\":9", 1)),
            (3, text.replacen("unknown", "unKnown", 1)),
            (2, [lines[0], lines[2], lines[1], lines[3]].concat()),
            (2, [&lines[..1], &lines[2..]].concat().concat()),
            (1, lines[1..].concat()),
        ];
        if format >= FORMAT {
            // A journal that was closed is safe to its last line but that one.
            tampered.push((7, text.replace("\"row\":3", "\"row\":9").replacen("\"row\":9", "\"row\":3", 1)));
        }
        for (line, text) in tampered {
            fs::write(&path, &text).unwrap();
            for found in [read(&path), seen_by_a_new_process(&path)] {
                assert!(
                    matches!(found, Err(JournalError::Broken { why: JournalBreak::Line { line: at, .. }, .. }) if at == line),
                    "{line}: {found:?}"
                );
            }
            assert_eq!(fs::read_to_string(&path).unwrap(), text, "a broken journal is left as it is");
        }
    }
}

#[tokio::test]
async fn a_newer_format_is_refused_and_not_taken_for_damage() {
    let (_scratch, path) = scratch();
    let newer = |found: Result<Vec<Record>, JournalError>| {
        let error = found.unwrap_err();
        let why = JournalBreak::Newer { format: FORMAT + 1, readable: FORMAT };
        assert!(matches!(&error, JournalError::Broken { why: found, .. } if *found == why), "{error:?}");
    };
    // Whatever else such a line may hold, and however it is bound to the next one.
    for rest in [r#""record":"opened","playbook":"unheard-of""#, r#""seal":"x""#] {
        fs::write(&path, format!("{{\"format\":{},{rest}}}\n{{\"at\":\"?\"}}\n", FORMAT + 1)).unwrap();
        newer(read(&path));
        newer(seen_by_a_new_process(&path));
    }
    fs::remove_file(&path).unwrap();
    written(&path, FORMAT, 1).await;
    let journal = Journal::open(&path, |_| Ok(())).unwrap();
    journal.commit(vec![Record::TakenOver { version: "9".to_owned(), format: FORMAT + 1 }]).await.unwrap();
    drop(journal);
    newer(read(&path));
}

/// A power cut: what was behind the last sync is there in part, out of order, or as a hole.
#[tokio::test]
async fn what_a_power_cut_tore_is_cut_off_and_what_was_safe_is_refused() {
    let (_scratch, path) = scratch();
    let all = written(&path, FORMAT, 4).await;
    let bytes = fs::read(&path).unwrap();
    let ends = line_ends(&bytes);
    // Lines 1 to 9: opened, and intent and answer of four rows. What was written behind the intent of row 3, line 6, says
    // that it was on disk up to there, until the intent of row 4 is: and all lines that say so are cut off here.
    let claims = bytes[..ends[7]].split(|byte| *byte == b'\n').filter_map(line::claims_synced);
    assert_eq!(claims.max().unwrap(), ends[5] as u64);
    for hole in [ends[5]..ends[6], ends[5] + 10..ends[5] + 30, ends[6] - 1..ends[6], ends[6]..ends[7] - 5] {
        let mut torn = bytes[..ends[7]].to_vec();
        torn[hole.clone()].fill(0);
        fs::write(&path, &torn).unwrap();
        let whole = if hole.start < ends[6] { 6 } else { 7 };
        assert_eq!(read(&path).unwrap(), all[..whole], "{hole:?}");
        assert_eq!(seen_by_a_new_process(&path).unwrap(), all[..whole]);
        assert_eq!(read(&path).unwrap(), all[..whole]);
    }
    for hole in [ends[4]..ends[5], ends[5] - 1..ends[5], ends[2] + 3..ends[2] + 4] {
        let mut damaged = bytes[..ends[7]].to_vec();
        damaged[hole.clone()].fill(0);
        fs::write(&path, &damaged).unwrap();
        assert!(matches!(seen_by_a_new_process(&path), Err(JournalError::Broken { .. })), "{hole:?}");
        assert_eq!(fs::read(&path).unwrap(), damaged, "a broken journal is left as it is");
    }
}

#[tokio::test]
async fn a_first_line_that_never_reached_the_disk_is_no_journal() {
    let (_scratch, path) = scratch();
    written(&path, FORMAT, 1).await;
    let bytes = fs::read(&path).unwrap();
    let mut holes = bytes.clone();
    holes[..line_ends(&bytes)[0]].fill(0);
    fs::write(&path, &holes[..line_ends(&bytes)[0]]).unwrap();
    assert_eq!(seen_by_a_new_process(&path).unwrap(), []);
    fs::write(&path, &holes).unwrap();
    assert!(
        matches!(
            seen_by_a_new_process(&path),
            Err(JournalError::Broken { why: JournalBreak::Line { line: 1, .. }, .. })
        ),
        "writes were intended"
    );
}

#[cfg(not(windows))]
#[tokio::test]
async fn a_second_process_is_refused() {
    let (_scratch, path) = scratch();
    let first = Journal::open(&path, |_| Ok(())).unwrap();
    assert!(matches!(Journal::open(&path, |_| Ok(())), Err(JournalError::InUse { .. })));
    drop(first);
    assert!(Journal::open(&path, |_| Ok(())).is_ok());
}

#[cfg(unix)]
#[tokio::test]
async fn a_journal_that_is_deleted_under_way_takes_nothing_more() {
    let (_scratch, path) = scratch();
    let journal = Journal::open(&path, |_| Ok(())).unwrap();
    journal.commit(vec![opened(FORMAT)]).await.unwrap();
    fs::remove_file(&path).unwrap();
    let refused = journal.commit(sample(1)).await.unwrap_err();
    assert!(matches!(&refused, JournalError::Stopped { source, .. } if source.kind() == io::ErrorKind::NotFound));
}

/// Elsewhere it cannot be deleted at all.
#[cfg(windows)]
#[tokio::test]
async fn a_journal_cannot_be_deleted_or_renamed_under_way() {
    let (scratch, path) = scratch();
    let journal = Journal::open(&path, |_| Ok(())).unwrap();
    journal.commit(vec![opened(FORMAT)]).await.unwrap();
    assert!(fs::remove_file(&path).is_err());
    assert!(fs::rename(&path, scratch.path().join("away")).is_err());
    assert_eq!(read(&path).unwrap(), [opened(FORMAT)], "it is read all the same");
    journal.commit(sample(1)).await.unwrap();
    drop(journal);
    fs::remove_file(&path).unwrap();
}

/// Runs rows through a disk that fails, as the engine does: an intent that is not on disk is not sent, and what was
/// sent has its answer appended. Returns how many intents were sent.
async fn on_a_failing_disk(path: &Path, good: u64, afterwards: Afterwards) -> (u32, Result<(), JournalError>) {
    let opened_journal = Journal::open_with(path, |_| Ok(()), |file| Failing::new(file, good, afterwards)).unwrap();
    let mut acted = 0;
    if opened_journal.commit(vec![opened(FORMAT)]).await.is_ok() {
        for row in 1..=5 {
            let safe = opened_journal.commit(vec![sample(row)[0].clone()]).await.is_ok();
            if safe {
                assert_eq!(acted, row - 1, "nothing is taken once a write has failed");
                acted = row;
                opened_journal.append(vec![sample(row)[1].clone()]);
            }
        }
    }
    let closed = opened_journal.close(vec![Record::Paused { reason: crate::run::run_end::RunEnd::Finished }]).await;
    (acted, closed)
}

#[tokio::test]
async fn wherever_a_disk_fails_what_was_acted_on_is_in_the_journal() {
    for afterwards in [Afterwards::Healed, Afterwards::Dead] {
        for good in 0..16 {
            let (_scratch, path) = scratch();
            let (acted, closed) = on_a_failing_disk(&path, good, afterwards).await;
            let records = seen_by_a_new_process(&path).unwrap();
            let count = |is: fn(&Record) -> bool| records.iter().filter(|record| is(record)).count() as u32;
            let intents = count(|record| matches!(record, Record::Intended { .. }));
            let answers = count(|record| matches!(record, Record::Answered { .. }));
            assert!(intents >= acted, "{good} {afterwards:?}: an intent was sent and is gone");
            match (&closed, afterwards) {
                (Ok(()), _) => assert_eq!((intents, answers), (acted, acted), "{good} {afterwards:?}: all is noted"),
                (Err(JournalError::Stopped { unnoted, .. }), Afterwards::Dead) => {
                    assert!(answers + *unnoted as u32 >= acted, "{good}: what is lost is counted: {closed:?}");
                }
                (Err(error), _) => {
                    // Only when the failure comes with the last records themselves is there no second try.
                    assert_eq!(acted, 5, "{good} {afterwards:?}: {error:?}");
                    assert_eq!(answers, 5, "it is written again when the journal ends");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// No bytes make the reader do anything but give a prefix of the truth or refuse.
    #[test]
    fn damage_is_cut_off_or_refused_and_never_read(at in 0_usize..4_000, with in prop::collection::vec(any::<u8>(), 1..40)) {
        static JOURNAL: std::sync::OnceLock<(Vec<u8>, Vec<Record>)> = std::sync::OnceLock::new();
        let (bytes, all) = JOURNAL.get_or_init(|| {
            let (_scratch, path) = scratch();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let all = runtime.block_on(written(&path, FORMAT, 4));
            (fs::read(&path).unwrap(), all)
        });
        let at = at % bytes.len();
        let mut damaged = bytes.clone();
        let end = (at + with.len()).min(damaged.len());
        damaged[at..end].copy_from_slice(&with[..end - at]);
        let mut reader = JournalReader::over(Path::new("journal"), &damaged[..]);
        let mut read = 0;
        for line in reader.by_ref() {
            let Ok(line) = line else { break };
            if line.record != (Record::Closed {}) {
                prop_assert_eq!(&line.record, &all[read]);
                read += 1;
            }
        }
        // It was closed: nothing before the closing line can be lost without being refused.
        let closing = line_ends(bytes).iter().rev().nth(1).copied().unwrap();
        if reader.torn_tail().is_some() {
            prop_assert!(end > closing, "what was safe was cut off");
        }
    }
}
