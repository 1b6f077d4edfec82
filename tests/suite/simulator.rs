//! The simulator, spoken to over its wire and held against Microsoft's pages. Nothing of our own client is used.

mod apps;
mod batch;
mod caller;
mod cast;
mod command;
mod consents;
mod deleted;
mod devices;
mod domains;
mod export_filters;
mod facts;
mod faults_by_name;
mod groups;
mod intruder;
mod login;
mod methods;
mod microsofts_client;
mod passes;
mod permissions;
mod quota_and_faults;
mod reads;
mod risk;
mod roles;
mod rosters;
mod scenarios;
mod several_tenants;
mod sign_in;
mod users_by_other_keys;
mod who_may_act_on_whom;
mod writes;

use std::time::Duration;

use reqwest::{Certificate, Method, RequestBuilder, Response, StatusCode};
use sealoff::simulator::{Quota, Settings, SimulatedGroup, SimulatedUser, Simulator};
use serde_json::{Value, json};

/// A plain HTTP client with a token, and the simulator it speaks to.
struct Graph {
    simulator: Simulator,
    http: reqwest::Client,
    token: String,
}

/// What came back, read whole.
struct Reply {
    status: StatusCode,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

impl Reply {
    async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.unwrap();
        let body = match serde_json::from_slice(&bytes) {
            Ok(json) => json,
            Err(_) => Value::String(String::from_utf8(bytes.to_vec()).unwrap()),
        };
        Self { status, headers, body }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or_default()
    }

    /// The item of a batch with this id.
    fn item(&self, id: &str) -> &Value {
        self.maybe_item(id).unwrap_or_else(|| panic!("no item {id} in {}", self.body))
    }

    fn maybe_item(&self, id: &str) -> Option<&Value> {
        self.body["responses"].as_array().unwrap().iter().find(|item| item["id"] == id)
    }

    fn item_status(&self, id: &str) -> u64 {
        self.item(id)["status"].as_u64().unwrap()
    }

    /// The values of a list.
    fn values(&self) -> &[Value] {
        self.body["value"].as_array().unwrap_or_else(|| panic!("no list: {}", self.body))
    }

    fn upns(&self) -> Vec<&str> {
        self.values().iter().map(|user| user["userPrincipalName"].as_str().unwrap()).collect()
    }

    /// One property of every value that has it.
    fn texts(&self, name: &str) -> Vec<&str> {
        self.values().iter().filter_map(|value| value[name].as_str()).collect()
    }

    fn units(&self) -> &str {
        self.header("x-ms-resource-unit").unwrap()
    }
}

impl Graph {
    /// A simulator without quota.
    async fn unlimited() -> Self {
        Self::with(Settings { quota: Quota::off(), ..Settings::default() }).await
    }

    async fn with(settings: Settings) -> Self {
        let simulator = Simulator::start(settings).await.unwrap();
        let http = http_client(&simulator);
        let token = simulator.issue_token();
        Self { simulator, http, token }
    }

    fn request(&self, method: Method, url: &str) -> RequestBuilder {
        let url = format!("{}/v1.0{url}", self.simulator.connection().graph_endpoint);
        self.http.request(method, url).bearer_auth(&self.token)
    }

    async fn get(&self, url: &str) -> Reply {
        Reply::of(self.request(Method::GET, url).send().await.unwrap()).await
    }

    /// Every value of a list, page by page, and how many pages there were.
    async fn all(&self, url: &str) -> (Vec<Value>, usize) {
        let (mut values, mut pages) = (Vec::new(), 0);
        let mut reply = self.get(url).await;
        loop {
            assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
            pages += 1;
            values.extend_from_slice(reply.values());
            let Some(next) = reply.body["@odata.nextLink"].as_str() else { return (values, pages) };
            reply = Reply::of(self.http.get(next).bearer_auth(&self.token).send().await.unwrap()).await;
        }
    }

    fn group(&self, name: &str) -> SimulatedGroup {
        self.simulator.groups().into_iter().find(|group| group.display_name == name).unwrap()
    }

    async fn get_eventual(&self, url: &str) -> Reply {
        let request = self.request(Method::GET, url).header("ConsistencyLevel", "eventual");
        Reply::of(request.send().await.unwrap()).await
    }

    async fn send(&self, method: Method, url: &str, body: &Value) -> Reply {
        Reply::of(self.request(method, url).json(body).send().await.unwrap()).await
    }

    async fn patch(&self, user: &SimulatedUser, body: &Value) -> Reply {
        self.send(Method::PATCH, &format!("/users/{}", user.id), body).await
    }

    async fn batch(&self, requests: &[Value]) -> Reply {
        self.send(Method::POST, "/$batch", &json!({ "requests": requests })).await
    }

    fn user(&self, id_or_upn: &str) -> SimulatedUser {
        self.simulator.user(id_or_upn).unwrap()
    }

    /// People with accounts of the plainest kind.
    fn plain_users(&self, count: usize) -> Vec<SimulatedUser> {
        let plain = |user: &SimulatedUser| {
            user.account_enabled
                && user.on_premises.is_none()
                && user.external_user_state.is_none()
                && user.user_principal_name.ends_with("@contoso.com")
        };
        self.simulator.users().into_iter().filter(plain).take(count).collect()
    }
}

fn http_client(simulator: &Simulator) -> reqwest::Client {
    let ca = Certificate::from_pem(simulator.connection().ca_pem.as_bytes()).unwrap();
    let builder = reqwest::Client::builder().tls_certs_only([ca]).timeout(Duration::from_secs(20));
    builder.no_proxy().build().unwrap()
}

fn block(id: &str, user: &SimulatedUser) -> Value {
    patch_item(id, user, &json!({ "accountEnabled": false }))
}

fn patch_item(id: &str, user: &SimulatedUser, body: &Value) -> Value {
    let url = format!("/users/{}", user.id);
    json!({ "id": id, "method": "PATCH", "url": url, "headers": { "Content-Type": "application/json" }, "body": body })
}

fn revoke(id: &str, user: &SimulatedUser) -> Value {
    let url = format!("/users/{}/revokeSignInSessions", user.id);
    json!({ "id": id, "method": "POST", "url": url, "headers": { "Content-Type": "application/json" }, "body": {} })
}

fn reset(password: &str) -> Value {
    json!({ "passwordProfile": {
        "password": password, "forceChangePasswordNextSignIn": true, "forceChangePasswordNextSignInWithMfa": false
    } })
}
