//! What became of one write.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::batch::ItemAnswer;
use super::echo::SentSecrets;
use super::error::GraphError;
use super::outside::OutsideText;
use super::status::StatusClass;
use super::unclear::{is_not_known, is_unclear};

/// What became of one write: decided once, where the answer is read. Engine, journal, state and results all hold this.
///
/// The journal keeps it as `{"meaning": "not-applied", "reason": "throttled"}`, without how long Graph asked to wait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "meaning", rename_all = "kebab-case")]
pub enum WriteOutcome {
    /// The change is made.
    Accepted,
    /// The change is certainly not made, and the same request may pass later.
    #[serde(rename = "not-applied")]
    Postponed {
        /// Why it has to wait.
        #[serde(rename = "reason")]
        why: Postponed,
        /// How long Graph asks to wait.
        #[serde(skip)]
        retry_after: Option<Duration>,
    },
    /// Whether the change is made cannot be known. The same request is sent again, which is harmless.
    Unknown {
        /// What is known.
        #[serde(flatten)]
        why: Undecided,
        /// How long Graph asks to wait.
        #[serde(skip)]
        retry_after: Option<Duration>,
    },
    /// The change is refused for good.
    Refused {
        /// Graph's words.
        error: GraphError,
    },
}

/// Why a request that changed nothing may pass later. The aliases are what journals of earlier versions say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, strum::EnumIter)]
#[serde(rename_all = "kebab-case")]
pub enum Postponed {
    /// A quota is used up.
    Throttled,
    /// Another write to the same object is under way.
    #[serde(alias = "another write to the same account was under way")]
    Conflict,
    /// A lock, a request that this one was made to depend on, or a call that never left.
    #[serde(alias = "not processed")]
    Blocked,
    /// The token ended while the call was under way.
    #[serde(alias = "the token ended under way")]
    Unauthorized,
    /// A refusal that says nothing, or what is not so a moment later.
    Unclear,
    /// The app was refused, and the account was not: the app lacks a role or a permission.
    #[serde(alias = "this app may not do it (403); another one, or another day")]
    NotAllowed,
}

impl fmt::Display for Postponed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Throttled => "throttled",
            Self::Conflict => "another write to the same account was under way",
            Self::Blocked => "not processed",
            Self::Unauthorized => "the token ended under way",
            Self::Unclear => "refused without a reason that lasts",
            Self::NotAllowed => "this app may not do it (403); another app may, or this one later",
        })
    }
}

/// Why it cannot be known whether a change is made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "UndecidedInJournal", into = "UndecidedInJournal")]
pub enum Undecided {
    /// The service failed, or what answered is not Graph. A gateway may give up on what the directory has done.
    ServerFault(GraphError),
    /// The answer to the batch does not mention this request.
    LeftOut,
    /// A pass was to be made, and the answer holds none that can be kept.
    NoPass,
    /// The request left, and no answer came back. These are the words of the network.
    Lost(OutsideText),
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServerFault(error) => error.fmt(f),
            Self::LeftOut => f.write_str("the answer leaves this request out"),
            Self::NoPass => f.write_str("the answer holds no pass"),
            Self::Lost(reason) => reason.fmt(f),
        }
    }
}

/// Beside an `error`, the `reason` says the same in words.
#[derive(Serialize, Deserialize)]
struct UndecidedInJournal {
    reason: UndecidedReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<GraphError>,
}

/// The aliases are what journals of earlier versions say.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum UndecidedReason {
    #[serde(alias = "the answer leaves this request out")]
    LeftOut,
    #[serde(alias = "the answer holds no pass")]
    NoPass,
    #[serde(untagged)]
    Words(OutsideText),
}

impl From<Undecided> for UndecidedInJournal {
    fn from(why: Undecided) -> Self {
        let (reason, error) = match why {
            Undecided::ServerFault(error) => {
                (UndecidedReason::Words(OutsideText::of_nothing_sent(&error.to_string())), Some(error))
            }
            Undecided::LeftOut => (UndecidedReason::LeftOut, None),
            Undecided::NoPass => (UndecidedReason::NoPass, None),
            Undecided::Lost(words) => (UndecidedReason::Words(words), None),
        };
        Self { reason, error }
    }
}

impl From<UndecidedInJournal> for Undecided {
    fn from(line: UndecidedInJournal) -> Self {
        match (line.error, line.reason) {
            (Some(error), _) => Self::ServerFault(error),
            (None, UndecidedReason::LeftOut) => Self::LeftOut,
            (None, UndecidedReason::NoPass) => Self::NoPass,
            (None, UndecidedReason::Words(words)) => Self::Lost(words),
        }
    }
}

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The password does not comply: another one may.
    Password,
    /// 400 or 403: where several properties travelled together, one of them may be the reason, and the others may pass
    /// alone ("Update user": a password is refused for federated accounts, and each property has a permission of its own).
    Property,
    /// Any other refusal: it concerns the account as a whole.
    Account,
}

impl WriteOutcome {
    /// Reads the answer to one item of a batch that carried nothing in confidence.
    pub fn of(answer: &ItemAnswer) -> Self {
        Self::without(answer, &SentSecrets::none())
    }

    /// Reads the answer to one item of a batch that carried `sent`; nothing of that is kept.
    pub(crate) fn without(answer: &ItemAnswer, sent: &SentSecrets<'_>) -> Self {
        Self::of_status(answer.status, answer.advice.retry_after, || answer.error_without(sent))
    }

    /// What a status means for the write that it answers, of one item or of a whole call; `error` is what Graph says beside it.
    pub(super) fn of_status(status: u16, retry_after: Option<Duration>, error: impl FnOnce() -> GraphError) -> Self {
        let postponed = |why| Self::Postponed { why, retry_after };
        match StatusClass::of(status) {
            StatusClass::Success => Self::Accepted,
            StatusClass::Unauthorized => postponed(Postponed::Unauthorized),
            StatusClass::Conflict => postponed(Postponed::Conflict),
            StatusClass::Blocked => postponed(Postponed::Blocked),
            StatusClass::Throttled => postponed(Postponed::Throttled),
            StatusClass::ServerFault | StatusClass::NoneOfGraphs => {
                Self::Unknown { why: Undecided::ServerFault(error()), retry_after }
            }
            StatusClass::Refused => Self::Refused { error: error() },
        }
    }

    /// What a refusal for good is about.
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused { error } if error.is_about_the_password() => Some(Refusal::Password),
            Self::Refused { error } if matches!(error.status, 400 | 403) => Some(Refusal::Property),
            Self::Refused { .. } => Some(Refusal::Account),
            _ => None,
        }
    }

    /// Is it a refusal by 400: of what is asked, and not of who asks?
    pub const fn is_bad_request(&self) -> bool {
        matches!(self, Self::Refused { error: GraphError { status: 400, .. } })
    }

    /// What it means where the request is about a target of the account: what is not there needs nothing ("a repeat is answered 404").
    #[must_use]
    pub fn of_target(self) -> Self {
        match self {
            Self::Refused { error } if error.status == 404 => Self::Accepted,
            other => other,
        }
    }

    /// Is it over for this request: made, or refused for good?
    pub const fn is_decided(&self) -> bool {
        matches!(self, Self::Accepted | Self::Refused { .. })
    }

    /// Did the service fail, so that nothing is decided?
    pub const fn is_fault(&self) -> bool {
        matches!(self, Self::Unknown { .. } | Self::Postponed { why: Postponed::Blocked, .. })
    }

    /// Does it show that Graph took the token: was the write looked into?
    pub const fn shows_a_good_token(&self) -> bool {
        match self {
            Self::Accepted => true,
            Self::Refused { error } => error.status != 401,
            Self::Postponed { why, .. } => matches!(why, Postponed::Throttled | Postponed::Conflict),
            Self::Unknown { .. } => false,
        }
    }

    /// Is it a refusal by 403: of the account, or of the app as a whole?
    pub const fn is_forbidden(&self) -> bool {
        matches!(self, Self::Refused { error: GraphError { status: 403, .. } })
    }

    /// Why it may pass later, where it certainly changed nothing.
    pub const fn postponed(&self) -> Option<Postponed> {
        match self {
            Self::Postponed { why, .. } => Some(*why),
            _ => None,
        }
    }

    /// How long Graph asks to wait.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Postponed { retry_after, .. } | Self::Unknown { retry_after, .. } => *retry_after,
            Self::Accepted | Self::Refused { .. } => None,
        }
    }

    /// Is it a refusal that was seen to pass at once: one without a reason, or a 404 for an account that was read a moment
    /// ago? It is worth another try or two.
    pub(crate) fn may_pass(&self, answer: &ItemAnswer) -> bool {
        match self {
            Self::Refused { error } => is_not_known(error) || is_unclear(error, answer.body_bytes()),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::transport::Advice;
    use strum::IntoEnumIterator as _;

    fn outcome(status: u16) -> WriteOutcome {
        WriteOutcome::of(&ItemAnswer { status, advice: Advice::default(), body: None })
    }

    #[test]
    fn statuses_fall_into_their_documented_classes() {
        for status in [200, 202, 204] {
            assert_eq!(outcome(status), WriteOutcome::Accepted, "{status}");
        }
        for status in [409, 423, 424, 429, 401] {
            assert!(matches!(outcome(status), WriteOutcome::Postponed { .. }), "{status}");
        }
        for status in [408, 500, 502, 503, 504, 0, 100, 302, 304, 999] {
            assert!(matches!(outcome(status), WriteOutcome::Unknown { .. }), "{status}");
        }
        for status in [400, 403, 404, 405, 412, 501] {
            assert!(matches!(outcome(status), WriteOutcome::Refused { .. }), "{status}");
        }
    }

    #[test]
    fn the_journal_gives_back_what_was_noted_but_how_long_to_wait() {
        let postponed = Postponed::iter().map(|why| WriteOutcome::Postponed { why, retry_after: None });
        let undecided = [Undecided::LeftOut, Undecided::NoPass, Undecided::Lost("reset by peer".into())]
            .map(|why| WriteOutcome::Unknown { why, retry_after: None });
        for outcome in postponed.chain(undecided).chain([204, 503, 404].map(outcome)) {
            let line = serde_json::to_string(&outcome).unwrap();
            assert_eq!(serde_json::from_str::<WriteOutcome>(&line).unwrap(), outcome, "{line}");
        }
        let waits = WriteOutcome::Postponed { why: Postponed::Throttled, retry_after: Some(Duration::from_secs(9)) };
        assert_eq!(serde_json::to_string(&waits).unwrap(), r#"{"meaning":"not-applied","reason":"throttled"}"#);
    }

    #[test]
    fn journals_of_earlier_versions_are_read() {
        let read = |line: &str| serde_json::from_str::<WriteOutcome>(line).unwrap();
        for (text, why) in [
            ("throttled", Postponed::Throttled),
            ("another write to the same account was under way", Postponed::Conflict),
            ("not processed", Postponed::Blocked),
            ("the token ended under way", Postponed::Unauthorized),
            ("this app may not do it (403); another one, or another day", Postponed::NotAllowed),
        ] {
            let line = format!(r#"{{"meaning":"not-applied","reason":"{text}"}}"#);
            assert_eq!(read(&line), WriteOutcome::Postponed { why, retry_after: None });
        }
        for (text, why) in [
            ("the answer leaves this request out", Undecided::LeftOut),
            ("the answer holds no pass", Undecided::NoPass),
            ("Graph answered 503", Undecided::Lost("Graph answered 503".into())),
        ] {
            let line = format!(r#"{{"meaning":"unknown","reason":"{text}"}}"#);
            assert_eq!(read(&line), WriteOutcome::Unknown { why: why.clone(), retry_after: None });
            assert_eq!(why.to_string(), text, "the results say the same as before");
        }
    }
}
