//! Which rate of new passwords holds for a run.

use std::fmt;

use crate::run::asked_rate::AskedRate;
use crate::run::handout_rate::HandoutRate;

/// What holds for a run of the rate of new passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RateInForce {
    pub(super) asked: AskedRate,
    /// Was it not asked for, but kept from the last process?
    pub(super) is_kept: bool,
}

impl RateInForce {
    /// `flag` goes before what the last process `kept` to, and that before `setting`: a file that was written once knows less of
    /// this run than the person who began it.
    pub(super) fn of(flag: Option<AskedRate>, kept: Option<AskedRate>, setting: Option<AskedRate>) -> Option<Self> {
        let said = |asked| Self { asked, is_kept: false };
        let kept = kept.map(|asked| Self { asked, is_kept: true });
        flag.map(said).or(kept).or(setting.map(said))
    }

    /// The rate, where new passwords are held to one.
    pub(super) const fn rate(self) -> Option<HandoutRate> {
        self.asked.rate()
    }
}

/// What is said of it in a sentence that goes on.
impl fmt::Display for RateInForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { asked, is_kept: false } => write!(f, "--rate {asked}"),
            Self { asked, is_kept: true } => write!(f, "the rate {asked} of the last process"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_goes_before_the_last_process_and_that_before_a_setting() {
        let said = |text: &str| text.parse::<AskedRate>().unwrap();
        let asked = |text: &str| Some(RateInForce { asked: said(text), is_kept: false });
        let kept = |text: &str| Some(RateInForce { asked: said(text), is_kept: true });
        for (flag, last, setting, holds) in [
            (None, None, None, None),
            (None, None, Some("2/d"), asked("2/d")),
            (None, None, Some("off"), asked("off")),
            (None, Some("20/h"), Some("2/d"), kept("20/h")),
            (None, Some("20/h"), Some("off"), kept("20/h")),
            (None, Some("off"), Some("2/d"), kept("off")),
            (Some("1/min"), Some("20/h"), Some("2/d"), asked("1/min")),
            (Some("1/min"), Some("off"), Some("2/d"), asked("1/min")),
            (Some("off"), Some("20/h"), Some("2/d"), asked("off")),
        ] {
            let of = RateInForce::of(flag.map(said), last.map(said), setting.map(said));
            assert_eq!(of, holds, "{flag:?} {last:?} {setting:?}");
        }
    }
}
