//! Moments as people write them. A time of day without its offset from UTC is no moment: nothing is taken for granted.

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime, UtcOffset};

/// Why a text is no moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum NotAMoment {
    /// A date and a time of day, at no place in particular.
    #[error(
        "it has no offset from UTC; write Z behind it for UTC, or the offset of the place that is meant, such as +01:00"
    )]
    NoOffset,
    /// Anything else.
    #[error("a moment is 2026-11-30T08:00:00Z, or 2026-11-30 (its beginning in UTC)")]
    Unreadable,
}

/// `2026-11-30T08:00:00Z`, `2026-11-30 09:00+01:00`: seconds may be missing, and a blank may stand in place of the `T`.
///
/// # Errors
///
/// The text is none, or has no offset from UTC.
pub fn with_offset(text: &str) -> Result<OffsetDateTime, NotAMoment> {
    let (local, zone) = split(text);
    let read = |zone: &str| OffsetDateTime::parse(&format!("{local}{zone}"), &Rfc3339);
    match read(&zone) {
        Ok(moment) => Ok(moment),
        Err(_) if zone.is_empty() && read("Z").is_ok() => Err(NotAMoment::NoOffset),
        Err(_) => Err(NotAMoment::Unreadable),
    }
}

/// The date and the time of day, as they are read, and the offset from UTC behind them, where there is one.
pub fn split(text: &str) -> (String, String) {
    let spelled = text.trim().replacen(' ', "T", 1).replace(' ', "");
    let zone = spelled.find(['Z', 'z', '+']).or_else(|| spelled.rfind('-').filter(|place| *place > 10));
    let (local, zone) = spelled.split_at(zone.unwrap_or(spelled.len()));
    let minutes = format_description!("[year]-[month]-[day]T[hour]:[minute]");
    let local = match PrimitiveDateTime::parse(local, minutes) {
        Ok(_) => format!("{local}:00"),
        Err(_) => local.to_owned(),
    };
    (local, zone.to_owned())
}

/// As [`with_offset`] reads it, or a day: its beginning in UTC. In whole seconds, as Graph gives them, and in UTC.
///
/// # Errors
///
/// As [`with_offset`].
pub fn or_day(text: &str) -> Result<OffsetDateTime, NotAMoment> {
    let moment = match Date::parse(text.trim(), format_description!("[year]-[month]-[day]")) {
        Ok(day) => day.midnight().assume_utc(),
        Err(_) => with_offset(text)?,
    };
    // At the ends of the calendar another offset may have no such moment, or one that cannot be written.
    let in_utc = moment.checked_to_offset(UtcOffset::UTC).filter(|moment| moment.year() >= 0);
    let moment = in_utc.ok_or(NotAMoment::Unreadable)?;
    Ok(moment.replace_nanosecond(0).unwrap_or(moment))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_moment_has_an_offset_or_is_a_day() {
        for (text, moment) in [
            ("2026-11-30T08:00:00Z", datetime!(2026-11-30 08:00 UTC)),
            ("2026-11-30T09:00:00.25+01:00", datetime!(2026-11-30 08:00 UTC)),
            (" 2026-11-30 09:00 +01:00 ", datetime!(2026-11-30 08:00 UTC)),
            ("2026-11-30T03:00-05:00", datetime!(2026-11-30 08:00 UTC)),
            ("2026-11-30", datetime!(2026-11-30 00:00 UTC)),
        ] {
            assert_eq!(or_day(text), Ok(moment), "{text}");
        }
        // As a workbook has it.
        for text in ["2026-11-30 08:00:00", "2026-11-30T08:00"] {
            assert_eq!(or_day(text), Err(NotAMoment::NoOffset), "{text}");
        }
        let odd = ["", "tomorrow", "30.11.2026", "11/30/2026 08:00", "46356.333", "2026-02-30", "2026-11-30T25:00:00Z"];
        for text in odd.into_iter().chain(["9999-12-31T23:59:59-14:00", "0000-01-01T00:00:00+14:00", "2026-11-3ö"]) {
            assert_eq!(or_day(text), Err(NotAMoment::Unreadable), "{text}");
        }
    }
}
