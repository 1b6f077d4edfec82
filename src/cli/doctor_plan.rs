//! What `plan` would decide about the list, by the planner itself.

use super::connect::Connected;
use super::words::{count, counted};
use crate::doctor::Check;
use crate::plan::error::PlanError;
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
    match plan(connected, roster, rules).await {
        Ok(summary) => judge(&summary),
        Err(reason) => Check::skipped(CHECK, format!("no plan can be made: {reason}")),
    }
}

async fn plan(connected: &Connected, roster: Roster, rules: Rules) -> Result<Summary, String> {
    let folder = private_files::temporary_folder("sealoff-doctor-").map_err(|error| error.to_string())?;
    let caller = connected.caller().await.map_err(|failure| failure.what)?;
    let planner =
        Planner::new(&connected.transport, connected.clock, rules, caller).map_err(|error| error.to_string())?;
    planner.plan(roster, &folder.path().join("plan"), |_| {}).await.map_err(|error: PlanError| error.to_string())
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
