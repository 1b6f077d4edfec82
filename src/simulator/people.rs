//! Tokens for people who sign in on another device, and what comes after those tokens.

use std::collections::HashMap;

use axum::http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::audience::{check_tenant, is_scope_of_graph};
use super::device_codes::NotYet;
use super::directory::UserKey;
use super::directory::tenant::CLIENT_ID;
use super::random::Random;
use super::tenant::SimulatedTenant;
use super::token_issue::give;
use super::token_refusal::{LoginError, refuse, refused, required};
use super::tokens::TokenHolder;

pub(crate) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub(crate) const REFRESH_GRANT: &str = "refresh_token";

/// Answers `POST /{tenant}/oauth2/v2.0/devicecode`; `root` is the one that was asked.
pub(crate) fn device_code(
    tenant: &SimulatedTenant,
    root: &str,
    name: &str,
    form: &HashMap<String, String>,
) -> (StatusCode, Value) {
    let begun = check_tenant(tenant, name).and_then(|()| check_client(form)).and_then(|()| scope(tenant, form));
    if let Err(refusal) = begun {
        return refused(tenant, &refusal);
    }
    let device = &tenant.settings.sign_in.device;
    let mut random = Random::new(tenant.world().random.next());
    let (device_code, user_code) = tenant.identities.state().device_codes.start(&mut random, device.lifetime);
    let url = format!("{root}/devicelogin");
    let answer = json!({
        "message": format!("To sign in, use a web browser to open the page {url} and enter the code {user_code} to authenticate."),
        "device_code": device_code, "user_code": user_code, "verification_uri": url,
        "expires_in": device.lifetime.as_secs(), "interval": device.interval.as_secs(),
    });
    (StatusCode::OK, answer)
}

/// A poll.
pub(crate) fn by_device_code(tenant: &SimulatedTenant, form: &HashMap<String, String>) -> Result<Value, LoginError> {
    check_client(form)?;
    let device = &tenant.settings.sign_in.device;
    let by_itself = device.approved_by.as_deref().and_then(|upn| find(tenant, upn));
    let code = required(form, "device_code")?;
    let polled = tenant.identities.state().device_codes.poll(code, device, by_itself);
    let user = polled.map_err(|not_yet: NotYet| {
        let (error, code, text) = not_yet.describe();
        refuse(error, code, text)
    })?;
    answer(tenant, user, form)
}

/// A token in exchange for a refresh token.
pub(crate) fn by_refresh_token(tenant: &SimulatedTenant, form: &HashMap<String, String>) -> Result<Value, LoginError> {
    check_client(form)?;
    scope(tenant, form)?;
    let sent = required(form, "refresh_token")?;
    let user = {
        let state = tenant.identities.state();
        let user = state.refresh_tokens.get(sent).copied();
        let user = user.ok_or_else(|| refuse("invalid_grant", 9_002_313, "The refresh token is not valid."))?;
        if state.signed_out.contains(&user) {
            let text = "The provided grant has expired due to it being revoked, a fresh auth token is needed.";
            return Err(refuse("invalid_grant", 50_173, text));
        }
        user
    };
    answer(tenant, user, form)
}

fn answer(tenant: &SimulatedTenant, user: Uuid, form: &HashMap<String, String>) -> Result<Value, LoginError> {
    let enabled = {
        let world = tenant.world();
        world.directory.find(&UserKey::Id(user)).is_some_and(|place| world.directory.get(place).account_enabled)
    };
    if !enabled {
        return Err(refuse("invalid_grant", 50_057, "The user account is disabled."));
    }
    let mut answer = give(tenant, TokenHolder::User(user), form);
    let offline = form.get("scope").is_none_or(|scope| scope.split(' ').any(|part| part == "offline_access"));
    if offline {
        let refresh_token = format!("1.{}", tenant.world().random.guid().simple());
        answer["refresh_token"] = json!(refresh_token);
        tenant.identities.state().refresh_tokens.insert(refresh_token, user);
    }
    Ok(answer)
}

/// Graph's scope, and what belongs to a sign-in, and nothing else.
fn scope(tenant: &SimulatedTenant, form: &HashMap<String, String>) -> Result<(), LoginError> {
    let asked = required(form, "scope")?;
    let (mut of_graph, mut unknown) = (false, None);
    for part in asked.split_whitespace() {
        match part {
            "offline_access" | "openid" | "profile" => {}
            part if is_scope_of_graph(tenant, part) => of_graph = true,
            part => unknown = Some(part),
        }
    }
    match unknown {
        None if of_graph => Ok(()),
        _ => {
            let text = format!("The provided value for the input parameter 'scope' is not valid: '{asked}'.");
            Err(refuse("invalid_scope", 70_011, text))
        }
    }
}

fn check_client(form: &HashMap<String, String>) -> Result<(), LoginError> {
    let client_id = required(form, "client_id")?;
    if client_id.eq_ignore_ascii_case(&CLIENT_ID.to_string()) {
        return Ok(());
    }
    let text = format!("Application with identifier '{client_id}' was not found in the directory 'Contoso'.");
    Err(refuse("unauthorized_client", 700_016, text))
}

pub(crate) fn find(tenant: &SimulatedTenant, id_or_upn: &str) -> Option<Uuid> {
    let world = tenant.world();
    world.directory.find(&UserKey::parse(id_or_upn)).map(|place| world.directory.get(place).id)
}
