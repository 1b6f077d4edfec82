//! Who was deleted lately.

use std::collections::BTreeSet;

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::graph::as_said::as_said;
use crate::graph::error::GraphError;
use crate::graph::paced::Paced;
use crate::graph::reading::ReadError;
use crate::graph::transport::{Consistency, Transport};
use crate::ids::ObjectId;

/// An account that was deleted and can still be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The id that it had and would have again.
    pub object_id: ObjectId,
    /// The sign-in name that it had. Entra puts the object id before the name of a deleted user, so that the name is
    /// free for another user; here it is taken off again.
    pub user_principal_name: String,
    /// When it was deleted.
    pub deleted_at: Option<OffsetDateTime>,
}

/// All of the tenant's deleted users, found by id and by name.
#[derive(Debug, Default)]
pub(super) struct DeletedUsers {
    /// In the order of their ids.
    users: Vec<Deleted>,
    /// Folded names and addresses, in their order, with the place in `users`; of one name the latest deletion stands last.
    by_name: Vec<(Box<str>, u32)>,
}

/// Where deleted users are listed, a full page at a time ("List deletedItems").
const PATH: &str = "/v1.0/directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName,mail,proxyAddresses,deletedDateTime&$top=999";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeletedUserOnWire {
    id: ObjectId,
    #[serde(default, deserialize_with = "as_said")]
    user_principal_name: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    mail: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    proxy_addresses: Option<Vec<String>>,
    #[serde(default, deserialize_with = "as_said")]
    deleted_date_time: Option<String>,
}

impl DeletedUsers {
    pub(super) async fn read<T: Transport>(paced: &Paced<'_, T>) -> Result<Result<Self, GraphError>, ReadError> {
        let pages = paced.pages::<DeletedUserOnWire>(PATH, Consistency::Session, 1).optional();
        let users = match pages.whole_or_answer().await? {
            Ok(users) => users,
            Err(error) => return Ok(Err(error)),
        };
        let users = users.into_iter().map(|user| {
            let proxies = user.proxy_addresses.into_iter().flatten().map(|address| address.to_lowercase());
            let proxies = proxies.filter_map(|address| address.strip_prefix("smtp:").map(str::to_owned));
            let addresses = user.mail.map(|mail| mail.to_lowercase()).into_iter().chain(proxies).collect();
            let name = without_prefix(user.id, user.user_principal_name.unwrap_or_default());
            let deleted_at = user.deleted_date_time.and_then(|moment| OffsetDateTime::parse(&moment, &Rfc3339).ok());
            (Deleted { user_principal_name: name, object_id: user.id, deleted_at }, addresses)
        });
        Ok(Ok(Self::of(users.collect())))
    }

    /// Deleted users, each with its folded addresses.
    fn of(mut users: Vec<(Deleted, Vec<String>)>) -> Self {
        users.sort_unstable_by_key(|(user, _)| user.object_id);
        let mut by_name = Vec::new();
        for ((user, addresses), place) in users.iter().zip(0..) {
            let name = Some(user.user_principal_name.to_lowercase()).filter(|name| !name.is_empty());
            let all: BTreeSet<String> = name.into_iter().chain(addresses.iter().cloned()).collect();
            by_name.extend(all.into_iter().map(|name| (name.into_boxed_str(), place)));
        }
        by_name.sort_unstable_by(|(name, place): &(Box<str>, u32), (other, other_place)| {
            let deleted_at = |place: &u32| users[*place as usize].0.deleted_at;
            name.cmp(other).then_with(|| deleted_at(place).cmp(&deleted_at(other_place)))
        });
        Self { users: users.into_iter().map(|(user, _)| user).collect(), by_name }
    }

    pub(super) fn by_id(&self, id: ObjectId) -> Option<&Deleted> {
        self.users.binary_search_by_key(&id, |user| user.object_id).ok().map(|place| &self.users[place])
    }

    /// Who had this folded name or address, and of several the one who was deleted last.
    pub(super) fn by_name(&self, folded: &str) -> Option<&Deleted> {
        self.all_by_name(folded).last()
    }

    /// All who had this folded name or address; who was deleted last stands last.
    pub(super) fn all_by_name(&self, folded: &str) -> impl Iterator<Item = &Deleted> + use<'_> {
        let begin = self.by_name.partition_point(|(name, _)| name.as_ref() < folded);
        let end = self.by_name.partition_point(|(name, _)| name.as_ref() <= folded);
        self.by_name[begin..end].iter().map(|(_, place)| &self.users[*place as usize])
    }
}

/// Takes the 32 digits of the object id off the name, where they stand.
fn without_prefix(id: ObjectId, mut name: String) -> String {
    let prefix = id.guid().simple().to_string();
    if name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(&prefix)) {
        name.drain(..prefix.len());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn deleted(number: u128, name: &str, deleted_at: Option<OffsetDateTime>) -> (Deleted, Vec<String>) {
        let object_id = ObjectId::new(uuid::Uuid::from_u128(number));
        (Deleted { object_id, user_principal_name: name.to_owned(), deleted_at }, vec![format!("alias{number}@x")])
    }

    #[test]
    fn the_id_before_a_deleted_name_is_taken_off() {
        let id: ObjectId = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11".parse().unwrap();
        let name = |name: &str| without_prefix(id, name.to_owned());
        assert_eq!(name("0F6D1C1E6f0e4a558a306a3f0c7d9b11ada@contoso.com"), "ada@contoso.com");
        assert_eq!(name("ada@contoso.com"), "ada@contoso.com");
        assert_eq!(name("0f6d"), "0f6d");
    }

    #[test]
    fn of_two_with_one_name_the_latest_deletion_is_meant() {
        let users = DeletedUsers::of(vec![
            deleted(3, "ada@x", Some(datetime!(2026-03-01 00:00 UTC))),
            deleted(1, "Ada@x", Some(datetime!(2026-02-01 00:00 UTC))),
            deleted(2, "bob@x", None),
            deleted(4, "", None),
        ]);
        assert_eq!(users.by_name("ada@x"), Some(&users.users[2]));
        assert_eq!(users.all_by_name("ada@x").count(), 2);
        assert_eq!(users.by_name("bob@x"), Some(&users.users[1]));
        assert_eq!(users.by_name("alias4@x"), Some(&users.users[3]));
        for unknown in ["", "a", "ada@y", "zoe@x"] {
            assert_eq!(users.by_name(unknown), None, "{unknown:?}");
        }
        assert_eq!(users.by_id(deleted(4, "", None).0.object_id), Some(&users.users[3]));
        assert_eq!(users.by_id(deleted(9, "", None).0.object_id), None);
    }
}
