//! What a run that takes hours asks before it changes the next accounts: are they still what the plan says?

use std::pin::Pin;

use super::outage_reason::OutageReason;
use crate::directory::LookupError;
use crate::graph::reading::ReadError;
use crate::graph::transport::TransportError;
use crate::ids::RowNumber;
use crate::plan::drift::DriftError;
use crate::plan::drift_cause::DriftCause;

/// Reads accounts again whose turn has come.
pub trait LookAgain: Send + Sync {
    /// Those of these rows whose account is no longer what the plan says, and what has become of it.
    fn drifted(&self, rows: Vec<RowNumber>) -> LookingAgain<'_>;
}

/// A look that is under way.
pub type LookingAgain<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<(RowNumber, DriftCause)>, LookAgainError>> + Send + 'a>>;

/// Why it is not known whether accounts are still what the plan says. Nothing is done to them then.
#[derive(Debug, thiserror::Error)]
pub enum LookAgainError {
    /// It may be known in a moment: Graph gives no answer.
    #[error("{0}")]
    Passing(OutageReason),
    /// Without a person it will not be known.
    #[error(transparent)]
    Lasting(DriftError),
}

impl From<DriftError> for LookAgainError {
    fn from(error: DriftError) -> Self {
        let words = error.to_string();
        match error {
            DriftError::Lookup(LookupError::Read(ReadError::Transport(call))) if is_passing(&call) => {
                Self::Passing(OutageReason::NoAnswer(call))
            }
            DriftError::Lookup(LookupError::Read(ReadError::GaveUp { ended, answer, .. })) => {
                Self::Passing(OutageReason::NotRead { ended, answer, words })
            }
            error => Self::Lasting(error),
        }
    }
}

fn is_passing(error: &TransportError) -> bool {
    match error {
        TransportError::NotSent(_) | TransportError::Lost(_) => true,
        TransportError::Token(token) => token.is_passing(),
        TransportError::Unauthorized(_) => false,
    }
}
