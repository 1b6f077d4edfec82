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
            let what = match key {
                UnsupportedKey::EncryptedPem => return IdentityError::OldSshPassphrase(path),
                UnsupportedKey::EncryptedSsh(_) => return IdentityError::UncommonSshCipher(path),
                UnsupportedKey::Hardware(_) => "it is on a security token, which signs but does not decrypt",
                UnsupportedKey::Type(_) => {
                    "nothing is sealed to keys of its type; supported are ssh-ed25519 and ssh-rsa"
                }
            };
            IdentityError::Ssh { path, what }
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
