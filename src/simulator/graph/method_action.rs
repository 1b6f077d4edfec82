//! What is asked about the authentication methods of a user.

use super::pass_request::PassRequest;
use crate::simulator::directory::{SimulatedMethodKind, UserKey};

/// A call below `/users/{id}/authentication`.
#[derive(Debug)]
pub(crate) struct MethodCall {
    pub(crate) key: UserKey,
    pub(crate) named: String,
    pub(crate) asked: MethodAction,
}

/// What it asks for.
#[derive(Debug)]
pub(crate) enum MethodAction {
    /// All kinds.
    ListAll,
    /// One of any kind.
    GetAny(String),
    List(SimulatedMethodKind),
    Get(SimulatedMethodKind, String),
    Delete(SimulatedMethodKind, String),
    CreatePass(PassRequest),
}

impl MethodCall {
    pub(crate) fn is_write(&self) -> bool {
        matches!(self.asked, MethodAction::Delete(..) | MethodAction::CreatePass(_))
    }
}
