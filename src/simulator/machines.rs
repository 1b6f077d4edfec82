//! Tokens for machines: managed identities, and the tokens of a GitHub Actions job.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::apps::AppNumber;
use super::audience::is_scope_of_graph;
use super::directory::tenant::CLIENT_ID;
use super::response::header;
use super::sign_in::Federated;
use super::tenant::SimulatedTenant;
use super::token_issue;
use super::tokens::TokenHolder;
use crate::digest::Digest;

/// Which of Azure's identity services is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// "How to use managed identities for Azure resources on an Azure VM to acquire an access token".
    VirtualMachine,
    /// "How to use managed identities for App Service and Azure Functions".
    AppService,
}

/// Answers a managed identity's request for a token.
pub(crate) fn managed_identity(
    tenant: &SimulatedTenant,
    service: Service,
    headers: &HeaderMap,
    query: &HashMap<String, String>,
) -> (StatusCode, Value) {
    let bad = |text: &str| (StatusCode::BAD_REQUEST, json!({ "error": "invalid_request", "error_description": text }));
    let is_set = |name: &str, value: &str| header(headers, name).is_some_and(|sent| sent.eq_ignore_ascii_case(value));
    let versions: &[&str] = match service {
        Service::VirtualMachine if !is_set("metadata", "true") => {
            return bad("Required metadata header not specified");
        }
        Service::VirtualMachine if headers.contains_key("x-forwarded-for") => {
            return bad("Requests through a proxy are not served");
        }
        Service::VirtualMachine => &["2018-02-01", "2019-08-01", "2021-02-01"],
        Service::AppService => {
            if header(headers, "x-identity-header") != Some(&tenant.settings.sign_in.identity_header) {
                return (StatusCode::UNAUTHORIZED, json!({ "statusCode": 401, "message": "No X-IDENTITY-HEADER" }));
            }
            &["2019-08-01"]
        }
    };
    let asked = |name: &str| query.get(name).map_or("", String::as_str);
    if !versions.contains(&asked("api-version")) {
        return bad("The api-version is missing or not supported");
    }
    let resource = asked("resource").trim_end_matches('/');
    if !is_scope_of_graph(tenant, &format!("{resource}/.default")) {
        return bad("AADSTS500011: The resource principal was not found in the tenant");
    }
    if !matches!(asked("client_id"), "") && !asked("client_id").eq_ignore_ascii_case(&CLIENT_ID.to_string()) {
        return bad("Identity not found");
    }
    let lifetime = tenant.settings.token_lifetime.as_secs();
    let token = token_issue::issue(tenant, TokenHolder::App(AppNumber::FIRST));
    let ends = OffsetDateTime::now_utc() + Duration::from_secs(lifetime);
    // Numbers are texts here, other than at the token service.
    let mut answer = json!({
        "access_token": token, "token_type": "Bearer", "resource": asked("resource"),
        "client_id": CLIENT_ID, "expires_on": ends.unix_timestamp().to_string(),
    });
    if service == Service::VirtualMachine {
        answer["expires_in"] = json!(lifetime.saturating_sub(1).to_string());
        answer["ext_expires_in"] = answer["expires_in"].clone();
        answer["not_before"] = json!(OffsetDateTime::now_utc().unix_timestamp().to_string());
    }
    (StatusCode::OK, answer)
}

/// Answers a GitHub Actions job that asks for its own token: "OpenID Connect reference" in GitHub's documentation.
pub(crate) fn job_token(
    tenant: &SimulatedTenant,
    headers: &HeaderMap,
    query: &HashMap<String, String>,
) -> (StatusCode, Value) {
    let sign_in = &tenant.settings.sign_in;
    let expected = format!("Bearer {}", sign_in.job_token);
    if header(headers, "authorization") != Some(&expected) {
        return (StatusCode::UNAUTHORIZED, json!({ "message": "Bad credentials" }));
    }
    let audience = query.get("audience").cloned().unwrap_or_else(|| "https://github.com/contoso".to_owned());
    let token = issue_federated(tenant, &Federated { audience, ..sign_in.federated.clone() });
    (StatusCode::OK, json!({ "value": token, "count": token.len() }))
}

/// A token of the other issuer, for five minutes.
pub(crate) fn issue_federated(tenant: &SimulatedTenant, claims: &Federated) -> String {
    let lifetime = Duration::from_secs(300);
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "simulated-issuer" });
    let claims = json!({
        "iss": claims.issuer, "sub": claims.subject, "aud": claims.audience,
        "jti": tenant.world().random.guid(), "nbf": now - 5, "iat": now, "exp": now + 300,
    });
    let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encoded(&header), encoded(&claims));
    // Only this simulator reads it, and it keeps what it gave out.
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(Digest::of(signed.as_bytes()).bytes()));
    tenant.identities.state().federated.insert(token.clone(), Instant::now() + lifetime);
    token
}
