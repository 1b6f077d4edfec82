//! A failure as a person reads it on standard error.

use super::exit::Failure;
use super::lines::Lines;
use super::messages;

/// Shows it. A message that cannot be shown changes nothing about the exit code.
pub(super) fn show(failure: &Failure) {
    messages::print(&Lines::of(|out| {
        out.at(messages::Mark::Error, &failure.what);
        if let Some(also) = &failure.also {
            out.at("       ", also);
        }
        if let Some(excerpt) = &failure.excerpt {
            out.whole_block(excerpt);
        }
        for (index, next) in failure.next.iter().enumerate() {
            if index == 0 {
                out.at(messages::Mark::Help, next.clone());
            } else {
                out.at("      ", next.clone());
            }
        }
    }));
}
