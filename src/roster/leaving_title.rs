//! A title above all people that says to leave them alone: `Accounts to EXCLUDE from the offboarding`.

use super::error::RosterError;
use super::heading;
use super::left_alone::{LeftAlone, SaidBy};
use super::names;
use super::read_options::ReadOptions;
use super::records::line_ends;
use super::secret;
use super::source::Source;
use super::source_span::{SourceRecord, SourceSpan};

/// Refuses a list with such a line above its header.
pub(super) fn refuse_above(lines: &[u8], options: &ReadOptions, from: &Source) -> Result<(), RosterError> {
    let (mut number, mut at) = (1, 0);
    for line in lines.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        let text = String::from_utf8_lossy(line);
        let hidden = secret::is_in(line) || names::is_secret(&text);
        let span = || SourceRecord { hidden, ..SourceRecord::of(line.trim_ascii_end(), number) }.whole();
        refuse(&text, span, options, from)?;
        at += line.len();
        number = 1 + line_ends(&lines[..at]);
    }
    Ok(())
}

/// Refuses a list whose header is nothing but such a line.
pub(super) fn refuse_header(
    names: &[String],
    span: impl Fn() -> SourceSpan,
    options: &ReadOptions,
    from: &Source,
) -> Result<(), RosterError> {
    let mut filled = names.iter().filter(|name| !name.is_empty());
    match (filled.next(), filled.next()) {
        (Some(title), None) => refuse(title, span, options, from),
        _ => Ok(()),
    }
}

fn refuse(line: &str, span: impl Fn() -> SourceSpan, options: &ReadOptions, from: &Source) -> Result<(), RosterError> {
    match heading::leaving_word(line).filter(|_| !options.every_row) {
        Some(word) => {
            let (from, by) = (from.clone(), SaidBy::Title { word });
            Err(RosterError::LeftAlone(Box::new(LeftAlone { from, by, rows: 0, of: 0, span: span() })))
        }
        None => Ok(()),
    }
}
