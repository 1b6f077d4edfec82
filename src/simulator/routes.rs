//! Which handler answers which path.

use std::collections::HashMap;

use axum::extract::{Form, FromRequest as _, Path, Query, Request as HttpRequest, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};

use super::audience;
use super::call_fault::{self, TokenCallFault};
use super::directory::UserKey;
use super::exchange;
use super::graph::answer::ServedAnswer;
use super::graph::errors::ServedError;
use super::login;
use super::machines::{self, Service};
use super::people;
use super::request_root::root_of;
use super::response::{call_ids, respond};
use super::script::{FaultTarget, TOKEN_PATH};
use super::tenant::SharedTenant;
use super::token_refusal::{refuse, refused};

/// All that the simulator answers.
pub(crate) fn router(tenant: SharedTenant) -> Router {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/token", any(token))
        .route("/{tenant}/oauth2/v2.0/devicecode", any(device_code))
        .route("/metadata/identity/oauth2/token", get(virtual_machine))
        .route("/app-service/identity/token", get(app_service))
        .route("/_simulator/job-token", get(job_token))
        .route("/_simulator/device-codes", get(device_codes))
        .route("/_simulator/device-codes/{code}/{decision}", post(decide))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(discovery))
        .route("/common/discovery/instance", get(instances))
        .route("/v1.0/{*path}", any(graph))
        .route("/_simulator/ledger", get(ledger))
        .route("/_simulator/counters", get(counters))
        .route("/_simulator/users/{id}", get(user))
        .route("/_simulator/users/{id}/methods", get(methods))
        .route("/_simulator/intruder", get(intruder))
        .fallback(any(unknown))
        .with_state(tenant)
}

async fn token(State(tenant): State<SharedTenant>, Path(name): Path<String>, request: HttpRequest) -> Response {
    tenant.world().counters.token_requests += 1;
    tenant.pass_gate().await;
    let form = form_of(&tenant, request).await;
    // Each app asks for itself.
    let asking = form.as_ref().ok().and_then(|form| form.get("client_id")).map_or("", String::as_str);
    let call = FaultTarget::of("POST", &format!("{TOKEN_PATH}?client_id={asking}"));
    let sent = form.as_ref().map(written).unwrap_or_default();
    let fault = call_fault::of_token_call(&tenant, &call, &sent);
    if let Some(TokenCallFault::Instead(answer)) = fault {
        return answer;
    }
    let answer = form.map(|form| login::token(&tenant, &name, &form));
    let (status, mut answer) = answer.unwrap_or_else(|refused| refused);
    if let Some(TokenCallFault::Texts) = fault {
        answer.as_object_mut().into_iter().flatten().for_each(|(_, value)| {
            if value.is_number() {
                *value = value.to_string().into();
            }
        });
    }
    (status, Json(answer)).into_response()
}

/// The fields of a form, for an answer that repeats them.
fn written(form: &HashMap<String, String>) -> String {
    form.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

async fn device_code(State(tenant): State<SharedTenant>, Path(name): Path<String>, request: HttpRequest) -> Response {
    tenant.pass_gate().await;
    let (parts, body) = request.into_parts();
    let root = root_of(&tenant, &parts);
    let form = form_of(&tenant, HttpRequest::from_parts(parts, body)).await;
    let (status, answer) =
        form.map(|form| people::device_code(&tenant, &root, &name, &form)).unwrap_or_else(|refused| refused);
    (status, Json(answer)).into_response()
}

/// The fields of a call to the token service. What is no form has none: Entra looks for its parameters there and nowhere else.
async fn form_of(
    tenant: &SharedTenant,
    request: HttpRequest,
) -> Result<HashMap<String, String>, (StatusCode, serde_json::Value)> {
    if request.method() != Method::POST {
        let text = format!("The endpoint only accepts POST requests. Received a {} request.", request.method());
        return Err(refused(tenant, &refuse("invalid_request", 900_561, text)));
    }
    Ok(Form::from_request(request, tenant).await.map(|Form(form)| form).unwrap_or_default())
}

/// The user that the person signs in as.
#[derive(serde::Deserialize)]
struct As {
    user: Option<String>,
}

async fn device_codes(State(tenant): State<SharedTenant>) -> Json<Vec<String>> {
    Json(tenant.identities.state().device_codes.waiting())
}

async fn decide(
    State(tenant): State<SharedTenant>,
    Path((code, decision)): Path<(String, String)>,
    Query(who): Query<As>,
) -> StatusCode {
    let decision = match (&*decision, who.user) {
        ("approve", Some(user)) => people::find(&tenant, &user).map(Some),
        ("decline", None) => Some(None),
        _ => return StatusCode::BAD_REQUEST,
    };
    let done = decision.is_some_and(|decision| tenant.identities.state().device_codes.decide(&code, decision));
    if done { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

type Asked = Query<HashMap<String, String>>;

async fn virtual_machine(State(tenant): State<SharedTenant>, headers: HeaderMap, Query(query): Asked) -> Response {
    let (status, answer) = machines::managed_identity(&tenant, Service::VirtualMachine, &headers, &query);
    (status, Json(answer)).into_response()
}

async fn app_service(State(tenant): State<SharedTenant>, headers: HeaderMap, Query(query): Asked) -> Response {
    let (status, answer) = machines::managed_identity(&tenant, Service::AppService, &headers, &query);
    (status, Json(answer)).into_response()
}

async fn job_token(State(tenant): State<SharedTenant>, headers: HeaderMap, Query(query): Asked) -> Response {
    let (status, answer) = machines::job_token(&tenant, &headers, &query);
    (status, Json(answer)).into_response()
}

async fn discovery(State(tenant): State<SharedTenant>, Path(name): Path<String>, request: HttpRequest) -> Response {
    let known = matches!(&*name, "common" | "organizations") || audience::is_this_tenant(&tenant, &name);
    let root = root_of(&tenant, &request.into_parts().0);
    if known {
        Json(login::discovery(tenant.id, &root)).into_response()
    } else {
        StatusCode::BAD_REQUEST.into_response()
    }
}

async fn instances(State(tenant): State<SharedTenant>, request: HttpRequest) -> Json<serde_json::Value> {
    Json(login::instances(tenant.id, &root_of(&tenant, &request.into_parts().0)))
}

async fn ledger(State(tenant): State<SharedTenant>) -> Response {
    Json(tenant.ledger()).into_response()
}

async fn counters(State(tenant): State<SharedTenant>) -> Response {
    let counters = tenant.world().counters;
    Json(counters).into_response()
}

async fn user(State(tenant): State<SharedTenant>, Path(id): Path<String>) -> Response {
    let world = tenant.world();
    match world.directory.find(&UserKey::parse(&id)) {
        Some(place) => Json(world.directory.get(place)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn methods(State(tenant): State<SharedTenant>, Path(id): Path<String>) -> Response {
    let world = tenant.world();
    match world.directory.find(&UserKey::parse(&id)) {
        Some(place) => Json(world.directory.methods_of(place)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn intruder(State(tenant): State<SharedTenant>) -> Response {
    Json(tenant.intruder()).into_response()
}

async fn unknown(State(tenant): State<SharedTenant>, request: HttpRequest) -> Response {
    let ids = call_ids(&tenant, request.headers());
    tenant.world().counters.violations.not_simulated += 1;
    let call = format_args!("{} {}", request.method(), request.uri());
    respond(&tenant, ServedAnswer::error(&ServedError::not_simulated(call), &ids), &ids)
}

async fn graph(State(tenant): State<SharedTenant>, request: HttpRequest) -> Response {
    exchange::answer(&tenant, request).await
}
