//! What planning costs: HTTP calls, resource units, wall time and the peak memory of the program itself:
//! `cargo bench --bench plan`. Linux only, for the memory is read from `/proc`.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod child;

use std::fmt::Write as _;
use std::time::Instant;

use child::{peak_memory, start};
use sealoff::simulator::{Settings, Simulator};

/// Resource units are a rate; so fast, they are never what a line below waits for.
const SPEED: f64 = 1_000.0;

fn main() {
    println!("{:<34} {:>8} {:>10} {:>12} {:>8} {:>9}", "roster", "calls", "accounts", "resource", "wall", "peak");
    println!("{:<34} {:>8} {:>10} {:>12} {:>8} {:>9}", "", "", "per call", "units", "s", "MB");
    measure("100,000 UPNs", 150_000, 100_000, Key::Upn, 1);
    measure("100,000 object ids", 150_000, 100_000, Key::ObjectId, 1);
    measure("1,000,000 object ids", 1_000_000, 1_000_000, Key::ObjectId, 1);
    measure("1,000,000 rows of a log, 10 each", 150_000, 100_000, Key::Upn, 10);
}

#[derive(Clone, Copy)]
enum Key {
    Upn,
    ObjectId,
}

fn measure(name: &str, users: usize, people: usize, key: Key, times: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let settings = Settings { users, clock_speed: SPEED, ..Settings::default() };
    let simulator = runtime.block_on(Simulator::start(settings)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut roster = "user\n".to_owned();
    for _ in 0..times {
        for user in simulator.users().iter().take(people) {
            match key {
                Key::Upn => writeln!(roster, "{}", user.user_principal_name).unwrap(),
                Key::ObjectId => writeln!(roster, "{}", user.id).unwrap(),
            }
        }
    }
    std::fs::write(folder.path().join("roster.csv"), roster).unwrap();
    std::fs::write(folder.path().join("ca.pem"), &simulator.connection().ca_pem).unwrap();

    let began = Instant::now();
    let arguments = ["plan", "roster.csv", "--playbook", "signout", "--out", "plan", "--max-accounts", "4000000000"];
    let peak = peak_memory(start(&simulator, folder.path(), SPEED, &arguments));
    let wall = began.elapsed();
    let counters = simulator.counters();
    let per_call = people as f64 / counters.http_calls as f64;
    println!(
        "{name:<34} {:>8} {per_call:>10.1} {:>12} {:>8.1} {:>9.1}",
        counters.http_calls,
        counters.resource_units,
        wall.as_secs_f64(),
        peak as f64 / 1024.0
    );
}
