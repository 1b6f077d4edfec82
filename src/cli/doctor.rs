//! `sealoff doctor`: can this be done here, by this app, and what is missing?

use std::path::PathBuf;

use clap::Args;

use super::apps;
use super::connect::{Connected, ConnectionArgs};
use super::doctor_findings::{DoctorFindings, FoundApp};
use super::doctor_plan;
use super::exit::{Exit, Failure};
use super::pass_args::PassArgs;
use super::reading_args::ReadingArgs;
use super::tenants::TenantsArgs;
use crate::doctor::{Check, CheckStatus, Examined, IntendedRun, NewPasswords, SeenByFirstApp, examine, further_app};
use crate::graph::app_file::AppFile;
use crate::ids::TenantId;
use crate::plan::handoff::HandoffKeys;
use crate::plan::pass_wish::PassWish;
use crate::plan::playbook::Playbook;
use crate::plan::protected::Protected;
use crate::plan::rules::Rules;
use crate::roster::{Roster, Source};
use crate::seal::{Identity, RecipientError, Recipients};
use crate::step::Steps;
use crate::wording::further_apps::{NAMED_TWICE, OF_ANOTHER_TENANT};

/// Check what would fail, and how to fix it, before the job
///
/// Looks at everything that a run needs, in the order in which it needs it: the way to Graph, the clock, the token, the
/// permissions, the directory roles, the tenant, and the files named here. It only reads, and ends with code 5 when
/// something would fail.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff doctor
  sealoff doctor leavers.csv --playbook offboard \\
    --discard-credentials")]
pub struct DoctorArgs {
    /// The job that is meant; without it, what any playbook needs is looked at
    #[arg(long, value_name = "PLAYBOOK", value_parser = super::planning_args::playbook())]
    playbook: Option<Playbook>,
    /// The list of people, as for sealoff plan: whether they are there, and which of them the app's roles do not reach
    #[arg(value_name = "ROSTER", conflicts_with = "roster")]
    list: Option<PathBuf>,
    /// The same list, named by a flag
    #[arg(long, value_name = "FILE")]
    roster: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Who is to open the new passwords, as for sealoff plan; may be given more than once
    #[arg(long, value_name = "RECIPIENT")]
    seal_to: Vec<String>,
    /// The file of those who hand new passwords over, as for sealoff plan
    #[arg(long, value_name = "FILE")]
    recipients: Option<PathBuf>,
    /// Who runs Active Directory: the certificate that its script opens passwords with, as for sealoff plan
    #[arg(long, value_name = "CERT")]
    ad_key: Vec<String>,
    /// Throw the new passwords away, as for sealoff plan
    #[arg(long, conflicts_with_all = ["seal_to", "recipients"])]
    discard_credentials: bool,
    /// The list of accounts that must never be touched, as for sealoff plan
    #[arg(long, value_name = "FILE", env = "SEALOFF_PROTECT")]
    protect: Option<PathBuf>,
    /// The folder that the plan is to go to
    #[arg(long, short = 'o', value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// One more app registration that the run is to go through, named by this TOML file, as for sealoff apply: whether it
    /// gets in, and may do what is meant. May be given more than once
    #[arg(long = "app", value_name = "FILE")]
    apps: Vec<PathBuf>,
    #[command(flatten)]
    pass: PassArgs,
    #[command(flatten)]
    tenants: TenantsArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

/// What is meant to be done in every tenant.
pub(super) struct IntendedEverywhere {
    pub(super) playbook: Option<Playbook>,
    pub(super) seal_to: Vec<String>,
    pub(super) recipients: Option<PathBuf>,
    pub(super) ad_key: Vec<String>,
    pub(super) discards_credentials: bool,
    pub(super) pass: Option<PassWish>,
    pub(super) protect: Option<PathBuf>,
}

impl DoctorArgs {
    /// The file of tenants, and what is meant in each, if many are to be looked at.
    ///
    /// # Errors
    ///
    /// A flag is for one tenant, or the passes that are wished for contradict themselves.
    pub(super) fn of_set(&self) -> Result<Option<(PathBuf, IntendedEverywhere)>, Failure> {
        let Some(file) = &self.tenants.file else { return Ok(None) };
        if self.list.is_some() || self.roster.is_some() || self.out.is_some() || !self.apps.is_empty() {
            return Err(Failure::usage("--roster, --out and --app are for one tenant, and --tenants names many")
                .with_next(
                    "Leave them out. sealoff plan --tenants looks everyone on a list up, and changes nothing.",
                ));
        }
        let intended = IntendedEverywhere {
            playbook: self.playbook,
            seal_to: self.seal_to.clone(),
            recipients: self.recipients.clone(),
            ad_key: self.ad_key.clone(),
            discards_credentials: self.discard_credentials,
            pass: self.pass.wish()?,
            protect: self.protect.clone(),
        };
        Ok(Some((file.clone(), intended)))
    }
}

/// Looks at one tenant, and prints what was found.
///
/// # Errors
///
/// The command line or the roster cannot be used. What is wrong with the way, the tenant or the other files is a finding.
pub async fn run(mut args: DoctorArgs) -> Result<Exit, Failure> {
    if let Some(list) = args.list.take() {
        args.roster = Some(list);
    }
    let subject = intended(&args)?;
    let steps = subject.steps();
    let (checks, apps) = match args.connection.connect() {
        Ok(connected) => {
            let Examined { mut checks, seen } = examine(&connected.transport, connected.clock, subject).await;
            if was_read(&checks)
                && let Some((roster, rules)) = to_plan(&args)?
            {
                checks.push(doctor_plan::check(&connected, roster, rules).await);
            }
            (checks, look_at_apps(&args.apps, &connected, &seen, steps).await)
        }
        Err(failure) if failure.exit == Exit::Access => without_credential(&failure, &subject, &args.apps),
        Err(failure) => return Err(failure),
    };
    DoctorFindings { playbook: args.playbook, checks, apps }.show(args.json)
}

/// What is meant to be done, and with what.
fn intended(args: &DoctorArgs) -> Result<IntendedRun, Failure> {
    let source = args.roster.as_ref().map(|path| Source::from_argument(path.as_os_str()));
    let mut new_passwords = NewPasswords {
        sealed_to: (!args.seal_to.is_empty()).then(|| Recipients::parse(&args.seal_to)),
        handed_over: args.recipients.as_ref().map(|path| (path.display().to_string(), HandoffKeys::read(path))),
        active_directory: None,
        discarded: args.discard_credentials,
    };
    new_passwords.active_directory = ad_keys(&args.ad_key, &new_passwords);
    Ok(IntendedRun {
        playbook: args.playbook,
        roster: source.map(|source| args.reading.open(source)).transpose()?,
        protected: args.protect.as_ref().map(|path| (path.display().to_string(), Protected::read(path))),
        new_passwords,
        pass: args.pass.wish()?,
        folder: args.out.clone(),
    })
}

/// What can be looked at where nothing opens the way to Graph.
fn without_credential(failure: &Failure, subject: &IntendedRun, apps: &[PathBuf]) -> (Vec<Check>, Vec<FoundApp>) {
    let mut checks = vec![
        failure.as_check("credential", "Set a credential in the environment."),
        Check::skipped("tenant", "there is no credential to get in with"),
    ];
    checks.extend(subject.look_at_what_is_here());
    let unseen = |path: &PathBuf| FoundApp {
        file: path.display().to_string(),
        client_id: None,
        checks: vec![Check::skipped("credential", "the first app has none: nothing was looked at")],
    };
    (checks, apps.iter().map(unseen).collect())
}

/// The keys of those who run Active Directory, by the option or by the file of recipients.
pub(super) fn ad_keys(named: &[String], new: &NewPasswords) -> Option<Result<Recipients, RecipientError>> {
    let in_file = new.handed_over.as_ref().and_then(|(_, keys)| keys.as_ref().ok()).map(HandoffKeys::active_directory);
    match (named, in_file) {
        ([], None | Some([])) => None,
        ([], Some(texts)) => Some(Recipients::from_texts(texts).and_then(Recipients::for_powershell)),
        (named, _) => Some(Recipients::parse(named).and_then(Recipients::for_powershell)),
    }
}

async fn look_at_apps(paths: &[PathBuf], connected: &Connected, seen: &SeenByFirstApp, steps: Steps) -> Vec<FoundApp> {
    let mut apps = Vec::<FoundApp>::with_capacity(paths.len());
    for path in paths {
        let file = path.display().to_string();
        let app = match AppFile::read(path) {
            Ok(app) => app,
            Err(error) => {
                let checks = further_app::unusable(error.to_string(), FIX_FILE);
                apps.push(FoundApp { file, client_id: None, checks });
                continue;
            }
        };
        let is_first = seen.client_id.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(&app.client_id.to_string()));
        let before =
            apps.iter().find(|before| before.client_id == Some(app.client_id)).map(|before| before.file.as_str());
        let checks = match before.or(is_first.then_some("the environment")) {
            Some(before) => further_app::unusable(format!("it names the same app as {before}"), NAMED_TWICE),
            None => look_at_app(&app, &file, connected, seen, steps).await,
        };
        apps.push(FoundApp { file, client_id: Some(app.client_id), checks });
    }
    apps
}

const FIX_FILE: &str = "Correct it, or leave the app out: a run does not begin with a file that it cannot use.";

async fn look_at_app(
    app: &AppFile,
    file: &str,
    connected: &Connected,
    seen: &SeenByFirstApp,
    steps: Steps,
) -> Vec<Check> {
    let is_of_another = |tenant: TenantId| app.tenant_id.filter(|own| *own != tenant);
    if let Some((tenant, other)) = seen.tenant.and_then(|tenant| Some((tenant, is_of_another(tenant)?))) {
        let found = format!("it is for tenant {other}, and Graph answers for {tenant}");
        return further_app::unusable(found, OF_ANOTHER_TENANT);
    }
    // As a plan has it; and where the first app did not get in, as the first app was configured.
    let configured = || connected.transport.tenant().map(str::to_owned);
    let named = || app.tenant_id.map(|tenant| tenant.to_string());
    let Some(tenant) = seen.tenant.map(|tenant| tenant.to_string()).or_else(named).or_else(configured) else {
        return further_app::unusable("which tenant is meant is not known, as the first app did not get in", FIX_FIRST);
    };
    match apps::credential(app, &tenant) {
        Ok(credential) => {
            let transport = connected.transport.beside(credential);
            let reader = (&connected.transport, connected.clock);
            further_app::examine(&transport, reader, file, seen, steps).await
        }
        Err(failure) => further_app::without(failure.as_check("credential", FIX_FILE)),
    }
}

/// Whether everyone on the list was looked up: where that failed, a plan would fail by the same.
fn was_read(checks: &[Check]) -> bool {
    let is_read = |check: &Check| matches!(check.status, CheckStatus::Ok | CheckStatus::Warning);
    checks.iter().any(|check| check.check == "roster" && is_read(check))
        && checks.iter().all(|check| check.check != "protected" || is_read(check))
}

/// The list once more, and the rules of the run. The keys of new passwords change nothing about who is refused, so a key of
/// our own stands for them.
fn to_plan(args: &DoctorArgs) -> Result<Option<(Roster, Rules)>, Failure> {
    let (Some(playbook), Some(path)) = (args.playbook, &args.roster) else { return Ok(None) };
    if path.as_os_str() == "-" {
        return Ok(None);
    }
    let Ok(protected) = args.protect.as_deref().map_or_else(|| Ok(Protected::none()), Protected::read) else {
        return Ok(None);
    };
    let roster = args.reading.open(Source::from_argument(path.as_os_str()))?;
    let recipients = if playbook.resets() { vec![Identity::generate().recipient()] } else { Vec::new() };
    Ok(Some((roster, Rules { recipients, protected, ..Rules::of(playbook) })))
}

const FIX_FIRST: &str = "Fix what was found about the first app, and run sealoff doctor again.";
