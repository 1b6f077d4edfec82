//! How the engine ends.

use super::breaker::HaltAt;
use crate::graph::unreachable::Unreachable;
use crate::plan::drift::DriftError;
use crate::run::credential_generator::CredentialError;
use crate::run::journal::JournalError;
use crate::run::run_end::RunEnd;
use crate::run::shut_out::ShutOut;

/// How the engine ended.
#[derive(Debug)]
pub enum Ending {
    /// Every account is settled.
    Finished,
    /// It was asked to stop; the rest can be resumed.
    Interrupted,
    /// Nothing more goes through the last app.
    ShutOut(ShutOut),
    /// Again and again the answer to a batch could not be taken in: larger than an answer is, or with the token in it. What
    /// its writes did is read by the next process.
    AnswerUnusable(Unreachable),
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
    pub const fn kept(&self) -> RunEnd {
        match self {
            Self::Finished => RunEnd::Finished,
            Self::Interrupted => RunEnd::Interrupted,
            _ => RunEnd::Stopped,
        }
    }
}
