//! Why an account is not simply treated as the playbook says.

use serde::{Deserialize, Serialize};

/// Why a decision is not, or not all of, what the playbook says. The names are part of the contract with scripts.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumIter,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", parse_err_ty = UnknownReason, parse_err_fn = UnknownReason::new)]
pub enum Reason {
    /// The row of the roster cannot be read.
    Unreadable,
    /// The row names something that is no user: a service, the system, no one.
    NotAUser,
    /// No account in the tenant has this name.
    NotFound,
    /// The account was deleted, and can still be restored.
    Deleted,
    /// More than one account has this name.
    Ambiguous,
    /// The name is no sign-in name, but the mail address of an account.
    MailAddress,
    /// The object id and the sign-in name on one row do not belong together.
    Mismatch,
    /// The same account stands on an earlier row.
    Duplicate,
    /// The account is on the list of those who are never touched.
    Protected,
    /// The account runs the directory sync of the whole tenant.
    SyncServiceAccount,
    /// The person at the keyboard, or an owner of the app that sealoff signs in as.
    Operator,
    /// Too few enabled Global Administrators would be left untouched.
    LastGlobalAdmin,
    /// The account is in a restricted management administrative unit.
    Restricted,
    /// The account holds a role, or belongs to a group, that makes it an administrator.
    Privileged,
    /// The person signs in elsewhere.
    Guest,
    /// The account is mastered on-premises.
    Synced,
    /// The domain signs its people in by itself.
    Federated,
    /// Sign-in is blocked as it is.
    AlreadyBlocked,
    /// Sign-in is allowed as it is.
    AlreadyEnabled,
    /// Nothing is left to do.
    Already,
    /// The directory did not show whether sign-in is allowed.
    UnknownState,
    /// The run that is undone did not block it.
    NotBlocked,
    /// It was blocked before the run that is undone.
    BlockedBefore,
    /// It is not known whether the run that is undone blocked it.
    BlockUncertain,
    /// It is no longer the account that the run that is undone blocked.
    ChangedSince,
}

impl Reason {
    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What it means, for a person who reads the preview.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Unreadable => "the row of the roster cannot be read",
            Self::NotAUser => "the row names no user: a service, the system, or nobody",
            Self::NotFound => "nobody in this tenant has this name",
            Self::Deleted => "the account was deleted; nobody can sign in with it unless it is restored",
            Self::Ambiguous => "more than one account has this name; use the object id",
            Self::MailAddress => {
                "nobody signs in with this name; it is the mail address of the account named in plan.csv: put that one on the roster if it is meant, or look people up with --by mail"
            }
            Self::Mismatch => "the object id and the sign-in name on this row do not belong to one account",
            Self::Duplicate => "the same account stands on an earlier row",
            Self::Protected => "the account is on the list of protected accounts",
            Self::SyncServiceAccount => {
                "the account runs the directory sync; changing it stops the sync of the whole tenant"
            }
            Self::Operator => {
                "the account is the one that sealoff works as, or owns the app that it works as; whoever runs this must not lock themselves out"
            }
            Self::LastGlobalAdmin => {
                "fewer than two enabled Global Administrators would be left untouched, and nobody could mend a mistake"
            }
            Self::Restricted => {
                "the account is in a restricted management administrative unit: only a role assigned on that unit may change it"
            }
            Self::Privileged => {
                "the account is an administrator's: its roles, and the role that the app would need, are named in plan.csv"
            }
            Self::Guest => "the person signs in at another organization; only blocking has an effect on guests",
            Self::Synced => {
                "the account is mastered on-premises, and what is changed here has to be changed there too: see onprem.csv"
            }
            Self::Federated => {
                "the domain is federated: its people sign in at its own identity provider, where a password has to be replaced"
            }
            Self::AlreadyBlocked => "sign-in is blocked already",
            Self::AlreadyEnabled => "sign-in is allowed already",
            Self::Already => "nothing is left to do",
            Self::UnknownState => "the directory does not tell whether sign-in is allowed; it is set in any case",
            Self::NotBlocked => "the run that is undone did not block the account",
            Self::BlockedBefore => "sign-in was blocked before the run that is undone, and stays so",
            Self::BlockUncertain => {
                "whether the run that is undone blocked the account nobody can tell; look at it, and allow sign-in by hand if that is meant"
            }
            Self::ChangedSince => "the account is no longer the one that was blocked",
        }
    }

    /// The flag that lifts it, where one does.
    #[must_use]
    pub const fn flag(self) -> Option<&'static str> {
        match self {
            Self::Privileged | Self::Restricted => Some("--allow-privileged"),
            Self::Synced => Some("--allow-synced"),
            Self::Federated => Some("--allow-federated"),
            _ => None,
        }
    }
}

/// Says that there is no such reason.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no reason that sealoff gives")]
pub struct UnknownReason(pub String);

impl UnknownReason {
    fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// The text of the `reason` column: the names joined by `+`, and behind a colon what else is to be said.
pub(super) fn to_text(reasons: &[Reason], detail: &str) -> String {
    let names: Vec<_> = reasons.iter().map(|reason| reason.name()).collect();
    let names = names.join("+");
    if detail.is_empty() { names } else { format!("{names}: {detail}") }
}

/// The reasons and the detail in the text of a `reason` column.
pub(super) fn from_text(text: &str) -> Result<(Vec<Reason>, String), UnknownReason> {
    let (names, detail) = text.split_once(": ").unwrap_or((text, ""));
    let reasons = names.split('+').filter(|name| !name.is_empty()).map(str::parse).collect::<Result<_, _>>()?;
    Ok((reasons, detail.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator as _;

    #[test]
    fn reasons_survive_their_text_form() {
        let survives = |reasons: &[Reason], detail: &str| {
            assert_eq!(from_text(&to_text(reasons, detail)), Ok((reasons.to_vec(), detail.to_owned())));
        };
        for reason in Reason::iter() {
            survives(&[reason], "");
            survives(&[reason], "row 3: a+b: c");
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{reason}\""));
        }
        assert_eq!(to_text(&[Reason::Duplicate], "row 3"), "duplicate: row 3");
        survives(&[Reason::Synced, Reason::AlreadyBlocked], "");
        survives(&[], "");
        assert!(from_text("whim").is_err());
    }
}
