//! A pace that is found by feedback, where no page says what Graph lets through.
//!
//! For `users/{id}/authentication` there is no figure that can be relied on. So it is one request a second at first, and twice
//! that after each ten seconds that went well, up to ten. Where Graph throttles, it goes back to what went well, and from there
//! half way to what did not, until both are near each other; then it tries again every five minutes. Halving and doubling alone
//! would meet the limit every ten seconds: a tenant that lets one request a second through throttled one in ten.

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

/// For the consents of people, whose reads and writes share the quotas of the directory, which are far above this: 3,500 resource
/// units in ten seconds and 3,000 writes in 150 seconds ("Microsoft Graph service-specific throttling limits").
pub const FOR_CONSENTS: PaceRange = PaceRange { slow: 5.0, fast: 40.0 };

/// For their deletion. The revokes of other people leave room beside it.
pub const FOR_DELETED_CONSENTS: PaceRange = PaceRange { slow: 1.0, fast: 5.0 };

/// However often it throttles, a service is asked so often.
const MIN_PER_SECOND: f64 = 0.1;
/// So long it has to go well before the pace is raised.
const PROBATION: Duration = Duration::from_secs(10);
/// So long where a pace that is hardly higher was throttled.
const LONG_PROBATION: Duration = Duration::from_secs(300);
/// A pace is near another one that is at most so many times as high, and is raised by so much in the end.
const NEAR: f64 = 1.2;
/// Nothing is sent for so long after Graph throttled: where it counts in a bucket, that is empty.
const REST: Duration = Duration::from_secs(5);
/// A call holds the requests of so many seconds, so that feedback comes soon.
const SECONDS_A_CALL: f64 = 2.0;

/// How fast to ask, and when to ask next. Moments are those of a [`Clock`](crate::clock::Clock).
#[derive(Debug, Clone, Copy)]
pub struct FoundPace {
    range: PaceRange,
    per_second: f64,
    /// Went well for as long as it has to.
    sustained: f64,
    /// Was throttled last.
    throttled: Option<f64>,
    changed: Duration,
    /// What is heard before was sent before the pace was lowered.
    rests_until: Duration,
    free_at: Duration,
}

impl FoundPace {
    /// Begins slowly.
    pub const fn new(range: PaceRange, now: Duration) -> Self {
        Self {
            range,
            per_second: range.slow,
            sustained: range.slow,
            throttled: None,
            changed: now,
            rests_until: Duration::ZERO,
            free_at: now,
        }
    }

    /// How many requests the next call may hold.
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
    pub const fn free_at(&self) -> Duration {
        self.free_at
    }

    /// Learns how a call went.
    pub fn heard(&mut self, now: Duration, throttled: bool) {
        if now < self.rests_until {
            return;
        }
        if throttled {
            self.slow_down(now);
        } else if now.saturating_sub(self.changed) >= self.probation() {
            self.speed_up(now);
        }
    }

    fn slow_down(&mut self, now: Duration) {
        self.throttled = Some(self.per_second);
        // What went well before may be too fast by now.
        if self.sustained >= self.per_second {
            self.sustained = (self.per_second / 2.0).max(MIN_PER_SECOND);
        }
        (self.per_second, self.changed, self.rests_until) = (self.sustained, now, now + REST);
        self.free_at = self.free_at.max(self.rests_until);
    }

    fn speed_up(&mut self, now: Duration) {
        self.sustained = self.per_second;
        // What was throttled once and goes well for long is no limit any more.
        self.throttled = self.throttled.filter(|throttled| *throttled > self.per_second);
        let next = match self.throttled {
            None => self.per_second * 2.0,
            Some(_) if self.is_near_throttled() => self.per_second * NEAR,
            Some(throttled) => f64::midpoint(self.per_second, throttled),
        };
        (self.per_second, self.changed) = (next.min(self.range.fast), now);
    }

    fn probation(&self) -> Duration {
        if self.is_near_throttled() { LONG_PROBATION } else { PROBATION }
    }

    fn is_near_throttled(&self) -> bool {
        self.throttled.is_some_and(|throttled| throttled <= self.per_second * NEAR)
    }
}

impl PaceRange {
    /// The least time for so many requests: a pace that begins with one a second never makes up for that beginning.
    pub fn floor(self, requests: u64) -> Duration {
        Duration::from_secs_f64(requests as f64 / self.fast)
    }

    /// How long so many requests take, where Graph lets all of them through and where it lets one a second through.
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
    fn it_doubles_while_it_goes_well_and_goes_back_to_what_did_when_throttled() {
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
        assert_eq!(pace.next_call(), 10, "ten a second went well, and does no more");
        pace.heard(52 * SECOND, true);
        assert_eq!((pace.next_call(), pace.free_at()), (10, 56 * SECOND), "that was sent before");
        pace.heard(57 * SECOND, false);
        assert_eq!(pace.next_call(), 10, "on probation");
        pace.heard(61 * SECOND, false);
        assert_eq!(pace.next_call(), 15, "half way to what was throttled");
        pace.heard(62 * SECOND, true);
        assert_eq!(pace.next_call(), 10);
        assert_eq!(FOR_AUTHENTICATION.both_ends(10_000), (1_000 * SECOND, 10_000 * SECOND));
    }

    /// Asks a service that lets so many requests a second through, and collects them for ten seconds, for two hours. Gives what
    /// got through in a second, and the share that did not.
    fn against(limit: f64) -> (f64, f64) {
        let (mut pace, mut now, mut tokens) =
            (FoundPace::new(FOR_AUTHENTICATION, Duration::ZERO), Duration::ZERO, limit * 10.0);
        let (mut passed, mut refused) = (0.0, 0.0);
        while now < 7_200 * SECOND {
            let items = pace.next_call();
            let wait = pace.take(now, items as u32) + SECOND / 5;
            now += wait;
            tokens = (tokens + wait.as_secs_f64() * limit).min(limit * 10.0);
            let fit = tokens.floor().min(items as f64);
            (tokens, passed, refused) = (tokens - fit, passed + fit, refused + items as f64 - fit);
            pace.heard(now, fit < items as f64);
        }
        (passed / now.as_secs_f64(), refused / (passed + refused))
    }

    #[test]
    fn it_finds_what_a_service_lets_through_and_seldom_asks_for_more() {
        for limit in [0.3, 0.7, 1.0, 1.3, 2.0, 3.0, 4.5, 7.0, 9.5, 10.0, 20.0] {
            let (passed, refused) = against(limit);
            assert!(passed > limit.min(FOR_AUTHENTICATION.fast) * 0.8, "{passed} of {limit} a second");
            assert!(refused < 0.03, "{refused} of {limit} a second is throttled");
        }
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
                prop_assert!(wait <= 200 * SECOND + REST);
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
