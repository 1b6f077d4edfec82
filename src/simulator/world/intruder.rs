//! What an intruder does in the tenant: registers ways in, and signs in again where one is left.

use std::time::Duration;

use time::OffsetDateTime;
use uuid::Uuid;

use super::World;
use super::intrusion::Intrusion;
use crate::simulator::directory::{
    ALTERNATE_MOBILE_ID, DeviceSystem, DeviceTrust, Directory, MOBILE_ID, SimulatedDevice, SimulatedMethod,
    SimulatedMethodKind, SimulatedUser, UserKey, passkey_id, random_of,
};
use crate::simulator::foothold::{Comeback, Foothold, Intruder, IntruderStanding};
use crate::simulator::random::Random;

/// What an intruder calls what they register.
const LABEL: &str = "Pixel 9";

/// Where intruders get in: ordinary accounts of people of the tenant itself.
fn is_worth_it(user: &SimulatedUser) -> bool {
    user.account_enabled && user.has_mailbox && !user.is_external() && user.identity_parent().is_none()
}

impl World {
    /// Lets an intruder have been there before.
    pub(crate) fn let_in(&mut self, intruder: Intruder, started: OffsetDateTime) {
        let date = started.replace_nanosecond(0).unwrap_or(started) - intruder.registered_ago;
        let chosen: Vec<Uuid> = (self.directory.users())
            .filter(|user| is_worth_it(user) && random_of(user.id, "intruder").chance(intruder.share))
            .map(|user| user.id)
            .collect();
        let footholds = chosen.into_iter().filter_map(|id| foothold(&mut self.directory, id, date)).collect();
        self.intrusion = Some(Intrusion { intruder, footholds, next: intruder.every, started });
    }

    /// Lets the intruder try, as often as it was time to.
    pub(super) fn try_again(&mut self, now: Duration) {
        // Taken out meanwhile, since trying changes the directory.
        let Some(mut intrusion) = self.intrusion.take_if(|intrusion| intrusion.next <= now) else { return };
        let Intrusion { intruder, footholds, next, started } = &mut intrusion;
        // Between two looks nothing changed, so only the last try counts.
        let rounds = (now.saturating_sub(*next).as_secs_f64() / intruder.every.as_secs_f64()).floor();
        let at = *next + intruder.every.mul_f64(rounds);
        *next = at + intruder.every;
        let date = started.checked_add(time::Duration::try_from(at).unwrap_or_default()).unwrap_or(*started);
        let date = date.replace_nanosecond(0).unwrap_or(date);
        for foothold in footholds {
            let standing = standing(&self.directory, foothold, intruder);
            let Some(by) = standing.way().filter(|_| !standing.session_alive) else { continue };
            foothold.session_since = date;
            if !standing.methods.contains(&SimulatedMethodKind::Passkey) {
                let mut random = Random::new(at.as_millis() as u64 ^ standing.object_id.as_u128() as u64);
                let key = passkey(&mut random, date);
                foothold.methods.push(key.id.clone());
                self.directory.methods_mut(foothold.place).register(key);
            }
            self.counters.comebacks += 1;
            self.comebacks.push(Comeback { at, object_id: standing.object_id, by });
        }
        self.intrusion = Some(intrusion);
    }

    /// Lets the intruder try now, whenever it would have been time to.
    pub(crate) fn try_now(&mut self, now: Duration) {
        if let Some(intrusion) = &mut self.intrusion {
            intrusion.next = now;
        }
        self.try_again(now);
    }

    /// The password of this user was changed at the identity provider of its domain: nothing shows it here, and the intruder
    /// does not know the new one.
    pub(crate) fn change_at_provider(&mut self, id: Uuid) {
        let footholds = self.intrusion.iter_mut().flat_map(|intrusion| &mut intrusion.footholds);
        for foothold in footholds.filter(|foothold| self.directory.get(foothold.place).id == id) {
            foothold.password_of = None;
        }
    }

    /// How the intruder stands with each account that they were in.
    pub(crate) fn intruder_standings(&self) -> Vec<IntruderStanding> {
        let of_each = |intrusion: &Intrusion| -> Vec<IntruderStanding> {
            let footholds = intrusion.footholds.iter();
            footholds.map(|foothold| standing(&self.directory, foothold, &intrusion.intruder)).collect()
        };
        self.intrusion.as_ref().map(of_each).unwrap_or_default()
    }
}

fn standing(directory: &Directory, foothold: &Foothold, intruder: &Intruder) -> IntruderStanding {
    let user = directory.get(foothold.place);
    let held = directory.methods_of(foothold.place);
    let theirs = held.methods.iter().filter(|method| foothold.methods.contains(&method.id));
    let enabled = |id: &&Uuid| directory.device(**id).is_some_and(|device| device.account_enabled);
    IntruderStanding {
        object_id: user.id,
        account_enabled: user.account_enabled && user.deleted().is_none(),
        password_known: foothold.password_of == Some(user.last_password_change),
        // A session of the very second in which they were revoked counts as one from before.
        session_alive: user.sign_in_sessions_valid_from < foothold.session_since,
        methods: theirs.map(|method| method.kind).collect(),
        devices: foothold.devices.iter().filter(enabled).copied().collect(),
        devices_live_on: intruder.devices_live_on,
    }
}

/// What an intruder registers in one account: always a passkey, often an app, a number or a device.
fn foothold(directory: &mut Directory, id: Uuid, date: OffsetDateTime) -> Option<Foothold> {
    let place = directory.find(&UserKey::Id(id))?;
    let password_of = Some(directory.get(place).last_password_change);
    let mut random = random_of(id, "ways in");
    let mut registered = vec![passkey(&mut random, date)];
    if random.chance(0.3) {
        let id = random.guid().to_string();
        registered.push(SimulatedMethod::new(SimulatedMethodKind::Authenticator, &id, Some(date), LABEL));
    }
    let held = directory.methods_mut(place);
    if random.chance(0.3) {
        let second = held.methods.iter().any(|method| method.id.parse() == Ok(MOBILE_ID));
        let id = if second { ALTERNATE_MOBILE_ID } else { MOBILE_ID };
        // Graph does not always say when a number was registered.
        let created = random.chance(0.5).then_some(date);
        if held.methods.iter().all(|method| method.id.parse() != Ok(id)) {
            let phone = SimulatedMethodKind::Phone;
            registered.push(SimulatedMethod::new(phone, &id.to_string(), created, "+44 7700 900123"));
        }
    }
    let methods = registered.iter().map(|method| method.id.clone()).collect();
    registered.into_iter().for_each(|method| held.register(method));
    let mut devices = Vec::new();
    if random.chance(0.5) {
        let device = SimulatedDevice {
            trust: DeviceTrust::Joined,
            ..SimulatedDevice::brought(random.guid(), id, DeviceSystem::Windows, date, "DESKTOP-7QK2M1A")
        };
        let device_id = device.id;
        if directory.register_device(device) {
            devices.push(device_id);
        }
    }
    Some(Foothold { place, password_of, session_since: date, methods, devices })
}

fn passkey(random: &mut Random, date: OffsetDateTime) -> SimulatedMethod {
    SimulatedMethod::new(SimulatedMethodKind::Passkey, &passkey_id(random), Some(date), LABEL)
}
