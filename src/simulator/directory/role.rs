//! Role definitions, role assignments, and what they protect.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::user::DirectoryText;

/// A role that can be assigned: "unifiedRoleDefinition resource type".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RoleDefinition {
    /// For built-in roles the same in every tenant, and the same as the template's.
    pub(crate) id: Uuid,
    pub(crate) display_name: DirectoryText,
    pub(crate) description: DirectoryText,
    pub(crate) built_in: bool,
}

/// A role given to a principal: "unifiedRoleAssignment resource type".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RoleAssignment {
    pub(crate) principal: Uuid,
    pub(crate) role: Uuid,
    pub(crate) scope: RoleScope,
}

/// Where an assignment holds: `directoryScopeId`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RoleScope {
    Tenant,
    /// One administrative unit.
    Unit(Uuid),
}

impl std::fmt::Display for RoleScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tenant => f.write_str("/"),
            Self::Unit(id) => write!(f, "/administrativeUnits/{id}"),
        }
    }
}

impl RoleAssignment {
    /// The id as Entra makes it: letters, digits, `-` and `_`, and not a GUID.
    pub(crate) fn id(&self) -> String {
        let bytes = [self.role.as_bytes().as_slice(), self.principal.as_bytes()].concat();
        let scope = match self.scope {
            RoleScope::Tenant => 1,
            RoleScope::Unit(_) => 2,
        };
        format!("{}-{scope}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// What protects a user from others: the roles held now, and whether a role-assignable group gives protection alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RoleStanding {
    /// The definitions of the roles, at any scope.
    pub(crate) roles: Vec<Uuid>,
    /// Member or owner of a role-assignable group, with a role or without.
    pub(crate) in_role_assignable_group: bool,
}
