//! `sealoff plan`: read only; the dry run.

use std::path::{Path, PathBuf};

use clap::Args;

use super::connect::{Connected, ConnectionArgs};
use super::diagnostics;
use super::exit::{Exit, Failure};
use super::failures;
use super::planning_args::PlanningArgs;
use super::precheck::{CheckArgs, check_listing, check_permissions, check_risk, note_clocks};
use super::preview;
use super::risk_args::check_cloud;
use super::spinner::Spinner;
use super::tenant_check::check_tenant;
use super::tenants::{self, TenantsArgs};
use super::words::{harmless, quoted};
use crate::directory::{PassPolicy, PassScope};
use crate::doctor::grants;
use crate::graph::paced::Paced;
use crate::graph::transport::HttpTransport;
use crate::plan::error::PlanError;
use crate::plan::folder::PlanFolder;
use crate::plan::people_of_run;
use crate::plan::planner::Planner;
use crate::plan::reach::ActingPrincipal;
use crate::plan::reason::Reason;
use crate::plan::row::PlanRow;
use crate::plan::rules::Rules;
use crate::plan::summary::Summary;
use crate::plan::waves::{WAVE, is_same};
use crate::roster::{Roster, Source};
use crate::run::lock::FolderLock;
use crate::run::plan_place::PlanPlace;
use crate::step::Step;
use crate::verify::claims::RunClaims;

/// Show exactly what would happen to everyone on a list; nothing is changed
///
/// Looks everyone on ROSTER up in the tenant and writes a plan to DIR: one decision for each row, in plan.csv, bound by a
/// fingerprint in plan.json. It only reads; it is the dry run. `sealoff apply DIR` carries the plan out.
#[derive(Debug, Args)]
#[command(override_usage = "\
sealoff plan [OPTIONS] --playbook <PLAYBOOK> --out <DIR> <ROSTER>
       sealoff plan [OPTIONS] --explain <ROSTER>")]
#[command(after_help = "\
Examples:
  sealoff plan leavers.csv --playbook offboard \\
    --discard-credentials --out monday
  sealoff plan leavers.csv --explain
  sealoff keygen -o desk.key > desk.pub
  sealoff plan list.csv --playbook breach \\
    --seal-to desk.pub --out tonight")]
pub struct PlanArgs {
    /// Print the plan's summary as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Carry the plan out in waves: the column of the list that says which one each person belongs to, by its name or number;
    /// then sealoff apply DIR --wave NAME. For breach and reinstate. The people of an earlier run that had waves keep theirs with
    /// --wave-by wave
    #[arg(long, value_name = "COLUMN")]
    wave_by: Option<String>,
    #[command(flatten)]
    pub(super) plan: PlanningArgs,
    #[command(flatten)]
    pub(super) tenants: TenantsArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

impl PlanArgs {
    /// The file of tenants, if plans in many are meant.
    ///
    /// # Errors
    ///
    /// A flag is for the plan of one tenant.
    pub(super) fn of_set(&self) -> Result<Option<PathBuf>, Failure> {
        // What a list is read as has nothing to do with tenants.
        let file = self.tenants.file.as_ref().filter(|_| !self.plan.explain);
        if file.is_some() && self.wave_by.is_some() {
            return Err(Failure::usage("--wave-by is for the plan of one tenant, and --tenants names many")
                .with_next("Plan the tenant whose people come in waves on its own."));
        }
        if file.is_some() && self.plan.rules.max_accounts.is_some() {
            return Err(tenants::number_for_all(file.map(PathBuf::as_path)));
        }
        Ok(file.cloned())
    }
}

/// Makes the plan of one tenant and shows the preview.
///
/// # Errors
///
/// The plan cannot be made; no plan is left behind then.
pub async fn run(mut args: PlanArgs) -> Result<Exit, Failure> {
    args.plan.reading.wave = args.wave_by.take();
    if args.plan.explain {
        return args.plan.explained(args.json);
    }
    let (summary, _, _) = make(&args.plan, rules_of(&args.plan)?, &args.connection).await?;
    preview::show(&summary, args.json);
    Ok(Exit::Done)
}

/// The rules that the arguments ask for, with the passwords that they name.
pub(super) fn rules_of(args: &PlanningArgs) -> Result<Rules, Failure> {
    let rules = args.reading.shared_out(args.rules.rules(args.playbook, None, &args.ways_in)?);
    let mut rules = args.reading.with_moments(rules);
    if args.by_hand.chosen.passphrase_stdin && args.roster.as_os_str() == "-" {
        return Err(Failure::usage("both the list and the passphrase would be read from standard input")
            .with_next("Give the list as a file, or type the passphrase at a terminal."));
    }
    rules.by_hand = args.by_hand.open()?;
    rules.wave_by.clone_from(&args.reading.wave);
    rules.check()?;
    Ok(rules)
}

/// Makes the plan that the arguments ask for by these rules, and gives the plan as it was read back, and the way to Graph: no
/// second sign-in is needed.
pub(super) async fn make(
    args: &PlanningArgs,
    rules: Rules,
    connection: &ConnectionArgs,
) -> Result<(Summary, Option<PlanFolder>, Connected), Failure> {
    check_cloud(rules.options.risk, connection.cloud)?;
    if PlanFolder::is_one(&args.roster) {
        return of_run(args, rules, connection).await;
    }
    let roster = args.reading.open(Source::from_argument(args.roster.as_os_str()))?;
    let rules = args.reading.by_manager(&roster, rules);
    // Known without signing in.
    let place = args.replace.place(&args.out, Some(&args.roster))?;
    let connected = connection.connect()?;
    let (summary, plan) = of_roster(roster, rules, place, &connected, args.checks).await?;
    Ok((summary, plan, connected))
}

/// Makes a plan for the people of an earlier run. Whose password that replaced has one that no intruder knows.
async fn of_run(
    args: &PlanningArgs,
    rules: Rules,
    connection: &ConnectionArgs,
) -> Result<(Summary, Option<PlanFolder>, Connected), Failure> {
    if args.reading.is_about_columns() {
        let what = format!("{} is the folder of a run, and has no columns or sheets to choose", quoted(&args.roster));
        return Err(Failure::usage(what)
            .with_next("Leave --key, --by, --sheet, --hidden-rows, --every-row, --only and --pass-from-column out."));
    }
    let origin = PlanFolder::open(&args.roster)?;
    let rules = Rules { wave_by: kept_waves(args, &origin)?, ..after_run(&origin, rules)? };
    let place = args.replace.place(&args.out, None)?;
    let connected = connection.connect()?;
    check_tenant(origin.manifest(), &connected).await?;
    let (summary, plan) = of_people(&origin, rules, place, &connected, args.checks).await?;
    Ok((summary, plan, connected))
}

/// The column of waves, where the people of a run are to keep theirs.
fn kept_waves(args: &PlanningArgs, origin: &PlanFolder) -> Result<Option<String>, Failure> {
    let Some(asked) = &args.reading.wave else { return Ok(None) };
    let dir = quoted(origin.path());
    let otherwise = "For other waves, plan a list that has the column.";
    match &origin.manifest().waves {
        Some(waves) if is_same(&waves.by, asked) || is_same(WAVE, asked) => Ok(Some(waves.by.clone())),
        Some(waves) => Err(Failure::usage(format_args!(
            "the people of the run in {dir} are in waves by the column {:?}, and not by {:?}",
            harmless(&waves.by),
            harmless(asked)
        ))
        .with_next(format_args!("To keep these waves: --wave-by {WAVE}. {otherwise}"))),
        None => Err(Failure::usage(format_args!("the people of the run in {dir} are in no waves"))
            .with_next(format_args!("Leave --wave-by out. {otherwise}"))),
    }
}

/// The same rules, that know whose password a run replaced.
pub(super) fn after_run(origin: &PlanFolder, rules: Rules) -> Result<Rules, Failure> {
    let claims = {
        let _lock = FolderLock::take(origin.path(), "plan")?;
        RunClaims::read(origin)?
    };
    let is_reset = |row: &PlanRow| claims.has_new_password(row.row) || row.reasons.contains(&Reason::ResetBefore);
    Ok(Rules { reset_before: people_of_run::accounts(origin, is_reset)?, ..rules })
}

/// Makes a plan for the people of a run through a transport that is at hand.
pub(super) async fn of_people(
    origin: &PlanFolder,
    rules: Rules,
    place: PlanPlace,
    connected: &Connected,
    checks: CheckArgs,
) -> Result<(Summary, Option<PlanFolder>), Failure> {
    with_planner(rules, connected, checks, place, async |planner, folder, spinner| {
        let progress = |progress| preview::show_progress(spinner, progress);
        people_of_run::plan(planner, origin, folder, progress).await
    })
    .await
}

/// Makes a plan through a transport that is at hand.
pub(super) async fn of_roster(
    roster: Roster,
    rules: Rules,
    place: PlanPlace,
    connected: &Connected,
    checks: CheckArgs,
) -> Result<(Summary, Option<PlanFolder>), Failure> {
    with_planner(rules, connected, checks, place, async |planner, folder, spinner| {
        planner.plan(roster, folder, |progress| preview::show_progress(spinner, progress)).await
    })
    .await
}

/// Makes a plan by what `make` does with a planner of these rules, and reads it back.
pub(super) async fn with_planner(
    rules: Rules,
    connected: &Connected,
    checks: CheckArgs,
    place: PlanPlace,
    make: impl AsyncFnOnce(&Planner<'_, HttpTransport>, &Path, &Spinner) -> Result<Summary, PlanError>,
) -> Result<(Summary, Option<PlanFolder>), Failure> {
    let caller = connected.caller().await?;
    let principal = check_rules(&rules, connected, checks).await?;
    let spinner = preview::reading();
    let mut rules = rules;
    let passes_for = match rules.pass {
        None => PassScope::default(),
        Some(wish) => {
            let policy = PassPolicy::read(&Paced::new(&connected.transport, connected.clock)).await;
            let policy = policy.map_err(|error| failures::of_pass_policy(&error))?;
            rules.options.pass = Some(wish.under(&policy).map_err(PlanError::Pass)?);
            policy.scope
        }
    };
    let planner = Planner::new(&connected.transport, connected.clock, rules, caller)?;
    let planner = planner
        .with_passes_for(passes_for)
        .for_principal(principal, !checks.without_checks)
        .by(connected.author().await?);
    let made = make(&planner, place.made_in(), &spinner).await;
    let made = made.map_err(|error| match &error {
        PlanError::RoleMissing(missing) => failures::of_missing_role(error.to_string(), missing, principal),
        _ => error.into(),
    });
    let put = made.and_then(|summary| Ok(Summary { folder: place.put()?, ..summary }));
    let plan = put.as_ref().ok().and_then(preview::read_back);
    drop(spinner);
    note_clocks(connected);
    if let Ok(summary) = &put {
        diagnostics::show(&summary.defects, &summary.plan.roster.name);
    }
    Ok((put?, plan))
}

/// Whether what these rules ask for may be done. Gives who would do it.
async fn check_rules(rules: &Rules, connected: &Connected, checks: CheckArgs) -> Result<ActingPrincipal, Failure> {
    // Which kinds of methods there are to remove is known when the plan is made.
    let mut steps = rules.options.steps_of(rules.playbook).without(Step::Methods);
    if rules.pass.is_some() {
        steps = steps.with(Step::Pass);
    }
    let mut needs = grants::needs_of_steps(steps);
    if rules.deletes_consents() {
        needs.extend(grants::delete_consents());
    }
    let principal = check_permissions(connected, &needs, checks).await?;
    if rules.options.methods.is_some() {
        check_listing(connected, &[grants::LIST_METHODS], "--methods", checks).await?;
    }
    if let Some(mark) = rules.options.risk {
        check_risk(connected, mark.flag(), checks).await?;
    }
    if let Some(asked) = &rules.consents {
        let needs: &[grants::Need] =
            if asked.deletes() { &[grants::LIST_CONSENTS, grants::NAME_APPS] } else { &[grants::LIST_CONSENTS] };
        check_listing(connected, needs, "--consents", checks).await?;
    }
    Ok(principal)
}
