//! What it means that standard output could not be written: for a command that only prints, and for one that has done something.

use std::io;

use super::exit::{Exit, Failure};
use super::messages;

/// The result of printing, for a command that does nothing else. A reader that has gone is no failure, and changes nothing
/// about how the command ends.
///
/// # Errors
///
/// Not all of it could be printed.
pub(super) fn printed(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if !reader_has_gone(&error) => Err(Failure::unprinted(&error)),
        _ => Ok(()),
    }
}

/// The same for a command that has done something: a full disk behind standard output changes nothing about what was done,
/// and the exit code must say so. It is noted on standard error.
pub(super) fn note_unprinted(written: io::Result<()>) {
    if let Err(error) = written
        && !reader_has_gone(&error)
    {
        messages::note(format_args!("standard output could not be written: {error}"));
    }
}

impl Failure {
    /// Standard output could not be written. A reader that has gone has ended the command, and that is no failure.
    #[must_use]
    pub fn unprinted(error: &io::Error) -> Self {
        if reader_has_gone(error) {
            return Self::new(Exit::Done, "the reader of standard output has gone");
        }
        Self::usage(format_args!("standard output cannot be written: {error}"))
    }
}

/// Whether the reader of standard output has gone, also where a library has wrapped that error.
fn reader_has_gone(error: &io::Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        if let Some(csv::ErrorKind::Io(io)) = error.downcast_ref::<csv::Error>().map(csv::Error::kind) {
            return io.kind() == io::ErrorKind::BrokenPipe;
        }
        next = match io.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}
