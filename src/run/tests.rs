//! What the results say after each line of a journal that has every kind of record in it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::accounts::{PlannedAccounts, TooMany};
use super::journal::{JournalLookup, JournalReader};
use super::last_try::LastTry;
use super::record::{FORMAT, Record};
use super::replay::Replay;
use super::result_row::ResultRows;
use super::results;
use super::results_error::ResultsError;
use super::run_end::RunEnd;
use crate::digest::{Digest, Hasher};
use crate::graph::error::GraphError;
use crate::graph::write_outcome::{Postponed, Undecided, WriteOutcome};
use crate::ids::{ObjectId, RowNumber};
use crate::plan::drift_cause::DriftCause;
use crate::plan::playbook::Playbook;
use crate::plan::reason::Reason;
use crate::plan::row::tests::plain;
use crate::plan::row::{Decision, PlanRow};
use crate::step::{Step, Steps};

const BEGAN: OffsetDateTime = datetime!(2026-11-23 08:00:00.25 UTC);
const RESET: Steps = Steps::of(&[Step::Reset]);
const BLOCK: Steps = Steps::of(&[Step::Block]);
const UNBLOCK: Steps = Steps::of(&[Step::Unblock]);
const REVOKE: Steps = Steps::of(&[Step::Revoke]);
const BLOCK_RESET: Steps = Steps::of(&[Step::Block, Step::Reset]);

fn object_id(row: u32) -> ObjectId {
    ObjectId::new(uuid::Uuid::from_fields(row, 0, 0x4000, &[0x80, 0, 0, 0, 0, 0, 0, 1]))
}

fn plan() -> Vec<PlanRow> {
    const NONE: &[Reason] = &[];
    let all = Steps::of(&[Step::Block, Step::Reset, Step::Revoke]);
    let acts = |steps| (Decision::Act, steps, NONE);
    let rows = [
        acts(all),
        acts(all),
        (Decision::Skip, Steps::NONE, &[Reason::Guest]),
        acts(all),
        acts(RESET.with(Step::Revoke)),
        (Decision::Refuse, Steps::NONE, &[Reason::Synced]),
        (Decision::Act, RESET.with(Step::Revoke), &[Reason::Privileged]),
        acts(UNBLOCK),
        (Decision::Already, Steps::NONE, &[Reason::Already]),
        acts(REVOKE),
        acts(RESET),
        acts(BLOCK.with(Step::Revoke)),
        acts(REVOKE),
        acts(RESET),
    ];
    let row = |(number, (decision, steps, reasons)): (u32, (Decision, Steps, &[Reason]))| PlanRow {
        decision,
        reasons: reasons.to_vec(),
        ..plain(number, object_id(number), steps)
    };
    (1..).zip(rows).map(row).collect()
}

fn opened() -> Record {
    let tenant = "11111111-2222-4333-8444-555555555555".parse().unwrap();
    Record::Opened { format: FORMAT, plan: Digest::of(b"plan"), tenant, playbook: Playbook::Breach }
}

fn sent(row: u32, steps: Steps) -> Record {
    Record::Intended {
        row: RowNumber::new(row),
        object_id: object_id(row),
        steps,
        target: None,
        app: None,
        sealed: None,
    }
}

/// A write with a password of its own; `text` stands for what is sealed.
fn sent_sealed(row: u32, steps: Steps, text: &str) -> Record {
    let sealed = format!("age:{}", STANDARD.encode(format!("age-encryption.org/v1\n{text}")));
    let sealed = Some(sealed.parse().unwrap());
    Record::Intended { row: RowNumber::new(row), object_id: object_id(row), steps, target: None, app: None, sealed }
}

fn answered(row: u32, steps: Steps, answer: WriteOutcome) -> Record {
    Record::Answered {
        row: RowNumber::new(row),
        steps,
        target: None,
        answer,
        date: None,
        request_id: Some(format!("request-{row}")),
        pass: None,
    }
}

fn done(row: u32, steps: Steps) -> Record {
    answered(row, steps, WriteOutcome::Accepted)
}

fn refused(row: u32, steps: Steps, status: u16, message: &str) -> Record {
    let code = if status == 404 { "" } else { "Request_BadRequest" };
    let request_id = (status == 403).then(|| "of-the-refusal".to_owned());
    let error = GraphError { status, code: code.into(), message: message.into(), request_id, is_foreign: false };
    answered(row, steps, WriteOutcome::Refused { error })
}

fn unknown(row: u32, steps: Steps) -> Record {
    let why = Undecided::Lost("the answer was lost".into());
    answered(row, steps, WriteOutcome::Unknown { why, retry_after: None })
}

fn throttled(row: u32, steps: Steps) -> Record {
    answered(row, steps, WriteOutcome::Postponed { why: Postponed::Throttled, retry_after: None })
}

fn gave_up(row: u32, steps: Steps) -> Record {
    Record::GaveUp {
        row: RowNumber::new(row),
        steps,
        target: None,
        last_try: LastTry::Undecided(Undecided::Lost("tried often enough".into())),
    }
}

fn drifted(row: u32) -> Record {
    Record::Drifted { row: RowNumber::new(row), reason: DriftCause::Renamed { to: "eve@contoso.com".to_owned() } }
}

fn taken_over() -> Record {
    Record::TakenOver { version: "0.1.0".to_owned(), format: FORMAT }
}

fn every_kind() -> Vec<Record> {
    const WEAK: &str = "The specified password does not comply with password complexity requirements.";
    vec![
        opened(),
        taken_over(),
        // Row 1: as it should be.
        sent_sealed(1, BLOCK_RESET, "1a"),
        done(1, BLOCK_RESET),
        sent(1, REVOKE),
        done(1, REVOKE),
        // Row 2: throttled, then a password that does not comply, then another one that is set.
        sent_sealed(2, BLOCK_RESET, "2a"),
        throttled(2, BLOCK_RESET),
        sent(2, BLOCK_RESET),
        refused(2, BLOCK_RESET, 400, WEAK),
        sent_sealed(2, BLOCK_RESET, "2b"),
        done(2, BLOCK_RESET),
        sent(2, REVOKE),
        unknown(2, REVOKE),
        // Row 4: refused as a pair; the block passes alone, and the revoke is tried in vain.
        sent_sealed(4, BLOCK_RESET, "4a"),
        refused(4, BLOCK_RESET, 403, "no right to set passwords"),
        sent(4, BLOCK),
        done(4, BLOCK),
        sent(4, REVOKE),
        throttled(4, REVOKE),
        gave_up(4, REVOKE),
        // Row 5: one password may be set, then another one, then all is refused.
        sent_sealed(5, RESET, "5a"),
        unknown(5, RESET),
        Record::Paused { reason: RunEnd::Interrupted },
        taken_over(),
        sent(4, REVOKE),
        done(4, REVOKE),
        sent_sealed(5, RESET, "5b"),
        // Rows 7 and 8 are under way when the process dies.
        sent_sealed(7, RESET, "7a"),
        sent(8, UNBLOCK),
        taken_over(),
        sent_sealed(5, RESET, "5c"),
        refused(5, RESET, 404, "gone"),
        sent(5, REVOKE),
        refused(5, REVOKE, 404, "gone"),
        sent_sealed(7, RESET, "7b"),
        throttled(7, RESET),
        drifted(7),
        sent(8, UNBLOCK),
        done(8, UNBLOCK),
        drifted(10),
        // Row 11: given up in doubt, and set by the next process.
        sent_sealed(11, RESET, "11a"),
        unknown(11, RESET),
        gave_up(11, RESET),
        sent(2, REVOKE),
        done(2, REVOKE),
        taken_over(),
        sent_sealed(11, RESET, "11b"),
        done(11, RESET),
        // Row 12: in doubt, and a read shows that it is blocked.
        sent(12, BLOCK),
        // Row 13: refused, and tried again.
        sent(13, REVOKE),
        refused(13, REVOKE, 404, "gone"),
        // Row 14: in doubt, read, set again, and refused.
        sent_sealed(14, RESET, "14a"),
        taken_over(),
        Record::Retried { row: RowNumber::new(13) },
        read(12, BLOCK),
        read(14, Steps::NONE),
        sent(12, REVOKE),
        done(12, REVOKE),
        sent(13, REVOKE),
        done(13, REVOKE),
        sent_sealed(14, RESET, "14b"),
        throttled(14, RESET),
        gave_up(14, RESET),
        Record::Paused { reason: RunEnd::Finished },
        Record::Closed {},
    ]
}

fn read(row: u32, proves: Steps) -> Record {
    Record::Read {
        row: RowNumber::new(row),
        account_enabled: Some(false),
        last_password_change: Some(BEGAN + Duration::seconds(54)),
        sessions_valid_from: Some(BEGAN - Duration::days(1)),
        proves,
    }
}

/// The journal's text, one second and a bit a line, chained as its documentation says.
fn journal(records: &[Record]) -> Vec<String> {
    let mut chain = Digest::of(b"sealoff journal");
    let mut lines = Vec::new();
    for (number, record) in (0_i32..).zip(records) {
        let at = (BEGAN + Duration::milliseconds(1_001) * number).format(&Rfc3339).unwrap();
        let record = serde_json::to_string(record).unwrap();
        let body = format!("{{\"at\":\"{at}\",{}", &record[1..record.len() - 1]);
        let mut hasher = Hasher::new();
        hasher.update(chain.bytes());
        hasher.update(body.as_bytes());
        chain = hasher.finish();
        lines.push(format!("{body},\"chain\":\"{chain}\"}}\n"));
    }
    lines
}

#[test]
fn every_prefix_of_a_journal_has_its_results() {
    let scratch = tempfile::tempdir().unwrap();
    let (path, out) = (scratch.path().join("journal.jsonl"), scratch.path().join("results.csv"));
    let rows = plan();
    let accounts = PlannedAccounts::of_plan(rows.iter().cloned().map(Ok::<_, TooMany>)).unwrap();
    let records = every_kind();
    let lines = journal(&records);
    let mut text = String::new();
    let mut before: HashMap<usize, String> = HashMap::new();
    for (length, record) in (1..).zip(&records) {
        fs::write(&path, lines[..length].concat()).unwrap();
        let mut replay = Replay::new(Digest::of(b"plan"), &accounts);
        JournalReader::open(&path).unwrap().for_each(|line| replay.apply(&line.unwrap()).unwrap());
        let plan = rows.iter().cloned().map(Ok::<_, ResultsError>);
        let outcomes = {
            let lookup = replay.has_begun().then(|| JournalLookup::open(&path).unwrap());
            let mut rows = ResultRows::new(plan, &replay, lookup, length == lines.len(), Playbook::Breach);
            results::write(&out, &mut rows, |_, _, _| {}).unwrap()
        };

        let kind = serde_json::to_value(record).unwrap()["record"].as_str().unwrap().to_owned();
        let subject = record.transition().map(|(row, _)| format!(" {row}")).unwrap_or_default();
        writeln!(text, "{kind}{subject}: {}", serde_json::to_string(&outcomes).unwrap()).unwrap();
        for (number, line) in fs::read_to_string(&out).unwrap().trim_start_matches('\u{feff}').lines().enumerate() {
            if before.insert(number, line.to_owned()).as_deref() != Some(line) {
                writeln!(text, "    {line}").unwrap();
            }
        }
    }
    assert_eq!(text, include_str!("every_kind_of_record.txt"));
}
