//! Every account of a run is read again, and each step is proved by what the directory shows.
//!
//! # What proves a step
//!
//! Moments are compared by Graph's own clock alone: the `Date` of its answers stands in the journal, the timestamps of
//! users are whole seconds ("user resource type"), and an answer may leave up to [`judge::TOLERANCE`] after the write took
//! effect. The clock of this machine decides nothing but how long a replica is given to catch up.
//!
//! | step | proved when |
//! | --- | --- |
//! | block, unblock | `accountEnabled` is what was planned |
//! | reset | `lastPasswordChangeDateTime` is at or after our `PATCH`, and later than before the run; where people do not come back, also not later than ours |
//! | revoke | `signInSessionsValidFromDateTime` is at or after our revoke, later than before the run, and not earlier than `lastPasswordChangeDateTime` |
//!
//! A reset moves the timestamp of the sessions too. Where it stands before the second of the revoke's answer and no later
//! than the password's, it may come from the reset alone, and the revoke cannot be proved by it.
//!
//! Reads go to the directory itself, never to the index behind `ConsistencyLevel: eventual`; a replica that lags is waited
//! for.
//!
//! | file | what it does |
//! | --- | --- |
//! | [`claims`] | what the journal says was done to each account, and when by Graph's clock |
//! | [`finding`] | what a reading shows of one step |
//! | [`judge`] | one claim and one reading become verdicts; nothing else decides |
//! | [`reading`] | what one reading of an account showed, in little memory |
//! | [`seen_targets`] | what a list of what a person has shows of the targets of a step |
//! | `playbook_steps` | one value for each row and step, in little memory |
//! | `second` | a moment in little memory |
//! | [`pass`] | reads all accounts, and again those that a replica does not show yet |
//! | [`table`] | `verification.csv` |

pub mod claims;
pub mod finding;
pub mod judge;
pub mod on_premises;
pub mod pass;
mod playbook_steps;
pub mod reading;
mod second;
pub mod seen_targets;
pub mod table;
