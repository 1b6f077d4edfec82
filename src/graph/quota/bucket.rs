//! A limit that only has to be kept.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota as Pace, RateLimiter};

use super::Allowance;
use crate::clock::Clock;

/// Governor reads the same clock as everything else, so that quota and waits agree in rehearsals and under paused time.
#[derive(Debug, Clone)]
struct TenantTime(Clock);

impl GovernorClock for TenantTime {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.now()
    }
}

type Limiter = RateLimiter<
    NotKeyed,
    InMemoryState,
    TenantTime,
    governor::middleware::NoOpMiddleware<<TenantTime as GovernorClock>::Instant>,
>;

/// A client-side copy of one documented bucket of which Graph's answers say nothing: it is kept as documented. It has one owner:
/// waiters would not be served in order.
pub struct Bucket {
    clock: Clock,
    limiter: Limiter,
    largest: NonZeroU32,
}

/// What is never taken out of a full bucket: answers and requests overtake each other on the network, and a bucket that is
/// spent to the very last is overdrawn by the first batch that arrives early.
const RESERVE: u32 = 20;

impl Bucket {
    /// A full bucket.
    ///
    /// Governor's burst and its rate are the documented ones, less [`RESERVE`]. Its own waiting (`until_n_ready`) is not used:
    /// it sleeps by its own timer, and a rehearsal runs by another clock.
    pub fn full(documented: Allowance, clock: Clock) -> Self {
        let largest = documented.burst.saturating_sub(RESERVE).max(RESERVE);
        let largest = NonZeroU32::new(largest).unwrap_or(NonZeroU32::MIN);
        // The shortest period that governor takes is a nanosecond.
        let period = Duration::from_secs_f64(1.0 / documented.per_second.max(1e-3)).max(Duration::from_nanos(1));
        let pace = Pace::with_period(period).unwrap_or_else(|| Pace::per_second(NonZeroU32::MIN)).allow_burst(largest);
        Self { clock, limiter: RateLimiter::direct_with_clock(pace, TenantTime(clock)), largest }
    }

    /// Takes `amount` if it is there now.
    ///
    /// # Errors
    ///
    /// The tenant time after which to ask again.
    pub fn take(&mut self, amount: u32) -> Result<(), Duration> {
        let Some(amount) = NonZeroU32::new(amount) else { return Ok(()) };
        // More than the bucket ever holds: wait until it is as full as it gets, then let it through.
        match self.limiter.check_n(amount.min(self.largest)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_until)) => Err(not_until.wait_time_from(self.clock.now())),
            Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[tokio::test(start_paused = true)]
    async fn the_burst_goes_out_at_once_and_the_rest_at_the_refill_rate() {
        let clock = Clock::real();
        let mut bucket = Bucket::full(Allowance::RESOURCE_UNITS, clock);
        bucket.take(480).unwrap();
        for _ in 0..150 {
            bucket.take(20).unwrap();
        }
        let wait = bucket.take(20).unwrap_err();
        assert!(wait > Duration::ZERO && wait <= Duration::from_millis(60), "{wait:?}");
        clock.sleep(wait).await;
        bucket.take(20).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_it_holds_waits_for_a_full_one() {
        let clock = Clock::real();
        let mut bucket = Bucket::full(Allowance { burst: 100, per_second: 10.0 }, clock);
        bucket.take(1_000).unwrap();
        let wait = bucket.take(1_000).unwrap_err();
        assert!((7.9..8.1).contains(&wait.as_secs_f64()), "{wait:?}");
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
