//! A list beside a plan, as `plan.json` has it.

use std::ops::Deref;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// A list beside a plan: what is in it, in numbers, and which file it is.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[schemars(deny_unknown_fields)]
pub struct CountedList<C> {
    /// The numbers.
    #[serde(flatten)]
    pub counts: C,
    /// The SHA-256 of the file.
    pub sha256: Digest,
}

impl<C> Deref for CountedList<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.counts
    }
}
