//! The apps that people consented to, by the ids of their service principals.

use serde::Deserialize;

use super::app_by_id::AppById;

/// The tenant that Microsoft's own apps are at home in ("Verify first-party Microsoft applications in sign-in reports").
const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// An app that people consented to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentedApp {
    /// Its name.
    pub name: String,
    /// Its id, the same in every tenant.
    pub app_id: String,
    /// Its publisher, where Microsoft verified that; empty otherwise.
    pub publisher: String,
    /// Is it one of Microsoft's own?
    pub is_microsofts: bool,
}

/// As an answer has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentedAppOnWire {
    #[serde(default)]
    app_id: Option<String>,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    app_owner_organization_id: Option<String>,
    #[serde(default)]
    verified_publisher: Option<VerifiedPublisher>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VerifiedPublisher {
    #[serde(default)]
    display_name: Option<String>,
}

impl AppById for ConsentedApp {
    type OnWire = ConsentedAppOnWire;

    const SELECT: &'static str = "appId,displayName,appOwnerOrganizationId,verifiedPublisher";
    const MAX_IDS: usize = 1_000;

    fn of(app: ConsentedAppOnWire) -> Option<Self> {
        // Whose it is has to be known.
        let owner = app.app_owner_organization_id?;
        Some(Self {
            name: app.display_name?,
            app_id: app.app_id?,
            publisher: app.verified_publisher.and_then(|publisher| publisher.display_name).unwrap_or_default(),
            is_microsofts: owner.eq_ignore_ascii_case(MICROSOFT),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_whose_home_is_not_known_is_none() {
        let app = |owner: Option<&str>| {
            let json = serde_json::json!({
                "@odata.type": "#microsoft.graph.servicePrincipal", "id": "00000000-0000-4000-8000-000000000001",
                "appId": "1", "displayName": "Mail", "appOwnerOrganizationId": owner,
                "verifiedPublisher": {"displayName": null},
            });
            ConsentedApp::of(serde_json::from_value(json).unwrap())
        };
        assert!(app(None).is_none());
        assert!(app(Some(&MICROSOFT.to_uppercase())).unwrap().is_microsofts);
        let other = app(Some("00000000-0000-4000-8000-000000000002")).unwrap();
        assert!(!other.is_microsofts && other.publisher.is_empty());
    }
}
