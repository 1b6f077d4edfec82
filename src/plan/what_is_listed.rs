//! What a planning lists of people.

use crate::step::Step;

/// What a planning lists of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhatIsListed {
    /// What this step is about.
    TargetsOf(Step),
    /// The roles that they hold in apps: no step is about these.
    AppRoles,
}

impl WhatIsListed {
    /// As a sentence begins with it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TargetsOf(step) => step.listed(),
            Self::AppRoles => "which roles people hold in apps",
        }
    }

    /// The words before and behind those whose it is.
    pub fn around_whose(self) -> (&'static str, &'static str) {
        match self {
            Self::TargetsOf(step) => {
                step.facts().targets.as_ref().map_or(("what", "have"), |targets| targets.words.listed_of)
            }
            Self::AppRoles => ("which roles", "hold in apps"),
        }
    }
}
