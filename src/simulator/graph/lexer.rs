//! The small words of a request: keys, options, media types.

use uuid::Uuid;

use super::errors::ServedError;

/// Whether what follows a set's name is something else than a key: no object id and no UPN looks like it.
pub(super) fn is_operation(segment: &str) -> bool {
    let cast = segment.get(..16).is_some_and(|head| is(head, "microsoft.graph."));
    (segment.starts_with('$') && !segment.contains('@')) || segment.ends_with(')') || is(segment, "delta") || cast
}

/// An object id in a URL.
pub(super) fn object_id(text: &str) -> Result<Uuid, ServedError> {
    let id = Some(text).filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok());
    id.ok_or_else(|| ServedError::bad_request(format!("Invalid object identifier '{text}'.")))
}

/// Whether a content type is that of JSON. Its parameters do not matter.
pub(crate) fn is_json(content_type: &str) -> bool {
    is(content_type.split(';').next().unwrap_or_default().trim(), "application/json")
}

pub(super) fn unknown_option(name: &str) -> ServedError {
    match name {
        "$skip" => ServedError::malformed("'$skip' is not supported by the service."),
        "$filter" | "$orderby" | "$search" | "$expand" | "$count" | "$top" | "$skiptoken" | "$format" => {
            ServedError::part_not_simulated(format_args!("the query option {name}"))
        }
        other => {
            ServedError::malformed(format!("The query specified in the URI is not valid. Unknown option '{other}'."))
        }
    }
}

pub(super) fn is(text: &str, word: &str) -> bool {
    text.eq_ignore_ascii_case(word)
}
