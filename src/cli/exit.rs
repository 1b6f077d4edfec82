//! How a command ends: one exit code for each class of ending, and one type for every failure.

use std::fmt;
use std::process::ExitCode;

use crate::run::outcome_counts::OutcomeCounts;

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

    /// A rehearsal is done where the plan is: a list with rows that a person has to check can be rehearsed, too.
    pub(super) fn of_rehearsal(outcomes: &OutcomeCounts) -> Self {
        if outcomes.not_done() == 0 { Self::Done } else { Self::Unfinished }
    }

    /// The same ending, where something beside the run failed: `Done` becomes `Unfinished`.
    #[must_use]
    pub fn or_unfinished(self) -> Self {
        if self == Self::Done { Self::Unfinished } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not do its work: what happened, and what to do next.
#[derive(Debug)]
pub struct Failure {
    /// The class of ending.
    pub exit: Exit,
    /// What happened, to which row or file: a lower-case fragment that reads after `error: `.
    pub what: String,
    /// What to do next, as whole sentences; printed after `help: `.
    pub next: Option<String>,
    /// The id of the argument whose value is what is wrong, where one is: its place in the file of settings is named.
    pub(super) argument: Option<&'static str>,
}

impl Failure {
    /// A failure that ends with this code.
    pub fn new(exit: Exit, what: impl fmt::Display) -> Self {
        Self { exit, what: what.to_string(), next: None, argument: None }
    }

    /// The command line, or a file that it names, cannot be used.
    pub fn usage(what: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, what)
    }

    /// A guard refused.
    pub fn refused(what: impl fmt::Display) -> Self {
        Self::new(Exit::Refused, what)
    }

    /// Names the argument whose value is what is wrong.
    #[must_use]
    pub(super) fn about(mut self, argument: &'static str) -> Self {
        self.argument = Some(argument);
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn with_next(mut self, next: impl fmt::Display) -> Self {
        self.next = Some(next.to_string());
        self
    }
}
