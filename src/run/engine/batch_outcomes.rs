//! What became of the writes of one batch, before it moves their accounts on.

use time::OffsetDateTime;

use super::in_flight::QueuedWrite;
use super::retry::Blame;
use crate::graph::write_outcome::WriteOutcome;

/// The outcome of each write of a batch, in the order of the writes.
pub(super) struct BatchOutcomes {
    pub(super) writes: Vec<QueuedWrite>,
    /// With Graph's name for each request.
    pub(super) outcomes: Vec<(WriteOutcome, Option<String>)>,
    /// What an outcome that decides nothing is held against.
    pub(super) blame: Blame,
    pub(super) date: Option<OffsetDateTime>,
}

impl BatchOutcomes {
    pub(super) fn iter(&self) -> impl Iterator<Item = &WriteOutcome> {
        self.outcomes.iter().map(|(outcome, _)| outcome)
    }
}
