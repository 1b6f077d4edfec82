//! The engine: one task that owns all state; calls are futures that it holds; there are no locks.
//!
//! Each turn of its loop fills batches from the queue as far as quota and concurrency allow, has the journal bring their
//! intents to disk, sends them, and moves each account on by what is answered. Its unit is a *write*: a target and a body,
//! which does one or more steps of one account.
//!
//! Refused as alternatives:
//!
//! - A task for each account, or a pool of workers. Each would need the quota, the link, the breaker and the journal,
//!   so that all of these would be behind locks, and batches would depend on who came first. The price of one task
//!   is that nothing in it may take long: passwords are made and sealed on other threads, the disk has its own.
//! - To send first and note the intent beside it. It would save the wait for the disk before each batch, and a machine
//!   that stops at that moment would leave accounts changed of which the journal knows nothing. One flush serves all
//!   batches that wait, so that the price is a few milliseconds a batch, below the quota's pace.
//! - `dependsOn`, to put an account's update and its revoke into one batch. "Combine multiple HTTP requests using JSON
//!   batching" allows batches whose requests are all parallel or all in sequence, so that pairs are refused whole. The
//!   price is a second round trip for each account, which other accounts' writes fill.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `run_loop` | the loop, and how it ends |
//! | `sending` | which writes leave, when, and together with which others |
//! | `answers` | what an answer says about its writes, the token and the quota |
//! | `whole_calls` | what becomes of a call that is answered as a whole or not at all, and of the link |
//! | `settling` | what outcomes do to their accounts |
//! | `one_by_one`, `handout_pace`, `taking_up` | accounts that come at the pace at which passwords are handed over |
//! | `account_tracker` | what each account is at: state, waiting write, faults, quarantine, rerouting |
//! | `link` | the way to Graph: down, paused, open again |
//! | `flight` | calls under way, answers that are held back, the health of each app |
//! | `retry` | the table: what happens next to a write that was not decided |
//! | `quarantine` | writes that are sent alone, and whose fault a failure is |
//! | `first_answers`, `app_health` | whether an app may write here at all |
//! | `breaker` | when so many accounts fail that the run stops |
//! | `in_flight`, `batch_outcomes`, `answer_pace`, `throttled_items`, `call`, `ending` | what they hand to each other |

mod account_tracker;
mod answer_pace;
mod answers;
mod app_health;
mod batch_outcomes;
mod breaker;
mod call;
mod ending;
mod first_answers;
mod flight;
mod handout_pace;
mod in_flight;
mod link;
mod one_by_one;
mod quarantine;
mod retry;
mod run_loop;
mod sending;
mod settling;
mod taking_up;
#[cfg(test)]
mod tests;
mod throttled_items;
mod whole_calls;

pub use breaker::HaltAt;
pub use ending::Ending;
pub use one_by_one::Handout;
pub use run_loop::{Assignment, work};
