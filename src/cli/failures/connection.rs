//! Calls that could not be made, reads that failed, and lookups that prove nothing.

use super::super::exit::{Exit, Failure};
use super::{reworded, sentence};
use crate::directory::{ExportError, ListingScope, LookupError};
use crate::graph::error::GraphError;
use crate::graph::reading::{LastAttempt, ReadError};
use crate::graph::token::TokenError;
use crate::graph::transport::TransportError;
use crate::graph::unreachable::UnreachableCause;
use crate::wording::refused_token;
use crate::wording::unreachable::{remedy, remedy_of_call, remedy_or_general};

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
        match error {
            ReadError::Transport(error) => error.into(),
            ReadError::Refused { error, needs } => of_refused_read(&error, needs),
            ReadError::GaveUp { ended, .. } => Self::new(Exit::Access, &error).with_next(match ended {
                LastAttempt::Answered => WAIT,
                LastAttempt::Unanswered(cause) => remedy_or_general(cause),
            }),
            ReadError::Garbled { .. } => Self::new(Exit::Access, error).with_next(NOT_GRAPHS),
            ReadError::Request(_) => Self::new(Exit::Access, error),
        }
    }
}

/// Where Graph itself cannot serve.
const WAIT: &str = "Wait some minutes and run the same command again. https://status.cloud.microsoft says whether Microsoft knows of \
    it.";

/// Where an answer is none that Microsoft describes.
const NOT_GRAPHS: &str = "What answers there may not be Graph, or something changes its answers: check --graph-endpoint and the proxy \
    (HTTPS_PROXY). If they are right, wait some minutes and run the same command again.";

/// Where Graph refuses for a reason that is not known here.
const UNKNOWN_REFUSAL: &str = "Check --graph-endpoint and the proxy (HTTPS_PROXY). If they are right, run the command again with -v, \
    and ask Microsoft's support about the request-id.";

/// `needs` is the least permission for what was asked, where it is known.
fn of_refused_read(refused: &GraphError, needs: Option<&str>) -> Failure {
    let failure = Failure::new(Exit::Access, refused);
    match (refused.status, refused.hint()) {
        _ if refused.is_foreign => failure.with_next(remedy(UnreachableCause::SomethingBetween)),
        // The usual hint speaks of writing.
        (403, _) => match needs {
            Some(needs) => failure
                .with_next(format_args!("Reading this needs the application permission {needs}, with admin consent.")),
            None => failure.with_command("Which permission is missing", "sealoff doctor"),
        },
        (_, Some(hint)) => failure.with_next(sentence(hint)),
        // Where the question itself is wrong, its own command says what to change.
        (400 | 404, None) => failure,
        (_, None) => failure.with_next(UNKNOWN_REFUSAL),
    }
}

impl From<LookupError> for Failure {
    fn from(error: LookupError) -> Self {
        let what = error.to_string();
        match error {
            LookupError::Read(read) => read.into(),
            LookupError::Refused { error: refused, .. } => reworded(what, of_refused_read(&refused, Some(READ_USERS))),
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
