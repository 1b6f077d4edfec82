//! The engine carries a plan out, the journal remembers it, and the results are read from the journal.
//!
//! # What happens at each point of a crash
//!
//! The journal is an intent log: a write is on disk as an *intent*, with the sealed form of its password, before it
//! leaves the process; its *answer* is noted when it comes. Both go through one function, [`state::next`], live as on
//! replay, so that a resumed run knows exactly what the interrupted one knew.
//!
//! | the process dies | the journal has | the resumed run |
//! | --- | --- | --- |
//! | before the intent is on disk | nothing | does the write: nothing was sent |
//! | after the intent, before or while sending | an intent without an answer | the step is in doubt; it is done again, with a new sealed password where it sets one |
//! | after Graph acted, before the answer was noted | the same | the same: the last accepted password is the live one |
//! | while a line is being written | a torn last line | the torn line is cut off; it was never acted upon |
//! | after the answer was noted | intent and answer | goes on with the next step, or leaves the finished account alone |
//! | while the results are written | a complete journal | the old results stand until the new ones replace them |
//!
//! A step in doubt that is then refused for good is `uncertain`, never `failed`, and every password that may be live
//! stays in the results, sealed.

pub mod accounts;
pub mod engine;
pub mod event;
pub mod events_log;
pub mod journal;
pub mod mint;
pub mod next;
pub mod opening;
pub mod outcome;
pub mod pace;
pub mod record;
pub mod replay;
pub mod results;
pub mod schedule;
pub mod state;
pub mod states;
#[cfg(test)]
mod tests;
pub mod verdict;
