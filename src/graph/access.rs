//! What may be shown of the sign-in: who, where and until when, and never the token.

use time::OffsetDateTime;

use super::caller::Caller;
use super::claims::Claims;
use super::credential::CredentialKind;

/// The sign-in as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// How it was got.
    pub kind: CredentialKind,
    /// In whose name calls are sent.
    pub caller: Caller,
    /// The tenant as it was configured: an id or a domain; `None` where the credential itself decides.
    pub tenant: Option<String>,
    /// When the current token ends, where that is known; a newer one takes its place before, if
    /// [`Access::is_renewed`].
    pub until: Option<OffsetDateTime>,
    /// What the token says about itself: tenant, app, object id, permissions, roles. A hint and no more, and `None`
    /// where it cannot be read.
    pub claims: Option<Claims>,
}

impl Access {
    /// Whether the token is renewed before it ends.
    pub fn is_renewed(&self) -> bool {
        self.kind.method().is_renewable
    }
}
