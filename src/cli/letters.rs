//! `unseal --letters`: a folder with a page for each person.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use maud::html;

use super::exit::Failure;
use super::lines;
use super::opened_secret::OpenedPass;
use super::words::counted;
use crate::ids::{ObjectId, RowNumber};
use crate::plan::row::ListPlace;
use crate::private_files;
use crate::report::letter::{Addressee, END, PassOnLetter, index, index_line, opening, page, sheets};
use crate::seal::{Password, SealedRow};

/// All letters in one file, to be printed at once, with a list of them at its end.
const ALL: &str = "all.html";

/// The longest name of a letter, without its number and its ending.
const MAX_NAME_CHARACTERS: usize = 80;

/// A folder of letters, and how many are in it.
pub(super) struct Letters {
    folder: PathBuf,
    written: u64,
    /// All letters in one file, from the first one on.
    all: Option<File>,
    /// The lines of the list at its end: no password is in them.
    index: String,
}

impl Letters {
    /// Takes a new or empty folder that belongs to its owner alone.
    pub(super) fn into(folder: &Path) -> Result<Self, Failure> {
        let unusable =
            |error: io::Error| Failure::usage(format_args!("the folder {} cannot be used: {error}", folder.display()));
        match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                private_files::create_folder(folder).map_err(unusable)?
            }
            Err(error) => return Err(unusable(error)),
            Ok(mut files) => {
                if files.next().is_some() {
                    return Err(Failure::refused(format_args!(
                        "the folder {} is not empty, and no letter is written over another file",
                        folder.display()
                    ))
                    .with_next("Choose a new or an empty folder."));
                }
                if private_files::folder_open_to_others(folder).map_err(unusable)? {
                    return Err(Failure::refused(format_args!("others may look into {}", folder.display()))
                        .with_command("Keep them out with", private_files::how_to_keep_others_out(folder, "go-rwx"))
                        .and_next("Or name a folder that is yet to be made."));
                }
            }
        }
        Ok(Self { folder: folder.to_owned(), written: 0, all: None, index: String::new() })
    }

    /// Writes the letter of one account.
    pub(super) fn write(
        &mut self,
        row: &SealedRow,
        object_id: ObjectId,
        passwords: &[&Password],
        pass: Option<&OpenedPass>,
    ) -> Result<(), Failure> {
        let name = &row.user_principal_name;
        let place = sealed_place(row);
        let addressee = Addressee {
            display_name: &row.display_name,
            user_principal_name: name,
            object_id,
            place: &place,
            organization: &row.organization,
            is_blocked: row.is_blocked,
        };
        let path = self.folder.join(file_name(self.written + 1, name));
        let pass = pass.map(|OpenedPass { pass, times }| PassOnLetter { pass, times: *times });
        let page = page(&addressee, passwords, pass.as_ref());
        let written = private_files::create_new(&path).and_then(|mut file| file.write_all(page.as_bytes()));
        written.map_err(|error| unwritable(&path, &error))?;
        self.written += 1;
        self.index.push_str(&index_line(self.written, &addressee));
        let sheets = sheets(&addressee, passwords, pass.as_ref());
        self.append(|all| all.write_all(sheets.as_bytes()))
    }

    /// Ends the file of all letters with the list of them.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        if self.written == 0 {
            return Ok(());
        }
        let list = index(&self.index);
        self.append(|all| {
            all.write_all(list.as_bytes())?;
            all.write_all(END.as_bytes())?;
            all.sync_all()
        })
    }

    fn append(&mut self, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), Failure> {
        let path = self.folder.join(ALL);
        let written = match &mut self.all {
            Some(all) => write(all),
            none => private_files::create_new(&path).and_then(|file| {
                let all = none.insert(file);
                all.write_all(opening(&html! { "New passwords" }).as_bytes())?;
                write(all)
            }),
        };
        written.map_err(|error| unwritable(&path, &error))
    }

    /// Says where they are.
    pub(super) fn say(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.written == 0 {
            return Ok(());
        }
        let letters = counted(self.written, "letter", "letters");
        let (folder, all) = (self.folder.display(), self.folder.join(ALL));
        let all = all.display();
        lines::write(&mut &mut *out, |out| {
            out.text(format_args!(
                "{letters} in {folder}, and all of them in {all}: print that one, then remove the folder."
            ));
        })?;
        out.flush()
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format_args!("the letter {} cannot be written: {error}", path.display()))
        .with_next("The letters before it are whole; remove the folder before you try again.")
}

/// As everywhere; a file that was changed may say anything.
pub(super) fn sealed_place(row: &SealedRow) -> String {
    match row.row.parse().map(RowNumber::new) {
        Ok(number) => ListPlace { row: number, sheet_row: row.sheet_row.parse().ok(), among: None }.to_string(),
        Err(_) => format!("row {}", row.row.escape_debug()),
    }
}

/// In the order of the sheet, so that a folder shows and prints them in that order; the number alone makes it unlike all
/// others.
fn file_name(number: u64, user_principal_name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@') { c } else { '_' };
    let name: String = user_principal_name.chars().map(safe).take(MAX_NAME_CHARACTERS).collect();
    format!("{number:05}-{name}.html")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_name_leads_out_of_the_folder(name in "\\PC{0,100}|[./\\\\]{0,20}", number in 1_u64..1_000_000) {
            let file = file_name(number, &name);
            prop_assert_eq!(Path::new(&file).components().count(), 1);
            prop_assert!(!file.contains(['/', '\\', ':']) && file.is_ascii() && file.len() < 120);
            prop_assert!(file.starts_with(|c: char| c.is_ascii_digit()));
        }
    }
}
