//! What one reading of an account showed. It is small, because one for each account stays in memory until all are written down.

use time::OffsetDateTime;

use crate::directory::Found;

/// What was seen of an account, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountReading {
    /// What was seen.
    pub seen: SeenObject,
    /// When, by this machine's clock.
    pub at: OffsetDateTime,
}

/// What the directory says about an object id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenObject {
    /// It is this account's.
    Account(SeenAccount),
    /// No account has it.
    Missing,
    /// It is that of a deleted account.
    Deleted,
    /// It is that of more than one account, which cannot be.
    Several,
}

/// As much of an account as proves a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenAccount {
    /// Is sign-in allowed? `None` where the directory does not say.
    pub enabled: Option<bool>,
    /// Is it mastered on-premises?
    pub synced: bool,
    /// When its password was last changed.
    pub last_password_change: Option<OffsetDateTime>,
    /// Since when its sessions are valid.
    pub sessions_valid_from: Option<OffsetDateTime>,
}

impl From<&Found> for SeenObject {
    fn from(found: &Found) -> Self {
        match found {
            Found::Account(account) => Self::Account(SeenAccount {
                enabled: account.enabled,
                synced: account.synced,
                last_password_change: account.last_password_change,
                sessions_valid_from: account.sessions_valid_from,
            }),
            Found::Missing => Self::Missing,
            Found::Deleted(_) => Self::Deleted,
            Found::Several(_) => Self::Several,
        }
    }
}
