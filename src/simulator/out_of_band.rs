//! What an administrator elsewhere does while a client is at work: changes that no call of that client made.

use std::collections::BTreeSet;
use std::time::Duration;

use uuid::Uuid;

use super::Simulator;
use super::directory::{
    Members, RoleAssignment, RoleScope, SimulatedConsent, SimulatedDevice, SimulatedGroup, SimulatedMethods,
    SimulatedUser, UserKey,
};

use super::permission::Permission;
use super::token_issue;
use super::tokens::TokenHolder;
use super::who_may::SimulatedRole;

impl Simulator {
    /// Changes a user, anything but the id; `false` when there is no such user.
    pub fn change(&self, object_id: Uuid, change: impl FnOnce(&mut SimulatedUser)) -> bool {
        let mut world = self.tenant.world();
        let place = world.directory.find(&UserKey::Id(object_id));
        place.map(|place| world.directory.change(place, change)).is_some()
    }

    /// Changes the methods of a user, as they do themselves, or somebody who got in; `false` when there is no such user.
    pub fn change_methods(&self, object_id: Uuid, change: impl FnOnce(&mut SimulatedMethods)) -> bool {
        let mut world = self.tenant.world();
        let place = world.directory.find(&UserKey::Id(object_id));
        place.map(|place| change(world.directory.methods_mut(place))).is_some()
    }

    /// Changes a device, anything but its object id; `false` when there is no such device.
    pub fn change_device(&self, device: Uuid, change: impl FnOnce(&mut SimulatedDevice)) -> bool {
        self.tenant.world().directory.change_device(device, change)
    }

    /// Adds what a user consents to; `false` when there is no such user.
    pub fn add_consent(&self, consent: SimulatedConsent) -> bool {
        self.tenant.world().directory.add_consent(consent)
    }

    /// Registers a device with its owner; `false` when there is no such user, or the id is taken.
    pub fn register_device(&self, device: SimulatedDevice) -> bool {
        self.tenant.world().directory.register_device(device)
    }

    /// Deletes a device that was registered with [`Self::register_device`]; `false` when there is none with this object id.
    pub fn delete_device(&self, device: Uuid) -> bool {
        self.tenant.world().directory.delete_device(device)
    }

    /// Makes reads of users lag behind their writes by this much tenant time from now on. Only writes that were
    /// made under a lag are ever hidden.
    pub fn change_read_lag(&self, by: Duration) {
        self.tenant.world().lag.change(by);
    }

    /// Sets the password of a synced user in Active Directory; it is here once the hash sync has come. `false` where the user is
    /// not synced.
    pub fn set_password_there(&self, object_id: Uuid, password: &str, change_at_next_sign_in: bool) -> bool {
        let now = self.tenant.clock.now();
        let at = (now, self.tenant.clock.date(now));
        self.tenant.world().set_password_there(object_id, password, change_at_next_sign_in, at)
    }

    /// Changes the password of a user of a federated domain at its identity provider: this directory shows nothing of it.
    pub fn change_password_at_provider(&self, object_id: Uuid) {
        self.tenant.world().change_at_provider(object_id);
    }

    /// Lets the intruder of a scenario try now to get into each account whose session has ended.
    pub fn let_intruder_try(&self) {
        let now = self.tenant.clock.now();
        let mut world = self.tenant.world();
        world.catch_up(now, self.tenant.clock.date(now));
        world.try_now(now);
    }

    /// Enables or disables a synced user in Active Directory; the next [`Simulator::sync_directory`] brings it here. `false` where
    /// the user is not synced.
    pub fn set_enabled_there(&self, object_id: Uuid, enabled: bool) -> bool {
        self.tenant.world().set_enabled_there(object_id, enabled)
    }

    /// The directory sync runs: synced users are enabled or not as Active Directory says.
    pub fn sync_directory(&self) {
        let date = self.tenant.clock.date(self.tenant.clock.now());
        self.tenant.world().sync_directory(date);
    }

    /// Puts a user into the recycle bin; `false` when there is no such user.
    pub fn delete(&self, object_id: Uuid) -> bool {
        let date = self.tenant.clock.date(self.tenant.clock.now());
        self.tenant.world().directory.delete(object_id, date)
    }

    /// Takes a user out of the recycle bin; `false` when it is not there or its UPN is taken.
    pub fn restore(&self, object_id: Uuid) -> bool {
        self.tenant.world().directory.restore(object_id)
    }

    /// Gives a directory role in the whole tenant to a user, a role-assignable group or the app; `false` when there is no
    /// such role or principal, or the role is held already. [`super::SimulatedRole::template_id`] knows some roles.
    pub fn assign_role(&self, principal: Uuid, role: Uuid) -> bool {
        let assignment = RoleAssignment { principal, role, scope: RoleScope::Tenant };
        self.tenant.world().directory.assign_role(assignment)
    }

    /// Makes a user eligible for a role through Privileged Identity Management; `false` as for
    /// [`Simulator::assign_role`].
    pub fn make_eligible(&self, principal: Uuid, role: Uuid) -> bool {
        let assignment = RoleAssignment { principal, role, scope: RoleScope::Tenant };
        self.tenant.world().directory.make_eligible(assignment)
    }

    /// Takes a role away, active or eligible, at every scope; `false` when there was none.
    pub fn remove_role(&self, principal: Uuid, role: Uuid) -> bool {
        self.tenant.world().directory.remove_role(principal, role)
    }

    /// The ids of the roles that a user holds, directly or as a member of a group.
    pub fn roles_of(&self, object_id: Uuid) -> Vec<Uuid> {
        self.tenant.world().directory.standing(object_id).roles
    }

    /// All groups as they stand now. A copy.
    pub fn groups(&self) -> Vec<SimulatedGroup> {
        self.tenant.world().directory.groups().to_vec()
    }

    /// Changes a group; `false` when there is none with this id.
    pub fn change_group(&self, group: Uuid, change: impl FnOnce(&mut SimulatedGroup)) -> bool {
        self.tenant.world().directory.group_mut(group).map(change).is_some()
    }

    /// Puts a user into a group; `false` when there is no such group or user, when the user is in it already, or when
    /// the group's rule decides who is.
    pub fn add_to_group(&self, member: Uuid, group: Uuid) -> bool {
        let mut world = self.tenant.world();
        if world.directory.object(member).is_none() {
            return false;
        }
        match world.directory.group_mut(group).map(|group| &mut group.members) {
            Some(Members::Assigned(members)) if !members.contains(&member) => {
                members.push(member);
                true
            }
            _ => false,
        }
    }

    /// Takes a user out of a group; `false` when the user was not put into it.
    pub fn remove_from_group(&self, member: Uuid, group: Uuid) -> bool {
        let mut world = self.tenant.world();
        let Some(Members::Assigned(members)) = world.directory.group_mut(group).map(|group| &mut group.members) else {
            return false;
        };
        let before = members.len();
        members.retain(|other| *other != member);
        members.len() < before
    }

    /// Makes a user an owner of a group; `false` when there is no such group or user, or it is one already.
    pub fn add_owner(&self, owner: Uuid, group: Uuid) -> bool {
        let mut world = self.tenant.world();
        if world.directory.find(&UserKey::Id(owner)).is_none() {
            return false;
        }
        match world.directory.group_mut(group).map(|group| &mut group.owners) {
            Some(owners) if !owners.contains(&owner) => {
                owners.push(owner);
                true
            }
            _ => false,
        }
    }

    /// Sets other permissions from now on, for tokens given out already too.
    pub fn change_permissions(&self, permissions: BTreeSet<Permission>) {
        self.tenant.world().rights.permissions = permissions;
    }

    /// Gives the app another directory role from now on, or none.
    pub fn change_app_role(&self, role: Option<SimulatedRole>) {
        self.tenant.world().change_app_role(role);
    }

    /// Makes every page token given out so far too old: the next call with one is answered `Directory_ExpiredPageToken`.
    pub fn expire_page_tokens(&self) {
        self.tenant.world().page_epoch += 1;
    }

    /// A token with which the app acts on behalf of a user; `None` when there is no such user.
    pub fn issue_delegated_token(&self, object_id: Uuid) -> Option<String> {
        let known = self.tenant.world().directory.find(&UserKey::Id(object_id)).is_some();
        known.then(|| token_issue::issue(&self.tenant, TokenHolder::User(object_id)))
    }
}
