//! What the script for Active Directory wrote, taken into the journal: all of a file, or nothing of it.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::{Duration, OffsetDateTime};

use super::journal::JournalError;
use super::reported::{Reported, TakenResults, note};
use super::script_result::{ScriptPassword, ScriptResult};
use crate::ids::{ObjectId, RowNumber, WorkListId};
use crate::plan::folder::{BY_HAND, FolderError, PlanFolder};
use crate::plan::kept_elsewhere::is_wanted;
use crate::plan::row::PlanRow;
use crate::text_file::{self, Letters};
use crate::words::harmless;

/// A line of the file has some three hundred bytes; a million of them fit.
pub(super) const MAX_FILE_BYTES: u64 = 1 << 30;

/// The clocks of two machines are no further apart, where somebody looks after them.
pub(super) const CLOCKS_APART: Duration = Duration::hours(1);

/// A sentence of the script is no longer; errors of Active Directory can be.
pub(super) const MAX_SAID: usize = 500;

/// The columns that a file of results must have.
const COLUMNS: [&str; 8] = ["list", "run", "row", "object_id", "result", "password", "outcome", "at"];

/// Why a file of results, or a list that people filled in, is not taken in. Nothing of it is then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptResultsError {
    /// The plan has nothing for Active Directory to do, or its list has no name.
    #[error("the plan in {} has no work list that a file of results could be of", .0.display())]
    NoList(PathBuf),
    /// It cannot be read.
    #[error("the results {} cannot be read: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// It is no file of results.
    #[error("{} is not what onprem.ps1 writes: it has no column {column:?}", path.display())]
    NotResults {
        /// The file.
        path: PathBuf,
        /// What it lacks.
        column: &'static str,
    },
    /// It is no list of what is done by hand.
    #[error("{} is not the list {BY_HAND} of a plan: it has no column {column:?}", path.display())]
    NotByHand {
        /// The file.
        path: PathBuf,
        /// What it lacks.
        column: &'static str,
    },
    /// The plan leaves nothing to people.
    #[error("the plan in {} leaves nothing to be done by hand", .0.display())]
    NothingByHand(PathBuf),
    /// A line that cannot be taken in.
    #[error("{}, line {line}: {why}; nothing of the file was taken in", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, the header included.
        line: u64,
        /// What is wrong with it.
        why: LineFault,
    },
    /// The plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
    /// The journal is in use, broken, or cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// What is wrong with a line of a file of results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum LineFault {
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    #[error("it is a result of another plan (its list is {found}, and the one of this plan is {expected})")]
    AnotherList { found: WorkListId, expected: WorkListId },
    #[error("the plan has no row {0} on its work list")]
    NotListed(RowNumber),
    #[error("row {row} is {expected}, and the line is about {found}: the file was edited")]
    AnotherAccount { row: RowNumber, expected: String, found: ObjectId },
    #[error(
        "row {row} ({name}) stands in it twice for one run of the script, in line {first}, too: the file was edited"
    )]
    Twice { row: RowNumber, name: String, first: u64 },
    #[error(
        "row {row} ({name}) is said to have the sealed password, and the plan sealed none for it: the file was edited"
    )]
    NoneSealed { row: RowNumber, name: String },
    #[error("row {row} ({name}) was done at {at}, before the plan was made: the file was edited, or a clock is wrong")]
    BeforeThePlan { row: RowNumber, name: String, at: OffsetDateTime },
    #[error("row {row} ({name}) was done at {at}, which is still to come: the file was edited, or a clock is wrong")]
    StillToCome { row: RowNumber, name: String, at: OffsetDateTime },
    #[error("row {row} ({name}) stands in it twice, in line {first}, too")]
    TwiceByHand { row: RowNumber, name: String, first: u64 },
    #[error("row {row} ({name}) is not left to people: the script does it")]
    NotByHand { row: RowNumber, name: String },
    /// What stands there is not shown: people write passwords into such cells.
    #[error("row {row} ({name}) has something in the column done that says neither whether it is done nor when")]
    NeitherDoneNorOpen { row: RowNumber, name: String },
}

/// One line of the file. What else stands in it is for people.
#[derive(Deserialize)]
struct ResultLine {
    list: WorkListId,
    run: String,
    row: RowNumber,
    object_id: ObjectId,
    result: ScriptResult,
    password: ScriptPassword,
    outcome: String,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// Takes a file of results into the journal of a plan, whether its run has begun or not. What was taken in before is not
/// taken in twice.
///
/// # Errors
///
/// The first line that is none of this plan's; or plan or journal cannot be used. Nothing is taken in then.
pub async fn take_in(plan: &PlanFolder, path: &Path) -> Result<TakenResults, ScriptResultsError> {
    let manifest = plan.manifest();
    let list = manifest.on_premises.as_ref().and_then(|work| work.list);
    let list = list.ok_or_else(|| ScriptResultsError::NoList(plan.path().to_owned()))?;
    let failed = |error| ScriptResultsError::File { path: path.to_owned(), error };
    let text = text_file::read(path, MAX_FILE_BYTES, Letters::OrWindows1252).map_err(failed)?;
    let lines = read(&text, path, &COLUMNS, |path, column| ScriptResultsError::NotResults { path, column })?;
    let fault = |line, why| ScriptResultsError::Line { path: path.to_owned(), line, why };
    check_alone(&lines, list, manifest.created_at).map_err(|(line, why)| fault(line, why))?;
    check_against(plan, &lines)?.map_err(|(line, why)| fault(line, why))?;

    let reported = lines.into_iter().map(|(_, line)| {
        let ResultLine { row, object_id, result, password, outcome, at, .. } = line;
        let said = harmless(outcome.trim()).chars().take(MAX_SAID).collect();
        Reported { row, object_id, result, password, done_at: Some(at), said }
    });
    Ok(note(plan, reported).await?)
}

/// The lines with their numbers. Those of one row that were written later stand later.
pub(super) fn read<L: DeserializeOwned>(
    text: &str,
    path: &Path,
    columns: &[&'static str],
    lacks: fn(PathBuf, &'static str) -> ScriptResultsError,
) -> Result<Vec<(u64, L)>, ScriptResultsError> {
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    // Excel saves a CSV file with the sign that its country has.
    let delimiter = if header.contains(';') && !header.contains(',') { b';' } else { b',' };
    let mut csv = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let unreadable = |line, error: &csv::Error| ScriptResultsError::Line {
        path: path.to_owned(),
        line,
        why: LineFault::Unreadable(plain(error)),
    };
    let headers = csv.headers().map_err(|error| unreadable(1, &error))?.clone();
    if let Some(column) = columns.iter().find(|column| !headers.iter().any(|header| header == **column)) {
        return Err(lacks(path.to_owned(), column));
    }
    let mut record = csv::StringRecord::new();
    let mut lines = Vec::new();
    loop {
        let line = csv.position().line();
        match csv.read_record(&mut record) {
            Ok(false) => return Ok(lines),
            Ok(true) => {
                let line = record.position().map_or(line, csv::Position::line);
                lines.push((line, record.deserialize(Some(&headers)).map_err(|error| unreadable(line, &error))?));
            }
            Err(error) => return Err(unreadable(line, &error)),
        }
    }
}

/// What a cell has that it must not have, without the place, which is named already.
fn plain(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.kind().to_string(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} cells, and the header has {expected_len}")
        }
        _ => error.to_string(),
    }
}

/// Checks what the file shows of itself.
fn check_alone(
    lines: &[(u64, ResultLine)],
    expected: WorkListId,
    planned: OffsetDateTime,
) -> Result<(), (u64, LineFault)> {
    let now = OffsetDateTime::now_utc();
    let mut seen: HashMap<(&str, RowNumber), u64> = HashMap::new();
    for (number, line) in lines {
        let (row, name, at) = (line.row, line.object_id.to_string(), line.at);
        if line.list != expected {
            return Err((*number, LineFault::AnotherList { found: line.list, expected }));
        }
        if let Some(first) = seen.insert((&line.run, row), *number) {
            return Err((*number, LineFault::Twice { row, name, first }));
        }
        if at < planned - CLOCKS_APART {
            return Err((*number, LineFault::BeforeThePlan { row, name, at }));
        }
        if at > now + CLOCKS_APART {
            return Err((*number, LineFault::StillToCome { row, name, at }));
        }
    }
    Ok(())
}

/// Checks every line against the row of the plan that it is about.
fn check_against(plan: &PlanFolder, lines: &[(u64, ResultLine)]) -> Result<Result<(), (u64, LineFault)>, FolderError> {
    let mut by_row: HashMap<RowNumber, Vec<&(u64, ResultLine)>> = HashMap::new();
    for line in lines {
        by_row.entry(line.1.row).or_default().push(line);
    }
    for row in plan.rows()? {
        let row = row?;
        for (number, line) in by_row.remove(&row.row).unwrap_or_default() {
            if let Err(fault) = check_row(&row, line) {
                return Ok(Err((*number, fault)));
            }
        }
    }
    let first = by_row.into_values().flatten().min_by_key(|(number, _)| *number);
    Ok(first.map_or(Ok(()), |(number, line)| Err((*number, LineFault::NotListed(line.row)))))
}

/// The account of a row. A line must be about it, and it must be on the work list.
pub(super) fn check_account(row: &PlanRow, found: ObjectId) -> Result<ObjectId, LineFault> {
    let number = row.row;
    let Some(object_id) = row.object_id.filter(|_| is_wanted(row)) else { return Err(LineFault::NotListed(number)) };
    if object_id == found {
        return Ok(object_id);
    }
    let expected = format!("{} ({object_id})", harmless(row.name()));
    Err(LineFault::AnotherAccount { row: number, expected, found })
}

fn check_row(row: &PlanRow, line: &ResultLine) -> Result<(), LineFault> {
    let number = row.row;
    check_account(row, line.object_id)?;
    let name = || harmless(row.name()).into_owned();
    if line.password == ScriptPassword::Sealed && row.sealed.is_none() {
        return Err(LineFault::NoneSealed { row: number, name: name() });
    }
    Ok(())
}
