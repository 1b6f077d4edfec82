//! What a command that fails prints for programs, whichever command it is.

use std::ffi::OsString;
use std::io::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::exit::Failure;
use crate::json::DocumentVersion;
use crate::wording::worded_step::WordedStep;

/// Why a command could not do its work, as `--json` prints it: the last line of standard output, and the only one where
/// nothing was done. People read the same on standard error.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct FailureDocument<'a> {
    sealoff_failure: DocumentVersion,
    /// The code that the command ends with.
    exit_code: u8,
    /// What happened, and to which row or file.
    error: &'a str,
    /// What happened because of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    also: Option<&'a str>,
    /// The place in a file that shows it, with its mark, line by line.
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<&'a str>,
    /// What to do next, in this order.
    next: Vec<NextStep<'a>>,
}

/// One thing to do next.
#[derive(Debug, JsonSchema, Serialize)]
struct NextStep<'a> {
    /// What.
    what: &'a str,
    /// The command that does it, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
}

impl<'a> FailureDocument<'a> {
    fn of(failure: &'a Failure) -> Self {
        let step = |WordedStep { what, command }: &'a WordedStep| NextStep { what, command: command.as_deref() };
        Self {
            sealoff_failure: DocumentVersion,
            exit_code: failure.exit as u8,
            error: &failure.what,
            also: failure.also.as_deref(),
            excerpt: failure.excerpt.as_deref(),
            next: failure.next.iter().map(step).collect(),
        }
    }
}

/// Does the command line ask for JSON? It is asked of one that cannot be parsed, too.
pub(super) fn is_asked_for(line: &[OsString]) -> bool {
    line.iter().skip(1).take_while(|word| *word != "--").any(|word| word == "--json")
}

/// Prints it on standard output. Where that cannot be written, standard error and the exit code still say it.
pub(super) fn print(failure: &Failure) {
    if failure.is_in_document {
        return;
    }
    if let Ok(line) = serde_json::to_string(&FailureDocument::of(failure)) {
        let mut out = anstream::stdout();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }
}
