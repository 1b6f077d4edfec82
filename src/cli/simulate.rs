//! `sealoff simulate`: the simulator alone.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::connect::clock_speed;
use super::exit::{Exit, Failure};
use super::interrupt;
use super::moments;
use super::sign_in_args::SignInArgs;
use super::simulated_apps::{self, Named};
use super::words::{counted, quoted};
use crate::private_files;
use crate::simulator::{
    ActingRole, Connection, Directory, Fault, Faults, FurtherApp, Permission, Quota, Settings, Shape, Simulator,
    SnapshotError, UnknownFault, UnknownRole,
};

/// Serve the embedded Microsoft Graph on loopback, for rehearsals and for other tools
///
/// It prints the variables that point a client at it and serves until it is interrupted. Nothing in it is real: it
/// accepts the printed credentials alone, and what it is told stays in its memory.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  sealoff simulate --users 500 --seed 7\n  # then, in another shell, paste what it prints and run:\n  sealoff plan samples/first-try.csv --playbook contain --out rehearsal"
)]
pub struct SimulateArgs {
    /// Address to listen on; loopback only, port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// A further name that the certificate is good for, besides localhost; more than once for more than one
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// Serve clear text too, on a port of its own on loopback
    #[arg(long)]
    http: bool,
    /// How many users the directory has: 250 unless it comes from a snapshot
    #[arg(long, value_name = "N")]
    users: Option<usize>,
    /// Begin with the directory in FILE, if it is there, and keep it there in the end: a rehearsal goes on another day
    #[arg(long, value_name = "FILE")]
    snapshot: Option<PathBuf>,
    /// The seed: the same one gives the same directory and the same faults
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// How many times as fast time runs, quotas and waits included
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = clock_speed)]
    clock_speed: f64,
    /// How many seconds the tenant's clock is ahead of this machine's; less than nothing is behind
    #[arg(long, value_name = "SECONDS", default_value_t = 0, allow_negative_numbers = true, value_parser = clap::value_parser!(i32))]
    clock_ahead: i32,
    /// No write quota and no resource units
    #[arg(long)]
    no_quota: bool,
    /// How the write quota is counted: Microsoft calls it a bucket and words it as a window
    #[arg(long, value_enum, default_value_t, value_name = "SHAPE", conflicts_with = "no_quota")]
    limiter: Shape,
    /// How long reads go on showing what was so before a write, as a replica does that lags behind: 30s, 2m
    #[arg(long, value_name = "SPAN", default_value = "0s", value_parser = moments::span)]
    read_lag: Duration,
    /// How many app registrations the tenant has, each with a quota of its own; it prints the files that name the further ones
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(simulated_apps::APPS))]
    apps: u16,
    /// Where to write the certificate authority that a client has to trust; a file in a private temporary folder if not given
    #[arg(long, value_name = "FILE")]
    ca_out: Option<PathBuf>,
    /// Print the connection as one line of JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    sign_in: SignInArgs,
    #[command(flatten)]
    rights: RightsArgs,
    #[command(flatten)]
    faults: FaultArgs,
}

/// What the app may do, and what the tenant has.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Rights")]
struct RightsArgs {
    /// Directory role of the app: none, password, helpdesk, authentication, user, privileged-authentication or global
    #[arg(long, value_name = "ROLE", default_value = "privileged-authentication", value_parser = app_role)]
    app_role: AppRole,
    /// A permission that the app was not granted, such as Directory.Read.All; more than once for more than one
    #[arg(long, value_name = "PERMISSION")]
    withhold: Vec<Permission>,
    /// Tokens that no client can read
    #[arg(long)]
    opaque_tokens: bool,
    /// The tenant has no Privileged Identity Management (no Entra ID P2)
    #[arg(long)]
    without_pim: bool,
}

/// A directory role, or none.
#[derive(Debug, Clone, Copy)]
struct AppRole(Option<ActingRole>);

fn app_role(text: &str) -> Result<AppRole, String> {
    if text == "none" {
        return Ok(AppRole(None));
    }
    text.parse().map(|role| AppRole(Some(role))).map_err(|error: UnknownRole| format!("{error}; or none"))
}

impl RightsArgs {
    fn permissions(&self) -> BTreeSet<Permission> {
        Permission::usual().into_iter().filter(|permission| !self.withhold.contains(permission)).collect()
    }
}

impl ValueEnum for Shape {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::TokenBucket, Self::SlidingWindow, Self::FixedWindow]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::TokenBucket => "token-bucket",
            Self::SlidingWindow => "sliding-window",
            Self::FixedWindow => "fixed-window",
        }))
    }
}

/// How often things go wrong, each as a share from 0 to 1.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Faults (shares from 0 to 1)")]
pub struct FaultArgs {
    /// Single writes answered 429
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    fault_429: f64,
    /// Single requests answered 503
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    fault_503: f64,
    /// Whole calls that are carried out and never answered
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    fault_lost_answer: f64,
    /// Any other kind of fault, as KIND=SHARE; more than once for more than one (--help lists the kinds)
    #[arg(long, value_name = "KIND=SHARE", value_parser = fault, long_help = fault_help())]
    fault: Vec<(Fault, f64)>,
}

/// Reads `KIND=SHARE`.
fn fault(text: &str) -> Result<(Fault, f64), String> {
    let (kind, of) = text.split_once('=').ok_or("a fault is KIND=SHARE, as lost-answer=0.03")?;
    let kind: Fault = kind.parse().map_err(|error: UnknownFault| error.to_string())?;
    Ok((kind, share(of)?))
}

fn fault_help() -> String {
    let mut help = "Any kind of fault, as KIND=SHARE; more than once for more than one. The kinds:".to_owned();
    for kind in Fault::ALL {
        help += &format!("\n  {:14}{}", kind.name, kind.what);
    }
    help
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "a share is a number from 0 to 1".to_owned())?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("a share is a number from 0 to 1".to_owned()) }
}

impl FaultArgs {
    /// What the simulator is told.
    #[must_use]
    pub fn faults(&self) -> Faults {
        let mut faults = Faults {
            throttled_item: self.fault_429,
            unavailable_item: self.fault_503,
            lost_answer: self.fault_lost_answer,
            ..Faults::default()
        };
        for (kind, share) in &self.fault {
            *kind.share(&mut faults) = *share;
        }
        faults
    }
}

/// What a client has to know, as one line of JSON.
#[derive(Serialize)]
struct Announcement<'a> {
    graph_endpoint: &'a str,
    authority: &'a str,
    tenant_id: &'a str,
    client_id: &'a str,
    client_secret: &'a str,
    ca_file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    clear_text: Option<&'a str>,
    clock_speed: f64,
    /// The apps beside that one.
    further_apps: Vec<AnnouncedApp<'a>>,
}

/// One more app, and the file that names it to `apply`.
#[derive(Serialize)]
struct AnnouncedApp<'a> {
    client_id: String,
    client_secret: &'a str,
    file: String,
}

/// Serves until it is interrupted.
///
/// # Errors
///
/// The address is taken or not loopback, or the certificate file cannot be written.
pub async fn run(args: SimulateArgs) -> Result<Exit, Failure> {
    let directory = match &args.snapshot {
        Some(path) => begin_with(path, args.users)?,
        None => None,
    };
    let users = args.users.unwrap_or(USERS);
    args.sign_in.check_apps(args.apps)?;
    let mut further_apps = simulated_apps::made_up(args.apps);
    for (number, app) in (2..).zip(&mut further_apps) {
        app.app_role = args.rights.app_role.0;
        app.certificates = args.sign_in.certificates_of(number)?;
    }
    let settings = Settings {
        listen: args.listen,
        hosts: args.host.clone(),
        clear_text: args.http,
        directory,
        users,
        seed: args.seed,
        clock_speed: args.clock_speed,
        clock_ahead: time::Duration::seconds(args.clock_ahead.into()),
        quota: if args.no_quota { Quota::off() } else { Settings::default().quota.counted_in(args.limiter) },
        faults: args.faults.faults(),
        token_lifetime: args.sign_in.token_lifetime(),
        sign_in: args.sign_in.sign_in()?,
        read_lag: args.read_lag,
        permissions: args.rights.permissions(),
        app_role: args.rights.app_role.0,
        opaque_tokens: args.rights.opaque_tokens,
        further_apps,
        pim_licensed: !args.rights.without_pim,
        ..Settings::default()
    };
    let further = settings.further_apps.clone();
    let mut requests = interrupt::Requests::take_over().map_err(Failure::usage)?;
    let simulator = Simulator::start(settings).await.map_err(Failure::usage)?;
    let connection = simulator.connection();
    let (ca_file, folder) = write_ca(connection, args.ca_out.clone())?;
    let (further, _folder) = write_apps(further, folder)?;
    let users = simulator.user_count();
    announce(&args, users, connection, &ca_file, &further)
        .map_err(|error| Failure::usage(format_args!("cannot print: {error}")))?;
    requests.next().await;
    if let Some(path) = &args.snapshot {
        private_files::replace(path, |file| simulator.write_snapshot(file)).map_err(|error| {
            Failure::new(Exit::Unfinished, format_args!("the snapshot {} cannot be written: {error}", path.display()))
        })?;
    }
    simulator.stop().await;
    Ok(Exit::Done)
}

/// The users of a directory that nobody asked to be larger or smaller.
const USERS: usize = 250;

/// The directory of a snapshot, or nothing where there is none yet.
fn begin_with(path: &Path, users: Option<usize>) -> Result<Option<Directory>, Failure> {
    let cannot = |error: SnapshotError| {
        Failure::usage(format_args!("the snapshot {} cannot be used: {error}", path.display()))
            .with_next("Name another file, or remove this one to begin anew.")
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(error.into())),
    };
    if users.is_some() {
        return Err(Failure::usage(format_args!(
            "{} says who is in the directory, so --users cannot say how many",
            path.display()
        ))
        .with_next("Leave out --users, or name a new file for the snapshot."));
    }
    Directory::read_snapshot(BufReader::new(file)).map(Some).map_err(cannot)
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
    let folder = match folder {
        Some(folder) => folder,
        None => private_files::temporary_folder("sealoff-simulator-")
            .map_err(|error| Failure::usage(format_args!("no temporary folder can be made: {error}")))?,
    };
    Ok((simulated_apps::write(folder.path(), further)?, Some(folder)))
}

fn announce(
    args: &SimulateArgs,
    users: usize,
    connection: &Connection,
    ca_file: &Path,
    further: &[Named],
) -> std::io::Result<()> {
    let mut out = anstream::stdout();
    if args.json {
        let announcement = Announcement {
            graph_endpoint: &connection.graph_endpoint,
            authority: &connection.authority,
            tenant_id: &connection.tenant_id,
            client_id: &connection.client_id,
            client_secret: &connection.client_secret,
            ca_file: ca_file.display().to_string(),
            clear_text: connection.clear_text.as_deref(),
            clock_speed: args.clock_speed,
            further_apps: further
                .iter()
                .map(|Named { path, app }| AnnouncedApp {
                    client_id: app.client_id.to_string(),
                    client_secret: &app.client_secret,
                    file: path.display().to_string(),
                })
                .collect(),
        };
        writeln!(out, "{}", serde_json::to_string(&announcement).map_err(std::io::Error::other)?)?;
        return out.flush();
    }
    writeln!(out, "# {} on {}; Ctrl-C ends it", counted(users as u64, "user", "users"), connection.graph_endpoint)?;
    if let Some(root) = &connection.clear_text {
        writeln!(out, "# the same in clear text on {root}")?;
    }
    for (name, value) in [
        ("SEALOFF_GRAPH_ENDPOINT", connection.graph_endpoint.as_str()),
        ("AZURE_AUTHORITY_HOST", &connection.authority),
        ("AZURE_TENANT_ID", &connection.tenant_id),
        ("AZURE_CLIENT_ID", &connection.client_id),
        ("AZURE_CLIENT_SECRET", &connection.client_secret),
        ("SSL_CERT_FILE", &ca_file.display().to_string()),
    ] {
        writeln!(out, "export {name}='{value}'")?;
    }
    if (args.clock_speed - 1.0).abs() > f64::EPSILON {
        writeln!(out, "export SEALOFF_CLOCK_SPEED='{}'", args.clock_speed)?;
    }
    if !further.is_empty() {
        let apps = counted(further.len() as u64, "more app", "more apps");
        let files: Vec<String> = further.iter().map(|named| format!("--app {}", quoted(&named.path))).collect();
        writeln!(out, "# {apps}, each with a quota of its own; say to apply or run:\n#   {}", files.join(" "))?;
    }
    out.flush()
}
