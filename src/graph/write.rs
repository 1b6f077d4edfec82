//! The two writes that sealoff ever makes.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::ids::ObjectId;

/// One change to one account. Accounts are named by object id only: a user principal name in a write could have come to
/// mean somebody else since the plan was made.
pub struct Write<'a> {
    /// The account.
    pub object_id: ObjectId,
    /// The change.
    pub change: Change<'a>,
}

/// What is changed.
pub enum Change<'a> {
    /// `PATCH /users/{id}`: sign-in and password travel together, for a write saved is time saved.
    ///
    /// Source: "Update user".
    Update {
        /// Whether sign-in is to be allowed; `None` leaves it as it is.
        account_enabled: Option<bool>,
        /// The new password; `None` leaves it as it is.
        password: Option<NewPassword<'a>>,
    },
    /// `POST /users/{id}/revokeSignInSessions`.
    ///
    /// Source: "user: revokeSignInSessions".
    RevokeSessions,
}

/// A password on its way out.
pub struct NewPassword<'a> {
    /// The password itself, exposed for the length of one call.
    pub exposed: &'a str,
    /// Whether the person must choose another one at the next sign-in.
    pub change_at_next_sign_in: bool,
}

impl Write<'_> {
    pub(super) const fn method(&self) -> &'static str {
        match self.change {
            Change::Update { .. } => "PATCH",
            Change::RevokeSessions => "POST",
        }
    }

    pub(super) fn url(&self) -> String {
        match self.change {
            Change::Update { .. } => format!("/users/{}", self.object_id),
            Change::RevokeSessions => format!("/users/{}/revokeSignInSessions", self.object_id),
        }
    }
}

impl Serialize for Change<'_> {
    /// The body of the request: `{}` for an action without parameters, as "Combine multiple HTTP requests using JSON
    /// batching" asks. Both force flags are always sent, for Graph takes a missing one for `true`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(None)?;
        if let Self::Update { account_enabled, password } = self {
            if let Some(enabled) = account_enabled {
                body.serialize_entry("accountEnabled", enabled)?;
            }
            if let Some(password) = password {
                body.serialize_entry("passwordProfile", password)?;
            }
        }
        body.end()
    }
}

impl Serialize for NewPassword<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut profile = serializer.serialize_map(Some(3))?;
        profile.serialize_entry("password", self.exposed)?;
        profile.serialize_entry("forceChangePasswordNextSignIn", &self.change_at_next_sign_in)?;
        profile.serialize_entry("forceChangePasswordNextSignInWithMfa", &false)?;
        profile.end()
    }
}
