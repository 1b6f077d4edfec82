//! How much of the write quota the processes before have spent, app by app, and what time has given back of it.

use std::time::Duration;

use time::OffsetDateTime;

use crate::graph::quota::Allowance;
use crate::ids::ClientId;

/// The write quota as a journal has it.
#[derive(Debug, Clone, Default)]
pub struct Spent {
    /// There are never more than a few. `None` is the app of a journal, or of a token, that does not name it.
    by_app: Vec<(Option<ClientId>, Reckoning)>,
    tenant: Reckoning,
}

/// How much was spent, and when that was so.
#[derive(Debug, Clone, Copy, Default)]
struct Reckoning {
    writes: f64,
    at: Option<OffsetDateTime>,
}

/// How many writes are still missing from the quota at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WritesSpent {
    by_app: Vec<(Option<ClientId>, u32)>,
    /// From the quota that all apps of the tenant share.
    pub of_tenant: u32,
}

impl Spent {
    /// A write left at that moment, through that app where it is known.
    pub fn note(&mut self, app: Option<ClientId>, at: OffsetDateTime) {
        let place = self.by_app.iter().position(|(known, _)| *known == app).unwrap_or_else(|| {
            self.by_app.push((app, Reckoning::default()));
            self.by_app.len() - 1
        });
        self.by_app[place].1.note(Allowance::WRITES, at);
        self.tenant.note(Allowance::WRITES_OF_TENANT, at);
    }

    /// Has any write ever been sent?
    pub fn is_begun(&self) -> bool {
        !self.by_app.is_empty()
    }

    /// What is still missing at this moment; tenant time runs `speed` times as fast as the journal's clock.
    pub fn missing(&self, now: OffsetDateTime, speed: f64) -> WritesSpent {
        let missing = |reckoning: &Reckoning, quota| reckoning.after(quota, now, speed).ceil() as u32;
        WritesSpent {
            by_app: self.by_app.iter().map(|(app, spent)| (*app, missing(spent, Allowance::WRITES))).collect(),
            of_tenant: missing(&self.tenant, Allowance::WRITES_OF_TENANT),
        }
    }
}

impl Reckoning {
    fn note(&mut self, quota: Allowance, at: OffsetDateTime) {
        *self = Self { writes: self.after(quota, at, 1.0) + 1.0, at: Some(at) };
    }

    /// What is left of it after the bucket has been refilled for a while.
    fn after(&self, quota: Allowance, now: OffsetDateTime, speed: f64) -> f64 {
        let seconds = self.at.map_or(0.0, |at| (now - at).as_seconds_f64().max(0.0));
        (self.writes - seconds * speed * quota.per_second).max(0.0)
    }
}

impl WritesSpent {
    /// The least time for so many more writes, through all apps that have written, or through one where none has.
    pub fn floor(&self, writes: u64) -> Duration {
        let apps = u32::try_from(self.by_app.len()).unwrap_or(u32::MAX).max(1);
        let spent: u64 = self.by_app.iter().map(|(_, writes)| u64::from(*writes)).sum();
        let together = Allowance {
            burst: Allowance::WRITES.burst.saturating_mul(apps),
            per_second: Allowance::WRITES.per_second * f64::from(apps),
        };
        together.floor(writes + spent).max(Allowance::WRITES_OF_TENANT.floor(writes + u64::from(self.of_tenant)))
    }

    /// What one app has spent. Writes whose app is not known count against the `first` one: it was the only one there was.
    pub fn of(&self, app: Option<ClientId>, is_first: bool) -> u32 {
        let counts = |known: &Option<ClientId>| match known {
            None => is_first,
            known => *known == app,
        };
        self.by_app.iter().filter(|(known, _)| counts(known)).map(|(_, writes)| writes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(number: u128) -> Option<ClientId> {
        Some(ClientId::new(uuid::Uuid::from_u128(number)))
    }

    #[test]
    fn each_app_has_spent_what_went_through_it_and_gets_it_back_at_its_own_rate() {
        let began = OffsetDateTime::UNIX_EPOCH;
        let mut spent = Spent::default();
        assert!(!spent.is_begun());
        (0..3_000).for_each(|_| spent.note(app(1), began));
        (0..500).for_each(|_| spent.note(app(2), began));
        (0..40).for_each(|_| spent.note(None, began));
        let at = |seconds, speed| spent.missing(began + time::Duration::seconds(seconds), speed);
        let now = at(0, 1.0);
        assert_eq!([now.of(app(1), true), now.of(app(2), false), now.of(app(3), false)], [3_040, 500, 0]);
        assert_eq!(now.of(app(1), false), 3_000, "what names no app is the first one's");
        assert_eq!(now.of_tenant, 3_540);
        let later = at(50, 1.0);
        assert_eq!([later.of(app(1), true), later.of(app(2), false), later.of_tenant], [2_000, 0, 540]);
        assert_eq!(at(5, 10.0), later, "tenant time runs faster in a rehearsal");
    }

    #[test]
    fn what_is_left_goes_through_all_apps_that_have_written_and_never_faster_than_the_tenant() {
        let spent = |apps: u128| WritesSpent {
            by_app: (1..=apps).map(|number| (app(number), 3_000)).collect(),
            of_tenant: u32::try_from(3_000 * apps).unwrap(),
        };
        assert_eq!(WritesSpent::default().floor(20_000), Duration::from_secs(850), "a run that was not begun");
        assert_eq!(spent(1).floor(12_000), Duration::from_secs(600));
        assert_eq!(spent(3).floor(12_000), Duration::from_secs(200));
        assert_eq!(spent(6).floor(12_000), Duration::from_secs(200), "60 a second are all that a tenant takes");
    }
}
