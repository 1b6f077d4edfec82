//! `sealoff drill`: the whole job against the embedded simulator.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::SecretString;

use super::approval::Approval;
use super::apps::{AppArgs, Entering, FurtherApp};
use super::carry_out::{Terms, carry_out, show_finished};
use super::connect::{Connected, clock_speed};
use super::drill_keys::DrillKeys;
use super::drill_kill::{Killed, Victim};
use super::drill_phases::{Phases, Rehearsed};
use super::exit::{Exit, Failure};
use super::fitted;
use super::pace_args::PaceArgs;
use super::plan::{ReadingArgs, RuleArgs, of_roster};
use super::precheck::CheckArgs;
use super::preview::{self, note_unprinted, quoted};
use super::report;
use super::scenario_args::ScenarioArgs;
use super::simulated_apps;
use super::verify;
use super::words::{count, counted, harmless};
use crate::clock::Clock;
use crate::digest::Digest;
use crate::graph::app_file::AppFile;
use crate::graph::connection::http_client_trusting;
use crate::graph::endpoint::{Cloud, Endpoints};
use crate::graph::token::{Credential, TokenSource};
use crate::graph::transport::HttpTransport;
use crate::plan::folder::PlanFolder;
use crate::plan::manifest::Manifest;
use crate::plan::playbook::Playbook;
use crate::private_files;
use crate::roster::{Key, KeyProperty, Source};
use crate::run::lock::FolderLock;
use crate::run::resume_point::{WorkScope, resume_point};
use crate::seal::{ExpectedAccount, Identities, Identity, SealedRows, UnsealError, unseal};
use crate::simulator::{Connection, ExtraPerson, Quota, Scenario, Settings, Simulator};

const SAMPLE_NAME: &str = "samples/first-try.csv";
const SAMPLE: &[u8] = include_bytes!("../../samples/first-try.csv");

/// Rehearse the whole job against an embedded Microsoft Graph, offline
///
/// Plans, approves, applies, verifies, reports and unseals one credential as proof, all on this machine: nothing real is
/// changed, no account is needed. It ends with how long each phase took, and what a real tenant would have taken by its
/// quota. With --scenario things go wrong on the way; with --interrupt the run is killed in the middle. Without ROSTER it uses a sample; with a ROSTER of your own, everyone on it exists in the simulated tenant;
/// with --accounts, that many made-up people are on the list.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff drill
  sealoff drill samples/layoff.csv --playbook offboard
  sealoff drill --accounts 10000 --clock-speed 60
  sealoff drill --accounts 10000 --apps 3
  sealoff drill samples/breach.csv --playbook breach \\
    --scenario samples/scenarios/bad-day.toml --interrupt")]
pub struct DrillArgs {
    /// A list of your own
    #[arg(value_name = "ROSTER", conflicts_with = "accounts")]
    roster: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// What is done to each account
    #[arg(long, value_name = "PLAYBOOK", default_value = "breach", value_parser = super::plan::playbook())]
    playbook: Playbook,
    /// Make up a list of this many people
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    accounts: Option<u32>,
    /// How many times as fast time runs: quota and waits stay in proportion, and hours pass in minutes [default: 60]
    #[arg(long, value_name = "FACTOR", value_parser = clock_speed)]
    clock_speed: Option<f64>,
    /// How many app registrations the run goes through, each with a quota of its own: three reach the tenant's. The files that
    /// name them, as --app takes them, are in the drill's folder [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(simulated_apps::APPS))]
    apps: Option<u16>,
    /// The folder for the plan and everything that follows; a new temporary one if not given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Kill the run in the middle, without a warning, and give the same command again
    #[arg(long)]
    interrupt: bool,
    /// Print as JSON: a line for the plan, the run, the verification, and at last the drill itself
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    scenario: ScenarioArgs,
    #[command(flatten)]
    pace: PaceArgs,
    /// Rehearse with the file of a further app registration of your own; its secret is not read. More than once for more than
    /// one
    #[arg(long = "app", value_name = "FILE", conflicts_with = "apps", help_heading = "Pace")]
    app: Vec<PathBuf>,
    #[command(flatten)]
    rules: RuleArgs,
}

/// Runs the drill.
///
/// # Errors
///
/// Whatever the same job would fail with against a real tenant.
pub async fn run(args: DrillArgs) -> Result<Exit, Failure> {
    let scenario = args.scenario.read()?;
    let mut settings = settings(&args, scenario.as_ref())?;
    let clock_speed = settings.clock_speed;
    let files = AppArgs::named(args.app.clone()).read()?;
    if !files.is_empty() {
        let app_role = settings.app_role;
        let stand_ins = simulated_apps::stand_ins(&files).into_iter();
        settings.further_apps = stand_ins.map(|app| crate::simulator::FurtherApp { app_role, ..app }).collect();
    }
    let further = settings.further_apps.clone();
    let apps = 1 + u32::try_from(further.len()).unwrap_or(u32::MAX);
    let folder = match &args.out {
        Some(folder) => folder.clone(),
        None => private_files::temporary_folder("sealoff-drill-")
            .map(tempfile::TempDir::keep)
            .map_err(|error| Failure::usage(format_args!("no temporary folder can be made: {error}")))?,
    };
    let simulator = Simulator::start(settings).await.map_err(Failure::usage)?;
    let source = match (&args.roster, args.accounts) {
        (Some(path), _) => Source::from_argument(path.as_os_str()),
        (None, Some(accounts)) => Source::bytes(MADE_UP, made_up_roster(&simulator, accounts)),
        (None, None) => Source::bytes(SAMPLE_NAME, SAMPLE),
    };
    tell(args.json, |out| {
        writeln!(out, "This is a drill: the tenant is simulated on this machine, and nothing real is changed.")?;
        if let Some(title) = scenario.as_ref().map(Scenario::title).filter(|title| !title.is_empty()) {
            writeln!(out, "{}.", harmless(title))?;
        }
        if (clock_speed - 1.0).abs() > f64::EPSILON {
            writeln!(out, "Time runs {clock_speed} times as fast; spans below are what a real tenant would take.")?;
        }
        writeln!(out)
    })?;
    let own = DrillKeys::for_names_on(args.reading.open(source.clone())?).map_err(Failure::usage)?;
    let mut rules = args.rules.rules(args.playbook, Some(own.keys()))?;
    // The made-up tenant is as large as the list needs; how large a share of the real one it is, nobody knows here.
    rules.options.max_accounts = rules.options.max_accounts.or(Some(u32::MAX));
    let proves = rules.handoff.is_some() && args.rules.recipients.is_none();
    let roster = args.reading.open(source)?;
    let mut phases = Phases::begin(clock_speed, apps, &simulator);
    let connected = || connect(simulator.connection(), clock_speed);
    let (summary, plan) = of_roster(roster, rules, &folder, &connected()?, CheckArgs::default()).await?;
    phases.ended("Plan", &simulator);
    preview::show(&summary, args.json);
    if summary.plan.accounts() == 0 {
        return Ok(Exit::Done);
    }
    let keys = if proves { Some(own.write(&folder)?) } else { None };
    tell(args.json, |out| writeln!(out, "Approved, because this is a drill.\n"))?;
    let plan = plan.map_or_else(|| PlanFolder::open(&folder), Ok)?;
    let named = if further.is_empty() { Vec::new() } else { simulated_apps::write(&folder.join("apps"), further)? };
    let named: Vec<PathBuf> = named.into_iter().map(|named| named.path).collect();
    let mut killed = false;
    if args.interrupt {
        let (pace, json) = (&args.pace, args.json);
        let victim = Victim { folder: &folder, manifest: plan.manifest(), pace, apps: &named, clock_speed, json };
        killed = interrupt(&victim, &simulator).await?;
        phases.ended(if killed { "Apply, until it was killed" } else { "Apply" }, &simulator);
    }
    let further = further_apps(plan.manifest(), named, &files)?;
    let entering = Entering { first: connected()?, further };
    let exit = carry_on(&plan, entering, args.pace, args.json).await?;
    phases.ended(if args.interrupt { "The same command again" } else { "Apply" }, &simulator);
    if exit == Exit::Interrupted {
        tell(args.json, |out| {
            writeln!(out, "The simulated tenant ends with the drill, so this one cannot be gone on with.")
        })?;
        return Ok(exit);
    }
    tell(args.json, |out| writeln!(out, "Reading everybody again, to see it proved:\n"))?;
    let verified = verify::once(&plan, &connected()?, args.json).await? == Exit::Done;
    phases.ended("Verify", &simulator);
    let report = report::write(&plan)?;
    phases.ended("Report", &simulator);
    let credential_proved = keys.map(|keys| prove(&simulator, &plan, keys, args.json)).transpose()?.flatten();
    let holds = verified && credential_proved != Some(false);
    let exit = if holds { exit } else { exit.or_unfinished() };
    let scenario = scenario.as_ref().map(Scenario::title);
    let faults = simulator.struck();
    let rehearsed =
        Rehearsed { scenario, faults, killed, credential_proved, verified, folder: &folder, report: &report };
    if args.json {
        let line = phases.to_json(exit, &rehearsed).map_err(Failure::usage)?;
        tell(false, |out| writeln!(out, "{line}"))?;
    } else {
        tell(false, |out| {
            writeln!(out, "Report     {}\n", report.display())?;
            rehearsed.write(out)?;
            phases.write(out)
        })?;
        say_what_next(args.playbook, &folder, apps)?;
    }
    simulator.stop().await;
    Ok(exit)
}

/// Begins the run in a process of its own and kills it half way. Says whether it could be killed.
async fn interrupt(victim: &Victim<'_>, simulator: &Simulator) -> Result<bool, Failure> {
    let half = count(victim.manifest.counts.writes / 2);
    tell(victim.json, |out| writeln!(out, "The run will be killed after {half} writes, without a warning.\n"))?;
    let killed = victim.run_and_kill(simulator).await?;
    tell(victim.json, |out| match killed {
        Killed::After(written) => {
            let of = counted(victim.manifest.counts.writes, "write", "writes");
            writeln!(
                out,
                "\nKilled when {} of {of} were done, with answers still on their way: nothing was tidied up.",
                count(written)
            )?;
            writeln!(out, "Now the same command again, as somebody would give it:\n")
        }
        Killed::TooLate => {
            writeln!(out, "\nThe run ended by itself before it could be killed. The same command again:\n")
        }
    })?;
    Ok(matches!(killed, Killed::After(_)))
}

/// Carries the plan out, or what an earlier process has left of it.
async fn carry_on(plan: &PlanFolder, entering: Entering, pace: PaceArgs, json: bool) -> Result<Exit, Failure> {
    let _lock = FolderLock::take(plan.path(), "drill")?;
    let resume_point = resume_point(plan, WorkScope::Open)?;
    if resume_point.has_nothing_to_do() {
        return show_finished(plan, &resume_point, Approval::Drill, json);
    }
    let terms = Terms { approval: Approval::Drill, pace, checks: CheckArgs::default(), json, not_before: None };
    carry_out(plan, &resume_point, entering, terms).await
}

/// How many times as fast time runs in a drill that says nothing of it.
const CLOCK_SPEED: f64 = 60.0;

fn settings(args: &DrillArgs, scenario: Option<&Scenario>) -> Result<Settings, Failure> {
    let users = scenario.and_then(Scenario::users).unwrap_or(Settings::default().users);
    // Some in a directory are guests, service accounts and the like; the list is made of those that are not.
    let needed = args.accounts.map_or(0, |accounts| accounts as usize + accounts as usize / 2 + 200);
    let users = users.max(needed);
    let beginning =
        Settings { users, quota: Quota::documented(users), clock_speed: CLOCK_SPEED, ..Settings::default() };
    let mut settings = args.scenario.settings(scenario, beginning);
    settings.users = users;
    settings.clock_speed = args.clock_speed.unwrap_or(settings.clock_speed);
    if let Some(apps) = args.apps {
        let app_role = settings.app_role;
        let made_up = simulated_apps::made_up(apps).into_iter();
        settings.further_apps = made_up.map(|app| crate::simulator::FurtherApp { app_role, ..app }).collect();
    }
    if let Some(path) = &args.roster {
        if path.as_os_str() == "-" {
            return Err(Failure::usage("a drill reads its roster twice, so it must be a file"));
        }
        settings.extra_people = people(path, &args.reading)?;
    }
    Ok(settings)
}

/// Everyone whom the roster names, with the kind of account that its columns tell.
fn people(path: &Path, reading: &ReadingArgs) -> Result<Vec<ExtraPerson>, Failure> {
    let roster = reading.open(Source::from_argument(path.as_os_str()))?;
    let mut people = Vec::new();
    for entry in roster {
        let Ok(person) = entry.map_err(Failure::usage)?.content else { continue };
        let mut extra = match &person.key {
            Key::ObjectId(id) => ExtraPerson { object_id: Some(id.guid()), ..ExtraPerson::default() },
            Key::UserPrincipalName(upn) => {
                ExtraPerson { user_principal_name: Some(upn.to_string()), ..ExtraPerson::default() }
            }
            // An address makes a sign-in name.
            Key::Property(KeyProperty::Mail | KeyProperty::ProxyAddress, address) => {
                ExtraPerson { user_principal_name: Some(address.to_string()), ..ExtraPerson::default() }
            }
            Key::Property(KeyProperty::EmployeeId, id) => {
                ExtraPerson { employee_id: Some(id.to_string()), ..ExtraPerson::default() }
            }
            Key::Property(KeyProperty::Sid, sid) => {
                ExtraPerson { security_identifier: Some(sid.to_string()), synced: true, ..ExtraPerson::default() }
            }
            Key::Property(KeyProperty::SamAccountName, name) => {
                ExtraPerson { sam_account_name: Some(name.to_string()), synced: true, ..ExtraPerson::default() }
            }
        };
        if let Some(upn) = &person.also {
            extra.user_principal_name = Some(upn.to_string());
        }
        if let Some(id) = person.also_id {
            extra.object_id = Some(id.guid());
        }
        extra.user_type = person.hints.user_type;
        // Whoever has a key of Active Directory's is mastered there, unless the list says otherwise.
        extra.synced = person.hints.synced.unwrap_or(extra.synced);
        extra.enabled = person.hints.enabled;
        extra.display_name = person.hints.display_name;
        extra.department = person.hints.department;
        people.push(extra);
    }
    Ok(people)
}

const MADE_UP: &str = "a made-up roster";

/// A list of ordinary, enabled members of the simulated tenant, of whom a third sit in another place.
fn made_up_roster(simulator: &Simulator, accounts: u32) -> Vec<u8> {
    let mut csv = b"userPrincipalName,handoff\n".to_vec();
    let ordinary = simulator.users().into_iter().filter(|user| {
        user.account_enabled
            && user.on_premises.is_none()
            && user.external_user_state.is_none()
            && user.domain() == "contoso.com"
    });
    for (index, user) in ordinary.take(accounts as usize).enumerate() {
        let handoff = if index % 3 == 2 { "site-berlin" } else { "service-desk" };
        csv.extend_from_slice(format!("{},{handoff}\n", user.user_principal_name).as_bytes());
    }
    csv
}

fn connect(connection: &Connection, clock_speed: f64) -> Result<Connected, Failure> {
    let endpoints = Endpoints::new(Cloud::Global, Some(&connection.graph_endpoint), Some(&connection.authority))
        .map_err(Failure::usage)?;
    let http = http_client_trusting(connection.ca_pem.as_bytes()).map_err(Failure::usage)?;
    let credential = Credential::ClientSecret {
        tenant: connection.tenant_id.clone(),
        client_id: connection.client_id.clone(),
        secret: SecretString::from(connection.client_secret.clone()),
    };
    let tokens = TokenSource::new(credential, endpoints.clone(), http.clone());
    let transport = HttpTransport::new(http, endpoints, tokens);
    Ok(Connected { transport, clock: Clock::with_speed(clock_speed) })
}

/// The apps beside the first one. Those that are made up are named by files, as real ones are.
fn further_apps(manifest: &Manifest, named: Vec<PathBuf>, files: &[AppFile]) -> Result<Vec<FurtherApp>, Failure> {
    if files.is_empty() {
        return AppArgs::named(named).of_tenant(manifest.tenant.id);
    }
    Ok(simulated_apps::entering(&manifest.tenant.id.to_string(), files))
}

/// Opens the first sealed credential of the busiest name, holds it against what the simulated directory accepts, and makes
/// sure that the other key does not open it. Says nothing where no credential was sealed to it.
fn prove(
    simulator: &Simulator,
    plan: &PlanFolder,
    [(key, busiest), (_, others)]: [(PathBuf, Identity); 2],
    json: bool,
) -> Result<Option<bool>, Failure> {
    let (results, key) = (&plan.results_path(), &key);
    let (identities, others) = (Identities::from(busiest), Identities::from(others));
    for row in SealedRows::open(results).map_err(Failure::usage)? {
        let row = row.map_err(Failure::usage)?;
        let (Ok(object_id), [Ok(sealed)]) = (&row.object_id, row.candidates.as_slice()) else { continue };
        let expected =
            ExpectedAccount { tenant: None, object_id: *object_id, user_principal_name: &row.user_principal_name };
        let password = match unseal(&identities, sealed, &expected) {
            Ok(password) => password,
            Err(UnsealError::NotForThisIdentity) => continue,
            Err(error) => return Err(Failure::usage(error)),
        };
        let is_theirs_alone = matches!(unseal(&others, sealed, &expected), Err(UnsealError::NotForThisIdentity));
        let user = simulator.user(&object_id.to_string());
        let holds = user.is_some_and(|user| user.password == Some(Digest::of(password.expose().as_bytes())));
        let user = quoted(Path::new(&row.user_principal_name));
        tell(json, |out| {
            let name = harmless(&row.user_principal_name);
            let verdict =
                if holds { "is the password that the directory now holds" } else { "is NOT the directory's password" };
            writeln!(out, "Proof      the sealed credential of {name} opens, and it {verdict}.")?;
            let other = if is_theirs_alone { "does not open it" } else { "OPENS IT, TOO" };
            writeln!(out, "           The key of those who hand the others over {other}. See it yourself:")?;
            writeln!(out, "           sealoff unseal {} -i {} --user {user} --show", quoted(results), quoted(key))?;
            writeln!(out)
        })?;
        return Ok(Some(holds && is_theirs_alone));
    }
    Ok(None)
}

fn say_what_next(playbook: Playbook, folder: &Path, apps: u32) -> Result<(), Failure> {
    tell(false, |out| {
        writeln!(out, "Everything is in {}. Against a real tenant, the same job is:", folder.display())?;
        writeln!(out)?;
        writeln!(out, "  export AZURE_TENANT_ID=... AZURE_CLIENT_ID=... AZURE_CLIENT_SECRET=...")?;
        let mut seal_to = "";
        if playbook.resets() {
            writeln!(out, "  sealoff keygen -o key.txt            # prints the recipient, age1…")?;
            seal_to = " --seal-to age1…";
        }
        writeln!(out, "  sealoff plan people.csv --playbook {playbook}{seal_to} --out tonight")?;
        let further: String = (2..=apps).map(|number| format!(" --app app{number}.toml")).collect();
        writeln!(out, "  sealoff apply tonight --confirm N{further}")?;
        if playbook.resets() {
            writeln!(out, "  sealoff unseal tonight/results.csv -i key.txt -o passwords.csv")?;
        }
        Ok(())
    })
}

fn tell(silent: bool, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    if silent {
        return Ok(());
    }
    let mut out = anstream::stdout();
    note_unprinted(fitted::write(&mut out, |out| write(out)).and_then(|()| out.flush()));
    Ok(())
}
