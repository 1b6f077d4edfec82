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
//! | methods | the list of the person's methods has none of those that the plan removes, and none that the plan did not list; a pass is left to the step pass where the plan makes one |
//! | devices | none of those that the plan disables is listed as enabled, and no enabled one that the plan did not list |
//! | enable-devices | none of those that the plan enables is listed as disabled; one that is in no list is gone, and counts as enabled |
//! | consents | the list of the person's consents has none of those that the plan deletes, and none that the plan did not list |
//! | pass | the list of the person's passes has one that was made within [`judge::TOLERANCE`] of our `POST`, and the policy of the tenant does not switch it off |
//!
//! A reset moves the timestamp of the sessions too. Where it stands before the second of the revoke's answer and no later
//! than the password's, it may come from the reset alone, and the revoke cannot be proved by it.
//!
//! Only a list proves what became of methods, devices and consents. A target that is still there may be a replica that lags: it is not
//! yet proved until [`judge::MAX_LAG`] after the answer, and contradicts then. Where all are dealt with and one appeared
//! since, the step cannot be proved: it may be the person's own, and the finding names it. A pass is never shown, only when it was made;
//! one that is gone was used, or ended, or is not shown yet, and one that was made later took its place: neither is a contradiction,
//! for it lets no intruder in.
//!
//! A password that is kept elsewhere shows here late or never (`password_elsewhere`). In Active Directory it is proved by a
//! `lastPasswordChangeDateTime` that the hash sync brought after the password was replaced there; at an identity provider
//! nothing proves it.
//!
//! Reads go to the directory itself, never to the index behind `ConsistencyLevel: eventual`; a replica that lags is waited
//! for.
//!
//! | file | what it does |
//! | --- | --- |
//! | [`claims`] | what the journal says was done to each account, and when by Graph's clock |
//! | [`finding`] | what a reading shows of one step |
//! | [`judge`] | one claim and one reading become verdicts; nothing else decides |
//! | [`on_premises`] | how far the people whose password is kept elsewhere are dealt with there |
//! | `password_elsewhere` | judges passwords that are kept in Active Directory or at an identity provider |
//! | [`reading`] | what one reading of an account showed, in little memory |
//! | [`step_claim`] | what is said of one step of one account |
//! | [`seen_targets`] | what a list of what a person has shows of the targets of a step |
//! | `playbook_steps` | one value for each row and step, in little memory |
//! | [`pass`] | reads all accounts, and again those that a replica does not show yet |
//! | [`risk`] | whether the risk of people is marked as the run says |
//! | [`news`] | what is found otherwise than before, in the journal |

pub mod claims;
pub mod finding;
pub mod judge;
pub mod news;
pub mod on_premises;
pub mod pass;
mod password_elsewhere;
mod playbook_steps;
pub mod reading;
pub mod risk;
pub mod seen_targets;
pub mod step_claim;
