//! A secret, alone in a file.

use std::fs::File;
use std::io;
use std::path::Path;

use secrecy::SecretString;

use crate::private_files;
use crate::text_file::{self, Letters};

/// No secret is longer.
const MAX_FILE: u64 = 64 * 1024;

/// The one line of a file. Spaces in it may be a part of a password.
pub struct SecretFile {
    /// The line.
    pub secret: SecretString,
    /// Others on this machine can read the file.
    pub is_open_to_others: bool,
}

/// Why there is no secret in a file. Nothing of the file is ever part of it.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// The operating system's reason.
    #[error("{0}")]
    Unreadable(#[from] io::Error),
    /// It holds nothing.
    #[error("it is empty")]
    Empty,
    /// It holds more than one line, or something that is no text.
    #[error("it has several lines, and must hold the secret alone")]
    NotOneLine,
}

impl SecretFile {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// It cannot be read, or does not hold one line of text.
    pub fn read(path: &Path) -> Result<Self, SecretFileError> {
        let file = File::open(path)?;
        let is_open_to_others = private_files::open_to_others(&file, path)?;
        let text = text_file::text_of(&text_file::content_of(file, MAX_FILE)?, Letters::Unicode)?;
        let line = text.trim_end_matches(['\r', '\n']);
        if line.trim().is_empty() {
            return Err(SecretFileError::Empty);
        }
        if line.contains(char::is_control) {
            return Err(SecretFileError::NotOneLine);
        }
        Ok(Self { secret: SecretString::from(line), is_open_to_others })
    }
}
