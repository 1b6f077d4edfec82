//! The plan for those whom a verification found changed back: the playbook of the run once more, for exactly these.
//!
//! It is an ordinary plan in a folder of its own. Each account is judged anew, by its object id: what the directory says now
//! decides, and not what it said when the run was planned.

use std::path::Path;

use time::OffsetDateTime;

use super::error::PlanError;
use super::folder::PlanFolder;
use super::manifest::RosterName;
use super::origin::shape_of_plan_csv;
use super::people_of_run;
use super::planner::{ListReading, Planner};
use super::planning_progress::PlanningProgress;
use super::row::PlanRow;
use super::summary::Summary;
use crate::graph::transport::Transport;
use crate::ids::RowNumber;
use crate::roster::Defects;
use crate::words;

/// Whom a verification found changed back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedBack {
    /// The rows of the run's plan, in their order.
    pub rows: Vec<RowNumber>,
    /// When the verification ended.
    pub found_at: OffsetDateTime,
}

/// Makes the plan in a new or empty folder. The planner's rules have the playbook of the run of `origin`. `progress` hears
/// how far it is.
///
/// # Errors
///
/// The folder is taken, the plan would be too large, or the run's plan, the directory or the list of protected accounts
/// cannot be read whole; then there is no plan.
pub async fn plan<T: Transport>(
    planner: &Planner<'_, T>,
    origin: &PlanFolder,
    changed_back: &ChangedBack,
    folder: &Path,
    progress: impl FnMut(PlanningProgress),
) -> Result<Summary, PlanError> {
    let is_one = |row: &PlanRow| changed_back.rows.binary_search(&row.row).is_ok();
    let mut entries = people_of_run::entries(origin, planner.has_waves(), is_one)?;
    let way = ListReading { says_sign_in_names: true, is_of_everybody: false };
    let decided = planner.decide_all(&mut entries, way, folder, progress).await?;
    let of = origin.manifest();
    let read_as = format!(
        "those whom the verification of {} found changed back in the run of the plan with the fingerprint {}",
        words::utc_second(changed_back.found_at),
        of.fingerprint().short()
    );
    let roster = RosterName {
        name: origin.plan_csv_path().display().to_string(),
        sha256: of.plan_csv_sha256,
        read_as,
        rows: u32::try_from(changed_back.rows.len()).unwrap_or(u32::MAX),
        by: None,
    };
    decided.finish(roster, shape_of_plan_csv(), Defects::default())
}
