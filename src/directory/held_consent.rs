//! What a person allowed an app to do in their name.

use serde::{Deserialize, Serialize};

use super::person_list::PersonList;
use crate::graph::as_said::as_said;
use crate::graph::found_pace::{FOR_CONSENTS, PaceRange};
use crate::ids::ObjectId;

/// A consent of one person ("oAuth2PermissionGrant resource type"). Those that an administrator gave for everybody are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldConsent {
    /// What it is deleted by.
    pub id: String,
    /// The service principal of the app.
    pub client_id: ObjectId,
    /// The service principal of the service that the app may call, where that is known.
    pub resource_id: Option<ObjectId>,
    /// The person.
    pub principal_id: ObjectId,
    /// What the app may do there, as Graph writes it: with blanks between, and sometimes one before the first.
    pub scope: String,
}

/// As a list has it. Its id, its app and whose it is decide what is done, so all of these have to be understood.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentOnWire {
    id: String,
    client_id: ObjectId,
    #[serde(default, deserialize_with = "as_said")]
    resource_id: Option<ObjectId>,
    #[serde(default)]
    principal_id: Option<ObjectId>,
    #[serde(default)]
    consent_type: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    scope: Option<String>,
}

/// The consents that a person gave ("List a user's oauth2PermissionGrants").
#[derive(Debug, Clone, Copy)]
pub struct ConsentsOfPerson;

impl PersonList for ConsentsOfPerson {
    type OnWire = ConsentOnWire;
    type Held = HeldConsent;

    const PATHS: &'static [&'static str] = &["oauth2PermissionGrants"];
    const PACE: PaceRange = FOR_CONSENTS;

    fn held(lists: Vec<Vec<ConsentOnWire>>) -> Vec<HeldConsent> {
        lists.into_iter().flatten().filter_map(ConsentOnWire::into_consent).collect()
    }
}

impl ConsentOnWire {
    /// `None` for one that is for everybody: that is no one person's.
    fn into_consent(self) -> Option<HeldConsent> {
        let Self { id, client_id, resource_id, principal_id, consent_type, scope } = self;
        let principal_id = principal_id.filter(|_| consent_type.as_deref() == Some("Principal"))?;
        Some(HeldConsent { id, client_id, resource_id, principal_id, scope: scope.unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_one_person_gave_is_a_consent() {
        let guid = |number: u8| format!("00000000-0000-4000-8000-0000000000{number:02x}");
        let on_wire = |kind: &str, principal: Option<u8>| {
            serde_json::from_value(serde_json::json!({
                "id": "a", "clientId": guid(1), "resourceId": guid(2), "principalId": principal.map(guid),
                "consentType": kind, "scope": " Mail.Read",
            }))
            .unwrap()
        };
        let held = ConsentsOfPerson::held(vec![vec![
            on_wire("AllPrincipals", None),
            on_wire("Principal", Some(3)),
            on_wire("Principal", None),
        ]]);
        assert_eq!(held.len(), 1);
        assert_eq!((held[0].principal_id.to_string(), held[0].scope.as_str()), (guid(3), " Mail.Read"));
    }
}
