//! Resets that are written back: "authenticationMethod: resetPassword", the operation that it begins, and the agent that carries
//! them to Active Directory, one after the other.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::objects::write_value;
use super::reset_operations::{ResetOperation, Writeback};
use super::{Context, World};
use crate::digest::Digest;
use crate::simulator::directory::tenant::TENANT_ID;
use crate::simulator::directory::{UserKey, UserPlace};
use crate::simulator::graph::answer::{Body, ServedAnswer};
use crate::simulator::graph::errors::{ServedError, WEAK_PASSWORD};
use crate::simulator::graph::method_action::{MethodCall, MethodChange};
use crate::simulator::graph::password;
use crate::simulator::graph::reset_request::ResetRequest;
use crate::simulator::ledger::Operation;
use crate::simulator::moment::iso;

/// What no agent fetches dies after some minutes; no page gives the figure.
const DIES_AFTER: Duration = Duration::from_secs(5 * 60);
/// The data centre that serves this tenant. Elsewhere its operations are not known.
const DATA_CENTRE: &str = "DUB02P";

impl World {
    pub(super) fn reset_there(
        &mut self,
        call: &MethodCall<MethodChange>,
        asked: &ResetRequest,
        overlaps: bool,
        batch: Option<u64>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let MethodCall { key, named, .. } = call;
        let place = self.directory.find(key);
        let checked = self.writable(place, named, overlaps).and_then(|place| {
            self.may_reset_there(place, context.caller)?;
            let user = self.directory.get(place);
            if user.is_external() {
                return Err(ServedError::bad_method("The password of an external user cannot be reset."));
            }
            // The rules of the cloud apply before those of Active Directory.
            if !password::complies(asked.text.expose_secret(), user) {
                return Err(ServedError::bad_method(WEAK_PASSWORD));
            }
            Ok((user.id, user.is_synced()))
        });
        let begun = checked.map(|(user, synced)| self.begin_reset(user, synced, asked.digest, context));
        let status = begun.as_ref().map_or_else(|error| error.status, |_| 202);
        self.record(place, Operation::ResetThere { password: asked.digest }, status, begun.is_ok(), batch, context);
        begun.map(|id| {
            let mut answer = ServedAnswer::new(202, Body::Json(b"{}".to_vec()));
            answer.location = Some(format!(
                "{}/users/{named}/authentication/operations/{id}?aadgdc={DATA_CENTRE}&aadgsu=ssprprod-a",
                context.root
            ));
            answer.retry_after = Some("5".to_owned());
            answer
        })
    }

    fn begin_reset(&mut self, user: Uuid, synced: bool, password: Digest, context: &Context<'_>) -> Uuid {
        let id = self.random.guid();
        let Writeback { settings, operations, agent_free } = &mut self.writeback;
        let (due, fails) = if !synced {
            (context.now, None)
        } else if !settings.enabled {
            (context.now, Some("Password writeback is not enabled for this tenant."))
        } else if settings.agent_is_away {
            (context.now + DIES_AFTER, Some("The on-premises agent did not answer in time."))
        } else {
            *agent_free = (*agent_free).max(context.now) + settings.takes;
            let refused = settings.refused.contains(&user);
            (*agent_free, refused.then_some("The password does not meet the policy of the on-premises domain."))
        };
        if settings.forgets_operations {
            // It is carried out all the same, and the answer to who asks for it is that there is none.
            operations.retain(|_, other| other.ended.is_none());
        }
        operations.insert(id, ResetOperation { user, password, begun: context.date, due, fails, ended: None });
        id
    }

    /// Carries out what is due.
    pub(super) fn write_back(&mut self, now: Duration, date: OffsetDateTime) {
        let mut due: Vec<(Duration, Uuid, Digest)> = Vec::new();
        for operation in self.writeback.operations.values_mut() {
            if operation.ended.is_none() && operation.due <= now {
                operation.ended = Some(date);
                if operation.fails.is_none() {
                    due.push((operation.due, operation.user, operation.password));
                }
            }
        }
        due.sort();
        for (_, user, password) in due {
            // Active Directory asks for another one at the next sign-in: that cannot be switched off.
            if !self.set_digest_there(user, password, true, (now, date)) {
                let Some(place) = self.directory.find(&UserKey::Id(user)) else { continue };
                let user = self.directory.get_mut(place);
                user.password = Some(password);
                user.force_change_password = true;
                user.last_password_change = date;
                user.sign_in_sessions_valid_from = date;
            }
        }
    }

    pub(super) fn read_operation(
        &self,
        place: UserPlace,
        id: &str,
        data_centre: Option<&str>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        self.may_follow_reset(context.caller)?;
        let user = self.directory.get(place).id;
        let unknown = || ServedError::no_method(id);
        let id: Uuid = id.parse().map_err(|_| unknown())?;
        let is_here = data_centre == Some(DATA_CENTRE) && !self.writeback.settings.forgets_operations;
        let found = self.writeback.operations.get(&id).filter(|found| is_here && found.user == user);
        let operation = found.ok_or_else(unknown)?;
        let mut json = Vec::with_capacity(320);
        write_value(
            &mut json,
            &json!({
                "@odata.context":
                    format!("{}/$metadata#users('{user}')/authentication/operations/$entity", context.root),
                "@odata.type": "#microsoft.graph.longRunningOperation",
                "id": id,
                "createdDateTime": iso(operation.begun),
                "lastActionDateTime": iso(operation.ended.unwrap_or(operation.begun)),
                "resourceLocation": null,
                "status": operation.status(),
                "statusDetail": operation.fails.filter(|_| operation.ended.is_some()).unwrap_or_default(),
            }),
        );
        Ok(ServedAnswer::json(json))
    }

    /// "onPremisesDirectorySynchronization resource type".
    pub(super) fn on_premises_sync(&self, context: &Context<'_>) -> ServedAnswer {
        let mut json = Vec::with_capacity(512);
        write_value(
            &mut json,
            &json!({
                "@odata.context": format!("{}/$metadata#directory/onPremisesSynchronization", context.root),
                "value": [{
                    "id": TENANT_ID,
                    "features": {
                        "passwordSyncEnabled": true,
                        "passwordWritebackEnabled": self.writeback.settings.enabled,
                        "userForcePasswordChangeOnLogonEnabled": true,
                        "cloudPasswordPolicyForPasswordSyncedUsersEnabled": false,
                        "bypassDirSyncOverridesEnabled": false,
                    },
                }],
            }),
        );
        ServedAnswer::json(json)
    }
}
