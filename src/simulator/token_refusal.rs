//! Refusals of the token service, as Entra words and numbers them.

use std::collections::HashMap;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::moment::iso;
use super::random::Random;
use super::tenant::SimulatedTenant;

/// A refusal of the token service.
pub(crate) struct LoginError {
    status: StatusCode,
    error: &'static str,
    code: u32,
    text: String,
}

/// A refusal as it is answered.
pub(crate) fn refused(tenant: &SimulatedTenant, refusal: &LoginError) -> (StatusCode, Value) {
    (refusal.status, describe(tenant, refusal))
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

pub(crate) fn missing(name: &str) -> LoginError {
    let text = format!("The request body must contain the following parameter: '{name}'.");
    refuse("invalid_request", 900_144, text)
}

fn describe(tenant: &SimulatedTenant, refusal: &LoginError) -> Value {
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
