//! The checks after the approval and before the first write: at once, or at the scheduled start.

use std::time::Duration;

use time::OffsetDateTime;

use super::apps::Joined;
use super::exit::{Exit, Failure};
use super::messages;
use super::precheck::CheckArgs;
use super::recheck;
use super::scheduled_start::{Countdown, ScheduledStart};
use super::tenant_check::check_organization;
use super::words::quoted;
use crate::doctor::grants;
use crate::graph::reading::Organization;
use crate::graph::transport::Transport as _;
use crate::plan::drift::Drift;
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;
use crate::plan::reach::ActingPrincipal;
use crate::run::accounts::PlannedAccounts;
use crate::run::lock::FolderLock;
use crate::run::resume_point::ResumePoint;
use crate::wording::plan_command;
use crate::wording::worded_step::WordedStep;

/// A run that begins at a scheduled time, and what has to hold then.
pub(super) struct NotBefore<'a> {
    pub(super) start: ScheduledStart,
    pub(super) lock: &'a FolderLock,
    pub(super) max_age: Duration,
}

/// The tenant that these apps may sign in to, and the principal as which they act there.
pub(super) async fn admitted(
    joined: &mut Joined,
    manifest: &Manifest,
    checks: CheckArgs,
) -> Result<(Organization, ActingPrincipal), Failure> {
    let organization = joined.organization().await?;
    check_organization(manifest, &organization)?;
    let principal = joined.check_permissions(&grants::needs_of_plan(manifest), checks).await?;
    Ok((organization, principal))
}

/// What the checks found.
pub(super) struct Preflight {
    pub(super) organization: Organization,
    pub(super) drift: Drift,
    /// The accounts of the plan, in the order of work.
    pub(super) accounts: PlannedAccounts,
    /// Graph's clock before the accounts were read: what a read shows is at least as new as this.
    pub(super) seen_at: Option<OffsetDateTime>,
}

/// Waits for the scheduled start, where there is one, and reads every account once more. After the approval, because that
/// may take long, and the run must go by what is true now.
///
/// # Errors
///
/// Something does not hold any more; nothing was changed.
pub(super) async fn check(
    plan: &PlanFolder,
    resume_point: &ResumePoint,
    joined: &mut Joined,
    (mut organization, mut principal): (Organization, ActingPrincipal),
    checks: CheckArgs,
    not_before: Option<&NotBefore<'_>>,
) -> Result<Preflight, Failure> {
    if let Some(not_before) = not_before
        && let Some(left) = not_before.start.left()
    {
        // Checked before the wait too, while there is time to fix what would be refused.
        not_before.start.check_access(&joined.reader.access().await?)?;
        recheck::check_drift(plan, resume_point, &joined.reader, principal, checks).await?;
        not_before.keep(left).await;
        check_plan(plan, resume_point, not_before)?;
        joined.forget_tokens();
        (organization, principal) = admitted(joined, plan.manifest(), checks).await?;
    }
    let seen_at = joined.reader.transport.last_date();
    let (drift, accounts) = recheck::check_drift(plan, resume_point, &joined.reader, principal, checks).await?;
    Ok(Preflight { organization, drift, accounts, seen_at })
}

impl NotBefore<'_> {
    /// Waits for the start. Meanwhile the lock says to other processes until when.
    async fn keep(&self, left: Duration) {
        self.lock.waits_until(Some(self.start.moment));
        let countdown = Countdown::start(self.start.moment, left);
        self.start.wait(|left| countdown.show(left)).await;
        drop(countdown);
        self.lock.waits_until(None);
        messages::info("the scheduled time has come; every account is checked once more");
    }
}

/// Why a run that was interrupted before its first write did not begin.
pub(super) fn not_begun(plan: &PlanFolder, not_before: Option<&NotBefore<'_>>) -> Failure {
    let waiting = not_before.is_some_and(|not_before| not_before.start.left().is_some());
    let next = if waiting {
        "The same command waits again, for the same time.".into()
    } else {
        // `run` has made its plan, and makes no other in that folder.
        WordedStep::typed(
            "The same command begins again; after sealoff run it is",
            plan_command::apply(plan.path(), plan.manifest()),
        )
    };
    Failure::new(Exit::Interrupted, "interrupted before the first write; nothing was changed").with_next(next)
}

/// The plan in the folder must still be the one that was approved, and be young enough.
fn check_plan(plan: &PlanFolder, resume_point: &ResumePoint, not_before: &NotBefore<'_>) -> Result<(), Failure> {
    let now = PlanFolder::open(plan.path())?;
    if now.manifest().fingerprint() != plan.manifest().fingerprint() {
        return Err(Failure::refused(format_args!(
            "the plan in {} is not the one that was approved; nothing was changed",
            quoted(plan.path())
        ))
        .with_next("Read the plan that is there now, and approve that one."));
    }
    recheck::check_age(plan, resume_point, not_before.max_age, Some(not_before.start.when_it_begins()))
}
