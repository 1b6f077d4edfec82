//! How long each phase of a drill took, and what a real tenant would have taken.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::apps;
use super::drill_intruder::IntruderOutcome;
use super::exit::Exit;
use super::lines::Lines;
use super::words::{count, counted, harmless, line_width, span};
use crate::clock::Clock;
use crate::graph::quota::Allowance;
use crate::json::{self, DocumentVersion, Seconds};
use crate::simulator::{Counters, Simulator, Struck};

/// What a tenant of more than 500 users lets one app read ("Microsoft Graph service-specific throttling limits": 8,000
/// resource units in 10 seconds). A smaller one gives less, so that this is the least time.
const RESOURCE_UNITS: Allowance = Allowance { burst: 8_000, per_second: 800.0 };

/// How wide the table is. A narrower one keeps the column that is known from nowhere else: what a real tenant would take.
const WIDTH: usize = 94;

/// The phases of a drill so far.
pub(super) struct Phases {
    clock: Clock,
    apps: u32,
    begun: Duration,
    before: Counters,
    done: Vec<Phase>,
}

/// One phase that is over.
#[derive(Debug, JsonSchema, Serialize)]
struct Phase {
    /// What was done in it.
    phase: &'static str,
    /// On this machine, by its own clock.
    #[serde(rename = "seconds", serialize_with = "json::seconds")]
    #[schemars(with = "Seconds")]
    here: Duration,
    /// By the clock of the simulated tenant, which may run faster.
    #[serde(rename = "tenant_seconds", serialize_with = "json::seconds")]
    #[schemars(with = "Seconds")]
    by_tenant: Duration,
    /// By the documented quotas alone, of a real tenant.
    #[serde(rename = "real_tenant_at_least_seconds", serialize_with = "json::seconds")]
    #[schemars(with = "Seconds")]
    at_least: Duration,
    /// Writes that reached the directory.
    writes: u64,
    /// What its reads cost, in the unit of the quota.
    resource_units: u64,
}

/// How a rehearsal went, as `--json` prints it.
#[derive(JsonSchema, Serialize)]
pub(super) struct DrillDocument<'a> {
    sealoff_drill: DocumentVersion,
    /// The code with which the command ends.
    exit_code: u8,
    /// How many times as fast time ran in the simulated tenant.
    clock_speed: f64,
    /// How many apps the run went through.
    apps: u32,
    /// In their order.
    phases: &'a [Phase],
    #[serde(flatten)]
    rehearsed: &'a Rehearsed<'a>,
}

impl Phases {
    /// The first phase begins now.
    pub(super) fn begin(clock_speed: f64, apps: u32, simulator: &Simulator) -> Self {
        let clock = Clock::with_speed(clock_speed);
        Self { clock, apps, begun: clock.now(), before: simulator.counters(), done: Vec::new() }
    }

    /// A phase is over, and the next one begins.
    pub(super) fn ended(&mut self, phase: &'static str, simulator: &Simulator) {
        self.ended_at_pace(phase, simulator, Duration::ZERO);
    }

    /// The same of a phase that a pace keeps to this time at the least, beside the quotas.
    pub(super) fn ended_at_pace(&mut self, phase: &'static str, simulator: &Simulator, pace: Duration) {
        let (now, counters) = (self.clock.now(), simulator.counters());
        let by_tenant = now.saturating_sub(self.begun);
        self.done.push(Phase {
            phase,
            here: self.clock.to_wall(by_tenant),
            by_tenant,
            // The burst is spent once, by the first phase.
            at_least: self.floor(&counters).saturating_sub(self.floor(&self.before)).max(pace),
            writes: counters.writes - self.before.writes,
            resource_units: counters.resource_units - self.before.resource_units,
        });
        (self.begun, self.before) = (now, counters);
    }

    fn floor(&self, counters: &Counters) -> Duration {
        let writes = apps::floor(self.apps, Allowance::WRITES, counters.writes);
        writes.max(RESOURCE_UNITS.floor(counters.resource_units))
    }

    /// The table for people.
    pub(super) fn write(&self, out: &mut Lines) {
        let is_fast = (self.clock.speed() - 1.0).abs() > f64::EPSILON;
        let is_wide = line_width() >= WIDTH;
        let line = |out: &mut Lines, [name, writes, here, tenant, real]: [&str; 5]| {
            if !is_wide {
                return out.whole(format_args!("{name:<27}{writes:>9}{real:>23}"));
            }
            let tenant = if is_fast { format!("{tenant:>16}") } else { String::new() };
            out.whole(format_args!("{name:<27}{writes:>10}{here:>17}{tenant}{real:>24}"))
        };
        line(out, ["Phase", "writes", "on this machine", "simulated time", "a real tenant"]);
        let mut sums = [Duration::ZERO; 3];
        let mut writes = 0;
        for phase in &self.done {
            let spans = [phase.here, phase.by_tenant, phase.at_least];
            line(out, [phase.phase, &count(phase.writes), &brief(spans[0]), &brief(spans[1]), &at_least(spans[2])]);
            sums = [sums[0] + spans[0], sums[1] + spans[1], sums[2] + spans[2]];
            writes += phase.writes;
        }
        line(out, ["Together", &count(writes), &brief(sums[0]), &brief(sums[1]), &at_least(sums[2])]);
        let apps = if self.apps > 1 { format!(" of {} apps", self.apps) } else { String::new() };
        out.blank();
        out.text(format_args!(
            "A real tenant: what its documented quotas{apps} allow at the best, without any trouble."
        ));
        if is_fast && is_wide {
            out.text(format_args!("Simulated time: this machine's times {}. What the run waited for is in it as in a real tenant; this machine's \
                 own work is in it that many times too long.",
                self.clock.speed()));
        }
        out.text("Approval takes people: count the time it takes to read the preview and to find who may say yes.");
        out.blank()
    }

    /// The line for programs.
    pub(super) fn to_json(&self, exit: Exit, rehearsed: &Rehearsed<'_>) -> Result<String, serde_json::Error> {
        let (clock_speed, apps, phases) = (self.clock.speed(), self.apps, &self.done);
        serde_json::to_string(&DrillDocument {
            sealoff_drill: DocumentVersion,
            exit_code: exit as u8,
            clock_speed,
            apps,
            phases,
            rehearsed,
        })
    }
}

/// What was rehearsed, and what came of it.
#[derive(Debug, JsonSchema, Serialize)]
pub(super) struct Rehearsed<'a> {
    /// What the scenario calls itself.
    pub(super) scenario: Option<&'a str>,
    /// What came of each fault that the scenario speaks of.
    pub(super) faults: Vec<Struck>,
    /// Whether the intruder still got in after the breach alone, where evict followed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) intruder_after_breach: Option<IntruderOutcome>,
    /// Whether the intruder still gets in; nothing where the scenario has none.
    pub(super) intruder: Option<IntruderOutcome>,
    /// The run was killed in the middle.
    pub(super) killed: bool,
    /// A sealed credential was opened and is the directory's password; nothing where none was to be opened.
    pub(super) credential_proved: Option<bool>,
    /// Every step was read back from the directory.
    pub(super) verified: bool,
    /// Where everything is.
    pub(super) folder: &'a Path,
    /// The page.
    pub(super) report: &'a Path,
}

impl Rehearsed<'_> {
    /// For people: what it was all about, and what of the scenario came up.
    pub(super) fn write(&self, out: &mut Lines) {
        let scenario = self.scenario.filter(|title| !title.is_empty());
        let of = scenario.map(|title| format!(" of {:?}", harmless(title))).unwrap_or_default();
        let killed = if self.killed { ", with the run killed in the middle and taken up again" } else { "" };
        let (came, never): (Vec<_>, Vec<_>) = self.faults.iter().partition(|fault| fault.times > 0);
        for fault in came {
            let times = counted(fault.times, "time", "times");
            out.labelled("Struck", format_args!("{times}: {}", harmless(&fault.rule)));
        }
        for fault in &never {
            out.at("Not struck ", format_args!("{}: it never came up, so it was not rehearsed", harmless(&fault.rule)));
        }
        if !never.is_empty() {
            out.labelled("", "A longer list (--accounts N), or a fault that begins earlier, brings it up.");
        }
        if !self.faults.is_empty() {
            out.blank();
        }
        if let Some(intruder) = self.intruder {
            intruder.write(out);
        }
        out.text(format_args!("This rehearsal{of}{killed}:"));
        out.blank()
    }
}

fn brief(spent: Duration) -> String {
    if spent < Duration::from_secs(10) { format!("{:.1} s", spent.as_secs_f64()) } else { span(spent) }
}

fn at_least(spent: Duration) -> String {
    // Less than that would be shown as `0.0 s`.
    if spent < Duration::from_millis(50) { "at once".to_owned() } else { format!("at least {}", brief(spent)) }
}
