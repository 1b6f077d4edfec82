//! Why there is no token.

use std::path::PathBuf;
use std::time::Duration;

use super::unusable::UnusableCredential;
use crate::graph::backoff;
use crate::graph::outside::OutsideText;
use crate::graph::status::StatusClass;
use crate::graph::unreachable::{Unreachable, UnreachableCause};
use crate::words::counted;

/// Why there is no token. No secret is ever part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum TokenError {
    /// The token service refused.
    #[error("the token service refused: {message}")]
    Refused {
        /// The service's own words, with the AADSTS code.
        message: OutsideText,
        /// What is known of the reason.
        clue: Option<RefusalClue>,
    },
    /// The token service answers and cannot serve at the moment.
    #[error("the token service is busy: {message}")]
    Busy {
        /// The service's own words.
        message: OutsideText,
        /// How long it asks to wait, where it says so.
        retry_after: Option<Duration>,
    },
    /// A proxy or a gateway answered in place of the token service. It may repeat what was sent: nothing of it is kept.
    #[error("no token could be fetched: {} (HTTP {status}, {})", UnreachableCause::SomethingBetween, counted(*.bytes as u64, "byte", "bytes"))]
    SomethingBetween { status: u16, bytes: usize, retry_after: Option<Duration> },
    /// The token service was not reached.
    #[error("no token could be fetched from {0}")]
    Unreachable(Unreachable),
    /// A ready token was turned down, and there is nothing to renew it with.
    #[error("the token in SEALOFF_ACCESS_TOKEN is not accepted (it may have ended)")]
    ReadyTokenRejected,
    #[error("the sign-in was declined")]
    SignInDeclined,
    /// The code ended before the person signed in.
    #[error("no sign-in was completed while the code could be used")]
    SignInTooLate,
    /// What the person signed in with does not last any longer.
    #[error("the sign-in has to be repeated: {because}")]
    SignInAgain {
        /// The token service's words.
        because: OutsideText,
    },
    #[error("the credential cannot be used: the tenant {0:?} is neither a tenant id nor a domain")]
    NotATenant(String),
    #[error("the credential cannot be used: federated token file {}: {reason}", path.display())]
    FederatedFile { path: PathBuf, reason: String },
    /// The credential cannot be used as given.
    #[error("the credential cannot be used: {0}")]
    Unusable(#[from] UnusableCredential),
}

/// What is known of why there is no token. It only chooses what people are advised to do, never what the program does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalClue {
    /// The token service's `AADSTS` code.
    Code(u32),
    /// `az` is not found.
    AzureCliMissing,
    /// `az` cannot be run.
    AzureCliFails,
    /// `az` has no token, and this code for it, where it says one.
    AzureCliRefused(Option<u32>),
    /// The machine or service has no identity.
    IdentityMissing,
    /// A job of GitHub Actions may not have a token.
    JobPermissionMissing,
    /// The agent of Azure Arc refused.
    ArcAgent,
}

impl TokenError {
    /// Says whether trying again later can help.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Busy { .. } => true,
            Self::SomethingBetween { status, .. } => is_busy(*status),
            _ => false,
        }
    }

    /// A 400 without a body was seen to pass at once, as with Graph itself; one that stays is no outage that a run waits for.
    pub(in crate::graph) const fn gives_no_reason(&self) -> bool {
        matches!(self, Self::SomethingBetween { status: 400, bytes: 0, .. })
    }

    /// Why the token service was not reached, where that is why there is no token.
    pub fn unreachable_cause(&self) -> Option<UnreachableCause> {
        match self {
            Self::Unreachable(unreachable) => unreachable.cause,
            Self::SomethingBetween { .. } => Some(UnreachableCause::SomethingBetween),
            _ => None,
        }
    }

    /// How long to wait before trying again.
    pub(in crate::graph) fn wait(&self, attempt: u32) -> Duration {
        match self {
            Self::Busy { retry_after: Some(wait), .. } | Self::SomethingBetween { retry_after: Some(wait), .. } => {
                *wait
            }
            _ => backoff::delay(attempt),
        }
    }
}

/// The statuses of a token service that may pass.
pub(super) fn is_busy(status: u16) -> bool {
    StatusClass::of(status).is_passing()
}
