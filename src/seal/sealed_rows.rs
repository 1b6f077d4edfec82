//! Reads the sealed credentials of a results file, one row at a time.
//!
//! A spreadsheet program may have changed the file: rows sorted, columns added, semicolons as delimiters. If a credential was
//! moved to another row, [`super::unseal()`] notices.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use csv::{ByteRecord, ReaderBuilder};
use zeroize::Zeroizing;

use crate::ids::ObjectId;
use crate::spreadsheet::unguard;

use super::credential::{NotSealed, SealedCredential};

const COLUMNS: [&str; 5] = ["row", "user", "object_id", "user_principal_name", "sealed_credential"];

/// A row of a results file that may hold a sealed credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRow {
    /// The number of the row in the roster, as the file says.
    pub row: String,
    /// The row as a spreadsheet counts; empty where the file has no such column.
    pub sheet_row: String,
    /// The person as the roster named them.
    pub user: String,
    /// The account, or the text that should name it.
    pub object_id: Result<ObjectId, String>,
    /// Its user principal name.
    pub user_principal_name: String,
    /// Its name for people; empty where the file has no such column.
    pub display_name: String,
    /// Does the file say that sign-in is blocked?
    pub is_blocked: bool,
    /// The organization's name; empty where the file has no such column.
    pub organization: String,
    /// The sealed credentials, the latest last: none where no password was set, several where it is uncertain which of them took
    /// effect.
    pub candidates: Vec<Result<SealedCredential, NotSealed>>,
    /// The sealed temporary access pass, where one was made.
    pub pass: Option<Result<SealedCredential, NotSealed>>,
}

impl SealedRow {
    /// Whether this row is about the person: by the name in the roster, the object id, the user principal name, or the name for
    /// people, without regard to case.
    pub fn is_about(&self, person: &str) -> bool {
        let person = person.trim().to_lowercase();
        let id = match &self.object_id {
            Ok(id) => id.to_string(),
            Err(text) => text.to_lowercase(),
        };
        let names = [&self.user, &self.user_principal_name, &self.display_name];
        id == person || names.into_iter().any(|name| !name.is_empty() && name.to_lowercase() == person)
    }
}

/// Why a results file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum SealedRowsError {
    #[error("{} cannot be read: {error}", .path.display())]
    File { path: PathBuf, error: io::Error },
    #[error("{} is no results file: it lacks the {missing}; its first line has {found}", .path.display())]
    NotResults { path: PathBuf, missing: String, found: String },
    #[error("{} is a plan, and no results file: what it says was to be done, and not which password was set", .path.display())]
    Plan { path: PathBuf },
    #[error("record {record} of {} cannot be read: {what}", .path.display())]
    Record {
        path: PathBuf,
        /// The record, counted from 1 below the header.
        record: u64,
        what: String,
    },
}

/// The rows of a results file, as a stream.
pub struct SealedRows {
    path: PathBuf,
    reader: csv::Reader<Box<dyn Read>>,
    places: [usize; COLUMNS.len()],
    display_name: Option<usize>,
    sign_in_blocked: Option<usize>,
    organization: Option<usize>,
    sheet_row: Option<usize>,
    sealed_pass: Option<usize>,
    record: ByteRecord,
    count: u64,
    broken: bool,
}

impl SealedRows {
    /// Opens a results file and finds its columns, in any order.
    pub fn open(path: &Path) -> Result<Self, SealedRowsError> {
        let failed = |error| SealedRowsError::File { path: path.to_owned(), error };
        // First, for Windows opens no folders, and says "Access denied" of them.
        if path.is_dir() {
            return Err(failed(io::Error::other("it is a folder; name the results.csv in it")));
        }
        let file = File::open(path).map_err(failed)?;
        let mut reader = BufReader::new(file);
        let delimiter = delimiter(reader.fill_buf().map_err(failed)?);
        Self::of_reader(Box::new(reader), delimiter, path)
    }

    /// Reads the sheet of a packet that was opened. `path` is the path of the packet.
    pub fn of_sheet(sheet: Zeroizing<Vec<u8>>, path: &Path) -> Result<Self, SealedRowsError> {
        Self::of_reader(Box::new(io::Cursor::new(sheet)), b',', path)
    }

    fn of_reader(reader: Box<dyn Read>, delimiter: u8, path: &Path) -> Result<Self, SealedRowsError> {
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(reader);
        let mut record = ByteRecord::new();
        reader
            .read_byte_record(&mut record)
            .map_err(|error| SealedRowsError::File { path: path.to_owned(), error: error.into() })?;
        let place =
            |name: &&str| record.iter().position(|cell| cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes()));
        let places = COLUMNS.each_ref().map(place);
        let display_name = place(&"display_name");
        let (sign_in_blocked, organization) = (place(&"sign_in_blocked"), place(&"organization"));
        let (sheet_row, sealed_pass) = (place(&"sheet_row"), place(&"sealed_pass"));
        let missing: Vec<String> = COLUMNS
            .iter()
            .zip(&places)
            .filter(|(_, place)| place.is_none())
            .map(|(name, _)| format!("column {name}"))
            .collect();
        if !missing.is_empty() {
            let (path, missing) = (path.to_owned(), missing.join(", "));
            return Err(SealedRowsError::NotResults { path, missing, found: first_line(&record) });
        }
        // A plan has these columns, too. Which passwords took effect stands in the results alone.
        if place(&"decision").is_some() && place(&"outcome").is_none() {
            return Err(SealedRowsError::Plan { path: path.to_owned() });
        }
        let places = places.map(Option::unwrap_or_default);
        Ok(Self {
            path: path.to_owned(),
            reader,
            places,
            display_name,
            sign_in_blocked,
            organization,
            sheet_row,
            sealed_pass,
            record,
            count: 0,
            broken: false,
        })
    }

    /// Has the file a column for temporary access passes?
    pub const fn have_passes(&self) -> bool {
        self.sealed_pass.is_some()
    }

    fn row(&self) -> Result<SealedRow, SealedRowsError> {
        let cell = |index: usize| -> Result<&str, SealedRowsError> {
            let bytes = self.record.get(self.places[index]).ok_or_else(|| self.unreadable("it has too few cells"))?;
            std::str::from_utf8(bytes).map(unguard).map_err(|_| self.unreadable("it is not UTF-8"))
        };
        let object_id = cell(2)?;
        Ok(SealedRow {
            row: cell(0)?.to_owned(),
            sheet_row: self.said_in(self.sheet_row),
            user: cell(1)?.to_owned(),
            object_id: object_id.trim().parse().map_err(|_| object_id.to_owned()),
            user_principal_name: cell(3)?.to_owned(),
            display_name: self.said_in(self.display_name),
            is_blocked: self.said_in(self.sign_in_blocked) == "done",
            organization: self.said_in(self.organization),
            candidates: cell(4)?.split_ascii_whitespace().map(str::parse).collect(),
            pass: Some(self.said_in(self.sealed_pass))
                .filter(|text| !text.trim().is_empty())
                .map(|text| text.trim().parse()),
        })
    }

    /// It decides nothing, so what is not UTF-8 is left out.
    fn said_in(&self, place: Option<usize>) -> String {
        let cell = place.and_then(|place| self.record.get(place)).unwrap_or_default();
        std::str::from_utf8(cell).map(|name| unguard(name).to_owned()).unwrap_or_default()
    }

    fn unreadable(&self, what: &str) -> SealedRowsError {
        SealedRowsError::Record { path: self.path.clone(), record: self.count, what: what.to_owned() }
    }
}

impl Iterator for SealedRows {
    type Item = Result<SealedRow, SealedRowsError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        match self.reader.read_byte_record(&mut self.record) {
            Ok(false) => None,
            Ok(true) => {
                self.count += 1;
                Some(self.row())
            }
            Err(error) => {
                self.broken = true;
                Some(Err(SealedRowsError::File { path: self.path.clone(), error: error.into() }))
            }
        }
    }
}

/// sealoff writes commas; a spreadsheet program may have saved the file with semicolons or tabs.
fn delimiter(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    // `max_by_key` takes the last of equals.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

fn first_line(record: &ByteRecord) -> String {
    const MAX_CHARACTERS: usize = 200;
    let names: Vec<_> = record.iter().take(20).map(String::from_utf8_lossy).collect();
    let text: String = names.join(", ").chars().filter(|c| !crate::unseen::deceives(*c)).take(MAX_CHARACTERS).collect();
    // It is easy to swap the two files of the command.
    if text.to_ascii_uppercase().contains("AGE-SECRET-KEY") {
        "an age identity".to_owned()
    } else if text.is_empty() {
        "nothing".to_owned()
    } else {
        format!("{text:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11";

    fn open(text: &str) -> Result<SealedRows, SealedRowsError> {
        let bytes = text.as_bytes().to_vec();
        let delimiter = delimiter(&bytes);
        SealedRows::of_reader(Box::new(io::Cursor::new(bytes)), delimiter, Path::new("results.csv"))
    }

    #[test]
    fn the_columns_are_found_wherever_they_stand_and_the_guard_comes_off() {
        for delimiter in [",", ";", "\t"] {
            let text = format!(
                "\u{feff}sealed_credential,user,extra,object_id,user_principal_name,row\r\n,'=ada,x,{ID},ada@contoso.com,7\r\n"
            );
            let rows: Vec<_> = open(&text.replace(',', delimiter)).unwrap().map(Result::unwrap).collect();
            assert_eq!(rows.len(), 1);
            assert_eq!((rows[0].row.as_str(), rows[0].user.as_str()), ("7", "=ada"));
            assert!(rows[0].candidates.is_empty());
            for person in ["=ADA", "Ada@Contoso.com", &ID.to_uppercase()] {
                assert!(rows[0].is_about(person), "{person}");
            }
            assert!(!rows[0].is_about("bob"));
        }
    }

    #[test]
    fn a_broken_row_is_not_the_end() {
        let text = "row,user,object_id,user_principal_name,sealed_credential\n1,x\n2,u,nonsense,n,age:x cms:y\n";
        let rows: Vec<_> = open(text).unwrap().collect();
        assert!(rows[0].as_ref().unwrap_err().to_string().contains("record 1 of results.csv"));
        let second = rows[1].as_ref().unwrap();
        assert_eq!(second.object_id, Err("nonsense".to_owned()));
        assert_eq!(second.candidates, [Err(NotSealed::Content), Err(NotSealed::CmsContent)]);
    }

    #[test]
    fn a_plan_is_no_results_file_whatever_a_spreadsheet_made_of_it() {
        let columns = "row,user,object_id,user_principal_name,sealed_credential";
        for (header, is_plan) in [(format!("{columns},Decision"), true), (format!("decision,{columns},outcome"), false)]
        {
            for delimiter in [",", ";"] {
                let opened = open(&format!("{header}\n").replace(',', delimiter));
                assert_eq!(matches!(opened, Err(SealedRowsError::Plan { .. })), is_plan, "{header}");
            }
        }
    }

    #[test]
    fn a_file_of_another_kind_is_named() {
        for (text, found) in [
            ("", "nothing"),
            ("user,note\nx,y\n", "user, note"),
            ("\u{1}\u{2}", "nothing"),
            ("AGE-SECRET-KEY-1X", "an age identity"),
        ] {
            let error = open(text).err().unwrap().to_string();
            assert!(error.contains("no results file") && error.contains(found), "{error}");
            assert!(!error.contains("AGE-SECRET-KEY"), "{error}");
        }
    }
}
