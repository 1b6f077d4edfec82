//! The nearest name to that of a file or a folder that is not there.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use crate::nearest::nearest;

/// The nearest name in the same folder, of those that are `wanted`.
pub(super) fn nearest_path(path: &Path, wanted: impl Fn(&DirEntry) -> bool) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?.filter_map(Result::ok).filter(wanted);
    let names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    let meant = nearest(name, names.iter().map(String::as_str))?;
    Some(folder.map_or_else(|| PathBuf::from(meant), |folder| folder.join(meant)))
}
