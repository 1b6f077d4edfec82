//! A journal read from its first line on: where each account of a run stands, and where in the file its credentials are.

use std::collections::HashMap;

use time::OffsetDateTime;

use super::accounts::Accounts;
use super::journal::Line;
use super::record::{Answered, FORMAT, Record};
use super::state::{self, AccountState, Happening};
use crate::digest::Digest;
use crate::graph::quota::Allowance;
use crate::ids::RowNumber;
use crate::plan::step::Step;

/// What a journal says about every row of its plan.
pub struct Replay {
    plan: Digest,
    opened: bool,
    rows: Vec<RowHistory>,
    older_candidates: HashMap<RowNumber, Vec<u64>>,
    /// The write quota as the last process left it: how much of it was spent, and when that was so.
    spent: (f64, Option<OffsetDateTime>),
}

/// What a journal says about one row.
#[derive(Debug, Clone, Copy, Default)]
pub struct RowHistory {
    /// Where the account stands.
    pub state: AccountState,
    /// How many writes were sent.
    pub attempts: u32,
    /// When the last answer was noted, in seconds since 1970.
    last_answer_at: Option<i64>,
    /// Where the last answer stands in the journal.
    last_answer: Option<u64>,
    /// Where the answer stands that tells why something is not done.
    last_fault: Option<u64>,
    /// Did that answer settle a step? Then no passing fault after it takes its place.
    last_fault_settles: bool,
    credential: Option<Candidate>,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    offset: u64,
    may_be_live: bool,
}

impl RowHistory {
    /// When the last answer was noted.
    #[must_use]
    pub fn last_answer_at(&self) -> Option<OffsetDateTime> {
        self.last_answer_at.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok())
    }

    /// Where the last answer stands in the journal, in bytes.
    #[must_use]
    pub fn last_answer(&self) -> Option<u64> {
        self.last_answer
    }

    /// Where the answer stands in the journal, in bytes, that tells why something is not done.
    #[must_use]
    pub fn last_fault(&self) -> Option<u64> {
        self.last_fault
    }
}

impl Replay {
    /// Begins with nothing done to any of the accounts of the plan with this fingerprint.
    #[must_use]
    pub fn new(plan: Digest, accounts: &Accounts) -> Self {
        let mut rows = vec![RowHistory::default(); accounts.rows() as usize];
        for turn in accounts.turns() {
            let account = accounts.get(turn);
            if let Some(history) = rows.get_mut(account.row.index()) {
                history.state = AccountState::planned(account.steps);
            }
        }
        Self { plan, opened: false, rows, older_candidates: HashMap::new(), spent: (0.0, None) }
    }

    /// Has the journal been opened for this plan?
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.opened
    }

    /// Has any write ever been sent?
    #[must_use]
    pub fn has_written(&self) -> bool {
        self.rows.iter().any(|history| history.attempts > 0)
    }

    /// What is known about a row.
    #[must_use]
    pub fn row(&self, row: RowNumber) -> RowHistory {
        self.rows.get(row.index()).copied().unwrap_or_default()
    }

    /// Takes in the next line.
    ///
    /// # Errors
    ///
    /// Says why a line cannot stand where it stands.
    pub fn apply(&mut self, line: &Line) -> Result<(), String> {
        if let Record::Opened { format, plan, .. } = &line.record {
            if *format > FORMAT {
                return Err(format!(
                    "it has format {format}, and this version of sealoff reads up to {FORMAT}; use a newer one"
                ));
            }
            if *plan != self.plan {
                return Err("it is the journal of another plan".to_owned());
            }
            if self.opened {
                return Err("the run is opened a second time".to_owned());
            }
            self.opened = true;
            return Ok(());
        }
        if !self.opened {
            return Err("the journal does not begin with the opening of a run".to_owned());
        }
        if let Record::TakenOver { .. } = line.record {
            self.take_over();
            return Ok(());
        }
        let Some((row, happening)) = line.record.happening() else { return Ok(()) };
        let history = self.rows.get_mut(row.index()).ok_or_else(|| format!("the plan has no row {row}"))?;
        let before = history.state;
        history.state = state::next(before, happening).map_err(|illegal| illegal.to_string())?;
        let settles = history.state.misses() > before.misses();
        match &line.record {
            Record::Intended { sealed, .. } => {
                self.spent = (refilled(self.spent, line.at, 1.0) + 1.0, Some(line.at));
                history.attempts += 1;
                if sealed.is_some() {
                    let fresh = Candidate { offset: line.offset, may_be_live: false };
                    if let Some(before) = history.credential.replace(fresh).filter(|before| before.may_be_live) {
                        self.older_candidates.entry(row).or_default().push(before.offset);
                    }
                }
            }
            Record::Answered { steps, answer, .. } => {
                history.last_answer_at = Some(line.at.unix_timestamp());
                history.last_answer = Some(line.offset);
                if settles || (*answer != Answered::Accepted && !history.last_fault_settles) {
                    (history.last_fault, history.last_fault_settles) = (Some(line.offset), settles);
                }
                if steps.contains(Step::Reset) {
                    match (answer, &mut history.credential) {
                        // The password that was accepted last is the live one, whatever went before.
                        (Answered::Accepted, Some(_)) => {
                            self.older_candidates.remove(&row);
                        }
                        (Answered::Unknown { .. }, Some(candidate)) => candidate.may_be_live = true,
                        (Answered::Refused { .. }, Some(candidate)) if !candidate.may_be_live => {
                            history.credential = None
                        }
                        _ => {}
                    }
                }
            }
            Record::Drifted { .. } => {
                history.last_answer_at = Some(line.at.unix_timestamp());
                (history.last_fault, history.last_fault_settles) = (Some(line.offset), true);
                history.credential = history.credential.filter(|candidate| candidate.may_be_live);
            }
            Record::GaveUp { steps, .. } => {
                history.last_answer_at = Some(line.at.unix_timestamp());
                (history.last_fault, history.last_fault_settles) = (Some(line.offset), true);
                if steps.contains(Step::Reset) {
                    history.credential = history.credential.filter(|candidate| candidate.may_be_live);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// How many writes of the documented quota are still spent at this moment; tenant time runs `speed` times as fast as
    /// the journal's clock.
    #[must_use]
    pub fn writes_spent(&self, now: OffsetDateTime, speed: f64) -> u32 {
        refilled(self.spent, now, speed).ceil() as u32
    }

    /// A new process took over: what the one before had under way is in doubt.
    pub fn take_over(&mut self) {
        for history in &mut self.rows {
            if let Some(candidate) = &mut history.credential
                && matches!(history.state.reset, state::StepState::Sent { .. })
            {
                candidate.may_be_live = true;
            }
            // Every state can be taken over.
            history.state = state::next(history.state, Happening::TakenOver).unwrap_or(history.state);
        }
    }

    /// Nothing more is done to the account of this row; says whether anything was left to do.
    pub fn withdraw(&mut self, row: RowNumber) -> bool {
        let Some(history) = self.rows.get_mut(row.index()) else { return false };
        state::next(history.state, Happening::Drifted).map(|after| history.state = after).is_ok()
    }

    /// Where in the journal the sealed credentials of a row stand that may be live: one for a reset that is done, each that
    /// may have taken effect for one that is uncertain, none otherwise.
    #[must_use]
    pub fn credentials(&self, row: RowNumber) -> Vec<u64> {
        use state::StepState::{Done, GivenUp, Open, Sent, Uncertain, Withdrawn};
        let history = self.row(row);
        let current = history.credential.map(|candidate| candidate.offset);
        match history.state.reset {
            Done => current.into_iter().collect(),
            Sent { .. }
            | Open { in_doubt: true }
            | Uncertain
            | GivenUp { in_doubt: true }
            | Withdrawn { in_doubt: true } => {
                let under_way = matches!(history.state.reset, Sent { .. });
                let older = self.older_candidates.get(&row).into_iter().flatten().copied();
                let last = history.credential.filter(|candidate| candidate.may_be_live || under_way);
                older.chain(last.map(|candidate| candidate.offset)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// What is left of an amount that was spent from the write quota, after the bucket has been refilled for a while.
fn refilled((spent, at): (f64, Option<OffsetDateTime>), now: OffsetDateTime, speed: f64) -> f64 {
    let seconds = at.map_or(0.0, |at| (now - at).as_seconds_f64().max(0.0));
    (spent - seconds * speed * Allowance::WRITES.per_second).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::ObjectId;
    use crate::plan::playbook::Playbook;
    use crate::plan::row::{Decision, PlanRow};
    use crate::plan::step::Steps;
    use crate::run::accounts::TooMany;
    use crate::run::outcome::Outcome;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    const ROW: RowNumber = RowNumber::FIRST;
    const RESET: Steps = Steps::of(&[Step::Reset]);
    const REVOKE: Steps = Steps::of(&[Step::Revoke]);

    fn account() -> ObjectId {
        "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap()
    }

    /// A journal of one account that is reset and revoked; each line stands at ten times its number.
    fn replayed(records: Vec<Record>) -> Replay {
        let row = PlanRow {
            row: ROW,
            user: "ada@contoso.com".to_owned(),
            object_id: Some(account()),
            user_principal_name: "ada@contoso.com".to_owned(),
            display_name: String::new(),
            decision: Decision::Act,
            reason: String::new(),
            steps: Playbook::Breach.steps(),
            account_enabled: Some(true),
            last_password_change: None,
            sessions_valid_from: None,
            handoff: String::new(),
            priority: None,
        };
        let accounts = Accounts::of_plan([Ok::<_, TooMany>(row)].into_iter()).unwrap();
        let plan = Digest::of(b"plan");
        let mut replay = Replay::new(plan, &accounts);
        let opened = Record::Opened {
            format: FORMAT,
            plan,
            tenant: "11111111-2222-4333-8444-555555555555".parse().unwrap(),
            playbook: Playbook::Breach,
        };
        for (number, record) in (1..).zip([opened].into_iter().chain(records)) {
            replay.apply(&Line { record, at: OffsetDateTime::UNIX_EPOCH, offset: 10 * number, number }).unwrap();
        }
        replay
    }

    fn sent(steps: Steps) -> Record {
        let sealed = format!("age:{}", STANDARD.encode("age-encryption.org/v1\n")).parse().ok();
        let sealed = sealed.filter(|_| steps.contains(Step::Reset));
        assert_eq!(sealed.is_some(), steps.contains(Step::Reset));
        Record::Intended { row: ROW, object_id: account(), steps, sealed }
    }

    fn answered(steps: Steps, answer: Answered) -> Record {
        Record::Answered { row: ROW, steps, answer, date: None, request_id: None }
    }

    fn drifted() -> Record {
        Record::Drifted { row: ROW, reason: "renamed".to_owned() }
    }

    fn taken_over() -> Record {
        Record::TakenOver { version: String::new() }
    }

    #[test]
    fn a_password_that_is_set_is_followed_by_its_revoke_whatever_the_account_has_become() {
        let mut replay = replayed(vec![sent(RESET), answered(RESET, Answered::Accepted), taken_over()]);
        assert!(!replay.withdraw(ROW));
        assert_eq!((replay.credentials(ROW), replay.row(ROW).state.due()), (vec![20], REVOKE));
    }

    #[test]
    fn a_password_that_may_be_set_is_kept_and_one_that_is_not_is_dropped() {
        let in_doubt = replayed(vec![sent(RESET), taken_over(), drifted()]);
        assert_eq!(in_doubt.credentials(ROW), [20]);
        assert_eq!(Outcome::of(&in_doubt.row(ROW).state), Outcome::Uncertain);

        let reason = || "throttled".to_owned();
        let not_set = replayed(vec![
            sent(RESET),
            answered(RESET, Answered::NotApplied { reason: reason() }),
            taken_over(),
            drifted(),
        ]);
        assert!(not_set.credentials(ROW).is_empty());
        assert_eq!(Outcome::of(&not_set.row(ROW).state), Outcome::Refused);

        let untouched = replayed(vec![drifted()]);
        assert_eq!(Outcome::of(&untouched.row(ROW).state), Outcome::Refused);
        let done =
            [sent(RESET), answered(RESET, Answered::Accepted), sent(REVOKE), answered(REVOKE, Answered::Accepted)];
        assert_eq!(Outcome::of(&replayed(done.to_vec()).row(ROW).state), Outcome::Done);
    }
}
