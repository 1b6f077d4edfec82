//! A list in JSON: a document as Graph (`{"value": [...]}`), the Azure CLI and PowerShell (`ConvertTo-Json`: one object or an array)
//! write it, one object a line, or an array of names.
//!
//! Its objects become rows and the names of their properties the header. An object stands on the line on which it begins; several
//! on one line are counted on from there.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::key;
use super::list_format::{ListFormat, MAX_DOCUMENT_BYTES};
use super::names;
use super::table_text::TableText;

/// Why a text that begins as JSON is no list of people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum JsonFault {
    #[error("is no valid JSON: line {line}, column {column}")]
    Syntax { line: usize, column: usize },
    #[error("ends in the middle of its JSON")]
    CutOff,
    #[error("is JSON with letters that are not UTF-8")]
    NotUtf8,
    /// Graph gives a long list page by page.
    #[error("is one page of a longer list in JSON ({sign:?} says that there are more people)")]
    OnePage { sign: &'static str },
    #[error("has an object with two properties {name:?} on line {line} of its JSON")]
    TwoProperties { name: String, line: u64 },
    /// `{"ada": {"mail": "ada@contoso.com"}}`
    #[error("has no list of people: each of them stands under a name of their own, on line {line} of its JSON")]
    ByName { line: u64 },
    /// `{"ada@contoso.com": "disable"}`
    #[error(
        "is a JSON object of names and words, on line {line}: what is said of each person may be that they are not meant"
    )]
    OfNames { line: u64 },
    /// Numbers, or objects and names in one array.
    #[error("has something other than one object for each person on line {line} of its JSON")]
    NoObject { line: u64 },
    #[error("has more than {} MB of rows", .0 >> 20)]
    TooLong(usize),
}

/// Whether a text begins as JSON. A list of object ids in braces does not.
pub(super) fn begins_as_json(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    let next = |rest: &[u8]| rest.trim_ascii_start().first().copied();
    match head.split_first() {
        Some((b'{', rest)) => matches!(next(rest), Some(b'"' | b'}')),
        Some((b'[', rest)) => matches!(next(rest), Some(b'{' | b'[' | b'"' | b']')),
        _ => false,
    }
}

/// A list in JSON as CSV.
pub(super) struct JsonTable {
    pub(super) format: ListFormat,
    pub(super) text: Vec<u8>,
    /// The line of the header, which stands above the first object: 0 where that one stands on the first line.
    pub(super) first_line: u64,
}

/// Reads a whole text.
pub(super) fn read(text: &[u8]) -> Result<JsonTable, JsonFault> {
    let text = std::str::from_utf8(text).map_err(|_| JsonFault::NotUtf8)?;
    let documents = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let mut documents = documents.collect::<Result<Vec<_>, _>>().map_err(|error| JsonFault::of(&error))?;
    let format = if documents.len() > 1 { ListFormat::JsonLines } else { ListFormat::Json };
    let mut lines = Lines { text, offset: 0, line: 1 };
    let mut people = People::default();
    let last = documents.pop();
    for document in documents {
        people.document(document, &mut lines)?;
    }
    if let Some(last) = last
        && let Some(sign) = people.document(last, &mut lines)?
    {
        return Err(JsonFault::OnePage { sign });
    }
    people.table(format)
}

impl JsonFault {
    fn of(error: &serde_json::Error) -> Self {
        if error.is_eof() { Self::CutOff } else { Self::Syntax { line: error.line(), column: error.column() } }
    }

    /// What to do.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::CutOff => "Export it again, or copy the whole of it.",
            Self::OnePage { .. } => {
                "Fetch all pages: Get-MgUser -All, az ad user list, or follow the link until there is none."
            }
            Self::NotUtf8 => "Save it as UTF-8.",
            Self::OfNames { .. } => {
                "Write the names of those who are meant as an array: [\"ada@contoso.com\", \"eve@contoso.com\"]."
            }
            Self::ByName { .. } => "Make a list of them: jq \"[.[]]\" FILE > list.json",
            Self::NoObject { .. } | Self::TooLong(_) | Self::Syntax { .. } | Self::TwoProperties { .. } => {
                "Write one object for each person, as Graph and ConvertTo-Json do, or a CSV file."
            }
        }
    }
}

/// Counts lines up to places that come one after the other.
struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which a part of the text begins.
    fn of(&mut self, part: &str) -> u64 {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).min(self.text.len());
        let between = self.text.as_bytes().get(self.offset..offset).unwrap_or_default();
        self.line += between.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.offset = self.offset.max(offset);
        self.line
    }
}

/// The objects of a text, in order.
#[derive(Default)]
struct People<'a> {
    rows: Vec<(u64, &'a RawValue)>,
    /// The names of all properties, in the order in which they first come, and their places.
    header: Vec<String>,
    places: HashMap<String, usize>,
    /// Whether the elements are texts and not objects; `None` before the first.
    are_texts: Option<bool>,
}

impl<'a> People<'a> {
    /// Takes the people of one document, and gives the property that says that there are more.
    fn document(&mut self, document: &'a RawValue, lines: &mut Lines<'a>) -> Result<Option<&'static str>, JsonFault> {
        let line = lines.of(document.get());
        match document.get().as_bytes().first() {
            Some(b'[') => {
                self.elements(document, lines)?;
                Ok(None)
            }
            Some(b'{') => {
                let properties = properties(document)?;
                match wrapped(&properties) {
                    Some(list) => {
                        let number = self.elements(list, lines)?;
                        Ok(more_pages(&properties, number))
                    }
                    // A person has a property that is a text.
                    None if !properties.is_empty()
                        && properties.iter().all(|(_, value)| value.get().starts_with('{')) =>
                    {
                        Err(JsonFault::ByName { line })
                    }
                    None if properties.iter().any(|(name, _)| key::parse(name, None).is_ok()) => {
                        Err(JsonFault::OfNames { line })
                    }
                    None => {
                        self.element(line, document)?;
                        Ok(None)
                    }
                }
            }
            _ => Err(JsonFault::NoObject { line }),
        }
    }

    /// Takes the elements of an array, and gives their number.
    fn elements(&mut self, array: &'a RawValue, lines: &mut Lines<'a>) -> Result<usize, JsonFault> {
        let elements: Vec<&RawValue> = serde_json::from_str(array.get()).map_err(|error| JsonFault::of(&error))?;
        for element in &elements {
            self.element(lines.of(element.get()), element)?;
        }
        Ok(elements.len())
    }

    fn element(&mut self, line: u64, element: &'a RawValue) -> Result<(), JsonFault> {
        let is_a_text = match element.get().as_bytes().first() {
            Some(b'"') => true,
            Some(b'{') => false,
            _ => return Err(JsonFault::NoObject { line }),
        };
        if *self.are_texts.get_or_insert(is_a_text) != is_a_text {
            return Err(JsonFault::NoObject { line });
        }
        if !is_a_text {
            let properties = properties(element)?;
            for (index, (name, _)) in properties.iter().enumerate() {
                if properties[..index].iter().any(|(before, _)| before == name) {
                    return Err(JsonFault::TwoProperties { name: name.clone(), line });
                }
                if !self.places.contains_key(name) {
                    self.places.insert(name.clone(), self.header.len());
                    self.header.push(name.clone());
                }
            }
        }
        self.rows.push((line, element));
        Ok(())
    }

    fn table(self, format: ListFormat) -> Result<JsonTable, JsonFault> {
        let has_header = self.are_texts == Some(false);
        let first = self.rows.first().map_or(1, |(line, _)| *line);
        let first_line = if has_header { first - 1 } else { first };
        let mut text = TableText::from_line(first_line);
        let mut fits = !has_header || text.push(first_line, self.header.iter().map(String::as_str));
        for (line, element) in &self.rows {
            if has_header {
                let mut cells = vec![Cow::Borrowed(""); self.header.len()];
                for (name, value) in properties(element)? {
                    cells[self.places[&name]] = shown(value);
                }
                fits &= text.push(*line, cells.iter().map(AsRef::as_ref));
            } else {
                fits &= text.push(*line, std::iter::once(shown(element).as_ref()));
            }
            if !fits {
                return Err(JsonFault::TooLong(MAX_DOCUMENT_BYTES));
            }
        }
        Ok(JsonTable { format, text: text.into_bytes(), first_line })
    }
}

/// The properties of an object, in order.
struct Properties<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Properties<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(property) = map.next_entry::<String, &'de RawValue>()? {
                    all.push(property);
                }
                Ok(all)
            }
        }
        deserializer.deserialize_map(InOrder).map(Properties)
    }
}

fn properties(object: &RawValue) -> Result<Vec<(String, &RawValue)>, JsonFault> {
    let Properties(properties) = serde_json::from_str(object.get()).map_err(|error| JsonFault::of(&error))?;
    Ok(properties)
}

/// The list inside an object that names no person itself: `value` of Graph and of Windows PowerShell, `users`, `Resources`.
fn wrapped<'a>(properties: &[(String, &'a RawValue)]) -> Option<&'a RawValue> {
    let is_a_list = |value: &RawValue| value.get().starts_with('[');
    if let [(_, value)] = properties.iter().filter(|(name, _)| name == "value").collect::<Vec<_>>()[..]
        && is_a_list(value)
    {
        return Some(value);
    }
    let of_objects = |value: &RawValue| value.get()[1..].trim_start().starts_with('{');
    if properties.iter().any(|(name, _)| names::is_a_key(&names::meaning(name), None)) {
        return None;
    }
    let mut lists = properties.iter().filter(|(_, value)| is_a_list(value) && of_objects(value));
    let (_, only) = lists.next()?;
    lists.next().is_none().then_some(*only)
}

/// Properties beside a list that say that it goes on.
const LINKS: &[&str] = &["@odata.nextLink", "odata.nextLink", "nextLink", "nextPageToken", "next_page"];
/// Properties beside a list that say how many people there are.
const COUNTS: &[&str] = &["@odata.count", "odata.count", "totalResults"];

fn more_pages(properties: &[(String, &RawValue)], number: usize) -> Option<&'static str> {
    let value = |sign: &str| properties.iter().find(|(name, _)| name == sign).map(|(_, value)| shown(value));
    let link = LINKS.iter().find(|sign| value(sign).is_some_and(|link| !link.is_empty()));
    let is_more = |count: Cow<'_, str>| count.parse::<usize>().is_ok_and(|count| count > number);
    link.or_else(|| COUNTS.iter().find(|sign| value(sign).is_some_and(is_more))).copied()
}

/// A value as a cell: a text without its quotes, a number as it is written, nothing for `null`, texts of an array behind each other
/// with a semicolon between (as exports write several addresses), and an object as it is.
fn shown(value: &RawValue) -> Cow<'_, str> {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(raw).map_or(Cow::Borrowed(raw), Cow::Owned),
        Some(b'n') => Cow::Borrowed(""),
        Some(b'[') => match serde_json::from_str::<Vec<String>>(raw) {
            Ok(texts) => Cow::Owned(texts.join(";")),
            Err(_) => Cow::Borrowed(raw),
        },
        _ => Cow::Borrowed(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(text: &str) -> Result<(String, u64), JsonFault> {
        read(text.as_bytes()).map(|table| (String::from_utf8(table.text).unwrap(), table.first_line))
    }

    fn rows(text: &str) -> String {
        table(text).unwrap().0
    }

    #[test]
    fn people_under_names_of_their_own_are_no_row() {
        let text = r#"{"ada":{"mail":"ada@b.c","manager":"eve@b.c"},"bob":{"mail":"bob@b.c"}}"#;
        let fault = table(text).unwrap_err();
        assert_eq!(fault, JsonFault::ByName { line: 1 });
        assert!(fault.help().contains("jq"));
        assert_eq!(rows(r#"{"upn":"ada@b.c","licence":{"x":1}}"#).lines().count(), 2);
    }

    #[test]
    fn an_object_of_names_and_words_is_no_row() {
        let fault = table(r#"{"ada@b.c":"disable","eve@b.c":"keep"}"#).unwrap_err();
        assert_eq!(fault, JsonFault::OfNames { line: 1 });
    }

    #[test]
    fn every_form_gives_the_same_rows() {
        let expected = "upn,id\na@b.c,7\nd@e.f,\n";
        for text in [
            r#"[{"upn":"a@b.c","id":7},{"upn":"d@e.f","id":null}]"#,
            r#"{"@odata.context":"x","value":[{"upn":"a@b.c","id":7},{"upn":"d@e.f"}]}"#,
            r#"{"value":[{"upn":"a@b.c","id":7},{"upn":"d@e.f"}],"Count":2}"#,
            r#"{"kind":"x","users":[{"upn":"a@b.c","id":7},{"upn":"d@e.f"}]}"#,
            r#"{"upn":"a@b.c","id":7} {"upn":"d@e.f"}"#,
            r#"{"@odata.nextLink":"https://x","value":[{"upn":"a@b.c","id":7}]}{"value":[{"upn":"d@e.f"}]}"#,
        ] {
            assert_eq!(rows(text), expected, "{text}");
        }
        assert_eq!(
            rows(r#"{"userPrincipalName":"a@b.c","licences":[{"x":1}]}"#),
            "userPrincipalName,licences\na@b.c,\"[{\"\"x\"\":1}]\"\n"
        );
        assert_eq!(rows(r#"["a@b.c", "d@e.f"]"#), "a@b.c\nd@e.f\n");
        assert_eq!(rows(r#"[{"m":["SMTP:a@b.c","smtp:d@e.f"]}]"#), "m\nSMTP:a@b.c;smtp:d@e.f\n");
        assert_eq!(rows(r#"[{"n":12345678901234567890123}]"#), "n\n12345678901234567890123\n", "as it is written");
        assert_eq!(rows("[]"), "");
    }

    #[test]
    fn an_object_stands_on_its_line() {
        assert_eq!(
            table("[\n  {\n    \"upn\": \"a\"\n  },\n  {\n    \"upn\": \"b\"\n  }\n]\n").unwrap(),
            ("upn\na\n\n\nb\n".into(), 1)
        );
        assert_eq!(table("{\"upn\":\"a\"}\n{\"upn\":\"b\"}\n").unwrap(), ("upn\na\nb\n".into(), 0));
    }

    #[test]
    fn half_a_list_and_what_is_none_are_refused() {
        let users = r#""value":[{"upn":"a@b.c"}]"#;
        for (text, fault) in [
            (format!(r#"{{"@odata.nextLink":"https://x",{users}}}"#), JsonFault::OnePage { sign: "@odata.nextLink" }),
            (format!(r#"{{{users},"@odata.count":2}}"#), JsonFault::OnePage { sign: "@odata.count" }),
            (r#"[{"upn":"a@b.c"},"#.to_owned(), JsonFault::CutOff),
            ("[{\"upn\":\"a@b.c\"}\n{}]".to_owned(), JsonFault::Syntax { line: 2, column: 1 }),
            (r#"[{"upn":"a","upn":"b"}]"#.to_owned(), JsonFault::TwoProperties { name: "upn".into(), line: 1 }),
            ("[\n{\"upn\":\"a\"},\n\"b\"]".to_owned(), JsonFault::NoObject { line: 3 }),
            ("[[\"a\"]]".to_owned(), JsonFault::NoObject { line: 1 }),
        ] {
            assert_eq!(table(&text), Err(fault), "{text}");
        }
        assert!(table(&format!(r#"{{{users},"@odata.count":1,"@odata.nextLink":""}}"#)).is_ok());
        assert_eq!(read(b"[\"\xff\"]").err(), Some(JsonFault::NotUtf8));
    }

    #[test]
    fn what_begins_as_json() {
        for text in ["{\"a\":1}", "\r\n [ {", "[\"a\"]", "[]", "{ }"] {
            assert!(begins_as_json(text.as_bytes()), "{text}");
        }
        for text in ["{0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11}", "[userPrincipalName]", "user", "", "\"[{\"\"Type\"\"\""]
        {
            assert!(!begins_as_json(text.as_bytes()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[{}\\]\",:ab \n0]{0,40}") {
            let _ = table(&text);
        }
    }
}
