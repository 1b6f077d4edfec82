//! A plan in numbers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator as _;

use super::reason::Reason;
use super::row::Decision;
use crate::json::ByWord;
use crate::step::{Step, StepMap, Steps};

/// How many rows there are of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Accounts that will be changed.
    pub act: Tally,
    /// Accounts at which nothing is left to do.
    pub already: Tally,
    /// Rows that are left alone, and nothing is amiss.
    pub skip: Tally,
    /// Rows that are left alone and need a look.
    pub refuse: Tally,
    /// How many accounts each step is done to.
    pub steps: StepMap<u32>,
    /// How many of the accounts that get a new password get no pass, because the policy of the tenant gives them none, or
    /// the list names no moment for it that can be meant.
    #[serde(default, skip_serializing_if = "is_none_at_all")]
    pub reset_without_pass: u32,
    /// How many writes all of it costs.
    pub writes: u64,
}

/// A number that a document leaves out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
pub(super) const fn is_none_at_all(number: &u32) -> bool {
    *number == 0
}

/// The rows of one decision.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// How many rows.
    pub rows: u32,
    /// On how many of them each reason stands. A row may have none, and more than one.
    #[schemars(with = "ByWord<Reason, u32>")]
    pub reasons: BTreeMap<Reason, u32>,
}

impl Counts {
    /// Counts one row, whose steps have so many targets.
    pub fn add(&mut self, decision: Decision, reasons: &[Reason], steps: Steps, targets: u32) {
        let tally = match decision {
            Decision::Act => &mut self.act,
            Decision::Already => &mut self.already,
            Decision::Skip => &mut self.skip,
            Decision::Refuse => &mut self.refuse,
        };
        tally.rows += 1;
        for reason in reasons {
            *tally.reasons.entry(*reason).or_default() += 1;
        }
        for step in steps.iter() {
            self.steps[step] += 1;
        }
        let has_no_pass = decision == Decision::Act && reasons.iter().any(|why| why.takes_the_pass());
        self.reset_without_pass += u32::from(has_no_pass && steps.contains(Step::Reset));
        // One target of each step is reckoned with already.
        let reckoned = steps.iter().filter(|step| step.has_targets()).count() as u64;
        self.writes += steps.writes() + u64::from(targets).saturating_sub(reckoned);
    }

    /// The steps that are done to any account.
    pub fn planned_steps(&self) -> Steps {
        self.steps.steps_where(|number| *number > 0)
    }

    /// The rows of one decision.
    pub const fn of(&self, decision: Decision) -> &Tally {
        match decision {
            Decision::Act => &self.act,
            Decision::Already => &self.already,
            Decision::Skip => &self.skip,
            Decision::Refuse => &self.refuse,
        }
    }

    /// All rows.
    pub fn rows(&self) -> u32 {
        Decision::iter().map(|decision| self.of(decision).rows).sum()
    }
}
