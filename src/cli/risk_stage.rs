//! The risk of people is marked at the end of a run, when all else is done for them.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::exit::Failure;
use super::messages;
use super::spinner::Spinner;
use super::words::{count, counted};
use crate::clock::Clock;
use crate::graph::claims::Claims;
use crate::graph::risk_mark::{PERMISSION, RiskMark};
use crate::graph::transport::HttpTransport;
use crate::plan::folder::PlanFolder;
use crate::run::journal::Journal;
use crate::run::record::Record;
use crate::run::risk_work::{RiskEnd, RiskJob, mark_risk};
use crate::run::run_end::RunEnd;
use crate::run::states::States;
use crate::wording::plan_command;
use crate::wording::risk::pace;
use crate::wording::worded_step::WordedStep;

/// Marks the risk of all whose steps are done, through the first of these apps that may; nothing where the plan marks none. What
/// Graph refuses is no failure: results, recap and status say it.
///
/// # Errors
///
/// There is no way in any more, or nothing can be noted.
pub(super) async fn mark(
    plan: &PlanFolder,
    apps: &[Arc<HttpTransport>],
    clock: Clock,
    stop: &CancellationToken,
    is_one_of_many: bool,
) -> Result<RiskEnd, Failure> {
    if plan.manifest().options.risk.is_none() || apps.is_empty() {
        return Ok(RiskEnd::Through);
    }
    let mut states = States::new(plan.manifest().fingerprint(), plan);
    let journal = Journal::open(&plan.journal_path(), |line| states.apply(line).map(drop))?;
    let Some(job) = RiskJob::of(plan, &states)? else { return Ok(RiskEnd::Through) };
    drop(states);
    let people = job.people() as u64;
    messages::info(announced(job.mark(), people));
    let (app, claims) = who_may(apps).await;
    let spinner = (!is_one_of_many).then(|| Spinner::start("marking risk"));
    let result = mark_risk(job, (&**app, claims.as_ref()), clock, &journal, stop, |ended| {
        spinner.iter().for_each(|it| it.show(format!("risk of {} of {} marked", count(ended), count(people))));
    })
    .await;
    drop(spinner);
    let reason = match &result {
        Ok(RiskEnd::Through | RiskEnd::GaveUp) => RunEnd::Finished,
        Ok(RiskEnd::Interrupted) => RunEnd::Interrupted,
        Err(_) => RunEnd::Stopped,
    };
    let closed = journal.close(vec![Record::Paused { reason }]).await;
    let ended = result.map_err(|error| {
        let go_on = plan_command::go_on_with_all(plan.path(), plan.manifest());
        Failure::from(error).and_next(WordedStep::typed("All else is done. To mark the risk of the rest", go_on))
    })?;
    closed?;
    Ok(ended)
}

fn announced(mark: RiskMark, people: u64) -> String {
    let pace = pace(people);
    let who = counted(people, "person", "people");
    match mark {
        RiskMark::ConfirmCompromised => format!("confirming {who} as compromised: {pace}"),
        RiskMark::Dismiss => format!("dismissing the risk of {who}: {pace}"),
    }
}

/// The first app whose token carries the permission, or else the first.
async fn who_may(apps: &[Arc<HttpTransport>]) -> (&Arc<HttpTransport>, Option<Claims>) {
    let mut of_first = None;
    for (place, app) in apps.iter().enumerate() {
        let claims = app.claims().await.ok().flatten();
        if claims.as_ref().is_some_and(|claims| claims.permits(PERMISSION)) {
            return (app, claims);
        }
        if place == 0 {
            of_first = claims;
        }
    }
    (&apps[0], of_first)
}
