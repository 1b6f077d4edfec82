//! A simulated tenant, and the program at work on it. What is measured is read from the simulator's ledger, never taken
//! from the program's own words.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sealoff::plan::manifest::Manifest;
use sealoff::private_files;
use sealoff::simulator::{Connection, FurtherApp, Latency, Limit, LimitShape, Quota, Settings, Simulator};

use crate::child::peak_memory;

/// The window that the documentation counts writes in, in seconds, and how many it allows.
const WINDOW: f64 = 150.0;
const WRITES: f64 = 3_000.0;
/// What all apps of a tenant together may do: so much at once, and so much a second.
const WRITES_OF_TENANT: f64 = 18_000.0;
const TENANT_PER_SECOND: f64 = 60.0;

/// One run to be measured.
#[derive(Clone)]
pub(crate) struct Run {
    pub(crate) playbook: &'static str,
    pub(crate) accounts: usize,
    /// Tenant seconds in one second of the wall clock. Real round trips and real processor time count so many times as
    /// much as they would.
    pub(crate) speed: f64,
    /// How the tenant counts writes; `None` is a tenant without any quota.
    pub(crate) limiter: Option<LimitShape>,
    /// Half of the quota is gone when half of the writes are done, without notice.
    pub(crate) halved_half_way: bool,
    /// Do answers say how far the quota is used up?
    pub(crate) percentage: bool,
    /// How long each call takes, in tenant time.
    pub(crate) round_trip: Duration,
    /// How many apps the run goes through.
    pub(crate) apps: u16,
    /// What is said to `apply` besides.
    pub(crate) arguments: &'static [&'static str],
}

impl Default for Run {
    fn default() -> Self {
        Self {
            playbook: "breach",
            accounts: 10_000,
            speed: 60.0,
            limiter: Some(LimitShape::TokenBucket),
            halved_half_way: false,
            percentage: true,
            round_trip: Duration::ZERO,
            apps: 1,
            arguments: &[],
        }
    }
}

/// What the simulator saw.
pub(crate) struct Seen {
    /// Writes that were applied.
    pub(crate) writes: f64,
    /// `$batch` calls that carried them.
    pub(crate) calls: f64,
    /// Writes that were turned away for the quota, in a hundred of all that came.
    pub(crate) throttled: f64,
    /// Tenant seconds from the first to the last write.
    pub(crate) took: f64,
    /// The least that the quota allowed.
    pub(crate) floor: f64,
    /// The most memory that `plan` and `apply` had, in megabytes.
    pub(crate) peak: f64,
}

impl Run {
    /// Plans and applies, and says what the simulator saw.
    pub(crate) fn measure(&self) -> Seen {
        let users = self.accounts * 3 / 2 + 300;
        let quota = self.limiter.map_or_else(Quota::off, |shape| Quota::documented(users).counted_in(shape));
        // Latency is on the wall clock.
        let latency = Latency { base: self.round_trip.div_f64(self.speed), jitter: Duration::ZERO };
        let further_apps: Vec<FurtherApp> = (2..=self.apps).map(FurtherApp::numbered).collect();
        let settings = Settings {
            users,
            clock_speed: self.speed,
            quota: quota.clone(),
            reports_percentage: self.percentage,
            latency,
            further_apps: further_apps.clone(),
            ..Settings::default()
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let simulator = runtime.block_on(Simulator::start(settings)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let peak_of_plan = self.plan(&simulator, folder.path());

        let plan = Manifest::read(&std::fs::read(folder.path().join("out/plan.json")).unwrap()).unwrap();
        let phrase = plan.phrase().to_string();
        let mut apply = self.sealoff(simulator.connection(), folder.path(), &["apply", "out", "--confirm", &phrase]);
        apply.args(name_apps(folder.path(), &further_apps));
        let child = apply.args(self.arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let halved = self.halved_half_way.then(|| {
            runtime.block_on(simulator.wait_for_writes(self.accounts as u64));
            let writes = quota.writes.map(|limit| Limit { amount: limit.amount / 2.0, ..limit });
            simulator.change_quota(&Quota { writes, ..quota });
            let writes = simulator.ledger().writes;
            (writes.last().unwrap().at.as_secs_f64(), writes.len() as f64)
        });
        let peak = peak_of_plan.max(peak_memory(child)) as f64 / 1024.0;
        self.seen(&simulator, halved, peak)
    }

    fn seen(&self, simulator: &Simulator, halved: Option<(f64, f64)>, peak: f64) -> Seen {
        let ledger = simulator.ledger();
        let batches: BTreeSet<u64> = ledger.writes.iter().filter_map(|write| write.batch).collect();
        // Whatever was sent before the first write was a read.
        let calls = ledger.counters.batches - (batches.first().unwrap() - 1);
        let (first, last) = (ledger.writes.first().unwrap().at, ledger.writes.last().unwrap().at);
        let (first, took) = (first.as_secs_f64(), (last - first).as_secs_f64());
        let (writes, turned_away) = (ledger.applied().count() as f64, ledger.counters.throttled_items as f64);
        let planned = if self.playbook == "signout" { self.accounts } else { 2 * self.accounts } as f64;
        assert!((writes - planned).abs() < 0.5, "{writes} of {planned} writes are in the ledger");
        let apps = f64::from(self.apps);
        let windows = (writes / apps / WRITES).ceil() - 1.0;
        let floor = match (self.limiter, halved) {
            (None, _) => 0.0,
            (Some(_), Some((at, done))) => at - first + (writes - done) / (WRITES / WINDOW / 2.0),
            (Some(LimitShape::TokenBucket), None) => {
                let of_apps = (writes - WRITES * apps) / (WRITES / WINDOW * apps);
                of_apps.max((writes - WRITES_OF_TENANT) / TENANT_PER_SECOND).max(0.0)
            }
            (Some(LimitShape::SlidingWindow), None) => windows * WINDOW,
            (Some(LimitShape::FixedWindow), None) => windows * WINDOW - first.rem_euclid(WINDOW),
        };
        Seen { writes, calls: calls as f64, throttled: turned_away / (writes + turned_away) * 100.0, took, floor, peak }
    }

    /// Writes what a run needs into `folder`, plans it, and gives the most memory that planning had, in kilobytes.
    fn plan(&self, simulator: &Simulator, folder: &Path) -> u64 {
        std::fs::write(folder.join("ca.pem"), &simulator.connection().ca_pem).unwrap();
        let ordinary = simulator.users().into_iter().filter(|user| {
            !user.is_synced() && !user.is_external() && user.account_enabled && user.domain() == "contoso.com"
        });
        let mut roster = "userPrincipalName\n".to_owned();
        for user in ordinary.take(self.accounts) {
            roster += &format!("{}\n", user.user_principal_name);
        }
        std::fs::write(folder.join("roster.csv"), roster).unwrap();
        let command = |arguments: &[&str]| {
            let output = self.sealoff(simulator.connection(), folder, arguments).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        command(&["keygen", "-o", "key.txt"]);
        let key = std::fs::read_to_string(folder.join("key.txt")).unwrap();
        let recipient = key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap();
        let accounts = self.accounts.to_string();
        let mut plan = vec!["plan", "roster.csv", "--playbook", self.playbook, "--out", "out"];
        plan.extend(["--max-accounts", accounts.as_str()]);
        if self.playbook != "signout" {
            plan.extend(["--seal-to", recipient]);
        }
        let mut planning = self.sealoff(simulator.connection(), folder, &plan);
        peak_memory(planning.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    fn sealoff(&self, connection: &Connection, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealoff"));
        command
            .args(arguments)
            .current_dir(folder)
            .env("SEALOFF_GRAPH_ENDPOINT", &connection.graph_endpoint)
            .env("AZURE_AUTHORITY_HOST", &connection.authority)
            .env("AZURE_TENANT_ID", &connection.tenant_id)
            .env("AZURE_CLIENT_ID", &connection.client_id)
            .env("AZURE_CLIENT_SECRET", &connection.client_secret)
            .env("SSL_CERT_FILE", folder.join("ca.pem"))
            .env("SEALOFF_CLOCK_SPEED", self.speed.to_string());
        command
    }
}

/// Writes a file for each further app, and gives what names them to `apply`.
fn name_apps(folder: &Path, further: &[FurtherApp]) -> Vec<String> {
    let mut arguments = Vec::new();
    for (number, app) in (2..).zip(further) {
        let (name, secret) = (format!("app{number}.toml"), folder.join(format!("app{number}.secret")));
        private_files::replace(&secret, |file| file.write_all(app.client_secret.as_bytes())).unwrap();
        let text = format!("client_id = \"{}\"\nclient_secret_file = \"app{number}.secret\"\n", app.client_id);
        private_files::replace(&folder.join(&name), |file| file.write_all(text.as_bytes())).unwrap();
        arguments.extend(["--app".to_owned(), name]);
    }
    arguments
}

/// Milliseconds that the program takes to say its version: the best of some tries, for a shared machine only adds.
pub(crate) fn version_time() -> f64 {
    let tries = (0..20).map(|_| {
        let began = Instant::now();
        assert!(Command::new(env!("CARGO_BIN_EXE_sealoff")).arg("--version").output().unwrap().status.success());
        began.elapsed().as_secs_f64() * 1_000.0
    });
    tries.fold(f64::INFINITY, f64::min)
}
