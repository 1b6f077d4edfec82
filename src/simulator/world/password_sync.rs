//! The passwords that are on their way from Active Directory.

use std::collections::BTreeMap;
use std::time::Duration;

use time::OffsetDateTime;
use uuid::Uuid;

use crate::digest::Digest;

/// A password that was set there and is not here yet.
#[derive(Debug, Clone)]
pub(super) struct PasswordOnItsWay {
    due: Duration,
    /// When it was set there.
    pub(super) set_at: OffsetDateTime,
    pub(super) digest: Digest,
    pub(super) change_at_next_sign_in: bool,
}

/// What brings passwords here ("Implement password hash synchronization").
#[derive(Debug)]
pub(super) struct PasswordSync {
    /// How long a password takes.
    takes: Duration,
    on_their_way: BTreeMap<Uuid, PasswordOnItsWay>,
}

impl PasswordSync {
    pub(super) const fn taking(takes: Duration) -> Self {
        Self { takes, on_their_way: BTreeMap::new() }
    }

    /// A password is set there; one that is still on its way does not come any more.
    pub(super) fn set_there(
        &mut self,
        object_id: Uuid,
        digest: Digest,
        change_at_next_sign_in: bool,
        (now, set_at): (Duration, OffsetDateTime),
    ) {
        let on_its_way = PasswordOnItsWay { due: now + self.takes, set_at, digest, change_at_next_sign_in };
        self.on_their_way.insert(object_id, on_its_way);
    }

    /// Those whose time has come since this was last asked, by user.
    pub(super) fn take_due(&mut self, now: Duration) -> BTreeMap<Uuid, PasswordOnItsWay> {
        if self.on_their_way.is_empty() {
            return BTreeMap::new();
        }
        let all = std::mem::take(&mut self.on_their_way);
        let (due, later) = all.into_iter().partition(|(_, password)| password.due <= now);
        self.on_their_way = later;
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_password_of_a_user_comes_once_and_in_time() {
        let (minute, user) = (Duration::from_secs(60), Uuid::from_u128(7));
        let mut sync = PasswordSync::taking(minute * 2);
        let at = |minutes: u32| (minute * minutes, OffsetDateTime::UNIX_EPOCH + minute * minutes);
        sync.set_there(user, Digest::of(b"first"), false, at(0));
        sync.set_there(user, Digest::of(b"second"), true, at(1));
        assert!(sync.take_due(minute * 2).is_empty());
        let due = sync.take_due(minute * 3);
        assert_eq!((due[&user].digest, due[&user].set_at), (Digest::of(b"second"), at(1).1));
        assert!(sync.take_due(minute * 9).is_empty());
    }
}
