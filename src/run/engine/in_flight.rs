//! Writes and calls on their way: packed, under way, and come back.

use std::sync::Arc;
use std::time::Duration;

use crate::graph::echo::SentSecrets;
use crate::graph::transport::{Answer, TransportError};
use crate::run::apps::AppIndex;
use crate::run::credential_generator::{CredentialError, GeneratedCredential};
use crate::run::journal::JournalError;
use crate::run::made_pass::MadePass;
use crate::run::schedule::{Turn, WriteKey};
use crate::step::{Steps, WriteKind};

/// One write that a batch carries: its target, and the steps and the password that its body is made of.
pub(super) struct QueuedWrite {
    pub(super) key: WriteKey,
    /// The steps that it does.
    pub(super) steps: Steps,
    /// The new password, where it resets: there is no such write without one.
    pub(super) reset: Option<Arc<GeneratedCredential>>,
    /// The pass that the answer held, sealed.
    pub(super) made: Option<Box<MadePass>>,
}

impl QueuedWrite {
    pub(super) fn password(&self) -> Option<&str> {
        self.reset.as_ref().map(|credential| credential.password.expose())
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

/// What a call carried in confidence.
pub(super) fn secrets_of(writes: &[QueuedWrite]) -> SentSecrets<'_> {
    let sent = SentSecrets::of(writes.iter().filter_map(QueuedWrite::password));
    // The answer to one that makes a pass holds one, which is not known here.
    let is_answered_in_confidence = writes.iter().any(|write| write.key.kind == WriteKind::Pass);
    if is_answered_in_confidence { sent.and_unknown() } else { sent }
}
