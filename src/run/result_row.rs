//! What became of each row of a plan, as values: `results.csv`, status and report are made of them.

use std::sync::Arc;

use time::OffsetDateTime;

use super::cause::Cause;
use super::journal::{JournalError, JournalLookup};
use super::made_pass::MadePass;
use super::outcome::Outcome;
use super::record::Record;
use super::replay::{Replay, RowHistory};
use super::results_error::ResultsError;
use super::risk_result::RowRisk;
use super::risk_rows::RiskFault;
use super::row_fault::RowFault;
use super::script_result::ScriptPassword;
use super::state::StepState;
use super::target_result::TargetResult;
use super::which_password::{SeenPasswordChange, WhichPassword};
use super::writeback::WritebackStage;
use super::writeback_event::WritebackEvent;
use crate::graph::risk_mark::RiskMark;
use crate::plan::folder::{PlanFolder, Rows};
use crate::plan::kept_elsewhere::{PasswordPlace, block_is_undone_by_sync, is_written_back, password_is_kept_in};
use crate::plan::plan_targets::PlanTargets;
use crate::plan::playbook::Playbook;
use crate::plan::row::{Decision, PlanRow};
use crate::step::{Step, Steps};

/// What became of one row, as far as it is known without a look into the journal.
#[derive(Debug, Clone)]
pub struct ResultRow {
    /// The row of the plan.
    pub planned: PlanRow,
    /// What became of it.
    pub outcome: Outcome,
    /// Where its account stands, and where in the journal more stands about it.
    pub history: RowHistory,
    /// Where its password is replaced, if that is not in the cloud.
    pub kept_in: Option<PasswordPlace>,
    /// Is that done by a person who has it written back?
    pub is_written_back: bool,
    /// What is said of its risk, and what became of that; nothing where the plan marks none of this row.
    pub risk: Option<(RiskMark, RowRisk)>,
}

/// What the journal says of one row. What the last fault is, is known for rows that are not done.
#[derive(Debug, Clone, Default)]
pub struct ResultDetails {
    /// What stands in the way.
    pub fault: Option<RowFault>,
    /// Why it is not done.
    pub cause: Option<Cause>,
    /// The steps whose answer was lost, and that the directory showed to be done.
    pub proven: Steps,
    /// When the last answer, or that there will be none, was noted.
    pub last_noted: Option<OffsetDateTime>,
    /// Graph's name for the last request.
    pub request_id: Option<String>,
    /// Was the new password thrown away once it was set?
    pub is_discarded: bool,
    /// The sealed credentials that may be live.
    pub sealed: Vec<String>,
    /// The pass that was made last, sealed.
    pub pass: Option<Box<MadePass>>,
    /// What the script for Active Directory, or a person, last said of it.
    pub scripted: Option<ScriptReport>,
    /// What was last heard of a password that is written back, and when it was noted.
    pub written_back: Option<(WritebackEvent, OffsetDateTime)>,
    /// What became of each target of the steps, and of those for which there is no way.
    pub targets: Vec<TargetResult>,
    /// Which of them to try first, where that is not certain.
    pub which: Option<WhichPassword>,
}

/// What the script for Active Directory, or a person, said of a row, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptReport {
    /// In its words; a person may have written none.
    pub said: String,
    /// Which password the account has by it.
    pub password: ScriptPassword,
    /// By the clock of the machine that it ran on.
    pub done_at: OffsetDateTime,
}

impl ResultDetails {
    /// Graph's name for the request to cite: that of the refusal, or of the last answer.
    pub fn last_request_id(&self) -> &str {
        let refused = match &self.fault {
            Some(RowFault::Refused(error)) => error.request_id.as_deref(),
            _ => None,
        };
        refused.or(self.request_id.as_deref()).unwrap_or_default()
    }

    /// What was said last of the account, mostly by Graph; empty where nothing was.
    pub fn said(&self) -> String {
        match &self.fault {
            Some(fault) => fault.detail(),
            None if self.proven.is_empty() => String::new(),
            None => format!("{}: the answer was lost, and the directory shows that it is done", self.proven),
        }
    }
}

impl ResultRow {
    /// Was anything done to the account, or will it be? Of an account that was left alone no step is open, done or failed.
    pub fn is_touched(&self) -> bool {
        self.planned.decision == Decision::Act && self.outcome != Outcome::Refused
    }

    /// Is the row on the work list of what is done elsewhere, so that what is done in the cloud is not all of it?
    pub fn is_on_premises(&self) -> bool {
        self.kept_in.is_some() || block_is_undone_by_sync(&self.planned) || self.history.on_premises.is_some()
    }

    /// Where a step stands that the plan asks for; nothing for an account that was left alone.
    pub fn step(&self, step: Step) -> Option<StepState> {
        let state = self.history.state.of(step);
        (self.is_touched() && state != StepState::Unplanned).then_some(state)
    }

    /// Why it is not done; `fault` is what the journal has in its way.
    pub fn cause(&self, fault: Option<&RowFault>) -> Option<Cause> {
        let stage = self.history.written_back.filter(|_| self.is_written_back).map(|standing| standing.stage);
        match (self.outcome, stage) {
            (Outcome::OldPassword, _) if self.is_written_back => Some(Cause::NotWrittenBack),
            (Outcome::Uncertain, Some(WritebackStage::Unknown)) => Some(Cause::NotWrittenBack),
            (Outcome::Uncertain, Some(WritebackStage::Accepted)) => Some(Cause::NotConfirmed),
            (outcome, _) => Cause::of(outcome, fault),
        }
    }

    /// The name that people know the account by.
    pub fn name(&self) -> &str {
        self.planned.name()
    }
}

/// The rows of a plan with what became of each, in the roster's order.
pub struct ResultRows<'a, I> {
    planned: I,
    replay: &'a Replay,
    journal: Option<JournalLookup>,
    /// Are new passwords thrown away?
    discards: bool,
    /// Are passes made?
    makes_passes: bool,
    /// Is each person in a wave?
    has_waves: bool,
    playbook: Playbook,
    /// Does a person have new passwords written back?
    writeback: bool,
    /// What is said of the risk of people, where anything is.
    risk: Option<RiskMark>,
    targets: Arc<PlanTargets>,
}

impl<'a> ResultRows<'a, Rows> {
    /// The rows of a plan folder.
    ///
    /// # Errors
    ///
    /// Plan or journal cannot be read.
    pub fn of_plan(plan: &PlanFolder, replay: &'a Replay) -> Result<Self, ResultsError> {
        let journal = replay.has_begun().then(|| JournalLookup::open(&plan.journal_path())).transpose()?;
        let manifest = plan.manifest();
        let discards = manifest.options.throws_passwords_away();
        let rows = Self::new(plan.rows()?, replay, journal, discards, manifest.playbook);
        let makes_passes = manifest.options.pass.is_some();
        let (writeback, risk, has_waves) =
            (manifest.options.writeback, manifest.options.risk, manifest.waves.is_some());
        Ok(Self { writeback, risk, makes_passes, has_waves, targets: plan.targets(), ..rows })
    }

    /// Where the row that was given last begins in plan.csv, in bytes.
    pub(super) fn offset(&self) -> u64 {
        self.planned.offset()
    }
}

impl<'a, I> ResultRows<'a, I> {
    /// Are passes made, so that the results have columns for them?
    pub(super) const fn have_passes(&self) -> bool {
        self.makes_passes
    }

    /// Is the risk of people marked, so that the results have a column for it?
    pub(super) const fn have_risk(&self) -> bool {
        self.risk.is_some()
    }

    /// Is each person in a wave, so that the results have a column for it?
    pub(super) const fn have_waves(&self) -> bool {
        self.has_waves
    }

    /// What the last call about risk said, where it marked no one.
    pub(super) fn risk_fault(&self) -> Option<&'a RiskFault> {
        self.replay.states.risk().fault()
    }

    /// These rows, and the journal that was replayed, unless it has no lines.
    pub(super) fn new(
        planned: I,
        replay: &'a Replay,
        journal: Option<JournalLookup>,
        discards: bool,
        playbook: Playbook,
    ) -> Self {
        let targets = Arc::default();
        Self {
            planned,
            replay,
            journal,
            discards,
            makes_passes: false,
            has_waves: false,
            playbook,
            targets,
            writeback: false,
            risk: None,
        }
    }

    /// What stands in the way of a row, as far as it is not done.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn fault(&mut self, row: &ResultRow) -> Result<Option<RowFault>, JournalError> {
        Ok(self.fault_and_time(row)?.and_then(|(fault, _)| fault))
    }

    fn fault_and_time(&mut self, row: &ResultRow) -> Result<Option<(Option<RowFault>, OffsetDateTime)>, JournalError> {
        let offset = row.history.last_fault().filter(|_| row.outcome != Outcome::Done);
        let (Some(journal), Some(offset)) = (&mut self.journal, offset) else { return Ok(None) };
        let (record, at) = journal.at(offset)?;
        Ok(Some((RowFault::of(record), at)))
    }

    /// All that the journal says of a row.
    ///
    /// # Errors
    ///
    /// The journal cannot be read.
    pub fn details(&mut self, row: &ResultRow) -> Result<ResultDetails, JournalError> {
        let is_reset = row.history.state.of(Step::Reset) == StepState::Done;
        let mut details = ResultDetails { is_discarded: self.discards && is_reset, ..ResultDetails::default() };
        if row.planned.decision == Decision::Act || row.history.state.has_drifted() {
            self.read_credentials(row, &mut details)?;
            self.read_pass(row, &mut details)?;
            self.read_last_answer(row, &mut details)?;
            self.read_targets(row, &mut details)?;
            if let Some((fault, at)) = self.fault_and_time(row)? {
                if row.history.last_word() == row.history.last_fault() {
                    details.last_noted = Some(at);
                }
                details.fault = fault;
            }
        }
        // It may be live from the moment on at which somebody has the script, whatever is known of it here.
        details.sealed.extend(row.planned.sealed.as_ref().map(ToString::to_string));
        if let (Some(journal), Some(offset)) = (&mut self.journal, self.replay.last_scripted(row.planned.row))
            && let (Record::OnPremises { said, password, done_at, .. }, _) = journal.at(offset)?
        {
            details.scripted = Some(ScriptReport { said, password, done_at });
        }
        details.cause = row.cause(details.fault.as_ref());
        if row.is_written_back {
            self.read_written_back(row, &mut details)?;
        }
        Ok(details)
    }

    fn read_credentials(&mut self, row: &ResultRow, details: &mut ResultDetails) -> Result<(), JournalError> {
        let (Some(journal), number) = (&mut self.journal, row.planned.row) else { return Ok(()) };
        let (mut tried, mut seen) = (Vec::new(), None);
        for offset in self.replay.credentials(number) {
            let (record, at) = journal.at(offset)?;
            if let Record::Intended { sealed: Some(credential), .. } = record {
                details.sealed.push(credential.to_string());
                tried.push(at);
            }
        }
        if row.history.state.of(Step::Reset) == StepState::Done {
            return Ok(());
        }
        if let (Some(offset), false) = (self.replay.last_read(number), tried.is_empty()) {
            let (record, at) = journal.at(offset)?;
            if let Record::Read { last_password_change: Some(changed), .. } = record {
                seen = Some(SeenPasswordChange { changed, read: at });
            }
        }
        details.which = WhichPassword::of(&tried, seen);
        Ok(())
    }

    fn read_pass(&mut self, row: &ResultRow, details: &mut ResultDetails) -> Result<(), JournalError> {
        if let (Some(journal), Some(offset)) = (&mut self.journal, self.replay.pass(row.planned.row))
            && let Record::Answered { pass, .. } = journal.at(offset)?.0
        {
            details.pass = pass;
        }
        Ok(())
    }

    fn read_written_back(&mut self, row: &ResultRow, details: &mut ResultDetails) -> Result<(), JournalError> {
        let (Some(journal), number) = (&mut self.journal, row.planned.row) else { return Ok(()) };
        let mut tried = Vec::new();
        for offset in self.replay.written_back_credentials(number) {
            let (record, at) = journal.at(offset)?;
            if let Record::WrittenBack { event: WritebackEvent::Intended { sealed: Some(credential) }, .. } = record {
                details.sealed.push(credential.to_string());
                tried.push(at);
            }
        }
        if let Some(offset) = self.replay.last_written_back(number)
            && let (Record::WrittenBack { event, .. }, at) = journal.at(offset)?
        {
            details.written_back = Some((event, at));
        }
        let stage = row.history.written_back.map(|standing| standing.stage);
        details.is_discarded |=
            self.discards && matches!(stage, Some(WritebackStage::Accepted | WritebackStage::Confirmed));
        if stage == Some(WritebackStage::Unknown) {
            details.which = WhichPassword::of(&tried, None);
        }
        Ok(())
    }

    fn read_targets(&mut self, row: &ResultRow, details: &mut ResultDetails) -> Result<(), JournalError> {
        let (number, targets) = (row.planned.row, Arc::clone(&self.targets));
        for target in targets.of(number) {
            let offset = self.replay.last_of_target(number, target);
            let last = match (&mut self.journal, offset) {
                (Some(journal), Some(offset)) => Some(journal.at(offset)?.0),
                _ => None,
            };
            details.targets.push(TargetResult::of(target.clone(), last));
        }
        details.targets.extend(targets.staying(number).iter().filter_map(TargetResult::cannot_be_done));
        Ok(())
    }

    fn read_last_answer(&mut self, row: &ResultRow, details: &mut ResultDetails) -> Result<(), JournalError> {
        let (Some(journal), Some(offset)) = (&mut self.journal, row.history.last_answer()) else { return Ok(()) };
        let (record, at) = journal.at(offset)?;
        details.last_noted = Some(at);
        match record {
            Record::Answered { request_id, .. } => details.request_id = request_id,
            Record::Read { proves, .. } => details.proven = proves,
            _ => {}
        }
        Ok(())
    }
}

impl<E: Into<ResultsError>, I: Iterator<Item = Result<PlanRow, E>>> Iterator for ResultRows<'_, I> {
    type Item = Result<ResultRow, ResultsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.planned.next()?;
        Some(row.map_err(Into::into).map(|planned| {
            let history = self.replay.row(planned.row);
            let kept_in = password_is_kept_in(self.playbook, &planned);
            let in_cloud = Outcome::of_row(planned.decision, &history.state);
            let is_written_back = is_written_back(self.writeback, self.playbook, &planned);
            let outcome = if is_written_back {
                in_cloud.with_writeback(history.written_back)
            } else if let Some(place) = kept_in {
                in_cloud.with_place(place, planned.decision, history.on_premises)
            } else {
                in_cloud
            };
            let risk = self.risk.and_then(|mark| Some((mark, RowRisk::of(&planned, &self.replay.states)?)));
            ResultRow { outcome, planned, history, kept_in, is_written_back, risk }
        }))
    }
}
