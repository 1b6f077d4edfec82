//! A replica that lags behind: for a while, reads go on showing what was so before a write.

use std::collections::HashMap;
use std::time::Duration;

use uuid::Uuid;

use crate::simulator::directory::SimulatedUser;

/// What reads do not show yet.
#[derive(Debug, Default)]
pub(crate) struct Lag {
    by: Duration,
    /// Of each user the states before its writes, and when those were made; the oldest first.
    before: HashMap<Uuid, Vec<(Duration, SimulatedUser)>>,
}

impl Lag {
    pub(super) fn of(by: Duration) -> Self {
        Self { by, before: HashMap::new() }
    }

    /// Sets another lag from now on, for the writes made so far too.
    pub(crate) fn change(&mut self, by: Duration) {
        self.by = by;
    }

    /// This user is about to be written to.
    pub(super) fn keep(&mut self, user: &SimulatedUser, now: Duration) {
        if !self.by.is_zero() {
            self.before.entry(user.id).or_default().push((now, user.clone()));
        }
    }

    /// The user as a read shows it at this moment.
    pub(super) fn shown<'a>(&'a self, user: &'a SimulatedUser, now: Duration) -> &'a SimulatedUser {
        let kept = self.before.get(&user.id).into_iter().flatten();
        kept.filter(|(written, _)| *written + self.by > now).map(|(_, before)| before).next().unwrap_or(user)
    }
}
