//! The writes of one answer that were throttled.

use std::time::Duration;

use crate::graph::throttle::{LimitOwner, ThrottleScope};

/// The writes of one answer that were throttled, for the report of it: the tenant's limit is named before any other.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ThrottledItems {
    pub(super) count: usize,
    pub(super) scope: Option<ThrottleScope>,
    pub(super) retry_after: Option<Duration>,
}

impl ThrottledItems {
    pub(super) fn add(&mut self, scope: Option<ThrottleScope>, retry_after: Option<Duration>) {
        self.count += 1;
        self.retry_after = self.retry_after.max(retry_after);
        self.scope = scope.filter(|scope| scope.owner == LimitOwner::Tenant).or(self.scope).or(scope);
    }
}
