//! What the caller may do: its permissions, its role, and the tables that set the role against the target.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Context, World};
use crate::simulator::apps::AppNumber;
use crate::simulator::directory::builtin_roles::GLOBAL_READER;
use crate::simulator::directory::{RoleAssignment, RoleScope, RoleStanding, SimulatedMethodKind, UserKey, UserPlace};
use crate::simulator::graph::change::UserChange;
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::properties::{Sight, has_sign_in_activity};
use crate::simulator::graph::served_read::ServedRead;
use crate::simulator::permission::{
    AnyOf, ENABLE, LIST_METHODS, Permission, READ_APP_ROLES, READ_APPS, READ_BASIC, READ_CONSENTS, READ_DOMAINS,
    READ_ELIGIBILITY, READ_GROUPS, READ_MAILBOX_SETTINGS, READ_OBJECTS, READ_ORGANIZATION, READ_ROLES, READ_SIGN_INS,
    READ_SYNC, READ_USERS, RESET, RESET_THERE, REVOKE, UPDATE, change_methods, read_methods,
};
use crate::simulator::settings::Settings;
use crate::simulator::tokens::TokenHolder;
use crate::simulator::who_may::SimulatedRole;

/// What the app was given, and what the tenant has bought.
#[derive(Debug, Clone)]
pub(crate) struct Rights {
    pub(crate) permissions: BTreeSet<Permission>,
    pub(crate) app_role: Option<SimulatedRole>,
    reaches_restricted: bool,
    pim_licensed: bool,
    reports_licensed: bool,
}

impl Rights {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            permissions: settings.permissions.clone(),
            app_role: settings.app_role,
            reaches_restricted: settings.app_reaches_restricted,
            pim_licensed: settings.pim_licensed,
            reports_licensed: settings.reports_licensed,
        }
    }

    /// Whether the tenant has Entra ID P2.
    pub(super) fn has_p2(&self) -> bool {
        self.pim_licensed
    }

    /// Whether the app's role holds in restricted management administrative units too.
    pub(super) fn reaches_restricted(&self) -> bool {
        self.reaches_restricted
    }

    fn have(&self, any_of: AnyOf) -> bool {
        any_of.iter().any(|permission| self.permissions.contains(permission))
    }

    fn need(&self, any_of: AnyOf) -> Result<(), ServedError> {
        if self.have(any_of) { Ok(()) } else { Err(ServedError::denied()) }
    }

    /// How much of users is seen, in lists of users.
    pub(crate) fn sight(&self) -> Sight {
        if self.have(READ_USERS) {
            Sight::Full
        } else if self.have(READ_BASIC) {
            Sight::Basic
        } else {
            Sight::IdOnly
        }
    }

    /// How much of what `getByIds` finds is seen.
    pub(crate) fn sight_by_ids(&self) -> Sight {
        if self.have(READ_OBJECTS) { Sight::Full } else { Sight::IdOnly }
    }

    /// Whether groups are seen with their names, where they are answered beside others.
    pub(crate) fn sees_groups(&self) -> bool {
        self.have(READ_GROUPS)
    }

    fn need_sign_ins(&self, asked: bool) -> Result<(), ServedError> {
        if !asked {
            return Ok(());
        }
        self.need(READ_SIGN_INS)?;
        if self.reports_licensed { Ok(()) } else { Err(ServedError::not_premium()) }
    }

    fn needs_sight(&self, names: &[&str]) -> Result<(), ServedError> {
        match self.sight() {
            Sight::IdOnly => Err(ServedError::denied()),
            sight if sight.shows_all(names) => Ok(()),
            _ => Err(ServedError::denied()),
        }
    }
}

impl World {
    /// What this caller was given: further apps may have been given less than the first.
    fn rights_of(&self, caller: TokenHolder) -> Cow<'_, Rights> {
        let withheld = &self.apps[caller.app().0].withheld;
        let mut rights = Cow::Borrowed(&self.rights);
        if !withheld.is_empty() {
            rights.to_mut().permissions.retain(|permission| !withheld.contains(permission));
        }
        rights
    }

    /// Refuses a read that the caller may not make.
    pub(super) fn may_read(&self, read: &ServedRead, context: &Context<'_>) -> Result<(), ServedError> {
        let rights = self.rights_of(context.caller);
        match read {
            ServedRead::ListUsers(list) => {
                // "List users": guests cannot.
                self.not_a_guest(context.caller)?;
                let filtered = list.filter.as_ref().map(|filter| filter.properties()).unwrap_or_default();
                rights.needs_sight(&filtered)?;
                rights.need_sign_ins(list.selection.as_ref().is_some_and(|it| has_sign_in_activity(it)))
            }
            ServedRead::CountUsers(filter) => {
                self.not_a_guest(context.caller)?;
                rights.needs_sight(&filter.as_ref().map(|filter| filter.properties()).unwrap_or_default())
            }
            ServedRead::GetUser { selection, .. } | ServedRead::GetDeletedUser { selection, .. } => {
                rights.needs_sight(&[])?;
                rights.need_sign_ins(selection.as_ref().is_some_and(|it| has_sign_in_activity(it)))
            }
            // "List manager".
            ServedRead::Manager { .. } => rights.need(READ_USERS),
            // "Get user mailbox settings".
            ServedRead::MailboxPurpose { .. } => {
                rights.need(READ_MAILBOX_SETTINGS).map_err(|_| ServedError::mailbox_denied())
            }
            // Everyone may read themselves, but for what stands in the reports.
            ServedRead::Me { selection } => {
                rights.need_sign_ins(selection.as_ref().is_some_and(|it| has_sign_in_activity(it)))
            }
            ServedRead::GetByIds { .. } if rights.have(READ_OBJECTS) => Ok(()),
            ServedRead::GetByIds { .. } => rights.needs_sight(&[]),
            ServedRead::Consents { .. } => rights.need(READ_CONSENTS),
            ServedRead::AppRolesOfUser { .. } => rights.need(READ_APP_ROLES),
            ServedRead::Organization { .. } => rights.need(READ_ORGANIZATION),
            ServedRead::Domains => rights.need(READ_DOMAINS),
            ServedRead::ListGroups { .. } | ServedRead::GetGroup { .. } | ServedRead::GroupMembers(_) => {
                rights.need(READ_GROUPS)
            }
            ServedRead::ListAssignments { eligible: true, .. } => {
                rights.need(READ_ELIGIBILITY)?;
                if rights.pim_licensed { Ok(()) } else { Err(ServedError::no_pim()) }
            }
            ServedRead::ListAssignments { .. }
            | ServedRead::ListRoleDefinitions { .. }
            | ServedRead::GetRoleDefinition { .. }
            | ServedRead::ListDirectoryRoles { .. }
            | ServedRead::DirectoryRoleMembers { .. } => rights.need(READ_ROLES),
            ServedRead::App { .. } | ServedRead::AppOwners { .. } | ServedRead::AppRoleAssignments { .. } => {
                rights.need(READ_APPS)
            }
            // Judged with the target in hand.
            ServedRead::Methods(_)
            | ServedRead::PassPolicy
            | ServedRead::Devices(_)
            | ServedRead::Risk(_)
            | ServedRead::RiskList(_) => Ok(()),
            // "Get onPremisesDirectorySynchronization": of people alone.
            ServedRead::OnPremisesSync if context.caller.is_app() => Err(ServedError::denied()),
            ServedRead::OnPremisesSync => rights.need(READ_SYNC),
        }
    }

    fn not_a_guest(&self, caller: TokenHolder) -> Result<(), ServedError> {
        let TokenHolder::User(id) = caller else { return Ok(()) };
        let place = self.directory.find(&UserKey::Id(id));
        let guest = place.is_none_or(|place| self.directory.get(place).user_type.as_str() == "Guest");
        if guest { Err(ServedError::denied()) } else { Ok(()) }
    }

    /// Refuses an update for want of a permission.
    pub(super) fn may_update(&self, change: &UserChange, caller: TokenHolder) -> Result<(), ServedError> {
        let rights = self.rights_of(caller);
        if change.has_profile {
            rights.need(RESET)?;
        }
        if change.account_enabled.is_some() {
            let together = rights.have(ENABLE) && rights.permissions.contains(&Permission::UserReadAll);
            if !together {
                rights.need(UPDATE)?;
            }
        }
        Ok(())
    }

    /// Refuses an update of a target that outranks the caller.
    pub(super) fn outranks_for_update(
        &self,
        place: UserPlace,
        change: &UserChange,
        caller: TokenHolder,
    ) -> Result<(), ServedError> {
        let target = self.target(place)?;
        let roles = self.roles_of(caller, place);
        // "Update user": an app that resets passwords holds at least User Administrator.
        let resets = |role: &SimulatedRole| {
            role.may_reset(&target) && (!caller.is_app() || *role >= SimulatedRole::UserAdministrator)
        };
        let may = (!change.has_profile || roles.iter().any(resets))
            && (change.account_enabled.is_none() || roles.iter().any(|role| role.may_act(&target)));
        if may { Ok(()) } else { Err(ServedError::denied()) }
    }

    /// Refuses a revoke for want of a permission.
    pub(super) fn may_revoke(&self, caller: TokenHolder) -> Result<(), ServedError> {
        self.rights_of(caller).need(REVOKE)
    }

    /// Refuses a revoke for a target that outranks the caller.
    ///
    /// "user: revokeSignInSessions" asks apps for a permission alone, "Working with users" puts everyone under the table
    /// for resets. So an app without a role reaches the users that the least of the columns reaches.
    pub(super) fn outranks_for_revoke(&self, place: UserPlace, caller: TokenHolder) -> Result<(), ServedError> {
        let target = self.target(place)?;
        let mut roles = self.roles_of(caller, place);
        let oneself = matches!(caller, TokenHolder::User(id) if id == self.directory.get(place).id);
        if caller.is_app() {
            roles.push(SimulatedRole::PasswordAdministrator);
        }
        let may = oneself || roles.iter().any(|role| role.may_reset(&target));
        if may { Ok(()) } else { Err(ServedError::denied()) }
    }

    /// Refuses what none of these permissions of the caller allows.
    pub(super) fn caller_may(&self, any_of: AnyOf, caller: TokenHolder) -> Result<(), ServedError> {
        self.rights_of(caller).need(any_of)
    }

    /// Refuses a read of methods that the caller may not make: all kinds, or one.
    ///
    /// The pages name roles for people alone; a public tool does without any, app-only. So Graph does not keep an app from an
    /// administrator here.
    pub(super) fn may_read_methods(
        &self,
        place: UserPlace,
        kind: Option<SimulatedMethodKind>,
        caller: TokenHolder,
    ) -> Result<(), ServedError> {
        self.methods_within(caller, kind.map_or(LIST_METHODS, read_methods))?;
        let TokenHolder::User(id) = caller else { return Ok(()) };
        let own = self.directory.get(place).id == id;
        let global_reader = self.directory.roles_held(id).any(|held| held.role == GLOBAL_READER);
        let may = own || global_reader || self.manages_methods(place, caller);
        if may { Ok(()) } else { Err(ServedError::method_denied()) }
    }

    /// Refuses a change of methods that the caller may not make.
    pub(super) fn may_change_methods(
        &self,
        place: UserPlace,
        kind: SimulatedMethodKind,
        caller: TokenHolder,
    ) -> Result<(), ServedError> {
        self.methods_within(caller, change_methods(kind))?;
        self.target(place).map_err(|_| ServedError::method_denied())?;
        // "Authentication methods API overview": people who manage their own must have passed MFA just now, and no token of the
        // simulator says so.
        let own = matches!(caller, TokenHolder::User(id) if id == self.directory.get(place).id);
        let may = caller.is_app() || (!own && self.manages_methods(place, caller));
        if may { Ok(()) } else { Err(ServedError::method_denied()) }
    }

    /// Refuses a reset that is written back: "authenticationMethod: resetPassword" is for people alone, and not for one's own.
    pub(super) fn may_reset_there(&self, place: UserPlace, caller: TokenHolder) -> Result<(), ServedError> {
        self.methods_within(caller, RESET_THERE)?;
        let target = self.target(place).map_err(|_| ServedError::method_denied())?;
        let own = matches!(caller, TokenHolder::User(id) if id == self.directory.get(place).id);
        let resets = || self.roles_of(caller, place).iter().any(|role| role.may_reset(&target));
        if !caller.is_app() && !own && resets() { Ok(()) } else { Err(ServedError::method_denied()) }
    }

    /// Refuses to say how far such a reset is: to apps, and for want of a permission.
    pub(super) fn may_follow_reset(&self, caller: TokenHolder) -> Result<(), ServedError> {
        self.methods_within(caller, LIST_METHODS)?;
        if caller.is_app() { Err(ServedError::method_denied()) } else { Ok(()) }
    }

    fn methods_within(&self, caller: TokenHolder, any_of: AnyOf) -> Result<(), ServedError> {
        self.rights_of(caller).need(any_of).map_err(|_| ServedError::method_denied())
    }

    /// Authentication Administrator for people without a role, Privileged Authentication Administrator for everybody.
    fn manages_methods(&self, place: UserPlace, caller: TokenHolder) -> bool {
        let standing = self.directory.standing(self.directory.get(place).id);
        self.roles_of(caller, place).iter().any(|role| match role {
            SimulatedRole::AuthenticationAdministrator => {
                standing.roles.is_empty() && !standing.in_role_assignable_group
            }
            SimulatedRole::PrivilegedAuthenticationAdministrator | SimulatedRole::GlobalAdministrator => true,
            _ => false,
        })
    }

    /// What protects a target; a refusal when that is its administrative unit.
    fn target(&self, place: UserPlace) -> Result<RoleStanding, ServedError> {
        let user = self.directory.get(place);
        if user.is_management_restricted() && !self.rights.reaches_restricted {
            return Err(ServedError::denied());
        }
        Ok(self.directory.standing(user.id))
    }

    /// The roles with which the caller acts on the user at this place.
    fn roles_of(&self, caller: TokenHolder, target: UserPlace) -> Vec<SimulatedRole> {
        match caller {
            TokenHolder::App(AppNumber::FIRST) => self.rights.app_role.into_iter().collect(),
            TokenHolder::App(further) => self.apps[further.0].role.into_iter().collect(),
            // "Working with users in Microsoft Graph": a role at the scope of an administrative unit reaches that unit alone.
            TokenHolder::User(id) => {
                let reaches = |assignment: &&RoleAssignment| match assignment.scope {
                    RoleScope::Tenant => true,
                    RoleScope::Unit(unit) => self.directory.is_in_unit(target, unit),
                };
                let held = self.directory.roles_held(id).filter(reaches);
                held.filter_map(|assignment| SimulatedRole::of(assignment.role)).collect()
            }
        }
    }
}
