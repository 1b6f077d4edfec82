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
            PfxError::Damaged => IdentityError::Pfx {
                path: path.clone(),
                what: "it is damaged, or in a form that is not DER".to_owned(),
            },
            PfxError::WrongPassword => IdentityError::WrongPassphrase(path.clone()),
            PfxError::Cipher(name) => {
                IdentityError::Pfx { path: path.clone(), what: format!("it is encrypted with {name}") }
            }
        };
        let pfx = Pfx::parse(file).map_err(failed)?;
        if !pfx.has_keys() {
            let what =
                "it has no private key in the open part; the key was not exported, or is encrypted twice".to_owned();
            return Err(IdentityError::Pfx { path: path.clone(), what });
        }
        let passphrase = if pfx.is_locked() { self.passphrase()? } else { SecretString::from("") };
        let keys = pfx.keys(&passphrase).map_err(failed)?;
        keys.iter().map(|key| self.private_key(&key.pkcs8)).collect()
    }
}
