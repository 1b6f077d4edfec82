//! One thing that was looked at, and what came of it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::wording::worded_step::WordedStep;
use crate::words::without_system_numbers;

/// How a check came out. The names are part of the contract with scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckStatus {
    /// Nothing stands in the way.
    Ok,
    /// A run would work; this should be known first.
    Warning,
    /// A run would fail, or do less than it says.
    Failed,
    /// It could not be looked at, because an earlier check failed or nothing was named to look at.
    Skipped,
}

impl CheckStatus {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// One check. Its name is part of the contract with scripts; a name may come more than once, with one finding each.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Check {
    /// What was looked at.
    pub check: &'static str,
    /// How it came out.
    pub status: CheckStatus,
    /// What was found, for people.
    pub found: String,
    /// What to do about it; there whenever the check failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// A command that does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// What the finding is about, for programs: permissions, roles, or rows of the roster.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
}

impl Check {
    /// Nothing stands in the way.
    pub fn ok(check: &'static str, found: impl Into<String>) -> Self {
        let found = without_system_numbers(&found.into()).into_owned();
        Self { check, status: CheckStatus::Ok, found, remedy: None, command: None, items: Vec::new() }
    }

    /// This should be known first, and this may be done about it.
    pub fn warning(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { status: CheckStatus::Warning, remedy: Some(remedy.into()), ..Self::ok(check, found) }
    }

    /// A run would fail, until this is done about it.
    pub fn failed(check: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { status: CheckStatus::Failed, ..Self::warning(check, found, remedy) }
    }

    /// A run would fail, until this is done about it, by the command where one does it.
    pub fn failed_with(check: &'static str, found: impl Into<String>, remedy: WordedStep) -> Self {
        Self { command: remedy.command, ..Self::failed(check, found, remedy.what) }
    }

    /// A run would fail, until all of this is done about it; where nothing is known of that, what usually is.
    pub fn failed_by(check: &'static str, found: impl Into<String>, steps: &[WordedStep], usual: &str) -> Self {
        Self::failed_with(check, found, WordedStep::joined(steps).unwrap_or_else(|| usual.into()))
    }

    /// It could not be looked at.
    pub fn skipped(check: &'static str, because: impl Into<String>) -> Self {
        Self { status: CheckStatus::Skipped, ..Self::ok(check, because) }
    }

    /// Says which command does the remedy.
    #[must_use]
    pub fn by_command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// Says what the finding is about.
    #[must_use]
    pub fn about(mut self, items: Vec<String>) -> Self {
        self.items = items;
        self
    }
}
