//! Answers of any form that a script gives, and what they repeat of the request.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::answer::{Body, CallIds, ScriptedHeaders, ServedAnswer, error_body};
use super::errors::ServedError;
use crate::simulator::scripted_answer::ScriptedAnswer;

/// The answer to a request that carried `sent`. `{sent}` in its texts stands for that, `{sent:json}`, `{sent:html}`,
/// `{sent:percent}`, `{sent:base64}` and `{sent:utf16}` for that in another form.
pub(crate) fn scripted(answer: &ScriptedAnswer, sent: &[u8], ids: &CallIds) -> ServedAnswer {
    let sent = String::from_utf8_lossy(sent);
    let with_sent = |text: &str| repeat(text, &sent);
    let body = match answer.body.as_deref().map(with_sent) {
        None => {
            let (code, message) = (with_sent(&answer.code), with_sent(&answer.message));
            Body::Json(error_body(&ServedError::new(answer.status, code, message), ids))
        }
        Some(text) if text.is_empty() => Body::Empty,
        Some(text) if answer.content_type.is_none() && serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok() => {
            Body::Json(text.into_bytes())
        }
        Some(text) => Body::Text(text),
    };
    let mut served = ServedAnswer::new(answer.status, body);
    let (content_type, request_id) = (answer.content_type.as_deref(), answer.request_id.as_deref());
    if content_type.is_some() || request_id.is_some() {
        let of = |text: Option<&str>| text.map(with_sent);
        served.scripted =
            Some(Box::new(ScriptedHeaders { content_type: of(content_type), request_id: of(request_id) }));
    }
    served
}

/// `text` with what was sent in the places that are marked for it.
pub(crate) fn repeat(text: &str, sent: &str) -> String {
    let mut text = Cow::Borrowed(text);
    for (mark, form) in FORMS {
        if text.contains(mark) {
            text = text.replace(mark, &form(sent)).into();
        }
    }
    text.into_owned()
}

type Form = fn(&str) -> String;

const FORMS: [(&str, Form); 6] = [
    ("{sent}", str::to_owned),
    ("{sent:json}", |sent| {
        let quoted = serde_json::Value::from(sent).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    }),
    ("{sent:html}", |sent| sent.chars().map(|c| format!("&#{};", u32::from(c))).collect()),
    ("{sent:percent}", |sent| sent.bytes().map(|byte| format!("%{byte:02X}")).collect()),
    ("{sent:base64}", |sent| STANDARD.encode(sent)),
    ("{sent:utf16}", |sent| STANDARD.encode(sent.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())),
];
