//! Signatures as `ssh-keygen -Y verify` checks them: OpenSSH's `PROTOCOL.sshsig`, with Ed25519 keys alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};
use zeroize::Zeroizing;

use crate::text_file::{self, Letters};

/// A public key is one line.
const MAX_PUBLIC_KEY: u64 = 64 * 1024;

/// What a signature is for. A signature for one thing is none for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The manifest of an archive of evidence.
    Evidence,
    /// A plan that its signer approves.
    Plan,
}

impl Purpose {
    /// As `ssh-keygen -Y verify -n` takes it.
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Evidence => "sealoff-evidence",
            Self::Plan => "sealoff-plan",
        }
    }
}

/// Why something cannot be signed, or a signature does not hold.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Not a key that OpenSSH writes.
    #[error("{} holds no OpenSSH key ({reason})", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Another kind of key.
    #[error("{} is a key of the kind {kind}, and sealoff signs with ssh-ed25519 alone", path.display())]
    OtherKind {
        /// The file.
        path: PathBuf,
        /// Its kind.
        kind: String,
    },
    /// The passphrase is wrong.
    #[error("the passphrase does not open {}", path.display())]
    Passphrase {
        /// The file.
        path: PathBuf,
    },
    /// The signature does not hold.
    #[error("the signature does not hold: {0}")]
    DoesNotHold(String),
}

/// A key that signs. It cannot be printed.
pub struct SigningKey(PrivateKey);

impl SigningKey {
    /// Reads an Ed25519 key as `ssh-keygen` writes it. `passphrase` is asked only where the key is protected by one.
    ///
    /// # Errors
    ///
    /// There is no such key, it is of another kind, or the passphrase is wrong or could not be had.
    pub fn read<E: From<SigningError>>(
        path: &Path,
        passphrase: impl FnOnce() -> Result<SecretString, E>,
    ) -> Result<Self, E> {
        let io = |source| SigningError::Io { path: path.to_owned(), source };
        let text = Zeroizing::new(fs::read(path).map_err(io)?);
        let no_key = |error: ssh_key::Error| SigningError::NoKey { path: path.to_owned(), reason: error.to_string() };
        let mut key = PrivateKey::from_openssh(&*text).map_err(no_key)?;
        if key.algorithm() != Algorithm::Ed25519 {
            let kind = key.algorithm().to_string();
            return Err(SigningError::OtherKind { path: path.to_owned(), kind }.into());
        }
        if key.is_encrypted() {
            let passphrase = passphrase()?;
            key = key
                .decrypt(passphrase.expose_secret())
                .map_err(|_| SigningError::Passphrase { path: path.to_owned() })?;
        }
        Ok(Self(key))
    }

    /// The signature of a message, in OpenSSH's armour.
    ///
    /// # Errors
    ///
    /// Only what signing can fail with.
    pub fn sign(&self, purpose: Purpose, message: &[u8]) -> Result<String, SigningError> {
        let failed = |error: ssh_key::Error| SigningError::DoesNotHold(error.to_string());
        let signature = self.0.sign(purpose.namespace(), HashAlg::Sha512, message).map_err(failed)?;
        signature.to_pem(LineEnding::LF).map_err(failed)
    }

    /// The key's fingerprint, as `ssh-keygen -l` shows it.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint(HashAlg::Sha256).to_string()
    }
}

/// The public key of a signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer(PublicKey);

impl Signer {
    /// Reads a `.pub` file.
    ///
    /// # Errors
    ///
    /// It holds no public key.
    pub fn read(path: &Path) -> Result<Self, SigningError> {
        let text = text_file::read(path, MAX_PUBLIC_KEY, Letters::Unicode)
            .map_err(|source| SigningError::Io { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|reason| SigningError::NoKey { path: path.to_owned(), reason })
    }

    /// A line as `ssh-keygen` writes it to a `.pub` file.
    ///
    /// # Errors
    ///
    /// Why it is no public key.
    pub fn parse(line: &str) -> Result<Self, String> {
        PublicKey::from_openssh(line.trim()).map(Self).map_err(|error| error.to_string())
    }

    /// Can it sign what sealoff checks?
    pub fn is_ed25519(&self) -> bool {
        self.0.algorithm() == Algorithm::Ed25519
    }

    /// What stands behind the key in its line: often a name and a machine.
    pub fn comment(&self) -> &str {
        self.0.comment()
    }

    /// The key's fingerprint, as `ssh-keygen -l` shows it.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint(HashAlg::Sha256).to_string()
    }
}

/// Checks a signature in OpenSSH's armour, and gives the fingerprint of the key that made it. Whose key that is, only a known
/// key says: `by` is the one that it must be.
///
/// # Errors
///
/// The signature is none, is of another message or for another purpose, or was made by another key than `by`.
pub fn check(purpose: Purpose, message: &[u8], signature: &[u8], by: Option<&Signer>) -> Result<String, SigningError> {
    let does_not_hold = |error: ssh_key::Error| SigningError::DoesNotHold(error.to_string());
    let signature = SshSig::from_pem(signature).map_err(does_not_hold)?;
    let key = PublicKey::new(signature.public_key().clone(), "");
    key.verify(purpose.namespace(), message, &signature).map_err(does_not_hold)?;
    let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
    if by.is_some_and(|by| by.0.key_data() != key.key_data()) {
        return Err(SigningError::DoesNotHold(format!("it was made by another key, {fingerprint}")));
    }
    Ok(fingerprint)
}
