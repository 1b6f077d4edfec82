//! One user object.

use std::borrow::Cow;

use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::digest::Digest;

/// Text that mostly comes from the lists built into the program, so that a million users share it.
pub type Text = Cow<'static, str>;

/// One user of the simulated directory, as it stands now.
///
/// Property names and types: "user resource type". Timestamps are whole seconds of tenant time in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The object id.
    pub id: Uuid,
    /// The sign-in name; unique without regard to case.
    pub user_principal_name: Box<str>,
    /// The name that people read.
    pub display_name: Box<str>,
    /// The first name.
    pub given_name: Option<Text>,
    /// The last name.
    pub surname: Option<Text>,
    /// The mail address; the UPN when `None` and [`User::has_mailbox`].
    pub other_mail: Option<Box<str>>,
    /// Whether the user has a mail address.
    pub has_mailbox: bool,
    /// Member or guest.
    pub user_type: UserType,
    /// How far a guest's invitation has come; `None` for everyone else.
    pub external_user_state: Option<ExternalUserState>,
    /// Whether sign-in is allowed.
    pub account_enabled: bool,
    /// The department.
    pub department: Option<Text>,
    /// Where the user is mastered on-premises; `None` for cloud users.
    pub on_premises: Option<Box<OnPremises>>,
    /// When the object was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created: OffsetDateTime,
    /// When the password was last set.
    #[serde(with = "time::serde::rfc3339")]
    pub last_password_change: OffsetDateTime,
    /// Sessions from before this moment are no longer good.
    #[serde(with = "time::serde::rfc3339")]
    pub sign_in_sessions_valid_from: OffsetDateTime,
    /// The digest of the password, once one was set through Graph; the password itself is not kept.
    pub password: Option<Digest>,
    /// The user must choose a new password at the next sign-in.
    pub force_change_password: bool,
    /// The user must pass MFA before that.
    pub force_change_password_with_mfa: bool,
}

/// The values of `userType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum UserType {
    /// One of the organization.
    Member,
    /// Invited from elsewhere.
    Guest,
}

impl UserType {
    /// As Graph writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Guest => "Guest",
        }
    }
}

/// The values of `externalUserState` besides null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ExternalUserState {
    /// Invited, not yet come.
    PendingAcceptance,
    /// Come.
    Accepted,
}

impl ExternalUserState {
    /// As Graph writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PendingAcceptance => "PendingAcceptance",
            Self::Accepted => "Accepted",
        }
    }
}

/// What a synced user brings from Active Directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OnPremises {
    /// `true` while synced, `false` when it once was ("user resource type", `onPremisesSyncEnabled`).
    pub sync_enabled: bool,
    /// `sAMAccountName`, at most 20 characters.
    pub sam_account_name: Box<str>,
    /// The SID.
    pub security_identifier: Box<str>,
    /// The DN.
    pub distinguished_name: Box<str>,
    /// The anchor: base64 of the AD object's GUID.
    pub immutable_id: Box<str>,
}

/// Active Directory's DNS name at Contoso.
pub(crate) const ON_PREMISES_DOMAIN: &str = "corp.contoso.com";

impl User {
    /// The mail address, if there is one.
    #[must_use]
    pub fn mail(&self) -> Option<&str> {
        self.other_mail.as_deref().or(self.has_mailbox.then_some(&*self.user_principal_name))
    }

    /// Mastered on-premises now: what "Update user" refuses for such users is refused.
    #[must_use]
    pub fn is_synced(&self) -> bool {
        self.on_premises.as_ref().is_some_and(|there| there.sync_enabled)
    }

    /// Signs in at another organization: its password and its sessions are not here.
    #[must_use]
    pub fn is_external(&self) -> bool {
        self.external_user_state.is_some() || self.user_principal_name.contains("#EXT#")
    }

    /// The domain of the UPN.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.user_principal_name.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}
