//! One answer, alone or inside a batch: written once, straight into its JSON.

use std::io::Write;

use super::errors::ServedError;

/// The ids and the date that every answer to one HTTP call carries.
#[derive(Debug, Clone)]
pub(crate) struct CallIds {
    /// Made here, fresh for each HTTP call.
    pub(crate) request_id: String,
    /// Sent by the client, or the request id where it sent none, as Graph does.
    pub(crate) client_request_id: String,
    /// The date without a zone, as `innerError` has it.
    pub(crate) date: String,
}

/// What stands in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Body {
    /// Nothing: 204.
    Empty,
    /// JSON, written already.
    Json(Vec<u8>),
    /// `text/plain`, as `$count` answers.
    Text(String),
}

/// An answer with the headers that Graph puts on single requests.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ServedAnswer {
    pub(crate) status: u16,
    pub(crate) body: Body,
    /// `x-ms-resource-unit`; 0 is not shown.
    pub(crate) resource_units: u32,
    /// `x-ms-throttle-limit-percentage`, shown from 0.8 on.
    pub(crate) limit_share: f64,
    pub(crate) retry_after: Option<String>,
    /// Where the state of an operation is read.
    pub(crate) location: Option<String>,
    /// Of a scripted answer: the type of a body that is a text, and a name of the request of its own.
    pub(crate) scripted: Option<Box<ScriptedHeaders>>,
    pub(crate) throttle: Option<Throttle>,
}

/// Headers that a script puts on an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ScriptedHeaders {
    pub(crate) content_type: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// The headers that say which limit refused a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Throttle {
    pub(crate) scope: String,
    pub(crate) information: &'static str,
}

impl ServedAnswer {
    pub(crate) fn new(status: u16, body: Body) -> Self {
        Self {
            status,
            body,
            resource_units: 0,
            limit_share: 0.0,
            retry_after: None,
            location: None,
            scripted: None,
            throttle: None,
        }
    }

    pub(crate) fn no_content() -> Self {
        Self::new(204, Body::Empty)
    }

    pub(crate) fn json(body: Vec<u8>) -> Self {
        Self::new(200, Body::Json(body))
    }

    /// An error in the envelope of "Microsoft Graph error responses and resource types".
    pub(crate) fn error(error: &ServedError, ids: &CallIds) -> Self {
        Self::new(error.status, Body::Json(error_body(error, ids)))
    }

    /// The headers that are the same alone and inside a batch, content type first.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'static str, String)> + '_ {
        let content_type = match self.body {
            Body::Empty => None,
            Body::Json(_) => Some("application/json"),
            Body::Text(_) => Some("text/plain"),
        };
        let units = (self.resource_units > 0).then(|| self.resource_units.to_string());
        // "Microsoft Graph service-specific throttling limits", response headers: only above 0.8, at most 1.8.
        let share = (self.limit_share >= 0.8).then(|| format!("{:.2}", self.limit_share));
        let scripted = self.scripted.as_deref();
        let named = scripted.and_then(|scripted| scripted.content_type.clone());
        [
            ("Content-Type", named.or_else(|| content_type.map(str::to_owned))),
            ("request-id", scripted.and_then(|scripted| scripted.request_id.clone())),
            ("Retry-After", self.retry_after.clone()),
            ("Location", self.location.clone()),
            ("x-ms-resource-unit", units),
            ("x-ms-throttle-limit-percentage", share),
            ("x-ms-throttle-scope", self.throttle.as_ref().map(|throttle| throttle.scope.clone())),
            ("x-ms-throttle-information", self.throttle.as_ref().map(|throttle| throttle.information.to_owned())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }
}

/// The JSON of an error.
pub(crate) fn error_body(error: &ServedError, ids: &CallIds) -> Vec<u8> {
    let mut json = Vec::with_capacity(320);
    json.extend_from_slice(b"{\"error\":{\"code\":");
    string(&mut json, &error.code);
    json.extend_from_slice(b",\"message\":");
    string(&mut json, &error.message);
    json.extend_from_slice(b",\"innerError\":{\"date\":");
    string(&mut json, &ids.date);
    json.extend_from_slice(b",\"request-id\":");
    string(&mut json, &ids.request_id);
    json.extend_from_slice(b",\"client-request-id\":");
    string(&mut json, &ids.client_request_id);
    json.extend_from_slice(b"}}}");
    json
}

/// Appends a JSON string.
pub(crate) fn string(json: &mut Vec<u8>, text: &str) {
    // Writing a string into a vector can't fail.
    let _ = serde_json::to_writer(json, text);
}

/// Appends a JSON string, or `null`.
pub(crate) fn optional(json: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => string(json, text),
        None => json.extend_from_slice(b"null"),
    }
}

/// Appends text without escaping it.
pub(crate) fn raw(json: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    let _ = json.write_fmt(text);
}
