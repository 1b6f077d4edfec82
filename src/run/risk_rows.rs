//! How far the risk of each person is marked, as the journal has it: kept beside the steps, because one call is about many people.

use schemars::JsonSchema;
use serde::Serialize;

use super::record::Record;
use super::risk_found::RiskFound;
use crate::graph::error::{GraphClue, GraphError};
use crate::graph::risk_mark::RiskBar;
use crate::graph::write_outcome::{Postponed, Undecided, WriteOutcome};
use crate::ids::RowNumber;
use crate::json;

/// How far the risk of one person is marked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RiskStanding {
    /// Nothing was sent, or what was sent certainly changed nothing.
    #[default]
    Open,
    /// It may be marked: no answer says.
    Unknown,
    /// Graph refused it.
    Refused,
    /// Graph accepted it.
    Marked,
    /// Graph accepted it, and a verification found that a reset by an administrator closed it again: the same call marks it.
    ClosedByReset,
    /// Graph accepted it, and a verification found that somebody closed it since: they decided that.
    Closed,
}

impl RiskStanding {
    /// Did Graph accept the mark, whatever was found of it since?
    pub const fn was_accepted(self) -> bool {
        matches!(self, Self::Marked | Self::ClosedByReset | Self::Closed)
    }
}

/// What was said last by a call that marked no one.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct RiskFault {
    /// What stands in the way of everybody, where it is that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bar: Option<RiskBar>,
    /// In the words of Graph, or of the network.
    #[serde(serialize_with = "json::words")]
    #[schemars(with = "String")]
    pub said: RiskSaid,
}

/// What a call that marked no one was answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RiskSaid {
    /// It has to wait.
    #[error("{0}")]
    Postponed(Postponed),
    /// It is not known.
    #[error("{0}")]
    Undecided(Undecided),
    /// Graph refused it.
    #[error("{0}")]
    Refused(GraphError),
}

impl RiskSaid {
    fn of(answer: &WriteOutcome) -> Option<Self> {
        match answer {
            WriteOutcome::Accepted => None,
            WriteOutcome::Postponed { why, .. } => Some(Self::Postponed(*why)),
            WriteOutcome::Unknown { why, .. } => Some(Self::Undecided(why.clone())),
            WriteOutcome::Refused { error } => Some(Self::Refused(error.clone())),
        }
    }

    /// What is known of the reason for a refusal.
    pub fn clue(&self) -> Option<GraphClue> {
        match self {
            Self::Refused(error) => error.clue(),
            Self::Postponed(_) | Self::Undecided(_) => None,
        }
    }
}

/// What a call said of one row, in bits.
#[derive(Debug, Clone, Copy, Default)]
struct Flags(u8);

impl Flags {
    const SENT: u8 = 1;
    const IN_DOUBT: u8 = 2;
    const REFUSED: u8 = 4;
    const MARKED: u8 = 8;
    const CLOSED_BY_RESET: u8 = 16;
    const CLOSED: u8 = 32;

    const fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    const fn with(self, bit: u8) -> Self {
        Self(self.0 | bit)
    }

    const fn without(self, bit: u8) -> Self {
        Self(self.0 & !bit)
    }

    /// About to be sent. What was sent before and never answered may have taken effect.
    const fn intended(self) -> Self {
        let before = if self.has(Self::SENT) { self.with(Self::IN_DOUBT) } else { self };
        before.with(Self::SENT)
    }

    const fn answered(self, answer: &WriteOutcome) -> Self {
        let settled = self.without(Self::SENT);
        match answer {
            WriteOutcome::Accepted => settled.with(Self::MARKED).found(RiskFound::AsMarked),
            WriteOutcome::Refused { .. } => settled.with(Self::REFUSED),
            WriteOutcome::Unknown { .. } => settled.with(Self::IN_DOUBT),
            WriteOutcome::Postponed { .. } => settled,
        }
    }

    /// Read again after it was accepted.
    const fn found(self, found: RiskFound) -> Self {
        let open = self.without(Self::CLOSED_BY_RESET | Self::CLOSED);
        match found {
            RiskFound::AsMarked => open,
            RiskFound::ClosedByReset => open.with(Self::CLOSED_BY_RESET),
            RiskFound::Closed => open.with(Self::CLOSED),
        }
    }

    const fn standing(self) -> RiskStanding {
        if self.has(Self::CLOSED_BY_RESET) {
            RiskStanding::ClosedByReset
        } else if self.has(Self::CLOSED) {
            RiskStanding::Closed
        } else if self.has(Self::MARKED) {
            RiskStanding::Marked
        } else if self.has(Self::SENT) || self.has(Self::IN_DOUBT) {
            RiskStanding::Unknown
        } else if self.has(Self::REFUSED) {
            RiskStanding::Refused
        } else {
            RiskStanding::Open
        }
    }
}

/// How far it is for each row; no room is taken before the first call.
#[derive(Debug, Default)]
pub struct RiskRows {
    by_row: Vec<Flags>,
    fault: Option<RiskFault>,
    /// Why one person was refused alone, the last of them: calls for others that went well since do not make it untrue.
    refused: Option<(RowNumber, RiskFault)>,
}

impl RiskRows {
    /// Takes in the next line of a journal of a plan with so many rows.
    pub(super) fn take(&mut self, record: &Record, rows_of_plan: usize) {
        match record {
            Record::RiskIntended { rows, .. } => self.each(rows, rows_of_plan, Flags::intended),
            Record::RiskAnswered { rows, answer, bar, .. } => {
                self.each(rows, rows_of_plan, |flags| flags.answered(answer));
                self.fault = RiskSaid::of(answer).map(|said| RiskFault { bar: *bar, said });
                match (rows.as_slice(), answer, &self.fault) {
                    ([row], WriteOutcome::Refused { .. }, Some(fault)) => self.refused = Some((*row, fault.clone())),
                    (rows, WriteOutcome::Accepted, _) => {
                        self.refused.take_if(|(refused, _)| rows.contains(refused));
                    }
                    _ => {}
                }
            }
            Record::RiskVerified { rows, found } => self.each(rows, rows_of_plan, |flags| flags.found(*found)),
            _ => {}
        }
    }

    fn each(&mut self, rows: &[RowNumber], rows_of_plan: usize, change: impl Fn(Flags) -> Flags) {
        self.by_row.resize(rows_of_plan, Flags::default());
        for row in rows {
            if let Some(flags) = self.by_row.get_mut(row.index()) {
                *flags = change(*flags);
            }
        }
    }

    /// How far it is for a row.
    pub fn of(&self, row: RowNumber) -> RiskStanding {
        self.by_row.get(row.index()).copied().unwrap_or_default().standing()
    }

    /// What the last call said, where it marked no one; or else what was said of the last person who was refused alone.
    pub fn fault(&self) -> Option<&RiskFault> {
        self.fault.as_ref().or_else(|| self.refused.as_ref().map(|(_, fault)| fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::risk_mark::RiskMark;

    fn intended(rows: &[u32]) -> Record {
        let rows = rows.iter().copied().map(RowNumber::new).collect();
        Record::RiskIntended { mark: RiskMark::ConfirmCompromised, rows }
    }

    fn answered(rows: &[u32], answer: WriteOutcome) -> Record {
        let rows = rows.iter().copied().map(RowNumber::new).collect();
        Record::RiskAnswered { rows, answer, bar: None, date: None, request_id: None }
    }

    #[test]
    fn a_doubt_stays_until_a_call_is_accepted() {
        use RiskStanding::{Marked, Open, Refused, Unknown};

        let (one, two, three) = (RowNumber::new(1), RowNumber::new(2), RowNumber::new(3));
        let lost = WriteOutcome::Unknown { why: Undecided::Lost("reset by peer".into()), retry_after: None };
        let throttled = WriteOutcome::Postponed { why: Postponed::Throttled, retry_after: None };
        let refused = WriteOutcome::Refused { error: GraphError { status: 403, ..GraphError::default() } };
        let mut rows = RiskRows::default();
        assert_eq!((rows.of(one), rows.by_row.len()), (RiskStanding::Open, 0));
        let mut take = |record| {
            rows.take(&record, 3);
            [one, two, three].map(|row| rows.of(row))
        };
        assert_eq!(take(intended(&[1, 2])), [Unknown, Unknown, Open]);
        assert_eq!(take(answered(&[1, 2], throttled.clone())), [Open, Open, Open]);
        assert_eq!(take(intended(&[1, 2])), [Unknown, Unknown, Open]);
        // The process died: the next one sends it again.
        assert_eq!(take(intended(&[1])), [Unknown, Unknown, Open]);
        assert_eq!(take(answered(&[1], throttled)), [Unknown, Unknown, Open], "the first one may have been done");
        assert_eq!(take(answered(&[2], lost)), [Unknown, Unknown, Open]);
        assert_eq!(take(intended(&[1, 3])), [Unknown, Unknown, Unknown]);
        assert_eq!(take(answered(&[1, 3], refused)), [Unknown, Unknown, Refused]);
        assert_eq!(take(intended(&[1, 2, 3])), [Unknown, Unknown, Unknown]);
        assert_eq!(take(answered(&[1, 2, 3], WriteOutcome::Accepted)), [Marked, Marked, Marked]);
        assert_eq!(rows.fault(), None, "the last call went well");
    }

    #[test]
    fn what_a_reading_found_closed_is_no_longer_marked_until_it_is_found_or_marked_again() {
        use RiskStanding::{Closed, ClosedByReset, Marked, Open};

        let mut rows = RiskRows::default();
        let mut take = |record| {
            rows.take(&record, 3);
            [1, 2, 3].map(|row| rows.of(RowNumber::new(row)))
        };
        let found = |rows: &[u32], found| {
            let rows = rows.iter().copied().map(RowNumber::new).collect();
            Record::RiskVerified { rows, found }
        };
        assert_eq!(take(answered(&[1, 2], WriteOutcome::Accepted)), [Marked, Marked, Open]);
        assert_eq!(take(found(&[1], RiskFound::ClosedByReset)), [ClosedByReset, Marked, Open]);
        assert_eq!(take(found(&[2], RiskFound::Closed)), [ClosedByReset, Closed, Open]);
        assert_eq!(take(found(&[2], RiskFound::AsMarked)), [ClosedByReset, Marked, Open]);
        let throttled = WriteOutcome::Postponed { why: Postponed::Throttled, retry_after: None };
        take(intended(&[1]));
        assert_eq!(take(answered(&[1], throttled)), [ClosedByReset, Marked, Open]);
        assert_eq!(take(answered(&[1], WriteOutcome::Accepted)), [Marked, Marked, Open]);
    }

    #[test]
    fn why_a_person_was_refused_alone_is_kept_until_that_person_is_marked() {
        let refused = || WriteOutcome::Refused { error: GraphError { status: 404, ..GraphError::default() } };
        let mut rows = RiskRows::default();
        let mut take = |record| {
            rows.take(&record, 3);
            rows.fault().cloned()
        };
        let of_all = take(answered(&[1, 2], refused()));
        assert!(of_all.is_some());
        assert_eq!(take(answered(&[3], WriteOutcome::Accepted)), None, "two are refused, and each is tried alone");
        let alone = take(answered(&[1], refused()));
        assert!(alone.as_ref().is_some_and(|fault| fault.said.to_string().contains("404")), "{alone:?}");
        assert_eq!(take(answered(&[2], WriteOutcome::Accepted)), alone);
        assert_eq!(take(answered(&[1], WriteOutcome::Accepted)), None);
    }
}
