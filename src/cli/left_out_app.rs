//! What is said of an app that a run goes on without.

use super::exit::Failure;
use super::lines::Lines;
use super::messages::{self, Mark};
use super::words::harmless;
use crate::run::shut_out::ShutOut;

/// Warns of it, and says what to do before the next run.
pub(super) fn warn(app: &str, why: &ShutOut) {
    let Failure { what, next, .. } = why.clone().into();
    messages::print(&Lines::of(|out| {
        out.at(Mark::Warning, format_args!("app {} is left out: {}", harmless(app), harmless(&what)));
        next.into_iter().for_each(|step| out.at(Mark::Help, step));
    }));
}
