//! Why the file of an app cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use super::{credential_keys, keys};
use crate::graph::credential::{CertificateError, JobIdentityError, NotAnAudience};
use crate::ids::NotAGuid;

/// Why the file of an app, or one that it names, cannot be used. No content of a file is ever part of it but names of keys
/// and ids.
#[derive(Debug, thiserror::Error)]
#[error("{what} {} {problem}", path.display())]
pub struct AppFileError {
    /// What the file is.
    pub what: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: AppFileProblem,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what each is")]
pub enum AppFileProblem {
    #[error("cannot be read: {0}")]
    Unreadable(io::Error),
    #[error("is no TOML in line {line}: {reason}")]
    NotToml { line: usize, reason: String },
    #[error("has a key {key:?}, which means nothing here{}", meant(.nearest))]
    UnknownKey { key: String, nearest: Option<&'static str> },
    #[error(
        "has a secret written into it ({key}), and such a file is copied about. Write the secret, alone, into a file of its \
         own that only you may read, name that with {instead}, and renew the secret if others have seen this \
         file"
    )]
    SecretInFile { key: String, instead: &'static str },
    #[error("must have a text in quotes for {key}, and not an empty one")]
    NotAText { key: &'static str },
    #[error("has a {key} that is no id: {error}")]
    NotAnId { key: &'static str, error: NotAGuid },
    #[error("names no client_id: the application (client) ID on the overview page of the app registration")]
    NoClientId,
    #[error("names no credential; give it exactly one of {}", one_of())]
    NoCredential,
    #[error("names {first} and {second}; give it exactly one of {}", one_of())]
    TwoCredentials { first: &'static str, second: &'static str },
    #[error("has {key}, and no certificate_path whose password that could be")]
    PasswordOfNothing { key: &'static str },
    #[error("names certificate_password_file and certificate_password_env; give it one of them at most")]
    TwoPasswords,
    /// They could choose which app is used and which file is sent as its secret.
    #[error("can be changed by others")]
    WritableByOthers(PathBuf),
    #[error("holds a secret that others may read")]
    OpenToOthers(PathBuf),
    #[error("must hold {what} and nothing else, in one line")]
    NoSecret { what: &'static str },
    #[error(
        "has a {key} that is not the name of a variable (letters, digits and underscores); it never is the secret itself"
    )]
    NotAVariable { key: &'static str },
    #[error("says that its secret is in the variable {0}, which is not set")]
    NoVariable(String),
    #[error("has a {key} that cannot be used: {reason}")]
    Audience { key: &'static str, reason: NotAnAudience },
    #[error("wants the identity of a GitHub Actions job (federated_audience): {0}")]
    Job(JobIdentityError),
    #[error("names a certificate that cannot be used: {0}")]
    Certificate(CertificateError),
}

impl AppFileProblem {
    pub(super) fn in_file(self, what: &'static str, path: &Path) -> AppFileError {
        AppFileError { what, path: path.to_owned(), problem: self }
    }
}

fn one_of() -> String {
    credential_keys().collect::<Vec<_>>().join(", ")
}

fn meant(nearest: &Option<&'static str>) -> String {
    match nearest {
        Some(nearest) => format!("; did you mean {nearest}?"),
        None => format!("; it may have {}", keys().collect::<Vec<_>>().join(", ")),
    }
}
