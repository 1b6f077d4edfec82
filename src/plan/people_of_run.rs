//! The people of a run as a list of their own, for another plan. Each is named by object id and judged anew: what the directory
//! says now decides, and not what it said when the run was planned.

use std::collections::HashSet;
use std::path::Path;

use time::OffsetDateTime;

use super::error::PlanError;
use super::folder::{FolderError, PlanFolder};
use super::manifest::RosterName;
use super::origin::shape_of_plan_csv;
use super::planner::{ListReading, Planner};
use super::planning_progress::PlanningProgress;
use super::row::{Decision, PlanRow};
use super::summary::Summary;
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, RowNumber};
use crate::roster::{Defects, Entry, Key, Person, Respellings};

/// Makes a plan for those whom the plan of a run changes, or at whom nothing was left to do, in a new or empty folder. `progress`
/// hears how far it is.
///
/// # Errors
///
/// The folder is taken, or the run's plan, the directory or the list of protected accounts cannot be read whole; then there is no
/// plan.
pub async fn plan<T: Transport>(
    planner: &Planner<'_, T>,
    origin: &PlanFolder,
    folder: &Path,
    progress: impl FnMut(PlanningProgress),
) -> Result<Summary, PlanError> {
    let is_one = |row: &PlanRow| matches!(row.decision, Decision::Act | Decision::Already);
    let mut entries = entries(origin, planner.has_waves(), is_one)?;
    let way = ListReading { says_sign_in_names: true, is_of_everybody: false };
    let decided = planner.decide_all(&mut entries, way, folder, progress).await?;
    let of = origin.manifest();
    let roster = RosterName {
        name: origin.plan_csv_path().display().to_string(),
        sha256: of.plan_csv_sha256,
        read_as: format!("the people of the run of the plan with the fingerprint {}", of.fingerprint().short()),
        rows: decided.rows(),
        by: None,
    };
    decided.finish(roster, shape_of_plan_csv(), Defects::default())
}

/// The accounts of those rows of a plan that are so.
///
/// # Errors
///
/// `plan.csv` cannot be read.
pub fn accounts(origin: &PlanFolder, is_one: impl Fn(&PlanRow) -> bool) -> Result<HashSet<ObjectId>, FolderError> {
    let mut accounts = HashSet::new();
    for row in origin.rows()? {
        let row = row?;
        accounts.extend(row.object_id.filter(|_| is_one(&row)));
    }
    Ok(accounts)
}

/// The rows of a plan that are so, as a list of their own, with the waves that they are in, where those are to be kept.
pub(super) fn entries(
    origin: &PlanFolder,
    with_waves: bool,
    is_one: impl Fn(&PlanRow) -> bool,
) -> Result<impl Iterator<Item = Result<Entry, FolderError>>, FolderError> {
    let rows =
        origin.rows()?.filter(move |row| row.as_ref().map_or(true, |row| row.object_id.is_some() && is_one(row)));
    Ok((1..).zip(rows).filter_map(move |(number, row)| match row {
        Ok(row) => entry(RowNumber::new(number), row, with_waves).map(Ok),
        Err(error) => Some(Err(error)),
    }))
}

/// `None` for a row without an account: nothing was done to one.
fn entry(number: RowNumber, row: PlanRow, with_wave: bool) -> Option<Entry> {
    let person = Person {
        handoff: Some(row.handoff).filter(|name| !name.is_empty()),
        priority: row.priority,
        wave: Some(row.wave).filter(|wave| with_wave && !wave.is_empty()),
        // One that has passed says no more than that the pass is wanted.
        pass_from: row.pass_from.filter(|from| *from > OffsetDateTime::now_utc()),
        ..Person::of(Key::ObjectId(row.object_id?), Respellings::default())
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
