//! Which path is answered by whom, and how one call to Graph passes through the simulator.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Form, Path, Request as HttpRequest, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};

use super::directory::{Place, UserKey};
use super::graph::answer::{Answer, Body, CallIds};
use super::graph::batch::{Batch, write_answers};
use super::graph::call::{Prepared, Request};
use super::graph::errors::GraphError;
use super::login::{self, Worth};
use super::moment::{imf_fixdate, iso_without_zone};
use super::server::{Cut, Shared, target};
use super::tenant::Tenant;
use super::world::{Context, Job};

/// Larger bodies are refused, as by Graph.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// All that the simulator answers.
pub(crate) fn router(tenant: Shared) -> Router {
    Router::new()
        .route("/{tenant}/oauth2/v2.0/token", post(token))
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
) -> (StatusCode, Json<serde_json::Value>) {
    tenant.world().counters.token_requests += 1;
    tenant.pass_gate().await;
    let (status, answer) = login::token(&tenant, &name, &form);
    (status, Json(answer))
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
    let call = format_args!("{} {}", request.method(), target(&request));
    plain(&tenant, Answer::error(&GraphError::not_simulated(call), &ids), &ids)
}

/// Counts a call as in flight and frees its users however it ends, also when its client goes away.
struct InFlight<'a> {
    tenant: &'a Tenant,
    places: Vec<Place>,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut world = self.tenant.world();
        world.counters.in_flight -= 1;
        world.land(&self.places);
    }
}

/// What is to become of one call as a whole; drawn before it is executed.
enum Fate {
    Answered,
    Throttled,
    Unavailable,
    TimedOut,
    Lost,
}

fn draw_fate(tenant: &Tenant) -> (Fate, Duration) {
    let latency = tenant.settings.latency;
    let mut world = tenant.world();
    let super::world::World { random, faults, counters, .. } = &mut *world;
    let jitter = if latency.jitter.is_zero() { Duration::ZERO } else { latency.jitter.mul_f64(random.fraction()) };
    let fate = if random.chance(faults.throttled_envelope) {
        counters.throttled_envelopes += 1;
        Fate::Throttled
    } else if random.chance(faults.unavailable_envelope) {
        counters.failed_envelopes += 1;
        Fate::Unavailable
    } else if random.chance(faults.timeout_after_execution) {
        counters.failed_envelopes += 1;
        Fate::TimedOut
    } else if random.chance(faults.lost_answer) {
        counters.lost_answers += 1;
        Fate::Lost
    } else {
        Fate::Answered
    };
    (fate, (latency.base + jitter) / 2)
}

async fn graph(State(tenant): State<Shared>, request: HttpRequest) -> Response {
    let tenant = &*tenant;
    let mut in_flight = arrive(tenant);
    tenant.pass_gate().await;
    let ids = call_ids(tenant, request.headers());
    if let Err(refusal) = authorize(tenant, request.headers(), &ids) {
        return refusal;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        let error = GraphError::new(413, "RequestEntityTooLarge", "The request body is larger than 4 MB.");
        return plain(tenant, Answer::error(&error, &ids), &ids);
    };
    let url = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let url = url.strip_prefix("/v1.0").unwrap_or(url);
    let (fate, half) = draw_fate(tenant);
    pause(half).await;
    if let Fate::Throttled | Fate::Unavailable = fate {
        let error = if matches!(fate, Fate::Throttled) { GraphError::throttled() } else { GraphError::unavailable() };
        let mut answer = Answer::error(&error, &ids);
        answer.retry_after = tenant.world().retry_after_of_faults(tenant.clock.date(tenant.clock.now()));
        return plain(tenant, answer, &ids);
    }
    let path = url.split('?').next().unwrap_or_default();
    let (response, records) = if path.eq_ignore_ascii_case("/$batch") || path.eq_ignore_ascii_case("/%24batch") {
        batch(tenant, &parts.method, &parts.headers, &body, &ids, half, &mut in_flight).await
    } else {
        single(tenant, &parts.method, url, &parts.headers, &body, &ids, half, &mut in_flight).await
    };
    match fate {
        Fate::Lost => Cut::response(),
        Fate::TimedOut => plain(tenant, Answer::error(&GraphError::gateway_timeout(), &ids), &ids),
        _ => {
            let mut world = tenant.world();
            for record in records {
                world.writes[record].answered = true;
            }
            response
        }
    }
}

fn arrive(tenant: &Tenant) -> InFlight<'_> {
    let counters = &mut tenant.world().counters;
    counters.http_calls += 1;
    counters.in_flight += 1;
    counters.most_in_flight = counters.most_in_flight.max(counters.in_flight);
    InFlight { tenant, places: Vec::new() }
}

async fn pause(span: Duration) {
    // Even a sleep of no length would give the turn away, and cost a benchmark more than the call itself.
    if !span.is_zero() {
        tokio::time::sleep(span).await;
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

async fn batch(
    tenant: &Tenant,
    method: &Method,
    headers: &HeaderMap,
    body: &Bytes,
    ids: &CallIds,
    half: Duration,
    in_flight: &mut InFlight<'_>,
) -> (Response, Vec<usize>) {
    let parsed = if *method != Method::POST {
        Err(GraphError::method_not_allowed())
    } else if !header(headers, "content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        Err(GraphError::malformed(
            "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
        ))
    } else {
        Batch::parse(body, &tenant.settings)
    };
    let batch = match parsed {
        Ok(batch) => batch,
        Err(error) => {
            tenant.world().counters.violations.malformed_batches += 1;
            return (plain(tenant, Answer::error(&error, ids), ids), Vec::new());
        }
    };
    let number = {
        let counters = &mut tenant.world().counters;
        counters.batches += 1;
        counters.batch_items += batch.requests.len() as u64;
        counters.batches
    };
    let mut job = Job::new(batch.requests, batch.shape, batch.depends_on);
    job.batch = Some(number);
    execute(tenant, &mut job, ids, half, in_flight).await;
    let mut random = super::random::Random::new(super::random::seed_for(tenant.settings.seed, number));
    let json = write_answers(&batch.ids, &job.answers, &mut random);
    (plain(tenant, Answer::json(json), ids), job.records)
}

#[expect(clippy::too_many_arguments, reason = "the parts of one HTTP call, used nowhere else")]
async fn single(
    tenant: &Tenant,
    method: &Method,
    url: &str,
    headers: &HeaderMap,
    body: &Bytes,
    ids: &CallIds,
    half: Duration,
    in_flight: &mut InFlight<'_>,
) -> (Response, Vec<usize>) {
    let request = Request {
        method: method.as_str(),
        url,
        content_type: header(headers, "content-type"),
        consistency_level: header(headers, "consistencylevel"),
        body: (!body.is_empty()).then_some(body),
        in_batch: false,
    };
    let mut job = Job::single(Prepared::of(&request, &tenant.settings));
    execute(tenant, &mut job, ids, half, in_flight).await;
    let answer = job.answers.pop().flatten().unwrap_or_else(Answer::no_content);
    (plain(tenant, answer, ids), job.records)
}

/// Carries a job out, however often the gate falls in between.
async fn execute(tenant: &Tenant, job: &mut Job, ids: &CallIds, half: Duration, in_flight: &mut InFlight<'_>) {
    let root = format!("{}/v1.0", tenant.connection.graph_endpoint);
    (in_flight.places, job.overlapping) = tenant.world().take_off(&job.requests);
    loop {
        let now = tenant.clock.now();
        let hold_after = *tenant.hold_after.borrow();
        let context = Context { ids, root: &root, now, date: tenant.clock.date(now), hold_after };
        let (done, applied) = {
            let mut world = tenant.world();
            (world.advance(job, &context), world.counters.writes_applied)
        };
        tenant.announce(applied);
        // The gate holds answers back too, also that of the call whose last write closed it.
        tenant.pass_gate().await;
        if done {
            break;
        }
    }
    pause(half).await;
}

fn call_ids(tenant: &Tenant, headers: &HeaderMap) -> CallIds {
    let request_id = tenant.world().random.guid().to_string();
    let sent = header(headers, "client-request-id").filter(|id| id.len() <= 64);
    CallIds {
        client_request_id: sent.map_or_else(|| request_id.clone(), str::to_owned),
        date: iso_without_zone(tenant.clock.date(tenant.clock.now())),
        request_id,
    }
}

fn authorize(tenant: &Tenant, headers: &HeaderMap, ids: &CallIds) -> Result<(), Response> {
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token =
        sent.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token);
    let message: Cow<'static, str> = match token.map(|token| tenant.tokens.worth(token.trim())) {
        Some(Worth::Good) => return Ok(()),
        Some(Worth::Expired) => "Lifetime validation failed, the token is expired.".into(),
        Some(Worth::Unknown) => "CompactToken parsing failed with error code: 80049217".into(),
        None => "Access token is empty.".into(),
    };
    tenant.world().counters.unauthorized += 1;
    let error = GraphError::new(401, "InvalidAuthenticationToken", message);
    let mut response = plain(tenant, Answer::error(&error, ids), ids);
    let challenge =
        format!("Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\"", tenant.connection.authority);
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    Err(response)
}

/// An answer as an HTTP response of its own.
fn plain(tenant: &Tenant, answer: Answer, ids: &CallIds) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers: Vec<_> = answer.headers().collect();
    let body = match answer.body {
        Body::Empty => Vec::new(),
        Body::Json(json) => json,
        Body::Text(text) => text.into_bytes(),
    };
    let mut response = (status, body).into_response();
    let response_headers = response.headers_mut();
    response_headers.remove(CONTENT_TYPE);
    let own = [
        ("request-id", ids.request_id.clone()),
        ("client-request-id", ids.client_request_id.clone()),
        ("Date", imf_fixdate(tenant.clock.date(tenant.clock.now()))),
    ];
    for (name, value) in headers.into_iter().chain(own) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response_headers.insert(name, value);
        }
    }
    response
}
