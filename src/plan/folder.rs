//! A plan folder: made once, never overwritten, and opened only if nothing in it was changed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::consents_list::ConsentTargetLine;
use super::counts::Counts;
use super::device_list::DeviceLine;
use super::kept_elsewhere::is_handed_over;
use super::manifest::Manifest;
use super::plan_targets::PlanTargets;
use super::row::{ListPlace, PlanRow};
use super::sheet_rows::SheetRows;
use super::ways_in::MethodLine;
use crate::digest::{Digest, Hashing};
use crate::ids::RowNumber;
use crate::private_files;
use crate::step::Steps;

pub use super::folder_error::FolderError;
use super::listed_device::ListedDevice;
use super::listed_way_in::ListedWayIn;
pub use super::plan_files::{
    APP_ROLES, BY_HAND, CONSENTS, DEVICES, HANDOFF, JOURNAL, ONPREM_CSV, ONPREM_PS1, PLAN_CSV, PLAN_HTML, PLAN_JSON,
    REFUSED, RESULTS, SCRIPT_RESULTS, WAYS_IN, WAYS_IN_RESULTS,
};
pub use super::plan_rows::{RowAccess, Rows};

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

/// What was approved is what was listed, too: gives what the steps of the plan are about.
fn read_targets(folder: &Path, manifest: &Manifest) -> Result<PlanTargets, FolderError> {
    let mut targets = PlanTargets::default();
    if let Some(listed) = &manifest.methods {
        read_listed(folder, WAYS_IN, listed.sha256, |list| match listed.removal {
            Some(_) => targets.read::<MethodLine>(list),
            None => Ok(()),
        })?;
    }
    if let Some(listed) = &manifest.devices {
        read_listed(folder, DEVICES, listed.sha256, |list| targets.read::<DeviceLine>(list))?;
    }
    if let Some(listed) = &manifest.consents {
        read_listed(folder, CONSENTS, listed.sha256, |list| match listed.asked.deletes() {
            true => targets.read::<ConsentTargetLine>(list),
            false => Ok(()),
        })?;
    }
    if let Some(listed) = &manifest.app_roles {
        read_listed(folder, APP_ROLES, listed.sha256, |_| Ok(()))?;
    }
    Ok(targets)
}

/// Reads a list, and makes sure that it is the one of the plan.
fn read_listed<R>(
    folder: &Path,
    file: &'static str,
    sha256: Digest,
    read: impl FnOnce(&mut Hashing<File>) -> csv::Result<R>,
) -> Result<R, FolderError> {
    let path = folder.join(file);
    let changed = || FolderError::ListChanged { folder: folder.to_owned(), file };
    let file = match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(changed()),
        Err(source) => return Err(FolderError::Io { path, source }),
        Ok(file) => file,
    };
    let mut list = Hashing::new(file);
    let result = read(&mut list);
    // What is not a list of ours may have ended its reading early.
    io::copy(&mut list, &mut io::sink()).map_err(|source| FolderError::Io { path, source })?;
    let (_, digest) = list.finish();
    if digest == sha256 { result.map_err(|_| changed()) } else { Err(changed()) }
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
    targets: Arc<PlanTargets>,
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

    /// Is there a plan at this path, whole or not?
    pub fn is_one(path: &Path) -> bool {
        path.join(PLAN_JSON).is_file()
    }

    /// What the plan is for.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What is done for each row, in the roster's order, as it was when the plan was opened: nothing where a row is not
    /// acted on.
    pub fn steps(&self) -> &[Steps] {
        &self.steps
    }

    /// What its steps are about that have a target for each write.
    pub fn targets(&self) -> Arc<PlanTargets> {
        Arc::clone(&self.targets)
    }

    /// Gives each method that the plan lists, person by person.
    ///
    /// # Errors
    ///
    /// The list cannot be read, or is no longer the one that was checked when the plan was opened.
    pub fn each_way_in(&self, take: impl FnMut(ListedWayIn)) -> Result<(), FolderError> {
        let Some(listed) = &self.manifest.methods else { return Ok(()) };
        let read = |list: &mut Hashing<File>| ListedWayIn::each(list, take);
        read_listed(&self.folder, WAYS_IN, listed.sha256, read)
    }

    /// Gives each device that the plan lists, person by person.
    ///
    /// # Errors
    ///
    /// The list cannot be read, or is no longer the one that was checked when the plan was opened.
    pub fn each_device(&self, take: impl FnMut(ListedDevice)) -> Result<(), FolderError> {
        let Some(listed) = &self.manifest.devices else { return Ok(()) };
        let read = |list: &mut Hashing<File>| ListedDevice::each(list, take);
        read_listed(&self.folder, DEVICES, listed.sha256, read)
    }

    /// Where a row stands in the list, for people.
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
        RowAccess::open(&self.folder)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Is there a `by-hand.csv`, the list of what the script for Active Directory leaves to people?
    pub fn lists_by_hand(&self) -> bool {
        self.folder.join(BY_HAND).exists()
    }

    /// Where the rows are.
    pub fn plan_csv_path(&self) -> PathBuf {
        self.folder.join(PLAN_CSV)
    }

    /// Where the journal is, or will be.
    pub fn journal_path(&self) -> PathBuf {
        Self::journal_in(&self.folder)
    }

    /// The same for a folder that need not be opened for it.
    pub fn journal_in(folder: &Path) -> PathBuf {
        folder.join(JOURNAL)
    }

    /// Where the results are, or will be.
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
    /// Has each step targets that has to have some?
    are_targets_named: bool,
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
        let targets = read_targets(folder, &manifest)?;
        Ok(Self {
            rows: Rows::open(folder, &manifest)?,
            counts: Counts::default(),
            shared: vec![0; manifest.handoff.as_ref().map_or(0, |handoff| handoff.shares.len())],
            is_shared_out: true,
            are_targets_named: true,
            failure: None,
            plan: PlanFolder {
                folder: folder.to_owned(),
                manifest,
                steps: Vec::new(),
                targets: Arc::new(targets),
                sheet_rows: SheetRows::default(),
            },
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.plan.folder
    }

    /// What the plan is for, as far as its manifest says.
    pub const fn manifest(&self) -> &Manifest {
        &self.plan.manifest
    }

    fn check(&mut self, row: &PlanRow) {
        let targets = u32::try_from(self.plan.targets.of(row.row).len()).unwrap_or(u32::MAX);
        self.counts.add(row.decision, &row.reasons, row.steps, targets);
        self.are_targets_named &= self.plan.targets.fit(row.row, row.steps);
        self.plan.steps.push(row.steps);
        self.plan.sheet_rows.add(row);
        let Manifest { handoff, options, playbook, .. } = &self.plan.manifest;
        let gets_credential = is_handed_over(options, *playbook, row) || row.sealed.is_some();
        if let (Some(handoff), true) = (handoff, gets_credential) {
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
        if !is_shared_out
            || !self.are_targets_named
            || self.counts != manifest.counts
            || self.counts.rows() != manifest.roster.rows
        {
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
