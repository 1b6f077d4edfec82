//! `by-hand.csv` as people filled it in, taken into the journal: all of a file, or nothing of it.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::reported::{Reported, TakenResults, note};
use super::script_result::{ScriptPassword, ScriptResult};
use super::script_results::{
    CLOCKS_APART, LineFault, MAX_FILE_BYTES, MAX_SAID, ScriptResultsError, check_account, read,
};
use crate::ids::{ObjectId, RowNumber, WorkListId};
use crate::plan::folder::PlanFolder;
use crate::plan::kept_elsewhere::{PasswordPlace, is_written_back, password_is_kept_in};
use crate::plan::manifest::Manifest;
use crate::plan::row::PlanRow;
use crate::text_file::{self, Letters};
use crate::words::harmless;

/// The columns that the list must have.
const COLUMNS: [&str; 5] = ["row", "done", "note", "object_id", "list"];

/// What people write for yes.
const YES: [&str; 4] = ["yes", "y", "done", "x"];
/// What they write for no; most leave the cell empty.
const NO: [&str; 3] = ["", "no", "n"];

/// One line of the list. What else stands in it is for people.
#[derive(Deserialize)]
struct FilledLine {
    row: RowNumber,
    done: String,
    note: String,
    object_id: ObjectId,
    list: WorkListId,
}

/// What a person wrote into the column `done`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DoneCell {
    /// It is still to be done.
    Open,
    /// It is done, at a moment that nothing says.
    ByNow,
    /// It was done then.
    At(OffsetDateTime),
}

impl DoneCell {
    fn of(cell: &str) -> Option<Self> {
        let word = cell.trim().to_lowercase();
        if NO.contains(&word.as_str()) {
            Some(Self::Open)
        } else if YES.contains(&word.as_str()) {
            Some(Self::ByNow)
        } else {
            OffsetDateTime::parse(cell.trim(), &Rfc3339).ok().map(Self::At)
        }
    }
}

/// Takes a list that people filled in into the journal of its plan, whether its run has begun or not. Rows that are still open
/// are passed over; what was taken in before is not taken in twice.
///
/// # Errors
///
/// The first line that is none of this plan's, or that says neither yes nor no; or plan or journal cannot be used. Nothing is
/// taken in then.
pub async fn take_in(plan: &PlanFolder, path: &Path) -> Result<TakenResults, ScriptResultsError> {
    let manifest = plan.manifest();
    let work = manifest.on_premises.as_ref().filter(|work| work.by_hand > 0);
    let list = work.and_then(|work| work.list);
    let list = list.ok_or_else(|| ScriptResultsError::NothingByHand(plan.path().to_owned()))?;
    let failed = |error| ScriptResultsError::File { path: path.to_owned(), error };
    let text = text_file::read(path, MAX_FILE_BYTES, Letters::OrWindows1252).map_err(failed)?;
    let lines: Vec<(u64, FilledLine)> =
        read(&text, path, &COLUMNS, |path, column| ScriptResultsError::NotByHand { path, column })?;
    let fault = |line, why| ScriptResultsError::Line { path: path.to_owned(), line, why };
    let mut by_row: HashMap<RowNumber, (u64, &FilledLine)> = HashMap::new();
    for (number, line) in &lines {
        let (row, name) = (line.row, line.object_id.to_string());
        if line.list != list {
            return Err(fault(*number, LineFault::AnotherList { found: line.list, expected: list }));
        }
        if let Some((first, _)) = by_row.insert(row, (*number, line)) {
            return Err(fault(*number, LineFault::TwiceByHand { row, name, first }));
        }
    }
    let mut reported = Vec::new();
    for row in plan.rows()? {
        let row = row?;
        let Some((number, line)) = by_row.remove(&row.row) else { continue };
        reported.extend(report(&row, line, manifest).map_err(|why| fault(number, why))?);
    }
    if let Some((number, line)) = by_row.into_values().min_by_key(|(number, _)| *number) {
        return Err(fault(number, LineFault::NotListed(line.row)));
    }
    let taken = note(plan, reported.into_iter()).await?;
    Ok(TakenResults { lines: lines.len() as u64, ..taken })
}

/// Checks a line against the row of the plan that it is about; nothing where it is still to be done.
fn report(row: &PlanRow, line: &FilledLine, manifest: &Manifest) -> Result<Option<Reported>, LineFault> {
    let number = row.row;
    let object_id = check_account(row, line.object_id)?;
    let name = || harmless(row.name()).into_owned();
    if !is_left_to_people(row, manifest) {
        return Err(LineFault::NotByHand { row: number, name: name() });
    }
    let done_at = match DoneCell::of(&line.done) {
        Some(DoneCell::Open) => return Ok(None),
        Some(DoneCell::ByNow) => None,
        Some(DoneCell::At(at)) => Some(at),
        None => return Err(LineFault::NeitherDoneNorOpen { row: number, name: name() }),
    };
    if let Some(at) = done_at {
        if at < manifest.created_at - CLOCKS_APART {
            return Err(LineFault::BeforeThePlan { row: number, name: name(), at });
        }
        if at > OffsetDateTime::now_utc() + CLOCKS_APART {
            return Err(LineFault::StillToCome { row: number, name: name(), at });
        }
    }
    let said = harmless(line.note.trim()).chars().take(MAX_SAID).collect();
    let (result, password) = (ScriptResult::Done, ScriptPassword::ByHand);
    Ok(Some(Reported { row: number, object_id, result, password, done_at, said }))
}

/// Does the script leave the row to people? It does what it needs no one's password for.
fn is_left_to_people(row: &PlanRow, manifest: &Manifest) -> bool {
    let playbook = manifest.playbook;
    match password_is_kept_in(playbook, row) {
        Some(PasswordPlace::IdentityProvider) => true,
        Some(PasswordPlace::ActiveDirectory) => {
            let is_written_back = is_written_back(manifest.options.writeback, playbook, row);
            playbook.steps().account_enabled() == Some(true) && row.sealed.is_none() && !is_written_back
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_says_yes_no_or_when_and_nothing_else_is_guessed() {
        for yes in ["yes", " YES ", "y", "x", "Done"] {
            assert_eq!(DoneCell::of(yes), Some(DoneCell::ByNow), "{yes}");
        }
        for no in ["", "  ", "No", "n"] {
            assert_eq!(DoneCell::of(no), Some(DoneCell::Open), "{no}");
        }
        assert!(matches!(DoneCell::of("2026-11-29T14:05:00+01:00"), Some(DoneCell::At(_))));
        for unclear in ["perhaps", "2026-11-29", "29.11.2026 14:05", "0", "yes?"] {
            assert_eq!(DoneCell::of(unclear), None, "{unclear}");
        }
    }
}
