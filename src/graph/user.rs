//! A user as Graph shows it.

use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use super::as_said::as_said;
use crate::ids::ObjectId;

/// Everything that the rules ask about an account. All of it has to be asked for: nearly every property is returned
/// only on `$select` ("user resource type").
pub const SELECT: &str = "id,userPrincipalName,mail,displayName,givenName,surname,accountEnabled,userType,\
                          externalUserState,onPremisesSyncEnabled,lastPasswordChangeDateTime,signInSessionsValidFromDateTime,\
                          isManagementRestricted,onPremisesSamAccountName,onPremisesDomainName,\
                          onPremisesDistinguishedName,onPremisesSecurityIdentifier,onPremisesLastSyncDateTime,employeeId,department,assignedLicenses";

/// A user object with the properties in [`SELECT`]. What is only shown of it may be odd; what decides may not.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The object id.
    pub id: ObjectId,
    /// The type, with `#microsoft.graph.` before it; there where Graph names it.
    #[serde(rename = "@odata.type", default)]
    pub kind: Option<String>,
    /// The agent identity that an agent user belongs to. It is not in [`SELECT`], for a cloud that does not know it refuses
    /// the whole question.
    pub identity_parent_id: Option<String>,
    /// The sign-in name. `None` when the app may not read it.
    pub user_principal_name: Option<String>,
    /// The mail address. Not unique by any guarantee.
    pub mail: Option<String>,
    /// The name that people see.
    #[serde(default, deserialize_with = "as_said")]
    pub display_name: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub surname: Option<String>,
    /// Whether sign-in is allowed. `None` means that Graph did not say, never "disabled".
    pub account_enabled: Option<bool>,
    /// `Member` or `Guest`.
    pub user_type: Option<String>,
    /// `PendingAcceptance` or `Accepted` for invited people.
    pub external_user_state: Option<String>,
    /// `true` while the account is mastered on-premises; `false` or nothing when it is not.
    pub on_premises_sync_enabled: Option<bool>,
    /// When the password was last changed or set.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub last_password_change_date_time: Option<OffsetDateTime>,
    /// Sessions older than this are worth nothing.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub sign_in_sessions_valid_from_date_time: Option<OffsetDateTime>,
    /// `true` for a member of a restricted management administrative unit.
    pub is_management_restricted: Option<bool>,
    /// The short name in Active Directory.
    pub on_premises_sam_account_name: Option<String>,
    /// The DNS name of the Active Directory domain.
    pub on_premises_domain_name: Option<String>,
    /// The place in Active Directory.
    pub on_premises_distinguished_name: Option<String>,
    /// The security identifier in Active Directory.
    pub on_premises_security_identifier: Option<String>,
    /// What ties the account to its object in Active Directory; there only where it was asked for beside [`SELECT`].
    pub on_premises_immutable_id: Option<String>,
    /// When the directory sync last looked at it.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub on_premises_last_sync_date_time: Option<OffsetDateTime>,
    /// The employer's number.
    pub employee_id: Option<String>,
    /// The department.
    #[serde(default, deserialize_with = "as_said")]
    pub department: Option<String>,
    /// The licences; `None` where Graph did not say.
    #[serde(default, deserialize_with = "as_said")]
    pub assigned_licenses: Option<Vec<AssignedLicence>>,
    /// Every address, with `SMTP:` or `smtp:` before it; there only where they were asked for beside [`SELECT`].
    pub proxy_addresses: Option<Vec<String>>,
}

/// A licence that a user has.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssignedLicence {
    /// What was sold.
    #[serde(default, deserialize_with = "as_said")]
    pub sku_id: Option<Uuid>,
}

impl User {
    /// Is it the account of a software agent? It has no password, and signs in through the agent identity that it belongs
    /// to ("agentUser resource type", derived from user).
    pub fn is_agent(&self) -> bool {
        const AGENT: &str = "#microsoft.graph.agentUser";
        self.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case(AGENT))
            || self.identity_parent_id.as_deref().is_some_and(|parent| !parent.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_known_by_its_type_or_by_its_parent() {
        let is_agent = |more: &str| {
            let json = format!("{{\"id\":\"236352d0-70af-43ed-bd22-f410a9d4328b\"{more}}}");
            serde_json::from_str::<User>(&json).unwrap().is_agent()
        };
        for more in ["", ",\"@odata.type\":\"#microsoft.graph.user\"", ",\"identityParentId\":null"] {
            assert!(!is_agent(more), "{more}");
        }
        for more in [",\"@odata.type\":\"#microsoft.graph.agentUser\"", ",\"identityParentId\":\"1-2\""] {
            assert!(is_agent(more), "{more}");
        }
    }

    #[test]
    fn an_odd_name_or_licence_hides_no_user() {
        let json = "{\"id\":\"236352d0-70af-43ed-bd22-f410a9d4328b\",\"displayName\":5,\"department\":[],\
                    \"assignedLicenses\":[{\"skuId\":\"odd\"},{\"skuId\":\"05e9a617-0261-4cee-bb44-138d3ef5d965\"}]}";
        let user: User = serde_json::from_str(json).unwrap();
        assert_eq!((user.display_name, user.department), (None, None));
        let held: Vec<bool> = user.assigned_licenses.unwrap().iter().map(|held| held.sku_id.is_some()).collect();
        assert_eq!(held, [false, true]);
        assert!(serde_json::from_str::<User>(&json.replace("\"displayName\"", "\"accountEnabled\"")).is_err());
    }
}
