//! A plan folder: made once, never overwritten, and opened only if nothing in it was changed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::counts::Counts;
use super::manifest::{Manifest, ManifestError};
use super::row::{Decision, EARLIER_HEADERS, HEADER, ListPlace, PlanRow, RowError};
use super::sheet_rows::SheetRows;
use crate::digest::{Digest, Hashing};
use crate::ids::RowNumber;
use crate::private_files;
use crate::step::{Step, Steps};

/// The file that binds a plan. A folder holds a plan from the moment at which this file is there.
pub const PLAN_JSON: &str = "plan.json";
/// The file with one line for each row of the roster.
pub const PLAN_CSV: &str = "plan.csv";
/// What is left to do on-premises; there only where anything is.
pub const ONPREM_CSV: &str = "onprem.csv";
/// The script that does it.
pub const ONPREM_PS1: &str = "onprem.ps1";
/// What the script did, as it writes it beside itself.
pub const SCRIPT_RESULTS: &str = "onprem-results.csv";
/// The plan as a page for those who approve it. Nothing reads it back.
pub const PLAN_HTML: &str = "plan.html";
/// The methods that the plan's people sign in with beside their password; there only where they were asked for.
pub const WAYS_IN: &str = "ways-in.csv";
/// The record of the run.
pub const JOURNAL: &str = "journal.jsonl";
/// The folder with one packet for each person who hands credentials over.
pub const HANDOFF: &str = "handoff";
/// The rows of the list that a person has to check, as a roster; there only where there is one.
pub const REFUSED: &str = "refused.csv";
/// What became of each row.
pub const RESULTS: &str = "results.csv";

/// Why a folder cannot take a new plan, or holds none that can be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// There is a plan already.
    #[error("{} already holds a plan; choose another folder for a new one", folder.display())]
    HoldsAPlan {
        /// The folder.
        folder: PathBuf,
    },
    /// There is something else.
    #[error("{} is not empty: it holds {found:?}; choose a new or an empty folder", folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
        /// One of the files in it.
        found: String,
    },
    /// Others could change the plan between preview and run.
    #[error(
        "{} can be written to by others; take that right away ({}), or choose another folder", folder.display(),
        private_files::how_to_keep_others_out(folder, "go-w")
    )]
    WritableByOthers {
        /// The folder.
        folder: PathBuf,
    },
    /// Not a folder.
    #[error("{} is a file, not a folder; choose another name", folder.display())]
    NotAFolder {
        /// What should be a folder.
        folder: PathBuf,
    },
    /// There is no folder.
    #[error("{} does not exist", folder.display())]
    NotThere {
        /// The folder.
        folder: PathBuf,
    },
    /// There is no plan.
    #[error("{} holds no plan", folder.display())]
    NoPlan {
        /// The folder.
        folder: PathBuf,
    },
    /// `plan.json` is not as it was made.
    #[error("{}: {source}", folder.display())]
    Manifest {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with it.
        source: ManifestError,
    },
    /// `plan.csv` is not as it was made.
    #[error("{}: plan.csv was changed after the plan was made; make a new plan", folder.display())]
    Changed {
        /// The folder.
        folder: PathBuf,
    },
    /// The list of methods is not as it was made.
    #[error("{}: {WAYS_IN} was changed after the plan was made; make a new plan", folder.display())]
    WaysInChanged {
        /// The folder.
        folder: PathBuf,
    },
    /// `plan.csv` is as it was made, and still not what sealoff writes.
    #[error("{}: row {row} of plan.csv cannot be understood: {reason}; make a new plan", folder.display())]
    Row {
        /// The folder.
        folder: PathBuf,
        /// The row, counted from 1.
        row: u32,
        /// What is wrong with it.
        reason: String,
    },
    /// The files contradict each other.
    #[error("{}: plan.csv does not add up to the numbers in plan.json; make a new plan", folder.display())]
    DoesNotAddUp {
        /// The folder.
        folder: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("{} cannot be used: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Makes sure that a new plan can be made in this folder, and makes the folder (0700) where it is missing.
///
/// # Errors
///
/// The folder holds a plan, or anything else but what a planning that was killed left behind; or it cannot be made.
pub fn prepare(folder: &Path) -> Result<(), FolderError> {
    is_free(folder)?;
    private_files::create_folder(folder).map_err(|source| FolderError::Io { path: folder.to_owned(), source })
}

/// Says whether a new plan could be made in this folder, and changes nothing.
///
/// # Errors
///
/// The folder holds a plan, or anything else but what a planning that was killed left behind; or it cannot be read.
pub fn is_free(folder: &Path) -> Result<(), FolderError> {
    let io = |source| FolderError::Io { path: folder.to_owned(), source };
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        // Systems give this different names.
        Err(_) if folder.exists() && !folder.is_dir() => {
            return Err(FolderError::NotAFolder { folder: folder.to_owned() });
        }
        Err(error) => return Err(io(error)),
        Ok(files) => {
            guard(folder)?;
            let mut found = Vec::new();
            for file in files {
                let name = file.map_err(io)?.file_name();
                if name == PLAN_JSON {
                    return Err(FolderError::HoldsAPlan { folder: folder.to_owned() });
                }
                if !private_files::is_leftover(&name) {
                    found.push(name.to_string_lossy().into_owned());
                }
            }
            if let Some(found) = found.into_iter().min() {
                return Err(FolderError::NotEmpty { folder: folder.to_owned(), found });
            }
        }
    }
    Ok(())
}

/// What was approved is what was listed, too.
fn check_ways_in(folder: &Path, expected: Digest) -> Result<(), FolderError> {
    let path = folder.join(WAYS_IN);
    let digest = match File::open(&path).and_then(Digest::of_reader) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(FolderError::Io { path, source }),
        Ok(digest) => Some(digest),
    };
    if digest == Some(expected) { Ok(()) } else { Err(FolderError::WaysInChanged { folder: folder.to_owned() }) }
}

fn guard(folder: &Path) -> Result<(), FolderError> {
    match private_files::writable_by_others(folder) {
        Ok(false) => Ok(()),
        Ok(true) => Err(FolderError::WritableByOthers { folder: folder.to_owned() }),
        Err(source) => Err(FolderError::Io { path: folder.to_owned(), source }),
    }
}

/// A plan that is exactly as it was made.
#[derive(Debug, Clone)]
pub struct PlanFolder {
    folder: PathBuf,
    manifest: Manifest,
    steps: Vec<Steps>,
    sheet_rows: SheetRows,
}

impl PlanFolder {
    /// Opens a plan: both files are read to their ends and checked against each other.
    ///
    /// # Errors
    ///
    /// There is no plan, it was changed after it was made, or it is of another format.
    pub fn open(folder: &Path) -> Result<Self, FolderError> {
        OpeningPlan::begin(folder)?.finish()
    }

    /// What the plan is for.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What is done for each row, in the roster's order, as it was when the plan was opened: nothing where a row is not
    /// acted on.
    #[must_use]
    pub fn steps(&self) -> &[Steps] {
        &self.steps
    }

    /// Where a row stands in the list, for people.
    #[must_use]
    pub fn place(&self, row: RowNumber) -> ListPlace {
        self.sheet_rows.place(row)
    }

    /// The rows, one after the other, in the roster's order. The file is checked once more while it is read: the last
    /// item is an error if it was changed since the plan was opened.
    ///
    /// # Errors
    ///
    /// `plan.csv` cannot be opened.
    pub fn rows(&self) -> Result<Rows, FolderError> {
        Rows::open(&self.folder, &self.manifest)
    }

    /// The rows by their places in the file, for work in another order than the roster's.
    ///
    /// # Errors
    ///
    /// `plan.csv` cannot be opened.
    pub fn row_access(&self) -> Result<RowAccess, FolderError> {
        let path = self.folder.join(PLAN_CSV);
        let file = File::open(&path).map_err(|source| FolderError::Io { path, source })?;
        // Small: what was read ahead is thrown away at each leap.
        let csv = csv::ReaderBuilder::new().has_headers(false).buffer_capacity(4 * 1024).from_reader(file);
        Ok(RowAccess { folder: self.folder.clone(), csv, record: csv::StringRecord::new() })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Where the rows are.
    #[must_use]
    pub fn plan_csv_path(&self) -> PathBuf {
        self.folder.join(PLAN_CSV)
    }

    /// Where the journal is, or will be.
    #[must_use]
    pub fn journal_path(&self) -> PathBuf {
        self.folder.join(JOURNAL)
    }

    /// Where the results are, or will be.
    #[must_use]
    pub fn results_path(&self) -> PathBuf {
        self.folder.join(RESULTS)
    }
}

/// A plan that is being opened: an iterator of its rows, which are checked in passing, so that other work on the rows
/// needs no pass of its own.
pub struct OpeningPlan {
    plan: PlanFolder,
    rows: Rows,
    counts: Counts,
    /// How many new passwords each share has.
    shared: Vec<u32>,
    is_shared_out: bool,
    failure: Option<FolderError>,
}

impl OpeningPlan {
    /// Reads `plan.json` and begins with `plan.csv`.
    ///
    /// # Errors
    ///
    /// There is no plan, its manifest was changed after it was made, or it is of another format.
    pub fn begin(folder: &Path) -> Result<Self, FolderError> {
        let path = folder.join(PLAN_JSON);
        let json = match fs::read(&path) {
            Ok(json) => json,
            Err(error)
                if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
                    || folder.is_file() =>
            {
                let folder = folder.to_owned();
                return Err(match folder.exists() {
                    true => FolderError::NoPlan { folder },
                    false => FolderError::NotThere { folder },
                });
            }
            Err(source) => return Err(FolderError::Io { path, source }),
        };
        guard(folder)?;
        let manifest =
            Manifest::read(&json).map_err(|source| FolderError::Manifest { folder: folder.to_owned(), source })?;
        if let Some(methods) = &manifest.methods {
            check_ways_in(folder, methods.sha256)?;
        }
        Ok(Self {
            rows: Rows::open(folder, &manifest)?,
            counts: Counts::default(),
            shared: vec![0; manifest.handoff.as_ref().map_or(0, |handoff| handoff.shares.len())],
            is_shared_out: true,
            failure: None,
            plan: PlanFolder {
                folder: folder.to_owned(),
                manifest,
                steps: Vec::new(),
                sheet_rows: SheetRows::default(),
            },
        })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.plan.folder
    }

    /// What the plan is for, as far as its manifest says.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.plan.manifest
    }

    fn check(&mut self, row: &PlanRow) {
        self.counts.add(row.decision, &row.reasons, row.steps);
        self.plan.steps.push(row.steps);
        self.plan.sheet_rows.add(row);
        if let (Some(handoff), true) =
            (&self.plan.manifest.handoff, row.steps.contains(Step::Reset) || row.sealed.is_some())
        {
            match handoff.share_of(&row.handoff).and_then(|share| self.shared.get_mut(share)) {
                Some(accounts) => *accounts += 1,
                None => self.is_shared_out = false,
            }
        }
    }

    /// Reads what is left of the rows, and gives the plan if rows and manifest agree.
    ///
    /// # Errors
    ///
    /// The plan was changed after it was made, or contradicts itself.
    pub fn finish(mut self) -> Result<PlanFolder, FolderError> {
        while self.next().is_some() {}
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let manifest = &self.plan.manifest;
        let shares = manifest.handoff.iter().flat_map(|handoff| &handoff.shares);
        let is_shared_out = self.is_shared_out && shares.map(|share| share.accounts).eq(self.shared);
        if !is_shared_out || self.counts != manifest.counts || self.counts.rows() != manifest.roster.rows {
            return Err(FolderError::DoesNotAddUp { folder: self.plan.folder });
        }
        Ok(self.plan)
    }
}

/// The rows as far as they can be read; what ended them is said by [`OpeningPlan::finish`].
impl Iterator for OpeningPlan {
    type Item = PlanRow;

    fn next(&mut self) -> Option<PlanRow> {
        match self.rows.next()? {
            Ok(row) => {
                self.check(&row);
                Some(row)
            }
            Err(error) => {
                self.failure = Some(error);
                None
            }
        }
    }
}

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
    fn open(folder: &Path, manifest: &Manifest) -> Result<Self, FolderError> {
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

impl Rows {
    /// Where the row that was given last begins in the file, in bytes: [`RowAccess::at`] finds it there.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::byte)
    }
}

/// The rows of `plan.csv` in any order.
pub struct RowAccess {
    folder: PathBuf,
    csv: csv::Reader<File>,
    record: csv::StringRecord,
}

impl RowAccess {
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
