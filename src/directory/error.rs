//! Why a lookup as a whole has failed.

use crate::graph::error::GraphError;
use crate::graph::reading::ReadError;

/// Why the directory could not be read. Nothing is known then about any of the names that were asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// Graph refused, gave no answer, or gave one that cannot be understood.
    #[error("the directory could not be read: {0}")]
    Read(#[from] ReadError),
    /// Graph refused one question among others.
    #[error("the directory could not be read: {question} was refused: {error}")]
    Refused {
        /// What was asked.
        question: String,
        /// What Graph says.
        error: GraphError,
    },
    /// The answer to one question is not to be believed.
    #[error("the directory could not be read: the answer to {question} cannot be relied on: {reason}")]
    Unreliable {
        /// What was asked.
        question: String,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The app lacks a permission without which no account can be judged.
    #[error(
        "this app may not read {what}: {error}; grant it the application permission {permission}, or do without them \
         by {flag}"
    )]
    NotPermitted {
        /// What could not be read.
        what: &'static str,
        /// The least permission that is needed.
        permission: &'static str,
        /// The flag that gives up on it.
        flag: &'static str,
        /// What Graph says.
        error: Box<GraphError>,
    },
    /// The app may see that users exist, and not who they are.
    #[error("the directory does not show the names of its users to this app; grant it User.Read.All and try again")]
    NamesHidden,
    /// The app may see who users are, and not in what state.
    #[error("the directory does not show this app whether its users may sign in; grant it User.Read.All and try again")]
    StateHidden,
}
