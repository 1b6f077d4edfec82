//! `sealoff status --watch`: how far a run is that another process works on, for as long as one does.

use std::time::Duration;

use time::OffsetDateTime;

use super::exit::Failure;
use super::interrupt;
use super::waiting::LONG_WAIT;
use super::watched_line::WatchedLine;
use super::words::{count, span, spelled_out};
use crate::plan::folder::PlanFolder;
use crate::run::followed::{FollowedCounts, FollowedRun};
use crate::run::lock::{FolderLock, LockHolder};
use crate::wording::steps::how_far;

/// How often the folder is looked at.
pub(super) const LOOKED_AT_EVERY: Duration = Duration::from_secs(1);
/// Where nothing was written for longer, this is said: a run that waits looks like one that is stuck.
const LONG_SILENCE: Duration = Duration::from_secs(60);

/// Shows how far the run is until no process works in the folder any more, or the operator has seen enough.
///
/// # Errors
///
/// The lock cannot be looked at. What is wrong with the journal ends the watch, and the status says it.
pub(super) async fn until_it_ends(plan: &PlanFolder) -> Result<(), Failure> {
    let holder = || FolderLock::holder(plan.path());
    if holder()?.is_none() {
        return Ok(());
    }
    let stop = interrupt::token(interrupt::StopRequests::take_over().map_err(Failure::usage)?);
    let mut followed = FollowedRun::of(plan);
    let mut line = WatchedLine::start();
    while let Some(holder) = holder()? {
        if followed.read_on().is_err() {
            break;
        }
        line.show(&parts(&followed.counts(), holder.as_ref(), OffsetDateTime::now_utc()));
        tokio::select! {
            () = tokio::time::sleep(LOOKED_AT_EVERY) => {}
            () = stop.cancelled() => break,
        }
    }
    Ok(())
}

/// How far it is, in the order of what somebody wants to know who sees the beginning alone.
fn parts(counts: &FollowedCounts, holder: Option<&LockHolder>, now: OffsetDateTime) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(until) = holder.and_then(|holder| holder.waits_until) {
        parts.push(format!("waits until {} to begin", spelled_out(until)));
    }
    parts.push(how_far(&counts.steps));
    if counts.not_done > 0 {
        parts.push(format!("{} not done", count(counts.not_done)));
    }
    if counts.writes_left > 0 && counts.time_left >= Duration::from_secs(1) {
        parts.push(format!("{} left", span(counts.time_left)));
    }
    let throttled = counts.throttled_for(now).filter(|span| *span >= LONG_WAIT);
    let silent = counts.last_written.and_then(|last| Duration::try_from(now - last).ok()).unwrap_or_default();
    match (throttled, counts.writes_per_minute) {
        // The rate would be that of the time before.
        (Some(lasts), _) => parts
            .push(format!("Graph throttles and has accepted nothing for {}; the run goes on by itself", span(lasts))),
        _ if silent >= LONG_SILENCE => parts.push(format!("nothing written for {}", span(silent))),
        (None, Some(rate)) if counts.writes_left > 0 => parts.push(format!("{} writes a minute", count(rate as u64))),
        _ => {}
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::{Step, StepMap, StepShare};
    use time::macros::datetime;

    #[test]
    fn what_matters_comes_first_and_a_run_that_is_silent_has_no_rate() {
        let now = datetime!(2026-11-27 17:00 UTC);
        let mut steps = StepMap::<StepShare>::default();
        steps[Step::Block] = StepShare { done: 30, planned: 40 };
        let mut counts = FollowedCounts {
            steps,
            not_done: 2,
            writes: 40,
            writes_left: 8,
            time_left: Duration::from_secs(90),
            writes_per_minute: Some(1_200.0),
            last_written: Some(now - Duration::from_secs(59)),
            throttled_since: Some(now - Duration::from_secs(59)),
        };
        let line = |counts: &FollowedCounts| parts(counts, None, now).join(", ");
        assert_eq!(line(&counts), "blocked 30/40, 2 not done, 1 min 30 s left, 1,200 writes a minute");
        counts.last_written = Some(now - Duration::from_secs(120));
        assert_eq!(line(&counts), "blocked 30/40, 2 not done, 1 min 30 s left, nothing written for 2 min");
        counts.throttled_since = Some(now - Duration::from_secs(300));
        let throttled = "Graph throttles and has accepted nothing for 5 min; the run goes on by itself";
        assert_eq!(line(&counts), format!("blocked 30/40, 2 not done, 1 min 30 s left, {throttled}"));
        counts.throttled_since = None;
        (counts.last_written, counts.writes_left, counts.not_done) = (Some(now), 0, 0);
        assert_eq!(line(&counts), "blocked 30/40");
    }
}
