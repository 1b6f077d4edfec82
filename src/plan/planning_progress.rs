//! How far a planning is.

use std::time::Duration;

use super::what_is_listed::WhatIsListed;

/// How far a planning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanningProgress {
    /// So many rows are decided.
    Decided {
        /// How many.
        rows: u32,
    },
    /// What people have is listed from here on.
    ListingBegins {
        /// What.
        of: WhatIsListed,
        /// How many people.
        people: u32,
        /// How many of them are still to be read: the others are known from a planning that was stopped.
        left: u32,
        /// How long it takes at least.
        fast: Duration,
        /// How long it takes where Graph lets no more than one a second through.
        slow: Duration,
    },
    /// What so many people have is listed.
    Listed {
        /// What.
        of: WhatIsListed,
        /// How many.
        done: u32,
        /// Of how many.
        people: u32,
    },
}
