//! A plan folder is opened for work: by the first process or by one that goes on where another one ended.

use std::path::PathBuf;
use std::sync::Arc;

use time::OffsetDateTime;

use super::accounts::{Accounts, TooMany};
use super::journal::{self, Journal, JournalError, Reader, in_use};
use super::record::{FORMAT, Record};
use super::replay::Replay;
use super::results::{self, ResultsError, Tally};
use super::spent::WritesSpent;
use super::state::AccountState;
use super::states::States;
use crate::clock::Clock;
use crate::ids::RowNumber;
use crate::plan::drift::Drifted;
use crate::plan::folder::{FolderError, PlanFolder};

/// Why a run cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The plan cannot be read.
    #[error(transparent)]
    Plan(#[from] FolderError),
    /// The plan is beyond all bounds.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The results cannot be written.
    #[error(transparent)]
    Results(#[from] ResultsError),
}

/// A run that this process alone works on, for as long as the journal in it lives.
pub struct Run {
    /// The accounts, in the order of work.
    pub accounts: Arc<Accounts>,
    /// Where each of them stands, by turn.
    pub states: Vec<AccountState>,
    /// The journal, locked.
    pub journal: Journal,
    /// How many writes of each app's quota earlier processes have spent and time has not given back yet.
    pub writes_spent: WritesSpent,
}

impl Run {
    /// Opens the run of a plan: locks its journal, replays it, and takes note that a new process takes over. What the
    /// process before had under way is in doubt from here on, and nothing more is done to the accounts that have
    /// `drifted`.
    ///
    /// # Errors
    ///
    /// Plan or journal cannot be read, contradict each other, or are in use by another process.
    pub async fn open(plan: &PlanFolder, drifted: &[Drifted], clock: Clock) -> Result<Self, RunError> {
        let accounts = accounts(plan)?;
        let manifest = plan.manifest();
        let mut states = States::new(manifest.fingerprint(), &accounts);
        let journal = Journal::open(&plan.journal_path(), |line| states.apply(line).map(drop))?;
        if !states.has_begun() {
            journal.append(vec![Record::Opened {
                format: FORMAT,
                plan: manifest.fingerprint(),
                tenant: manifest.tenant.id,
                playbook: manifest.playbook,
            }]);
        }
        let mut records = vec![Record::TakenOver { version: env!("CARGO_PKG_VERSION").to_owned() }];
        states.take_over();
        for Drifted { row, why, .. } in drifted {
            // Another process may have gone on with it since it was looked at.
            if states.withdraw(*row) {
                records.push(Record::Drifted { row: *row, reason: why.clone() });
            }
        }
        journal.commit(records).await?;
        let writes_spent = states.writes_spent(OffsetDateTime::now_utc(), clock.speed());
        let states = accounts.turns().map(|turn| states.of(accounts.get(turn).row)).collect();
        Ok(Self { accounts: Arc::new(accounts), states, journal, writes_spent })
    }
}

/// Where a run stands before a process works on it.
pub struct Standing {
    /// Has any process written to anybody for it?
    pub begun: bool,
    /// By row: may its account have drifted in a way that matters?
    may_drift: Vec<bool>,
    /// All that the journal says, where a new process would find nothing to do: it is what the results are made of.
    settled: Option<Replay>,
}

impl Standing {
    /// Would a new process find nothing to do?
    #[must_use]
    pub fn has_nothing_to_do(&self) -> bool {
        self.settled.is_some()
    }

    /// Does it matter whether the account of this row is still the one that the plan was made for?
    #[must_use]
    pub fn may_drift(&self, row: RowNumber) -> bool {
        self.may_drift.get(row.index()).copied().unwrap_or_default()
    }

    /// Writes `results.csv` from plan and journal; the journal is not read again where nothing is left to do.
    ///
    /// # Errors
    ///
    /// Plan or journal cannot be read, or the results cannot be written.
    pub fn project_results(&self, plan: &PlanFolder) -> Result<(PathBuf, Tally), RunError> {
        self.settled.as_ref().map_or_else(|| project_results(plan), |replay| project(plan, replay))
    }
}

/// Where the run of a plan stands, from plan and journal alone.
///
/// # Errors
///
/// Plan or journal cannot be read.
pub fn standing(plan: &PlanFolder) -> Result<Standing, RunError> {
    if !has_begun(plan)? {
        // Nothing is known but what is planned, and a plan of many rows needs little memory to say so.
        let states = States::new(plan.manifest().fingerprint(), plan);
        if states.iter().any(|state| !state.is_settled()) {
            let may_drift = states.iter().map(AccountState::may_drift).collect();
            return Ok(Standing { begun: false, may_drift, settled: None });
        }
    }
    let replay = replay(plan)?;
    let may_drift = replay.states().as_taken_over().map(|state| state.may_drift()).collect();
    let begun = replay.states().has_written();
    let is_settled = replay.states().as_taken_over().all(|state| state.is_settled());
    Ok(Standing { begun, may_drift, settled: is_settled.then_some(replay) })
}

/// Writes `results.csv` from plan and journal.
///
/// # Errors
///
/// Plan or journal cannot be read, or the results cannot be written.
pub fn project_results(plan: &PlanFolder) -> Result<(PathBuf, Tally), RunError> {
    project(plan, &replay(plan)?)
}

fn project(plan: &PlanFolder, replay: &Replay) -> Result<(PathBuf, Tally), RunError> {
    let path = plan.results_path();
    let discarded = plan.manifest().options.discard_credentials;
    let tally = results::write(&path, plan.rows()?, replay, &plan.journal_path(), discarded)?;
    Ok((path, tally))
}

fn replay(plan: &PlanFolder) -> Result<Replay, RunError> {
    let mut replay = Replay::new(plan.manifest().fingerprint(), plan);
    let path = plan.journal_path();
    if has_begun(plan)? {
        for line in Reader::open(&path)? {
            let line = line?;
            let broken = |reason| JournalError::Broken { path: path.clone(), line: line.number, reason };
            replay.apply(&line).map_err(broken)?;
        }
    }
    Ok(replay)
}

fn accounts(plan: &PlanFolder) -> Result<Accounts, RunError> {
    Accounts::sized(plan.manifest().accounts() as usize, plan.rows()?.map(|row| row.map_err(RunError::from)))
}

fn has_begun(plan: &PlanFolder) -> Result<bool, RunError> {
    let path = plan.journal_path();
    Ok(journal::has_begun(&path).map_err(|source| JournalError::Io { path, source })?)
}

/// Says whether another process works on the run of a plan at this moment.
///
/// # Errors
///
/// The journal cannot be opened.
pub fn is_in_use(plan: &PlanFolder) -> Result<bool, RunError> {
    let path = plan.journal_path();
    Ok(in_use(&path).map_err(|source| JournalError::Io { path, source })?)
}
