//! `devices.csv`: the devices of the people of a plan, one line each.

use std::path::Path;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::device_counts::DeviceCounts;
use super::device_fate::DeviceFate;
use super::error::PlanError;
use super::folder::DEVICES;
use super::held_so_far::PersonsHeld;
use super::plan_lists::PlanLists;
use super::plan_targets::{ListedTarget, StayingTarget, TargetLine};
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::target_listing::PlanList;
use crate::digest::Hashing;
use crate::directory::{DevicesOfPerson, HeldDevice};
use crate::graph::error::GraphError;
use crate::ids::{ObjectId, RowNumber};
use crate::private_files::Pending;
use crate::spreadsheet::Guarded;
use crate::step::Step;
use crate::step::target::WriteTarget;

/// The header of `devices.csv`.
const HEADER: [&str; 11] = [
    "row",
    "user_principal_name",
    "object_id",
    "device",
    "name",
    "operating_system",
    "trust_type",
    "enabled",
    "registered",
    "not_read",
    "plan",
];

/// The list while it is being written.
pub(super) struct DeviceList {
    by_app: bool,
    counts: DeviceCounts,
    csv: csv::Writer<Hashing<Pending>>,
}

/// One line: a device, or a person whose devices are not known.
#[derive(Serialize)]
struct DeviceCells<'a> {
    row: RowNumber,
    user_principal_name: Guarded<'a>,
    object_id: Option<ObjectId>,
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
        let file = Hashing::new(Pending::new(&folder.join(DEVICES))?);
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(file);
        csv.write_record(HEADER)?;
        Ok(Self { by_app, counts: DeviceCounts::begin(OffsetDateTime::now_utc()), csv })
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

    const STEP: Step = Step::Devices;
    const NOT_LISTED: Reason = Reason::DevicesUnknown;
    const PART: &'static str = ".sealoff-devices.part";

    fn note(&self, _: &mut PlanRow, held: &[HeldDevice]) -> usize {
        held.iter().filter(|device| DeviceFate::of(device, self.by_app) == DeviceFate::Disable).count()
    }

    fn add(&mut self, row: &PlanRow, known: &PersonsHeld<HeldDevice>) -> Result<(), PlanError> {
        let fates: Vec<_> = known.held.iter().map(|device| (device, self.fate(row, device))).collect();
        for (device, fate) in &fates {
            self.csv.serialize(DeviceCells {
                row: row.row,
                user_principal_name: row.user_principal_name.as_str().into(),
                object_id: row.object_id,
                device: Some(device.id),
                name: device.name.as_str().into(),
                operating_system: device.system.as_str().into(),
                trust_type: device.trust.as_str().into(),
                enabled: device.enabled,
                registered: device.registered,
                not_read: Guarded::default(),
                plan: Some(*fate),
            })?;
        }
        self.counts.add(fates, known.read_at);
        Ok(())
    }

    fn add_not_listed(&mut self, row: &PlanRow, error: &GraphError) -> Result<(), PlanError> {
        self.counts.not_read += 1;
        self.csv.serialize(DeviceCells {
            row: row.row,
            user_principal_name: row.user_principal_name.as_str().into(),
            object_id: row.object_id,
            not_read: error.to_string().into(),
            device: None,
            name: Guarded::default(),
            operating_system: Guarded::default(),
            trust_type: Guarded::default(),
            enabled: None,
            registered: None,
            plan: None,
        })?;
        Ok(())
    }

    fn people(&self) -> (u32, u32) {
        (self.counts.people, self.counts.not_read)
    }

    fn put_with(self, lists: &mut PlanLists) -> Result<(), PlanError> {
        let Self { counts, csv, .. } = self;
        let (file, sha256) = csv.into_inner().map_err(csv::IntoInnerError::into_error)?.finish();
        lists.files.push(file);
        lists.devices = Some(DeviceCounts { sha256, ..counts });
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
