//! How far a reading of all accounts is: one line that changes at a terminal, few lines elsewhere.

use std::time::Duration;

use super::messages;
use super::spinner::Spinner;
use super::words::{count, counted, span};
use crate::verify::pass::PassProgress;

/// Shows a reading while it is made.
pub(super) struct ReadingDisplay {
    spinner: Spinner,
    prints_lines: bool,
    /// How many accounts were waited for when that was last said.
    waiting: Option<usize>,
}

impl ReadingDisplay {
    /// Of one reading, which says how far it is wherever it runs.
    pub(super) fn of_one() -> Self {
        let spinner = Spinner::start("reading the accounts");
        Self { prints_lines: !spinner.is_drawn(), spinner, waiting: None }
    }

    /// Of one reading after the other, which all look alike: nothing is printed of them but at a terminal, where the line is
    /// gone afterwards, and with `--verbose`.
    pub(super) fn of_many() -> Self {
        Self { prints_lines: false, ..Self::of_one() }
    }

    pub(super) fn show(&mut self, progress: PassProgress) {
        match progress {
            PassProgress::Read { accounts, of } if accounts < of => {
                self.line(format!("{} of {} read", count(accounts as u64), counted(of as u64, "account", "accounts")));
            }
            PassProgress::Read { of, .. } if self.waiting.is_none() => {
                self.line(format!("{} read", counted(of as u64, "account", "accounts")));
            }
            PassProgress::Read { .. } => {}
            PassProgress::Waiting { accounts, left } => self.wait(accounts, left),
        }
    }

    /// Printed when it begins and whenever the number changes; drawn each time.
    fn wait(&mut self, accounts: usize, left: Duration) {
        let text = format!(
            "{} not shown yet as planned; a replica may lag, so they are read again for {} more",
            counted(accounts as u64, "account is", "accounts are"),
            span(left)
        );
        if self.waiting.replace(accounts) == Some(accounts) {
            self.spinner.show(text);
        } else {
            self.line(text);
        }
    }

    fn line(&self, text: String) {
        if self.prints_lines {
            messages::info(&text);
        } else if !self.spinner.is_drawn() {
            messages::verbose(&text);
        }
        self.spinner.show(text);
    }

    /// What stands in the line until more is known.
    pub(super) fn rest(&self, text: String) {
        self.spinner.show(text);
    }

    /// Takes the drawn line away for good.
    pub(super) fn end(&mut self) {
        self.spinner.end();
    }

    /// Says something without the drawn line in its way.
    pub(super) fn beside<R>(&self, say: impl FnOnce() -> R) -> R {
        self.spinner.beside(say)
    }
}
