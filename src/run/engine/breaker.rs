//! When a run stops by itself, because going on would only do more of what is wrong.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::graph::error::GraphError;
use crate::graph::verdict::{Postponed, Verdict};

/// Failures of so few accounts say nothing about the others.
const FEWEST_SETTLED: u64 = 50;
/// So many refusals by 403, and no other answer before them, say that it is the app.
const FIRST_ANSWERS: u32 = 20;

/// How many accounts in a hundred may fail before a run stops. A hundred never stops it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct HaltAt(u8);

impl HaltAt {
    /// Never.
    pub const NEVER: Self = Self(100);
}

impl Default for HaltAt {
    fn default() -> Self {
        Self(10)
    }
}

impl fmt::Display for HaltAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

/// Says that a text is no percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is a whole number from 0 to 100; 100 never stops")]
pub struct NotAPercentage;

impl FromStr for HaltAt {
    type Err = NotAPercentage;

    fn from_str(text: &str) -> Result<Self, NotAPercentage> {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let percent = if plain { text.parse().ok() } else { None };
        percent.filter(|percent| *percent <= 100).map(Self).ok_or(NotAPercentage)
    }
}

/// Counts what goes wrong in one process. An account counts as failed when it is settled and any of its steps is not
/// done: what is partial or uncertain needs somebody to look at it as much as what failed, and what a thousand of them have
/// in common is rarely the accounts.
pub(super) struct Breaker {
    halt_at: HaltAt,
    settled: u64,
    failed: u64,
    /// How many answers there were, as long as all of them were 403; nothing once another one has come.
    all_forbidden: Option<u32>,
}

impl Breaker {
    pub(super) fn new(halt_at: HaltAt) -> Self {
        let all_forbidden = if halt_at == HaltAt::NEVER { None } else { Some(0) };
        Self { halt_at, settled: 0, failed: 0, all_forbidden }
    }

    pub(super) fn halt_at(&self) -> HaltAt {
        self.halt_at
    }

    /// An account is settled. Gives how many failed, and of how many, when that is too many.
    pub(super) fn settled(&mut self, done: bool) -> Option<(u64, u64)> {
        self.settled += 1;
        self.failed += u64::from(!done);
        let too_many = self.settled >= FEWEST_SETTLED && self.failed * 100 > self.settled * u64::from(self.halt_at.0);
        too_many.then_some((self.failed, self.settled))
    }

    /// Takes in the answers of one batch. Gives the refusal that everybody meets, once that is plain.
    pub(super) fn answered<'v>(&mut self, verdicts: impl Iterator<Item = &'v Verdict>) -> Option<GraphError> {
        let mut everybodys = None;
        for verdict in verdicts {
            match verdict {
                Verdict::Refused(error) if error.status == 403 => {
                    let count = self.all_forbidden.as_mut()?;
                    *count += 1;
                    if *count >= FIRST_ANSWERS {
                        everybodys = Some(error.clone());
                    }
                }
                Verdict::Accepted | Verdict::Refused(_) => self.all_forbidden = None,
                Verdict::NotApplied { .. } | Verdict::Unknown { .. } => {}
            }
        }
        self.all_forbidden.and(everybodys)
    }

    /// What a refusal by 403 means once it is known that everybody is refused: nothing about the account, which can be
    /// done when the app may.
    pub(super) fn excused(verdict: Verdict) -> Verdict {
        match verdict {
            Verdict::Refused(error) if error.status == 403 => {
                Verdict::NotApplied { because: Postponed::NotAllowed, retry_after: None }
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> Verdict {
        Verdict::Refused(GraphError { status, code: String::new(), message: String::new(), request_id: None })
    }

    #[test]
    fn a_few_failures_stop_nothing_and_many_do() {
        let mut breaker = Breaker::new(HaltAt::default());
        for _ in 0..49 {
            assert_eq!(breaker.settled(false), None, "fewer than fifty say nothing");
        }
        assert_eq!(breaker.settled(true), Some((49, 50)));
        let mut breaker = Breaker::new(HaltAt::default());
        let halted: Vec<bool> = (1..=60).map(|number| breaker.settled(number % 10 != 0).is_some()).collect();
        assert!(!halted.contains(&true), "one in ten is allowed");
        assert_eq!(breaker.settled(false), Some((7, 61)));
        let mut breaker = Breaker::new(HaltAt::NEVER);
        assert!((0..200).all(|_| breaker.settled(false).is_none()));
    }

    #[test]
    fn a_percentage_is_strict() {
        assert_eq!("10".parse(), Ok(HaltAt::default()));
        assert_eq!("100".parse(), Ok(HaltAt::NEVER));
        for text in ["", "101", "-1", "+5", "10%", "1.5", " 5", "256"] {
            assert_eq!(text.parse::<HaltAt>(), Err(NotAPercentage), "{text}");
        }
    }

    #[test]
    fn only_a_403_for_everybody_from_the_first_answer_on_is_the_apps() {
        let answers = |verdicts: &[Verdict]| Breaker::new(HaltAt::default()).answered(verdicts.iter());
        let forbidden = vec![refused(403); 20];
        assert_eq!(answers(&forbidden).map(|error| error.status), Some(403));
        assert!(answers(&forbidden[1..]).is_none());
        for other in [Verdict::Accepted, refused(404)] {
            assert!(answers(&[&[other.clone()][..], &forbidden].concat()).is_none());
            assert!(answers(&[&forbidden[..], &[other]].concat()).is_none());
        }
        let busy = Verdict::NotApplied { because: Postponed::Throttled, retry_after: None };
        assert!(answers(&[&[busy][..], &forbidden].concat()).is_some());
        assert!(Breaker::new(HaltAt::NEVER).answered(forbidden.iter()).is_none());
    }
}
