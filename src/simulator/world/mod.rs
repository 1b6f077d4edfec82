//! All that changes while the simulator runs, behind one lock that is held for microseconds.

mod active_directory;
mod app_roles;
mod consents;
mod device_sync;
mod devices;
mod execute;
mod granted;
mod intruder;
mod intrusion;
mod lag;
mod limits;
mod methods;
mod objects;
mod page;
mod passes;
mod password_sync;
mod read;
mod read_groups;
mod read_roles;
mod reset_operations;
mod rights;
mod risk;
mod script;
mod tenant;
mod user_risk;
mod write;
mod writeback;

use std::collections::HashMap;
use std::time::Duration;

use uuid::Uuid;

use super::apps::{Registration, registrations};
use super::directory::tenant::SERVICE_PRINCIPAL_ID;
use super::directory::{Directory, RoleAssignment, RoleScope, SimulatedPassPolicy, SnapshotError, UserKey, UserPlace};
use super::draws::Draws;
use super::fault::FaultShares;
use super::foothold::Comeback;
use super::graph::call::Prepared;
use super::ledger::{Counters, WriteRecord};
use super::quota::Quota;
use super::random::Random;
use super::script::{OtherApps, Playing};
use super::settings::Settings;

use limits::Limits;

use device_sync::DeviceSync;
pub(crate) use execute::{Context, ServedJob};
use intrusion::Intrusion;
use lag::Lag;
use password_sync::PasswordSync;
use reset_operations::Writeback;
pub(crate) use rights::Rights;
use user_risk::UserRisk;

/// The tenant's state.
pub(crate) struct World {
    pub(crate) directory: Directory,
    pub(crate) writes: Vec<WriteRecord>,
    pub(crate) counters: Counters,
    pub(crate) random: Random,
    pub(crate) draws: Draws,
    pub(crate) faults: FaultShares,
    pub(crate) rights: Rights,
    /// Raised when every page token given out so far is to be too old.
    pub(crate) page_epoch: u64,
    /// The first one is always there.
    pub(crate) apps: Vec<Registration>,
    pub(crate) limits: Limits,
    /// Do answers say how far the limits are used up?
    pub(crate) reports_percentage: bool,
    /// What the limits are now.
    quota: Quota,
    /// How far the scenario has come.
    pub(crate) playing: Playing,
    /// What reads do not show yet.
    pub(crate) lag: Lag,
    password_sync: PasswordSync,
    /// Resets on their way to it.
    writeback: Writeback,
    pub(crate) pass_policy: SimulatedPassPolicy,
    /// The risk of those whose risk was ever spoken of.
    risk: HashMap<Uuid, UserRisk>,
    /// The intruder, where a scenario has one.
    intrusion: Option<Intrusion>,
    /// Where and when the intruder came back.
    pub(crate) comebacks: Vec<Comeback>,
    /// Which devices the sync is to enable again.
    device_sync: DeviceSync,
    /// How many writes are in flight for each user.
    in_flight: HashMap<UserPlace, u32>,
}

impl World {
    /// `beside` is another tenant of the same simulator.
    pub(crate) fn new(settings: &mut Settings, beside: Option<&Self>) -> Result<Self, SnapshotError> {
        // Taken, not copied: it may be as large as the largest tenant.
        let mut directory = match settings.directory.take() {
            Some(given) => given,
            None => Directory::of_tenant(settings.number, settings.users, settings.seed)?,
        };
        directory.add_extras(&settings.extra_people);
        let rights = Rights::of(settings);
        if let Some(role) = rights.app_role {
            let assignment =
                RoleAssignment { principal: SERVICE_PRINCIPAL_ID, role: role.template_id(), scope: RoleScope::Tenant };
            directory.assign_role(assignment);
        }
        let apps = registrations(&settings.sign_in, &settings.further_apps);
        for app in &apps[1..] {
            let principal = app.service_principal.id;
            directory.add_app(app.service_principal);
            if let Some(role) = app.role {
                directory.assign_role(RoleAssignment { principal, role: role.template_id(), scope: RoleScope::Tenant });
            }
        }
        let others = OtherApps::new(&settings.script.other_apps);
        let beside = beside.map(|beside| &beside.limits);
        let limits = Limits::new(directory.names().id, &settings.quota, &apps, others, beside);
        Ok(Self {
            directory,
            writes: Vec::new(),
            counters: Counters::default(),
            random: Random::new(settings.seed),
            draws: Draws::new(settings.seed),
            faults: settings.faults.clone(),
            rights,
            page_epoch: 0,
            playing: Playing::new(&settings.script, settings.seed),
            limits,
            reports_percentage: settings.reports_percentage,
            quota: settings.quota.clone(),
            apps,
            lag: Lag::of(settings.read_lag),
            password_sync: PasswordSync::taking(settings.hash_sync),
            writeback: Writeback::new(settings.writeback.clone()),
            pass_policy: settings.passes.clone(),
            risk: HashMap::new(),
            intrusion: None,
            comebacks: Vec::new(),
            device_sync: DeviceSync::coming(settings.device_sync),
            in_flight: HashMap::new(),
        })
    }

    /// Sets other limits; what is used stays used, as a share.
    pub(crate) fn change_quota(&mut self, quota: &Quota, now: Duration) {
        self.limits.change(quota, now);
        self.quota = quota.clone();
    }

    /// Notes the writes of a call as in flight; gives back the users to be freed when it is over, and which requests
    /// came while another write for the same user was in flight.
    pub(crate) fn take_off(&mut self, requests: &[Prepared]) -> (Vec<UserPlace>, Vec<usize>) {
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
    pub(crate) fn land(&mut self, places: &[UserPlace]) {
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
}
