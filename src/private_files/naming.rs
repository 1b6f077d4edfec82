//! A file that is complete gets its name.
//!
//! On Windows two things stand in the way. A name cannot be given while another program has the file of that name open
//! without sharing it, as Excel does for as long as a table is shown, and as virus scanners and the indexer do for moments.
//! And the call behind it takes no more than 259 characters, unless the path says that nothing in it is to be interpreted
//! ("Maximum Path Length Limitation", learn.microsoft.com).

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

/// So often a name is tried, this far apart: two seconds in all.
const TRIES: u32 = 40;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// Paths of fewer characters than this are handed over as they are; the name of a file that is written beside another one
/// is at most 50 characters longer than its folder.
const MAX_PLAIN_CHARACTERS: usize = 200;

/// `ERROR_ACCESS_DENIED`, `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION` of Windows.
const HELD: [i32; 3] = [5, 32, 33];

/// What becomes of a file that has the name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameTaken {
    /// The new file takes its place.
    Replace,
    /// It stays, and this is an error.
    Refuse,
}

/// Renames a file. On Windows it waits up to two seconds for another program that has the old one open.
pub(super) fn give_name(file: NamedTempFile, path: &Path, taken: NameTaken) -> io::Result<()> {
    let path = for_system(path);
    patiently(file, |file| rename(file, &path, taken), || std::thread::sleep(BETWEEN_TRIES))
}

fn rename(file: NamedTempFile, path: &Path, taken: NameTaken) -> Result<(), (io::Error, NamedTempFile)> {
    let renamed = match taken {
        NameTaken::Replace => file.persist(path),
        NameTaken::Refuse => file.persist_noclobber(path),
    };
    renamed.map(drop).map_err(|failed| (failed.error, failed.file))
}

/// Tries again for as long as another program may have the file open.
fn patiently<F>(
    mut file: F,
    mut attempt: impl FnMut(F) -> Result<(), (io::Error, F)>,
    mut pause: impl FnMut(),
) -> io::Result<()> {
    let mut tries = 1;
    loop {
        let (error, again) = match attempt(file) {
            Ok(()) => return Ok(()),
            Err(failed) => failed,
        };
        if !is_held(&error) || tries == TRIES {
            return Err(error);
        }
        (file, tries) = (again, tries + 1);
        pause();
    }
}

/// Whether another program may have the file open. No other system says so, or keeps a file from its name because of it.
pub fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && error.raw_os_error().is_some_and(|code| HELD.contains(&code))
}

/// A path in the form that every call of Windows takes, however long it is.
pub(super) fn for_system(path: &Path) -> Cow<'_, Path> {
    if !cfg!(windows) {
        return Cow::Borrowed(path);
    }
    let Ok(absolute) = std::path::absolute(path) else { return Cow::Borrowed(path) };
    absolute.to_str().and_then(uninterpreted).map_or(Cow::Borrowed(path), |long| Cow::Owned(PathBuf::from(long)))
}

/// A long absolute path of Windows behind the prefix that lets it be long; `None` where it needs none.
fn uninterpreted(absolute: &str) -> Option<String> {
    if absolute.encode_utf16().count() < MAX_PLAIN_CHARACTERS || absolute.starts_with(r"\\?\") {
        return None;
    }
    if let Some(share) = absolute.strip_prefix(r"\\") {
        return (!share.starts_with(r".\")).then(|| format!(r"\\?\UNC\{share}"));
    }
    Some(format!(r"\\?\{absolute}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: i32) -> io::Error {
        io::Error::from_raw_os_error(code)
    }

    #[test]
    fn a_name_is_tried_again_while_another_program_may_have_it_open() {
        // How often it fails, with what; how often it is tried where files are held.
        for (fails, error, expected) in [(0, 32, 1), (3, 32, 4), (3, 5, 4), (100, 33, TRIES), (3, 39, 1)] {
            let (mut tries, mut pauses) = (0, 0);
            let outcome = patiently(
                (),
                |()| {
                    tries += 1;
                    if tries > fails { Ok(()) } else { Err((code(error), ())) }
                },
                || pauses += 1,
            );
            let expected = if cfg!(windows) { expected } else { 1 };
            assert_eq!(
                (tries, pauses, outcome.is_ok()),
                (expected, expected - 1, expected > fails),
                "{fails}, {error}"
            );
        }
    }

    /// A program that shows a table lets others read it, and nothing else.
    #[cfg(windows)]
    #[test]
    fn a_table_that_is_closed_meanwhile_is_replaced() {
        use std::io::Write as _;
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("results.csv");
        std::fs::write(&path, "old").unwrap();
        let open = || {
            let mut options = std::fs::OpenOptions::new();
            std::os::windows::fs::OpenOptionsExt::share_mode(options.read(true), 0x1).open(&path).unwrap()
        };
        let new = || {
            let mut file = NamedTempFile::new_in(scratch.path()).unwrap();
            file.write_all(b"new").unwrap();
            file
        };
        let mut shown = Some(open());
        patiently(new(), |file| rename(file, &path, NameTaken::Replace), || drop(shown.take())).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");

        let shown = open();
        let held = patiently(new(), |file| rename(file, &path, NameTaken::Replace), || {}).unwrap_err();
        assert!(is_held(&held), "{held:?}");
        drop(shown);
    }

    #[test]
    fn long_paths_of_windows_say_that_they_are_long() {
        let long = "x".repeat(MAX_PLAIN_CHARACTERS);
        assert_eq!(uninterpreted(r"C:\jobs\monday\plan.csv"), None);
        assert_eq!(uninterpreted(&format!(r"C:\{long}")), Some(format!(r"\\?\C:\{long}")));
        assert_eq!(uninterpreted(&format!(r"\\files\hr\{long}")), Some(format!(r"\\?\UNC\files\hr\{long}")));
        for as_it_is in [format!(r"\\?\C:\{long}"), format!(r"\\.\{long}")] {
            assert_eq!(uninterpreted(&as_it_is), None, "{as_it_is}");
        }
    }

    #[test]
    fn a_folder_far_below_takes_files() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = (0..8).fold(scratch.path().to_owned(), |path, _| path.join("a folder with a rather long name"));
        crate::private_files::create_folder(&folder).unwrap();
        let path = folder.join("results.csv");
        assert!(path.as_os_str().len() > 260);
        for text in ["first", "second"] {
            crate::private_files::replace::<_, io::Error>(&path, |file| io::Write::write_all(file, text.as_bytes()))
                .unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
