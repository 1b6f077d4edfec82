//! What can be done to an account: one file a step, and in it everything that depends on the step.
//!
//! A step's file says in which write it travels, what has to be permitted, what proves it, what undoes it, and what is
//! said of it. State, counts, results, preview, verification and doctor ask that file, or hold a [`StepMap`] and go
//! through all steps; a `match` over [`Step`] elsewhere is a mistake.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `word` | [`Step`]: the words, in the order in which the steps are done |
//! | `block`, `unblock`, `reset`, `revoke` | the [`StepFacts`] of one step each |
//! | `facts` | what has to be known of a step, for all of them |
//! | `write` | [`WriteKind`]: the requests that steps travel in; method, path and body of each are made of its steps |
//! | `set` | [`Steps`]: which steps are done to one account |
//! | `map` | [`StepMap`]: one value for each step |
//!
//! Several steps may share one write: block and reset are one `PATCH`, for a write saved is time saved. A write has one
//! target, which today is the account. A step that needs several writes (one for each device of a person) needs a kind of
//! write with a target of its own, found by reading before the plan is approved.

mod block;
pub mod facts;
mod map;
mod reset;
mod revoke;
mod set;
mod share;
mod unblock;
mod word;
pub mod write;

pub use facts::StepFacts;
pub use map::StepMap;
pub use set::{NotSteps, Steps};
pub use share::StepShare;
pub use word::Step;
pub use write::WriteKind;

impl Step {
    /// What is done first.
    pub const FIRST: Self = Self::Block;

    /// What is done last, always: what is issued between the other steps must not outlive it.
    pub const LAST: Self = Self::Revoke;

    /// What has to be known of it.
    #[must_use]
    pub const fn facts(self) -> &'static StepFacts {
        match self {
            Self::Block => &block::FACTS,
            Self::Unblock => &unblock::FACTS,
            Self::Reset => &reset::FACTS,
            Self::Revoke => &revoke::FACTS,
        }
    }

    /// The steps that have a column of their own in `results.csv`, in the order of the columns, each with its header.
    pub fn columns() -> impl Iterator<Item = (Self, &'static str)> {
        let mut columns: Vec<_> = Self::all().filter_map(|step| Some((step, step.facts().column?))).collect();
        columns.sort_by_key(|(_, column)| column.place);
        columns.into_iter().map(|(step, column)| (step, column.header))
    }
}
