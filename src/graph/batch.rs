//! `$batch`: up to twenty requests packed into one call, and the answer taken apart.
//!
//! Source of every rule here: "Combine multiple HTTP requests using JSON batching". Items never depend on each other,
//! ids are the plain decimals 1 to 20, urls begin with a slash, and an item with a body carries its own `Content-Type`.

use std::io;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::secret_buffer::exact_json;

use super::echo::SentSecrets;
use super::error::GraphError;
use super::error_body::without_mark;
use super::transport::{Advice, Call, Consistency};

/// The most requests that one batch may hold.
pub const MAX_ITEMS: usize = 20;

/// One write in a batch.
pub struct Write<B> {
    /// The method.
    pub method: &'static str,
    /// Begins with a slash, without the version.
    pub url: String,
    /// The body: `{}` for an action without parameters, none for a deletion.
    pub body: Option<B>,
}

/// Packs writes into one call. The body is wiped when the call is over.
///
/// # Errors
///
/// Only what serialising can fail with; callers hand over at most [`MAX_ITEMS`] writes.
pub fn of_writes<B: Serialize>(writes: &[Write<B>]) -> io::Result<Call> {
    let headers = || Some(Headers { content_type: Some("application/json"), consistency_level: None });
    let items = (1_usize..).zip(writes).map(|(id, write)| ItemOnWire {
        id: id.to_string(),
        method: write.method,
        url: &write.url,
        headers: write.body.as_ref().and_then(|_| headers()),
        body: write.body.as_ref(),
    });
    Ok(Call { writes: true, ..call(items.collect())? })
}

/// One `GET` in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Begins with a slash, without the version.
    pub url: String,
    /// How fresh the answer has to be.
    pub consistency: Consistency,
    /// Did a read find what this one asks about a moment ago? Then it is not believed at once that Graph does not know it.
    pub is_of_found: bool,
}

impl Read {
    /// Reads what is at `url`, as fresh as the directory itself.
    pub fn fresh(url: impl Into<String>) -> Self {
        Self { url: url.into(), consistency: Consistency::Session, is_of_found: false }
    }

    /// The same about an object that a read found a moment ago.
    pub fn of_found(url: impl Into<String>) -> Self {
        Self { is_of_found: true, ..Self::fresh(url) }
    }
}

/// Packs `GET`s into one call.
///
/// # Errors
///
/// Only what serialising can fail with; callers hand over at most [`MAX_ITEMS`] reads.
pub fn of_reads(reads: &[&Read]) -> io::Result<Call> {
    let items = (1_usize..).zip(reads).map(|(id, read)| ItemOnWire::<()> {
        id: id.to_string(),
        method: "GET",
        url: &read.url,
        headers: (read.consistency.header())
            .map(|(_, level)| Headers { content_type: None, consistency_level: Some(level) }),
        body: None,
    });
    call(items.collect())
}

fn call<B: Serialize>(requests: Vec<ItemOnWire<'_, B>>) -> io::Result<Call> {
    debug_assert!(requests.len() <= MAX_ITEMS);
    let body = exact_json(&BatchOnWire { requests })?;
    Ok(Call::post("/v1.0/$batch", Bytes::from_owner(Wiped(body))))
}

struct Wiped(Zeroizing<Vec<u8>>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[derive(Serialize)]
struct BatchOnWire<'a, B> {
    requests: Vec<ItemOnWire<'a, B>>,
}

#[derive(Serialize)]
struct ItemOnWire<'a, B> {
    id: String,
    method: &'static str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    headers: Option<Headers>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a B>,
}

#[derive(Serialize)]
struct Headers {
    #[serde(rename = "Content-Type", skip_serializing_if = "Option::is_none")]
    content_type: Option<&'static str>,
    #[serde(rename = "ConsistencyLevel", skip_serializing_if = "Option::is_none")]
    consistency_level: Option<&'static str>,
}

/// The answer to one item.
#[derive(Debug)]
pub struct ItemAnswer {
    /// The item's own HTTP status.
    pub status: u16,
    /// What its headers say.
    pub advice: Advice,
    /// Its body, where it has one.
    pub body: Option<Box<RawValue>>,
}

impl ItemAnswer {
    /// The answer to an item of a call that carried `sent`, as the error it is; nothing of that is kept.
    pub(crate) fn error_without(&self, sent: &SentSecrets<'_>) -> GraphError {
        let kind = self.advice.content_type.as_deref();
        GraphError::of_answer(self.status, kind, self.body_bytes(), self.advice.request_id.clone(), sent)
    }

    /// Its body as it came; empty where there is none.
    pub(crate) fn body_bytes(&self) -> &[u8] {
        self.body.as_ref().map_or("", |body| body.get()).as_bytes()
    }
}

/// Takes the answer of a batch apart: one entry for each of the `sent` items, in the order in which they were sent,
/// however the answer orders them; `date` is the server's clock. `None` is an item that the answer does not
/// mention, or mentions twice: what became of it is unknown.
///
/// Returns `None` when the body holds no `responses`, so that the answer is one to the envelope and not to its items.
pub fn answers(body: &[u8], sent: usize, date: Option<OffsetDateTime>) -> Option<Vec<Option<ItemAnswer>>> {
    #[derive(Deserialize)]
    struct Answers<'a> {
        #[serde(borrow)]
        responses: Vec<&'a RawValue>,
    }
    let now = date.unwrap_or_else(OffsetDateTime::now_utc);
    let envelope: Answers<'_> = serde_json::from_slice(without_mark(body)).ok()?;
    let mut answers: Vec<Option<ItemAnswer>> = (0..sent).map(|_| None).collect();
    let mut answered = vec![false; sent];
    for raw in envelope.responses {
        // One entry that cannot be read leaves that item unknown; it says nothing about the others.
        let Some((id, answer)) = read_item(raw, now) else { continue };
        let Some(index) = id.checked_sub(1).filter(|index| *index < sent) else { continue };
        // Two answers to one request say nothing: which of them is true?
        let first = !std::mem::replace(&mut answered[index], true);
        answers[index] = first.then_some(answer);
    }
    Some(answers)
}

fn read_item(raw: &RawValue, now: OffsetDateTime) -> Option<(usize, ItemAnswer)> {
    #[derive(Deserialize)]
    struct AnswerOnWire<'a> {
        id: Value,
        status: Value,
        #[serde(default)]
        headers: Option<serde_json::Map<String, Value>>,
        #[serde(default, borrow)]
        body: Option<&'a RawValue>,
    }
    let item: AnswerOnWire<'_> = serde_json::from_str(raw.get()).ok()?;
    let id = match &item.id {
        Value::String(text) => text.parse().ok()?,
        Value::Number(number) => usize::try_from(number.as_u64()?).ok()?,
        _ => return None,
    };
    let mut advice = Advice::default();
    for (name, value) in item.headers.iter().flatten() {
        // Of a list, the first value.
        let value = value.as_array().map_or(Some(value), |values| values.first());
        match value {
            Some(Value::String(text)) => advice.read(name, text, now),
            Some(Value::Number(number)) => advice.read(name, &number.to_string(), now),
            _ => {}
        }
    }
    let status = match &item.status {
        Value::String(text) => text.parse().ok()?,
        Value::Number(number) => u16::try_from(number.as_u64()?).ok()?,
        _ => return None,
    };
    let body = item.body.filter(|body| body.get() != "null").map(ToOwned::to_owned);
    Some((id, ItemAnswer { status, advice, body }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    fn json(call: &Call) -> Value {
        serde_json::from_slice(call.body.as_ref().unwrap()).unwrap()
    }

    #[test]
    fn reads_travel_without_a_body() {
        let advanced = Read { consistency: Consistency::Eventual, ..Read::fresh("/users?$count=true") };
        let call = of_reads(&[&Read::fresh("/users?$top=1"), &advanced]).unwrap();
        assert_eq!(
            json(&call),
            serde_json::json!({"requests": [
                {"id": "1", "method": "GET", "url": "/users?$top=1"},
                {"id": "2", "method": "GET", "url": "/users?$count=true", "headers": {"ConsistencyLevel": "eventual"}}
            ]})
        );
    }

    #[test]
    fn answers_are_matched_by_id_in_any_order() {
        let body = br#"{"responses":[
            {"id":"3","status":429,"headers":{"RETRY-AFTER":17,"x-ms-throttle-scope":"Tenant/Write/a/b"},"body":{"error":{}}},
            {"id":1,"status":204,"headers":{"Cache-Control":"no-cache"},"body":null},
            {"id":"9","status":200},
            "4",
            {"id":"0","status":200},
            {"id":"2","status":"odd"}
        ]}"#;
        let answers = answers(body, 4, None).unwrap();
        assert_eq!(answers[0].as_ref().unwrap().status, 204);
        assert!(answers[0].as_ref().unwrap().body.is_none());
        assert!(answers[1].is_none(), "an entry that cannot be read is unknown");
        assert_eq!(answers[2].as_ref().unwrap().advice.retry_after, Some(Duration::from_secs(17)));
        assert!(answers[3].is_none(), "an id that is missing is unknown");
    }

    #[test]
    fn numbers_as_texts_headers_as_lists_and_a_mark_before_it_all_are_read() {
        let body = "\u{feff}{\"responses\":[{\"id\":\"1\",\"status\":\"429\",\"headers\":{\"Retry-After\":[\"7\"]}}]}";
        let answers = answers(body.as_bytes(), 1, None).unwrap();
        let answer = answers[0].as_ref().unwrap();
        assert_eq!((answer.status, answer.advice.retry_after), (429, Some(Duration::from_secs(7))));
    }

    #[test]
    fn an_id_that_is_answered_twice_is_unknown() {
        let body = br#"{"responses":[{"id":"1","status":204},{"id":"2","status":204},{"id":"1","status":400},
            {"id":1,"status":204}]}"#;
        let answers = answers(body, 2, None).unwrap();
        assert!(answers[0].is_none() && answers[1].is_some());
    }

    #[test]
    fn a_body_without_responses_is_no_answer_to_the_items() {
        for body in [&b"{\"error\":{\"code\":\"x\"}}"[..], b"<html>", b"", b"{\"responses\":[{]}"] {
            assert!(answers(body, 2, None).is_none());
        }
    }

    proptest! {
        #[test]
        fn every_order_of_the_answers_gives_the_same_result(order in Just((1..=20_u16).collect::<Vec<_>>()).prop_shuffle()) {
            let responses: Vec<_> = order.iter().map(|id| serde_json::json!({"id": id.to_string(), "status": 200 + id})).collect();
            let body = serde_json::to_vec(&serde_json::json!({"responses": responses})).unwrap();
            let answers = answers(&body, 20, None).unwrap();
            for (index, answer) in answers.iter().enumerate() {
                prop_assert_eq!(usize::from(answer.as_ref().unwrap().status), 201 + index);
            }
        }

        #[test]
        fn no_answer_brings_the_reader_down(body in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = answers(&body, 20, None);
        }
    }
}
