//! Identities: the secret keys that open an envelope.

mod error;
mod own;
mod pem_key;
mod pfx;
mod ssh_key;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::path::Path;

use age::armor::ArmoredReader;
use age::{Decryptor, scrypt, ssh, x25519};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::cms::PrivateKey;
use super::pem;
use crate::pfx::is_binary;
use crate::text_file::{self, Letters};

pub use error::IdentityError;
pub use own::Identity;

/// An identity file is a few lines long.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// As a power of two; 22 is what the age program takes, too.
const MAX_WORK_FACTOR: u8 = 22;

/// The identities that may open something. There is at least one.
///
/// They cannot be printed or cloned, and are wiped when they are dropped, by the libraries that hold them.
pub struct Identities(Vec<IdentityKey>);

/// A key of one of the kinds.
enum IdentityKey {
    X25519(x25519::Identity),
    Ssh(Box<ssh::Identity>),
    /// The key of a certificate.
    Certificate(PrivateKey),
}

/// Asks for the passphrase of the identity file at a path; `None` where there is no terminal.
pub type AskPassphrase<'a> = dyn FnMut(&Path) -> Option<SecretString> + 'a;

impl Identities {
    /// Reads an identity file that is not protected by a passphrase. See [`Identities::read_with`].
    pub fn read(path: &Path) -> Result<Self, IdentityError> {
        Self::read_with(path, &mut |_| None)
    }

    /// Reads an identity file: age identities, one a line, `#` for remarks; the same encrypted by age with a passphrase; a
    /// private key of SSH; the private key of a certificate, in PEM or DER (PKCS#8, PKCS#1, SEC 1) or PFX (PKCS#12).
    pub fn read_with(path: &Path, ask: &mut AskPassphrase<'_>) -> Result<Self, IdentityError> {
        let failed = |error| IdentityError::File { path: path.to_owned(), error };
        let content = text_file::content(path, MAX_FILE_BYTES).map_err(failed)?;
        IdentityReader { path, ask }.content(&content).map(Self)
    }

    /// These identities and the others.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub(super) fn age_keys(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().filter_map(|key| match key {
            IdentityKey::X25519(key) => Some(key as &dyn age::Identity),
            IdentityKey::Ssh(key) => Some(&**key as &dyn age::Identity),
            IdentityKey::Certificate(_) => None,
        })
    }

    pub(super) fn private_keys(&self) -> impl Iterator<Item = &PrivateKey> + Clone {
        self.0.iter().filter_map(|key| match key {
            IdentityKey::Certificate(key) => Some(key),
            _ => None,
        })
    }
}

impl From<Identity> for Identities {
    fn from(identity: Identity) -> Self {
        Self(vec![IdentityKey::X25519(identity.0)])
    }
}

/// Reads one file.
struct IdentityReader<'a, 'ask> {
    path: &'a Path,
    ask: &'a mut AskPassphrase<'ask>,
}

impl IdentityReader<'_, '_> {
    fn content(&mut self, content: &[u8]) -> Result<Vec<IdentityKey>, IdentityError> {
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        if content.starts_with(b"age-encryption.org/") || content.starts_with(b"-----BEGIN AGE ENCRYPTED FILE-----") {
            let identity = self.unlock(content)?;
            return self.lines(&identity);
        }
        if is_binary(content) {
            return self.der(content);
        }
        match text_file::text_of(content, Letters::Unicode) {
            Ok(text) if pem::is_in(text.as_bytes()) => self.pem(&text),
            Ok(text) => self.lines(text.as_bytes()),
            Err(_) if pem::is_in(content) => Err(IdentityError::Key(self.path.to_owned())),
            Err(_) => self.lines(content),
        }
    }

    fn passphrase(&mut self) -> Result<SecretString, IdentityError> {
        (self.ask)(self.path).ok_or_else(|| IdentityError::Locked(self.path.to_owned()))
    }

    /// Decrypts an identity file that age protects by a passphrase.
    fn unlock(&mut self, file: &[u8]) -> Result<Zeroizing<Vec<u8>>, IdentityError> {
        let foreign = || IdentityError::NotAnIdentity(self.path.to_owned());
        let decryptor = Decryptor::new_buffered(ArmoredReader::new(file)).map_err(|_| foreign())?;
        if !decryptor.is_scrypt() {
            return Err(foreign());
        }
        let passphrase = self.passphrase()?;
        let mut identity = scrypt::Identity::new(passphrase);
        // The default is what this machine does in a few seconds at this moment. Under load that may be less than what the
        // file needs, and the file belongs to the person who runs this.
        identity.set_max_work_factor(MAX_WORK_FACTOR);
        let wrong = || IdentityError::WrongPassphrase(self.path.to_owned());
        let mut reader = decryptor.decrypt(std::iter::once(&identity as _)).map_err(|_| wrong())?;
        let mut text = Zeroizing::new(Vec::with_capacity(file.len()));
        reader.read_to_end(&mut text).map_err(|_| wrong())?;
        Ok(text)
    }

    /// age identities, one a line.
    fn lines(&self, content: &[u8]) -> Result<Vec<IdentityKey>, IdentityError> {
        let mut keys = Vec::new();
        for (index, line) in content.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let (path, number) = (self.path.to_owned(), index + 1);
            match std::str::from_utf8(line).map(str::parse) {
                Ok(Ok(identity)) => keys.push(IdentityKey::X25519(identity)),
                _ if line.starts_with(b"age1") => return Err(IdentityError::Recipient { path, line: number }),
                _ if line.to_ascii_uppercase().starts_with(b"AGE-PLUGIN-") => {
                    return Err(IdentityError::Plugin { path, line: number });
                }
                _ => return Err(IdentityError::Line { path, line: number }),
            }
        }
        if keys.is_empty() { Err(IdentityError::Empty(self.path.to_owned())) } else { Ok(keys) }
    }
}
