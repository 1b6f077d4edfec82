//! What has become of an account that is no longer what the plan says.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::administrators::AdministratorsLeft;
use super::reason::{self, Reason};
use crate::ids::ObjectId;
use crate::words::utc_second;

/// Why an account is no longer the one that the plan was made for. The journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriftCause {
    /// The directory has no account with this id.
    Gone,
    /// The account was deleted, and can still be restored.
    Deleted,
    /// The directory has more than one account with this id.
    Ambiguous(ObjectId),
    /// It has another sign-in name.
    Renamed {
        /// The name of now.
        to: String,
    },
    /// By the plan's own rules it would be treated otherwise.
    Judged {
        /// What it was when the plan was made.
        was: Grounds,
        /// What it is now.
        now: Grounds,
    },
    /// It is an administrator's, and the plan, which an earlier version made, does not hold which roles it had.
    RolesNotKept,
    /// It was to be let in, and somebody has locked it out once more since the plan was made.
    #[serde(rename_all = "kebab-case")]
    LockedOutAgain {
        /// When its sessions were ended, or its password was replaced.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// Too few enabled Global Administrators would be left untouched.
    TooFewAdministrators(AdministratorsLeft),
    /// The words of a sealoff that kept nothing else.
    #[serde(untagged)]
    Words(String),
}

/// The reasons behind a decision, and what else is to be said about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounds {
    /// None for an ordinary account.
    pub reasons: Vec<Reason>,
    /// For people.
    pub detail: String,
}

impl fmt::Display for Grounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match reason::to_text(&self.reasons, &self.detail).as_str() {
            "" => f.write_str("an ordinary account"),
            text => f.write_str(text),
        }
    }
}

impl fmt::Display for DriftCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("the account is gone"),
            Self::Deleted => f.write_str("the account was deleted"),
            Self::Ambiguous(id) => write!(f, "the directory has more than one account {id}"),
            Self::Renamed { to } => write!(f, "renamed to {to}"),
            Self::Judged { was, now } => write!(f, "it was {was}, and is now {now}"),
            Self::RolesNotKept => f.write_str(
                "it is an administrator's, and this plan of an earlier version does not hold which roles it had: plan again",
            ),
            Self::LockedOutAgain { at } => write!(
                f,
                "it is blocked, and after the plan was made somebody ended its sessions or replaced its password, at {}: who did that may \
                 want it to stay locked out",
                utc_second(*at)
            ),
            Self::TooFewAdministrators(left) => write!(f, "{}: {left}", Reason::LastGlobalAdmin),
            Self::Words(words) => f.write_str(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_survives_the_journal_and_older_ones_are_read_as_words() {
        let guest = Grounds { reasons: vec![Reason::Guest], detail: String::new() };
        let ordinary = Grounds { reasons: Vec::new(), detail: String::new() };
        for (cause, text) in [
            (DriftCause::Gone, "the account is gone"),
            (DriftCause::Renamed { to: "eve@contoso.com".to_owned() }, "renamed to eve@contoso.com"),
            (
                DriftCause::LockedOutAgain { at: OffsetDateTime::UNIX_EPOCH },
                "it is blocked, and after the plan was made somebody ended its sessions or replaced its password, at \
                 1970-01-01T00:00:00Z: who did that may want it to stay locked out",
            ),
            (DriftCause::Judged { was: ordinary, now: guest }, "it was an ordinary account, and is now guest"),
        ] {
            assert_eq!(cause.to_string(), text);
            let json = serde_json::to_string(&cause).unwrap();
            assert_eq!(serde_json::from_str::<DriftCause>(&json).unwrap(), cause, "{json}");
        }
        let old: DriftCause = serde_json::from_str("\"renamed to eve@contoso.com\"").unwrap();
        assert_eq!(old, DriftCause::Words("renamed to eve@contoso.com".to_owned()));
    }
}
