//! What a write is about, where an account has several of one kind.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::directory::MethodKind;

/// The most targets that an account may have.
pub const MAX_TARGETS: u8 = 250;

/// The target of a write that is not about the account alone. The journal names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WriteTarget {
    /// A method that the person signs in with.
    Method {
        /// What it is.
        kind: MethodKind,
        /// What it is deleted by.
        id: String,
    },
}

/// `passkey kS-1`.
impl fmt::Display for WriteTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Method { kind, id } = self;
        write!(f, "{kind} {id}")
    }
}
