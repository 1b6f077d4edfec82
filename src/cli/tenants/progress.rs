//! How far all runs of a set are, in one line, with the slowest few.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::cli::messages;
use crate::cli::spinner::Spinner;
use crate::cli::words::{count, counted};
use crate::run::event::Event;
use crate::run::followed::FollowedCounts;

/// So many of those that are furthest behind are named.
const MAX_NAMED: usize = 3;
/// How often the line is drawn anew.
const DRAWN_EVERY: Duration = Duration::from_millis(250);
/// Plain lines come this far apart.
const LINES_APART: Duration = Duration::from_secs(5);

/// How far every run is.
pub(super) struct SetProgress(Mutex<Vec<RunProgress>>);

#[derive(Default)]
struct RunProgress {
    tenant: String,
    writes: u64,
    left: u64,
    has_begun: bool,
    has_ended: bool,
}

impl SetProgress {
    pub(super) fn of(tenants: impl Iterator<Item = String>) -> Self {
        Self(Mutex::new(tenants.map(|tenant| RunProgress { tenant, ..RunProgress::default() }).collect()))
    }

    fn runs(&self) -> MutexGuard<'_, Vec<RunProgress>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what a run says.
    pub(super) fn hear(&self, place: usize, event: &Event) {
        if let Event::Started(progress) | Event::Progress(progress) = event {
            let run = &mut self.runs()[place];
            run.has_begun = true;
            (run.writes, run.left) = (progress.writes_accepted, progress.writes_left);
        }
    }

    /// Takes in how far a run is that another process works on, or has worked on.
    pub(super) fn stands(&self, place: usize, has_begun: bool, in_use: bool, counts: &FollowedCounts) {
        let run = &mut self.runs()[place];
        (run.has_begun, run.has_ended) = (has_begun, counts.writes_left == 0 && !in_use);
        (run.writes, run.left) = (counts.writes - counts.writes_left, counts.writes_left);
    }

    /// A run has ended, however it did.
    pub(super) fn ended(&self, place: usize) {
        self.runs()[place].has_ended = true;
    }

    /// Shows it until it is dropped.
    pub(super) async fn keep_showing(&self) {
        let spinner = Spinner::start("signing in");
        let mut last = Instant::now();
        loop {
            tokio::time::sleep(DRAWN_EVERY).await;
            spinner.show(self.line());
            if !spinner.is_drawn() && last.elapsed() >= LINES_APART {
                last = Instant::now();
                messages::info(self.line());
            }
        }
    }

    /// How far all of them are, and the slowest few.
    pub(super) fn line(&self) -> String {
        let runs = self.runs();
        let ended = runs.iter().filter(|run| run.has_ended).count();
        let (done, left) = runs.iter().fold((0, 0), |(done, left), run| (done + run.writes, left + run.left));
        let mut behind: Vec<(u64, &str)> = runs
            .iter()
            .filter(|run| run.has_begun && !run.has_ended && run.left > 0)
            .map(|run| (run.writes * 100 / (run.writes + run.left), run.tenant.as_str()))
            .collect();
        behind.sort_unstable();
        let behind: Vec<String> =
            behind.iter().take(MAX_NAMED).map(|(percent, tenant)| format!("{tenant} {percent} %")).collect();
        let behind = if behind.is_empty() { String::new() } else { format!("; behind: {}", behind.join(", ")) };
        let tenants = counted(runs.len() as u64, "tenant", "tenants");
        format!("{} of {tenants} done, {} of {} writes{behind}", count(ended as u64), count(done), count(done + left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_few_are_named() {
        let progress = SetProgress::of(["a", "b", "c", "d", "e"].into_iter().map(str::to_owned));
        for (run, (writes, left)) in progress.runs().iter_mut().zip([(10, 0), (1, 99), (50, 50), (0, 7), (99, 1)]) {
            (run.writes, run.left, run.has_begun) = (writes, left, true);
        }
        progress.ended(0);
        assert_eq!(progress.line(), "1 of 5 tenants done, 160 of 317 writes; behind: d 0 %, b 1 %, c 50 %");
    }
}
