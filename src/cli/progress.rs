//! What a person sees while a run is under way: a bar on a terminal, plain lines elsewhere. Both go to standard error.

use std::time::{Duration, Instant};

use super::drawn_line;
use super::left_out_app;
use super::messages;
use super::waiting::Waiting;
use super::words::{count, counted, harmless, span};
use crate::clock::Clock;
use crate::run::event::{Event, Progress};
use crate::run::handout_rate::HandoutRate;
use crate::wording::steps::how_far;
use console::Term;
use indicatif::{ProgressBar, ProgressStyle};

/// Listens to the engine and shows what it hears.
pub(super) struct Display {
    bar: Option<ProgressBar>,
    last_line: Option<Instant>,
    failures_shown: usize,
    clock: Clock,
    /// How many people get a new password in which time, where that was asked for.
    rate: Option<HandoutRate>,
    began: Duration,
    waiting: Waiting,
    last: Option<Progress>,
}

/// Said where something is drawn: a person sits before it.
pub(super) const CTRL_C_IS_SAFE: &str = "Ctrl-C is safe: what is under way is waited for, and nothing is lost";

/// Plain lines come this far apart.
const LINES_APART: Duration = Duration::from_secs(5);
/// More failures than this are counted, not listed: the results name them all.
const MAX_FAILURES_SHOWN: usize = 20;

impl Display {
    /// A bar when standard error is a terminal, plain lines otherwise; neither where quiet was asked for.
    pub(super) fn new(is_terminal: bool, clock: Clock, rate: Option<HandoutRate>) -> Self {
        let bar = is_terminal.then(|| ProgressBar::with_draw_target(None, drawn_line::target()));
        Self {
            bar,
            last_line: None,
            failures_shown: 0,
            clock,
            rate,
            began: clock.now(),
            waiting: Waiting::new(clock, is_terminal),
            last: None,
        }
    }

    /// Shows one event.
    pub(super) fn show(&mut self, event: &Event) {
        for remark in self.waiting.hear(event) {
            self.beside(|| remark.say());
        }
        match event {
            Event::Started(progress) => {
                if let Some(bar) = &self.bar {
                    messages::info(CTRL_C_IS_SAFE);
                    // Drawn from here on: before, there is nothing to say.
                    bar.set_length(progress.steps.planned().map(|(_, share)| share.planned).sum());
                    bar.enable_steady_tick(Duration::from_millis(250));
                }
                self.began = self.clock.now();
                self.show_progress(progress);
            }
            Event::Progress(progress) => self.show_progress(progress),
            Event::Sent { writes, .. } => {
                self.more(&format!("sent a batch of {}", counted(*writes as u64, "write", "writes")));
            }
            Event::Throttled { writes, retry_after, .. } => {
                let wait = retry_after.map_or_else(|| "says no time".to_owned(), |wait| format!("asks for {}", span(wait)));
                self.more(&format!("Graph throttled {} and {wait}", counted(*writes as u64, "write", "writes")));
            }
            Event::StepsFailed { user, steps, reason, .. } => {
                self.failures_shown += 1;
                if self.failures_shown <= MAX_FAILURES_SHOWN {
                    self.line(&format!("{}: {steps} not done: {}", harmless(user), harmless(reason)));
                } else if self.failures_shown == MAX_FAILURES_SHOWN + 1 {
                    self.line("more failures follow; results.csv names them all");
                }
            }
            Event::TenantLimitReached => self.beside(|| {
                messages::note("the tenant's own limit is reached: another app is spending the write quota too");
            }),
            Event::AppLeftOut { app, reason } => self.beside(|| left_out_app::warn(app, reason)),
            Event::Unreachable { .. } => {
                if let (Some(bar), Some(progress)) = (&self.bar, &self.last) {
                    self.draw(bar, progress);
                }
            }
            Event::Reachable { .. } => {}
            Event::Stopping { batches_under_way } => self.line(&format!(
                "stopping: no more writes are sent, {batches_under_way} under way are waited for; Ctrl-C again leaves at once"
            )),
        }
    }

    /// How far it is, and how long it will take: in the order of what somebody wants to know who sees the beginning alone.
    fn parts(&self, progress: &Progress) -> Vec<String> {
        let mut parts = vec![how_far(&progress.steps)];
        if progress.not_done > 0 {
            parts.push(format!("{} not done", count(progress.not_done)));
        }
        if let Some(standing) = self.waiting.outage() {
            // Neither time left nor rate: both would go on counting while nothing is done.
            return vec![format!("{standing}; {}", parts.join(", "))];
        }
        // Below a second it is not the quota that takes time, and what does is not known beforehand.
        if progress.writes_left > 0 && progress.time_left >= Duration::from_secs(1) {
            let at = self.rate.map_or_else(String::new, |rate| format!(" at {rate}"));
            parts.push(format!("{} left{at}", span(progress.time_left)));
        }
        let worked = self.clock.now().saturating_sub(self.began).saturating_sub(self.waiting.down_for());
        // A rate over a moment says nothing.
        if self.rate.is_none() && worked >= Duration::from_secs(5) && progress.writes_left > 0 {
            let rate = progress.writes_accepted as f64 / worked.as_secs_f64() * 60.0;
            parts.push(format!("{} writes a minute", count(rate as u64)));
        }
        if let Some(wait) = progress.quota_wait.filter(|wait| *wait >= Duration::from_secs(1)) {
            parts.push(format!("quota opens in {}", span(wait)));
        }
        parts
    }

    /// Draws the line, as much of it as the terminal has room for.
    fn draw(&self, bar: &ProgressBar, progress: &Progress) {
        let columns: usize = Term::stderr().size().1.into();
        let line = line_in(columns, &self.parts(progress));
        let template = if line.has_bar { "{spinner} [{bar:12}] {wide_msg}" } else { "{spinner} {wide_msg}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_position(progress.steps.planned().map(|(_, share)| share.done).sum());
        bar.set_message(line.text);
    }

    fn show_progress(&mut self, progress: &Progress) {
        self.last = Some(*progress);
        if let Some(bar) = &self.bar {
            self.draw(bar, progress);
            return;
        }
        // An outage has lines of its own.
        if messages::is_quiet() || self.waiting.outage().is_some() {
            return;
        }
        let due = self.last_line.is_none_or(|last| last.elapsed() >= LINES_APART) || progress.writes_left == 0;
        if due {
            self.last_line = Some(Instant::now());
            self.line(&self.parts(progress).join(", "));
        }
    }

    /// For those who asked for more.
    fn more(&self, text: &str) {
        if messages::is_verbose() {
            self.line(text);
        }
    }

    fn line(&self, text: &str) {
        self.beside(|| messages::always(text));
    }

    /// Says something without a bar in its way.
    fn beside(&self, say: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// What is drawn of a run.
#[derive(Debug, PartialEq, Eq)]
struct DrawnProgress {
    has_bar: bool,
    text: String,
}

/// The spinner, the blank behind it, and the last column, which stays free.
const AROUND: usize = 3;
/// The bar with its brackets and the blank behind it.
const BAR: usize = 15;

/// The parts that fit into so many columns, each of them whole. Where not all of them do, the bar goes first: it says again
/// what stands beside it in numbers. The first part is always there, and cut off where it has to be.
fn line_in(columns: usize, parts: &[String]) -> DrawnProgress {
    let room = columns.saturating_sub(AROUND);
    let whole = parts.join(", ");
    if whole.chars().count() + BAR <= room {
        return DrawnProgress { has_bar: true, text: whole };
    }
    let mut text = String::new();
    for part in parts {
        let joined = if text.is_empty() { part.clone() } else { format!("{text}, {part}") };
        if !text.is_empty() && joined.chars().count() > room {
            break;
        }
        text = joined;
    }
    DrawnProgress { has_bar: false, text }
}

/// The parts that fit into the terminal beside a spinner.
pub(super) fn fitting_parts(parts: &[String]) -> String {
    line_in(Term::stderr().size().1.into(), parts).text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_the_line_is_cut_in_two() {
        let parts = ["blocked 11,506/11,506, signed out 3,640/11,321", "2 min 7 s left", "24,015 writes a minute"];
        let parts = parts.map(ToOwned::to_owned);
        let line = |columns| line_in(columns, &parts);
        let whole = parts.join(", ");
        assert_eq!(line(120), DrawnProgress { has_bar: true, text: whole.clone() });
        assert_eq!(line(104), DrawnProgress { has_bar: true, text: whole.clone() });
        assert_eq!(line(103), DrawnProgress { has_bar: false, text: whole });
        assert_eq!(line(80), DrawnProgress { has_bar: false, text: parts[..2].join(", ") });
        assert_eq!(line(60), DrawnProgress { has_bar: false, text: parts[0].clone() });
        assert_eq!(line(20), DrawnProgress { has_bar: false, text: parts[0].clone() });
    }
}
