//! `sealoff simulate`: the simulator alone.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::connect::clock_speed;
use super::exit::{Exit, Failure};
use super::interrupt;
use super::moments;
use super::words::counted;
use crate::private_files;
use crate::simulator::{ActingRole, Connection, Faults, Permission, Quota, Settings, Shape, Simulator, UnknownRole};

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
    /// How many users the directory has
    #[arg(long, value_name = "N", default_value_t = 250)]
    users: usize,
    /// The seed: the same one gives the same directory and the same faults
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// How many times as fast time runs, quotas and waits included
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = clock_speed)]
    clock_speed: f64,
    /// No write quota and no resource units
    #[arg(long)]
    no_quota: bool,
    /// How the write quota is counted: Microsoft calls it a bucket and words it as a window
    #[arg(long, value_enum, default_value_t, value_name = "SHAPE", conflicts_with = "no_quota")]
    limiter: Shape,
    /// How long reads go on showing what was so before a write, as a replica does that lags behind: 30s, 2m
    #[arg(long, value_name = "SPAN", default_value = "0s", value_parser = moments::span)]
    read_lag: Duration,
    /// Where to write the certificate authority that a client has to trust; a file in a private temporary folder if not given
    #[arg(long, value_name = "FILE")]
    ca_out: Option<PathBuf>,
    /// Print the connection as one line of JSON
    #[arg(long)]
    json: bool,
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
#[derive(Debug, Clone, Copy, Default, Args)]
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
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "a share is a number from 0 to 1".to_owned())?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("a share is a number from 0 to 1".to_owned()) }
}

impl FaultArgs {
    /// What the simulator is told.
    #[must_use]
    pub fn faults(&self) -> Faults {
        Faults {
            throttled_item: self.fault_429,
            unavailable_item: self.fault_503,
            lost_answer: self.fault_lost_answer,
            ..Faults::default()
        }
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
    clock_speed: f64,
}

/// Serves until it is interrupted.
///
/// # Errors
///
/// The address is taken or not loopback, or the certificate file cannot be written.
pub async fn run(args: SimulateArgs) -> Result<Exit, Failure> {
    let settings = Settings {
        listen: args.listen,
        users: args.users,
        seed: args.seed,
        clock_speed: args.clock_speed,
        quota: if args.no_quota { Quota::off() } else { Settings::default().quota.counted_in(args.limiter) },
        faults: args.faults.faults(),
        read_lag: args.read_lag,
        permissions: args.rights.permissions(),
        app_role: args.rights.app_role.0,
        pim_licensed: !args.rights.without_pim,
        ..Settings::default()
    };
    let mut requests = interrupt::Requests::take_over().map_err(Failure::usage)?;
    let simulator = Simulator::start(settings).await.map_err(Failure::usage)?;
    let connection = simulator.connection();
    let (ca_file, _folder) = write_ca(connection, args.ca_out.clone())?;
    announce(&args, connection, &ca_file).map_err(|error| Failure::usage(format_args!("cannot print: {error}")))?;
    requests.next().await;
    simulator.stop().await;
    Ok(Exit::Done)
}

fn write_ca(connection: &Connection, wanted: Option<PathBuf>) -> Result<(PathBuf, Option<tempfile::TempDir>), Failure> {
    let cannot = |path: &std::path::Path, error: std::io::Error| {
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

fn announce(args: &SimulateArgs, connection: &Connection, ca_file: &std::path::Path) -> std::io::Result<()> {
    let mut out = anstream::stdout();
    if args.json {
        let announcement = Announcement {
            graph_endpoint: &connection.graph_endpoint,
            authority: &connection.authority,
            tenant_id: &connection.tenant_id,
            client_id: &connection.client_id,
            client_secret: &connection.client_secret,
            ca_file: ca_file.display().to_string(),
            clock_speed: args.clock_speed,
        };
        writeln!(out, "{}", serde_json::to_string(&announcement).map_err(std::io::Error::other)?)?;
        return out.flush();
    }
    writeln!(
        out,
        "# {} on {}; Ctrl-C ends it",
        counted(args.users as u64, "user", "users"),
        connection.graph_endpoint
    )?;
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
    out.flush()
}
