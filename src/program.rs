//! Where the program is that a name stands for.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The first program with one of these names in the folders of `path`. A relative folder is passed over: the working folder
/// may hold anything.
pub(crate) fn found_on(path: &OsStr, names: &[impl AsRef<Path>]) -> Option<PathBuf> {
    let folders = env::split_paths(path).filter(|folder| folder.is_absolute());
    folders.flat_map(|folder| names.iter().map(move |name| folder.join(name))).find(|program| program.is_file())
}

/// The program that a person means: a path as it is, a bare name by the folders of `PATH`.
pub(crate) fn meant_by(name: &str) -> Option<PathBuf> {
    let named = Path::new(name);
    let endings: &[&str] = if cfg!(windows) { &["", ".exe", ".cmd", ".bat", ".com"] } else { &[""] };
    let names = endings.iter().map(|ending| format!("{name}{ending}")).collect::<Vec<_>>();
    if named.components().count() > 1 {
        let here = names.iter().map(PathBuf::from).find(|program| program.is_file())?;
        return std::path::absolute(here).ok();
    }
    found_on(&env::var_os("PATH").unwrap_or_default(), &names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_not_taken_from_the_working_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("az"), "").unwrap();
        let path = env::join_paths([Path::new("."), folder.path()]).unwrap();
        assert_eq!(found_on(&path, &["az"]), Some(folder.path().join("az")));
        assert_eq!(found_on(OsStr::new("."), &["az"]), None);
        let here = folder.path().join("az");
        assert_eq!(meant_by(&here.display().to_string()), Some(here));
        assert_eq!(meant_by("no-such-program-anywhere"), None);
    }
}
