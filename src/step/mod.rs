//! What can be done to an account: one file a step, and in it everything that depends on the step.
//!
//! A step's file says in which write it travels, what has to be permitted, what proves it, what undoes it, and what is
//! said of it. State, counts, results, preview, verification and doctor ask that file, or hold a [`StepMap`] and go
//! through all steps; a `match` over [`Step`] elsewhere is a mistake.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `word` | [`Step`]: the words, in the order in which the steps are done |
//! | `block`, `unblock`, `reset`, `methods`, `devices`, `enable_devices`, `consents`, `revoke`, `pass` | the [`StepFacts`] of one step each |
//! | `pass_terms` | from when on passes are good, and for how long |
//! | `facts` | what has to be known of a step, for all of them |
//! | `target` | what a write is about, where an account has several of one kind |
//! | `write` | [`WriteKind`]: the requests that steps travel in; method, path and body of each are made of its steps |
//! | `set` | [`Steps`]: which steps are done to one account |
//! | `map` | [`StepMap`]: one value for each step |
//!
//! Several steps may share one write: block and reset are one `PATCH`, for a write saved is time saved. A step may also be
//! several writes, each with a target of its own ([`Step::has_targets`]): these are found by reading, and listed in the plan,
//! before that is approved.

mod block;
mod consents;
mod devices;
mod enable_devices;
pub mod facts;
mod map;
mod methods;
mod pass;
mod pass_terms;
mod reset;
mod revoke;
mod set;
mod share;
pub mod target;
mod unblock;
mod word;
pub mod write;

pub use facts::StepFacts;
pub use map::StepMap;
pub use pass_terms::PassTerms;
pub use set::{NotSteps, Steps};
pub use share::StepShare;
pub use word::Step;
pub use write::WriteKind;

use crate::graph::found_pace::{FOR_AUTHENTICATION, PaceRange};
use write::WritePart;

impl Step {
    /// What is done first.
    pub const FIRST: Self = Self::Block;

    /// What is done after all that could let anyone in: what is issued between the other steps must not outlive it. A pass alone
    /// is made after it.
    pub const LAST: Self = Self::Revoke;

    /// What has to be known of it.
    pub const fn facts(self) -> &'static StepFacts {
        match self {
            Self::Block => &block::FACTS,
            Self::Unblock => &unblock::FACTS,
            Self::Reset => &reset::FACTS,
            Self::Methods => &methods::FACTS,
            Self::Devices => &devices::FACTS,
            Self::EnableDevices => &enable_devices::FACTS,
            Self::Consents => &consents::FACTS,
            Self::Revoke => &revoke::FACTS,
            Self::Pass => &pass::FACTS,
        }
    }

    /// Is it as many writes as it has targets?
    pub const fn has_targets(self) -> bool {
        self.facts().targets.is_some()
    }

    /// How fast its writes may leave, where they have another quota than the rest.
    pub fn own_pace(self) -> Option<PaceRange> {
        let facts = self.facts();
        let of_targets = facts.targets.as_ref().map(|targets| targets.pace);
        of_targets.or_else(|| (facts.part == WritePart::NewPass).then_some(FOR_AUTHENTICATION))
    }

    /// The same, where a person signed in (`by_person`) or an app sends them.
    pub fn own_pace_of(self, by_person: bool) -> Option<PaceRange> {
        let of_person = self.facts().targets.as_ref().and_then(|targets| targets.pace_of_person);
        of_person.filter(|_| by_person).or_else(|| self.own_pace())
    }

    /// The steps whose writes have another quota than the rest, in the order in which they are done.
    pub fn with_own_pace() -> impl Iterator<Item = Self> {
        Self::all().filter(|step| step.own_pace().is_some())
    }

    /// The steps that are as many writes as they have targets, in the order in which they are done.
    pub fn with_targets() -> impl Iterator<Item = Self> {
        Self::all().filter(|step| step.has_targets())
    }

    /// What is listed to find its targets, as a sentence begins with it.
    pub const fn listed(self) -> &'static str {
        match &self.facts().targets {
            Some(targets) => targets.words.listed,
            None => "what it is about",
        }
    }

    /// The steps that have a column of their own in `results.csv`, in the order of the columns, each with its header.
    pub fn columns() -> impl Iterator<Item = (Self, &'static str)> {
        let mut columns: Vec<_> = Self::all().filter_map(|step| Some((step, step.facts().column?))).collect();
        columns.sort_by_key(|(_, column)| column.place);
        columns.into_iter().map(|(step, column)| (step, column.header))
    }
}
