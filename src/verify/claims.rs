//! What the journal says was done to each account, and when by Graph's clock.

use std::collections::HashMap;

use time::OffsetDateTime;

use crate::ids::RowNumber;
use crate::plan::folder::PlanFolder;
use crate::plan::step::Step;
use crate::run::journal::{JournalError, Line, Reader};
use crate::run::opening::RunError;
use crate::run::outcome::step_word;
use crate::run::record::{Answered, Record};
use crate::run::state::StepState;
use crate::run::states::States;
use crate::run::verdict::Verdict;

/// What is said of one step of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Graph accepted the write.
    Done {
        /// Graph's clock when it answered; journals may lack it.
        date: Option<OffsetDateTime>,
        /// This machine's clock when the answer was noted.
        noted: OffsetDateTime,
    },
    /// It was so before the run, and the plan left it so.
    AsBefore,
    /// A write may have taken effect, and no answer tells.
    InDoubt,
    /// The run has not done it.
    NotDone {
        /// The results' word for it: `failed` or `pending`.
        word: &'static str,
    },
}

/// What was found of a step when the account was last read, as far as the journal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// The verdict.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// When a verification last ended that left it so.
    pub last_seen: OffsetDateTime,
}

/// When steps of one account were accepted.
#[derive(Debug, Clone, Copy, Default)]
struct Accepted {
    sign_in: Option<Stamp>,
    reset: Option<Stamp>,
    revoke: Option<Stamp>,
}

#[derive(Debug, Clone, Copy)]
struct Stamp {
    date: Option<OffsetDateTime>,
    noted: OffsetDateTime,
}

/// All claims of a run.
pub struct Claims {
    states: States,
    accepted: Vec<Accepted>,
    earlier: HashMap<(RowNumber, Step), Earlier>,
    last_verification: Option<OffsetDateTime>,
}

impl Claims {
    /// Reads the journal of a run.
    ///
    /// # Errors
    ///
    /// The journal cannot be read, or contradicts the plan.
    pub fn read(plan: &PlanFolder) -> Result<Self, RunError> {
        let states = States::new(plan.manifest().fingerprint(), plan);
        let accepted = vec![Accepted::default(); states.rows()];
        let mut claims = Self { states, accepted, earlier: HashMap::new(), last_verification: None };
        let path = plan.journal_path();
        if !path.exists() {
            return Ok(claims);
        }
        for line in Reader::open(&path)? {
            let line = line?;
            let broken = |reason| JournalError::Broken { path: path.clone(), line: line.number, reason };
            claims.states.apply(&line).map_err(broken)?;
            claims.take(&line);
        }
        Ok(claims)
    }

    fn take(&mut self, line: &Line) {
        match &line.record {
            Record::Answered { row, steps, answer: Answered::Accepted, date, .. } => {
                let Some(accepted) = self.accepted.get_mut(row.index()) else { return };
                let stamp = Some(Stamp { date: *date, noted: line.at });
                for step in steps.iter() {
                    *match step {
                        Step::Block | Step::Unblock => &mut accepted.sign_in,
                        Step::Reset => &mut accepted.reset,
                        Step::Revoke => &mut accepted.revoke,
                    } = stamp;
                }
            }
            Record::Verified { row, step, verdict, found } => {
                let earlier = Earlier { verdict: *verdict, found: found.clone(), last_seen: line.at };
                self.earlier.insert((*row, *step), earlier);
            }
            Record::VerificationEnded { .. } => self.last_verification = Some(line.at),
            _ => {}
        }
    }

    /// Has anything been written?
    #[must_use]
    pub fn has_written(&self) -> bool {
        self.states.has_written()
    }

    /// What is said of a step that is planned for this row.
    #[must_use]
    pub fn of(&self, row: RowNumber, step: Step) -> Claim {
        let accepted = self.accepted.get(row.index()).copied().unwrap_or_default();
        let (state, stamp) = match step {
            Step::Block | Step::Unblock => (self.states.of(row).of(step), accepted.sign_in),
            Step::Reset => (self.states.of(row).reset, accepted.reset),
            Step::Revoke => (self.states.of(row).revoke, accepted.revoke),
        };
        match (state, stamp) {
            (StepState::Unplanned, _) => Claim::AsBefore,
            (StepState::Done, Some(Stamp { date, noted })) => Claim::Done { date, noted },
            _ => match step_word(state) {
                "uncertain" | "done" => Claim::InDoubt,
                word => Claim::NotDone { word },
            },
        }
    }

    /// What was found of a step when the account was last read.
    #[must_use]
    pub fn earlier(&self, row: RowNumber, step: Step) -> Option<Earlier> {
        let mut earlier = self.earlier.get(&(row, step))?.clone();
        // Whatever changes is noted, so what was not noted again was still so when the last verification ended.
        earlier.last_seen = self.last_verification.map_or(earlier.last_seen, |at| at.max(earlier.last_seen));
        Some(earlier)
    }
}
