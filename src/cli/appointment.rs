//! `--not-before`: a run that begins at the moment agreed, and neither before it nor upon what was true earlier.

use std::time::Duration;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use super::exit::{Exit, Failure};
use super::spinner::Spinner;
use super::voice;
use super::words::span;
use crate::clock::Clock;
use crate::graph::access::Access;

/// Nobody waits longer than this: people change, plans grow old, and machines are switched off.
const FURTHEST: Duration = Duration::from_secs(7 * 86_400);
/// A job that came a little late to its appointment still keeps it. Shorter than the difference between any two time zones,
/// so that a wrong zone is never taken for being late.
const LATE: Duration = Duration::from_secs(5 * 60);
/// The date is looked at so often.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A moment to come, with its time zone: `2026-11-27T17:00:00+01:00`, `2026-11-27T17:00Z`, a blank in place of the `T`.
pub(super) fn moment(text: &str) -> Result<OffsetDateTime, String> {
    let spelled = text.trim().replacen(' ', "T", 1).replace(' ', "");
    let minutes = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    let zone = spelled.find(['Z', 'z', '+']).or_else(|| spelled.rfind('-').filter(|place| *place > 10));
    let (local, zone) = spelled.split_at(zone.unwrap_or(spelled.len()));
    // Seconds may be left out.
    let local = match PrimitiveDateTime::parse(local, minutes) {
        Ok(_) => format!("{local}:00"),
        Err(_) => local.to_owned(),
    };
    if let Ok(moment) = OffsetDateTime::parse(&format!("{local}{zone}"), &Rfc3339) {
        return Ok(moment);
    }
    if zone.is_empty() && OffsetDateTime::parse(&format!("{local}Z"), &Rfc3339).is_ok() {
        return Err(format!(
            "it says no time zone; write {local}+01:00 with your own offset from UTC, or {local}Z where it is UTC"
        ));
    }
    Err("a moment to come is a date, a time and an offset from UTC: 2026-11-27T17:00:00+01:00, or 2026-11-27T16:00:00Z. \
         Names of time zones are not known"
        .to_owned())
}

/// The date as a rehearsal has it: it runs on from the real one as fast as the tenant's time does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar {
    began: OffsetDateTime,
    clock: Clock,
    began_at: Duration,
}

impl Calendar {
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
pub(super) struct Appointment {
    pub(super) moment: OffsetDateTime,
    calendar: Calendar,
}

impl Appointment {
    /// An appointment that can be kept. One that has passed is no obstacle to a run that has `begun`: the same command
    /// goes on with it.
    ///
    /// # Errors
    ///
    /// The moment has passed, or is too far away.
    pub(super) fn new(moment: OffsetDateTime, begun: bool, calendar: Calendar) -> Result<Self, Failure> {
        let left = moment - calendar.now();
        if left > FURTHEST {
            return Err(Failure::refused(format_args!(
                "--not-before {} is {} days from now, and nothing waits longer than {}",
                told(moment),
                left.whole_days(),
                FURTHEST.as_secs() / 86_400
            ))
            .with_next("Make the plan nearer to the day, or have the command started by cron or the Task Scheduler."));
        }
        if -left > LATE && !begun {
            return Err(Failure::refused(format_args!(
                "--not-before {} was {} ago; nothing was changed",
                told(moment),
                span(left.unsigned_abs())
            ))
            .with_next("Look at the date and the time zone. To begin at once, leave --not-before out."));
        }
        Ok(Self { moment, calendar })
    }

    /// How long there is to wait; `None` where the moment has come.
    pub(super) fn left(&self) -> Option<Duration> {
        let left = self.moment - self.calendar.now();
        Duration::try_from(left).ok().filter(|left| !left.is_zero())
    }

    /// Now, or the moment itself where that is still to come: by then whatever is checked beforehand must hold.
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
                format_args!("the token ends at {}, and the run is to begin at {}", told(until), told(self.moment)),
            )
            .with_next("A token that somebody else fetched cannot be renewed: sign in as an app, with a certificate or a secret.")),
            _ => Ok(()),
        }
    }

    /// Returns when the moment has come, and not before it.
    ///
    /// The date is looked at again and again: a span that is measured once comes too late on a machine that slept.
    pub(super) async fn wait(&self, mut tell: impl FnMut(Duration)) {
        while let Some(left) = self.left() {
            tell(left);
            tokio::time::sleep(self.calendar.clock.to_wall(left).min(LOOK_AGAIN)).await;
        }
    }
}

/// `Friday 27 November 2026, 17:00:00 +01:00 (16:00:00 UTC)`: the day of the week shows a wrong date.
pub(super) fn told(moment: OffsetDateTime) -> String {
    let day = format_description!("[weekday] [day padding:none] [month repr:long] [year], [hour]:[minute]:[second]");
    let time = format_description!("[hour]:[minute]:[second]");
    let utc = moment.to_offset(time::UtcOffset::UTC);
    let written = if moment.offset().is_utc() {
        moment.format(day).map(|written| format!("{written} UTC"))
    } else {
        let zone = format_description!("[offset_hour sign:mandatory]:[offset_minute]");
        let there = utc.format(if utc.date() == moment.date() { time } else { day });
        let parts = moment.format(day).and_then(|here| Ok((here, moment.format(zone)?, there?)));
        parts.map(|(here, zone, there)| format!("{here} {zone} ({there} UTC)"))
    };
    written.unwrap_or_else(|_| moment.to_string())
}

/// A countdown on a terminal, and one line wherever it is shown.
pub(super) struct Countdown(Spinner);

impl Countdown {
    pub(super) fn start(moment: OffsetDateTime, left: Duration) -> Self {
        voice::say(format_args!(
            "waiting {} until {}; Ctrl-C ends it, and nothing is changed then",
            span(left),
            told(moment)
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
            "2026-11-27T17:00:00+01:00",
            "2026-11-27T17:00+01:00",
            "2026-11-27 17:00 +01:00",
            "2026-11-27T16:00Z",
            "2026-11-27 16:00:00z",
            "2026-11-27T11:00-05:00",
        ] {
            assert_eq!(moment(text), Ok(five), "{text}");
        }
        let refused = moment("2026-11-27 17:00").unwrap_err();
        assert!(refused.contains("2026-11-27T17:00:00+01:00") && refused.contains("2026-11-27T17:00:00Z"), "{refused}");
        for text in
            ["", "17:00", "17:00+01:00", "2026-11-27", "2026-02-30T17:00Z", "tomorrow", "2026-11-27T17:00 CET", "ñ"]
        {
            assert!(moment(text).unwrap_err().contains("2026-11-27T17:00:00+01:00"), "{text}");
        }
    }

    #[test]
    fn a_moment_is_told_with_its_weekday_and_in_utc() {
        assert_eq!(told(datetime!(2026-11-27 17:00 +1)), "Friday 27 November 2026, 17:00:00 +01:00 (16:00:00 UTC)");
        assert_eq!(told(datetime!(2026-11-27 16:00 UTC)), "Friday 27 November 2026, 16:00:00 UTC");
        assert_eq!(
            told(datetime!(2026-11-27 20:00 -5)),
            "Friday 27 November 2026, 20:00:00 -05:00 (Saturday 28 November 2026, 01:00:00 UTC)"
        );
    }

    fn calendar() -> Calendar {
        Calendar::new(Clock::with_speed(100.0))
    }

    #[tokio::test(start_paused = true)]
    async fn the_moment_is_waited_for_to_the_second_and_told_on_the_way() {
        let calendar = calendar();
        let moment = calendar.now() + Duration::from_secs(86_400);
        let appointment = Appointment::new(moment, false, calendar).unwrap();
        let mut told = Vec::new();
        appointment.wait(|left| told.push(left)).await;
        let late = calendar.now() - moment;
        assert!(!late.is_negative() && late < time::Duration::SECOND, "{late}");
        // A second of the wall is 100 of the tenant.
        assert!(told.len() >= 864 && told.is_sorted_by(|a, b| a > b), "{}", told.len());
        assert_eq!(appointment.left(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_passed_or_is_too_far_away_is_refused() {
        let calendar = calendar();
        let made = |seconds: i64, begun| {
            Appointment::new(calendar.now() + time::Duration::seconds(seconds), begun, calendar).map(|made| made.left())
        };
        let refused = made(-15 * 60, false).unwrap_err();
        assert!(refused.exit == Exit::Refused && refused.what.contains("15 min ago"), "{refused:?}");
        assert_eq!(made(-15 * 60, true).unwrap(), None, "a run that was begun is gone on with");
        assert_eq!(made(-4 * 60, false).unwrap(), None, "a job that came a little late");
        let refused = made(8 * 86_400 + 60, false).unwrap_err();
        assert!(refused.exit == Exit::Refused && refused.what.contains("8 days from now"), "{refused:?}");
        assert!(made(7 * 86_400 - 60, false).unwrap().is_some());
    }
}
