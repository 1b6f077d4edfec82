//! `results.csv`: one row for each row of the roster, in its order, read from plan and journal. It can be made again at
//! any time and says the same.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::candidates;
use super::journal::{JournalError, JournalLookup};
use super::next::SoFar;
use super::outcome::{Outcome, StepOutcome};
use super::packets::Packet;
use super::proof::Proofs;
use super::record::Record;
use super::replay::{Replay, RowHistory};
use super::state::StepState;
use crate::graph::error::GraphError;
use crate::graph::write_outcome::WriteOutcome;
use crate::plan::row::{Decision, PlanRow};
use crate::private_files;
use crate::spreadsheet::guard;
use crate::step::Step;

/// The header of `results.csv`.
pub const HEADER: [&str; 15] = [
    "row",
    "user",
    "object_id",
    "user_principal_name",
    "outcome",
    "password_reset",
    "sessions_revoked",
    "sign_in_blocked",
    "detail",
    "error_code",
    "request_id",
    "attempts",
    "finished_at",
    "handoff",
    "sealed_credential",
];

/// Why the results could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ResultsError {
    /// The file cannot be written.
    #[error("the results {} cannot be written: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The plan cannot be read.
    #[error("{0}")]
    Plan(String),
}

impl From<io::Error> for ResultsError {
    fn from(source: io::Error) -> Self {
        Self::Io { path: PathBuf::new(), source }
    }
}

impl From<csv::Error> for ResultsError {
    fn from(error: csv::Error) -> Self {
        io::Error::from(error).into()
    }
}

/// How many rows have which outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OutcomeCounts {
    #[serde(flatten)]
    outcomes: BTreeMap<Outcome, u64>,
    #[serde(skip)]
    to_retry: u64,
    #[serde(skip)]
    drifted: u64,
    #[serde(skip)]
    drifted_and_left_alone: u64,
    #[serde(skip)]
    packets: Vec<Packet>,
}

impl OutcomeCounts {
    /// How many rows have this outcome.
    #[must_use]
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }

    /// All rows.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.outcomes.values().sum()
    }

    /// The packets that were written beside the results.
    #[must_use]
    pub fn packets(&self) -> &[Packet] {
        &self.packets
    }

    /// The same, with the packets that were written.
    #[must_use]
    pub(super) fn with_packets(self, packets: Vec<Packet>) -> Self {
        Self { packets, ..self }
    }

    /// What decides what should be done next. `verified` is what the last verification found, where there was one since
    /// the last write; `again` is what a command that goes on should be given, too.
    #[must_use]
    pub fn so_far<'a>(&'a self, verified: Option<Proofs>, again: &'a str) -> SoFar<'a> {
        let packet = self.packets.first().map(|packet| packet.file.as_str());
        let Self { outcomes, to_retry, drifted, .. } = self;
        SoFar { outcomes, to_retry: *to_retry, drifted: *drifted, packet, verified, again }
    }

    /// Accounts that the plan means and that are not done.
    #[must_use]
    pub fn not_done(&self) -> u64 {
        let open = [Outcome::Partial, Outcome::Failed, Outcome::Uncertain, Outcome::Pending];
        open.into_iter().map(|outcome| self.of(outcome)).sum::<u64>() + self.drifted_and_left_alone
    }

    /// Accounts that are no longer what the plan says: those that were left alone count among the refused.
    #[must_use]
    pub const fn drifted(&self) -> u64 {
        self.drifted
    }
}

/// Writes the results beside their place and renames them: the old ones stand until the new ones are whole.
///
/// `discarded` says that new passwords were thrown away, so that rows say so instead of carrying a credential.
///
/// # Errors
///
/// Plan or journal cannot be read, or the file cannot be written; the old results are then untouched.
pub fn write<E: std::fmt::Display>(
    path: &Path,
    rows: impl Iterator<Item = Result<PlanRow, E>>,
    replay: &Replay,
    journal: &Path,
    discarded: bool,
) -> Result<OutcomeCounts, ResultsError> {
    let mut lookup = if replay.has_begun() { Some(JournalLookup::open(journal)?) } else { None };
    let written = private_files::replace(path, |file| {
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(HEADER)?;
        let mut tally = OutcomeCounts::default();
        for row in rows {
            let row = row.map_err(|error| ResultsError::Plan(error.to_string()))?;
            let outcome = write_row(&mut csv, &row, replay, lookup.as_mut(), discarded)?;
            *tally.outcomes.entry(outcome).or_default() += 1;
            let state = replay.row(row.row).state;
            tally.to_retry += u64::from(row.decision == Decision::Act && state.may_be_retried());
            if state.has_drifted() {
                tally.drifted += 1;
                tally.drifted_and_left_alone += u64::from(outcome == Outcome::Refused);
            }
        }
        csv.flush()?;
        Ok(tally)
    });
    written.map_err(|error| match error {
        ResultsError::Io { source, .. } => ResultsError::Io { path: path.to_owned(), source },
        other => other,
    })
}

fn write_row(
    csv: &mut csv::Writer<impl io::Write>,
    row: &PlanRow,
    replay: &Replay,
    lookup: Option<&mut JournalLookup>,
    discarded: bool,
) -> Result<Outcome, ResultsError> {
    let history = replay.row(row.row);
    let drifted = history.state.has_drifted();
    let acts = row.decision == Decision::Act;
    let outcome = Outcome::of_row(row.decision, &history.state);
    let (mut sealed, mut tried, mut seen) = (Vec::new(), Vec::new(), None);
    let mut last = Words::default();
    if (acts || drifted)
        && let Some(lookup) = lookup
    {
        for offset in replay.credentials(row.row) {
            let (record, at) = lookup.at(offset)?;
            if let Record::Intended { sealed: Some(credential), .. } = record {
                sealed.push(credential.to_string());
                tried.push(at);
            }
        }
        if let (Some(offset), false) = (replay.last_read(row.row), sealed.is_empty()) {
            let (record, at) = lookup.at(offset)?;
            if let Record::Read { last_password_change: Some(changed), .. } = record {
                seen = Some(candidates::PasswordChange { changed, read: at });
            }
        }
        last = Words::read(&history, outcome, lookup)?;
    }
    let state = history.state;
    // Of an account that was left alone no step is open, done or failed.
    let touched = acts && outcome != Outcome::Refused;
    let planned = row.reason_text();
    let reason = if acts { "" } else { planned.as_str() };
    let mut details: Vec<&str> = [reason, last.detail.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    if acts && !planned.is_empty() {
        details.push(&planned);
    }
    // The column tells of blocks alone: an unblock that is done must not read as "blocked: done".
    let unblock = format!("unblock: {}", StepOutcome::word(state.of(Step::Unblock)));
    if touched && row.steps.contains(Step::Unblock) {
        details.push(&unblock);
    }
    if discarded && state.of(Step::Reset) == StepState::Done {
        details.push("credential discarded");
    }
    let which = if state.of(Step::Reset) == StepState::Done { String::new() } else { candidates::which(&tried, seen) };
    if !which.is_empty() {
        details.push(&which);
    }
    csv.write_record([
        row.row.to_string().as_str(),
        &guard(&row.user),
        &row.object_id.map(|id| id.to_string()).unwrap_or_default(),
        &guard(&row.user_principal_name),
        outcome.name(),
        if touched { StepOutcome::word(state.of(Step::Reset)) } else { "" },
        if touched { StepOutcome::word(state.of(Step::Revoke)) } else { "" },
        if touched { StepOutcome::word(state.of(Step::Block)) } else { "" },
        &guard(&details.join("; ")),
        &guard(&last.error_code),
        &guard(&last.request_id),
        &if acts { history.attempts.to_string() } else { String::new() },
        &if state.is_settled() { moment(last.at) } else { String::new() },
        &guard(&row.handoff),
        &sealed.join(" "),
    ])?;
    Ok(outcome)
}

/// To the second, in UTC.
fn moment(at: Option<OffsetDateTime>) -> String {
    let at = at.and_then(|at| OffsetDateTime::from_unix_timestamp(at.unix_timestamp()).ok());
    at.and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

/// What was said last about an account, mostly by Graph.
#[derive(Default)]
pub(super) struct Words {
    /// When the last answer, or that there will be none, was noted.
    at: Option<OffsetDateTime>,
    pub(super) detail: String,
    pub(super) error_code: String,
    request_id: String,
}

impl Words {
    pub(super) fn read(
        history: &RowHistory,
        outcome: Outcome,
        lookup: &mut JournalLookup,
    ) -> Result<Self, JournalError> {
        let mut words = Self::default();
        if let Some(offset) = history.last_answer() {
            let (record, at) = lookup.at(offset)?;
            words.at = Some(at);
            match record {
                Record::Answered { request_id: Some(id), .. } => words.request_id = id,
                Record::Read { proves, .. } => {
                    words.detail = format!("{proves}: the answer was lost, and the directory shows that it is done");
                }
                _ => {}
            }
        }
        let Some(offset) = history.last_fault().filter(|_| outcome != Outcome::Done) else { return Ok(words) };
        let (record, at) = lookup.at(offset)?;
        if history.last_word() == Some(offset) {
            words.at = Some(at);
        }
        match record {
            Record::Answered { answer: WriteOutcome::Refused { error }, .. } => words.take(&error),
            Record::Answered { answer: WriteOutcome::Unknown { why, .. }, .. } => words.detail = why.to_string(),
            Record::Answered { answer: WriteOutcome::Postponed { why, .. }, .. } => words.detail = why.to_string(),
            Record::Drifted { reason, .. } => {
                words.detail = format!("drifted: {reason}; make a new plan for it");
                "drifted".clone_into(&mut words.error_code);
            }
            Record::GaveUp { steps, reason, .. } => words.detail = format!("gave up on {steps}: {reason}"),
            _ => {}
        }
        Ok(words)
    }

    fn take(&mut self, error: &GraphError) {
        self.detail.clone_from(&error.message);
        if let Some(hint) = error.hint() {
            self.detail = format!("{} ({hint})", self.detail);
        }
        self.error_code = if error.code.is_empty() { error.status.to_string() } else { error.code.clone() };
        if let Some(id) = &error.request_id {
            self.request_id.clone_from(id);
        }
    }
}
