//! What a large roster costs from the plan to the last result: wall time and the peak memory of the program itself, with
//! the quota off: `cargo bench --bench size`. Linux only, for the memory is read from `/proc`. The whole takes some ten
//! minutes; `cargo bench --bench size -- 100000` measures that many rows alone.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sealoff::seal::Identity;
use sealoff::simulator::{Quota, Settings, Simulator};

/// The client keeps to the documented quota, whatever the tenant allows; so fast, it is never what a line below waits for.
const SPEED: f64 = 1_000.0;

fn main() {
    let named: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if named.is_empty() { vec![100_000, 1_000_000] } else { named };
    println!("{:<10} {:>9}  {:<6} {:>8} {:>9} {:>9}", "playbook", "rows", "part", "wall", "rows", "peak");
    println!("{:<10} {:>9}  {:<6} {:>8} {:>9} {:>9}", "", "", "", "s", "per s", "MB");
    for rows in sizes {
        for playbook in ["signout", "breach"] {
            measure(playbook, rows);
        }
    }
}

fn measure(playbook: &str, rows: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // Two in three of a seeded tenant are acted on by every playbook; the others would only be refused.
    let settings = Settings { users: rows * 8 / 5, clock_speed: SPEED, quota: Quota::off(), ..Settings::default() };
    let simulator = runtime.block_on(Simulator::start(settings)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut roster = "user\n".to_owned();
    let mut listed = 0;
    for user in simulator.users() {
        let plain = !user.is_synced() && !user.is_external() && user.domain() == "contoso.com";
        if plain && user.account_enabled && listed < rows {
            writeln!(roster, "{}", user.id).unwrap();
            listed += 1;
        }
    }
    assert_eq!(listed, rows, "the tenant is too small");
    std::fs::write(folder.path().join("roster.csv"), roster).unwrap();
    std::fs::write(folder.path().join("ca.pem"), &simulator.connection().ca_pem).unwrap();
    let recipient = Identity::generate().recipients().fingerprints().join(",");

    let mut plan = vec!["plan", "roster.csv", "--playbook", playbook, "--out", "plan", "--max-accounts", "4000000000"];
    if playbook == "breach" {
        plan.extend(["--seal-to", recipient.as_str()]);
    }
    let line = |part: &str, arguments: &[&str]| {
        let began = Instant::now();
        let peak = peak_memory(start(&simulator, folder.path(), arguments));
        let wall = began.elapsed().as_secs_f64();
        let speed = rows as f64 / wall;
        println!("{playbook:<10} {rows:>9}  {part:<6} {wall:>8.1} {speed:>9.0} {:>9.1}", peak as f64 / 1024.0);
    };
    line("plan", &plan);
    let accounts = accounts(folder.path());
    assert!(accounts as usize > rows - rows / 100, "only {accounts} of {rows} rows are acted on");
    let confirm = accounts.to_string();
    line("apply", &["apply", "plan", "--confirm", &confirm]);
    line("again", &["apply", "plan", "--confirm", &confirm]);
}

/// How many accounts the plan acts on.
fn accounts(folder: &Path) -> u64 {
    let json = std::fs::read(folder.join("plan/plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_slice(&json).unwrap();
    plan["counts"]["act"]["rows"].as_u64().unwrap()
}

fn start(simulator: &Simulator, folder: &Path, arguments: &[&str]) -> Child {
    let connection = simulator.connection();
    Command::new(env!("CARGO_BIN_EXE_sealoff"))
        .args(arguments)
        .current_dir(folder)
        .env("SEALOFF_GRAPH_ENDPOINT", &connection.graph_endpoint)
        .env("AZURE_AUTHORITY_HOST", &connection.authority)
        .env("AZURE_TENANT_ID", &connection.tenant_id)
        .env("AZURE_CLIENT_ID", &connection.client_id)
        .env("AZURE_CLIENT_SECRET", &connection.client_secret)
        .env("SSL_CERT_FILE", folder.join("ca.pem"))
        .env("SEALOFF_CLOCK_SPEED", SPEED.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits for the program to end, and says how much memory it had at most, in kilobytes.
fn peak_memory(mut child: Child) -> u64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let seen = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse().ok());
        peak = peak.max(seen.unwrap_or(0));
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success(), "it failed: {ended}");
            return peak;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
