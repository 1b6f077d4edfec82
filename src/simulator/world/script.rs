//! What a scenario does to the world while it runs.

use std::time::Duration;

use time::OffsetDateTime;

use super::World;
use crate::simulator::directory::tenant::SERVICE_PRINCIPAL_ID;
use crate::simulator::directory::{RoleAssignment, RoleScope};
use crate::simulator::fault::FaultShares;
use crate::simulator::fault::{Fault, Strikes};
use crate::simulator::graph::call::Prepared;
use crate::simulator::script::FaultTarget;
use crate::simulator::who_may::SimulatedRole;

/// It strikes before a call is looked into.
fn is_revocation(fault: &Fault) -> bool {
    fault.name == "revoked-token"
}

impl World {
    /// Makes the changes whose moment has come.
    pub(crate) fn catch_up(&mut self, now: Duration, date: OffsetDateTime) {
        self.write_back(now, date);
        self.sync_passwords(now, date);
        self.sync_devices(now);
        self.try_again(now);
        for change in self.playing.due(now, self.counters.writes_applied) {
            if let (Some((amount, window)), Some(writes)) = (change.writes, self.quota.writes) {
                let quota = self.quota.clone().with_writes(amount, window, writes.shape);
                self.change_quota(&quota, now);
            }
            if let Some(role) = change.role {
                self.change_app_role(role);
                self.apps.iter_mut().for_each(|app| app.role = role);
            }
            self.rights.permissions.retain(|permission| !change.withhold.contains(permission));
            if change.on_premises_passwords {
                self.set_all_passwords_there((now, date));
            }
            if change.directory_sync {
                self.sync_directory(date);
            }
        }
    }

    /// Gives the first app another directory role, or none.
    pub(crate) fn change_app_role(&mut self, role: Option<SimulatedRole>) {
        if let Some(before) = std::mem::replace(&mut self.rights.app_role, role) {
            self.directory.remove_role(SERVICE_PRINCIPAL_ID, before.template_id());
        }
        if let Some(role) = role {
            let assignment =
                RoleAssignment { principal: SERVICE_PRINCIPAL_ID, role: role.template_id(), scope: RoleScope::Tenant };
            self.directory.assign_role(assignment);
        }
    }

    /// Sets the faults that the rules deal to one request, and gives back those to be set again afterwards.
    pub(super) fn deal_to_request(&mut self, request: &Prepared, now: Duration) -> Option<FaultShares> {
        let target = request.target.as_deref()?;
        self.deal(&[target], |fault| fault.strikes == Strikes::Requests, now)
    }

    /// The same for a whole call and the requests in it.
    pub(crate) fn deal_to_call(
        &mut self,
        call: &FaultTarget,
        requests: &[Prepared],
        now: Duration,
    ) -> Option<FaultShares> {
        // A request of its own is the call itself, and is not to be counted twice.
        let inner = if call.is_batch() { requests } else { &[] };
        let targets: Vec<&FaultTarget> =
            [call].into_iter().chain(inner.iter().filter_map(|request| request.target.as_deref())).collect();
        self.deal(&targets, |fault| fault.strikes == Strikes::Calls && !is_revocation(fault), now)
    }

    /// The same for a call to the token service.
    pub(crate) fn deal_to_token_call(&mut self, call: &FaultTarget, now: Duration) -> Option<FaultShares> {
        self.deal(&[call], |fault| fault.strikes == Strikes::TokenService, now)
    }

    fn deal(
        &mut self,
        targets: &[&FaultTarget],
        strikes: impl Fn(&Fault) -> bool,
        now: Duration,
    ) -> Option<FaultShares> {
        let dealt = self.playing.deal(targets, strikes, &self.faults, now, self.counters.writes_applied)?;
        Some(std::mem::replace(&mut self.faults, dealt))
    }

    /// How likely it is that this call comes with a token that has just been revoked.
    pub(crate) fn share_of_revoked_tokens(&mut self, call: &FaultTarget, now: Duration) -> f64 {
        let applied = self.counters.writes_applied;
        let dealt = self.playing.deal(&[call], is_revocation, &self.faults, now, applied);
        dealt.as_ref().unwrap_or(&self.faults).revoked_token
    }
}
