//! A run that another process works on: its journal is read once, and from then on only what is new in it.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use time::OffsetDateTime;

use super::fold::Fold;
use super::journal::{JournalError, JournalMark, JournalReader};
use super::status::JournalCondition;
use super::step_state::StepState;
use super::writes_left::WritesLeft;
use crate::plan::folder::PlanFolder;
use crate::step::{StepMap, StepShare};

/// A run that is followed. Nothing is locked, and no file stays open.
pub struct FollowedRun {
    journal: PathBuf,
    fold: Fold<JournalCondition>,
    read_to: JournalMark,
    /// For how many accounts each step is planned.
    planned: StepMap<u64>,
    /// How many writes there are in all.
    writes: u64,
    /// Was the plan made by a person who signed in?
    by_person: bool,
}

/// How far a run is, as its journal has it.
#[derive(Debug)]
pub struct FollowedCounts {
    /// How much of each planned step is done.
    pub steps: StepMap<StepShare>,
    /// Accounts that are settled without being done.
    pub not_done: u64,
    /// Writes in all.
    pub writes: u64,
    /// Those of them that are still to come, if all goes well.
    pub writes_left: u64,
    /// How long they take from now on at least.
    pub time_left: Duration,
    /// Writes a minute of tenant time that the last process brought through.
    pub writes_per_minute: Option<f64>,
    /// When the last line was written.
    pub last_written: Option<OffsetDateTime>,
    /// Since when Graph throttles what is sent and accepts nothing, by this machine's clock.
    pub throttled_since: Option<OffsetDateTime>,
}

impl FollowedCounts {
    /// For how long Graph has throttled what is sent and accepted nothing.
    pub fn throttled_for(&self, now: OffsetDateTime) -> Option<Duration> {
        Some(Duration::try_from(now - self.throttled_since?).unwrap_or_default())
    }
}

impl FollowedRun {
    /// Begins with nothing read.
    pub fn of(plan: &PlanFolder) -> Self {
        let fold = Fold::begin(plan.manifest().fingerprint(), plan, JournalCondition::default());
        let (mut planned, mut left) = (StepMap::<u64>::default(), WritesLeft::default());
        for state in fold.states.iter() {
            state.planned_steps().for_each(|(step, _)| planned[step] += 1);
            left.add(state);
        }
        let (journal, by_person) = (plan.journal_path(), plan.manifest().by_person());
        Self { journal, fold, read_to: JournalMark::default(), planned, writes: left.writes, by_person }
    }

    /// Reads what was written since. A line that is only half there is read the next time.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or was changed.
    pub fn read_on(&mut self) -> Result<(), JournalError> {
        let io = |source| JournalError::Io { path: self.journal.clone(), source };
        match fs::metadata(&self.journal) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(io(source)),
            Ok(file) if file.len() == self.read_to.offset() => return Ok(()),
            Ok(_) => {}
        }
        let mut reader = JournalReader::open_at(&self.journal, self.read_to.clone())?;
        for line in reader.by_ref() {
            let line = line?;
            let misplaced = |why| JournalError::of_misplaced(&self.journal, line.number, &why);
            self.fold.apply(&line).map_err(misplaced)?;
        }
        self.read_to = reader.mark();
        Ok(())
    }

    /// Has a process ever worked on it?
    pub fn has_begun(&self) -> bool {
        self.fold.states.has_begun()
    }

    /// How far it is.
    pub fn counts(&self) -> FollowedCounts {
        let states = &self.fold.states;
        let mut steps = StepMap::from_fn(|step| StepShare { done: 0, planned: self.planned[step] });
        let (mut not_done, mut left) = (0, WritesLeft::default());
        for state in states.iter() {
            let mut any = false;
            for (step, stands) in state.planned_steps() {
                any = true;
                steps[step].done += u64::from(stands == StepState::Done);
            }
            not_done += u64::from(any && state.is_settled() && !state.is_done());
            left.add(state);
        }
        let journal = &self.fold.projection;
        FollowedCounts {
            steps,
            not_done,
            // What was refused may be tried once more.
            writes: self.writes.max(left.writes),
            writes_left: left.writes,
            time_left: left.time(states, self.by_person),
            writes_per_minute: journal.writes_per_minute(),
            last_written: journal.last_written,
            throttled_since: journal.throttled_since(),
        }
    }
}
