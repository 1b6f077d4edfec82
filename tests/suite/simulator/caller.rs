//! Who calls: the app itself, or the app on behalf of a user.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{Graph, reset};

#[tokio::test]
async fn me_is_for_people() {
    let mut graph = Graph::unlimited().await;
    let refused = graph.get("/me?$select=id,userPrincipalName").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.message(), "/me request is only valid with delegated authentication flow.");
    let bowen = graph.user("admin.bowen@contoso.onmicrosoft.com");
    graph.token = graph.simulator.issue_delegated_token(bowen.id).unwrap();
    let me = graph.get("/me?$select=id,userPrincipalName").await;
    assert_eq!(
        (&me.body["id"], &me.body["userPrincipalName"]),
        (&json!(bowen.id), &json!(&*bowen.user_principal_name))
    );
    assert_eq!(graph.batch(&[json!({ "id": "1", "method": "GET", "url": "/me" })]).await.item_status("1"), 200);
    assert!(graph.simulator.issue_delegated_token(uuid::Uuid::nil()).is_none());
    assert_eq!(graph.get("/me?$select=signInActivity").await.status, StatusCode::OK);
    graph.simulator.change_permissions(std::collections::BTreeSet::new());
    let denied = graph.get("/me?$select=id,signInActivity").await;
    assert_eq!(denied.code(), "Authorization_RequestDenied", "the reports ask for a permission of their own");
    let me = graph.get("/me?$select=accountEnabled").await;
    assert_eq!(me.body["accountEnabled"], true, "everyone may read themselves");
}

#[tokio::test]
async fn people_act_with_their_own_roles() {
    let mut graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    for (upn, may_reset, may_block) in [
        ("admin.robbins@contoso.onmicrosoft.com", true, false),
        ("admin.bowen@contoso.onmicrosoft.com", true, true),
        ("admin.wilber@contoso.onmicrosoft.com", true, true),
        ("admin.cattaneo@contoso.onmicrosoft.com", false, false),
        ("grace.hopper@contoso.com", false, false),
        // Its role holds in one administrative unit, and she is not in it.
        ("ralf.schaefer@contoso.com", false, false),
    ] {
        graph.token = graph.simulator.issue_delegated_token(graph.user(upn).id).unwrap();
        let reset = graph.patch(&ada, &reset("u7#KdQw!93nTzRxp")).await.status;
        let block = graph.patch(&ada, &json!({ "accountEnabled": false })).await.status;
        let revoke =
            graph.send(Method::POST, &format!("/users/{}/revokeSignInSessions", ada.id), &json!({})).await.status;
        assert_eq!(reset == StatusCode::NO_CONTENT, may_reset, "{upn} resets");
        assert_eq!(block == StatusCode::NO_CONTENT, may_block, "{upn} blocks");
        assert_eq!(revoke == StatusCode::OK, may_reset, "{upn} revokes");
    }
    graph.token = graph.simulator.issue_delegated_token(ada.id).unwrap();
    let own = graph.send(Method::POST, &format!("/users/{}/revokeSignInSessions", ada.id), &json!({})).await;
    assert_eq!(own.status, StatusCode::OK, "everyone may end their own sessions");
}

#[tokio::test]
async fn guests_cannot_list_users() {
    let mut graph = Graph::unlimited().await;
    let guest = graph.user("ava.reyes_adatum.com#EXT#@contoso.onmicrosoft.com");
    graph.token = graph.simulator.issue_delegated_token(guest.id).unwrap();
    assert_eq!(graph.get("/users?$top=1").await.code(), "Authorization_RequestDenied");
    assert_eq!(graph.get_eventual("/users/$count").await.code(), "Authorization_RequestDenied");
    assert_eq!(graph.get("/me").await.status, StatusCode::OK);
}
