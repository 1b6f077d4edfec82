//! `sealoff doctor`: can this be done here, by this app, and what is missing?

use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::{AnsiColor, Color, Style};
use clap::Args;
use schemars::JsonSchema;
use serde::Serialize;

use super::apps;
use super::connect::{Connected, ConnectionArgs};
use super::doctor_plan;
use super::exit::{Exit, Failure, printed};
use super::messages;
use super::reading_args::ReadingArgs;
use super::tenants::{self, TenantsArgs};
use super::words::{counted, harmless, line_width, wrapped};
use crate::doctor::{Check, CheckStatus, Examined, IntendedRun, NewPasswords, SeenByFirstApp, examine, further_app};
use crate::graph::app_file::AppFile;
use crate::ids::{ClientId, TenantId};
use crate::json::DocumentVersion;
use crate::plan::handoff::HandoffKeys;
use crate::plan::playbook::Playbook;
use crate::plan::protected::Protected;
use crate::plan::rules::Rules;
use crate::roster::{Roster, Source};
use crate::seal::{Identity, RecipientError, Recipients};
use crate::step::Steps;

/// What stands in the way of a run, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct DoctorDocument<'a> {
    sealoff_doctor: DocumentVersion,
    /// The job that was meant; null where none was named.
    playbook: Option<&'a str>,
    /// The code with which the command ends.
    exit_code: u8,
    /// In the order in which a run needs them.
    checks: &'a [Check],
    /// What was found of the further apps that --app names; left out where none is.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    apps: &'a [FoundApp],
}

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
    #[arg(long, value_name = "PLAYBOOK", value_parser = super::plan::playbook())]
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
    json: bool,
    /// One more app registration that the run is to go through, named by this TOML file, as for sealoff apply: whether it
    /// gets in, and may do what is meant. May be given more than once
    #[arg(long = "app", value_name = "FILE")]
    apps: Vec<PathBuf>,
    #[command(flatten)]
    tenants: TenantsArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What is meant to be done in every tenant.
pub(super) struct IntendedEverywhere {
    pub(super) playbook: Option<Playbook>,
    pub(super) seal_to: Vec<String>,
    pub(super) recipients: Option<PathBuf>,
    pub(super) ad_key: Vec<String>,
    pub(super) discards_credentials: bool,
    pub(super) protect: Option<PathBuf>,
}

/// Looks, and prints what was found.
///
/// # Errors
///
/// The command line or the roster cannot be used. What is wrong with the way, the tenant or the other files is a finding.
pub async fn run(mut args: DoctorArgs) -> Result<Exit, Failure> {
    if let Some(list) = args.list.take() {
        args.roster = Some(list);
    }
    if let Some(file) = &args.tenants.file {
        if args.roster.is_some() || args.out.is_some() || !args.apps.is_empty() {
            return Err(Failure::usage("--roster, --out and --app are for one tenant, and --tenants names many")
                .with_next(
                    "Leave them out. sealoff plan --tenants looks everyone on a list up, and changes nothing.",
                ));
        }
        let intended = IntendedEverywhere {
            playbook: args.playbook,
            seal_to: args.seal_to,
            recipients: args.recipients,
            ad_key: args.ad_key,
            discards_credentials: args.discard_credentials,
            protect: args.protect,
        };
        return tenants::doctor(file, intended, &args.connection, args.json).await;
    }
    let source = args.roster.as_ref().map(|path| Source::from_argument(path.as_os_str()));
    let subject = IntendedRun {
        playbook: args.playbook,
        roster: source.map(|source| args.reading.open(source)).transpose()?,
        protected: args.protect.as_ref().map(|path| (path.display().to_string(), Protected::read(path))),
        new_passwords: NewPasswords {
            sealed_to: (!args.seal_to.is_empty()).then(|| Recipients::parse(&args.seal_to)),
            handed_over: args.recipients.as_ref().map(|path| (path.display().to_string(), HandoffKeys::read(path))),
            active_directory: None,
            discarded: args.discard_credentials,
        },
        folder: args.out.clone(),
    };
    let subject = IntendedRun {
        new_passwords: NewPasswords {
            active_directory: ad_keys(&args.ad_key, &subject.new_passwords),
            ..subject.new_passwords
        },
        ..subject
    };
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
        Err(failure) if failure.exit == Exit::Access => {
            let remedy = failure.remedy().unwrap_or_else(|| "Set a credential in the environment.".to_owned());
            let mut checks = vec![Check::failed("credential", failure.what, remedy)];
            checks.push(Check::skipped("tenant", "there is no credential to get in with"));
            checks.extend(subject.look_at_what_is_here());
            let unseen = |path: &PathBuf| FoundApp {
                file: path.display().to_string(),
                client_id: None,
                checks: vec![Check::skipped("credential", "the first app has none: nothing was looked at")],
            };
            (checks, args.apps.iter().map(unseen).collect())
        }
        Err(failure) => return Err(failure),
    };
    let all = checks.iter().chain(apps.iter().flat_map(|app| &app.checks));
    let fails = all.into_iter().any(|check| check.status == CheckStatus::Failed);
    let exit = if fails { Exit::Access } else { Exit::Done };
    let mut out = anstream::stdout();
    let written = if args.json {
        let playbook = args.playbook.map(Playbook::name);
        let line = DoctorDocument {
            sealoff_doctor: DocumentVersion,
            playbook,
            exit_code: exit as u8,
            checks: &checks,
            apps: &apps,
        };
        serde_json::to_string(&line).map_err(io::Error::other).and_then(|line| writeln!(out, "{line}"))
    } else {
        write(&mut out, args.playbook, &checks, &apps, line_width())
    };
    printed(written.and_then(|()| out.flush()))?;
    if args.json && exit != Exit::Done {
        messages::warn(conclusion(args.playbook, &checks, &apps));
    }
    Ok(exit)
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

/// The places of a line: the name of a check begins here, and what was found there.
const NAME: usize = 9;
const PLAYBOOK: usize = 11;
const FOUND: usize = 27;

/// A further app, and what was found about it.
#[derive(JsonSchema, Serialize)]
struct FoundApp {
    /// The file that names it.
    file: String,
    /// Its client id; null where the file cannot be read.
    client_id: Option<ClientId>,
    /// What was looked at.
    checks: Vec<Check>,
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
            Some(before) => further_app::unusable(
                format!("it names the same app as {before}"),
                "An app has one quota, however often it is named. Register another one, or leave this one out.",
            ),
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
        return further_app::unusable(found, "Leave it out: a quota of another tenant is of no use here.");
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
        Err(failure) => further_app::unusable(failure.what.clone(), failure.remedy().as_deref().unwrap_or(FIX_FILE)),
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

fn write(
    out: &mut impl Write,
    playbook: Option<Playbook>,
    checks: &[Check],
    apps: &[FoundApp],
    width: usize,
) -> io::Result<()> {
    let subject = playbook.map_or_else(
        || "any: what every playbook needs is looked at; --playbook narrows it".to_owned(),
        |playbook| format!("{playbook}: {}", playbook.summary()),
    );
    for (index, line) in wrapped(&subject, width.saturating_sub(PLAYBOOK).max(30)).iter().enumerate() {
        writeln!(out, "{:PLAYBOOK$}{line}", if index == 0 { "Playbook" } else { "" })?;
    }
    writeln!(out)?;
    write_checks(out, checks, width)?;
    for app in apps {
        let client_id = app.client_id.map(|id| format!("{id} ")).unwrap_or_default();
        writeln!(out, "\nApp {client_id}({})", harmless(&app.file))?;
        write_checks(out, &app.checks, width)?;
    }
    writeln!(out)?;
    wrapped(&conclusion(playbook, checks, apps), width).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// What all of it comes to, in a sentence.
fn conclusion(playbook: Option<Playbook>, checks: &[Check], apps: &[FoundApp]) -> String {
    let number = |checks: &[Check], status| checks.iter().filter(|check| check.status == status).count() as u64;
    let of_apps = |status| apps.iter().map(|app| number(&app.checks, status)).sum::<u64>();
    let (failed, failed_of_apps) = (number(checks, CheckStatus::Failed), of_apps(CheckStatus::Failed));
    let warnings = number(checks, CheckStatus::Warning) + of_apps(CheckStatus::Warning);
    let what = playbook.map_or_else(|| "a run".to_owned(), |playbook| format!("a run of {playbook}"));
    let (warned, failures) =
        (counted(warnings, "warning", "warnings"), counted(failed + failed_of_apps, "check", "checks"));
    if failed > 0 {
        format!("{failures} failed, {warned}: {what} would fail, or leave some accounts undone.")
    } else if failed_of_apps > 0 {
        let files: Vec<&str> = apps
            .iter()
            .filter(|app| number(&app.checks, CheckStatus::Failed) > 0)
            .map(|app| app.file.as_str())
            .collect();
        let files = files.join(", ");
        let files = harmless(&files);
        format!("{failures} failed, {warned}: {what} would go without the app of {files}, or not begin.")
    } else {
        format!("Nothing stands in the way of {what}; {warned}. Nothing was changed.")
    }
}

fn write_checks(out: &mut impl Write, checks: &[Check], width: usize) -> io::Result<()> {
    let room = width.saturating_sub(FOUND).max(30);
    for check in checks {
        let name = check.check;
        let style = style_of(check.status);
        let found = wrapped(&harmless(&check.found), room);
        for (index, line) in found.iter().enumerate() {
            if index == 0 {
                let status = check.status.name();
                writeln!(out, "{style}{status:<NAME$}{style:#}{name:<rest$}{line}", rest = FOUND - NAME)?;
            } else {
                writeln!(out, "{:FOUND$}{line}", "")?;
            }
        }
        if let Some(remedy) = &check.remedy {
            for (index, line) in wrapped(&harmless(remedy), room.saturating_sub(3)).iter().enumerate() {
                let lead = if index == 0 { "-> " } else { "   " };
                writeln!(out, "{:FOUND$}{lead}{line}", "")?;
            }
        }
        // Never wrapped: it is there to be copied.
        if let Some(command) = &check.command {
            writeln!(out, "  {}", harmless(command))?;
        }
    }
    Ok(())
}

const fn style_of(status: CheckStatus) -> Style {
    let style = Style::new().bold();
    match status {
        CheckStatus::Ok => style.fg_color(Some(Color::Ansi(AnsiColor::Green))),
        CheckStatus::Warning => style.fg_color(Some(Color::Ansi(AnsiColor::Yellow))),
        CheckStatus::Failed => style.fg_color(Some(Color::Ansi(AnsiColor::Red))),
        CheckStatus::Skipped => Style::new().dimmed(),
    }
}
