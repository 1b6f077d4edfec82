//! What a drill prints beside what the job itself prints.

use std::io::Write as _;

use super::lines::{self, Lines};
use super::preview::note_unprinted;

/// Prints for people; nothing where programs read.
pub(super) fn print(silent: bool, write: impl FnOnce(&mut Lines)) {
    if silent {
        return;
    }
    let mut out = anstream::stdout();
    note_unprinted(lines::write(&mut out, write).and_then(|()| out.flush()));
}
