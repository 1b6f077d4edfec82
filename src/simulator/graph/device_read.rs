//! What is asked about devices.

use uuid::Uuid;

use super::paging::ServedPage;
use super::select::SelectedNames;
use crate::simulator::directory::UserKey;

/// A read of devices.
#[derive(Debug)]
pub(crate) struct DeviceRead {
    pub(crate) names: SelectedNames,
    pub(crate) asked: DeviceQuestion,
}

/// What it asks for.
#[derive(Debug)]
pub(crate) enum DeviceQuestion {
    OfUser {
        key: UserKey,
        named: String,
        /// Those that the user owns, or all that they are registered on.
        owned: bool,
        /// Cast to `microsoft.graph.device`.
        is_cast: bool,
        page: ServedPage,
    },
    Get(DeviceKey),
}

/// How a device is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DeviceKey {
    ObjectId(Uuid),
    /// `/devices(deviceId='…')`.
    DeviceId(Uuid),
}
