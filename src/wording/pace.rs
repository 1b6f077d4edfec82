//! How long the write quota makes a run last.

use std::time::Duration;

use crate::words::span;

/// Whose quota bounds a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaOwner {
    /// The documented quota of one app in the tenant.
    Tenant,
    /// The quotas of several apps, and above them the tenant's own.
    SeveralApps,
}

/// The shortest time in which the quota lets all writes through.
#[must_use]
pub fn shortest(floor: Duration, owner: QuotaOwner) -> String {
    match (floor.is_zero(), owner) {
        (true, QuotaOwner::Tenant) => "all within the burst that the quota allows".to_owned(),
        (true, QuotaOwner::SeveralApps) => "all within the burst that their quotas allow".to_owned(),
        (false, QuotaOwner::Tenant) => format!("at least {} by the tenant's write quota", span(floor)),
        (false, QuotaOwner::SeveralApps) => format!("at least {} by their quotas and the tenant's", span(floor)),
    }
}
