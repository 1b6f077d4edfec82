//! What was done elsewhere, as the script for Active Directory or a person reports it, noted in the journal once.

use std::collections::HashSet;

use time::OffsetDateTime;

use super::journal::{Journal, JournalError};
use super::record::{FORMAT, Record};
use super::script_result::{ScriptPassword, ScriptResult};
use super::states::States;
use crate::ids::{ObjectId, RowNumber};
use crate::plan::folder::PlanFolder;

/// At most this many records stay in memory before they are written.
const AT_ONCE: usize = 10_000;

/// What became of one row.
pub(super) struct Reported {
    pub(super) row: RowNumber,
    pub(super) object_id: ObjectId,
    pub(super) result: ScriptResult,
    pub(super) password: ScriptPassword,
    /// When; nothing where it is only known that it is done by now.
    pub(super) done_at: Option<OffsetDateTime>,
    pub(super) said: String,
}

/// How many lines were taken in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenResults {
    /// Lines of the file.
    pub lines: u64,
    /// Those that had not been taken in before.
    pub new: u64,
}

/// Notes what is new, whether the run of the plan has begun or not.
pub(super) async fn note(
    plan: &PlanFolder,
    reported: impl Iterator<Item = Reported>,
) -> Result<TakenResults, JournalError> {
    let manifest = plan.manifest();
    let mut states = States::new(manifest.fingerprint(), plan);
    let mut known = HashSet::new();
    let mut known_done = HashSet::new();
    let journal = Journal::open(&plan.journal_path(), |line| {
        if let Record::OnPremises { row, done_at, result, password, .. } = &line.record {
            known.insert((*row, *done_at, *result, *password));
            known_done.extend((*result == ScriptResult::Done).then_some((*row, *password)));
        }
        states.apply(line).map(drop)
    })?;
    let mut records = Vec::new();
    if !states.has_begun() {
        records.push(Record::Opened {
            format: FORMAT,
            plan: manifest.fingerprint(),
            tenant: manifest.tenant.id,
            playbook: manifest.playbook,
        });
    }
    let mut taken = TakenResults::default();
    let now = OffsetDateTime::now_utc();
    for Reported { row, object_id, result, password, done_at, said } in reported {
        taken.lines += 1;
        let is_new = match done_at {
            Some(done_at) => known.insert((row, done_at, result, password)),
            None => known_done.insert((row, password)),
        };
        if !is_new {
            continue;
        }
        taken.new += 1;
        records.push(Record::OnPremises { row, object_id, result, password, done_at: done_at.unwrap_or(now), said });
        if records.len() >= AT_ONCE {
            journal.commit(std::mem::take(&mut records)).await?;
        }
    }
    if taken.new > 0 {
        records.push(Record::Closed {});
        journal.close(records).await?;
    }
    Ok(taken)
}
