//! The time of day where this machine stands, for people: moments are kept and written to files in UTC.
//!
//! The operating system's own rules say how far local time is from UTC, and they may only be asked while the process has one
//! thread: another one could change the environment that they are read from. [`learn`] asks at the start of the program, for
//! every moment that is likely to be shown, and [`here`] answers from that later.

use std::sync::OnceLock;

use time::{Duration, OffsetDateTime, UtcOffset};

/// How long ago a moment may be whose summer time is still known. Older ones are shown in the first offset that is.
const BEFORE: Duration = Duration::days(400);
/// How far ahead: longer than a run waits for its start, and than most keys last.
const AHEAD: Duration = Duration::days(400);
/// Between two changes of a zone's offset there is more than this, but for Ramadan in Morocco, which is four weeks.
const STRIDE: Duration = Duration::days(14);

static LEARNED: OnceLock<Vec<OffsetChange>> = OnceLock::new();

/// From this moment on, in seconds since 1970, local time is that far from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OffsetChange {
    from: i64,
    offset: UtcOffset,
}

/// Asks the operating system for its time zone. To be called once, before the process has a second thread; where it is not
/// called, or the system does not say, moments are shown in UTC.
pub(crate) fn learn() {
    let asked = |seconds: i64| UtcOffset::local_offset_at(OffsetDateTime::from_unix_timestamp(seconds).ok()?).ok();
    if let Some(changes) = changes(OffsetDateTime::now_utc(), asked) {
        let _ = LEARNED.set(changes);
    }
}

/// How far local time is from UTC at that moment; `None` where it is UTC itself, or not known.
pub(crate) fn here(moment: OffsetDateTime) -> Option<UtcOffset> {
    LEARNED.get().and_then(|changes| offset_at(changes, moment)).filter(|offset| !offset.is_utc())
}

fn offset_at(changes: &[OffsetChange], moment: OffsetDateTime) -> Option<UtcOffset> {
    let begun = changes.partition_point(|change| change.from <= moment.unix_timestamp());
    changes.get(begun.saturating_sub(1)).map(|change| change.offset)
}

/// Every change of the offset around `now`; the first entry holds for all that was before.
fn changes(now: OffsetDateTime, asked: impl Fn(i64) -> Option<UtcOffset>) -> Option<Vec<OffsetChange>> {
    let (mut at, end) = ((now - BEFORE).unix_timestamp(), (now + AHEAD).unix_timestamp());
    let mut changes = vec![OffsetChange { from: at, offset: asked(at)? }];
    while at < end {
        let next = at + STRIDE.whole_seconds();
        let (before, after) = (asked(at)?, asked(next)?);
        if before != after {
            let (mut low, mut high) = (at, next);
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if asked(middle)? == before { low = middle } else { high = middle }
            }
            changes.push(OffsetChange { from: high, offset: after });
        }
        at = next;
    }
    Some(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{datetime, offset};

    /// Central Europe in 2026.
    fn berlin(seconds: i64) -> Option<UtcOffset> {
        let moment = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
        let summer = datetime!(2026-03-29 01:00 UTC)..datetime!(2026-10-25 01:00 UTC);
        Some(if summer.contains(&moment) { offset!(+2) } else { offset!(+1) })
    }

    #[test]
    fn a_moment_has_the_offset_of_its_own_day() {
        let known = changes(datetime!(2026-11-23 02:30 UTC), berlin).unwrap();
        assert_eq!(known.len(), 3, "{known:?}");
        for (moment, expected) in [
            (datetime!(2020-07-01 12:00 UTC), offset!(+1)), // too long ago to be known
            (datetime!(2026-03-29 00:59:59 UTC), offset!(+1)),
            (datetime!(2026-03-29 01:00 UTC), offset!(+2)),
            (datetime!(2026-10-25 00:59:59 UTC), offset!(+2)),
            (datetime!(2026-10-25 01:00 UTC), offset!(+1)),
            (datetime!(2040-07-01 12:00 UTC), offset!(+1)),
        ] {
            assert_eq!(offset_at(&known, moment), Some(expected), "{moment}");
        }
    }

    #[test]
    fn a_system_that_does_not_say_leaves_everything_in_utc() {
        assert_eq!(changes(datetime!(2026-11-23 02:30 UTC), |_| None), None);
        assert_eq!(offset_at(&[], datetime!(2026-11-23 02:30 UTC)), None);
    }
}
