//! How a command ends: one exit code for each class of ending, and one type for every failure.

use std::fmt;
use std::io;
use std::process::ExitCode;

use serde::{Serialize, Serializer};

use crate::doctor::Check;
use crate::plan::folder::PlanFolder;
use crate::run::outcome_counts::OutcomeCounts;
use crate::run::run_error::RunError;
use crate::run::status::run_status;
use crate::wording::worded_step::WordedStep;
use crate::words::without_system_numbers;

/// The exit codes of every command. They are part of the contract with scripts: never renumber them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything that was asked for is done.
    Done = 0,
    /// The command line, or a file it names, cannot be used.
    Usage = 2,
    /// The run ended, and somebody on the list is not dealt with, or what was done was changed back.
    Unfinished = 3,
    /// A guard refused, or the operator did not confirm.
    Refused = 4,
    /// No token, or not the permission.
    Access = 5,
    /// Interrupted; the same command resumes, or `apply` after `run`.
    Interrupted = 130,
}

impl Exit {
    /// A run is done where everyone on the list is dealt with, and nothing of it was found changed back.
    pub(super) fn of(outcomes: &OutcomeCounts) -> Self {
        if outcomes.is_all_dealt_with() { Self::Done } else { Self::Unfinished }
    }

    /// A plan that changes no account ends as the run of it would: somebody may be refused, or keep an old password.
    ///
    /// # Errors
    ///
    /// The plan cannot be read.
    pub(super) fn of_empty(plan: &PlanFolder) -> Result<Self, RunError> {
        Ok(Self::of(&run_status(plan)?.outcomes))
    }

    /// The ending with this code, where there is one.
    pub(super) fn of_code(code: u8) -> Option<Self> {
        let all = [Self::Done, Self::Usage, Self::Unfinished, Self::Refused, Self::Access, Self::Interrupted];
        all.into_iter().find(|exit| *exit as u8 == code)
    }

    /// The same ending, where something beside the run failed: `Done` becomes `Unfinished`.
    #[must_use]
    pub fn or_unfinished(self) -> Self {
        if self == Self::Done { Self::Unfinished } else { self }
    }
}

/// As its code.
impl Serialize for Exit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(*self as u8)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Whether the reader of standard output has gone, also where a library has wrapped that error.
fn reader_has_gone(error: &io::Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        if let Some(csv::ErrorKind::Io(io)) = error.downcast_ref::<csv::Error>().map(csv::Error::kind) {
            return io.kind() == io::ErrorKind::BrokenPipe;
        }
        next = match io.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

/// The result of printing, for a command that does nothing else. A reader that has gone is no failure, and changes nothing
/// about how the command ends.
///
/// # Errors
///
/// Not all of it could be printed.
pub(super) fn printed(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if !reader_has_gone(&error) => Err(Failure::unprinted(&error)),
        _ => Ok(()),
    }
}

/// Why a command could not do its work: what happened, and what to do next.
#[derive(Debug)]
pub struct Failure {
    /// The class of ending.
    pub exit: Exit,
    /// What happened, to which row or file: a lower-case fragment that reads after `error: `.
    pub what: String,
    /// The place in a file that shows it, with its mark, line by line.
    pub(super) excerpt: Option<String>,
    /// What happened because of it, as another such fragment.
    pub(super) also: Option<String>,
    /// What to do next, as whole sentences and commands; printed after `help: `.
    pub next: Vec<WordedStep>,
    /// The id of the argument whose value is what is wrong, where one is: its place in the file of settings is named.
    pub(super) argument: Option<&'static str>,
    /// Whether what was printed for programs says it already, as the recap of a run that was stopped does.
    pub(super) is_in_document: bool,
}

impl Failure {
    /// A failure that ends with this code.
    pub fn new(exit: Exit, what: impl fmt::Display) -> Self {
        let what = without_system_numbers(&what.to_string()).into_owned();
        Self { exit, what, excerpt: None, also: None, next: Vec::new(), argument: None, is_in_document: false }
    }

    /// The command line, or a file that it names, cannot be used.
    pub fn usage(what: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// A guard refused.
    pub fn refused(what: impl fmt::Display) -> Self {
        Self::new(Exit::Refused, what)
    }

    /// Standard output could not be written. A reader that has gone has ended the command, and that is no failure.
    pub fn unprinted(error: &io::Error) -> Self {
        if reader_has_gone(error) {
            return Self::new(Exit::Done, "the reader of standard output has gone");
        }
        Self::usage(format_args!("standard output cannot be written: {error}"))
    }

    /// Names the argument whose value is what is wrong.
    #[must_use]
    pub(super) fn about(mut self, argument: &'static str) -> Self {
        self.argument = Some(argument);
        self
    }

    /// Says what to do next, in place of what was said before.
    #[must_use]
    pub fn with_next(mut self, next: impl Into<WordedStep>) -> Self {
        self.next = vec![next.into()];
        self
    }

    /// The same, by a command.
    #[must_use]
    pub fn with_command(self, what: impl fmt::Display, command: impl fmt::Display) -> Self {
        self.with_next(WordedStep::typed(what, command))
    }

    /// What to do next, in one line.
    #[cfg(test)]
    pub(super) fn remedy(&self) -> Option<String> {
        WordedStep::joined(&self.next).map(|step| step.to_string())
    }

    /// It as a check that failed, with what is usually done where it does not say that itself.
    pub(super) fn as_check(&self, check: &'static str, usual: &str) -> Check {
        Check::failed_by(check, self.what.clone(), &self.next, usual)
    }

    /// Says what to do besides.
    #[must_use]
    pub fn and_next(mut self, next: impl Into<WordedStep>) -> Self {
        self.next.push(next.into());
        self
    }
}
