//! `--replace` of a file: a new one in place of one that the same command made.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

use clap::Args;

use super::exit::Failure;
use super::words::quoted;
use crate::private_files::Pending;
use crate::spreadsheet::BYTE_ORDER_MARK;

/// Whether a file may take the place of an earlier one.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct ReplaceFileArgs {
    /// Put the new file in place of the one that is there, where this command made that one, too; the old one stays until
    /// the new one is whole
    #[arg(long, requires = "output")]
    pub(super) replace: bool,
}

/// A name for a file that will be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FilePlace {
    /// No file has it.
    Free,
    /// A file of the same kind has it, and may go.
    Taken,
}

impl FilePlace {
    /// Begins the file.
    pub(super) fn begin(self, path: &Path) -> io::Result<Pending> {
        match self {
            Self::Free => Pending::new(path),
            Self::Taken => Pending::in_place_of(path),
        }
    }

    /// What is said behind its name.
    pub(super) const fn remark(self) -> &'static str {
        match self {
            Self::Free => "",
            Self::Taken => ", in place of the one that was there",
        }
    }
}

impl ReplaceFileArgs {
    /// Whether the name may be taken. `kind` is what the command makes, such as *a list of export*, and each of `beginnings` is
    /// one with which the first line of such a file begins: nothing else is replaced.
    pub(super) fn place(self, path: &Path, kind: &str, beginnings: &[String]) -> Result<FilePlace, Failure> {
        let Ok(there) = path.symlink_metadata() else { return Ok(FilePlace::Free) };
        if !self.replace {
            return Err(taken(path, kind));
        }
        let is_ours = there.is_file() && first_line(path).is_ok_and(|line| is_one_of(&line, beginnings));
        if is_ours { Ok(FilePlace::Taken) } else { Err(of_another_kind(path, kind)) }
    }
}

/// The name belongs to a file, and nothing was said of that.
pub(super) fn taken(path: &Path, kind: &str) -> Failure {
    Failure::usage(format_args!("{} is there already", quoted(path)))
        .with_next(format_args!("Nothing was written. Name another file, or put it in place of {kind} with --replace."))
}

fn of_another_kind(path: &Path, kind: &str) -> Failure {
    Failure::refused(format_args!("{} is not {kind}, and --replace replaces nothing else", quoted(path)))
        .with_next("Nothing was written. Name another file, or move that one away.")
}

/// No first line of a file of ours is longer, in bytes.
const MAX_LINE: u64 = 4096;

fn first_line(path: &Path) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    BufReader::new(File::open(path)?.take(MAX_LINE)).read_until(b'\n', &mut line)?;
    Ok(line)
}

fn is_one_of(line: &[u8], beginnings: &[String]) -> bool {
    let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
    beginnings.iter().any(|beginning| line.starts_with(beginning.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_same_kind_alone_is_replaced() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("x.csv");
        let place = |replace| ReplaceFileArgs { replace }.place(&path, "a list", &["user,name".to_owned()]);
        assert_eq!(place(false).unwrap(), FilePlace::Free);
        assert_eq!(place(true).unwrap(), FilePlace::Free);
        for (content, is_ours) in
            [("user,name\n", true), ("\u{feff}user,name,more\r\nx", true), ("", false), ("name,user\n", false)]
        {
            std::fs::write(&path, content).unwrap();
            assert_eq!(place(true).is_ok(), is_ours, "{content:?}");
            assert!(place(false).unwrap_err().what.ends_with("is there already"));
        }
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert!(place(true).unwrap_err().what.contains("is not a list"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_never_replaced() {
        let scratch = tempfile::tempdir().unwrap();
        let (file, link) = (scratch.path().join("file"), scratch.path().join("link"));
        std::fs::write(&file, "user,name\n").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let place = ReplaceFileArgs { replace: true }.place(&link, "a list", &["user".to_owned()]);
        assert!(place.is_err());
    }
}
