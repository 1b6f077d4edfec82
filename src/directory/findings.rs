//! Who was found, under every name that was asked for.

use std::collections::HashMap;

use super::account::{Account, Found};
use super::deleted::DeletedUsers;
use super::question::{Asking, Sighting};
use crate::ids::ObjectId;
use crate::roster::{Key, KeyProperty};

/// Accounts by folded name, by object id, and by the properties that the operator chose.
#[derive(Default)]
pub(super) struct Findings {
    by_name: HashMap<String, Vec<Account>>,
    by_id: HashMap<ObjectId, Box<Account>>,
    by_property: HashMap<(KeyProperty, String), Vec<Account>>,
}

impl Findings {
    pub(super) fn add(&mut self, Sighting { asking, values, account }: Sighting) {
        for value in values {
            let same = match asking {
                Asking::ObjectId => {
                    self.by_id.insert(account.object_id, account.clone());
                    continue;
                }
                Asking::UserPrincipalName | Asking::NameAsMail | Asking::NameAsAlias => {
                    self.by_name.entry(value).or_default()
                }
                Asking::Property(by) => self.by_property.entry((by, value)).or_default(),
            };
            if same.iter().all(|known| known.object_id != account.object_id) {
                same.push((*account).clone());
            }
        }
    }

    pub(super) fn knows_name(&self, folded: &str) -> bool {
        self.by_name.contains_key(folded)
    }

    pub(super) fn knows_id(&self, id: ObjectId) -> bool {
        self.by_id.contains_key(&id)
    }

    pub(super) fn into_accounts(self) -> HashMap<ObjectId, Box<Account>> {
        self.by_id
    }

    /// What is known under this key; an account that is not found elsewhere may be among the deleted.
    pub(super) fn of(&self, key: &Key, deleted: Option<&DeletedUsers>) -> Found {
        let gone = |found: Option<&super::Deleted>| found.cloned().map_or(Found::Missing, Found::Deleted);
        match key {
            Key::ObjectId(id) => match self.by_id.get(id) {
                Some(account) => Found::Account(account.clone()),
                None => gone(deleted.and_then(|deleted| deleted.by_id(*id))),
            },
            Key::UserPrincipalName(name) => {
                let folded = name.folded();
                one(self.by_name.get(&folded))
                    .unwrap_or_else(|| gone(deleted.and_then(|deleted| deleted.by_name(&folded))))
            }
            Key::Property(by, value) => {
                let folded = Asking::Property(*by).fold(value);
                one(self.by_property.get(&(*by, folded))).unwrap_or(Found::Missing)
            }
        }
    }
}

/// One account is the answer; of several it is not known which is meant.
fn one(accounts: Option<&Vec<Account>>) -> Option<Found> {
    match accounts?.as_slice() {
        [] => None,
        [only] => Some(Found::Account(Box::new(only.clone()))),
        several => Some(Found::Several(several.to_vec())),
    }
}
