//! The containment curve: how many accounts were blocked, reset and finished at which moment, and the quota's floor.

use maud::{Markup, html};

use super::chart::{self, Axes, Series};
use super::floor::Floor;
use super::run_facts::RunReport;
use super::timeline::Seconds;
use crate::run::handout_rate::HandoutRate;
use crate::words::{count, counted};

/// How many accounts are so far, over time.
struct Curve<'a> {
    name: &'static str,
    class: &'static str,
    /// When each of them was.
    times: &'a [Seconds],
}

/// The section, as chart and as table; nothing where no process has worked on the run.
pub(super) fn containment(report: &RunReport<'_>) -> Markup {
    let (timeline, manifest) = (&report.timeline, report.plan.manifest());
    if timeline.processes.is_empty() {
        return html! {};
    }
    // How fast writes can leave that have a pace of their own is not known before it is tried.
    let floor = (manifest.targets().all() == 0).then(|| Floor::of(manifest, timeline));
    let end = floor.as_ref().map_or(0.0, Floor::end);
    let axes = Axes { longest: timeline.lasted.max(end).max(1.0), most: manifest.accounts() as f32 };
    let curves = curves(report);
    let mut series: Vec<Series> = curves.iter().map(|curve| series_of(curve, timeline.lasted)).collect();
    series.extend(floor.as_ref().map(|floor| series_of_floor(floor, axes.longest)));
    let marks: Vec<Seconds> = timeline.processes.iter().skip(1).map(|process| process.at).collect();
    let rate = timeline.processes.iter().rev().find_map(|process| process.rate);
    let description = description(&curves, floor.as_ref(), timeline.lasted, rate);
    html! {
        section aria-labelledby="containment-title" {
            h2 #containment-title { "How fast it went" }
            p { (description) }
            (chart::lines("containment", "Accounts over time", &description, &axes, &series, &marks))
            @if !marks.is_empty() {
                p.note {
                    "A dashed upright line is where another process went on ("
                    (counted(marks.len() as u64, "time", "times")) "); the time in between is left out."
                }
            }
            details {
                summary { "The same as a table" }
                (table(&curves, floor.as_ref(), axes.longest))
            }
        }
    }
}

/// One for each step that is drawn, and one for accounts with which all is done.
fn curves<'a>(report: &'a RunReport<'_>) -> Vec<Curve<'a>> {
    let (timeline, manifest) = (&report.timeline, report.plan.manifest());
    let of_steps = manifest.counts.steps.counted().filter_map(|(step, _)| {
        let facts = step.facts();
        Some(Curve { name: facts.effect, class: facts.curve?, times: &timeline.done[step] })
    });
    let finished = Curve { name: "every step done", class: "curve-finished", times: &timeline.finished };
    of_steps.chain((manifest.accounts() > 0).then_some(finished)).collect()
}

fn series_of(curve: &Curve<'_>, lasted: Seconds) -> Series {
    Series {
        name: format!("{}: {}", curve.name, count(curve.times.len() as u64)),
        class: curve.class,
        points: chart::growth(curve.times, lasted),
        steps: true,
    }
}

fn series_of_floor(floor: &Floor, longest: Seconds) -> Series {
    let points = (0..=100).map(|piece| longest * piece as f32 / 100.0).map(|time| (time, floor.at(time)));
    Series {
        name: format!(
            "the quota's floor for every step ({} writes in {:.0} s{})",
            floor.quota.burst,
            floor.quota.span().as_secs_f64(),
            if floor.apps > 1 { format!(" for each of {} apps", floor.apps) } else { String::new() }
        ),
        class: "curve-floor",
        points: points.collect(),
        steps: false,
    }
}

fn description(curves: &[Curve<'_>], floor: Option<&Floor>, lasted: Seconds, rate: Option<HandoutRate>) -> String {
    let accounts = |times: &[Seconds]| counted(times.len() as u64, "account", "accounts");
    let said: Vec<String> =
        curves.iter().map(|curve| format!("{} for {}", curve.name, accounts(curve.times))).collect();
    let at_best = match floor.map(|floor| (floor.end(), floor.apps)) {
        None => "Methods are removed as fast as Graph lets it, which is found by trying: no floor is drawn".to_owned(),
        Some((end, _)) if end <= 0.0 => "The write quota lets all of it out at once".to_owned(),
        Some((end, 1)) => format!("By the write quota, all of it takes at least {}", chart::time(end)),
        Some((end, apps)) => {
            format!("By the write quotas of the {apps} apps that wrote, all of it takes at least {}", chart::time(end))
        }
    };
    let held = rate.map_or_else(String::new, |rate| format!(" New passwords were held to {rate}, by --rate."));
    format!("Over {} of work: {}. {at_best}.{held}", chart::time(lasted), said.join(", "))
}

fn table(curves: &[Curve<'_>], floor: Option<&Floor>, longest: Seconds) -> Markup {
    let moments = (0..=10).map(|tenth| longest * tenth as f32 / 10.0);
    html! {
        div.scroll { table role="table" {
            thead { tr {
                th scope="col" { "Time" }
                @for curve in curves { th.number scope="col" { (curve.name) } }
                @if floor.is_some() { th.number scope="col" { "floor" } }
            } }
            tbody {
                @for time in moments {
                    tr {
                        td { (chart::time(time)) }
                        @for curve in curves { td.number { (count(chart::reached(curve.times, time) as u64)) } }
                        @if let Some(floor) = floor { td.number { (count(floor.at(time) as u64)) } }
                    }
                }
            }
        } }
    }
}
