//! Which path is answered by whom.

use std::collections::HashMap;

use axum::extract::{Form, Path, Query, Request as HttpRequest, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};

use super::directory::UserKey;
use super::exchange;
use super::fate;
use super::graph::answer::Answer;
use super::graph::errors::GraphError;
use super::login;
use super::machines::{self, Service};
use super::people;
use super::response::{call_ids, respond};
use super::server::Shared;

/// All that the simulator answers.
pub(crate) fn router(tenant: Shared) -> Router {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/token", post(token))
        .route("/{tenant}/oauth2/v2.0/devicecode", post(device_code))
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
        .fallback(any(unknown))
        .with_state(tenant)
}

async fn token(
    State(tenant): State<Shared>,
    Path(name): Path<String>,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    tenant.world().counters.token_requests += 1;
    tenant.pass_gate().await;
    if let Some(fault) = fate::of_token_call(&tenant) {
        return fault;
    }
    let (status, answer) = login::token(&tenant, &name, &form);
    (status, Json(answer)).into_response()
}

async fn device_code(
    State(tenant): State<Shared>,
    Path(name): Path<String>,
    Form(form): Form<HashMap<String, String>>,
) -> (StatusCode, Json<serde_json::Value>) {
    tenant.pass_gate().await;
    let (status, answer) = people::device_code(&tenant, &name, &form);
    (status, Json(answer))
}

/// Whom the person signs in as.
#[derive(serde::Deserialize)]
struct As {
    user: Option<String>,
}

async fn device_codes(State(tenant): State<Shared>) -> Json<Vec<String>> {
    Json(tenant.identities.state().device_codes.waiting())
}

async fn decide(
    State(tenant): State<Shared>,
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

async fn virtual_machine(State(tenant): State<Shared>, headers: HeaderMap, Query(query): Asked) -> Response {
    let (status, answer) = machines::managed_identity(&tenant, Service::VirtualMachine, &headers, &query);
    (status, Json(answer)).into_response()
}

async fn app_service(State(tenant): State<Shared>, headers: HeaderMap, Query(query): Asked) -> Response {
    let (status, answer) = machines::managed_identity(&tenant, Service::AppService, &headers, &query);
    (status, Json(answer)).into_response()
}

async fn job_token(State(tenant): State<Shared>, headers: HeaderMap, Query(query): Asked) -> Response {
    let (status, answer) = machines::job_token(&tenant, &headers, &query);
    (status, Json(answer)).into_response()
}

async fn discovery(State(tenant): State<Shared>, Path(name): Path<String>) -> Response {
    let known = matches!(&*name, "common" | "organizations") || login::is_this_tenant(&tenant, &name);
    if known { Json(login::discovery(&tenant)).into_response() } else { StatusCode::BAD_REQUEST.into_response() }
}

async fn instances(State(tenant): State<Shared>) -> Json<serde_json::Value> {
    Json(login::instances(&tenant))
}

async fn ledger(State(tenant): State<Shared>) -> Response {
    Json(super::ledger_of(&tenant)).into_response()
}

async fn counters(State(tenant): State<Shared>) -> Response {
    let counters = tenant.world().counters;
    Json(counters).into_response()
}

async fn user(State(tenant): State<Shared>, Path(id): Path<String>) -> Response {
    let world = tenant.world();
    match world.directory.find(&UserKey::parse(&id)) {
        Some(place) => Json(world.directory.get(place)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn unknown(State(tenant): State<Shared>, request: HttpRequest) -> Response {
    let ids = call_ids(&tenant, request.headers());
    tenant.world().counters.violations.not_simulated += 1;
    let call = format_args!("{} {}", request.method(), request.uri());
    respond(&tenant, Answer::error(&GraphError::not_simulated(call), &ids), &ids)
}

async fn graph(State(tenant): State<Shared>, request: HttpRequest) -> Response {
    exchange::answer(&tenant, request).await
}
