//! Why the file of an app cannot be used.

use std::io;
use std::path::PathBuf;

use super::{CREDENTIALS, KEYS};
use crate::graph::credential::CertificateError;
use crate::ids::NotAGuid;

/// Why the file of an app cannot be used. No content of the file is ever part of it but names of keys and ids.
#[derive(Debug, thiserror::Error)]
pub enum AppFileError {
    /// It cannot be read.
    #[error("{what} {} cannot be read: {error}", .path.display())]
    Unreadable {
        /// What it is.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
    /// It is no TOML.
    #[error("line {line} of {} is no TOML: {reason}", .path.display())]
    NotToml {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What the parser says.
        reason: String,
    },
    /// A key that nobody knows.
    #[error("{} has a key {key:?}, which means nothing here{}", .path.display(), meant(.nearest))]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// The key that was meant, if any is near.
        nearest: Option<&'static str>,
    },
    /// A secret stands in the file itself.
    #[error(
        "{} has a secret written into it ({key}), and such a file is copied about. Write the secret, alone, into a file of \
         its own that only you may read (chmod 600), name that with {instead}, and renew the secret if others have seen \
         this file", .path.display()
    )]
    SecretInFile {
        /// The file.
        path: PathBuf,
        /// The key.
        key: String,
        /// The key that is meant for it.
        instead: &'static str,
    },
    /// A value that is no text.
    #[error("{key} in {} must be a text in quotes, and not an empty one", .path.display())]
    NotAText {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
    },
    /// An id that is none.
    #[error("{key} in {} is no id: {error}", .path.display())]
    NotAnId {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// What it is instead.
        error: NotAGuid,
    },
    /// No client id.
    #[error("{} names no client_id: the application (client) ID on the overview page of the app registration", .0.display())]
    NoClientId(PathBuf),
    /// No credential.
    #[error("{} names no credential; give it exactly one of {CREDENTIALS}", .0.display())]
    NoCredential(PathBuf),
    /// More than one credential.
    #[error("{} names {first} and {second}; give it exactly one of {CREDENTIALS}", .path.display())]
    TwoCredentials {
        /// The file.
        path: PathBuf,
        /// One of them.
        first: &'static str,
        /// Another one.
        second: &'static str,
    },
    /// A password without a certificate.
    #[error("{} has {key}, and no certificate_path whose password that could be", .path.display())]
    PasswordOfNothing {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
    },
    /// Two passwords.
    #[error("{} names certificate_password_file and certificate_password_env; give it one of them at most", .0.display())]
    TwoPasswords(PathBuf),
    /// Others may change the file, and so choose which app is used and which file is sent as its secret.
    #[error("others may change {}; keep them out: chmod go-w {}", .0.display(), .0.display())]
    WritableByOthers(PathBuf),
    /// Others may read the secret.
    #[error("others may read the secret in {}; keep them out: chmod 600 {}", .0.display(), .0.display())]
    OpenToOthers(PathBuf),
    /// The file of the secret holds no secret.
    #[error("{} must hold {what} and nothing else, in one line", .path.display())]
    NoSecret {
        /// The file.
        path: PathBuf,
        /// What it is meant to hold.
        what: &'static str,
    },
    /// Not the name of a variable.
    #[error(
        "{key} in {} is not the name of a variable (letters, digits and underscores); it never is the secret itself",
        .path.display()
    )]
    NotAVariable {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
    },
    /// The variable is not set.
    #[error("{} says that its secret is in the variable {name}, which is not set", .path.display())]
    NoVariable {
        /// The file.
        path: PathBuf,
        /// The variable.
        name: String,
    },
    /// The certificate cannot be used.
    #[error("{}: {error}", .path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        error: CertificateError,
    },
}

fn meant(nearest: &Option<&'static str>) -> String {
    match nearest {
        Some(nearest) => format!("; did you mean {nearest}?"),
        None => format!("; it may have {}", KEYS.join(", ")),
    }
}
