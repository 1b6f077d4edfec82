//! What to do when a disk is full, read-only or gone, or the system has nothing left to give.

use std::io;

use super::super::exit::{Exit, Failure};
use crate::run::journal::JournalError;
use crate::words::counted;

/// What has to be done before the same command can go on, as a sentence.
pub(super) fn advice(error: &io::Error) -> &'static str {
    use io::ErrorKind::{
        FileTooLarge, NotFound, OutOfMemory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    if is_out_of_handles(error) {
        return "Too many files are open: raise the limit (ulimit -n 1024), or end what else is running.";
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
