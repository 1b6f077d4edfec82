//! How many rows have which outcome.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::first_named::FirstNamed;
use super::outcome::Outcome;
use super::result_row::ResultRow;
use super::risk_result::RiskCounts;
use super::risk_rows::RiskFault;
use super::script_result::{ScriptPassword, ScriptResult};
use super::state::StepState;
use super::writeback::{WritebackStage, is_to_be_written_back};
use crate::json::ByWord;
use crate::plan::row::Decision;
use crate::step::{StepMap, StepShare};

/// How many rows have which outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[schemars(with = "ByWord<Outcome, u64>")]
pub struct OutcomeCounts {
    #[serde(flatten)]
    outcomes: BTreeMap<Outcome, u64>,
    #[serde(skip)]
    to_retry: u64,
    #[serde(skip)]
    drifted: u64,
    #[serde(skip)]
    drifted_and_left_alone: u64,
    #[serde(skip)]
    steps: StepMap<StepShare>,
    #[serde(skip)]
    not_touched: FirstNamed,
    #[serde(skip)]
    contradicted: FirstNamed,
    #[serde(skip)]
    old_password: FirstNamed,
    #[serde(skip)]
    scripted: u64,
    #[serde(skip)]
    by_hand: u64,
    #[serde(skip)]
    to_write_back: u64,
    #[serde(skip)]
    accepted: u64,
    /// By wave, how many of its accounts are left to do, or in doubt; nothing where the plan has no waves.
    #[serde(skip)]
    left_by_wave: BTreeMap<String, u64>,
    #[serde(skip)]
    risk: Option<RiskCounts>,
}

impl OutcomeCounts {
    /// How many rows have this outcome.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }

    /// All rows.
    pub fn rows(&self) -> u64 {
        self.outcomes.values().sum()
    }

    /// Counts one more.
    pub(super) fn add(&mut self, row: &ResultRow) {
        let (outcome, state) = (row.outcome, &row.history.state);
        *self.outcomes.entry(outcome).or_default() += 1;
        self.to_retry += u64::from(row.planned.decision == Decision::Act && state.may_be_retried());
        self.drifted += u64::from(state.has_drifted());
        self.drifted_and_left_alone += u64::from(state.has_drifted() && outcome == Outcome::Refused);
        if row.is_touched() {
            for (step, state) in state.planned_steps() {
                self.steps[step].planned += 1;
                self.steps[step].done += u64::from(state == StepState::Done);
            }
        }
        if outcome == Outcome::Refused {
            self.not_touched.add(row.planned.place(), row.name());
        }
        if outcome == Outcome::OldPassword {
            self.old_password.add(row.planned.place(), row.name());
        }
        if let Some(there) = row.history.on_premises.filter(|row| row.result == ScriptResult::Done) {
            let is_by_hand = there.password == ScriptPassword::ByHand;
            *if is_by_hand { &mut self.by_hand } else { &mut self.scripted } += 1;
        }
        if row.is_written_back {
            let standing = row.history.written_back;
            self.to_write_back += u64::from(is_to_be_written_back(standing, state.has_drifted()));
            let is_accepted = standing.is_some_and(|it| it.stage == WritebackStage::Accepted);
            self.accepted += u64::from(is_accepted && outcome == Outcome::Uncertain);
        }
        if row.planned.decision == Decision::Act && !state.is_settled() && !row.planned.wave.is_empty() {
            match self.left_by_wave.get_mut(&row.planned.wave) {
                Some(left) => *left += 1,
                None => drop(self.left_by_wave.insert(row.planned.wave.clone(), 1)),
            }
        }
        if let Some((mark, risk)) = row.risk {
            self.risk.get_or_insert(RiskCounts::of(mark)).add(risk);
        }
        if row.history.is_contradicted {
            self.contradicted.add(row.planned.place(), row.name());
        }
    }

    /// Says why the risk of people is not marked, where it is not.
    pub(super) fn explain_risk(&mut self, fault: Option<&RiskFault>) {
        if let Some(risk) = self.risk.as_mut().filter(|risk| risk.to_mark() > 0) {
            risk.because = fault.cloned();
        }
    }

    /// How far the risk of people is marked; nothing where the plan marks none.
    pub const fn risk(&self) -> Option<&RiskCounts> {
        self.risk.as_ref()
    }

    /// How many people's steps are done, and their risk is not marked.
    pub fn risk_to_mark(&self) -> u64 {
        self.risk.as_ref().map_or(0, RiskCounts::to_mark)
    }

    /// How many accounts of this wave are left to do, or in doubt.
    pub fn left_in_wave(&self, name: &str) -> u64 {
        self.left_by_wave.get(name).copied().unwrap_or_default()
    }

    /// Every outcome that any row has, with its number.
    pub fn iter(&self) -> impl Iterator<Item = (Outcome, u64)> {
        self.outcomes.iter().map(|(outcome, rows)| (*outcome, *rows))
    }

    /// Accounts that are settled, and of which something was refused or given up, so that it may be tried once more.
    pub const fn to_retry(&self) -> u64 {
        self.to_retry
    }

    /// Accounts that the plan means and that are not done.
    pub fn not_done(&self) -> u64 {
        let open = [Outcome::OldPassword, Outcome::Partial, Outcome::Failed, Outcome::Uncertain, Outcome::Pending];
        open.into_iter().map(|outcome| self.of(outcome)).sum::<u64>() + self.drifted_and_left_alone
    }

    /// Accounts that are no longer what the plan says, and of which something is done.
    pub const fn drifted_half_way(&self) -> u64 {
        self.drifted - self.drifted_and_left_alone
    }

    /// Rows of the list that a person has to check, and that nothing was done for.
    pub const fn not_touched(&self) -> &FirstNamed {
        &self.not_touched
    }

    /// People who are dealt with in the cloud, and whose old password, kept elsewhere, is not replaced.
    pub const fn old_password(&self) -> &FirstNamed {
        &self.old_password
    }

    /// Rows of the work list for Active Directory that its script has done there.
    pub const fn scripted(&self) -> u64 {
        self.scripted
    }

    /// Rows of it that people say they have done by hand.
    pub const fn by_hand(&self) -> u64 {
        self.by_hand
    }

    /// People whose new password is still to be written back, as far as is known.
    pub const fn to_write_back(&self) -> u64 {
        self.to_write_back
    }

    /// People whose new password was written back, and that no reading has shown.
    pub const fn accepted_there(&self) -> u64 {
        self.accepted
    }

    /// Accounts at which the last verification found something changed back.
    pub const fn contradicted(&self) -> &FirstNamed {
        &self.contradicted
    }

    /// How much of each step is done.
    pub const fn steps(&self) -> &StepMap<StepShare> {
        &self.steps
    }

    /// Rows of the list with which nothing more has to be done, unless somebody has changed it back.
    pub fn dealt_with(&self) -> u64 {
        [Outcome::Done, Outcome::Already, Outcome::Skipped].into_iter().map(|outcome| self.of(outcome)).sum()
    }

    /// Of how many people somebody closed the risk again, as the last verification found.
    pub fn risk_closed(&self) -> u64 {
        self.risk.as_ref().map_or(0, |risk| risk.closed)
    }

    /// Is everyone on the list dealt with, the risk that was to be marked too, and did the last verification contradict nothing of
    /// it?
    pub fn is_all_dealt_with(&self) -> bool {
        self.dealt_with() == self.rows()
            && self.contradicted.count == 0
            && self.risk_to_mark() + self.risk_closed() == 0
    }

    /// Accounts that are no longer what the plan says: those that were left alone count among the refused.
    pub const fn drifted(&self) -> u64 {
        self.drifted
    }
}
