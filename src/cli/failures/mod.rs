//! Every error of the library, as the end of a command: the exit code, what happened, and what to do next.
//!
//! This is the one place that decides it. A command hands an error on with `?`, and adds only what it alone knows.
//!
//! | file | errors of |
//! | --- | --- |
//! | `connection` | calls, reads and lookups |
//! | `credentials` | what an app signs in with |
//! | `lists` | lists beside the roster |
//! | `planning` | rules, the plan and its folder |
//! | `sets` | the plans of many tenants |
//! | `carrying_out` | the run, its journal and its files; how the engine ended |
//! | `shut_out` | an app that is left out |
//! | `proving` | verification, report and evidence |
//! | `disk` | a disk that is full, read-only or gone |

mod carrying_out;
mod connection;
pub(super) mod credentials;
mod disk;
mod lists;
mod planning;
mod proving;
mod sets;
mod shut_out;

pub(super) use carrying_out::{of_ending, with_unwritten_results};
pub(super) use connection::of_export;
pub(super) use lists::of_protected;
pub(super) use planning::{WITHOUT_CHECKS, of_missing_role, of_pass_policy, of_plan_recipients};
pub(super) use proving::{of_archive, of_unkept_verification};

use super::exit::Failure;

/// What a failure says, said with the words of the error around it.
pub(super) fn reworded(what: String, failure: Failure) -> Failure {
    Failure { what, ..failure }
}
