//! Where a new plan is made: in a folder of its own, or in place of a plan that was never begun.
//!
//! A plan that takes the place of another one is made beside it, in a folder that only its owner may read, and changes places
//! with it when it is whole: a planning that fails or is killed leaves the old plan as it was. What is replaced is a plan of
//! ours and nothing else: one file that sealoff does not make, or a journal, and all of it stays.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::lock::{FolderLock, HOLDER, LOCK, LockError};
use crate::plan::folder::{
    self, APP_ROLES, BY_HAND, CONSENTS, DEVICES, FolderError, JOURNAL, ONPREM_CSV, ONPREM_PS1, OpeningPlan, PLAN_CSV,
    PLAN_HTML, PLAN_JSON, REFUSED, RESULTS, WAYS_IN, WAYS_IN_RESULTS,
};
use crate::plan::signatures::SIGNATURE_FILES;
use crate::private_files;

/// The files that may go with a plan that was not begun. A file that is not named here is never taken away: sealed passwords,
/// above all.
const OF_A_PLAN: [&str; 15] = [
    PLAN_JSON, PLAN_CSV, DEVICES, WAYS_IN, WAYS_IN_RESULTS, CONSENTS, APP_ROLES, ONPREM_CSV, ONPREM_PS1, BY_HAND,
    PLAN_HTML, REFUSED, RESULTS, LOCK, HOLDER,
];

/// Why a plan cannot take the place of what is there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplaceError {
    /// Its run has begun.
    #[error("the run in {} has begun, and a run is never replaced", folder.display())]
    Begun {
        /// The folder.
        folder: PathBuf,
    },
    /// There is something else in it.
    #[error("{} holds {found:?}, which does not belong to a plan that was not begun; nothing was replaced", folder.display())]
    NotOurs {
        /// The folder.
        folder: PathBuf,
        /// The first of these files.
        found: String,
    },
    /// Another process works in it.
    #[error(transparent)]
    Locked(#[from] LockError),
    /// It holds no plan that can be read, or is no folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The folders cannot change places.
    #[error("{} cannot be replaced: {source}", folder.display())]
    Io {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Where a plan is made, and where it is in the end.
#[derive(Debug)]
pub enum PlanPlace {
    /// A new or empty folder.
    Free(PathBuf),
    /// The folder of a plan that was not begun.
    Taken(Replacing),
}

impl PlanPlace {
    /// A folder that is missing or empty.
    ///
    /// # Errors
    ///
    /// It holds a plan, or anything else.
    pub fn free(folder: &Path) -> Result<Self, FolderError> {
        folder::is_free(folder)?;
        Ok(Self::Free(folder.to_owned()))
    }

    /// A folder that may hold a plan that was not begun; no other process works in it as long as this lives. `also` names files
    /// that may go besides those of the plan.
    ///
    /// # Errors
    ///
    /// The run has begun, the folder is in use, or holds anything but a plan.
    pub fn replacing(folder: &Path, also: &[&str]) -> Result<Self, ReplaceError> {
        put_back(folder)?;
        if !folder.join(PLAN_JSON).exists() {
            return Ok(Self::free(folder)?);
        }
        // Only a plan of ours that can be read is known to be one.
        OpeningPlan::begin(folder)?;
        check(folder, also)?;
        let lock = FolderLock::take(folder, "plan")?;
        // The folder itself, where it is reached by a link, and whatever the working folder is later.
        let real = folder.canonicalize().map_err(|source| ReplaceError::Io { folder: folder.to_owned(), source })?;
        let beside = beside(&real, "new");
        remove(&beside, also)?;
        let also = also.iter().map(|&name| name.to_owned()).collect();
        Ok(Self::Taken(Replacing { named: folder.to_owned(), real, beside, also, lock: Some(lock) }))
    }

    /// Where the plan is made now.
    pub fn made_in(&self) -> &Path {
        match self {
            Self::Free(folder) => folder,
            Self::Taken(replacing) => &replacing.beside,
        }
    }

    /// The plan that was made is put where it belongs; gives that folder.
    ///
    /// # Errors
    ///
    /// The run of the plan that was there has begun meanwhile, or the folders cannot change places. The old plan stays then.
    pub fn put(self) -> Result<PathBuf, ReplaceError> {
        match self {
            Self::Free(folder) => Ok(folder),
            Self::Taken(replacing) => replacing.put(),
        }
    }
}

/// A plan that is made beside the one that it will replace.
#[derive(Debug)]
pub struct Replacing {
    named: PathBuf,
    real: PathBuf,
    beside: PathBuf,
    also: Vec<String>,
    lock: Option<FolderLock>,
}

impl Replacing {
    fn put(mut self) -> Result<PathBuf, ReplaceError> {
        let also: Vec<&str> = self.also.iter().map(String::as_str).collect();
        check(&self.real, &also)?;
        let io = |source| ReplaceError::Io { folder: self.named.clone(), source };
        if cfg!(windows) {
            // A folder with an open file in it cannot be renamed there.
            self.lock = None;
        }
        change_places(&self.real, &self.beside).map_err(io)?;
        private_files::sync_folder(private_files::folder_of(&self.real)).map_err(io)?;
        // What was replaced stands beside now, and goes when this is dropped.
        Ok(self.named.clone())
    }
}

impl Drop for Replacing {
    fn drop(&mut self) {
        self.lock = None;
        let also: Vec<&str> = self.also.iter().map(String::as_str).collect();
        // What cannot be removed now is removed by the next plan that replaces this one.
        let _ = remove(&self.beside, &also);
    }
}

/// `.monday.new` beside `monday`.
fn beside(folder: &Path, what: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(folder.file_name().unwrap_or_default());
    name.push(".");
    name.push(what);
    folder.with_file_name(name)
}

/// Nothing is here but a plan, and its run was not begun.
fn check(folder: &Path, also: &[&str]) -> Result<(), ReplaceError> {
    let io = |source| ReplaceError::Io { folder: folder.to_owned(), source };
    let mut strange = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name();
        if name == JOURNAL {
            return Err(ReplaceError::Begun { folder: folder.to_owned() });
        }
        let may_go = |name| [&OF_A_PLAN[..], &SIGNATURE_FILES, also].iter().any(|known| known.contains(&name));
        let ours = name.to_str().is_some_and(may_go);
        let is_file = entry.file_type().map_err(io)?.is_file();
        if !(is_file && (ours || private_files::is_leftover(&name))) {
            strange.push(name.to_string_lossy().into_owned());
        }
    }
    match strange.into_iter().min() {
        Some(found) => Err(ReplaceError::NotOurs { folder: folder.to_owned(), found }),
        None => Ok(()),
    }
}

/// Removes a folder of ours that holds nothing but a plan that was not begun, or a part of one.
fn remove(folder: &Path, also: &[&str]) -> Result<(), ReplaceError> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        _ => check(folder, also)?,
    }
    let removed = fs::remove_dir_all(folder);
    removed.map_err(|source| ReplaceError::Io { folder: folder.to_owned(), source })
}

/// At every moment the name has the one folder or the other, where the system can do that. Otherwise the old one has another
/// name for a moment, from which [`put_back`] takes it after a crash.
fn change_places(real: &Path, new: &Path) -> io::Result<()> {
    #[cfg(any(target_vendor = "apple", target_os = "linux"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, real, CWD, new, RenameFlags::EXCHANGE) {
            Ok(()) => return Ok(()),
            // Not on this disk.
            Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let old = beside(real, "old");
    fs::rename(real, &old)?;
    if let Err(error) = fs::rename(new, real) {
        fs::rename(&old, real)?;
        return Err(error);
    }
    fs::rename(&old, new)
}

/// A crash between two names left the folder under the other one.
fn put_back(folder: &Path) -> Result<(), ReplaceError> {
    let old = beside(folder, "old");
    if folder.exists() || !old.join(PLAN_JSON).exists() {
        return Ok(());
    }
    fs::rename(&old, folder).map_err(|source| ReplaceError::Io { folder: folder.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_folders_change_places() {
        let scratch = tempfile::tempdir().unwrap();
        let [old, new] = ["monday", ".monday.new"].map(|name| scratch.path().join(name));
        for (folder, text) in [(&old, "old"), (&new, "new")] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join(PLAN_CSV), text).unwrap();
        }
        change_places(&old, &new).unwrap();
        assert_eq!(fs::read_to_string(old.join(PLAN_CSV)).unwrap(), "new");
        assert_eq!(fs::read_to_string(new.join(PLAN_CSV)).unwrap(), "old");
    }

    #[test]
    fn what_a_crash_left_under_another_name_is_put_back() {
        let scratch = tempfile::tempdir().unwrap();
        let monday = scratch.path().join("monday");
        fs::create_dir(beside(&monday, "old")).unwrap();
        fs::write(beside(&monday, "old").join(PLAN_JSON), "{}").unwrap();
        put_back(&monday).unwrap();
        assert!(monday.join(PLAN_JSON).exists() && !beside(&monday, "old").exists());
    }

    #[test]
    fn what_does_not_belong_to_a_plan_is_never_removed() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join(".monday.new");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("notes.txt"), "mine").unwrap();
        let refused = remove(&folder, &[]).unwrap_err().to_string();
        assert!(refused.contains("notes.txt") && folder.exists(), "{refused}");
        fs::remove_file(folder.join("notes.txt")).unwrap();
        fs::write(folder.join(JOURNAL), "").unwrap();
        assert!(matches!(remove(&folder, &[]), Err(ReplaceError::Begun { .. })));
    }
}
