//! How near a run of 10,000 accounts comes to what the quota allows, however the tenant counts: `cargo bench --bench pace`.
//!
//! Time runs 60 times as fast, so that real round trips and real processor time count 60 times as much as they would.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use sealoff::simulator::{Connection, Limit, Quota, Settings, Shape, Simulator};
use serde_json::Value;

const ACCOUNTS: usize = 10_000;
const SPEED: f64 = 60.0;
const WINDOW: f64 = 150.0;

fn main() {
    println!(
        "{:<34} {:>8} {:>8} {:>7} {:>10} {:>6}  limiter",
        "10,000 accounts, breach", "took", "floor", "ratio", "throttled", "calls"
    );
    for (name, shape, halved) in [
        ("token bucket", Shape::TokenBucket, false),
        ("sliding window", Shape::SlidingWindow, false),
        ("fixed window", Shape::FixedWindow, false),
        ("token bucket, halved half way", Shape::TokenBucket, true),
    ] {
        run(name, shape, halved);
    }
}

fn run(name: &str, shape: Shape, halved: bool) {
    let users = ACCOUNTS * 3 / 2 + 300;
    let quota = Quota::documented(users).counted_in(shape);
    let settings = Settings { users, clock_speed: SPEED, quota: quota.clone(), ..Settings::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let simulator = runtime.block_on(Simulator::start(settings)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let recipient = prepare(&simulator, folder.path());
    let command = |arguments: &[&str]| sealoff(simulator.connection(), folder.path(), arguments);
    let planned =
        command(&["plan", "roster.csv", "--playbook", "breach", "--out", "out", "--seal-to", &recipient]).output();
    assert!(planned.unwrap().status.success());
    let mut apply = command(&["apply", "out", "--confirm", &ACCOUNTS.to_string(), "--json"]);
    let child = apply.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut halved_at = Duration::ZERO;
    if halved {
        runtime.block_on(simulator.wait_for_writes(ACCOUNTS as u64));
        let writes = quota.writes.map(|limit| Limit { amount: limit.amount / 2.0, ..limit });
        simulator.change_quota(&Quota { writes, ..quota });
        halved_at = simulator.ledger().writes.last().unwrap().at;
    }
    let output = child.wait_with_output().unwrap();
    let recap: Value = serde_json::from_slice(&output.stdout).unwrap();
    let statistics = &recap["statistics"];
    let writes = simulator.ledger().writes;
    let (first, last) = (writes.first().unwrap().at.as_secs_f64(), writes.last().unwrap().at.as_secs_f64());
    let all = 2.0 * ACCOUNTS as f64;
    let windows = (all / 3_000.0).ceil() - 1.0;
    let floor = match (shape, halved) {
        (Shape::TokenBucket, false) => (all - 3_000.0) / 20.0,
        (Shape::SlidingWindow, _) => windows * WINDOW,
        (Shape::FixedWindow, _) => windows * WINDOW - first.rem_euclid(WINDOW),
        (Shape::TokenBucket, true) => halved_at.as_secs_f64() - first + (all - ACCOUNTS as f64) / 10.0,
    };
    let throttled = statistics["writes_throttled"].as_f64().unwrap() / all * 100.0;
    println!(
        "{name:<34} {:>6.0} s {floor:>6.0} s {:>7.3} {throttled:>8.2} % {:>6}  {}",
        last - first,
        (last - first) / floor,
        statistics["calls"],
        statistics["limiter"].as_str().unwrap_or_default(),
    );
}

/// Writes what a run needs into `folder`, and gives the recipient of its passwords.
fn prepare(simulator: &Simulator, folder: &Path) -> String {
    std::fs::write(folder.join("ca.pem"), &simulator.connection().ca_pem).unwrap();
    let ordinary = simulator.users().into_iter().filter(|user| {
        !user.is_synced() && !user.is_external() && user.account_enabled && user.domain() == "contoso.com"
    });
    let mut roster = "userPrincipalName,handoff\n".to_owned();
    for user in ordinary.take(ACCOUNTS) {
        roster += &format!("{},desk\n", user.user_principal_name);
    }
    std::fs::write(folder.join("roster.csv"), roster).unwrap();
    assert!(sealoff(simulator.connection(), folder, &["keygen", "-o", "key.txt"]).output().unwrap().status.success());
    let key = std::fs::read_to_string(folder.join("key.txt")).unwrap();
    key.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_owned()
}

fn sealoff(connection: &Connection, folder: &Path, arguments: &[&str]) -> Command {
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
        .env("SEALOFF_CLOCK_SPEED", SPEED.to_string());
    command
}
