//! Who may act on whom: the two tables of "Working with users in Microsoft Graph" (who can reset passwords, who can
//! perform sensitive actions).

use uuid::Uuid;

use super::directory::RoleStanding;
use super::directory::builtin_roles::{
    AUTHENTICATION_ADMINISTRATOR, DIRECTORY_READERS, GLOBAL_ADMINISTRATOR, GROUPS_ADMINISTRATOR, GUEST_INVITER,
    HELPDESK_ADMINISTRATOR, MESSAGE_CENTER_READER, PASSWORD_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR,
    REPORTS_READER, USAGE_SUMMARY_REPORTS_READER, USER_ADMINISTRATOR,
};

/// A directory role that lets its holder act on others: the columns of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::EnumString)]
#[strum(parse_err_ty = UnknownRole, parse_err_fn = UnknownRole::new)]
pub enum SimulatedRole {
    /// May reset those without a role.
    #[strum(serialize = "password")]
    PasswordAdministrator,
    /// May reset a few more.
    #[strum(serialize = "helpdesk")]
    HelpdeskAdministrator,
    /// May reset and block those without a role and its like.
    #[strum(serialize = "authentication")]
    AuthenticationAdministrator,
    /// The least with which an app may reset passwords ("Update user").
    #[strum(serialize = "user")]
    UserAdministrator,
    /// May act on everyone.
    #[strum(serialize = "privileged-authentication")]
    PrivilegedAuthenticationAdministrator,
    /// May act on everyone.
    #[strum(serialize = "global")]
    GlobalAdministrator,
}

use SimulatedRole::{
    AuthenticationAdministrator, GlobalAdministrator, HelpdeskAdministrator, PasswordAdministrator,
    PrivilegedAuthenticationAdministrator, UserAdministrator,
};

/// Every column with its role.
const COLUMNS: [(SimulatedRole, Uuid); 6] = [
    (PasswordAdministrator, PASSWORD_ADMINISTRATOR),
    (HelpdeskAdministrator, HELPDESK_ADMINISTRATOR),
    (AuthenticationAdministrator, AUTHENTICATION_ADMINISTRATOR),
    (UserAdministrator, USER_ADMINISTRATOR),
    (PrivilegedAuthenticationAdministrator, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR),
    (GlobalAdministrator, GLOBAL_ADMINISTRATOR),
];

impl SimulatedRole {
    /// The template id of the role.
    pub fn template_id(self) -> Uuid {
        COLUMNS.iter().find(|(column, _)| *column == self).map_or(Uuid::nil(), |(_, id)| *id)
    }

    /// The column of a role, if it has one.
    pub(crate) fn of(role: Uuid) -> Option<Self> {
        COLUMNS.iter().find(|(_, id)| *id == role).map(|(column, _)| *column)
    }

    fn reaches_everyone(self) -> bool {
        matches!(self, PrivilegedAuthenticationAdministrator | GlobalAdministrator)
    }

    /// The first table: reset passwords, invalidate refresh tokens.
    pub(crate) fn may_reset(self, target: &RoleStanding) -> bool {
        self.may(target, |role| match role {
            DIRECTORY_READERS | GUEST_INVITER | PASSWORD_ADMINISTRATOR => true,
            MESSAGE_CENTER_READER | REPORTS_READER | USAGE_SUMMARY_REPORTS_READER => self != PasswordAdministrator,
            HELPDESK_ADMINISTRATOR => matches!(self, HelpdeskAdministrator | UserAdministrator),
            AUTHENTICATION_ADMINISTRATOR => self == AuthenticationAdministrator,
            GROUPS_ADMINISTRATOR | USER_ADMINISTRATOR => self == UserAdministrator,
            _ => false,
        })
    }

    /// The second table: `accountEnabled` and the like.
    pub(crate) fn may_act(self, target: &RoleStanding) -> bool {
        if matches!(self, PasswordAdministrator | HelpdeskAdministrator) {
            return false;
        }
        self.may(target, |role| match role {
            DIRECTORY_READERS
            | GUEST_INVITER
            | MESSAGE_CENTER_READER
            | PASSWORD_ADMINISTRATOR
            | REPORTS_READER
            | USAGE_SUMMARY_REPORTS_READER => true,
            AUTHENTICATION_ADMINISTRATOR => self == AuthenticationAdministrator,
            GROUPS_ADMINISTRATOR | HELPDESK_ADMINISTRATOR | USER_ADMINISTRATOR => self == UserAdministrator,
            _ => false,
        })
    }

    /// A target with any role outside of its row is out of reach, and so is a member or owner of a role-assignable group.
    fn may(self, target: &RoleStanding, reaches: impl Fn(Uuid) -> bool) -> bool {
        self.reaches_everyone() || (!target.in_role_assignable_group && target.roles.iter().all(|role| reaches(*role)))
    }
}

/// Not a role of these tables.
#[derive(Debug, thiserror::Error)]
#[error("the roles are: password, helpdesk, authentication, user, privileged-authentication, global")]
pub struct UnknownRole;

impl UnknownRole {
    fn new(_: &str) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::directory::builtin_roles::{EXCHANGE_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR};

    const ALL: [SimulatedRole; 6] = [
        PasswordAdministrator, HelpdeskAdministrator, AuthenticationAdministrator, UserAdministrator,
        PrivilegedAuthenticationAdministrator, GlobalAdministrator,
    ];

    fn holding(roles: &[Uuid]) -> RoleStanding {
        RoleStanding { roles: roles.to_vec(), in_role_assignable_group: false }
    }

    fn row(table: fn(SimulatedRole, &RoleStanding) -> bool, target: &RoleStanding) -> String {
        ALL.iter().map(|&role| if table(role, target) { 'y' } else { '-' }).collect()
    }

    #[test]
    fn every_row_of_both_tables_is_that_of_the_page() {
        let grouped = RoleStanding { roles: Vec::new(), in_role_assignable_group: true };
        for (target, reset, act) in [
            (holding(&[]), "yyyyyy", "--yyyy"),
            (holding(&[DIRECTORY_READERS]), "yyyyyy", "--yyyy"),
            (holding(&[GUEST_INVITER]), "yyyyyy", "--yyyy"),
            (holding(&[PASSWORD_ADMINISTRATOR]), "yyyyyy", "--yyyy"),
            (holding(&[MESSAGE_CENTER_READER]), "-yyyyy", "--yyyy"),
            (holding(&[REPORTS_READER]), "-yyyyy", "--yyyy"),
            (holding(&[USAGE_SUMMARY_REPORTS_READER]), "-yyyyy", "--yyyy"),
            (holding(&[HELPDESK_ADMINISTRATOR]), "-y-yyy", "---yyy"),
            (holding(&[AUTHENTICATION_ADMINISTRATOR]), "--y-yy", "--y-yy"),
            (holding(&[GROUPS_ADMINISTRATOR]), "---yyy", "---yyy"),
            (holding(&[USER_ADMINISTRATOR]), "---yyy", "---yyy"),
            (holding(&[PRIVILEGED_AUTHENTICATION_ADMINISTRATOR]), "----yy", "----yy"),
            (holding(&[PRIVILEGED_ROLE_ADMINISTRATOR]), "----yy", "----yy"),
            (holding(&[GLOBAL_ADMINISTRATOR]), "----yy", "----yy"),
            (holding(&[EXCHANGE_ADMINISTRATOR]), "----yy", "----yy"),
            (holding(&[Uuid::from_u128(7)]), "----yy", "----yy"),
            (holding(&[REPORTS_READER, GLOBAL_ADMINISTRATOR]), "----yy", "----yy"),
            (grouped, "----yy", "----yy"),
        ] {
            assert_eq!(row(SimulatedRole::may_reset, &target), reset, "{target:?}");
            assert_eq!(row(SimulatedRole::may_act, &target), act, "{target:?}");
        }
    }
}
