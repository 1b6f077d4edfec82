//! Which steps are done, and in what order across accounts.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::step::{Step, Steps};

/// Which steps are done to each account.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize, strum::Display, strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Playbook {
    /// Replace the password and end all sessions; the person goes on with the new credential.
    Breach,
    /// Block sign-in and end all sessions; the password stays.
    Contain,
    /// Block sign-in, replace the password and end all sessions.
    Offboard,
    /// End all sessions.
    Signout,
    /// Remove what people sign in with beside the password, and end all sessions.
    Evict,
    /// Allow sign-in again, with a new password.
    Reinstate,
    /// Allow sign-in again for the accounts that one run blocked, and nothing else. Only `sealoff undo` plans it.
    Undo,
}

/// In what order the writes of different accounts follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// Every account's `PATCH` before the first revoke: a blocked account gets no new token, so the whole list is
    /// contained in half the time.
    Sweep,
    /// Revokes before new `PATCH`es: an account that can sign in is safe only after its revoke.
    FinishEach,
}

impl Playbook {
    /// All playbooks that a roster can be planned with: those for the worst night first.
    pub const ALL: [Self; 6] =
        [Self::Contain, Self::Evict, Self::Reinstate, Self::Breach, Self::Offboard, Self::Signout];

    /// The word for it.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What it does, in one line.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Breach => "new password (change at next sign-in), end all sessions",
            Self::Contain => "block sign-in, end all sessions; passwords stay as they are",
            Self::Offboard => "block sign-in, new password, end all sessions",
            Self::Signout => "end all sessions",
            Self::Evict => {
                "remove passkeys, phones and apps as --methods says, disable devices with --devices, end all sessions"
            }
            Self::Reinstate => "allow sign-in again with a new password (change at next sign-in), end all sessions",
            Self::Undo => {
                "allow sign-in again for the accounts that a run blocked, or enable the devices that it disabled; passwords stay as they are"
            }
        }
    }

    /// What is done to an ordinary account.
    pub const fn steps(self) -> Steps {
        match self {
            Self::Breach => Steps::of(&[Step::Reset, Step::Revoke]),
            Self::Contain => Steps::of(&[Step::Block, Step::Revoke]),
            Self::Offboard => Steps::of(&[Step::Block, Step::Reset, Step::Revoke]),
            Self::Signout => Steps::of(&[Step::Revoke]),
            Self::Evict => Steps::of(&[Step::Methods, Step::Devices, Step::Revoke]),
            Self::Reinstate => Steps::of(&[Step::Unblock, Step::Reset, Step::Revoke]),
            Self::Undo => Steps::of(&[Step::Unblock, Step::EnableDevices]),
        }
    }

    /// In what order the writes of different accounts follow each other.
    pub const fn schedule(self) -> Schedule {
        match self {
            Self::Contain | Self::Offboard => Schedule::Sweep,
            Self::Breach | Self::Signout | Self::Evict | Self::Reinstate | Self::Undo => Schedule::FinishEach,
        }
    }

    /// Does it set passwords?
    pub const fn resets(self) -> bool {
        self.steps().contains(Step::Reset)
    }

    /// Are its people shut out, or have a password that no intruder knows, once it is done?
    pub fn shuts_out(self) -> bool {
        self.resets() || self.steps().account_enabled() == Some(false)
    }

    /// Does it remove methods that people sign in with?
    pub const fn removes_methods(self) -> bool {
        self.steps().contains(Step::Methods)
    }

    /// Is there anything in it that `sealoff undo` can take back?
    pub fn can_be_undone(self) -> bool {
        self.steps().iter().any(|step| step.facts().undone_by.is_some())
    }

    /// May its people come one wave after the other? What locks an intruder out is done to all at once; where people go on with
    /// a new password, somebody has to hand it over.
    pub const fn goes_in_waves(self) -> bool {
        matches!(self, Self::Breach | Self::Reinstate)
    }

    /// Must the person choose another password at the next sign-in? Only people who come back must.
    pub const fn change_at_next_sign_in(self) -> bool {
        matches!(self, Self::Breach | Self::Reinstate)
    }

    /// May its people get temporary access passes? Who is locked out gets no credential.
    pub const fn may_hand_passes_over(self) -> bool {
        matches!(self, Self::Breach | Self::Reinstate | Self::Evict)
    }

    /// May the new passwords be thrown away? Only where no person is meant to come back.
    pub const fn may_discard_credentials(self) -> bool {
        matches!(self, Self::Offboard)
    }
}

/// Says that there is no such playbook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no playbook {0:?}; there are breach, contain, offboard, signout, evict and reinstate")]
pub struct UnknownPlaybook(pub String);

impl FromStr for Playbook {
    type Err = UnknownPlaybook;

    fn from_str(text: &str) -> Result<Self, UnknownPlaybook> {
        let found = Self::ALL.into_iter().find(|playbook| playbook.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| UnknownPlaybook(text.to_owned()))
    }
}
