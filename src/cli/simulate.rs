//! `sealoff simulate`: the simulator alone.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoEnumIterator as _;

use super::connect::clock_speed;
use super::exit::{Exit, Failure};
use super::interrupt;
use super::number_args::whole;
use super::scenario_args::ScenarioArgs;
use super::sign_in_args::SignInArgs;
use super::simulate_watch::watch;
use super::simulated_apps::{self, Named};
use super::simulated_tenants::{self, AnnouncedTenant};
use super::time_args;
use super::words::{counted, quoted};
use crate::json::DocumentVersion;
use crate::private_files;
use crate::shell::Shell;
use crate::simulator::{
    Connection, Directory, FurtherApp, Permission, Quota, Scenario, Settings, SimulatedRole, Simulator, SnapshotError,
};

/// Serve the embedded Microsoft Graph on loopback, for rehearsals and for other tools
///
/// It prints the variables that point a client at it and serves until it is interrupted. Nothing in it is real: it
/// accepts the printed credentials alone, and what is written to it stays in its memory.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sealoff simulate --users 500 --seed 7
  # then, in another shell, paste what it prints and run:
  sealoff plan list.csv --playbook contain \\
    --out rehearsal")]
pub struct SimulateArgs {
    /// Address to listen on; loopback only, port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// A further name that the certificate is good for, besides localhost; may be repeated
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// Serve clear text too, on a port of its own on loopback
    #[arg(long)]
    http: bool,
    /// How many users the directory has: 250 unless it comes from a snapshot
    #[arg(long, value_name = "N", value_parser = possible_users)]
    users: Option<usize>,
    /// Begin with the directory in FILE, if it is there, and save it there at the end: the rehearsal can be continued another day
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// How many times as fast time runs, quotas and waits included [default: 1]
    #[arg(long, value_name = "FACTOR", value_parser = clock_speed)]
    clock_speed: Option<f64>,
    /// How many seconds the tenant's clock is ahead of this machine's; a negative number is behind [default: 0]
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = whole::<i32>(i64::from(i32::MIN)..=i64::from(i32::MAX)))]
    clock_ahead: Option<i32>,
    /// The shell that the variables are printed for [default: sh; on Windows the one that it is started from]
    #[arg(long, value_enum, value_name = "SHELL")]
    shell: Option<Shell>,
    /// No write quota and no resource units
    #[arg(long, conflicts_with = "limiter")]
    no_quota: bool,
    /// How long reads still show the state before a write, as a replica that lags behind does: 30s, 2m [default: 0s]
    #[arg(long, value_name = "SPAN", value_parser = time_args::span)]
    read_lag: Option<Duration>,
    /// How many app registrations the tenant has, each with a quota of its own; it prints the files that name the further ones
    /// [default: 1]
    #[arg(long, value_name = "N", value_parser = whole::<u16>(simulated_apps::APPS))]
    apps: Option<u16>,
    /// How many tenants it serves at its address, each with people, domains, a quota and a ledger of its own, and one app in all
    /// of them; it prints the file that names them, for --tenants of the other commands [default: 1]
    #[arg(long, value_name = "N", value_parser = whole::<u16>(simulated_tenants::TENANTS), conflicts_with_all = ["snapshot", "watch"])]
    tenants: Option<u16>,
    /// Where to write the certificate authority that a client has to trust; a file in a private temporary folder if not given
    #[arg(long, value_name = "FILE")]
    ca_out: Option<PathBuf>,
    /// Draw what happens in the tenant, live, on the terminal
    #[arg(long)]
    watch: bool,
    /// Print the connection as one line of JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sign_in: SignInArgs,
    #[command(flatten)]
    rights: RightsArgs,
    #[command(flatten)]
    scenario: ScenarioArgs,
}

/// What the app may do, and what the tenant has.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Rights")]
struct RightsArgs {
    /// Directory role of the app: none, password, helpdesk, authentication, user, privileged-authentication or global [default:
    /// privileged-authentication]
    #[arg(long, value_name = "ROLE", value_parser = app_role(), hide_possible_values = true)]
    app_role: Option<AppRole>,
    /// A permission that the app was not granted, such as Directory.Read.All, besides those that the scenario withholds; more
    /// than once for more than one
    #[arg(long, value_name = "PERMISSION", value_parser = permission(), ignore_case = true, hide_possible_values = true)]
    withhold: Vec<Permission>,
    /// Tokens that no client can read
    #[arg(long)]
    opaque_tokens: bool,
    /// The tenant has no Privileged Identity Management (no Entra ID P2)
    #[arg(long)]
    without_pim: bool,
}

fn possible_users(text: &str) -> Result<usize, String> {
    let users = text.parse().ok().filter(|users| Settings::POSSIBLE_USERS.contains(users));
    let (min, max) = Settings::POSSIBLE_USERS.into_inner();
    users.ok_or_else(|| format!("a tenant has from {min} to {max} users"))
}

/// A directory role, or none.
#[derive(Debug, Clone, Copy)]
struct AppRole(Option<SimulatedRole>);

/// As the simulator calls the roles. Shells complete them, and a mistyped one is answered with the list.
const APP_ROLES: [&str; 7] =
    ["none", "password", "helpdesk", "authentication", "user", "privileged-authentication", "global"];

fn app_role() -> impl TypedValueParser<Value = AppRole> {
    PossibleValuesParser::new(APP_ROLES).try_map(|name| match name.as_str() {
        "none" => Ok(AppRole(None)),
        name => name.parse().map(|role| AppRole(Some(role))),
    })
}

fn permission() -> impl TypedValueParser<Value = Permission> {
    PossibleValuesParser::new(Permission::iter().map(Permission::name)).try_map(|name| name.parse::<Permission>())
}

impl RightsArgs {
    fn apply(&self, settings: &mut Settings) {
        settings.permissions.retain(|permission| !self.withhold.contains(permission));
        if let Some(AppRole(role)) = self.app_role {
            settings.app_role = role;
            settings.further_apps.iter_mut().for_each(|app| app.app_role = role);
        }
        settings.opaque_tokens |= self.opaque_tokens;
        settings.pim_licensed &= !self.without_pim;
    }
}

/// The connection, as one line of JSON.
#[derive(JsonSchema, Serialize)]
pub(super) struct SimulateDocument<'a> {
    sealoff_simulate: DocumentVersion,
    /// Where Graph is, for SEALOFF_GRAPH_ENDPOINT.
    graph_endpoint: &'a str,
    /// Where tokens are issued, for AZURE_AUTHORITY_HOST.
    authority: &'a str,
    /// For AZURE_TENANT_ID.
    tenant_id: &'a str,
    /// For AZURE_CLIENT_ID.
    client_id: &'a str,
    /// For AZURE_CLIENT_SECRET. It opens nothing but this simulator.
    client_secret: &'a str,
    /// The certificate that its clients must trust.
    ca_file: String,
    /// Where it answers without TLS, with --http.
    #[serde(skip_serializing_if = "Option::is_none")]
    clear_text: Option<&'a str>,
    /// How many times as fast as this machine's its clock runs.
    clock_speed: f64,
    /// The apps beside that one.
    further_apps: Vec<AnnouncedApp<'a>>,
    /// The file that names its tenants, for --tenants.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenants_file: Option<String>,
    /// Its tenants, the one above first, where there are several.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tenants: &'a [AnnouncedTenant],
}

/// One more app, and the file that names it to `apply`.
#[derive(JsonSchema, Serialize)]
struct AnnouncedApp<'a> {
    /// Its client id.
    client_id: String,
    /// Its secret.
    client_secret: &'a str,
    /// For --app.
    file: String,
}

/// Serves until it is interrupted.
///
/// # Errors
///
/// The address is taken or not loopback, or the certificate file cannot be written.
pub async fn run(args: SimulateArgs) -> Result<Exit, Failure> {
    if args.watch && !io::stderr().is_terminal() {
        return Err(Failure::usage("--watch draws on a terminal, and standard error is none").with_next(
            "Leave it out, and read the same as JSON: below the printed address, at /_simulator/counters and /_simulator/ledger.",
        ));
    }
    let settings = settings(&args)?;
    let clock_speed = settings.clock_speed;
    let further = settings.further_apps.clone();
    let mut requests = interrupt::StopRequests::take_over().map_err(Failure::usage)?;
    let beside = simulated_tenants::beside(&settings, args.tenants.unwrap_or(1));
    let simulator = Simulator::start_several(settings, beside).await.map_err(Failure::usage)?;
    let (ca_file, folder) = write_ca(simulator.connection(), args.ca_out.clone())?;
    let (further, folder) = write_apps(further, folder)?;
    let (tenants, _folder) = write_tenants(&simulator, folder)?;
    announce(&args, clock_speed, &simulator, &ca_file, &further, tenants)
        .map_err(|error| Failure::usage(format_args!("cannot print: {error}")))?;
    tokio::select! {
        () = requests.next() => {}
        never = watch(&simulator, clock_speed), if args.watch => match never {},
    }
    if let Some(path) = &args.snapshot {
        private_files::replace(path, |file| simulator.write_snapshot(file)).map_err(|error| {
            Failure::new(Exit::Unfinished, format_args!("the snapshot {} cannot be written: {error}", path.display()))
        })?;
    }
    simulator.stop().await;
    Ok(Exit::Done)
}

fn settings(args: &SimulateArgs) -> Result<Settings, Failure> {
    let scenario = args.scenario.read()?;
    let directory = match &args.snapshot {
        Some(path) => {
            let said = match (args.users, scenario.as_ref().and_then(Scenario::users)) {
                (Some(_), _) => Some("--users"),
                (None, Some(_)) => Some("users of the scenario"),
                (None, None) => None,
            };
            begin_with(path, said)?
        }
        None => None,
    };
    let users = args.users.or(scenario.as_ref().and_then(Scenario::users)).unwrap_or(DEFAULT_USERS);
    let beginning = Settings {
        listen: args.listen,
        hosts: args.host.clone(),
        clear_text: args.http,
        // By the size of the tenant.
        quota: Quota::documented(directory.as_ref().map_or(users, Directory::len)),
        directory,
        users,
        ..Settings::default()
    };
    let mut settings = args.scenario.settings(scenario.as_ref(), beginning);
    settings.users = users;
    settings.clock_speed = args.clock_speed.unwrap_or(settings.clock_speed);
    if let Some(seconds) = args.clock_ahead {
        settings.clock_ahead = time::Duration::seconds(seconds.into());
    }
    if args.no_quota {
        settings.quota = Quota::off();
    }
    settings.read_lag = args.read_lag.unwrap_or(settings.read_lag);
    if let Some(apps) = args.apps {
        let app_role = settings.app_role;
        let made_up = simulated_apps::made_up(apps).into_iter();
        settings.further_apps = made_up.map(|app| FurtherApp { app_role, ..app }).collect();
    }
    args.rights.apply(&mut settings);
    args.sign_in.apply(&mut settings)?;
    Ok(settings)
}

/// The users of the directory by default.
const DEFAULT_USERS: usize = 250;

/// The directory of a snapshot, or nothing where there is none yet. `said` is what says how many users there are.
fn begin_with(path: &Path, said: Option<&str>) -> Result<Option<Directory>, Failure> {
    let cannot = |error: SnapshotError| {
        Failure::usage(format_args!("the snapshot {} cannot be used: {error}", path.display()))
            .with_next("Name another file, or remove this one to begin anew.")
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            try_to_write(path)?;
            return Ok(None);
        }
        Err(error) => return Err(cannot(error.into())),
    };
    if let Some(said) = said {
        return Err(Failure::usage(format_args!(
            "{} says who is in the directory, so the {said} cannot say how many",
            path.display()
        ))
        .with_next(format_args!("Leave out the {said}, or name a new file for the snapshot.")));
    }
    try_to_write(path)?;
    Directory::read_snapshot(BufReader::new(file)).map(Some).map_err(cannot)
}

/// The snapshot is written at the end, first beside its place. Whether that is possible is checked at the beginning.
fn try_to_write(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::tempfile_in(folder).map(drop).map_err(|error| {
        Failure::usage(format_args!("the snapshot {} cannot be written: {error}", path.display()))
            .with_next("Name a file in a folder that is there and that you may write to.")
    })
}

fn write_ca(connection: &Connection, wanted: Option<PathBuf>) -> Result<(PathBuf, Option<tempfile::TempDir>), Failure> {
    let cannot = |path: &Path, error: std::io::Error| {
        Failure::usage(format_args!("the certificate authority cannot be written to {}: {error}", path.display()))
    };
    let (path, folder) = match wanted {
        Some(path) => (path, None),
        None => {
            let folder = private_files::temporary_folder("sealoff-simulator-");
            let folder = folder.map_err(|error| cannot(&std::env::temp_dir(), error))?;
            (folder.path().join("ca.pem"), Some(folder))
        }
    };
    private_files::replace(&path, |file| file.write_all(connection.ca_pem.as_bytes()))
        .map_err(|error| cannot(&path, error))?;
    Ok((path, folder))
}

/// The files of further apps lie where the certificate authority does, unless that was put elsewhere.
fn write_apps(
    further: Vec<FurtherApp>,
    folder: Option<tempfile::TempDir>,
) -> Result<(Vec<Named>, Option<tempfile::TempDir>), Failure> {
    if further.is_empty() {
        return Ok((Vec::new(), folder));
    }
    let folder = folder.map_or_else(temporary_folder, Ok)?;
    Ok((simulated_apps::write(folder.path(), further)?, Some(folder)))
}

fn temporary_folder() -> Result<tempfile::TempDir, Failure> {
    private_files::temporary_folder("sealoff-simulator-")
        .map_err(|error| Failure::usage(format_args!("no temporary folder can be made: {error}")))
}

/// The tenants, and the file that names them.
struct Tenants {
    all: Vec<AnnouncedTenant>,
    file: Option<PathBuf>,
}

/// The file lies where those of the apps do. One tenant needs none.
fn write_tenants(
    simulator: &Simulator,
    folder: Option<tempfile::TempDir>,
) -> Result<(Tenants, Option<tempfile::TempDir>), Failure> {
    let all = simulated_tenants::of(simulator);
    if all.len() <= 1 {
        return Ok((Tenants { all: Vec::new(), file: None }, folder));
    }
    let folder = folder.map_or_else(temporary_folder, Ok)?;
    let file = simulated_tenants::write(folder.path(), simulator, &all)?;
    Ok((Tenants { all, file: Some(file) }, Some(folder)))
}

fn announce(
    args: &SimulateArgs,
    clock_speed: f64,
    simulator: &Simulator,
    ca_file: &Path,
    further: &[Named],
    tenants: Tenants,
) -> std::io::Result<()> {
    let (users, connection) = (simulator.user_count(), simulator.connection());
    let mut out = anstream::stdout();
    if args.json {
        let announcement = SimulateDocument {
            sealoff_simulate: DocumentVersion,
            graph_endpoint: &connection.graph_endpoint,
            authority: &connection.authority,
            tenant_id: &connection.tenant_id,
            client_id: &connection.client_id,
            client_secret: &connection.client_secret,
            ca_file: ca_file.display().to_string(),
            clear_text: connection.clear_text.as_deref(),
            clock_speed,
            further_apps: further
                .iter()
                .map(|Named { path, app }| AnnouncedApp {
                    client_id: app.client_id.to_string(),
                    client_secret: &app.client_secret,
                    file: path.display().to_string(),
                })
                .collect(),
            tenants_file: tenants.file.as_ref().map(|file| file.display().to_string()),
            tenants: &tenants.all,
        };
        writeln!(out, "{}", serde_json::to_string(&announcement).map_err(std::io::Error::other)?)?;
        return out.flush();
    }
    let shell = args.shell.unwrap_or(Shell::here());
    let mut print = |line: String| writeln!(out, "{line}");
    let users = counted(users as u64, "user", "users");
    print(shell.comment(&format!("{users} on {}; Ctrl-C ends it", connection.graph_endpoint)))?;
    if let Some(root) = &connection.clear_text {
        print(shell.comment(&format!("the same in clear text on {root}")))?;
    }
    for (name, value) in [
        ("SEALOFF_GRAPH_ENDPOINT", connection.graph_endpoint.as_str()),
        ("AZURE_AUTHORITY_HOST", &connection.authority),
        ("AZURE_TENANT_ID", &connection.tenant_id),
        ("AZURE_CLIENT_ID", &connection.client_id),
        ("AZURE_CLIENT_SECRET", &connection.client_secret),
        ("SSL_CERT_FILE", &ca_file.display().to_string()),
    ] {
        print(shell.set(name, value))?;
    }
    if (clock_speed - 1.0).abs() > f64::EPSILON {
        print(shell.set("SEALOFF_CLOCK_SPEED", &clock_speed.to_string()))?;
    }
    if let Some(file) = &tenants.file {
        let number = counted(tenants.all.len() as u64, "tenant", "tenants");
        print(
            shell.comment(&format!(
                "it is {number}, each with so many people; give this to plan, apply and the others:"
            )),
        )?;
        print(shell.comment(&format!("  --tenants {}", quoted(file))))?;
    }
    if !further.is_empty() {
        let apps = counted(further.len() as u64, "more app", "more apps");
        let files: Vec<String> = further.iter().map(|named| format!("--app {}", quoted(&named.path))).collect();
        print(shell.comment(&format!("{apps}, each with a quota of its own; give these to apply or run:")))?;
        print(shell.comment(&format!("  {}", files.join(" "))))?;
    }
    out.flush()
}
