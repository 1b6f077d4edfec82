//! What becomes of one call as a whole: drawn from the seed before it is carried out.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, http};
use hyper::body::{Frame, SizeHint};
use serde_json::json;

use super::draws::Die;
use super::fault::FaultShares;
use super::graph::call::Prepared;
use super::graph::scripted::repeat;
use super::random::{Random, seed_for};
use super::script::FaultTarget;
use super::scripted_answer::ScriptedAnswer;
use super::server::CutConnection;
use super::tenant::SimulatedTenant;
use super::world::World;

/// How much longer a slow call takes, in tenant time.
pub(crate) const SLOW: Duration = Duration::from_secs(20);
/// How long the network is gone, in tenant time.
pub(crate) const OUTAGE: Duration = Duration::from_secs(30);

/// What is to become of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallFault {
    Answered,
    /// 429 from Graph, not carried out.
    Throttled,
    /// 503 from Graph, not carried out.
    Unavailable,
    /// Cut off, not carried out.
    NeverArrived,
    /// A page of a proxy's with this status, not carried out.
    Page(u16),
    /// The network goes, and this call with it.
    Outage,
    /// Carried out; the answer is not what it should be.
    Corrupt(CorruptAnswer),
}

/// How the answer to a call that was carried out is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CorruptAnswer {
    Lost,
    TimedOut,
    Half,
    Garbage,
    WrongType,
    Marked,
    Page,
}

impl CallFault {
    /// Draws the fault of the next call, and half of the time that it takes on the wall clock.
    pub(crate) fn draw(tenant: &SimulatedTenant, call: &FaultTarget, requests: &[Prepared]) -> (Self, Duration) {
        let latency = tenant.settings.latency;
        let now = tenant.clock.now();
        let mut world = tenant.world();
        let undealt = world.deal_to_call(call, requests, now);
        let mut die = Die::of_call(call.key());
        let curve = tenant.settings.script.latency;
        let curve = curve.map(|curve| tenant.clock.to_wall(curve.draw(die.random(&mut world.draws))));
        let jitter = if latency.jitter.is_zero() {
            Duration::ZERO
        } else {
            latency.jitter.mul_f64(die.random(&mut world.draws).fraction())
        };
        let fault = Self::of(&mut world, &mut die);
        let mut span = latency.base + jitter + curve.unwrap_or_default();
        let slow = world.faults.slow;
        if die.strikes(slow, &mut world.draws) {
            world.counters.slow_calls += 1;
            span += tenant.clock.to_wall(SLOW);
        }
        if let Some(faults) = undealt {
            world.faults = faults;
        }
        (fault, span / 2)
    }

    fn of(world: &mut World, die: &mut Die) -> Self {
        let World { draws, faults, counters, .. } = world;
        let mut strikes = |share: f64| die.strikes(share, draws);
        let fault = if strikes(faults.throttled_envelope) {
            counters.throttled_envelopes += 1;
            return Self::Throttled;
        } else if strikes(faults.unavailable_envelope) {
            counters.failed_envelopes += 1;
            return Self::Unavailable;
        } else if strikes(faults.timeout_after_execution) {
            counters.failed_envelopes += 1;
            return Self::Corrupt(CorruptAnswer::TimedOut);
        } else if strikes(faults.lost_answer) {
            counters.lost_answers += 1;
            return Self::Corrupt(CorruptAnswer::Lost);
        } else if strikes(faults.lost_request) {
            Self::NeverArrived
        } else if strikes(faults.half_answer) {
            Self::Corrupt(CorruptAnswer::Half)
        } else if strikes(faults.garbage) {
            Self::Corrupt(CorruptAnswer::Garbage)
        } else if strikes(faults.wrong_type) {
            Self::Corrupt(CorruptAnswer::WrongType)
        } else if strikes(faults.byte_order_mark) {
            Self::Corrupt(CorruptAnswer::Marked)
        } else if strikes(faults.proxy_page) {
            Self::Page(200)
        } else if strikes(faults.proxy_refusal) {
            Self::Page(407)
        } else if strikes(faults.proxy_failure) {
            if strikes(0.5) { Self::Corrupt(CorruptAnswer::Page) } else { Self::Page(502) }
        } else if strikes(faults.outage) {
            counters.outages += 1;
            return Self::Outage;
        } else {
            return Self::Answered;
        };
        counters.spoilt_calls += 1;
        fault
    }
}

impl CorruptAnswer {
    /// What arrives in place of the right answer.
    pub(crate) async fn instead_of(self, right: Response, tenant: &SimulatedTenant) -> Response {
        let (mut parts, body) = right.into_parts();
        // It was made in memory a moment ago.
        let whole = to_bytes(body, usize::MAX).await.unwrap_or_default();
        match self {
            Self::Lost | Self::TimedOut => CutConnection::response(),
            Self::Page => page(502),
            Self::Half => half(&mut parts.headers, &whole)
                .map_or_else(CutConnection::response, |body| Response::from_parts(parts, Body::new(body))),
            Self::WrongType => {
                parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
                Response::from_parts(parts, Body::from(whole))
            }
            Self::Marked => {
                parts.headers.remove(CONTENT_LENGTH);
                Response::from_parts(parts, Body::from([&b"\xef\xbb\xbf"[..], &whole].concat()))
            }
            Self::Garbage => {
                let draw = tenant.world().random.next();
                Response::from_parts(parts, Body::from(garbage(&whole, draw)))
            }
        }
    }
}

/// Half of an answer that says how long the whole would be; `None` where there is nothing to be halved.
fn half(headers: &mut HeaderMap, whole: &Bytes) -> Option<Half> {
    if whole.is_empty() {
        return None;
    }
    headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    Some(Half { left: Some(whole.slice(..whole.len() / 2)), whole: whole.len() as u64 })
}

/// A cleanly cut answer, or bytes that mean nothing.
fn garbage(whole: &Bytes, draw: u64) -> Bytes {
    if draw & 1 == 0 {
        return whole.slice(..whole.len() / 2);
    }
    let mut random = Random::new(seed_for(draw, 0));
    (0..200).flat_map(|_| random.next().to_le_bytes()).collect::<Vec<u8>>().into()
}

struct Half {
    left: Option<Bytes>,
    whole: u64,
}

impl http_body_of_hyper::Body for Half {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let next = self.left.take().map(Frame::data).ok_or_else(|| std::io::Error::other("cut half way on purpose"));
        std::task::Poll::Ready(Some(next))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.whole)
    }
}

/// The trait under a name that says whose it is: axum's own `Body` is a type.
mod http_body_of_hyper {
    pub(super) use hyper::body::Body;
}

/// What a proxy between the client and Graph answers with.
pub(crate) fn page(status: u16) -> Response {
    let (title, text) = match status {
        407 => ("Proxy Authentication Required", "Sign in to the web gateway before you use this site."),
        200 => ("Contoso Web Gateway", "Please accept the terms of use to go on."),
        _ => ("Bad Gateway", "The upstream server did not answer."),
    };
    let html = format!(
        "<!DOCTYPE html>\n<html><head><title>{title}</title><style>body {{ color: red }}</style></head>\n\
         <body><h1>{title}</h1><p>{text}</p></body></html>\n"
    );
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    (status, [(http::header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

/// What becomes of a call to the token service, where that is anything else than its answer.
pub(crate) enum TokenCallFault {
    /// This answer in place of it.
    Instead(Response),
    /// Its answer, with numbers as texts.
    Texts,
}

/// What strikes a call to the token service that carried `sent`.
pub(crate) fn of_token_call(tenant: &SimulatedTenant, call: &FaultTarget, sent: &str) -> Option<TokenCallFault> {
    let now = tenant.clock.now();
    let mut world = tenant.world();
    let undealt = world.deal_to_token_call(call, now);
    let FaultShares { token_throttled, token_failed, token_page, token_lost, token_texts, token_answer, .. } =
        world.faults;
    let answer = if let Some(faults) = undealt {
        std::mem::replace(&mut world.faults, faults).answer
    } else {
        world.faults.answer.clone()
    };
    let mut die = Die::of_call(call.key());
    let mut strikes = |share: f64| die.strikes(share, &mut world.draws);
    let busy = |status: StatusCode| {
        let text = "AADSTS90033: A transient error has occurred. Please try again.";
        (status, Json(json!({"error": "temporarily_unavailable", "error_description": text, "error_codes": [90_033]})))
            .into_response()
    };
    Some(TokenCallFault::Instead(if strikes(token_throttled) {
        busy(StatusCode::TOO_MANY_REQUESTS)
    } else if strikes(token_failed) {
        busy(StatusCode::INTERNAL_SERVER_ERROR)
    } else if strikes(token_page) {
        page(503)
    } else if strikes(token_lost) {
        CutConnection::response()
    } else if strikes(token_answer) {
        scripted_by_token_service(&answer, sent)
    } else if strikes(token_texts) {
        return Some(TokenCallFault::Texts);
    } else {
        return None;
    }))
}

/// An answer in the form of the token service, or with a body of its own.
fn scripted_by_token_service(answer: &ScriptedAnswer, sent: &str) -> Response {
    let body = answer
        .body
        .clone()
        .unwrap_or_else(|| json!({ "error": answer.code, "error_description": answer.message }).to_string());
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::UNAUTHORIZED);
    let content_type = answer.content_type.clone().unwrap_or_else(|| "application/json; charset=utf-8".to_owned());
    (status, [(CONTENT_TYPE, content_type)], repeat(&body, sent)).into_response()
}
