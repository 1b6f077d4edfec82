//! One line of a journal: how it is written, taken apart, and bound to the line before it.

use std::io::{self, Write};

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::digest::{Digest, Hasher};
use crate::run::record::Record;

/// What a line begins with.
const BEFORE_TIME: &str = "{\"at\":\"";
/// What stands before the number of bytes that were on disk.
const BEFORE_SYNCED: &str = ",\"synced\":";
const BEFORE_CHAIN: &str = ",\"chain\":\"";
const AFTER_CHAIN: &str = "\"}";
/// The length of `,"chain":"` + 64 digits + `"}`.
const CHAIN_LENGTH: usize = 10 + 64 + 2;
/// The digits of the largest number of bytes.
const MAX_DIGITS: usize = 20;

/// The chain before the first line.
pub(super) fn genesis() -> Digest {
    Digest::of(b"sealoff journal")
}

fn link(before: &Digest, body: &[u8]) -> Digest {
    let mut hasher = Hasher::new();
    hasher.update(before.bytes());
    hasher.update(body);
    hasher.finish()
}

/// The end of a line, from behind the record's last field.
fn chain_text(chain: &Digest) -> String {
    format!("{BEFORE_CHAIN}{chain}{AFTER_CHAIN}")
}

/// Takes a line apart, checks that it continues the chain, and gives the chain behind it.
pub(super) fn read(text: &str, chain: &Digest) -> Result<(Record, OffsetDateTime, Digest), String> {
    let body = text.len().checked_sub(CHAIN_LENGTH).and_then(|length| text.get(..length)).ok_or("it has no chain")?;
    let expected = link(chain, body.as_bytes());
    if text[body.len()..] != chain_text(&expected) {
        return Err("it does not continue the line before it".to_owned());
    }
    let (record, at) = read_body(text)?;
    Ok((record, at, expected))
}

/// What a line says, and when it was written. Time and chain stand around the record's own fields, always in the same
/// place; a journal has millions of lines, and to look for them anywhere would double the time that reading takes.
pub(super) fn read_body(text: &str) -> Result<(Record, OffsetDateTime), String> {
    let at = text
        .strip_prefix(BEFORE_TIME)
        .and_then(|rest| rest.split_once('"'))
        .ok_or("it does not begin with its time")?;
    let at = OffsetDateTime::parse(at.0, &Rfc3339).map_err(|error| error.to_string())?;
    let record = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok((record, at))
}

/// The format that the first line of a journal names, with any other content: a journal of a later format must be
/// distinguished from a damaged one.
pub(super) fn named_format(text: &str) -> Option<u32> {
    #[derive(Deserialize)]
    struct Head {
        format: Option<u32>,
    }
    serde_json::from_str::<Head>(text).ok()?.format
}

/// How many bytes of the file were on disk when this line was written, where the line says so. It is asked of lines whose
/// chain cannot be checked; one whose end is damaged may have a damaged number before it, and says nothing.
pub(super) fn claims_synced(line: &[u8]) -> Option<u64> {
    let (body, end) = line.split_at_checked(line.len().checked_sub(CHAIN_LENGTH)?)?;
    let chain = std::str::from_utf8(end).ok()?.strip_prefix(BEFORE_CHAIN)?.strip_suffix(AFTER_CHAIN)?;
    chain.parse::<Digest>().ok()?;
    let tail = std::str::from_utf8(&body[body.len().saturating_sub(BEFORE_SYNCED.len() + MAX_DIGITS)..]).ok()?;
    tail.rsplit_once(BEFORE_SYNCED)?.1.parse().ok()
}

/// Adds a line. `synced` is how many bytes of the file are known to be on disk, where that is to be said.
pub(super) fn append(
    bytes: &mut Vec<u8>,
    chain: &mut Digest,
    record: &Record,
    at: OffsetDateTime,
    synced: Option<u64>,
) -> io::Result<()> {
    let at = at.format(&Rfc3339).map_err(io::Error::other)?;
    let start = bytes.len();
    write!(bytes, "{BEFORE_TIME}{at}\",")?;
    let after_comma = bytes.len();
    serde_json::to_writer(&mut *bytes, record)?;
    // The record's own braces are not wanted: its fields stand beside `at` and `chain`.
    bytes.remove(after_comma);
    bytes.pop();
    if let Some(synced) = synced {
        write!(bytes, "{BEFORE_SYNCED}{synced}")?;
    }
    *chain = link(chain, &bytes[start..]);
    writeln!(bytes, "{}", chain_text(chain))
}
