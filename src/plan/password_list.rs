//! Passwords that people chose: a sealed file with a user and a password on each line.
//!
//! What is opened stays in memory that is wiped; what is kept of the file is its name and the digest of the sealed bytes, of
//! which no password can be guessed.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::password_source::PasswordFile;
use crate::digest::Digest;
use crate::ids::ObjectId;
use crate::seal::{Identities, Password, UnsealError, sealed_file_kind, unseal_any_file};
use crate::text_file::{self, Letters};

/// No list is larger: 64 megabytes are a million lines.
const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// So many lines are named; of the others the number is said.
const MAX_NAMED: usize = 10;

/// What the column of users may be called, without case, blanks and signs.
const USER_NAMES: [&str; 7] = ["user", "username", "userprincipalname", "upn", "objectid", "id", "benutzer"];
/// What the column of passwords may be called.
const PASSWORD_NAMES: [&str; 4] = ["password", "newpassword", "passwort", "kennwort"];

/// The passwords of one list, each for one person.
#[derive(Debug)]
pub struct PasswordList {
    file: Option<PasswordFile>,
    lines: Vec<PasswordLine>,
    by_user: HashMap<String, usize>,
}

/// One line of the list.
#[derive(Debug)]
pub struct PasswordLine {
    /// Where it stands in the file, as an editor counts.
    pub line: u64,
    /// The person, as the file names them.
    pub user: String,
    /// Their new password.
    pub password: Password,
}

/// A line, and the person that it is about, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedLine {
    line: u64,
    user: String,
    what: Option<String>,
}

impl NamedLine {
    pub(super) fn of(line: &PasswordLine) -> Self {
        Self { line: line.line, user: line.user.clone(), what: None }
    }
}

impl fmt::Display for NamedLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if !self.user.is_empty() {
            write!(f, " ({})", self.user.escape_debug())?;
        }
        self.what.iter().try_for_each(|what| write!(f, ": {what}"))
    }
}

/// The first of several lines, one below the other.
fn listed(lines: &[NamedLine]) -> String {
    let mut text: String = lines.iter().take(MAX_NAMED).map(|line| format!("\n  {line}")).collect();
    if lines.len() > MAX_NAMED {
        text += &format!("\n  and {} more", lines.len() - MAX_NAMED);
    }
    text
}

/// Why a list of passwords cannot be used. No message holds a part of a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordListError {
    /// It cannot be read.
    #[error("the passwords in {} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not sealed.
    #[error("{} is not sealed; passwords that anyone can read are not taken", path.display())]
    NotSealed {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be opened.
    #[error("the passwords in {} cannot be opened: {source}", path.display())]
    Unseal {
        /// The file.
        path: PathBuf,
        /// Why.
        source: UnsealError,
    },
    /// Its first line does not say which column is which.
    #[error("the first line of the list in {} has to name its columns: user,password", path.display())]
    NoHeader {
        /// The file.
        path: PathBuf,
    },
    /// Lines that cannot be used.
    #[error("{} has lines that cannot be used:{}", path.display(), listed(lines))]
    Lines {
        /// The file.
        path: PathBuf,
        /// Which ones, and why.
        lines: Vec<NamedLine>,
    },
    /// Passwords for people who are not on the list of people.
    #[error("passwords are given for people who are not on the list:{}", listed(lines))]
    NotOnTheList {
        /// Which lines.
        lines: Vec<NamedLine>,
    },
    /// Two passwords for one account.
    #[error("two passwords are given for one account:{}", listed(lines))]
    Twice {
        /// Which lines.
        lines: Vec<NamedLine>,
    },
}

impl PasswordList {
    /// Reads and opens a list. No one stands on it twice, and no one without a password.
    ///
    /// # Errors
    ///
    /// It is not sealed, does not open, or has lines that cannot be used; all of these are named.
    pub fn open(path: &Path, identities: &Identities) -> Result<Self, PasswordListError> {
        let sealed = content(path)?;
        let failed = |source| PasswordListError::Unseal { path: path.to_owned(), source };
        let opened = unseal_any_file(identities, &sealed).map_err(failed)?;
        let unread = |source| PasswordListError::Read { path: path.to_owned(), source };
        let text = text_file::text_of(&opened, Letters::Unicode).map_err(unread)?;
        let lines = lines(path, &text)?;
        let name = path.display().to_string();
        Ok(Self::of(Some(PasswordFile { name, sha256: Digest::of(&sealed) }), lines))
    }

    /// The one password that a person has typed for another one.
    pub fn typed(user: &str, password: Password) -> Self {
        Self::of(None, vec![PasswordLine { line: 1, user: user.to_owned(), password }])
    }

    fn of(file: Option<PasswordFile>, lines: Vec<PasswordLine>) -> Self {
        let by_user = lines.iter().enumerate().map(|(index, line)| (folded(&line.user), index)).collect();
        Self { file, lines, by_user }
    }

    /// Which file it was; nothing where a person typed the password.
    pub const fn file(&self) -> Option<&PasswordFile> {
        self.file.as_ref()
    }

    /// All lines, in their order.
    pub fn lines(&self) -> &[PasswordLine] {
        &self.lines
    }

    /// The places of the lines that are about this person: by the text of their row, and by what the directory calls them.
    pub fn places_of(&self, text: &str, sign_in_name: &str, id: Option<ObjectId>) -> Vec<usize> {
        let id = id.map(|id| id.to_string()).unwrap_or_default();
        let mut places: Vec<usize> = [text, sign_in_name, &id]
            .into_iter()
            .filter(|name| !name.is_empty())
            .filter_map(|name| self.by_user.get(&folded(name)).copied())
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// The digest of a sealed file, to find out whether it is the one that a plan was made with.
///
/// # Errors
///
/// It cannot be read, or is not sealed.
pub fn digest_of(path: &Path) -> Result<Digest, PasswordListError> {
    Ok(Digest::of(&content(path)?))
}

fn content(path: &Path) -> Result<Zeroizing<Vec<u8>>, PasswordListError> {
    let unread = |source| PasswordListError::Read { path: path.to_owned(), source };
    let sealed = text_file::content(path, MAX_BYTES).map_err(unread)?;
    match sealed_file_kind(&sealed) {
        Some(_) => Ok(sealed),
        None => Err(PasswordListError::NotSealed { path: path.to_owned() }),
    }
}

/// Names are compared without case and without blanks around them.
fn folded(user: &str) -> String {
    user.trim().to_lowercase()
}

fn lines(path: &Path, text: &str) -> Result<Vec<PasswordLine>, PasswordListError> {
    let mut all = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let no_header = || PasswordListError::NoHeader { path: path.to_owned() };
    let (_, header) = all.next().ok_or_else(no_header)?;
    let (delimiter, columns) = columns(header).ok_or_else(no_header)?;
    let (mut good, mut bad, mut seen) = (Vec::new(), Vec::new(), HashMap::new());
    for (number, line) in all {
        let mut fault = |user: &str, what: String| {
            bad.push(NamedLine { line: number, user: user.to_owned(), what: Some(what) });
        };
        let Some(mut cells) = cells(line, delimiter) else {
            fault("", "a quote in it is not closed, or stands where none may stand".to_owned());
            continue;
        };
        if cells.len() != columns.count {
            let columns = columns.count;
            fault(
                "",
                format!(
                    "it has {} cells, and the first line has {columns}; a password with the delimiter in it stands in quotes",
                    cells.len()
                ),
            );
            continue;
        }
        let password = std::mem::take(&mut *cells[columns.password]);
        let password = Password::of(password);
        let user = cells[columns.user].trim().to_owned();
        if user.is_empty() {
            fault("", "it names no person".to_owned());
        } else if password.expose().is_empty() {
            fault(&user, "it has no password".to_owned());
        } else if let Some(first) = seen.insert(folded(&user), number) {
            fault(&user, format!("line {first} has a password for the same person"));
        } else {
            good.push(PasswordLine { line: number, user, password });
        }
    }
    if bad.is_empty() { Ok(good) } else { Err(PasswordListError::Lines { path: path.to_owned(), lines: bad }) }
}

/// Where the two columns are.
struct ListColumns {
    user: usize,
    password: usize,
    count: usize,
}

fn columns(header: &str) -> Option<(char, ListColumns)> {
    [',', ';', '\t'].into_iter().find_map(|delimiter| {
        let names: Vec<String> = cells(header, delimiter)?
            .iter()
            .map(|name| name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect())
            .collect();
        let only = |known: &[&str]| {
            let mut places = (0..names.len()).filter(|&place| known.contains(&names[place].as_str()));
            places.next().filter(|_| places.next().is_none())
        };
        let (user, password) = (only(&USER_NAMES)?, only(&PASSWORD_NAMES)?);
        Some((delimiter, ListColumns { user, password, count: names.len() }))
    })
}

/// The cells of one line of CSV, each in a buffer that is wiped and never grows. `None` where its quotes make no sense.
fn cells(line: &str, delimiter: char) -> Option<Vec<Zeroizing<String>>> {
    let empty = || Zeroizing::new(String::with_capacity(line.len()));
    let (mut all, mut cell) = (Vec::new(), empty());
    let mut letters = line.chars().peekable();
    let (mut quoted, mut closed) = (false, false);
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => (quoted, closed) = (false, true),
            '"' if cell.is_empty() && !closed => quoted = true,
            letter if letter == delimiter && !quoted => {
                all.push(std::mem::replace(&mut cell, empty()));
                closed = false;
            }
            _ if closed => return None,
            letter => cell.push(letter),
        }
    }
    all.push(cell);
    if quoted { None } else { Some(all) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, String> {
        let lines = lines(Path::new("list"), text).map_err(|error| error.to_string())?;
        Ok(lines.into_iter().map(|line| (line.user, line.password.expose().to_owned())).collect())
    }

    #[test]
    fn a_list_is_read_as_spreadsheets_and_people_write_it() {
        let two = [("ada@contoso.com", "Blue,7\"Mountain"), ("bob@contoso.com", "7;Seen-im-Wald")];
        let two: Vec<(String, String)> = two.map(|(user, word)| (user.to_owned(), word.to_owned())).to_vec();
        for text in [
            "user,password\nada@contoso.com,\"Blue,7\"\"Mountain\"\nbob@contoso.com,7;Seen-im-Wald\n",
            "User Principal Name;Note;Passwort\r\n ada@contoso.com;x;\"Blue,7\"\"Mountain\"\r\n\r\nbob@contoso.com;;\"7;Seen-im-Wald\"",
            "password\tupn\nBlue,7\"Mountain\tada@contoso.com\n7;Seen-im-Wald\tbob@contoso.com",
        ] {
            assert_eq!(read(text), Ok(two.clone()), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_used_is_named_by_its_line_and_never_with_the_password() {
        for (text, what) in [
            ("", "has to name its columns"),
            ("ada@contoso.com,Blue7Mountain\n", "has to name its columns"),
            ("user,password,new password\na,b,c\n", "has to name its columns"),
            ("user,password\n,Blue7Mountain", "line 2: it names no person"),
            ("user,password\nada,", "line 2 (ada): it has no password"),
            ("user,password\nada,Blue7Mountain\n\nADA ,Blue7Mountain", "line 4 (ADA): line 2 has a password"),
            ("user,password\nada,Blue7,Mountain", "line 2: it has 3 cells"),
            ("user,password\nada,\"Blue7Mountain", "line 2: a quote in it is not closed"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(what) && !error.contains("Mountain"), "{error}");
        }
        let many: String = (0..40).map(|number| format!("a{number},\n")).collect();
        let error = read(&format!("user,password\n{many}")).unwrap_err();
        assert!(error.ends_with("and 30 more"), "{error}");
    }

    proptest! {
        #[test]
        fn any_password_survives_its_quotes(password in "[ -~]{1,40}", delimiter in prop::sample::select(vec![',', ';', '\t'])) {
            let quoted = password.replace('"', "\"\"");
            let text = format!("user{delimiter}password\nada{delimiter}\"{quoted}\"\n");
            prop_assert_eq!(read(&text), Ok(vec![("ada".to_owned(), password)]));
        }
    }
}
