//! A journal read from its first line on: what the results have to know of each row, and where in the file its credentials
//! are.

use std::collections::HashMap;

use super::fold::{Fold, Projection};
use super::journal::{JournalError, JournalLine};
use super::journal_offset::JournalOffset;
use super::on_premises::ScriptedRow;
use super::record::Record;
use super::risk_rows::RiskStanding;
use super::state::{AccountState, StepState};
use super::states::{Moved, Planned, States};
use super::writeback::WritebackStanding;
use super::writeback_event::WritebackEvent;
use crate::digest::Digest;
use crate::graph::write_outcome::WriteOutcome;
use crate::ids::RowNumber;
use crate::plan::folder::PlanFolder;
use crate::step::Step;
use crate::step::target::WriteTarget;

/// What a journal says about every row of its plan.
pub type Replay = Fold<RowTraces>;

/// Where in the journal what is known about each row stands.
pub struct RowTraces {
    rows: Vec<Trace>,
    older_candidates: HashMap<RowNumber, Vec<JournalOffset>>,
    /// The last time that an account with steps in doubt was read.
    reads: HashMap<RowNumber, JournalOffset>,
    /// The last line about each write that has a target.
    targets: HashMap<(RowNumber, WriteTarget), JournalOffset>,
    /// Where the last pass of each row stands that may be good; empty before the first.
    passes: Vec<Option<JournalOffset>>,
    /// What the script for Active Directory last said of each row; empty before the first.
    scripted: Vec<Option<JournalOffset>>,
    /// Of the rows whose password is written back, where its last word stands, and the sealed ones that may be live.
    written_back: HashMap<RowNumber, WritebackTrace>,
}

/// Where in the journal what is known of a password stands that is written back.
#[derive(Debug, Clone, Default)]
struct WritebackTrace {
    last: Option<JournalOffset>,
    candidates: Vec<JournalOffset>,
}

impl WritebackTrace {
    fn take(&mut self, event: &WritebackEvent, place: JournalOffset) {
        match event {
            WritebackEvent::Intended { .. } => self.candidates.push(place),
            // The last one was certainly not set; those before it may have been.
            WritebackEvent::NotBegun { .. } | WritebackEvent::Refused { .. } | WritebackEvent::Failed { .. } => {
                self.candidates.pop();
            }
            WritebackEvent::Succeeded { .. } => {
                self.candidates.drain(..self.candidates.len().saturating_sub(1));
            }
            WritebackEvent::Begun { .. }
            | WritebackEvent::Lost { .. }
            | WritebackEvent::SessionsEnded {}
            | WritebackEvent::SessionsLeft { .. } => {}
        }
        self.last = Some(place);
    }
}

/// What a journal says about one row.
#[derive(Debug, Clone, Copy, Default)]
pub struct RowHistory {
    /// Where the account stands.
    pub state: AccountState,
    /// How many writes were sent.
    pub attempts: u32,
    /// Did the last verification find something of it changed back?
    pub is_contradicted: bool,
    /// What the script for Active Directory said of it.
    pub on_premises: Option<ScriptedRow>,
    /// How far its new password is, where that is written back.
    pub written_back: Option<WritebackStanding>,
    /// How far its risk is marked.
    pub risk: RiskStanding,
    trace: Trace,
}

/// Where in the journal what is known about one row stands. There is one of them for each row, so it is small.
#[derive(Debug, Clone, Copy, Default)]
struct Trace {
    last_answer: Option<JournalOffset>,
    last_fault: Option<JournalOffset>,
    /// The write that set the last password that is, or may be, live or under way.
    credential: Option<JournalOffset>,
    /// Counted up to 65,535.
    attempts: u16,
    /// Is a write that sets a password under way?
    reset_is_sent: bool,
    /// Did the last fault settle a step? Then no passing fault after it takes its place.
    last_fault_settles: bool,
    /// Can the last password have been set by a write that was not answered?
    may_be_live: bool,
}

impl RowHistory {
    /// Where the last answer stands in the journal, in bytes.
    pub fn last_answer(&self) -> Option<u64> {
        self.trace.last_answer.map(JournalOffset::get)
    }

    /// Where the line stands in the journal, in bytes, that says why something is not done.
    pub fn last_fault(&self) -> Option<u64> {
        self.trace.last_fault.map(JournalOffset::get)
    }

    /// Where the last line stands in the journal, in bytes, that brought the account on: an answer, or that nothing more
    /// is done to it.
    pub fn last_word(&self) -> Option<u64> {
        // What is no answer is a fault.
        self.last_answer().max(self.last_fault())
    }
}

impl RowTraces {
    /// Begins with no line about any of the rows; `rows` is their number.
    pub fn of_rows(rows: usize) -> Self {
        Self {
            rows: vec![Trace::default(); rows],
            older_candidates: HashMap::new(),
            reads: HashMap::new(),
            targets: HashMap::new(),
            passes: Vec::new(),
            scripted: Vec::new(),
            written_back: HashMap::new(),
        }
    }
}

impl RowTraces {
    fn note_pass(&mut self, row: RowNumber, place: Option<JournalOffset>) {
        self.passes.resize(self.rows.len(), None);
        if let Some(slot) = self.passes.get_mut(row.index()) {
            *slot = place;
        }
    }
}

impl Projection for RowTraces {
    fn take(&mut self, line: &JournalLine, moved: Option<Moved>) {
        if let Record::TakenOver { .. } = line.record {
            self.rows.iter_mut().for_each(Trace::doubt_what_is_sent);
        }
        let Some(offset) = JournalOffset::new(line.offset) else { return };
        if let Record::Read { row, .. } = line.record {
            self.reads.insert(row, offset);
        }
        if let Record::Intended { row, target: Some(target), .. }
        | Record::Answered { row, target: Some(target), .. }
        | Record::GaveUp { row, target: Some(target), .. } = &line.record
        {
            self.targets.insert((*row, target.clone()), offset);
        }
        match &line.record {
            // It takes the place of the one before, whether its answer comes or not.
            Record::Intended { row, steps, .. } if steps.contains(Step::Pass) => self.note_pass(*row, None),
            Record::Answered { row, pass: Some(_), .. } => self.note_pass(*row, Some(offset)),
            _ => {}
        }
        if let Record::OnPremises { row, .. } = line.record {
            self.scripted.resize(self.rows.len(), None);
            if let Some(slot) = self.scripted.get_mut(row.index()) {
                *slot = Some(offset);
            }
        }
        if let Record::WrittenBack { row, event, .. } = &line.record {
            self.written_back.entry(*row).or_default().take(event, offset);
        }
        if let Some(moved) = moved
            && let Some(trace) = self.rows.get_mut(moved.row.index())
        {
            trace.take(&line.record, offset, moved, &mut self.older_candidates);
        }
    }
}

impl Replay {
    /// Begins with nothing done to any of the accounts of the plan with this fingerprint.
    pub fn new(plan: Digest, planned: &impl Planned) -> Self {
        let states = States::new(plan, planned);
        let projection = RowTraces::of_rows(states.rows());
        Self { states, projection }
    }

    /// What the journal of a plan says.
    ///
    /// # Errors
    ///
    /// The journal cannot be used.
    pub fn of_plan(plan: &PlanFolder) -> Result<Self, JournalError> {
        Self::read(plan, RowTraces::of_rows(plan.steps().len()))
    }

    /// Has the journal been opened for this plan?
    pub fn has_begun(&self) -> bool {
        self.states.has_begun()
    }

    /// What is known about a row.
    pub fn row(&self, row: RowNumber) -> RowHistory {
        let trace = self.trace(row);
        RowHistory {
            state: self.states.of(row),
            attempts: trace.attempts.into(),
            is_contradicted: self.states.is_contradicted(row),
            on_premises: self.states.on_premises(row),
            written_back: self.states.written_back(row),
            risk: self.states.risk().of(row),
            trace,
        }
    }

    fn trace(&self, row: RowNumber) -> Trace {
        self.projection.rows.get(row.index()).copied().unwrap_or_default()
    }

    /// Where in the journal it stands what the directory said of a row whose steps were in doubt, in bytes.
    pub fn last_read(&self, row: RowNumber) -> Option<u64> {
        self.projection.reads.get(&row).copied().map(JournalOffset::get)
    }

    /// Where in the journal the last line about a write to this target of a row stands, in bytes.
    pub fn last_of_target(&self, row: RowNumber, target: &WriteTarget) -> Option<u64> {
        self.projection.targets.get(&(row, target.clone())).copied().map(JournalOffset::get)
    }

    /// Where in the journal the pass of a row stands that is, or may be, good, in bytes: never more than one.
    pub fn pass(&self, row: RowNumber) -> Option<u64> {
        self.projection.passes.get(row.index()).copied().flatten().map(JournalOffset::get)
    }

    /// Where in the journal it stands what the script for Active Directory last said of a row, in bytes.
    pub fn last_scripted(&self, row: RowNumber) -> Option<u64> {
        self.projection.scripted.get(row.index()).copied().flatten().map(JournalOffset::get)
    }

    /// Where in the journal the last word on a password stands that is written back, in bytes.
    pub fn last_written_back(&self, row: RowNumber) -> Option<u64> {
        self.projection.written_back.get(&row)?.last.map(JournalOffset::get)
    }

    /// Where in the journal the sealed passwords of a row stand that were written back, or may have been, in bytes.
    pub fn written_back_credentials(&self, row: RowNumber) -> Vec<u64> {
        let traced = self.projection.written_back.get(&row);
        traced.into_iter().flat_map(|trace| trace.candidates.iter().copied().map(JournalOffset::get)).collect()
    }

    /// Where in the journal the sealed credentials of a row stand that may be live: one for a reset that is done, each that
    /// may have taken effect for one that is uncertain, none otherwise.
    pub fn credentials(&self, row: RowNumber) -> Vec<u64> {
        use StepState::{Done, GivenUp, Open, Sent, Uncertain, Withdrawn};
        let trace = self.trace(row);
        let reset = self.states.of(row).of(Step::Reset);
        match reset {
            Done => trace.credential.into_iter().map(JournalOffset::get).collect(),
            Sent { .. }
            | Open { in_doubt: true }
            | Uncertain
            | GivenUp { in_doubt: true }
            | Withdrawn { in_doubt: true } => {
                let under_way = matches!(reset, Sent { .. });
                let older = self.projection.older_candidates.get(&row).into_iter().flatten().copied();
                let last = trace.credential.filter(|_| trace.may_be_live || under_way);
                older.chain(last).map(JournalOffset::get).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Trace {
    fn take(
        &mut self,
        record: &Record,
        place: JournalOffset,
        moved: Moved,
        older: &mut HashMap<RowNumber, Vec<JournalOffset>>,
    ) {
        let Moved { row, before, after } = moved;
        match record {
            Record::Intended { sealed, steps, .. } => {
                self.attempts = self.attempts.saturating_add(1);
                self.reset_is_sent = steps.contains(Step::Reset);
                if sealed.is_some() {
                    let was_live = std::mem::replace(&mut self.may_be_live, false);
                    if let Some(before) = self.credential.replace(place).filter(|_| was_live) {
                        older.entry(row).or_default().push(before);
                    }
                }
            }
            Record::Answered { steps, answer, .. } => {
                self.last_answer = Some(place);
                self.reset_is_sent = false;
                let settles = after.misses() > before.misses();
                if settles || (*answer != WriteOutcome::Accepted && !self.last_fault_settles) {
                    (self.last_fault, self.last_fault_settles) = (Some(place), settles);
                }
                if steps.contains(Step::Reset) && self.credential.is_some() {
                    match answer {
                        // The password that was accepted last is the live one, even if others were sent before.
                        WriteOutcome::Accepted => {
                            older.remove(&row);
                        }
                        WriteOutcome::Unknown { .. } => self.may_be_live = true,
                        WriteOutcome::Refused { .. } => self.forget_what_is_not_live(),
                        WriteOutcome::Postponed { .. } => {}
                    }
                }
            }
            Record::Drifted { .. } => {
                (self.last_fault, self.last_fault_settles) = (Some(place), true);
                self.forget_what_is_not_live();
            }
            Record::GaveUp { steps, .. } => {
                (self.last_fault, self.last_fault_settles) = (Some(place), true);
                if steps.contains(Step::Reset) {
                    self.forget_what_is_not_live();
                }
            }
            // Only a read that settles something moves an account.
            Record::Read { .. } => self.last_answer = Some(place),
            Record::Retried { .. } => (self.last_fault, self.last_fault_settles) = (None, false),
            Record::Opened { .. }
            | Record::TakenOver { .. }
            | Record::Engaged { .. }
            | Record::Verified { .. }
            | Record::OnPremises { .. }
            | Record::WritebackEngaged { .. }
            | Record::WrittenBack { .. }
            | Record::RiskIntended { .. }
            | Record::RiskAnswered { .. }
            | Record::RiskVerified { .. }
            | Record::VerificationEnded { .. }
            | Record::Paused { .. }
            | Record::Closed {} => {}
        }
    }

    /// A new process took over: what was under way may have taken effect.
    fn doubt_what_is_sent(&mut self) {
        let is_sent = std::mem::replace(&mut self.reset_is_sent, false);
        self.may_be_live |= is_sent && self.credential.is_some();
    }

    fn forget_what_is_not_live(&mut self) {
        self.credential = self.credential.filter(|_| self.may_be_live);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::write_outcome::Postponed;
    use crate::ids::ObjectId;
    use crate::plan::drift_cause::DriftCause;
    use crate::plan::playbook::Playbook;
    use crate::plan::row::tests::plain;
    use crate::run::accounts::{PlannedAccounts, TooMany};
    use crate::run::outcome::Outcome;
    use crate::run::record::FORMAT;
    use crate::step::Steps;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use time::OffsetDateTime;

    const ROW: RowNumber = RowNumber::FIRST;
    const RESET: Steps = Steps::of(&[Step::Reset]);
    const REVOKE: Steps = Steps::of(&[Step::Revoke]);

    fn account() -> ObjectId {
        "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap()
    }

    /// A journal of one account that is reset and revoked; each line stands at ten times its number.
    fn replayed(records: Vec<Record>) -> Replay {
        let row = plain(ROW.get(), account(), Playbook::Breach.steps());
        let accounts = PlannedAccounts::of_plan([Ok::<_, TooMany>(row)].into_iter()).unwrap();
        let plan = Digest::of(b"plan");
        let mut replay = Replay::new(plan, &accounts);
        let opened = Record::Opened {
            format: FORMAT,
            plan,
            tenant: "11111111-2222-4333-8444-555555555555".parse().unwrap(),
            playbook: Playbook::Breach,
        };
        for (number, record) in (1..).zip([opened].into_iter().chain(records)) {
            replay.apply(&JournalLine { record, at: OffsetDateTime::UNIX_EPOCH, offset: 10 * number, number }).unwrap();
        }
        replay
    }

    fn sent(steps: Steps) -> Record {
        let sealed = format!("age:{}", STANDARD.encode("age-encryption.org/v1\n")).parse().ok();
        let sealed = sealed.filter(|_| steps.contains(Step::Reset));
        assert_eq!(sealed.is_some(), steps.contains(Step::Reset));
        Record::Intended { row: ROW, object_id: account(), steps, target: None, app: None, sealed }
    }

    fn answered(steps: Steps, answer: WriteOutcome) -> Record {
        Record::Answered { row: ROW, steps, target: None, answer, date: None, request_id: None, pass: None }
    }

    fn drifted() -> Record {
        Record::Drifted { row: ROW, reason: DriftCause::Gone }
    }

    fn taken_over() -> Record {
        Record::TakenOver { version: String::new(), format: FORMAT }
    }

    #[test]
    fn the_trace_of_a_row_is_small() {
        assert_eq!(size_of::<Trace>(), 24);
    }

    #[test]
    fn a_password_that_is_set_is_followed_by_its_revoke_whatever_the_account_has_become() {
        let mut replay = replayed(vec![sent(RESET), answered(RESET, WriteOutcome::Accepted), taken_over()]);
        assert!(!replay.states.withdraw(ROW));
        assert_eq!((replay.credentials(ROW), replay.row(ROW).state.due()), (vec![20], REVOKE));
    }

    #[test]
    fn a_password_that_may_be_set_is_kept_and_one_that_is_not_is_dropped() {
        let in_doubt = replayed(vec![sent(RESET), taken_over(), drifted()]);
        assert_eq!(in_doubt.credentials(ROW), [20]);
        assert_eq!(Outcome::of(&in_doubt.row(ROW).state), Outcome::Uncertain);

        let not_set = replayed(vec![
            sent(RESET),
            answered(RESET, WriteOutcome::Postponed { why: Postponed::Throttled, retry_after: None }),
            taken_over(),
            drifted(),
        ]);
        assert!(not_set.credentials(ROW).is_empty());
        assert_eq!(Outcome::of(&not_set.row(ROW).state), Outcome::Refused);

        let untouched = replayed(vec![drifted()]);
        assert_eq!(Outcome::of(&untouched.row(ROW).state), Outcome::Refused);
        let done = [
            sent(RESET),
            answered(RESET, WriteOutcome::Accepted),
            sent(REVOKE),
            answered(REVOKE, WriteOutcome::Accepted),
        ];
        assert_eq!(Outcome::of(&replayed(done.to_vec()).row(ROW).state), Outcome::Done);
    }
}
