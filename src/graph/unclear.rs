//! Refusals that were seen to pass at once, and are worth another try or two: of writes, of reads, of whole calls.

use serde_json::Value;

use super::error::GraphError;
use super::error_body::without_mark;

/// How often the same request is sent again after such a refusal. What is refused for good costs these few tries, and what
/// passes has passed.
pub(crate) const MAX_UNCLEAR: u8 = 2;

/// The codes of a service that is away or has too much to do, which come with a 400 as well.
const AWAY: [&str; 8] = [
    "ServiceUnavailable", "serviceNotAvailable", "Service_Unavailable", "ServerBusy", "temporarily_unavailable",
    "TooManyRequests", "throttledRequest", "Request_ThrottledTemporarily",
];

/// Is it a refusal without a reason that lasts: a 400 that says nothing, or one of a service that is away? `body` is the one
/// that the error was read from.
pub(crate) fn is_unclear(error: &GraphError, body: &[u8]) -> bool {
    if error.status != 400 || error.is_foreign && !is_hollow(body) {
        return false;
    }
    // A code of its own is a reason, also where no words stand beside it.
    let says_nothing =
        error.message.is_empty() && ["", "UnknownError", "BadRequest"].iter().any(|code| error.code == *code);
    says_nothing || is_hollow(body) || AWAY.iter().any(|code| code.eq_ignore_ascii_case(error.code.as_str()))
}

/// Does Graph not know the object? Behind a read that found it this passes: not every server of the directory knows it at the
/// same moment.
pub(crate) fn is_not_known(error: &GraphError) -> bool {
    error.is_not_found() && !error.is_foreign
}

/// Is there no body, or one with nothing in it?
fn is_hollow(body: &[u8]) -> bool {
    let body = without_mark(body).trim_ascii();
    body.is_empty() || serde_json::from_slice::<Value>(body).is_ok_and(|body| holds_nothing(&body))
}

fn holds_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.iter().all(holds_nothing),
        Value::Object(members) => members.values().all(holds_nothing),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unclear(status: u16, body: &str) -> bool {
        is_unclear(&GraphError::parse(status, body.as_bytes(), None), body.as_bytes())
    }

    #[test]
    fn what_gives_no_reason_is_unclear() {
        for body in [
            "",
            " ",
            "null",
            "{}",
            "\u{feff}{}",
            "[]",
            "\"\"",
            r#"{"error":null}"#,
            r#"{"error":{}}"#,
            r#"{"error":{"code":"","message":null}}"#,
            r#"{"error":{"code":"UnknownError","message":"","innerError":{"date":"x"}}}"#,
            r#"{"error":{"code":"BadRequest","message":""}}"#,
            r#"{"error":{"code":"serviceunavailable","message":"Service unavailable."}}"#,
            r#"{"error":{"code":"BadRequest","message":"m","innerError":{"code":"Request_ThrottledTemporarily"}}}"#,
        ] {
            assert!(unclear(400, body), "{body}");
            assert!(!unclear(403, body), "{body}");
        }
    }

    #[test]
    fn a_reason_is_one() {
        for body in [
            r#"{"error":{"code":"Request_BadRequest","message":"Invalid GUID specified."}}"#,
            r#"{"error":{"code":"AadPremiumLicenseRequired","message":""}}"#,
            r#"{"error":{"code":"BadRequest","message":"Resource not found for the segment 'x'."}}"#,
            r#"{"refused":true}"#,
            "<html>",
        ] {
            assert!(!unclear(400, body), "{body}");
        }
    }

    #[test]
    fn only_graph_can_say_that_it_does_not_know_an_object() {
        let not_known = |status, code: &str| {
            let body = format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#);
            is_not_known(&GraphError::parse(status, body.as_bytes(), None))
        };
        assert!(not_known(404, "Request_ResourceNotFound"));
        assert!(!not_known(404, "UnknownError") && !not_known(400, "Request_ResourceNotFound"));
    }
}
