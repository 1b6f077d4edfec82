//! The way to Graph, as it is named on the command line and in the environment.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::credential_args::CredentialArgs;
use super::exit::Failure;
use super::messages;
use super::words::{harmless, span};
use crate::clock::Clock;
use crate::graph::access::Access;
use crate::graph::caller::Caller;
use crate::graph::connection::http_client;
use crate::graph::endpoint::{Cloud, EndpointKind, Endpoints};
use crate::graph::postponed_read::PostponedRead;
use crate::graph::token::{Credential, TokenSource};
use crate::graph::transport::HttpTransport;
use crate::plan::author::Author;

/// Where Graph is, and how to get in.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connection")]
pub struct ConnectionArgs {
    /// The national cloud that the tenant is in; in a newer sovereign cloud (France, Germany, Singapore), name its addresses with
    /// --graph-endpoint and --authority
    #[arg(long, value_enum, default_value_t, value_name = "CLOUD")]
    pub cloud: Cloud,
    /// Root of Microsoft Graph, without a version; https, or http on loopback only
    #[arg(long, value_name = "URL", env = "SEALOFF_GRAPH_ENDPOINT")]
    pub graph_endpoint: Option<String>,
    /// Root of the token service; https
    #[arg(long, value_name = "URL", env = "AZURE_AUTHORITY_HOST")]
    pub authority: Option<String>,
    /// Certificate authorities to trust beside the system's: of an inspecting proxy, or of the simulator
    #[arg(long, value_name = "PEM", env = "SSL_CERT_FILE")]
    pub ca_file: Option<PathBuf>,
    /// How many times as fast time runs in a rehearsal; for a simulator on loopback that runs as fast
    #[arg(long, value_name = "FACTOR", env = "SEALOFF_CLOCK_SPEED", hide = true, value_parser = clock_speed)]
    pub clock_speed: Option<f64>,
    /// What to get in with
    #[command(flatten)]
    pub credential: CredentialArgs,
    /// Which file of settings is read
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// Which file of settings is read.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings")]
pub struct SettingsArgs {
    /// The file of settings, in place of sealoff.toml in the working folder or in the platform's configuration folder
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no file of settings
    #[arg(long)]
    pub no_config: bool,
}

/// How many times as fast time may run: slower than a hundredth is of no use, and faster than this is no rehearsal.
pub(super) fn clock_speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "it must be a number from 0.01 to 100000".to_owned())?;
    if (0.01..=100_000.0).contains(&speed) {
        Ok(speed)
    } else {
        Err("it must be a number from 0.01 to 100000".to_owned())
    }
}

impl ValueEnum for Cloud {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Global, Self::UsGov, Self::DoD, Self::China]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Self::ALL.iter().find(|(_, cloud)| cloud == self).map(|(name, _)| PossibleValue::new(name))
    }
}

/// A way to Graph that is ready to be used.
pub struct Connected {
    /// Carries calls.
    pub transport: HttpTransport,
    /// Tenant time.
    pub clock: Clock,
}

impl Connected {
    /// In whose name calls are made.
    ///
    /// # Errors
    ///
    /// There is no token.
    pub async fn caller(&self) -> Result<Caller, Failure> {
        Ok(self.transport.caller().await?)
    }

    /// Who works here, in the tenant and at this machine.
    ///
    /// # Errors
    ///
    /// There is no token.
    pub async fn author(&self) -> Result<Author, Failure> {
        Ok(Author::of_this_process(self.transport.named_caller().await?))
    }

    /// What may be shown of the sign-in.
    ///
    /// # Errors
    ///
    /// There is no token.
    pub async fn access(&self) -> Result<Access, Failure> {
        Ok(self.transport.access().await?)
    }
}

impl ConnectionArgs {
    /// Puts the way to Graph together; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// An address that cannot be used, a certificate file that cannot be read, or no credential.
    pub fn connect(&self) -> Result<Connected, Failure> {
        self.connect_by(|| self.credential.credential(self.ca_file.as_deref()))
    }

    /// The same with a credential that is at hand.
    ///
    /// # Errors
    ///
    /// An address that cannot be used, or a certificate file that cannot be read.
    pub fn connect_with(&self, credential: Credential) -> Result<Connected, Failure> {
        self.connect_by(|| Ok(credential))
    }

    fn connect_by(&self, credential: impl FnOnce() -> Result<Credential, Failure>) -> Result<Connected, Failure> {
        let endpoints =
            Endpoints::new(self.cloud, self.graph_endpoint.as_deref(), self.authority.as_deref()).map_err(|error| {
                let argument = argument_of(error.service());
                Failure::usage(error).about(argument)
            })?;
        let clock = match self.clock_speed {
            None => Clock::real(),
            Some(speed) if !endpoints.graph.is_loopback() => {
                return Err(Failure::refused(format_args!(
                    "time cannot run {speed} times as fast against {}",
                    endpoints.graph
                ))
                .with_next("--clock-speed is for rehearsals against a simulator on loopback. Leave it out."));
            }
            Some(speed) => Clock::with_speed(speed),
        };
        messages::verbose(format_args!(
            "calls go to {}, and tokens come from {}",
            endpoints.graph, endpoints.authority
        ));
        let credential = credential()?;
        let on_loopback = endpoints.graph.is_loopback() && endpoints.authority.is_loopback();
        let http = http_client(self.ca_file.as_deref(), on_loopback)
            .map_err(|error| Failure::usage(error).about("ca_file"))?;
        let tokens = TokenSource::new(credential, endpoints.clone(), http.clone());
        let transport = HttpTransport::new(http, endpoints, tokens).with_listener(note_postponed_read);
        Ok(Connected { transport, clock })
    }
}

/// A read that takes longer than this is spoken of: what is silent looks as if it had stopped.
const LONG_READ: Duration = Duration::from_secs(60);

/// When a read that takes long was last spoken of.
static LAST_NOTE: Mutex<Option<Instant>> = Mutex::new(None);

/// Says that a read is made again: each time with `--verbose`, and otherwise once a minute where it takes long.
fn note_postponed_read(read: &PostponedRead<'_>) {
    let (last, pause, attempt) = (harmless(read.last), span(read.pause), read.attempts + 1);
    if messages::is_verbose() {
        messages::verbose(format_args!("{last}; asking again in {pause} (attempt {attempt})"));
    } else if read.waited + read.pause >= LONG_READ {
        let mut noted = LAST_NOTE.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.is_none_or(|before| before.elapsed() >= LONG_READ) {
            *noted = Some(Instant::now());
            messages::note(format_args!("a question to Graph is not answered yet ({last}); asking again in {pause}"));
        }
    }
}

/// The id of the argument that says where a service is.
const fn argument_of(service: EndpointKind) -> &'static str {
    match service {
        EndpointKind::Graph => "graph_endpoint",
        EndpointKind::Authority => "authority",
    }
}
