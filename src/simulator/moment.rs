//! Tenant time as dates: what `Date`, `Retry-After` and the timestamps of users are written from.

use std::time::Duration;

use time::format_description::StaticFormatDescription;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::clock::Clock;

/// The tenant's clock: it starts at the wall clock's time and runs at its own speed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TenantClock {
    clock: Clock,
    started: OffsetDateTime,
}

impl TenantClock {
    /// `ahead` of this machine's clock, or behind it where that is negative.
    pub(crate) fn start(speed: f64, ahead: time::Duration) -> Self {
        let now = OffsetDateTime::now_utc();
        Self { clock: Clock::with_speed(speed), started: now.checked_add(ahead).unwrap_or(now) }
    }

    /// Tenant time since the simulator was started.
    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// How long a span of tenant time lasts on the wall clock.
    pub(crate) fn to_wall(self, span: Duration) -> Duration {
        self.clock.to_wall(span)
    }

    /// The date at which the simulator was started.
    pub(crate) fn started(&self) -> OffsetDateTime {
        self.started
    }

    /// The date, in whole seconds and UTC, at a moment of tenant time.
    pub(crate) fn date(&self, moment: Duration) -> OffsetDateTime {
        let date = self.started.checked_add(time::Duration::try_from(moment).unwrap_or(time::Duration::MAX));
        date.unwrap_or(self.started).to_offset(UtcOffset::UTC).replace_nanosecond(0).unwrap_or(self.started)
    }
}

const ISO: StaticFormatDescription = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const ISO_WITHOUT_ZONE: StaticFormatDescription = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
const IMF_FIXDATE: StaticFormatDescription =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

fn written(date: OffsetDateTime, form: StaticFormatDescription) -> String {
    // Formatting a date with these fixed forms can't fail; an empty text would show in every test.
    date.format(form).unwrap_or_default()
}

/// `2026-10-01T09:14:22Z`: an `Edm.DateTimeOffset`.
pub(crate) fn iso(date: OffsetDateTime) -> String {
    written(date, ISO)
}

/// `2026-10-01T09:14:22`: the form inside `innerError`.
pub(crate) fn iso_without_zone(date: OffsetDateTime) -> String {
    written(date, ISO_WITHOUT_ZONE)
}

/// `Thu, 01 Oct 2026 09:14:22 GMT`: the form of HTTP headers (RFC 9110, section 5.6.7).
pub(crate) fn imf_fixdate(date: OffsetDateTime) -> String {
    written(date, IMF_FIXDATE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn dates_are_written_as_graph_writes_them() {
        let date = datetime!(2026-10-01 09:14:22 UTC);
        assert_eq!(iso(date), "2026-10-01T09:14:22Z");
        assert_eq!(iso_without_zone(date), "2026-10-01T09:14:22");
        assert_eq!(imf_fixdate(date), "Thu, 01 Oct 2026 09:14:22 GMT");
    }
}
