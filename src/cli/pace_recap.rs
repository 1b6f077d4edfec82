//! How fast a run went, and what it waited for, as the recap shows it.

use std::time::Duration;

use super::lines::Lines;
use super::words::{at_least, count, counted, harmless, span};
use crate::graph::quota::Shape;
use crate::run::event::Statistics;
use crate::run::handout_rate::HandoutRate;
use crate::wording::pace::own_pace;

/// How fast it went, and what it waited for.
/// `ends_well` is said of a run that was not stopped: of another one the time says nothing about the pace.
pub(super) fn write(out: &mut Lines, statistics: &Statistics, rate: Option<HandoutRate>, ends_well: bool) {
    let least = at_least(statistics.floor);
    let floor = match (rate, own_pace(&statistics.targets)) {
        (Some(rate), _) => format!("{least} at {rate}"),
        (None, Some(own)) => format!("{least} {own}"),
        (None, None) => format!("the quota's floor: {}", span(statistics.floor)),
    };
    let floor = match statistics.elapsed_over_floor {
        Some(ratio) if ends_well => format!("{floor}; {ratio:.2} times that"),
        _ => floor,
    };
    out.text(format_args!(
        "{} in {} ({floor}), {} calls, {} throttled",
        counted(statistics.writes_accepted, "write", "writes"),
        span(statistics.elapsed),
        count(statistics.calls),
        counted(statistics.writes_throttled, "write", "writes")
    ));
    let waits = [("the quota", statistics.waited_for_quota), ("Graph to be reachable", statistics.waited_for_network)];
    write_apps(out, statistics);
    for (what, waited) in waits.into_iter().filter(|(_, waited)| *waited >= Duration::from_secs(1)) {
        out.text(format_args!("Waited {} for {what}", span(waited)));
    }
    match statistics.limiter {
        Shape::TokenBucket => {}
        Shape::SlidingWindow => out.text("This tenant counts its writes in a sliding window, not in a bucket"),
        Shape::FixedWindow => out.text("This tenant counts its writes in fixed windows, not in a bucket"),
    }
    if statistics.tenant_limit_reached {
        out.text("The tenant's own limit was reached: another app was spending the write quota too");
    }
}

/// What went through each app, where there was more than one.
fn write_apps(out: &mut Lines, statistics: &Statistics) {
    if statistics.apps.len() < 2 {
        return;
    }
    for app in &statistics.apps {
        let writes = counted(app.writes_accepted, "write", "writes");
        let reason = app.left_out.as_ref();
        let left_out =
            reason.map_or_else(String::new, |reason| format!("; left out: {}", harmless(&reason.to_string())));
        let throttled = count(app.writes_throttled);
        out.at(
            format_args!("  {writes:>14}, "),
            format_args!("{throttled} throttled, through app {}{left_out}", harmless(&app.app)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recap_says_what_was_out_of_the_ordinary() {
        let mut statistics = Statistics {
            writes_accepted: 20_000,
            elapsed: Duration::from_secs(909),
            floor: Duration::from_secs(900),
            elapsed_over_floor: Some(1.01),
            waited_for_quota: Duration::from_secs(890),
            limiter: Shape::SlidingWindow,
            tenant_limit_reached: true,
            ..Statistics::default()
        };
        let written = |statistics: &Statistics| Lines::of(|out| write(out, statistics, None, true)).laid_out(None);
        let text = written(&statistics);
        for part in ["1.01 times", "Waited 14 min 50 s for the quota", "sliding window", "another app"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        (statistics.limiter, statistics.tenant_limit_reached) = (Shape::TokenBucket, false);
        statistics.waited_for_quota = Duration::ZERO;
        assert_eq!(written(&statistics).lines().count(), 1);
    }
}
