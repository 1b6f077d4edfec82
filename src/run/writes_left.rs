//! What is still to be sent to accounts, and how long that takes.

use std::time::Duration;

use time::OffsetDateTime;

use super::state::AccountState;
use super::states::States;
use crate::step::{Step, StepMap};

/// Writes that are still to come, if all goes well.
#[derive(Debug, Default)]
pub struct WritesLeft {
    /// All of them.
    pub writes: u64,
    /// Those of them that are about a target of the account, by step.
    pub targets: StepMap<u64>,
}

impl WritesLeft {
    /// Counts what is left for one account more.
    pub fn add(&mut self, state: &AccountState) {
        self.writes += state.writes_left();
        Step::with_targets().for_each(|step| self.targets[step] += state.targets_left(step));
    }

    /// How long they take from now on at least.
    #[must_use]
    pub fn time(&self, states: &States) -> Duration {
        let spent = states.writes_spent(OffsetDateTime::now_utc(), 1.0);
        spent.floor(self.writes - self.targets.all()).max(self.targets.floor())
    }
}
