//! What is said to a person, and the command to type for it.

use std::borrow::Cow;
use std::fmt;

use crate::words::without_system_numbers;

/// A sentence, and the command that does it, where one does. The two stay apart until they are printed: a command is never
/// broken into lines, because it is there to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordedStep {
    /// What: `To go on`, or a whole sentence where no command does it.
    pub what: String,
    /// The command to copy, where one does it.
    pub command: Option<String>,
}

impl WordedStep {
    /// A sentence with the command that does it.
    pub fn typed(what: impl fmt::Display, command: impl fmt::Display) -> Self {
        Self { command: Some(command.to_string()), ..what.to_string().into() }
    }
}

impl WordedStep {
    /// Several, as one: the command of the last stays apart. `None` where there are none.
    pub fn joined(steps: &[Self]) -> Option<Self> {
        let (last, before) = steps.split_last()?;
        let mut what: Vec<String> = before.iter().map(ToString::to_string).collect();
        what.push(last.what.clone());
        Some(Self { what: what.join(" "), command: last.command.clone() })
    }
}

impl From<String> for WordedStep {
    fn from(what: String) -> Self {
        // Whatever is said to a person comes by here.
        Self { what: without_system_numbers(&what).into_owned(), command: None }
    }
}

impl From<&String> for WordedStep {
    fn from(what: &String) -> Self {
        what.clone().into()
    }
}

impl From<&str> for WordedStep {
    fn from(what: &str) -> Self {
        what.to_owned().into()
    }
}

impl From<Cow<'_, str>> for WordedStep {
    fn from(what: Cow<'_, str>) -> Self {
        what.into_owned().into()
    }
}

impl From<fmt::Arguments<'_>> for WordedStep {
    fn from(what: fmt::Arguments<'_>) -> Self {
        what.to_string().into()
    }
}

impl fmt::Display for WordedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.command {
            Some(command) => write!(f, "{}: {command}", self.what),
            None => f.write_str(&self.what),
        }
    }
}
