//! What a person says of the rate of new passwords, and what a run remembers of it: also that there is to be none.

use std::fmt;
use std::str::FromStr;

use super::handout_rate::{HandoutRate, UnusableRate};

/// What was said of the rate of new passwords. It is written as `20/h` or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedRate {
    /// New passwords are held to no rate.
    Off,
    /// They are held to this one.
    At(HandoutRate),
}

impl AskedRate {
    /// The rate, where there is to be one.
    pub const fn rate(self) -> Option<HandoutRate> {
        match self {
            Self::Off => None,
            Self::At(rate) => Some(rate),
        }
    }
}

impl fmt::Display for AskedRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::At(rate) => rate.fmt(f),
        }
    }
}

impl FromStr for AskedRate {
    type Err = UnusableRate;

    fn from_str(text: &str) -> Result<Self, UnusableRate> {
        if text == "off" { Ok(Self::Off) } else { text.parse().map(Self::At) }
    }
}

crate::json::as_text!(AskedRate);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_understood_is_written_the_same() {
        for text in ["off", "20/h", "2/min"] {
            assert_eq!(text.parse::<AskedRate>().unwrap().to_string(), text);
        }
        for text in ["", "Off", "none", "0/h"] {
            assert_eq!(text.parse::<AskedRate>(), Err(UnusableRate), "{text}");
        }
    }
}
