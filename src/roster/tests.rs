//! The room as its callers see it: bytes in, entries out.

mod columns;
mod damage;
mod encodings;
mod examples;
mod formats;
mod left_alone;
mod rows;

use super::*;

const ID: &str = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11";

fn open(bytes: impl Into<Vec<u8>>) -> Result<Roster, RosterError> {
    Roster::open(Source::bytes("a test", bytes.into()))
}

fn entries(bytes: impl Into<Vec<u8>>) -> Vec<Entry> {
    open(bytes).unwrap().map(Result::unwrap).collect()
}

fn only(bytes: impl Into<Vec<u8>>) -> Result<Person, Defect> {
    let mut entries = entries(bytes);
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries.remove(0).content
}

fn upn(text: &str) -> Upn {
    text.parse().unwrap()
}

/// Its line, and the key or the reason of each row.
fn rows(bytes: impl Into<Vec<u8>>) -> Vec<(u64, String)> {
    let said = |entry: Entry| match entry.content {
        Ok(person) => (entry.line, person.key.to_string()),
        Err(defect) => (entry.line, defect.reason.to_string()),
    };
    entries(bytes).into_iter().map(said).collect()
}
