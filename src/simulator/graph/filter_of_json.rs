//! The simulator's `$filter` over users as plain JSON, for tests that make tenants of a kind that no directory holds.

use serde_json::Value;

use super::filter::{Comparison, Filter};
use super::filter_fields::FieldKind;
use super::filter_parser::parse;
use super::query::{Plus, decode};

/// Which users a filter lets through. Panics on what Graph refuses.
pub(crate) fn matcher(filter: &str, advanced: bool) -> impl Fn(&Value) -> bool + use<> {
    let filter = parse(filter, advanced).unwrap_or_else(|error| panic!("{filter}: {error:?}"));
    move |user| lets_through(&filter, user)
}

fn lets_through(filter: &Filter, user: &Value) -> bool {
    match filter {
        Filter::Any(filters) => filters.iter().any(|filter| lets_through(filter, user)),
        Filter::All(filters) => filters.iter().all(|filter| lets_through(filter, user)),
        Filter::Not(filter) => !lets_through(filter, user),
        Filter::Test(field, Comparison::OneOf(values)) => {
            let known = match &user[field.name] {
                Value::Array(known) => known.iter().filter_map(Value::as_str).collect(),
                value => Vec::from_iter(value.as_str()),
            };
            let same = |known: &str, value: &str| match field.kind {
                // The spelling of the prefix counts, so that a question for one spelling alone misses accounts.
                FieldKind::Collection(_) => known[..5] == value[..5] && known.eq_ignore_ascii_case(value),
                _ => known.eq_ignore_ascii_case(value),
            };
            known.iter().any(|known| values.iter().any(|value| same(known, value)))
        }
        Filter::Test(field, Comparison::Is(wanted)) => user[field.name] == *wanted,
        Filter::Test(..) => panic!("no test filters by this: {filter:?}"),
    }
}

/// A part of a URL without its percent-encoding. Panics on an encoding that Graph refuses.
pub(crate) fn decoded(text: &str) -> String {
    decode(text, Plus::IsPlus).unwrap_or_else(|error| panic!("{text}: {error:?}")).into_owned()
}
