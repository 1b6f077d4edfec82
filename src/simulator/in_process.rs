//! The simulator without a network, for unit tests: a call goes straight to where the server would bring it.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use axum::http::{Method, Request};
use uuid::Uuid;

use super::apps::AppNumber;
use super::connection::Connection;
use super::directory::tenant::{CLIENT_ID, CLIENT_SECRET, TENANT_ID};
use super::exchange;
use super::roots::Roots;
use super::settings::Settings;
use super::tenant::SimulatedTenant;
use super::token_issue::issue;
use super::tokens::TokenHolder;

/// A tenant, and a token for it.
pub(crate) struct InProcess {
    tenant: SimulatedTenant,
    token: String,
}

impl InProcess {
    /// The app calls, or it calls on behalf of this person. Links begin with the root of the real Graph.
    pub(crate) fn new(settings: Settings, person: Option<Uuid>) -> Self {
        let connection = Connection {
            graph_endpoint: "https://graph.microsoft.com".to_owned(),
            authority: "https://login.microsoftonline.com".to_owned(),
            tenant_id: TENANT_ID.to_string(),
            client_id: CLIENT_ID.to_string(),
            client_secret: CLIENT_SECRET.to_owned(),
            ca_pem: String::new(),
            clear_text: None,
        };
        let roots = Roots::of(settings.listen, None, &[]);
        let tenant = SimulatedTenant::new(settings, connection, roots, None).unwrap();
        let holder = person.map_or(TokenHolder::App(AppNumber::FIRST), TokenHolder::User);
        let token = issue(&tenant, holder);
        Self { tenant, token }
    }

    /// The answer to one call: its status, headers and body. `url` is path and query, from the version on.
    pub(crate) async fn answer(
        &self,
        method: Method,
        url: &str,
        consistency: Option<(&str, &str)>,
        body: Option<Bytes>,
    ) -> (u16, HeaderMap, Bytes) {
        let mut request = Request::builder().method(method).uri(url);
        request = request.header(AUTHORIZATION, format!("Bearer {}", self.token));
        if let Some((name, value)) = consistency {
            request = request.header(name, value);
        }
        if body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(Body::from(body.unwrap_or_default())).unwrap();
        let (parts, body) = exchange::answer(&self.tenant, request).await.into_parts();
        (parts.status.as_u16(), parts.headers, to_bytes(body, usize::MAX).await.unwrap())
    }
}
