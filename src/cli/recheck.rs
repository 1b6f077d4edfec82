//! What runs must be what was previewed: before the first write, the plan's age and every account on it are checked again.

use std::time::Duration;

use time::OffsetDateTime;

use super::connect::Connected;
use super::exit::Failure;
use super::failures::of_missing_role;
use super::messages;
use super::precheck::CheckArgs;
use super::preview::{self, quoted};
use super::words::{count, counted, harmless, span};
use crate::directory::{Lookup, Note, TenantFacts};
use crate::graph::named_caller::NamedCaller;
use crate::graph::paced::Paced;
use crate::plan::author::Author;
use crate::plan::drift::{self, Drift, DriftedAccount, MAX_DRIFT_PERCENT};
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;
use crate::plan::reach::{self, ActingPrincipal};
use crate::run::accounts::{GatheredAccounts, PlannedAccounts};
use crate::run::resume_point::ResumePoint;
use crate::run::run_error::RunError;
use crate::wording;

/// Two machines' clocks are never quite the same.
const CLOCKS_APART: time::Duration = time::Duration::minutes(5);
/// How many of the accounts that have drifted are named on the terminal; the results of a run name them all.
const MAX_NAMED: usize = 50;

/// A run that was begun in time may be gone on with at any time: half a job is worse than an old plan. One that has not
/// begins now, or at a moment to come.
pub(super) fn check_age(
    plan: &PlanFolder,
    resume_point: &ResumePoint,
    max_age: Duration,
    begins: Option<OffsetDateTime>,
) -> Result<(), Failure> {
    let now = OffsetDateTime::now_utc();
    let begins = begins.unwrap_or(now);
    let age = begins - plan.manifest().created_at;
    if -age > CLOCKS_APART {
        return Err(Failure::refused(format_args!(
            "the plan in {} says that it was made {} from now, by a clock that does not agree with this one",
            quoted(plan.path()),
            span(age.unsigned_abs())
        ))
        .with_next("Set the clocks right, and make a new plan: it is not known how old this one is."));
    }
    let age = Duration::try_from(age).unwrap_or_default();
    if resume_point.begun || age <= max_age {
        return Ok(());
    }
    Err(Failure::refused(format_args!(
        "the plan in {} {} {} old, and may be {} old",
        quoted(plan.path()),
        if begins > now { "will then be" } else { "is" },
        span(age),
        span(max_age)
    ))
    .with_next("Make a new plan: people change. If this one is meant, say how old it may be: --max-age 7d"))
}

/// Reads every account again on which something is left to do, names those that are no longer what the plan says, and gives
/// what was seen of those with steps in doubt; and, of the same pass over the plan, its accounts in the order of work.
pub(super) async fn check_drift(
    plan: &PlanFolder,
    resume_point: &ResumePoint,
    connected: &Connected,
    principal: ActingPrincipal,
    checks: CheckArgs,
) -> Result<(Drift, PlannedAccounts), Failure> {
    let manifest = plan.manifest();
    let spinner = preview::reading();
    let checked: Result<_, Failure> = async {
        let caller = connected.caller().await?;
        let (transport, clock) = (&connected.transport, connected.clock);
        let paced = Paced::new(transport, clock);
        let facts = TenantFacts::read(&paced, &caller, manifest.options.scope()).await;
        let facts = facts?;
        if let Some(actor) = principal.actor(&facts).filter(|_| !checks.without_checks) {
            reach::check(&actor, manifest.counts.planned_steps())
                .map_err(|missing| of_missing_role(missing.to_string(), &missing, principal))?;
        }
        let gathered = GatheredAccounts::new(manifest.accounts() as usize, manifest.handoff.as_ref());
        let mut gathered = gathered.with_targets(plan.targets());
        let drift = drift::check(
            plan,
            |row| resume_point.may_drift(row),
            |row| resume_point.is_in_doubt(row),
            &facts,
            &Lookup::paced(paced),
            |row| gathered.add(row),
        )
        .await;
        Ok((drift?, gathered.in_order().map_err(RunError::from)?, facts.notes))
    }
    .await;
    drop(spinner);
    let (drift, accounts, notes) = checked?;
    // Half a job is worse than one that leaves some out: the share decides only whether a run begins.
    let means = match &resume_point.wave {
        Some(wave) => wave.wave.accounts.into(),
        None => u64::from(manifest.counts.act.rows) + u64::from(manifest.counts.already.rows),
    };
    if !resume_point.begun && drift.is_too_much(means) {
        return Err(too_much(plan, &drift, means));
    }
    for note in notes.iter().filter(|note| is_news(note, manifest)) {
        messages::note(harmless(&wording::note::with_remedy(note)));
    }
    show(plan, &drift);
    Ok((drift, accounts))
}

/// Whether those who approved the plan do not know it.
fn is_news(note: &Note, plan: &Manifest) -> bool {
    let by_another = match (note, &plan.planned_by) {
        (Note::SignedInAs { id, .. }, Some(Author { caller: NamedCaller::Person { object_id, .. }, .. })) => {
            id != object_id
        }
        _ => false,
    };
    by_another || !plan.note_kinds.contains(&note.into())
}

fn too_much(plan: &PlanFolder, drift: &Drift, means: u64) -> Failure {
    let mut what = format!(
        "{} of the plan's {} no longer what it says, more than {MAX_DRIFT_PERCENT} %; nothing was changed",
        count(drift.count),
        counted(means, "account is", "accounts are"),
    );
    for line in named(plan, drift) {
        what.push_str("\n  ");
        what.push_str(&line);
    }
    Failure::refused(what).with_next("Make a new plan, read it, and apply that one.")
}

/// Names those that are no longer what the plan says.
pub(super) fn show(plan: &PlanFolder, drift: &Drift) {
    if drift.count == 0 {
        return;
    }
    let accounts = counted(drift.count, "account is", "accounts are");
    messages::always(format_args!("{accounts} no longer what the plan says, and left alone:"));
    for line in named(plan, drift) {
        messages::always(format_args!("  {line}"));
    }
}

fn named(plan: &PlanFolder, drift: &Drift) -> Vec<String> {
    let line = |drifted: &DriftedAccount| {
        let DriftedAccount { row, user_principal_name, cause } = drifted;
        format!("{}, {}: drifted: {}", plan.place(*row), harmless(user_principal_name), harmless(&cause.to_string()))
    };
    let mut lines: Vec<String> = drift.drifted.iter().take(MAX_NAMED).map(line).collect();
    let more = drift.count - lines.len() as u64;
    if more > 0 {
        lines.push(format!("and {} more", count(more)));
    }
    lines
}
