//! What a watch says while it goes on: one line that changes at a terminal, plain lines elsewhere.

use std::time::{Duration, Instant};

use super::messages;
use super::progress::fitting_parts;
use super::spinner::Spinner;

/// Plain lines come this far apart.
const LINES_APART: Duration = Duration::from_secs(5);

/// Drawn until it is dropped; nothing where quiet was asked for.
pub(super) struct WatchedLine {
    spinner: Spinner,
    /// The last plain line, and when it was printed.
    last: Option<(Instant, String)>,
}

impl WatchedLine {
    pub(super) fn start() -> Self {
        Self { spinner: Spinner::start("reading the journal"), last: None }
    }

    /// Shows the parts, of which the first ones matter most. Without a terminal, what has not changed is not said again.
    pub(super) fn show(&mut self, parts: &[String]) {
        if self.spinner.is_drawn() {
            return self.spinner.show(fitting_parts(parts));
        }
        let text = parts.join(", ");
        let is_due = |(at, said): &(Instant, String)| at.elapsed() >= LINES_APART && *said != text;
        if self.last.as_ref().is_none_or(is_due) {
            messages::info(&*text);
            self.last = Some((Instant::now(), text));
        }
    }
}
