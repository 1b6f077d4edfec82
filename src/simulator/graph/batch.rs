//! The envelope of `$batch`: what is refused whole, and how the answer is put together.
//!
//! "Combine multiple HTTP requests using JSON batching".

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::answer::{Body, ServedAnswer, raw, string};
use super::batch_item::{JsonText, ServedBatch, ServedItem};
use super::call::Prepared;
use super::depends_on::{DependencyShape, Wrong};
use super::errors::ServedError;
use super::request::ServedRequest;
use crate::simulator::random::Random;
use crate::simulator::settings::Settings;

/// The most requests in one batch.
const MAX_REQUESTS: usize = 20;

/// A batch that is well-formed.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    pub(crate) ids: Vec<Cow<'a, str>>,
    pub(crate) requests: Vec<Prepared>,
    pub(crate) shape: DependencyShape,
    /// For each request the index of the one that it depends on.
    pub(crate) depends_on: Vec<Option<usize>>,
}

impl<'a> Batch<'a> {
    /// Reads a batch, or says why none of it is executed.
    pub(crate) fn parse(body: &'a [u8], settings: &Settings) -> Result<Self, ServedError> {
        let envelope: ServedBatch<'a> = serde_json::from_slice(body).map_err(|_| invalid())?;
        let items = envelope.requests;
        if items.is_empty() {
            return Err(invalid());
        }
        if items.len() > MAX_REQUESTS {
            return Err(ServedError::new(
                400,
                "MaximumValueExceeded",
                format!("Number of batch request steps exceeds the maximum value of {MAX_REQUESTS}."),
            ));
        }
        let ids = ids(&items)?;
        let (shape, depends_on) = shape(&items, &ids)?;
        let requests = items.iter().map(|item| prepare(item, settings)).collect::<Result<_, _>>()?;
        Ok(Self { ids, requests, shape, depends_on })
    }
}

fn invalid() -> ServedError {
    ServedError::malformed("Invalid batch payload format.")
}

fn ids<'a>(items: &[ServedItem<'a>]) -> Result<Vec<Cow<'a, str>>, ServedError> {
    let mut ids: Vec<Cow<'a, str>> = Vec::with_capacity(items.len());
    for item in items {
        let Some(JsonText(id)) = item.id.clone().filter(|JsonText(id)| !id.is_empty()) else { return Err(invalid()) };
        if place_of(&ids, &id).is_some() {
            return Err(ServedError::malformed(format!(
                "Request Id '{id}' is not unique. Ids are not case-sensitive."
            )));
        }
        ids.push(id);
    }
    Ok(ids)
}

fn place_of(ids: &[Cow<'_, str>], id: &str) -> Option<usize> {
    ids.iter().position(|other| other.eq_ignore_ascii_case(id))
}

fn shape(items: &[ServedItem<'_>], ids: &[Cow<'_, str>]) -> Result<(DependencyShape, Vec<Option<usize>>), ServedError> {
    if items.iter().all(|item| item.depends_on.as_ref().is_none_or(Vec::is_empty)) {
        return Ok((DependencyShape::Parallel, vec![None; items.len()]));
    }
    let named = |item: &ServedItem<'_>| {
        let named = item.depends_on.iter().flatten();
        named.map(|JsonText(id)| place_of(ids, id)).collect()
    };
    let named: Vec<Vec<Option<usize>>> = items.iter().map(named).collect();
    let shape = DependencyShape::of(&named).map_err(|wrong| match wrong {
        Wrong::NotEarlier(index) => {
            ServedError::malformed(format!("Invalid dependency for request Id : {}", ids[index]))
        }
        Wrong::Mixed => ServedError::malformed("Batch should be either fully sequential or fully parallel"),
    })?;
    Ok((shape, named.iter().map(|named| named.first().copied().flatten()).collect()))
}

fn prepare(item: &ServedItem<'_>, settings: &Settings) -> Result<Prepared, ServedError> {
    let (Some(JsonText(method)), Some(JsonText(url))) = (&item.method, &item.url) else { return Err(invalid()) };
    // What follows the question mark may name an address as any other value.
    let path = url.split('?').next().unwrap_or_default();
    if path.contains("://") || path.starts_with("//") {
        return Err(ServedError::malformed("Invalid batch payload format. The url of a request must be relative."));
    }
    let path = path.trim_start_matches('/');
    if path.eq_ignore_ascii_case("$batch") || path.eq_ignore_ascii_case("%24batch") {
        return Err(ServedError::malformed("Batch requests can't be nested."));
    }
    let request = ServedRequest {
        method,
        url,
        content_type: item.headers.content_type.as_deref(),
        consistency_level: item.headers.consistency_level.as_deref(),
        body: item.body.map(|body: &RawValue| body.get().as_bytes()),
    };
    // "Combine multiple HTTP requests using JSON batching": with a body a content type is required, and an action without
    // parameters has to bring both.
    let typed = request.content_type.is_some_and(|kind| !kind.trim().is_empty());
    let complete = if is_write(method) { typed && request.body.is_some() } else { typed || request.body.is_none() };
    if !complete {
        let id = item.id.as_ref().map_or("", |JsonText(id)| id);
        let what = if is_write(method) { "Write request" } else { "Request" };
        return Err(ServedError::malformed(format!("{what} id : {id} does not contain Content-Type header or body.")));
    }
    Ok(Prepared::of(&request, settings))
}

/// The methods that bring a body with them.
fn is_write(method: &str) -> bool {
    ["PATCH", "POST", "PUT"].iter().any(|write| method.eq_ignore_ascii_case(write))
}

/// How the answer to one request is spoilt on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CorruptItem {
    No,
    /// There are two of them, and they contradict each other.
    Doubled,
    /// It is a text.
    Text,
    /// It is right, and a second answer stands beside it, for an id that was not in the batch.
    WithForeign,
}

/// Puts the answers together in a seeded order; those that are `None` are left out.
pub(crate) fn write_answers(
    ids: &[Cow<'_, str>],
    answers: &[Option<ServedAnswer>],
    spoilt: &[CorruptItem],
    random: &mut Random,
) -> Vec<u8> {
    let mut order: Vec<usize> = (0..answers.len()).collect();
    random.shuffle(&mut order);
    let size: usize = answers.iter().flatten().map(|answer| 160 + body_length(&answer.body)).sum();
    let mut json = Vec::with_capacity(size + 32);
    json.extend_from_slice(b"{\"responses\":[");
    let mut first = true;
    for index in order {
        let Some(answer) = &answers[index] else { continue };
        if !std::mem::take(&mut first) {
            json.push(b',');
        }
        let chance = random.next();
        let other = opposite(answer);
        match spoilt[index] {
            CorruptItem::No => write_answer(&mut json, &ids[index], answer, chance),
            CorruptItem::Text => string(&mut json, &format!("{} was answered {}", ids[index], answer.status)),
            CorruptItem::WithForeign => {
                write_answer(&mut json, &ids[index], answer, chance);
                json.push(b',');
                write_answer(
                    &mut json,
                    ["0", "21", "", "A", "-1", "99999999999999999999"][random.below(6)],
                    &other,
                    chance,
                );
            }
            CorruptItem::Doubled => {
                let both = if chance & 4 == 4 { [answer, &other] } else { [&other, answer] };
                write_answer(&mut json, &ids[index], both[0], chance);
                json.push(b',');
                write_answer(&mut json, &ids[index], both[1], chance);
            }
        }
    }
    json.extend_from_slice(b"]}");
    json
}

/// Says no where the answer says yes, and yes where it says no.
fn opposite(answer: &ServedAnswer) -> ServedAnswer {
    if answer.status < 400 {
        ServedAnswer::new(400, Body::Json(br#"{"error":{"code":"Request_BadRequest","message":"No."}}"#.to_vec()))
    } else {
        ServedAnswer::no_content()
    }
}

fn body_length(body: &Body) -> usize {
    match body {
        Body::Empty => 0,
        Body::Json(json) => json.len(),
        Body::Text(text) => text.len(),
    }
}

fn write_answer(json: &mut Vec<u8>, id: &str, answer: &ServedAnswer, chance: u64) {
    json.extend_from_slice(b"{\"id\":");
    string(json, id);
    raw(json, format_args!(",\"status\":{},\"headers\":{{", answer.status));
    // Header names are seen in varying case on the live service, so clients must not care.
    let lower_case = chance & 1 == 1;
    for (index, (name, value)) in answer.headers().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        if lower_case {
            string(json, &name.to_ascii_lowercase())
        } else {
            string(json, name)
        }
        json.push(b':');
        string(json, &value);
    }
    json.push(b'}');
    match &answer.body {
        // An empty body is seen as null and as no member at all.
        Body::Empty if chance & 2 == 2 => {}
        Body::Empty => json.extend_from_slice(b",\"body\":null"),
        Body::Json(body) => {
            json.extend_from_slice(b",\"body\":");
            json.extend_from_slice(body);
        }
        Body::Text(text) => {
            json.extend_from_slice(b",\"body\":");
            string(json, text);
        }
    }
    json.push(b'}');
}
