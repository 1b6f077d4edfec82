//! `sealoff undo`: a plan that takes the blocks of a run back.

use std::collections::HashMap;
use std::path::PathBuf;

use clap::Args;

use super::connect::ConnectionArgs;
use super::exit::{Exit, Failure};
use super::messages;
use super::precheck::{CheckArgs, check_risk};
use super::preview;
use super::reading_args::MANAGER;
use super::replace_args::ReplaceArgs;
use super::risk_args::check_cloud;
use super::rule_args;
use super::tenant_check::check_tenant;
use super::words::{counted, quoted};
use crate::directory::HeldDevice;
use crate::graph::risk_mark::RiskMark;
use crate::ids::RowNumber;
use crate::plan::device_fate::DeviceFate;
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;
use crate::plan::planner::Planner;
use crate::plan::playbook::Playbook;
use crate::plan::rules::{Options, Rules};
use crate::plan::summary::Summary;
use crate::plan::undo::{self, Blocked};
use crate::plan::undo_devices;
use crate::run::lock::FolderLock;
use crate::run::replay::Replay;
use crate::run::result_row::ResultRows;
use crate::run::risk_rows::RiskStanding;
use crate::run::target_result::TargetOutcome;
use crate::step::Step;
use crate::step::target::WriteTarget;
use crate::verify::claims::RunClaims;
use crate::verify::step_claim::StepClaim;

/// Make a plan that unblocks exactly the accounts that a run blocked, or enables the devices that it disabled
///
/// Reads the run in DIR and the directory, and writes a plan to DIR2: every account that the run blocked, and that was
/// enabled before, may sign in again. Of a run of evict with --devices, every device that it disabled, and that was enabled
/// before, is enabled again; methods cannot be brought back. An account that was blocked before the run stays blocked. An account whose block was
/// never answered is named and left alone. Nothing is changed yet: `sealoff apply DIR2` carries the plan out.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff undo monday --out monday-undone
  sealoff undo monday --out monday-undone --reset \\
    --seal-to desk.pub")]
pub struct UndoArgs {
    /// The folder of the run that is to be undone
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The folder for the plan and everything that follows from it; new or empty
    #[arg(long, short = 'o', value_name = "DIR2")]
    out: PathBuf,
    #[command(flatten)]
    replace: ReplaceArgs,
    /// Give each account a new password in the same write, to be changed at the next sign-in, and end its sessions
    #[arg(long)]
    reset: bool,
    /// Who can open the new passwords: an age1… recipient, an SSH public key, a file of them, or the file of an X.509
    /// certificate; may be given more than once
    #[arg(long, value_name = "RECIPIENT", requires = "reset")]
    seal_to: Vec<String>,
    /// Who hands the new passwords over, and their keys, as for sealoff plan; the names are those of the run's own plan
    #[arg(long, value_name = "FILE", requires = "reset", conflicts_with = "seal_to")]
    recipients: Option<PathBuf>,
    /// Each person's manager in the directory hands the new password over, if the file of recipients names them
    #[arg(long = "handoff-by", value_name = "manager", value_parser = [MANAGER], requires = "recipients", conflicts_with = "seal_to")]
    by_manager: Option<String>,
    /// Who runs Active Directory: a certificate, as for sealoff plan; synced people then get their new password by onprem.ps1
    #[arg(long, value_name = "CERT", requires = "reset")]
    ad_key: Vec<String>,
    /// When all else is done, dismiss the risk of these people in Entra ID Protection, as for sealoff plan: a run with
    /// --confirm-compromised made it high
    #[arg(long)]
    dismiss_risk: bool,
    /// Print the plan's summary as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Makes the plan and shows its preview.
///
/// # Errors
///
/// There is no run, it is in use or blocked no account, or the plan cannot be made; then there is none.
pub async fn run(args: UndoArgs) -> Result<Exit, Failure> {
    let origin = PlanFolder::open(&args.dir)?;
    let _lock = FolderLock::take(origin.path(), "undo")?;
    let of = origin.manifest();
    let of_devices = of.playbook.steps().contains(Step::Devices);
    check_origin(of, &args, of_devices)?;
    let rules = rules(&args, of.options, of_devices)?;
    check_cloud(rules.options.risk, args.connection.cloud)?;
    let claims = RunClaims::read(&origin)?;
    if !claims.has_written() {
        let dir = quoted(origin.path());
        let what = format!("the run in {dir} has not begun, so there is nothing to undo");
        return Err(Failure::refused(what).with_command("Where it stands", format_args!("sealoff status {dir}")));
    }
    let place = args.replace.place(&args.out, None)?;
    let connected = args.connection.connect()?;
    check_tenant(of, &connected).await?;
    if rules.options.risk.is_some() {
        check_risk(&connected, "--dismiss-risk", CheckArgs::default()).await?;
    } else if of.options.risk == Some(RiskMark::ConfirmCompromised)
        && let Some(how_far) = confirmed(&claims, origin.steps().len())
    {
        messages::note(format_args!(
            "the run {how_far}, and this plan leaves their risk high: to dismiss it, add --dismiss-risk"
        ));
    }
    let caller = connected.caller().await?;
    let spinner = preview::reading();
    let planner = Planner::new(&connected.transport, connected.clock, rules, caller)?;
    let planner = planner.by(connected.author().await?);
    let made = if of_devices {
        undo_devices::plan(&planner, &origin, &disabled_by(&origin)?, place.made_in()).await
    } else {
        undo::plan(&planner, &origin, |row| blocked(&claims, row), place.made_in()).await
    };
    let put = made.map_err(Failure::from).and_then(|summary| Ok(Summary { folder: place.put()?, ..summary }));
    put.as_ref().ok().and_then(preview::read_back);
    drop(spinner);
    let summary = put?;
    preview::show(&summary, args.json);
    Ok(Exit::Done)
}

/// Makes sure that there is something to undo of a run, and nothing asked for that does not go with it.
fn check_origin(of: &Manifest, args: &UndoArgs, of_devices: bool) -> Result<(), Failure> {
    if !of.playbook.can_be_undone() {
        let what = format!("the playbook {} blocks no account, so there is nothing to undo", of.playbook);
        return Err(Failure::refused(what).with_next(
            "A new password and ended sessions cannot be taken back; sealoff unseal opens the new passwords.",
        ));
    }
    if of_devices && of.targets()[Step::Devices] == 0 {
        return Err(Failure::refused("the run disabled no device, so there is nothing to undo")
            .with_next(undo_devices::METHODS_STAY_REMOVED));
    }
    if of_devices && args.reset {
        return Err(Failure::usage("--reset goes with a run that blocked accounts; this one disabled devices")
            .with_next("Leave --reset out."));
    }
    if of_devices && args.dismiss_risk {
        return Err(Failure::usage("--dismiss-risk goes with a run that blocked accounts; this one disabled devices")
            .with_next("Leave --dismiss-risk out."));
    }
    Ok(())
}

/// Whether the run blocked the account of a row.
fn blocked(claims: &RunClaims, row: RowNumber) -> Blocked {
    match claims.of(row, Step::Block) {
        StepClaim::Done { .. } if claims.was_found_blocked(row) => Blocked::Uncertain,
        StepClaim::Done { .. } => Blocked::Yes,
        StepClaim::InDoubt => Blocked::Uncertain,
        StepClaim::AsBefore
        | StepClaim::NotDone { .. }
        | StepClaim::OnPremises { .. }
        | StepClaim::AtProvider { .. } => Blocked::No,
    }
}

/// How many people of so many rows the run confirmed as compromised; nothing where there is none.
fn confirmed(claims: &RunClaims, rows: usize) -> Option<String> {
    let are = |standing: RiskStanding| {
        let rows = (1..=rows).filter_map(|row| u32::try_from(row).ok()).map(RowNumber::new);
        rows.filter(|row| claims.risk(*row) == standing).count() as u64
    };
    let people = |number: u64| counted(number, "person", "people");
    match (are(RiskStanding::Marked), are(RiskStanding::Unknown)) {
        (0, 0) => None,
        (0, unknown) => Some(format!("may have confirmed {} as compromised", people(unknown))),
        (marked, 0) => Some(format!("confirmed {} as compromised", people(marked))),
        (marked, unknown) => {
            Some(format!("confirmed {} as compromised, and perhaps {} more", people(marked), people(unknown)))
        }
    }
}

/// The devices of each row that were enabled before the run, and that it disabled: Graph said so.
fn disabled_by(origin: &PlanFolder) -> Result<HashMap<RowNumber, Vec<HeldDevice>>, Failure> {
    let mut enabled_before: HashMap<RowNumber, Vec<HeldDevice>> = HashMap::new();
    origin.each_device(|listed| {
        if listed.fate == DeviceFate::Disable && listed.device.enabled == Some(true) {
            enabled_before.entry(listed.row).or_default().push(listed.device);
        }
    })?;
    let replay = Replay::of_plan(origin)?;
    let mut rows = ResultRows::of_plan(origin, &replay)?;
    while let Some(row) = rows.next() {
        let row = row?;
        let Some(devices) = enabled_before.get_mut(&row.planned.row) else { continue };
        let details = rows.details(&row)?;
        let is_disabled = |device: &HeldDevice| {
            let target = WriteTarget::Device { id: device.id };
            details.targets.iter().any(|result| result.target == target && result.outcome == TargetOutcome::Done)
        };
        devices.retain(is_disabled);
    }
    enabled_before.retain(|_, devices| !devices.is_empty());
    Ok(enabled_before)
}

/// What was lifted for the run is lifted for its undoing: the accounts that it could block, this may open.
fn rules(args: &UndoArgs, of: Options, of_devices: bool) -> Result<Rules, Failure> {
    let recipients =
        if args.seal_to.is_empty() { Vec::new() } else { rule_args::recipients(&args.seal_to)?.to_texts() };
    let playbook = if args.reset { Playbook::Reinstate } else { Playbook::Undo };
    // Every option is named, so that a new one has to be decided here.
    let options = Options {
        allow_privileged: of.allow_privileged,
        allow_synced: of.allow_synced,
        allow_federated: of.allow_federated,
        allow_resource_accounts: of.allow_resource_accounts,
        without_roles: of.without_roles,
        without_domains: of.without_domains,
        password: of.password,
        strict: of.strict,
        check_mailboxes: of.check_mailboxes,
        discard_credentials: false,
        skip_guests: false,
        since: None,
        max_accounts: None,
        handoff_by_manager: args.by_manager.is_some(),
        // A password that was written back stays, and a new one of a synced account is set by the script.
        writeback: false,
        methods: None,
        devices: of_devices,
        // What comes back has its password, and the policy for passes was not asked.
        pass: None,
        risk: args.dismiss_risk.then_some(RiskMark::Dismiss),
    };
    let handoff = args.recipients.as_deref().map(rule_args::handoff_keys).transpose()?;
    let active_directory = rule_args::ad_keys(&args.ad_key, handoff.as_ref(), args.recipients.as_deref(), playbook)?;
    let rules = Rules { playbook, options, recipients, handoff, active_directory, ..Rules::of(playbook) };
    rules.check()?;

    Ok(rules)
}
