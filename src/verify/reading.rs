//! What one reading of an account showed. It is small, because one for each account stays in memory until all are written down.

use std::num::NonZeroU16;

use time::{Duration, OffsetDateTime};

use crate::directory::Found;
use crate::second::Second;

/// What was seen of an account, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountReading {
    /// What was seen.
    pub seen: SeenObject,
    at: Second,
}

impl AccountReading {
    /// What was seen then, by this machine's clock.
    pub fn new(seen: SeenObject, at: OffsetDateTime) -> Self {
        Self { seen, at: Second::of(at) }
    }

    /// When it was seen, by this machine's clock, to the second.
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
    /// How many minutes before the reading the directory sync had last looked at it, rounded up: that takes two bytes, and a
    /// moment four.
    minutes_since_sync: Option<NonZeroU16>,
    last_password_change: Option<Second>,
    sessions_valid_from: Option<Second>,
}

impl SeenAccount {
    /// The same account with these moments, to the second.
    pub fn with_moments(
        enabled: Option<bool>,
        synced: bool,
        last_password_change: Option<OffsetDateTime>,
        sessions_valid_from: Option<OffsetDateTime>,
    ) -> Self {
        let second = |moment: Option<OffsetDateTime>| moment.map(Second::of);
        let (last_password_change, sessions_valid_from) = (second(last_password_change), second(sessions_valid_from));
        Self { enabled, synced, minutes_since_sync: None, last_password_change, sessions_valid_from }
    }

    /// The same account, which the directory sync had last looked at then, where that is known, and which was read at `at`.
    #[must_use]
    pub fn synced_at(self, last_sync: Option<OffsetDateTime>, at: OffsetDateTime) -> Self {
        let minutes = last_sync.map(|sync| ((at - sync).whole_seconds().max(1) + 59) / 60);
        let minutes_since_sync = minutes.and_then(|minutes| NonZeroU16::new(u16::try_from(minutes).ok()?));
        Self { minutes_since_sync, ..self }
    }

    /// When its password was last changed.
    pub fn last_password_change(&self) -> Option<OffsetDateTime> {
        self.last_password_change.map(Second::moment)
    }

    /// Since when its sessions are valid.
    pub fn sessions_valid_from(&self) -> Option<OffsetDateTime> {
        self.sessions_valid_from.map(Second::moment)
    }
}

impl AccountReading {
    /// What was found then, by this machine's clock.
    pub fn of(found: &Found, at: OffsetDateTime) -> Self {
        let seen = match found {
            Found::Account(account) => {
                let seen = SeenAccount::with_moments(
                    account.enabled, account.synced, account.last_password_change, account.sessions_valid_from,
                );
                let last_sync = account.on_premises.as_ref().and_then(|there| there.last_sync);
                SeenObject::Account(seen.synced_at(last_sync, at))
            }
            Found::Missing => SeenObject::Missing,
            Found::Deleted(_) => SeenObject::Deleted,
            Found::Several(_) => SeenObject::Several,
        };
        Self::new(seen, at)
    }

    /// A moment at or shortly before which the directory sync had last looked at the account.
    pub fn last_sync(&self) -> Option<OffsetDateTime> {
        let SeenObject::Account(account) = self.seen else { return None };
        account.minutes_since_sync.map(|minutes| self.at() - Duration::minutes(minutes.get().into()))
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
