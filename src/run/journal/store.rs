//! Where a journal's bytes go: a file, or in tests something that fails.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write as _};

/// What a journal needs of the place that keeps it.
pub(crate) trait Store: Send + 'static {
    /// Adds bytes at the end. After an error, any part of them may be there.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Returns when all that was added is on disk. After an error, it is not known how much of it is, and the operating
    /// system may say otherwise from then on: it has to be written again.
    fn sync(&mut self) -> io::Result<()>;

    /// Cuts the file to this length in bytes, on disk too.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Store for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()?;
        refuse_deleted(self)
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        // The file is not opened for appending, because Windows would not let it be cut then.
        self.seek(SeekFrom::Start(length))?;
        self.sync_all()
    }
}

/// A file that was deleted takes writes and syncs as before, and is gone when it is closed.
#[cfg(unix)]
fn refuse_deleted(file: &File) -> io::Result<()> {
    if std::os::unix::fs::MetadataExt::nlink(&file.metadata()?) == 0 {
        return Err(io::Error::new(io::ErrorKind::NotFound, "the file was deleted"));
    }
    Ok(())
}

/// Elsewhere [`open_kept`](crate::private_files::open_kept) keeps it from being deleted.
#[cfg(not(unix))]
fn refuse_deleted(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// A pipe takes bytes and cannot be brought to disk: only who asks the system for it hears that.
    #[test]
    fn what_counts_as_on_disk_was_brought_there_by_the_system() {
        let (_reader, writer) = io::pipe().unwrap();
        let mut pipe = File::from(std::os::fd::OwnedFd::from(writer));
        Store::append(&mut pipe, b"an intent").unwrap();
        assert!(Store::sync(&mut pipe).is_err());
    }
}

/// A disk that fails after a number of calls, for as long as the test says.
#[cfg(test)]
pub(crate) mod failing {
    use std::fs::File;
    use std::io;

    use crate::run::journal::store::Store;

    /// What becomes of the disk after it has failed.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Afterwards {
        /// Space is freed before the journal is closed.
        Healed,
        /// It stays as it is.
        Dead,
    }

    pub(crate) struct Failing {
        file: File,
        /// How many appends and syncs succeed.
        left: u64,
        afterwards: Afterwards,
        failed: bool,
        length: u64,
        synced: u64,
    }

    impl Failing {
        pub(crate) fn new(file: File, good: u64, afterwards: Afterwards) -> Self {
            let length = file.metadata().unwrap().len();
            Self { file, left: good, afterwards, failed: false, length, synced: length }
        }

        fn fails(&mut self) -> bool {
            if self.failed {
                return self.afterwards == Afterwards::Dead;
            }
            self.failed = self.left == 0;
            self.left = self.left.saturating_sub(1);
            self.failed
        }
    }

    impl Store for Failing {
        fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
            if self.fails() {
                // As much as fitted is there.
                Store::append(&mut self.file, &bytes[..bytes.len() / 2])?;
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.length += bytes.len() as u64;
            Store::append(&mut self.file, bytes)
        }

        fn sync(&mut self) -> io::Result<()> {
            if self.fails() {
                // What did not reach the disk is forgotten, and reads as nothing.
                let length = self.file.metadata()?.len();
                self.file.set_len(self.synced)?;
                self.file.set_len(length)?;
                return Err(io::Error::from_raw_os_error(5));
            }
            self.synced = self.length;
            Store::sync(&mut self.file)
        }

        fn cut(&mut self, length: u64) -> io::Result<()> {
            if self.failed && self.afterwards == Afterwards::Dead {
                return Err(io::ErrorKind::StorageFull.into());
            }
            (self.length, self.synced) = (length, length);
            self.file.cut(length)
        }
    }
}
