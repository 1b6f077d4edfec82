//! Private keys in PFX files, as Windows exports them.
//!
//! Only the keys are read, not the certificates: those are often encrypted with a cipher (RC2) that keys never have.

use secrecy::SecretString;

use super::{IdentityError, IdentityKey, IdentityReader};
use crate::pfx::{Pfx, PfxError};

impl IdentityReader<'_, '_> {
    pub(super) fn pfx(&mut self, file: &[u8]) -> Result<Vec<IdentityKey>, IdentityError> {
        let path = self.path.to_owned();
        let failed = |error| match error {
            PfxError::Damaged => IdentityError::DamagedPfx(path.clone()),
            PfxError::WrongPassword => IdentityError::WrongPassphrase(path.clone()),
            PfxError::Cipher(cipher) => IdentityError::PfxCipher { path: path.clone(), cipher },
        };
        let pfx = Pfx::parse(file).map_err(failed)?;
        if !pfx.has_keys() {
            return Err(IdentityError::PfxWithoutKey(path));
        }
        let passphrase = if pfx.is_locked() { self.passphrase()? } else { SecretString::from("") };
        let keys = pfx.keys(&passphrase).map_err(failed)?;
        keys.iter().map(|key| self.private_key(&key.pkcs8)).collect()
    }
}
