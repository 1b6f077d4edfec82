//! Writes and resource units, spent together.

use std::time::Duration;

use crate::clock::Clock;
use crate::graph::quota::{Allowance, Bucket};
use crate::graph::throttle::{LimitedRequests, ThrottleScope};

/// What paces the writes of a run: each write costs one from the write quota and one resource unit.
pub struct Pace {
    writes: Bucket,
    units: Bucket,
    units_in_hand: u32,
}

impl Pace {
    /// The documented quotas of one app in one tenant, less the writes that an earlier process has just spent.
    #[must_use]
    pub fn documented(clock: Clock, spent: u32) -> Self {
        Self {
            writes: Bucket::full(Allowance::WRITES, clock).already_spent(spent),
            units: Bucket::full(Allowance::RESOURCE_UNITS, clock),
            units_in_hand: 0,
        }
    }

    /// Takes `writes` if they may start now.
    ///
    /// # Errors
    ///
    /// The tenant time after which to ask again.
    pub fn take(&mut self, writes: u32) -> Result<(), Duration> {
        // Units that were taken while the writes had to wait are kept for the next try.
        if self.units_in_hand < writes {
            self.units.take(writes - self.units_in_hand)?;
            self.units_in_hand = writes;
        }
        self.writes.take(writes)?;
        self.units_in_hand -= writes;
        Ok(())
    }

    /// Takes in a 429 on a write. A scope that holds back only reads does not concern the writes.
    pub fn throttled(&mut self, scope: Option<ThrottleScope>, retry_after: Option<Duration>) {
        if scope.is_none_or(|scope| scope.requests != LimitedRequests::Read) {
            self.writes.throttled(retry_after);
        }
    }

    /// Takes in the share of the limit that is in use.
    pub fn limit_share(&mut self, share: f64) {
        self.writes.limit_share(share);
    }

    /// Takes in that writes passed.
    pub fn passed(&mut self) {
        self.writes.passed();
    }

    /// The tenant time that so many more writes will take, by what is known now.
    #[must_use]
    pub fn forecast(&self, writes: u64) -> Duration {
        self.writes.forecast(writes)
    }

    /// Writes a second of tenant time, once the burst is spent.
    #[must_use]
    pub fn writes_per_second(&self) -> f64 {
        self.writes.rate()
    }
}
