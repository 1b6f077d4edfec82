//! Which steps are done to one account.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;

use super::word::Step;

/// Which steps are done to one account. Block and unblock are never together. As text: `block+reset+revoke`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, JsonSchema)]
#[schemars(with = "String")]
pub struct Steps(u16);

const fn bit(step: Step) -> u16 {
    1 << step as u8
}

impl Steps {
    /// No step.
    pub const NONE: Self = Self(0);

    /// The set of these steps.
    pub const fn of(steps: &[Step]) -> Self {
        let mut set = 0;
        let mut index = 0;
        while index < steps.len() {
            set |= bit(steps[index]);
            index += 1;
        }
        Self(set)
    }

    /// Is this step among them?
    pub const fn contains(self, step: Step) -> bool {
        self.0 & bit(step) != 0
    }

    /// These steps and one more.
    #[must_use]
    pub const fn with(self, step: Step) -> Self {
        Self(self.0 | bit(step))
    }

    /// These steps without one of them.
    #[must_use]
    pub const fn without(self, step: Step) -> Self {
        Self(self.0 & !bit(step))
    }

    /// Is there no step in it?
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The steps, in the order in which they are done.
    pub fn iter(self) -> impl Iterator<Item = Step> {
        Step::all().filter(move |step| self.contains(*step))
    }

    /// Those of them that are so.
    #[must_use]
    pub fn only(self, mut is_so: impl FnMut(Step) -> bool) -> Self {
        self.iter().filter(|step| is_so(*step)).collect()
    }
}

impl FromIterator<Step> for Steps {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        steps.into_iter().fold(Self::NONE, Self::with)
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

crate::json::as_text!(Steps);

/// Says that a text is not a list of steps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a list of steps such as block+reset+revoke")]
pub struct NotSteps(pub String);

impl FromStr for Steps {
    type Err = NotSteps;

    fn from_str(text: &str) -> Result<Self, NotSteps> {
        let names = text.split('+').filter(|name| !name.is_empty());
        let steps: Self = names.map(str::parse).collect::<Result<_, _>>().map_err(|_| NotSteps(text.to_owned()))?;
        if steps.contains(Step::Block) && steps.contains(Step::Unblock) {
            return Err(NotSteps(text.to_owned()));
        }
        Ok(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::EnumCount as _;

    #[test]
    fn steps_survive_their_text_form() {
        for bits in 0..1_u16 << Step::COUNT {
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
}
