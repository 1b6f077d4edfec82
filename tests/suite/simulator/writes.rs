//! "Update user", "passwordProfile resource type", "user: revokeSignInSessions".

use reqwest::{Method, StatusCode};
use sealoff::digest::Digest;
use sealoff::simulator::Operation;
use serde_json::{Value, json};

use super::{Graph, Reply, reset};

const STRONG: &str = "u7#KdQw!93nTzRxp";

#[tokio::test]
async fn a_reset_changes_the_password_and_both_timestamps() {
    let graph = Graph::unlimited().await;
    let before = graph.user("ada.lovelace@contoso.com");
    let mut body = reset(STRONG);
    body["accountEnabled"] = json!(false);
    let reply = graph.patch(&before, &body).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.body);
    let after = graph.user("ada.lovelace@contoso.com");
    assert_eq!(after.password, Some(Digest::of(STRONG.as_bytes())));
    assert!(!after.account_enabled && after.force_change_password && !after.force_change_password_with_mfa);
    assert!(after.last_password_change > before.last_password_change);
    assert_eq!(after.last_password_change, after.sign_in_sessions_valid_from);
    assert_eq!(after.last_password_change.nanosecond(), 0);
    let ledger = graph.simulator.ledger();
    let write = ledger.writes_to(before.id).next().unwrap();
    assert!(write.applied && write.answered && write.status == 204 && write.batch.is_none());
    assert_eq!(
        write.operation,
        Operation::Patch {
            account_enabled: Some(false),
            password: Some(Digest::of(STRONG.as_bytes())),
            force_change: Some(true),
        }
    );
}

#[tokio::test]
async fn a_force_flag_left_out_counts_as_true_and_alone_does_nothing() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    graph.patch(&ada, &json!({ "passwordProfile": { "password": STRONG } })).await;
    assert!(graph.user("ada.lovelace@contoso.com").force_change_password);
    let grace = graph.user("grace.hopper@contoso.com");
    let alone = graph.patch(&grace, &json!({ "passwordProfile": { "forceChangePasswordNextSignIn": true } })).await;
    assert_eq!(alone.status, StatusCode::NO_CONTENT);
    assert_eq!(graph.user("grace.hopper@contoso.com"), grace);
    assert!(!graph.simulator.ledger().writes[1].applied);
}

#[tokio::test]
async fn a_combined_patch_takes_effect_whole_or_not_at_all() {
    let graph = Graph::unlimited().await;
    for (upn, expected) in [
        ("hans.zimmermann@contoso.com", "on-premises mastered"),
        ("robin.counsil@fabrikam.com", "federated"),
        ("ava.reyes_adatum.com#EXT#@contoso.onmicrosoft.com", "external service"),
    ] {
        let user = graph.user(upn);
        let mut body = reset(STRONG);
        body["accountEnabled"] = json!(false);
        let refused = graph.patch(&user, &body).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "Request_BadRequest"));
        assert!(refused.message().contains(expected), "{}", refused.message());
        assert_eq!(graph.user(upn), user, "the block is lost with the password");
        let alone = graph.patch(&user, &json!({ "accountEnabled": false })).await;
        assert_eq!(alone.status, StatusCode::NO_CONTENT);
        assert!(!graph.user(upn).account_enabled);
    }
}

#[tokio::test]
async fn weak_passwords_are_refused() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    for weak in ["Short1!", "alllowercase123", "xx-Lovelace-99!", "C0ntoso-Reset-1", "Pässwort-1234"] {
        let refused = graph.patch(&ada, &reset(weak)).await;
        assert_eq!(refused.code(), "Request_BadRequest", "{weak}");
        assert!(refused.message().starts_with("The specified password does not comply"), "{}", refused.message());
    }
    assert_eq!(graph.user("ada.lovelace@contoso.com"), ada);
}

#[tokio::test]
async fn wrong_bodies_are_refused() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    for wrong in [
        json!({}),
        json!([]),
        json!({ "accountEnabled": "false" }),
        json!({ "accountEnabled": null }),
        json!({ "accountenabled": false }),
        json!({ "shoeSize": 42 }),
        json!({ "passwordProfile": "secret" }),
        json!({ "passwordProfile": { "password": 12345678 } }),
        json!({ "passwordProfile": { "password": STRONG, "forceChange": true } }),
    ] {
        assert_eq!(graph.patch(&ada, &wrong).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(graph.patch(&ada, &json!({ "jobTitle": "Countess" })).await.status, StatusCode::NOT_IMPLEMENTED);
    let bare = graph.request(Method::PATCH, &format!("/users/{}", ada.id)).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::BAD_REQUEST);
    assert_eq!(graph.user("ada.lovelace@contoso.com"), ada);
}

#[tokio::test]
async fn a_revoke_answers_true_and_moves_the_sessions_timestamp() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let request = graph.request(Method::POST, &format!("/users/{}/revokeSignInSessions", ada.id));
    let reply = Reply::of(request.send().await.unwrap()).await;
    assert_eq!((reply.status, &reply.body["value"]), (StatusCode::OK, &Value::Bool(true)));
    assert!(reply.body["@odata.context"].as_str().unwrap().ends_with("$metadata#Edm.Boolean"));
    let after = graph.user("ada.lovelace@contoso.com");
    assert!(after.sign_in_sessions_valid_from > ada.sign_in_sessions_valid_from);
    assert_eq!(after.last_password_change, ada.last_password_change);
    let get = graph.get(&format!("/users/{}/revokeSignInSessions", ada.id)).await;
    assert_eq!(get.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_revoke_does_nothing_for_external_users_and_does_not_say_so() {
    let graph = Graph::unlimited().await;
    let guest = graph.user("ava.reyes_adatum.com#EXT#@contoso.onmicrosoft.com");
    let reply = graph.send(Method::POST, &format!("/users/{}/revokeSignInSessions", guest.id), &json!({})).await;
    assert_eq!((reply.status, &reply.body["value"]), (StatusCode::OK, &Value::Bool(true)));
    assert_eq!(graph.user(&guest.id.to_string()), guest);
    assert!(!graph.simulator.ledger().writes[0].applied);
}

#[tokio::test]
async fn writes_by_name_work_and_are_noted() {
    let graph = Graph::unlimited().await;
    let reply = graph.send(Method::PATCH, "/users/ada.lovelace@contoso.com", &json!({ "accountEnabled": false })).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT);
    assert_eq!(graph.simulator.counters().violations.writes_by_name, 1);
    let missing = graph.send(Method::PATCH, "/users/gone@contoso.com", &json!({ "accountEnabled": false })).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}
