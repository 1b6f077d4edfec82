//! Days that are still to come, in a column that says when somebody leaves.

use time::{Date, Month};

/// Whether a text is a day behind this one, in whichever order its day and month stand.
pub(super) fn is_after(text: &str, today: Date) -> bool {
    let numbers: Vec<i32> =
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).take(3).collect();
    let [first, second, third] = numbers[..] else { return false };
    let day = |year: i32, month: i32, day: i32| {
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let century = if year < 100 { 2000 } else { 0 };
        Date::from_calendar_date(century + year, month, u8::try_from(day).ok()?).ok()
    };
    let readings = if first > 31 {
        [day(first, second, third), None]
    } else {
        [day(third, second, first), day(third, first, second).filter(|_| text.contains('/'))]
    };
    let mut days = readings.into_iter().flatten().peekable();
    days.peek().is_some() && days.all(|day| day > today)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_day_is_to_come_where_it_can_mean_no_other() {
        let today = date!(2026 - 11 - 20);
        for text in ["2026-11-21", "2031-06-30T00:00:00", "30.11.2026", "11/30/2026", "1/1/27", "31.12.9999"] {
            assert!(is_after(text, today), "{text}");
        }
        // In one of two readings it has passed.
        for text in ["2026-11-20", "20.11.2026", "11/12/2026", "2025-01-01", "", "soon", "2026-13-45", "30.11."] {
            assert!(!is_after(text, today), "{text}");
        }
    }
}
