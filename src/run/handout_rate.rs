//! How many people may get a new password in which time: as many as somebody can hand one to.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;

/// How many people get a new password in which time, evenly: 20 an hour are one every three minutes. It is written as `20/h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct HandoutRate {
    people: u32,
    span: HandoutSpan,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HandoutSpan {
    Minute,
    Hour,
    Day,
}

/// More people than this are no limit: the quota of an app lets some 600 a minute through.
const MAX_PEOPLE: u32 = 10_000;

/// Says that a rate cannot be used as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate is a whole number from 1 to {MAX_PEOPLE} and a time, as 20/h, 2/min or 100/d; off is none")]
pub struct UnusableRate;

impl HandoutSpan {
    const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    const fn word(self) -> &'static str {
        match self {
            Self::Minute => "min",
            Self::Hour => "h",
            Self::Day => "d",
        }
    }

    const fn seconds(self) -> u32 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
        }
    }
}

impl HandoutRate {
    /// The time between one person and the next, as the tenant counts it.
    pub fn interval(self) -> Duration {
        Duration::from_secs_f64(f64::from(self.span.seconds()) / f64::from(self.people))
    }

    /// How many people get one within so much time; at least one.
    pub fn within(self, span: Duration) -> usize {
        (span.as_secs_f64() / self.interval().as_secs_f64()).floor().max(1.0) as usize
    }

    /// The least time for so many people, of whom the first one has to wait `for_first`.
    pub fn time_for(self, people: u64, for_first: Duration) -> Duration {
        match people.checked_sub(1) {
            None => Duration::ZERO,
            Some(others) => for_first + self.interval().mul_f64(others as f64),
        }
    }
}

impl fmt::Display for HandoutRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.people, self.span.word())
    }
}

impl FromStr for HandoutRate {
    type Err = UnusableRate;

    fn from_str(text: &str) -> Result<Self, UnusableRate> {
        let (people, span) = text.split_once('/').ok_or(UnusableRate)?;
        let is_plain = !people.is_empty() && people.bytes().all(|byte| byte.is_ascii_digit());
        let people = people.parse().ok().filter(|people| is_plain && (1..=MAX_PEOPLE).contains(people));
        let span = HandoutSpan::ALL.into_iter().find(|known| known.word() == span);
        Ok(Self { people: people.ok_or(UnusableRate)?, span: span.ok_or(UnusableRate)? })
    }
}

crate::json::as_text!(HandoutRate);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_rate_is_one_person_after_the_other() {
        let rate: HandoutRate = "20/h".parse().unwrap();
        assert_eq!((rate.interval(), rate.to_string().as_str()), (3 * MINUTE, "20/h"));
        assert_eq!([rate.within(MINUTE), rate.within(9 * MINUTE)], [1, 3]);
        assert_eq!(rate.time_for(0, MINUTE), Duration::ZERO);
        assert_eq!(rate.time_for(3, MINUTE), 7 * MINUTE);
        assert_eq!("2/min".parse::<HandoutRate>().unwrap().interval(), MINUTE / 2);
        assert_eq!("96/d".parse::<HandoutRate>().unwrap().interval(), 15 * MINUTE);
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for text in [
            "", "20", "20/", "/h", "0/h", "-1/h", "+1/h", "1.5/h", "20/hour", "20/H", "20/s", "10001/h", "20 / h",
            "٢/h",
        ] {
            assert_eq!(text.parse::<HandoutRate>(), Err(UnusableRate), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_understood_is_written_the_same(people in 1..=MAX_PEOPLE, span in 0_usize..3) {
            let text = format!("{people}/{}", HandoutSpan::ALL[span].word());
            let rate: HandoutRate = text.parse().unwrap();
            prop_assert_eq!(rate.to_string(), text);
            prop_assert!(rate.time_for(u64::from(people) + 1, Duration::ZERO) >= Duration::from_secs(59));
        }
    }
}
