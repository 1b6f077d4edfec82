//! A device that a plan lists, as its line of `devices.csv` says it.

use std::io::Read;

use serde::Deserialize;
use time::OffsetDateTime;

use super::device_fate::DeviceFate;
use crate::directory::HeldDevice;
use crate::ids::{ObjectId, RowNumber};
use crate::spreadsheet::Guarded;

/// A device that a plan lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDevice {
    /// The row of the person who has it.
    pub row: RowNumber,
    /// The device, as it was when the plan was made.
    pub device: HeldDevice,
    /// What the plan does about it.
    pub fate: DeviceFate,
}

/// As much of a line as is needed.
#[derive(Deserialize)]
struct ListedDeviceCells {
    row: RowNumber,
    device: Option<ObjectId>,
    name: Guarded<'static>,
    operating_system: Guarded<'static>,
    trust_type: Guarded<'static>,
    enabled: Option<bool>,
    #[serde(with = "time::serde::rfc3339::option")]
    registered: Option<OffsetDateTime>,
    plan: Option<DeviceFate>,
}

impl ListedDevice {
    /// Gives each device of a list, person by person. Lines about people whose devices are not known are left out.
    pub(super) fn each(list: impl Read, mut take: impl FnMut(Self)) -> csv::Result<()> {
        let mut csv = csv::Reader::from_reader(list);
        for line in csv.deserialize() {
            let line: ListedDeviceCells = line?;
            let (Some(id), Some(fate)) = (line.device, line.plan) else { continue };
            let device = HeldDevice {
                id,
                name: line.name.into(),
                system: line.operating_system.into(),
                trust: line.trust_type.into(),
                enabled: line.enabled,
                restricted: fate == DeviceFate::Restricted,
                registered: line.registered,
                owned: fate != DeviceFate::Shared,
            };
            take(Self { row: line.row, device, fate });
        }
        Ok(())
    }
}
