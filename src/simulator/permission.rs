//! Application permissions by name, and what calls need of them.
//!
//! "Microsoft Graph permissions reference" and the permission tables of the pages named beside each need.

use std::collections::BTreeSet;

use strum::IntoEnumIterator as _;

use super::directory::SimulatedMethodKind;

macro_rules! permissions {
    ($($permission:ident $name:literal)*) => {
        /// A permission of Microsoft Graph: an application permission and a delegated one have the same name here.
        #[derive(
            Debug,
            Clone,
            Copy,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            strum::Display,
            strum::EnumIter,
            strum::EnumString,
            strum::IntoStaticStr,
        )]
        #[strum(ascii_case_insensitive, parse_err_ty = UnknownPermission, parse_err_fn = UnknownPermission::new)]
        #[expect(missing_docs, reason = "each is named as Microsoft names it, and the reference describes it")]
        pub enum Permission {
            $(#[strum(serialize = $name)] $permission,)*
        }
    };
}

permissions! {
    ApplicationReadAll "Application.Read.All"
    AuditLogReadAll "AuditLog.Read.All"
    DelegatedPermissionGrantReadWriteAll "DelegatedPermissionGrant.ReadWrite.All"
    DeviceReadAll "Device.Read.All"
    DeviceReadWriteAll "Device.ReadWrite.All"
    DirectoryAccessAsUserAll "Directory.AccessAsUser.All"
    DirectoryReadAll "Directory.Read.All"
    DirectoryReadWriteAll "Directory.ReadWrite.All"
    DomainReadAll "Domain.Read.All"
    GroupReadAll "Group.Read.All"
    GroupMemberReadAll "GroupMember.Read.All"
    IdentityRiskyUserReadAll "IdentityRiskyUser.Read.All"
    IdentityRiskyUserReadWriteAll "IdentityRiskyUser.ReadWrite.All"
    MailboxSettingsRead "MailboxSettings.Read"
    MailboxSettingsReadWrite "MailboxSettings.ReadWrite"
    OnPremDirectorySynchronizationReadAll "OnPremDirectorySynchronization.Read.All"
    OrganizationReadAll "Organization.Read.All"
    PolicyReadAll "Policy.Read.All"
    PolicyReadAuthenticationMethod "Policy.Read.AuthenticationMethod"
    RoleEligibilityScheduleReadDirectory "RoleEligibilitySchedule.Read.Directory"
    RoleManagementReadDirectory "RoleManagement.Read.Directory"
    UserAuthenticationMethodReadAll "UserAuthenticationMethod.Read.All"
    UserAuthenticationMethodReadWriteAll "UserAuthenticationMethod.ReadWrite.All"
    UserAuthMethodEmailReadAll "UserAuthMethod-Email.Read.All"
    UserAuthMethodEmailReadWriteAll "UserAuthMethod-Email.ReadWrite.All"
    UserAuthMethodExternalReadAll "UserAuthMethod-External.Read.All"
    UserAuthMethodExternalReadWriteAll "UserAuthMethod-External.ReadWrite.All"
    UserAuthMethodHardwareOathReadAll "UserAuthMethod-HardwareOATH.Read.All"
    UserAuthMethodHardwareOathReadWriteAll "UserAuthMethod-HardwareOATH.ReadWrite.All"
    UserAuthMethodMicrosoftAuthAppReadAll "UserAuthMethod-MicrosoftAuthApp.Read.All"
    UserAuthMethodMicrosoftAuthAppReadWriteAll "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All"
    UserAuthMethodPasskeyReadAll "UserAuthMethod-Passkey.Read.All"
    UserAuthMethodPasskeyReadWriteAll "UserAuthMethod-Passkey.ReadWrite.All"
    UserAuthMethodPasswordReadAll "UserAuthMethod-Password.Read.All"
    UserAuthMethodPasswordReadWriteAll "UserAuthMethod-Password.ReadWrite.All"
    UserAuthMethodPhoneReadAll "UserAuthMethod-Phone.Read.All"
    UserAuthMethodPhoneReadWriteAll "UserAuthMethod-Phone.ReadWrite.All"
    UserAuthMethodPlatformCredReadAll "UserAuthMethod-PlatformCred.Read.All"
    UserAuthMethodPlatformCredReadWriteAll "UserAuthMethod-PlatformCred.ReadWrite.All"
    UserAuthMethodSoftwareOathReadAll "UserAuthMethod-SoftwareOATH.Read.All"
    UserAuthMethodSoftwareOathReadWriteAll "UserAuthMethod-SoftwareOATH.ReadWrite.All"
    UserAuthMethodTapReadAll "UserAuthMethod-TAP.Read.All"
    UserAuthMethodTapReadWriteAll "UserAuthMethod-TAP.ReadWrite.All"
    UserAuthMethodWindowsHelloReadAll "UserAuthMethod-WindowsHello.Read.All"
    UserAuthMethodWindowsHelloReadWriteAll "UserAuthMethod-WindowsHello.ReadWrite.All"
    UserEnableDisableAccountAll "User.EnableDisableAccount.All"
    UserMailReadWriteAll "User-Mail.ReadWrite.All"
    UserPasswordProfileReadWriteAll "User-PasswordProfile.ReadWrite.All"
    UserPhoneReadWriteAll "User-Phone.ReadWrite.All"
    UserReadAll "User.Read.All"
    UserReadBasicAll "User.ReadBasic.All"
    UserReadUpdateAll "User.ReadUpdate.All"
    UserReadWriteAll "User.ReadWrite.All"
    UserRevokeSessionsAll "User.RevokeSessions.All"
}

use Permission::*;

impl Permission {
    /// The name, as Microsoft spells it.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What a careful administrator grants this program, and what its optional reads need.
    pub fn usual() -> BTreeSet<Self> {
        BTreeSet::from([
            ApplicationReadAll, AuditLogReadAll, DeviceReadWriteAll, DirectoryReadAll, DomainReadAll,
            GroupMemberReadAll, IdentityRiskyUserReadWriteAll, RoleManagementReadDirectory,
            UserEnableDisableAccountAll, UserPasswordProfileReadWriteAll, UserReadAll, UserRevokeSessionsAll,
        ])
    }

    /// The same, and what it takes to list all authentication methods, to delete those of each kind, and to delete consents.
    pub fn with_methods() -> BTreeSet<Self> {
        let mut all = Self::usual();
        all.extend([
            DelegatedPermissionGrantReadWriteAll,
            PolicyReadAuthenticationMethod,
            UserAuthenticationMethodReadAll,
            UserAuthMethodEmailReadWriteAll,
            UserAuthMethodExternalReadWriteAll,
            UserAuthMethodMicrosoftAuthAppReadWriteAll,
            UserAuthMethodPasskeyReadWriteAll,
            UserAuthMethodPhoneReadWriteAll,
            UserAuthMethodPlatformCredReadWriteAll,
            UserAuthMethodSoftwareOathReadWriteAll,
            UserAuthMethodTapReadWriteAll,
            UserAuthMethodWindowsHelloReadWriteAll,
        ]);
        all
    }
}

/// Not a permission that the simulator knows.
#[derive(Debug, thiserror::Error)]
#[error("the simulator knows no permission \"{asked}\"; it knows {}", Permission::iter().map(Permission::name).collect::<Vec<_>>().join(", "))]
pub struct UnknownPermission {
    asked: String,
}

impl UnknownPermission {
    fn new(asked: &str) -> Self {
        Self { asked: asked.to_owned() }
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
/// "Get user mailbox settings".
pub(crate) const READ_MAILBOX_SETTINGS: AnyOf = &[MailboxSettingsRead, MailboxSettingsReadWrite];
/// "Update user", `passwordProfile`.
pub(crate) const RESET: AnyOf =
    &[UserPasswordProfileReadWriteAll, UserReadUpdateAll, UserReadWriteAll, DirectoryReadWriteAll];
/// "Update user", `accountEnabled`, unless [`ENABLE`] and the right to read go together.
pub(crate) const UPDATE: AnyOf = &[UserReadUpdateAll, UserReadWriteAll, DirectoryReadWriteAll];
/// "Update user": the least for `accountEnabled`, together with `User.Read.All`.
pub(crate) const ENABLE: AnyOf = &[UserEnableDisableAccountAll];
/// "user: revokeSignInSessions".
pub(crate) const REVOKE: AnyOf = &[UserRevokeSessionsAll, UserReadWriteAll, DirectoryReadWriteAll];

/// "Get temporaryAccessPassAuthenticationMethodConfiguration".
pub(crate) const READ_METHOD_POLICY: AnyOf = &[PolicyReadAuthenticationMethod, PolicyReadAll];
/// "Get riskyUser".
pub(crate) const READ_RISK: AnyOf = &[IdentityRiskyUserReadAll, IdentityRiskyUserReadWriteAll];
/// "riskyUser: confirmCompromised", "riskyUser: dismiss".
pub(crate) const CHANGE_RISK: AnyOf = &[IdentityRiskyUserReadWriteAll];
/// "Get device".
pub(crate) const READ_DEVICES: AnyOf = &[DeviceReadAll, DeviceReadWriteAll, DirectoryReadAll, DirectoryReadWriteAll];
/// "Update device", of an app.
pub(crate) const CHANGE_DEVICES: AnyOf = &[DeviceReadWriteAll, DirectoryReadWriteAll];
/// "Update device", of a person.
pub(crate) const ACT_AS_USER: AnyOf = &[DirectoryAccessAsUserAll];
/// "List oauth2PermissionGrants" of a user.
pub(crate) const READ_CONSENTS: AnyOf =
    &[DirectoryReadAll, DelegatedPermissionGrantReadWriteAll, DirectoryReadWriteAll];
/// "List appRoleAssignments granted to a user": `AppRoleAssignment.ReadWrite.All` would do, too, and is not simulated.
pub(crate) const READ_APP_ROLES: AnyOf = &[DirectoryReadAll, DirectoryReadWriteAll];
/// "Delete oAuth2PermissionGrant", "Create oAuth2PermissionGrant".
pub(crate) const CHANGE_CONSENTS: AnyOf = &[DelegatedPermissionGrantReadWriteAll, DirectoryReadWriteAll];
/// "List methods": no smaller permission lists all kinds at once.
pub(crate) const LIST_METHODS: AnyOf = &[UserAuthenticationMethodReadAll, UserAuthenticationMethodReadWriteAll];

/// "authenticationMethod: resetPassword".
pub(crate) const RESET_THERE: AnyOf = &[UserAuthenticationMethodReadWriteAll];
/// "Get onPremisesDirectorySynchronization".
pub(crate) const READ_SYNC: AnyOf = &[OnPremDirectorySynchronizationReadAll];

/// What reads a kind of methods, the least first, and, from the third on, what changes it.
fn of_kind(kind: SimulatedMethodKind) -> &'static [Permission; 4] {
    macro_rules! of {
        ($read:ident, $change:ident) => {
            &[$read, UserAuthenticationMethodReadAll, $change, UserAuthenticationMethodReadWriteAll]
        };
    }
    match kind {
        SimulatedMethodKind::Password => of!(UserAuthMethodPasswordReadAll, UserAuthMethodPasswordReadWriteAll),
        SimulatedMethodKind::Phone => of!(UserAuthMethodPhoneReadAll, UserAuthMethodPhoneReadWriteAll),
        SimulatedMethodKind::Authenticator => {
            of!(UserAuthMethodMicrosoftAuthAppReadAll, UserAuthMethodMicrosoftAuthAppReadWriteAll)
        }
        SimulatedMethodKind::SoftwareOath => {
            of!(UserAuthMethodSoftwareOathReadAll, UserAuthMethodSoftwareOathReadWriteAll)
        }
        SimulatedMethodKind::HardwareOath => {
            of!(UserAuthMethodHardwareOathReadAll, UserAuthMethodHardwareOathReadWriteAll)
        }
        SimulatedMethodKind::Passkey => of!(UserAuthMethodPasskeyReadAll, UserAuthMethodPasskeyReadWriteAll),
        SimulatedMethodKind::WindowsHello => {
            of!(UserAuthMethodWindowsHelloReadAll, UserAuthMethodWindowsHelloReadWriteAll)
        }
        SimulatedMethodKind::PlatformCredential => {
            of!(UserAuthMethodPlatformCredReadAll, UserAuthMethodPlatformCredReadWriteAll)
        }
        SimulatedMethodKind::Email => of!(UserAuthMethodEmailReadAll, UserAuthMethodEmailReadWriteAll),
        SimulatedMethodKind::Pass => of!(UserAuthMethodTapReadAll, UserAuthMethodTapReadWriteAll),
        SimulatedMethodKind::External => of!(UserAuthMethodExternalReadAll, UserAuthMethodExternalReadWriteAll),
    }
}

/// "List phoneMethods" and its like: one kind.
pub(crate) fn read_methods(kind: SimulatedMethodKind) -> AnyOf {
    of_kind(kind)
}

/// "Delete phoneAuthenticationMethod" and its like.
pub(crate) fn change_methods(kind: SimulatedMethodKind) -> AnyOf {
    &of_kind(kind)[2..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_in_any_case() {
        for permission in Permission::iter() {
            let name = permission.name();
            assert_eq!(name.to_lowercase().parse::<Permission>().unwrap(), permission);
            assert_eq!(permission.to_string(), name);
        }
        assert!("User.ReadWrite".parse::<Permission>().unwrap_err().to_string().contains("User.ReadWrite.All"));
    }
}
