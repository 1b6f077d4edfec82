//! A limit as the documentation states it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

/// How much may be done at once, and how fast that comes back.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema)]
#[schemars(with = "String")]
pub struct Allowance {
    /// What a full bucket holds.
    pub burst: u32,
    /// How much flows in each second.
    pub per_second: f64,
}

impl Allowance {
    /// Writes of one app in one tenant: 3,000 in 2 minutes 30 seconds.
    pub const WRITES: Self = Self { burst: 3_000, per_second: 20.0 };
    /// Writes of all apps in one tenant: 18,000 in 5 minutes.
    pub const WRITES_OF_TENANT: Self = Self { burst: 18_000, per_second: 60.0 };
    /// Writes of one app in all its tenants: 35,000 in 5 minutes.
    pub const WRITES_OF_APP: Self = Self { burst: 35_000, per_second: 35_000.0 / 300.0 };
    /// Resource units of one app in one tenant, as a small tenant has them (3,500 in 10 seconds): the size of the
    /// tenant is not known beforehand, and no size has less.
    pub const RESOURCE_UNITS: Self = Self { burst: 3_500, per_second: 350.0 };

    /// The least time in which `amount` can be spent, starting from a full bucket.
    pub fn floor(&self, amount: u64) -> Duration {
        let beyond_the_burst = amount.saturating_sub(u64::from(self.burst));
        Duration::from_secs_f64(beyond_the_burst as f64 / self.per_second)
    }

    /// In how long the whole burst comes back.
    pub fn span(&self) -> Duration {
        Duration::from_secs_f64(f64::from(self.burst) / self.per_second)
    }

    /// This limit, or the other one where that allows more.
    #[must_use]
    pub fn or_more(self, other: Self) -> Self {
        Self { burst: self.burst.max(other.burst), per_second: self.per_second.max(other.per_second) }
    }
}

/// As it is written: `3000/150`, an amount in so many seconds.
impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:.0}", self.burst, self.span().as_secs_f64())
    }
}

impl Serialize for Allowance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Says that a limit cannot be used as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a quota is N/SECONDS in whole numbers, as 3000/150: from 20 to 1000000 writes in 1 to 3600 seconds, and at least \
     one write in ten seconds"
)]
pub struct UnusableAllowance;

/// The least and the most that can be asked for: a whole batch has to fit, and more than this is no limit at all.
const AMOUNTS: std::ops::RangeInclusive<u32> = 20..=1_000_000;
const SECONDS: std::ops::RangeInclusive<u32> = 1..=3_600;
const SLOWEST: f64 = 0.1;

impl FromStr for Allowance {
    type Err = UnusableAllowance;

    fn from_str(text: &str) -> Result<Self, UnusableAllowance> {
        let number = |text: &str| {
            let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if plain { text.parse::<u32>().ok() } else { None }
        };
        let (amount, seconds) = text.split_once('/').ok_or(UnusableAllowance)?;
        let (Some(burst), Some(seconds)) = (number(amount), number(seconds)) else { return Err(UnusableAllowance) };
        if !AMOUNTS.contains(&burst) || !SECONDS.contains(&seconds) {
            return Err(UnusableAllowance);
        }
        let per_second = f64::from(burst) / f64::from(seconds);
        if per_second < SLOWEST {
            return Err(UnusableAllowance);
        }
        Ok(Self { burst, per_second })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_floor_is_the_documented_arithmetic() {
        assert_eq!(Allowance::WRITES.floor(3_000), Duration::ZERO);
        assert_eq!(Allowance::WRITES.floor(20_000), Duration::from_secs(850));
        assert_eq!(Allowance::WRITES.span(), Duration::from_secs(150));
    }

    #[test]
    fn the_documented_limits_are_written_as_the_page_words_them() {
        assert_eq!(Allowance::WRITES.to_string(), "3000/150");
        assert_eq!(Allowance::WRITES_OF_TENANT.to_string(), "18000/300");
        assert_eq!(Allowance::WRITES_OF_APP.to_string(), "35000/300");
        assert_eq!("3000/150".parse(), Ok(Allowance::WRITES));
    }

    #[test]
    fn what_is_no_quota_is_refused() {
        for text in [
            "", "3000", "3000/", "/150", "3000/0", "0/150", "19/150", "1000001/150", "3000/3601", "-3000/150",
            "+3000/150", "3000/150/2", "3,000/150", "3000 / 150", "3000.5/150", "3000/2.5", "20/3600", "99999999999/1",
            "٣٠٠٠/150",
        ] {
            assert_eq!(text.parse::<Allowance>(), Err(UnusableAllowance), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_understood_is_written_the_same(burst in 360_u32..=1_000_000, seconds in 1_u32..=3_600) {
            let text = format!("{burst}/{seconds}");
            prop_assert_eq!(text.parse::<Allowance>().unwrap().to_string(), text);
        }
    }
}
