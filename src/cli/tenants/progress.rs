//! How far all runs of a set are, in one line, with the slowest few and those that stand still.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::cli::messages;
use crate::cli::spinner::Spinner;
use crate::cli::waiting::{Remark, Standstill, Waiting};
use crate::cli::words::{count, counted, first_of};
use crate::clock::Clock;
use crate::run::event::Event;
use crate::run::followed::FollowedCounts;

/// So many of those that are furthest behind are named, and so many of those that stand still; of no more of these more is said.
const MAX_NAMED: usize = 3;
/// How often the line is drawn anew.
const DRAWN_EVERY: Duration = Duration::from_millis(250);
/// Plain lines come this far apart.
const LINES_APART: Duration = Duration::from_secs(5);

/// How far every run is.
pub(super) struct SetProgress {
    runs: Mutex<Vec<RunProgress>>,
    /// What is to be said beside the line, of which tenant.
    remarks: Mutex<Vec<(String, Remark)>>,
}

struct RunProgress {
    tenant: String,
    writes: u64,
    left: u64,
    has_begun: bool,
    has_ended: bool,
    waiting: Waiting,
    stands_still: Option<Standstill>,
    /// Was it said why?
    is_explained: bool,
}

impl SetProgress {
    /// Of runs in tenants whose time `clock` has.
    pub(super) fn of(tenants: impl Iterator<Item = String>, clock: Clock) -> Self {
        let run = |tenant| RunProgress {
            tenant,
            writes: 0,
            left: 0,
            has_begun: false,
            has_ended: false,
            waiting: Waiting::new(clock, true),
            stands_still: None,
            is_explained: false,
        };
        Self { runs: Mutex::new(tenants.map(run).collect()), remarks: Mutex::default() }
    }

    fn runs(&self) -> MutexGuard<'_, Vec<RunProgress>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remarks(&self) -> MutexGuard<'_, Vec<(String, Remark)>> {
        self.remarks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what a run says.
    pub(super) fn hear(&self, place: usize, event: &Event) {
        let mut runs = self.runs();
        let run = &mut runs[place];
        if let Event::Started(progress) | Event::Progress(progress) = event {
            run.has_begun = true;
            (run.writes, run.left) = (progress.writes_accepted, progress.writes_left);
        }
        let remarks = run.waiting.hear(event);
        run.stands_still = run.waiting.standstill();
        let (was_explained, stands_still) = (run.is_explained, run.stands_still.is_some());
        // A hiccup is on the line, and that is enough. What is said of an outage that is over is its last remark.
        let lasts = !matches!(event, Event::Unreachable { down_for, .. } if *down_for < WORTH_A_REMARK);
        let has_room = || runs.iter().filter(|run| run.is_explained).count() < MAX_NAMED;
        let is_said = !remarks.is_empty() && lasts && (was_explained || stands_still && has_room());
        let run = &mut runs[place];
        run.is_explained = stands_still && (was_explained || is_said);
        if is_said {
            let tenant = &run.tenant;
            self.remarks().extend(remarks.into_iter().map(|remark| (tenant.clone(), remark)));
        }
    }

    /// Takes in how far a run is that another process works on, or has worked on.
    pub(super) fn stands(
        &self,
        place: usize,
        has_begun: bool,
        in_use: bool,
        (counts, stands_still): (&FollowedCounts, Option<Standstill>),
    ) {
        let run = &mut self.runs()[place];
        (run.has_begun, run.has_ended) = (has_begun, counts.writes_left == 0 && !in_use);
        (run.writes, run.left) = (counts.writes - counts.writes_left, counts.writes_left);
        run.stands_still = stands_still.filter(|_| in_use);
    }

    /// A run has ended, however it did.
    pub(super) fn ended(&self, place: usize) {
        let run = &mut self.runs()[place];
        (run.has_ended, run.stands_still, run.is_explained) = (true, None, false);
    }

    /// Shows it until it is dropped, and that all of it stops, where `stop` asks for that.
    pub(super) async fn keep_showing(&self, stop: &CancellationToken) {
        let spinner = Spinner::start("signing in");
        let mut last = Instant::now();
        let mut stops = false;
        loop {
            tokio::time::sleep(DRAWN_EVERY).await;
            if stop.is_cancelled() && !std::mem::replace(&mut stops, true) {
                spinner.beside(|| messages::always(STOPPING));
            }
            let remarks = std::mem::take(&mut *self.remarks());
            for (tenant, remark) in remarks {
                spinner.beside(|| messages::of_tenant(&tenant, || remark.say()));
            }
            spinner.show(self.line());
            if !spinner.is_drawn() && last.elapsed() >= LINES_APART {
                last = Instant::now();
                messages::info(self.line());
            }
        }
    }

    /// How far all of them are, the slowest few, and those that stand still.
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
        let still: String =
            [Standstill::NoAnswer, Standstill::Throttled].map(|why| standing_still(&runs, why)).concat();
        format!(
            "{} of {tenants} done, {} of {} writes{still}{behind}",
            count(ended as u64),
            count(done),
            count(done + left)
        )
    }
}

const STOPPING: &str =
    "stopping in all tenants: no more writes are sent, and those under way are waited for; Ctrl-C again leaves at once";

/// An outage that is shorter is shown, and not spoken of.
const WORTH_A_REMARK: Duration = Duration::from_secs(20);

/// Those that stand still for this reason.
fn standing_still(runs: &[RunProgress], why: Standstill) -> String {
    let names: Vec<&str> =
        runs.iter().filter(|run| run.stands_still == Some(why)).map(|run| run.tenant.as_str()).collect();
    if names.is_empty() {
        return String::new();
    }
    let what = match why {
        Standstill::NoAnswer => "no answer from Graph",
        Standstill::Throttled => "throttled, and nothing accepted",
    };
    format!("; {what}: {}", first_of(&names[..names.len().min(MAX_NAMED)], names.len() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::outage_reason::OutageReason;

    fn set() -> SetProgress {
        SetProgress::of(["a", "b", "c", "d", "e"].into_iter().map(str::to_owned), Clock::real())
    }

    #[test]
    fn the_slowest_few_are_named() {
        let progress = set();
        for (run, (writes, left)) in progress.runs().iter_mut().zip([(10, 0), (1, 99), (50, 50), (0, 7), (99, 1)]) {
            (run.writes, run.left, run.has_begun) = (writes, left, true);
        }
        progress.ended(0);
        assert_eq!(progress.line(), "1 of 5 tenants done, 160 of 317 writes; behind: d 0 %, b 1 %, c 50 %");
    }

    fn throttled() -> Event {
        Event::Throttled { writes: 1, owner: None, retry_after: Some(Duration::from_secs(300)) }
    }

    fn unreachable(down_for: u64) -> Event {
        let down_for = Duration::from_secs(down_for);
        Event::Unreachable { reason: OutageReason::WholeBatch, pause: Duration::from_secs(9), down_for }
    }

    #[test]
    fn those_that_stand_still_are_named_and_of_a_few_it_is_said_why() {
        let progress = set();
        progress.hear(1, &throttled());
        (0..5).filter(|place| *place != 1).for_each(|place| progress.hear(place, &unreachable(0)));
        assert_eq!(
            progress.line(),
            "0 of 5 tenants done, 0 of 0 writes; no answer from Graph: a, c, d and 1 more; throttled, and nothing accepted: b"
        );
        let said =
            || -> Vec<String> { std::mem::take(&mut *progress.remarks()).into_iter().map(|said| said.0).collect() };
        assert_eq!(said(), ["b"], "an outage may be a hiccup");
        (2..5).for_each(|place| progress.hear(place, &unreachable(30)));
        let all = said();
        assert!(all.contains(&"c".to_owned()) && all.contains(&"d".to_owned()), "{all:?}");
        assert!(!all.contains(&"e".to_owned()), "a few are enough: {all:?}");
        // One that is over makes room.
        progress.hear(2, &Event::Reachable { down_for: Duration::from_secs(40) });
        assert_eq!(said(), ["c"], "it is said that it is over");
        progress.ended(1);
        progress.hear(
            4,
            &Event::Unreachable {
                reason: OutageReason::LoneFaults,
                pause: Duration::ZERO,
                down_for: Duration::from_secs(60),
            },
        );
        assert!(said().contains(&"e".to_owned()));
        assert_eq!(progress.line(), "1 of 5 tenants done, 0 of 0 writes; no answer from Graph: a, d, e");
    }
}
