//! The signatures of those who approve a plan: files beside it, which stock `ssh-keygen` makes and checks as well.
//!
//! What is signed is `plan.json`, byte for byte. It holds the plan's fingerprint, and so binds everything else: a plan that
//! was changed has no signature that holds. Without sealoff:
//!
//! ```text
//! ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n sealoff-plan DIR/plan.json && mv DIR/plan.json.sig DIR/approval-1.sig
//! ssh-keygen -Y verify -f allowed_signers -I NAME -n sealoff-plan -s DIR/approval-1.sig < DIR/plan.json
//! ```

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::plan_files::PLAN_JSON;
use crate::private_files;
use crate::signing::{self, Purpose, SigningError, SigningKey};

/// Where the signatures of a plan stand in its folder.
pub const SIGNATURE_FILES: [&str; 9] = [
    "approval-1.sig", "approval-2.sig", "approval-3.sig", "approval-4.sig", "approval-5.sig", "approval-6.sig",
    "approval-7.sig", "approval-8.sig", "approval-9.sig",
];

/// A file with a signature, and whether it holds.
#[derive(Debug)]
pub struct PlanSignature {
    /// One of [`SIGNATURE_FILES`].
    pub file: &'static str,
    /// The fingerprint of the key that signed exactly this plan, as `ssh-keygen -l` shows it; or why the file is no
    /// signature of it.
    pub key: Result<String, SigningError>,
}

/// Why a plan cannot be signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// This key has signed it.
    #[error("the plan is signed with this key: {}", .0.display())]
    SignedBefore(PathBuf),
    /// There is no room for another one.
    #[error("the plan has {} signatures, and can have no more", SIGNATURE_FILES.len())]
    Full,
    /// The key cannot sign.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// A file cannot be read or written.
    #[error("{} cannot be used: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// All signatures in the folder of a plan, in the order of their files.
///
/// # Errors
///
/// A file cannot be read.
pub fn read(folder: &Path) -> Result<Vec<PlanSignature>, SignatureError> {
    let plan = bytes_of(&folder.join(PLAN_JSON))?;
    let mut found = Vec::new();
    for file in SIGNATURE_FILES {
        let path = folder.join(file);
        match fs::read(&path) {
            Ok(signature) => {
                let key = signing::check(Purpose::Plan, &plan, &signature, None);
                found.push(PlanSignature { file, key });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(SignatureError::Io { path, source }),
        }
    }
    Ok(found)
}

/// Signs the plan in a folder, and gives the new file (0600).
///
/// # Errors
///
/// The key has signed it before, there are too many signatures, or the file cannot be written.
pub fn sign(folder: &Path, key: &SigningKey) -> Result<PathBuf, SignatureError> {
    let own = key.fingerprint();
    let of_this_key = |signature: &PlanSignature| signature.key.as_ref().is_ok_and(|key| *key == own);
    if let Some(before) = read(folder)?.iter().find(|signature| of_this_key(signature)) {
        return Err(SignatureError::SignedBefore(folder.join(before.file)));
    }
    let text = key.sign(Purpose::Plan, &bytes_of(&folder.join(PLAN_JSON))?)?;
    for file in SIGNATURE_FILES {
        let path = folder.join(file);
        let io = |source| SignatureError::Io { path: path.clone(), source };
        let mut out = match private_files::create_new(&path) {
            Ok(out) => out,
            // Another person may sign in the same moment.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(io(error)),
        };
        out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(io)?;
        return Ok(path);
    }
    Err(SignatureError::Full)
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, SignatureError> {
    fs::read(path).map_err(|source| SignatureError::Io { path: path.to_owned(), source })
}
