//! Where a run stands before a process works on it.

use std::collections::{BTreeSet, HashMap};
use std::iter;

use super::asked_rate::AskedRate;
use super::journal::{self, JournalError, JournalLookup};
use super::record::Record;
use super::replay::Replay;
use super::risk_work::RiskJob;
use super::run_error::RunError;
use super::settle::Doubt;
use super::state::{self, AccountState, Transition};
use super::states::States;
use super::worked_wave::WorkedWave;
use super::writeback::WritebackStanding;
use crate::ids::RowNumber;
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;

/// Which accounts of a plan a process works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkScope {
    /// All accounts with anything left to do.
    Open,
    /// Only accounts that are settled, and for which something was refused or given up, be it uncertain or not.
    Failed,
}

/// Where a run stands before a process works on it.
pub struct ResumePoint {
    /// Has any process sent a write for it?
    pub begun: bool,
    /// To how many new passwords in which time the last process kept, or to no rate: the run keeps to it until something else is
    /// asked for.
    pub rate: Option<AskedRate>,
    /// By row: may its account have drifted in a way that matters?
    may_drift: Vec<bool>,
    /// The accounts with steps in doubt that this process will settle.
    pub(super) doubts: HashMap<RowNumber, Doubt>,
    /// Those that failed, where no other account is worked on.
    pub(super) chosen: Option<BTreeSet<RowNumber>>,
    /// The wave that is worked on, where it is not the whole plan.
    pub wave: Option<WorkedWave>,
    /// All that the journal says, where a new process would find nothing to do: it is what the results are made of.
    settled: Option<Replay>,
}

impl ResumePoint {
    /// Would a new process find nothing to do?
    pub fn has_nothing_to_do(&self) -> bool {
        self.settled.is_some()
    }

    /// How many accounts failed and will be tried again; `None` where that was not asked for.
    pub fn failed(&self) -> Option<u64> {
        self.chosen.as_ref().map(|chosen| chosen.len() as u64)
    }

    /// How many accounts this process is asked to change: the number that approves it.
    pub fn accounts(&self, manifest: &Manifest) -> u64 {
        let of_wave = self.wave.as_ref().map(|wave| u64::from(wave.wave.accounts));
        self.failed().or(of_wave).unwrap_or(manifest.accounts().into())
    }

    /// Does it matter whether the account of this row is still the one that the plan was made for?
    pub fn may_drift(&self, row: RowNumber) -> bool {
        self.may_drift.get(row.index()).copied().unwrap_or_default()
    }

    /// Are steps of this row in doubt, so that it should be read before they are done again?
    pub fn is_in_doubt(&self, row: RowNumber) -> bool {
        self.doubts.contains_key(&row)
    }

    /// What the journal says, where nothing is left to do.
    pub const fn settled(&self) -> Option<&Replay> {
        self.settled.as_ref()
    }
}

/// Where the run of a plan stands, from plan and journal alone, for a process that works on this part of it.
///
/// # Errors
///
/// Plan or journal cannot be read.
pub fn resume_point(plan: &PlanFolder, scope: WorkScope) -> Result<ResumePoint, RunError> {
    resume_point_within(plan, scope, None)
}

/// The same of one wave of a plan. It has begun where a write for one of its accounts was sent, whatever other waves have done.
///
/// # Errors
///
/// Plan or journal cannot be read.
pub fn resume_point_of_wave(plan: &PlanFolder, wave: WorkedWave) -> Result<ResumePoint, RunError> {
    resume_point_within(plan, WorkScope::Open, Some(wave))
}

fn resume_point_within(plan: &PlanFolder, scope: WorkScope, wave: Option<WorkedWave>) -> Result<ResumePoint, RunError> {
    let rows = || iter::successors(Some(RowNumber::FIRST), |row| Some(row.next()));
    let is_meant = |row| wave.as_ref().is_none_or(|wave| wave.has(row));
    let no_account = || match scope {
        WorkScope::Open => None,
        WorkScope::Failed => Some(BTreeSet::new()),
    };
    if !has_begun(plan)? && scope == WorkScope::Open {
        // Nothing is known but what is planned, and a plan of many rows needs little memory to say so.
        let states = States::new(plan.manifest().fingerprint(), plan);
        // Who was as the plan wants them is looked at again, also where no other account is planned.
        let only_looks = wave.is_none() && plan.manifest().counts.already.rows > 0;
        if only_looks || rows().zip(states.iter()).any(|(row, state)| is_meant(row) && !state.is_settled()) {
            let may_drift = rows().zip(states.iter()).map(|(row, state)| is_meant(row) && state.may_drift()).collect();
            return Ok(ResumePoint {
                begun: false,
                rate: None,
                may_drift,
                doubts: HashMap::new(),
                chosen: no_account(),
                wave,
                settled: None,
            });
        }
    }
    let replay = Replay::of_plan(plan)?;
    let begun = match &wave {
        None if plan.manifest().waves.is_some() => have_open_waves_begun(plan, &replay.states)?,
        None => replay.states.has_written(),
        Some(wave) => rows()
            .zip(replay.states.iter())
            .zip(plan.steps())
            .any(|((row, state), steps)| wave.has(row) && *state != AccountState::planned(*steps)),
    };
    if scope == WorkScope::Failed {
        return Ok(resume_point_of_failed(replay, begun));
    }
    let taken_over = || rows().zip(replay.states.as_taken_over());
    // The password that was written back moved what a plan without steps took for granted.
    let was_moved = |row, state: &AccountState| {
        *state == AccountState::default() && replay.states.written_back(row).is_some_and(WritebackStanding::is_replaced)
    };
    let may_drift =
        taken_over().map(|(row, state)| is_meant(row) && state.may_drift() && !was_moved(row, &state)).collect();
    let is_settled = taken_over().all(|(row, state)| !is_meant(row) || state.is_settled())
        && !RiskJob::is_left(plan, &replay.states)?;
    let mut doubts = doubts(plan, &replay)?;
    doubts.retain(|row, _| is_meant(*row));
    let (rate, settled) = (replay.states.rate(), is_settled.then_some(replay));
    Ok(ResumePoint { begun, rate, may_drift, doubts, chosen: None, wave, settled })
}

/// Of a plan in waves: has every wave begun in which anything is left to do?
fn have_open_waves_begun(plan: &PlanFolder, states: &States) -> Result<bool, RunError> {
    #[derive(Default)]
    struct WaveState {
        has_begun: bool,
        is_open: bool,
    }
    let mut waves: HashMap<String, WaveState> = HashMap::new();
    for row in plan.rows()? {
        let row = row?;
        if !row.steps.is_empty() {
            let (state, wave) = (states.of(row.row), waves.entry(row.wave).or_default());
            wave.has_begun |= state != AccountState::planned(row.steps);
            wave.is_open |= !state.is_settled();
        }
    }
    Ok(states.has_written() && waves.values().all(|wave| wave.has_begun || !wave.is_open))
}

/// The accounts that failed are chosen, and no others.
fn resume_point_of_failed(replay: Replay, begun: bool) -> ResumePoint {
    let mut chosen = BTreeSet::new();
    let mut may_drift = vec![false; replay.states.rows()];
    let states = replay.states.iter().zip(replay.states.as_taken_over());
    let mut row = RowNumber::FIRST;
    for ((before, taken_over), drifts) in states.zip(&mut may_drift) {
        if before.may_be_retried() {
            chosen.insert(row);
            // One that was given up, and not refused, is open for every process that takes over.
            *drifts = state::next(taken_over, Transition::Retried).unwrap_or(taken_over).may_drift();
        }
        row = row.next();
    }
    let (rate, settled) = (replay.states.rate(), chosen.is_empty().then_some(replay));
    ResumePoint { begun, rate, may_drift, doubts: HashMap::new(), chosen: Some(chosen), wave: None, settled }
}

/// The accounts with steps in doubt. There are no more of them than writes can be under way at one time, and those that
/// were given up.
fn doubts(plan: &PlanFolder, replay: &Replay) -> Result<HashMap<RowNumber, Doubt>, RunError> {
    let mut doubts = HashMap::new();
    let mut lookup = None;
    let mut row = RowNumber::FIRST;
    for state in replay.states.as_taken_over() {
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

fn has_begun(plan: &PlanFolder) -> Result<bool, RunError> {
    let path = plan.journal_path();
    Ok(journal::has_begun(&path).map_err(|source| JournalError::Io { path, source })?)
}
