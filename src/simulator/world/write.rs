//! Writes: "Update user" and "user: revokeSignInSessions", and their place in the ledger.

use secrecy::ExposeSecret;

use super::{Context, World};
use crate::simulator::directory::{SimulatedUser, UserKey, UserPlace};
use crate::simulator::graph::answer::{ServedAnswer, raw};
use crate::simulator::graph::change::UserChange;
use crate::simulator::graph::errors::{EXTERNAL, ON_PREMISES, ServedError, WEAK_PASSWORD};
use crate::simulator::graph::password;
use crate::simulator::ledger::{Operation, WriteRecord};

impl World {
    pub(super) fn update(
        &mut self,
        key: &UserKey,
        named: &str,
        change: &UserChange,
        overlaps: bool,
        batch: Option<u64>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let operation = Operation::Patch {
            account_enabled: change.account_enabled,
            password: change.password.as_ref().map(|password| password.digest),
            force_change: change.password.as_ref().map(|password| password.force_change),
        };
        let place = self.directory.find(key);
        let checked = self
            .may_update(change, context.caller)
            .and_then(|()| self.writable(place, named, overlaps))
            .and_then(|place| {
                self.outranks_for_update(place, change, context.caller)?;
                self.check(self.directory.get(place), change)?;
                Ok(place)
            });
        let applied = checked.as_ref().is_ok_and(|&place| {
            self.lag.keep(self.directory.get(place), context.now);
            let user = self.directory.get_mut(place);
            if let Some(enabled) = change.account_enabled {
                user.account_enabled = enabled;
            }
            if let Some(password) = &change.password {
                user.password = Some(password.digest);
                user.force_change_password = password.force_change;
                user.force_change_password_with_mfa = password.force_change_with_mfa;
                user.last_password_change = context.date;
                // The audit log of the live service shows the sessions' timestamp move with a reset.
                user.sign_in_sessions_valid_from = context.date;
            }
            // A force flag without a password is answered 204 and changes nothing.
            change.account_enabled.is_some() || change.password.is_some()
        });
        if let (Ok(place), Some(_)) = (&checked, &change.password) {
            self.close_risk(self.directory.get(*place).id, context.date);
        }
        let status = checked.as_ref().map_or_else(|error| error.status, |_| 204);
        self.record(place, operation, status, applied, batch, context);
        checked.map(|_| ServedAnswer::no_content())
    }

    pub(super) fn revoke(
        &mut self,
        key: &UserKey,
        named: &str,
        overlaps: bool,
        batch: Option<u64>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let place = self.directory.find(key);
        let checked =
            self.may_revoke(context.caller).and_then(|()| self.writable(place, named, overlaps)).and_then(|place| {
                self.outranks_for_revoke(place, context.caller)?;
                Ok(place)
            });
        let applied = checked.as_ref().is_ok_and(|&place| {
            self.lag.keep(self.directory.get(place), context.now);
            let user = self.directory.get_mut(place);
            // "user: revokeSignInSessions" does nothing for external users, and says so nowhere in its answer.
            let revoked = !user.is_external();
            if revoked {
                user.sign_in_sessions_valid_from = context.date;
            }
            revoked
        });
        let status = checked.as_ref().map_or_else(|error| error.status, |_| 200);
        self.record(place, Operation::Revoke, status, applied, batch, context);
        checked.map(|_| {
            let mut json = Vec::with_capacity(96);
            raw(
                &mut json,
                format_args!("{{\"@odata.context\":\"{}/$metadata#Edm.Boolean\",\"value\":true}}", context.root),
            );
            ServedAnswer::json(json)
        })
    }

    pub(super) fn writable(
        &self,
        place: Option<UserPlace>,
        named: &str,
        overlaps: bool,
    ) -> Result<UserPlace, ServedError> {
        let place = place.ok_or_else(|| ServedError::not_found(named))?;
        if overlaps { Err(ServedError::concurrency()) } else { Ok(place) }
    }

    /// Everything is checked before anything is changed: a combined PATCH takes effect as a whole or not at all.
    fn check(&self, user: &SimulatedUser, change: &UserChange) -> Result<(), ServedError> {
        if !change.has_profile {
            return Ok(());
        }
        if user.is_synced() {
            return Err(ServedError::bad_request(ON_PREMISES));
        }
        if user.is_external() {
            return Err(ServedError::bad_request(EXTERNAL));
        }
        // "Update user": passwordProfile can't be used for federated users. The page gives no message; this one is ours.
        if self.directory.is_federated(user) {
            return Err(ServedError::bad_request("The property passwordProfile can't be used for federated users."));
        }
        // "agentUser resource type": it has no password. The page gives no message; this one is ours.
        if user.identity_parent().is_some() {
            return Err(ServedError::bad_request("The property passwordProfile can't be used for agent users."));
        }
        match &change.password {
            Some(new) if !password::complies(new.text.expose_secret(), user) => {
                Err(ServedError::bad_request(WEAK_PASSWORD))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn record(
        &mut self,
        place: Option<UserPlace>,
        operation: Operation,
        status: u16,
        applied: bool,
        batch: Option<u64>,
        context: &Context<'_>,
    ) {
        self.counters.writes += 1;
        self.counters.writes_applied += u64::from(applied);
        self.writes.push(WriteRecord {
            sequence: self.writes.len() as u64 + 1,
            at: context.now,
            app: self.apps[context.caller.app().0].client_id(),
            batch,
            object_id: place.map(|place| self.directory.get(place).id),
            operation,
            status,
            applied,
            answered: false,
        });
    }
}
