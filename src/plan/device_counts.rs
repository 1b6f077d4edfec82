//! The devices of the people of a plan, in numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::device_fate::DeviceFate;
use super::people_read::PeopleRead;
use crate::directory::HeldDevice;

/// The devices of the people of a plan: what `devices.csv` lists.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct DeviceCounts {
    /// Whose were read, and when.
    #[serde(flatten)]
    pub read: PeopleRead,
    /// Devices that are disabled.
    pub disable: u32,
    /// Of how many people.
    pub disable_people: u32,
    /// Those of them that are synced from Active Directory: the next sync enables them again.
    pub hybrid: u32,
    /// Devices that are enabled again.
    pub enable: u32,
    /// Devices that are disabled as they are.
    pub already: u32,
    /// Devices that stay, because the person is not their registered owner.
    pub shared: u32,
    /// Devices that only a person may disable.
    pub needs_person: u32,
    /// Devices in a restricted management administrative unit, which are left.
    pub restricted: u32,
    /// Devices that stay, because nothing is done for their person.
    pub stay: u32,
}

impl DeviceCounts {
    /// No person yet.
    pub(super) fn begin(now: OffsetDateTime) -> Self {
        Self {
            read: PeopleRead::begin(now),
            disable: 0,
            disable_people: 0,
            hybrid: 0,
            enable: 0,
            already: 0,
            shared: 0,
            needs_person: 0,
            restricted: 0,
            stay: 0,
        }
    }

    /// Takes in what becomes of each device of a person, as it was read at that moment.
    pub(super) fn add<'d>(
        &mut self,
        devices: impl IntoIterator<Item = (&'d HeldDevice, DeviceFate)>,
        read_at: OffsetDateTime,
    ) {
        self.read.add(read_at);
        let before = self.disable;
        for (device, fate) in devices {
            *match fate {
                DeviceFate::Disable => &mut self.disable,
                DeviceFate::Enable => &mut self.enable,
                DeviceFate::Already => &mut self.already,
                DeviceFate::Shared => &mut self.shared,
                DeviceFate::NeedsPerson => &mut self.needs_person,
                DeviceFate::Restricted => &mut self.restricted,
                DeviceFate::Stays => &mut self.stay,
            } += 1;
            self.hybrid += u32::from(fate == DeviceFate::Disable && device.is_hybrid());
        }
        self.disable_people += u32::from(self.disable > before);
    }

    /// Would any be disabled, if there was a way here?
    pub const fn means_any(&self) -> bool {
        self.disable + self.enable + self.needs_person + self.restricted > 0
    }
}
