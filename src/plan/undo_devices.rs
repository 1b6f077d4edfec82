//! The plan that enables the devices again that one run disabled: exactly those that were enabled before it.
//!
//! Like every plan of this kind it has one row for each row of the run's plan, in the same order.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use time::OffsetDateTime;

use super::account_rules::AccountRules;
use super::device_list::DeviceList;
use super::error::PlanError;
use super::folder::{self, PlanFolder};
use super::held_so_far::PersonsHeld;
use super::plan_lists::PlanLists;
use super::plan_notes::PlanNotes;
use super::planner::{Planner, unanswered};
use super::reason::Reason;
use super::row::{Decision, PlanRow};
use super::summary::Summary;
use super::target_listing::PlanList as _;
use super::undo::{account_of, changed, left, made_from, ruled};
use super::writer::{MadeFrom, PlanWriter};
use crate::directory::{Account, HeldDevice, Lookup, TenantFacts};
use crate::graph::transport::Transport;
use crate::ids::{ObjectId, RowNumber};
use crate::roster::Key;
use crate::step::{Step, Steps};

/// What no plan brings back.
pub const METHODS_STAY_REMOVED: &str =
    "Methods that the run removed cannot be brought back: people register new ones themselves.";

/// Makes the plan in a new or empty folder. `disabled` has the devices of each row that the run disabled and that were enabled
/// before it; the planner's rules have the playbook `undo`, for devices.
///
/// # Errors
///
/// The folder is taken, or the run's plan or the directory cannot be read whole; then there is no plan.
pub async fn plan<T: Transport>(
    planner: &Planner<'_, T>,
    origin: &PlanFolder,
    disabled: &HashMap<RowNumber, Vec<HeldDevice>>,
    folder: &Path,
) -> Result<Summary, PlanError> {
    folder::prepare(folder)?;
    let Planner { rules, lookup, .. } = planner;
    let facts = TenantFacts::read(&planner.paced, &planner.caller, rules.options.scope()).await?;
    let read_from = planner.paced.last_date();
    let account_rules = AccountRules::new(rules.playbook, rules.options, HashSet::new(), &facts);
    let mut writer = PlanWriter::new(folder, rules, &facts.organization)?;
    let mut list = DeviceList::begin(folder, false)?;
    let mut rows = origin.rows()?;
    loop {
        let chunk = rows.by_ref().take(Lookup::<T>::CHUNK).collect::<Result<Vec<_>, _>>()?;
        if chunk.is_empty() {
            break;
        }
        let of_row = |row: &PlanRow| row.object_id.filter(|_| disabled.contains_key(&row.row));
        let keys: Vec<Key> = chunk.iter().filter_map(of_row).map(Key::ObjectId).collect();
        let mut found = lookup.find(&keys.iter().collect::<Vec<_>>()).await?.into_iter();
        for row in chunk {
            let Some(account) = of_row(&row) else {
                writer.add(ruled(row, left(Decision::Skip, Reason::NoDeviceDisabled, "")))?;
                continue;
            };
            let found = found.next().ok_or_else(|| unanswered(row.row))?;
            let row = match account_of(account, found) {
                Ok(account) => judge(row, &account, &account_rules),
                Err(gone) => ruled(row, gone),
            };
            let devices = disabled.get(&row.row).filter(|_| row.decision == Decision::Act);
            let targets = devices.map_or(0, Vec::len);
            if let Some(devices) = devices {
                list.add(&row, &known(account, devices))?;
            }
            writer.add_with_targets(row, u32::try_from(targets).unwrap_or(u32::MAX))?;
        }
    }
    let mut lists = PlanLists::default();
    list.put_with(&mut lists)?;
    let mut notes = PlanNotes::of(&planner.gaps(&facts));
    let has_removed = origin.manifest().counts.steps[Step::Methods] > 0;
    notes.extend(has_removed.then(|| METHODS_STAY_REMOVED.to_owned()));
    let made = made_from(origin, facts.organization, notes);
    writer.with_lists(lists).finish(MadeFrom { read_from, planned_by: planner.author.clone(), ..made })
}

fn known(account: ObjectId, devices: &[HeldDevice]) -> PersonsHeld<HeldDevice> {
    PersonsHeld { account, read_at: OffsetDateTime::now_utc(), held: devices.to_vec() }
}

/// What is done to the person's devices, by who the person is now.
fn judge(row: PlanRow, account: &Account, rules: &AccountRules<'_>) -> PlanRow {
    if account.user_principal_name.to_lowercase() != row.user_principal_name.to_lowercase() {
        let was = format!("it was {}", row.user_principal_name);
        return ruled(row, changed(&was));
    }
    let ruling = rules.rule(account);
    let ruling = if ruling.steps.contains(Step::EnableDevices) || ruling.steps == Steps::NONE {
        ruling
    } else {
        super::ruling::Ruling { steps: Steps::NONE, decision: Decision::Refuse, ..ruling }
    };
    ruled(row.with_account(account), ruling)
}
