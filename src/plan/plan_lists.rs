//! The lists beside a plan, while it is made.

use std::path::PathBuf;

use super::app_role_counts::AppRoleCounts;
use super::consent_counts::ConsentCounts;
use super::counted_list::CountedList;
use super::device_counts::DeviceCounts;
use super::method_counts::MethodCounts;
use crate::private_files::Pending;

/// The lists beside a plan, whole.
#[derive(Default)]
pub(super) struct PlanLists {
    /// The files as they are to be given their names.
    pub(super) files: Vec<Pending>,
    /// What stands in the list of methods.
    pub(super) methods: Option<CountedList<MethodCounts>>,
    /// What stands in the list of devices.
    pub(super) devices: Option<CountedList<DeviceCounts>>,
    /// What stands in the list of consents.
    pub(super) consents: Option<CountedList<ConsentCounts>>,
    /// What stands in the list of app roles.
    pub(super) app_roles: Option<CountedList<AppRoleCounts>>,
    /// What could not be listed and does not stop the plan, in sentences.
    pub(super) notes: Vec<String>,
    /// What was read so far, which is needed no longer when the plan is whole.
    pub(super) so_far: Vec<PathBuf>,
}
