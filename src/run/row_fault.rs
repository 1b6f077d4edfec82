//! What stands in the way of a row, as the journal has it.

use super::last_try::LastTry;
use super::record::Record;
use crate::graph::error::GraphError;
use crate::graph::write_outcome::{Postponed, Undecided, WriteOutcome};
use crate::plan::drift_cause::DriftCause;
use crate::step::Steps;

/// What stands in the way of a row: the last record of its account that is no success.
#[derive(Debug, Clone, PartialEq)]
pub enum RowFault {
    /// Graph refused a write for good.
    Refused(GraphError),
    /// A write was not made, and may be sent again.
    Postponed(Postponed),
    /// It is not known whether a write was made.
    Undecided(Undecided),
    /// These steps were tried often enough.
    GaveUp {
        /// The steps.
        steps: Steps,
        /// What the last attempt ended with.
        last_try: LastTry,
    },
    /// The account is no longer the one that the plan was made for.
    Drifted(DriftCause),
}

impl RowFault {
    /// The fault that a record is about.
    pub fn of(record: Record) -> Option<Self> {
        match record {
            Record::Answered { answer: WriteOutcome::Refused { error }, .. } => Some(Self::Refused(error)),
            Record::Answered { answer: WriteOutcome::Postponed { why, .. }, .. } => Some(Self::Postponed(why)),
            Record::Answered { answer: WriteOutcome::Unknown { why, .. }, .. } => Some(Self::Undecided(why)),
            Record::GaveUp { steps, last_try, .. } => Some(Self::GaveUp { steps, last_try }),
            Record::Drifted { reason, .. } => Some(Self::Drifted(reason)),
            _ => None,
        }
    }

    /// The cell `error_code` of `results.csv`; empty where there is no code.
    pub fn code(&self) -> String {
        match self {
            Self::Refused(error) if error.code.is_empty() => error.status.to_string(),
            Self::Refused(error) => error.code.to_string(),
            Self::Drifted(_) => "drifted".to_owned(),
            Self::Postponed(_) | Self::Undecided(_) | Self::GaveUp { .. } => String::new(),
        }
    }

    /// What the column `detail` of `results.csv` says of it.
    pub fn detail(&self) -> String {
        match self {
            Self::Refused(error) => match error.clue() {
                Some(clue) => format!("{} ({clue})", error.message),
                None => error.message.to_string(),
            },
            Self::Postponed(why) => why.to_string(),
            Self::Undecided(why) => why.to_string(),
            Self::GaveUp { steps, last_try } => format!("gave up on {steps}: {last_try}"),
            Self::Drifted(cause) => format!("drifted: {cause}"),
        }
    }
}
