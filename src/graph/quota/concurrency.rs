//! How many calls have to be under way at once.

use std::time::Duration;

/// Calls under way at one time, unless the operator says otherwise: with answers after two seconds this spends the burst
/// of 3,000 writes in five, and no service that turns everything away is asked for more than some thousand writes first.
pub const MAX_CALLS: usize = 64;
/// So many may always be under way: below it, one slow answer would leave the quota unspent.
const MIN_CALLS: f64 = 4.0;
/// So many at first, before anything is known: should others have spent the quota, so many batches are refused. Each answer
/// allows one more.
const AT_FIRST: usize = 8;
/// What is in hand should be out within this time. Less would bring a burst out in one round trip fewer, and have many more writes
/// turned away when a window is halved unseen.
const TO_SPEND_A_BURST: f64 = 0.25;
/// Answers do not come evenly, and a batch waits for company.
const HEADROOM: f64 = 1.5;
/// The weight of the latest round trip in the average.
const WEIGHT: f64 = 0.1;

/// Little's law: calls under way are calls a second times seconds a call.
///
/// Refused as an alternative: a fixed number. Four are too few where an answer takes two seconds, and sixty-four are too many where
/// a quota is used up: each is a batch that is refused and counted. The price is an average that lags when the network slows down,
/// which [`HEADROOM`] covers.
#[derive(Debug, Clone, Copy)]
pub struct Concurrency {
    most: usize,
    opened: usize,
    round_trip: Option<f64>,
}

impl Concurrency {
    /// Never more than `most` calls.
    pub fn at_most(most: usize) -> Self {
        Self { most: most.max(1), opened: AT_FIRST, round_trip: None }
    }

    /// Takes in how long a call was under way, in tenant time.
    pub fn answered(&mut self, round_trip: Duration) {
        let latest = round_trip.as_secs_f64();
        self.round_trip = Some(self.round_trip.map_or(latest, |known| known + (latest - known) * WEIGHT));
        self.opened = (self.opened + 1).min(self.most.max(AT_FIRST));
    }

    /// How many calls of full batches spend `in_hand` at once and `per_second` from then on.
    pub fn calls(&self, in_hand: f64, per_second: f64) -> usize {
        let wanted = self.round_trip.map_or(f64::INFINITY, |round_trip| {
            HEADROOM * (per_second + in_hand.max(0.0) / TO_SPEND_A_BURST) * round_trip / super::BATCH
        });
        let calls = wanted.ceil().clamp(MIN_CALLS, self.opened as f64) as usize;
        calls.min(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(round_trip: f64, most: usize) -> Concurrency {
        let mut concurrency = Concurrency::at_most(most);
        for _ in 0..200 {
            concurrency.answered(Duration::from_secs_f64(round_trip));
        }
        concurrency
    }

    #[test]
    fn fast_and_slow_round_trips_both_reach_the_quota() {
        for round_trip in [0.01, 0.05, 0.2, 1.0, 2.0, 10.0] {
            let calls = settled(round_trip, MAX_CALLS).calls(20.0, 20.0) as f64;
            assert!(calls * 20.0 / round_trip >= 20.0, "{calls} calls of {round_trip} s");
            let burst = settled(round_trip, MAX_CALLS).calls(3_000.0, 20.0) as f64;
            assert!(
                burst * 20.0 / round_trip >= 3_000.0 || burst >= MAX_CALLS as f64,
                "{burst} calls of {round_trip} s"
            );
        }
    }

    #[test]
    fn it_is_bounded_and_the_operator_has_the_last_word() {
        assert_eq!(settled(0.05, MAX_CALLS).calls(0.0, 20.0), 4);
        assert_eq!(settled(60.0, MAX_CALLS).calls(3_000.0, 20.0), MAX_CALLS);
        assert_eq!(settled(60.0, 2).calls(3_000.0, 20.0), 2);
        assert_eq!(settled(0.01, 1).calls(0.0, 20.0), 1);
    }

    #[test]
    fn it_opens_with_the_answers_and_not_before() {
        let mut concurrency = Concurrency::at_most(MAX_CALLS);
        assert_eq!(concurrency.calls(3_000.0, 20.0), 8);
        for _ in 0..10 {
            concurrency.answered(Duration::from_secs(2));
        }
        assert_eq!(concurrency.calls(3_000.0, 20.0), 18);
    }
}
