//! How people prove who they are: listed, read, deleted.

use serde_json::{Map, Value, json};
use time::{OffsetDateTime, UtcOffset};

use super::objects::{map, write_value};
use super::page::Part;
use super::{Context, World};
use crate::simulator::directory::{SimulatedMethod, SimulatedMethodKind, SimulatedPassPolicy, UserPlace};
use crate::simulator::graph::answer::ServedAnswer;
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::method_action::{MethodCall, MethodChange, MethodRead};
use crate::simulator::ledger::Operation;
use crate::simulator::moment::iso;

/// One method with all its properties: the page of its type.
pub(super) fn written(
    method: &SimulatedMethod,
    policy: &SimulatedPassPolicy,
    now: OffsetDateTime,
) -> Map<String, Value> {
    let label = &method.label;
    let mut object = map(match method.kind {
        SimulatedMethodKind::Password => json!({ "password": null }),
        SimulatedMethodKind::Phone => json!({
            "phoneNumber": label, "phoneType": method.phone_type(), "smsSignInState": "notSupported",
        }),
        SimulatedMethodKind::Authenticator => json!({
            "displayName": label, "deviceTag": "SoftwareTokenActivated", "phoneAppVersion": "6.8.27",
        }),
        SimulatedMethodKind::SoftwareOath => json!({ "secretKey": null }),
        SimulatedMethodKind::HardwareOath => json!({}),
        SimulatedMethodKind::Passkey => json!({
            "displayName": label, "aaGuid": "2fc0579f-8113-47ea-b116-bb5a8db9202a", "model": "key with a contact",
            "attestationCertificates": [], "attestationLevel": "attested", "passkeyType": "deviceBound",
        }),
        SimulatedMethodKind::WindowsHello => json!({ "displayName": label, "keyStrength": "normal" }),
        SimulatedMethodKind::PlatformCredential => {
            json!({ "displayName": label, "keyStrength": "normal", "platform": "macOS" })
        }
        SimulatedMethodKind::Email => json!({ "emailAddress": label }),
        SimulatedMethodKind::Pass => {
            let terms = method.pass.as_ref();
            let reason = terms.map(|pass| pass.reason(policy, now));
            json!({
                "temporaryAccessPass": null,
                "startDateTime": terms.map(|pass| iso(pass.start.to_offset(UtcOffset::UTC))),
                "lifetimeInMinutes": terms.map(|pass| pass.minutes),
                "isUsableOnce": terms.map(|pass| pass.once),
                "isUsable": reason == Some("EnabledByPolicy"),
                "methodUsabilityReason": reason,
            })
        }
        SimulatedMethodKind::External => {
            json!({ "displayName": label, "configurationId": "b1c4a0de-6f2d-4a0e-8e2c-5ea10ff00031" })
        }
    });
    object.insert("id".to_owned(), json!(method.id));
    object.insert("createdDateTime".to_owned(), json!(method.created.map(iso)));
    object
}

/// The same where the set holds several kinds.
fn with_type(method: &SimulatedMethod, policy: &SimulatedPassPolicy, now: OffsetDateTime) -> Map<String, Value> {
    let mut object = map(json!({ "@odata.type": format!("#microsoft.graph.{}", method.kind.odata_type()) }));
    object.extend(written(method, policy, now));
    object
}

impl World {
    pub(super) fn read_methods(
        &self,
        call: &MethodCall<MethodRead>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let MethodCall { key, named, asked } = call;
        let (policy, now) = (&self.pass_policy, context.date);
        let place = self.directory.find(key).ok_or_else(|| ServedError::not_found(named))?;
        let kind = match asked {
            MethodRead::Operation(id, data_centre) => {
                return self.read_operation(place, id, data_centre.as_deref(), context);
            }
            MethodRead::ListAll | MethodRead::GetAny(_) => None,
            MethodRead::List(kind) | MethodRead::Get(kind, _) => Some(*kind),
        };
        self.may_read_methods(place, kind, context.caller)?;
        let held = self.directory.methods_of(place);
        let set = format!("users('{named}')/authentication/{}", kind.map_or("methods", SimulatedMethodKind::segment));
        let one = |id: &str| {
            let found = held.get(id).filter(|method| kind.is_none_or(|kind| kind == method.kind));
            let method = found.ok_or_else(|| ServedError::no_method(id))?;
            let mut object = map(json!({ "@odata.context": format!("{}/$metadata#{set}/$entity", context.root) }));
            object.extend(with_type(method, policy, now));
            let mut json = Vec::with_capacity(320);
            write_value(&mut json, &object);
            Ok(ServedAnswer::json(json))
        };
        match asked {
            MethodRead::Operation(id, data_centre) => self.read_operation(place, id, data_centre.as_deref(), context),
            MethodRead::GetAny(id) | MethodRead::Get(_, id) => one(id),
            MethodRead::ListAll => {
                let part = Part::whole(held.methods.iter().collect());
                Ok(self.collection(context, &set, None, None, part, |json, it| {
                    write_value(json, &with_type(it, policy, now))
                }))
            }
            MethodRead::List(kind) => {
                let part = Part::whole(held.methods.iter().filter(|method| method.kind == *kind).collect());
                Ok(self.collection(context, &set, None, None, part, |json, it| {
                    write_value(json, &written(it, policy, now))
                }))
            }
        }
    }

    pub(super) fn change_methods(
        &mut self,
        call: &MethodCall<MethodChange>,
        overlaps: bool,
        batch: Option<u64>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let MethodCall { key, named, asked } = call;
        let (kind, id) = match asked {
            MethodChange::CreatePass(terms) => return self.create_pass(call, *terms, overlaps, batch, context),
            MethodChange::ResetPassword(asked) => return self.reset_there(call, asked, overlaps, batch, context),
            MethodChange::Delete(kind, id) => (kind, id),
        };
        let place = self.directory.find(key);
        let checked = self.writable(place, named, overlaps).and_then(|place| {
            self.may_change_methods(place, *kind, context.caller)?;
            self.deletable(place, *kind, id)?;
            Ok(place)
        });
        if let Ok(place) = checked {
            self.directory.methods_mut(place).remove(id);
        }
        let status = checked.as_ref().map_or_else(|error| error.status, |_| 204);
        let operation = Operation::DeleteMethod { kind: *kind, id: id.as_str().into() };
        self.record(place, operation, status, checked.is_ok(), batch, context);
        checked.map(|_| ServedAnswer::no_content())
    }

    /// Refuses what cannot be deleted now.
    fn deletable(&self, place: UserPlace, kind: SimulatedMethodKind, id: &str) -> Result<(), ServedError> {
        let held = self.directory.methods_of(place);
        let method = held.get(id).filter(|method| method.kind == kind).ok_or_else(|| ServedError::no_method(id))?;
        // What counts as another method is what could be the default in its place: the message asks to change it.
        if held.is_default(method) && held.has_other_second_factor(method) {
            // Both wordings are met in the field.
            return Err(ServedError::bad_method(match kind {
                SimulatedMethodKind::Phone => {
                    "Cannot delete default method with other methods configured. Please change default method before \
                     deletion."
                        .to_owned()
                }
                _ => format!(
                    "The requested authentication method id of [{id}] matches the user's current default authentication \
                     method, and cannot be deleted until the default authentication method is changed."
                ),
            }));
        }
        // "Delete phoneAuthenticationMethod". The page gives no message; this one is ours.
        if held.holds_up_alternate(method) {
            return Err(ServedError::bad_method(
                "Cannot delete mobile phone while an alternate mobile phone is registered.",
            ));
        }
        Ok(())
    }
}
