//! How one call to Graph passes through the simulator: gate, token, latency, faults, execution, answer.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::Request as HttpRequest;
use axum::http::header::{AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{Method, Uri};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::call_fault::{self, CallFault, CorruptAnswer};
use super::directory::UserPlace;
use super::directory::tenant::CLIENT_ID;
use super::draws::Die;
use super::graph::answer::{CallIds, ServedAnswer};
use super::graph::batch::{Batch, write_answers};
use super::graph::call::Prepared;
use super::graph::errors::ServedError;
use super::graph::lexer::is_json;
use super::graph::request::ServedRequest;

use super::random::{Random, seed_for};
use super::request_root::root_of;
use super::response::{call_ids, header, respond, respond_at};
use super::script::FaultTarget;
use super::server::CutConnection;
use super::tenant::SimulatedTenant;
use super::tokens::{TokenHolder, Worth};
use super::world::{Context, ServedJob};

/// Larger bodies are refused, as by Graph.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// Answers one call below `/v1.0`.
pub(crate) async fn answer(tenant: &SimulatedTenant, request: HttpRequest) -> Response {
    let mut in_flight = arrive(tenant);
    tenant.pass_gate().await;
    let ids = call_ids(tenant, request.headers());
    let caller = match caller(tenant, request.headers(), &ids) {
        Ok(caller) => caller,
        Err(refusal) => return *refusal,
    };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        let error = ServedError::new(413, "RequestEntityTooLarge", "The request body is larger than 4 MB.");
        return respond(tenant, ServedAnswer::error(&error, &ids), &ids);
    };
    let mut work = Work::of(tenant, &parts, &body);
    let mut target = FaultTarget::of(parts.method.as_str(), below_version(&parts.uri));
    if let Ok(work) = &work
        && target.is_batch()
    {
        target = target.asking(work.job.requests.iter().map(|request| request.key));
    }
    if revokes_tokens_by_chance(tenant, &target) {
        // Its own, too.
        if let Err(refusal) = self::caller(tenant, &parts.headers, &ids) {
            return *refusal;
        }
    }
    if let Ok(work) = &mut work {
        work.count(tenant);
    }
    if let Ok(work) = &mut work {
        // From here on, before any latency: a write is in flight as soon as the client has sent it.
        (in_flight.places, work.job.overlapping) = tenant.world().take_off(&work.job.requests);
    }
    let requests = work.as_ref().map_or(&[][..], |work| &work.job.requests);
    let writes = requests.iter().any(|request| request.cost.write);
    let (fault, half) = CallFault::draw(tenant, &target, requests);
    pause(half).await;
    if let Some(response) = without_execution(tenant, fault, &ids, caller, writes) {
        return response;
    }
    let mut made = tenant.clock.now();
    let (answer, records) = match work {
        Ok(mut work) => {
            made = execute(tenant, &mut work.job, &ids, &format!("{}/v1.0", root_of(tenant, &parts)), caller).await;
            work.finish(tenant.settings.seed, target.key())
        }
        Err(error) => (ServedAnswer::error(&error, &ids), Vec::new()),
    };
    pause(half).await;
    match fault {
        CallFault::Corrupt(CorruptAnswer::TimedOut) => {
            respond(tenant, ServedAnswer::error(&ServedError::gateway_timeout(), &ids), &ids)
        }
        CallFault::Corrupt(spoilt) => spoilt.instead_of(respond_at(tenant, answer, &ids, made), tenant).await,
        _ => {
            tenant.world().mark_answered(&records);
            respond_at(tenant, answer, &ids, made)
        }
    }
}

/// The answer to a call that is not to be executed.
fn without_execution(
    tenant: &SimulatedTenant,
    fault: CallFault,
    ids: &CallIds,
    caller: TokenHolder,
    writes: bool,
) -> Option<Response> {
    let error = match fault {
        CallFault::Throttled => ServedError::throttled(),
        CallFault::Unavailable => ServedError::unavailable(),
        CallFault::NeverArrived => return Some(CutConnection::response()),
        CallFault::Page(status) => return Some(call_fault::page(status)),
        CallFault::Outage => {
            begin_outage(tenant);
            return Some(CutConnection::response());
        }
        CallFault::Answered | CallFault::Corrupt(_) => return None,
    };
    let mut answer = ServedAnswer::error(&error, ids);
    answer.retry_after = tenant.world().retry_after_of_faults(tenant.clock.date(tenant.clock.now()));
    if fault == CallFault::Throttled {
        answer.throttle = Some(tenant.world().limits.named_for(caller.app(), writes));
    }
    Some(respond(tenant, answer, ids))
}

/// Takes the network away, and has it given back later.
fn begin_outage(tenant: &SimulatedTenant) {
    let dark = tenant.dark.clone();
    let span = tenant.clock.to_wall(call_fault::OUTAGE);
    dark.send_replace(true);
    tokio::spawn(async move {
        tokio::time::sleep(span).await;
        dark.send_replace(false);
    });
}

/// Says whether it did.
fn revokes_tokens_by_chance(tenant: &SimulatedTenant, call: &FaultTarget) -> bool {
    let now = tenant.clock.now();
    let mut world = tenant.world();
    let share = world.share_of_revoked_tokens(call, now);
    // Every other fault is drawn separately.
    let revokes = Die::of_call(call.key().rotate_left(1)).strikes(share, &mut world.draws);
    if revokes {
        world.counters.revocations += 1;
        tenant.tokens.expire_all();
    }
    revokes
}

/// A call that is understood: a batch, or one request of its own.
struct Work<'a> {
    job: ServedJob,
    /// The ids of a batch; `None` for a request of its own.
    item_ids: Option<Vec<Cow<'a, str>>>,
}

impl<'a> Work<'a> {
    fn of(tenant: &SimulatedTenant, parts: &Parts, body: &'a Bytes) -> Result<Self, ServedError> {
        let url = below_version(&parts.uri);
        let path = url.split('?').next().unwrap_or_default();
        if path.eq_ignore_ascii_case("/$batch") || path.eq_ignore_ascii_case("/%24batch") {
            return Self::batch(tenant, parts, body);
        }
        let request = ServedRequest {
            method: parts.method.as_str(),
            url,
            content_type: header(&parts.headers, "content-type"),
            consistency_level: header(&parts.headers, "consistencylevel"),
            body: (!body.is_empty()).then_some(body),
        };
        Ok(Self { job: ServedJob::single(Prepared::of(&request, &tenant.settings)), item_ids: None })
    }

    fn batch(tenant: &SimulatedTenant, parts: &Parts, body: &'a Bytes) -> Result<Self, ServedError> {
        let json = header(&parts.headers, "content-type").is_some_and(is_json);
        let parsed = if parts.method != Method::POST {
            Err(ServedError::method_not_allowed())
        } else if !json {
            Err(ServedError::malformed(
                "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
            ))
        } else {
            Batch::parse(body, &tenant.settings)
        };
        let batch = parsed.inspect_err(|_| tenant.world().counters.violations.malformed_batches += 1)?;
        let job = ServedJob::new(batch.requests, batch.shape, batch.depends_on);
        Ok(Self { job, item_ids: Some(batch.ids) })
    }

    /// Gives a batch its number.
    fn count(&mut self, tenant: &SimulatedTenant) {
        if self.item_ids.is_some() {
            let counters = &mut tenant.world().counters;
            counters.batches += 1;
            counters.batch_items += self.job.requests.len() as u64;
            self.job.batch = Some(counters.batches);
        }
    }

    /// The answer to the whole call, and the writes in the ledger that it answers.
    fn finish(mut self, seed: u64, asked: u64) -> (ServedAnswer, Vec<usize>) {
        let answer = match self.item_ids {
            Some(ids) => {
                let mut random = Random::new(seed_for(seed, asked));
                ServedAnswer::json(write_answers(&ids, &self.job.answers, &self.job.spoilt, &mut random))
            }
            None => self.job.answers.pop().flatten().unwrap_or_else(ServedAnswer::no_content),
        };
        (answer, self.job.records)
    }
}

fn below_version(uri: &Uri) -> &str {
    let url = uri.path_and_query().map_or("", |target| target.as_str());
    url.strip_prefix("/v1.0").unwrap_or(url)
}

/// Carries a job out, however often the gate falls in between, and gives the moment at which its end was carried out.
async fn execute(
    tenant: &SimulatedTenant,
    job: &mut ServedJob,
    ids: &CallIds,
    root: &str,
    caller: TokenHolder,
) -> Duration {
    loop {
        let now = tenant.clock.now();
        let hold_after = *tenant.hold_after.borrow();
        let context = Context { ids, root, caller, now, date: tenant.clock.date(now), hold_after };
        let (done, applied) = {
            let mut world = tenant.world();
            (world.advance(job, &context), world.counters.writes_applied)
        };
        tenant.announce(applied);
        // The gate holds answers back too, also that of the call whose last write closed it.
        tenant.pass_gate().await;
        if done {
            return now;
        }
    }
}

/// Counts a call as in flight and frees its users however it ends, also when its client goes away.
struct InFlight<'a> {
    tenant: &'a SimulatedTenant,
    places: Vec<UserPlace>,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let mut world = self.tenant.world();
        world.counters.in_flight -= 1;
        world.land(&self.places);
    }
}

fn arrive(tenant: &SimulatedTenant) -> InFlight<'_> {
    let counters = &mut tenant.world().counters;
    counters.http_calls += 1;
    counters.in_flight += 1;
    counters.max_in_flight = counters.max_in_flight.max(counters.in_flight);
    InFlight { tenant, places: Vec::new() }
}

async fn pause(span: Duration) {
    // Even a sleep of no length would give the turn away, and cost a benchmark more than the call itself.
    if !span.is_zero() {
        tokio::time::sleep(span).await;
    }
}

/// Who calls, or the answer to a call without a good token.
fn caller(tenant: &SimulatedTenant, headers: &HeaderMap, ids: &CallIds) -> Result<TokenHolder, Box<Response>> {
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token =
        sent.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token);
    let mut claims = None;
    let message: Cow<'static, str> = match token.map(|token| tenant.tokens.worth(token.trim())) {
        Some(Worth::Good(caller)) => {
            claims = token.and_then(|token| tenant.identities.challenge(token.trim()));
            if claims.is_none() {
                return Ok(caller);
            }
            "Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp".into()
        }
        Some(Worth::Expired) => "Lifetime validation failed, the token is expired.".into(),
        Some(Worth::Unknown) => "CompactToken parsing failed with error code: 80049217".into(),
        None => "Access token is empty.".into(),
    };
    tenant.world().counters.unauthorized += 1;
    let error = ServedError::new(401, "InvalidAuthenticationToken", message);
    let mut response = respond(tenant, ServedAnswer::error(&error, ids), ids);
    let mut challenge =
        format!("Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\"", tenant.connection.authority);
    if let Some(claims) = claims {
        // "Claims challenges, claims requests, and client capabilities".
        let encoded = STANDARD.encode(claims);
        challenge += &format!(", client_id=\"{CLIENT_ID}\", error=\"insufficient_claims\", claims=\"{encoded}\"");
    }
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    Err(Box::new(response))
}
