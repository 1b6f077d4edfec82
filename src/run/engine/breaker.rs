//! When a run stops by itself, because going on would only do more of what is wrong.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Serialize;

use crate::run::schedule::Turn;

/// Failures of so few accounts say nothing about the others.
const MIN_ACCOUNTS: u64 = 50;

/// How many accounts in a hundred may fail before a run stops. A hundred never stops it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(transparent)]
pub struct HaltAt(u8);

impl HaltAt {
    /// Never.
    pub const NEVER: Self = Self(100);

    /// How many in a hundred.
    pub const fn percent(self) -> u8 {
        self.0
    }
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

/// Counts what goes wrong in one process. An account counts from its first write on that is decided, not from its last: a
/// sweep would otherwise go through everybody first. It counts as failed when any of its writes is settled without being
/// done: what is partial or uncertain needs somebody to look at it as much as what failed, and what hundreds of them have
/// in common is rarely the accounts. What an earlier process missed says nothing about this one.
pub(super) struct Breaker {
    halt_at: HaltAt,
    /// What is known of each account, by turn.
    judged: Vec<Judgement>,
    accounts: u64,
    failed: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Judgement {
    Undecided,
    Well,
    Failed,
}

/// What one write is for the halt, once it is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WriteEnd {
    /// It is done, or tried again, or refused as was to be expected.
    Well,
    /// It is not done, and will not be.
    Missed,
}

impl Breaker {
    pub(super) fn new(halt_at: HaltAt, accounts: usize) -> Self {
        Self { halt_at, judged: vec![Judgement::Undecided; accounts], accounts: 0, failed: 0 }
    }

    pub(super) fn halt_at(&self) -> HaltAt {
        self.halt_at
    }

    /// A write of an account is decided. Gives how many accounts failed, and of how many, when that is too many.
    pub(super) fn decided(&mut self, turn: Turn, decided: WriteEnd) -> Option<(u64, u64)> {
        let judged = &mut self.judged[turn as usize];
        self.accounts += u64::from(*judged == Judgement::Undecided);
        self.failed += u64::from(decided == WriteEnd::Missed && *judged != Judgement::Failed);
        match decided {
            WriteEnd::Missed => *judged = Judgement::Failed,
            WriteEnd::Well if *judged == Judgement::Undecided => *judged = Judgement::Well,
            WriteEnd::Well => {}
        }
        let too_many = self.accounts >= MIN_ACCOUNTS && self.failed * 100 > self.accounts * u64::from(self.halt_at.0);
        too_many.then_some((self.failed, self.accounts))
    }
}

#[cfg(test)]
mod tests {
    use super::WriteEnd::{Missed, Well};
    use super::*;

    #[test]
    fn a_few_failures_stop_nothing_and_many_do() {
        let mut breaker = Breaker::new(HaltAt::default(), 100);
        for turn in 0..49 {
            assert_eq!(breaker.decided(turn, Missed), None, "fewer than fifty say nothing");
        }
        assert_eq!(breaker.decided(49, Well), Some((49, 50)));
        let mut breaker = Breaker::new(HaltAt::default(), 100);
        assert!(
            (0..60).all(|turn| breaker.decided(turn, if turn % 10 == 9 { Missed } else { Well }).is_none()),
            "one in ten is allowed"
        );
        assert_eq!(breaker.decided(60, Missed), Some((7, 61)));
        let mut breaker = Breaker::new(HaltAt::NEVER, 200);
        assert!((0..200).all(|turn| breaker.decided(turn, Missed).is_none()));
    }

    #[test]
    fn an_account_counts_once_however_many_of_its_steps_fail() {
        let mut breaker = Breaker::new(HaltAt::default(), 60);
        for turn in 0..60 {
            assert_eq!(breaker.decided(turn, Well), None);
        }
        for _ in 0..20 {
            assert_eq!(breaker.decided(7, Missed), None, "one of sixty");
        }
        assert_eq!(breaker.decided(7, Well), None, "and it stays one that failed");
        let later: Vec<bool> = (10..16).map(|turn| breaker.decided(turn, Missed).is_some()).collect();
        assert_eq!(later, [false, false, false, false, false, true], "seven of sixty");
    }

    #[test]
    fn a_percentage_is_strict() {
        assert_eq!("10".parse(), Ok(HaltAt::default()));
        assert_eq!("100".parse(), Ok(HaltAt::NEVER));
        for text in ["", "101", "-1", "+5", "10%", "1.5", " 5", "256"] {
            assert_eq!(text.parse::<HaltAt>(), Err(NotAPercentage), "{text}");
        }
    }
}
