//! One line on a terminal that says what is being waited for, and is gone afterwards.

use std::borrow::Cow;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::drawn_line;
use super::messages;

/// Drawn until it is dropped; nothing where standard error is no terminal or quiet was asked for.
pub(super) struct Spinner(Option<ProgressBar>);

impl Spinner {
    pub(super) fn start(text: impl Into<Cow<'static, str>>) -> Self {
        Self(messages::draws_progress().then(|| {
            let bar = ProgressBar::with_draw_target(None, drawn_line::target());
            // Cut off where the terminal ends.
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar.set_message(text);
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        }))
    }

    pub(super) fn show(&self, text: impl Into<Cow<'static, str>>) {
        if let Some(bar) = &self.0 {
            bar.set_message(text);
        }
    }

    /// Takes the line away for good.
    pub(super) fn end(&mut self) {
        if let Some(bar) = self.0.take() {
            bar.finish_and_clear();
        }
    }

    /// Is anything drawn?
    pub(super) fn is_drawn(&self) -> bool {
        self.0.is_some()
    }

    /// Says something without the drawn line in its way.
    pub(super) fn beside<R>(&self, say: impl FnOnce() -> R) -> R {
        match &self.0 {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.end();
    }
}
