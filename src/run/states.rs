//! A journal read from its first line on: where each account of a run stands, in a few bytes each.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::asked_rate::AskedRate;
use super::contradictions::Contradictions;
use super::journal::{JournalLine, MisplacedLine};
use super::on_premises::{ScriptedRow, ScriptedRows};
use super::record::Record;
use super::risk_rows::RiskRows;
use super::spent::{Spent, WritesSpent};
use super::state::{self, AccountState, Transition};
use super::writeback::{WritebackRows, WritebackStanding};
use crate::digest::Digest;
use crate::ids::RowNumber;
use crate::plan::folder::PlanFolder;
use crate::step::{Step, Steps};

/// Whatever knows the steps that are planned for each row.
pub trait Planned {
    /// Where each row stands before anything is done, in the roster's order. A row that is not acted on has no steps.
    fn by_row(&self) -> Vec<AccountState>;
}

impl Planned for PlanFolder {
    fn by_row(&self) -> Vec<AccountState> {
        let rows = (1..).map(RowNumber::new).zip(self.steps());
        rows.map(|(row, steps)| AccountState::planned(*steps).with_targets(&self.targets().numbers(row))).collect()
    }
}

impl<P: Planned> Planned for Arc<P> {
    fn by_row(&self) -> Vec<AccountState> {
        self.as_ref().by_row()
    }
}

/// Where every row of a plan stands, as far as its journal has been read.
pub struct States {
    plan: Digest,
    opened: bool,
    by_row: Vec<AccountState>,
    /// The write quota as the last process left it.
    spent: Spent,
    /// When the last new password was about to leave.
    last_reset: Option<OffsetDateTime>,
    /// How many people get a new password in which time, or that there is no rate, as the last process kept to it.
    rate: Option<AskedRate>,
    contradictions: Contradictions,
    on_premises: ScriptedRows,
    written_back: WritebackRows,
    risk: RiskRows,
}

/// An account that a line has moved on.
#[derive(Debug, Clone, Copy)]
pub struct Moved {
    /// The entry.
    pub row: RowNumber,
    /// Where the account stood.
    pub before: AccountState,
    /// Where it stands.
    pub after: AccountState,
}

impl States {
    /// Begins with nothing done to any of the accounts of the plan with this fingerprint.
    pub fn new(plan: Digest, planned: &impl Planned) -> Self {
        let by_row = planned.by_row();
        Self {
            plan,
            opened: false,
            on_premises: ScriptedRows::of_rows(by_row.len()),
            by_row,
            spent: Spent::default(),
            last_reset: None,
            rate: None,
            contradictions: Contradictions::default(),
            written_back: WritebackRows::default(),
            risk: RiskRows::default(),
        }
    }

    /// Has the journal been opened for this plan?
    pub fn has_begun(&self) -> bool {
        self.opened
    }

    /// How many rows the plan has.
    pub fn rows(&self) -> usize {
        self.by_row.len()
    }

    /// Has any write ever been sent?
    pub fn has_written(&self) -> bool {
        self.spent.is_begun()
    }

    /// Where the account of a row stands.
    pub fn of(&self, row: RowNumber) -> AccountState {
        self.by_row.get(row.index()).copied().unwrap_or_default()
    }

    /// Did the last verification find that something was changed back that was done for this row?
    pub fn is_contradicted(&self, row: RowNumber) -> bool {
        self.contradictions.contains(row)
    }

    /// What the script for Active Directory said of this row.
    pub fn on_premises(&self, row: RowNumber) -> Option<ScriptedRow> {
        self.on_premises.of(row)
    }

    /// How far the new password of this row is that is written back; nothing where none was sent.
    pub fn written_back(&self, row: RowNumber) -> Option<WritebackStanding> {
        self.written_back.of(row)
    }

    /// How far all of them are.
    pub const fn all_written_back(&self) -> &WritebackRows {
        &self.written_back
    }

    /// How far the risk of people is marked.
    pub const fn risk(&self) -> &RiskRows {
        &self.risk
    }

    /// Was anything done in Active Directory, by the script or by writeback?
    pub fn has_on_premises(&self) -> bool {
        self.on_premises.is_begun() || self.written_back.is_begun()
    }

    /// Where a process that takes over finds each row, in the roster's order.
    pub fn as_taken_over(&self) -> impl Iterator<Item = AccountState> {
        self.by_row.iter().map(|state| taken_over(*state))
    }

    /// Where each row stands, in the roster's order.
    pub fn iter(&self) -> impl Iterator<Item = &AccountState> {
        self.by_row.iter()
    }

    /// Where each of these rows stands, in their order, once each. Most rosters are worked on in the order of their rows: then it
    /// takes no memory, and what it takes otherwise is as much again, for the length of the call.
    pub fn in_order_of(self, rows: impl Iterator<Item = RowNumber> + Clone) -> Vec<AccountState> {
        let mut states = self.by_row;
        let at = |states: &[AccountState], row: RowNumber| states.get(row.index()).copied().unwrap_or_default();
        if !rows.clone().is_sorted_by(|one, other| one < other) {
            return rows.map(|row| at(&states, row)).collect();
        }
        let mut kept = 0;
        for row in rows {
            // No row is in front of its place, so none is read after it was written over.
            let state = at(&states, row);
            if let Some(place) = states.get_mut(kept) {
                *place = state;
                kept += 1;
            }
        }
        states.truncate(kept);
        states
    }

    /// Takes in the next line, and says which account it moved on, where it is about one.
    ///
    /// # Errors
    ///
    /// Says why a line cannot stand where it stands.
    pub fn apply(&mut self, line: &JournalLine) -> Result<Option<Moved>, MisplacedLine> {
        if let Record::Opened { plan, .. } = &line.record {
            return self.open(plan).map(|()| None);
        }
        if !self.opened {
            return Err(MisplacedLine::Unopened);
        }
        if let Record::TakenOver { .. } = line.record {
            self.take_over();
        }
        if let Record::Engaged { rate, .. } = line.record {
            self.rate = rate;
        }
        self.contradictions.take(&line.record);
        self.on_premises.take(&line.record)?;
        self.written_back.take(&line.record, line.at);
        self.risk.take(&line.record, self.by_row.len());
        let Some((row, transition)) = line.record.transition() else { return Ok(None) };
        let slot = self.by_row.get_mut(row.index()).ok_or(MisplacedLine::NoRow(row))?;
        let before = *slot;
        let after = state::next(before, transition)?;
        *slot = after;
        if let Record::Intended { app, steps, .. } = line.record {
            self.spent.note(app, line.at);
            if steps.contains(Step::Reset) {
                self.last_reset = Some(line.at);
            }
        }
        Ok(Some(Moved { row, before, after }))
    }

    fn open(&mut self, plan: &Digest) -> Result<(), MisplacedLine> {
        if self.opened {
            return Err(MisplacedLine::OpenedTwice);
        }
        if *plan != self.plan {
            return Err(MisplacedLine::OtherPlan);
        }
        self.opened = true;
        Ok(())
    }

    /// How many writes of the documented quotas are still spent at this moment; tenant time runs `speed` times as fast as
    /// the journal's clock.
    pub fn writes_spent(&self, now: OffsetDateTime, speed: f64) -> WritesSpent {
        self.spent.missing(now, speed)
    }

    /// How long ago the last new password was about to leave, where one ever was; tenant time runs `speed` times as fast as the
    /// journal's clock.
    pub fn since_last_reset(&self, now: OffsetDateTime, speed: f64) -> Option<Duration> {
        let since = Duration::try_from(now - self.last_reset?).unwrap_or_default();
        Some(since.mul_f64(speed))
    }

    /// To how many new passwords in which time the last process kept, or that it kept to no rate, where either was said. One that
    /// ended before it said so changes nothing.
    pub const fn rate(&self) -> Option<AskedRate> {
        self.rate
    }

    /// A new process took over: what the one before had under way is in doubt.
    pub fn take_over(&mut self) {
        for state in &mut self.by_row {
            *state = taken_over(*state);
        }
    }

    /// Nothing more is done to the account of this row; says whether anything was left to do.
    pub fn withdraw(&mut self, row: RowNumber) -> bool {
        self.advance(row, Transition::Drifted)
    }

    /// The steps of this row that were in doubt are done; says whether that could be.
    pub fn prove(&mut self, row: RowNumber, steps: Steps) -> bool {
        self.advance(row, Transition::Proven(steps))
    }

    /// What was refused for this row is tried once more; says whether anything was.
    pub fn retry(&mut self, row: RowNumber) -> bool {
        self.advance(row, Transition::Retried)
    }

    fn advance(&mut self, row: RowNumber, transition: Transition) -> bool {
        let Some(state) = self.by_row.get_mut(row.index()) else { return false };
        state::next(*state, transition).map(|after| *state = after).is_ok()
    }
}

fn taken_over(state: AccountState) -> AccountState {
    // Every state can be taken over.
    state::next(state, Transition::TakenOver).unwrap_or(state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use strum::EnumCount as _;

    struct Rows(Vec<AccountState>);

    impl Planned for Rows {
        fn by_row(&self) -> Vec<AccountState> {
            self.0.clone()
        }
    }

    proptest! {
        #[test]
        fn in_whatever_order_each_row_stands_where_it_stood(
            planned in prop::collection::vec(0_u8..4, 1..40), order in prop::collection::vec(any::<u16>(), 40), sorted: bool,
        ) {
            let steps = |number: &u8| match number {
                0 => Steps::NONE,
                1 => Steps::of(&[Step::Revoke]),
                2 => Steps::of(&[Step::Block, Step::Revoke]),
                _ => Steps::of(&[Step::Reset, Step::Revoke]),
            };
            let of_rows: Vec<_> = planned.iter().map(|number| AccountState::planned(steps(number))).collect();
            let states = || States::new(Digest::of(b"plan"), &Rows(of_rows.clone()));
            let mut rows: Vec<_> = (1..).take(of_rows.len()).zip(&order).filter(|(_, key)| **key % 3 > 0).collect();
            if !sorted {
                rows.sort_by_key(|(_, key)| **key);
            }
            let rows: Vec<RowNumber> = rows.into_iter().map(|(row, _)| RowNumber::new(row)).collect();
            let expected: Vec<_> = rows.iter().map(|row| states().of(*row)).collect();
            prop_assert_eq!(states().in_order_of(rows.into_iter()), expected);
        }
    }

    #[test]
    fn a_row_of_a_million_stands_in_few_bytes() {
        assert!(size_of::<AccountState>() <= Step::COUNT.div_ceil(2) + 3 + 2 * Step::with_targets().count());
    }
}
