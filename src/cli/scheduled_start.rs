//! `--not-before`: a run that begins at an agreed time, not earlier, and by what is true then.

use std::time::Duration;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use super::exit::{Exit, Failure};
use super::messages;
use super::spinner::Spinner;
use super::words::{span, spelled_out};
use crate::clock::Clock;
use crate::graph::access::Access;
use crate::local_time;
use crate::moment_text;

/// A longer wait is refused: people change, plans grow old, and machines are switched off.
const MAX_AHEAD: Duration = Duration::from_secs(7 * 86_400);
/// A job that a scheduler started a little late still begins. Shorter than the difference between any two time zones,
/// so that a wrong zone is never taken for being late.
const MAX_DELAY: Duration = Duration::from_secs(5 * 60);
/// How often the clock is read while waiting.
const CLOCK_INTERVAL: Duration = Duration::from_secs(1);

/// A moment to come, with its time zone: `2026-11-27T17:00:00+01:00`, `2026-11-27T17:00Z`, a blank in place of the `T`.
pub(super) fn moment(text: &str) -> Result<OffsetDateTime, String> {
    if let Ok(moment) = moment_text::with_offset(text) {
        return Ok(moment);
    }
    let (local, zone) = moment_text::split(text);
    let now = OffsetDateTime::now_utc();
    let stated = |moment: OffsetDateTime| local_time::here(moment).map_or_else(|| "Z".to_owned(), offset_text);
    if zone.is_empty()
        && let Ok(taken) = OffsetDateTime::parse(&format!("{local}Z"), &Rfc3339)
    {
        let zone = stated(taken);
        return Err(format!("it says no time zone; for the time of this machine write {local}{zone}"));
    }
    let today = now.to_offset(local_time::here(now).unwrap_or(UtcOffset::UTC)).date();
    let zone_today = stated(now);
    if let Some(time) = time_alone(&local).filter(|_| zone.is_empty()) {
        return Err(format!(
            "it is a time without a date and without an offset from UTC; for today by the clock of this machine write \
             {today}T{time}{zone_today}"
        ));
    }
    Err(format!(
        "give date, time and offset from UTC, as in {today}T17:00{zone_today} for five o'clock here; names of time zones are \
         not known"
    ))
}

/// `+01:00`.
fn offset_text(offset: UtcOffset) -> String {
    offset.format(format_description!("[offset_hour sign:mandatory]:[offset_minute]")).unwrap_or_default()
}

/// `17:00` or `17:00:30`, as it is.
fn time_alone(text: &str) -> Option<&str> {
    let text = text.trim_start_matches('T');
    let minutes = time::Time::parse(text, format_description!("[hour]:[minute]")).is_ok();
    let seconds = || time::Time::parse(text, format_description!("[hour]:[minute]:[second]")).is_ok();
    (minutes || seconds()).then_some(text)
}

/// The date of the tenant: the real one, or in a rehearsal one that runs as fast as the simulated tenant's time.
#[derive(Debug, Clone, Copy)]
pub(super) struct TenantCalendar {
    began: OffsetDateTime,
    clock: Clock,
    began_at: Duration,
}

impl TenantCalendar {
    pub(super) fn new(clock: Clock) -> Self {
        Self { began: OffsetDateTime::now_utc(), clock, began_at: clock.now() }
    }

    pub(super) fn now(&self) -> OffsetDateTime {
        if (self.clock.speed() - 1.0).abs() < f64::EPSILON {
            // Not counted on from the beginning: a machine that slept, or whose clock was set, is right again at once.
            return OffsetDateTime::now_utc();
        }
        self.began + self.clock.now().saturating_sub(self.began_at)
    }
}

/// When a run begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScheduledStart {
    pub(super) moment: OffsetDateTime,
    calendar: TenantCalendar,
}

impl ScheduledStart {
    /// A start that is possible. A time that has passed is no obstacle to a run that was `begun`: the same command resumes
    /// it.
    ///
    /// # Errors
    ///
    /// The moment has passed, or is too far away.
    pub(super) fn new(moment: OffsetDateTime, begun: bool, calendar: TenantCalendar) -> Result<Self, Failure> {
        let left = moment - calendar.now();
        if left > MAX_AHEAD {
            return Err(Failure::refused(format_args!(
                "--not-before {} is {} days from now, and {} days is the longest wait",
                spelled_out(moment),
                left.whole_days(),
                MAX_AHEAD.as_secs() / 86_400
            ))
            .with_next("Make the plan nearer to the day, or have the command started by cron or the Task Scheduler."));
        }
        if -left > MAX_DELAY && !begun {
            return Err(Failure::refused(format_args!(
                "--not-before {} was {} ago; nothing was changed",
                spelled_out(moment),
                span(left.unsigned_abs())
            ))
            .with_next("Look at the date and the time zone. To begin at once, leave --not-before out."));
        }
        Ok(Self { moment, calendar })
    }

    /// How long is left to wait; `None` from the moment on.
    pub(super) fn left(&self) -> Option<Duration> {
        let left = self.moment - self.calendar.now();
        Duration::try_from(left).ok().filter(|left| !left.is_zero())
    }

    /// Now, or the moment where that is still to come. What is checked beforehand must hold at this time.
    pub(super) fn when_it_begins(&self) -> OffsetDateTime {
        self.calendar.now().max(self.moment)
    }

    /// A token that cannot be renewed must last until then.
    ///
    /// # Errors
    ///
    /// It does not.
    pub(super) fn check_access(&self, access: &Access) -> Result<(), Failure> {
        match access.until {
            Some(until) if !access.is_renewed() && until <= self.moment => Err(Failure::new(
                Exit::Access,
                format_args!(
                    "the token ends at {}, and the run is to begin at {}",
                    spelled_out(until),
                    spelled_out(self.moment)
                ),
            )
            .with_next("A ready-made token cannot be renewed: sign in as an app, with a certificate or a secret.")),
            _ => Ok(()),
        }
    }

    /// Returns when the moment has come, and not before it.
    ///
    /// The clock is read again and again: one long sleep ends too late on a machine that was suspended.
    pub(super) async fn wait(&self, mut show: impl FnMut(Duration)) {
        while let Some(left) = self.left() {
            show(left);
            tokio::time::sleep(self.calendar.clock.to_wall(left).min(CLOCK_INTERVAL)).await;
        }
    }
}

/// A countdown on a terminal; elsewhere one line.
pub(super) struct Countdown(Spinner);

impl Countdown {
    pub(super) fn start(moment: OffsetDateTime, left: Duration) -> Self {
        messages::info(format_args!(
            "waiting {} until {}; Ctrl-C ends it, and nothing is changed then",
            span(left),
            spelled_out(moment)
        ));
        Self(Spinner::start(begins_in(left)))
    }

    pub(super) fn show(&self, left: Duration) {
        self.0.show(begins_in(left));
    }
}

fn begins_in(left: Duration) -> String {
    format!("begins in {}", span(left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_moment_says_its_zone() {
        let five = datetime!(2026-11-27 17:00 +1);
        for text in [
            "2026-11-27T17:00:00+01:00", "2026-11-27T17:00+01:00", "2026-11-27 17:00 +01:00", "2026-11-27T16:00Z",
            "2026-11-27 16:00:00z", "2026-11-27T11:00-05:00",
        ] {
            assert_eq!(moment(text), Ok(five), "{text}");
        }
        // A test has several threads, so that its time zone is not known.
        let today = OffsetDateTime::now_utc().date().to_string();
        let alone = moment("17:00").unwrap_err();
        assert!(alone.contains("without a date") && alone.ends_with("T17:00Z"), "{alone}");
        assert!(alone.contains(&today[..8]), "{alone}");
        let refused = moment("2026-11-27 17:00").unwrap_err();
        assert!(refused.ends_with("write 2026-11-27T17:00:00Z"), "{refused}");
        for text in ["", "17:00+01:00", "2026-11-27", "2026-02-30T17:00Z", "tomorrow", "2026-11-27T17:00 CET", "ñ"] {
            assert!(moment(text).unwrap_err().contains("T17:00Z"), "{text}");
        }
    }

    fn calendar() -> TenantCalendar {
        TenantCalendar::new(Clock::with_speed(100.0))
    }

    #[tokio::test(start_paused = true)]
    async fn the_moment_is_waited_for_to_the_second_and_shown_on_the_way() {
        let calendar = calendar();
        let moment = calendar.now() + Duration::from_secs(86_400);
        let start = ScheduledStart::new(moment, false, calendar).unwrap();
        let mut shown = Vec::new();
        start.wait(|left| shown.push(left)).await;
        let late = calendar.now() - moment;
        assert!(!late.is_negative() && late < time::Duration::SECOND, "{late}");
        // A second of the wall is 100 of the tenant.
        assert!(shown.len() >= 864 && shown.is_sorted_by(|a, b| a > b), "{}", shown.len());
        assert_eq!(start.left(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_passed_or_is_too_far_away_is_refused() {
        let calendar = calendar();
        let made = |seconds: i64, begun| {
            ScheduledStart::new(calendar.now() + time::Duration::seconds(seconds), begun, calendar)
                .map(|made| made.left())
        };
        let refused = made(-15 * 60, false).unwrap_err();
        assert!(refused.exit == Exit::Refused && refused.what.contains("15 min ago"), "{refused:?}");
        assert_eq!(made(-15 * 60, true).unwrap(), None, "a run that was begun is resumed");
        assert_eq!(made(-4 * 60, false).unwrap(), None, "a job that came a little late");
        let refused = made(8 * 86_400 + 60, false).unwrap_err();
        assert!(refused.exit == Exit::Refused && refused.what.contains("8 days from now"), "{refused:?}");
        assert!(made(7 * 86_400 - 60, false).unwrap().is_some());
    }
}
