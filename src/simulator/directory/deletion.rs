//! The recycle bin: "Deleted items" of the directory, where users stay for 30 days.

use time::OffsetDateTime;
use uuid::Uuid;

use super::user::Deletion;
use super::{Directory, SimulatedUser, UserKey, UserPlace};

impl Directory {
    /// Puts a user into the recycle bin. Its UPN makes room for another: it gets the object id without hyphens in front.
    /// `false` when there is no such user.
    pub(crate) fn delete(&mut self, id: Uuid, at: OffsetDateTime) -> bool {
        let Some(place) = self.find(&UserKey::Id(id)) else { return false };
        self.forget_names(place);
        self.by_id.remove(&id);
        self.recycle_bin.insert(id, place);
        let user = &mut self.users[place.index()];
        let mail = user.mail().map(Into::into);
        let kept = Deletion {
            at,
            user_principal_name: user.user_principal_name.clone(),
            other_mail: std::mem::replace(&mut user.other_mail, mail),
        };
        user.user_principal_name = format!("{}{}", id.simple(), kept.user_principal_name).into();
        user.details_mut().deleted = Some(kept);
        true
    }

    /// Takes a user out of the recycle bin; `false` when it is not there, or another user has its UPN by now.
    pub(crate) fn restore(&mut self, id: Uuid) -> bool {
        let Some(&place) = self.recycle_bin.get(&id) else { return false };
        let user = &mut self.users[place.index()];
        let Some(kept) = user.details.as_mut().and_then(|details| details.deleted.take()) else { return false };
        if self.by_upn.contains_key(kept.user_principal_name.to_lowercase().as_str()) {
            user.details_mut().deleted = Some(kept);
            return false;
        }
        user.user_principal_name = kept.user_principal_name;
        user.other_mail = kept.other_mail;
        self.recycle_bin.remove(&id);
        self.by_id.insert(id, place);
        self.index_names(place);
        true
    }

    /// Where a user stands who is in the recycle bin.
    pub(crate) fn find_deleted(&self, id: Uuid) -> Option<UserPlace> {
        self.recycle_bin.get(&id).copied()
    }

    /// Those in the recycle bin whose place is this or a later one, in the order of lists.
    pub(crate) fn deleted_from(&self, position: usize) -> impl Iterator<Item = (usize, &SimulatedUser)> {
        let mut places: Vec<usize> = self.recycle_bin.values().map(|place| place.index()).collect();
        places.sort_unstable();
        places.into_iter().filter(move |place| *place >= position).map(|place| (place, &self.users[place]))
    }
}
