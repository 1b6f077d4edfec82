//! The four things that can be done to an account.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One thing that is done to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Sign-in is blocked.
    Block,
    /// Sign-in is allowed again.
    Unblock,
    /// The password is replaced by a generated one.
    Reset,
    /// Every session is ended.
    Revoke,
}

impl Step {
    /// All steps in the order in which they are done: the revoke comes last, so that nothing issued between the steps
    /// outlives it.
    pub const ALL: [Self; 4] = [Self::Block, Self::Unblock, Self::Reset, Self::Revoke];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Reset => "reset",
            Self::Revoke => "revoke",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Block => 1,
            Self::Unblock => 2,
            Self::Reset => 4,
            Self::Revoke => 8,
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let found = Self::ALL.into_iter().find(|step| step.name() == text);
        found.ok_or_else(|| serde::de::Error::custom(format_args!("{text:?} is no step")))
    }
}

/// Which steps are done to one account. Block and unblock are never together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Steps(u8);

impl Steps {
    /// Nothing is done.
    pub const NONE: Self = Self(0);

    /// The set of these steps.
    #[must_use]
    pub const fn of(steps: &[Step]) -> Self {
        let mut set = 0;
        let mut index = 0;
        while index < steps.len() {
            set |= steps[index].bit();
            index += 1;
        }
        Self(set)
    }

    /// Is this step among them?
    #[must_use]
    pub const fn contains(self, step: Step) -> bool {
        self.0 & step.bit() != 0
    }

    /// These steps and one more.
    #[must_use]
    pub const fn with(self, step: Step) -> Self {
        Self(self.0 | step.bit())
    }

    /// These steps without one of them.
    #[must_use]
    pub const fn without(self, step: Step) -> Self {
        Self(self.0 & !step.bit())
    }

    /// Is there nothing to do?
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What sign-in is to become; `None` leaves it as it is.
    #[must_use]
    pub const fn account_enabled(self) -> Option<bool> {
        if self.contains(Step::Block) {
            Some(false)
        } else if self.contains(Step::Unblock) {
            Some(true)
        } else {
            None
        }
    }

    /// Do these steps need a `PATCH`?
    #[must_use]
    pub const fn need_update(self) -> bool {
        self.0 & !Step::Revoke.bit() != 0
    }

    /// How many writes they cost: everything but the revoke travels in one.
    #[must_use]
    pub const fn writes(self) -> u64 {
        self.need_update() as u64 + self.contains(Step::Revoke) as u64
    }

    /// The steps, in the order in which they are done.
    pub fn iter(self) -> impl Iterator<Item = Step> {
        Step::ALL.into_iter().filter(move |step| self.contains(*step))
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.iter().enumerate() {
            if index > 0 {
                f.write_str("+")?;
            }
            f.write_str(step.name())?;
        }
        Ok(())
    }
}

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Says that a text is not a list of steps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a list of steps such as block+reset+revoke")]
pub struct NotSteps(pub String);

impl FromStr for Steps {
    type Err = NotSteps;

    fn from_str(text: &str) -> Result<Self, NotSteps> {
        let mut steps = Self::NONE;
        for name in text.split('+').filter(|name| !name.is_empty()) {
            let step =
                Step::ALL.into_iter().find(|step| step.name() == name).ok_or_else(|| NotSteps(text.to_owned()))?;
            steps.0 |= step.bit();
        }
        if steps.contains(Step::Block) && steps.contains(Step::Unblock) {
            return Err(NotSteps(text.to_owned()));
        }
        Ok(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_survive_their_text_form() {
        for bits in 0..16 {
            let steps = Steps(bits);
            let parsed = steps.to_string().parse::<Steps>();
            if steps.contains(Step::Block) && steps.contains(Step::Unblock) {
                assert!(parsed.is_err());
            } else {
                assert_eq!(parsed.unwrap(), steps);
            }
        }
        assert!("reset+dance".parse::<Steps>().is_err());
    }

    #[test]
    fn block_and_reset_cost_one_write() {
        assert_eq!(Steps::of(&[Step::Block, Step::Reset, Step::Revoke]).writes(), 2);
        assert_eq!(Steps::of(&[Step::Revoke]).writes(), 1);
        assert_eq!(Steps::NONE.writes(), 0);
    }
}
