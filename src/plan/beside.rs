//! What the directory says of a row beside the account that its key names: the address on the same row, and the number with the
//! zeros that a spreadsheet takes off.

use std::collections::HashMap;

use super::error::PlanError;
use crate::directory::{Account, Found, Lookup};
use crate::graph::transport::Transport;
use crate::roster::{Entry, Key, KeyProperty, Person};

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
}

/// What was found beside the accounts of many rows.
#[derive(Default)]
pub(super) struct FoundBeside(HashMap<Key, Found>);

impl FoundBeside {
    /// Looks up what stands beside the keys of these entries; nothing is asked where nothing is doubtful.
    pub(super) async fn look_up<'f, T: Transport>(
        lookup: &Lookup<'_, T>,
        entries: &[Entry],
        found: impl Fn(&Key) -> Option<&'f Found>,
    ) -> Result<Self, PlanError> {
        let mut keys: Vec<Key> = Vec::new();
        for person in entries.iter().filter_map(|entry| entry.content.as_ref().ok()) {
            keys.extend(padded(&person.key));
            let Some(address) = &person.also_address else { continue };
            if let Some(Found::Account(account)) = found(&person.key)
                && !account.has_address(address)
            {
                keys.push(Key::UserPrincipalName(address.clone()));
            }
        }
        let asked: Vec<&Key> = keys.iter().collect();
        let answers = if asked.is_empty() { Vec::new() } else { lookup.find(&asked).await? };
        Ok(Self(keys.into_iter().zip(answers).collect()))
    }

    /// What belongs to one person.
    pub(super) fn of(&self, person: &Person) -> Beside {
        let accounts = |key: &Key| match self.0.get(key) {
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
        Beside { padded: padded.collect(), address: address.and_then(|key| self.0.get(&key).cloned()) }
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
