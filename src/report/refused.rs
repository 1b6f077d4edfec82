//! `refused.csv`: the rows of the list that were not touched, each with the reason and the remedy. It is a roster: corrected,
//! it can be planned as it is.

use std::fs::File;
use std::io::{self, Write};

use crate::digest::{Digest, Hashing};
use crate::plan::folder::{PlanFolder, REFUSED};
use crate::plan::row::{Decision, PlanRow};
use crate::plan::waves::WAVE;
use crate::private_files;
use crate::run::outcome::Outcome;
use crate::run::output::{self, RunOutput};
use crate::run::replay::Replay;
use crate::run::result_row::{ResultDetails, ResultRow, ResultRows};
use crate::run::results::PASS_FROM;
use crate::run::results_error::ResultsError;
use crate::run::run_error::RunError;
use crate::spreadsheet::{BYTE_ORDER_MARK, guard};
use crate::wording::reason::{DRIFTED, remedy, sentence};
use crate::words::utc_second;

const REASON: &str = "reason";
const REMEDY: &str = "remedy";
const HEADER: [&str; 9] = ["user", REASON, REMEDY, "row", "sheet_row", "place", "display_name", "handoff", "priority"];

/// Writes the rows that a plan refuses into its folder, where there are any.
///
/// # Errors
///
/// The plan cannot be read any more, or the file cannot be written.
pub fn of_plan(plan: &PlanFolder) -> Result<(), ResultsError> {
    if plan.manifest().counts.refuse.rows == 0 {
        return Ok(());
    }
    replace(plan, |csv| planned(plan, csv, worded))
}

/// Whether the file in the folder of a plan that was not begun is another one than [`of_plan`] writes: a person corrects it. The
/// words of reasons and remedies do not count where another version made the plan, for it may have worded them otherwise.
///
/// # Errors
///
/// Plan or file cannot be read.
pub fn was_edited(plan: &PlanFolder) -> Result<bool, ResultsError> {
    let path = plan.path().join(REFUSED);
    let words_count = plan.manifest().version == env!("CARGO_PKG_VERSION");
    let is = match File::open(&path).and_then(|file| digest(file, words_count)) {
        Ok(is) => is,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(source) => return Err(ResultsError::Io { path, source }),
    };
    let mut written = Hashing::new(io::sink());
    let words = |row: &PlanRow| if words_count { worded(row) } else { RefusedWords::default() };
    write(&mut written, plan, |csv| planned(plan, csv, words))?;
    Ok(written.finish().1 != is)
}

/// Of the cells, however they are quoted; without `words_count` as if no row had a reason or a remedy.
fn digest(file: File, words_count: bool) -> io::Result<Digest> {
    let mut written = Hashing::new(io::sink());
    written.write_all(BYTE_ORDER_MARK)?;
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
    let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(&mut written);
    for (number, row) in rows.byte_records().enumerate() {
        let is_left_out =
            |place: usize| !words_count && number > 0 && matches!(HEADER.get(place), Some(&(REASON | REMEDY)));
        csv.write_record(row?.iter().enumerate().map(|(place, cell)| if is_left_out(place) { &[][..] } else { cell }))?;
    }
    csv.flush()?;
    drop(csv);
    Ok(written.finish().1)
}

/// Why a row was not touched, and what to do.
#[derive(Default)]
struct RefusedWords {
    reason: String,
    remedy: String,
}

fn planned(
    plan: &PlanFolder,
    csv: &mut csv::Writer<&mut dyn Write>,
    words: impl Fn(&PlanRow) -> RefusedWords,
) -> Result<(), ResultsError> {
    for row in plan.rows()? {
        let row = row?;
        if row.decision == Decision::Refuse {
            add(csv, plan, &row, &words(&row))?;
        }
    }
    Ok(())
}

/// Writes results and packets of a run, and the rows that were not touched, those among them that have drifted. `also` is
/// shown every row on its way.
///
/// # Errors
///
/// Plan or journal cannot be read, or a file cannot be written.
pub fn write_output(
    plan: &PlanFolder,
    replay: &Replay,
    also: impl FnMut(&ResultRow, &ResultDetails),
) -> Result<RunOutput, RunError> {
    let output = output::write_replayed(plan, replay, also)?;
    if output.outcomes.not_touched().count > 0 {
        replace(plan, |csv| {
            let mut rows = ResultRows::of_plan(plan, replay)?;
            while let Some(row) = rows.next() {
                let row = row?;
                if row.outcome == Outcome::Refused {
                    // An account that the plan acts on, and that was left alone.
                    let words = if row.planned.decision == Decision::Act {
                        RefusedWords { reason: rows.details(&row)?.said(), remedy: DRIFTED.to_owned() }
                    } else {
                        worded(&row.planned)
                    };
                    add(csv, plan, &row.planned, &words)?;
                }
            }
            Ok(())
        })?;
    }
    Ok(output)
}

/// The same from plan and journal as they stand in the folder.
///
/// # Errors
///
/// As [`write_output`].
pub fn write_all(plan: &PlanFolder) -> Result<RunOutput, RunError> {
    write_output(plan, &Replay::of_plan(plan)?, |_, _| {})
}

fn replace(
    plan: &PlanFolder,
    rows: impl FnOnce(&mut csv::Writer<&mut dyn Write>) -> Result<(), ResultsError>,
) -> Result<(), ResultsError> {
    let path = plan.path().join(REFUSED);
    private_files::replace(&path, |file| write(file, plan, rows)).map_err(|error| match error {
        ResultsError::Io { source, .. } => ResultsError::Io { path, source },
        other => other,
    })
}

fn write(
    file: &mut dyn Write,
    plan: &PlanFolder,
    rows: impl FnOnce(&mut csv::Writer<&mut dyn Write>) -> Result<(), ResultsError>,
) -> Result<(), ResultsError> {
    file.write_all(BYTE_ORDER_MARK)?;
    let mut csv = csv::Writer::from_writer(file);
    let moments = names_moments(plan).then_some(PASS_FROM);
    csv.write_record(HEADER.into_iter().chain(moments).chain(has_waves(plan).then_some(WAVE)))?;
    rows(&mut csv)?;
    Ok(csv.flush()?)
}

/// Does the list say from when on the pass of each person is good? Then that goes with them into the next plan.
fn names_moments(plan: &PlanFolder) -> bool {
    plan.manifest().pass_moments.is_some()
}

/// Is each person in a wave? Then that goes with them, too.
fn has_waves(plan: &PlanFolder) -> bool {
    plan.manifest().waves.is_some()
}

/// What is said of a row that the plan refuses.
fn worded(row: &PlanRow) -> RefusedWords {
    let sentences: Vec<&str> = row.reasons.iter().map(|reason| sentence(*reason)).collect();
    let mut reason = sentences.join("; ");
    let explanation = row.explanation();
    if !explanation.is_empty() {
        reason = format!("{reason}: {explanation}");
    }
    let remedies: Vec<&str> = row.reasons.iter().map(|reason| remedy(*reason)).collect();
    RefusedWords { reason, remedy: remedies.join(" ") }
}

fn add(
    csv: &mut csv::Writer<&mut dyn Write>,
    plan: &PlanFolder,
    row: &PlanRow,
    RefusedWords { reason, remedy }: &RefusedWords,
) -> Result<(), ResultsError> {
    let priority = row.priority.map(|priority| priority.to_string()).unwrap_or_default();
    let cells = [
        &*guard(&row.user),
        &guard(reason),
        remedy.as_str(),
        &row.row.to_string(),
        &row.sheet_row.map(|row| row.to_string()).unwrap_or_default(),
        &row.place_on_row(),
        &guard(&row.display_name),
        &guard(&row.handoff),
        &priority,
    ];
    let pass_from = names_moments(plan).then(|| row.pass_from.map(utc_second).unwrap_or_default());
    let wave = has_waves(plan).then(|| guard(&row.wave));
    csv.write_record(cells.into_iter().chain(pass_from.as_deref()).chain(wave.as_deref()))
        .map_err(|error| io::Error::from(error).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_another_version_do_not_count_and_all_else_does() {
        let digest_of = |row: &str, words_count| {
            let mut file = tempfile::tempfile().unwrap();
            write!(file, "user,reason,remedy,row\r\n{row}\r\n").unwrap();
            io::Seek::rewind(&mut file).unwrap();
            digest(file, words_count).unwrap()
        };
        let (one, other) = ("ada,\"not found\",look,1", "ada,no such account,search,1");
        assert_eq!(digest_of(one, false), digest_of(other, false));
        assert_ne!(digest_of(one, true), digest_of(other, true));
        assert_eq!(digest_of(one, true), digest_of("ada,not found,look,1", true), "how it is quoted");
        assert_ne!(digest_of(one, false), digest_of("eve,not found,look,1", false));
    }
}
