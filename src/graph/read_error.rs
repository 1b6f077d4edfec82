//! Why something could not be read.

use std::io;

use super::error::GraphError;
use super::outside::OutsideText;
use super::read_permission::least_for;
use super::transport::TransportError;
use super::unreachable::UnreachableCause;

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Graph refused.
    #[error("{error}")]
    Refused {
        /// What Graph says.
        error: GraphError,
        /// The least permission for what was asked, where it is known.
        needs: Option<&'static str>,
    },
    /// Graph did not answer, however often it was asked.
    #[error("gave up after {attempts} attempts: {last}")]
    GaveUp {
        /// How often it was tried.
        attempts: u32,
        /// What the last attempt ended with.
        last: String,
        /// What Graph itself said to the last attempt, where it was a fault of its own.
        answer: Option<Box<GraphError>>,
        /// Did the last attempt end with an answer?
        ended: LastAttempt,
    },
    /// There is no way in.
    #[error(transparent)]
    Transport(TransportError),
    /// The answer is not what Graph documents.
    #[error("Graph's answer to {what} cannot be understood: {reason}")]
    Garbled {
        /// What was asked for.
        what: String,
        /// What is wrong with it.
        reason: OutsideText,
    },
    /// The request could not be put together.
    #[error("the request cannot be put together: {0}")]
    Request(#[from] io::Error),
}

/// How the last attempt of a read ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastAttempt {
    /// Graph answered that it cannot serve now, or with nothing that can be used.
    Answered,
    /// No answer of Graph's came; for this cause, where it is known.
    Unanswered(Option<UnreachableCause>),
}

impl LastAttempt {
    /// It ended with an answer.
    pub(super) fn of_answer(is_foreign: bool) -> Self {
        if is_foreign { Self::Unanswered(Some(UnreachableCause::SomethingBetween)) } else { Self::Answered }
    }
}

impl ReadError {
    /// Graph refused to say what is at `path`, which begins with the version.
    pub fn refused(path: &str, error: GraphError) -> Self {
        Self::Refused { error, needs: least_for(path) }
    }

    /// What Graph itself has to say to this question, however often it is asked: its refusal, or its own fault. Where there
    /// is another way, or none is needed, the question can go without.
    ///
    /// # Errors
    ///
    /// The error as it was, where it is not Graph that answers, or it answers nothing.
    pub fn into_graphs_answer(self) -> Result<GraphError, Self> {
        match self {
            Self::Refused { error, .. } if !error.is_foreign => Ok(error),
            Self::GaveUp { answer: Some(error), .. } => Ok(*error),
            error => Err(error),
        }
    }
}
