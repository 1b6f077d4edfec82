//! The way to Graph: whether anything comes through, and for how long nothing is to be sent.

use std::time::Duration;

use crate::graph::backoff;
use crate::run::event::Statistics;

/// What writes wait for.
#[derive(Clone, Copy)]
pub(super) enum Obstacle {
    Quota,
    Network,
}

/// The way to Graph, which all apps share.
#[derive(Default)]
pub(super) struct Link {
    /// Nothing is sent before this tenant time.
    closed_until: Option<Duration>,
    /// Failures since an answer last came through; those of one moment count as one.
    failures_in_a_row: u32,
    /// Since when nothing has come through.
    down_since: Option<Duration>,
    waiting_since: Option<(Obstacle, Duration)>,
}

impl Link {
    /// Until when nothing may be sent, where that is so.
    pub(super) fn closed_until(&mut self, now: Duration) -> Option<Duration> {
        self.closed_until = self.closed_until.filter(|until| now < *until);
        self.closed_until
    }

    /// The moment at which it may be tried again.
    pub(super) fn next_wake(&self) -> Option<Duration> {
        self.closed_until
    }

    /// May a further call be sent? As long as it is not known that anything gets through, one call at a time: each takes a
    /// batch of accounts with it into doubt, and a line for each of their intents into the journal.
    pub(super) fn may_call(&self, nothing_under_way: bool) -> bool {
        self.failures_in_a_row == 0 || nothing_under_way
    }

    pub(super) fn failures_in_a_row(&self) -> u32 {
        self.failures_in_a_row
    }

    /// Sends nothing for as long as Graph asks, and for at least a delay that grows with each failure in a row. Gives the
    /// pause where it begins now; a further failure of the same moment only makes it longer.
    pub(super) fn pause(&mut self, now: Duration, retry_after: Option<Duration>) -> Option<Duration> {
        let asked = retry_after.unwrap_or_default();
        if let Some(until) = self.closed_until.filter(|until| *until > now) {
            self.closed_until = Some(until.max(now + asked));
            return None;
        }
        let pause = backoff::delay(self.failures_in_a_row).max(asked);
        self.failures_in_a_row += 1;
        self.closed_until = Some(now + pause);
        Some(pause)
    }

    /// Nothing comes through. Gives since when.
    pub(super) fn is_down(&mut self, now: Duration) -> Duration {
        *self.down_since.get_or_insert(now)
    }

    /// An answer came through. Gives for how long nothing had, where that is over now.
    pub(super) fn is_open(&mut self, now: Duration) -> Option<Duration> {
        self.failures_in_a_row = 0;
        self.down_since.take().map(|since| now.saturating_sub(since))
    }

    /// From now on, writes wait.
    pub(super) fn begin_waiting(&mut self, obstacle: Obstacle, now: Duration) {
        self.waiting_since = Some((obstacle, now));
    }

    /// Adds up how long writes have waited, and for what.
    pub(super) fn end_waiting(&mut self, now: Duration, statistics: &mut Statistics) {
        if let Some((obstacle, since)) = self.waiting_since.take() {
            let waited = match obstacle {
                Obstacle::Quota => &mut statistics.waited_for_quota,
                Obstacle::Network => &mut statistics.waited_for_network,
            };
            *waited += now.saturating_sub(since);
        }
    }
}
