//! What `plan` would decide about the list, by the planner itself.

use std::path::Path;

use super::connect::Connected;
use super::exit::Failure;
use super::words::{count, counted};
use crate::doctor::Check;
use crate::plan::planner::Planner;
use crate::plan::row::Decision;
use crate::plan::rules::Rules;
use crate::plan::summary::Summary;
use crate::private_files;
use crate::roster::Roster;
use crate::wording::too_large;

const CHECK: &str = "plan";

/// Makes the plan in a folder that is thrown away.
pub(super) async fn check(connected: &Connected, roster: Roster, rules: Rules) -> Check {
    let folder = match private_files::temporary_folder("sealoff-doctor-") {
        Ok(folder) => folder,
        Err(error) => return Check::skipped(CHECK, format!("there is no folder to plan in: {error}")),
    };
    // Not what is meant, but what is put in the place of it here, may contradict itself: sealoff plan asks for more.
    if let Err(error) = rules.check() {
        return Check::skipped(CHECK, format!("it depends on more than is known here: {error}"));
    }
    match plan(connected, roster, rules, &folder.path().join("plan")).await {
        Ok(summary) => judge(&summary),
        Err(failure) => {
            let check = failure.as_check(CHECK, "sealoff plan shows more of it: it only reads.");
            Check { found: format!("no plan can be made: {}", check.found), ..check }
        }
    }
}

async fn plan(connected: &Connected, roster: Roster, rules: Rules, folder: &Path) -> Result<Summary, Failure> {
    let caller = connected.caller().await?;
    let planner = Planner::new(&connected.transport, connected.clock, rules, caller)?;
    Ok(planner.plan(roster, folder, |_| {}).await?)
}

fn judge(summary: &Summary) -> Check {
    let plan = &summary.plan;
    let (rows, refused) = (plan.counts.rows(), plan.counts.of(Decision::Refuse).rows);
    let changed = counted(plan.accounts().into(), "account", "accounts");
    let number = too_large::sentence(plan)
        .map_or_else(String::new, |_| format!("; apply would ask for --max-accounts {}", plan.accounts()));
    if refused == 0 {
        let rows = counted(rows.into(), "row", "rows");
        return Check::ok(CHECK, format!("of {rows} none would be refused; {changed} would be changed{number}"));
    }
    let reasons: Vec<String> = summary
        .reasons
        .iter()
        .filter(|line| line.decision == Decision::Refuse)
        .map(|line| format!("{} {}", count(line.rows.into()), line.reason.name()))
        .collect();
    let of = counted(rows.into(), "row", "rows");
    Check::warning(
        CHECK,
        format!(
            "{} of {of} would be refused ({}); {changed} would be changed{number}",
            count(refused.into()),
            reasons.join(", ")
        ),
        "sealoff plan names each of them, with reason and remedy: it only reads.",
    )
}
