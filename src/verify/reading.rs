//! What one reading of an account showed. It is small, because one for each account stays in memory until all are written down.

use time::OffsetDateTime;

use super::second::Second;
use crate::directory::Found;

/// What was seen of an account, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountReading {
    /// What was seen.
    pub seen: SeenObject,
    at: Second,
}

impl AccountReading {
    /// What was seen then, by this machine's clock.
    #[must_use]
    pub fn new(seen: SeenObject, at: OffsetDateTime) -> Self {
        Self { seen, at: Second::of(at) }
    }

    /// When it was seen, by this machine's clock, to the second.
    #[must_use]
    pub fn at(&self) -> OffsetDateTime {
        self.at.moment()
    }
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
    last_password_change: Option<Second>,
    sessions_valid_from: Option<Second>,
}

impl SeenAccount {
    /// The same account with these moments, to the second.
    #[must_use]
    pub fn with_moments(
        enabled: Option<bool>,
        synced: bool,
        last_password_change: Option<OffsetDateTime>,
        sessions_valid_from: Option<OffsetDateTime>,
    ) -> Self {
        let second = |moment: Option<OffsetDateTime>| moment.map(Second::of);
        let (last_password_change, sessions_valid_from) = (second(last_password_change), second(sessions_valid_from));
        Self { enabled, synced, last_password_change, sessions_valid_from }
    }

    /// When its password was last changed.
    #[must_use]
    pub fn last_password_change(&self) -> Option<OffsetDateTime> {
        self.last_password_change.map(Second::moment)
    }

    /// Since when its sessions are valid.
    #[must_use]
    pub fn sessions_valid_from(&self) -> Option<OffsetDateTime> {
        self.sessions_valid_from.map(Second::moment)
    }
}

impl From<&Found> for SeenObject {
    fn from(found: &Found) -> Self {
        match found {
            Found::Account(account) => Self::Account(SeenAccount::with_moments(
                account.enabled,
                account.synced,
                account.last_password_change,
                account.sessions_valid_from,
            )),
            Found::Missing => Self::Missing,
            Found::Deleted(_) => Self::Deleted,
            Found::Several(_) => Self::Several,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_reading_is_small_and_keeps_whole_seconds() {
        assert_eq!(size_of::<AccountReading>(), 16, "there is one for each of a million accounts");
        let change = datetime!(2026-11-23 02:30:10 UTC);
        let account = SeenAccount::with_moments(Some(true), false, Some(change), None);
        assert_eq!((account.last_password_change(), account.sessions_valid_from()), (Some(change), None));
    }
}
