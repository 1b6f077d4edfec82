//! `Retry-After` in every form that Graph and the gateways before it have used.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// No wait is longer than this, also where a header asks for more: a gateway's nonsense must not stop a run for a day.
const MAX_WAIT: Duration = Duration::from_secs(15 * 60);

/// Reads a `Retry-After` value: seconds, decimal seconds (`2.128`, as an older Microsoft sample has it), or an HTTP date.
///
/// Seconds are rounded up to whole ones, a date is counted from `now`, and everything is capped at 15 minutes. `None` is
/// a value that is none of these: the caller then backs off by itself.
///
/// Source: "Microsoft Graph throttling guidance" and RFC 9110, section 10.2.3.
pub fn parse(value: &str, now: OffsetDateTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        if !seconds.is_finite() || seconds < 0.0 {
            return None;
        }
        return Some(Duration::from_secs_f64(seconds.ceil().min(MAX_WAIT.as_secs_f64())));
    }
    let date = http_date(value)?;
    let wait = (date - now).whole_milliseconds().max(0);
    Some(Duration::from_millis(u64::try_from(wait).unwrap_or(u64::MAX)).min(MAX_WAIT))
}

/// Reads the preferred form of an HTTP date, as in `Date: Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_date(value: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(value, &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(1994-11-06 08:49:30 UTC);

    #[test]
    fn every_documented_form_is_understood() {
        for (value, seconds) in [
            ("10", 10),
            (" 17 ", 17),
            ("2.128", 3),
            ("0", 0),
            ("0.0", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 7),
            ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
            ("86400", 900),
            ("1e300", 900),
        ] {
            assert_eq!(parse(value, NOW), Some(Duration::from_secs(seconds)), "{value}");
        }
    }

    #[test]
    fn anything_else_is_no_advice() {
        for value in ["", "soon", "-1", "NaN", "inf", "Sun, 06 Nov", "10 seconds"] {
            assert_eq!(parse(value, NOW), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_value_waits_longer_than_the_cap(value in ".*") {
            if let Some(wait) = parse(&value, NOW) {
                prop_assert!(wait <= MAX_WAIT);
            }
        }
    }
}
