//! What an account may do beyond its own affairs.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use super::roles;
use crate::ids::{ObjectId, RoleTemplate};

/// The roles that an account holds or may take, and the groups through which it could get more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Privilege {
    /// Roles, held now or eligible.
    pub roles: Vec<HeldRole>,
    /// Role-assignable groups that it belongs to. A member or an owner of one is guarded even when the group
    /// has no role at this moment ("Working with users in Microsoft Graph").
    pub groups: Vec<RoleGroupTie>,
}

/// One role of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRole {
    /// Which role.
    pub role: RoleTemplate,
    /// Its name, or its id where the name is not known.
    pub name: Arc<str>,
    /// How the account comes by it.
    pub through: Through,
    /// Not held now: the account may take it for a while (Privileged Identity Management).
    pub eligible: bool,
    /// It reaches the whole tenant, not one administrative unit or one object.
    pub tenant_wide: bool,
}

/// How an account comes by a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Through {
    /// It was given to the account itself.
    Directly,
    /// It was given to this group, of which the account is a member.
    Group {
        /// The group.
        id: ObjectId,
        /// What it is called.
        name: Arc<str>,
    },
}

/// A tie to a role-assignable group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleGroupTie {
    /// The group.
    pub id: ObjectId,
    /// The group's name.
    pub name: Arc<str>,
    /// An owner, who can make members; otherwise a member.
    pub owner: bool,
}

impl Privilege {
    /// Says whether a User Administrator may not block or not reset this account: a role outside both of Microsoft's
    /// tables, a custom role, any tie to a role-assignable group, or a role over one administrative unit, which may be a
    /// restricted one.
    pub fn beyond_user_administrator(&self) -> bool {
        let reachable = |held: &HeldRole| held.tenant_wide && roles::is_within_reach_of_user_administrator(held.role);
        !self.groups.is_empty() || !self.roles.iter().all(reachable)
    }

    /// The least role that the app needs to block and reset this account.
    pub fn required_role(&self) -> &'static str {
        if self.beyond_user_administrator() { "Privileged Authentication Administrator" } else { "User Administrator" }
    }

    /// Says whether this account synchronises Active Directory, by the role that such accounts have.
    pub fn is_sync_account(&self) -> bool {
        self.roles.iter().any(|held| [roles::DIRECTORY_SYNCHRONIZATION, roles::ON_PREMISES_SYNC].contains(&held.role))
    }

    /// Says whether this account holds the role now, over the whole tenant.
    pub fn holds(&self, role: RoleTemplate) -> bool {
        self.roles.iter().any(|held| held.role == role && held.tenant_wide && !held.eligible)
    }
}

/// Every role and tie, for people: `Global Administrator; Exchange Administrator (eligible, through Mail team); owner of
/// Mail team`.
impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let through = self.roles.iter().filter_map(|held| match &held.through {
            Through::Group { name, .. } => Some(name),
            Through::Directly => None,
        });
        let named: Vec<&Arc<str>> = through.collect();
        let roles = self.roles.iter().map(ToString::to_string);
        // A membership that already stands behind a role is not named twice.
        let ties = self.groups.iter().filter(|tie| tie.owner || !named.contains(&&tie.name)).map(|tie| {
            let part = if tie.owner { "owner" } else { "member" };
            format!("{part} of the role-assignable group {}", tie.name)
        });
        // Two groups may be called alike.
        let mut seen = HashSet::new();
        let mut parts: Vec<String> = roles.chain(ties).collect();
        parts.retain(|part| seen.insert(part.clone()));
        f.write_str(&parts.join("; "))
    }
}

impl fmt::Display for HeldRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut asides = Vec::new();
        if self.eligible {
            asides.push("eligible".to_owned());
        }
        if let Through::Group { name, .. } = &self.through {
            asides.push(format!("through {name}"));
        }
        if !self.tenant_wide {
            asides.push("over a part of the tenant".to_owned());
        }
        f.write_str(&self.name)?;
        if asides.is_empty() { Ok(()) } else { write!(f, " ({})", asides.join(", ")) }
    }
}
