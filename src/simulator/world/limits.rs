//! Which limits a request is held against: those of its app in this tenant, of its app in all tenants, and of the tenant
//! for all apps together.
//!
//! "Microsoft Graph service-specific throttling limits", section "Identity and access service limits".

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use crate::simulator::apps::{AppNumber, Registration};
use crate::simulator::graph::answer::Throttle;
use crate::simulator::graph::call::{Cost, LimitedService};
use crate::simulator::quota::{Limit, Meter, Quota};
use crate::simulator::script::OtherApps;
use crate::simulator::tokens::TokenHolder;

/// What the header says of the limit of reads with `signInActivity`.
const SIGN_INS: &str = "SignInActivityLimitExceeded";

/// The use of a limit that holds in all tenants of an app together.
#[derive(Clone)]
struct MeterOfAll(Arc<Mutex<Meter>>);

impl MeterOfAll {
    fn new(limit: Limit, now: Duration) -> Self {
        Self(Arc::new(Mutex::new(Meter::new(limit, now))))
    }

    /// Never held across a wait.
    fn get(&self) -> MutexGuard<'_, Meter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The use of every limit.
pub(crate) struct Limits {
    tenant: Uuid,
    apps: Vec<AppLimits>,
    writes_of_tenant: Option<Meter>,
    /// What one signed-in person may do to devices, and what each has done.
    devices_of_person: Option<Limit>,
    persons: HashMap<Uuid, Meter>,
    risky_users: Option<Meter>,
    /// Who else spends what the tenant lets all apps do.
    others: OtherApps,
}

/// The use of the limits of one app.
struct AppLimits {
    client_id: Uuid,
    writes: Option<Meter>,
    writes_in_all_tenants: Option<MeterOfAll>,
    units: Option<Meter>,
    sign_ins: Option<Meter>,
    methods: Option<Meter>,
    devices: Option<Meter>,
}

/// Charges one request to the only limit that it has, or says when there will be room for it.
fn charge_one(meter: Option<&mut Meter>, now: Duration) -> Result<(), Refused> {
    let Some(meter) = meter else { return Ok(()) };
    if meter.has_room_for(1.0, now) {
        meter.spend(1.0, now);
        return Ok(());
    }
    meter.refuse(1.0, now);
    Err(Refused { throttle: None, wait: Some(meter.wait_for(1.0, now)) })
}

/// A limit that has no room, and when it will have.
pub(super) struct Refused {
    /// Which one; the headers that say so are the directory's own.
    pub(super) throttle: Option<Throttle>,
    /// When there will be; some services do not say.
    pub(super) wait: Option<Duration>,
}

impl Limits {
    /// `beside` are those of another tenant: what both have of an app is one app, and what it may do in all tenants is one
    /// limit.
    pub(super) fn new(
        tenant: Uuid,
        quota: &Quota,
        apps: &[Registration],
        others: OtherApps,
        beside: Option<&Self>,
    ) -> Self {
        let meter = |limit| Meter::new(limit, Duration::ZERO);
        let in_all_tenants = |client_id: Uuid| {
            let known = beside.and_then(|beside| beside.apps.iter().find(|app| app.client_id == client_id));
            let of_all = |limit| MeterOfAll::new(limit, Duration::ZERO);
            known.map_or_else(|| quota.writes_of_app.map(of_all), |app| app.writes_in_all_tenants.clone())
        };
        let of_app = |app: &Registration| AppLimits {
            client_id: app.client_id(),
            writes: quota.writes.map(meter),
            writes_in_all_tenants: in_all_tenants(app.client_id()),
            units: quota.resource_units.map(meter),
            sign_ins: quota.sign_in_activity.map(meter),
            methods: quota.authentication_methods.map(meter),
            devices: quota.devices.map(meter),
        };
        let writes_of_tenant = quota.writes_of_tenant.map(meter);
        Self {
            tenant,
            apps: apps.iter().map(of_app).collect(),
            writes_of_tenant,
            devices_of_person: quota.devices_of_person,
            persons: HashMap::new(),
            risky_users: quota.risky_users.map(meter),
            others,
        }
    }

    /// Sets other limits; what is used stays used, as a share.
    pub(super) fn change(&mut self, quota: &Quota, now: Duration) {
        let change = |meter: &mut Option<Meter>, limit: Option<Limit>| match (meter.as_mut(), limit) {
            (Some(meter), Some(limit)) => meter.change(limit, now),
            (_, limit) => *meter = limit.map(|limit| Meter::new(limit, now)),
        };
        for app in &mut self.apps {
            change(&mut app.writes, quota.writes);
            match (&app.writes_in_all_tenants, quota.writes_of_app) {
                (Some(meter), Some(limit)) => meter.get().change(limit, now),
                (_, limit) => app.writes_in_all_tenants = limit.map(|limit| MeterOfAll::new(limit, now)),
            }
            change(&mut app.units, quota.resource_units);
            change(&mut app.sign_ins, quota.sign_in_activity);
            change(&mut app.methods, quota.authentication_methods);
            change(&mut app.devices, quota.devices);
        }
        change(&mut self.writes_of_tenant, quota.writes_of_tenant);
        self.devices_of_person = quota.devices_of_person;
        self.persons.clear();
        change(&mut self.risky_users, quota.risky_users);
    }

    /// Charges a request of an app to every limit that it concerns, or to none and says which has no room.
    pub(super) fn charge(&mut self, caller: TokenHolder, cost: Cost, now: Duration) -> Result<(), Refused> {
        let app = caller.app();
        match cost.service {
            LimitedService::Directory => {}
            LimitedService::AuthenticationMethods => return charge_one(self.apps[app.0].methods.as_mut(), now),
            LimitedService::RiskyUsers => {
                // The page names it among those that do not say when to come back.
                return charge_one(self.risky_users.as_mut(), now).map_err(|refused| Refused { wait: None, ..refused });
            }
            LimitedService::Devices => {
                if let (TokenHolder::User(person), Some(limit)) = (caller, self.devices_of_person) {
                    charge_one(Some(self.persons.entry(person).or_insert_with(|| Meter::new(limit, now))), now)?;
                }
                return charge_one(self.apps[app.0].devices.as_mut(), now);
            }
        }
        let Self { tenant, apps, writes_of_tenant, others, .. } = self;
        if let Some(of_tenant) = writes_of_tenant.as_mut().filter(|_| cost.write) {
            others.spend(of_tenant, now);
        }
        let AppLimits { client_id, writes, writes_in_all_tenants, units, sign_ins, .. } = &mut apps[app.0];
        let one = f64::from(u8::from(cost.write));
        let mut of_app = writes_in_all_tenants.as_ref().map(MeterOfAll::get);
        let mut limits = [
            (writes.as_mut(), one, "Tenant_Application/Write", "WriteLimitExceeded"),
            (of_app.as_deref_mut(), one, "Application/Write", "WriteLimitExceeded"),
            (writes_of_tenant.as_mut(), one, "Tenant/Write", "WriteLimitExceeded"),
            (sign_ins.as_mut(), f64::from(u8::from(cost.sign_in_activity)), "Tenant_Application/Read", SIGN_INS),
            (
                units.as_mut(),
                f64::from(cost.resource_units),
                "Tenant_Application/ReadWrite",
                "ResourceUnitLimitExceeded",
            ),
        ];
        for (meter, cost, scope, information) in &mut limits {
            if let Some(meter) = meter.as_deref_mut().filter(|_| *cost > 0.0)
                && !meter.has_room_for(*cost, now)
            {
                meter.refuse(*cost, now);
                // Of these reads there are never many: one has to fit again, and not a whole batch.
                let wait = if *information == SIGN_INS { meter.wait_for(1.0, now) } else { meter.wait(now) };
                let throttle = Throttle { scope: format!("{scope}/{client_id}/{tenant}"), information };
                return Err(Refused { throttle: Some(throttle), wait: Some(wait) });
            }
        }
        for (meter, cost, ..) in &mut limits {
            if let Some(meter) = meter.as_deref_mut().filter(|_| *cost > 0.0) {
                meter.spend(*cost, now);
            }
        }
        Ok(())
    }

    /// What the headers of a 429 say that no limit of ours is behind: the one that such a request would have met.
    pub(crate) fn named_for(&self, app: AppNumber, write: bool) -> Throttle {
        let (scope, information) = match write {
            true => ("Tenant_Application/Write", "WriteLimitExceeded"),
            false => ("Tenant_Application/ReadWrite", "ResourceUnitLimitExceeded"),
        };
        Throttle { scope: format!("{scope}/{}/{}", self.apps[app.0].client_id, self.tenant), information }
    }

    /// How far the limits that concern a request are used, as a share.
    pub(super) fn share_used(&self, app: AppNumber, cost: Cost) -> f64 {
        let app = &self.apps[app.0];
        if cost.service != LimitedService::Directory {
            return 0.0;
        }
        let of_writes = [&app.writes, &self.writes_of_tenant];
        let of_all = app.writes_in_all_tenants.as_ref().map(|meter| meter.get().share_used());
        let writes = of_writes.into_iter().flatten().map(Meter::share_used).chain(of_all).filter(|_| cost.write);
        app.units.iter().map(Meter::share_used).chain(writes).fold(0.0, f64::max)
    }
}
