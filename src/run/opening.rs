//! A plan folder is opened for work: by the first process or by one that goes on where another one ended.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use time::OffsetDateTime;

use super::accounts::{Accounts, TooMany};
use super::journal::{self, Journal, JournalError, JournalLookup, JournalReader};
use super::packets::{self, Packet, PacketsError};
use super::record::{FORMAT, Record};
use super::replay::Replay;
use super::results::{self, OutcomeCounts, ResultsError};
use super::settle::{self, Doubt};
use super::spent::WritesSpent;
use super::state::{self, AccountState, Transition};
use super::states::States;
use crate::clock::Clock;
use crate::ids::RowNumber;
use crate::plan::drift::{DriftedAccount, WatchedAccount};
use crate::plan::folder::{FolderError, PlanFolder};
use crate::step::Steps;

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
    /// The packets cannot be written; the results are.
    #[error(transparent)]
    Packets(#[from] PacketsError),
}

/// Which accounts of a plan a process works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkScope {
    /// All to whom anything is left to do.
    Open,
    /// Those that are settled, and for whom something was refused or given up, be it uncertain or not; nobody else.
    Failed,
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

/// What a new process has found out about the accounts before it begins.
#[derive(Debug, Clone, Copy)]
pub struct Reconciliation<'a> {
    /// Those that are no longer what the plan says.
    pub drifted: &'a [DriftedAccount],
    /// What the directory says about those with steps in doubt.
    pub seen: &'a [WatchedAccount],
    /// Graph's clock before they were read.
    pub seen_at: Option<OffsetDateTime>,
}

impl Run {
    /// Opens the run of a plan: locks its journal, replays it, and takes note that a new process takes over. What the
    /// process before had under way is in doubt from here on, unless a read has [proven](super::settle) it done; nothing
    /// more is done to the accounts that have drifted; and where the [`WorkScope`] is what failed, that is open again and
    /// nobody else is worked on.
    ///
    /// # Errors
    ///
    /// Plan or journal cannot be read, contradict each other, or are in use by another process.
    pub async fn open(
        plan: &PlanFolder,
        resume_point: &ResumePoint,
        reconciliation: Reconciliation<'_>,
        clock: Clock,
    ) -> Result<Self, RunError> {
        let mut accounts = accounts(plan)?;
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
        let mut records = vec![Record::TakenOver { version: env!("CARGO_PKG_VERSION").to_owned(), format: FORMAT }];
        states.take_over();
        for row in resume_point.chosen.iter().flatten() {
            if states.retry(*row) {
                records.push(Record::Retried { row: *row });
            }
        }
        for DriftedAccount { row, cause, .. } in reconciliation.drifted {
            if states.withdraw(*row) {
                records.push(Record::Drifted { row: *row, reason: cause.clone() });
            }
        }
        for seen in reconciliation.seen {
            let Some(doubt) = resume_point.doubts.get(&seen.row) else { continue };
            let proven = settle::proven(&Doubt { state: states.of(seen.row), ..*doubt }, seen, reconciliation.seen_at);
            let proves = if states.prove(seen.row, proven) { proven } else { Steps::NONE };
            records.push(Record::Read {
                row: seen.row,
                account_enabled: seen.account_enabled,
                last_password_change: seen.last_password_change,
                sessions_valid_from: seen.sessions_valid_from,
                proves,
            });
        }
        journal.commit(records).await?;
        let writes_spent = states.writes_spent(OffsetDateTime::now_utc(), clock.speed());
        if let Some(chosen) = &resume_point.chosen {
            accounts.retain(|row| chosen.contains(&row));
        }
        let states = accounts.turns().map(|turn| states.of(accounts.get(turn).row)).collect();
        Ok(Self { accounts: Arc::new(accounts), states, journal, writes_spent })
    }
}

/// Where a run stands before a process works on it.
pub struct ResumePoint {
    /// Has any process written to anybody for it?
    pub begun: bool,
    /// By row: may its account have drifted in a way that matters?
    may_drift: Vec<bool>,
    /// The accounts with steps in doubt that this process will settle.
    doubts: HashMap<RowNumber, Doubt>,
    /// Those that failed, where nobody else is worked on.
    chosen: Option<BTreeSet<RowNumber>>,
    /// All that the journal says, where a new process would find nothing to do: it is what the results are made of.
    settled: Option<Replay>,
}

impl ResumePoint {
    /// Would a new process find nothing to do?
    #[must_use]
    pub fn has_nothing_to_do(&self) -> bool {
        self.settled.is_some()
    }

    /// How many accounts failed and will be tried again; `None` where that was not asked for.
    #[must_use]
    pub fn failed(&self) -> Option<u64> {
        self.chosen.as_ref().map(|chosen| chosen.len() as u64)
    }

    /// Does it matter whether the account of this row is still the one that the plan was made for?
    #[must_use]
    pub fn may_drift(&self, row: RowNumber) -> bool {
        self.may_drift.get(row.index()).copied().unwrap_or_default()
    }

    /// Are steps of this row in doubt, so that it should be read before they are done again?
    #[must_use]
    pub fn is_in_doubt(&self, row: RowNumber) -> bool {
        self.doubts.contains_key(&row)
    }

    /// Writes `results.csv` from plan and journal; the journal is not read again where nothing is left to do.
    ///
    /// # Errors
    ///
    /// Plan or journal cannot be read, or the results cannot be written.
    pub fn project_results(&self, plan: &PlanFolder) -> Result<(PathBuf, OutcomeCounts), RunError> {
        self.settled.as_ref().map_or_else(|| project_results(plan), |replay| project(plan, replay))
    }
}

/// Where the run of a plan stands, from plan and journal alone, for a process that works on so much of it.
///
/// # Errors
///
/// Plan or journal cannot be read.
pub fn resume_point(plan: &PlanFolder, scope: WorkScope) -> Result<ResumePoint, RunError> {
    let nobody = || match scope {
        WorkScope::Open => None,
        WorkScope::Failed => Some(BTreeSet::new()),
    };
    if !has_begun(plan)? && scope == WorkScope::Open {
        // Nothing is known but what is planned, and a plan of many rows needs little memory to say so.
        let states = States::new(plan.manifest().fingerprint(), plan);
        if states.iter().any(|state| !state.is_settled()) {
            let may_drift = states.iter().map(AccountState::may_drift).collect();
            return Ok(ResumePoint {
                begun: false,
                may_drift,
                doubts: HashMap::new(),
                chosen: nobody(),
                settled: None,
            });
        }
    }
    let replay = replay(plan)?;
    let begun = replay.states().has_written();
    if scope == WorkScope::Failed {
        return Ok(resume_point_of_failed(replay, begun));
    }
    let may_drift = replay.states().as_taken_over().map(|state| state.may_drift()).collect();
    let is_settled = replay.states().as_taken_over().all(|state| state.is_settled());
    let doubts = doubts(plan, &replay)?;
    Ok(ResumePoint { begun, may_drift, doubts, chosen: None, settled: is_settled.then_some(replay) })
}

/// Whoever failed is chosen, and nobody else is looked at.
fn resume_point_of_failed(replay: Replay, begun: bool) -> ResumePoint {
    let mut chosen = BTreeSet::new();
    let mut may_drift = vec![false; replay.states().rows()];
    let states = replay.states().iter().zip(replay.states().as_taken_over());
    let mut row = RowNumber::FIRST;
    for ((before, taken_over), drifts) in states.zip(&mut may_drift) {
        if before.may_be_retried() {
            chosen.insert(row);
            // One that was given up, and not refused, is open for every process that takes over.
            *drifts = state::next(taken_over, Transition::Retried).unwrap_or(taken_over).may_drift();
        }
        row = row.next();
    }
    let settled = chosen.is_empty().then_some(replay);
    ResumePoint { begun, may_drift, doubts: HashMap::new(), chosen: Some(chosen), settled }
}

/// The accounts with steps in doubt. There are no more of them than writes can be under way at one time, and those that
/// were given up.
fn doubts(plan: &PlanFolder, replay: &Replay) -> Result<HashMap<RowNumber, Doubt>, RunError> {
    let mut doubts = HashMap::new();
    let mut lookup = None;
    let mut row = RowNumber::FIRST;
    for state in replay.states().as_taken_over() {
        if state.is_in_doubt() {
            let mut last_answered = None;
            if let Some(offset) = replay.row(row).last_answer() {
                let lookup = match &mut lookup {
                    Some(lookup) => lookup,
                    empty => empty.insert(JournalLookup::open(&plan.journal_path())?),
                };
                if let Record::Answered { date, .. } = lookup.at(offset)?.0 {
                    last_answered = date;
                }
            }
            doubts.insert(row, Doubt { state, last_answered });
        }
        row = row.next();
    }
    Ok(doubts)
}

/// Writes `results.csv` from plan and journal.
///
/// # Errors
///
/// Plan or journal cannot be read, or the results cannot be written.
pub fn project_results(plan: &PlanFolder) -> Result<(PathBuf, OutcomeCounts), RunError> {
    project(plan, &replay(plan)?)
}

fn project(plan: &PlanFolder, replay: &Replay) -> Result<(PathBuf, OutcomeCounts), RunError> {
    let path = plan.results_path();
    let discarded = plan.manifest().options.discard_credentials;
    let tally = results::write(&path, plan.rows()?, replay, &plan.journal_path(), discarded)?;
    let packets = packets::write(plan, replay, &plan.journal_path())?;
    Ok((path, tally.with_packets(packets)))
}

/// Writes the packets from plan and journal.
///
/// # Errors
///
/// Plan or journal cannot be read, or a packet cannot be written.
pub fn project_packets(plan: &PlanFolder) -> Result<Vec<Packet>, RunError> {
    Ok(packets::write(plan, &replay(plan)?, &plan.journal_path())?)
}

fn replay(plan: &PlanFolder) -> Result<Replay, RunError> {
    let mut replay = Replay::new(plan.manifest().fingerprint(), plan);
    let path = plan.journal_path();
    if has_begun(plan)? {
        for line in JournalReader::open(&path)? {
            let line = line?;
            let broken = |reason| JournalError::Broken { path: path.clone(), line: line.number, reason };
            replay.apply(&line).map_err(broken)?;
        }
    }
    Ok(replay)
}

fn accounts(plan: &PlanFolder) -> Result<Accounts, RunError> {
    let manifest = plan.manifest();
    let rows = plan.rows()?.map(|row| row.map_err(RunError::from));
    Accounts::shared(manifest.accounts() as usize, manifest.handoff.as_ref(), rows)
}

fn has_begun(plan: &PlanFolder) -> Result<bool, RunError> {
    let path = plan.journal_path();
    Ok(journal::has_begun(&path).map_err(|source| JournalError::Io { path, source })?)
}
