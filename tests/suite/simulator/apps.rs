//! Several apps in one tenant: each with its own limits, and the tenant's above them.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use sealoff::simulator::{CLIENT_ID, FurtherApp, Limit, LimitShape, Quota, Settings, SimulatedRole};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Graph, block};

const SHAPES: [LimitShape; 3] = [LimitShape::TokenBucket, LimitShape::SlidingWindow, LimitShape::FixedWindow];

fn limit(amount: f64, shape: LimitShape) -> Option<Limit> {
    // So long a window that nothing comes back within a test.
    Some(Limit { amount, window: Duration::from_secs(3_600_000), shape })
}

async fn graph_of(quota: Quota, apps: u16) -> (Graph, Vec<Uuid>) {
    let further_apps: Vec<FurtherApp> = (2..=apps).map(FurtherApp::numbered).collect();
    let ids = std::iter::once(CLIENT_ID).chain(further_apps.iter().map(|app| app.client_id)).collect();
    (Graph::with(Settings { quota, further_apps, ..Settings::default() }).await, ids)
}

/// Sends a batch of twenty writes through an app, and gives how many passed and the first scope that refused.
async fn twenty(graph: &mut Graph, app: Uuid) -> (usize, Option<String>) {
    graph.token = graph.simulator.issue_token_of(app).unwrap();
    let users = graph.plain_users(20);
    let requests: Vec<Value> = users.iter().enumerate().map(|(n, user)| block(&n.to_string(), user)).collect();
    let reply = graph.batch(&requests).await;
    assert_eq!(reply.status, StatusCode::OK);
    let statuses: Vec<u64> = (0..20).map(|n| reply.item_status(&n.to_string())).collect();
    let refused = statuses.iter().position(|status| *status == 429);
    let scope = refused.map(|n| {
        let item = reply.item(&n.to_string());
        let headers = item["headers"].as_object().unwrap();
        let scope = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-ms-throttle-scope"));
        scope.unwrap().1.as_str().unwrap().to_owned()
    });
    (statuses.iter().filter(|status| **status == 204).count(), scope)
}

#[tokio::test]
async fn each_app_has_a_bucket_of_its_own_and_the_tenant_one_above_them() {
    for shape in SHAPES {
        let quota = Quota { writes: limit(20.0, shape), writes_of_tenant: limit(50.0, shape), ..Quota::off() };
        let (mut graph, apps) = graph_of(quota, 3).await;
        let tenant = graph.simulator.connection().tenant_id.clone();
        assert_eq!(twenty(&mut graph, apps[0]).await, (20, None), "{shape:?}");
        let own = format!("Tenant_Application/Write/{}/{tenant}", apps[0]);
        assert_eq!(twenty(&mut graph, apps[0]).await, (0, Some(own)), "{shape:?}");
        assert_eq!(twenty(&mut graph, apps[1]).await, (20, None), "{shape:?}: a bucket of its own");
        let tenants = format!("Tenant/Write/{}/{tenant}", apps[2]);
        assert_eq!(twenty(&mut graph, apps[2]).await, (10, Some(tenants)), "{shape:?}: the tenant's is used up");
        let ledger = graph.simulator.ledger();
        let by_app = |app: Uuid| ledger.applied().filter(|write| write.app == app).count();
        assert_eq!([by_app(apps[0]), by_app(apps[1]), by_app(apps[2])], [20, 20, 10], "{shape:?}");
    }
}

#[tokio::test]
async fn an_app_has_a_limit_over_all_its_tenants_too() {
    for shape in SHAPES {
        let quota = Quota { writes_of_app: limit(30.0, shape), ..Quota::off() };
        let (mut graph, apps) = graph_of(quota, 2).await;
        assert_eq!(twenty(&mut graph, apps[1]).await, (20, None));
        let (passed, scope) = twenty(&mut graph, apps[1]).await;
        assert_eq!(passed, 10, "{shape:?}");
        assert!(scope.unwrap().starts_with(&format!("Application/Write/{}/", apps[1])), "{shape:?}");
        assert_eq!(twenty(&mut graph, apps[0]).await, (20, None), "{shape:?}: the other app is not concerned");
    }
}

#[tokio::test]
async fn the_documented_limits_of_tenant_and_app_are_there() {
    let quota = Quota::documented(1_000);
    let seconds = |limit: Option<Limit>| limit.map(|limit| (limit.amount, limit.window.as_secs()));
    assert_eq!(seconds(quota.writes), Some((3_000.0, 150)));
    assert_eq!(seconds(quota.writes_of_tenant), Some((18_000.0, 300)));
    assert_eq!(seconds(quota.writes_of_app), Some((35_000.0, 300)));
    let counted = quota.counted_in(LimitShape::FixedWindow);
    for limit in [counted.writes, counted.writes_of_app, counted.writes_of_tenant] {
        assert_eq!(limit.unwrap().shape, LimitShape::FixedWindow);
    }
}

#[tokio::test]
async fn every_app_gets_in_with_its_own_secret_alone_until_it_is_locked_out() {
    let (graph, apps) = graph_of(Quota::off(), 2).await;
    let connection = graph.simulator.connection().clone();
    let secret = FurtherApp::numbered(2).client_secret;
    let url = format!("{}/{}/oauth2/v2.0/token", connection.authority, connection.tenant_id);
    let log_in = async |secret: &str| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &apps[1].to_string()),
            ("client_secret", secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let reply = graph.http.post(&url).form(&form).send().await.unwrap();
        (reply.status(), reply.json::<Value>().await.unwrap())
    };
    let (status, body) = log_in(&connection.client_secret).await;
    assert_eq!((status, &body["error_codes"]), (StatusCode::UNAUTHORIZED, &json!([7_000_215])), "another app's secret");
    let (status, body) = log_in(&secret).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let token = body["access_token"].as_str().unwrap().to_owned();
    let get = async || {
        let url = format!("{}/v1.0/organization", connection.graph_endpoint);
        graph.http.request(Method::GET, url).bearer_auth(&token).send().await.unwrap().status()
    };
    assert_eq!(get().await, StatusCode::OK);
    assert!(graph.simulator.lock_out_app(apps[1]) && !graph.simulator.lock_out_app(Uuid::nil()));
    assert_eq!(get().await, StatusCode::UNAUTHORIZED, "its tokens have ended");
    assert_eq!(log_in(&secret).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(graph.get("/organization").await.status, StatusCode::OK, "the first app is not concerned");
}

#[tokio::test]
async fn an_app_without_a_role_resets_no_password() {
    let further = FurtherApp { app_role: None, ..FurtherApp::numbered(2) };
    let client_id = further.client_id;
    let settings = Settings {
        quota: Quota::off(),
        further_apps: vec![further],
        app_role: Some(SimulatedRole::UserAdministrator),
        ..Settings::default()
    };
    let mut graph = Graph::with(settings).await;
    let user = graph.plain_users(1).remove(0);
    let body = json!({"passwordProfile": {"password": "Rehearsal-2026-only!"}});
    let url = format!("/users/{}", user.id);
    assert_eq!(graph.send(Method::PATCH, &url, &body).await.status, StatusCode::NO_CONTENT);
    graph.token = graph.simulator.issue_token_of(client_id).unwrap();
    assert_eq!(graph.send(Method::PATCH, &url, &body).await.status, StatusCode::FORBIDDEN);
}
