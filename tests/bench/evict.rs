//! What it takes to remove the methods of 10,000 people: calls, time beside its floor, throttled share, memory.
//! `cargo bench --bench evict`, some five minutes; `cargo bench --bench evict -- 1000` measures with that many people.
//!
//! No page says how many requests about methods a tenant lets through, so the program finds its pace. It is measured in a tenant
//! that lets one request a second through, and in one that lets ten through.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod child;

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use child::{peak_memory, start};
use sealoff::plan::manifest::Manifest;
use sealoff::simulator::{Limit, LimitShape, Operation, Permission, Quota, Settings, SimulatedMethodKind, Simulator};

/// Tenant seconds in one second of the wall clock: hours are over in a minute.
const SPEED: f64 = 300.0;
/// Methods of each person, besides the password.
const METHODS: usize = 3;

fn main() {
    let people = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    println!("{people} people with {METHODS} methods each; seconds are the tenant's");
    println!(
        "{:>9}  {:<6} {:>9} {:>8} {:>9} {:>9} {:>6} {:>10} {:>8}",
        "a second", "part", "requests", "calls", "took", "floor", "ratio", "throttled", "peak"
    );
    for per_second in [1.0, 10.0] {
        measure(people, per_second);
    }
}

fn measure(people: usize, per_second: f64) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let users = people * 20 + 300;
    // One request a second is ten in ten seconds: what is not used in a moment may be made up for in the next ones.
    let window = Duration::from_secs(10);
    let pace = Limit { amount: per_second * window.as_secs_f64(), window, shape: LimitShape::TokenBucket };
    let settings = Settings {
        users,
        clock_speed: SPEED,
        quota: Quota { authentication_methods: Some(pace), ..Quota::off() },
        permissions: Permission::with_methods(),
        ..Settings::default()
    };
    let simulator = runtime.block_on(Simulator::start(settings)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), &simulator.connection().ca_pem).unwrap();
    std::fs::write(folder.path().join("list.csv"), list(&simulator, people)).unwrap();

    let sealoff = |arguments: &[&str]| peak_memory(start(&simulator, folder.path(), SPEED, arguments));
    let most = people.to_string();
    let contain = ["plan", "list.csv", "--playbook", "contain", "--out", "blocked", "--max-accounts", &most];
    sealoff(&contain);
    sealoff(&["apply", "blocked", "--confirm", &phrase(folder.path(), "blocked")]);

    let part = |name: &str, requests: usize, arguments: &[&str]| {
        let (before, began) = (simulator.counters(), Instant::now());
        let peak = sealoff(arguments) as f64 / 1024.0;
        let after = simulator.counters();
        let took = began.elapsed().as_secs_f64() * SPEED;
        let (calls, turned_away) =
            (after.http_calls - before.http_calls, (after.throttled_items - before.throttled_items) as f64);
        // The bucket is full at the beginning.
        let floor = (requests as f64 - pace.amount).max(0.0) / per_second;
        let (ratio, throttled) = (took / floor, turned_away / (requests as f64 + turned_away) * 100.0);
        println!(
            "{per_second:>9.0}  {name:<6} {requests:>9} {calls:>8} {took:>7.0} s {floor:>7.0} s {ratio:>6.3} {throttled:>8.2} % {peak:>5.0} MB"
        );
    };
    let evict = ["plan", "blocked", "--playbook", "evict", "--methods", "all", "--out", "out", "--max-accounts", &most];
    part("plan", people, &evict);
    let confirm = phrase(folder.path(), "out");
    part("apply", METHODS * people, &["apply", "out", "--confirm", &confirm]);
    let deleted = simulator.ledger();
    let deletes = deleted.applied().filter(|write| matches!(write.operation, Operation::DeleteMethod { .. })).count();
    assert_eq!(deletes, METHODS * people, "not every method is gone");
    part("verify", people, &["verify", "out"]);
}

/// People who can be blocked, each with so many methods.
fn list(simulator: &Simulator, people: usize) -> String {
    let mut list = "user\n".to_owned();
    let mut listed = 0;
    for user in simulator.users() {
        let is_plain = !user.is_synced() && !user.is_external() && user.domain() == "contoso.com";
        let held = simulator.methods(user.id).map(|held| held.methods).unwrap_or_default();
        // Tokens of hardware stay, and so does the default method beside them.
        let all_go = !held.iter().any(|method| method.kind == SimulatedMethodKind::HardwareOath);
        if is_plain && user.account_enabled && all_go && held.len() == METHODS + 1 && listed < people {
            writeln!(list, "{}", user.id).unwrap();
            listed += 1;
        }
    }
    assert_eq!(listed, people, "the tenant is too small");
    list
}

fn phrase(folder: &Path, plan: &str) -> String {
    let json = std::fs::read(folder.join(plan).join("plan.json")).unwrap();
    Manifest::read(&json).unwrap().phrase().to_string()
}
