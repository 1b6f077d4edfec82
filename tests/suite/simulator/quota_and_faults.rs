//! "Microsoft Graph throttling guidance" and "Microsoft Graph service-specific throttling limits"; and the faults.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use sealoff::simulator::{FaultShares, Latency, LimitShape, Quota, RetryAfterForm, Settings};
use serde_json::{Value, json};

use super::{Graph, Reply, block, revoke};

fn header<'a>(item: &'a Value, name: &str) -> Option<&'a str> {
    let headers = item["headers"].as_object().unwrap();
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str().unwrap())
}

async fn graph_with(faults: FaultShares) -> Graph {
    Graph::with(Settings { faults, quota: Quota::off(), ..Settings::default() }).await
}

#[tokio::test]
async fn beyond_the_write_quota_items_are_429_in_a_batch_that_is_200() {
    let quota = Quota::off().with_writes(10.0, Duration::from_secs(3_600), LimitShape::TokenBucket);
    let graph = Graph::with(Settings { quota, ..Settings::default() }).await;
    let users = graph.plain_users(20);
    let requests: Vec<Value> = users.iter().enumerate().map(|(n, user)| block(&n.to_string(), user)).collect();
    let reply = graph.batch(&requests).await;
    assert_eq!(reply.status, StatusCode::OK);
    let statuses: Vec<u64> = (0..20).map(|n| reply.item_status(&n.to_string())).collect();
    assert_eq!(statuses, [[204; 10], [429; 10]].concat());
    let refused = reply.item("15");
    assert_eq!(refused["body"]["error"]["code"], "TooManyRequests");
    assert!(header(refused, "Retry-After").unwrap().parse::<u32>().unwrap() > 0);
    let scope = header(refused, "x-ms-throttle-scope").unwrap();
    assert!(scope.starts_with("Tenant_Application/Write/") && scope.ends_with(&graph.simulator.connection().tenant_id));
    assert_eq!(header(refused, "x-ms-throttle-information"), Some("WriteLimitExceeded"));
    assert_eq!(header(reply.item("3"), "x-ms-throttle-limit-percentage"), None);
    assert_eq!(header(reply.item("7"), "x-ms-throttle-limit-percentage"), Some("0.80"));
    assert_eq!(header(reply.item("0"), "x-ms-resource-unit"), Some("1"));
    let counters = graph.simulator.counters();
    assert_eq!((counters.writes_applied, counters.throttled_items), (10, 10));
    assert_eq!(graph.get("/users").await.status, StatusCode::OK, "reads have a quota of their own");
}

#[tokio::test]
async fn the_quota_refills_in_tenant_time() {
    // A million tenant seconds pass in each second of the wall clock: the bucket is full again before the next call.
    let quota = Quota::off().with_writes(20.0, Duration::from_secs(150), LimitShape::TokenBucket);
    let graph = Graph::with(Settings { quota, clock_speed: 1e6, ..Settings::default() }).await;
    let users = graph.plain_users(20);
    for _ in 0..5 {
        let requests: Vec<Value> = users.iter().enumerate().map(|(n, user)| revoke(&n.to_string(), user)).collect();
        graph.batch(&requests).await;
    }
    assert_eq!(graph.simulator.counters().writes_applied, 100);
}

#[tokio::test]
async fn resource_units_are_charged_as_priced() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let ids = json!({ "ids": [ada.id] });
    for (reply, units) in [
        (graph.get("/users").await, "2"),
        (graph.get("/users?$select=id").await, "1"),
        (graph.get("/users?$top=5").await, "1"),
        (graph.get("/users?$top=5&$select=id").await, "1"),
        (graph.get("/users/ada.lovelace@contoso.com").await, "1"),
        (graph.send(Method::POST, "/directoryObjects/getByIds", &ids).await, "5"),
        (graph.send(Method::POST, "/directoryObjects/getByIds?$select=id", &ids).await, "2"),
        (graph.patch(&ada, &json!({ "accountEnabled": true })).await, "1"),
    ] {
        assert_eq!(reply.header("x-ms-resource-unit"), Some(units));
    }
    assert_eq!(graph.simulator.counters().resource_units, 14);
}

#[tokio::test]
async fn a_quota_cut_in_half_holds_from_then_on() {
    let quota = Quota::off().with_writes(40.0, Duration::from_secs(3_600), LimitShape::FixedWindow);
    let graph = Graph::with(Settings { quota: quota.clone(), ..Settings::default() }).await;
    let users = graph.plain_users(20);
    let requests: Vec<Value> = users.iter().enumerate().map(|(n, user)| block(&n.to_string(), user)).collect();
    graph.batch(&requests).await;
    graph.simulator.change_quota(&quota.with_writes(20.0, Duration::from_secs(3_600), LimitShape::FixedWindow));
    graph.batch(&requests).await;
    assert_eq!(graph.simulator.counters().writes_applied, 30);
}

#[tokio::test]
async fn retry_after_comes_in_every_form() {
    for (form, check) in [
        (RetryAfterForm::Seconds, (|text| text == Some("2")) as fn(Option<&str>) -> bool),
        (RetryAfterForm::DecimalSeconds, |text| text == Some("2.000")),
        (RetryAfterForm::Date, |text| text.is_some_and(|text| text.ends_with(" GMT"))),
        (RetryAfterForm::Absent, |text| text.is_none()),
    ] {
        let faults = FaultShares { throttled_item: 1.0, retry_after: form, ..FaultShares::default() };
        let graph = graph_with(faults).await;
        let reply = graph.get("/users").await;
        assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(check(reply.header("retry-after")), "{form:?}: {:?}", reply.header("retry-after"));
    }
}

#[tokio::test]
async fn faults_that_come_first_change_nothing() {
    for (faults, outer, inner) in [
        (FaultShares { throttled_item: 1.0, ..FaultShares::default() }, 200, Some(429)),
        (FaultShares { unavailable_item: 1.0, ..FaultShares::default() }, 200, Some(503)),
        (FaultShares { concurrency_item: 1.0, ..FaultShares::default() }, 200, Some(409)),
        (FaultShares { throttled_envelope: 1.0, ..FaultShares::default() }, 429, None),
        (FaultShares { unavailable_envelope: 1.0, ..FaultShares::default() }, 503, None),
    ] {
        let graph = graph_with(faults).await;
        let ada = graph.user("ada.lovelace@contoso.com");
        let reply = graph.batch(&[block("1", &ada)]).await;
        assert_eq!(reply.status.as_u16(), outer);
        if let Some(inner) = inner {
            assert_eq!(reply.item_status("1"), inner);
        }
        assert_eq!(graph.user("ada.lovelace@contoso.com"), ada);
        assert!(graph.simulator.ledger().writes.is_empty());
    }
}

#[tokio::test]
async fn faults_that_come_after_leave_the_effect_and_say_so_in_the_ledger() {
    for faults in [
        FaultShares { timeout_after_execution: 1.0, ..FaultShares::default() },
        FaultShares { lost_answer: 1.0, ..FaultShares::default() },
        FaultShares { missing_id: 1.0, ..FaultShares::default() },
    ] {
        let graph = graph_with(faults.clone()).await;
        let ada = graph.user("ada.lovelace@contoso.com");
        let sent = graph.request(Method::POST, "/$batch").json(&json!({ "requests": [block("1", &ada)] })).send().await;
        if faults.lost_answer > 0.0 {
            assert!(sent.is_err());
        } else {
            let reply = Reply::of(sent.unwrap()).await;
            let expected = if faults.missing_id > 0.0 { 200 } else { 504 };
            assert_eq!(reply.status.as_u16(), expected);
            assert!(reply.body.get("responses").is_none_or(|items| items.as_array().unwrap().is_empty()));
        }
        assert!(!graph.user("ada.lovelace@contoso.com").account_enabled);
        let write = &graph.simulator.ledger().writes[0];
        assert!(write.applied && !write.answered);
    }
}

#[tokio::test]
async fn the_same_seed_deals_the_same_faults() {
    let mut runs = Vec::new();
    for seed in [5, 5, 6] {
        let faults =
            FaultShares { throttled_item: 0.2, unavailable_item: 0.1, missing_id: 0.1, ..FaultShares::default() };
        let graph = Graph::with(Settings { faults, seed, quota: Quota::off(), ..Settings::default() }).await;
        let requests: Vec<Value> =
            (0..20).map(|id| json!({ "id": id.to_string(), "method": "GET", "url": "/domains" })).collect();
        let reply = graph.batch(&requests).await;
        let statuses = |id: usize| reply.maybe_item(&id.to_string()).map(|item| item["status"].as_u64().unwrap());
        runs.push((0..20).map(statuses).collect::<Vec<_>>());
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test]
async fn overlapping_writes_for_one_user_are_seen() {
    let latency = Latency { base: Duration::from_millis(300), jitter: Duration::ZERO };
    let graph = Graph::with(Settings { latency, quota: Quota::off(), ..Settings::default() }).await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let (one, two) = ([block("1", &ada)], [revoke("1", &ada)]);
    let (one, two) = tokio::join!(graph.batch(&one), graph.batch(&two));
    let mut statuses = [one.item_status("1"), two.item_status("1")];
    statuses.sort_unstable();
    assert_eq!(statuses[1], 409);
    let counters = graph.simulator.counters();
    assert_eq!((counters.violations.overlapping_writes, counters.max_in_flight, counters.in_flight), (1, 2, 0));
}

#[tokio::test]
async fn the_gate_falls_at_the_exact_write_and_lifts_again() {
    let settings = Settings { hold_after_writes: Some(7), quota: Quota::off(), ..Settings::default() };
    let graph = Graph::with(settings).await;
    let users = graph.plain_users(20);
    let requests: Vec<Value> = users.iter().enumerate().map(|(n, user)| block(&n.to_string(), user)).collect();
    let body = json!({ "requests": requests });
    let waiting = tokio::spawn(graph.request(Method::POST, "/$batch").json(&body).send());
    graph.simulator.wait_for_writes(7).await;
    let ledger = graph.simulator.ledger();
    assert_eq!(ledger.writes.len(), 7);
    assert!(ledger.writes.iter().all(|write| write.applied && !write.answered));
    assert!(!waiting.is_finished());
    graph.simulator.release();
    assert_eq!(Reply::of(waiting.await.unwrap().unwrap()).await.item_status("19"), 204);
    let ledger = graph.simulator.ledger();
    assert_eq!(ledger.applied().filter(|write| write.answered).count(), 20);
}

#[tokio::test]
async fn the_ledger_is_there_for_people_too() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    graph.batch(&[block("1", &ada)]).await;
    let root = &graph.simulator.connection().graph_endpoint;
    let get = |path: String| graph.http.get(format!("{root}/_simulator/{path}"));
    let ledger: Value = get("ledger".into()).send().await.unwrap().json().await.unwrap();
    assert_eq!(ledger["writes"][0]["operation"]["patch"]["account_enabled"], false);
    assert_eq!(ledger["counters"]["writes_applied"], 1);
    let user: Value = get(format!("users/{}", ada.id)).send().await.unwrap().json().await.unwrap();
    assert_eq!(user["accountEnabled"], false);
}
