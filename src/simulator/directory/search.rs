//! Finding users by what is neither their id nor their UPN. Nothing makes any of it unique.

use super::search_key::index;
use super::{Directory, SearchKey, UserPlace};
use crate::simulator::random::seed_of;

impl Directory {
    /// Everyone who has this value, in the order of lists.
    pub(crate) fn search(&mut self, key: SearchKey, value: &str) -> Vec<UserPlace> {
        let users = &self.users;
        let index = self.indexes.0.entry(key).or_insert_with(|| index(users, key));
        let hash = seed_of(&value.to_lowercase());
        let start = index.partition_point(|(other, _)| *other < hash);
        let same_hash = index[start..].iter().take_while(|(other, _)| *other == hash);
        let mut places: Vec<UserPlace> =
            same_hash.map(|(_, place)| *place).filter(|place| key.matches(&users[place.index()], value)).collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}
