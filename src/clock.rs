//! Time as the tenant counts it.
//!
//! Every wait and every quota is counted in *tenant time*. Against a real tenant that is ordinary time. In a rehearsal
//! the simulator and the client may agree on a faster clock, so that a run of hours is over in seconds while every
//! proportion (quota, `Retry-After`, linger) stays as it is.
//!
//! # When the machine sleeps
//!
//! A laptop that sleeps and wakes jumps in time. Nothing here measures a span by the date, so a date that jumps, forward or
//! back, moves no wait. The monotonic clock stands still meanwhile on Linux and macOS, and runs on on Windows. Where it stands
//! still, the client knows of less refill than the tenant has given, and is slower than it might be for a moment; where it
//! runs on, it counts the refill that there was. Connections are dead after a sleep: the pings of HTTP/2 show it, and the
//! calls that were under way are lost, which is unknown and is sent again. The end of a token is a date: it is renewed
//! first, and one that Graph rejects is renewed too, before that date or after it.

use std::time::Duration;

use tokio::time::Instant;

/// A monotonic clock that runs `speed` times as fast as the wall clock.
///
/// It is built on [`tokio::time`], so it also stands still in tests that pause time.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
    speed: f64,
}

impl Clock {
    /// Ordinary time.
    pub fn real() -> Self {
        Self::with_speed(1.0)
    }

    /// `speed` tenant seconds pass in one second of the wall clock. Speeds that are not positive finite numbers count
    /// as 1.
    pub fn with_speed(speed: f64) -> Self {
        let speed = if speed.is_finite() && speed > 0.0 { speed } else { 1.0 };
        Self { start: Instant::now(), speed }
    }

    /// Tenant seconds in one second of the wall clock.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Tenant time since the clock was made.
    pub fn now(&self) -> Duration {
        self.start.elapsed().mul_f64(self.speed)
    }

    /// Waits for a span of tenant time.
    pub async fn sleep(&self, span: Duration) {
        tokio::time::sleep(self.to_wall(span)).await;
    }

    /// Waits until [`Clock::now`] has reached `moment`; returns at once when it has passed.
    pub async fn sleep_until(&self, moment: Duration) {
        self.sleep(moment.saturating_sub(self.now())).await;
    }

    /// How long a span of tenant time lasts on the wall clock.
    pub fn to_wall(&self, span: Duration) -> Duration {
        let seconds = span.as_secs_f64() / self.speed;
        // Longer than any process lives; keeps absurd speeds from overflowing the timer.
        Duration::from_secs_f64(seconds.min(1e9))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn tenant_time_is_wall_time_multiplied() {
        let clock = Clock::with_speed(100.0);
        clock.sleep(Duration::from_secs(150)).await;
        let now = clock.now();
        assert!(now >= Duration::from_secs(150) && now < Duration::from_secs(151), "{now:?}");
        assert_eq!(clock.to_wall(Duration::from_secs(150)), Duration::from_millis(1500));
    }

    #[test]
    fn nonsense_speeds_are_ordinary_time() {
        for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!((Clock::with_speed(speed).speed() - 1.0).abs() < f64::EPSILON);
        }
    }
}
