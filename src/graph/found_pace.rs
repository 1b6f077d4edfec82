//! A pace that is found by feedback, where no page says what Graph lets through.
//!
//! For `users/{id}/authentication` there is no figure that can be relied on. So it is one request a second at first, twice that
//! after each ten seconds that went well, up to ten, and half of it when Graph throttles.

use std::time::Duration;

use super::batch::MAX_ITEMS;

/// Between which bounds a pace is found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaceRange {
    /// Requests a second, at first: what is quoted as the slow end.
    pub slow: f64,
    /// Requests a second, at most: what is quoted as the fast end.
    pub fast: f64,
}

/// For `users/{id}/authentication`, read or written.
pub const FOR_AUTHENTICATION: PaceRange = PaceRange { slow: 1.0, fast: 10.0 };

/// However often it throttles, a service is asked so often.
const MIN_PER_SECOND: f64 = 0.1;
/// So long it has to go well before the pace is doubled.
const PROBATION: Duration = Duration::from_secs(10);
/// A call holds the requests of so many seconds, so that feedback comes soon.
const SECONDS_A_CALL: f64 = 2.0;

/// How fast to ask, and when to ask next. Moments are those of a [`Clock`](crate::clock::Clock).
#[derive(Debug, Clone, Copy)]
pub struct FoundPace {
    range: PaceRange,
    per_second: f64,
    changed: Duration,
    free_at: Duration,
}

impl FoundPace {
    /// Begins slowly.
    #[must_use]
    pub const fn new(range: PaceRange, now: Duration) -> Self {
        Self { range, per_second: range.slow, changed: now, free_at: now }
    }

    /// How many requests the next call may hold.
    #[must_use]
    pub fn next_call(&self) -> usize {
        ((self.per_second * SECONDS_A_CALL).ceil() as usize).clamp(1, MAX_ITEMS)
    }

    /// Takes so many requests out of the time to come, and says how long to wait before they are sent.
    pub fn take(&mut self, now: Duration, requests: u32) -> Duration {
        let begin = self.free_at.max(now);
        self.free_at = begin + Duration::from_secs_f64(f64::from(requests) / self.per_second);
        begin - now
    }

    /// When the next requests may be sent.
    #[must_use]
    pub const fn free_at(&self) -> Duration {
        self.free_at
    }

    /// Learns how a call went.
    pub fn heard(&mut self, now: Duration, throttled: bool) {
        let next = if throttled {
            (self.per_second / 2.0).max(MIN_PER_SECOND)
        } else if now.saturating_sub(self.changed) >= PROBATION {
            (self.per_second * 2.0).min(self.range.fast)
        } else {
            return;
        };
        self.per_second = next;
        self.changed = now;
    }
}

impl PaceRange {
    /// The least time for so many requests: a pace that begins with one a second never makes up for that beginning.
    #[must_use]
    pub fn floor(self, requests: u64) -> Duration {
        Duration::from_secs_f64(requests as f64 / self.fast)
    }

    /// How long so many requests take, where Graph lets all of them through and where it lets one a second through.
    #[must_use]
    pub fn both_ends(self, requests: u32) -> (Duration, Duration) {
        let span = |pace: f64| Duration::from_secs_f64(f64::from(requests) / pace);
        (span(self.fast), span(self.slow))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_doubles_while_it_goes_well_and_halves_when_throttled() {
        let mut pace = FoundPace::new(FOR_AUTHENTICATION, Duration::ZERO);
        assert_eq!((pace.next_call(), pace.take(Duration::ZERO, 2)), (2, Duration::ZERO));
        assert_eq!(pace.take(Duration::ZERO, 1), 2 * SECOND, "one a second");
        pace.heard(9 * SECOND, false);
        assert_eq!(pace.next_call(), 2);
        for (at, calls) in [(10, 4), (20, 8), (30, 16), (40, 20), (50, 20)] {
            pace.heard(at * SECOND, false);
            assert_eq!(pace.next_call(), calls, "after {at} s");
        }
        pace.heard(51 * SECOND, true);
        assert_eq!(pace.next_call(), 10);
        pace.heard(52 * SECOND, false);
        assert_eq!(pace.next_call(), 10, "on probation");
        assert_eq!(FOR_AUTHENTICATION.both_ends(10_000), (1_000 * SECOND, 10_000 * SECOND));
    }

    proptest! {
        #[test]
        fn it_never_exceeds_ten_a_second_and_never_stops(calls in prop::collection::vec((any::<bool>(), 0_u32..40), 1..200)) {
            let mut pace = FoundPace::new(FOR_AUTHENTICATION, Duration::ZERO);
            let (mut now, mut sent) = (Duration::ZERO, 0);
            for (throttled, pause) in calls {
                let items = u32::try_from(pace.next_call()).unwrap();
                prop_assert!((1..=20).contains(&items));
                let wait = pace.take(now, items);
                prop_assert!(wait <= 200 * SECOND);
                now += wait;
                // Up to one call is under way before its time has passed.
                prop_assert!(f64::from(sent) <= now.as_secs_f64() * FOR_AUTHENTICATION.fast + 20.0);
                sent += items;
                now += pause * SECOND / 10;
                pace.heard(now, throttled);
            }
        }
    }
}
