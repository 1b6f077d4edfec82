//! When the next person may get a new password, where somebody has to hand it over.

use std::time::Duration;

use super::one_by_one::Upcoming;
use crate::run::handout_rate::HandoutRate;

/// Passwords of so much time may be on their way, so that a fast rate does not wait for each answer.
const UNDER_WAY: Duration = Duration::from_secs(5);

/// Keeps new passwords apart. Moments are those of a [`Clock`](crate::clock::Clock).
#[derive(Debug, Clone, Copy)]
pub(super) struct HandoutPace {
    rate: HandoutRate,
    /// Before that, no further account is taken up.
    free_at: Duration,
    first_at: Duration,
    /// Accounts that wait for a place.
    left: u64,
    taken: u64,
}

impl HandoutPace {
    /// For so many accounts; `since_last` is how long ago an earlier process sent the last new password.
    pub(super) fn new(rate: HandoutRate, since_last: Option<Duration>, left: u64, now: Duration) -> Self {
        let first_at = now + since_last.map_or(Duration::ZERO, |since| rate.interval().saturating_sub(since));
        Self { rate, free_at: first_at, first_at, left, taken: 0 }
    }

    /// The moment from which on the next account may be taken up.
    pub(super) const fn free_at(&self) -> Duration {
        self.free_at
    }

    /// These are taken up, or left out.
    pub(super) fn took_up(&mut self, now: Duration, upcoming: &Upcoming) {
        self.taken += upcoming.counted;
        self.left = self.left.saturating_sub(upcoming.counted + upcoming.given_up);
        if upcoming.counted > 0 {
            self.free_at = now + self.rate.interval();
        }
    }

    /// A new password leaves, perhaps once more. The next one follows an interval after that, however long it took to get so far:
    /// what could not be sent in an outage does not follow all at once.
    pub(super) fn password_left(&mut self, now: Duration) {
        self.free_at = self.free_at.max(now + self.rate.interval());
    }

    /// How many accounts may be open at one time.
    pub(super) fn max_open(&self) -> usize {
        self.rate.within(UNDER_WAY)
    }

    /// The least time until the last account is taken up.
    pub(super) fn time_left(&self, now: Duration) -> Duration {
        self.rate.time_for(self.left, self.free_at.saturating_sub(now))
    }

    /// The least time for those that were taken up, since `began`.
    pub(super) fn floor(&self, began: Duration) -> Duration {
        self.rate.time_for(self.taken, self.first_at.saturating_sub(began))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn one() -> Upcoming {
        Upcoming { counted: 1, ..Upcoming::default() }
    }

    #[test]
    fn the_next_one_follows_an_interval_after_the_last_one_left() {
        let mut pace = HandoutPace::new("20/h".parse().unwrap(), None, 4, MINUTE);
        assert_eq!((pace.free_at(), pace.time_left(MINUTE), pace.floor(MINUTE)), (MINUTE, 9 * MINUTE, Duration::ZERO));
        pace.took_up(MINUTE, &one());
        assert_eq!((pace.free_at(), pace.time_left(2 * MINUTE)), (4 * MINUTE, 8 * MINUTE));
        // It could not be sent for an hour.
        pace.password_left(61 * MINUTE);
        assert_eq!(pace.free_at(), 64 * MINUTE);
        pace.took_up(70 * MINUTE, &Upcoming { given_up: 2, ..one() });
        assert_eq!((pace.time_left(70 * MINUTE), pace.floor(MINUTE)), (Duration::ZERO, 3 * MINUTE));
    }

    #[test]
    fn a_later_process_waits_for_what_is_left_of_the_interval() {
        let pace = |since| HandoutPace::new("20/h".parse().unwrap(), since, 1, MINUTE).free_at();
        assert_eq!(pace(Some(MINUTE)), 3 * MINUTE);
        assert_eq!(pace(Some(600 * MINUTE)), MINUTE, "what was not used is not made up for");
    }

    #[test]
    fn a_slow_rate_has_one_password_under_way_and_a_fast_one_some() {
        let max_open = |rate: &str| HandoutPace::new(rate.parse().unwrap(), None, 1, MINUTE).max_open();
        assert_eq!([max_open("20/h"), max_open("60/min"), max_open("600/min")], [1, 5, 50]);
    }
}
