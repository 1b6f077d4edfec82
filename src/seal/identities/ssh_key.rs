//! Private keys of SSH.

use age::ssh::{Identity, UnsupportedKey};
use zeroize::Zeroizing;

use super::{IdentityError, IdentityKey, IdentityReader};

impl IdentityReader<'_, '_> {
    pub(super) fn ssh(&mut self, text: &str) -> Result<IdentityKey, IdentityError> {
        let damaged = || IdentityError::Key(self.path.to_owned());
        // The parser knows one kind of line ending.
        let mut unix = Zeroizing::new(String::with_capacity(text.len() + 1));
        for line in text.trim().lines() {
            unix.push_str(line.trim_end());
            unix.push('\n');
        }
        let unsupported = |key: &UnsupportedKey| {
            let path = self.path.to_owned();
            match key {
                UnsupportedKey::EncryptedPem => IdentityError::OldSshPassphrase(path),
                UnsupportedKey::EncryptedSsh(_) => IdentityError::UncommonSshCipher(path),
                UnsupportedKey::Hardware(_) => IdentityError::SshOnToken(path),
                UnsupportedKey::Type(_) => IdentityError::SshType(path),
            }
        };
        let identity = match Identity::from_buffer(unix.as_bytes(), None).map_err(|_| damaged())? {
            Identity::Unsupported(key) => return Err(unsupported(&key)),
            Identity::Encrypted(key) => {
                let passphrase = self.passphrase()?;
                let wrong = |_| IdentityError::WrongPassphrase(self.path.to_owned());
                Identity::from(key.decrypt(passphrase).map_err(wrong)?)
            }
            plain @ Identity::Unencrypted(_) => plain,
        };
        Ok(IdentityKey::Ssh(Box::new(identity)))
    }
}
