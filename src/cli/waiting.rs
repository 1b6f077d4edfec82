//! Why a run stands still, as its operator reads it: an outage, a long wait that Graph asks for, and throttling without an end.

use std::time::Duration;

use time::OffsetDateTime;

use super::messages;
use super::outage::Outage;
use crate::clock::Clock;
use crate::run::event::Event;
use crate::wording::pace::{long_wait, nothing_accepted};

/// A wait that is longer than this is explained: a run that stands still looks like one that is stuck.
pub(super) const LONG_WAIT: Duration = Duration::from_secs(60);

/// What is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Remark {
    /// With `--quiet`, too.
    Always(String),
    Note(String),
}

impl Remark {
    pub(super) fn say(self) {
        match self {
            Self::Always(text) => messages::always(text),
            Self::Note(text) => messages::note(text),
        }
    }
}

/// Why nothing gets done just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standstill {
    /// Graph does not answer.
    NoAnswer,
    /// Graph throttles, and accepts nothing.
    Throttled,
}

/// Listens to one run.
pub(super) struct Waiting {
    clock: Clock,
    outage: Outage,
    /// How long nothing could be done, in all.
    down_for: Duration,
    /// Until when a long wait has been explained.
    explained_until: Duration,
    /// Writes that Graph has accepted.
    accepted: u64,
    /// When Graph throttled for the first time after the last of these.
    throttled_since: Option<Duration>,
    /// That nothing is accepted is not said before it has lasted that long.
    silent_until: Duration,
}

impl Waiting {
    /// `is_drawn`: whether [`Waiting::outage`] is shown all the time.
    pub(super) fn new(clock: Clock, is_drawn: bool) -> Self {
        Self {
            clock,
            outage: Outage::new(is_drawn),
            down_for: Duration::ZERO,
            explained_until: Duration::ZERO,
            accepted: 0,
            throttled_since: None,
            silent_until: LONG_WAIT,
        }
    }

    /// Takes in what the run says; gives what is to be said of it.
    pub(super) fn hear(&mut self, event: &Event) -> Vec<Remark> {
        match event {
            Event::Started(progress) | Event::Progress(progress) => {
                if progress.writes_accepted != self.accepted {
                    (self.accepted, self.throttled_since) = (progress.writes_accepted, None);
                    self.silent_until = LONG_WAIT;
                }
                Vec::new()
            }
            Event::Throttled { owner, retry_after, .. } => {
                let now = self.clock.now();
                let since = *self.throttled_since.get_or_insert(now);
                let stands = now.saturating_sub(since);
                match retry_after.filter(|wait| *wait >= LONG_WAIT) {
                    // Once, and again where the wait grows by as much.
                    Some(wait) if now + wait >= self.explained_until + LONG_WAIT => {
                        self.explained_until = now + wait;
                        vec![Remark::Note(long_wait(wait, *owner))]
                    }
                    None if stands >= self.silent_until => {
                        self.silent_until = stands * 2;
                        vec![Remark::Note(nothing_accepted(stands))]
                    }
                    _ => Vec::new(),
                }
            }
            Event::Unreachable { reason, pause, down_for } => {
                let lines = self.outage.goes_on(reason, *pause, *down_for, OffsetDateTime::now_utc());
                lines.into_iter().map(Remark::Always).collect()
            }
            Event::Reachable { down_for } => {
                self.down_for += *down_for;
                Vec::from_iter(self.outage.is_over(*down_for).map(Remark::Always))
            }
            _ => Vec::new(),
        }
    }

    /// What stands on the line that is drawn, while Graph does not answer.
    pub(super) fn outage(&self) -> Option<String> {
        self.outage.standing()
    }

    /// How long Graph has not answered, in all outages that are over.
    pub(super) const fn down_for(&self) -> Duration {
        self.down_for
    }

    /// Why nothing gets done, where that has lasted for a while.
    pub(super) fn standstill(&self) -> Option<Standstill> {
        if self.outage.standing().is_some() {
            return Some(Standstill::NoAnswer);
        }
        let (now, since) = (self.clock.now(), self.throttled_since?);
        let lasts = now.saturating_sub(since) >= LONG_WAIT || now < self.explained_until;
        lasts.then_some(Standstill::Throttled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::event::Progress;
    use crate::step::{StepMap, StepShare};

    fn accepted(writes_accepted: u64) -> Event {
        Event::Progress(Progress {
            accounts: 9,
            done: 0,
            not_done: 0,
            steps: StepMap::<StepShare>::default(),
            writes_accepted,
            writes_left: 9,
            writes_per_second: 1.0,
            time_left: Duration::ZERO,
            quota_wait: None,
        })
    }

    fn throttled(wait: Option<u64>) -> Event {
        Event::Throttled { writes: 1, owner: None, retry_after: wait.map(Duration::from_secs) }
    }

    async fn after(waiting: &mut Waiting, seconds: u64, event: &Event) -> Vec<Remark> {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        waiting.hear(event)
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_without_an_end_is_said_again_ever_more_rarely_with_the_way_out() {
        let mut waiting = Waiting::new(Clock::real(), true);
        assert!(after(&mut waiting, 0, &throttled(Some(5))).await.is_empty());
        let mut said = Vec::new();
        for minute in 0..10 {
            for remark in after(&mut waiting, 60, &throttled(Some(5))).await {
                let Remark::Note(text) = remark else { panic!("{remark:?}") };
                assert!(text.contains("Ctrl-C is safe"), "{text}");
                said.push(minute + 1);
            }
        }
        assert_eq!(said, [1, 2, 4, 8]);
        assert_eq!(waiting.standstill(), Some(Standstill::Throttled));
        // What is accepted ends it.
        waiting.hear(&accepted(1));
        assert_eq!(waiting.standstill(), None);
        assert!(after(&mut waiting, 60, &throttled(None)).await.is_empty(), "it begins anew");
        assert!(!after(&mut waiting, 60, &throttled(None)).await.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_wait_is_explained_each_time_that_it_begins() {
        let mut waiting = Waiting::new(Clock::real(), true);
        for _ in 0..3 {
            let [Remark::Note(text)] = &after(&mut waiting, 0, &throttled(Some(300))).await[..] else { panic!() };
            assert!(text.contains("5 min") && text.contains("Ctrl-C is safe"), "{text}");
            assert!(after(&mut waiting, 1, &throttled(Some(299))).await.is_empty(), "the same wait");
            assert_eq!(waiting.standstill(), Some(Standstill::Throttled));
            tokio::time::advance(Duration::from_secs(299)).await;
        }
    }
}
