//! Who is never touched: the break-glass accounts, the account that runs the sync, the person at the keyboard.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::directory::{Found, Lookup, LookupError};
use crate::graph::transport::Transport;
use crate::ids::ObjectId;
use crate::roster::{Key, NotAUpn, Upn};
use crate::text_file::{self, Letters};

/// No list of protected accounts is larger; a larger file was named by mistake.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// The list of accounts that no plan ever touches, as it was written down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Protected {
    names: Vec<(u64, Key)>,
    origin: Option<(PathBuf, Digest)>,
}

/// Why a list of protected accounts does not protect every account on it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProtectedError {
    /// The file cannot be read.
    #[error("it cannot be read: {source}")]
    Read {
        /// Why.
        source: io::Error,
    },
    /// A list without an account.
    #[error(
        "it names no account: a list that protects no account is worse than none; name an account, or leave the list out"
    )]
    Empty,
    /// A line that names no account.
    #[error(
        "line {line} names no account: {text:?} is neither an object \
             id nor a user principal name: {why}"
    )]
    NotAName {
        /// The line, counted from 1.
        line: u64,
        /// What stands there.
        text: String,
        /// Why it is no user principal name.
        why: NotAUpn,
    },
    /// An account that is not there.
    #[error(
        "line {line} names {name}, who is not in this tenant; correct the list: one that protects no account is worse than none"
    )]
    NotFound {
        /// The line, counted from 1.
        line: u64,
        /// The name as the list has it.
        name: String,
    },
    /// A name of several.
    #[error("line {line} names {name}, which {several} have in common; correct the list: use the object ids")]
    Ambiguous {
        /// The line, counted from 1.
        line: u64,
        /// The name as the list has it.
        name: String,
        /// Who has it.
        several: String,
    },
    /// The directory cannot be read.
    #[error(transparent)]
    Lookup(#[from] LookupError),
}

impl Protected {
    /// No account is protected.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads a list from a file: one object id or user principal name a line; blank lines, and what follows a `#` at
    /// the beginning of a line or behind a blank, are passed over.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line names no account.
    pub fn read(path: &Path) -> Result<Self, ProtectedError> {
        let unreadable = |source| ProtectedError::Read { source };
        let content = text_file::content(path, MAX_FILE_BYTES).map_err(unreadable)?;
        let text = text_file::text_of(&content, Letters::OrWindows1252).map_err(unreadable)?;
        let origin = Some((path.to_owned(), Digest::of(&content)));
        let list = Self { origin, ..Self::parse(&text)? };
        if list.is_empty() { Err(ProtectedError::Empty) } else { Ok(list) }
    }

    /// Reads a list from a text.
    ///
    /// # Errors
    ///
    /// A line names no account.
    pub fn parse(text: &str) -> Result<Self, ProtectedError> {
        let mut names = Vec::new();
        for (line, content) in (1..).zip(text.lines()) {
            let name = without_comment(content).trim();
            if name.is_empty() {
                continue;
            }
            let key = match name.parse::<ObjectId>() {
                Ok(id) => Key::ObjectId(id),
                Err(_) => Key::UserPrincipalName(name.parse::<Upn>().map_err(|why| ProtectedError::NotAName {
                    line,
                    text: name.to_owned(),
                    why,
                })?),
            };
            names.push((line, key));
        }
        Ok(Self { names, origin: None })
    }

    /// The file that the list was read from, and the digest of its bytes.
    pub fn origin(&self) -> Option<(&Path, Digest)> {
        self.origin.as_ref().map(|(path, digest)| (path.as_path(), *digest))
    }

    /// How many lines name an account.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Is no account protected?
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Looks up every account on the list.
    ///
    /// # Errors
    ///
    /// The directory cannot be read, or a name on the list is not exactly one account in it.
    pub async fn resolve(&self, lookup: &Lookup<'_, impl Transport>) -> Result<HashSet<ObjectId>, ProtectedError> {
        let (guarded, wrong) = self.look_up(lookup).await?;
        wrong.into_iter().next().map_or(Ok(guarded), Err)
    }

    /// Looks up every account on the list, and gives an error for each line that is not exactly one account.
    ///
    /// # Errors
    ///
    /// The directory cannot be read.
    pub async fn look_up(
        &self,
        lookup: &Lookup<'_, impl Transport>,
    ) -> Result<(HashSet<ObjectId>, Vec<ProtectedError>), LookupError> {
        let mut guarded = HashSet::with_capacity(self.names.len());
        let mut wrong = Vec::new();
        for names in self.names.chunks(1_000) {
            let keys: Vec<&Key> = names.iter().map(|(_, key)| key).collect();
            for ((line, key), found) in names.iter().zip(lookup.find_everywhere(&keys).await?) {
                let (line, name) = (*line, || key.to_string());
                match found {
                    Found::Account(account) => _ = guarded.insert(account.object_id),
                    Found::Missing | Found::Deleted(_) => wrong.push(ProtectedError::NotFound { line, name: name() }),
                    Found::Several(several) => {
                        let several = several.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
                        wrong.push(ProtectedError::Ambiguous { line, name: name(), several });
                    }
                }
            }
        }
        Ok((guarded, wrong))
    }
}

/// A guest's sign-in name has a `#` in it, so only one behind a blank begins a comment.
fn without_comment(line: &str) -> &str {
    let begins_comment = |(at, _): &(usize, &str)| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    line.match_indices('#').find(begins_comment).map_or(line, |(at, _)| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_with_its_comments() {
        let list = "# break glass\r\n\r\n  bg1@contoso.com\t# in the safe\n\
                    0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11\n#old@contoso.com\nx_y.com#EXT#@contoso.com # a guest\n";
        let names: Vec<_> =
            Protected::parse(list).unwrap().names.iter().map(|(n, key)| (*n, key.to_string())).collect();
        let expected =
            [(3, "bg1@contoso.com"), (4, "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11"), (6, "x_y.com#EXT#@contoso.com")];
        assert_eq!(names, expected.map(|(line, name)| (line, name.to_owned())));
    }

    #[test]
    fn a_line_that_names_no_account_is_an_error_with_its_number() {
        let error = Protected::parse("bg1@contoso.com\n\nBreak Glass\n").unwrap_err().to_string();
        assert!(error.starts_with("line 3 ") && error.contains("\"Break Glass\""), "{error}");
    }
}
