//! What the tenant lets one app do, and how far that is used up.
//!
//! "Microsoft Graph service-specific throttling limits", section "Identity and access service limits": for each pair of
//! app and tenant 3,000 write requests in 150 seconds (35,000 in 300 for an app in all its tenants, 18,000 in 300 for all
//! apps in a tenant), and 3,500, 5,000 or 8,000 resource units in 10 seconds by the
//! size of the tenant. The page calls it a token bucket and words it as a window, so both are served here.

use std::collections::VecDeque;
use std::time::Duration;

/// The limits of one app in this tenant, and those above it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Quota {
    /// How many writes of one app in this tenant; `None` is no limit.
    pub writes: Option<Limit>,
    /// How many writes of one app in all its tenants, of which this is the only one; `None` is no limit.
    pub writes_of_app: Option<Limit>,
    /// How many writes of all apps in this tenant; `None` is no limit.
    pub writes_of_tenant: Option<Limit>,
    /// How many resource units; `None` is no limit.
    pub resource_units: Option<Limit>,
    /// How many requests with `signInActivity`; `None` is no limit.
    pub sign_in_activity: Option<Limit>,
    /// How many requests below `/users/{id}/authentication`; `None` is no limit.
    pub authentication_methods: Option<Limit>,
    /// How many writes of devices of one app in this tenant; `None` is no limit.
    pub devices: Option<Limit>,
    /// How many of them of one signed-in person; `None` is no limit.
    pub devices_of_person: Option<Limit>,
    /// How many requests about risky users of all apps in this tenant; `None` is no limit.
    pub risky_users: Option<Limit>,
}

impl Quota {
    /// The documented limits for a tenant with this many users: S below 50, M to 500, L above.
    pub fn documented(users: usize) -> Self {
        let units = match users {
            0..50 => 3_500.0,
            50..=500 => 5_000.0,
            _ => 8_000.0,
        };
        let bucket = |amount, seconds| {
            Some(Limit { amount, window: Duration::from_secs(seconds), shape: LimitShape::TokenBucket })
        };
        Self {
            writes: bucket(3_000.0, 150),
            writes_of_app: bucket(35_000.0, 300),
            writes_of_tenant: bucket(18_000.0, 300),
            resource_units: bucket(units, 10),
            // The same page, "Identity and access reports service limits".
            sign_in_activity: bucket(10.0, 60),
            // No page gives a figure that is meant for these calls. A client has to find it; this one is ours.
            authentication_methods: bucket(100.0, 10),
            devices: bucket(3_000.0, 150),
            devices_of_person: bucket(25.0, 10),
            risky_users: bucket(1.0, 1),
        }
    }

    /// No limits at all.
    pub fn off() -> Self {
        Self::default()
    }

    /// The same quota with its writes counted in another way.
    #[must_use]
    pub fn counted_in(self, shape: LimitShape) -> Self {
        let counted = |limit: Option<Limit>| limit.map(|limit| Limit { shape, ..limit });
        Self {
            writes: counted(self.writes),
            writes_of_app: counted(self.writes_of_app),
            writes_of_tenant: counted(self.writes_of_tenant),
            ..self
        }
    }

    /// The same quota with another write limit for each app.
    #[must_use]
    pub fn with_writes(self, amount: f64, window: Duration, shape: LimitShape) -> Self {
        Self { writes: Some(Limit { amount, window, shape }), ..self }
    }
}

/// One limit: an amount for each window of tenant time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// How much may be used.
    pub amount: f64,
    /// In how long.
    pub window: Duration,
    /// How the use is reckoned.
    pub shape: LimitShape,
}

/// How a limit is reckoned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum LimitShape {
    /// A bucket that holds the whole amount and is refilled evenly.
    #[default]
    TokenBucket,
    /// At no moment more than the amount within the window that ends now.
    SlidingWindow,
    /// The amount anew at the start of each window, counted from the simulator's start.
    FixedWindow,
}

/// What one refused request adds to the use, as a share of what it would have cost.
///
/// "Microsoft Graph throttling guidance" says that usage accrues while throttled and gives no figure. A tenth makes
/// hammering costly, and the ceiling of [`OVERDRAWN`] lets a client that stops recover in bounded time.
const COST_OF_REFUSAL: f64 = 0.1;

/// The most that use can reach, as a share of the limit: where `x-ms-throttle-limit-percentage` ends too.
const OVERDRAWN: f64 = 1.8;

/// `Retry-After` is the time until this much fits again: a whole batch, not one request of it.
const ROOM_AFTER_WAIT: f64 = 20.0;

/// The use of one limit.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    limit: Limit,
    used: f64,
    /// For buckets the last refill, for fixed windows the start of the current one.
    since: Duration,
    /// For sliding windows: when how much was used, oldest first.
    uses: VecDeque<(Duration, f64)>,
}

impl Meter {
    pub(crate) fn new(limit: Limit, now: Duration) -> Self {
        let mut meter = Self { limit, used: 0.0, since: now, uses: VecDeque::new() };
        meter.settle(now);
        meter
    }

    /// Sets another limit and keeps the use as a share of it, as a service that sheds load does.
    pub(crate) fn change(&mut self, limit: Limit, now: Duration) {
        self.settle(now);
        let share = self.share_used();
        *self = Self::new(limit, now);
        self.add(share * limit.amount, now);
    }

    fn settle(&mut self, now: Duration) {
        match self.limit.shape {
            LimitShape::TokenBucket => {
                let refill = now.saturating_sub(self.since).as_secs_f64() * self.per_second();
                self.used = (self.used - refill).max(0.0);
                self.since = self.since.max(now);
            }
            LimitShape::SlidingWindow => {
                while let Some(&(then, amount)) = self.uses.front() {
                    if then + self.limit.window > now {
                        break;
                    }
                    self.used -= amount;
                    self.uses.pop_front();
                }
                if self.uses.is_empty() {
                    self.used = 0.0;
                }
            }
            LimitShape::FixedWindow => {
                let window = self.limit.window.as_secs_f64().max(f64::MIN_POSITIVE);
                let start = Duration::from_secs_f64((now.as_secs_f64() / window).floor() * window);
                if start > self.since {
                    (self.since, self.used) = (start, 0.0);
                }
            }
        }
    }

    /// Spends as much of this as there is room for.
    pub(crate) fn spend_what_fits(&mut self, wanted: f64, now: Duration) {
        self.settle(now);
        let room = (self.limit.amount - self.used).max(0.0);
        self.add(wanted.min(room), now);
    }

    fn per_second(&self) -> f64 {
        self.limit.amount / self.limit.window.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    fn add(&mut self, amount: f64, now: Duration) {
        self.used += amount;
        if self.limit.shape == LimitShape::SlidingWindow {
            match self.uses.back_mut() {
                // Requests of one batch come at one moment; one entry for them all keeps the queue short.
                Some((then, sum)) if *then == now => *sum += amount,
                _ => self.uses.push_back((now, amount)),
            }
        }
    }

    /// Whether `cost` fits now. Uses nothing up.
    pub(crate) fn has_room_for(&mut self, cost: f64, now: Duration) -> bool {
        self.settle(now);
        self.used + cost <= self.limit.amount + 1e-9
    }

    pub(crate) fn spend(&mut self, cost: f64, now: Duration) {
        self.add(cost, now);
    }

    /// Adds what a refused request costs.
    pub(crate) fn refuse(&mut self, cost: f64, now: Duration) {
        let room = (self.limit.amount * OVERDRAWN - self.used).max(0.0);
        self.add((cost * COST_OF_REFUSAL).min(room), now);
    }

    /// The use as a share of the limit; 1 is where throttling starts.
    pub(crate) fn share_used(&self) -> f64 {
        if self.limit.amount > 0.0 { (self.used / self.limit.amount).min(OVERDRAWN) } else { OVERDRAWN }
    }

    /// How long to wait, in tenant time, until a whole batch fits again.
    pub(crate) fn wait(&self, now: Duration) -> Duration {
        self.wait_for(ROOM_AFTER_WAIT, now)
    }

    /// The same for another amount.
    pub(crate) fn wait_for(&self, room: f64, now: Duration) -> Duration {
        let room = room.min(self.limit.amount);
        let excess = (self.used + room - self.limit.amount).max(0.0);
        match self.limit.shape {
            LimitShape::TokenBucket => Duration::from_secs_f64((excess / self.per_second()).min(1e9)),
            LimitShape::SlidingWindow => {
                let mut freed = 0.0;
                let enough = self.uses.iter().find(|(_, amount)| {
                    freed += amount;
                    freed + 1e-9 >= excess
                });
                enough.map_or(self.limit.window, |&(then, _)| (then + self.limit.window).saturating_sub(now))
            }
            LimitShape::FixedWindow => (self.since + self.limit.window).saturating_sub(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    fn meter(shape: LimitShape) -> Meter {
        Meter::new(Limit { amount: 3_000.0, window: seconds(150.0), shape }, Duration::ZERO)
    }

    /// Spends one by one until refused, without the cost of the refusal.
    fn drain(meter: &mut Meter, now: f64) -> u32 {
        let mut spent = 0;
        while meter.has_room_for(1.0, seconds(now)) {
            meter.spend(1.0, seconds(now));
            spent += 1;
        }
        spent
    }

    #[test]
    fn the_bucket_holds_3000_and_gains_20_a_second() {
        let mut meter = meter(LimitShape::TokenBucket);
        assert_eq!(drain(&mut meter, 0.0), 3_000);
        assert_eq!(drain(&mut meter, 1.0), 20);
        assert_eq!(drain(&mut meter, 11.5), 210);
        assert_eq!(drain(&mut meter, 1_000.0), 3_000);
    }

    #[test]
    fn the_sliding_window_gives_back_what_has_left_it() {
        let mut meter = meter(LimitShape::SlidingWindow);
        for _ in 0..1_000 {
            meter.spend(1.0, seconds(0.0));
        }
        assert_eq!(drain(&mut meter, 100.0), 2_000);
        assert_eq!(drain(&mut meter, 149.9), 0);
        assert_eq!(drain(&mut meter, 150.0), 1_000);
        assert_eq!(drain(&mut meter, 250.0), 2_000);
    }

    #[test]
    fn the_fixed_window_starts_anew() {
        let mut meter = meter(LimitShape::FixedWindow);
        assert_eq!(drain(&mut meter, 149.0), 3_000);
        assert_eq!(drain(&mut meter, 149.9), 0);
        assert_eq!(drain(&mut meter, 150.0), 3_000);
    }

    #[test]
    fn who_waits_as_advised_gets_a_whole_batch() {
        for shape in [LimitShape::TokenBucket, LimitShape::SlidingWindow, LimitShape::FixedWindow] {
            let mut meter = meter(shape);
            drain(&mut meter, 10.0);
            meter.refuse(1.0, seconds(10.0));
            let later = 10.0 + meter.wait(seconds(10.0)).as_secs_f64().ceil();
            assert!(drain(&mut meter, later) >= 20, "{shape:?}");
        }
    }

    #[test]
    fn hammering_costs_but_not_without_end() {
        let mut meter = meter(LimitShape::TokenBucket);
        drain(&mut meter, 0.0);
        for _ in 0..100_000 {
            meter.refuse(1.0, seconds(0.0));
        }
        assert!((meter.share_used() - 1.8).abs() < 1e-6);
        assert!(meter.wait(seconds(0.0)) <= seconds(0.8 * 150.0 + 1.1));
    }

    #[test]
    fn a_limit_cut_in_half_keeps_the_share_that_is_used() {
        let mut meter = meter(LimitShape::TokenBucket);
        drain(&mut meter, 0.0);
        meter.change(Limit { amount: 1_500.0, window: seconds(150.0), shape: LimitShape::TokenBucket }, seconds(0.0));
        assert_eq!(drain(&mut meter, 1.0), 10);
    }
}
