//! What a reading of the directory shows of a step.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::VariantArray as _;

/// What a reading of the directory shows of a step. The words in JSON are part of the contract with scripts; its display is
/// for people.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    JsonSchema,
    Serialize,
    Deserialize,
    strum::Display,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "lowercase")]
pub enum Proof {
    /// The directory shows the effect of the step.
    Proved,
    /// It does not show it, or not yet.
    #[strum(serialize = "not yet")]
    NotYet,
    /// It showed the effect, or must have had it, and no longer does: it was changed back.
    Contradicted,
    /// Nothing that can be read decides.
    #[strum(serialize = "cannot be proved")]
    CannotBeProved,
}

impl Proof {
    /// Every proof, the best first.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::VARIANTS.iter().copied()
    }

    /// The words for it.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// How many steps have which proof, as journal and JSON have it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ProofCounts {
    /// Of [`Proof::Proved`].
    pub proved: u64,
    /// Of [`Proof::NotYet`].
    pub not_yet: u64,
    /// Of [`Proof::Contradicted`].
    pub contradicted: u64,
    /// Of [`Proof::CannotBeProved`].
    pub cannot_be_proved: u64,
}

impl ProofCounts {
    /// How many steps have this proof.
    pub const fn of(&self, proof: Proof) -> u64 {
        match proof {
            Proof::Proved => self.proved,
            Proof::NotYet => self.not_yet,
            Proof::Contradicted => self.contradicted,
            Proof::CannotBeProved => self.cannot_be_proved,
        }
    }

    /// Counts one more.
    pub const fn add(&mut self, proof: Proof) {
        *match proof {
            Proof::Proved => &mut self.proved,
            Proof::NotYet => &mut self.not_yet,
            Proof::Contradicted => &mut self.contradicted,
            Proof::CannotBeProved => &mut self.cannot_be_proved,
        } += 1;
    }

    /// Is every step proved?
    pub const fn all_proved(&self) -> bool {
        self.proved == self.all()
    }

    /// All steps.
    pub const fn all(&self) -> u64 {
        self.proved + self.not_yet + self.contradicted + self.cannot_be_proved
    }
}
