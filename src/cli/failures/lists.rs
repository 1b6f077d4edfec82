//! Lists beside the roster that cannot be used: passwords that somebody chose, and accounts that are left alone.

use super::super::exit::Failure;
use crate::plan::password_list::PasswordListError;
use crate::plan::protected::ProtectedError;

impl From<PasswordListError> for Failure {
    fn from(error: PasswordListError) -> Self {
        let what = error.to_string();
        match error {
            PasswordListError::NotSealed { .. } => Self::refused(what).with_next(
                "Seal it to a key of yours (age -r RECIPIENT -o passwords.csv.age passwords.csv, openssl cms -encrypt, or \
                 Protect-CmsMessage), remove the file that is not sealed, and give the sealed one. sealoff help passwords has the steps.",
            ),
            PasswordListError::Unseal { .. } => {
                Self::usage(what).with_next("Name the key that it was sealed to with -i FILE, or seal it again.")
            }
            PasswordListError::NoHeader { .. } | PasswordListError::Lines { .. } => {
                Self::usage(what).with_next("Correct the list and seal it again. Nothing was sent.")
            }
            PasswordListError::NotOnTheList { .. } => Self::refused(what).with_next(
                "Look for typing errors in one of the two lists; put these people on the list, or take their passwords out and seal \
                 the file again.",
            ),
            PasswordListError::Twice { .. } => Self::refused(what)
                .with_next("Leave one of the two out, and seal the list again. They name the person differently."),
            PasswordListError::Read { .. } => Self::usage(what),
        }
        .about("passwords")
    }
}

/// A list of accounts that are left alone. `what` is the sentence for it.
pub(crate) fn of_protected(error: ProtectedError, what: String) -> Failure {
    match error {
        ProtectedError::Lookup(lookup) => lookup.into(),
        ProtectedError::Read { .. } | ProtectedError::Empty | ProtectedError::NotAName { .. } => Failure::usage(what),
        ProtectedError::NotFound { .. } | ProtectedError::Ambiguous { .. } => Failure::refused(what),
    }
}
