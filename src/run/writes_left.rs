//! What is still to be sent to accounts, and how long that takes.

use std::time::Duration;

use time::OffsetDateTime;

use super::asked_rate::AskedRate;
use super::state::{AccountState, StepState};
use super::states::States;
use crate::step::{Step, StepMap};

/// Writes that are still to come, if all goes well.
#[derive(Debug, Default)]
pub struct WritesLeft {
    /// All of them.
    pub writes: u64,
    /// Those of them that are about a target of the account, by step.
    pub targets: StepMap<u64>,
    /// Accounts whose new password was not sent yet.
    pub passwords: u64,
}

impl WritesLeft {
    /// Counts what is left for one account more.
    pub fn add(&mut self, state: &AccountState) {
        self.writes += state.writes_left();
        self.passwords += u64::from(state.of(Step::Reset) == StepState::Open { in_doubt: false });
        Step::with_own_pace().for_each(|step| self.targets[step] += state.targets_left(step));
    }

    /// How long they take from now on at least, sent by a person who signed in (`by_person`) or by an app; where new passwords keep to
    /// the rate of the last process, from the last one on.
    pub fn time(&self, states: &States, by_person: bool) -> Duration {
        let rate = states.rate().and_then(AskedRate::rate);
        let handed_over = rate.map(|rate| rate.time_for(self.passwords, rate.interval())).unwrap_or_default();
        let spent = states.writes_spent(OffsetDateTime::now_utc(), 1.0);
        spent.floor(self.writes - self.targets.all()).max(self.targets.floor(by_person)).max(handed_over)
    }
}
