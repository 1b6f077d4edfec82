//! What is printed for programs: a value as JSON, on one line.

use std::io::{self, Write};

use serde::Serialize;

/// Writes it.
pub(super) fn write(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    let line = serde_json::to_string(value).map_err(io::Error::other)?;
    writeln!(out, "{line}")
}
