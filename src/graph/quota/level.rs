//! The token bucket as the client reckons it: what is in it now, and how fast it really fills.
//!
//! Why not governor, which keeps all other limits ([`Bucket`](super::Bucket))? A limiter of governor has one rate for its
//! whole life, cannot be emptied, and does not say what is in it. Here a 429 empties the bucket, what passes between two
//! such moments corrects the rate, and the forecast and the number of calls need to know the level. To rebuild a limiter of
//! governor at each correction was refused: it starts full, and draining it to the level that is known costs one check for
//! each step and rounds to whole writes. The price of a bucket of our own is this arithmetic, which the tests try against
//! modelled buckets, sliding and fixed windows.

use std::time::Duration;

use super::{Allowance, BATCH};

/// What is never taken out of a full bucket: answers and requests overtake each other on the network, and a bucket that is
/// spent to the very last write is overdrawn by the first batch that arrives early. It costs one second, once.
const RESERVE: f64 = BATCH;
/// A bucket that fills more slowly than documented is kept this small: somebody else spends what is left in it.
const MAX_WHEN_SLOW: f64 = 3.0 * BATCH;
/// A fortieth of the documented rate is the slowest pace: below it other apps have taken everything, and `Retry-After`
/// rules.
const SLOWEST_SHARE: f64 = 0.025;
/// So far below the measured rate the pace is held: what is refused costs more than what is left.
const BELOW_MEASURED: f64 = 0.97;
/// A shorter measurement says nothing.
const MIN_MEASUREMENT: f64 = 1.5;
/// A refusal after so long a time at the documented rate is no reason to slow down.
const LONG_QUIET: f64 = 60.0;
/// How long a measured rate is believed before more is tried: longer each time that it is found again. And how far apart the
/// tries are.
const HOLD: Duration = Duration::from_secs(30);
const MAX_HOLD: Duration = Duration::from_secs(120);
const FOUND_AGAIN: f64 = 0.1;
const BETWEEN_RAISES: Duration = Duration::from_secs(10);
const BETWEEN_EASY_RAISES: Duration = Duration::from_secs(5);
/// By how much, as shares of the documented rate: carefully around what was measured, and boldly where Graph says that
/// there is room.
const RAISE: f64 = 0.01;
const EASY_RAISE: f64 = 0.1;
/// Beyond this multiple of what was measured, the measurement is history, and each raise is larger than the last.
const HISTORY: f64 = 1.1;
const ACCELERATION: f64 = 1.5;
/// Below this share of the limit there is room.
const ROOM: f64 = 0.9;
/// Two batches that are counted by one side only: less than this is no difference.
const TOLERANCE: f64 = 2.0 * BATCH;
/// "1.2: a fifth of the requests is throttled": beyond what rounding explains, the service sheds.
const SHEDDING: f64 = 1.1;

#[derive(Debug, Clone)]
pub(super) struct Level {
    documented: Allowance,
    rate: f64,
    amount: f64,
    at: Duration,
    /// Refill starts with the first answer; until then the server's bucket is full.
    flows: bool,
    /// When the bucket was last seen empty, and what passed since.
    empty_at: Option<Duration>,
    passed_since: f64,
    measured: Option<f64>,
    hold: Duration,
    changed_at: Duration,
    next_raise: Duration,
    raise: f64,
    /// What Graph said last about the share of the limit in use: it says so from 0.8 on, so that silence means room, once
    /// it has spoken at all.
    share: Option<f64>,
    has_reported_shares: bool,
}

impl Level {
    /// A full bucket.
    pub(super) fn full(documented: Allowance, now: Duration) -> Self {
        let mut level = Self {
            documented,
            rate: documented.per_second,
            amount: 0.0,
            at: now,
            flows: false,
            empty_at: None,
            passed_since: 0.0,
            measured: None,
            hold: HOLD,
            changed_at: now,
            next_raise: now,
            raise: RAISE,
            share: None,
            has_reported_shares: false,
        };
        level.amount = level.most();
        level
    }

    /// Writes a second.
    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    fn is_slow(&self) -> bool {
        self.rate < self.documented.per_second
    }

    fn most(&self) -> f64 {
        let full = (f64::from(self.documented.burst) - RESERVE).max(RESERVE);
        if self.is_slow() { MAX_WHEN_SLOW.min(full) } else { full }
    }

    /// What is in the bucket.
    pub(super) fn amount(&self, now: Duration) -> f64 {
        let Some(passed) = now.checked_sub(self.at) else { return 0.0 };
        if !self.flows {
            return self.amount;
        }
        (self.amount + passed.as_secs_f64() * self.rate).min(self.most())
    }

    fn settle(&mut self, now: Duration) {
        if now >= self.at {
            (self.amount, self.at) = (self.amount(now), now);
        }
    }

    /// Takes what was spent before: from then on it flows.
    pub(super) fn spend(&mut self, now: Duration, amount: f64) {
        self.answered(now);
        self.amount = (self.amount - amount).max(0.0);
    }

    /// Something was answered, so that something was spent.
    pub(super) fn answered(&mut self, now: Duration) {
        self.settle(now);
        self.flows = true;
    }

    /// Takes `amount` if it is there; otherwise says when it will be.
    pub(super) fn take(&mut self, now: Duration, amount: f64) -> Result<(), Duration> {
        self.raise_when_due(now);
        self.settle(now);
        let amount = amount.min(self.most());
        let lacking = amount - self.amount(now);
        // Moments have nanoseconds and amounts have not: a billionth of a write is not worth another wait.
        if lacking <= 1e-6 {
            self.amount = (self.amount - amount).max(0.0);
            return Ok(());
        }
        Err(now.max(self.at) + Duration::from_secs_f64(lacking / self.rate))
    }

    /// When `amount` more will have been spent.
    pub(super) fn time_for(&self, now: Duration, amount: f64) -> Duration {
        let lacking = (amount - self.amount(now)).max(0.0);
        self.at.saturating_sub(now) + Duration::from_secs_f64(lacking / self.rate)
    }

    /// So many writes passed.
    pub(super) fn passed(&mut self, amount: f64) {
        self.passed_since += amount;
    }

    /// The bucket was empty just now, and a batch fits again at `resume`.
    ///
    /// Refused as an alternative: to halve the rate at every refusal. A single refusal says where the level is and nothing of
    /// the rate, and a run whose burst was spent by another app would crawl for minutes. The price is one refusal more
    /// before a quota that was halved is known to be.
    pub(super) fn refused(&mut self, now: Duration, resume: Duration) {
        let since = self.empty_at.replace(now);
        let passed = std::mem::take(&mut self.passed_since);
        // The first refusal only says where the level is; the second one says how fast it rose.
        if let Some(elapsed) = since.map(|since| now.saturating_sub(since).as_secs_f64())
            && elapsed >= MIN_MEASUREMENT
        {
            let measured = passed / elapsed;
            if self.is_slow() || measured < self.rate * BELOW_MEASURED || elapsed < LONG_QUIET {
                self.slow_down(now, measured);
            }
        }
        (self.amount, self.at) = (BATCH.min(self.most()), resume);
    }

    fn slow_down(&mut self, now: Duration, measured: f64) {
        // What is in the bucket flowed in at the rate before.
        self.settle(now);
        let documented = self.documented.per_second;
        // Never below half at once: a measurement over a second or two may be far off. A quota that fell to a quarter takes
        // two refusals more.
        let rate = (measured * BELOW_MEASURED).clamp(self.rate / 2.0, self.rate * BELOW_MEASURED);
        self.rate = rate.max(documented * SLOWEST_SHARE);
        let found_again = self.measured.is_some_and(|before| (measured - before).abs() <= before * FOUND_AGAIN);
        self.hold = if found_again { (self.hold * 2).min(MAX_HOLD) } else { HOLD };
        self.measured = Some(measured);
        self.change_again_after(now, self.hold);
        self.raise = RAISE;
    }

    fn change_again_after(&mut self, now: Duration, pause: Duration) {
        (self.changed_at, self.next_raise) = (now, now + pause);
    }

    /// A few of a batch were refused: around a measured rate that is its upper end.
    pub(super) fn shed(&mut self, now: Duration) {
        if self.is_slow() && now >= self.changed_at + BETWEEN_EASY_RAISES {
            self.settle(now);
            let documented = self.documented.per_second;
            self.rate = (self.rate - documented * RAISE).max(documented * SLOWEST_SHARE);
            self.change_again_after(now, self.hold);
        }
    }

    /// What Graph says about the share of the limit in use; nothing where the answer says nothing.
    pub(super) fn share(&mut self, now: Duration, share: Option<f64>) {
        self.has_reported_shares |= share.is_some();
        self.share = share;
        let Some(share) = share else { return };
        self.settle(now);
        // The header is rounded to hundredths, thirty writes of 3,000, and old by a round trip. So it only ever takes away:
        // a level that was raised by it would be spent twice.
        let left = f64::from(self.documented.burst) * (1.0 - share).max(0.0);
        self.amount = self.amount.min(left + TOLERANCE);
        if share > SHEDDING && now >= self.at && now >= self.changed_at + Duration::from_secs(1) {
            self.slow_down(now, self.rate);
        }
    }

    /// Did Graph report the share before, and is it silent now?
    pub(super) fn has_fallen_silent(&self) -> bool {
        self.has_reported_shares && self.share.is_none()
    }

    /// Is the bucket as good as empty, by the documented figures?
    pub(super) fn is_spent_as_documented(&self, now: Duration) -> bool {
        !self.is_slow() && self.amount(now) <= 0.05 * f64::from(self.documented.burst)
    }

    /// Graph is silent about the limit, so that a fifth of it is left at least: half of that may be counted on.
    pub(super) fn count_on_silence(&mut self, now: Duration) {
        self.settle(now);
        self.amount = self.amount.max(0.1 * f64::from(self.documented.burst)).min(self.most());
    }

    fn raise_when_due(&mut self, now: Duration) {
        if !self.is_slow() {
            return;
        }
        let documented = self.documented.per_second;
        let room = self.has_reported_shares && self.share.is_none_or(|share| share < ROOM);
        if room && now >= self.changed_at + BETWEEN_EASY_RAISES {
            self.settle(now);
            self.rate += documented * EASY_RAISE;
            self.change_again_after(now, BETWEEN_RAISES);
        } else if now >= self.next_raise {
            self.settle(now);
            self.rate += documented * self.raise;
            self.change_again_after(now, BETWEEN_RAISES);
            if self.measured.is_none_or(|measured| self.rate > measured * HISTORY) {
                self.raise *= ACCELERATION;
            }
        }
        if self.rate >= documented {
            (self.rate, self.measured) = (documented, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_change_of_the_rate_keeps_what_is_in_the_bucket() {
        let mut level = Level::full(Allowance::WRITES, at(0.0));
        level.spend(at(0.0), 2_960.0);
        assert!((level.amount(at(1.0)) - 40.0).abs() < 1e-6);
        level.slow_down(at(1.0), 10.0);
        assert!((level.amount(at(1.0)) - 40.0).abs() < 1e-6);
        assert!((level.amount(at(2.0)) - 50.0).abs() < 1e-6, "{}", level.amount(at(2.0)));
    }

    #[test]
    fn what_passed_between_two_empty_moments_is_what_flowed_in() {
        let mut level = Level::full(Allowance::WRITES, at(0.0));
        level.spend(at(0.0), 2_980.0);
        level.refused(at(10.0), at(13.0));
        assert!((level.rate() - 20.0).abs() < 1e-9, "one refusal says nothing about the rate");
        level.passed(100.0);
        level.refused(at(20.0), at(22.0));
        assert!((level.rate() - 10.0).abs() < 0.3, "{}", level.rate());
        assert!(level.take(at(21.0), 20.0).is_err());
        level.take(at(22.0), 20.0).unwrap();
        assert!(level.take(at(22.0), 20.0).is_err(), "one batch tries it, not more");
    }

    #[test]
    fn quiet_time_brings_the_documented_rate_back_and_room_sooner() {
        let raised = |share: Option<f64>, reported: bool| {
            let mut level = Level::full(Allowance::WRITES, at(0.0));
            level.slow_down(at(0.0), 10.0);
            level.has_reported_shares = reported;
            let mut now = 0.0;
            while level.rate() < 20.0 && now < 10_000.0 {
                now += 1.0;
                level.share(at(now), share);
                let _ = level.take(at(now), 1.0);
            }
            now
        };
        let (slow, silent, easy) = (raised(None, false), raised(None, true), raised(Some(0.85), true));
        assert!(slow > 100.0 && slow < 240.0, "{slow}");
        assert!(easy < 60.0 && silent < 60.0, "{easy} {silent}");
    }

    #[test]
    fn a_share_near_the_limit_says_what_is_left() {
        let mut level = Level::full(Allowance::WRITES, at(0.0));
        level.share(at(0.0), Some(0.9));
        assert!((level.amount(at(0.0)) - 340.0).abs() < 1e-6);
        level.share(at(0.0), Some(0.8));
        assert!((level.amount(at(0.0)) - 340.0).abs() < 1e-6, "never more than what is known otherwise");
    }
}
