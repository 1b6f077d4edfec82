//! What a reading of the directory shows of a step.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a reading of the directory shows of a step. The names are part of the contract with scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// The directory shows the effect of the step.
    Proved,
    /// It does not show it, or not yet.
    NotYet,
    /// It showed the effect, or must have had it, and no longer does: somebody changed it back.
    Contradicted,
    /// Nothing that can be read decides.
    CannotBeProved,
}

impl Proof {
    /// All verdicts.
    pub const ALL: [Self; 4] = [Self::Proved, Self::NotYet, Self::Contradicted, Self::CannotBeProved];

    /// The words for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::NotYet => "not yet",
            Self::Contradicted => "contradicted",
            Self::CannotBeProved => "cannot be proved",
        }
    }

    /// What it means, for a person.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Proved => "the directory shows the effect",
            Self::NotYet => "the directory does not show the effect, or not yet",
            Self::Contradicted => "somebody changed it back",
            Self::CannotBeProved => "nothing that can be read decides",
        }
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many steps have which verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proofs {
    /// [`Proof::Proved`].
    pub proved: u64,
    /// [`Proof::NotYet`].
    pub not_yet: u64,
    /// [`Proof::Contradicted`].
    pub contradicted: u64,
    /// [`Proof::CannotBeProved`].
    pub cannot_be_proved: u64,
}

impl Proofs {
    /// How many steps have this verdict.
    #[must_use]
    pub const fn of(&self, verdict: Proof) -> u64 {
        match verdict {
            Proof::Proved => self.proved,
            Proof::NotYet => self.not_yet,
            Proof::Contradicted => self.contradicted,
            Proof::CannotBeProved => self.cannot_be_proved,
        }
    }

    /// Counts one more.
    pub const fn add(&mut self, verdict: Proof) {
        *match verdict {
            Proof::Proved => &mut self.proved,
            Proof::NotYet => &mut self.not_yet,
            Proof::Contradicted => &mut self.contradicted,
            Proof::CannotBeProved => &mut self.cannot_be_proved,
        } += 1;
    }

    /// Is every step proved?
    #[must_use]
    pub const fn all_proved(&self) -> bool {
        self.not_yet + self.contradicted + self.cannot_be_proved == 0
    }

    /// All steps.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.proved + self.not_yet + self.contradicted + self.cannot_be_proved
    }
}
