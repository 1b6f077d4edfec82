//! `devices.csv`: the devices of the people of a plan, one line each.

use std::path::Path;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::counted_list::CountedList;
use super::device_counts::DeviceCounts;
use super::device_fate::DeviceFate;
use super::error::PlanError;
use super::held_so_far::PersonsHeld;
use super::list_file::ListFile;
use super::people_read::PeopleRead;
use super::plan_files::DEVICES;
use super::plan_lists::PlanLists;
use super::plan_targets::{ListedTarget, StayingTarget, TargetLine};
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::target_listing::{ListAbout, PlanList};
use crate::directory::{DevicesOfPerson, HeldDevice, NotListed};
use crate::ids::{ObjectId, RowNumber};
use crate::spreadsheet::Guarded;
use crate::step::Step;
use crate::step::target::WriteTarget;

/// The columns of `devices.csv` behind those about the person.
const COLUMNS: [&str; 8] =
    ["device", "name", "operating_system", "trust_type", "enabled", "registered", "not_read", "plan"];

/// The list while it is being written.
pub(super) struct DeviceList {
    by_app: bool,
    counts: DeviceCounts,
    file: ListFile,
}

/// The rest of a line: a device, or why those of the person are not known.
#[derive(Default, Serialize)]
struct DeviceCells<'a> {
    device: Option<ObjectId>,
    name: Guarded<'a>,
    operating_system: Guarded<'a>,
    trust_type: Guarded<'a>,
    enabled: Option<bool>,
    #[serde(with = "time::serde::rfc3339::option")]
    registered: Option<OffsetDateTime>,
    not_read: Guarded<'a>,
    plan: Option<DeviceFate>,
}

impl DeviceList {
    /// `by_app` where an app makes the plan.
    pub(super) fn begin(folder: &Path, by_app: bool) -> Result<Self, PlanError> {
        let file = ListFile::begin(folder, DEVICES, &COLUMNS)?;
        Ok(Self { by_app, counts: DeviceCounts::begin(OffsetDateTime::now_utc()), file })
    }

    fn fate(&self, row: &PlanRow, device: &HeldDevice) -> DeviceFate {
        if row.steps.contains(Step::EnableDevices) {
            return DeviceFate::Enable;
        }
        let fate = DeviceFate::of(device, self.by_app);
        let is_done_about_them = row.decision == Decision::Act;
        if is_done_about_them || fate == DeviceFate::Already { fate } else { DeviceFate::Stays }
    }
}

impl PlanList for DeviceList {
    type Of = DevicesOfPerson;
    type Held = HeldDevice;

    const ABOUT: ListAbout = ListAbout::TargetsOf(Step::Devices, Reason::DevicesUnknown);
    const PART: &'static str = ".sealoff-devices.part";

    fn note(&self, _: &mut PlanRow, held: &[HeldDevice]) -> usize {
        held.iter().filter(|device| DeviceFate::of(device, self.by_app) == DeviceFate::Disable).count()
    }

    fn add(&mut self, row: &PlanRow, known: &PersonsHeld<HeldDevice>) -> Result<(), PlanError> {
        let fates: Vec<_> = known.held.iter().map(|device| (device, self.fate(row, device))).collect();
        for (device, fate) in &fates {
            let cells = DeviceCells {
                device: Some(device.id),
                name: device.name.as_str().into(),
                operating_system: device.system.as_str().into(),
                trust_type: device.trust.as_str().into(),
                enabled: device.enabled,
                registered: device.registered,
                not_read: Guarded::default(),
                plan: Some(*fate),
            };
            self.file.add(row, cells)?;
        }
        self.counts.add(fates, known.read_at);
        Ok(())
    }

    fn add_not_listed(&mut self, row: &PlanRow, why: &NotListed) -> Result<(), PlanError> {
        self.counts.read.not_read += 1;
        self.file.add(row, DeviceCells { not_read: why.to_string().into(), ..DeviceCells::default() })
    }

    fn people_read(&self) -> &PeopleRead {
        &self.counts.read
    }

    fn put_with(self, lists: &mut PlanLists) -> Result<(), PlanError> {
        let Self { counts, file, .. } = self;
        let sha256 = file.put_with(lists)?;
        lists.devices = Some(CountedList { counts, sha256 });
        Ok(())
    }
}

/// As much of a line as the step that disables devices needs.
#[derive(Deserialize)]
pub(super) struct DeviceLine {
    row: RowNumber,
    device: Option<ObjectId>,
    operating_system: Guarded<'static>,
    plan: Option<DeviceFate>,
}

impl TargetLine for DeviceLine {
    fn listed(self) -> Option<(RowNumber, ListedTarget)> {
        let id = self.device?;
        let target = WriteTarget::Device { id };
        let listed = match self.plan {
            Some(DeviceFate::Enable) => ListedTarget::Meant(WriteTarget::DeviceBack { id }),
            Some(DeviceFate::Disable) => ListedTarget::Meant(target),
            fate => ListedTarget::Stays(StayingTarget {
                target,
                type_name: self.operating_system.into(),
                no_way: fate.and_then(DeviceFate::no_way),
            }),
        };
        Some((self.row, listed))
    }
}
