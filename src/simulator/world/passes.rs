//! Temporary access passes: the policy, and a new one.

use serde_json::json;
use time::OffsetDateTime;

use super::methods::written;
use super::objects::{map, write_value};
use super::{Context, World};
use crate::digest::Digest;
use crate::simulator::directory::{
    Object, SimulatedMethod, SimulatedMethodKind, SimulatedPass, SimulatedUser, UserPlace,
};
use crate::simulator::graph::answer::{Body, ServedAnswer};
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::method_action::{MethodCall, MethodChange};
use crate::simulator::graph::pass_request::PassRequest;
use crate::simulator::graph::served_read::Relation;
use crate::simulator::ledger::Operation;
use crate::simulator::permission::READ_METHOD_POLICY;

/// The letters of passes.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789+!*";

impl World {
    pub(super) fn pass_policy(&self, context: &Context<'_>) -> Result<ServedAnswer, ServedError> {
        self.caller_may(READ_METHOD_POLICY, context.caller)?;
        let policy = &self.pass_policy;
        let target = policy.group.map_or_else(|| "all_users".to_owned(), |group| group.to_string());
        let set = "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/$entity";
        let mut json = Vec::with_capacity(512);
        write_value(
            &mut json,
            &json!({
                "@odata.context": format!("{}/$metadata#{set}", context.root),
                "@odata.type": "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration",
                "id": "TemporaryAccessPass",
                "state": if policy.enabled { "enabled" } else { "disabled" },
                "defaultLifetimeInMinutes": policy.default_minutes,
                "defaultLength": policy.length,
                "minimumLifetimeInMinutes": policy.min_minutes,
                "maximumLifetimeInMinutes": policy.max_minutes,
                "isUsableOnce": policy.once,
                "includeTargets": [{ "targetType": "group", "id": target, "isRegistrationRequired": false }],
                "excludeTargets": [],
            }),
        );
        Ok(ServedAnswer::json(json))
    }

    pub(super) fn create_pass(
        &mut self,
        call: &MethodCall<MethodChange>,
        asked: PassRequest,
        overlaps: bool,
        batch: Option<u64>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let MethodCall { key, named, .. } = call;
        let place = self.directory.find(key);
        let checked = self.writable(place, named, overlaps).and_then(|place| {
            self.may_change_methods(place, SimulatedMethodKind::Pass, context.caller)?;
            Ok((place, self.allowed(place, asked, context.date)?))
        });
        let text = self.new_pass();
        let made = checked.map(|(place, (start, minutes, once))| {
            let pass = SimulatedPass { text: Digest::of(text.as_bytes()), start, minutes, once };
            let id = self.random.guid().to_string();
            let method = SimulatedMethod {
                pass: Some(pass),
                ..SimulatedMethod::new(SimulatedMethodKind::Pass, &id, Some(context.date), "")
            };
            let held = self.directory.methods_mut(place);
            // One pass a user: the one before dies with it.
            held.methods.retain(|other| other.kind != SimulatedMethodKind::Pass);
            held.register(method.clone());
            method
        });
        let status = made.as_ref().map_or_else(|error| error.status, |_| 201);
        let pass = made.as_ref().ok().and_then(|method| method.pass).map(Box::new);
        self.record(place, Operation::CreatePass { pass }, status, made.is_ok(), batch, context);
        made.map(|method| {
            let set = format!("users('{named}')/authentication/temporaryAccessPassMethods/$entity");
            let mut object = map(json!({ "@odata.context": format!("{}/$metadata#{set}", context.root) }));
            object.extend(written(&method, &self.pass_policy, context.date));
            // In this answer alone.
            object.insert("temporaryAccessPass".to_owned(), text.into());
            let mut json = Vec::with_capacity(512);
            write_value(&mut json, &object);
            ServedAnswer::new(201, Body::Json(json))
        })
    }

    /// Start, minutes and whether it opens once, or why there can be none.
    fn allowed(
        &self,
        place: UserPlace,
        asked: PassRequest,
        now: OffsetDateTime,
    ) -> Result<(OffsetDateTime, u32, bool), ServedError> {
        let (policy, user) = (&self.pass_policy, self.directory.get(place));
        if user.is_external() {
            return Err(ServedError::bad_method("Temporary Access Pass cannot be added to an external guest user."));
        }
        if !policy.enabled || !self.is_in_scope(user) {
            return Err(ServedError::bad_method(
                "Converged UserCredentialPolicy does not allow creating or updating this method.",
            ));
        }
        let minutes = asked.minutes.unwrap_or(policy.default_minutes);
        let (least, most) = (policy.min_minutes, policy.max_minutes);
        if !(least..=most).contains(&minutes) {
            return Err(ServedError::bad_method(format!(
                "Invalid LifetimeInMinutes specified. The valid range between {least} and {most}."
            )));
        }
        let once = asked.once.unwrap_or(policy.once);
        if policy.once && !once {
            // The page gives no message; this one is ours.
            return Err(ServedError::bad_method("The policy requires Temporary Access Pass to be usable once."));
        }
        Ok((asked.start.unwrap_or(now), minutes, once))
    }

    fn is_in_scope(&self, user: &SimulatedUser) -> bool {
        let Some(group) = self.pass_policy.group else { return true };
        let Some(group) = self.directory.group(group) else { return false };
        self.related(group, Relation::TransitiveMembers)
            .any(|(_, object)| matches!(object, Object::User(member) if member.id == user.id))
    }

    fn new_pass(&mut self) -> String {
        (0..self.pass_policy.length).map(|_| char::from(LETTERS[self.random.below(LETTERS.len())])).collect()
    }
}
