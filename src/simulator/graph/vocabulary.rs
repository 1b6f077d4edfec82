//! Properties that Graph's types have and that are not simulated. Their error says "not simulated", never "does not exist".
//!
//! Properties and relationships of v1.0, as the page of each type ("user resource type" and so on) lists them.

/// A type, and what of it is not simulated in some place or other.
type Vocabulary = (&'static str, &'static [&'static str]);

#[rustfmt::skip]
const TYPES: &[Vocabulary] = &[
    ("user", &[
        "aboutMe", "accountEnabled", "ageGroup", "assignedLicenses", "assignedPlans", "authorizationInfo", "birthday",
        "businessPhones", "city", "companyName", "consentProvidedForMinor", "country", "createdDateTime", "creationType",
        "customSecurityAttributes", "deletedDateTime", "department", "deviceEnrollmentLimit", "displayName",
        "employeeHireDate", "employeeId", "employeeLeaveDateTime", "employeeOrgData", "employeeType", "externalUserState",
        "externalUserStateChangeDateTime", "faxNumber", "givenName", "hireDate", "id", "identities",
        "identityParentId", "imAddresses", "interests", "isManagementRestricted", "isResourceAccount", "jobTitle",
        "lastPasswordChangeDateTime", "legalAgeGroupClassification", "licenseAssignmentStates", "mail", "mailboxSettings",
        "mailNickname", "mobilePhone", "mySite", "officeLocation", "onPremisesDistinguishedName", "onPremisesDomainName",
        "onPremisesExtensionAttributes", "onPremisesImmutableId", "onPremisesLastSyncDateTime",
        "onPremisesProvisioningErrors", "onPremisesSamAccountName", "onPremisesSecurityIdentifier",
        "onPremisesSyncBehavior", "onPremisesSyncEnabled", "onPremisesUserPrincipalName", "otherMails", "passwordPolicies",
        "passwordProfile", "pastProjects", "postalCode", "preferredDataLocation", "preferredLanguage", "preferredName",
        "print", "provisionedPlans", "proxyAddresses", "refreshTokensValidFromDateTime", "responsibilities", "schools",
        "securityIdentifier", "serviceProvisioningErrors", "showInAddressList", "signInActivity",
        "signInSessionsValidFromDateTime", "skills", "state", "streetAddress", "surname", "usageLocation",
        "userPrincipalName", "userType",
        // Relationships.
        "activities", "agreementAcceptances", "appRoleAssignments", "authentication", "calendar", "calendarGroups",
        "calendarView", "calendars", "chats", "cloudClipboard", "cloudPCs", "contactFolders", "contacts", "createdObjects",
        "dataSecurityAndGovernance", "deviceManagementTroubleshootingEvents", "directReports", "drive", "drives",
        "employeeExperience", "events", "extensions", "followedSites", "inferenceClassification", "insights",
        "joinedTeams", "licenseDetails", "mailFolders", "managedAppRegistrations", "managedDevices", "manager", "memberOf",
        "messages", "oauth2PermissionGrants", "onenote", "onlineMeetings", "outlook", "ownedDevices", "ownedObjects",
        "people", "permissionGrants", "photo", "photos", "planner", "presence", "registeredDevices", "scopedRoleMemberOf",
        "settings", "solutions", "sponsors", "teamwork", "todo", "transitiveMemberOf",
    ]),
    ("group", &[
        "allowExternalSenders", "assignedLabels", "assignedLicenses", "autoSubscribeNewMembers", "classification",
        "expirationDateTime", "hasMembersWithLicenseErrors", "hideFromAddressLists", "hideFromOutlookClients",
        "infoCatalogs", "isArchived", "isManagementRestricted", "isSubscribedByMail", "licenseProcessingState",
        "onPremisesDomainName", "onPremisesLastSyncDateTime", "onPremisesNetBiosName", "onPremisesProvisioningErrors",
        "onPremisesSamAccountName", "onPremisesSecurityIdentifier", "onPremisesSyncBehavior", "preferredDataLocation",
        "preferredLanguage", "renewedDateTime", "resourceBehaviorOptions", "resourceProvisioningOptions",
        "securityIdentifier", "serviceProvisioningErrors", "theme", "uniqueName", "unseenCount",
        // Relationships.
        "acceptedSenders", "appRoleAssignments", "calendar", "calendarView", "conversations", "createdOnBehalfOf", "drive",
        "drives", "events", "extensions", "groupLifecyclePolicies", "memberOf", "members", "membersWithLicenseErrors",
        "onenote", "owners", "permissionGrants", "photo", "photos", "planner", "rejectedSenders", "settings", "sites",
        "team", "threads", "transitiveMemberOf", "transitiveMembers",
    ]),
    ("servicePrincipal", &[
        "addIns", "alternativeNames", "appDescription", "appManagementPolicies", "applicationTemplateId",
        "appRoleAssignmentRequired", "appRoles", "customSecurityAttributes", "description", "disabledByMicrosoftStatus",
        "homepage", "info", "isDisabled", "keyCredentials", "loginUrl", "logoutUrl", "notes", "notificationEmailAddresses",
        "oauth2PermissionScopes", "passwordCredentials", "preferredSingleSignOnMode",
        "preferredTokenSigningKeyThumbprint", "replyUrls", "resourceSpecificApplicationPermissions",
        "samlSingleSignOnSettings", "servicePrincipalNames", "signInAudience", "tags", "tokenEncryptionKeyId",
        "verifiedPublisher", "appOwnerOrganizationId",
        // Relationships.
        "appRoleAssignedTo", "appRoleAssignments", "claimsMappingPolicies", "createdObjects",
        "delegatedPermissionClassifications", "endpoints", "federatedIdentityCredentials", "homeRealmDiscoveryPolicies",
        "memberOf", "oauth2PermissionGrants", "ownedObjects", "owners", "remoteDesktopSecurityConfiguration",
        "synchronization", "tokenIssuancePolicies", "tokenLifetimePolicies", "transitiveMemberOf",
    ]),
    ("application", &[
        "addIns", "api", "applicationTemplateId", "appRoles", "authenticationBehaviors", "certification", "createdDateTime",
        "defaultRedirectUri", "description", "disabledByMicrosoftStatus", "groupMembershipClaims", "identifierUris", "info",
        "isDeviceOnlyAuthSupported", "isDisabled", "isFallbackPublicClient", "keyCredentials", "logo",
        "nativeAuthenticationApisEnabled", "notes", "oauth2RequirePostResponse", "optionalClaims",
        "parentalControlSettings", "passwordCredentials", "publicClient", "publisherDomain", "requestSignatureVerification",
        "requiredResourceAccess", "samlMetadataUrl", "serviceManagementReference", "servicePrincipalLockConfiguration",
        "spa", "tags", "tokenEncryptionKeyId", "uniqueName", "verifiedPublisher", "web",
        // Relationships.
        "appManagementPolicies", "createdOnBehalfOf", "extensionProperties", "federatedIdentityCredentials",
        "homeRealmDiscoveryPolicies", "owners", "synchronization", "tokenIssuancePolicies", "tokenLifetimePolicies",
    ]),
    ("organization", &[
        "assignedPlans", "businessPhones", "city", "country", "createdDateTime", "defaultUsageLocation", "deletedDateTime",
        "isMultipleDataLocationsForServicesEnabled", "marketingNotificationEmails", "mobileDeviceManagementAuthority",
        "onPremisesSyncStatus", "partnerTenantType", "postalCode", "preferredLanguage", "privacyProfile",
        "provisionedPlans", "securityComplianceNotificationMails", "securityComplianceNotificationPhones", "state",
        "street", "technicalNotificationMails",
        // Relationships.
        "branding", "certificateBasedAuthConfiguration", "extensions",
    ]),
    ("unifiedRoleAssignment", &["appScopeId", "condition", "appScope", "directoryScope", "principal", "roleDefinition"]),
    ("unifiedRoleEligibilityScheduleInstance", &[
        "createdUsing", "createdDateTime", "modifiedDateTime", "status", "appScope", "directoryScope", "principal",
        "roleDefinition",
    ]),
    ("unifiedRoleDefinition", &["allowedPrincipalTypes", "inheritsPermissionsFrom"]),
    ("directoryRole", &["members", "scopedMembers"]),
    ("device", &[
        "alternativeSecurityIds", "complianceExpirationDateTime", "deviceCategory", "deviceMetadata", "deviceOwnership",
        "deviceVersion", "enrollmentProfileName", "enrollmentType", "extensionAttributes", "isCompliant", "isManaged",
        "isRooted", "managementType", "manufacturer", "mdmAppId", "model", "onPremisesLastSyncDateTime",
        "onPremisesSecurityIdentifier", "physicalIds", "profileType", "systemLabels",
        // Relationships.
        "extensions", "memberOf", "registeredOwners", "registeredUsers", "transitiveMemberOf",
    ]),
    ("directoryObject", &["deletedDateTime"]),
];

/// Whether Graph has this property of a type, or this relationship; options compare names without regard to case. What an
/// app of the tenant added to a type is called `extension_`, the app's id and a name ("Add custom data to resources by using
/// extensions").
pub(crate) fn has(of: &str, name: &str) -> bool {
    let added = name.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("extension_"));
    added || names(of).any(|known| known.eq_ignore_ascii_case(name))
}

/// The same for a member of a body, where a capital makes another name.
pub(crate) fn has_member(of: &str, name: &str) -> bool {
    name.starts_with("extension_") || names(of).any(|known| known == name)
}

fn names(of: &str) -> impl Iterator<Item = &'static str> {
    TYPES.iter().filter(move |(kind, _)| *kind == of).flat_map(|(_, names)| names.iter().copied())
}

/// Whether any type has it that can stand among directory objects.
pub(crate) fn any_has(name: &str) -> bool {
    ["user", "group", "servicePrincipal", "application", "directoryObject"].iter().any(|of| has(of, name))
}
