//! Every kind of fault, by its name: what arrives, and whether the tenant acted.

use sealoff::simulator::{Fault, FaultShares};

use super::*;

async fn struck_by(name: &str) -> Graph {
    let mut faults = FaultShares::default();
    *name.parse::<Fault>().unwrap().share(&mut faults) = 1.0;
    // The waits of faults are tenant time.
    Graph::with(Settings { faults, quota: Quota::off(), clock_speed: 2_000.0, ..Settings::default() }).await
}

/// Sends a block of one user in a batch: the status and the text that came back, nothing where none did, and whether the user
/// is blocked now.
async fn strike(name: &str) -> (Option<(u16, String, String)>, bool) {
    let graph = struck_by(name).await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let sent = graph.request(Method::POST, "/$batch").json(&json!({ "requests": [block("1", &ada)] })).send().await;
    let came = match sent {
        Err(_) => None,
        Ok(response) => {
            let status = response.status().as_u16();
            let kind = response.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
            response
                .bytes()
                .await
                .ok()
                .map(|body| (status, kind.unwrap_or_default(), String::from_utf8_lossy(&body).into_owned()))
        }
    };
    (came, !graph.user("ada.lovelace@contoso.com").account_enabled)
}

#[tokio::test]
async fn a_call_that_is_cut_off_is_carried_out_or_not_as_its_name_says() {
    for (name, carried_out) in
        [("lost-request", false), ("outage", false), ("lost-answer", true), ("half-answer", true)]
    {
        let (came, blocked) = strike(name).await;
        assert_eq!((came, blocked), (None, carried_out), "{name}");
    }
}

#[tokio::test]
async fn a_proxy_answers_with_a_page() {
    for (name, status) in [("proxy-200", 200), ("proxy-407", 407)] {
        let (came, blocked) = strike(name).await;
        let (came_status, kind, text) = came.unwrap();
        assert!(came_status == status && kind.starts_with("text/html") && text.contains("<html>"), "{name}: {text}");
        assert!(!blocked, "{name}");
    }
    let (came, _) = strike("proxy-502").await;
    assert_eq!(came.unwrap().0, 502);
}

#[tokio::test]
async fn an_answer_is_spoilt_after_the_tenant_has_acted() {
    let (came, blocked) = strike("garbage").await;
    assert!(blocked && serde_json::from_str::<Value>(&came.unwrap().2).is_err());
    let (came, blocked) = strike("wrong-type").await;
    let (_, kind, text) = came.unwrap();
    assert!(blocked && kind == "application/octet-stream" && text.contains("responses"), "{kind}: {text}");
    let items = |text: &str| serde_json::from_str::<Value>(text).unwrap()["responses"].as_array().unwrap().clone();
    let (came, blocked) = strike("double-id").await;
    let mut statuses: Vec<u64> = items(&came.unwrap().2).iter().map(|item| item["status"].as_u64().unwrap()).collect();
    statuses.sort_unstable();
    assert_eq!((statuses, blocked), (vec![204, 400], true));
    let (came, blocked) = strike("text-item").await;
    assert!(blocked && items(&came.unwrap().2)[0].is_string());
    let (came, blocked) = strike("foreign-id").await;
    let items_there = items(&came.unwrap().2);
    assert!(blocked && items_there.len() == 2 && items_there.iter().any(|item| item["id"] == "1"));
    let (came, blocked) = strike("500").await;
    assert!(blocked && came.unwrap().2.contains("\"status\":500"));
    let (came, blocked) = strike("424").await;
    assert!(!blocked && came.unwrap().2.contains("\"status\":424"));
    let (came, blocked) = strike("revoked-token").await;
    assert!(!blocked && came.unwrap().0 == 401);
    let (came, blocked) = strike("slow").await;
    assert!(blocked && came.unwrap().0 == 200);
}

#[tokio::test]
async fn the_network_goes_and_comes_back_on_the_same_port() {
    let graph = struck_by("outage").await;
    assert!(graph.request(Method::GET, "/organization").send().await.is_err());
    graph.simulator.change_faults(FaultShares::default());
    let mut refused = 0;
    loop {
        match graph.request(Method::GET, "/organization").send().await {
            Ok(response) if response.status() == StatusCode::OK => break,
            _ => refused += 1,
        }
        assert!(refused < 100_000, "it never comes back");
    }
    graph.simulator.go_dark();
    while graph.request(Method::GET, "/organization").send().await.is_ok() {}
    graph.simulator.come_back();
    while graph.request(Method::GET, "/organization").send().await.is_err() {}
}

#[tokio::test]
async fn the_token_service_fails_in_its_own_ways() {
    for (name, status) in
        [("token-429", Some(429)), ("token-500", Some(500)), ("token-page", Some(503)), ("token-lost", None)]
    {
        let graph = struck_by(name).await;
        let connection = graph.simulator.connection();
        let url = format!("{}/{}/oauth2/v2.0/token", connection.authority, connection.tenant_id);
        let sent = graph.http.post(url).form(&[("grant_type", "client_credentials")]).send().await;
        assert_eq!(sent.ok().map(|response| response.status().as_u16()), status, "{name}");
    }
}
