//! One account as the rules want to know it.

use std::fmt;

use time::OffsetDateTime;

use super::deleted::Deleted;
use super::non_person::NonPersonSign;
use crate::graph::user::User;
use crate::ids::ObjectId;
use crate::roster::Upn;

/// One user object in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The only name under which it is ever written to.
    pub object_id: ObjectId,
    /// The sign-in name.
    pub user_principal_name: String,
    /// The name that people see; empty where there is none.
    pub display_name: String,
    /// First name; empty where there is none.
    pub given_name: String,
    /// Last name; empty where there is none.
    pub surname: String,
    /// The mail address; `None` where there is none.
    pub mail: Option<Box<str>>,
    /// The employer's number.
    pub employee_id: Option<Box<str>>,
    /// The department.
    pub department: Option<Box<str>>,
    /// Whether sign-in is allowed. `None` means that it is not known, never "disabled".
    pub enabled: Option<bool>,
    /// The person signs in at another tenant or provider: password and sessions are there, out of reach. The label
    /// `Guest` alone does not make an account external, and an external one may be labelled `Member` ("user resource
    /// type", `userType` and `externalUserState`).
    pub external: bool,
    /// The account of a software agent, which has no password.
    pub agent: bool,
    /// What shows that it is not one person's.
    pub sign: Option<NonPersonSign>,
    /// What its names hint at; a sign only where it has no manager, either.
    pub hint: Option<NonPersonSign>,
    /// Mastered on-premises at this moment.
    pub synced: bool,
    /// When the password was last changed or set.
    pub last_password_change: Option<OffsetDateTime>,
    /// Sessions older than this are worth nothing.
    pub sessions_valid_from: Option<OffsetDateTime>,
    /// A member of a restricted management administrative unit: even a tenant-wide role cannot change it, only one at
    /// the scope of that unit ("Restricted management administrative units").
    pub restricted: bool,
    /// Where the account is in Active Directory; there when the directory says anything about it, synced or not.
    pub on_premises: Option<Box<OnPremises>>,
}

/// What an administrator of Active Directory finds an account by. Each text is empty where it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnPremises {
    /// The short name.
    pub sam_account_name: String,
    /// The DNS name of the domain, as `corp.contoso.com`.
    pub domain_name: String,
    /// The place in the tree.
    pub distinguished_name: String,
    /// The security identifier.
    pub security_identifier: String,
    /// When the directory sync last looked at it.
    pub last_sync: Option<OffsetDateTime>,
}

impl OnPremises {
    fn of(user: &mut User) -> Option<Box<Self>> {
        let text = |property: &mut Option<String>| property.take().unwrap_or_default();
        let known = Self {
            sam_account_name: text(&mut user.on_premises_sam_account_name),
            domain_name: text(&mut user.on_premises_domain_name),
            distinguished_name: text(&mut user.on_premises_distinguished_name),
            security_identifier: text(&mut user.on_premises_security_identifier),
            last_sync: user.on_premises_last_sync_date_time.take(),
        };
        (known != Self::default()).then(|| Box::new(known))
    }
}

fn filled(property: Option<String>) -> Option<Box<str>> {
    property.filter(|text| !text.is_empty()).map(String::into_boxed_str)
}

impl Account {
    /// Whether this is its sign-in name or its mail address.
    pub fn has_address(&self, address: &Upn) -> bool {
        let folded = address.folded();
        let own = [Some(self.user_principal_name.as_str()), self.mail.as_deref()];
        own.into_iter().flatten().any(|own| own.to_lowercase() == folded)
    }

    /// The account that a user object describes; `None` when the app may not read the object's sign-in name, because
    /// then nothing else in it can be relied on either.
    pub(super) fn of(mut user: User) -> Option<Self> {
        let (on_premises, agent) = (OnPremises::of(&mut user), user.is_agent());
        let (sign, hint) = (NonPersonSign::of(&user), NonPersonSign::hinted_by(&user));
        let user_principal_name = user.user_principal_name.filter(|name| !name.is_empty())?;
        let external = user.external_user_state.is_some() || user_principal_name.to_lowercase().contains("#ext#");
        Some(Self {
            object_id: user.id,
            user_principal_name,
            display_name: user.display_name.unwrap_or_default(),
            given_name: user.given_name.unwrap_or_default(),
            surname: user.surname.unwrap_or_default(),
            mail: filled(user.mail),
            employee_id: filled(user.employee_id),
            department: filled(user.department),
            enabled: user.account_enabled,
            external,
            agent,
            sign,
            hint,
            synced: user.on_premises_sync_enabled == Some(true),
            last_password_change: user.last_password_change_date_time,
            sessions_valid_from: user.sign_in_sessions_valid_from_date_time,
            restricted: user.is_management_restricted == Some(true),
            on_premises,
        })
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.user_principal_name, self.object_id)
    }
}

/// What the directory says about one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// It names exactly this account.
    Account(Box<Account>),
    /// Graph answered, and no account has this name.
    Missing,
    /// More than one account has this name; these do.
    Several(Vec<Account>),
    /// No account has this name any more: it was deleted, and can be restored for 30 days.
    Deleted(Deleted),
}
