//! The token service: "Microsoft identity platform and the OAuth 2.0 client credentials flow".

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::time::Instant;
use uuid::Uuid;

use super::apps::{AppNumber, Registration};
use super::assertion::Check;
use super::directory::tenant::TENANT_ID;
use super::directory::{Scope, UserKey};
use super::moment::iso;
use super::people::{self, DEVICE_GRANT, REFRESH_GRANT};
use super::random::Random;
use super::tenant::Tenant;
use crate::digest::Digest;

/// The scope by which clients of the global cloud ask for Graph.
const OFFICIAL_SCOPE: &str = "https://graph.microsoft.com/.default";
/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// An app itself.
    App(AppNumber),
    /// The app on behalf of this user.
    User(Uuid),
}

impl Caller {
    pub(crate) fn is_app(self) -> bool {
        matches!(self, Self::App(_))
    }

    /// The app whose quota it spends: people sign in through the first one.
    pub(crate) fn app(self) -> AppNumber {
        if let Self::App(app) = self { app } else { AppNumber::FIRST }
    }
}

/// The tokens that were given out, and when they end.
///
/// They are looked up and never parsed: what a client sends must be, byte for byte, what it was given.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, (Instant, Caller)>>);

/// What a bearer token is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    Good(Caller),
    Expired,
    Unknown,
}

impl Tokens {
    fn keep(&self, token: String, lifetime: Duration, caller: Caller) {
        let end = Instant::now() + lifetime;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token, (end, caller));
    }

    pub(crate) fn worth(&self, token: &str) -> Worth {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).get(token) {
            Some((end, caller)) if Instant::now() < *end => Worth::Good(*caller),
            Some(_) => Worth::Expired,
            None => Worth::Unknown,
        }
    }

    /// Ends every token that was given out.
    pub(crate) fn expire_all(&self) {
        self.expire(|_| true);
    }

    /// Ends the tokens of these callers.
    pub(crate) fn expire(&self, whose: impl Fn(Caller) -> bool) {
        let now = Instant::now();
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.values_mut().filter(|(_, caller)| whose(*caller)).for_each(|(end, _)| *end = now);
    }
}

/// A refusal of the token service.
pub(crate) struct LoginError {
    status: StatusCode,
    error: &'static str,
    code: u32,
    text: String,
}

/// Answers `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) fn token(tenant: &Tenant, tenant_name: &str, form: &HashMap<String, String>) -> (StatusCode, Value) {
    let answer = match form.get("grant_type").map_or("", String::as_str) {
        DEVICE_GRANT => check_tenant(tenant, tenant_name).and_then(|()| people::by_device_code(tenant, form)),
        REFRESH_GRANT => check_tenant(tenant, tenant_name).and_then(|()| people::by_refresh_token(tenant, form)),
        _ => grant(tenant, tenant_name, form).map(|app| give(tenant, Caller::App(app), form)),
    };
    answer.map_or_else(|refusal| refused(tenant, &refusal), |answer| (StatusCode::OK, answer))
}

/// A refusal as it is answered.
pub(crate) fn refused(tenant: &Tenant, refusal: &LoginError) -> (StatusCode, Value) {
    (refusal.status, describe(tenant, refusal))
}

/// A token for whoever proved to be this caller.
pub(crate) fn give(tenant: &Tenant, caller: Caller, form: &HashMap<String, String>) -> Value {
    let token = issue(tenant, caller);
    {
        let mut state = tenant.identities.state();
        // As a JSON object: the order in which a client writes it down is its own affair.
        let read = |text: &str| serde_json::from_str::<Value>(text).ok();
        let asked = form.get("claims").and_then(|claims| read(claims));
        if asked.is_some() && asked == state.required_claims.as_deref().and_then(read) {
            state.proving.insert(token.clone());
        }
    }
    // One second less than the token lives, as Entra answers.
    let expires_in = tenant.settings.token_lifetime.as_secs().saturating_sub(1);
    json!({
        "token_type": "Bearer", "expires_in": expires_in, "ext_expires_in": expires_in, "access_token": token,
    })
}

/// The app, as whom its managed identity asks too.
pub(crate) fn app() -> Caller {
    Caller::App(AppNumber::FIRST)
}

pub(crate) fn refuse(error: &'static str, code: u32, text: impl Into<String>) -> LoginError {
    // A client that can't prove who it is gets 401, every other fault 400 (RFC 6749, section 5.2).
    let status = if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    LoginError { status, error, code, text: text.into() }
}

/// A parameter without which nothing can be decided; an empty one is none.
pub(crate) fn required<'a>(form: &'a HashMap<String, String>, name: &str) -> Result<&'a str, LoginError> {
    form.get(name).map(String::as_str).filter(|value| !value.is_empty()).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> LoginError {
    let text = format!("The request body must contain the following parameter: '{name}'.");
    refuse("invalid_request", 900_144, text)
}

/// Refuses a tenant that is not this one.
pub(crate) fn check_tenant(tenant: &Tenant, name: &str) -> Result<(), LoginError> {
    if is_this_tenant(tenant, name) {
        return Ok(());
    }
    let text = format!("Tenant '{name}' not found. Check to make sure you have the correct tenant ID.");
    Err(refuse("invalid_request", 90_002, text))
}

/// Says whether a scope is that of this Graph, by whichever of its roots.
pub(crate) fn is_scope_of_graph(tenant: &Tenant, scope: &str) -> bool {
    scope == OFFICIAL_SCOPE || scope.strip_suffix("/.default").is_some_and(|root| tenant.roots.have(root))
}

fn grant(tenant: &Tenant, tenant_name: &str, form: &HashMap<String, String>) -> Result<AppNumber, LoginError> {
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

/// Checks that somebody who may speak for the app signed for it.
fn check_assertion(
    tenant: &Tenant,
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
        [of(tenant_name), of(&TENANT_ID.to_string()), format!("{root}/{TENANT_ID}/v2.0")]
    };
    let audiences: Vec<String> = tenant.roots.iter().flat_map(of_root).collect();
    let is_issued =
        |token: &str| tenant.identities.state().federated.get(token).is_some_and(|ends| Instant::now() < *ends);
    let check = Check {
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
fn registration(tenant: &Tenant, client_id: &str) -> Option<(AppNumber, Registration)> {
    let world = tenant.world();
    let place = world.apps.iter().position(|app| client_id.eq_ignore_ascii_case(&app.client_id().to_string()))?;
    Some((AppNumber(place), world.apps[place].clone()))
}

/// The tenant's id or any of its domains.
pub(crate) fn is_this_tenant(tenant: &Tenant, name: &str) -> bool {
    name.eq_ignore_ascii_case(&TENANT_ID.to_string())
        || tenant.world().directory.domains().iter().any(|domain| domain.name.eq_ignore_ascii_case(name))
}

fn describe(tenant: &Tenant, refusal: &LoginError) -> Value {
    let mut random = Random::new(tenant.world().random.next());
    let (trace, correlation) = (random.guid(), random.guid());
    let timestamp = iso(tenant.clock.date(tenant.clock.now())).replace('T', " ");
    let (code, text) = (refusal.code, &refusal.text);
    json!({
        "error": refusal.error,
        "error_description":
            format!("AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}"),
        "error_codes": [code],
        "timestamp": timestamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": format!("{}/error?code={code}", tenant.connection.authority),
    })
}

/// Makes a token that looks like those of Entra and is kept until it ends.
pub(crate) fn issue(tenant: &Tenant, caller: Caller) -> String {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let lifetime = tenant.settings.token_lifetime;
    let mut claims = json!({
        "aud": "https://graph.microsoft.com",
        "iss": format!("https://sts.windows.net/{TENANT_ID}/"),
        "iat": now, "nbf": now, "exp": now + i64::try_from(lifetime.as_secs()).unwrap_or(i64::from(u32::MAX)),
        "appidacr": "1", "tid": TENANT_ID, "ver": "1.0",
    });
    {
        let mut world = tenant.world();
        claims["uti"] = json!(world.random.guid());
        let app = &world.apps[caller.app().0];
        let principal = app.service_principal;
        claims["appid"] = json!(principal.client_id);
        claims["app_displayname"] = json!(principal.name());
        let granted = world.rights.permissions.iter().filter(|permission| !app.withheld.contains(permission));
        let permissions: Vec<&str> = granted.map(|permission| permission.name()).collect();
        match caller {
            Caller::App(_) => {
                claims["idtyp"] = json!("app");
                claims["oid"] = json!(principal.id);
                claims["sub"] = json!(principal.id);
                claims["roles"] = json!(permissions);
            }
            Caller::User(id) => {
                claims["idtyp"] = json!("user");
                claims["oid"] = json!(id);
                claims["scp"] = json!(permissions.join(" "));
                let place = world.directory.find(&UserKey::Id(id));
                claims["upn"] = json!(place.map(|place| &*world.directory.get(place).user_principal_name));
            }
        }
        let holder = if let Caller::User(id) = caller { id } else { principal.id };
        // Those in the whole tenant alone: a role in an administrative unit is Graph's to look up.
        let held = world.directory.roles_held(holder).filter(|assignment| assignment.scope == Scope::Tenant);
        claims["wids"] = json!(held.map(|assignment| assignment.role).collect::<Vec<_>>());
    }
    let header = json!({ "typ": "JWT", "alg": "RS256", "kid": "simulator" });
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    // Nobody verifies this: clients must not look into tokens that are meant for Graph.
    let signature = URL_SAFE_NO_PAD.encode(Digest::of(signed.as_bytes()).bytes());
    let token = if tenant.settings.opaque_tokens { signature } else { format!("{signed}.{signature}") };
    tenant.tokens.keep(token.clone(), lifetime, caller);
    token
}

/// Answers `GET /{tenant}/v2.0/.well-known/openid-configuration`, which some token libraries read first; `authority` is the
/// root that was asked.
pub(crate) fn discovery(authority: &str) -> Value {
    json!({
        "token_endpoint": format!("{authority}/{TENANT_ID}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "jwks_uri": format!("{authority}/{TENANT_ID}/discovery/v2.0/keys"),
        "issuer": format!("{authority}/{TENANT_ID}/v2.0"),
        "authorization_endpoint": format!("{authority}/{TENANT_ID}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{authority}/{TENANT_ID}/oauth2/v2.0/devicecode"),
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
pub(crate) fn instances(authority: &str) -> Value {
    let host = authority.split_once("://").map_or(authority, |(_, host)| host);
    json!({
        "tenant_discovery_endpoint":
            format!("{authority}/{TENANT_ID}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    })
}
