//! Temporary access passes: "Create temporaryAccessPassMethod" and the policy over them.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use sealoff::simulator::{
    Operation, Permission, Quota, Settings, SimulatedCloud, SimulatedMethodKind, SimulatedPassPolicy, SimulatedUser,
};
use serde_json::{Value, json};

use super::{Graph, Reply};

fn with_passes(passes: SimulatedPassPolicy) -> Settings {
    Settings { passes, permissions: Permission::with_methods(), quota: Quota::off(), ..Settings::default() }
}

const POLICY: &str = "/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryAccessPass";

impl Graph {
    async fn pass(&self, user: &SimulatedUser, body: &Value) -> Reply {
        self.send(Method::POST, &format!("/users/{}/authentication/temporaryAccessPassMethods", user.id), body).await
    }

    async fn passes(&self, user: &SimulatedUser) -> Vec<Value> {
        let url = format!("/users/{}/authentication/temporaryAccessPassMethods", user.id);
        self.get(&url).await.values().to_vec()
    }
}

#[tokio::test]
async fn a_pass_is_in_its_answer_once_and_nowhere_else() {
    let graph = Graph::with(with_passes(SimulatedPassPolicy::default())).await;
    let user = graph.plain_users(1).remove(0);
    let made = graph.pass(&user, &json!({ "lifetimeInMinutes": 120, "isUsableOnce": true })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let text = made.body["temporaryAccessPass"].as_str().unwrap().to_owned();
    assert_eq!(text.len(), 8);
    assert_eq!((&made.body["lifetimeInMinutes"], &made.body["isUsableOnce"]), (&json!(120), &json!(true)));
    assert_eq!(
        (&made.body["isUsable"], &made.body["methodUsabilityReason"]),
        (&json!(true), &json!("EnabledByPolicy"))
    );
    let listed = graph.passes(&user).await;
    assert!(listed.len() == 1 && listed[0]["temporaryAccessPass"].is_null() && listed[0]["isUsable"] == true);
    let all = graph.get(&format!("/users/{}/authentication/methods", user.id)).await;
    assert!(all.texts("@odata.type").contains(&"#microsoft.graph.temporaryAccessPassAuthenticationMethod"));
    for seen in ["/_simulator/ledger".to_owned(), format!("/_simulator/users/{}/methods", user.id)] {
        let url = format!("{}{seen}", graph.simulator.connection().graph_endpoint);
        let body = graph.http.get(url).send().await.unwrap().text().await.unwrap();
        assert!(body.contains("120") && !body.contains(&text), "{seen}");
    }
    let ledger = graph.simulator.ledger();
    let Operation::CreatePass { pass: Some(pass) } = &ledger.writes[0].operation else { panic!("{ledger:?}") };
    assert_eq!(pass.text, sealoff::digest::Digest::of(text.as_bytes()));
    assert!(ledger.writes[0].applied && ledger.writes[0].object_id == Some(user.id));
}

#[tokio::test]
async fn a_second_pass_takes_the_place_of_the_first() {
    let graph = Graph::with(with_passes(SimulatedPassPolicy::default())).await;
    let user = graph.plain_users(1).remove(0);
    let first = graph.pass(&user, &json!({})).await;
    let second = graph.pass(&user, &json!({})).await;
    assert_ne!(first.body["temporaryAccessPass"], second.body["temporaryAccessPass"]);
    let listed = graph.passes(&user).await;
    assert!(listed.len() == 1 && listed[0]["id"] == second.body["id"]);
    let url = |of: &Reply| {
        format!("/users/{}/authentication/temporaryAccessPassMethods/{}", user.id, of.body["id"].as_str().unwrap())
    };
    let gone = Reply::of(graph.request(Method::DELETE, &url(&first)).send().await.unwrap()).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    let deleted = Reply::of(graph.request(Method::DELETE, &url(&second)).send().await.unwrap()).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    assert!(graph.passes(&user).await.is_empty());
}

#[tokio::test]
async fn a_pass_of_tomorrow_is_not_good_today_and_ends() {
    let policy = SimulatedPassPolicy { min_minutes: 10, ..SimulatedPassPolicy::default() };
    let graph = Graph::with(Settings { clock_speed: 36_000.0, ..with_passes(policy) }).await;
    let user = graph.plain_users(1).remove(0);
    let start = graph.simulator.ledger().started + time::Duration::days(30);
    let start = start.format(&time::format_description::well_known::Rfc3339).unwrap();
    let later = graph.pass(&user, &json!({ "startDateTime": start })).await;
    assert_eq!((&later.body["isUsable"], &later.body["methodUsabilityReason"]), (&json!(false), &json!("NotYetValid")));
    // Ten minutes of tenant time are a sixtieth of a second here.
    let now = graph.pass(&user, &json!({ "lifetimeInMinutes": 10 })).await;
    assert_eq!(now.body["methodUsabilityReason"], "EnabledByPolicy");
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while graph.passes(&user).await[0]["methodUsabilityReason"] != "Expired" {
        assert!(tokio::time::Instant::now() < deadline, "it never ended");
    }
}

#[tokio::test]
async fn the_policy_says_who_and_how_long_and_is_read() {
    let policy = SimulatedPassPolicy { once: true, ..SimulatedPassPolicy::default() };
    let graph = Graph::with(with_passes(policy)).await;
    let user = graph.plain_users(1).remove(0);
    let read = graph.get(POLICY).await;
    assert_eq!((&read.body["state"], &read.body["isUsableOnce"]), (&json!("enabled"), &json!(true)));
    assert_eq!(read.body["includeTargets"][0]["id"], "all_users");
    for (asked, words) in [
        (json!({ "lifetimeInMinutes": 30 }), "The valid range between 60 and 480."),
        (json!({ "lifetimeInMinutes": 481 }), "The valid range between 60 and 480."),
        (json!({ "isUsableOnce": false }), "usable once"),
    ] {
        let refused = graph.pass(&user, &asked).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "badRequest"), "{asked}");
        assert!(refused.message().contains(words), "{}", refused.message());
    }
    assert_eq!(graph.pass(&user, &json!({ "lifetimeInHours": 1 })).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(graph.pass(&user, &json!({})).await.body["isUsableOnce"], true, "as the policy wants it");
    let guest = graph.simulator.users().into_iter().find(SimulatedUser::is_external).unwrap();
    let refused = graph.pass(&guest, &json!({})).await;
    assert!(refused.message().contains("cannot be added to an external guest user"), "{}", refused.message());

    let group = graph.group("Department Legal");
    let policy = SimulatedPassPolicy { group: Some(group.id), ..SimulatedPassPolicy::default() };
    let graph = Graph::with(with_passes(policy)).await;
    assert_eq!(graph.get(POLICY).await.body["includeTargets"][0]["id"], group.id.to_string());
    let (inside, outside): (Vec<_>, Vec<_>) =
        graph.plain_users(300).into_iter().partition(|user| user.department.as_deref() == Some("Legal"));
    assert_eq!(graph.pass(&inside[0], &json!({})).await.status, StatusCode::CREATED);
    let refused = graph.pass(&outside[0], &json!({})).await;
    assert!(refused.message().starts_with("Converged UserCredentialPolicy"), "{}", refused.message());
}

#[tokio::test]
async fn passes_need_their_permission_and_a_cloud_that_has_them() {
    let off = SimulatedPassPolicy { enabled: false, ..SimulatedPassPolicy::default() };
    let graph = Graph::with(with_passes(off)).await;
    let user = graph.plain_users(1).remove(0);
    assert_eq!(graph.get(POLICY).await.body["state"], "disabled");
    assert_eq!(graph.pass(&user, &json!({})).await.status, StatusCode::BAD_REQUEST);
    graph.simulator.change_permissions(BTreeSet::from([Permission::UserAuthMethodPhoneReadWriteAll]));
    let denied = graph.pass(&user, &json!({})).await;
    assert_eq!((denied.status, denied.code()), (StatusCode::FORBIDDEN, "accessDenied"));
    assert_eq!(graph.get(POLICY).await.status, StatusCode::FORBIDDEN);
    assert!(graph.simulator.methods(user.id).unwrap().methods.iter().all(|it| it.kind != SimulatedMethodKind::Pass));
    let china = Settings { cloud: SimulatedCloud::China, ..with_passes(SimulatedPassPolicy::default()) };
    let graph = Graph::with(china).await;
    for reply in [graph.get(POLICY).await, graph.pass(&graph.plain_users(1)[0], &json!({})).await] {
        assert!(reply.message().contains("not found for the segment"), "{}", reply.message());
    }
}

#[tokio::test]
async fn a_pass_in_a_batch_is_as_one_alone_and_a_person_has_none_of_their_own() {
    let mut graph = Graph::with(with_passes(SimulatedPassPolicy::default())).await;
    let user = graph.plain_users(1).remove(0);
    let url = format!("/users/{}/authentication/temporaryAccessPassMethods", user.id);
    let reply = graph
        .batch(&[json!({ "id": "1", "method": "POST", "url": url, "headers": { "Content-Type": "application/json" },
                         "body": {} })])
        .await;
    assert_eq!(reply.item_status("1"), 201);
    assert!(reply.item("1")["body"]["temporaryAccessPass"].is_string());
    let admin = graph.user("admin.wilber@contoso.onmicrosoft.com");
    graph.token = graph.simulator.issue_delegated_token(admin.id).unwrap();
    assert_eq!(graph.pass(&admin, &json!({})).await.status, StatusCode::FORBIDDEN);
    assert_eq!(graph.pass(&user, &json!({})).await.status, StatusCode::CREATED);
}
