//! The built-in directory roles: their names, and which of them a User Administrator may act on.
//!
//! Source of the ids and names: "Microsoft Entra built-in roles". Source of who may act on whom: "Working with users in
//! Microsoft Graph", its tables of who may reset passwords and of who may perform sensitive actions.

use uuid::{Uuid, uuid};

use crate::ids::RoleTemplate;

/// May do everything.
pub const GLOBAL_ADMINISTRATOR: RoleTemplate = role(uuid!("62e90394-69f5-4237-9190-012177145e10"));
/// Held by the accounts that synchronise Active Directory: touching one stops the sync of the whole tenant.
pub const DIRECTORY_SYNCHRONIZATION: RoleTemplate = role(uuid!("d29b2b05-8046-44ba-8758-1e26182fcf32"));
/// The narrower role that newer versions of the sync give their account.
pub const ON_PREMISES_SYNC: RoleTemplate = role(uuid!("a92aed5d-d78a-4d16-b381-09adb37eb3b0"));

const fn role(id: Uuid) -> RoleTemplate {
    RoleTemplate::new(id)
}

/// Roles whose holders a User Administrator may block as well as reset: they stand in both tables. An Authentication
/// Administrator stands in neither, and a custom role in none.
const WITHIN_REACH: &[(RoleTemplate, &str)] = &[
    (role(uuid!("88d8e3e3-8f55-4a1e-953a-9b9898b8876b")), "Directory Readers"),
    (role(uuid!("95e79109-95c0-4d8e-aee3-d01accf2d47b")), "Guest Inviter"),
    (role(uuid!("966707d0-3269-4727-9be2-8c3a10f19b9d")), "Password Administrator"),
    (role(uuid!("790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b")), "Message Center Reader"),
    (role(uuid!("4a5d8f65-41da-4de4-8968-e035b65339cf")), "Reports Reader"),
    (role(uuid!("75934031-6c7e-415a-99d7-48dbd49e875e")), "Usage Summary Reports Reader"),
    (role(uuid!("729827e3-9c14-49f7-bb1b-9608f156bbb8")), "Helpdesk Administrator"),
    (role(uuid!("fdd7a751-b60b-444a-984c-02652fe8fa1c")), "Groups Administrator"),
    (role(uuid!("fe930be7-5e62-47db-91af-98c3a49a38b1")), "User Administrator"),
];

/// Roles beyond that whose names are known without asking.
const BEYOND: &[(RoleTemplate, &str)] = &[
    (GLOBAL_ADMINISTRATOR, "Global Administrator"),
    (DIRECTORY_SYNCHRONIZATION, "Directory Synchronization Accounts"),
    (ON_PREMISES_SYNC, "On Premises Directory Sync Account"),
    (role(uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814")), "Privileged Role Administrator"),
    (role(uuid!("7be44c8a-adaf-4e2a-84d6-ab2649e08a13")), "Privileged Authentication Administrator"),
    (role(uuid!("c4e39bd9-1100-46d3-8c65-fb160da0071f")), "Authentication Administrator"),
    (role(uuid!("25a516ed-2fa0-40ea-a2d0-12923a21473a")), "Authentication Extensibility Administrator"),
    (role(uuid!("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3")), "Application Administrator"),
    (role(uuid!("158c047a-c907-4556-b7ef-446551a6b5f7")), "Cloud Application Administrator"),
    (role(uuid!("cf1c38e5-3621-4004-a7cb-879624dced7c")), "Application Developer"),
    (role(uuid!("b1be1c3e-b65d-4f19-8427-f6fa0d97feb9")), "Conditional Access Administrator"),
    (role(uuid!("194ae4cb-b126-40b2-bd5b-6091b380977d")), "Security Administrator"),
    (role(uuid!("5f2222b1-57c3-48ba-8ad5-d4759f1fde6f")), "Security Operator"),
    (role(uuid!("5d6b6bb7-de71-4623-b4af-96380a352509")), "Security Reader"),
    (role(uuid!("f2ef992c-3afb-46b9-b7cf-a126ee74c451")), "Global Reader"),
    (role(uuid!("8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2")), "Hybrid Identity Administrator"),
    (role(uuid!("3a2c62db-5318-420d-8d74-23affee5d9d5")), "Intune Administrator"),
    (role(uuid!("7698a772-787b-4ac8-901f-60d6b08affd2")), "Cloud Device Administrator"),
    (role(uuid!("8329153b-31d0-4727-b945-745eb3bc5f31")), "Domain Name Administrator"),
    (role(uuid!("be2f45a1-457d-42af-a067-6ec1fa63bc45")), "External Identity Provider Administrator"),
    (role(uuid!("9360feb5-f418-4baa-8175-e2a00bac4301")), "Directory Writers"),
    (role(uuid!("59d46f88-662b-457b-bceb-5c3809e5908f")), "Lifecycle Workflows Administrator"),
    (role(uuid!("aaf43236-0c0d-4d5f-883a-6955382ac081")), "B2C IEF Keyset Administrator"),
    (role(uuid!("ecb2c6bf-0ab6-418e-bd87-7986f8d63bbe")), "Attribute Provisioning Administrator"),
    (role(uuid!("422218e4-db15-4ef9-bbe0-8afb41546d79")), "Attribute Provisioning Reader"),
    (role(uuid!("db506228-d27e-4b7d-95e5-295956d6615f")), "Agent ID Administrator"),
    (role(uuid!("4ba39ca4-527c-499a-b93d-d9b492c50246")), "Partner Tier1 Support"),
    (role(uuid!("e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8")), "Partner Tier2 Support"),
    (role(uuid!("29232cdf-9323-42fd-ade2-1d097af3e4de")), "Exchange Administrator"),
    (role(uuid!("f28a1f50-f6e7-4571-818b-6a12f2af6b6c")), "SharePoint Administrator"),
    (role(uuid!("0526716b-113d-4c15-b2c8-68e3c22b9f80")), "Authentication Policy Administrator"),
];

/// The name of a built-in role, where it is known without asking.
pub fn name_of(role: RoleTemplate) -> Option<&'static str> {
    WITHIN_REACH.iter().chain(BEYOND).find(|(known, _)| *known == role).map(|(_, name)| *name)
}

/// Says whether a User Administrator may both block and reset an account with this role. A role that is not known is not.
pub fn is_within_reach_of_user_administrator(role: RoleTemplate) -> bool {
    WITHIN_REACH.iter().any(|(known, _)| *known == role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_role_stands_in_one_table_once() {
        let all: Vec<_> = WITHIN_REACH.iter().chain(BEYOND).collect();
        assert_eq!(all.iter().map(|(role, _)| role).collect::<HashSet<_>>().len(), all.len());
        assert_eq!(all.iter().map(|(_, name)| name).collect::<HashSet<_>>().len(), all.len());
    }

    #[test]
    fn an_unknown_role_is_out_of_reach() {
        assert!(!is_within_reach_of_user_administrator(role(Uuid::from_u128(7))));
        assert!(!is_within_reach_of_user_administrator(GLOBAL_ADMINISTRATOR));
        assert_eq!(name_of(role(Uuid::from_u128(7))), None);
    }
}
