//! What a verification shows of a step.

use crate::run::proof::Proof;

/// What it means.
#[must_use]
pub const fn meaning(proof: Proof) -> &'static str {
    match proof {
        Proof::Proved => "the directory shows the effect",
        Proof::NotYet => "the directory does not show the effect, or not yet",
        Proof::Contradicted => "it was changed back",
        Proof::CannotBeProved => "no property that can be read decides",
    }
}
