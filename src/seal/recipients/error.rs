//! Why recipients cannot be used.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::certificate::CertificateProblem;
use super::given::{RecipientDamage, SecretKeyKind, UnsealableKind};

/// Why the recipients cannot be used. The text of a secret key given by mistake is never part of it.
///
/// What to do about each is in [`crate::wording::recipients`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum RecipientError {
    #[error("no recipient was named")]
    NoneNamed,
    #[error("{place}{text:?} is not a recipient{}", .place.nor_file())]
    Unreadable {
        place: RecipientPlace,
        /// The text, cut.
        text: String,
    },
    #[error("{place}the recipient {text:?} is mistyped or cut off: {damage}")]
    Mistyped {
        place: RecipientPlace,
        /// The text, cut.
        text: String,
        damage: RecipientDamage,
    },
    /// The secret half of a key. The text is not repeated.
    #[error("{place}that is a secret key ({kind}), not a recipient")]
    SecretKey { place: RecipientPlace, kind: SecretKeyKind },
    #[error("{place}{kind} cannot be sealed to")]
    Unsealable { place: RecipientPlace, kind: UnsealableKind },
    /// A key of age or SSH, where only a certificate will do.
    #[error(
        "{0} is no certificate: the script for Active Directory opens passwords with Windows PowerShell, which knows \
         certificates only"
    )]
    NoCertificate(String),
    /// A certificate to which nothing may be sealed.
    #[error("{place}this certificate cannot be sealed to: {why}")]
    Certificate { place: RecipientPlace, why: CertificateProblem },
    #[error("{place}the file holds {count} certificates, and only its recipient's own may be in it")]
    Chain { place: RecipientPlace, count: usize },
    /// age keeps post-quantum keys apart from others.
    #[error(
        "post-quantum recipients (age1tagpq1…) and other age recipients cannot open the same envelope: the other key would \
         undo the protection"
    )]
    Mixed,
    #[error("the file of recipients {} cannot be read: {error}", .path.display())]
    File { path: PathBuf, error: io::Error },
    #[error("the file of recipients {} is neither text nor a certificate", .0.display())]
    NoText(PathBuf),
    #[error("the file {} has no recipient in it", .0.display())]
    EmptyFile(PathBuf),
}

/// Where a recipient stands: on the command line, in a file, or on a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientPlace(pub(super) Option<(PathBuf, Option<usize>)>);

impl RecipientPlace {
    pub(super) const COMMAND_LINE: Self = Self(None);

    /// The file, where it is not the command line.
    pub fn file(&self) -> Option<&Path> {
        self.0.as_ref().map(|(path, _)| path.as_path())
    }

    pub(super) fn secret_key(&self, kind: SecretKeyKind) -> RecipientError {
        RecipientError::SecretKey { place: self.clone(), kind }
    }

    pub(super) fn unsealable(&self, kind: UnsealableKind) -> RecipientError {
        RecipientError::Unsealable { place: self.clone(), kind }
    }

    /// Only what is typed may be the name of a file; lines of a file may not.
    fn nor_file(&self) -> &'static str {
        if self.0.is_none() { ", and no file of that name is there" } else { "" }
    }
}

impl fmt::Display for RecipientPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some((path, Some(line))) => write!(f, "{}, line {line}: ", path.display()),
            Some((path, None)) => write!(f, "{}: ", path.display()),
            None => Ok(()),
        }
    }
}
