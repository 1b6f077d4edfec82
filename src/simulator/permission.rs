//! Application permissions by name, and what calls need of them.
//!
//! "Microsoft Graph permissions reference" and the permission tables of the pages named beside each need.

use std::collections::BTreeSet;
use std::str::FromStr;

/// A permission of Microsoft Graph, for apps and for apps on behalf of somebody alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is named as Microsoft names it, and the reference describes it")]
pub enum Permission {
    ApplicationReadAll,
    AuditLogReadAll,
    DeviceReadWriteAll,
    DirectoryReadAll,
    DirectoryReadWriteAll,
    DomainReadAll,
    GroupReadAll,
    GroupMemberReadAll,
    IdentityRiskyUserReadWriteAll,
    OrganizationReadAll,
    RoleEligibilityScheduleReadDirectory,
    RoleManagementReadDirectory,
    UserEnableDisableAccountAll,
    UserMailReadWriteAll,
    UserPasswordProfileReadWriteAll,
    UserPhoneReadWriteAll,
    UserReadAll,
    UserReadBasicAll,
    UserReadUpdateAll,
    UserReadWriteAll,
    UserRevokeSessionsAll,
}

use Permission::*;

/// Every permission with its name.
const NAMES: [(Permission, &str); 21] = [
    (ApplicationReadAll, "Application.Read.All"),
    (AuditLogReadAll, "AuditLog.Read.All"),
    (DeviceReadWriteAll, "Device.ReadWrite.All"),
    (DirectoryReadAll, "Directory.Read.All"),
    (DirectoryReadWriteAll, "Directory.ReadWrite.All"),
    (DomainReadAll, "Domain.Read.All"),
    (GroupReadAll, "Group.Read.All"),
    (GroupMemberReadAll, "GroupMember.Read.All"),
    (IdentityRiskyUserReadWriteAll, "IdentityRiskyUser.ReadWrite.All"),
    (OrganizationReadAll, "Organization.Read.All"),
    (RoleEligibilityScheduleReadDirectory, "RoleEligibilitySchedule.Read.Directory"),
    (RoleManagementReadDirectory, "RoleManagement.Read.Directory"),
    (UserEnableDisableAccountAll, "User.EnableDisableAccount.All"),
    (UserMailReadWriteAll, "User-Mail.ReadWrite.All"),
    (UserPasswordProfileReadWriteAll, "User-PasswordProfile.ReadWrite.All"),
    (UserPhoneReadWriteAll, "User-Phone.ReadWrite.All"),
    (UserReadAll, "User.Read.All"),
    (UserReadBasicAll, "User.ReadBasic.All"),
    (UserReadUpdateAll, "User.ReadUpdate.All"),
    (UserReadWriteAll, "User.ReadWrite.All"),
    (UserRevokeSessionsAll, "User.RevokeSessions.All"),
];

impl Permission {
    /// The name, as Microsoft spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(permission, _)| *permission == self).map_or("", |(_, name)| name)
    }

    /// Every permission that the simulator knows.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(permission, _)| *permission)
    }

    /// What a careful administrator grants this program, and what its optional reads need.
    #[must_use]
    pub fn usual() -> BTreeSet<Self> {
        BTreeSet::from([
            ApplicationReadAll,
            AuditLogReadAll,
            DeviceReadWriteAll,
            DirectoryReadAll,
            DomainReadAll,
            GroupMemberReadAll,
            IdentityRiskyUserReadWriteAll,
            RoleManagementReadDirectory,
            UserEnableDisableAccountAll,
            UserPasswordProfileReadWriteAll,
            UserReadAll,
            UserRevokeSessionsAll,
        ])
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Not a permission that the simulator knows.
#[derive(Debug, thiserror::Error)]
#[error("the simulator knows no permission \"{asked}\"; it knows {}", NAMES.map(|(_, name)| name).join(", "))]
pub struct UnknownPermission {
    asked: String,
}

impl FromStr for Permission {
    type Err = UnknownPermission;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = NAMES.iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
        found.map(|(permission, _)| *permission).ok_or_else(|| UnknownPermission { asked: text.to_owned() })
    }
}

/// What a call needs: any one of these.
pub(crate) type AnyOf = &'static [Permission];

/// "List users", "Get user".
pub(crate) const READ_USERS: AnyOf =
    &[UserReadAll, UserReadWriteAll, UserReadUpdateAll, DirectoryReadAll, DirectoryReadWriteAll];
/// "Working with users in Microsoft Graph": these give the basic properties alone.
pub(crate) const READ_BASIC: AnyOf =
    &[UserReadBasicAll, UserPasswordProfileReadWriteAll, UserMailReadWriteAll, UserPhoneReadWriteAll];
/// "directoryObject: getByIds" lists this one, and what holds it.
pub(crate) const READ_OBJECTS: AnyOf = &[DirectoryReadAll, DirectoryReadWriteAll];
/// "List domains".
pub(crate) const READ_DOMAINS: AnyOf = &[DomainReadAll, DirectoryReadAll, DirectoryReadWriteAll];
/// "Get organization".
pub(crate) const READ_ORGANIZATION: AnyOf =
    &[OrganizationReadAll, UserReadAll, UserReadWriteAll, DirectoryReadAll, DirectoryReadWriteAll];
/// "List unifiedRoleAssignments", "List roleDefinitions", "List directoryRoles".
pub(crate) const READ_ROLES: AnyOf = &[RoleManagementReadDirectory, DirectoryReadAll, DirectoryReadWriteAll];
/// "List roleEligibilityScheduleInstances".
pub(crate) const READ_ELIGIBILITY: AnyOf = &[RoleEligibilityScheduleReadDirectory, RoleManagementReadDirectory];
/// "List groups", "List group members", "List group owners".
pub(crate) const READ_GROUPS: AnyOf = &[GroupMemberReadAll, GroupReadAll, DirectoryReadAll, DirectoryReadWriteAll];
/// "Get servicePrincipal", "List application owners".
pub(crate) const READ_APPS: AnyOf = &[ApplicationReadAll, DirectoryReadAll, DirectoryReadWriteAll];
/// "user resource type", `signInActivity`.
pub(crate) const READ_SIGN_INS: AnyOf = &[AuditLogReadAll];
/// "Update user", `passwordProfile`.
pub(crate) const RESET: AnyOf =
    &[UserPasswordProfileReadWriteAll, UserReadUpdateAll, UserReadWriteAll, DirectoryReadWriteAll];
/// "Update user", `accountEnabled`, unless [`ENABLE`] and the right to read go together.
pub(crate) const UPDATE: AnyOf = &[UserReadUpdateAll, UserReadWriteAll, DirectoryReadWriteAll];
/// "Update user": the least for `accountEnabled`, together with `User.Read.All`.
pub(crate) const ENABLE: AnyOf = &[UserEnableDisableAccountAll];
/// "user: revokeSignInSessions".
pub(crate) const REVOKE: AnyOf = &[UserRevokeSessionsAll, UserReadWriteAll, DirectoryReadWriteAll];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_whatever_their_case() {
        for (permission, name) in NAMES {
            assert_eq!(name.to_lowercase().parse::<Permission>().unwrap(), permission);
            assert_eq!(permission.to_string(), name);
        }
        assert!("User.ReadWrite".parse::<Permission>().unwrap_err().to_string().contains("User.ReadWrite.All"));
    }
}
