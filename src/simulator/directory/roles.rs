//! Directory roles: their definitions, who holds them, who may take them up.

use uuid::Uuid;

use super::{Directory, Members, RoleAssignment, RoleDefinition, RoleStanding, SimulatedGroup};

impl Directory {
    /// Every role there is, built-in ones first.
    pub(crate) fn role_definitions(&self) -> &[RoleDefinition] {
        &self.role_definitions
    }

    /// The role with this id.
    pub(crate) fn role_definition(&self, id: Uuid) -> Option<&RoleDefinition> {
        self.role_definitions.iter().find(|role| role.id == id)
    }

    /// Active assignments whose principal is not deleted, each with its place in the list.
    pub(crate) fn role_assignments(&self) -> impl Iterator<Item = (usize, &RoleAssignment)> {
        self.alive(&self.role_assignments)
    }

    /// Eligible assignments whose principal is not deleted, each with its place in the list.
    pub(crate) fn role_eligibilities(&self) -> impl Iterator<Item = (usize, &RoleAssignment)> {
        self.alive(&self.role_eligibilities)
    }

    fn alive<'a>(&'a self, list: &'a [RoleAssignment]) -> impl Iterator<Item = (usize, &'a RoleAssignment)> {
        list.iter().enumerate().filter(|(_, assignment)| self.object(assignment.principal).is_some())
    }

    /// Gives a role; `false` when role or principal is not there, or the principal has it already.
    pub(crate) fn assign_role(&mut self, assignment: RoleAssignment) -> bool {
        let sound = self.may_be_assigned(&assignment) && !self.role_assignments.contains(&assignment);
        if sound {
            self.role_assignments.push(assignment);
        }
        sound
    }

    /// Makes a principal eligible for a role; `false` as for [`Directory::assign_role`].
    pub(crate) fn make_eligible(&mut self, assignment: RoleAssignment) -> bool {
        let sound = self.may_be_assigned(&assignment) && !self.role_eligibilities.contains(&assignment);
        if sound {
            self.role_eligibilities.push(assignment);
        }
        sound
    }

    /// A role goes to a user, an app, or a group that was made for it.
    fn may_be_assigned(&self, assignment: &RoleAssignment) -> bool {
        let group_fits = self.group(assignment.principal).is_none_or(|group| group.role_assignable);
        self.role_definition(assignment.role).is_some() && self.object(assignment.principal).is_some() && group_fits
    }

    /// Takes a role away at every scope, active or eligible; `false` when there was none.
    pub(crate) fn remove_role(&mut self, principal: Uuid, role: Uuid) -> bool {
        let before = self.role_assignments.len() + self.role_eligibilities.len();
        for list in [&mut self.role_assignments, &mut self.role_eligibilities] {
            list.retain(|assignment| (assignment.principal, assignment.role) != (principal, role));
        }
        before > self.role_assignments.len() + self.role_eligibilities.len()
    }

    /// What protects a user: roles held directly or through a group, and the groups themselves. Owners of a group do not
    /// hold its role.
    pub(crate) fn standing(&self, principal: Uuid) -> RoleStanding {
        let groups = self.groups.iter().filter(|group| group.role_assignable);
        let protects = |group: &SimulatedGroup| is_in(group, principal) || group.owners.contains(&principal);
        RoleStanding {
            in_role_assignable_group: groups.into_iter().any(protects),
            roles: self.roles_held(principal).map(|assignment| assignment.role).collect(),
        }
    }

    /// The active assignments of a principal, direct ones and those of its groups.
    pub(crate) fn roles_held(&self, principal: Uuid) -> impl Iterator<Item = &RoleAssignment> {
        let through = move |assignment: &RoleAssignment| {
            self.group(assignment.principal).is_some_and(|group| is_in(group, principal))
        };
        let all = self.role_assignments.iter();
        all.filter(move |assignment| assignment.principal == principal || through(assignment))
    }
}

/// A role-assignable group can have no dynamic rule and no group in it, so its list is all there is.
fn is_in(group: &SimulatedGroup, principal: Uuid) -> bool {
    group.role_assignable && matches!(&group.members, Members::Assigned(ids) if ids.contains(&principal))
}
