//! Where fuzzers enter, and what must hold for every input. The suite runs the corpora through the same functions.

#![allow(dead_code, reason = "each fuzz target is a program of its own and enters at one of these")]

use std::path::Path;

use sealoff::digest::{Digest, Hasher};
use sealoff::graph::batch;
use sealoff::graph::error::GraphError;
use sealoff::graph::write_outcome::WriteOutcome;
use sealoff::roster::{KeyProperty, ReadOptions, Roster, Source};
use sealoff::run::journal::JournalReader;
use sealoff::run::record::Record;
use sealoff::run::replay::Replay;
use sealoff::run::state::AccountState;
use sealoff::run::states::Planned;
use sealoff::step::{Step, Steps};

/// A plan of eight accounts: six of an `offboard`, one of a `breach`, and one that nothing is done to.
struct EightAccounts;

impl Planned for EightAccounts {
    fn by_row(&self) -> Vec<AccountState> {
        let breach = Steps::NONE.with(Step::Reset).with(Step::Revoke);
        let offboard = breach.with(Step::Block);
        let plan = [offboard, offboard, offboard, offboard, offboard, offboard, breach, Steps::NONE];
        plan.into_iter().map(AccountState::planned).collect()
    }
}

/// A journal as it lies on a disk, and then the same lines with a chain that holds, so that the fuzzer gets behind it.
/// Returns how many lines the second reading took in.
pub(crate) fn journal(bytes: &[u8]) -> usize {
    let mut reader = JournalReader::over(Path::new("journal.jsonl"), bytes);
    while let Some(Ok(_)) = reader.next() {}
    assert!(reader.offset() <= bytes.len() as u64, "more was read than there is");
    let whole = chained(bytes);
    let mut reader = JournalReader::over(Path::new("journal.jsonl"), &*whole);
    let Some(Ok(first)) = reader.next() else { return 0 };
    let Record::Opened { plan, .. } = first.record else { return 0 };
    let mut replay = Replay::new(plan, &EightAccounts);
    let mut taken = 0;
    let mut line = Some(Ok(first));
    while let Some(Ok(read)) = line {
        if replay.apply(&read).is_err() {
            break;
        }
        taken += 1;
        line = reader.next();
    }
    // Every person is placed, with any content of the file.
    assert_eq!(replay.states.iter().count(), 8);
    taken
}

/// The same lines, chained anew.
fn chained(bytes: &[u8]) -> Vec<u8> {
    let mut chain = Digest::of(b"sealoff journal");
    let mut whole = Vec::with_capacity(bytes.len() + 256);
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let line = String::from_utf8_lossy(line);
        let body = line.rsplit_once(",\"chain\":\"").map_or(&*line, |(body, _)| body);
        let mut hasher = Hasher::new();
        let digits = chain.to_string();
        for pair in digits.as_bytes().chunks(2) {
            let pair = std::str::from_utf8(pair).unwrap_or_default();
            hasher.update(&[u8::from_str_radix(pair, 16).unwrap_or_default()]);
        }
        hasher.update(body.as_bytes());
        chain = hasher.finish();
        whole.extend_from_slice(format!("{body},\"chain\":\"{chain}\"}}\n").as_bytes());
    }
    whole
}

/// A list of people, read in three ways. Returns how many rows the plainest of them found.
pub(crate) fn roster(bytes: &[u8]) -> u32 {
    let ways = [
        ReadOptions::default(),
        ReadOptions { by: Some(KeyProperty::EmployeeId), ..ReadOptions::default() },
        ReadOptions { by: Some(KeyProperty::Mail), key: Some("#1".to_owned()), ..ReadOptions::default() },
    ];
    let mut found = 0;
    for (way, options) in ways.into_iter().enumerate() {
        let Ok(mut roster) = Roster::open_with(Source::bytes("fuzz", bytes.to_vec()), options) else { continue };
        let mut rows = 0;
        let mut whole = true;
        for entry in &mut roster {
            whole = entry.is_ok();
            rows += u32::from(whole);
        }
        if !whole {
            continue;
        }
        let Ok(ending) = roster.finish() else { continue };
        assert_eq!(ending.rows, rows, "one entry for each row");
        assert_eq!(ending.digest, Digest::of(bytes), "the digest is that of all bytes");
        if way == 0 {
            found = rows;
        }
    }
    found
}

/// An answer to a batch of twenty. Returns how many items it answers.
pub(crate) fn batch(bytes: &[u8]) -> usize {
    let error = GraphError::parse(400, bytes, None);
    assert!(error.message.as_str().chars().count() <= 1_000, "a message is bounded");
    let Some(items) = batch::answers(bytes, 20, None) else { return 0 };
    assert_eq!(items.len(), 20, "one answer, or none, for each item");
    for item in items.iter().flatten() {
        let _ = WriteOutcome::of(item);
    }
    items.iter().flatten().count()
}
