//! One command at a time works in a plan folder. The lock ends with its process, however that ends; beside it stands who
//! holds it, for the message to other processes.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::json::Rfc3339Moment;
use crate::machine;
use crate::private_files;
use crate::words::second_here;

/// The file that is locked. It is empty: where a lock keeps others from reading, they must still see who holds it.
pub const LOCK: &str = "run.lock";
/// The file that says who holds it; it means something only while the lock is held.
pub const HOLDER: &str = "run.holder";

/// Who works in a folder.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct LockHolder {
    /// The command.
    pub command: String,
    /// The process.
    pub pid: u32,
    /// The machine, as it calls itself.
    pub host: String,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "Rfc3339Moment")]
    pub since: OffsetDateTime,
    /// Until when it only waits to begin, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<Rfc3339Moment>")]
    pub waits_until: Option<OffsetDateTime>,
}

impl LockHolder {
    fn this_process(command: &str) -> Self {
        let since = OffsetDateTime::now_utc();
        let since = since.replace_nanosecond(0).unwrap_or(since);
        Self { command: command.to_owned(), pid: std::process::id(), host: machine::host(), since, waits_until: None }
    }
}

/// Why a folder cannot be worked in.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process works in it.
    #[error("{} is in use: {}", folder.display(), who(holder.as_ref()))]
    Held {
        /// The folder.
        folder: PathBuf,
        /// Who it is, where that could be read.
        holder: Option<LockHolder>,
    },
    /// The lock cannot be taken.
    #[error("{} cannot be locked: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn who(holder: Option<&LockHolder>) -> String {
    holder.map_or_else(
        || "another sealoff works in it".to_owned(),
        |LockHolder { command, pid, host, since, waits_until }| {
            let (since, until) = (second_here(*since), waits_until.map(second_here));
            let until = until.map_or_else(String::new, |until| format!(", and waits until {until} to begin"));
            format!("sealoff {command}, process {pid} on {host:?}, works in it since {since}{until}")
        },
    )
}

/// A folder in which no other process works as long as this lives.
#[derive(Debug)]
pub struct FolderLock {
    path: PathBuf,
    holder: LockHolder,
    _file: File,
}

/// A process that only looks holds the lock for a moment, so it is tried this often, this far apart.
const TRIES: u32 = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(25);

impl FolderLock {
    /// Takes the lock of a folder for a command.
    ///
    /// # Errors
    ///
    /// Another process has it, or the folder cannot be written to.
    pub fn take(folder: &Path, command: &str) -> Result<Self, LockError> {
        let path = folder.join(LOCK);
        let io = |source| LockError::Io { path: path.clone(), source };
        let file = private_files::open_kept(&path).map_err(io)?;
        let mut tries = 1;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if tries < TRIES => tries += 1,
                Err(TryLockError::WouldBlock) => {
                    return Err(LockError::Held { folder: folder.to_owned(), holder: read_holder(folder) });
                }
                Err(TryLockError::Error(source)) => return Err(io(source)),
            }
            thread::sleep(BETWEEN_TRIES);
        }
        let lock = Self { path: folder.join(HOLDER), holder: LockHolder::this_process(command), _file: file };
        lock.name(&lock.holder);
        Ok(lock)
    }

    /// Says that the holder only waits to begin, or no longer does.
    pub fn waits_until(&self, moment: Option<OffsetDateTime>) {
        self.name(&LockHolder { waits_until: moment, ..self.holder.clone() });
    }

    /// Being named is a courtesy: a full disk must not keep a person from looking what can be done.
    fn name(&self, holder: &LockHolder) {
        let _ = private_files::replace::<_, io::Error>(&self.path, |file| {
            serde_json::to_writer(file, holder).map_err(io::Error::from)
        });
    }

    /// Who works in a folder at this moment: `None` if no process does, `Some(None)` if its name cannot be read.
    ///
    /// # Errors
    ///
    /// The lock cannot be looked at.
    pub fn holder(folder: &Path) -> Result<Option<Option<LockHolder>>, LockError> {
        let path = folder.join(LOCK);
        let io = |source| LockError::Io { path: path.clone(), source };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(io(source)),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(read_holder(folder))),
            Err(TryLockError::Error(source)) => Err(io(source)),
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Before the lock goes: the process that takes it next writes a name of its own.
        let _ = fs::remove_file(&self.path);
    }
}

fn read_holder(folder: &Path) -> Option<LockHolder> {
    serde_json::from_slice(&fs::read(folder.join(HOLDER)).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_the_message_to_the_other_names_it() {
        let scratch = tempfile::tempdir().unwrap();
        assert_eq!(FolderLock::holder(scratch.path()).unwrap(), None);
        let first = FolderLock::take(scratch.path(), "apply").unwrap();
        let named = FolderLock::holder(scratch.path()).unwrap().unwrap().unwrap();
        assert_eq!((named.pid, named.command.as_str()), (std::process::id(), "apply"));
        let refused = FolderLock::take(scratch.path(), "results").unwrap_err();
        assert!(matches!(&refused, LockError::Held { holder: Some(holder), .. } if *holder == named));
        let message = refused.to_string();
        for part in ["sealoff apply", &format!("process {}", named.pid), &named.host, "since 2"] {
            assert!(message.contains(part), "{message}");
        }
        first.waits_until(Some(time::macros::datetime!(2026-11-27 17:00 +1)));
        let refused = FolderLock::take(scratch.path(), "apply").unwrap_err().to_string();
        assert!(refused.ends_with("and waits until 2026-11-27T16:00:00Z to begin"), "{refused}");
        first.waits_until(None);
        assert_eq!(FolderLock::holder(scratch.path()).unwrap(), Some(Some(named)));
        drop(first);
        assert_eq!(FolderLock::holder(scratch.path()).unwrap(), None);
        FolderLock::take(scratch.path(), "results").unwrap();
    }

    #[test]
    fn what_a_crash_leaves_behind_is_no_lock() {
        let scratch = tempfile::tempdir().unwrap();
        fs::write(scratch.path().join(LOCK), "").unwrap();
        let dead = LockHolder::this_process("apply");
        fs::write(scratch.path().join(HOLDER), serde_json::to_vec(&dead).unwrap()).unwrap();
        assert_eq!(FolderLock::holder(scratch.path()).unwrap(), None);
        FolderLock::take(scratch.path(), "apply").unwrap();
    }
}
