//! The app registrations that a run goes through: each has its own way in and its own quota, and the tenant's is above them
//! all.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::event::AppStatistics;
use super::pace::{Ceiling, Pace};
use super::shut_out::ShutOut;
use crate::clock::Clock;
use crate::graph::quota::{Allowance, Feedback, Shape, Wait};
use crate::ids::ClientId;

/// The most apps that one run goes through. Three reach the tenant's own limit; more only help where each may do less.
pub const MAX_APPS: usize = 32;

/// What an app is called: in the journal by its client id, where that is known, and before people by where it was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppName {
    /// The app registration.
    pub client_id: Option<ClientId>,
    /// Where it was named: a file or a variable.
    pub named_in: String,
}

impl fmt::Display for AppName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.client_id {
            Some(client_id) => write!(f, "{client_id} ({})", self.named_in),
            None => f.write_str(&self.named_in),
        }
    }
}

/// The place of an app among those of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppIndex(usize);

impl AppIndex {
    /// The place in a list that has an entry for each app.
    pub const fn get(self) -> usize {
        self.0
    }
}

/// Some of the apps of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AppSet(u32);

impl AppSet {
    /// Adds one.
    pub fn insert(&mut self, app: AppIndex) {
        self.0 |= 1 << app.0;
    }

    /// Is it one of them?
    pub const fn contains(self, app: AppIndex) -> bool {
        self.0 & 1 << app.0 != 0
    }

    /// Are there others, and are all of them here too?
    pub const fn covers(self, others: Self) -> bool {
        others.0 != 0 && self.0 & others.0 == others.0
    }

    /// Is there none?
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// One app registration.
pub struct App<T> {
    name: AppName,
    transport: Arc<T>,
    pace: Pace,
    under_way: usize,
    statistics: AppStatistics,
}

impl<T> App<T> {
    /// An app that calls go through, at its own pace.
    pub fn new(name: AppName, transport: Arc<T>, pace: Pace) -> Self {
        let statistics = AppStatistics { client_id: name.client_id, app: name.to_string(), ..AppStatistics::default() };
        Self { name, transport, pace, under_way: 0, statistics }
    }
}

/// So many writes may leave now, in one call, through one app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The app.
    pub app: AppIndex,
    /// How many writes.
    pub writes: u32,
}

/// The apps of a run, and the quota above them.
pub struct Apps<T> {
    apps: Vec<App<T>>,
    in_use: AppSet,
    clock: Clock,
    began: Duration,
    max_calls: usize,
    tenant: Ceiling,
    tenants_quota: Allowance,
    spent_of_tenant: u32,
    granted: u64,
}

impl<T> Apps<T> {
    /// Apps of one tenant, of whose quota so many writes are spent already, and never more than `max_calls` calls under way
    /// through all of them. Where one app may do more than the tenant, that was raised as well.
    ///
    /// Those beyond [`MAX_APPS`] are not used.
    pub fn new(mut apps: Vec<App<T>>, max_calls: usize, clock: Clock, spent_of_tenant: u32) -> Self {
        apps.truncate(MAX_APPS);
        let quota = apps.iter().fold(Allowance::WRITES_OF_TENANT, |quota, app| quota.or_more(app.pace.quota()));
        let mut in_use = AppSet::default();
        (0..apps.len()).for_each(|place| in_use.insert(AppIndex(place)));
        Self {
            apps,
            in_use,
            clock,
            began: clock.now(),
            max_calls: max_calls.max(1),
            tenant: Ceiling::of(quota, clock).already_spent(spent_of_tenant),
            tenants_quota: quota,
            spent_of_tenant,
            granted: 0,
        }
    }

    /// All of them, those that were left out too.
    pub fn indices(&self) -> impl Iterator<Item = AppIndex> + use<T> {
        (0..self.apps.len()).map(AppIndex)
    }

    /// Those that calls go through.
    pub fn in_use(&self) -> AppSet {
        self.in_use
    }

    /// What an app is called.
    pub fn name(&self, app: AppIndex) -> &AppName {
        &self.apps[app.0].name
    }

    /// The way to Graph in the name of an app.
    pub fn transport(&self, app: AppIndex) -> &Arc<T> {
        &self.apps[app.0].transport
    }

    /// Nothing more goes through an app; the reason is kept for the recap. Says whether it was in use.
    pub fn leave_out(&mut self, app: AppIndex, reason: ShutOut) -> bool {
        let was_in_use = self.in_use.contains(app);
        self.in_use.0 &= !(1 << app.0);
        if was_in_use {
            self.apps[app.0].statistics.left_out = Some(reason);
        }
        was_in_use
    }

    /// Lets some writes leave in one call now, through whichever app may send most. `wanted` says how many there are for an
    /// app. The call is under way until [`Apps::landed`].
    ///
    /// # Errors
    ///
    /// What to wait for before asking again.
    pub fn take(&mut self, wanted: impl Fn(AppIndex) -> u32) -> Result<Grant, Wait> {
        if self.apps.iter().map(|app| app.under_way).sum::<usize>() >= self.max_calls {
            return Err(Wait::Answer);
        }
        let may_start = |app: &AppIndex| {
            let App { pace, under_way, .. } = &self.apps[app.0];
            self.in_use.contains(*app) && *under_way < pace.calls() && wanted(*app) > 0
        };
        let mut order: Vec<(f64, AppIndex)> =
            self.indices().filter(may_start).map(|app| (self.apps[app.0].pace.in_hand(), app)).collect();
        order.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let mut wait = Wait::Answer;
        for (_, app) in order {
            match self.take_through(app, wanted(app)) {
                Ok(grant) => return Ok(grant),
                Err(later) => wait = sooner(wait, later),
            }
        }
        Err(wait)
    }

    fn take_through(&mut self, app: AppIndex, wanted: u32) -> Result<Grant, Wait> {
        let now = self.clock.now();
        self.tenant.ensure(wanted).map_err(|wait| Wait::Until(now + wait))?;
        let App { pace, under_way, statistics, .. } = &mut self.apps[app.0];
        let writes = pace.take(wanted)?;
        self.tenant.spend(writes);
        *under_way += 1;
        statistics.writes_sent += u64::from(writes);
        self.granted += u64::from(writes);
        Ok(Grant { app, writes })
    }

    /// A call through an app is no longer under way, whatever became of it.
    pub fn landed(&mut self, app: AppIndex) {
        let under_way = &mut self.apps[app.0].under_way;
        *under_way = under_way.saturating_sub(1);
    }

    /// Takes in what a call through an app that left at `sent_at` says about the quota. Where it was the tenant's own limit
    /// that refused, every app runs into it, and all of them slow down in proportion.
    pub fn answered(&mut self, app: AppIndex, sent_at: Duration, feedback: &Feedback) {
        self.apps[app.0].statistics.writes_throttled += u64::from(feedback.throttled);
        self.apps[app.0].pace.answered(sent_at, feedback);
        let Some(heard) = feedback.for_other_apps() else { return };
        for other in self.indices().filter(|other| *other != app && self.in_use.contains(*other)) {
            self.apps[other.0].pace.heard(sent_at, heard);
        }
    }

    /// Takes in how long a call through an app was under way that was answered.
    pub fn round_trip(&mut self, app: AppIndex, sent_at: Duration) {
        self.apps[app.0].pace.round_trip(sent_at);
    }

    /// Takes in how many writes through an app Graph accepted.
    pub fn accepted(&mut self, app: AppIndex, writes: u64) {
        self.apps[app.0].statistics.writes_accepted += writes;
    }

    /// The most calls that may ever be under way.
    pub fn max_calls(&self) -> usize {
        self.max_calls
    }

    fn used(&self) -> impl Iterator<Item = &App<T>> {
        self.indices().filter(|app| self.in_use.contains(*app)).map(|app| &self.apps[app.0])
    }

    /// Writes a second of tenant time that all apps together may do, once the bursts are spent.
    pub fn writes_per_second(&self) -> f64 {
        let sum: f64 = self.used().map(|app| app.pace.writes_per_second()).sum();
        sum.min(self.tenants_quota.per_second)
    }

    /// The tenant time that so many more writes will take, by what is known now.
    pub fn forecast(&self, writes: u64) -> Duration {
        let in_hand: f64 = self.used().map(|app| app.pace.in_hand()).sum();
        let rate: f64 = self.used().map(|app| app.pace.writes_per_second()).sum();
        let wanted = writes as f64;
        // Each app spends what it has in hand; what is left is shared by how fast it comes back.
        let share = |app: &App<T>| {
            let (hand, beyond) = (app.pace.in_hand(), wanted - in_hand);
            let share = match beyond {
                beyond if beyond > 0.0 => hand + beyond * app.pace.writes_per_second() / rate,
                _ => wanted * hand / in_hand,
            };
            if share.is_finite() { share.ceil() as u64 } else { writes }
        };
        let apps = self.used().map(|app| app.pace.forecast(share(app).min(writes))).max().unwrap_or_default();
        let since = self.clock.now().saturating_sub(self.began);
        let tenant = self.tenants_quota.floor(u64::from(self.spent_of_tenant) + self.granted + writes);
        apps.max(tenant.saturating_sub(since))
    }

    /// How the tenant was found to count its writes.
    pub fn shape(&self) -> Shape {
        let found = self.apps.iter().map(|app| app.pace.shape()).find(|shape| *shape != Shape::TokenBucket);
        found.unwrap_or_default()
    }

    /// The least tenant time that the quota allowed for so many writes from `began` on, through those apps that did any.
    pub fn floor(&self, began: Duration, writes: u64) -> Duration {
        let took_part: Vec<&Pace> =
            self.apps.iter().filter(|app| app.statistics.writes_accepted > 0).map(|app| &app.pace).collect();
        let tenant = self.tenants_quota.floor(writes + u64::from(self.spent_of_tenant));
        let apps = if self.shape() == Shape::TokenBucket {
            let quotas = took_part.iter().map(|pace| pace.quota());
            let together = quotas.reduce(|one, other| Allowance {
                burst: one.burst + other.burst,
                per_second: one.per_second + other.per_second,
            });
            let spent: u64 = took_part.iter().map(|pace| u64::from(pace.spent())).sum();
            together.map_or(Duration::ZERO, |quota| quota.floor(writes + spent))
        } else {
            let each = writes.div_ceil((took_part.len() as u64).max(1));
            took_part.iter().map(|pace| pace.floor(began, each)).max().unwrap_or_default()
        };
        apps.max(tenant)
    }

    /// What went through each of them.
    pub fn statistics(&self) -> Vec<AppStatistics> {
        self.apps.iter().map(|app| app.statistics.clone()).collect()
    }
}

/// The sooner of two waits. The moment of an answer is not known; an answer wakes the engine by itself.
fn sooner(one: Wait, other: Wait) -> Wait {
    match (one, other) {
        (Wait::Until(one), Wait::Until(other)) => Wait::Until(one.min(other)),
        (Wait::Until(moment), Wait::Answer) | (Wait::Answer, Wait::Until(moment)) => Wait::Until(moment),
        (Wait::Answer, Wait::Answer) => Wait::Answer,
    }
}

#[cfg(test)]
mod tests;
