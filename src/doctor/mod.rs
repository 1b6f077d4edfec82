//! Can this be done here, by this app? What is missing, and what is the remedy?
//!
//! A job that dies of a 403 in its middle could have been seen coming. Everything that a run needs is looked at in the
//! order in which it would need it, and each finding comes with its remedy. Nothing is written to the directory.
//!
//! | file | what it judges |
//! | --- | --- |
//! | `check` | one check: its name, how it came out, what was found, what to do |
//! | `network` | whether the services answer, who signed their certificates, and what time it is there |
//! | `token` | whether there is a token, which app or person has it, and until when |
//! | `grants` | the permissions in the token against the least that the steps need |
//! | `granted` | what the tenant says that it granted, for tokens that cannot be read |
//! | `tenant` | the tenant: size, quota, sync, domains, what could not be read |
//! | `roles` | the directory roles of the app or person, and which accounts of the roster they do not reach |
//! | `roster` | whether every row of the roster names an account, and the app may act on it |
//! | `unread` | what is said of what could not be read |
//! | `lists` | recipients and protected accounts |
//! | `folder` | where the plan is to go |
//! | `further_app` | one more app that a run is to go through: whether it gets in, and may write |
//! | `intended_run`, `new_passwords` | what the command line names beside the tenant |
//! | `examination` | asks, in order, and hands what was found to the others |
//!
//! All but `granted` and the last two are pure: findings in, checks out. The command line makes some of the same checks before a plan is made
//! and before it is carried out: those that cost no call more.

pub mod check;
pub mod examination;
pub mod folder;
pub mod further_app;
pub mod granted;
pub mod grants;
pub mod intended_run;
pub mod lists;
pub mod network;
pub mod new_passwords;
pub mod roles;
mod roster;
pub mod tenant;
pub mod token;
mod unread;

pub use check::{Check, CheckStatus};
pub use examination::{Examined, SeenByFirstApp, examine};
pub use intended_run::IntendedRun;
pub use new_passwords::NewPasswords;
