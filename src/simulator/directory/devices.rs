//! Which devices people have: made from their object ids, and kept only where they were changed since.

use std::borrow::Cow;

use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::{Builder, Uuid};

use super::Directory;
use super::device::{DeviceSystem, DeviceTrust, SimulatedDevice};
use super::methods::random_of;
use super::place::UserPlace;
use super::user::SimulatedUser;
use super::user_key::UserKey;
use crate::simulator::random::seed_for;

/// Devices are not older than a few years.
const FIRST_DAY: OffsetDateTime = datetime!(2021-02-01 08:00 UTC);
/// The last one was registered this long after it, before any date at which a test can run.
const SPAN: Duration = Duration::days(2_000);

/// The seed of ids, which no setting changes.
const ID_SEED: u64 = 0x00de_71ce;
/// As many bits as a place and a number take.
const MASK: u64 = (1 << 40) - 1;

/// The object id of a device that was made: it leads back to its owner, so that no index of a million devices is kept.
fn made_id(place: UserPlace, number: u8) -> Uuid {
    let of = ((place.index() as u64) << 8) | u64::from(number);
    let high = seed_for(ID_SEED, of);
    let low = (seed_for(high, of) & !MASK) | (of ^ seed_for(!ID_SEED, marked(high)) & MASK);
    Builder::from_random_bytes(((u128::from(high) << 64) | u128::from(low)).to_be_bytes()).into_uuid()
}

/// The high half as it stands in an id, with the marks of version 4.
fn marked(high: u64) -> u64 {
    (high & !0xf000) | 0x4000
}

/// Whose device this is, and which; `None` for an id that was not made here.
fn origin(id: Uuid) -> Option<(UserPlace, u8)> {
    let (high, low) = id.as_u64_pair();
    let of = (low ^ seed_for(!ID_SEED, high)) & MASK;
    let (place, number) = (UserPlace::at(usize::try_from(of >> 8).ok()?), (of & 0xff) as u8);
    (made_id(place, number) == id).then_some((place, number))
}

/// The devices that a user has who registered nothing since the directory was made.
fn made(user: &SimulatedUser, place: UserPlace) -> Vec<SimulatedDevice> {
    let mut devices = Vec::new();
    if user.is_external() || !user.has_mailbox || user.identity_parent().is_some() {
        return devices;
    }
    let mut random = random_of(user.id, "devices");
    let local = user.user_principal_name.split('@').next().unwrap_or_default();
    for (share, system) in [
        (0.55, DeviceSystem::Windows),
        (0.30, DeviceSystem::Ios),
        (0.22, DeviceSystem::Android),
        (0.06, DeviceSystem::MacOs),
    ] {
        if !random.chance(share) {
            continue;
        }
        let id = made_id(place, devices.len() as u8);
        let trust = match system {
            DeviceSystem::Windows if user.is_synced() => DeviceTrust::Hybrid,
            DeviceSystem::Windows | DeviceSystem::MacOs => DeviceTrust::Joined,
            DeviceSystem::Ios | DeviceSystem::Android => DeviceTrust::Registered,
        };
        let registered = FIRST_DAY + SPAN * random.fraction();
        let name = match system {
            DeviceSystem::Windows => format!("PC-{:05}", random.below(100_000)),
            DeviceSystem::Ios => format!("{local}'s iPhone"),
            DeviceSystem::Android => format!("{local}_Android"),
            DeviceSystem::MacOs => format!("{local}'s MacBook"),
        };
        devices.push(SimulatedDevice {
            // The telephone of old that was disabled when it was lost.
            account_enabled: !random.chance(0.04),
            management_restricted: user.is_management_restricted() && system == DeviceSystem::Windows,
            trust,
            ..SimulatedDevice::brought(id, user.id, system, registered, &name)
        });
    }
    devices
}

impl Directory {
    /// The devices that the user at a place is the registered owner of.
    pub(crate) fn owned_devices(&self, place: UserPlace) -> Vec<Cow<'_, SimulatedDevice>> {
        let user = self.get(place);
        let now = |device: SimulatedDevice| {
            self.devices.by_id.get(&device.id).map_or_else(|| Cow::Owned(device), Cow::Borrowed)
        };
        let since = self.devices.registered.get(&user.id).into_iter().flatten();
        let since = since.filter_map(|id| self.devices.by_id.get(id)).map(Cow::Borrowed);
        made(user, place).into_iter().map(now).chain(since).collect()
    }

    /// Those that the user at a place is registered on: the own ones, and seldom the computer of the one before in the list,
    /// which both use.
    pub(crate) fn registered_devices(&self, place: UserPlace) -> Vec<Cow<'_, SimulatedDevice>> {
        let mut devices = self.owned_devices(place);
        let shares = random_of(self.get(place).id, "shared device").chance(0.03) && self.get(place).has_mailbox;
        if let Some(before) = place.index().checked_sub(1).filter(|_| shares) {
            let of_other = self.owned_devices(UserPlace::at(before)).into_iter();
            devices.extend(of_other.filter(|device| device.system == DeviceSystem::Windows).take(1));
        }
        devices
    }

    /// The device with this object id.
    pub(crate) fn device(&self, id: Uuid) -> Option<Cow<'_, SimulatedDevice>> {
        if let Some(changed) = self.devices.by_id.get(&id) {
            return Some(Cow::Borrowed(changed));
        }
        let (place, number) = origin(id)?;
        let user = self.users.get(place.index())?;
        made(user, place).into_iter().nth(usize::from(number)).map(Cow::Owned)
    }

    /// Changes a device; `false` when there is none with this object id.
    pub(crate) fn change_device(&mut self, id: Uuid, change: impl FnOnce(&mut SimulatedDevice)) -> bool {
        let Some(mut device) = self.device(id).map(Cow::into_owned) else { return false };
        change(&mut device);
        device.id = id;
        self.devices.by_id.insert(id, device);
        true
    }

    /// Registers a device with its owner; `false` when there is no such user, or the id is taken.
    pub(crate) fn register_device(&mut self, device: SimulatedDevice) -> bool {
        if self.find(&UserKey::Id(device.owner)).is_none() || self.device(device.id).is_some() {
            return false;
        }
        self.take_device_back(device);
        true
    }

    /// Deletes a device that was registered since; `false` when there is none with this object id.
    pub(crate) fn delete_device(&mut self, id: Uuid) -> bool {
        let Some(device) = self.devices.by_id.get(&id).filter(|_| origin(id).is_none()) else { return false };
        if let Some(of_owner) = self.devices.registered.get_mut(&device.owner) {
            of_owner.retain(|other| *other != id);
        }
        self.devices.by_id.remove(&id).is_some()
    }

    /// Keeps a device that differs from what was made, and its owner where nothing was.
    pub(super) fn take_device_back(&mut self, device: SimulatedDevice) {
        if origin(device.id).is_none() {
            self.devices.registered.entry(device.owner).or_default().push(device.id);
        }
        self.devices.by_id.insert(device.id, device);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::random::Random;

    #[test]
    fn an_id_leads_back_to_its_owner_and_no_other_does() {
        for (place, number) in [(0, 0), (7, 3), (999_999, 2), (12_345_678, 255)] {
            let id = made_id(UserPlace::at(place), number);
            assert_eq!(id.get_version_num(), 4);
            assert_eq!(origin(id), Some((UserPlace::at(place), number)), "{id}");
        }
        let mut random = Random::new(3);
        assert!((0..10_000).all(|_| origin(random.guid()).is_none()));
    }

    #[test]
    fn all_kinds_are_there_and_nothing_is_kept_for_it() {
        let mut directory = Directory::seeded(2_000, 1);
        let all: Vec<SimulatedDevice> =
            (0..2_000).flat_map(|at| directory.owned_devices(UserPlace::at(at))).map(Cow::into_owned).collect();
        for trust in [DeviceTrust::Joined, DeviceTrust::Hybrid, DeviceTrust::Registered] {
            assert!(all.iter().filter(|device| device.trust == trust).count() > 50, "{trust:?}");
        }
        for system in [DeviceSystem::Windows, DeviceSystem::Ios, DeviceSystem::Android, DeviceSystem::MacOs] {
            assert!(all.iter().filter(|device| device.system == system).count() > 50, "{system:?}");
        }
        assert!(all.iter().any(|device| !device.account_enabled) && all.len() > 1_500);
        let shared = (1..2_000).filter(|at| {
            let place = UserPlace::at(*at);
            directory.registered_devices(place).len() > directory.owned_devices(place).len()
        });
        assert!(shared.count() > 10);
        assert!(directory.devices.by_id.is_empty());

        let one = &all[0];
        assert_eq!(directory.device(one.id).as_deref(), Some(one));
        assert!(directory.change_device(one.id, |device| device.account_enabled = false));
        let owner = directory.find(&UserKey::Id(one.owner)).unwrap();
        assert!(!directory.owned_devices(owner)[0].account_enabled);
        let new = SimulatedDevice::brought(Uuid::from_u128(7), one.owner, DeviceSystem::Android, FIRST_DAY, "new");
        assert!(directory.register_device(new.clone()) && !directory.register_device(new.clone()));
        assert_eq!(directory.owned_devices(owner).last().map(|device| &**device), Some(&new));
        assert!(!directory.change_device(Uuid::from_u128(8), |_| ()));
    }
}
