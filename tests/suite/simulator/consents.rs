//! What people consented to: "List a user's oauth2PermissionGrants", "Delete oAuth2PermissionGrant", "Create
//! oAuth2PermissionGrant".

use reqwest::{Method, StatusCode};
use sealoff::simulator::{CLIENTS, Operation, Permission, Settings, SimulatedConsent};
use serde_json::json;

use super::Graph;

#[tokio::test]
async fn a_consent_is_listed_taken_away_and_given_again() {
    let permissions = Permission::with_methods();
    let graph = Graph::with(Settings { permissions, ..Settings::default() }).await;
    let user = graph.plain_users(1).remove(0);
    let pro = CLIENTS.into_iter().find(|client| client.name == "Mail Merge Pro").unwrap();
    let consent = SimulatedConsent::to_graph(pro.id, user.id, " offline_access Mail.Send");
    assert!(graph.simulator.add_consent(consent.clone()));
    let list = format!("/users/{}/oauth2PermissionGrants", user.id);
    let listed = graph.get(&list).await;
    let found = listed.values().iter().find(|value| value["id"] == consent.id()).cloned().unwrap();
    assert_eq!((&found["consentType"], &found["scope"]), (&json!("Principal"), &json!(" offline_access Mail.Send")));
    assert_eq!((&found["clientId"], &found["principalId"]), (&json!(pro.id), &json!(user.id)));

    let ids = json!({ "ids": [pro.id], "types": ["servicePrincipal"] });
    let select = "id,appId,displayName,appOwnerOrganizationId,verifiedPublisher";
    let names = graph.send(Method::POST, &format!("/directoryObjects/getByIds?$select={select}"), &ids).await;
    let app = &names.values()[0];
    assert_eq!((&app["displayName"], &app["appId"]), (&json!("Mail Merge Pro"), &json!(pro.app_id)));
    assert_eq!(app["appOwnerOrganizationId"], json!(pro.owner));

    let path = format!("/oauth2PermissionGrants/{}", consent.id());
    assert_eq!(graph.send(Method::DELETE, &path, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(graph.send(Method::DELETE, &path, &json!({})).await.status, StatusCode::NOT_FOUND);
    assert!(!graph.simulator.consents_of(user.id).contains(&consent));

    let mut body = found.clone();
    body.as_object_mut().unwrap().remove("id");
    let again = graph.send(Method::POST, "/oauth2PermissionGrants", &body).await;
    assert_eq!((again.status, &again.body["id"]), (StatusCode::CREATED, &json!(consent.id())));
    assert_eq!(graph.send(Method::POST, "/oauth2PermissionGrants", &body).await.status, StatusCode::CONFLICT);
    let writes = graph.simulator.ledger().writes;
    assert_eq!(writes[0].operation, Operation::DeleteConsent { id: consent.id().into() });
    assert_eq!(writes.iter().map(|write| write.applied).collect::<Vec<_>>(), [true, false, true, false]);
    assert!(writes.iter().take(1).all(|write| write.object_id == Some(user.id)));
}

#[tokio::test]
async fn less_than_the_permission_is_refused() {
    let permissions = [Permission::UserReadAll].into();
    let graph = Graph::with(Settings { permissions, ..Settings::default() }).await;
    let user = graph.plain_users(1).remove(0);
    let denied = graph.get(&format!("/users/{}/oauth2PermissionGrants", user.id)).await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    assert_eq!(graph.send(Method::DELETE, "/oauth2PermissionGrants/x", &json!({})).await.status, StatusCode::FORBIDDEN);
}
