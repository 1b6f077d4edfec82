//! The intruder at work: where they are in, and when they try next.

use std::time::Duration;

use time::OffsetDateTime;

use crate::simulator::foothold::{Foothold, Intruder};

/// The intruder at work.
#[derive(Debug)]
pub(super) struct Intrusion {
    pub(super) intruder: Intruder,
    pub(super) footholds: Vec<Foothold>,
    /// When they try next.
    pub(super) next: Duration,
    /// When the tenant began: dates are counted from there.
    pub(super) started: OffsetDateTime,
}
