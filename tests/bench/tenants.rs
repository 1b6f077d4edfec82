//! How near many tenants come to what their quotas allow, side by side: apps of their own, one shared app, and one of them in
//! trouble. `cargo bench --bench tenants`, some twelve minutes; with a number, with so many people in each tenant; with words in
//! quotes, the cases alone whose name has them.
//!
//! Time is counted from the first write to the last one, by the ledgers of the simulator. `begun` is when the last of the tenants
//! had its first write, and `slowest` the longest that any of them took from its own first write to its last one: what `took` is
//! longer than that, a tenant waited for its turn on this machine. Of a tenant in trouble it says nothing: what is measured is
//! whether the others wait for it.
//!
//! Two thousand people in each of fifty tenants are 150,000 writes that the quotas let through at once. The simulator takes more
//! than half of this machine for them, so that time runs at a quarter of its speed there: what is measured is the
//! pacing, and not this machine.
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

#[allow(dead_code, reason = "shared with benchmarks whose programs all end well")]
mod child;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use child::start;
use sealoff::simulator::{FaultShares, FurtherApp, LimitShape, Quota, Settings, SimulatedUser, Simulator};
use sealoff::tenants::TenantSet;

/// Whose app writes in a tenant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AppOwner {
    Tenant,
    AllTenants,
}

/// What is wrong with the last tenant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    /// It answers every call with 503.
    Dead,
    /// It lets a tenth of the documented quota through.
    Throttled,
    /// None is in trouble: the program is killed when half of the writes are done, and begun again.
    Killed,
}

struct Case {
    name: &'static str,
    tenants: u16,
    people: usize,
    owner: AppOwner,
    trouble: Trouble,
    /// Tenant seconds in one second of the wall clock.
    speed: f64,
}

fn main() {
    // Cargo adds a flag of its own.
    let said: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let people = said.iter().find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    let word = said.iter().find(|argument| argument.parse::<usize>().is_err());
    println!(
        "{:<44} {:>8} {:>8} {:>8} {:>8} {:>8} {:>6} {:>10} {:>8}",
        "what", "writes", "begun", "slowest", "took", "floor", "ratio", "throttled", "peak"
    );
    let case = |name: &'static str, tenants, people, owner, trouble, speed| {
        if word.is_none_or(|word| name.contains(word.as_str())) {
            measure(&Case { name, tenants, people, owner, trouble, speed });
        }
    };
    case("50 tenants, apps of their own", 50, people, AppOwner::Tenant, Trouble::None, 1.0);
    case("apps of their own, twice as many people", 50, 2 * people, AppOwner::Tenant, Trouble::None, 0.25);
    case("50 tenants, one shared app", 50, people, AppOwner::AllTenants, Trouble::None, 10.0);
    case("one shared app, one tenant dead", 50, people, AppOwner::AllTenants, Trouble::Dead, 10.0);
    case("one shared app, one tenant at a tenth", 50, people, AppOwner::AllTenants, Trouble::Throttled, 10.0);
    case("one shared app, killed in the middle", 50, people, AppOwner::AllTenants, Trouble::Killed, 10.0);
    case("300 tenants of 20 people, one shared app", 300, 20, AppOwner::AllTenants, Trouble::None, 1.0);
}

fn measure(case: &Case) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let simulator = runtime.block_on(Simulator::start_several(
        settings(case, 1),
        (2..=case.tenants).map(|number| settings(case, number)).collect(),
    ));
    let simulator = simulator.unwrap();
    let tenants: Vec<Simulator> = std::iter::once(simulator.first()).chain(simulator.beside()).collect();
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), case, &simulator, &tenants);
    let sealoff = |arguments: &[&str]| start(&simulator, folder.path(), case.speed, arguments);

    let plan = ["plan", "list.csv", "--playbook", "contain", "--tenants", "tenants.toml", "--out", "night"];
    assert!(ended(sealoff(&plan)).0, "the plans were not made");
    if case.trouble == Trouble::Dead
        && let Some(last) = tenants.last()
    {
        last.change_faults(FaultShares { unavailable_envelope: 1.0, unavailable_item: 1.0, ..FaultShares::default() });
    }
    let phrase = TenantSet::open(&folder.path().join("night")).unwrap().manifest.phrase();
    let apply = ["apply", "night", "--tenants", "tenants.toml", "--confirm", &phrase];
    let mut process = sealoff(&apply);
    let writes_wanted = 2 * case.people * tenants.len();
    if case.trouble == Trouble::Killed {
        while written(&tenants) < writes_wanted / 2 {
            std::thread::sleep(Duration::from_millis(20));
        }
        process.kill().unwrap();
        process.wait().unwrap();
        process = sealoff(&apply);
    }
    let (is_well, peak) = ended(process);
    assert_eq!(is_well, case.trouble != Trouble::Dead, "{}", case.name);
    show(case, &tenants, peak);
}

fn settings(case: &Case, number: u16) -> Settings {
    let users = 2 * case.people + 200;
    let mut quota = Quota::documented(users);
    if case.trouble == Trouble::Throttled && number == case.tenants {
        quota = quota.with_writes(300.0, Duration::from_secs(150), LimitShape::TokenBucket);
    }
    let further_apps = if case.owner == AppOwner::Tenant { vec![FurtherApp::numbered(number + 1)] } else { Vec::new() };
    Settings { number, users, quota, further_apps, clock_speed: case.speed, ..Settings::default() }
}

/// Writes the list of people, and the file that names the tenants.
fn prepare(folder: &Path, case: &Case, simulator: &Simulator, tenants: &[Simulator]) {
    std::fs::write(folder.join("ca.pem"), &simulator.connection().ca_pem).unwrap();
    let (mut list, mut file) = ("user\n".to_owned(), String::new());
    for (number, tenant) in (2..).zip(tenants) {
        let is_plain = |user: &SimulatedUser| {
            user.account_enabled
                && !user.is_synced()
                && !user.is_external()
                && user.domain() == tenant.domain()
                && user.employee_number > 60
        };
        let people: Vec<SimulatedUser> = tenant.users().into_iter().filter(is_plain).take(case.people).collect();
        assert_eq!(people.len(), case.people, "the tenant is too small");
        people.iter().for_each(|user| writeln!(list, "{}", user.user_principal_name).unwrap());
        let connection = tenant.connection();
        let (client_id, secret) = match case.owner {
            AppOwner::AllTenants => (connection.client_id.clone(), connection.client_secret.clone()),
            AppOwner::Tenant => {
                let app = FurtherApp::numbered(number);
                (app.client_id.to_string(), app.client_secret)
            }
        };
        private(folder, &format!("{number}.secret"), &secret);
        let tenant = &connection.tenant_id;
        write!(file, "[tenants.t{number}]\ntenant = '{tenant}'\nclient_id = '{client_id}'\nclient_secret_file = '{number}.secret'\nmax_accounts = {}\n", case.people).unwrap();
    }
    std::fs::write(folder.join("list.csv"), list).unwrap();
    private(folder, "tenants.toml", &file);
}

fn private(folder: &Path, name: &str, text: &str) {
    sealoff::private_files::replace(&folder.join(name), |file| std::io::Write::write_all(file, text.as_bytes()))
        .unwrap();
}

fn written(tenants: &[Simulator]) -> usize {
    tenants.iter().map(|tenant| tenant.counters().writes_applied as usize).sum()
}

/// Waits for the program to end: did it end well, and how much memory had it at most, in kilobytes (Linux only)?
fn ended(mut child: Child) -> (bool, u64) {
    let peak = child::peak_until_end(&mut child);
    (child.wait().unwrap().success(), peak)
}

fn show(case: &Case, tenants: &[Simulator], peak: u64) {
    let in_trouble = matches!(case.trouble, Trouble::Dead | Trouble::Throttled);
    let others = &tenants[..tenants.len() - usize::from(in_trouble)];
    // Each tenant has a clock of its own, all of which began together.
    let (mut spans, mut writes) = (Vec::new(), 0_usize);
    for tenant in others {
        let ledger = tenant.ledger();
        let moments = || ledger.writes.iter().map(|write| write.at);
        spans.extend(moments().min().zip(moments().max()));
        writes += ledger.writes.len();
    }
    let first = spans.iter().map(|(first, _)| *first).min().unwrap_or_default();
    let begun = spans.iter().map(|(begun, _)| begun.saturating_sub(first)).max().unwrap_or_default().as_secs_f64();
    let last = spans.iter().map(|(_, last)| *last).max().unwrap_or_default();
    let slowest = spans.iter().map(|(begun, end)| end.saturating_sub(*begun)).max().unwrap_or_default().as_secs_f64();
    let (items, turned_away) = others
        .iter()
        .map(|tenant| tenant.counters())
        .fold((0, 0), |(items, away), counters| (items + counters.batch_items, away + counters.throttled_items));
    let took = last.saturating_sub(first).as_secs_f64();
    let per_tenant = (2.0 * case.people as f64 - 3_000.0).max(0.0) / 20.0;
    let of_app = match case.owner {
        AppOwner::Tenant => 0.0,
        // What the tenant in trouble wrote meanwhile was taken from the same limit.
        AppOwner::AllTenants => {
            let meanwhile = |tenant: &Simulator| tenant.ledger().writes.iter().filter(|write| write.at <= last).count();
            let of_all: usize = tenants.iter().map(meanwhile).sum();
            (of_all as f64 - 35_000.0).max(0.0) / (35_000.0 / 300.0)
        }
    };
    let floor = per_tenant.max(of_app);
    let ratio = if floor > 0.0 { format!("{:.3}", took / floor) } else { "-".to_owned() };
    let throttled = turned_away as f64 / items.max(1) as f64 * 100.0;
    println!(
        "{:<44} {writes:>8} {begun:>6.0} s {slowest:>6.0} s {took:>6.0} s {floor:>6.0} s {ratio:>6} {throttled:>8.2} % {:>5.0} MB",
        case.name,
        peak as f64 / 1024.0
    );
}
