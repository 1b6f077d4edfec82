//! What is asked about the authentication methods of a user.

use super::pass_request::PassRequest;
use super::reset_request::ResetRequest;
use crate::simulator::directory::{SimulatedMethodKind, UserKey};

/// A call below `/users/{id}/authentication`, which reads or changes something.
#[derive(Debug)]
pub(crate) struct MethodCall<Asked> {
    pub(crate) key: UserKey,
    pub(crate) named: String,
    pub(crate) asked: Asked,
}

/// What is read.
#[derive(Debug)]
pub(crate) enum MethodRead {
    /// All kinds.
    ListAll,
    /// One of any kind.
    GetAny(String),
    List(SimulatedMethodKind),
    Get(SimulatedMethodKind, String),
    /// How far a reset is: its id, and the data centre that the address names.
    Operation(String, Option<String>),
}

/// What is changed.
#[derive(Debug)]
pub(crate) enum MethodChange {
    Delete(SimulatedMethodKind, String),
    CreatePass(PassRequest),
    /// A new password by the way that is written back to Active Directory.
    ResetPassword(ResetRequest),
}
