//! What is kept of devices: those that differ from what was made.

use std::collections::HashMap;

use uuid::Uuid;

use super::device::SimulatedDevice;

/// What differs from what was made.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChangedDevices {
    /// Those that were changed, and those that were registered since.
    pub(super) by_id: HashMap<Uuid, SimulatedDevice>,
    /// The ids of those that were registered since, by owner.
    pub(super) registered: HashMap<Uuid, Vec<Uuid>>,
}
