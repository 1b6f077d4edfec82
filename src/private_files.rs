//! Folders and files that only their owner may read, and files that are either complete or not there.

#[cfg(any(windows, test))]
mod acl;
mod folder_of;
mod naming;
#[cfg(windows)]
mod on_windows;

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use naming::{NameTaken, for_system, give_name};

pub use folder_of::folder_of;
pub use naming::is_held;

/// Makes a folder that only its owner may read (0700), and the missing folders above it.
///
/// A folder that exists is left as it is.
pub fn create_folder(path: &Path) -> io::Result<()> {
    #[cfg(windows)]
    return on_windows::create_folder(path);
    #[cfg(not(windows))]
    {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path)
    }
}

/// Files and folders of which this process could not find out or ensure that others are kept out: a disk without rights,
/// or a Windows that does not say. Asked again, it names what came since.
pub fn take_not_ensured() -> Vec<PathBuf> {
    #[cfg(windows)]
    return on_windows::take_not_ensured();
    #[cfg(not(windows))]
    Vec::new()
}

/// The command that keeps others out of a file or folder: `chmod` with this mode, or what Windows has for it.
pub fn how_to_keep_others_out(path: &Path, mode: &str) -> String {
    #[cfg(windows)]
    {
        let _ = mode;
        on_windows::how_to_keep_others_out(path)
    }
    #[cfg(not(windows))]
    format!("chmod {mode} {}", crate::words::quoted(path))
}

/// Whether others than the owner may change this file, or what is in this folder. `false` where the file system has no
/// rights.
pub fn writable_by_others(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path)?.permissions());
        Ok(mode & 0o022 != 0)
    }
    #[cfg(not(unix))]
    fs::metadata(path)?;
    #[cfg(windows)]
    return Ok(on_windows::lets_in(path, acl::WhoElse::MayChange));
    #[cfg(not(any(unix, windows)))]
    Ok(false)
}

/// Whether others than the owner may look into this folder or change it. `false` where the file system has no rights.
pub fn folder_open_to_others(path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path)?.permissions());
        Ok(mode & 0o077 != 0)
    }
    #[cfg(not(unix))]
    fs::metadata(path)?;
    #[cfg(windows)]
    return Ok(on_windows::lets_in(path, acl::WhoElse::MayRead));
    #[cfg(not(any(unix, windows)))]
    Ok(false)
}

/// Who may change an open file that this program trusts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayChange {
    /// The user who runs this program, and the administrator of the machine.
    OwnerAlone,
    /// The owner is another user.
    AnotherOwner,
    /// A group, or all users.
    Others,
}

/// Says who may change an open file, whose path this is. [`MayChange::OwnerAlone`] where the file system has no rights.
pub fn who_may_change(file: &File, path: &Path) -> io::Result<MayChange> {
    let metadata = file.metadata()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let _ = path;
        Ok(may_change(metadata.mode(), metadata.uid(), rustix::process::geteuid().as_raw()))
    }
    #[cfg(not(unix))]
    {
        drop(metadata);
        #[cfg(windows)]
        if on_windows::lets_in(path, acl::WhoElse::MayChange) {
            return Ok(MayChange::Others);
        }
        Ok(MayChange::OwnerAlone)
    }
}

#[cfg(unix)]
fn may_change(mode: u32, owner: u32, myself: u32) -> MayChange {
    match (mode & 0o022, owner == 0 || owner == myself) {
        (0, true) => MayChange::OwnerAlone,
        (0, false) => MayChange::AnotherOwner,
        _ => MayChange::Others,
    }
}

/// Whether others than the owner may read or change an open file, whose path this is. `false` where the file system has no
/// rights.
pub fn open_to_others(file: &File, path: &Path) -> io::Result<bool> {
    let metadata = file.metadata()?;
    #[cfg(unix)]
    {
        let _ = path;
        Ok(std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0)
    }
    #[cfg(not(unix))]
    drop(metadata);
    #[cfg(windows)]
    return Ok(on_windows::lets_in(path, acl::WhoElse::MayRead));
    #[cfg(not(any(unix, windows)))]
    Ok(false)
}

/// A new folder (0700) in the system's place for temporary files; it is removed when the handle is dropped.
pub fn temporary_folder(prefix: &str) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.prefix(prefix).tempdir()
}

/// Opens a new file (0600) for writing. A file that exists is an error ([`io::ErrorKind::AlreadyExists`]).
pub fn create_new(path: &Path) -> io::Result<File> {
    let file = owner_only(OpenOptions::new().write(true).create_new(true)).open(path)?;
    #[cfg(windows)]
    on_windows::made(path);
    Ok(file)
}

/// Opens a file (0600 when it is made) for reading and writing, that keeps its name for as long as it is open.
///
/// Windows refuses to delete or rename it. On other systems that cannot be had, and the caller has to look.
pub fn open_kept(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    owner_only(options.read(true).write(true).create(true).truncate(false));
    // FILE_SHARE_READ and FILE_SHARE_WRITE, and not FILE_SHARE_DELETE, which Rust adds to every file.
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 0x1 | 0x2);
    options.open(path)
}

/// Opens a file (0600 when it is made) for reading and appending.
///
/// On Windows such a file cannot be cut ([`File::set_len`] is refused: rust-lang/rust#105437).
pub fn open_append(path: &Path) -> io::Result<File> {
    owner_only(OpenOptions::new().read(true).append(true).create(true)).open(path)
}

fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Writes a file (0600) beside its place, syncs it to disk and renames it: at every moment the name has the old content or the
/// new content, never a part. On an error, the old file is unchanged.
pub fn replace<T, E: From<io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut io::BufWriter<&File>) -> Result<T, E>,
) -> Result<T, E> {
    let beside = beside(path)?;
    let mut writer = io::BufWriter::with_capacity(256 * 1024, beside.as_file());
    let answer = write(&mut writer)?;
    writer.flush()?;
    drop(writer);
    publish(beside, path, NameTaken::Replace)?;
    Ok(answer)
}

/// Gives a file that is written to its end the name that it is for: both are on disk when this returns, the file first.
fn publish(file: NamedTempFile, path: &Path, taken: NameTaken) -> io::Result<()> {
    sync_file(file.as_file())?;
    give_name(file, path, taken)?;
    sync_folder(folder_of(path))
}

fn sync_file(file: &File) -> io::Result<()> {
    #[cfg(all(test, unix))]
    failing_disk::check()?;
    file.sync_all()
}

/// A new file (0600) that is written beside its place, and gets its name when it is complete. Dropped before that, it leaves
/// nothing behind.
#[derive(Debug)]
pub struct Pending {
    writer: io::BufWriter<NamedTempFile>,
    path: PathBuf,
    taken: NameTaken,
}

impl Pending {
    /// Begins a file that will be called `path`.
    pub fn new(path: &Path) -> io::Result<Self> {
        Self::named(path, NameTaken::Refuse)
    }

    /// The same, of a file that takes the place of one that may have that name.
    pub fn in_place_of(path: &Path) -> io::Result<Self> {
        Self::named(path, NameTaken::Replace)
    }

    fn named(path: &Path, taken: NameTaken) -> io::Result<Self> {
        let writer = io::BufWriter::with_capacity(256 * 1024, beside(path)?);
        Ok(Self { writer, path: path.to_owned(), taken })
    }

    /// What has been written so far, from its beginning.
    pub fn reopen(&mut self) -> io::Result<File> {
        self.writer.flush()?;
        self.writer.get_ref().reopen()
    }

    /// Syncs the file to disk and gives it its name. If a file of that name exists and is not to be replaced, it is left as it
    /// is, and this is an error ([`io::ErrorKind::AlreadyExists`]).
    pub fn commit(self) -> io::Result<()> {
        let file = self.writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        publish(file, &self.path, self.taken)
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Whether a file of this name was being written when the process was killed.
pub fn is_leftover(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with(PART_PREFIX) && name.ends_with(PART_SUFFIX))
}

const PART_PREFIX: &str = ".sealoff-";
const PART_SUFFIX: &str = ".part";

fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = folder_of(path);
    let file = tempfile::Builder::new().prefix(PART_PREFIX).suffix(PART_SUFFIX).tempfile_in(for_system(folder))?;
    #[cfg(windows)]
    on_windows::made(&folder.join(file.path().file_name().unwrap_or_default()));
    Ok(file)
}

/// Syncs the names in a folder to disk, so that a new or renamed file is found after a power cut.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// A disk that takes everything and brings nothing to rest.
#[cfg(all(test, unix))]
mod failing_disk {
    use std::cell::Cell;
    use std::io;

    thread_local! { static FAILS: Cell<bool> = const { Cell::new(false) } }

    pub(super) fn check() -> io::Result<()> {
        if FAILS.get() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    pub(super) fn during<T>(work: impl FnOnce() -> T) -> T {
        FAILS.set(true);
        let answer = work();
        FAILS.set(false);
        answer
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_no_other_user_may_change_belongs_to_oneself_or_to_root() {
        for (mode, owner, may) in [
            (0o100_644, 1000, MayChange::OwnerAlone),
            (0o100_600, 0, MayChange::OwnerAlone),
            (0o100_600, 1001, MayChange::AnotherOwner),
            (0o100_664, 1000, MayChange::Others),
            (0o100_646, 0, MayChange::Others),
        ] {
            assert_eq!(may_change(mode, owner, 1000), may, "{mode:o} of {owner}");
        }
    }

    #[test]
    fn what_is_made_belongs_to_the_owner_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("a/b");
        create_folder(&folder).unwrap();
        replace::<_, io::Error>(&folder.join("replaced"), |w| w.write_all(b"x")).unwrap();
        create_new(&folder.join("new")).unwrap();
        open_append(&folder.join("appended")).unwrap();
        assert_eq!(mode(&folder), 0o700);
        assert!(!writable_by_others(&folder).unwrap());
        fs::set_permissions(&folder, PermissionsExt::from_mode(0o720)).unwrap();
        assert!(writable_by_others(&folder).unwrap());
        assert_eq!(mode(temporary_folder("sealoff-test-").unwrap().path()), 0o700);
        for name in ["replaced", "new", "appended"] {
            assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
        }
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_beside_it() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("results.csv");
        fs::write(&path, "old").unwrap();
        let failed = replace::<(), _>(&path, |w| {
            w.write_all(b"half of the new")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_has_its_name_only_when_it_is_on_disk() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("results.csv");
        fs::write(&path, "old").unwrap();
        let replaced = failing_disk::during(|| replace::<_, io::Error>(&path, |w| w.write_all(b"new")));
        assert_eq!(replaced.unwrap_err().kind(), io::ErrorKind::StorageFull);
        let other = scratch.path().join("plan.csv");
        let pending = Pending::new(&other).unwrap();
        assert_eq!(failing_disk::during(|| pending.commit()).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), other.exists()), ("old", false));
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }

    /// A pipe cannot be brought to disk, nor can the names of processes: only who asks the system for it hears that.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_system_is_asked_for_files_and_for_names() {
        let (_reader, writer) = io::pipe().unwrap();
        assert!(sync_file(&File::from(std::os::fd::OwnedFd::from(writer))).is_err());
        assert!(sync_folder(Path::new("/proc")).is_err());
    }

    #[test]
    fn a_pending_file_takes_its_name_once_and_when_it_is_whole() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("plan.csv");
        let mut dropped = Pending::new(&path).unwrap();
        dropped.write_all(b"half").unwrap();
        let beside: Vec<_> = fs::read_dir(scratch.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert!(beside.iter().all(|name| is_leftover(name)), "{beside:?}");
        drop(dropped);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 0);

        let (mut first, mut second) = (Pending::new(&path).unwrap(), Pending::new(&path).unwrap());
        first.write_all(b"first").unwrap();
        second.write_all(b"second").unwrap();
        first.commit().unwrap();
        assert_eq!(second.commit().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), mode(&path)), ("first", 0o600));
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
    }
}
