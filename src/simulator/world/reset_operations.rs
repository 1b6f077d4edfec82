//! Resets that are on their way to Active Directory, and how each of them ended.

use std::collections::BTreeMap;
use std::time::Duration;

use time::OffsetDateTime;
use uuid::Uuid;

use crate::digest::Digest;
use crate::simulator::settings::SimulatedWriteback;

/// Resets on their way.
#[derive(Debug)]
pub(crate) struct Writeback {
    pub(super) settings: SimulatedWriteback,
    pub(super) operations: BTreeMap<Uuid, ResetOperation>,
    /// When the agent is free again.
    pub(super) agent_free: Duration,
}

#[derive(Debug)]
pub(super) struct ResetOperation {
    pub(super) user: Uuid,
    pub(super) password: Digest,
    pub(super) begun: OffsetDateTime,
    pub(super) due: Duration,
    /// Why it fails, if it does.
    pub(super) fails: Option<&'static str>,
    /// When it ended.
    pub(super) ended: Option<OffsetDateTime>,
}

impl ResetOperation {
    pub(super) const fn status(&self) -> &'static str {
        match (self.ended, self.fails) {
            (None, _) => "running",
            (Some(_), None) => "succeeded",
            (Some(_), Some(_)) => "failed",
        }
    }
}

impl Writeback {
    pub(super) const fn new(settings: SimulatedWriteback) -> Self {
        Self { settings, operations: BTreeMap::new(), agent_free: Duration::ZERO }
    }
}
