//! A write on its way: in a batch, under way, and come back.

use std::sync::Arc;
use std::time::Duration;

use crate::graph::transport::{Answer, TransportError};
use crate::run::apps::AppIndex;
use crate::run::journal::JournalError;
use crate::run::mint::{Credential, MintError};
use crate::run::schedule::{Kind, Turn};
use crate::step::Steps;

/// One write in a batch.
pub(super) struct Slip {
    pub(super) turn: Turn,
    pub(super) steps: Steps,
    pub(super) write: SlipWrite,
}

/// What a slip asks for. An update that resets has its password: there is no such write without one.
pub(super) enum SlipWrite {
    Update { reset: Option<Arc<Credential>> },
    Revoke,
}

impl Slip {
    pub(super) const fn kind(&self) -> Kind {
        match self.write {
            SlipWrite::Update { .. } => Kind::Update,
            SlipWrite::Revoke => Kind::Revoke,
        }
    }

    pub(super) fn password(&self) -> Option<&str> {
        match &self.write {
            SlipWrite::Update { reset: Some(credential), .. } => Some(credential.password.expose()),
            _ => None,
        }
    }
}

/// Which call of this process it is, in the order in which they were let go.
pub(super) type CallNumber = u64;

/// What was let go, and when.
pub(super) struct Sent {
    pub(super) number: CallNumber,
    pub(super) app: AppIndex,
    pub(super) at: Duration,
    pub(super) slips: Vec<Slip>,
}

/// What became of a call, with the slips of the batch that it carried.
pub(super) enum Delivery {
    Called(Sent, Result<Answer, TransportError>),
    NotWritten(Sent, JournalError),
    Reminted(Turn, Result<Credential, MintError>),
}
