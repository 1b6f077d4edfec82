//! `sealoff apply`: carries a plan out; run again, it resumes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use time::OffsetDateTime;

use super::approval::Approval;
use super::approval_args::ApprovalArgs;
use super::apps::{AppArgs, Entering};
use super::carry_out::{RunsBeside, Terms, carry_out, show_finished};
use super::chosen_args::ChosenArgs;
use super::connect::{Connected, ConnectionArgs};
use super::exit::{Exit, Failure};
use super::number_args::number_of_accounts;
use super::pace_args::PaceArgs;
use super::precheck::CheckArgs;
use super::preflight::NotBefore;
use super::recheck;
use super::scheduled_start::{self, ScheduledStart, TenantCalendar};
use super::settings::InForce;
use super::signatures::Signatures;
use super::size_guard;
use super::tenants::{self, TenantsArgs};
use super::time_args;
use super::wave_args::WaveArgs;
use super::words::quoted;
use crate::clock::Clock;
use crate::plan::approvers::ApprovalPolicy;
use crate::plan::folder::PlanFolder;
use crate::plan::phrase::SpokenApproval;
use crate::run::lock::FolderLock;
use crate::run::resume_point::{WorkScope, resume_point, resume_point_of_wave};
use crate::tenants::TenantSet;

/// Carry a plan out; run it again and it resumes where it stopped
///
/// Changes exactly the accounts that the plan in DIR says, as fast as the tenant's write quota allows, and writes
/// results.csv there, with every new password sealed. Ctrl-C stops it; the same command resumes it, and no finished
/// account is touched again.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sealoff apply monday --confirm 38@2570c50cf3a6
  sealoff apply monday --confirm 38@2570c50cf3a6 \\
    --not-before 2026-12-01T17:00:00+01:00")]
pub struct ApplyArgs {
    /// The folder that `sealoff plan` made; with --tenants, all plans of a set together
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The plan that is approved, as its preview says: how many accounts, and 8 or more digits of its fingerprint, as in
    /// 278@2570c50c; without it the number is asked for at the terminal
    #[arg(long, value_name = "N@FINGERPRINT")]
    pub(super) confirm: Option<SpokenApproval>,
    /// Try again only the accounts for which something failed; --confirm then begins with their number
    #[arg(long)]
    retry_failed: bool,
    #[command(flatten)]
    wave: WaveArgs,
    /// How many accounts may be changed; has to be named where the plan changes more than 5,000, or more than a quarter of the
    /// tenant, and its number was not named when it was made
    #[arg(long, value_name = "N", value_parser = number_of_accounts)]
    max_accounts: Option<u32>,
    /// How old the plan may be when its run begins: 90s, 30m, 24h or 7d
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = time_args::span)]
    max_age: Duration,
    /// Wait until TIME (with its time zone: 2026-11-27T17:00:00+01:00), check everything once more, and begin then; at most 7
    /// days ahead
    #[arg(long, value_name = "TIME", value_parser = scheduled_start::moment)]
    not_before: Option<OffsetDateTime>,
    /// Print the outcome of the run as JSON
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    said: ApprovalArgs,
    #[command(flatten)]
    pace: PaceArgs,
    #[command(flatten)]
    by_hand: ChosenArgs,
    #[command(flatten)]
    checks: CheckArgs,
    #[command(flatten)]
    apps: AppArgs,
    #[command(flatten)]
    tenants: TenantsArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

impl ApplyArgs {
    /// The same for one plan of a set, which is approved with it.
    pub(super) fn of_one(&self, dir: PathBuf, approved: SpokenApproval) -> Self {
        Self { dir, confirm: Some(approved), tenants: TenantsArgs::default(), ..self.clone() }
    }

    /// The same, where the file of tenants says how many accounts may be changed in that tenant.
    pub(super) fn with_number(self, max_accounts: Option<u32>) -> Self {
        Self { max_accounts, ..self }
    }

    /// The folder, and the file of tenants where one is given, if the plans of a set are meant.
    ///
    /// # Errors
    ///
    /// A flag is for the plan of one tenant.
    pub(super) fn of_set(&self) -> Result<Option<(PathBuf, Option<PathBuf>)>, Failure> {
        if self.tenants.file.is_none() && !TenantSet::is_in(&self.dir) {
            return Ok(None);
        }
        if self.max_accounts.is_some() {
            return Err(tenants::number_for_all(self.tenants.file.as_deref()));
        }
        match self.for_one_tenant() {
            None => Ok(Some((self.dir.clone(), self.tenants.file.clone()))),
            Some(flag) => Err(Failure::usage(format_args!(
                "{flag} is for the plan of one tenant, and {} holds a set",
                quoted(&self.dir)
            ))
            .with_command("Give it with the plan of that tenant", format_args!("sealoff apply DIR/NAME {flag}"))),
        }
    }

    /// The same, where it is known what of it was given and what stands in the file of settings.
    pub(super) fn with_origins_of(mut self, in_force: &InForce) -> Self {
        self.pace.rate_is_setting = in_force.rate_is_of_file();
        self
    }

    /// What says something of one tenant alone.
    fn for_one_tenant(&self) -> Option<&'static str> {
        let flags = [
            ("--retry-failed", self.retry_failed),
            ("--app", self.apps.is_given()),
            ("--events", self.pace.events.is_some()),
            ("--passwords", self.by_hand.passwords.is_some()),
            ("--wave", self.wave.is_given()),
            ("--rate", self.pace.has_rate()),
        ];
        flags.into_iter().find_map(|(flag, is_given)| is_given.then_some(flag))
    }
}

/// Carries the plan of one tenant out.
///
/// # Errors
///
/// The plan cannot be used, was not approved, or the run could not go on.
pub async fn run(args: ApplyArgs, policies: &[ApprovalPolicy]) -> Result<Exit, Failure> {
    let connection = args.connection.clone();
    one(args, policies, || connection.connect(), None).await
}

/// Carries one plan out, beside others where there are some.
///
/// # Errors
///
/// As [`run`].
pub(super) async fn one(
    args: ApplyArgs,
    policies: &[ApprovalPolicy],
    connect: impl FnOnce() -> Result<Connected, Failure>,
    beside: Option<RunsBeside>,
) -> Result<Exit, Failure> {
    let plan = PlanFolder::open(&args.dir)?;
    let approval = args.confirm.map_or(Approval::Asked, Approval::Plan);
    let wave = args.wave.of_plan(&plan, args.retry_failed)?;
    if !args.retry_failed {
        approval.check(&plan, wave.as_ref().map(|wave| &wave.wave))?;
    }
    let lock = FolderLock::take(plan.path(), "apply")?;
    let scope = if args.retry_failed { WorkScope::Failed } else { WorkScope::Open };
    let resume_point = match wave {
        Some(wave) => resume_point_of_wave(&plan, wave)?,
        None => resume_point(&plan, scope)?,
    };
    args.pace.check(plan.manifest().playbook, resume_point.rate)?;
    if let Some(failed) = resume_point.failed() {
        approval.check_retry(&plan, failed)?;
    }
    if resume_point.has_nothing_to_do() {
        return show_finished(&plan, &resume_point, approval, args.json);
    }
    let signatures = Signatures::read(&plan, policies)?;
    // What has begun was allowed.
    if !resume_point.begun {
        let allow = beside.as_ref().map(|beside| beside.allow.clone());
        size_guard::check(&plan, args.max_accounts, allow)?;
    }
    let start_by =
        |calendar| args.not_before.map(|moment| ScheduledStart::new(moment, resume_point.begun, calendar)).transpose();
    let begin = start_by(TenantCalendar::new(Clock::real()))?.map(|start| start.when_it_begins());
    recheck::check_age(&plan, &resume_point, args.max_age, begin)?;
    let by_hand = args.by_hand.of_plan(&plan)?;
    let further = args.apps.of_tenant(plan.manifest().tenant.id)?;
    let connected = connect()?;
    let start = start_by(TenantCalendar::new(connected.clock))?;
    let not_before = start.map(|start| NotBefore { start, lock: &lock, max_age: args.max_age });
    let entering = Entering { first: connected, further };
    let terms = Terms {
        approval,
        said: args.said,
        signatures,
        pace: args.pace,
        checks: args.checks,
        json: args.json,
        not_before,
        by_hand,
        beside,
    };
    carry_out(&plan, &resume_point, entering, terms).await
}
