//! What a large roster costs from the plan to the last result: wall time and the peak memory of the program itself, with
//! the quota off: `cargo bench --bench size`. Linux only, for the memory is read from `/proc`. The whole takes some ten
//! minutes; `cargo bench --bench size -- 100000` measures that many rows alone.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod child;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use child::{peak_memory, start};
use sealoff::plan::manifest::Manifest;
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
    let recipient = Identity::generate().recipients().to_texts().join(",");

    let mut plan = vec!["plan", "roster.csv", "--playbook", playbook, "--out", "plan", "--max-accounts", "4000000000"];
    if playbook == "breach" {
        plan.extend(["--seal-to", recipient.as_str()]);
    }
    let line = |part: &str, arguments: &[&str]| {
        let began = Instant::now();
        let peak = peak_memory(start(&simulator, folder.path(), SPEED, arguments));
        let wall = began.elapsed().as_secs_f64();
        let speed = rows as f64 / wall;
        println!("{playbook:<10} {rows:>9}  {part:<6} {wall:>8.1} {speed:>9.0} {:>9.1}", peak as f64 / 1024.0);
    };
    line("plan", &plan);
    let accounts = accounts(folder.path());
    assert!(accounts as usize > rows - rows / 100, "only {accounts} of {rows} rows are acted on");
    let plan_in_folder = Manifest::read(&std::fs::read(folder.path().join("plan/plan.json")).unwrap()).unwrap();
    let confirm = plan_in_folder.phrase().to_string();
    line("apply", &["apply", "plan", "--confirm", &confirm]);
    line("again", &["apply", "plan", "--confirm", &confirm]);
    line("verify", &["verify", "plan"]);
    line("verify", &["verify", "plan"]);
    line("report", &["report", "plan"]);
}

/// How many accounts the plan acts on.
fn accounts(folder: &Path) -> u64 {
    let json = std::fs::read(folder.join("plan/plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_slice(&json).unwrap();
    plan["counts"]["act"]["rows"].as_u64().unwrap()
}
