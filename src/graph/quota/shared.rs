//! One limit over several runs: what an app may write in all its tenants together.
//!
//! "Microsoft Graph service-specific throttling limits", section "Identity and access service limits": 35,000 writes in five
//! minutes for one app in all its tenants. Where a process works on many tenants through one app, each run keeps its own
//! quota, and asks here besides. As long as there is enough, nothing waits. Where there is not, the more urgent tenant goes
//! first, and among equals the one that has had least.
//!
//! Another job of the same app may spend the limit too, of which this process knows nothing before Graph refuses. Whichever
//! tenant is refused then, each of them runs into the same limit: all hear of it, wait as long as Graph asks, and slow down
//! in proportion.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::allowance::Allowance;
use super::bucket::Bucket;
use super::feedback::Heard;
use crate::clock::Clock;

/// Who asked and got nothing is let go first for this long; who is gone must not hold up the others.
const REMEMBERED: Duration = Duration::from_secs(5);

/// A limit that several runs share.
#[derive(Clone)]
pub struct SharedLimit(Arc<Mutex<SharedLimitState>>);

struct SharedLimitState {
    bucket: Bucket,
    clock: Clock,
    /// The tenant time in which a batch comes back.
    batch_time: Duration,
    runs: Vec<SharingRun>,
    /// What Graph refused last by this limit.
    refused: Option<SharedRefusal>,
}

/// Graph refused writes of one of the runs by the limit that all of them share.
#[derive(Clone, Copy)]
struct SharedRefusal {
    number: u64,
    /// When the call left that was refused, and when its answer came.
    sent_at: Duration,
    at: Duration,
    heard: Heard,
}

/// What a run learns from a refusal of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeardBeside {
    /// How long ago the call left that was refused.
    pub age: Duration,
    /// What it says, and how long there is still to wait.
    pub heard: Heard,
}

struct SharingRun {
    urgency: u32,
    served: u64,
    /// When it asked and got nothing.
    waits_since: Option<Duration>,
    /// The last refusal that it knows of.
    heard: u64,
}

/// The place of one run at a limit that it shares.
#[derive(Clone)]
pub struct LimitShare {
    limit: SharedLimit,
    place: usize,
}

impl SharedLimit {
    /// A limit of which so much is still missing.
    pub fn less(missing: u32, limit: Allowance, clock: Clock) -> Self {
        let batch_time = Duration::from_secs_f64(super::BATCH / limit.per_second.max(1e-3));
        let mut bucket = Bucket::full(limit, clock);
        // It is full: as much as it holds can be taken of it.
        let _ = bucket.take(missing);
        Self(Arc::new(Mutex::new(SharedLimitState { bucket, clock, batch_time, runs: Vec::new(), refused: None })))
    }

    /// One more run. A lower number is more urgent.
    pub fn share(&self, urgency: u32) -> LimitShare {
        let mut state = self.state();
        state.runs.push(SharingRun { urgency, served: 0, waits_since: None, heard: 0 });
        LimitShare { limit: self.clone(), place: state.runs.len() - 1 }
    }

    /// Never held across a wait.
    fn state(&self) -> MutexGuard<'_, SharedLimitState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LimitShare {
    /// Graph refused writes of this run by the shared limit, in a call that left so long ago: the others hear of it.
    pub fn refused(&self, age: Duration, heard: Heard) {
        let mut state = self.limit.state();
        let now = state.clock.now();
        let earlier = state.refused.filter(|earlier| earlier.ends() > now);
        let number = state.refused.map_or(1, |earlier| earlier.number + 1);
        let new = SharedRefusal { number, sent_at: now.saturating_sub(age), at: now, heard };
        state.refused = Some(earlier.map_or(new, |earlier| new.after(earlier)));
        state.runs[self.place].heard = number;
    }

    /// What another run has met since this one asked last.
    pub fn hear(&self) -> Option<HeardBeside> {
        let mut state = self.limit.state();
        let (now, refused) = (state.clock.now(), state.refused?);
        let known = std::mem::replace(&mut state.runs[self.place].heard, refused.number);
        // What is over was waited for, with nothing to send meanwhile.
        let is_over = refused.heard.retry_after.is_some() && refused.ends() <= now;
        (known < refused.number && !is_over).then(|| HeardBeside {
            age: now.saturating_sub(refused.sent_at),
            heard: Heard {
                retry_after: refused.heard.retry_after.map(|_| refused.ends().saturating_sub(now)),
                ..refused.heard
            },
        })
    }

    /// Takes `amount` if it is there now and it is this run's turn.
    ///
    /// # Errors
    ///
    /// The tenant time after which to ask again.
    pub fn take(&self, amount: u32) -> Result<(), Duration> {
        let mut state = self.limit.state();
        let now = state.clock.now();
        let order = |run: &SharingRun| (run.urgency, run.served);
        let own = order(&state.runs[self.place]);
        let waits = |run: &SharingRun| run.waits_since.is_some_and(|since| now.saturating_sub(since) <= REMEMBERED);
        let is_anothers_turn = state.runs.iter().any(|run| waits(run) && order(run) < own);
        let taken = if is_anothers_turn { Err(state.batch_time) } else { state.bucket.take(amount) };
        let run = &mut state.runs[self.place];
        match taken {
            Ok(()) => {
                run.served += u64::from(amount);
                run.waits_since = None;
                Ok(())
            }
            Err(wait) => {
                run.waits_since = Some(now);
                Err(wait)
            }
        }
    }
}

impl SharedRefusal {
    /// Until when Graph asks to wait.
    fn ends(&self) -> Duration {
        self.at + self.heard.retry_after.unwrap_or_default()
    }

    /// The same, where an earlier one is not over yet: the longest wait rules.
    fn after(self, earlier: Self) -> Self {
        let ends = self.ends().max(earlier.ends());
        let retry_after = self.heard.retry_after.or(earlier.heard.retry_after).map(|_| ends.saturating_sub(self.at));
        let is_refusal = self.heard.is_refusal || earlier.heard.is_refusal;
        Self { sent_at: self.sent_at.max(earlier.sent_at), heard: Heard { is_refusal, retry_after }, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_run_hears_once_of_what_another_one_met_and_the_longest_wait_rules() {
        let seconds = Duration::from_secs;
        let heard = |wait| Heard { is_refusal: true, retry_after: Some(seconds(wait)) };
        let limit = SharedLimit::less(0, Allowance::WRITES_OF_APP, Clock::real());
        let [one, two, three] = [1, 2, 3].map(|urgency| limit.share(urgency));
        assert_eq!(two.hear(), None);
        tokio::time::advance(seconds(10)).await;
        one.refused(seconds(1), heard(30));
        assert_eq!(one.hear(), None, "it knows");
        tokio::time::advance(seconds(5)).await;
        assert_eq!(two.hear(), Some(HeardBeside { age: seconds(6), heard: heard(25) }));
        assert_eq!(two.hear(), None);
        // Another one is refused at the same limit, with a shorter wait.
        two.refused(seconds(2), heard(3));
        assert_eq!(three.hear(), Some(HeardBeside { age: seconds(2), heard: heard(25) }));
        assert_eq!(one.hear(), Some(HeardBeside { age: seconds(2), heard: heard(25) }));
        one.refused(seconds(0), heard(40));
        tokio::time::advance(seconds(41)).await;
        assert_eq!(three.hear(), None, "it is over");
    }

    /// What every run got in so many seconds, each of which asks for a batch every 50 ms.
    async fn served(urgencies: &[u32], seconds: u32) -> Vec<u64> {
        let clock = Clock::real();
        let limit = SharedLimit::less(0, Allowance { burst: 600, per_second: 100.0 }, clock);
        let shares: Vec<LimitShare> = urgencies.iter().map(|&urgency| limit.share(urgency)).collect();
        // The burst is gone.
        while shares[0].limit.state().bucket.take(20).is_ok() {}
        let mut got = vec![0; shares.len()];
        for _ in 0..seconds * 20 {
            for (share, got) in shares.iter().zip(&mut got) {
                *got += if share.take(20).is_ok() { 20 } else { 0 };
            }
            tokio::time::advance(Duration::from_millis(50)).await;
        }
        got
    }

    #[tokio::test(start_paused = true)]
    async fn equals_get_equal_shares_of_all_that_there_is() {
        let got = served(&[7; 8], 60).await;
        let all: u64 = got.iter().sum();
        assert!((5_700..=6_100).contains(&all), "{got:?}");
        assert!(got.iter().max().unwrap() - got.iter().min().unwrap() <= 40, "{got:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_earlier_processes_spent_is_not_there_at_the_beginning() {
        let limit = Allowance { burst: 600, per_second: 100.0 };
        let share = SharedLimit::less(560, limit, Clock::real()).share(1);
        assert_eq!(share.take(20), Ok(()));
        assert!(share.take(20).is_err(), "the last twenty are never taken");
        let share = SharedLimit::less(u32::MAX, limit, Clock::real()).share(1);
        assert!(share.take(20).is_err());
        tokio::time::advance(Duration::from_millis(201)).await;
        assert_eq!(share.take(20), Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn the_most_urgent_goes_first_and_holds_up_none_once_it_is_gone() {
        let got = served(&[1, 2, 2], 30).await;
        assert!(got[0] > 2_700 && got[1] + got[2] < 200, "{got:?}");
        let clock = Clock::real();
        let limit = SharedLimit::less(0, Allowance { burst: 600, per_second: 100.0 }, clock);
        let (urgent, other) = (limit.share(1), limit.share(2));
        while urgent.take(20).is_ok() {}
        assert!(other.take(20).is_err());
        tokio::time::advance(REMEMBERED + Duration::from_millis(1)).await;
        assert!(other.take(20).is_ok());
    }
}
