//! What a report is made of: the run as a whole, and the accounts that are left to others.

use std::collections::BTreeMap;

use super::causes::Causes;
use super::target_section::TargetsOfPlan;
use super::timeline::Timeline;
use crate::ids::RowNumber;
use crate::plan::folder::PlanFolder;
use crate::plan::reason::Reason;
use crate::plan::row::{Decision, ListPlace, PlanRow};
use crate::run::outcome::Outcome;
use crate::run::outcome_counts::OutcomeCounts;
use crate::run::result_row::{ResultDetails, ResultRow};
use crate::run::results::detail;

/// How many accounts of each kind that is left to others the page names without a script.
pub(super) const MAX_PLAIN_ROWS: usize = 500;

/// All that the sections are made of.
pub(super) struct RunReport<'a> {
    pub(super) plan: &'a PlanFolder,
    pub(super) timeline: Timeline,
    pub(super) outcomes: OutcomeCounts,
    /// The file of the first packet.
    pub(super) packet: Option<String>,
    pub(super) causes: Causes,
    pub(super) left: LeftToOthers,
    /// What became of the targets of its steps, where any has some.
    pub(super) targets: Option<TargetsOfPlan>,
    /// The rows of which the last reading did not prove a step, as far as the page names them.
    pub(super) not_proved: BTreeMap<RowNumber, PlanRow>,
}

/// The accounts that are left to others.
#[derive(Default)]
pub(super) struct LeftToOthers {
    /// Mastered elsewhere: their passwords were not replaced.
    pub(super) on_premises: AccountSample,
    /// Sign in elsewhere.
    pub(super) guests: AccountSample,
    /// May have been changed.
    pub(super) uncertain: AccountSample,
    /// Refused by the plan, by reason.
    pub(super) refused: BTreeMap<Reason, AccountSample>,
}

/// How many accounts, and the first of them.
#[derive(Default)]
pub(super) struct AccountSample {
    pub(super) count: u64,
    pub(super) first: Vec<(ListPlace, String, String)>,
}

impl AccountSample {
    fn add(&mut self, row: &PlanRow, what: &str) {
        self.count += 1;
        if self.first.len() < MAX_PLAIN_ROWS {
            self.first.push((row.place(), row.name().to_owned(), what.to_owned()));
        }
    }
}

impl LeftToOthers {
    pub(super) fn add(&mut self, result: &ResultRow, details: &ResultDetails) {
        let row = &result.planned;
        let reasons = &row.reasons;
        let elsewhere = reasons.iter().any(|reason| matches!(reason, Reason::Synced | Reason::Federated));
        if elsewhere && row.decision != Decision::Skip {
            self.on_premises.add(row, &row.reason_text());
        }
        if reasons.contains(&Reason::Guest) {
            self.guests.add(row, &row.reason_text());
        }
        if result.outcome == Outcome::Uncertain {
            self.uncertain.add(row, &detail(result, details));
        }
        if row.decision == Decision::Refuse
            && let Some(reason) = reasons.first()
        {
            self.refused.entry(*reason).or_default().add(row, &row.reason_text());
        }
    }
}
