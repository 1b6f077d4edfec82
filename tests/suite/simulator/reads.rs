//! "List users", "Get a user", "directoryObject: getByIds", "Use query parameters", "Advanced query capabilities on
//! Microsoft Entra ID objects".

use std::collections::HashSet;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use sealoff::simulator::{Directory, ExtraPerson, Quota, Settings, UserType};
use serde_json::json;

use super::{Graph, Reply};

#[tokio::test]
async fn without_select_only_the_default_properties_come() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let reply = graph.get(&format!("/users/{}", ada.id)).await;
    let mut names: Vec<&str> = reply.body.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let mut expected = vec![
        "@odata.context", "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone",
        "officeLocation", "preferredLanguage", "surname", "userPrincipalName",
    ];
    expected.sort_unstable();
    assert_eq!(names, expected);
    let by_ids = graph.send(Method::POST, "/directoryObjects/getByIds", &json!({ "ids": [ada.id] })).await;
    assert!(by_ids.body["value"][0].get("accountEnabled").is_none());
    assert_eq!(by_ids.body["value"][0]["@odata.type"], "#microsoft.graph.user");
}

#[tokio::test]
async fn select_brings_what_is_asked_for_and_nothing_else() {
    let graph = Graph::unlimited().await;
    let select = "$select=id,accountEnabled,onPremisesSyncEnabled,lastPasswordChangeDateTime,externalUserState";
    let synced = graph.get(&format!("/users/hans.zimmermann@contoso.com?{select}")).await.body;
    assert_eq!(synced["onPremisesSyncEnabled"], true);
    assert_eq!(synced["accountEnabled"], true);
    assert!(synced["externalUserState"].is_null());
    assert!(synced["lastPasswordChangeDateTime"].as_str().unwrap().ends_with('Z'));
    assert_eq!(synced.as_object().unwrap().len(), 6);
    let unknown = graph.get("/users/hans.zimmermann@contoso.com?$select=id,shoeSize").await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(unknown.message().contains("Could not find a property named 'shoeSize'"));
    assert_eq!(graph.get("/users?$select=mailboxSettings").await.status, StatusCode::NOT_IMPLEMENTED);
}

#[tokio::test]
async fn a_guest_is_found_only_with_its_hash_encoded() {
    let graph = Graph::unlimited().await;
    let found = graph.get("/users/ava.reyes_adatum.com%23EXT%23@contoso.onmicrosoft.com?$select=userType,mail").await;
    assert_eq!(
        (found.body["userType"].as_str(), found.body["mail"].as_str()),
        (Some("Guest"), Some("ava.reyes@adatum.com"))
    );
    let cut = graph
        .batch(&[json!({ "id": "1", "method": "GET",
        "url": "/users/ava.reyes_adatum.com#EXT#@contoso.onmicrosoft.com" })])
        .await;
    assert_eq!(cut.item_status("1"), 404);
}

#[tokio::test]
async fn who_is_not_there_is_404_by_key_and_left_out_of_lists() {
    let graph = Graph::unlimited().await;
    let missing = graph.get("/users/gone@contoso.com").await;
    assert_eq!((missing.status.as_u16(), missing.code()), (404, "Request_ResourceNotFound"));
    assert!(missing.message().starts_with("Resource 'gone@contoso.com' does not exist"));
    let list =
        graph.get("/users?$filter=userPrincipalName%20in%20('gone@contoso.com','ADA.lovelace@contoso.com')").await;
    assert_eq!(list.upns(), ["ada.lovelace@contoso.com"]);
    let ada = graph.user("ada.lovelace@contoso.com");
    let ids = json!({ "ids": [ada.id, "11111111-1111-4111-8111-111111111111"], "types": ["User"] });
    let by_ids = graph.send(Method::POST, "/directoryObjects/getByIds?$select=id,userType", &ids).await;
    assert_eq!(by_ids.body["value"].as_array().unwrap().len(), 1);
    assert_eq!(by_ids.body["value"][0]["userType"], "Member");
}

#[tokio::test]
async fn one_value_that_is_no_guid_fails_the_whole_lookup() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let ids = json!({ "ids": [ada.id, "ada.lovelace@contoso.com"] });
    let reply = graph.send(Method::POST, "/directoryObjects/getByIds", &ids).await;
    assert_eq!((reply.code(), reply.message()), ("Request_BadRequest", "Invalid GUID specified."));
    let many: Vec<_> = (0..1_001).map(|_| ada.id).collect();
    let reply = graph.send(Method::POST, "/directoryObjects/getByIds", &json!({ "ids": many })).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn filters_take_15_values_and_doubled_apostrophes() {
    let graph = Graph::unlimited().await;
    let list = |count: usize| {
        let values: Vec<_> = (0..count).map(|n| format!("'u{n}@contoso.com'")).collect();
        format!("/users?$filter=userPrincipalName+in+({})", values.join(","))
    };
    assert_eq!(graph.get(&list(15)).await.status, StatusCode::OK);
    let refused = graph.get(&list(16)).await;
    assert_eq!(refused.code(), "Request_UnsupportedQuery");
    assert_eq!(
        refused.message(),
        "Too many child clauses specified in search filter expression containing 'OR' operators: 16. Max allowed: 15."
    );
    let advanced = graph.get_eventual(&format!("{}&$count=true", list(16))).await;
    assert_eq!(advanced.body["@odata.count"], 0);
    let apostrophe = graph.get("/users?$filter=mail%20eq%20%27siobhan.o%27%27neil@contoso.com%27").await;
    assert_eq!(apostrophe.upns(), ["siobhan.o'neil@contoso.com"]);
    let guest = graph.get("/users?$filter=mail eq 'ava.reyes@adatum.com'&$select=userPrincipalName").await;
    assert_eq!(guest.upns(), ["ava.reyes_adatum.com#EXT#@contoso.onmicrosoft.com"]);
    assert_eq!(graph.get("/users?$filter=createdDateTime ge 2026-01-01").await.status, StatusCode::NOT_IMPLEMENTED);
}

#[tokio::test]
async fn pages_follow_the_next_link_to_the_last_user() {
    let graph = Graph::with(Settings { users: 250, quota: Quota::off(), ..Settings::default() }).await;
    let mut seen = HashSet::new();
    let mut pages = 0;
    let mut reply = graph.get("/users?$select=userPrincipalName").await;
    loop {
        pages += 1;
        seen.extend(reply.upns().into_iter().map(str::to_owned));
        let Some(next) = reply.body["@odata.nextLink"].as_str() else { break };
        assert!(next.contains("$select=userPrincipalName&$skiptoken="), "{next}");
        let response = graph.http.get(next).bearer_auth(&graph.token).send().await.unwrap();
        reply = Reply::of(response).await;
    }
    assert_eq!((pages, seen.len()), (3, 250));
    assert_eq!(graph.get("/users?$top=999").await.upns().len(), 250);
    for wrong in ["/users?$top=1000", "/users?$top=0", "/users?$skip=10", "/users?$skiptoken=made-up"] {
        assert_eq!(graph.get(wrong).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn counting_needs_the_eventual_consistency_level() {
    let graph = Graph::unlimited().await;
    let count = graph.get_eventual("/users/$count").await;
    assert_eq!((count.body.to_string().as_str(), count.header("content-type")), ("1000", Some("text/plain")));
    for url in ["/users/$count", "/users?$count=true"] {
        assert_eq!(graph.get(url).await.status, StatusCode::BAD_REQUEST, "{url}");
    }
    let list = graph.get_eventual("/users?$count=true&$top=1").await;
    assert_eq!(list.body["@odata.count"], 1_000);
}

#[tokio::test]
async fn the_tenant_and_its_domains_are_named() {
    let graph = Graph::unlimited().await;
    let organization = graph.get("/organization").await.body;
    assert_eq!(organization["value"][0]["id"], graph.simulator.connection().tenant_id);
    assert_eq!(organization["value"][0]["displayName"], "Contoso");
    let domains = graph.get("/domains?$top=1").await.body;
    let domains = domains["value"].as_array().unwrap();
    assert_eq!(domains.len(), 3, "query options on domains are ignored");
    assert_eq!(domains[2]["authenticationType"], "Federated");
}

#[tokio::test]
async fn every_answer_can_be_traced() {
    let graph = Graph::unlimited().await;
    let id = "5b0c7f6e-2f0a-4d62-9a77-0f5b1a6f3c01";
    let request = graph.request(Method::GET, "/users/gone@contoso.com").header("client-request-id", id);
    let reply = Reply::of(request.send().await.unwrap()).await;
    assert_eq!(reply.header("client-request-id"), Some(id));
    assert!(reply.header("date").unwrap().ends_with(" GMT"));
    let inner = &reply.body["error"]["innerError"];
    assert_eq!(inner["client-request-id"], id);
    assert_eq!(inner["request-id"], reply.header("request-id").unwrap());
}

#[tokio::test]
async fn what_is_not_simulated_says_so() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let reply = graph.get(&format!("/users/{}/memberOf", ada.id)).await;
    assert_eq!(reply.status, StatusCode::NOT_IMPLEMENTED);
    assert!(reply.message().contains("/memberOf"), "{}", reply.message());
    assert_eq!(graph.send(Method::POST, "/organization", &json!({})).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(graph.simulator.counters().violations.not_simulated, 1);
}

#[tokio::test]
async fn people_of_a_roster_are_added_once_with_what_it_says() {
    let id = "7c1f0c52-02c5-4f0c-9f0b-6f7a8a1f2e22";
    let extra_people = vec![
        ExtraPerson::known_as("Kim.Lee@acme.example"),
        ExtraPerson::known_as("kim.lee@ACME.example"),
        ExtraPerson::known_as(id),
        ExtraPerson::known_as("ada.lovelace@contoso.com"),
        ExtraPerson { synced: true, enabled: Some(false), ..ExtraPerson::known_as("old.timer@acme.example") },
    ];
    let graph = Graph::with(Settings { extra_people, ..Settings::default() }).await;
    assert_eq!(graph.simulator.users().len(), 1_003);
    assert_eq!(&*graph.user("kim.lee@acme.example").display_name, "Kim Lee");
    assert_eq!(graph.user(id).user_type, UserType::Member);
    let old = graph.user("old.timer@acme.example");
    assert!(old.is_synced() && !old.account_enabled);
    assert_eq!(graph.get("/domains").await.body["value"][3]["id"], "acme.example");
}

#[test]
fn the_same_seed_makes_the_same_directory_and_the_cast_never_changes() {
    let (one, again) = (Directory::seeded(500, 7), Directory::seeded(500, 7));
    assert!(one.users().eq(again.users()));
    let other = Directory::seeded(30_000, 8);
    assert_eq!(other.len(), 30_000);
    assert!(one.users().zip(other.users()).take(64).all(|(a, b)| a == b));
    assert!(!one.users().eq(other.users().take(500)));
    let ids: HashSet<_> = other.users().map(|user| user.id).collect();
    let upns: HashSet<_> = other.users().map(|user| user.user_principal_name.to_lowercase()).collect();
    assert_eq!((ids.len(), upns.len()), (30_000, 30_000));
    let legal = |letter: char| letter.is_ascii_alphanumeric() || "'.-_!#^~@".contains(letter);
    assert!(other.users().all(|user| user.user_principal_name.chars().all(legal)));
}

/// "List users" warns of delays of replication: every read of a user shows the same state, filters included.
#[tokio::test]
async fn every_read_lags_alike() {
    let graph = Graph::with(Settings { quota: Quota::off(), clock_speed: 0.001, ..Settings::default() }).await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let aurora = graph.group("Project Aurora").id;
    let is_enabled = async |graph: &Graph, url: &str| {
        let list = graph.get_eventual(&format!("{url}$select=id,accountEnabled&$top=999")).await;
        let found = list.values().iter().find(|user| user["id"] == ada.id.to_string()).cloned();
        found.map(|user| user["accountEnabled"].as_bool().unwrap())
    };
    let filter = |enabled: bool| format!("$filter=accountEnabled eq {enabled}");
    let both = |enabled: bool| format!("$filter=mail eq '{}' and accountEnabled eq {enabled}", ada.mail().unwrap());
    for (lag, enabled) in [(Duration::from_secs(3_600), true), (Duration::ZERO, false)] {
        graph.simulator.change_read_lag(lag);
        assert_eq!(graph.patch(&ada, &json!({ "accountEnabled": false })).await.status, StatusCode::NO_CONTENT);
        for shown in [filter(enabled), both(enabled)] {
            assert_eq!(is_enabled(&graph, &format!("/users?{shown}&")).await, Some(enabled), "{shown}");
        }
        for hidden in [filter(!enabled), both(!enabled)] {
            assert_eq!(is_enabled(&graph, &format!("/users?{hidden}&")).await, None, "{hidden}");
        }
        let counted = graph.get_eventual(&format!("/users/$count?{}", both(enabled))).await;
        assert_eq!(counted.body, json!(1));
        assert_eq!(is_enabled(&graph, &format!("/groups/{aurora}/members?")).await, Some(enabled));
        let ids = json!({ "ids": [ada.id] });
        let by_id = graph.send(Method::POST, "/directoryObjects/getByIds?$select=accountEnabled", &ids).await;
        assert_eq!(by_id.values()[0]["accountEnabled"], enabled);
    }
}
