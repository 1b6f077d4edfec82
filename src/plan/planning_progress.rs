//! How far a planning is.

use std::time::Duration;

/// How far a planning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanningProgress {
    /// So many rows are decided.
    Decided {
        /// How many.
        rows: u32,
    },
    /// The methods of people are listed from here on.
    MethodsBegin {
        /// How many people.
        people: u32,
        /// How many of them are still to be read: the others are known from a planning that was stopped.
        left: u32,
        /// How long it takes at least.
        fast: Duration,
        /// How long it takes where Graph lets no more than one a second through.
        slow: Duration,
    },
    /// The methods of so many people are listed.
    Methods {
        /// How many.
        done: u32,
        /// Of how many.
        people: u32,
    },
}
