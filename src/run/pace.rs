//! What paces the writes of a run.

use std::time::Duration;

use crate::clock::Clock;
use crate::graph::backoff;
use crate::graph::quota::{
    Allowance, Bucket, Concurrency, Controller, Feedback, Heard, HeardBeside, LimitShare, Shape, Wait,
};

/// The write quota of one app in one tenant, which sets the pace, the limits of that app above it, and how many calls it
/// takes.
pub struct Pace {
    clock: Clock,
    quota: Allowance,
    writes: Controller,
    /// Resource units, and the writes of the app in all its tenants: each write costs one of each.
    above: [Ceiling; 2],
    concurrency: Concurrency,
    spent: u32,
}

/// A limit above the one that sets the pace.
pub(super) struct Ceiling {
    bucket: CeilingOf,
    /// What was taken while something else had to be waited for; it is kept for the next try.
    in_hand: u32,
}

/// Whose limit it is.
enum CeilingOf {
    /// This run's alone.
    ThisRun(Bucket),
    /// Of several runs in this process.
    SeveralRuns(LimitShare),
}

impl CeilingOf {
    fn take(&mut self, writes: u32) -> Result<(), Duration> {
        match self {
            Self::ThisRun(bucket) => bucket.take(writes),
            Self::SeveralRuns(share) => share.take(writes),
        }
    }
}

impl Ceiling {
    pub(super) fn of(limit: Allowance, clock: Clock) -> Self {
        Self { bucket: CeilingOf::ThisRun(Bucket::full(limit, clock)), in_hand: 0 }
    }

    /// The limit without what was spent before this process began.
    pub(super) fn already_spent(mut self, writes: u32) -> Self {
        // More than there is cannot be gone.
        let _ = self.bucket.take(writes);
        self
    }

    /// So many writes were let go that were ensured before.
    pub(super) fn spend(&mut self, writes: u32) {
        self.in_hand = self.in_hand.saturating_sub(writes);
    }

    /// Takes what is needed for so many writes, and keeps it for the next try where something else has to be waited for.
    pub(super) fn ensure(&mut self, writes: u32) -> Result<(), Duration> {
        if self.in_hand < writes {
            self.bucket.take(writes - self.in_hand)?;
            self.in_hand = writes;
        }
        Ok(())
    }
}

impl Pace {
    /// A write quota, less the writes that an earlier process has just spent; and never more than `max_calls` calls under way. Where more is asked for
    /// than the limits above it allow, those were raised as well.
    pub fn of(quota: Allowance, max_calls: usize, clock: Clock, spent: u32) -> Self {
        let above =
            [Allowance::RESOURCE_UNITS, Allowance::WRITES_OF_APP].map(|limit| Ceiling::of(limit.or_more(quota), clock));
        let now = clock.now();
        let writes = Controller::new(quota, now).already_spent(now, spent);
        Self { clock, quota, writes, above, concurrency: Concurrency::at_most(max_calls), spent }
    }

    /// The same, where what the app may write in all its tenants is shared with other runs of this process.
    #[must_use]
    pub fn sharing(mut self, share: LimitShare) -> Self {
        self.above[1] = Ceiling { bucket: CeilingOf::SeveralRuns(share), in_hand: 0 };
        self
    }

    /// Lets up to `wanted` writes leave in one call now, and says how many.
    ///
    /// # Errors
    ///
    /// What to wait for before asking again.
    pub fn take(&mut self, wanted: u32) -> Result<u32, Wait> {
        let now = self.clock.now();
        if let Some(HeardBeside { age, heard }) = self.share().and_then(LimitShare::hear) {
            self.writes.heard(now, now.saturating_sub(age), heard, backoff::chance());
        }
        for limit in &mut self.above {
            limit.ensure(wanted).map_err(|wait| Wait::Until(now + wait))?;
        }
        let granted = self.writes.take(now, wanted)?;
        for limit in &mut self.above {
            limit.spend(granted);
        }
        Ok(granted)
    }

    /// Takes in what became of a call that left at `sent_at`.
    pub fn answered(&mut self, sent_at: Duration, feedback: &Feedback) {
        let now = self.clock.now();
        if let (Some(share), Some(heard)) = (self.share(), feedback.for_other_tenants()) {
            share.refused(now.saturating_sub(sent_at), heard);
        }
        self.writes.answered(now, sent_at, feedback, backoff::chance());
    }

    /// Its place at the limit that other runs spend, too.
    fn share(&self) -> Option<&LimitShare> {
        self.above.iter().find_map(|limit| match &limit.bucket {
            CeilingOf::SeveralRuns(share) => Some(share),
            CeilingOf::ThisRun(_) => None,
        })
    }

    /// Takes in what a call of another app met at a limit that both share; that call left at `sent_at`.
    pub fn heard(&mut self, sent_at: Duration, heard: Heard) {
        self.writes.heard(self.clock.now(), sent_at, heard, backoff::chance());
    }

    /// Takes in how long a call was under way that was answered.
    pub fn round_trip(&mut self, sent_at: Duration) {
        self.concurrency.answered(self.clock.now().saturating_sub(sent_at));
    }

    /// How many calls may be under way now.
    pub fn calls(&self) -> usize {
        self.concurrency.calls(self.writes.in_hand(self.clock.now()), self.writes.rate())
    }

    /// How many writes may go at once now.
    pub fn in_hand(&self) -> f64 {
        self.writes.in_hand(self.clock.now())
    }

    /// The tenant time that so many more writes will take, by what is known now.
    pub fn forecast(&self, writes: u64) -> Duration {
        self.writes.time_for(self.clock.now(), writes)
    }

    /// Writes a second of tenant time, once the burst is spent.
    pub fn writes_per_second(&self) -> f64 {
        self.writes.rate()
    }

    /// How the tenant was found to count its writes.
    pub fn shape(&self) -> Shape {
        self.writes.shape()
    }

    /// The quota that the run began with.
    pub fn quota(&self) -> Allowance {
        self.quota
    }

    /// How many of the first burst were spent before this process began.
    pub fn spent(&self) -> u32 {
        self.spent
    }

    /// The least tenant time that the quota allowed for so many writes from `began` on.
    pub fn floor(&self, began: Duration, writes: u64) -> Duration {
        self.writes.floor(began, writes, self.spent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::quota::{MAX_CALLS, SharedLimit};
    use crate::graph::throttle::ThrottleScope;

    fn refused_by(scope: &str) -> Result<u32, Wait> {
        let mut pace = Pace::of(Allowance::WRITES, MAX_CALLS, Clock::real(), 0);
        pace.take(20).unwrap();
        let retry_after = Some(Duration::from_secs(30));
        let mut feedback = Feedback { sent: 20, ..Feedback::default() };
        feedback.refuse(20, ThrottleScope::parse(scope), retry_after);
        pace.answered(Duration::ZERO, &feedback);
        pace.take(20)
    }

    #[tokio::test(start_paused = true)]
    async fn writes_go_on_while_reads_are_paused() {
        assert_eq!(refused_by("Tenant_Application/Read/a/b"), Ok(20));
        for scope in ["Tenant_Application/Write/a/b", "Tenant/ReadWrite/a/b", "not documented"] {
            let Err(Wait::Until(until)) = refused_by(scope) else { panic!("{scope}") };
            assert!(until >= Duration::from_secs(30), "{scope}: {until:?}");
        }
    }

    /// Another job of the same app spends what it may write in all tenants.
    #[tokio::test(start_paused = true)]
    async fn what_the_app_is_refused_in_one_tenant_all_of_its_tenants_wait_for() {
        for (scope, all_wait) in [
            ("Application/Write/a/b", true),
            ("Application/ReadWrite/a/b", true),
            ("Application/Read/a/b", false),
            ("Tenant_Application/Write/a/b", false),
            ("Tenant/Write/a/b", false),
        ] {
            let limit = SharedLimit::less(0, Allowance::WRITES_OF_APP, Clock::real());
            // Each run counts from when it began.
            let mut paces = Vec::new();
            for urgency in 0..3 {
                paces.push(Pace::of(Allowance::WRITES, MAX_CALLS, Clock::real(), 0).sharing(limit.share(urgency)));
                tokio::time::advance(Duration::from_secs(7)).await;
            }
            for pace in &mut paces {
                assert_eq!(pace.take(20), Ok(20));
            }
            let sent_at = paces[0].clock.now();
            tokio::time::advance(Duration::from_secs(1)).await;
            let mut feedback = Feedback { sent: 20, ..Feedback::default() };
            feedback.refuse(20, ThrottleScope::parse(scope), Some(Duration::from_secs(30)));
            paces[0].answered(sent_at, &feedback);
            for pace in &mut paces[1..] {
                pace.answered(
                    pace.clock.now() - Duration::from_secs(1),
                    &Feedback { sent: 20, passed: 20, ..Feedback::default() },
                );
                tokio::time::advance(Duration::from_secs(5)).await;
                match pace.take(20) {
                    Err(Wait::Until(until)) => {
                        let wait = until.saturating_sub(pace.clock.now());
                        assert!(
                            all_wait && wait >= Duration::from_secs(19) && wait <= Duration::from_secs(26),
                            "{scope}: {wait:?}"
                        );
                    }
                    taken => assert!(!all_wait && taken == Ok(20), "{scope}: {taken:?}"),
                }
            }
            tokio::time::advance(Duration::from_secs(31)).await;
            for pace in &mut paces[1..] {
                assert_eq!(pace.take(20), Ok(20), "{scope}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_app_that_was_granted_more_is_not_held_by_the_limits_above() {
        let mut pace = Pace::of("100000/150".parse().unwrap(), 64, Clock::real(), 0);
        for _ in 0..4_900 {
            assert_eq!(pace.take(20), Ok(20));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_an_earlier_process_spent_is_not_there() {
        let mut pace = Pace::of(Allowance::WRITES, MAX_CALLS, Clock::real(), 2_900);
        for _ in 0..4 {
            assert_eq!(pace.take(20), Ok(20));
        }
        assert!(pace.take(20).is_err());
        assert_eq!(pace.floor(Duration::ZERO, 300), Duration::from_secs(10), "200 of them were not in the bucket");
    }
}
