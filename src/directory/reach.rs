//! Which role may act on which account, as Microsoft's two tables have it.
//!
//! Source: "Working with users in Microsoft Graph", who can reset passwords (the same table holds for the invalidating of
//! refresh tokens) and who can perform sensitive actions. What an app needs beside that: "Update user".

use std::fmt;

use uuid::{Uuid, uuid};

use super::privilege::Privilege;
use crate::ids::RoleTemplate;

/// A directory role that lets its holder act on others: the columns of the tables, from the one that reaches fewest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is named as Microsoft names it, and its page describes it")]
pub enum ActingRole {
    PasswordAdministrator,
    HelpdeskAdministrator,
    AuthenticationAdministrator,
    UserAdministrator,
    PrivilegedAuthenticationAdministrator,
    GlobalAdministrator,
}

use ActingRole::{
    AuthenticationAdministrator, GlobalAdministrator, HelpdeskAdministrator, PasswordAdministrator,
    PrivilegedAuthenticationAdministrator, UserAdministrator,
};

/// What is done to an account, as the tables distinguish it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Reset the password.
    Reset,
    /// End the sessions. The table for it is that for resets.
    Revoke,
    /// Block or allow sign-in: a sensitive action.
    Block,
    /// Remove what the person signs in with ("Delete fido2AuthenticationMethod" and the pages of the other kinds): the one
    /// role for people without any, the other for everybody. An app needs none.
    Methods,
    /// Disable or enable devices ("Update device"): that asks for a role over devices, whosever they are, which is in none of the
    /// tables.
    Devices,
    /// Delete what the person allowed apps to do ("Delete oAuth2PermissionGrant"): of the roles in these tables the last one alone,
    /// and those that manage apps. An app needs none.
    Consents,
}

impl ActingRole {
    /// Every column.
    pub const ALL: [Self; 6] = [
        PasswordAdministrator, HelpdeskAdministrator, AuthenticationAdministrator, UserAdministrator,
        PrivilegedAuthenticationAdministrator, GlobalAdministrator,
    ];

    /// The role's name.
    pub const fn name(self) -> &'static str {
        match self {
            PasswordAdministrator => "Password Administrator",
            HelpdeskAdministrator => "Helpdesk Administrator",
            AuthenticationAdministrator => "Authentication Administrator",
            UserAdministrator => "User Administrator",
            PrivilegedAuthenticationAdministrator => "Privileged Authentication Administrator",
            GlobalAdministrator => "Global Administrator",
        }
    }

    /// The role's template ("Microsoft Entra built-in roles").
    pub const fn template(self) -> RoleTemplate {
        RoleTemplate::new(match self {
            PasswordAdministrator => PASSWORD,
            HelpdeskAdministrator => HELPDESK,
            AuthenticationAdministrator => AUTHENTICATION,
            UserAdministrator => USER,
            PrivilegedAuthenticationAdministrator => PRIVILEGED_AUTHENTICATION,
            GlobalAdministrator => GLOBAL,
        })
    }

    /// The column of a role, where it has one.
    pub fn of(role: RoleTemplate) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.template() == role)
    }

    /// Says whether this role, held over the whole tenant, lets its holder do this to that target.
    ///
    /// A target with any role that does not stand in the column is out of reach, and so is everyone who is guarded by more
    /// than a role; two columns reach those all the same.
    pub fn reaches(self, target: &Target, action: Action) -> bool {
        let column = self as usize;
        let table: &[TableRow] = match action {
            Action::Reset | Action::Revoke => &WHO_MAY_RESET,
            Action::Block => &WHO_MAY_ACT,
            Action::Methods | Action::Devices | Action::Consents => &[],
        };
        let without_role = match action {
            Action::Reset | Action::Revoke => [true; 6],
            Action::Block => [false, false, true, true, true, true],
            Action::Methods => [false, false, true, false, true, true],
            Action::Devices => [true; 6],
            Action::Consents => [false, false, false, false, false, true],
        };
        let row = |role: &RoleTemplate| {
            table.iter().find(|(roles, _)| roles.contains(&role.guid())).map_or(ONLY_THE_HIGHEST, |(_, row)| *row)
        };
        let guarded = if target.guarded { ONLY_THE_HIGHEST } else { [true; 6] };
        without_role[column] && guarded[column] && target.roles.iter().all(|role| row(role)[column])
    }
}

impl fmt::Display for ActingRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

const GLOBAL: Uuid = uuid!("62e90394-69f5-4237-9190-012177145e10");
const PRIVILEGED_AUTHENTICATION: Uuid = uuid!("7be44c8a-adaf-4e2a-84d6-ab2649e08a13");
const AUTHENTICATION: Uuid = uuid!("c4e39bd9-1100-46d3-8c65-fb160da0071f");
const USER: Uuid = uuid!("fe930be7-5e62-47db-91af-98c3a49a38b1");
const HELPDESK: Uuid = uuid!("729827e3-9c14-49f7-bb1b-9608f156bbb8");
const PASSWORD: Uuid = uuid!("966707d0-3269-4727-9be2-8c3a10f19b9d");
const GROUPS: Uuid = uuid!("fdd7a751-b60b-444a-984c-02652fe8fa1c");
const DIRECTORY_READERS: Uuid = uuid!("88d8e3e3-8f55-4a1e-953a-9b9898b8876b");
const GUEST_INVITER: Uuid = uuid!("95e79109-95c0-4d8e-aee3-d01accf2d47b");
const MESSAGE_CENTER_READER: Uuid = uuid!("790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b");
const REPORTS_READER: Uuid = uuid!("4a5d8f65-41da-4de4-8968-e035b65339cf");
const USAGE_SUMMARY_REPORTS_READER: Uuid = uuid!("75934031-6c7e-415a-99d7-48dbd49e875e");

/// One row of a table: what the target holds, and which columns may act, in the order of [`ActingRole::ALL`].
type TableRow = (&'static [Uuid], [bool; 6]);

const Y: bool = true;
const N: bool = false;

/// Every role that stands in no row: those of the highest administrators, and all custom roles.
const ONLY_THE_HIGHEST: [bool; 6] = [N, N, N, N, Y, Y];

/// Who can reset passwords.
#[rustfmt::skip]
const WHO_MAY_RESET: [TableRow; 5] = [
    //                                                                        Password Helpdesk Auth User PrivAuth Global
    (&[DIRECTORY_READERS, GUEST_INVITER, PASSWORD],                             [Y, Y, Y, Y, Y, Y]),
    (&[MESSAGE_CENTER_READER, REPORTS_READER, USAGE_SUMMARY_REPORTS_READER],    [N, Y, Y, Y, Y, Y]),
    (&[HELPDESK],                                                               [N, Y, N, Y, Y, Y]),
    (&[AUTHENTICATION],                                                         [N, N, Y, N, Y, Y]),
    (&[GROUPS, USER],                                                           [N, N, N, Y, Y, Y]),
];

/// Who can perform sensitive actions. Two of the columns of the other table do not stand in it.
#[rustfmt::skip]
const WHO_MAY_ACT: [TableRow; 3] = [
    (&[DIRECTORY_READERS, GUEST_INVITER, MESSAGE_CENTER_READER, PASSWORD,
       REPORTS_READER, USAGE_SUMMARY_REPORTS_READER],                           [N, N, Y, Y, Y, Y]),
    (&[AUTHENTICATION],                                                         [N, N, Y, N, Y, Y]),
    (&[GROUPS, HELPDESK, USER],                                                 [N, N, N, Y, Y, Y]),
];

/// What protects an account from others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// The roles that are held at this moment.
    pub roles: Vec<RoleTemplate>,
    /// Member or owner of a role-assignable group, or holder of a role over one administrative unit, which may be a
    /// restricted one.
    pub guarded: bool,
}

impl Target {
    /// What protects an account with this privilege. A role that may only be taken does not protect.
    pub fn of(privilege: Option<&Privilege>) -> Self {
        let Some(privilege) = privilege else { return Self::default() };
        let held = || privilege.roles.iter().filter(|held| !held.eligible);
        Self {
            roles: held().map(|held| held.role).collect(),
            guarded: !privilege.groups.is_empty() || held().any(|held| !held.tenant_wide),
        }
    }
}

/// With what a program acts: the roles that it is known to hold, over the whole tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The roles that have a column.
    pub roles: Vec<ActingRole>,
    /// Any other role, or one over a part of the tenant: what those reach is not known here.
    pub holds_others: bool,
    /// An app in its own name, or a person.
    pub is_app: bool,
}

impl Actor {
    /// What the holder of this privilege acts with.
    pub fn of(privilege: Option<&Privilege>, is_app: bool) -> Self {
        let mut roles = Vec::new();
        let mut holds_others = false;
        for held in privilege.iter().flat_map(|privilege| &privilege.roles).filter(|held| !held.eligible) {
            match ActingRole::of(held.role).filter(|_| held.tenant_wide) {
                Some(role) if !roles.contains(&role) => roles.push(role),
                Some(_) => {}
                None => holds_others = true,
            }
        }
        roles.sort_unstable();
        Self { roles, holds_others, is_app }
    }

    /// Says whether all of these can be done to the target.
    pub fn reaches(&self, target: &Target, actions: &[Action]) -> bool {
        actions.iter().all(|action| {
            self.roles.iter().any(|role| may(*role, self.is_app, target, *action))
                // An app ends the sessions of ordinary people by its permission alone ("user: revokeSignInSessions").
                || (self.is_app && *action == Action::Revoke && *target == Target::default())
                // Nor is it known that Graph keeps an app from the methods or consents of anyone: the plan's own rules have to.
                || (self.is_app && matches!(action, Action::Methods | Action::Consents))
                || *action == Action::Devices
        })
    }

    /// The least role with which all of these could be done to the target.
    pub fn least_role_for(&self, target: &Target, actions: &[Action]) -> ActingRole {
        let enough = |role: &ActingRole| actions.iter().all(|action| may(*role, self.is_app, target, *action));
        // The highest of the tables' columns reaches everyone; the one before it is the least that does.
        ActingRole::ALL.into_iter().find(enough).unwrap_or(PrivilegedAuthenticationAdministrator)
    }
}

/// "Update user": an app that resets passwords holds at least User Administrator.
fn may(role: ActingRole, is_app: bool, target: &Target, action: Action) -> bool {
    if action == Action::Devices || is_app && matches!(action, Action::Methods | Action::Consents) {
        return true;
    }
    let high_enough = !is_app || action == Action::Revoke || role >= UserAdministrator;
    high_enough && role.reaches(target, action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(roles: &[Uuid]) -> Target {
        Target { roles: roles.iter().copied().map(RoleTemplate::new).collect(), guarded: false }
    }

    fn row(target: &Target, action: Action) -> String {
        ActingRole::ALL.iter().map(|role| if role.reaches(target, action) { 'y' } else { '-' }).collect()
    }

    /// "Working with users in Microsoft Graph", cell by cell. Each line of the page names several roles; each of them is a
    /// line here. Columns: Password, Helpdesk, Authentication, User, Privileged Authentication, Global Administrator.
    #[test]
    fn every_cell_of_both_tables_is_that_of_the_page() {
        let privileged_role = uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814");
        let exchange = uuid!("29232cdf-9323-42fd-ade2-1d097af3e4de");
        let custom = Uuid::from_u128(7);
        for (what, target, reset, act) in [
            ("no role", holding(&[]), "yyyyyy", "--yyyy"),
            ("Directory Readers", holding(&[DIRECTORY_READERS]), "yyyyyy", "--yyyy"),
            ("Guest Inviter", holding(&[GUEST_INVITER]), "yyyyyy", "--yyyy"),
            ("Password Administrator", holding(&[PASSWORD]), "yyyyyy", "--yyyy"),
            ("Message Center Reader", holding(&[MESSAGE_CENTER_READER]), "-yyyyy", "--yyyy"),
            ("Reports Reader", holding(&[REPORTS_READER]), "-yyyyy", "--yyyy"),
            ("Usage Summary Reports Reader", holding(&[USAGE_SUMMARY_REPORTS_READER]), "-yyyyy", "--yyyy"),
            ("Helpdesk Administrator", holding(&[HELPDESK]), "-y-yyy", "---yyy"),
            ("Authentication Administrator", holding(&[AUTHENTICATION]), "--y-yy", "--y-yy"),
            ("Groups Administrator", holding(&[GROUPS]), "---yyy", "---yyy"),
            ("User Administrator", holding(&[USER]), "---yyy", "---yyy"),
            ("Privileged Authentication Administrator", holding(&[PRIVILEGED_AUTHENTICATION]), "----yy", "----yy"),
            ("Privileged Role Administrator", holding(&[privileged_role]), "----yy", "----yy"),
            ("Global Administrator", holding(&[GLOBAL]), "----yy", "----yy"),
            ("a custom role", holding(&[custom]), "----yy", "----yy"),
            ("a role in no row", holding(&[exchange]), "----yy", "----yy"),
            ("a role of the row and one outside", holding(&[GUEST_INVITER, exchange]), "----yy", "----yy"),
            ("two roles", holding(&[HELPDESK, AUTHENTICATION]), "----yy", "----yy"),
            ("a role-assignable group", Target { guarded: true, ..Target::default() }, "----yy", "----yy"),
        ] {
            assert_eq!(row(&target, Action::Reset), reset, "reset: {what}");
            assert_eq!(row(&target, Action::Revoke), reset, "revoke: {what}");
            assert_eq!(row(&target, Action::Block), act, "sensitive action: {what}");
        }
    }

    #[test]
    fn an_app_resets_and_blocks_from_user_administrator_on_and_ends_sessions_without_a_role() {
        let app = |roles: &[ActingRole]| Actor { roles: roles.to_vec(), holds_others: false, is_app: true };
        let plain = Target::default();
        assert!(!app(&[]).reaches(&plain, &[Action::Reset]));
        assert!(!app(&[HelpdeskAdministrator]).reaches(&plain, &[Action::Reset]));
        assert!(!app(&[AuthenticationAdministrator]).reaches(&plain, &[Action::Block]));
        assert!(app(&[]).reaches(&plain, &[Action::Revoke]));
        assert!(!app(&[]).reaches(&holding(&[REPORTS_READER]), &[Action::Revoke]));
        assert!(app(&[UserAdministrator]).reaches(&plain, &[Action::Reset, Action::Block, Action::Revoke]));
        let person = Actor { is_app: false, ..app(&[AuthenticationAdministrator]) };
        assert!(person.reaches(&plain, &[Action::Reset, Action::Block]));
        assert!(!Actor { is_app: false, ..app(&[]) }.reaches(&plain, &[Action::Revoke]));
    }

    #[test]
    fn methods_are_removed_by_any_app_and_by_two_roles_of_people() {
        let person = |role| Actor { roles: vec![role], holds_others: false, is_app: false };
        let may = |role, target: &Target| person(role).reaches(target, &[Action::Methods]);
        assert!(may(AuthenticationAdministrator, &Target::default()) && !may(UserAdministrator, &Target::default()));
        assert!(!may(AuthenticationAdministrator, &holding(&[DIRECTORY_READERS])));
        assert!(may(PrivilegedAuthenticationAdministrator, &holding(&[GLOBAL])));
        let app = Actor { roles: Vec::new(), holds_others: false, is_app: true };
        assert!(app.reaches(&holding(&[GLOBAL]), &[Action::Methods]));
    }

    #[test]
    fn the_least_role_that_would_do_is_named() {
        let app = Actor { roles: Vec::new(), holds_others: false, is_app: true };
        let person = Actor { is_app: false, ..app.clone() };
        let both = [Action::Reset, Action::Block];
        assert_eq!(app.least_role_for(&Target::default(), &both), UserAdministrator);
        assert_eq!(person.least_role_for(&Target::default(), &[Action::Reset]), PasswordAdministrator);
        assert_eq!(person.least_role_for(&Target::default(), &both), AuthenticationAdministrator);
        assert_eq!(app.least_role_for(&holding(&[AUTHENTICATION]), &both), PrivilegedAuthenticationAdministrator);
        assert_eq!(app.least_role_for(&holding(&[GLOBAL]), &both), PrivilegedAuthenticationAdministrator);
        assert_eq!(person.least_role_for(&holding(&[HELPDESK]), &[Action::Revoke]), HelpdeskAdministrator);
    }
}
