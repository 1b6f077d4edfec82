//! The built-in roles of Microsoft Entra ID: "Microsoft Entra built-in roles". Not all of them, but all that are labelled
//! privileged there and those that other pages name.

use uuid::{Uuid, uuid};

/// Global Administrator.
pub(crate) const GLOBAL_ADMINISTRATOR: Uuid = uuid!("62e90394-69f5-4237-9190-012177145e10");
/// Privileged Role Administrator.
pub(crate) const PRIVILEGED_ROLE_ADMINISTRATOR: Uuid = uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814");
/// Privileged Authentication Administrator.
pub(crate) const PRIVILEGED_AUTHENTICATION_ADMINISTRATOR: Uuid = uuid!("7be44c8a-adaf-4e2a-84d6-ab2649e08a13");
/// Authentication Administrator.
pub(crate) const AUTHENTICATION_ADMINISTRATOR: Uuid = uuid!("c4e39bd9-1100-46d3-8c65-fb160da0071f");
/// User Administrator.
pub(crate) const USER_ADMINISTRATOR: Uuid = uuid!("fe930be7-5e62-47db-91af-98c3a49a38b1");
/// Helpdesk Administrator.
pub(crate) const HELPDESK_ADMINISTRATOR: Uuid = uuid!("729827e3-9c14-49f7-bb1b-9608f156bbb8");
/// Password Administrator.
pub(crate) const PASSWORD_ADMINISTRATOR: Uuid = uuid!("966707d0-3269-4727-9be2-8c3a10f19b9d");
/// Security Administrator.
pub(crate) const SECURITY_ADMINISTRATOR: Uuid = uuid!("194ae4cb-b126-40b2-bd5b-6091b380977d");
/// Exchange Administrator.
pub(crate) const EXCHANGE_ADMINISTRATOR: Uuid = uuid!("29232cdf-9323-42fd-ade2-1d097af3e4de");
/// Groups Administrator.
pub(crate) const GROUPS_ADMINISTRATOR: Uuid = uuid!("fdd7a751-b60b-444a-984c-02652fe8fa1c");
/// Directory Synchronization Accounts.
pub(crate) const DIRECTORY_SYNCHRONIZATION_ACCOUNTS: Uuid = uuid!("d29b2b05-8046-44ba-8758-1e26182fcf32");
/// Directory Readers.
pub(crate) const DIRECTORY_READERS: Uuid = uuid!("88d8e3e3-8f55-4a1e-953a-9b9898b8876b");
/// Guest Inviter.
pub(crate) const GUEST_INVITER: Uuid = uuid!("95e79109-95c0-4d8e-aee3-d01accf2d47b");
/// Message Center Reader.
pub(crate) const MESSAGE_CENTER_READER: Uuid = uuid!("790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b");
/// Reports Reader.
pub(crate) const REPORTS_READER: Uuid = uuid!("4a5d8f65-41da-4de4-8968-e035b65339cf");
/// Usage Summary Reports Reader.
pub(crate) const USAGE_SUMMARY_REPORTS_READER: Uuid = uuid!("75934031-6c7e-415a-99d7-48dbd49e875e");

/// Intune Administrator.
pub(crate) const INTUNE_ADMINISTRATOR: Uuid = uuid!("3a2c62db-5318-420d-8d74-23affee5d9d5");
/// Cloud Device Administrator.
pub(crate) const CLOUD_DEVICE_ADMINISTRATOR: Uuid = uuid!("7698a772-787b-4ac8-901f-60d6b08affd2");
/// Manages apps, and what people consented to.
pub(crate) const CLOUD_APPLICATION_ADMINISTRATOR: Uuid = uuid!("158c047a-c907-4556-b7ef-446551a6b5f7");
/// The same, and the application proxy.
pub(crate) const APPLICATION_ADMINISTRATOR: Uuid = uuid!("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3");
/// Global Reader.
pub(crate) const GLOBAL_READER: Uuid = uuid!("f2ef992c-3afb-46b9-b7cf-a126ee74c451");

/// Id and name of each.
#[rustfmt::skip]
pub(super) const BUILT_IN: &[(Uuid, &str)] = &[
    (GLOBAL_ADMINISTRATOR, "Global Administrator"),
    (PRIVILEGED_ROLE_ADMINISTRATOR, "Privileged Role Administrator"),
    (PRIVILEGED_AUTHENTICATION_ADMINISTRATOR, "Privileged Authentication Administrator"),
    (AUTHENTICATION_ADMINISTRATOR, "Authentication Administrator"),
    (uuid!("25a516ed-2fa0-40ea-a2d0-12923a21473a"), "Authentication Extensibility Administrator"),
    (USER_ADMINISTRATOR, "User Administrator"),
    (HELPDESK_ADMINISTRATOR, "Helpdesk Administrator"),
    (PASSWORD_ADMINISTRATOR, "Password Administrator"),
    (uuid!("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"), "Application Administrator"),
    (uuid!("158c047a-c907-4556-b7ef-446551a6b5f7"), "Cloud Application Administrator"),
    (uuid!("cf1c38e5-3621-4004-a7cb-879624dced7c"), "Application Developer"),
    (uuid!("b1be1c3e-b65d-4f19-8427-f6fa0d97feb9"), "Conditional Access Administrator"),
    (SECURITY_ADMINISTRATOR, "Security Administrator"),
    (uuid!("5f2222b1-57c3-48ba-8ad5-d4759f1fde6f"), "Security Operator"),
    (uuid!("5d6b6bb7-de71-4623-b4af-96380a352509"), "Security Reader"),
    (GLOBAL_READER, "Global Reader"),
    (uuid!("8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2"), "Hybrid Identity Administrator"),
    (INTUNE_ADMINISTRATOR, "Intune Administrator"),
    (CLOUD_DEVICE_ADMINISTRATOR, "Cloud Device Administrator"),
    (uuid!("8329153b-31d0-4727-b945-745eb3bc5f31"), "Domain Name Administrator"),
    (uuid!("be2f45a1-457d-42af-a067-6ec1fa63bc45"), "External Identity Provider Administrator"),
    (uuid!("9360feb5-f418-4baa-8175-e2a00bac4301"), "Directory Writers"),
    (uuid!("59d46f88-662b-457b-bceb-5c3809e5908f"), "Lifecycle Workflows Administrator"),
    (uuid!("aaf43236-0c0d-4d5f-883a-6955382ac081"), "B2C IEF Keyset Administrator"),
    (uuid!("ecb2c6bf-0ab6-418e-bd87-7986f8d63bbe"), "Attribute Provisioning Administrator"),
    (uuid!("422218e4-db15-4ef9-bbe0-8afb41546d79"), "Attribute Provisioning Reader"),
    (uuid!("db506228-d27e-4b7d-95e5-295956d6615f"), "Agent ID Administrator"),
    (uuid!("4ba39ca4-527c-499a-b93d-d9b492c50246"), "Partner Tier1 Support"),
    (uuid!("e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8"), "Partner Tier2 Support"),
    (EXCHANGE_ADMINISTRATOR, "Exchange Administrator"),
    (uuid!("f28a1f50-f6e7-4571-818b-6a12f2af6b6c"), "SharePoint Administrator"),
    (uuid!("0526716b-113d-4c15-b2c8-68e3c22b9f80"), "Authentication Policy Administrator"),
    (GROUPS_ADMINISTRATOR, "Groups Administrator"),
    (DIRECTORY_SYNCHRONIZATION_ACCOUNTS, "Directory Synchronization Accounts"),
    (DIRECTORY_READERS, "Directory Readers"),
    (GUEST_INVITER, "Guest Inviter"),
    (MESSAGE_CENTER_READER, "Message Center Reader"),
    (REPORTS_READER, "Reports Reader"),
    (USAGE_SUMMARY_REPORTS_READER, "Usage Summary Reports Reader"),
];
