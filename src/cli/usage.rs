//! What clap says of a command line that it does not take.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command, Error};

use super::wishes::answered;
use crate::plan::playbook::Playbook;

/// Parses a command line. One that cannot be used ends the process here, as does `--help`.
pub(super) fn parse(command: &Command, line: &[OsString]) -> ArgMatches {
    with_needed_usages(command)
        .try_get_matches_from(line)
        .unwrap_or_else(|error| answered(with_playbooks(error), line).exit())
}

/// The command line, with a usage for each command that says what it needs. clap's own usage of an error also names as needed
/// what merely has a value, from the environment or as a default.
pub(super) fn with_needed_usages(command: &Command) -> Command {
    let mut built = command.clone().disable_help_subcommand(true);
    built.build();
    let usages: Vec<(String, String)> =
        built.get_subcommands_mut().map(|sub| (sub.get_name().to_owned(), sub.render_usage().to_string())).collect();
    usages.into_iter().fold(command.clone(), |command, (name, usage)| {
        let usage = usage.trim_start_matches("Usage: ").to_owned();
        command.mut_subcommand(name, |sub| sub.override_usage(usage))
    })
}

/// The same error. Where it is a missing playbook, it names them all.
pub(super) fn with_playbooks(mut error: Error) -> Error {
    let lacks_playbook = matches!(
        error.get(ContextKind::InvalidArg),
        Some(ContextValue::Strings(missing)) if missing.iter().any(|arg| arg.starts_with("--playbook "))
    );
    if lacks_playbook && error.kind() == ErrorKind::MissingRequiredArgument {
        let known = format!("the playbooks are {}", Playbook::ALL.map(Playbook::name).join(", "));
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![known.into()]));
    }
    error
}
