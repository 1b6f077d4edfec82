//! The requests that steps travel in.

use crate::ids::ObjectId;

/// One kind of request to Graph, in the order in which an account gets them. The next one leaves when every step of the
/// one before is settled, so an account has one write under way at most.
///
/// Each costs one write of the quota ("Microsoft Graph service-specific throttling limits").
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, enum_map::Enum, strum::EnumCount, strum::VariantArray,
)]
pub enum WriteKind {
    /// `PATCH /users/{id}`: sign-in and password travel together ("Update user").
    Update,
    /// `POST /users/{id}/revokeSignInSessions` ("user: revokeSignInSessions"). It comes last.
    Revoke,
}

/// What a step puts into its write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WritePart {
    /// The property `accountEnabled`.
    AccountEnabled(bool),
    /// The property `passwordProfile`, with a generated password.
    PasswordProfile,
    /// The action takes no parameters.
    RevokeSessions,
}

impl WritePart {
    /// The write that it belongs to.
    #[must_use]
    pub const fn kind(self) -> WriteKind {
        match self {
            Self::AccountEnabled(_) | Self::PasswordProfile => WriteKind::Update,
            Self::RevokeSessions => WriteKind::Revoke,
        }
    }
}

impl WriteKind {
    pub(super) const fn method(self) -> &'static str {
        match self {
            Self::Update => "PATCH",
            Self::Revoke => "POST",
        }
    }

    /// Accounts are named by object id only: a user principal name could have come to mean another person since the plan
    /// was made.
    pub(super) fn url(self, account: ObjectId) -> String {
        match self {
            Self::Update => format!("/users/{account}"),
            Self::Revoke => format!("/users/{account}/revokeSignInSessions"),
        }
    }
}
