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
        .unwrap_or_else(|error| end(answered(with_playbooks(error), line), line))
}

/// Ends the process with clap's answer, and with a document of it where JSON was asked for.
pub(super) fn end(error: Error, line: &[OsString]) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    let code = error.exit_code();
    messages::print(&laid_out(&error.render().to_string()));
    if failure_document::is_asked_for(line) {
        failure_document::print(&of_usage(error));
    }
    std::process::exit(code)
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

/// What is wrong, as clap words it, without its mark and its usage; what it proposes is what to do next.
fn of_usage(mut error: Error) -> Failure {
    let proposals = proposals(&mut error);
    error.remove(ContextKind::Usage);
    let said = error.render().to_string();
    // clap words what is wrong between its mark and where its help is.
    let said = said.trim_start_matches("error: ").split("\n\nFor more information").next().unwrap_or_default();
    let what = said.split_whitespace().collect::<Vec<_>>().join(" ");
    proposals.into_iter().fold(Failure::usage(what), Failure::and_next)
}

/// What clap proposes, taken out of its error.
fn proposals(error: &mut Error) -> Vec<String> {
    let alike = [
        (ContextKind::SuggestedSubcommand, "subcommand"),
        (ContextKind::SuggestedArg, "argument"),
        (ContextKind::SuggestedValue, "value"),
    ];
    let mut proposals = Vec::new();
    for (kind, what) in alike {
        match error.remove(kind) {
            Some(ContextValue::String(one)) => proposals.push(format!("a similar {what} exists: '{one}'")),
            Some(ContextValue::Strings(all)) => {
                proposals.extend(all.iter().map(|one| format!("a similar {what} exists: '{one}'")));
            }
            _ => {}
        }
    }
    if let Some(ContextValue::StyledStrs(all)) = error.remove(ContextKind::Suggested) {
        proposals.extend(all.iter().map(ToString::to_string));
    }
    proposals
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_and_what_is_proposed_are_kept_apart() {
        let command = Command::new("sealoff").arg(clap::Arg::new("playbook").long("playbook").num_args(1));
        let error = command.try_get_matches_from(["sealoff", "--playbok", "x"]).unwrap_err();
        let failure = of_usage(error);
        assert_eq!(failure.what, "unexpected argument '--playbok' found");
        assert_eq!(failure.remedy().as_deref(), Some("a similar argument exists: '--playbook'"));
    }
}
