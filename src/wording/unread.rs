//! What to do where something cannot be read.

use super::unreachable::{remedy as remedy_of_cause, remedy_of_call, remedy_or_general};
use super::worded_step::WordedStep;
use crate::graph::error::GraphError;
use crate::graph::reading::{LastAttempt, ReadError};
use crate::graph::unreachable::UnreachableCause;
use crate::words::sentence;

/// Where Graph itself cannot serve.
const WAIT: &str = "Wait some minutes and run the same command again. https://status.cloud.microsoft says whether Microsoft knows of \
    it.";

/// Where an answer is none that Microsoft describes.
const NOT_GRAPHS: &str = "What answers there may not be Graph, or something changes its answers: check --graph-endpoint and the proxy \
    (HTTPS_PROXY). If they are right, wait some minutes and run the same command again.";

/// Where Graph refuses for a reason that is not known here.
const UNKNOWN_REFUSAL: &str = "Check --graph-endpoint and the proxy (HTTPS_PROXY). If they are right, run the command again with -v, \
    and ask Microsoft's support about the request-id.";

/// What to do about it; `None` where the command that asked says that.
#[must_use]
pub fn remedy(error: &ReadError) -> Option<WordedStep> {
    match error {
        ReadError::Transport(error) => remedy_of_call(error).map(Into::into),
        ReadError::Refused { error, needs } => remedy_of_refusal(error, *needs),
        ReadError::GaveUp { ended: LastAttempt::Answered, .. } => Some(WAIT.into()),
        ReadError::GaveUp { ended: LastAttempt::Unanswered(cause), .. } => Some(remedy_or_general(*cause).into()),
        ReadError::Garbled { .. } => Some(NOT_GRAPHS.into()),
        ReadError::Request(_) => None,
    }
}

/// The same about a refusal. `needs` is the least permission for what was asked, where it is known.
#[must_use]
pub fn remedy_of_refusal(refused: &GraphError, needs: Option<&str>) -> Option<WordedStep> {
    Some(match (refused.status, refused.hint()) {
        _ if refused.is_foreign => remedy_of_cause(UnreachableCause::SomethingBetween).into(),
        // The usual hint speaks of writing.
        (403, _) => match needs {
            Some(needs) => format!("Reading this needs the application permission {needs}, with admin consent.").into(),
            None => WordedStep::typed("Which permission is missing", "sealoff doctor"),
        },
        (_, Some(hint)) => sentence(hint).into(),
        // Where the question itself is wrong, its own command says what to change.
        (400 | 404, None) => return None,
        (_, None) => UNKNOWN_REFUSAL.into(),
    })
}
