//! How many writes may start now.
//!
//! The documented limits of the identity service are token buckets ("Microsoft Graph service-specific throttling
//! limits", identity and access): for each app in each tenant 3,000 writes refilled at 20 a second, and resource units
//! beside it. The client keeps the same buckets and spends them fully. What Graph says afterwards is believed over what
//! it documents: a 429 empties the bucket, pauses it and lowers its rate; quiet time raises the rate again.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota as Pace, RateLimiter};

use super::backoff;
use crate::clock::Clock;

/// A token bucket: how much it holds, and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowance {
    /// What a full bucket holds.
    pub burst: u32,
    /// How much flows in each second.
    pub per_second: f64,
}

impl Allowance {
    /// Writes of one app in one tenant: 3,000 in 2 minutes 30 seconds.
    pub const WRITES: Self = Self { burst: 3_000, per_second: 20.0 };
    /// Resource units of one app in one tenant, as a small tenant has them (3,500 in 10 seconds): the size of the
    /// tenant is not known beforehand, and no size has less.
    pub const RESOURCE_UNITS: Self = Self { burst: 3_500, per_second: 350.0 };

    /// The least time in which `amount` can be spent, starting from a full bucket.
    #[must_use]
    pub fn floor(&self, amount: u64) -> Duration {
        let beyond_the_burst = amount.saturating_sub(u64::from(self.burst));
        Duration::from_secs_f64(beyond_the_burst as f64 / self.per_second)
    }
}

/// Governor reads the same clock as everything else, so that quota and waits agree in rehearsals and under paused time.
#[derive(Debug, Clone)]
struct TenantTime(Clock);

impl GovernorClock for TenantTime {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.now()
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, TenantTime, StateInformationMiddleware>;

/// A client-side copy of one documented bucket, corrected by what Graph says. It has one owner: waiters would not be
/// served in order.
pub struct Bucket {
    clock: Clock,
    documented: Allowance,
    rate: f64,
    limiter: Limiter,
    remaining: (u32, Duration),
    paused_until: Duration,
    throttled_in_a_row: u32,
    rate_changed_at: Duration,
}

/// What is never taken out of a full bucket: answers and requests overtake each other on the network, and a bucket that is
/// spent to the very last write is overdrawn by the first batch that arrives early. It costs one second, once.
const RESERVE: u32 = 20;
/// After throttling the bucket is kept this small: the server's own is empty, and a batch must still fit.
const BURST_AFTER_THROTTLING: u32 = 20;
/// A tenth of the documented rate is the slowest pace: below it other apps have taken everything, and `Retry-After` rules.
const SLOWEST_SHARE: f64 = 0.1;
/// At 1.0 of the limit throttling starts, at 1.2 a fifth of the requests is throttled. A bucket that is spent as it fills
/// stands at 1.0 all the time, so only a share beyond what rounding explains slows the client down.
const SHEDDING: f64 = 1.1;
const CUT: f64 = 0.8;
const RAISE_SHARE: f64 = 0.05;
const QUIET_BEFORE_RAISE: Duration = Duration::from_secs(10);

impl Bucket {
    /// A full bucket.
    #[must_use]
    pub fn full(documented: Allowance, clock: Clock) -> Self {
        let now = clock.now();
        let burst = documented.burst.saturating_sub(RESERVE).max(RESERVE);
        Self {
            clock,
            documented,
            rate: documented.per_second,
            limiter: limiter(burst, documented.per_second, clock),
            remaining: (burst, now),
            paused_until: Duration::ZERO,
            throttled_in_a_row: 0,
            rate_changed_at: now,
        }
    }

    /// The bucket without what was spent before this process began.
    #[must_use]
    pub fn already_spent(mut self, amount: u32) -> Self {
        if let Some(amount) = NonZeroU32::new(amount.min(self.largest().get()))
            && let Ok(Ok(state)) = self.limiter.check_n(amount)
        {
            self.remaining = (state.remaining_burst_capacity(), self.clock.now());
        }
        self
    }

    /// Takes `amount` if it is there now.
    ///
    /// # Errors
    ///
    /// The tenant time after which to ask again.
    pub fn take(&mut self, amount: u32) -> Result<(), Duration> {
        let Some(amount) = NonZeroU32::new(amount) else { return Ok(()) };
        let now = self.clock.now();
        if now < self.paused_until {
            return Err(self.paused_until - now);
        }
        self.raise_after_quiet(now);
        match self.limiter.check_n(amount) {
            Ok(Ok(state)) => {
                self.remaining = (state.remaining_burst_capacity(), now);
                Ok(())
            }
            Ok(Err(not_until)) => Err(not_until.wait_time_from(now)),
            // More than the bucket ever holds: wait until it is as full as it gets, then let it through.
            Err(_) => match self.limiter.check_n(self.largest()) {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(not_until)) => Err(not_until.wait_time_from(now)),
                Err(_) => Ok(()),
            },
        }
    }

    /// Takes in a 429: the bucket is empty, paused for `retry_after` (or a growing delay where Graph gives none), and
    /// slower from then on. Several 429s of one moment count as one.
    pub fn throttled(&mut self, retry_after: Option<Duration>) {
        let now = self.clock.now();
        let already_paused = now < self.paused_until;
        let pause = retry_after.unwrap_or_else(|| backoff::delay(self.throttled_in_a_row)) + backoff::jitter();
        self.paused_until = self.paused_until.max(now + pause);
        if already_paused {
            return;
        }
        self.throttled_in_a_row += 1;
        self.set_rate(self.rate * CUT, now);
    }

    /// Takes in how much of the limit is in use; well beyond 1.0 the service sheds requests.
    pub fn limit_share(&mut self, share: f64) {
        let now = self.clock.now();
        if share > SHEDDING && now >= self.rate_changed_at + Duration::from_secs(1) && now >= self.paused_until {
            self.set_rate(self.rate * 0.95, now);
        }
    }

    /// Takes in that requests passed.
    pub fn passed(&mut self) {
        if self.clock.now() >= self.paused_until {
            self.throttled_in_a_row = 0;
        }
    }

    /// The tenant time that spending `amount` more will take, by what is known now.
    #[must_use]
    pub fn forecast(&self, amount: u64) -> Duration {
        let now = self.clock.now();
        let (remaining, at) = self.remaining;
        let refilled = now.saturating_sub(at).as_secs_f64() * self.rate;
        let available = (f64::from(remaining) + refilled).min(f64::from(self.largest().get()));
        let lacking = (amount as f64 - available).max(0.0);
        self.paused_until.saturating_sub(now) + Duration::from_secs_f64(lacking / self.rate)
    }

    /// The pace, in units of the bucket a second of tenant time.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.rate
    }

    fn largest(&self) -> NonZeroU32 {
        let full = self.documented.burst.saturating_sub(RESERVE).max(RESERVE);
        let burst = if self.is_held_back() { BURST_AFTER_THROTTLING } else { full };
        NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN)
    }

    fn is_held_back(&self) -> bool {
        self.rate < self.documented.per_second
    }

    fn raise_after_quiet(&mut self, now: Duration) {
        if self.rate < self.documented.per_second
            && now >= self.rate_changed_at.max(self.paused_until) + QUIET_BEFORE_RAISE
        {
            self.set_rate(self.rate + self.documented.per_second * RAISE_SHARE, now);
        }
    }

    /// A limiter's pace cannot be changed while it lives, so it is replaced by one that starts empty.
    fn set_rate(&mut self, rate: f64, now: Duration) {
        let full = self.documented.per_second;
        self.rate = rate.clamp(full * SLOWEST_SHARE, full);
        self.rate_changed_at = now;
        let largest = self.largest();
        self.limiter = limiter(largest.get(), self.rate, self.clock);
        let drained = self.limiter.check_n(largest);
        debug_assert!(matches!(drained, Ok(Ok(_))));
        self.remaining = (0, now.max(self.paused_until));
    }
}

fn limiter(burst: u32, per_second: f64, clock: Clock) -> Limiter {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    // The shortest period that governor takes is a nanosecond.
    let period = Duration::from_secs_f64(1.0 / per_second.max(1e-3)).max(Duration::from_nanos(1));
    let pace = Pace::with_period(period).unwrap_or_else(|| Pace::per_second(NonZeroU32::MIN)).allow_burst(burst);
    RateLimiter::direct_with_clock(pace, TenantTime(clock)).with_middleware()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    async fn spend(bucket: &mut Bucket, clock: &Clock, amount: u32) -> Duration {
        let start = clock.now();
        for _ in 0..amount / 20 {
            while let Err(wait) = bucket.take(20) {
                clock.sleep(wait).await;
            }
        }
        clock.now() - start
    }

    fn near(actual: Duration, expected: f64) -> bool {
        (actual.as_secs_f64() - expected).abs() <= expected.mul_add(0.01, 0.1)
    }

    #[test]
    fn the_floor_is_the_documented_arithmetic() {
        assert_eq!(Allowance::WRITES.floor(3_000), Duration::ZERO);
        assert_eq!(Allowance::WRITES.floor(20_000), Duration::from_secs(850));
    }

    #[tokio::test(start_paused = true)]
    async fn the_burst_goes_out_at_once_and_the_rest_at_the_refill_rate() {
        let clock = Clock::real();
        let mut bucket = Bucket::full(Allowance::WRITES, clock);
        assert_eq!(spend(&mut bucket, &clock, 2_980).await, Duration::ZERO);
        assert!(near(bucket.forecast(2_000), 100.0), "{:?}", bucket.forecast(2_000));
        let rest = spend(&mut bucket, &clock, 2_000).await;
        assert!(near(rest, 100.0), "{rest:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_429_pauses_for_as_long_as_graph_asks_and_slows_down() {
        let clock = Clock::real();
        let mut bucket = Bucket::full(Allowance::WRITES, clock);
        bucket.take(20).unwrap();
        bucket.throttled(Some(Duration::from_secs(17)));
        bucket.throttled(Some(Duration::from_secs(17)));
        assert!(bucket.take(1).unwrap_err() >= Duration::from_secs(17));
        assert!((bucket.rate() - 16.0).abs() < 1e-9, "one cut for one moment, not one for each item");
        let took = spend(&mut bucket, &clock, 20).await;
        assert!(took >= Duration::from_secs(17), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn quiet_time_brings_the_documented_rate_back() {
        let clock = Clock::real();
        let mut bucket = Bucket::full(Allowance::WRITES, clock);
        bucket.throttled(Some(Duration::from_secs(1)));
        for _ in 0..20 {
            clock.sleep(Duration::from_secs(11)).await;
            let _ = bucket.take(1);
        }
        assert!((bucket.rate() - 20.0).abs() < 1e-9, "{}", bucket.rate());
    }

    #[tokio::test(start_paused = true)]
    async fn without_advice_the_pause_grows() {
        let clock = Clock::real();
        let mut bucket = Bucket::full(Allowance::WRITES, clock);
        let mut pauses = Vec::new();
        for _ in 0..6 {
            bucket.throttled(None);
            let wait = bucket.take(1).unwrap_err();
            pauses.push(wait);
            clock.sleep(wait).await;
        }
        assert!(pauses[5] > pauses[0] * 8, "{pauses:?}");
    }

    proptest! {
        #[test]
        fn no_window_ever_sees_more_than_burst_and_refill(takes in prop::collection::vec((1_u32..=20, 0_u64..3_000), 1..300)) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            runtime.block_on(async {
                let clock = Clock::real();
                let allowance = Allowance { burst: 100, per_second: 20.0 };
                let mut bucket = Bucket::full(allowance, clock);
                let mut taken: Vec<(Duration, u32)> = Vec::new();
                for (amount, pause) in takes {
                    clock.sleep(Duration::from_millis(pause)).await;
                    if bucket.take(amount).is_ok() {
                        taken.push((clock.now(), amount));
                    }
                }
                for (index, (start, _)) in taken.iter().enumerate() {
                    let mut sum = 0.0;
                    for (moment, amount) in &taken[index..] {
                        sum += f64::from(*amount);
                        let allowed = 100.0 + (*moment - *start).as_secs_f64() * 20.0 + 1.0;
                        assert!(sum <= allowed, "{sum} in {:?}, allowed {allowed}", *moment - *start);
                    }
                }
            });
        }
    }
}
