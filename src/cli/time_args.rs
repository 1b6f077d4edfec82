//! Points in time and spans as people type them.

use std::time::Duration;

use time::OffsetDateTime;

use crate::moment_text::{self, NotAMoment};

const SPAN: &str = "a span is a whole number and a unit: 90s, 30m, 24h or 7d";

/// `90s`, `30m`, `24h`, `7d`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    if (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("a span has a unit: write {text}h for hours, or {text}m, {text}s, {text}d"));
    }
    let unit = text.chars().next_back().filter(char::is_ascii_alphabetic).ok_or(SPAN)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(SPAN.to_owned()),
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(SPAN.to_owned());
    }
    let number: u64 = digits.parse().map_err(|_| "that is more than 100 years")?;
    let seconds = number.checked_mul(seconds).filter(|seconds| *seconds <= 100 * 365 * 86_400);
    seconds.map(Duration::from_secs).ok_or_else(|| "that is more than 100 years".to_owned())
}

/// A moment in the past: `2026-11-23T02:30:00Z`, `2026-11-23` (its beginning in UTC), or a span ago: `6h`.
pub(super) fn past(text: &str) -> Result<OffsetDateTime, String> {
    let now = OffsetDateTime::now_utc();
    let moment = match (moment_text::or_day(text), span(text)) {
        (Ok(moment), _) => moment,
        (Err(_), Ok(ago)) => (now - ago).replace_nanosecond(0).unwrap_or(now),
        (Err(why @ NotAMoment::NoOffset), _) => return Err(why.to_string()),
        _ => {
            let way = "a moment is 2026-11-23T02:30:00Z, 2026-11-23 (its beginning in UTC), or a span ago such as 6h";
            return Err(way.to_owned());
        }
    };
    if moment > now {
        return Err(format!("{text} is still to come, so nothing has happened since"));
    }
    Ok(moment)
}

/// A moment to come: `2026-11-30T08:00:00Z`, or `2026-11-30` (its beginning in UTC).
pub(super) fn to_come(text: &str) -> Result<OffsetDateTime, String> {
    let moment = moment_text::or_day(text).map_err(|why| why.to_string())?;
    if moment <= OffsetDateTime::now_utc() {
        return Err(format!("{text} has passed"));
    }
    Ok(moment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn spans_are_read_and_nonsense_is_not() {
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(span("30m"), Ok(Duration::from_secs(1_800)));
        assert_eq!(span("24h"), Ok(Duration::from_secs(86_400)));
        assert_eq!(span("7d"), Ok(Duration::from_secs(604_800)));
        assert!(span("24").unwrap_err().contains("write 24h"));
        for nonsense in ["", "h", "24", "-1h", "1.5h", "24 h", "1w", "99999999999999999999d", "9999999d", "1ĥ"] {
            assert!(span(nonsense).is_err(), "{nonsense:?}");
        }
    }

    #[test]
    fn moments_are_in_the_past() {
        assert_eq!(past("2026-10-01T04:30:00+02:00"), Ok(datetime!(2026-10-01 04:30:00 +2)));
        assert_eq!(past("2026-10-01"), Ok(datetime!(2026-10-01 00:00:00 UTC)));
        let ago = OffsetDateTime::now_utc() - past("6h").unwrap();
        assert!((6 * 3_600..6 * 3_600 + 60).contains(&ago.whole_seconds()), "{ago}");
        assert!(past("9999-01-01").unwrap_err().contains("still to come"));
        assert_eq!(to_come("9998-01-01T02:00:00+02:00"), Ok(datetime!(9998-01-01 00:00:00 UTC)));
        assert!(to_come("2026-01-01").unwrap_err().contains("has passed") && to_come("6h").is_err());
        assert!(past("yesterday").unwrap_err().contains("6h"));
    }
}
