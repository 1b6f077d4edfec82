//! What became of the mark on the risk of each row, and how many there are of each.

use schemars::JsonSchema;
use serde::Serialize;

use super::outcome::Outcome;
use super::risk_rows::{RiskFault, RiskStanding};
use super::states::States;
use crate::graph::risk_mark::RiskMark;
use crate::plan::risk_plan::RiskOfRow;
use crate::plan::row::PlanRow;

/// What became of the mark on the risk of one row, as the column `risk` of the results has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum RowRisk {
    /// Graph accepted it.
    Done,
    /// It is still to be sent.
    Pending,
    /// It may be marked: no answer says. The same command sends it again.
    Uncertain,
    /// Graph refused it.
    Failed,
    /// Graph accepted it, and a reset by an administrator closed it again since. The same command marks it once more.
    ClosedByReset,
    /// Graph accepted it, and somebody closed it since. It stays so: they decided that.
    Closed,
    /// Not marked, because the steps of the account are not done, or were changed back.
    LeftOut,
    /// Not marked, because it is a guest's: it belongs to the home tenant.
    Guest,
}

impl RowRisk {
    /// What became of it; nothing where the plan marks no risk of this row.
    pub fn of(row: &PlanRow, states: &States) -> Option<Self> {
        let in_cloud = Outcome::of_row(row.decision, &states.of(row.row));
        Some(match (RiskOfRow::of(row)?, states.risk().of(row.row), in_cloud) {
            (RiskOfRow::Elsewhere, ..) => Self::Guest,
            (_, RiskStanding::Marked, _) => Self::Done,
            (_, RiskStanding::Closed, _) => Self::Closed,
            // Who was let in again is not locked out by the risk alone, and not by surprise.
            _ if states.is_contradicted(row.row) => Self::LeftOut,
            (_, RiskStanding::ClosedByReset, _) => Self::ClosedByReset,
            (_, RiskStanding::Unknown, _) => Self::Uncertain,
            (_, RiskStanding::Refused, Outcome::Done) => Self::Failed,
            (_, RiskStanding::Open, Outcome::Done) | (_, _, Outcome::Pending) => Self::Pending,
            (..) => Self::LeftOut,
        })
    }

    /// Does the same command mark it, once the steps of the account are done?
    pub const fn is_to_mark(self) -> bool {
        match self {
            Self::Pending | Self::Uncertain | Self::Failed | Self::ClosedByReset => true,
            Self::Done | Self::Closed | Self::LeftOut | Self::Guest => false,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// How many people's risk is how far.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct RiskCounts {
    /// What is said of it.
    pub mark: RiskMark,
    /// Graph accepted it.
    pub done: u64,
    /// Still to be sent.
    pub pending: u64,
    /// It may be marked: no answer says.
    pub uncertain: u64,
    /// Graph refused it.
    pub failed: u64,
    /// Graph accepted it, and a reset by an administrator closed it again since.
    pub closed_by_reset: u64,
    /// Graph accepted it, and somebody closed it since.
    pub closed: u64,
    /// Not marked, because the steps of the account are not done, or were changed back.
    pub left_out: u64,
    /// Guests, whose risk belongs to their home tenant.
    pub guests: u64,
    /// What the last call said, where it marked no one; or else what was said of the last person who was refused alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<RiskFault>,
}

impl RiskCounts {
    /// None so far.
    pub const fn of(mark: RiskMark) -> Self {
        Self {
            mark,
            done: 0,
            pending: 0,
            uncertain: 0,
            failed: 0,
            closed_by_reset: 0,
            closed: 0,
            left_out: 0,
            guests: 0,
            because: None,
        }
    }

    pub(super) const fn add(&mut self, risk: RowRisk) {
        *match risk {
            RowRisk::Done => &mut self.done,
            RowRisk::Pending => &mut self.pending,
            RowRisk::Uncertain => &mut self.uncertain,
            RowRisk::Failed => &mut self.failed,
            RowRisk::ClosedByReset => &mut self.closed_by_reset,
            RowRisk::Closed => &mut self.closed,
            RowRisk::LeftOut => &mut self.left_out,
            RowRisk::Guest => &mut self.guests,
        } += 1;
    }

    /// How many people's risk should be marked and is not, as far as is known. Guests are no part of it.
    pub const fn not_marked(&self) -> u64 {
        self.to_mark() + self.closed + self.left_out
    }

    /// How many of these the same command marks: see [`RowRisk::is_to_mark`].
    pub const fn to_mark(&self) -> u64 {
        self.pending + self.uncertain + self.failed + self.closed_by_reset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator as _;

    #[test]
    fn who_is_to_be_marked_is_counted_as_such() {
        for risk in RowRisk::iter() {
            let mut counts = RiskCounts::of(RiskMark::Dismiss);
            counts.add(risk);
            assert_eq!(counts.to_mark(), u64::from(risk.is_to_mark()), "{risk:?}");
        }
    }
}
