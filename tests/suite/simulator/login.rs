//! "Microsoft identity platform and the OAuth 2.0 client credentials flow", and what Graph says to a token.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::StatusCode;
use sealoff::simulator::{CLIENT_SECRET, Settings, Simulator, SimulatorError};

use super::{Graph, Reply, http_client};

async fn ask(simulator: &Simulator, tenant: &str, change: (&str, &str)) -> Reply {
    let connection = simulator.connection();
    let mut form = vec![
        ("client_id", connection.client_id.as_str()),
        ("client_secret", connection.client_secret.as_str()),
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    form.iter_mut().filter(|(name, _)| *name == change.0).for_each(|field| field.1 = change.1);
    let url = format!("{}/{tenant}/oauth2/v2.0/token", connection.authority);
    Reply::of(http_client(simulator).post(url).form(&form).send().await.unwrap()).await
}

#[tokio::test]
async fn a_secret_buys_a_token_that_graph_takes() {
    let mut graph = Graph::unlimited().await;
    let own_scope = format!("{}/.default", graph.simulator.connection().graph_endpoint);
    for (tenant, scope) in [
        (graph.simulator.connection().tenant_id.as_str(), "https://graph.microsoft.com/.default"),
        ("contoso.onmicrosoft.com", &own_scope),
    ] {
        let reply = ask(&graph.simulator, tenant, ("scope", scope)).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
        assert_eq!(reply.body["token_type"], "Bearer");
        assert_eq!(reply.body["expires_in"], 3_599);
        graph.token = reply.body["access_token"].as_str().unwrap().to_owned();
        assert_eq!(graph.token.split('.').count(), 3);
        assert_eq!(graph.get("/organization").await.status, StatusCode::OK);
    }
}

/// Every root that is served is one by which Graph can be asked for.
#[tokio::test]
async fn the_scope_may_name_any_root_that_is_served() {
    let settings = Settings { hosts: vec!["graph.test".to_owned()], clear_text: true, ..Settings::default() };
    let simulator = Simulator::start(settings).await.unwrap();
    let connection = simulator.connection();
    let port = connection.graph_endpoint.rsplit_once(':').unwrap().1;
    let clear = connection.clear_text.clone().unwrap();
    let clear_port = clear.rsplit_once(':').unwrap().1;
    for (root, served) in [
        (format!("https://127.0.0.1:{port}"), true),
        (format!("https://localhost:{port}"), true),
        (format!("https://LocalHost:{port}"), true),
        (format!("https://[::1]:{port}"), true),
        (format!("https://graph.test:{port}"), true),
        (clear.clone(), true),
        (format!("http://localhost:{clear_port}"), true),
        (format!("https://other.test:{port}"), false),
        (format!("http://localhost:{port}"), false),
        ("https://localhost".to_owned(), false),
    ] {
        let reply = ask(&simulator, "contoso.com", ("scope", &format!("{root}/.default"))).await;
        assert_eq!(reply.status == StatusCode::OK, served, "{root}: {}", reply.body);
    }
    // Who asks by one root is not sent to another.
    let http = http_client(&simulator);
    for root in [connection.authority.clone(), format!("https://localhost:{port}"), clear] {
        let of = async |path: &str| Reply::of(http.get(format!("{root}{path}")).send().await.unwrap()).await.body;
        let discovery = of("/contoso.com/v2.0/.well-known/openid-configuration").await;
        for name in ["token_endpoint", "issuer", "device_authorization_endpoint"] {
            assert!(discovery[name].as_str().unwrap().starts_with(&format!("{root}/")), "{name} {discovery}");
        }
        let instances = of("/common/discovery/instance").await;
        assert_eq!(instances["metadata"][0]["preferred_network"], root.split_once("://").unwrap().1);
    }
}

/// "Microsoft Entra authentication and authorization error codes": a parameter that is missing is named, for any body
/// instead of a form.
#[tokio::test]
async fn what_is_no_form_lacks_its_parameters() {
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let http = http_client(&simulator);
    let root = format!("{}/contoso.com/oauth2/v2.0", simulator.connection().authority);
    let credentials = "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    let form = "application/x-www-form-urlencoded";
    for (what, kind, body, missing) in [
        ("token", "application/json", "{\"grant_type\":\"client_credentials\"}", "grant_type"),
        ("token", "", credentials, "grant_type"),
        ("token", form, "", "grant_type"),
        ("token", form, credentials, "client_id"),
        ("devicecode", "application/json", "{}", "client_id"),
    ] {
        let mut request = http.post(format!("{root}/{what}")).body(body);
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let reply = Reply::of(request.send().await.unwrap()).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{what} {kind} {body}: {}", reply.body);
        let description = reply.body["error_description"].as_str().unwrap();
        let words = format!("AADSTS900144: The request body must contain the following parameter: '{missing}'.");
        assert!(description.starts_with(&words), "{what} {kind} {body}: {description}");
    }
    for what in ["token", "devicecode"] {
        let reply = Reply::of(http.get(format!("{root}/{what}")).send().await.unwrap()).await;
        assert_eq!((reply.status, &reply.body["error"]), (StatusCode::BAD_REQUEST, &"invalid_request".into()));
        assert_eq!(reply.body["error_codes"][0], 900_561);
    }
}

#[tokio::test]
async fn every_wrong_login_has_its_own_code() {
    let simulator = Simulator::start(Settings::default()).await.unwrap();
    let tenant = simulator.connection().tenant_id.clone();
    for (tenant, change, status, error, code) in [
        (&*tenant, ("client_secret", "wrong"), 401, "invalid_client", 7_000_215),
        (&*tenant, ("client_id", "11111111-1111-4111-8111-111111111111"), 400, "unauthorized_client", 700_016),
        ("nowhere.example", ("", ""), 400, "invalid_request", 90_002),
        (&*tenant, ("scope", "https://graph.microsoft.us/.default"), 400, "invalid_scope", 70_011),
        (&*tenant, ("scope", "User.Read"), 400, "invalid_scope", 70_011),
        (&*tenant, ("grant_type", "password"), 400, "unsupported_grant_type", 70_003),
    ] {
        let reply = ask(&simulator, tenant, change).await;
        assert_eq!(reply.status.as_u16(), status, "{}", reply.body);
        assert_eq!(reply.body["error"], error);
        assert_eq!(reply.body["error_codes"][0], code);
        let description = reply.body["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{code}: ")), "{description}");
        assert!(!description.contains(CLIENT_SECRET));
    }
}

#[tokio::test]
async fn without_a_good_token_nothing_is_answered() {
    let mut graph = Graph::unlimited().await;
    let url = format!("{}/v1.0/users", graph.simulator.connection().graph_endpoint);
    let bare = Reply::of(graph.http.get(url).send().await.unwrap()).await;
    assert_eq!((bare.status.as_u16(), bare.code()), (401, "InvalidAuthenticationToken"));
    assert!(bare.header("www-authenticate").unwrap().starts_with("Bearer "));

    assert_eq!(graph.get("/users").await.status, StatusCode::OK);
    graph.simulator.expire_tokens();
    let expired = graph.get("/users").await;
    assert_eq!((expired.status.as_u16(), expired.code()), (401, "InvalidAuthenticationToken"));
    assert!(expired.message().contains("expired"));

    graph.token = graph.simulator.issue_token().replace('.', "x");
    assert_eq!(graph.get("/users").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(graph.simulator.counters().unauthorized, 3);
}

#[tokio::test]
async fn a_token_lives_as_long_as_set() {
    let graph = Graph::with(Settings { token_lifetime: Duration::ZERO, ..Settings::default() }).await;
    assert_eq!(graph.get("/users").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn no_other_machine_can_reach_it() {
    let listen: SocketAddr = "0.0.0.0:0".parse().unwrap();
    let refused = Simulator::start(Settings { listen, ..Settings::default() }).await;
    assert!(matches!(refused, Err(SimulatorError::NotLoopback(_))));
}

#[tokio::test]
async fn http_2_is_offered_and_the_port_is_free_after_the_end() {
    let graph = Graph::unlimited().await;
    let response = graph.request(reqwest::Method::GET, "/organization").send().await.unwrap();
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    let port: SocketAddr = graph.simulator.connection().authority.trim_start_matches("https://").parse().unwrap();
    graph.simulator.stop().await;
    drop(std::net::TcpListener::bind(port).unwrap());
}
