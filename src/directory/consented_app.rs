//! The apps that people consented to, by the ids of their service principals.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::graph::paced::Paced;
use crate::graph::reading::ReadError;
use crate::graph::transport::Transport;
use crate::ids::ObjectId;

/// The tenant that Microsoft's own apps are at home in ("Verify first-party Microsoft applications in sign-in reports").
const MICROSOFT: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/// The most ids that one call takes ("directoryObject: getByIds").
const MAX_IDS: usize = 1_000;
/// What such a call costs with `$select`, in resource units.
const COST: u32 = 2;

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

#[derive(Serialize)]
struct AppIds<'a> {
    ids: &'a [ObjectId],
    types: [&'static str; 1],
}

#[derive(Deserialize)]
struct AppsAnswer {
    value: Vec<AppOnWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppOnWire {
    id: ObjectId,
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

impl AppOnWire {
    /// `None` where the app is not shown: whose it is has to be known.
    fn into_app(self) -> Option<ConsentedApp> {
        let owner = self.app_owner_organization_id?;
        Some(ConsentedApp {
            name: self.display_name?,
            app_id: self.app_id?,
            publisher: self.verified_publisher.and_then(|publisher| publisher.display_name).unwrap_or_default(),
            is_microsofts: owner.eq_ignore_ascii_case(MICROSOFT),
        })
    }
}

impl ConsentedApp {
    /// The apps with these service principals ("directoryObject: getByIds"). One that is deleted, or that is not shown to this
    /// caller, is left out.
    ///
    /// # Errors
    ///
    /// Graph cannot be reached, or gives no answer, or none that can be understood.
    pub async fn read<T: Transport>(
        paced: &Paced<'_, T>,
        clients: &[ObjectId],
    ) -> Result<HashMap<ObjectId, Self>, ReadError> {
        let mut apps = HashMap::new();
        for ids in clients.chunks(MAX_IDS) {
            let body = AppIds { ids, types: ["servicePrincipal"] };
            let answer: Result<AppsAnswer, ReadError> = paced.post(&path(), &body, COST).await;
            match answer {
                Ok(answer) => {
                    apps.extend(answer.value.into_iter().filter_map(|app| Some((app.id, app.into_app()?))));
                }
                // What is refused is not known, and is left alone.
                Err(error) => drop(error.into_graphs_answer()?),
            }
        }
        Ok(apps)
    }
}

fn path() -> String {
    "/v1.0/directoryObjects/getByIds?$select=id,appId,displayName,appOwnerOrganizationId,verifiedPublisher".to_owned()
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
            serde_json::from_value::<AppOnWire>(json).unwrap().into_app()
        };
        assert!(app(None).is_none());
        assert!(app(Some(&MICROSOFT.to_uppercase())).unwrap().is_microsofts);
        let other = app(Some("00000000-0000-4000-8000-000000000002")).unwrap();
        assert!(!other.is_microsofts && other.publisher.is_empty());
    }
}
