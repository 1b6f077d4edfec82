//! A source as a stream of bytes.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Cursor, Read};

use super::error::RosterError;
use super::source::Source;

impl Source {
    /// Opens the source. Returns a source without its bytes, for messages, and the reader.
    pub(super) fn open(self) -> Result<(Self, Box<dyn Read + Send>), RosterError> {
        match self {
            Self::File(path) => {
                let from = Self::File(path.clone());
                let file = match File::open(&path) {
                    Ok(file) => file,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(RosterError::NotFound(from)),
                    // Windows opens no folders, and says "Access denied" of them.
                    Err(_) if path.is_dir() => return Err(RosterError::Folder(from)),
                    Err(error) => return Err(RosterError::Open { from, error }),
                };
                match file.metadata() {
                    Ok(metadata) if metadata.is_dir() => Err(RosterError::Folder(from)),
                    Ok(_) => Ok((from, Box::new(file))),
                    Err(error) => Err(RosterError::Open { from, error }),
                }
            }
            Self::StandardInput => Ok((self, Box::new(io::stdin()))),
            Self::Bytes { name, bytes } => {
                Ok((Self::Bytes { name, bytes: Cow::Borrowed(&[]) }, Box::new(Cursor::new(bytes))))
            }
        }
    }
}
