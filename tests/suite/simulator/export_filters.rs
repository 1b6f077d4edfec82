//! Filters and lists that an export makes: "List users", "Use the $filter query parameter", and `signInActivity` with its
//! rules.

use std::time::Duration;

use reqwest::StatusCode;
use sealoff::simulator::{Limit, LimitShape, Permission, Quota, Settings};

use super::{Graph, Reply};

#[tokio::test]
async fn people_are_filtered_by_what_they_are() {
    let graph = Graph::unlimited().await;
    let users = graph.simulator.users();
    let count = |is: fn(&sealoff::simulator::SimulatedUser) -> bool| users.iter().filter(|user| is(user)).count();
    for (filter, expected) in [
        ("accountEnabled eq true", count(|user| user.account_enabled)),
        ("accountEnabled eq false", count(|user| !user.account_enabled)),
        ("userType eq 'Guest'", count(|user| user.user_type.as_str() == "Guest")),
        ("department eq 'Finance'", count(|user| user.department.as_deref() == Some("Finance"))),
        ("onPremisesSyncEnabled eq true", count(|user| user.is_synced())),
        ("startsWith(userPrincipalName,'a')", count(|user| user.user_principal_name.to_lowercase().starts_with('a'))),
        (
            "accountEnabled eq true and userType eq 'Member' and department in ('Sales','Legal')",
            count(|user| {
                let here = matches!(user.department.as_deref(), Some("Sales" | "Legal"));
                user.account_enabled && user.user_type.as_str() == "Member" && here
            }),
        ),
    ] {
        let (found, pages) = graph.all(&format!("/users?$select=id&$filter={filter}")).await;
        assert_eq!((found.len(), pages), (expected, expected.div_ceil(100).max(1)), "{filter}");
        let counted = graph.get_eventual(&format!("/users/$count?$filter={filter}")).await;
        assert_eq!(counted.body, expected, "{filter}");
        assert_eq!(counted.header("content-type"), Some("text/plain"));
    }
}

#[tokio::test]
async fn operators_without_an_index_take_an_advanced_query() {
    let graph = Graph::unlimited().await;
    for filter in [
        "department ne 'Finance'", "not(userType eq 'Guest')", "endsWith(mail,'@fabrikam.com')",
        "onPremisesSyncEnabled eq null", "companyName eq 'Contoso'",
    ] {
        let url = format!("/users?$top=5&$filter={filter}");
        let refused = graph.get(&url).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (400, "Request_UnsupportedQuery"), "{filter}");
        let answered = graph.get_eventual(&format!("{url}&$count=true")).await;
        assert_eq!(answered.status, StatusCode::OK, "{filter}");
        assert!(answered.body["@odata.count"].is_u64());
    }
    let refused = graph.get("/users?$filter=lastPasswordChangeDateTime eq 'x'").await;
    assert_eq!(refused.code(), "Request_UnsupportedQuery");
    assert_eq!(graph.get("/users?$filter=shoeSize eq '42'").await.code(), "BadRequest");
    assert_eq!(graph.get("/users/$count?$filter=userType eq 'Guest'").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_page_token_can_expire_and_a_list_survives_deletions() {
    let graph = Graph::unlimited().await;
    let first = graph.get("/users?$select=userPrincipalName&$top=10").await;
    let next = first.body["@odata.nextLink"].as_str().unwrap();
    let follow = async || Reply::of(graph.http.get(next).bearer_auth(&graph.token).send().await.unwrap()).await;
    let second = follow().await;
    let seventh = graph.user(first.upns()[6]);
    graph.simulator.delete(seventh.id);
    assert_eq!(follow().await.upns(), second.upns(), "no user moves when another one is deleted");
    graph.simulator.expire_page_tokens();
    let expired = follow().await;
    assert_eq!((expired.status.as_u16(), expired.code()), (400, "Directory_ExpiredPageToken"));
    let fresh = graph.get("/users?$select=userPrincipalName&$top=10").await;
    assert!(!fresh.upns().contains(&&*seventh.user_principal_name));
}

#[tokio::test]
async fn sign_in_activity_has_rules_of_its_own() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let by_id = graph.get(&format!("/users/{}?$select=id,signInActivity", ada.id)).await;
    assert!(by_id.body["signInActivity"]["lastSignInDateTime"].as_str().unwrap().ends_with('Z'));
    let by_name = graph.get("/users/ada.lovelace@contoso.com?$select=signInActivity").await;
    assert_eq!(by_name.status, StatusCode::BAD_REQUEST);
    assert!(by_name.message().starts_with("Get By Key only supports UserId"), "{}", by_name.message());
    assert_eq!(graph.get("/users?$top=501&$select=signInActivity").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(graph.get("/users?$top=500&$select=signInActivity").await.status, StatusCode::OK);

    let mut permissions = Permission::usual();
    permissions.remove(&Permission::AuditLogReadAll);
    graph.simulator.change_permissions(permissions);
    assert_eq!(graph.get("/users?$select=signInActivity").await.code(), "Authorization_RequestDenied");
    assert_eq!(graph.get("/users?$select=id").await.status, StatusCode::OK);

    let without = Graph::with(Settings { reports_licensed: false, quota: Quota::off(), ..Settings::default() }).await;
    let refused = without.get("/users?$select=signInActivity").await;
    assert_eq!(refused.code(), "Authentication_RequestFromNonPremiumTenantOrB2CTenant");
}

#[tokio::test]
async fn ten_sign_in_requests_a_minute_and_no_more() {
    let limit = Quota::documented(1_000).sign_in_activity;
    assert_eq!(limit, Some(Limit { amount: 10.0, window: Duration::from_secs(60), shape: LimitShape::TokenBucket }));
    let graph = Graph::with(Settings::default()).await;
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(graph.get("/users?$top=1&$select=signInActivity").await.status.as_u16());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 10);
    let refused = graph.get("/users?$top=1&$select=signInActivity").await;
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() <= 8, "six seconds for each");
    assert_eq!(graph.get("/users?$top=1").await.status, StatusCode::OK, "other reads go on");
}
