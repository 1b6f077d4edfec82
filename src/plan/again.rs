//! The plan for those whom a verification found changed back: the playbook of the run once more, for exactly these.
//!
//! It is an ordinary plan in a folder of its own. Each account is judged anew, by its object id: what the directory says now
//! decides, and not what it said when the run was planned.

use std::path::Path;

use time::OffsetDateTime;

use super::error::PlanError;
use super::folder::{FolderError, PlanFolder};
use super::manifest::RosterName;
use super::origin::shape_of_plan_csv;
use super::planner::{ListReading, Planner};
use super::planning_progress::PlanningProgress;
use super::row::PlanRow;
use super::summary::Summary;
use crate::graph::transport::Transport;
use crate::ids::RowNumber;
use crate::roster::{Defects, Entry, Hints, Key, Person, Respellings};
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
    let mut entries = entries(origin, changed_back)?;
    let way = ListReading { is_of_everybody: false };
    let decided = planner.decide_all(&mut entries, way, folder, progress).await?;
    let of = origin.manifest();
    let read_as = format!(
        "those whom the verification of {} found changed back in the run of the plan with the fingerprint {}",
        words::moment(changed_back.found_at),
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

/// The rows of the run's plan that are planned again, as a list of their own.
fn entries<'a>(
    origin: &PlanFolder,
    changed_back: &'a ChangedBack,
) -> Result<impl Iterator<Item = Result<Entry, FolderError>> + 'a, FolderError> {
    let is_one = |row: &PlanRow| changed_back.rows.binary_search(&row.row).is_ok();
    let rows = origin.rows()?.filter(move |row| row.as_ref().map_or(true, is_one));
    Ok((1..).zip(rows).filter_map(|(number, row)| match row {
        Ok(row) => entry(RowNumber::new(number), row).map(Ok),
        Err(error) => Some(Err(error)),
    }))
}

/// `None` for a row without an account, of which nothing can have been changed back.
fn entry(number: RowNumber, row: PlanRow) -> Option<Entry> {
    let person = Person {
        key: Key::ObjectId(row.object_id?),
        also: None,
        also_id: None,
        also_address: None,
        respelt: Respellings::default(),
        domain: None,
        handoff: Some(row.handoff).filter(|name| !name.is_empty()),
        wave: None,
        priority: row.priority,
        note: None,
        hints: Hints::default(),
    };
    let text = if row.user_principal_name.is_empty() { row.user } else { row.user_principal_name };
    Some(Entry {
        row: number,
        line: row.row.get().into(),
        among: row.among,
        sheet_row: row.sheet_row,
        tenant: None,
        name: row.display_name,
        text,
        content: Ok(person),
    })
}
