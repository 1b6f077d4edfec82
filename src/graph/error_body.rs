//! Finds the words of an error in the forms that Graph and what stands behind it give it.

use serde_json::{Map, Value};

use super::request_id::request_id;

/// The members in which one error holds another.
const INNER: [&str; 5] = ["error", "odata.error", "innerError", "innererror", "internalException"];
/// So deep are errors in errors looked through.
const MAX_LEVELS: u8 = 8;

/// The known members of an error, wherever they stood; the rest is not kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ErrorWords {
    /// The most specific one.
    pub(super) code: String,
    /// The outermost one that says anything.
    pub(super) message: String,
    pub(super) request_id: Option<String>,
}

/// Without the byte order mark that some services put before their answers.
pub(super) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Reads a body; `None` where it is no error of Graph's.
///
/// Met beside the documented form ("Microsoft Graph error responses and resource types"): an error in an error, JSON in a
/// message, `odata.error` with its message as an object, words that stand in `innererror` or `details` alone, JSON as a text.
pub(super) fn read(body: &[u8]) -> Option<ErrorWords> {
    match serde_json::from_slice(without_mark(body)).ok()? {
        Value::Object(body) => of_envelope(&body, MAX_LEVELS),
        Value::String(text) => of_text(&text, MAX_LEVELS),
        _ => None,
    }
}

fn of_envelope(body: &Map<String, Value>, levels: u8) -> Option<ErrorWords> {
    match body.get("error").or_else(|| body.get("odata.error"))? {
        Value::Object(error) => {
            let mut words = ErrorWords::default();
            words.take_in(error, levels);
            Some(words)
        }
        _ => None,
    }
}

fn of_text(text: &str, levels: u8) -> Option<ErrorWords> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if levels == 0 || !text.starts_with('{') {
        return None;
    }
    of_envelope(serde_json::from_str::<Value>(text).ok()?.as_object()?, levels - 1)
}

impl ErrorWords {
    fn take_in(&mut self, error: &Map<String, Value>, levels: u8) {
        let code = code_of(error);
        if !code.is_empty() && (code != "UnknownError" || self.code.is_empty()) {
            self.code = code;
        }
        let message = message_of(error);
        let within = of_text(message, levels);
        if self.message.is_empty() && within.as_ref().is_none_or(|within| within.message.is_empty()) {
            message.clone_into(&mut self.message);
        }
        within.into_iter().for_each(|within| self.add(within));
        let id = ["request-id", "requestId"].iter().find_map(|name| error.get(*name)?.as_str());
        self.request_id = self.request_id.take().or_else(|| request_id(id?));
        if levels == 0 {
            return;
        }
        let inner = INNER.iter().filter_map(|name| error.get(*name)?.as_object());
        let details = error.get("details").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
        for inner in inner {
            self.take_in(inner, levels - 1);
        }
        // Those of `details` are about parts of the request: they are words where there are no others.
        for detail in details {
            let mut words = Self::default();
            words.take_in(detail, levels - 1);
            if !self.code.is_empty() && self.code != "UnknownError" {
                words.code.clear();
            }
            self.add(words);
        }
    }

    fn add(&mut self, other: Self) {
        if !other.code.is_empty() && (other.code != "UnknownError" || self.code.is_empty()) {
            self.code = other.code;
        }
        if self.message.is_empty() {
            self.message = other.message;
        }
        self.request_id = self.request_id.take().or(other.request_id);
    }
}

fn code_of(error: &Map<String, Value>) -> String {
    match error.get("code") {
        Some(Value::String(code)) => code.clone(),
        Some(Value::Number(code)) => code.to_string(),
        _ => String::new(),
    }
}

fn message_of(error: &Map<String, Value>) -> &str {
    match error.get("message") {
        Some(Value::String(message)) => message,
        Some(Value::Object(message)) => message.get("value").and_then(Value::as_str).unwrap_or_default(),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(body: &str) -> (String, String) {
        let ErrorWords { code, message, .. } = read(body.as_bytes()).unwrap_or_default();
        (code, message)
    }

    #[test]
    fn words_are_found_where_they_stand() {
        for body in [
            r#"{"error":{"code":"C","message":"M"}}"#,
            "\u{feff}{\"error\":{\"code\":\"C\",\"message\":\"M\"}}",
            r#"{"error":{"error":{"code":"C","message":"M","innerError":{"date":"x"}}}}"#,
            r#"{"odata.error":{"code":"C","message":{"lang":"en","value":"M"}}}"#,
            r#"{"error":{"code":"X","message":"","innererror":{"code":"C","message":"M"}}}"#,
            r#"{"error":{"code":"X","message":null,"innerError":{"internalException":{"code":"C","message":"M"}}}}"#,
            r#"{"error":{"code":"","details":[{"code":"C","message":"M"},{"code":"D","message":"N"}]}}"#,
            r#"{"error":{"code":"UnknownError","message":"{\"error\":{\"code\":\"C\",\"message\":\"M\"}}"}}"#,
            r#""{\"error\":{\"code\":\"C\",\"message\":\"M\"}}""#,
        ] {
            assert_eq!(words(body), ("C".to_owned(), "M".to_owned()), "{body}");
        }
        let in_message =
            r#"{"error":{"code":"UnknownError","message":"{\"errorCode\":\"PermissionScopeNotGranted\"}"}}"#;
        assert_eq!(words(in_message).1, r#"{"errorCode":"PermissionScopeNotGranted"}"#);
        for other in ["", "null", "[]", "\"no\"", "{}", r#"{"error":"invalid"}"#, r#"{"error":null}"#, "<html>"] {
            assert_eq!(read(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn the_name_of_the_request_is_found_and_is_a_guid() {
        let id = "236352d0-70af-43ed-bd22-f410a9d4328b";
        for (body, is) in [
            (format!(r#"{{"error":{{"innerError":{{"request-id":"{id}"}}}}}}"#), Some(id.to_owned())),
            (format!(r#"{{"odata.error":{{"requestId":"{id}"}}}}"#), Some(id.to_owned())),
            (r#"{"error":{"innerError":{"request-id":"r1"}}}"#.to_owned(), None),
        ] {
            assert_eq!(read(body.as_bytes()).unwrap().request_id, is);
        }
    }

    proptest! {
        #[test]
        fn no_depth_and_no_body_brings_the_reader_down(depth in 0..400_usize, body in prop::collection::vec(any::<u8>(), 0..200)) {
            read(&body);
            read(format!("{}1{}", r#"{"error":"#.repeat(depth), "}".repeat(depth)).as_bytes());
        }
    }
}
