//! What is asked about the authentication methods of a user.

use super::pass_request::PassRequest;
use super::reset_request::ResetRequest;
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
    /// A new password by the way that is written back to Active Directory.
    ResetPassword(ResetRequest),
    /// How far such a reset is: its id, and the data centre that the address names.
    Operation(String, Option<String>),
}

impl MethodCall {
    pub(crate) fn is_write(&self) -> bool {
        matches!(self.asked, MethodAction::Delete(..) | MethodAction::CreatePass(_) | MethodAction::ResetPassword(_))
    }
}
