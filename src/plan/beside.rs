//! What the directory says of a row beside the account that its key names: the address on the same row, and the number with the
//! zeros that a spreadsheet takes off.

use std::collections::HashMap;

use super::error::PlanError;
use crate::directory::{Account, Deleted, Found, Lookup};
use crate::graph::transport::Transport;
use crate::ids::ObjectId;
use crate::roster::{self, Entry, Key, KeyProperty, Person};

/// Numbers of employees have hardly ever more digits. A number is looked for with zeros in front up to this many.
const MAX_DIGITS: usize = 8;

/// What was found beside the account of one row.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// The account that has the address on the row, where it is neither the sign-in name nor the mail address of the account that
    /// the key names.
    pub address: Option<Found>,
    /// The accounts whose numbers are this one with zeros in front.
    pub padded: Vec<(Box<str>, Account)>,
    /// The deleted accounts that had the name on the row, where no account has it as its sign-in name now; who was deleted last
    /// stands last.
    pub had_name: Vec<Deleted>,
    /// The account that has the sign-in name of the deleted one whose id is on the row.
    pub has_name_now: Option<Box<Account>>,
    /// The account whose object id is the `ObjectGUID` on the row: the list may have the one in the place of the other.
    pub as_object_id: Option<Account>,
}

/// What was found beside the accounts of many rows.
#[derive(Default)]
pub(super) struct FoundBeside {
    found: HashMap<Key, Found>,
    had_name: HashMap<String, Vec<Deleted>>,
    has_name_now: HashMap<ObjectId, Key>,
}

impl FoundBeside {
    /// Looks up what stands beside the keys of these entries; nothing is asked where nothing is doubtful.
    pub(super) async fn look_up<'f, T: Transport>(
        lookup: &Lookup<'_, T>,
        entries: &[Entry],
        found: impl Fn(&Key) -> Option<&'f Found>,
    ) -> Result<Self, PlanError> {
        let mut keys: Vec<Key> = Vec::new();
        let mut beside = Self::default();
        for person in entries.iter().filter_map(|entry| entry.content.as_ref().ok()) {
            keys.extend(padded(&person.key));
            keys.extend(as_object_id(&person.key));
            match (&person.key, found(&person.key)) {
                (Key::UserPrincipalName(name), Some(Found::Account(account)))
                    if account.user_principal_name.to_lowercase() != name.folded() =>
                {
                    beside.had_name.insert(name.folded(), lookup.deleted_named(&name.folded()).await?);
                }
                (Key::UserPrincipalName(name), Some(Found::Deleted(_))) => {
                    beside.had_name.insert(name.folded(), lookup.deleted_named(&name.folded()).await?);
                }
                (Key::ObjectId(id), Some(Found::Deleted(deleted))) => {
                    if let Ok(name) = deleted.user_principal_name.parse() {
                        let key = Key::UserPrincipalName(name);
                        beside.has_name_now.insert(*id, key.clone());
                        keys.push(key);
                    }
                }
                _ => {}
            }
            let Some(address) = &person.also_address else { continue };
            let is_doubtful = match found(&person.key) {
                Some(Found::Account(account)) => !account.has_address(address),
                Some(Found::Missing) => as_object_id(&person.key).is_some(),
                _ => false,
            };
            if is_doubtful {
                keys.push(Key::UserPrincipalName(address.clone()));
            }
        }
        let asked: Vec<&Key> = keys.iter().collect();
        let answers = if asked.is_empty() { Vec::new() } else { lookup.find(&asked).await? };
        beside.found = keys.into_iter().zip(answers).collect();
        Ok(beside)
    }

    /// What belongs to one person.
    pub(super) fn of(&self, person: &Person) -> Beside {
        let accounts = |key: &Key| match self.found.get(key) {
            Some(Found::Account(account)) => vec![(**account).clone()],
            Some(Found::Several(several)) => several.clone(),
            _ => Vec::new(),
        };
        let padded = padded(&person.key).flat_map(|key| {
            let found = accounts(&key);
            let Key::Property(_, number) = key else { return Vec::new() };
            found.into_iter().map(|account| (number.clone(), account)).collect()
        });
        let address = person.also_address.clone().map(Key::UserPrincipalName);
        let had_name = match &person.key {
            Key::UserPrincipalName(name) => self.had_name.get(&name.folded()).cloned().unwrap_or_default(),
            _ => Vec::new(),
        };
        let has_name_now = match &person.key {
            Key::ObjectId(id) => self.has_name_now.get(id).and_then(|key| self.found.get(key)),
            _ => None,
        };
        let has_name_now = match has_name_now {
            Some(Found::Account(account)) => Some(account.clone()),
            _ => None,
        };
        let address = address.and_then(|key| self.found.get(&key).cloned());
        let as_object_id = as_object_id(&person.key).and_then(|key| accounts(&key).pop());
        Beside { padded: padded.collect(), address, had_name, has_name_now, as_object_id }
    }
}

/// The numbers that this one may have been before a spreadsheet took its zeros off.
fn padded(key: &Key) -> impl Iterator<Item = Key> + use<> {
    let number = match key {
        Key::Property(KeyProperty::EmployeeId, number) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(number.clone())
        }
        _ => None,
    };
    number.into_iter().flat_map(|number| {
        (number.len() + 1..=MAX_DIGITS)
            .map(move |digits| Key::Property(KeyProperty::EmployeeId, format!("{number:0>digits$}").into()))
    })
}

/// The object id that an immutable id would be, if the list had object ids in the place of those of Active Directory.
fn as_object_id(key: &Key) -> Option<Key> {
    match key {
        Key::Property(KeyProperty::ImmutableId, id) => roster::as_object_id(id).map(Key::ObjectId),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_have_lost_its_zeros() {
        let of = |number: &str| {
            let keys = padded(&Key::Property(KeyProperty::EmployeeId, number.into()));
            keys.map(|key| key.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(of("123456"), ["employee id 0123456", "employee id 00123456"]);
        assert_eq!((of("42").len(), of("E42").len(), of("123456789").len()), (6, 0, 0));
        assert_eq!(padded(&Key::Property(KeyProperty::SamAccountName, "42".into())).count(), 0);
    }
}
