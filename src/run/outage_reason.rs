//! Why nothing comes through to Graph, as a value: whether two tries failed for one reason is not read out of their words.

use std::fmt;
use std::mem::discriminant;

use serde::{Serialize, Serializer};

use crate::graph::credential::TokenError;
use crate::graph::error::GraphError;
use crate::graph::reading::LastAttempt;
use crate::graph::transport::TransportError;
use crate::graph::unreachable::{Unreachable, UnreachableCause};

/// Why nothing comes through.
#[derive(Debug, Clone)]
pub enum OutageReason {
    /// A whole call was answered with a fault.
    Answered(GraphError),
    /// A call could not be made, or its answer was lost.
    NoAnswer(TransportError),
    /// Writes that are sent alone meet server faults.
    LoneFaults,
    /// All writes of a batch met server faults.
    WholeBatch,
    /// Accounts cannot be read again.
    NotRead {
        /// How the last attempt ended.
        ended: LastAttempt,
        /// What Graph itself answered to it, where it was a fault of its own.
        answer: Option<Box<GraphError>>,
        /// All of it, in words.
        words: String,
    },
}

impl OutageReason {
    /// Why the network does not let anything through, where that is known.
    pub fn cause(&self) -> Option<UnreachableCause> {
        match self {
            Self::Answered(error) => error.is_foreign.then_some(UnreachableCause::SomethingBetween),
            Self::NoAnswer(error) => error.unreachable_cause(),
            Self::NotRead { ended: LastAttempt::Unanswered(cause), .. } => *cause,
            Self::NotRead { ended: LastAttempt::Answered, .. } | Self::LoneFaults | Self::WholeBatch => None,
        }
    }

    /// Is it the same reason? What is another thing at each try, such as Graph's name for a request, makes no other one.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Answered(one), Self::Answered(other)) => fault(one) == fault(other),
            (Self::NoAnswer(one), Self::NoAnswer(other)) => is_like_call(one, other),
            (Self::NotRead { ended: one, answer, .. }, Self::NotRead { ended: other, answer: others, .. }) => {
                one == other && answer.as_deref().map(fault) == others.as_deref().map(fault)
            }
            (Self::LoneFaults, Self::LoneFaults) | (Self::WholeBatch, Self::WholeBatch) => true,
            _ => false,
        }
    }
}

/// What makes a fault another one.
fn fault(error: &GraphError) -> (u16, &str, bool) {
    (error.status, error.code.as_str(), error.is_foreign)
}

fn is_like_call(one: &TransportError, other: &TransportError) -> bool {
    match (one, other) {
        (TransportError::NotSent(one), TransportError::NotSent(other))
        | (TransportError::Lost(one), TransportError::Lost(other))
        | (
            TransportError::Token(TokenError::Unreachable(one)),
            TransportError::Token(TokenError::Unreachable(other)),
        ) => network(one) == network(other),
        // Its words name each request and its time.
        (TransportError::Token(one), TransportError::Token(other)) => discriminant(one) == discriminant(other),
        _ => discriminant(one) == discriminant(other),
    }
}

/// The network's own words count where the cause is not known.
fn network(unreachable: &Unreachable) -> (Option<UnreachableCause>, Option<&str>) {
    let words = unreachable.cause.is_none().then_some(unreachable.own_words.as_str());
    (unreachable.cause, words)
}

impl fmt::Display for OutageReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(error) => error.fmt(f),
            Self::NoAnswer(error) => error.fmt(f),
            Self::LoneFaults => f.write_str("writes that are sent alone meet server faults"),
            Self::WholeBatch => f.write_str("all of a batch met server faults"),
            Self::NotRead { words, .. } => f.write_str(words),
        }
    }
}

/// Programs read the words.
impl Serialize for OutageReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_another_thing_at_each_try_makes_no_other_reason() {
        let answered = |status, id: &str| OutageReason::Answered(GraphError::parse(status, b"{}", Some(id.to_owned())));
        let busy = |message: &str| {
            let busy = TokenError::Busy { message: message.into(), retry_after: None };
            OutageReason::NoAnswer(TransportError::Token(busy))
        };
        let lost = |cause, own_words: &str| {
            let unreachable = Unreachable { service: "Graph".to_owned(), cause, own_words: own_words.into() };
            OutageReason::NoAnswer(TransportError::Lost(unreachable))
        };
        let not_read =
            |words: &str| OutageReason::NotRead { ended: LastAttempt::Answered, answer: None, words: words.to_owned() };
        let stalled = Some(UnreachableCause::Stalled);
        for (one, other) in [
            (answered(503, "1"), answered(503, "2")),
            (busy("AADSTS90033 Trace ID: 1"), busy("AADSTS90033 Trace ID: 2")),
            (lost(stalled, "after 3 s"), lost(stalled, "after 4 s")),
            (not_read("request 1"), not_read("request 2")),
            (OutageReason::WholeBatch, OutageReason::WholeBatch),
        ] {
            assert!(one.is_like(&other), "{one} {other}");
        }
        for (one, other) in [
            (answered(503, "1"), answered(502, "1")),
            (lost(None, "no route"), lost(None, "reset by peer")),
            (lost(stalled, "x"), lost(None, "x")),
            (OutageReason::WholeBatch, OutageReason::LoneFaults),
        ] {
            assert!(!one.is_like(&other), "{one} {other}");
        }
    }
}
