//! What clap says of a command line that it does not take.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory as _, Error};

use super::Cli;
use crate::plan::playbook::Playbook;

/// The command line, with a usage for each command that says what it needs. clap's own usage of an error also names as needed
/// what merely has a value, from the environment or as a default.
pub(super) fn command() -> Command {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let usages: Vec<(String, String)> =
        command.get_subcommands_mut().map(|sub| (sub.get_name().to_owned(), sub.render_usage().to_string())).collect();
    usages.into_iter().fold(Cli::command(), |command, (name, usage)| {
        let usage = usage.trim_start_matches("Usage: ").to_owned();
        command.mut_subcommand(name, |sub| sub.override_usage(usage))
    })
}

/// The same error, with what helps whoever left the playbook out.
pub(super) fn told(mut error: Error) -> Error {
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
