//! What to do where something could not be read, by the error: the same for every command.

use super::refused_token::{self, TOKEN_OF_ANOTHER_CLOUD};
use super::unreachable::{remedy, remedy_or_general};
use super::worded_step::WordedStep;
use crate::directory::LookupError;
use crate::graph::error::{GraphClue, GraphError};
use crate::graph::reading::{LastAttempt, ReadError};
use crate::graph::transport::TransportError;
use crate::graph::unreachable::UnreachableCause;

/// What looking people up needs.
const READ_USERS: &str = "User.Read.All";

/// Where Graph itself cannot serve.
const WAIT: &str = "Wait some minutes and run the same command again. https://status.cloud.microsoft says whether Microsoft knows of \
    it.";

/// Where an answer is none that Microsoft describes.
const NOT_GRAPHS: &str = "What answers there may not be Graph, or something changes its answers: check --graph-endpoint and the proxy \
    (HTTPS_PROXY). If they are right, wait some minutes and run the same command again.";

/// Where Graph refuses for a reason that is not known here.
pub const UNKNOWN_REFUSAL: &str = "Check --graph-endpoint and the proxy (HTTPS_PROXY). If they are right, run the command again with -v, \
    and ask Microsoft's support about the request-id.";

/// What to do about a call that could not be made; `None` where the error says all that is known.
pub fn of_call(error: &TransportError) -> Option<WordedStep> {
    match error {
        TransportError::NotSent(unreachable) => Some(remedy_or_general(unreachable.cause).into()),
        TransportError::Lost(unreachable) => Some(remedy(unreachable.cause?).into()),
        TransportError::Token(error) => refused_token::of_token(error),
        TransportError::Unauthorized(refused) => {
            Some(refused.clue().and_then(about_the_app).unwrap_or(TOKEN_OF_ANOTHER_CLOUD).into())
        }
    }
}

/// What to do about a read that failed; `None` where the error says all that is known, or the question itself is wrong: its own
/// command says then what to change.
pub fn of_read(error: &ReadError) -> Option<WordedStep> {
    match error {
        ReadError::Transport(error) => of_call(error),
        ReadError::Refused { error, needs } => of_refusal(error, *needs),
        ReadError::GaveUp { ended: LastAttempt::Answered, .. } => Some(WAIT.into()),
        ReadError::GaveUp { ended: LastAttempt::Unanswered(cause), .. } => Some(remedy_or_general(*cause).into()),
        ReadError::Garbled { .. } => Some(NOT_GRAPHS.into()),
        ReadError::Request(_) => None,
    }
}

/// What to do about people who could not be looked up.
pub fn of_lookup(error: &LookupError) -> Option<WordedStep> {
    match error {
        LookupError::Read(error) => of_read(error),
        LookupError::Refused { error, .. } => of_refusal(error, Some(READ_USERS)),
        LookupError::Unreliable { .. } => Some(NOT_GRAPHS.into()),
        LookupError::NotPermitted { part, .. } => Some(
            format_args!(
                "Grant the app {}, with admin consent; or do without {}: {}",
                part.permission(),
                part.name(),
                part.flag()
            )
            .into(),
        ),
        LookupError::NamesHidden | LookupError::StateHidden => {
            Some(format_args!("Grant the app {READ_USERS}, with admin consent.").into())
        }
    }
}

/// `needs` is the least permission for what was asked, where it is known.
fn of_refusal(refused: &GraphError, needs: Option<&str>) -> Option<WordedStep> {
    if refused.is_foreign {
        return Some(remedy(UnreachableCause::SomethingBetween).into());
    }
    if let Some(remedy) = refused.clue().and_then(about_the_app) {
        return Some(remedy.into());
    }
    match (refused.status, needs) {
        (403, Some(needs)) => {
            Some(format_args!("Reading this needs the application permission {needs}, with admin consent.").into())
        }
        (403, None) => Some(WordedStep::typed("Which permission is missing", "sealoff doctor")),
        (400 | 404, _) => None,
        _ => Some(UNKNOWN_REFUSAL.into()),
    }
}

/// What to do about the app, where it is why.
pub const fn about_the_app(clue: GraphClue) -> Option<&'static str> {
    match clue {
        GraphClue::AppUnknown => Some("Check AZURE_TENANT_ID: it has to name the tenant that the app is in."),
        GraphClue::AppDisabled => Some(
            "An administrator of the tenant can enable the app: Entra admin center > Enterprise applications > the app > Properties.",
        ),
        // They are about writes, and causes of them have remedies of their own.
        GraphClue::RestrictedUnit | GraphClue::NotAllowed | GraphClue::MasteredElsewhere => None,
    }
}
