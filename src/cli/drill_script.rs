//! The part of those who keep passwords elsewhere in a drill: what the script would do is done in the simulated Active Directory,
//! and what is changed at an identity provider, which is not simulated, is reported.

use std::collections::HashSet;
use std::fs;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::drill_output::print;
use super::exit::{Exit, Failure};
use super::words::counted;
use crate::ids::{ObjectId, RowNumber, WorkListId};
use crate::plan::folder::{BY_HAND, ONPREM_CSV, PlanFolder, SCRIPT_RESULTS};
use crate::plan::kept_elsewhere::{PasswordPlace, password_is_kept_in};
use crate::plan::task_elsewhere::Task;
use crate::private_files;
use crate::report::refused;
use crate::run::lock::FolderLock;
use crate::run::script_result::{ScriptPassword, ScriptResult};
use crate::run::{by_hand_results, script_results};
use crate::simulator::Simulator;
use crate::spreadsheet::BYTE_ORDER_MARK;

/// What of a row of the work list matters here.
#[derive(Deserialize)]
struct ScriptRow {
    row: RowNumber,
    r#do: Task,
    object_id: ObjectId,
    list: WorkListId,
    sealed_for_active_directory: String,
}

/// One row as the script reports it, as far as it is read.
#[derive(Serialize)]
struct PlayedRow {
    list: WorkListId,
    run: &'static str,
    row: RowNumber,
    object_id: ObjectId,
    result: ScriptResult,
    password: ScriptPassword,
    outcome: &'static str,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// Does what onprem.ps1 would do for every row that it makes the password of, or none, and takes its results in. What is sealed
/// to a key of Active Directory, only the holder of that key can set. Gives how the run stands then; nothing where nothing
/// was done.
pub(super) async fn play(simulator: &Simulator, plan: &PlanFolder, json: bool) -> Result<Option<Exit>, Failure> {
    if plan.manifest().on_premises.is_none() {
        return Ok(None);
    }
    let (scripted, by_hand) = (play_script(simulator, plan, json).await?, play_people(simulator, plan, json).await?);
    if scripted + by_hand == 0 {
        return Ok(None);
    }
    let outcomes = refused::write_all(plan)?.outcomes;
    Ok(Some(Exit::of(&outcomes)))
}

async fn play_script(simulator: &Simulator, plan: &PlanFolder, json: bool) -> Result<usize, Failure> {
    let failed = |error: csv::Error| Failure::usage(format_args!("{ONPREM_CSV} cannot be read: {error}"));
    let text = fs::read(plan.path().join(ONPREM_CSV)).map_err(|error| failed(error.into()))?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&text);
    let mut played = Vec::new();
    for row in csv::Reader::from_reader(text).into_deserialize() {
        let row: ScriptRow = row.map_err(failed)?;
        if row.sealed_for_active_directory.is_empty() && row.r#do.is_scripted(false) {
            played.push(done(simulator, &row));
        }
    }
    if played.is_empty() {
        return Ok(0);
    }
    let results = plan.path().join(SCRIPT_RESULTS);
    let written = private_files::replace(&results, |file| {
        let mut csv = csv::Writer::from_writer(file);
        played.iter().try_for_each(|row| csv.serialize(row))?;
        csv.flush()
    });
    written.map_err(|error| Failure::usage(format_args!("{} cannot be written: {error}", results.display())))?;
    let _lock = FolderLock::take(plan.path(), "drill")?;
    script_results::take_in(plan, &results).await?;
    print(json, |out| {
        let accounts = counted(played.len() as u64, "account is", "accounts are");
        out.text(format_args!(
            "{accounts} changed in Active Directory, too, which is simulated: in a real run its administrator runs onprem.ps1 now."
        ));
        out.blank();
    });
    Ok(played.len())
}

/// Fills in the list of what is done by hand, where it is done at an identity provider, and takes it in.
async fn play_people(simulator: &Simulator, plan: &PlanFolder, json: bool) -> Result<usize, Failure> {
    if plan.manifest().on_premises.as_ref().is_none_or(|work| work.at_providers == 0) {
        return Ok(0);
    }
    let failed = |error: csv::Error| Failure::usage(format_args!("{BY_HAND} cannot be read: {error}"));
    let path = plan.path().join(BY_HAND);
    let mut lines = csv::Reader::from_path(&path).map_err(failed)?;
    let headers = lines.headers().map_err(failed)?.clone();
    let place = |name: &str| headers.iter().position(|header| header == name);
    let (done, note, id) = (place("done"), place("note"), place("object_id"));
    let at_providers = at_providers(plan)?;
    let mut filled_in = Vec::new();
    let mut played = 0;
    for line in lines.records() {
        let line = line.map_err(failed)?;
        let id = id.and_then(|place| line.get(place)).and_then(|id| id.parse::<ObjectId>().ok());
        let at_provider = id.filter(|id| at_providers.contains(id));
        let is_at_provider = at_provider.is_some();
        played += usize::from(is_at_provider);
        if let Some(id) = at_provider {
            simulator.change_password_at_provider(id.guid());
        }
        filled_in.push(csv::StringRecord::from_iter(line.iter().enumerate().map(|(place, cell)| match Some(place) {
            place if is_at_provider && place == done => "yes",
            place if is_at_provider && place == note => "played by the drill",
            _ => cell,
        })));
    }
    let written = private_files::replace(&path, |file| {
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(&headers)?;
        filled_in.iter().try_for_each(|line| csv.write_record(line))?;
        csv.flush()
    });
    written.map_err(|error| Failure::usage(format_args!("{} cannot be written: {error}", path.display())))?;
    let _lock = FolderLock::take(plan.path(), "drill")?;
    by_hand_results::take_in(plan, &path).await?;
    print(json, |out| {
        let passwords = counted(played as u64, "password counts", "passwords count");
        out.text(format_args!(
            "{passwords} as changed at the identity provider, which is not simulated: in a real run somebody changes them there \
             now, and fills in {BY_HAND}."
        ));
        out.blank();
    });
    Ok(played)
}

/// The accounts whose passwords are changed at an identity provider.
fn at_providers(plan: &PlanFolder) -> Result<HashSet<ObjectId>, Failure> {
    let mut accounts = HashSet::new();
    for row in plan.rows()? {
        let row = row?;
        if password_is_kept_in(plan.manifest().playbook, &row) == Some(PasswordPlace::IdentityProvider) {
            accounts.extend(row.object_id);
        }
    }
    Ok(accounts)
}

fn done(simulator: &Simulator, row: &ScriptRow) -> PlayedRow {
    let id = row.object_id.guid();
    let (enables, resets) = match row.r#do {
        Task::Disable => (Some(false), false),
        Task::DisableAndResetTwice => (Some(false), true),
        Task::Enable => (Some(true), false),
        Task::ResetTwice => (None, true),
        Task::EnableAndReset | Task::IdentityProvider => (None, false),
    };
    let enabled = enables.is_none_or(|enabled| simulator.set_enabled_there(id, enabled));
    // No one signs in to a simulated tenant, so what the password is does not matter.
    let reset = !resets || simulator.set_password_there(id, "made up by the drill", false);
    PlayedRow {
        list: row.list,
        run: "drill",
        row: row.row,
        object_id: row.object_id,
        result: if enabled && reset { ScriptResult::Done } else { ScriptResult::NotDone },
        password: if resets && reset { ScriptPassword::Unknown } else { ScriptPassword::Old },
        outcome: if enabled && reset { "done: played by the drill" } else { "not done: it is not synced" },
        at: OffsetDateTime::now_utc(),
    }
}
