//! Numbers, spans, names and paths as people read them, on a terminal or on a page.

use std::borrow::{Borrow, Cow};
use std::path::Path;
use std::time::Duration;

use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use crate::local_time;
use crate::shell::Shell;
use crate::unseen::deceives;

/// `12,000`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The same text with a capital.
pub fn sentence_case(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

/// `1 account`, `12,000 accounts`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// `ada, grace and 3 more`: the first of so many by name.
pub fn first_of(named: &[impl Borrow<str>], all: u64) -> String {
    let names = named.join(", ");
    match all.saturating_sub(named.len() as u64) {
        0 => names,
        more => format!("{names} and {} more", count(more)),
    }
}

/// `under a second`, `42 s`, `14 min 10 s`, `2 h 5 min`.
pub fn span(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round() as u64;
    match seconds {
        0 => "under a second".to_owned(),
        1..=59 => format!("{seconds} s"),
        60..=3599 if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        60..=3599 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// `at least 42 s`; what rounds to no second has no lower end that is worth a number: `under a second at best`.
pub fn at_least(duration: Duration) -> String {
    let least = span(duration);
    if duration.as_secs_f64().round() < 1.0 { format!("{least} at best") } else { format!("at least {least}") }
}

/// `23 November 2026, 03:30 +01:00 (02:30 UTC)`; where this machine keeps UTC, that alone.
pub fn moment(moment: OffsetDateTime) -> String {
    moment_at(moment, local_time::here(moment))
}

/// `Friday 27 November 2026, 17:00:00 +01:00 (16:00:00 UTC)`: the day of the week shows a wrong date.
pub fn spelled_out(moment: OffsetDateTime) -> String {
    let stated = Some(moment.offset()).filter(|offset| !offset.is_utc());
    spelled_out_at(moment, local_time::here(moment).or(stated))
}

/// `2026-11-23T03:30:10+01:00 (02:30:10 UTC)`, for what people read alone: a file has [`utc_second`].
pub fn second_here(moment: OffsetDateTime) -> String {
    second_at(moment, local_time::here(moment))
}

/// `2026-11-23T02:30:10Z`, for what goes into files: it is the same on every machine.
pub fn utc_second(moment: OffsetDateTime) -> String {
    second_at(moment, None)
}

/// `03:30:10 +01:00 (02:30:10 UTC)`.
pub fn time_of_day(moment: OffsetDateTime) -> String {
    let time = format_description!("[hour]:[minute]:[second]");
    beside_utc(moment, local_time::here(moment), time, time, time)
}

fn moment_at(moment: OffsetDateTime, local: Option<UtcOffset>) -> String {
    let day = format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute]");
    let other_day = format_description!("[day padding:none] [month repr:long], [hour]:[minute]");
    beside_utc(moment, local, day, format_description!("[hour]:[minute]"), other_day)
}

fn spelled_out_at(moment: OffsetDateTime, local: Option<UtcOffset>) -> String {
    let day = format_description!("[weekday] [day padding:none] [month repr:long] [year], [hour]:[minute]:[second]");
    beside_utc(moment, local, day, format_description!("[hour]:[minute]:[second]"), day)
}

fn second_at(moment: OffsetDateTime, local: Option<UtcOffset>) -> String {
    let utc = OffsetDateTime::from_unix_timestamp(moment.unix_timestamp()).unwrap_or(moment);
    let written = |moment: OffsetDateTime| moment.format(&Rfc3339).unwrap_or_else(|_| moment.to_string());
    let Some(here) = local.map(|local| utc.to_offset(local)) else { return written(utc) };
    let time = format_description!("[hour]:[minute]:[second] UTC");
    if here.date() == utc.date() {
        format!("{} ({})", written(here), utc.format(time).unwrap_or_default())
    } else {
        format!("{} ({})", written(here), written(utc))
    }
}

/// The moment here, how far that is from UTC, and the moment in UTC: its time alone where the day is the same.
fn beside_utc(
    moment: OffsetDateTime,
    local: Option<UtcOffset>,
    whole: &[BorrowedFormatItem<'_>],
    same_day: &[BorrowedFormatItem<'_>],
    other_day: &[BorrowedFormatItem<'_>],
) -> String {
    let utc = moment.to_offset(UtcOffset::UTC);
    let written = match local.map(|local| moment.to_offset(local)) {
        None => utc.format(whole).map(|written| format!("{written} UTC")),
        Some(here) => {
            let zone = format_description!("[offset_hour sign:mandatory]:[offset_minute]");
            let there = utc.format(if utc.date() == here.date() { same_day } else { other_day });
            let parts = here.format(whole).and_then(|written| Ok((written, here.format(zone)?, there?)));
            parts.map(|(written, zone, there)| format!("{written} {zone} ({there} UTC)"))
        }
    };
    written.unwrap_or_else(|_| moment.to_string())
}

/// A text from a stranger's file, harmless on a terminal and on a page: control characters, and the characters that
/// reverse or hide text, are shown as escapes.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(deceives) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if deceives(c) { safe.extend(c.escape_unicode()) } else { safe.push(c) }
    }
    Cow::Owned(safe)
}

/// The text without the numbers that Rust adds to the system's words: `no such file (os error 2)` becomes `no such file`. They
/// say nothing to a person.
pub fn without_system_numbers(text: &str) -> Cow<'_, str> {
    const BEGIN: &str = " (os error ";
    let mut plain = Cow::Borrowed(text);
    let mut from = 0;
    while let Some(begin) = plain.get(from..).and_then(|rest| rest.find(BEGIN)).map(|place| from + place) {
        let number = &plain[begin + BEGIN.len()..];
        let digits = number.len() - number.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit()).len();
        if digits > 0 && number[digits..].starts_with(')') {
            plain.to_mut().replace_range(begin..=begin + BEGIN.len() + digits, "");
            from = begin;
        } else {
            from = begin + BEGIN.len();
        }
    }
    plain
}

/// The text itself, or as much of its beginning as makes `longest` characters with an ellipsis.
pub fn clipped(text: &str, longest: usize) -> Cow<'_, str> {
    if text.len() <= longest || text.chars().nth(longest).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().take(longest.saturating_sub(1)).chain(['…']).collect())
}

/// The largest place up to `at` bytes where a text can be cut.
pub(crate) fn char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|place| text.is_char_boundary(*place)).unwrap_or_default()
}

/// The name by which a plan keeps a roster, as it stands alone and not in a sentence.
pub fn roster_name(name: &str) -> Cow<'_, str> {
    // Plans of earlier versions keep the words with which messages say where a row stands.
    if matches!(name, "-" | "on standard input") { Cow::Borrowed("standard input") } else { harmless(name) }
}

/// A path as one word of the shell here.
pub fn quoted(path: &Path) -> String {
    Shell::here().word(path)
}

/// A lower-case fragment as a sentence.
pub fn sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let end = if fragment.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{datetime, offset};

    #[test]
    fn a_moment_is_shown_as_the_clock_on_the_wall_has_it_and_in_utc() {
        let night = datetime!(2026-11-23 02:30:10.5 UTC);
        assert_eq!(moment_at(night, None), "23 November 2026, 02:30 UTC");
        assert_eq!(moment_at(night, Some(offset!(+1))), "23 November 2026, 03:30 +01:00 (02:30 UTC)");
        assert_eq!(moment_at(night, Some(offset!(-5))), "22 November 2026, 21:30 -05:00 (23 November, 02:30 UTC)");
        assert_eq!(moment_at(night, Some(offset!(+5:30))), "23 November 2026, 08:00 +05:30 (02:30 UTC)");
        assert_eq!(second_at(night, None), "2026-11-23T02:30:10Z");
        assert_eq!(second_at(night, Some(offset!(+1))), "2026-11-23T03:30:10+01:00 (02:30:10 UTC)");
        assert_eq!(second_at(night, Some(offset!(-5))), "2026-11-22T21:30:10-05:00 (2026-11-23T02:30:10Z)");
    }

    #[test]
    fn a_start_is_spelled_out_with_its_weekday() {
        let five = datetime!(2026-11-27 17:00 +1);
        for (moment, local, expected) in [
            (five, Some(offset!(+1)), "Friday 27 November 2026, 17:00:00 +01:00 (16:00:00 UTC)"),
            (five, None, "Friday 27 November 2026, 16:00:00 UTC"),
            (
                datetime!(2026-11-28 01:00 UTC),
                Some(offset!(-5)),
                "Friday 27 November 2026, 20:00:00 -05:00 (Saturday 28 November 2026, 01:00:00 UTC)",
            ),
        ] {
            assert_eq!(spelled_out_at(moment, local), expected);
        }
        assert_eq!(spelled_out(five), "Friday 27 November 2026, 17:00:00 +01:00 (16:00:00 UTC)", "as it was given");
    }

    #[test]
    fn numbers_and_spans_read_well() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000), "1,000");
        assert_eq!(count(12_345_678), "12,345,678");
        assert_eq!(counted(1, "account", "accounts"), "1 account");
        for (seconds, text) in
            [(0, "under a second"), (42, "42 s"), (120, "2 min"), (850, "14 min 10 s"), (7500, "2 h 5 min")]
        {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
        let least = [0, 499, 500, 42_000].map(|millis| at_least(Duration::from_millis(millis)));
        assert_eq!(least, ["under a second at best", "under a second at best", "at least 1 s", "at least 42 s"]);
    }

    #[test]
    fn a_name_cannot_drive_the_terminal() {
        assert_eq!(harmless("Zoë O'Neil"), "Zoë O'Neil");
        assert_eq!(harmless("a\u{1b}]52;c;x\u{7}b"), "a\\u{1b}]52;c;x\\u{7}b");
        assert_eq!(harmless("ada\u{202e}moc"), "ada\\u{202e}moc");
        assert_eq!(harmless("ada\u{e0041}\u{ad}\u{fff9}"), "ada\\u{e0041}\\u{ad}\\u{fff9}");
        assert_eq!(harmless("山田\u{3000}太郎"), "山田\u{3000}太郎");
    }

    #[test]
    fn numbers_of_the_system_are_left_out_and_its_words_stay() {
        for (text, plain) in [
            ("no such file (os error 2)", "no such file"),
            (
                "refused (Connection refused (os error 111)); again (os error -5)!",
                "refused (Connection refused); again!",
            ),
            ("a (os error x) b (os error 3", "a (os error x) b (os error 3"),
            ("", ""),
        ] {
            assert_eq!(without_system_numbers(text), plain);
        }
    }

    #[test]
    fn a_long_text_keeps_its_beginning() {
        assert_eq!(clipped("Zoë", 3), "Zoë");
        assert_eq!(clipped("Zoë O'Neil", 5), "Zoë …");
        assert_eq!(clipped("", 0), "");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!((char_boundary("aé", 2), char_boundary("aé", 3), char_boundary("aé", 9)), (1, 3, 3));
    }

    #[test]
    fn standard_input_has_a_name() {
        assert_eq!(roster_name("-"), "standard input");
        assert_eq!(roster_name("on standard input"), "standard input");
        assert_eq!(roster_name("layoff.csv"), "layoff.csv");
    }
}
