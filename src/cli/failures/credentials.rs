//! What an app signs in with, and cannot.

use super::super::exit::{Exit, Failure};
use crate::graph::app_file::{AppFileError, AppFileProblem};
use crate::graph::credential::CertificateError;

/// The certificate of the connection. `password` is the variable that its password is read from.
pub(crate) fn of_certificate(error: CertificateError, password: &str) -> Failure {
    match error {
        CertificateError::Locked(_) => Failure::new(Exit::Access, error)
            .with_next(format_args!("Set {password}, or run this at a terminal and type it.")),
        CertificateError::WrongPassword(_) => Failure::new(Exit::Access, error)
            .with_next(format_args!("Correct {password}, or leave it unset and type the password.")),
        other => Failure::usage(other),
    }
}

impl From<AppFileError> for Failure {
    fn from(error: AppFileError) -> Self {
        let next = match &error.problem {
            AppFileProblem::Certificate(CertificateError::Locked(_)) => Some(
                "Name its password with certificate_password_file or certificate_password_env, or run this at a terminal \
                 and type it.",
            ),
            AppFileProblem::Certificate(CertificateError::WrongPassword(_)) => Some(
                "Correct what certificate_password_file or certificate_password_env holds, or leave both out and type it.",
            ),
            _ => None,
        };
        let failure = Self::usage(error).about("files");
        match next {
            Some(next) => failure.with_next(next),
            None => failure,
        }
    }
}
