//! The secret halves: what opens an envelope.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use age::x25519;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use super::cms::PrivateKey;
use super::recipients::Recipients;

/// An identity file is a few lines long.
const LONGEST_FILE: u64 = 1 << 20;

/// A new key pair of a recipient. It cannot be printed; [`Identity::file_text`] is for the file it is kept in.
pub struct Identity(x25519::Identity);

impl Identity {
    /// Makes a new identity from the operating system's randomness.
    #[must_use]
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// The public half, to be given to whoever seals.
    #[must_use]
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }

    /// The public half as something to seal to.
    #[must_use]
    pub fn recipients(&self) -> Recipients {
        Recipients::from(self.0.to_public())
    }

    /// The text of an identity file, in the form that `age-keygen` writes and the stock `age` program reads.
    #[must_use]
    pub fn file_text(&self) -> Zeroizing<String> {
        let created = OffsetDateTime::now_utc();
        let created = created.replace_nanosecond(0).unwrap_or(created).format(&Rfc3339).unwrap_or_default();
        let secret = self.0.to_string();
        // Room for all of it: growing would leave copies of the key behind.
        let mut text = Zeroizing::new(String::with_capacity(512));
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "# created: {created}\n# public key: {}\n{}", self.recipient(), secret.expose_secret());
        text
    }
}

/// The identities that may open something. There is at least one.
pub struct Identities(Vec<x25519::Identity>);

/// Why an identity file cannot be used. No content of the file is ever part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The file cannot be read.
    #[error("the identity file {} cannot be read: {error}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// An identity file that is itself encrypted.
    #[error(
        "the identity file {} is protected by a passphrase, which is not supported by this version; decrypt it first: \
         age -d -o key.txt {}", .0.display(), .0.display()
    )]
    Passphrase(PathBuf),
    /// Something else than an identity on a line.
    #[error("line {line} of the identity file {} is no age identity (AGE-SECRET-KEY-1…)", .path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// A public key where the secret one is needed.
    #[error("line {line} of {} is a recipient (the public half); opening needs the identity, which begins with AGE-SECRET-KEY-1", .path.display())]
    Recipient {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
    },
    /// Nothing but remarks.
    #[error("the identity file {} has no identity in it", .0.display())]
    Empty(PathBuf),
}

impl Identities {
    /// Reads an identity file: one identity a line, `#` for remarks.
    ///
    /// # Errors
    ///
    /// [`IdentityError`].
    pub fn read(path: &Path) -> Result<Self, IdentityError> {
        let failed = |error| IdentityError::File { path: path.to_owned(), error };
        let file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len().min(LONGEST_FILE);
        // One byte more than is needed, so that the buffer does not grow only to see the end.
        let mut content = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1));
        file.take(LONGEST_FILE).read_to_end(&mut content).map_err(failed)?;
        Self::of_text(&content, path)
    }

    fn of_text(content: &[u8], path: &Path) -> Result<Self, IdentityError> {
        if content.starts_with(b"age-encryption.org/") || content.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") {
            return Err(IdentityError::Passphrase(path.to_owned()));
        }
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        let mut identities = Vec::new();
        for (index, line) in content.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let (path, number) = (path.to_owned(), index + 1);
            match std::str::from_utf8(line).map(str::parse) {
                Ok(Ok(identity)) => identities.push(identity),
                _ if line.starts_with(b"age1") => return Err(IdentityError::Recipient { path, line: number }),
                _ => return Err(IdentityError::Line { path, line: number }),
            }
        }
        if identities.is_empty() { Err(IdentityError::Empty(path.to_owned())) } else { Ok(Self(identities)) }
    }

    pub(super) fn age_keys(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(|identity| identity as _)
    }

    pub(super) fn private_keys(&self) -> impl Iterator<Item = &PrivateKey> + Clone {
        std::iter::empty()
    }
}

impl From<Identity> for Identities {
    fn from(identity: Identity) -> Self {
        Self(vec![identity.0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Result<Identities, IdentityError> {
        Identities::of_text(content, Path::new("key.txt"))
    }

    #[test]
    fn a_new_identity_is_written_as_age_keygen_writes_it() {
        let identity = Identity::generate();
        let text = identity.file_text();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("# created: 2") && lines[0].ends_with('Z'), "{}", lines[0]);
        assert_eq!(lines[1], format!("# public key: {}", identity.recipient()));
        assert!(lines[2].starts_with("AGE-SECRET-KEY-1") && lines.len() == 3);
        assert_eq!(text.capacity(), 512, "the buffer must not grow");
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(read.0[0].to_public().to_string(), identity.recipient());
    }

    #[test]
    fn what_is_no_identity_file_says_why_without_its_content() {
        let said = |content: &[u8]| read(content).err().unwrap().to_string();
        assert!(said(b"# nothing\n").contains("no identity in it"));
        assert!(said(b"age-encryption.org/v1\n-> scrypt").contains("passphrase"));
        assert!(said(b"-----BEGIN AGE ENCRYPTED FILE-----\n").contains("passphrase"));
        let secret = said(b"# x\r\nAGE-SECRET-KEY-1TYPO\r\n");
        assert!(secret.contains("line 2") && !secret.contains("TYPO"), "{secret}");
        assert!(said(Identity::generate().recipient().as_bytes()).contains("public half"));
        assert!(matches!(Identities::read(Path::new("/nowhere/key.txt")), Err(IdentityError::File { .. })));
    }
}
