//! Answers of a Graph that does not keep to `$select`.

use serde_json::Value;

use super::answer::Body;
use super::properties::is_default;

/// The same answer, whose objects have the properties that a user has where nothing is selected.
pub(crate) fn unselected(body: Body) -> Body {
    let Body::Json(json) = &body else { return body };
    let Ok(mut document) = serde_json::from_slice::<Value>(json) else { return body };
    match document.get_mut("value").and_then(Value::as_array_mut) {
        Some(objects) => objects.iter_mut().for_each(cut),
        None => cut(&mut document),
    }
    Body::Json(document.to_string().into_bytes())
}

fn cut(object: &mut Value) {
    if let Some(object) = object.as_object_mut() {
        object.retain(|name, _| name.starts_with('@') || is_default(name));
    }
}
