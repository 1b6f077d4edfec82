//! Why an account is not simply treated as the playbook says.

use schemars::JsonSchema;
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
    JsonSchema,
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
    /// The name is an address or an old name of an account, and no sign-in name.
    Alias,
    /// The object id, the sign-in name and the address on one row do not belong together.
    Mismatch,
    /// The roster says another name, number or department of the person than the directory.
    Contradicted,
    /// The name was read out of what stands around it.
    Respelt,
    /// A spreadsheet may have taken the zeros off the number.
    ZerosLost,
    /// The row is none of those that `--only` means.
    LeftOut,
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
    /// The plan has waves, and the row names none.
    NoWave,
    /// The moment that the list names for the pass has passed: none is made.
    PassFromPassed,
    /// The moment that the list names for the pass is too far off to be meant: none is made.
    PassFromFar,
    /// Two rows name the person, each with another moment for the pass.
    PassFromTwice,
    /// Passwords are given by hand, and the row has none.
    NoPassword,
    /// Entra would not take the password that is given for the row.
    WeakPassword,
    /// The person signs in elsewhere.
    Guest,
    /// The account is a software agent's: it has no password.
    AgentUser,
    /// Something shows that the account is not one person's.
    NotAPerson,
    /// The account is mastered on-premises.
    Synced,
    /// The domain signs its people in by itself.
    Federated,
    /// Sign-in is blocked as it is.
    AlreadyBlocked,
    /// Sign-in is allowed as it is.
    AlreadyEnabled,
    /// Sign-in is not blocked, and no earlier run replaced the password: who has no method left could register a new one.
    StillOpen,
    /// An earlier run replaced the password.
    ResetBefore,
    /// What the person signs in with could not be listed, or is too much.
    MethodsUnknown,
    /// The person's devices could not be listed, or are too many.
    DevicesUnknown,
    /// What the person allowed apps to do could not be listed, and it is to be deleted.
    ConsentsUnknown,
    /// A pass is asked for, and the policy of the tenant gives this person none.
    PassNotAllowed,
    /// A pass is asked for, sign-in is blocked, and the plan does not allow it.
    PassOfBlocked,
    /// Nothing is left to do.
    Already,
    /// The directory did not show whether sign-in is allowed.
    UnknownState,
    /// The run that is undone did not block it.
    NotBlocked,
    /// The run that is undone disabled no device of the person that was enabled before.
    NoDeviceDisabled,
    /// It was blocked before the run that is undone.
    BlockedBefore,
    /// It is not known whether the run that is undone blocked it.
    BlockUncertain,
    /// It is no longer the account that the run that is undone blocked.
    ChangedSince,
}

impl Reason {
    /// The stable name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Is no pass made for it, while all else is done?
    pub const fn takes_the_pass(self) -> bool {
        matches!(self, Self::PassNotAllowed | Self::PassFromPassed | Self::PassFromFar)
    }

    /// The flag that lifts it, where one does.
    pub const fn flag(self) -> Option<&'static str> {
        match self {
            Self::Privileged | Self::Restricted => Some("--allow-privileged"),
            Self::NotAPerson => Some("--allow-resource-accounts"),
            Self::Synced => Some("--allow-synced"),
            Self::Federated => Some("--allow-federated"),
            Self::NoPassword => Some("--generate-missing"),
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
