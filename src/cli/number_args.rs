//! Whole numbers as arguments, and what is said of a text that is none.

use std::ops::RangeInclusive;

use super::words::count;
use crate::plan::phrase::spoken_number;

/// Reads a whole number of this range. Blanks, commas and points between thousands are left to those who count accounts.
pub(super) fn whole<T: TryFrom<i64>>(
    range: RangeInclusive<i64>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse::<i64>().ok().filter(|number| range.contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| asked_for(&range))
    }
}

fn asked_for(range: &RangeInclusive<i64>) -> String {
    let end = |end: i64| format!("{}{}", if end < 0 { "-" } else { "" }, count(end.unsigned_abs()));
    match (*range.start(), *range.end()) {
        (0, i64::MAX) => "it has to be a whole number".to_owned(),
        (start, last) => format!("it has to be a whole number from {} to {}", end(start), end(last)),
    }
}

/// A number of accounts, as people write it.
pub(super) fn number_of_accounts(text: &str) -> Result<u32, &'static str> {
    let number = spoken_number(text).and_then(|number| u32::try_from(number).ok());
    number.ok_or("it is a number of accounts, such as 278 or 11,554")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_and_everything_else_is_answered_with_the_range() {
        let parse = whole::<u16>(1..=512);
        assert_eq!((parse("1"), parse("512")), (Ok(1), Ok(512)));
        for text in ["", "0", "513", "-1", "ten", "1.5", "99999999999999999999"] {
            assert_eq!(parse(text).unwrap_err(), "it has to be a whole number from 1 to 512", "{text:?}");
        }
        assert_eq!(whole::<u64>(0..=i64::MAX)("x").unwrap_err(), "it has to be a whole number");
        let negative = whole::<i32>(-86_400..=86_400);
        assert!(negative("-5") == Ok(-5) && negative("x").unwrap_err().ends_with("from -86,400 to 86,400"));
    }
}
