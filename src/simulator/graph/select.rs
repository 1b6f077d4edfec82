//! `$select` for objects that are few: written whole, then cut to what was asked for.

use serde_json::{Map, Value};

use super::errors::ServedError;
use super::lexer::unknown_option;
use super::query::Url;
use super::vocabulary;

/// The names of a select list; `None` where nothing is selected.
pub(crate) type SelectedNames = Option<Vec<String>>;

/// Reads a select list.
pub(super) fn names(list: &str) -> SelectedNames {
    Some(list.split(',').map(|name| name.trim().to_owned()).collect())
}

/// The select list of a call that takes no other option. Options without a dollar sign are the caller's own.
pub(super) fn only_select(url: &Url<'_>) -> Result<SelectedNames, ServedError> {
    let mut selected = None;
    for option in url.options() {
        let (name, value) = option?;
        match &*name {
            "$select" => selected = names(&value),
            name if name.starts_with('$') => return Err(unknown_option(name)),
            _ => {}
        }
    }
    Ok(selected)
}

/// A property that a type does not have, or not here.
pub(crate) fn unknown_property(name: &str, of: &str) -> ServedError {
    let exists = if of == "directoryObject" { vocabulary::any_has(name) } else { vocabulary::has(of, name) };
    if exists {
        return ServedError::part_not_simulated(format_args!("$select={name} of the type microsoft.graph.{of}"));
    }
    ServedError::malformed(format!(
        "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type \
         'microsoft.graph.{of}'."
    ))
}

/// What is left of an object; names that it does not have are refused. Annotations stay.
pub(crate) fn cut(
    object: Map<String, Value>,
    names: &SelectedNames,
    of: &str,
) -> Result<Map<String, Value>, ServedError> {
    let Some(names) = names else { return Ok(object) };
    let has = |name: &String| object.keys().any(|key| key.eq_ignore_ascii_case(name));
    match names.iter().find(|name| !has(name)) {
        Some(unknown) => Err(unknown_property(unknown, of)),
        None => Ok(cut_loosely(object, Some(names))),
    }
}

/// The same for one of several types, where a name may belong to another.
pub(crate) fn cut_loosely(object: Map<String, Value>, names: Option<&Vec<String>>) -> Map<String, Value> {
    let Some(names) = names else { return object };
    let wanted = |key: &String| key.starts_with('@') || names.iter().any(|name| name.eq_ignore_ascii_case(key));
    object.into_iter().filter(|(key, _)| wanted(key)).collect()
}
