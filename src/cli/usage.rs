//! What clap says of a command line that it does not take.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command, Error};

use super::exit::Failure;
use super::failure_document;
use super::lines::Lines;
use super::messages::{self, Mark};
use super::wishes::answered;
use crate::plan::playbook::Playbook;
use crate::wording::playbook::meant_for;

/// Parses a command line. One that cannot be used ends the process here, as does `--help`.
pub(super) fn parse(command: &Command, line: &[OsString]) -> ArgMatches {
    with_needed_usages(command)
        .try_get_matches_from(line)
        .unwrap_or_else(|error| end(&answered(with_playbooks(error), line), line))
}

/// Ends the process with clap's answer, and with a document of it where JSON was asked for.
pub(super) fn end(error: &Error, line: &[OsString]) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    messages::print(&laid_out(&error.render().to_string()));
    if failure_document::is_asked_for(line) {
        failure_document::print(&of_usage(error));
    }
    std::process::exit(error.exit_code())
}

/// What clap says, broken at its blanks where the terminal is narrow: clap breaks its help alone.
fn laid_out(said: &str) -> Lines {
    Lines::of(|out| {
        for line in said.trim_end().lines() {
            let text = line.trim_start();
            match line.strip_prefix("error: ") {
                Some(what) => out.at(Mark::Error, what),
                None => out.at(&line[..line.len() - text.len()], text),
            }
        }
    })
}

/// What clap says before it shows the usage, without its mark; what it proposes is what to do next.
fn of_usage(error: &Error) -> Failure {
    let said = error.render().to_string();
    let said = said.split("\n\nUsage:").next().unwrap_or_default().split("\n\nFor more information").next();
    let mut paragraphs = said.unwrap_or_default().trim_start_matches("error: ").split("\n\n");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let failure = Failure::usage(words(paragraphs.next().unwrap_or_default()));
    let tips = paragraphs.map(words).filter(|tip| !tip.is_empty());
    tips.fold(failure, |failure, tip| failure.and_next(tip.trim_start_matches("tip: ")))
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
        let known =
            Playbook::ALL.map(|playbook| format!("--playbook {}: {}", playbook.name(), meant_for(playbook)).into());
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(known.into()));
    }
    error
}
