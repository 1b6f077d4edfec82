//! `sealoff verify`: reads every account of a run again and proves what was done.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::connect::{Connected, ConnectionArgs};
use super::contradiction_command::{ContradictionCalls, ContradictionCommand};
use super::exit::{Exit, Failure};
use super::interrupt;
use super::preview::quoted;
use super::reading_display::ReadingDisplay;
use super::tenant_check::check_tenant;
use super::tenants::TenantsArgs;
use super::time_args;
use super::verification::{Verification, VerificationDocument};
use super::watch::Watch;
use crate::plan::folder::PlanFolder;
use crate::run::lock::FolderLock;
use crate::tenants::TenantSet;
use crate::verify::claims::RunClaims;
use crate::wording::plan_command;

/// How long a replica is waited for unless something else is asked for; as `--wait` says.
const USUAL_WAIT: Duration = Duration::from_secs(300);

/// Read every account of a run again, and prove what was done
///
/// Reads all accounts of the run in DIR from the directory and holds them against the journal, by Graph's own clock. Each
/// step is proved, not yet shown, contradicted (somebody changed it back) or cannot be proved, and verification.csv says
/// which and why. It changes nothing. The exit code is 0 only when every step is proved, and everyone on the list was dealt with.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  sealoff verify monday
  # Reports every account that comes back, until Ctrl-C:
  sealoff verify monday --watch 10m
  # And calls a script for each:
  sealoff verify monday --watch 10m \\
    --on-contradiction ./page-the-desk")]
pub struct VerifyArgs {
    /// The folder of the run
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// How long to wait for a replica that does not show a step yet: 0s, 90s, 5m
    #[arg(long, value_name = "SPAN", default_value = "5m", value_parser = time_args::span)]
    wait: Duration,
    /// Read all accounts again and again, this far apart, until interrupted [default when given: 5m]
    #[arg(long, value_name = "INTERVAL", num_args = 0..=1, default_missing_value = "5m", value_parser = time_args::span)]
    watch: Option<Duration>,
    /// Run CMD for each account that is found changed back: a program and its arguments, without a shell. Whose, what and when
    /// is in its environment: see sealoff help proof
    #[arg(long, value_name = "CMD", value_parser = ContradictionCommand::of_text)]
    on_contradiction: Option<ContradictionCommand>,
    /// Print as JSON: a line for each reading of all accounts
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    tenants: TenantsArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

impl VerifyArgs {
    /// The folder, and the file of tenants where one is given, if the runs of a set are meant.
    ///
    /// # Errors
    ///
    /// A flag is for the run of one tenant.
    pub(super) fn of_set(&self) -> Result<Option<(PathBuf, Option<PathBuf>)>, Failure> {
        if self.tenants.file.is_none() && !TenantSet::is_in(&self.dir) {
            return Ok(None);
        }
        if self.watch.is_some() || self.on_contradiction.is_some() {
            return Err(Failure::usage("--watch and --on-contradiction are for the run of one tenant")
                .with_command("Start one for each", "sealoff verify DIR/NAME --watch 10m"));
        }
        Ok(Some((self.dir.clone(), self.tenants.file.clone())))
    }
}

/// Verifies the run of one tenant, once or until interrupted.
///
/// # Errors
///
/// There is no run to verify, it is in use, or the directory cannot be read; then nothing is proved.
pub async fn run(args: VerifyArgs) -> Result<Exit, Failure> {
    let plan = PlanFolder::open(&args.dir)?;
    let calls = args.on_contradiction.map(|command| ContradictionCalls::new(command, plan.path())).transpose()?;
    let claims = claims(&plan)?;
    let connected = args.connection.connect()?;
    check_tenant(plan.manifest(), &connected).await?;
    let Some(interval) = args.watch else {
        return Ok(once_and_call(&plan, claims, &connected, args.wait, args.json, calls).await?.exit());
    };
    let stop = interrupt::token(interrupt::StopRequests::take_over().map_err(Failure::usage)?);
    Watch::new(&plan, &connected, interval, args.json, calls).keep(claims, args.wait, &stop).await
}

/// What a run says that it has done.
fn claims(plan: &PlanFolder) -> Result<RunClaims, Failure> {
    // Locked again only while something is written: a verification of hours must not block the run.
    drop(FolderLock::take(plan.path(), "verify")?);
    let claims = RunClaims::read(plan)?;
    if claims.can_be_proved(plan) {
        return Ok(claims);
    }
    let what = format!("the run in {} has not begun, so there is nothing to prove", quoted(plan.path()));
    Err(Failure::new(Exit::Unfinished, what)
        .with_command("Begin it with", plan_command::apply(plan.path(), plan.manifest())))
}

/// Verifies one of many runs, once.
///
/// # Errors
///
/// As [`run`].
pub(super) async fn one(
    plan: &PlanFolder,
    args: &VerifyArgs,
    connect: impl FnOnce() -> Result<Connected, Failure>,
) -> Result<Exit, Failure> {
    let claims = claims(plan)?;
    let connected = connect()?;
    check_tenant(plan.manifest(), &connected).await?;
    Ok(once_and_call(plan, claims, &connected, args.wait, args.json, None).await?.exit())
}

/// Verifies a run that has begun, once, against a tenant that is its own. Is every step proved?
///
/// # Errors
///
/// As [`run`].
pub(super) async fn once(plan: &PlanFolder, connected: &Connected, json: bool) -> Result<bool, Failure> {
    let shown = once_and_call(plan, RunClaims::read(plan)?, connected, USUAL_WAIT, json, None).await?;
    Ok(shown.is_proved())
}

async fn once_and_call(
    plan: &PlanFolder,
    claims: RunClaims,
    connected: &Connected,
    wait: Duration,
    json: bool,
    calls: Option<ContradictionCalls>,
) -> Result<VerificationDocument, Failure> {
    let mut display = ReadingDisplay::of_one();
    let shown = Verification { plan, claims, connected, wait }.make(|progress| display.show(progress)).await;
    drop(display);
    let shown = shown?;
    shown.show(json, None);
    if let Some(mut calls) = calls {
        calls.call(&shown.not_proved, &[]);
        calls.finish(|say| say()).await;
    }
    Ok(shown)
}
