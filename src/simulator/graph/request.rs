//! One request, before it is understood.

use super::errors::ServedError;
use super::lexer::{is, is_json};

/// One request, alone or inside a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ServedRequest<'a> {
    pub(crate) method: &'a str,
    /// Relative to the version root.
    pub(crate) url: &'a str,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) consistency_level: Option<&'a str>,
    pub(crate) body: Option<&'a [u8]>,
}

/// The body of a request that must have one, in JSON.
pub(super) fn json_body<'a>(request: &ServedRequest<'a>) -> Result<&'a [u8], ServedError> {
    let content_type = request.content_type.unwrap_or_default();
    if content_type.is_empty() {
        return Err(ServedError::malformed(
            "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
        ));
    }
    if !is_json(content_type) {
        return Err(ServedError::new(415, "BadRequest", "Entity only allows writes with a JSON Content-Type header."));
    }
    match request.body {
        Some(body) if !body.is_empty() => Ok(body),
        _ => Err(ServedError::malformed("Empty Payload. JSON content expected.")),
    }
}

pub(super) fn is_eventual(request: &ServedRequest<'_>) -> bool {
    request.consistency_level.is_some_and(|level| is(level.trim(), "eventual"))
}
