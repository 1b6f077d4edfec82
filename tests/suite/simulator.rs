//! The simulator, spoken to over its wire and held against Microsoft's pages. Nothing of our own client is used.

mod batch;
mod login;
mod quota_and_faults;
mod reads;
mod rosters;
mod writes;

use std::time::Duration;

use reqwest::{Certificate, Method, RequestBuilder, Response, StatusCode};
use sealoff::simulator::{Quota, Settings, Simulator, User};
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

    fn upns(&self) -> Vec<&str> {
        let users = self.body["value"].as_array().unwrap();
        users.iter().map(|user| user["userPrincipalName"].as_str().unwrap()).collect()
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

    async fn get_eventual(&self, url: &str) -> Reply {
        let request = self.request(Method::GET, url).header("ConsistencyLevel", "eventual");
        Reply::of(request.send().await.unwrap()).await
    }

    async fn send(&self, method: Method, url: &str, body: &Value) -> Reply {
        Reply::of(self.request(method, url).json(body).send().await.unwrap()).await
    }

    async fn patch(&self, user: &User, body: &Value) -> Reply {
        self.send(Method::PATCH, &format!("/users/{}", user.id), body).await
    }

    async fn batch(&self, requests: &[Value]) -> Reply {
        self.send(Method::POST, "/$batch", &json!({ "requests": requests })).await
    }

    fn user(&self, id_or_upn: &str) -> User {
        self.simulator.user(id_or_upn).unwrap()
    }

    /// People with accounts of the plainest kind.
    fn plain_users(&self, count: usize) -> Vec<User> {
        let plain = |user: &User| {
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

fn block(id: &str, user: &User) -> Value {
    patch_item(id, user, &json!({ "accountEnabled": false }))
}

fn patch_item(id: &str, user: &User, body: &Value) -> Value {
    let url = format!("/users/{}", user.id);
    json!({ "id": id, "method": "PATCH", "url": url, "headers": { "Content-Type": "application/json" }, "body": body })
}

fn revoke(id: &str, user: &User) -> Value {
    let url = format!("/users/{}/revokeSignInSessions", user.id);
    json!({ "id": id, "method": "POST", "url": url, "headers": { "Content-Type": "application/json" }, "body": {} })
}

fn reset(password: &str) -> Value {
    json!({ "passwordProfile": {
        "password": password, "forceChangePasswordNextSignIn": true, "forceChangePasswordNextSignInWithMfa": false
    } })
}
