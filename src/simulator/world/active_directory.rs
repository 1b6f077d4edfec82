//! What happens in Active Directory, and when the directory sync brings it here.
//!
//! The sync looks at every object it has every half an hour, and puts back what Active Directory says: a user who is enabled there
//! may sign in again, whatever was written here ("Revoke user access in Microsoft Entra ID"). Passwords take a way of their own,
//! every two minutes ("Implement password hash synchronization").

use std::time::Duration;

use time::OffsetDateTime;
use uuid::Uuid;

use super::World;
use crate::digest::Digest;
use crate::simulator::directory::UserKey;

impl World {
    /// An administrator there sets a password; `false` where the user is not synced.
    pub(crate) fn set_password_there(
        &mut self,
        object_id: Uuid,
        password: &str,
        change_at_next_sign_in: bool,
        (now, date): (Duration, OffsetDateTime),
    ) -> bool {
        self.set_digest_there(object_id, Digest::of(password.as_bytes()), change_at_next_sign_in, (now, date))
    }

    /// The same, by the digest of the password.
    pub(super) fn set_digest_there(
        &mut self,
        object_id: Uuid,
        digest: Digest,
        change_at_next_sign_in: bool,
        (now, date): (Duration, OffsetDateTime),
    ) -> bool {
        let place = self.directory.find(&UserKey::Id(object_id));
        if !place.is_some_and(|place| self.directory.get(place).is_synced()) {
            return false;
        }
        self.password_sync.set_there(object_id, digest, change_at_next_sign_in, (now, date));
        true
    }

    /// Every synced user gets a password there that no one knows.
    pub(super) fn set_all_passwords_there(&mut self, at: (Duration, OffsetDateTime)) {
        let synced: Vec<Uuid> = self.directory.users().filter(|user| user.is_synced()).map(|user| user.id).collect();
        for object_id in synced {
            self.set_password_there(object_id, &object_id.to_string(), false, at);
        }
    }

    /// An administrator there enables or disables a user; `false` where the user is not synced.
    pub(crate) fn set_enabled_there(&mut self, object_id: Uuid, enabled: bool) -> bool {
        let Some(place) = self.directory.find(&UserKey::Id(object_id)) else { return false };
        let Some(there) = self.directory.get_mut(place).on_premises.as_mut().filter(|there| there.sync_enabled) else {
            return false;
        };
        there.enabled = enabled;
        true
    }

    /// The directory sync runs.
    pub(crate) fn sync_directory(&mut self, date: OffsetDateTime) {
        self.directory.change_all(|user| {
            let Some(there) = user.on_premises.as_mut().filter(|there| there.sync_enabled) else { return };
            there.last_sync = Some(date);
            user.account_enabled = there.enabled;
        });
    }

    /// Brings the passwords whose time has come.
    pub(super) fn sync_passwords(&mut self, now: Duration, date: OffsetDateTime) {
        for (object_id, password) in self.password_sync.take_due(now) {
            let Some(place) = self.directory.find(&UserKey::Id(object_id)) else { continue };
            let user = self.directory.get_mut(place);
            user.password = Some(password.digest);
            user.force_change_password = password.change_at_next_sign_in;
            user.last_password_change = password.set_at;
            // As with every change of a password.
            user.sign_in_sessions_valid_from = date;
        }
    }
}
