//! "Combine multiple HTTP requests using JSON batching" and "Known issues with Microsoft Graph APIs".

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Graph, block, patch_item, revoke};

fn get(id: &str) -> Value {
    json!({ "id": id, "method": "GET", "url": "/organization" })
}

fn with_dependency(mut item: Value, on: &[&str]) -> Value {
    item["dependsOn"] = json!(on);
    item
}

#[tokio::test]
async fn a_batch_is_200_and_every_item_has_a_status_of_its_own() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let reply = graph
        .batch(&[
            block("1", &ada),
            json!({ "id": "2", "method": "GET", "url": "users/absent@contoso.com" }),
            json!({ "id": "3", "method": "DELETE", "url": "/organization" }),
            get("4"),
        ])
        .await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(["1", "2", "3", "4"].map(|id| reply.item_status(id)), [204, 404, 405, 200]);
    assert!(reply.item("1").get("body").is_none_or(Value::is_null));
    assert_eq!(reply.item("2")["body"]["error"]["code"], "Request_ResourceNotFound");
    assert_eq!(reply.item("2")["body"]["error"]["innerError"]["request-id"], reply.header("request-id").unwrap());
    assert!(!graph.user("ada.lovelace@contoso.com").account_enabled);
}

#[tokio::test]
async fn a_malformed_batch_is_refused_whole() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let many: Vec<Value> = (0..21).map(|id| get(&id.to_string())).collect();
    let cases: Vec<Vec<Value>> = vec![
        vec![],
        many,
        vec![block("a1", &ada), get("A1")],
        vec![block("1", &ada), json!({ "method": "GET", "url": "/organization" })],
        vec![block("1", &ada), json!({ "id": 2, "method": "GET", "url": "/organization" })],
        vec![block("1", &ada), json!({ "id": "2", "url": "/organization" })],
        vec![block("1", &ada), json!({ "id": "2", "method": "GET" })],
        vec![block("1", &ada), json!({ "id": "2", "method": "GET", "url": "https://graph.microsoft.com/v1.0/users" })],
        vec![
            block("1", &ada),
            json!({ "id": "2", "method": "POST", "url": "/$batch",
            "headers": { "Content-Type": "application/json" }, "body": { "requests": [] } }),
        ],
    ];
    for requests in &cases {
        let reply = graph.batch(requests).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{requests:?}");
        assert!(reply.body.get("responses").is_none());
    }
    let reply = graph.send(Method::POST, "/$batch", &json!({ "items": [] })).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert!(graph.simulator.ledger().writes.is_empty());
    assert_eq!(graph.simulator.counters().violations.malformed_batches, cases.len() as u64 + 1);
}

#[tokio::test]
async fn twenty_are_taken_and_answered_in_another_order() {
    let graph = Graph::unlimited().await;
    let requests: Vec<Value> = (1..=20).map(|id| get(&id.to_string())).collect();
    let reply = graph.send(Method::POST, "/%24batch", &json!({ "requests": requests })).await;
    let order: Vec<&str> =
        reply.body["responses"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    let mut sorted = order.clone();
    sorted.sort_by_key(|id| id.parse::<u32>().unwrap());
    assert_eq!(sorted, (1..=20).map(|id| id.to_string()).collect::<Vec<_>>());
    assert_ne!(order, sorted);
}

/// Words as people report them from the live service.
#[tokio::test]
async fn a_write_without_a_content_type_or_a_body_spoils_the_whole_batch() {
    let graph = Graph::unlimited().await;
    let (ada, grace) = (graph.user("ada.lovelace@contoso.com"), graph.user("grace.hopper@contoso.com"));
    let without = |mut item: Value, member: &str| {
        item.as_object_mut().unwrap().remove(member);
        item
    };
    let empty = |mut item: Value| {
        item["headers"] = json!({ "Content-Type": "" });
        item
    };
    for incomplete in [
        without(block("1", &ada), "headers"),
        without(revoke("1", &ada), "headers"),
        without(revoke("1", &ada), "body"),
        without(block("1", &ada), "body"),
        empty(block("1", &ada)),
    ] {
        let reply = graph.batch(&[block("2", &grace), incomplete]).await;
        assert_eq!((reply.status, reply.code()), (StatusCode::BAD_REQUEST, "BadRequest"), "{}", reply.body);
        assert_eq!(reply.message(), "Write request id : 1 does not contain Content-Type header or body.");
        assert!(reply.body.get("responses").is_none());
    }
    assert!(graph.simulator.ledger().writes.is_empty());
    // What is no write needs neither.
    let read = graph.batch(&[json!({ "id": "1", "method": "GET", "url": "/organization" })]).await;
    assert_eq!(read.item_status("1"), 200);
}

/// RFC 9110, section 8.3.1: a media type is the same in capitals, and parameters may follow it.
#[tokio::test]
async fn the_envelope_has_to_be_json() {
    let graph = Graph::unlimited().await;
    for (kind, status) in [
        ("application/json", 200),
        ("Application/JSON", 200),
        ("application/json;charset=utf-8", 200),
        ("application/json ; odata.metadata=minimal", 200),
        ("application/jsonfoo", 400),
        ("application/json-patch+json", 400),
        ("text/plain", 400),
    ] {
        let body = json!({ "requests": [get("1")] }).to_string();
        let request = graph.request(Method::POST, "/$batch").header("content-type", kind).body(body);
        assert_eq!(request.send().await.unwrap().status().as_u16(), status, "{kind}");
    }
}

#[tokio::test]
async fn an_address_behind_the_question_mark_is_a_value() {
    let graph = Graph::unlimited().await;
    let get = |url: &str| json!({ "id": "1", "method": "GET", "url": url });
    for url in ["/users?$filter=displayName eq 'https://x'", "/users?$filter=mail%20eq%20'https://x'&from=https://here"]
    {
        let url = url.replace(' ', "%20");
        assert_eq!(graph.batch(&[get(&url)]).await.item_status("1"), 200, "{url}");
    }
    for url in ["https://graph.microsoft.com/v1.0/users?$top=1", "//graph.microsoft.com/users"] {
        assert_eq!(graph.batch(&[get(url)]).await.status, StatusCode::BAD_REQUEST, "{url}");
    }
}

#[tokio::test]
async fn pairs_of_dependent_requests_are_refused_whole() {
    let graph = Graph::unlimited().await;
    let (ada, grace) = (graph.user("ada.lovelace@contoso.com"), graph.user("grace.hopper@contoso.com"));
    let reply = graph
        .batch(&[
            block("1", &ada),
            with_dependency(revoke("2", &ada), &["1"]),
            block("3", &grace),
            with_dependency(revoke("4", &grace), &["3"]),
        ])
        .await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(reply.message(), "Batch should be either fully sequential or fully parallel");
    let reply = graph.batch(&[with_dependency(get("1"), &["2"]), get("2")]).await;
    assert!(reply.message().starts_with("Invalid dependency for request Id"), "{}", reply.body);
    assert!(graph.simulator.ledger().writes.is_empty());
}

#[tokio::test]
async fn what_depends_on_a_failure_is_424() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let wrong = patch_item("1", &ada, &json!({ "accountEnabled": "no" }));
    let serial = [wrong.clone(), with_dependency(revoke("2", &ada), &["1"]), with_dependency(get("3"), &["2"])];
    let reply = graph.batch(&serial).await;
    assert_eq!(["1", "2", "3"].map(|id| reply.item_status(id)), [400, 424, 424]);
    let same = [wrong, get("2"), with_dependency(revoke("3", &ada), &["1"]), with_dependency(get("4"), &["1"])];
    let reply = graph.batch(&same).await;
    assert_eq!(["1", "2", "3", "4"].map(|id| reply.item_status(id)), [400, 200, 424, 424]);
    let serial = [block("1", &ada), with_dependency(revoke("2", &ada), &["1"])];
    let reply = graph.batch(&serial).await;
    assert_eq!(["1", "2"].map(|id| reply.item_status(id)), [204, 200]);
}

#[tokio::test]
async fn two_writes_for_one_user_in_one_parallel_batch_collide() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let reply = graph.batch(&[block("1", &ada), revoke("2", &ada)]).await;
    assert_eq!(["1", "2"].map(|id| reply.item_status(id)), [204, 409]);
    assert_eq!(reply.item("2")["body"]["error"]["code"], "Directory_ConcurrencyViolation");
    let ledger = graph.simulator.ledger();
    assert_eq!(ledger.writes.iter().map(|write| write.applied).collect::<Vec<_>>(), [true, false]);
    assert!(ledger.writes.iter().all(|write| write.answered && write.batch == Some(1)));
}
