//! What people allowed apps to do in their name: "oAuth2PermissionGrant resource type".

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

use super::tenant::{GRAPH_SERVICE_PRINCIPAL_ID, TENANT_ID};

/// The tenant that Microsoft's own apps are at home in: "Verify first-party Microsoft applications in sign-in reports".
pub(crate) const MICROSOFT_TENANT: Uuid = uuid!("f8cdef31-a31e-4b4a-93e4-5f571e91255a");

/// An app of somebody else that people of the tenant use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SimulatedClient {
    /// The object id of its service principal here.
    pub id: Uuid,
    /// Its id in every tenant.
    pub app_id: Uuid,
    /// What it is called.
    pub name: &'static str,
    /// The tenant that it is at home in.
    pub owner: Uuid,
    /// Its publisher, where Microsoft verified it.
    pub publisher: Option<&'static str>,
}

/// The apps that people of the tenant consented to: of a verified publisher, of Microsoft, of the tenant itself, and of
/// a publisher that no one verified.
pub const CLIENTS: [SimulatedClient; 4] = [
    SimulatedClient {
        id: uuid!("c11e0701-6d2f-4b0a-8f6e-5ea10ff00011"),
        app_id: uuid!("8b6f3c52-1f0d-4e8e-9f24-5ea10ff00021"),
        name: "Adatum Calendar",
        owner: uuid!("ada70000-3c1b-4b5e-a1c0-5ea10ff00031"),
        publisher: Some("Adatum Corporation"),
    },
    SimulatedClient {
        id: uuid!("c11e0702-6d2f-4b0a-8f6e-5ea10ff00012"),
        app_id: uuid!("de8bc8b5-d9f9-48b1-a8ad-b748da725064"),
        name: "Graph Explorer",
        owner: MICROSOFT_TENANT,
        publisher: None,
    },
    SimulatedClient {
        id: uuid!("c11e0703-6d2f-4b0a-8f6e-5ea10ff00013"),
        app_id: uuid!("8b6f3c52-1f0d-4e8e-9f24-5ea10ff00023"),
        name: "Contoso Expenses",
        owner: TENANT_ID,
        publisher: None,
    },
    SimulatedClient {
        id: uuid!("c11e0704-6d2f-4b0a-8f6e-5ea10ff00014"),
        app_id: uuid!("8b6f3c52-1f0d-4e8e-9f24-5ea10ff00024"),
        name: "Mail Merge Pro",
        owner: uuid!("00bad000-3c1b-4b5e-a1c0-5ea10ff00034"),
        publisher: None,
    },
];

/// The app of somebody else with this object id.
pub(crate) fn client(id: Uuid) -> Option<&'static SimulatedClient> {
    CLIENTS.iter().find(|client| client.id == id)
}

/// What one person allowed one app to do in their name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedConsent {
    /// The service principal of the app.
    pub client_id: Uuid,
    /// The service principal of the service that it may call.
    pub resource_id: Uuid,
    /// The person.
    pub principal_id: Uuid,
    /// What it may do, with blanks between.
    pub scope: Box<str>,
}

impl SimulatedConsent {
    /// A consent to call Microsoft Graph.
    pub fn to_graph(client_id: Uuid, principal_id: Uuid, scope: &str) -> Self {
        Self { client_id, resource_id: GRAPH_SERVICE_PRINCIPAL_ID, principal_id, scope: scope.into() }
    }

    /// Its id, which is made of the three others as the live service makes it.
    pub fn id(&self) -> String {
        let parts = [self.client_id, self.resource_id, self.principal_id];
        URL_SAFE_NO_PAD.encode(parts.map(|part| part.to_bytes_le()).concat())
    }

    /// Whose consent has this id; `None` for what is no such id.
    pub(super) fn principal_of(id: &str) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
        let principal = bytes.get(32..48).filter(|_| bytes.len() == 48)?;
        Some(Uuid::from_bytes_le(principal.try_into().ok()?))
    }
}
