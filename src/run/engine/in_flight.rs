//! Writes and calls on their way: packed, under way, and come back.

use std::sync::Arc;
use std::time::Duration;

use crate::graph::transport::{Answer, TransportError};
use crate::run::apps::AppIndex;
use crate::run::credential_generator::{CredentialError, GeneratedCredential};
use crate::run::journal::JournalError;
use crate::run::schedule::{Turn, WriteKey};
use crate::step::Steps;

/// One write that a batch carries: its target and its body.
pub(super) struct QueuedWrite {
    pub(super) key: WriteKey,
    /// The steps that it does.
    pub(super) steps: Steps,
    pub(super) body: WriteBody,
}

/// What a write asks for. An update that resets has its password: there is no such write without one.
pub(super) enum WriteBody {
    Update { reset: Option<Arc<GeneratedCredential>> },
    Revoke,
}

impl QueuedWrite {
    pub(super) fn password(&self) -> Option<&str> {
        match &self.body {
            WriteBody::Update { reset: Some(credential) } => Some(credential.password.expose()),
            WriteBody::Update { reset: None } | WriteBody::Revoke => None,
        }
    }
}

/// Which call of this process it is, in the order of sending.
pub(super) type CallNumber = u64;

/// A call that was sent, and when.
pub(super) struct SentCall {
    pub(super) number: CallNumber,
    pub(super) app: AppIndex,
    pub(super) at: Duration,
    pub(super) writes: Vec<QueuedWrite>,
}

/// What the engine waits for.
pub(super) enum Delivery {
    /// A call was sent: its answer, or why there is none.
    Called(SentCall, Result<Answer, TransportError>),
    /// The intents of a call could not be written, so it was not sent.
    NotWritten(SentCall, JournalError),
    /// Another password for an account whose first one Graph refused.
    NewCredential(Turn, Result<GeneratedCredential, CredentialError>),
}
