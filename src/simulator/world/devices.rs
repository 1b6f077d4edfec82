//! Devices: listed, read, enabled and disabled, and enabled again by the sync.

use std::time::Duration;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::objects::{map, write_value};
use super::page::Part;
use super::{Context, World};
use crate::simulator::directory::builtin_roles::{
    CLOUD_DEVICE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, INTUNE_ADMINISTRATOR,
};
use crate::simulator::directory::{DeviceSystem, SimulatedDevice, UserKey};
use crate::simulator::graph::answer::ServedAnswer;
use crate::simulator::graph::device_read::{DeviceKey, DeviceQuestion, DeviceRead};
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::select::{cut, cut_loosely};
use crate::simulator::ledger::Operation;
use crate::simulator::moment::iso;
use crate::simulator::permission::{ACT_AS_USER, CHANGE_DEVICES, READ_DEVICES, READ_USERS};
use crate::simulator::tokens::TokenHolder;

/// What stands in the message to an app about anything but Windows, and to a person whose token lacks a scope.
const NOT_WINDOWS: &str = "Properties other than ExtendedAttribute1..15 can be modified only on windows devices.";

/// A device with its properties: "device resource type".
fn written(device: &SimulatedDevice) -> Map<String, Value> {
    map(json!({
        "id": device.id,
        "deletedDateTime": null,
        "accountEnabled": device.account_enabled,
        "approximateLastSignInDateTime": iso(device.registered),
        "createdDateTime": iso(device.registered),
        "deviceId": device.device_id,
        "displayName": device.display_name,
        "isManagementRestricted": device.management_restricted.then_some(true),
        "onPremisesSyncEnabled": device.is_synced().then_some(true),
        "operatingSystem": device.system.as_str(),
        "operatingSystemVersion": "10.0.22631.4460",
        "registrationDateTime": iso(device.registered),
        "trustType": device.trust.as_str(),
    }))
}

fn object_id(key: DeviceKey) -> Uuid {
    match key {
        DeviceKey::ObjectId(id) => id,
        DeviceKey::DeviceId(id) => SimulatedDevice::other_id(id),
    }
}

impl World {
    pub(super) fn read_devices(&self, call: &DeviceRead, context: &Context<'_>) -> Result<ServedAnswer, ServedError> {
        let names = &call.names;
        match &call.asked {
            DeviceQuestion::OfUser { key, named, owned, is_cast, page } => {
                self.caller_may(READ_USERS, context.caller)?;
                self.check_token(page)?;
                let place = self.directory.find(key).ok_or_else(|| ServedError::not_found(named))?;
                let devices = match owned {
                    true => self.directory.owned_devices(place),
                    false => self.directory.registered_devices(place),
                };
                let part = Part::of(page, devices.into_iter().enumerate()).try_map(|device| {
                    if *is_cast {
                        return cut(written(&device), names, "device");
                    }
                    // Paths that hold any directory object drop names that they do not know.
                    let mut object = cut_loosely(written(&device), names.as_ref());
                    object.insert("@odata.type".to_owned(), "#microsoft.graph.device".into());
                    Ok(object)
                })?;
                let set = if *is_cast { "devices" } else { "directoryObjects" };
                Ok(self.collection(context, set, None, Some(page), part, |json, device| write_value(json, &device)))
            }
            DeviceQuestion::Get(key) => {
                self.caller_may(READ_DEVICES, context.caller)?;
                let id = object_id(*key);
                let device = self.directory.device(id).ok_or_else(|| ServedError::not_found(&id.to_string()))?;
                let mut object =
                    map(json!({ "@odata.context": format!("{}/$metadata#devices/$entity", context.root) }));
                object.extend(cut(written(&device), names, "device")?);
                let mut json = Vec::with_capacity(512);
                write_value(&mut json, &object);
                Ok(ServedAnswer::json(json))
            }
        }
    }

    pub(super) fn enable_device(
        &mut self,
        key: DeviceKey,
        enabled: bool,
        batch: Option<u64>,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let id = object_id(key);
        let device = self.directory.device(id).map(|device| device.into_owned());
        let checked = device
            .as_ref()
            .ok_or_else(|| ServedError::not_found(&id.to_string()))
            .and_then(|device| self.may_change_device(device, context.caller));
        if let (Ok(()), Some(device)) = (&checked, &device) {
            self.directory.change_device(id, |device| device.account_enabled = enabled);
            if device.is_synced() && !enabled {
                self.device_sync.expect(id, context.now);
            }
        }
        let status = checked.as_ref().map_or_else(|error| error.status, |()| 204);
        let owner = device.and_then(|device| self.directory.find(&UserKey::Id(device.owner)));
        let operation = Operation::PatchDevice { device: id, account_enabled: enabled };
        self.record(owner, operation, status, checked.is_ok(), batch, context);
        checked.map(|()| ServedAnswer::no_content())
    }

    /// "Update device", and what people report of it.
    fn may_change_device(&self, device: &SimulatedDevice, caller: TokenHolder) -> Result<(), ServedError> {
        if let TokenHolder::User(id) = caller {
            // A person needs another scope than an app, and Graph says so in words about Windows.
            if self.caller_may(ACT_AS_USER, caller).is_err() {
                return Err(ServedError::bad_request(NOT_WINDOWS));
            }
            let manages = [CLOUD_DEVICE_ADMINISTRATOR, INTUNE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR];
            if !self.directory.roles_held(id).any(|held| manages.contains(&held.role)) {
                return Err(ServedError::denied());
            }
        } else {
            self.caller_may(CHANGE_DEVICES, caller)?;
            if device.system != DeviceSystem::Windows {
                return Err(ServedError::bad_request(NOT_WINDOWS));
            }
        }
        if device.management_restricted && !self.rights.reaches_restricted() {
            return Err(ServedError::denied());
        }
        Ok(())
    }

    /// Hybrid devices are as Active Directory has them again after the next sync.
    pub(super) fn sync_devices(&mut self, now: Duration) {
        for id in self.device_sync.passed(now) {
            self.directory.change_device(id, |device| device.account_enabled = true);
        }
    }
}
