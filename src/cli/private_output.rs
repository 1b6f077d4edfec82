//! Where passwords and keys may be written: to files that only their owner can read.

#[cfg(unix)]
use std::io;

use super::exit::Failure;

/// Refuses a standard output that a shell redirected to a file which others can read: shells make such files by default. Pipes
/// and terminals are no files. Where the file system has no such mode, nothing is refused.
pub(super) fn check_standard_output(what: &str) -> Result<(), Failure> {
    #[cfg(not(unix))]
    let _ = what;
    #[cfg(unix)]
    {
        use rustix::fs::{FileType, Mode, fstat};
        if let Ok(stat) = fstat(io::stdout()) {
            let others = Mode::from_raw_mode(stat.st_mode).intersects(Mode::RWXG | Mode::RWXO);
            if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile && others {
                return Err(Failure::refused(format_args!(
                    "standard output goes to a file that others can read, and {what} is not written there"
                ))
                .with_next("Write to a private file with -o FILE, or run umask 077 before."));
            }
        }
    }
    Ok(())
}
