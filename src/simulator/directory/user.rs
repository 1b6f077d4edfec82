//! One user object.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::{Uuid, uuid};

use super::tenant::{DEFAULT_DOMAIN, INITIAL_DOMAIN};
use crate::digest::Digest;

/// Text that mostly comes from the lists built into the program, so that a million users share it.
pub type DirectoryText = Cow<'static, str>;

/// One user of the simulated directory, as it stands now.
///
/// Property names and types: "user resource type". Timestamps are whole seconds of tenant time in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedUser {
    /// The object id.
    pub id: Uuid,
    /// The sign-in name; unique without regard to case.
    pub user_principal_name: Box<str>,
    /// The name that people read.
    pub display_name: Box<str>,
    /// The first name.
    pub given_name: Option<DirectoryText>,
    /// The last name.
    pub surname: Option<DirectoryText>,
    /// The mail address; the UPN when `None` and [`SimulatedUser::has_mailbox`].
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
    pub department: Option<DirectoryText>,
    /// Where the user is mastered on-premises; `None` for cloud users.
    pub on_premises: Option<Box<SimulatedOnPremises>>,
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
    /// The number on the payroll, from which `employeeId` is written; 0 is on none.
    pub employee_number: u32,
    /// What few users have.
    pub details: Option<Box<Details>>,
}

/// What few users have, kept apart so that a million users stay small.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// An `employeeId` that is not written from the number; nothing makes it unique.
    pub employee_id: Option<Box<str>>,
    /// A `jobTitle` that is not drawn from the number.
    pub job_title: Option<DirectoryText>,
    /// More `proxyAddresses`, with their prefix `smtp:`.
    pub proxy_addresses: Vec<Box<str>>,
    /// More `otherMails`.
    pub other_mails: Vec<Box<str>>,
    /// Member of a restricted management administrative unit ("user resource type", `isManagementRestricted`).
    pub management_restricted: bool,
    /// The agent identity that an agent user belongs to ("agentUser resource type", `identityParentId`).
    #[serde(default)]
    pub identity_parent: Option<Uuid>,
    /// The licences, by what was sold ("assignedLicense resource type"); `None` for the one that people have.
    #[serde(default)]
    pub licences: Option<Vec<Uuid>>,
    /// The manager ("List manager").
    #[serde(default)]
    pub manager: Option<Uuid>,
    /// What the mailbox is for, where it is not a person's ("mailboxSettings resource type", `userPurpose`).
    #[serde(default)]
    pub mailbox_purpose: Option<Box<str>>,
    /// Set while the user is soft-deleted.
    pub(super) deleted: Option<Deletion>,
}

/// What is kept of a soft-deleted user for its restoration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Deletion {
    #[serde(with = "time::serde::rfc3339")]
    pub(super) at: OffsetDateTime,
    pub(super) user_principal_name: Box<str>,
    pub(super) other_mail: Option<Box<str>>,
}

/// Job titles at Contoso, for all departments.
const JOB_TITLES: [&str; 7] =
    ["Analyst", "Specialist", "Manager", "Coordinator", "Assistant", "Team lead", "Consultant"];

/// The values of `userType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserType {
    /// One of the organization.
    Member,
    /// Invited from elsewhere.
    Guest,
}

impl UserType {
    /// As Graph writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Guest => "Guest",
        }
    }
}

/// The values of `externalUserState` besides null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExternalUserState {
    /// Invited, not yet come.
    PendingAcceptance,
    /// Come.
    Accepted,
}

impl ExternalUserState {
    /// As Graph writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PendingAcceptance => "PendingAcceptance",
            Self::Accepted => "Accepted",
        }
    }
}

/// What a synced user brings from Active Directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedOnPremises {
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
    /// Is the user enabled there? The directory sync brings it here.
    #[serde(default = "enabled_there")]
    pub enabled: bool,
    /// When the directory sync last looked at the user; at the password's last change where none has run yet.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub last_sync: Option<OffsetDateTime>,
}

const fn enabled_there() -> bool {
    true
}

/// What OData calls the type of agent users.
const AGENT_USER: &str = "#microsoft.graph.agentUser";

/// Active Directory's DNS name at Contoso.
pub(crate) const ON_PREMISES_DOMAIN: &str = "corp.contoso.com";

impl SimulatedUser {
    /// The mail address, if there is one.
    pub fn mail(&self) -> Option<&str> {
        self.other_mail.as_deref().or(self.has_mailbox.then_some(&*self.user_principal_name))
    }

    /// Mastered on-premises now: what "Update user" refuses for such users is refused.
    pub fn is_synced(&self) -> bool {
        self.on_premises.as_ref().is_some_and(|there| there.sync_enabled)
    }

    /// Signs in at another organization: its password and its sessions are not here.
    pub fn is_external(&self) -> bool {
        self.external_user_state.is_some() || self.user_principal_name.contains("#EXT#")
    }

    /// `employeeId`: five digits with their leading zeros, unless set otherwise.
    pub fn employee_id(&self) -> Option<Cow<'_, str>> {
        let set = self.details.as_ref().and_then(|details| details.employee_id.as_deref());
        let number = (self.employee_number > 0).then(|| Cow::Owned(format!("{:05}", self.employee_number)));
        set.map(Cow::Borrowed).or(number)
    }

    /// `jobTitle`.
    pub fn job_title(&self) -> Option<&str> {
        let set = self.details.as_ref().and_then(|details| details.job_title.as_deref());
        let drawn = self.department.is_some() && self.employee_number > 0;
        set.or(drawn.then(|| JOB_TITLES[self.employee_number as usize % JOB_TITLES.len()]))
    }

    /// `assignedLicenses`: who has a mailbox and is not said to have others has Office 365 E3.
    pub fn licences(&self) -> Cow<'_, [Uuid]> {
        const OFFICE_365_E3: Uuid = uuid!("6fd2c87f-b296-42f0-b197-1e91e994b900");
        match self.details.as_ref().and_then(|details| details.licences.as_deref()) {
            Some(licences) => Cow::Borrowed(licences),
            None if self.has_mailbox && !self.is_external() => Cow::Borrowed(&[OFFICE_365_E3]),
            None => Cow::Borrowed(&[]),
        }
    }

    /// The manager, by object id.
    pub fn manager(&self) -> Option<Uuid> {
        self.details.as_ref().and_then(|details| details.manager)
    }

    /// `mailboxSettings/userPurpose`; `None` without a mailbox in the cloud.
    pub fn mailbox_purpose(&self) -> Option<&str> {
        let set = self.details.as_ref().and_then(|details| details.mailbox_purpose.as_deref());
        set.or((self.has_mailbox && !self.is_external()).then_some("user"))
    }

    /// `proxyAddresses`: the mail address as `SMTP:`, every other one as `smtp:`. People of the default domain have a
    /// routing address in the initial one, as every mailbox of Exchange Online.
    pub fn proxy_addresses(&self) -> Vec<String> {
        let routing = (self.has_mailbox && self.other_mail.is_none() && self.domain() == DEFAULT_DOMAIN)
            .then(|| self.user_principal_name.rsplit_once('@'))
            .flatten()
            .map(|(local, _)| format!("smtp:{local}@{INITIAL_DOMAIN}"));
        let more = self.details.iter().flat_map(|details| &details.proxy_addresses).map(|address| address.to_string());
        self.mail().map(|mail| format!("SMTP:{mail}")).into_iter().chain(routing).chain(more).collect()
    }

    /// `otherMails`: for guests the address at home.
    pub fn other_mails(&self) -> impl Iterator<Item = &str> {
        let home = self.other_mail.as_deref().filter(|_| self.is_external());
        home.into_iter().chain(self.details.iter().flat_map(|details| &details.other_mails).map(|mail| &**mail))
    }

    /// `isManagementRestricted`.
    pub fn is_management_restricted(&self) -> bool {
        self.details.as_ref().is_some_and(|details| details.management_restricted)
    }

    /// The agent identity that it belongs to, where it is an agent user: it has no password.
    pub fn identity_parent(&self) -> Option<Uuid> {
        self.details.as_ref().and_then(|details| details.identity_parent)
    }

    /// The type that OData annotates, where that is another one than the declared one of a set of users.
    pub(crate) fn derived_type(&self) -> Option<&'static str> {
        self.identity_parent().map(|_| AGENT_USER)
    }

    /// When the user was deleted; `None` while it is not.
    pub fn deleted(&self) -> Option<OffsetDateTime> {
        self.details.as_ref().and_then(|details| details.deleted.as_ref()).map(|deleted| deleted.at)
    }

    /// Sets another moment of deletion, where this was it.
    pub(super) fn move_deletion(&mut self, from: OffsetDateTime, to: OffsetDateTime) {
        let deleted = self.details.as_mut().and_then(|details| details.deleted.as_mut());
        if let Some(deleted) = deleted.filter(|deleted| deleted.at == from) {
            deleted.at = to;
        }
    }

    /// The last interactive sign-in. People who never signed in and accounts without a person have none.
    pub fn last_sign_in(&self) -> Option<OffsetDateTime> {
        let came = self.has_mailbox && self.external_user_state != Some(ExternalUserState::PendingAcceptance);
        let later = time::Duration::seconds((self.id.as_u128() % (150 * 86_400)) as i64);
        came.then(|| self.last_password_change + later)
    }

    /// The details, made when there are none yet.
    pub fn details_mut(&mut self) -> &mut Details {
        self.details.get_or_insert_default()
    }

    /// The domain of the UPN.
    pub fn domain(&self) -> &str {
        self.user_principal_name.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}
