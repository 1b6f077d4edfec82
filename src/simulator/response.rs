//! Answers as HTTP responses, with the headers that Graph puts on every one.

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::graph::answer::{Body, CallIds, ServedAnswer};
use super::moment::{imf_fixdate, iso_without_zone};
use super::tenant::SimulatedTenant;

/// A request header, if it is there and text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The ids of a new call: its own, and the one that the client gave it.
pub(crate) fn call_ids(tenant: &SimulatedTenant, headers: &HeaderMap) -> CallIds {
    let request_id = tenant.world().random.guid().to_string();
    let sent = header(headers, "client-request-id").filter(|id| id.len() <= 64);
    CallIds {
        client_request_id: sent.map_or_else(|| request_id.clone(), str::to_owned),
        date: iso_without_zone(tenant.clock.date(tenant.clock.now())),
        request_id,
    }
}

/// An answer as an HTTP response of its own, made now.
pub(crate) fn respond(tenant: &SimulatedTenant, answer: ServedAnswer, ids: &CallIds) -> Response {
    respond_at(tenant, answer, ids, tenant.clock.now())
}

/// An answer that was made at this moment of tenant time, and that has been on its way since.
pub(crate) fn respond_at(tenant: &SimulatedTenant, answer: ServedAnswer, ids: &CallIds, made: Duration) -> Response {
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
        ("Date", imf_fixdate(tenant.clock.date(made))),
    ];
    for (name, value) in headers.into_iter().chain(own) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response_headers.insert(name, value);
        }
    }
    response
}
