//! The writes that the simulator knows.

use uuid::Uuid;

use super::change::UserChange;
use super::consent_change::ConsentChange;
use super::device_read::DeviceKey;
use super::method_action::{MethodCall, MethodChange};
use crate::simulator::directory::UserKey;

/// What is changed.
#[derive(Debug)]
pub(crate) enum ServedWrite {
    UpdateUser {
        key: UserKey,
        named: String,
        change: UserChange,
    },
    RevokeSessions {
        key: UserKey,
        named: String,
    },
    Methods(MethodCall<MethodChange>),
    EnableDevice {
        key: DeviceKey,
        enabled: bool,
    },
    Consents(ConsentChange),
    /// Confirms that these are compromised, or dismisses their risk.
    Risk {
        ids: Vec<Uuid>,
        compromised: bool,
    },
}

impl ServedWrite {
    /// The one user that it is for.
    pub(crate) fn user(&self) -> Option<&UserKey> {
        match self {
            Self::UpdateUser { key, .. } | Self::RevokeSessions { key, .. } => Some(key),
            Self::Methods(call) => Some(&call.key),
            Self::EnableDevice { .. } | Self::Consents(_) | Self::Risk { .. } => None,
        }
    }
}
