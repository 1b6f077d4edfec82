//! A list beside a plan while it is written: CSV of which each line is about the person of a row.

use std::path::Path;

use serde::Serialize;

use super::error::PlanError;
use super::plan_lists::PlanLists;
use super::row::PlanRow;
use crate::digest::{Digest, Hashing};
use crate::ids::{ObjectId, RowNumber};
use crate::private_files::Pending;
use crate::spreadsheet::Guarded;

/// The columns that every list begins with.
const PERSON: [&str; 3] = ["row", "user_principal_name", "object_id"];

/// The file, which has no name before it is whole.
pub(super) struct ListFile(csv::Writer<Hashing<Pending>>);

/// Whom a line is about: cells in the order of [`PERSON`].
#[derive(Serialize)]
struct PersonCells<'a> {
    row: RowNumber,
    user_principal_name: Guarded<'a>,
    object_id: Option<ObjectId>,
}

impl ListFile {
    /// Begins the file that is called so when it is whole. `columns` come behind those about the person.
    pub(super) fn begin(folder: &Path, name: &str, columns: &[&str]) -> Result<Self, PlanError> {
        let file = Hashing::new(Pending::new(&folder.join(name))?);
        let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(file);
        csv.write_record(PERSON.iter().chain(columns))?;
        Ok(Self(csv))
    }

    /// Writes a line about the person of a row.
    pub(super) fn add(&mut self, row: &PlanRow, cells: impl Serialize) -> Result<(), PlanError> {
        let person = PersonCells {
            row: row.row,
            user_principal_name: row.user_principal_name.as_str().into(),
            object_id: row.object_id,
        };
        Ok(self.0.serialize((person, cells))?)
    }

    /// Puts the whole file with the others, and gives its digest.
    pub(super) fn put_with(self, lists: &mut PlanLists) -> Result<Digest, PlanError> {
        let (file, sha256) = self.0.into_inner().map_err(csv::IntoInnerError::into_error)?.finish();
        lists.files.push(file);
        Ok(sha256)
    }
}
