//! What an answer to one write means for the account it was for.

use std::time::Duration;

use super::batch::ItemAnswer;
use super::error::GraphError;

/// The meaning of one answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The change is made.
    Accepted,
    /// The change is certainly not made, and the same request may pass later.
    NotApplied {
        /// Why it has to wait.
        because: Postponed,
        /// How long Graph asks to wait.
        retry_after: Option<Duration>,
    },
    /// Whether the change is made cannot be told; the same request is sent again, which is harmless.
    Unknown {
        /// What is known.
        error: GraphError,
        /// How long Graph asks to wait.
        retry_after: Option<Duration>,
    },
    /// The change is refused for good.
    Refused(GraphError),
}

/// Why a request that changed nothing may pass later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Postponed {
    /// A quota is used up.
    Throttled,
    /// Somebody else is writing to the same object.
    Conflict,
    /// A lock, or a request that this one was made to depend on.
    Blocked,
    /// The token ended under way.
    Unauthorized,
    /// Everybody is refused, so that it is the app that lacks something and not the account.
    NotAllowed,
}

/// Reads the answer to one item of a batch.
///
/// Source of the classes: "Microsoft Graph error responses and resource types" and "Microsoft Graph throttling guidance".
/// A server fault counts as unknown and not as refused: a gateway may give up on what the directory has done.
#[must_use]
pub fn of(answer: &ItemAnswer) -> Verdict {
    let retry_after = answer.advice.retry_after;
    let error = || {
        let body = answer.body.as_ref().map_or("", |body| body.get());
        GraphError::parse(answer.status, body.as_bytes(), answer.advice.request_id.clone())
    };
    let postponed = |because| Verdict::NotApplied { because, retry_after };
    match answer.status {
        200..=299 => Verdict::Accepted,
        401 => postponed(Postponed::Unauthorized),
        409 => postponed(Postponed::Conflict),
        423 | 424 => postponed(Postponed::Blocked),
        429 => postponed(Postponed::Throttled),
        408 | 500 | 502..=504 | 506..=599 => Verdict::Unknown { error: error(), retry_after },
        _ => Verdict::Refused(error()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::transport::Advice;

    fn verdict(status: u16) -> Verdict {
        of(&ItemAnswer { status, advice: Advice::default(), body: None })
    }

    #[test]
    fn statuses_fall_into_their_documented_classes() {
        for status in [200, 202, 204] {
            assert_eq!(verdict(status), Verdict::Accepted, "{status}");
        }
        for status in [409, 423, 424, 429, 401] {
            assert!(matches!(verdict(status), Verdict::NotApplied { .. }), "{status}");
        }
        for status in [408, 500, 502, 503, 504] {
            assert!(matches!(verdict(status), Verdict::Unknown { .. }), "{status}");
        }
        for status in [302, 400, 403, 404, 405, 412, 501] {
            assert!(matches!(verdict(status), Verdict::Refused(_)), "{status}");
        }
    }
}
