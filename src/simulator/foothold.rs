//! An intruder in the tenant: what they have of each account, and how they come back.

use std::time::Duration;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use uuid::Uuid;

use super::directory::{SimulatedMethodKind, UserPlace};

/// An intruder who was there before the simulator began, as a scenario says it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Intruder {
    /// In what share of the enabled accounts of people of the tenant itself, from 0 to 1.
    pub share: f64,
    /// How long before the simulator's start they registered ways in of their own, in tenant time.
    pub registered_ago: Duration,
    /// How often they try each account whose session ended, in tenant time.
    pub every: Duration,
    /// The token of a device of theirs lives until the device is disabled or sign-in is blocked. Microsoft's page names these two and a
    /// changed password, where the token came by the password, and does not name a revoke ("Understanding Primary Refresh Token",
    /// how it is invalidated).
    pub devices_live_on: bool,
}

/// What an intruder has of one account.
#[derive(Debug, Clone)]
pub(crate) struct Foothold {
    pub(crate) place: UserPlace,
    /// They know the password that was set then; nothing where it was changed at an identity provider since.
    pub(crate) password_of: Option<OffsetDateTime>,
    /// When they signed in last.
    pub(crate) session_since: OffsetDateTime,
    /// The ids of the methods that they registered.
    pub(crate) methods: Vec<Box<str>>,
    /// And of the devices.
    pub(crate) devices: Vec<Uuid>,
}

/// How an intruder stands with one account now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IntruderStanding {
    /// The account.
    pub object_id: Uuid,
    /// Sign-in is allowed.
    pub account_enabled: bool,
    /// The password is the one that they know.
    pub password_known: bool,
    /// Their session has not ended.
    pub session_alive: bool,
    /// What they registered and is still there.
    pub methods: Vec<SimulatedMethodKind>,
    /// The object ids of their devices that are still enabled.
    pub devices: Vec<Uuid>,
    /// The tokens of these devices do not end with the sessions. Otherwise a device alone opens nothing then.
    pub devices_live_on: bool,
}

impl IntruderStanding {
    /// Whether they can still get in, or are in.
    pub fn gets_in(&self) -> bool {
        self.account_enabled && (self.session_alive || self.way().is_some())
    }

    /// What lets them sign in anew.
    pub fn way(&self) -> Option<WayIn> {
        if !self.account_enabled {
            return None;
        }
        let method = self.methods.iter().copied().find(|kind| kind.opens_without_password());
        let by_device = self.devices_live_on && !self.devices.is_empty();
        method
            .map(WayIn::Method)
            .or(self.password_known.then_some(WayIn::Password))
            .or(by_device.then_some(WayIn::Device))
    }
}

/// What an intruder signs in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WayIn {
    /// The password, which is still the one that they know.
    Password,
    /// A method of their own.
    Method(SimulatedMethodKind),
    /// The token of a device of their own.
    Device,
}

/// An intruder signed in again to an account whose sessions had ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Comeback {
    /// Tenant time since the simulator was started.
    #[serde(serialize_with = "seconds")]
    pub at: Duration,
    /// The account.
    pub object_id: Uuid,
    /// With what.
    pub by: WayIn,
}

fn seconds<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(span.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_or_a_way_is_enough_and_a_block_ends_both() {
        let shut = IntruderStanding {
            object_id: Uuid::nil(),
            account_enabled: true,
            password_known: false,
            session_alive: false,
            methods: vec![SimulatedMethodKind::SoftwareOath],
            devices: vec![Uuid::from_u128(1)],
            devices_live_on: false,
        };
        assert!(!shut.gets_in(), "codes and devices open nothing alone");
        let passkey = IntruderStanding { methods: vec![SimulatedMethodKind::Passkey], ..shut.clone() };
        assert_eq!(passkey.way(), Some(WayIn::Method(SimulatedMethodKind::Passkey)));
        let session = IntruderStanding { session_alive: true, ..shut.clone() };
        let device = IntruderStanding { devices_live_on: true, ..shut.clone() };
        assert_eq!(device.way(), Some(WayIn::Device));
        assert!(!IntruderStanding { devices: Vec::new(), ..device.clone() }.gets_in(), "disabled");
        let password = IntruderStanding { password_known: true, ..shut };
        for open in [passkey, session, device, password] {
            assert!(open.gets_in());
            assert!(!IntruderStanding { account_enabled: false, ..open }.gets_in());
        }
    }
}
