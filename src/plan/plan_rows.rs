//! The rows of `plan.csv`: one after the other, checked as they pass, or by their places in the file.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::folder_error::FolderError;
use super::manifest::Manifest;
use super::plan_files::PLAN_CSV;
use super::row::{Decision, EARLIER_HEADERS, HEADER, PlanRow, RowError};
use crate::digest::{Digest, Hashing};
use crate::ids::RowNumber;

/// The rows of `plan.csv`. An `Err` is the last item.
pub struct Rows {
    folder: PathBuf,
    expected: Digest,
    csv: Option<csv::Reader<Hashing<File>>>,
    record: csv::StringRecord,
    header_read: bool,
    next: RowNumber,
}

impl Rows {
    pub(super) fn open(folder: &Path, manifest: &Manifest) -> Result<Self, FolderError> {
        let path = folder.join(PLAN_CSV);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(FolderError::Changed { folder: folder.to_owned() });
            }
            Err(source) => return Err(FolderError::Io { path, source }),
        };
        let csv =
            csv::ReaderBuilder::new().has_headers(false).buffer_capacity(64 * 1024).from_reader(Hashing::new(file));
        Ok(Self {
            folder: folder.to_owned(),
            expected: manifest.plan_csv_sha256,
            csv: Some(csv),
            record: csv::StringRecord::new(),
            header_read: false,
            next: RowNumber::FIRST,
        })
    }

    /// Where the row that was given last begins in the file, in bytes: [`RowAccess::at`] finds it there.
    pub fn offset(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::byte)
    }

    fn read(&mut self) -> Result<Option<PlanRow>, Unusable> {
        let Some(csv) = &mut self.csv else { return Ok(None) };
        if !self.header_read {
            self.header_read = true;
            if !csv.read_record(&mut self.record)?
                || (self.record != HEADER[..] && EARLIER_HEADERS.iter().all(|earlier| self.record != **earlier))
            {
                return Err(Unusable::Content("the header is another one".to_owned()));
            }
        }
        if !csv.read_record(&mut self.record)? {
            return Ok(None);
        }
        let row = PlanRow::read(&self.record)?;
        let consistent = row.row == self.next
            && (row.decision == Decision::Act) != row.steps.is_empty()
            && (row.object_id.is_some() || row.steps.is_empty());
        if !consistent {
            return Err(Unusable::Content("it contradicts itself, or is out of order".to_owned()));
        }
        self.next = self.next.next();
        Ok(Some(row))
    }

    /// Reads the rest, so that the digest is that of the whole file: that a file was changed is what must be reported,
    /// and not the first cell that is wrong because of it.
    fn end(&mut self, unusable: Option<Unusable>) -> Result<(), FolderError> {
        let Some(csv) = self.csv.take() else { return Ok(()) };
        let io = |source| FolderError::Io { path: self.folder.join(PLAN_CSV), source };
        let mut rest = csv.into_inner();
        io::copy(&mut rest, &mut io::sink()).map_err(io)?;
        if rest.finish().1 != self.expected {
            return Err(FolderError::Changed { folder: self.folder.clone() });
        }
        match unusable {
            None => Ok(()),
            Some(Unusable::Io(error)) => Err(io(error)),
            Some(Unusable::Content(reason)) => {
                Err(FolderError::Row { folder: self.folder.clone(), row: self.next.get(), reason })
            }
        }
    }
}

impl Iterator for Rows {
    type Item = Result<PlanRow, FolderError>;

    fn next(&mut self) -> Option<Self::Item> {
        let ended = match self.read() {
            Ok(Some(row)) => return Some(Ok(row)),
            Ok(None) => self.end(None),
            Err(unusable) => self.end(Some(unusable)),
        };
        ended.err().map(Err)
    }
}

/// The rows of `plan.csv` in any order.
pub struct RowAccess {
    folder: PathBuf,
    csv: csv::Reader<File>,
    record: csv::StringRecord,
}

impl RowAccess {
    pub(super) fn open(folder: &Path) -> Result<Self, FolderError> {
        let path = folder.join(PLAN_CSV);
        let file = File::open(&path).map_err(|source| FolderError::Io { path, source })?;
        // Small: what was read ahead is thrown away at each leap.
        let csv = csv::ReaderBuilder::new().has_headers(false).buffer_capacity(4 * 1024).from_reader(file);
        Ok(Self { folder: folder.to_owned(), csv, record: csv::StringRecord::new() })
    }

    /// The row that begins at this byte.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or changed since it was read to its end: another row stands there.
    pub fn at(&mut self, offset: u64, row: RowNumber) -> Result<PlanRow, FolderError> {
        let changed = || FolderError::Changed { folder: self.folder.clone() };
        let mut place = csv::Position::new();
        place.set_byte(offset);
        let read = self.csv.seek(place).and_then(|()| self.csv.read_record(&mut self.record));
        let read = read.map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(source) => FolderError::Io { path: self.folder.join(PLAN_CSV), source },
            _ => changed(),
        })?;
        PlanRow::read(&self.record).ok().filter(|found| read && found.row == row).ok_or_else(changed)
    }
}

/// Why reading stopped short.
enum Unusable {
    Io(io::Error),
    Content(String),
}

impl From<csv::Error> for Unusable {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => Self::Io(error),
            csv::ErrorKind::Deserialize { err, .. } => Self::Content(cell_error(&err)),
            kind => Self::Content(format!("{kind:?}")),
        }
    }
}

impl From<RowError> for Unusable {
    fn from(error: RowError) -> Self {
        match error {
            RowError::Cell(error) => error.into(),
            RowError::Reason(error) => Self::Content(error.to_string()),
            RowError::Place(error) => Self::Content(error.to_string()),
        }
    }
}

fn cell_error(error: &csv::DeserializeError) -> String {
    let column = error.field().and_then(|field| HEADER.get(usize::try_from(field).ok()?));
    column.map_or_else(|| error.to_string(), |column| format!("column {column}: {}", error.kind()))
}
