//! Calls that could not be made, reads that failed, and lookups that prove nothing.

use super::super::exit::{Exit, Failure};
use crate::directory::{ExportError, ListingScope, LookupError};
use crate::graph::reading::ReadError;
use crate::graph::token::TokenError;
use crate::graph::transport::TransportError;
use crate::wording::unreachable::remedy_of_call;
use crate::wording::{refused_token, unread};

/// What looking people up needs.
const READ_USERS: &str = "User.Read.All";

impl From<TransportError> for Failure {
    fn from(error: TransportError) -> Self {
        let failure = Self::new(Exit::Access, &error);
        let failure = match &error {
            TransportError::NotSent(_) => failure.about("graph_endpoint"),
            TransportError::Token(TokenError::Unreachable(_)) => failure.about("authority"),
            TransportError::Token(TokenError::NotATenant(_)) => failure.about("tenant"),
            TransportError::Token(TokenError::FederatedFile { .. }) => failure.about("federated_token_file"),
            _ => failure,
        };
        match &error {
            TransportError::Token(TokenError::Refused { clue, .. }) => {
                clue.and_then(refused_token::remedy).into_iter().fold(failure, Failure::with_next)
            }
            _ => remedy_of_call(&error).into_iter().fold(failure, Failure::with_next),
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let next = unread::remedy(&error);
        match error {
            ReadError::Transport(error) => error.into(),
            error => next.into_iter().fold(Self::new(Exit::Access, error), Self::with_next),
        }
    }
}

impl From<LookupError> for Failure {
    fn from(error: LookupError) -> Self {
        let what = error.to_string();
        match error {
            LookupError::Read(read) => read.into(),
            LookupError::Refused { error: refused, .. } => {
                let next = unread::remedy_of_refusal(&refused, Some(READ_USERS));
                next.into_iter().fold(Self::new(Exit::Access, what), Self::with_next)
            }
            _ => Self::new(Exit::Access, what),
        }
    }
}

/// A roster that could not be exported, by what was asked for.
pub(crate) fn of_export(error: ExportError, scope: &ListingScope, with_sign_ins: bool) -> Failure {
    let ExportError::Read(lookup) = error else { return Failure::usage(error) };
    let status = match &lookup {
        LookupError::Read(ReadError::Refused { error, .. }) | LookupError::Refused { error, .. } => Some(error.status),
        _ => None,
    };
    let failure = Failure::from(lookup);
    match (scope, status) {
        (ListingScope::Filter(_), Some(400)) => Failure { exit: Exit::Usage, ..failure }.with_next(
            "Check --filter: it is an OData filter on users, as in \"department eq 'Sales'\" or \
             \"accountEnabled eq true and userType eq 'Guest'\".",
        ),
        (ListingScope::Group(_), Some(404)) => Failure { exit: Exit::Usage, ..failure }
            .with_next("Check --group: it takes the object id of a group in this tenant."),
        (ListingScope::Group(_), Some(403)) => failure.with_next(
            "Reading a group needs the application permissions GroupMember.Read.All and User.Read.All, with admin consent.",
        ),
        (_, Some(403)) if with_sign_ins => failure.with_next(
            "Sign-ins need the application permission AuditLog.Read.All and a tenant with Entra ID P1 or P2. Leave \
             --with-last-sign-in out to do without them.",
        ),
        _ => failure,
    }
}
