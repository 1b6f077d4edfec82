//! What the last try of a write ended with, where the write was given up.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::graph::write_outcome::{Postponed, Undecided, WriteOutcome};

/// What the last try of a write ended with. Neither of these decides anything: a write that was accepted or refused is not
/// given up.
///
/// In the journal it is the field `reason`, as beside [`WriteOutcome`], with Graph's `error` where there was one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LastTry {
    /// The change was not made.
    Postponed {
        /// Why it had to wait.
        #[serde(rename = "reason")]
        why: Postponed,
    },
    /// It is not known whether the change was made. Lines of earlier versions, which had words only, are read as this.
    Undecided(Undecided),
}

impl LastTry {
    /// Of the outcome of that try; nothing where it decided.
    pub fn of(outcome: &WriteOutcome) -> Option<Self> {
        match outcome {
            WriteOutcome::Postponed { why, .. } => Some(Self::Postponed { why: *why }),
            WriteOutcome::Unknown { why, .. } => Some(Self::Undecided(why.clone())),
            WriteOutcome::Accepted | WriteOutcome::Refused { .. } => None,
        }
    }
}

impl fmt::Display for LastTry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postponed { why } => why.fmt(f),
            Self::Undecided(why) => why.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::error::GraphError;
    use crate::ids::RowNumber;
    use crate::run::record::Record;
    use crate::step::{Step, Steps};
    use strum::IntoEnumIterator as _;

    fn given_up(last_try: LastTry) -> Record {
        Record::GaveUp { row: RowNumber::new(4), steps: Steps::of(&[Step::Revoke]), target: None, last_try }
    }

    #[test]
    fn the_journal_gives_back_why_a_write_was_given_up() {
        let error = GraphError::parse(503, b"{}", Some("request".to_owned()));
        let undecided = [
            Undecided::ServerFault(error),
            Undecided::LeftOut,
            Undecided::NoPass,
            Undecided::Lost("reset by peer".into()),
        ];
        let postponed = Postponed::iter().map(|why| LastTry::Postponed { why });
        for last_try in postponed.chain(undecided.map(LastTry::Undecided)) {
            let record = given_up(last_try);
            let line = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<Record>(&line).unwrap(), record, "{line}");
        }
    }

    #[test]
    fn lines_of_earlier_versions_are_read() {
        for (words, last_try) in [
            ("not processed", LastTry::Postponed { why: Postponed::Blocked }),
            ("another write to the same account was under way", LastTry::Postponed { why: Postponed::Conflict }),
            ("the answer leaves this request out", LastTry::Undecided(Undecided::LeftOut)),
            ("Graph answered 503", LastTry::Undecided(Undecided::Lost("Graph answered 503".into()))),
        ] {
            let line = format!(r#"{{"record":"gave-up","row":4,"steps":"revoke","reason":"{words}"}}"#);
            let record = given_up(last_try.clone());
            assert_eq!(serde_json::from_str::<Record>(&line).unwrap(), record, "{line}");
            assert_eq!(last_try.to_string(), words, "the results say the same as before");
        }
    }
}
