//! How the engine ends.

use super::breaker::HaltAt;
use crate::graph::error::GraphError;
use crate::graph::transport::TransportError;
use crate::graph::unreachable::Unreachable;
use crate::plan::drift::DriftError;
use crate::run::credential_generator::CredentialError;
use crate::run::journal::JournalError;
use crate::run::run_end::RunEnd;

/// What is said where it ends with [`Ending::TokenRejected`].
pub const TOKEN_REJECTED: &str = "Graph does not accept the token: it is rejected again and again inside batches";

/// How the engine ended.
#[derive(Debug)]
pub enum Ending {
    /// Every account is settled.
    Finished,
    /// It was asked to stop; the rest can be resumed.
    Interrupted,
    /// There is no way in any more.
    NoAccess(TransportError),
    /// Graph takes the calls, and turns the token down again and again for what is inside them.
    TokenRejected,
    /// Graph refused a whole batch.
    BatchRefused(GraphError),
    /// Again and again the answer to a batch could not be taken in: larger than an answer is, or with the token in it. What
    /// its writes did is read by the next process.
    AnswerUnusable(Unreachable),
    /// Every one of the first answers was 403: the app lacks a role or a permission, and would reach no account. The
    /// accounts that were refused are still open.
    RoleMissing(GraphError),
    /// Too many accounts failed: something is wrong that one account cannot explain.
    TooManyFailures {
        /// Accounts for which some step failed, was given up, or is uncertain.
        failed: u64,
        /// Accounts of this process for which at least one write was decided.
        accounts: u64,
        /// How many failures in a hundred were allowed.
        halt_at: HaltAt,
    },
    /// The journal cannot be written: nothing more may be sent.
    Journal(JournalError),
    /// It ended for one reason, and then the journal could not take the answers to what was under way.
    Unnoted {
        /// Why it ended.
        first: Box<Ending>,
        /// What became of the journal.
        journal: JournalError,
    },
    /// Accounts whose turn had come could not be read again; nothing was done to them.
    NotReadable(DriftError),
    /// A credential could not be made.
    Credential(CredentialError),
    /// A bug in the engine itself.
    Bug(String),
}

impl Ending {
    /// What the journal keeps of it.
    #[must_use]
    pub const fn kept(&self) -> RunEnd {
        match self {
            Self::Finished => RunEnd::Finished,
            Self::Interrupted => RunEnd::Interrupted,
            _ => RunEnd::Stopped,
        }
    }
}
