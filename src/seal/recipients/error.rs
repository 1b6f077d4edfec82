//! Why recipients cannot be used, each with what to do.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::certificate::CertificateProblem;

pub(super) const ACCEPTED: &str = "an age recipient (age1…, made by `sealoff keygen` or age-keygen), an SSH public key (ssh-ed25519 or ssh-rsa), a \
     file of such keys, one on each line, or the file of an X.509 certificate (PEM or DER)";

/// Why the recipients cannot be used. The text of a secret key given by mistake is never part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum RecipientError {
    #[error("no recipient was named; give {ACCEPTED}")]
    NoneNamed,
    #[error("{place}{text:?} is not a recipient{}; give {ACCEPTED}", .place.nor_file())]
    Unreadable {
        /// The file and line, with a colon, or nothing.
        place: RecipientPlace,
        /// The text, cut.
        text: String,
    },
    #[error("{place}the recipient {text:?} is mistyped or cut off: {why}; copy it again from its owner")]
    Mistyped {
        /// The file and line, with a colon, or nothing.
        place: RecipientPlace,
        /// The text, cut.
        text: String,
        why: &'static str,
    },
    /// The secret half of a key. The text is not repeated.
    #[error(
        "{place}that is a secret key ({kind}), not a recipient; if others may have seen it, replace it; \
         {instead}"
    )]
    SecretKey {
        /// The file and line, with a colon, or nothing.
        place: RecipientPlace,
        kind: &'static str,
        instead: &'static str,
    },
    #[error("{place}{kind} cannot be sealed to; {instead}")]
    Unsupported {
        /// The file and line, with a colon, or nothing.
        place: RecipientPlace,
        kind: &'static str,
        instead: &'static str,
    },
    /// A key of age or SSH, where only a certificate will do.
    #[error(
        "{0} is no certificate: the script for Active Directory opens passwords with Windows PowerShell, which knows \
         certificates only; give the file of a certificate for document encryption with an RSA key"
    )]
    NoCertificate(String),
    /// A certificate to which nothing may be sealed.
    #[error("{place}this certificate cannot be sealed to: {why}")]
    Certificate { place: RecipientPlace, why: CertificateProblem },
    #[error(
        "{place}the file holds {count} certificates, and only its recipient's own may be in it; cut out the others \
         (they are of the authorities that signed it)"
    )]
    Chain { place: RecipientPlace, count: usize },
    /// age keeps post-quantum keys apart from others.
    #[error(
        "post-quantum recipients (age1tagpq1…) and other age recipients cannot open the same envelope: the other key would \
         undo the protection; seal to the one kind or to the other (certificates can be combined with either)"
    )]
    Mixed,
    #[error("the file of recipients {} cannot be read: {error}", .path.display())]
    File { path: PathBuf, error: io::Error },
    #[error("the file {} has no recipient in it; write one on each line", .0.display())]
    EmptyFile(PathBuf),
}

/// Where a recipient stands: on the command line, in a file, or on a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientPlace(pub(super) Option<(PathBuf, Option<usize>)>);

impl RecipientPlace {
    pub(super) const COMMAND_LINE: Self = Self(None);
}

impl RecipientPlace {
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
