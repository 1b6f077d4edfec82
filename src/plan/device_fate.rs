//! What becomes of a device that is listed in a plan.

use serde::{Deserialize, Serialize};

use crate::directory::HeldDevice;
use crate::step::target::NoWay;

/// What the plan does about one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DeviceFate {
    /// It is disabled.
    Disable,
    /// It is enabled again.
    Enable,
    /// It is disabled as it is.
    Already,
    /// It stays: the person is not its registered owner, and others may work with it.
    Shared,
    /// It stays: nothing is done for its person.
    Stays,
    /// A person has to: an app may change devices with Windows alone.
    NeedsPerson,
    /// It is in a restricted management administrative unit.
    Restricted,
}

impl DeviceFate {
    /// By what Graph says of it; `by_app` where an app makes the plan.
    pub fn of(device: &HeldDevice, by_app: bool) -> Self {
        if device.enabled == Some(false) {
            Self::Already
        } else if !device.owned {
            Self::Shared
        } else if device.restricted {
            Self::Restricted
        } else if by_app && !device.is_windows() {
            Self::NeedsPerson
        } else {
            Self::Disable
        }
    }

    /// Why there is no way to disable it here, where it was meant.
    pub const fn no_way(self) -> Option<NoWay> {
        match self {
            Self::NeedsPerson => Some(NoWay::OnlyByPerson),
            Self::Restricted => Some(NoWay::Restricted),
            Self::Disable | Self::Enable | Self::Already | Self::Shared | Self::Stays => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_the_persons_own_and_can_be_changed_is_disabled() {
        let windows = HeldDevice {
            id: "00000000-0000-4000-8000-000000000001".parse().unwrap(),
            name: "PC".to_owned(),
            system: "Windows".to_owned(),
            trust: "AzureAd".to_owned(),
            enabled: Some(true),
            restricted: false,
            registered: None,
            owned: true,
        };
        let of = |device: &HeldDevice| [true, false].map(|by_app| DeviceFate::of(device, by_app));
        assert_eq!(of(&windows), [DeviceFate::Disable; 2]);
        assert_eq!(of(&HeldDevice { enabled: None, ..windows.clone() }), [DeviceFate::Disable; 2], "it may be enabled");
        let phone = HeldDevice { system: "iOS".to_owned(), ..windows.clone() };
        assert_eq!(of(&phone), [DeviceFate::NeedsPerson, DeviceFate::Disable]);
        assert_eq!(of(&HeldDevice { owned: false, ..phone.clone() }), [DeviceFate::Shared; 2]);
        assert_eq!(of(&HeldDevice { restricted: true, ..phone }), [DeviceFate::Restricted; 2]);
        assert_eq!(of(&HeldDevice { enabled: Some(false), owned: false, ..windows }), [DeviceFate::Already; 2]);
    }
}
