//! Queries as strictly as Graph reads them.

use std::collections::BTreeMap;

use serde_json::Value;

/// The options of a query, decoded.
pub(super) fn options(query: &str) -> BTreeMap<String, String> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), decode(value)))
        .collect()
}

/// One clause of a filter: a property and the values that it may have.
struct Clause {
    property: String,
    values: Vec<String>,
}

/// Which users a filter lets through, as a test on one of them; panics on what Graph refuses.
pub(super) fn matcher(filter: &str, advanced: bool) -> impl Fn(&Value) -> bool + use<> {
    let all: Vec<Vec<Clause>> =
        filter.split(" and ").map(|part| part.split(" or ").map(clause).collect::<Vec<_>>()).collect();
    let values: Vec<&String> = all.iter().flatten().flat_map(|clause| &clause.values).collect();
    assert!(!values.is_empty());
    if !advanced {
        assert!(values.len() <= 15, "a filter takes 15 values, not {}", values.len());
        for value in values {
            let length = value.replace('\'', "''").chars().count();
            assert!(length <= 120, "a literal has 120 characters at most, and this one {length}");
        }
    }
    let needs_more = all.iter().flatten().any(|clause| clause.property == "onPremisesSamAccountName");
    assert!(advanced || !needs_more, "that needs an advanced query");
    move |user| all.iter().all(|any| any.iter().any(|clause| clause.matches(user)))
}

fn clause(text: &str) -> Clause {
    if let Some((property, rest)) = text.split_once("/any(p:p eq ") {
        return Clause { property: property.to_owned(), values: literals(rest.strip_suffix(')').unwrap()) };
    }
    if let Some((property, rest)) = text.split_once(" in (") {
        return Clause { property: property.to_owned(), values: literals(rest.strip_suffix(')').unwrap()) };
    }
    let (property, value) = text.split_once(" eq ").unwrap_or_else(|| panic!("not a clause: {text}"));
    let values = if value == "true" { vec!["true".to_owned()] } else { literals(value) };
    Clause { property: property.to_owned(), values }
}

impl Clause {
    /// Addresses are told apart by the spelling of their prefix here, so that whoever asks for one spelling alone
    /// misses somebody.
    fn matches(&self, user: &Value) -> bool {
        let same = |value: &Value, text: &str| match value {
            Value::Bool(value) => value.to_string() == text,
            Value::String(value) if self.property == "proxyAddresses" => {
                value[..5] == text[..5] && value.eq_ignore_ascii_case(text)
            }
            Value::String(value) => value.eq_ignore_ascii_case(text),
            _ => false,
        };
        let known: Vec<&Value> = match &user[&self.property] {
            Value::Array(values) => values.iter().collect(),
            value => vec![value],
        };
        known.iter().any(|value| self.values.iter().any(|text| same(value, text)))
    }
}

pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        assert_ne!(byte, b'#', "a # ends the url: {text}");
        if byte == b'%' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Reads `'a','o''neil'`, and nothing else.
fn literals(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.strip_prefix('\'').unwrap();
        let mut value = String::new();
        loop {
            let (part, behind) = rest.split_once('\'').unwrap();
            value.push_str(part);
            rest = behind;
            match rest.strip_prefix('\'') {
                Some(doubled) => {
                    value.push('\'');
                    rest = doubled;
                }
                None => break,
            }
        }
        values.push(value);
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => break,
        }
    }
    assert_eq!(rest, "");
    values
}
