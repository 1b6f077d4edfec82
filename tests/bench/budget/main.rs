//! The budgets of speed, each beside what was measured: `cargo bench --bench budget`, some eight minutes. One part alone:
//! `cargo bench --bench budget -- quota|hidden|apps|latency|burst|ceiling|size|version`, or more than one of them.
//!
//! The simulator runs in this process, on the same processors as the program that is measured, and its clock runs 60 times
//! as fast where a quota is waited for. What large rosters cost part by part is measured apart: `--bench size`.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

#[path = "../child.rs"]
#[allow(dead_code, reason = "shared with benchmarks that start the program otherwise")]
mod child;
mod stage;
mod table;

use std::time::Duration;

use sealoff::simulator::LimitShape;
use stage::{Run, Seen};
use table::{Budget, Line, Table};

/// Requests a second that Graph answers for one app over all its tenants: 130,000 in 10 seconds ("Microsoft Graph
/// service-specific throttling limits").
const GRAPH_FOR_ONE_APP: f64 = 13_000.0;
/// The most writes that one call carries.
const ITEMS: f64 = 20.0;
/// The most calls under way, unless the operator says otherwise.
const MAX_CALLS: f64 = 64.0;

/// Measures some lines.
type Part = fn(&mut Table);

/// The parts, in the order in which they are printed.
const PARTS: [(&str, Part); 8] = [
    ("quota", quota),
    ("hidden", hidden_load),
    ("apps", apps),
    ("latency", latency),
    ("burst", burst),
    ("ceiling", ceiling),
    ("size", size),
    ("version", version),
];

fn main() {
    // Cargo adds options of its own.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let mut table = Table::begin();
    for (name, measure) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            measure(&mut table);
        }
    }
    table.end();
}

fn against_the_quota(table: &mut Table, what: &str, seen: &Seen, most: f64, most_throttled: f64) {
    let line = |what: String, measured, unit, floor, budget| Line { what, measured, unit, floor, budget };
    table.line(&line(what.to_owned(), seen.took, "s", Some(seen.floor), Budget::AtMost(most)));
    table.line(&line(
        "  of its writes throttled".to_owned(),
        seen.throttled,
        "%",
        None,
        Budget::AtMost(most_throttled),
    ));
}

fn quota(table: &mut Table) {
    let shapes = [
        ("token bucket", LimitShape::TokenBucket, 1.01, 0.1),
        ("sliding window", LimitShape::SlidingWindow, 1.05, 1.0),
        ("fixed window", LimitShape::FixedWindow, 1.05, 1.0),
    ];
    for ((name, shape, most, most_throttled), percentage) in shapes.into_iter().flat_map(with_and_without_percentage) {
        let seen = Run { limiter: Some(shape), percentage, ..Run::default() }.measure();
        let what = format!("10,000 accounts, {name}{}", named(percentage));
        against_the_quota(table, &what, &seen, most, most_throttled);
        if shape == LimitShape::TokenBucket && percentage {
            let (what, floor) = ("  its calls".to_owned(), Some((seen.writes / ITEMS).ceil()));
            table.line(&Line { what, measured: seen.calls, unit: "calls", floor, budget: Budget::AtMost(1.05) });
        }
    }
}

fn hidden_load(table: &mut Table) {
    for ((), percentage) in with_and_without_percentage(()) {
        let seen = Run { halved_half_way: true, percentage, ..Run::default() }.measure();
        let what = format!("10,000 accounts, quota halved half way{}", named(percentage));
        against_the_quota(table, &what, &seen, 1.05, 2.0);
    }
}

/// Graph may say how far the quota is used up, or be silent about it: no budget depends on that.
fn with_and_without_percentage<T: Copy>(what: T) -> [(T, bool); 2] {
    [(what, true), (what, false)]
}

fn named(percentage: bool) -> &'static str {
    if percentage { "" } else { ", without the percentage header" }
}

/// One app is the first line of the table.
fn apps(table: &mut Table) {
    for (apps, percentage) in [2, 3].into_iter().flat_map(with_and_without_percentage) {
        let seen = Run { apps, percentage, ..Run::default() }.measure();
        against_the_quota(table, &format!("10,000 accounts, {apps} apps{}", named(percentage)), &seen, 1.05, 0.5);
    }
}

fn latency(table: &mut Table) {
    for (milliseconds, percentage) in [10, 50, 200, 1_000, 2_000].into_iter().flat_map(with_and_without_percentage) {
        let round_trip = Duration::from_millis(milliseconds);
        let seen = Run { accounts: 5_000, round_trip, percentage, ..Run::default() }.measure();
        let what = format!("5,000 accounts, round trip of {milliseconds} ms{}", named(percentage));
        let (measured, floor) = (seen.took, Some(seen.floor));
        table.line(&Line { what, measured, unit: "s", floor, budget: Budget::AtMost(1.05) });
    }
}

/// All of it fits into the burst, so that the network alone sets the pace. The floor is as many round trips as it takes when
/// the most calls are under way from the first moment on; the program begins with few, lest it meet a spent quota with many.
fn burst(table: &mut Table) {
    let round_trip = Duration::from_millis(200);
    let seen = Run { accounts: 1_500, speed: 1.0, round_trip, ..Run::default() }.measure();
    // Half a round trip before the first write and half a one after the last are not in the ledger.
    let measured = seen.took / round_trip.as_secs_f64() + 1.0;
    let floor = Some((seen.writes / ITEMS / MAX_CALLS).ceil());
    let what = "burst of 1,500 accounts, 200 ms".to_owned();
    table.line(&Line { what, measured, unit: "trips", floor, budget: Budget::None });
}

/// The best of three, for other work on the machine only takes away.
fn ceiling(table: &mut Table) {
    for (playbook, accounts) in [("breach", 20_000), ("signout", 40_000)] {
        let run = Run {
            playbook,
            accounts,
            speed: 1.0,
            limiter: None,
            arguments: &["--quota-writes", "1000000/1"],
            ..Run::default()
        };
        let tries = (0..3).map(|_| {
            let seen = run.measure();
            seen.writes / seen.took
        });
        let (measured, floor) = (tries.fold(0.0, f64::max), Some(GRAPH_FOR_ONE_APP));
        let what = format!("{playbook} without a quota, 40,000 writes");
        table.line(&Line { what, measured, unit: "/s", floor, budget: Budget::AtLeast(1.0) });
    }
}

/// The most memory that `plan` and `apply` have, without a quota. Nothing is timed, so the reads of the plan need not wait.
fn size(table: &mut Table) {
    for (rows, name) in [(100_000, "100,000"), (1_000_000, "1,000,000")] {
        let arguments = &["--quota-writes", "1000000/1"];
        let seen = Run { playbook: "signout", accounts: rows, limiter: None, arguments, ..Run::default() }.measure();
        let what = format!("{name} rows, peak memory");
        table.line(&Line { what, measured: seen.peak, unit: "MB", floor: None, budget: Budget::AtMost(150.0) });
    }
}

fn version(table: &mut Table) {
    let (what, measured) = ("sealoff --version".to_owned(), stage::version_time());
    table.line(&Line { what, measured, unit: "ms", floor: None, budget: Budget::AtMost(10.0) });
}
