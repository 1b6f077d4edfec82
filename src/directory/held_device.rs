//! A device that a person owns or is registered on.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::person_list::PersonList;
use crate::graph::as_said::as_said;
use crate::graph::found_pace::PaceRange;
use crate::ids::ObjectId;

/// One device, as one person has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldDevice {
    /// Its object id, by which it is changed.
    pub id: ObjectId,
    /// What it is called.
    pub name: String,
    /// What runs on it, as Graph names it.
    pub system: String,
    /// How it belongs to the tenant, as Graph names it: `AzureAd`, `ServerAd` or `Workplace`.
    pub trust: String,
    /// May it be used to sign in? `None` where Graph does not say.
    pub enabled: Option<bool>,
    /// Is it in a restricted management administrative unit?
    pub restricted: bool,
    /// When it was registered. `None` where Graph does not say: it may be new.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub registered: Option<OffsetDateTime>,
    /// Is the person its registered owner? Of one that is not theirs they are one user among others.
    pub owned: bool,
}

impl HeldDevice {
    /// Does Windows run on it? An app may change no other device ("Update device", and the refusals that people report).
    pub fn is_windows(&self) -> bool {
        self.system.to_ascii_lowercase().starts_with("windows")
    }

    /// Is it synced from Active Directory, whose word holds again with the next sync?
    pub fn is_hybrid(&self) -> bool {
        self.trust == "ServerAd"
    }
}

/// The devices of a person: those that they own, and those that they are registered on ("List ownedDevices", "List
/// registeredDevices").
#[derive(Debug, Clone, Copy)]
pub struct DevicesOfPerson;

/// As a list has it ("device resource type"). No cast to devices: not every such list takes one. Its id, system, state and unit
/// decide what is done, so all of these have to be understood.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceOnWire {
    #[serde(rename = "@odata.type", default)]
    type_name: Option<String>,
    id: ObjectId,
    #[serde(default, deserialize_with = "as_said")]
    display_name: Option<String>,
    #[serde(default)]
    operating_system: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    trust_type: Option<String>,
    #[serde(default)]
    account_enabled: Option<bool>,
    #[serde(default)]
    is_management_restricted: Option<bool>,
    #[serde(default, deserialize_with = "as_said")]
    registration_date_time: Option<String>,
}

impl DeviceOnWire {
    /// An entry that does not say its type is taken for a device: these lists hold little else.
    fn is_device(&self) -> bool {
        self.type_name.as_deref().is_none_or(|name| name == "#microsoft.graph.device")
    }

    fn into_device(self, owned: bool) -> HeldDevice {
        let registered = self.registration_date_time.as_deref();
        HeldDevice {
            id: self.id,
            name: self.display_name.unwrap_or_default(),
            system: self.operating_system.unwrap_or_default(),
            trust: self.trust_type.unwrap_or_default(),
            enabled: self.account_enabled,
            restricted: self.is_management_restricted == Some(true),
            registered: registered.and_then(|moment| OffsetDateTime::parse(moment, &Rfc3339).ok()),
            owned,
        }
    }
}

impl PersonList for DevicesOfPerson {
    type OnWire = DeviceOnWire;
    type Held = HeldDevice;

    const PATHS: &'static [&'static str] = &[
        "ownedDevices?$select=id,displayName,operatingSystem,trustType,accountEnabled,isManagementRestricted,registrationDateTime",
        "registeredDevices?$select=id,displayName,operatingSystem,trustType,accountEnabled,isManagementRestricted,registrationDateTime",
    ];
    /// Reads of the directory: each costs one unit of 8,000 in ten seconds, so this leaves nearly all of them to others.
    const PACE: PaceRange = PaceRange { slow: 10.0, fast: 40.0 };

    fn held(lists: Vec<Vec<DeviceOnWire>>) -> Vec<HeldDevice> {
        let mut devices: Vec<HeldDevice> = Vec::new();
        for (place, list) in lists.into_iter().enumerate() {
            for device in list.into_iter().filter(DeviceOnWire::is_device) {
                if devices.iter().all(|known| known.id != device.id) {
                    devices.push(device.into_device(place == 0));
                }
            }
        }
        devices
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_in_both_lists_is_one_and_the_owners() {
        let list = |json: &str| serde_json::from_str::<Vec<DeviceOnWire>>(json).unwrap();
        let (one, two) = ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002");
        let owned = list(&format!(
            "[{{\"@odata.type\":\"#microsoft.graph.device\",\"id\":\"{one}\",\"operatingSystem\":\"Windows\",\
             \"trustType\":\"ServerAd\",\"accountEnabled\":true,\"isManagementRestricted\":null}}]"
        ));
        let registered = list(&format!(
            "[{{\"id\":\"{one}\"}},{{\"id\":\"{two}\",\"operatingSystem\":\"iOS\"}},\
             {{\"@odata.type\":\"#microsoft.graph.printer\",\"id\":\"{two}\"}}]"
        ));
        let devices = DevicesOfPerson::held(vec![owned, registered]);
        let said: Vec<_> =
            devices.iter().map(|one| (one.owned, one.is_windows(), one.is_hybrid(), one.enabled)).collect();
        assert_eq!(said, [(true, true, true, Some(true)), (false, false, false, None)]);
    }

    #[test]
    fn what_is_only_shown_may_be_odd_and_what_decides_may_not() {
        let read = |more: &str| {
            let json =
                format!("{{\"id\":\"00000000-0000-4000-8000-000000000001\",\"operatingSystem\":\"Windows\"{more}}}");
            serde_json::from_str::<DeviceOnWire>(&json).map(|device| device.into_device(true))
        };
        let odd = read(",\"displayName\":5,\"trustType\":{},\"registrationDateTime\":false").unwrap();
        assert_eq!((odd.name.as_str(), odd.trust.as_str(), odd.registered, odd.is_windows()), ("", "", None, true));
        for decides in ["\"accountEnabled\":\"no\"", "\"isManagementRestricted\":1", "\"@odata.type\":2"] {
            assert!(read(&format!(",{decides}")).is_err(), "{decides}");
        }
    }
}
