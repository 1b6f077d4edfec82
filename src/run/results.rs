//! `results.csv`: one row for each row of the roster, in its order, read from plan and journal. It can be made again at
//! any time and says the same.

use std::io::Write as _;
use std::path::Path;

use serde::Serialize;

use super::made_pass::MadePass;
use super::on_premises::ScriptedRow;
use super::outcome::StepOutcome;
use super::outcome_counts::OutcomeCounts;
use super::result_row::{ResultDetails, ResultRow, ResultRows, ScriptReport};
use super::results_error::ResultsError;
use super::row_fault::RowFault;
use super::script_result::{ScriptPassword, ScriptResult};
use super::target_result;
use super::writeback::{WritebackStage, WritebackStanding};
use super::writeback_event::WritebackEvent;
use crate::ids::{ObjectId, RowNumber};
use crate::plan::kept_elsewhere::{PasswordPlace, block_is_undone_by_sync};
use crate::plan::row::{Decision, PlanRow};
use crate::plan::waves::WAVE;
use crate::private_files;
use crate::spreadsheet::{BYTE_ORDER_MARK, Guarded};
use crate::step::Step;
use crate::words::utc_second;

/// The columns before those of the steps.
const LEADING_COLUMNS: [&str; 5] = ["row", "user", "object_id", "user_principal_name", "outcome"];
/// The columns behind those of the steps.
const TRAILING_COLUMNS: [&str; 10] = [
    "on_premises", "detail", "error_code", "request_id", "attempts", "finished_at", "sheet_row", "place", "handoff",
    "sealed_credential",
];

/// The column with the moment from which a pass is good.
pub const PASS_FROM: &str = "pass_from";

/// The columns behind those, where the plan makes passes.
pub(super) const PASS_COLUMNS: [&str; 4] = [PASS_FROM, "pass_until", "pass_once", "sealed_pass"];

/// The column behind those, where the plan marks the risk of people.
pub(super) const RISK_COLUMN: &str = "risk";

/// The cells before those of the steps.
#[derive(Serialize)]
struct LeadingCells<'a> {
    row: RowNumber,
    user: Guarded<'a>,
    object_id: Option<ObjectId>,
    user_principal_name: Guarded<'a>,
    outcome: &'static str,
}

/// The cells behind those of the steps.
#[derive(Serialize)]
struct TrailingCells<'a> {
    on_premises: &'static str,
    detail: Guarded<'a>,
    error_code: Guarded<'a>,
    request_id: Guarded<'a>,
    attempts: Option<u32>,
    finished_at: String,
    sheet_row: Option<u32>,
    place: String,
    handoff: Guarded<'a>,
    sealed_credential: String,
}

/// The cells of a pass. They are last, so that no other column moves.
#[derive(Serialize)]
pub(super) struct PassCells {
    pass_from: String,
    pass_until: String,
    pass_once: &'static str,
    sealed_pass: String,
}

impl PassCells {
    /// Of a pass that is not made yet, only the moment is known that the list names.
    pub(super) fn of(pass: Option<&MadePass>, row: &PlanRow) -> Self {
        let Some(MadePass { times, sealed, .. }) = pass else {
            let to_be = row.pass_from.filter(|_| row.steps.contains(Step::Pass));
            return Self {
                pass_from: to_be.map(utc_second).unwrap_or_default(),
                pass_until: String::new(),
                pass_once: "",
                sealed_pass: String::new(),
            };
        };
        Self {
            pass_from: utc_second(times.from),
            pass_until: utc_second(times.until),
            pass_once: if times.once { "yes" } else { "no" },
            sealed_pass: sealed.to_string(),
        }
    }
}

/// Writes the results beside their place and renames them: the old ones stand until the new ones are whole. `also` is shown
/// every row on its way.
///
/// # Errors
///
/// Plan or journal cannot be read, or the file cannot be written; the old results are then untouched.
pub fn write<E: Into<ResultsError>, I: Iterator<Item = Result<PlanRow, E>>>(
    path: &Path,
    rows: &mut ResultRows<'_, I>,
    mut also: impl FnMut(&ResultRow, &ResultDetails, &ResultRows<'_, I>),
) -> Result<OutcomeCounts, ResultsError> {
    let written = private_files::replace(path, |file| {
        file.write_all(BYTE_ORDER_MARK)?;
        // The header is written by hand: it depends on the steps that there are.
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(file);
        let columns: Vec<(Step, &str)> = Step::columns().collect();
        let headers = columns.iter().map(|(_, header)| *header);
        let of_passes = PASS_COLUMNS.into_iter().filter(|_| rows.have_passes());
        let of_risk = rows.have_risk().then_some(RISK_COLUMN);
        let of_waves = rows.have_waves().then_some(WAVE);
        let trailing = TRAILING_COLUMNS.into_iter().chain(of_passes).chain(of_risk).chain(of_waves);
        csv.write_record(LEADING_COLUMNS.into_iter().chain(headers).chain(trailing))?;
        let mut counts = OutcomeCounts::default();
        while let Some(row) = rows.next() {
            let row = row?;
            let details = rows.details(&row)?;
            counts.add(&row);
            let pass = Vec::from_iter(rows.have_passes().then(|| PassCells::of(details.pass.as_deref(), &row.planned)));
            let risk = Vec::from_iter(rows.have_risk().then(|| row.risk.map_or("", |(_, risk)| risk.word())));
            let wave = Vec::from_iter(rows.have_waves().then(|| Guarded::from(row.planned.wave.as_str())));
            csv.serialize((cells(&row, &details, &columns), pass, risk, wave))?;
            also(&row, &details, rows);
        }
        csv.flush()?;
        counts.explain_risk(rows.risk_fault());
        Ok(counts)
    });
    written.map_err(|error| match error {
        ResultsError::Io { source, .. } => ResultsError::Io { path: path.to_owned(), source },
        other => other,
    })
}

fn cells<'a>(
    row: &'a ResultRow,
    details: &'a ResultDetails,
    columns: &[(Step, &str)],
) -> (LeadingCells<'a>, Vec<&'static str>, TrailingCells<'a>) {
    let (planned, state) = (&row.planned, &row.history.state);
    let step_cells = columns.iter().map(|(step, _)| row.step(*step).map_or("", StepOutcome::word)).collect();
    let code = details.fault.as_ref().map(RowFault::code).unwrap_or_default();
    let leading = LeadingCells {
        row: planned.row,
        user: planned.user.as_str().into(),
        object_id: planned.object_id,
        user_principal_name: planned.user_principal_name.as_str().into(),
        outcome: row.outcome.name(),
    };
    let trailing = TrailingCells {
        on_premises: on_premises_word(row),
        detail: detail(row, details).into(),
        error_code: code.into(),
        request_id: details.last_request_id().into(),
        attempts: (planned.decision == Decision::Act).then_some(row.history.attempts),
        finished_at: details.last_noted.filter(|_| state.is_settled()).map(utc_second).unwrap_or_default(),
        sheet_row: planned.sheet_row,
        place: planned.place_on_row(),
        handoff: planned.handoff.as_str().into(),
        sealed_credential: details.sealed.join(" "),
    };
    (leading, step_cells, trailing)
}

/// All that is to be said of a row, as the column `detail` has it.
pub fn detail(row: &ResultRow, details: &ResultDetails) -> String {
    let acts = row.planned.decision == Decision::Act;
    // What stands in the way of a target is said of that target.
    let is_of_targets = !details.targets.is_empty() && !row.history.state.has_drifted();
    let fault = if is_of_targets { target_result::summary(&details.targets) } else { details.said() };
    let planned = row.planned.reason_text();
    let mut parts = if acts { vec![fault, planned] } else { vec![planned, fault] };
    let steps = row.planned.steps.iter().filter(|step| step.facts().column.is_none());
    parts.extend(steps.filter_map(|step| Some(format!("{step}: {}", StepOutcome::word(row.step(step)?)))));
    if details.is_discarded {
        parts.push(if details.pass.is_some() { "new password discarded" } else { "credential discarded" }.to_owned());
    }
    parts.extend(details.which.map(|which| which.to_string()));
    parts.extend(details.pass.as_ref().map(|pass| pass.times.to_string()));
    parts.extend(on_premises(row, details));
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

/// How far the part of a row is that is done elsewhere; empty where it has none.
fn on_premises_word(row: &ResultRow) -> &'static str {
    let scripted = row.history.on_premises;
    if !row.is_written_back {
        return if row.is_on_premises() { ScriptedRow::word(scripted) } else { "" };
    }
    // What the script disables there is a part of its own.
    let is_disabled =
        !block_is_undone_by_sync(&row.planned) || scripted.is_some_and(|row| row.result == ScriptResult::Done);
    match row.history.written_back.map(|standing| (standing.stage, standing.sessions_ended)) {
        None => "pending",
        Some((WritebackStage::Open, _)) => "failed",
        Some((WritebackStage::Unknown, _)) => "uncertain",
        Some((WritebackStage::Accepted, _)) => "accepted",
        Some((WritebackStage::Confirmed, ended)) if is_disabled && ended => "done",
        Some((WritebackStage::Confirmed, _)) => "partly",
    }
}

/// Which password opens an account whose password is kept elsewhere, and what the script or a person there said.
fn on_premises(row: &ResultRow, details: &ResultDetails) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(ScriptReport { said, password, done_at }) = &details.scripted {
        let by = if *password == ScriptPassword::ByHand { "by hand, reported for" } else { "onprem.ps1 at" };
        let said = if said.is_empty() { String::new() } else { format!(": {said}") };
        parts.push(format!("{by} {}{said}", utc_second(*done_at)));
    }
    if row.is_written_back {
        let standing = row.history.written_back;
        parts.push(written_back(standing, details.written_back.as_ref().map(|(event, _)| event)));
        return parts;
    }
    let Some(place) = row.kept_in else { return parts };
    let is_sealed = row.planned.sealed.is_some();
    let which = match (row.history.on_premises.map(|row| row.password), place) {
        (Some(ScriptPassword::Sealed | ScriptPassword::ByHand), _) => return parts,
        (None | Some(ScriptPassword::Old), PasswordPlace::IdentityProvider) => {
            "the old password is the right one until somebody has changed it at the identity provider of the domain"
        }
        (None, _) if is_sealed => {
            "the old password may open it: no result says yet that onprem.ps1 has set the sealed one"
        }
        (None, _) => "the old password opens it until Active Directory has replaced it",
        (Some(ScriptPassword::Old), _) => "the old password opens the account",
        (Some(ScriptPassword::Unknown), _) if is_sealed => "neither the old nor the sealed password opens the account",
        (Some(ScriptPassword::Unknown), _) => "no one knows the new password: the service desk sets another one",
    };
    parts.push(which.to_owned());
    parts
}

/// How far a password is that is written back, with the last that was heard of it.
fn written_back(standing: Option<WritebackStanding>, last: Option<&WritebackEvent>) -> String {
    let Some(standing) = standing else {
        return "no new password was written back to Active Directory yet; the old one opens the account".to_owned();
    };
    let said = match last {
        Some(WritebackEvent::NotBegun { why }) => Some(format!("password writeback was not begun: {why}")),
        Some(WritebackEvent::Begun { .. }) => Some("password writeback was begun, and its end was not seen".to_owned()),
        Some(WritebackEvent::Lost { why }) => Some(format!("password writeback: {why}")),
        Some(WritebackEvent::Refused { error }) => Some(format!("password writeback was refused: {error}")),
        Some(WritebackEvent::Failed { why }) if why.is_empty() => Some("password writeback failed".to_owned()),
        Some(WritebackEvent::Failed { why }) => Some(format!("password writeback failed: {why}")),
        Some(WritebackEvent::SessionsLeft { why }) => {
            Some(format!("sessions were not ended after the new password: {why}"))
        }
        _ => None,
    };
    let at = standing.replaced.map(utc_second).unwrap_or_default();
    let stage = match standing.stage {
        WritebackStage::Open => Some("the old password opens the account".to_owned()),
        WritebackStage::Unknown if said.is_none() => {
            Some("password writeback was sent, and no answer was noted".to_owned())
        }
        WritebackStage::Unknown => None,
        WritebackStage::Accepted => Some(format!("written back to Active Directory at {at}: accepted, not confirmed")),
        WritebackStage::Confirmed => Some(format!("written back to Active Directory at {at}")),
    };
    said.into_iter().chain(stage).collect::<Vec<_>>().join("; ")
}
