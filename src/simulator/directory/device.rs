//! One device of the tenant: "device resource type".

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// How a device belongs to the tenant: `trustType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceTrust {
    /// Joined to Entra ID.
    Joined,
    /// Joined to Active Directory, and synced from there.
    Hybrid,
    /// Registered by a person who brought it.
    Registered,
}

impl DeviceTrust {
    /// As Graph writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Joined => "AzureAd",
            Self::Hybrid => "ServerAd",
            Self::Registered => "Workplace",
        }
    }
}

/// What runs on a device: `operatingSystem`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceSystem {
    /// The only one that an app may change.
    Windows,
    /// An iPhone.
    Ios,
    /// Any other telephone.
    Android,
    /// A Mac.
    MacOs,
}

impl DeviceSystem {
    /// As Graph writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Windows => "Windows",
            Self::Ios => "iOS",
            Self::Android => "Android",
            Self::MacOs => "MacMDM",
        }
    }
}

/// One device, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SimulatedDevice {
    /// The object id, which changes name.
    pub id: Uuid,
    /// The id that the device knows itself by.
    pub device_id: Uuid,
    /// What it is called.
    pub display_name: Box<str>,
    /// What runs on it.
    pub system: DeviceSystem,
    /// How it belongs to the tenant.
    pub trust: DeviceTrust,
    /// Whether it may be used to sign in.
    pub account_enabled: bool,
    /// It is in a restricted management administrative unit.
    pub management_restricted: bool,
    /// When it was registered.
    #[serde(with = "time::serde::rfc3339")]
    pub registered: OffsetDateTime,
    /// The object id of its registered owner.
    pub owner: Uuid,
}

impl SimulatedDevice {
    /// A device that somebody brought and registered.
    pub fn brought(
        id: Uuid,
        owner: Uuid,
        system: DeviceSystem,
        registered: OffsetDateTime,
        display_name: &str,
    ) -> Self {
        Self {
            id,
            device_id: Self::other_id(id),
            display_name: display_name.into(),
            system,
            trust: DeviceTrust::Registered,
            account_enabled: true,
            management_restricted: false,
            registered,
            owner,
        }
    }

    /// The object id of a device by its own id, and the other way round: each leads to the other.
    pub(crate) fn other_id(id: Uuid) -> Uuid {
        Uuid::from_u128(id.as_u128() ^ (0xffff_ffff << 96))
    }

    /// Synced from Active Directory, whose word holds with the next sync.
    pub fn is_synced(&self) -> bool {
        self.trust == DeviceTrust::Hybrid
    }
}
