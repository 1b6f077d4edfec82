//! Finds the words of an error in the forms that Graph and what stands behind it give it.

use serde_json::{Map, Value};

use super::request_id::request_id;

/// The members in which one error holds another, as `member` finds them.
const INNER: [&str; 5] = ["error", "errors", "odata.error", "innerError", "internalException"];
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
/// What services behind Graph may do as well is read, too: errors in a list, names with other capitals, the token service's
/// form, and code and message without anything around them.
pub(super) fn read(body: &[u8]) -> Option<ErrorWords> {
    match serde_json::from_slice(without_mark(body)).ok()? {
        Value::Object(body) => of_envelope(&body, MAX_LEVELS),
        Value::String(text) => of_text(&text, MAX_LEVELS),
        _ => None,
    }
}

fn of_envelope(body: &Map<String, Value>, levels: u8) -> Option<ErrorWords> {
    let error = ["error", "odata.error", "errors"].iter().find_map(|name| member(body, name));
    match error {
        Some(Value::String(code)) => {
            let message = member(body, "error_description")?.as_str().filter(|words| !words.trim().is_empty())?;
            Some(ErrorWords { code: code.clone(), message: message.to_owned(), request_id: None })
        }
        Some(error) => {
            let mut errors = objects(error).peekable();
            errors.peek()?;
            let mut words = ErrorWords::default();
            for (place, error) in errors.enumerate() {
                if place == 0 {
                    words.take_in(error, levels);
                } else {
                    words.take_in_other(error, levels);
                }
            }
            Some(words)
        }
        // A gateway in between numbers its refusals; a code of Graph's is a word.
        None => {
            let mut words = ErrorWords::default();
            let is_word = code_of(body).starts_with(|c: char| c.is_ascii_alphabetic());
            if is_word && !message_of(body).is_empty() {
                words.take_in(body, levels);
                return Some(words);
            }
            None
        }
    }
}

/// A member by its name, without regard to capitals and to the `@` of OData's annotations.
fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).or_else(|| {
        let is_it = |key: &str| key.strip_prefix('@').unwrap_or(key).eq_ignore_ascii_case(name);
        object.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
    })
}

/// The objects that a value is or lists.
fn objects(value: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    let listed = value.as_array().into_iter().flatten().filter_map(Value::as_object);
    value.as_object().into_iter().chain(listed)
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
        let id = ["request-id", "requestId"].iter().find_map(|name| member(error, name)?.as_str());
        self.request_id = self.request_id.take().or_else(|| request_id(id?));
        if levels == 0 {
            return;
        }
        for inner in INNER.iter().filter_map(|name| member(error, name)).flat_map(objects) {
            self.take_in(inner, levels - 1);
        }
        for detail in member(error, "details").into_iter().flat_map(objects) {
            self.take_in_other(detail, levels - 1);
        }
    }

    /// Those of `details`, and all of a list but the first, are about parts of the request: they are words where there are no
    /// others.
    fn take_in_other(&mut self, error: &Map<String, Value>, levels: u8) {
        let mut words = Self::default();
        words.take_in(error, levels);
        if !self.code.is_empty() && self.code != "UnknownError" {
            words.code.clear();
        }
        self.add(words);
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
    match member(error, "code") {
        Some(Value::String(code)) => code.clone(),
        Some(Value::Number(code)) => code.to_string(),
        _ => String::new(),
    }
}

/// The words of a message; blank ones are none.
fn message_of(error: &Map<String, Value>) -> &str {
    let words = |value: &'_ Value| -> bool { value.as_str().is_some_and(|words| !words.trim().is_empty()) };
    let found = match member(error, "message") {
        Some(Value::Object(message)) => member(message, "value"),
        Some(Value::Array(messages)) => messages.iter().find(|message| words(message)),
        other => other,
    };
    found.filter(|found| words(found)).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a gateway of a network answers, which is not Graph.
    const GATEWAY: &str = r#"{"statusCode":403,"code":"403","message":"Blocked by policy."}"#;

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
            r#"{"error":[{"code":"C","message":"M"},{"code":"D","message":"N"}]}"#,
            r#"{"errors":[{"code":"C","message":"M"}]}"#,
            r#"{"Error":{"Code":"C","Message":"M"}}"#,
            r#"{"@odata.error":{"code":"C","message":"M"}}"#,
            r#"{"error":{"code":"C","message":["","M"]}}"#,
            r#"{"error":{"code":"UnknownError","message":" ","innerError":[{"code":"C","message":"M"}]}}"#,
            r#"{"error":{"code":"UnknownError","message":"","details":{"code":"C","message":"M"}}}"#,
            r#"{"error":"C","error_description":"M"}"#,
            r#"{"code":"C","message":"M"}"#,
        ] {
            assert_eq!(words(body), ("C".to_owned(), "M".to_owned()), "{body}");
        }
        let in_message =
            r#"{"error":{"code":"UnknownError","message":"{\"errorCode\":\"PermissionScopeNotGranted\"}"}}"#;
        assert_eq!(words(in_message).1, r#"{"errorCode":"PermissionScopeNotGranted"}"#);
        for other in
            ["", "null", "[]", "\"no\"", "{}", r#"{"error":"invalid"}"#, r#"{"error":null}"#, "<html>", GATEWAY]
        {
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
