//! The token service: "Microsoft identity platform and the OAuth 2.0 client credentials flow".

use std::collections::HashMap;

use axum::http::StatusCode;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use super::apps::{AppNumber, Registration};
use super::assertion::AssertionCheck;
use super::audience::{check_tenant, is_scope_of_graph};
use super::people::{self, DEVICE_GRANT, REFRESH_GRANT};
use super::tenant::SimulatedTenant;
use super::token_issue::give;
use super::token_refusal::{LoginError, missing, refuse, refused, required};
use super::tokens::TokenHolder;

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) fn token(
    tenant: &SimulatedTenant,
    tenant_name: &str,
    form: &HashMap<String, String>,
) -> (StatusCode, Value) {
    let answer = match form.get("grant_type").map_or("", String::as_str) {
        DEVICE_GRANT => check_tenant(tenant, tenant_name).and_then(|()| people::by_device_code(tenant, form)),
        REFRESH_GRANT => check_tenant(tenant, tenant_name).and_then(|()| people::by_refresh_token(tenant, form)),
        _ => grant(tenant, tenant_name, form).map(|app| give(tenant, TokenHolder::App(app), form)),
    };
    answer.map_or_else(|refusal| refused(tenant, &refusal), |answer| (StatusCode::OK, answer))
}

fn grant(tenant: &SimulatedTenant, tenant_name: &str, form: &HashMap<String, String>) -> Result<AppNumber, LoginError> {
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    check_tenant(tenant, tenant_name)?;
    match required(form, "grant_type")? {
        "client_credentials" => {}
        other => {
            let text = format!("The app requested an unsupported grant type '{other}'.");
            return Err(refuse("unsupported_grant_type", 70_003, text));
        }
    }
    let client_id = required(form, "client_id")?;
    let Some((app, registration)) = registration(tenant, client_id) else {
        let text = format!("Application with identifier '{client_id}' was not found in the directory 'Contoso'.");
        return Err(refuse("unauthorized_client", 700_016, text));
    };
    if form.contains_key("claims") && !serde_json::from_str::<Value>(field("claims")).is_ok_and(|it| it.is_object()) {
        return Err(refuse("invalid_request", 50_148, "The claims parameter is not a JSON object."));
    }
    match field("client_secret") {
        _ if form.contains_key("client_assertion") => check_assertion(tenant, tenant_name, &registration, form)?,
        "" => {
            let text = "The request body must contain the parameter 'client_assertion' or 'client_secret'.";
            return Err(refuse("invalid_client", 7_000_218, text));
        }
        sent if registration.secret.as_deref() == Some(sent) => {}
        _ => {
            let text = format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, \
                 not the client secret ID, for a secret added to app '{client_id}'."
            );
            return Err(refuse("invalid_client", 7_000_215, text));
        }
    }
    match required(form, "scope")? {
        scope if is_scope_of_graph(tenant, scope) => Ok(app),
        scope => {
            let text = format!("The provided value for the input parameter 'scope' is not valid: '{scope}'.");
            Err(refuse("invalid_scope", 70_011, text))
        }
    }
}

/// Checks that the assertion is signed with a key of the app.
fn check_assertion(
    tenant: &SimulatedTenant,
    tenant_name: &str,
    app: &Registration,
    form: &HashMap<String, String>,
) -> Result<(), LoginError> {
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    if form.contains_key("client_secret") {
        return Err(refuse("invalid_request", 90_023, "Send one of 'client_assertion' and 'client_secret', not both."));
    }
    if field("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
        return Err(missing("client_assertion_type"));
    }
    let of_root = |root: &str| {
        let of = |name: &str| format!("{root}/{name}/oauth2/v2.0/token");
        [of(tenant_name), of(&tenant.id.to_string()), format!("{root}/{}/v2.0", tenant.id)]
    };
    let audiences: Vec<String> = tenant.roots.iter().flat_map(of_root).collect();
    let is_issued =
        |token: &str| tenant.identities.state().federated.get(token).is_some_and(|ends| Instant::now() < *ends);
    let check = AssertionCheck {
        certificates: &app.certificates,
        federated: app.federated.as_ref(),
        client_id: field("client_id"),
        audiences: &audiences,
        now: OffsetDateTime::now_utc().unix_timestamp(),
        is_issued: &is_issued,
    };
    check.take(field("client_assertion")).map_err(|(code, text)| refuse("invalid_client", code, text))
}

/// The app of that client id, and what it may prove itself with.
fn registration(tenant: &SimulatedTenant, client_id: &str) -> Option<(AppNumber, Registration)> {
    let world = tenant.world();
    let place = world.apps.iter().position(|app| client_id.eq_ignore_ascii_case(&app.client_id().to_string()))?;
    Some((AppNumber(place), world.apps[place].clone()))
}

/// Answers `GET /{tenant}/v2.0/.well-known/openid-configuration`, which some token libraries read first; `authority` is the
/// root that was asked.
pub(crate) fn discovery(id: Uuid, authority: &str) -> Value {
    json!({
        "token_endpoint": format!("{authority}/{id}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "jwks_uri": format!("{authority}/{id}/discovery/v2.0/keys"),
        "issuer": format!("{authority}/{id}/v2.0"),
        "authorization_endpoint": format!("{authority}/{id}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{authority}/{id}/oauth2/v2.0/devicecode"),
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": "graph.microsoft.com",
    })
}

/// Answers `GET /common/discovery/instance`: this authority, the root that was asked, is the only one.
pub(crate) fn instances(id: Uuid, authority: &str) -> Value {
    let host = authority.split_once("://").map_or(authority, |(_, host)| host);
    json!({
        "tenant_discovery_endpoint":
            format!("{authority}/{id}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    })
}
