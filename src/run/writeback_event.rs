//! What happens to a new password on its way back to Active Directory.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::lost_writeback::LostWriteback;
use crate::graph::error::GraphError;
use crate::graph::outside::OutsideText;
use crate::graph::password_writeback::ResetOperationAddress;
use crate::graph::write_outcome::Postponed;
use crate::seal::SealedCredential;

/// What happened to one such password, as the journal has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum WritebackEvent {
    /// It is about to be sent. This is on disk before it is.
    Intended {
        /// The password, sealed; missing where it is thrown away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sealed: Option<SealedCredential>,
    },
    /// Certainly nothing was begun.
    NotBegun {
        /// Why.
        why: Postponed,
    },
    /// Graph began an operation.
    Begun {
        /// Where its state is read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operation: Option<ResetOperationAddress>,
    },
    /// Whether it was begun, or what became of it, cannot be known.
    Lost {
        /// What is known.
        why: LostWriteback,
    },
    /// Graph refused it.
    Refused {
        /// In Graph's words.
        error: GraphError,
    },
    /// The operation failed: Active Directory has the old password.
    Failed {
        /// In Graph's words.
        why: OutsideText,
    },
    /// The operation ended well: Active Directory is said to have the new password.
    Succeeded {
        /// When, by Graph's clock.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// What was begun with the old password was ended after that.
    SessionsEnded {},
    /// It was not.
    SessionsLeft {
        /// Why.
        why: OutsideText,
    },
}
