//! Files of keys that cannot be used: what an app signs in with, and what opens passwords.

use std::path::Path;

use super::super::exit::{Exit, Failure};
use super::super::words::quoted;
use crate::graph::app_file::{AppFileError, AppFileProblem};
use crate::graph::credential::{CertificateError, JobIdentityError};
use crate::private_files::how_to_keep_others_out;
use crate::seal::IdentityError;
use crate::wording::refused_token::JOB_PERMISSION;
use crate::wording::worded_step::WordedStep;

/// The command that turns a PEM file of an older kind into one that can be used.
fn of_old_pem(path: &Path) -> WordedStep {
    WordedStep::typed("Convert it with", format_args!("openssl pkcs8 -topk8 -in {} -out new-key.pem", quoted(path)))
}

/// The command that makes a file that can be used of one that cannot, where there is one.
fn conversion_of(error: &CertificateError) -> Option<WordedStep> {
    Some(match error {
        CertificateError::OldPem(path) => of_old_pem(path),
        CertificateError::Damaged(path) => WordedStep::typed(
            "Turn it into PEM, and keep that file to yourself",
            format_args!("openssl pkcs12 -in {} -nodes -out app.pem", quoted(path)),
        ),
        CertificateError::Cipher { path, .. } => WordedStep::typed(
            "Export it anew with AES256-SHA256. Or turn it into PEM, and keep that file to yourself",
            format_args!("openssl pkcs12 -legacy -in {} -nodes -out app.pem", quoted(path)),
        ),
        _ => return None,
    })
}

/// The certificate of the connection. `password` is the variable that its password is read from.
pub(crate) fn of_certificate(error: CertificateError, password: &str) -> Failure {
    match error {
        CertificateError::Locked(_) => Failure::new(Exit::Access, error)
            .with_next(format_args!("Set {password}, or run this at a terminal and type it.")),
        CertificateError::WrongPassword(_) => Failure::new(Exit::Access, error)
            .with_next(format_args!("Correct {password}, or leave it unset and type the password.")),
        other => {
            let conversion = conversion_of(&other);
            let failure = Failure::usage(other);
            match conversion {
                Some(command) => failure.with_next(command),
                None => failure,
            }
        }
    }
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        let next = match &error {
            IdentityError::Locked(_) => {
                "Run this at a terminal, or give the passphrase on standard input with --passphrase-stdin.".into()
            }
            IdentityError::Plugin { path, .. } => WordedStep::typed(
                "Copy what stands behind age: in the cell, and give it to",
                format_args!("base64 -d | age -d -i {}", quoted(path)),
            ),
            IdentityError::OldSshPassphrase(path) => WordedStep::typed(
                "Keep it in the form of today with",
                format_args!("ssh-keygen -p -f {}", quoted(path)),
            ),
            IdentityError::UncommonSshCipher(path) => WordedStep::typed(
                "Keep it by a common cipher with",
                format_args!("ssh-keygen -p -Z aes256-ctr -f {}", quoted(path)),
            ),
            IdentityError::OldPem(path) => of_old_pem(path),
            IdentityError::DamagedPfx(path)
            | IdentityError::PfxCipher { path, .. }
            | IdentityError::PfxWithoutKey(path) => WordedStep::typed(
                "Convert it, with -legacy if openssl refuses it",
                format_args!("openssl pkcs12 -in {} -nocerts -out key.pem", quoted(path)),
            ),
            _ => return Self::usage(error),
        };
        Self::usage(error).with_next(next)
    }
}

impl From<AppFileError> for Failure {
    fn from(error: AppFileError) -> Self {
        let next = match &error.problem {
            AppFileProblem::Certificate(CertificateError::Locked(_)) => Some(
                "Name its password with certificate_password_file or certificate_password_env, or run this at a terminal \
                 and type it."
                    .into(),
            ),
            AppFileProblem::Certificate(CertificateError::WrongPassword(_)) => Some(
                "Correct what certificate_password_file or certificate_password_env holds, or leave both out and type it."
                    .into(),
            ),
            AppFileProblem::Certificate(problem) => conversion_of(problem),
            AppFileProblem::WritableByOthers(path) => {
                Some(WordedStep::typed("Keep them out with", how_to_keep_others_out(path, "go-w")))
            }
            AppFileProblem::OpenToOthers(path) => {
                Some(WordedStep::typed("Keep them out with", how_to_keep_others_out(path, "600")))
            }
            AppFileProblem::Job(JobIdentityError::Missing(_)) => Some(JOB_PERMISSION.into()),
            _ => None,
        };
        let failure = Self::usage(error).about("files");
        match next {
            Some(next) => failure.with_next(next),
            None => failure,
        }
    }
}
