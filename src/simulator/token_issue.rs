//! Makes access tokens that look like those of Entra.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::directory::{RoleScope, UserKey};
use super::tenant::SimulatedTenant;
use super::tokens::TokenHolder;
use crate::digest::Digest;

/// The answer with a token for this caller.
pub(crate) fn give(tenant: &SimulatedTenant, caller: TokenHolder, form: &HashMap<String, String>) -> Value {
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

/// Makes a token that looks like those of Entra and is kept until it ends.
pub(crate) fn issue(tenant: &SimulatedTenant, caller: TokenHolder) -> String {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let lifetime = tenant.settings.token_lifetime;
    let mut claims = json!({
        "aud": "https://graph.microsoft.com",
        "iss": format!("https://sts.windows.net/{}/", tenant.id),
        "iat": now, "nbf": now, "exp": now + i64::try_from(lifetime.as_secs()).unwrap_or(i64::from(u32::MAX)),
        "appidacr": "1", "tid": tenant.id, "ver": "1.0",
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
            TokenHolder::App(_) => {
                claims["idtyp"] = json!("app");
                claims["oid"] = json!(principal.id);
                claims["sub"] = json!(principal.id);
                claims["roles"] = json!(permissions);
            }
            TokenHolder::User(id) => {
                claims["idtyp"] = json!("user");
                claims["oid"] = json!(id);
                claims["scp"] = json!(permissions.join(" "));
                let place = world.directory.find(&UserKey::Id(id));
                claims["upn"] = json!(place.map(|place| &*world.directory.get(place).user_principal_name));
            }
        }
        let holder = if let TokenHolder::User(id) = caller { id } else { principal.id };
        // Those in the whole tenant alone: a role in an administrative unit is Graph's to look up.
        let held = world.directory.roles_held(holder).filter(|assignment| assignment.scope == RoleScope::Tenant);
        claims["wids"] = json!(held.map(|assignment| assignment.role).collect::<Vec<_>>());
    }
    let header = json!({ "typ": "JWT", "alg": "RS256", "kid": "simulator" });
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    // It is never verified: clients must not look into tokens that are meant for Graph.
    let signature = URL_SAFE_NO_PAD.encode(Digest::of(signed.as_bytes()).bytes());
    let token = if tenant.settings.opaque_tokens { signature } else { format!("{signed}.{signature}") };
    tenant.tokens.keep(token.clone(), lifetime, caller);
    token
}
