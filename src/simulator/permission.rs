//! Application permissions by name, and what calls need of them.
//!
//! "Microsoft Graph permissions reference" and the permission tables of the pages named beside each need.

use std::collections::BTreeSet;

use strum::IntoEnumIterator as _;

use super::directory::SimulatedMethodKind;

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
    #[strum(serialize = "Application.Read.All")]
    ApplicationReadAll,
    #[strum(serialize = "AuditLog.Read.All")]
    AuditLogReadAll,
    #[strum(serialize = "DelegatedPermissionGrant.ReadWrite.All")]
    DelegatedPermissionGrantReadWriteAll,
    #[strum(serialize = "Device.Read.All")]
    DeviceReadAll,
    #[strum(serialize = "Device.ReadWrite.All")]
    DeviceReadWriteAll,
    #[strum(serialize = "Directory.AccessAsUser.All")]
    DirectoryAccessAsUserAll,
    #[strum(serialize = "Directory.Read.All")]
    DirectoryReadAll,
    #[strum(serialize = "Directory.ReadWrite.All")]
    DirectoryReadWriteAll,
    #[strum(serialize = "Domain.Read.All")]
    DomainReadAll,
    #[strum(serialize = "Group.Read.All")]
    GroupReadAll,
    #[strum(serialize = "GroupMember.Read.All")]
    GroupMemberReadAll,
    #[strum(serialize = "IdentityRiskyUser.Read.All")]
    IdentityRiskyUserReadAll,
    #[strum(serialize = "IdentityRiskyUser.ReadWrite.All")]
    IdentityRiskyUserReadWriteAll,
    #[strum(serialize = "MailboxSettings.Read")]
    MailboxSettingsRead,
    #[strum(serialize = "MailboxSettings.ReadWrite")]
    MailboxSettingsReadWrite,
    #[strum(serialize = "OnPremDirectorySynchronization.Read.All")]
    OnPremDirectorySynchronizationReadAll,
    #[strum(serialize = "Organization.Read.All")]
    OrganizationReadAll,
    #[strum(serialize = "Policy.Read.All")]
    PolicyReadAll,
    #[strum(serialize = "Policy.Read.AuthenticationMethod")]
    PolicyReadAuthenticationMethod,
    #[strum(serialize = "RoleEligibilitySchedule.Read.Directory")]
    RoleEligibilityScheduleReadDirectory,
    #[strum(serialize = "RoleManagement.Read.Directory")]
    RoleManagementReadDirectory,
    #[strum(serialize = "UserAuthenticationMethod.Read.All")]
    UserAuthenticationMethodReadAll,
    #[strum(serialize = "UserAuthenticationMethod.ReadWrite.All")]
    UserAuthenticationMethodReadWriteAll,
    #[strum(serialize = "UserAuthMethod-Email.Read.All")]
    UserAuthMethodEmailReadAll,
    #[strum(serialize = "UserAuthMethod-Email.ReadWrite.All")]
    UserAuthMethodEmailReadWriteAll,
    #[strum(serialize = "UserAuthMethod-External.Read.All")]
    UserAuthMethodExternalReadAll,
    #[strum(serialize = "UserAuthMethod-External.ReadWrite.All")]
    UserAuthMethodExternalReadWriteAll,
    #[strum(serialize = "UserAuthMethod-HardwareOATH.Read.All")]
    UserAuthMethodHardwareOathReadAll,
    #[strum(serialize = "UserAuthMethod-HardwareOATH.ReadWrite.All")]
    UserAuthMethodHardwareOathReadWriteAll,
    #[strum(serialize = "UserAuthMethod-MicrosoftAuthApp.Read.All")]
    UserAuthMethodMicrosoftAuthAppReadAll,
    #[strum(serialize = "UserAuthMethod-MicrosoftAuthApp.ReadWrite.All")]
    UserAuthMethodMicrosoftAuthAppReadWriteAll,
    #[strum(serialize = "UserAuthMethod-Passkey.Read.All")]
    UserAuthMethodPasskeyReadAll,
    #[strum(serialize = "UserAuthMethod-Passkey.ReadWrite.All")]
    UserAuthMethodPasskeyReadWriteAll,
    #[strum(serialize = "UserAuthMethod-Password.Read.All")]
    UserAuthMethodPasswordReadAll,
    #[strum(serialize = "UserAuthMethod-Password.ReadWrite.All")]
    UserAuthMethodPasswordReadWriteAll,
    #[strum(serialize = "UserAuthMethod-Phone.Read.All")]
    UserAuthMethodPhoneReadAll,
    #[strum(serialize = "UserAuthMethod-Phone.ReadWrite.All")]
    UserAuthMethodPhoneReadWriteAll,
    #[strum(serialize = "UserAuthMethod-PlatformCred.Read.All")]
    UserAuthMethodPlatformCredReadAll,
    #[strum(serialize = "UserAuthMethod-PlatformCred.ReadWrite.All")]
    UserAuthMethodPlatformCredReadWriteAll,
    #[strum(serialize = "UserAuthMethod-SoftwareOATH.Read.All")]
    UserAuthMethodSoftwareOathReadAll,
    #[strum(serialize = "UserAuthMethod-SoftwareOATH.ReadWrite.All")]
    UserAuthMethodSoftwareOathReadWriteAll,
    #[strum(serialize = "UserAuthMethod-TAP.Read.All")]
    UserAuthMethodTapReadAll,
    #[strum(serialize = "UserAuthMethod-TAP.ReadWrite.All")]
    UserAuthMethodTapReadWriteAll,
    #[strum(serialize = "UserAuthMethod-WindowsHello.Read.All")]
    UserAuthMethodWindowsHelloReadAll,
    #[strum(serialize = "UserAuthMethod-WindowsHello.ReadWrite.All")]
    UserAuthMethodWindowsHelloReadWriteAll,
    #[strum(serialize = "User.EnableDisableAccount.All")]
    UserEnableDisableAccountAll,
    #[strum(serialize = "User-Mail.ReadWrite.All")]
    UserMailReadWriteAll,
    #[strum(serialize = "User-PasswordProfile.ReadWrite.All")]
    UserPasswordProfileReadWriteAll,
    #[strum(serialize = "User-Phone.ReadWrite.All")]
    UserPhoneReadWriteAll,
    #[strum(serialize = "User.Read.All")]
    UserReadAll,
    #[strum(serialize = "User.ReadBasic.All")]
    UserReadBasicAll,
    #[strum(serialize = "User.ReadUpdate.All")]
    UserReadUpdateAll,
    #[strum(serialize = "User.ReadWrite.All")]
    UserReadWriteAll,
    #[strum(serialize = "User.RevokeSessions.All")]
    UserRevokeSessionsAll,
}

use Permission::*;

impl Permission {
    /// The name, as Microsoft spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
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

    /// The same, and what it takes to list all authentication methods, to delete those of each kind, and to delete consents.
    #[must_use]
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

/// "List phoneMethods" and its like: one kind.
pub(crate) fn read_methods(kind: SimulatedMethodKind) -> AnyOf {
    match kind {
        SimulatedMethodKind::Password => &[
            UserAuthMethodPasswordReadAll,
            UserAuthMethodPasswordReadWriteAll,
            UserAuthenticationMethodReadAll,
            UserAuthenticationMethodReadWriteAll,
        ],
        SimulatedMethodKind::Phone => &[
            UserAuthMethodPhoneReadAll,
            UserAuthMethodPhoneReadWriteAll,
            UserAuthenticationMethodReadAll,
            UserAuthenticationMethodReadWriteAll,
        ],
        SimulatedMethodKind::Authenticator => &[
            UserAuthMethodMicrosoftAuthAppReadAll,
            UserAuthMethodMicrosoftAuthAppReadWriteAll,
            UserAuthenticationMethodReadAll,
            UserAuthenticationMethodReadWriteAll,
        ],
        SimulatedMethodKind::SoftwareOath => &[
            UserAuthMethodSoftwareOathReadAll,
            UserAuthMethodSoftwareOathReadWriteAll,
            UserAuthenticationMethodReadAll,
            UserAuthenticationMethodReadWriteAll,
        ],
        SimulatedMethodKind::HardwareOath => &[
            UserAuthMethodHardwareOathReadAll,
            UserAuthMethodHardwareOathReadWriteAll,
            UserAuthenticationMethodReadAll,
            UserAuthenticationMethodReadWriteAll,
        ],
        SimulatedMethodKind::Passkey => &[
            UserAuthMethodPasskeyReadAll,
            UserAuthMethodPasskeyReadWriteAll,
            UserAuthenticationMethodReadAll,
            UserAuthenticationMethodReadWriteAll,
        ],
        SimulatedMethodKind::WindowsHello => &[
            UserAuthMethodWindowsHelloReadAll,
            UserAuthMethodWindowsHelloReadWriteAll,
            UserAuthenticationMethodReadAll,
            UserAuthenticationMethodReadWriteAll,
        ],
        SimulatedMethodKind::PlatformCredential => &[
            UserAuthMethodPlatformCredReadAll,
            UserAuthMethodPlatformCredReadWriteAll,
            UserAuthenticationMethodReadAll,
            UserAuthenticationMethodReadWriteAll,
        ],
        SimulatedMethodKind::Email => &[
            UserAuthMethodEmailReadAll,
            UserAuthMethodEmailReadWriteAll,
            UserAuthenticationMethodReadAll,
            UserAuthenticationMethodReadWriteAll,
        ],
        SimulatedMethodKind::Pass => &[
            UserAuthMethodTapReadAll,
            UserAuthMethodTapReadWriteAll,
            UserAuthenticationMethodReadAll,
            UserAuthenticationMethodReadWriteAll,
        ],
        SimulatedMethodKind::External => &[
            UserAuthMethodExternalReadAll,
            UserAuthMethodExternalReadWriteAll,
            UserAuthenticationMethodReadAll,
            UserAuthenticationMethodReadWriteAll,
        ],
    }
}

/// "Delete phoneAuthenticationMethod" and its like.
pub(crate) fn change_methods(kind: SimulatedMethodKind) -> AnyOf {
    match kind {
        SimulatedMethodKind::Password => &[UserAuthMethodPasswordReadWriteAll, UserAuthenticationMethodReadWriteAll],
        SimulatedMethodKind::Phone => &[UserAuthMethodPhoneReadWriteAll, UserAuthenticationMethodReadWriteAll],
        SimulatedMethodKind::Authenticator => {
            &[UserAuthMethodMicrosoftAuthAppReadWriteAll, UserAuthenticationMethodReadWriteAll]
        }
        SimulatedMethodKind::SoftwareOath => {
            &[UserAuthMethodSoftwareOathReadWriteAll, UserAuthenticationMethodReadWriteAll]
        }
        SimulatedMethodKind::HardwareOath => {
            &[UserAuthMethodHardwareOathReadWriteAll, UserAuthenticationMethodReadWriteAll]
        }
        SimulatedMethodKind::Passkey => &[UserAuthMethodPasskeyReadWriteAll, UserAuthenticationMethodReadWriteAll],
        SimulatedMethodKind::WindowsHello => {
            &[UserAuthMethodWindowsHelloReadWriteAll, UserAuthenticationMethodReadWriteAll]
        }
        SimulatedMethodKind::PlatformCredential => {
            &[UserAuthMethodPlatformCredReadWriteAll, UserAuthenticationMethodReadWriteAll]
        }
        SimulatedMethodKind::Email => &[UserAuthMethodEmailReadWriteAll, UserAuthenticationMethodReadWriteAll],
        SimulatedMethodKind::Pass => &[UserAuthMethodTapReadWriteAll, UserAuthenticationMethodReadWriteAll],
        SimulatedMethodKind::External => &[UserAuthMethodExternalReadWriteAll, UserAuthenticationMethodReadWriteAll],
    }
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
