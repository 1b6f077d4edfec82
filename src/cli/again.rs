//! `sealoff again`: a plan for exactly those whom the last verification found changed back.

use std::path::PathBuf;

use clap::Args;
use time::OffsetDateTime;

use super::connect::ConnectionArgs;
use super::exit::{Exit, Failure};
use super::messages;
use super::number_args::number_of_accounts;
use super::plan;
use super::precheck::CheckArgs;
use super::preview;
use super::reading_args::MANAGER;
use super::replace_args::ReplaceArgs;
use super::rule_args;
use super::tenant_check::check_tenant;
use super::words::quoted;
use crate::plan::again::{self, ChangedBack};
use crate::plan::consents_option::ConsentsOption;
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::{Manifest, ProtectedList};
use crate::plan::pass_wish::PassWish;
use crate::plan::people_of_run;
use crate::plan::protected::Protected;
use crate::plan::reason::Reason;
use crate::plan::rules::{Options, Rules};
use crate::run::lock::FolderLock;
use crate::step::PassTerms;
use crate::verify::claims::RunClaims;

/// Make a plan for exactly the accounts that were let in again
///
/// Reads in DIR which accounts the last `sealoff verify` found changed back, looks them up in the directory, and writes a
/// plan for these alone to DIR2: the same playbook, by the same rules and list of protected accounts, sealed to the same
/// keys. Nothing is changed yet: `sealoff apply DIR2` carries the plan out.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff verify monday
  sealoff again monday --out monday-again
  sealoff again monday --out monday-again \\
    --seal-to desk.pub")]
pub struct AgainArgs {
    /// The folder of the run
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The folder for the plan and everything that follows from it; new or empty, or see --replace
    #[arg(long, short = 'o', value_name = "DIR2")]
    out: PathBuf,
    #[command(flatten)]
    replace: ReplaceArgs,
    /// Who can open the new passwords, in place of those of the run: an age1… recipient, an SSH public key, a file of them,
    /// or the file of an X.509 certificate; may be repeated
    #[arg(long, value_name = "RECIPIENT")]
    seal_to: Vec<String>,
    /// Who hands the new passwords over, and their keys, in place of those of the run: as for sealoff plan
    #[arg(long, value_name = "FILE", conflicts_with = "seal_to")]
    recipients: Option<PathBuf>,
    /// Each person's manager in the directory hands the new password over, if the file of recipients names them
    #[arg(long = "handoff-by", value_name = "manager", value_parser = [MANAGER], requires = "recipients", conflicts_with = "seal_to")]
    by_manager: Option<String>,
    /// Accounts that must never be touched, in place of the list of the run
    #[arg(long, value_name = "FILE", env = "SEALOFF_PROTECT")]
    protect: Option<PathBuf>,
    /// How many accounts may be changed; has to be named for more than 5,000, or more than a quarter of the tenant
    #[arg(long, value_name = "N", value_parser = number_of_accounts)]
    max_accounts: Option<u32>,
    /// Print the plan's summary as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    checks: CheckArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Makes the plan and shows its preview.
///
/// # Errors
///
/// There is no run, it was never verified, no account was found changed back, or the plan cannot be made; then there is
/// none.
pub async fn run(args: AgainArgs) -> Result<Exit, Failure> {
    let origin = PlanFolder::open(&args.dir)?;
    let _lock = FolderLock::take(origin.path(), "again")?;
    let changed_back = changed_back(&origin)?;
    let reset_before = people_of_run::accounts(&origin, |row| row.reasons.contains(&Reason::ResetBefore))?;
    let rules = Rules { reset_before, ..rules(&args, origin.manifest())? };
    let place = args.replace.place(&args.out, None)?;
    let connected = args.connection.connect()?;
    check_tenant(origin.manifest(), &connected).await?;
    let (summary, _) = plan::with_planner(rules, &connected, args.checks, place, async |planner, folder, spinner| {
        let progress = |progress| preview::show_progress(spinner, progress);
        again::plan(planner, &origin, &changed_back, folder, progress).await
    })
    .await?;
    preview::show(&summary, args.json);
    Ok(Exit::Done)
}

/// Whom the last verification found changed back; at least one account.
fn changed_back(origin: &PlanFolder) -> Result<ChangedBack, Failure> {
    let dir = quoted(origin.path());
    let claims = RunClaims::read(origin)?;
    let Some(changed_back) = claims.changed_back() else {
        let what = format!("the run in {dir} was never verified, so it is not known who was let in again");
        return Err(
            Failure::refused(what).with_command("Read every account again", format_args!("sealoff verify {dir}"))
        );
    };
    if changed_back.rows.is_empty() {
        let what = format!(
            "the verification of {} found no account of the run in {dir} changed back, so there is nothing to do again",
            crate::words::moment(changed_back.found_at)
        );
        return Err(Failure::refused(what).with_command("Look once more", format_args!("sealoff verify {dir}")));
    }
    Ok(changed_back)
}

/// The rules of the run, with its waves, but for what was said otherwise. Sessions that were ended before the run count for nothing: who is
/// back in has new ones.
fn rules(args: &AgainArgs, of: &Manifest) -> Result<Rules, Failure> {
    let (recipients, handoff) = match (args.seal_to.as_slice(), &args.recipients) {
        ([], None) => (of.recipients.clone(), of.handoff.as_ref().map(|handoff| handoff.holders())),
        ([], Some(file)) => (Vec::new(), Some(rule_args::handoff_keys(file)?)),
        (named, _) => (rule_args::recipients(named)?.to_texts(), None),
    };
    let is_named = args.recipients.is_some() || !args.seal_to.is_empty();
    // As wished for the run, by the policy of now.
    let pass = of.options.pass.map(|PassTerms { beside_password, minutes, from, .. }| {
        let from = from.filter(|from| *from > OffsetDateTime::now_utc());
        PassWish { beside_password, minutes: Some(minutes), from }
    });
    let resets = of.playbook.resets();
    let hands_over = resets || pass.is_some();
    let options = Options {
        discard_credentials: of.options.discard_credentials && !(is_named && resets),
        since: None,
        max_accounts: args.max_accounts,
        handoff_by_manager: args.by_manager.is_some(),
        methods: of.options.methods.filter(|methods| methods.removes()),
        pass: None,
        ..of.options
    };
    let in_file = handoff.as_ref().map(|handoff| handoff.active_directory().to_vec()).unwrap_or_default();
    let of_run = || of.on_premises.as_ref().map(|work| work.keys.clone()).unwrap_or_default();
    let active_directory = match resets && !options.discard_credentials {
        true if in_file.is_empty() => of_run(),
        true => in_file,
        false => Vec::new(),
    };
    let recipients = if hands_over { recipients } else { Vec::new() };
    let protected = protected(args, of.protected.as_ref())?;
    let (playbook, handoff) = (of.playbook, handoff.filter(|_| hands_over));
    let consents = of.consents.as_ref().map(|consents| consents.asked.clone()).filter(ConsentsOption::deletes);
    let rules = Rules {
        playbook,
        options,
        recipients,
        handoff,
        active_directory,
        protected,
        consents,
        pass,
        wave_by: of.waves.as_ref().map(|waves| waves.by.clone()),
        pass_from_column: of.pass_moments.as_ref().map(|moments| moments.by.clone()),
        ..Rules::of(playbook)
    };
    rules.check()?;
    Ok(rules)
}

/// The list of protected accounts that was named, or that of the run, as it is now.
fn protected(args: &AgainArgs, of: Option<&ProtectedList>) -> Result<Protected, Failure> {
    let Some(list) = of else {
        return args.protect.as_deref().map_or_else(|| Ok(Protected::none()), rule_args::protected);
    };
    let own = PathBuf::from(&list.name);
    let file = args.protect.as_ref().unwrap_or(&own);
    if args.protect.is_none() && !own.exists() {
        return Err(Failure::refused(format_args!(
            "the run was planned with the list of protected accounts {}, which is not there",
            quoted(&own)
        ))
        .with_next("Name it where it is now, or another one: --protect FILE"));
    }
    let protected = rule_args::protected(file)?;
    if protected.origin().is_some_and(|(_, sha256)| sha256 != list.sha256) {
        messages::note(format_args!(
            "the list of protected accounts {} is not the one that the run was planned with",
            quoted(file)
        ));
    }
    Ok(protected)
}
