//! The risk of people is marked when all else is done for them, many people a call, one call a second.
//!
//! It is no part of the [engine](super::engine), and no step of an account: an administrator's reset closes the risk of its person,
//! so that it comes after the last write of the run. What is said of risk can be said once more without harm:
//!
//! | the process dies | the journal has | the next process |
//! | --- | --- | --- |
//! | before the intent is on disk | nothing | does it: nothing was sent |
//! | before the answer is noted | an intent | says it once more |
//! | after the answer is noted | the answer | leaves these people alone |

use std::collections::VecDeque;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::journal::{Journal, JournalError};
use super::outcome::Outcome;
use super::record::Record;
use super::risk_result::RowRisk;
use super::run_error::RunError;
use super::states::States;
use crate::clock::Clock;
use crate::graph::backoff;
use crate::graph::claims::Claims;
use crate::graph::risk_mark::{self, BETWEEN_CALLS, PEOPLE_A_CALL, RiskAnswer, RiskBar, RiskMark};
use crate::graph::transport::{Transport, TransportError};
use crate::graph::write_outcome::{Postponed, WriteOutcome};
use crate::ids::{ObjectId, RowNumber};
use crate::plan::folder::PlanFolder;
use crate::plan::row::PlanRow;

/// How often one call is made before the rest is left to the next process.
const MAX_TRIES: u32 = 8;
/// So many people are refused one by one, and no call went well: it does not work here, and no one else is tried.
const MAX_REFUSED_ALONE: u32 = 5;

/// Whose risk is to be marked, and is not yet.
pub struct RiskJob {
    mark: RiskMark,
    people: Vec<MarkedPerson>,
}

#[derive(Debug, Clone, Copy)]
struct MarkedPerson {
    row: RowNumber,
    account: ObjectId,
}

impl RiskJob {
    /// All whose steps are done, as far as the last verification knows, and whose risk is not marked or was closed again by a reset; nothing where there is no one, or the plan marks none.
    ///
    /// # Errors
    ///
    /// The plan cannot be read.
    pub fn of(plan: &PlanFolder, states: &States) -> Result<Option<Self>, RunError> {
        let Some(mark) = plan.manifest().options.risk else { return Ok(None) };
        let mut people = Vec::new();
        for row in plan.rows()? {
            people.extend(to_mark(&row?, states));
        }
        Ok((!people.is_empty()).then_some(Self { mark, people }))
    }

    /// Is there anyone?
    ///
    /// # Errors
    ///
    /// The plan cannot be read.
    pub fn is_left(plan: &PlanFolder, states: &States) -> Result<bool, RunError> {
        if plan.manifest().options.risk.is_none() {
            return Ok(false);
        }
        for row in plan.rows()? {
            if to_mark(&row?, states).is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How many people there are.
    pub const fn people(&self) -> usize {
        self.people.len()
    }

    /// What is said of their risk.
    pub const fn mark(&self) -> RiskMark {
        self.mark
    }
}

fn to_mark(row: &PlanRow, states: &States) -> Option<MarkedPerson> {
    let is_done = Outcome::of_row(row.decision, &states.of(row.row)) == Outcome::Done;
    let is_meant = is_done && RowRisk::of(row, states).is_some_and(RowRisk::is_to_mark);
    Some(MarkedPerson { row: row.row, account: row.object_id.filter(|_| is_meant)? })
}

/// How long it takes at least, in tenant time, for so many people.
pub fn floor(people: u64) -> Duration {
    let calls = people.div_ceil(PEOPLE_A_CALL as u64);
    BETWEEN_CALLS.saturating_mul(u32::try_from(calls.saturating_sub(1)).unwrap_or(u32::MAX))
}

/// How it ended. Whose risk is marked stands in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RiskEnd {
    /// Everyone had a turn.
    Through,
    /// Graph refuses it for everybody, or lets no call through: no one else was tried.
    GaveUp,
    /// It was asked to stop.
    Interrupted,
}

/// Why the work cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum RiskError {
    /// There is no way in, or no way to Graph.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// Nothing more can be noted.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// When the next call may be sent. The second is counted from the answer: how long a call was on its way is not known here.
#[derive(Debug, Clone, Copy, Default)]
struct RiskPace {
    free_at: Duration,
}

impl RiskPace {
    const fn wait(self, now: Duration) -> Duration {
        self.free_at.saturating_sub(now)
    }

    fn answered(&mut self, now: Duration) {
        self.free_at = now + BETWEEN_CALLS;
    }

    fn not_before(&mut self, moment: Duration) {
        self.free_at = self.free_at.max(moment);
    }
}

/// What all calls share.
struct RiskCalls<'a, T> {
    mark: RiskMark,
    transport: &'a T,
    claims: Option<&'a Claims>,
    clock: Clock,
    journal: &'a Journal,
    stop: &'a CancellationToken,
    pace: RiskPace,
}

/// What became of the people of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CallEnd {
    Marked,
    /// Refused for one or some of them, or for all.
    Refused,
    /// Refused for everybody.
    Barred,
    GaveUp,
    Interrupted,
}

/// Does the job; `progress` hears how many people had a turn. `claims` are those of the token that the calls are made with.
///
/// # Errors
///
/// It cannot go on; what was done is in the journal, and the next process goes on from there.
pub async fn mark_risk<T: Transport>(
    job: RiskJob,
    (transport, claims): (&T, Option<&Claims>),
    clock: Clock,
    journal: &Journal,
    stop: &CancellationToken,
    mut progress: impl FnMut(u64),
) -> Result<RiskEnd, RiskError> {
    let RiskJob { mark, people } = job;
    let mut calls = RiskCalls { mark, transport, claims, clock, journal, stop, pace: RiskPace::default() };
    let mut waiting: VecDeque<&[MarkedPerson]> = people.chunks(PEOPLE_A_CALL).collect();
    let (mut went_well, mut refused_alone, mut ended) = (false, 0, 0);
    while let Some(chunk) = waiting.pop_front() {
        match calls.call(chunk).await? {
            CallEnd::Marked => {
                went_well = true;
                ended += chunk.len() as u64;
            }
            // One of them may be the reason, and the others may pass without.
            CallEnd::Refused if chunk.len() > 1 => {
                let (first, rest) = chunk.split_at(chunk.len() / 2);
                waiting.push_front(rest);
                waiting.push_front(first);
            }
            CallEnd::Refused => {
                (refused_alone, ended) = (refused_alone + 1, ended + 1);
                if !went_well && refused_alone == MAX_REFUSED_ALONE {
                    return Ok(RiskEnd::GaveUp);
                }
            }
            CallEnd::Barred | CallEnd::GaveUp => return Ok(RiskEnd::GaveUp),
            CallEnd::Interrupted => return Ok(RiskEnd::Interrupted),
        }
        progress(ended);
    }
    Ok(RiskEnd::Through)
}

impl<T: Transport> RiskCalls<'_, T> {
    /// Waits for the next moment at which a call may be made; says whether the work goes on.
    async fn turn(&self) -> bool {
        let wait = self.pace.wait(self.clock.now());
        if self.stop.is_cancelled() {
            return false;
        }
        tokio::select! {
            () = self.clock.sleep(wait) => true,
            () = self.stop.cancelled() => false,
        }
    }

    /// Makes one call until it is decided.
    async fn call(&mut self, people: &[MarkedPerson]) -> Result<CallEnd, RiskError> {
        let rows = || people.iter().map(|person| person.row).collect::<Vec<_>>();
        let accounts: Vec<ObjectId> = people.iter().map(|person| person.account).collect();
        for attempt in 1..=MAX_TRIES {
            if !self.turn().await {
                return Ok(CallEnd::Interrupted);
            }
            self.journal.commit(vec![Record::RiskIntended { mark: self.mark, rows: rows() }]).await?;
            let sent = risk_mark::mark(self.transport, self.mark, &accounts).await;
            self.pace.answered(self.clock.now());
            let (answer, failed) = match sent {
                Ok(answer) => (answer, None),
                // Nothing has left.
                Err(error) => {
                    let outcome = WriteOutcome::Postponed { why: Postponed::Blocked, retry_after: None };
                    (RiskAnswer { outcome, date: None, request_id: None }, Some(error))
                }
            };
            let RiskAnswer { outcome, date, request_id } = answer;
            let bar = match &outcome {
                WriteOutcome::Refused { error } => RiskBar::of(error, self.claims),
                _ => None,
            };
            let answered = Record::RiskAnswered { rows: rows(), answer: outcome.clone(), bar, date, request_id };
            self.journal.append(vec![answered]);
            if let Some(error) = failed.filter(|error| !error.is_unreachable() || attempt == MAX_TRIES) {
                return Err(error.into());
            }
            match outcome {
                WriteOutcome::Accepted => return Ok(CallEnd::Marked),
                WriteOutcome::Refused { .. } if bar.is_some() => return Ok(CallEnd::Barred),
                WriteOutcome::Refused { .. } => return Ok(CallEnd::Refused),
                WriteOutcome::Postponed { retry_after, .. } | WriteOutcome::Unknown { retry_after, .. } => {
                    let wait = retry_after.unwrap_or_else(|| backoff::delay(attempt));
                    self.pace.not_before(self.clock.now() + wait);
                }
            }
        }
        Ok(CallEnd::GaveUp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_passes_between_an_answer_and_the_next_call() {
        let second = Duration::from_secs;
        let mut pace = RiskPace::default();
        assert_eq!(pace.wait(second(5)), Duration::ZERO);
        pace.answered(second(7));
        assert_eq!(pace.wait(second(7)), BETWEEN_CALLS);
        assert_eq!(pace.wait(second(9)), Duration::ZERO);
        pace.not_before(second(12));
        assert_eq!(pace.wait(second(9)), second(3));
        pace.not_before(second(8));
        assert_eq!(pace.wait(second(9)), second(3), "what comes earlier changes nothing");
    }

    #[test]
    fn ten_thousand_people_take_some_two_hundred_seconds() {
        let floors = [0, 1, 50, 51, 10_000].map(|people| floor(people).as_secs());
        assert_eq!(floors, [0, 0, 0, 1, 199]);
    }
}
