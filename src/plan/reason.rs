//! Why an account is not simply treated as the playbook says.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a decision is not, or not all of, what the playbook says. The names are part of the contract with scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The row of the roster cannot be read.
    Unreadable,
    /// Nobody in the tenant has this name.
    NotFound,
    /// More than one account has this name.
    Ambiguous,
    /// The name is nobody's sign-in name, but somebody's mail address.
    MailAddress,
    /// The object id and the sign-in name on one row are two people's.
    Mismatch,
    /// The same account stands on an earlier row.
    Duplicate,
    /// The account is on the list of those who are never touched.
    Protected,
    /// The account runs the directory sync of the whole tenant.
    SyncServiceAccount,
    /// The person signs in elsewhere.
    Guest,
    /// The password is mastered on-premises.
    Synced,
    /// Sign-in is blocked as it is.
    AlreadyBlocked,
    /// Sign-in is allowed as it is.
    AlreadyEnabled,
    /// The directory did not tell whether sign-in is allowed.
    UnknownState,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 13] = [
        Self::Unreadable,
        Self::NotFound,
        Self::Ambiguous,
        Self::MailAddress,
        Self::Mismatch,
        Self::Duplicate,
        Self::Protected,
        Self::SyncServiceAccount,
        Self::Guest,
        Self::Synced,
        Self::AlreadyBlocked,
        Self::AlreadyEnabled,
        Self::UnknownState,
    ];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NotFound => "not-found",
            Self::Ambiguous => "ambiguous",
            Self::MailAddress => "mail-address",
            Self::Mismatch => "mismatch",
            Self::Duplicate => "duplicate",
            Self::Protected => "protected",
            Self::SyncServiceAccount => "sync-service-account",
            Self::Guest => "guest",
            Self::Synced => "synced",
            Self::AlreadyBlocked => "already-blocked",
            Self::AlreadyEnabled => "already-enabled",
            Self::UnknownState => "unknown-state",
        }
    }

    /// What it means, for a person who reads the preview.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unreadable => "the row of the roster cannot be read",
            Self::NotFound => "nobody in this tenant has this object id or sign-in name",
            Self::Ambiguous => "more than one account has this name; use the object id",
            Self::MailAddress => {
                "nobody signs in with this name; it is the mail address of the account named in plan.csv: put that one on the roster if it is meant"
            }
            Self::Mismatch => "the object id and the sign-in name on this row belong to different people",
            Self::Duplicate => "the same account stands on an earlier row",
            Self::Protected => "the account is on the list of protected accounts",
            Self::SyncServiceAccount => {
                "the account runs the directory sync; changing it stops the sync of the whole tenant"
            }
            Self::Guest => "the person signs in at another organization; only blocking has an effect on guests",
            Self::Synced => "the password is kept on-premises and has to be replaced there",
            Self::AlreadyBlocked => "sign-in is blocked already",
            Self::AlreadyEnabled => "sign-in is allowed already",
            Self::UnknownState => "the directory does not tell whether sign-in is allowed; it is set in any case",
        }
    }

    /// The flag that lifts it, where one does.
    #[must_use]
    pub const fn flag(self) -> Option<&'static str> {
        match self {
            Self::Synced => Some("--allow-synced"),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Says that there is no such reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no reason that sealoff gives")]
pub struct UnknownReason(pub String);

impl FromStr for Reason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        Self::ALL.into_iter().find(|reason| reason.name() == text).ok_or_else(|| UnknownReason(text.to_owned()))
    }
}

/// The text of the `reason` column: the names joined by `+`, and behind a colon what else is to be said.
#[must_use]
pub fn to_text(reasons: &[Reason], detail: &str) -> String {
    let names: Vec<_> = reasons.iter().map(|reason| reason.name()).collect();
    let names = names.join("+");
    if detail.is_empty() { names } else { format!("{names}: {detail}") }
}

/// The reasons in the text of a `reason` column.
///
/// # Errors
///
/// The first name that is none.
pub fn from_text(text: &str) -> Result<Vec<Reason>, UnknownReason> {
    let names = text.split_once(": ").map_or(text, |(names, _)| names);
    names.split('+').filter(|name| !name.is_empty()).map(str::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_survive_their_text_form() {
        for reason in Reason::ALL {
            assert_eq!(from_text(&to_text(&[reason], "")), Ok(vec![reason]));
            assert_eq!(from_text(&to_text(&[reason], "row 3: a+b: c")), Ok(vec![reason]));
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{reason}\""));
        }
        assert_eq!(to_text(&[Reason::Duplicate], "row 3"), "duplicate: row 3");
        let two = [Reason::Synced, Reason::AlreadyBlocked];
        assert_eq!(from_text(&to_text(&two, "")), Ok(two.to_vec()));
        assert_eq!(from_text(""), Ok(vec![]));
        assert!(from_text("whim").is_err());
    }
}
