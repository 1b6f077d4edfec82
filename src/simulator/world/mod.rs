//! All that changes while the simulator runs, behind one lock that is held for microseconds.

mod execute;
mod granted;
mod lag;
mod objects;
mod page;
mod read;
mod read_groups;
mod read_roles;
mod rights;
mod tenant;
mod write;

use std::collections::HashMap;
use std::time::Duration;

use super::directory::tenant::{CLIENT_ID, SERVICE_PRINCIPAL_ID, TENANT_ID};
use super::directory::{Directory, Place, RoleAssignment, Scope, UserKey};
use super::graph::answer::Throttle;
use super::graph::call::{Cost, Prepared};
use super::ledger::{Counters, WriteRecord};
use super::quota::{Meter, Quota};
use super::random::Random;
use super::settings::{Faults, Settings};

pub(crate) use execute::{Context, Job};
use lag::Lag;
pub(crate) use rights::Rights;

/// The tenant's state.
pub(crate) struct World {
    pub(crate) directory: Directory,
    pub(crate) writes: Vec<WriteRecord>,
    pub(crate) counters: Counters,
    pub(crate) random: Random,
    pub(crate) faults: Faults,
    pub(crate) rights: Rights,
    /// Raised when every page token given out so far is to be too old.
    pub(crate) page_epoch: u64,
    write_meter: Option<Meter>,
    unit_meter: Option<Meter>,
    sign_in_meter: Option<Meter>,
    /// What reads do not show yet.
    pub(crate) lag: Lag,
    /// How many writes are in flight for each user.
    in_flight: HashMap<Place, u32>,
}

/// A limit that has no room, and when it will have.
struct Refused {
    throttle: Throttle,
    wait: Duration,
}

impl World {
    pub(crate) fn new(settings: &mut Settings) -> Self {
        // Taken, not copied: it may be as large as the largest tenant.
        let given = settings.directory.take();
        let mut directory = given.unwrap_or_else(|| Directory::seeded(settings.users, settings.seed));
        for person in &settings.extra_people {
            directory.add_extra(person);
        }
        let rights = Rights::of(settings);
        if let Some(role) = rights.app_role {
            let assignment =
                RoleAssignment { principal: SERVICE_PRINCIPAL_ID, role: role.template_id(), scope: Scope::Tenant };
            directory.assign_role(assignment);
        }
        let meter = |limit| Meter::new(limit, Duration::ZERO);
        Self {
            directory,
            writes: Vec::new(),
            counters: Counters::default(),
            random: Random::new(settings.seed),
            faults: settings.faults.clone(),
            rights,
            page_epoch: 0,
            sign_in_meter: settings.quota.sign_in_activity.map(meter),
            write_meter: settings.quota.writes.map(meter),
            unit_meter: settings.quota.resource_units.map(meter),
            lag: Lag::of(settings.read_lag),
            in_flight: HashMap::new(),
        }
    }

    /// Sets other limits; what is used stays used, as a share.
    pub(crate) fn change_quota(&mut self, quota: &Quota, now: Duration) {
        let change = |meter: &mut Option<Meter>, limit| match (meter.as_mut(), limit) {
            (Some(meter), Some(limit)) => meter.change(limit, now),
            (_, limit) => *meter = limit.map(|limit| Meter::new(limit, now)),
        };
        change(&mut self.write_meter, quota.writes);
        change(&mut self.unit_meter, quota.resource_units);
        change(&mut self.sign_in_meter, quota.sign_in_activity);
    }

    /// Notes the writes of a call as in flight; gives back the users to be freed when it is over, and which requests
    /// came while another write for the same user was in flight.
    pub(crate) fn take_off(&mut self, requests: &[Prepared]) -> (Vec<Place>, Vec<usize>) {
        let (mut places, mut overlapping) = (Vec::with_capacity(requests.len()), Vec::new());
        for (index, request) in requests.iter().enumerate() {
            let Some(key) = request.written_user() else { continue };
            if matches!(key, UserKey::Name(_)) {
                self.counters.violations.writes_by_name += 1;
            }
            let Some(place) = self.directory.find(key) else { continue };
            // Those of the same call are judged by the shape of the batch, not here.
            if self.in_flight.contains_key(&place) && !places.contains(&place) {
                self.counters.violations.overlapping_writes += 1;
                overlapping.push(index);
            }
            *self.in_flight.entry(place).or_default() += 1;
            places.push(place);
        }
        (places, overlapping)
    }

    /// The writes of a call are over.
    pub(crate) fn land(&mut self, places: &[Place]) {
        for place in places {
            if let Some(count) = self.in_flight.get_mut(place) {
                *count -= 1;
                if *count == 0 {
                    self.in_flight.remove(place);
                }
            }
        }
    }

    /// The answers to these writes are on their way.
    pub(crate) fn mark_answered(&mut self, records: &[usize]) {
        for &record in records {
            self.writes[record].answered = true;
        }
    }

    /// Charges a request to both limits, or to none and says which has no room.
    fn charge(&mut self, cost: Cost, now: Duration) -> Result<(), Refused> {
        let units = f64::from(cost.resource_units);
        if cost.write
            && let Some(meter) = &mut self.write_meter
            && !meter.has_room_for(1.0, now)
        {
            meter.refuse(1.0, now);
            return Err(Refused { throttle: throttle("Write", "WriteLimitExceeded"), wait: meter.wait(now) });
        }
        if cost.sign_in_activity
            && let Some(meter) = &mut self.sign_in_meter
            && !meter.has_room_for(1.0, now)
        {
            meter.refuse(1.0, now);
            return Err(Refused {
                throttle: throttle("Read", "SignInActivityLimitExceeded"),
                wait: meter.wait_for(1.0, now),
            });
        }
        if let Some(meter) = &mut self.unit_meter
            && !meter.has_room_for(units, now)
        {
            meter.refuse(units, now);
            return Err(Refused {
                throttle: throttle("ReadWrite", "ResourceUnitLimitExceeded"),
                wait: meter.wait(now),
            });
        }
        if cost.write
            && let Some(meter) = &mut self.write_meter
        {
            meter.spend(1.0, now);
        }
        if cost.sign_in_activity
            && let Some(meter) = &mut self.sign_in_meter
        {
            meter.spend(1.0, now);
        }
        if let Some(meter) = &mut self.unit_meter {
            meter.spend(units, now);
        }
        self.counters.resource_units += u64::from(cost.resource_units);
        Ok(())
    }

    /// How far the limits that concern a request are used, as a share.
    fn limit_share(&self, cost: Cost) -> f64 {
        let writes = self.write_meter.as_ref().filter(|_| cost.write).map_or(0.0, Meter::share_used);
        self.unit_meter.as_ref().map_or(0.0, Meter::share_used).max(writes)
    }
}

fn throttle(limit: &str, information: &'static str) -> Throttle {
    Throttle { scope: format!("Tenant_Application/{limit}/{CLIENT_ID}/{TENANT_ID}"), information }
}
