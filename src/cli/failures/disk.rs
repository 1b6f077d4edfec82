//! What to do when a disk is full, read-only or gone, or the system has nothing left to give.

use std::io;

use super::super::exit::{Exit, Failure};
use super::super::words::counted;
use crate::private_files::is_held;
use crate::run::journal::JournalError;

/// A program that shows a table lets nothing be written in its place. "Access denied" is also what Windows says then.
const HELD: &str = "Another program has the file open, Excel for example: close it.";
const HELD_OR_FORBIDDEN: &str = "Another program may have the file open, Excel for example: close it. Otherwise give yourself \
    the right to write to the folder.";

/// What has to be done before the same command can go on, as a sentence.
pub(super) fn advice(error: &io::Error) -> &'static str {
    use io::ErrorKind::{
        FileTooLarge, NotFound, OutOfMemory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    if is_out_of_handles(error) {
        return if cfg!(windows) {
            "Too many files are open: end what else is running."
        } else {
            "Too many files are open: raise the limit (ulimit -n 1024), or end what else is running."
        };
    }
    if is_held(error) {
        return if error.kind() == PermissionDenied { HELD_OR_FORBIDDEN } else { HELD };
    }
    match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => "Free some space on the disk that holds the folder.",
        ReadOnlyFilesystem => {
            "Make the disk that holds the folder writable again: a disk that failed is often made read-only by the system."
        }
        PermissionDenied => "Give yourself the right to write to the folder.",
        NotFound => "Put the folder back where it was.",
        OutOfMemory => "Free some memory.",
        _ => "See to the disk that holds the folder: the system's log says more.",
    }
}

/// `EMFILE` and `ENFILE` on Unix, `ERROR_TOO_MANY_OPEN_FILES` on Windows: they have no kind of their own.
fn is_out_of_handles(error: &io::Error) -> bool {
    let codes: &[i32] = if cfg!(windows) { &[4] } else { &[23, 24] };
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

/// A run that stopped because its journal could not be written.
pub(super) fn of_stopped_journal(error: JournalError) -> Failure {
    let JournalError::Stopped { source, unnoted, .. } = &error else { return Failure::new(Exit::Unfinished, error) };
    let kept = if *unnoted == 0 {
        "what was under way was waited for, and its answers are noted".to_owned()
    } else {
        format!("{} could not be noted: the next run settles those accounts", counted(*unnoted, "answer", "answers"))
    };
    Failure::new(Exit::Unfinished, format_args!("{error}; nothing more was sent, and {kept}")).with_next(advice(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_another_program_has_open_is_no_fault_of_the_disk() {
        let advice = |code| advice(&io::Error::from_raw_os_error(code));
        if cfg!(windows) {
            assert_eq!((advice(5), advice(32), advice(33)), (HELD_OR_FORBIDDEN, HELD, HELD));
        } else {
            assert_eq!(advice(13), "Give yourself the right to write to the folder.");
        }
    }
}
