//! The methods of the people of a plan, in numbers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::method_fate::MethodFate;
use super::methods_option::MethodsOption;
use super::people_read::PeopleRead;
use crate::directory::{HeldMethod, MethodKind};
use crate::json::ByWord;

/// So many unknown types are named; more are counted alone.
const MAX_NAMED_TYPES: usize = 20;
/// No name of a type is longer.
const MAX_TYPE_NAME: usize = 80;

/// The methods that the people of a plan sign in with, beside the password: what `ways-in.csv` lists.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct MethodCounts {
    /// Whose were read, and when. Ages are those at the moment at which a person's were read.
    #[serde(flatten)]
    pub read: PeopleRead,
    /// People who have none beside the password: it alone lets anyone in.
    pub with_none: u32,
    /// People who have one: without it they have none.
    pub with_one: u32,
    /// How many methods there are of each kind, by age.
    #[schemars(with = "ByWord<MethodKind, MethodAges>")]
    pub kinds: BTreeMap<MethodKind, MethodAges>,
    /// The types that are not known here, as Graph names them: the first twenty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown_types: Vec<String>,
    /// What the plan removes, where it removes any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removal: Option<RemovalCounts>,
}

/// The methods that a plan removes, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovalCounts {
    /// From how many people.
    pub people: u32,
    /// How many of them have none then, beside the password.
    pub left_with_none: u32,
    /// How many methods of each kind.
    #[schemars(with = "ByWord<MethodKind, u32>")]
    pub kinds: BTreeMap<MethodKind, u32>,
    /// Methods that were meant and stay, because there is no way to remove them here.
    pub cannot_remove: u32,
    /// Methods of these people that were registered before the moment that was named, and stay.
    pub stay: u32,
}

/// How many methods of one kind are how old.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodAges {
    /// Registered in the last 7 days.
    pub last_7_days: u32,
    /// Registered in the 23 days before these.
    pub last_30_days: u32,
    /// Registered before.
    pub older: u32,
    /// Graph does not say when. They may be new.
    pub unknown_age: u32,
}

impl MethodAges {
    /// All of them.
    pub const fn all(&self) -> u32 {
        self.last_7_days + self.last_30_days + self.older + self.unknown_age
    }

    fn add(&mut self, registered: Option<OffsetDateTime>, now: OffsetDateTime) {
        let age = registered.map(|moment| now - moment);
        *match age {
            None => &mut self.unknown_age,
            Some(age) if age <= Duration::days(7) => &mut self.last_7_days,
            Some(age) if age <= Duration::days(30) => &mut self.last_30_days,
            Some(_) => &mut self.older,
        } += 1;
    }
}

impl MethodCounts {
    /// No person yet.
    pub(super) fn begin(now: OffsetDateTime) -> Self {
        Self {
            read: PeopleRead::begin(now),
            with_none: 0,
            with_one: 0,
            kinds: BTreeMap::new(),
            unknown_types: Vec::new(),
            removal: None,
        }
    }

    /// Takes in what a person has, as it was read at that moment.
    pub(super) fn add(&mut self, methods: &[HeldMethod], read_at: OffsetDateTime) {
        self.read.add(read_at);
        match methods.len() {
            0 => self.with_none += 1,
            1 => self.with_one += 1,
            _ => {}
        }
        for method in methods {
            self.kinds.entry(method.kind).or_default().add(method.registered, read_at);
            if method.kind == MethodKind::Unknown && self.unknown_types.len() < MAX_NAMED_TYPES {
                let name: String = method.type_name.chars().take(MAX_TYPE_NAME).collect();
                if !self.unknown_types.contains(&name) {
                    self.unknown_types.push(name);
                }
            }
        }
    }

    /// Takes in what becomes of each method of a person whose methods are removed as `asked`.
    pub(super) fn add_removal(&mut self, methods: &[HeldMethod], asked: MethodsOption) {
        let removal = self.removal.get_or_insert_default();
        let mut removed = 0;
        for method in methods {
            match MethodFate::of(method, asked) {
                MethodFate::Remove => {
                    removed += 1;
                    *removal.kinds.entry(method.kind).or_default() += 1;
                }
                MethodFate::Stays => removal.stay += 1,
                MethodFate::CannotRemove => removal.cannot_remove += 1,
            }
        }
        removal.people += u32::from(removed > 0);
        removal.left_with_none += u32::from(removed > 0 && removed == methods.len());
    }

    /// How many of a kind are removed; nothing where the plan only lists.
    pub fn removed_of(&self, kind: MethodKind) -> Option<u32> {
        self.removal.as_ref().map(|removal| removal.kinds.get(&kind).copied().unwrap_or_default())
    }

    /// How many methods are removed.
    pub fn removed(&self) -> u32 {
        self.removal.iter().flat_map(|removal| removal.kinds.values()).sum()
    }

    /// All methods.
    pub fn methods(&self) -> u32 {
        self.kinds.values().map(MethodAges::all).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-11-23 02:30 UTC);

    fn method(kind: MethodKind, registered: Option<OffsetDateTime>) -> HeldMethod {
        HeldMethod { kind, type_name: "some".to_owned(), id: "1".to_owned(), registered, label: String::new() }
    }

    #[test]
    fn every_method_is_counted_once_and_an_unknown_age_is_not_old() {
        let mut counts = MethodCounts::begin(NOW);
        let ages = [Some(datetime!(2026-11-22 02:30 UTC)), Some(datetime!(2026-11-01 00:00 UTC)), None];
        let keys: Vec<HeldMethod> = ages.into_iter().map(|age| method(MethodKind::Passkey, age)).collect();
        counts.add(&keys, NOW);
        counts.add(&keys[..1], NOW);
        counts.add(&[], NOW);
        counts.add(&[method(MethodKind::Unknown, Some(datetime!(2020-01-01 00:00 UTC)))], NOW);
        assert_eq!((counts.read.people, counts.with_none, counts.with_one, counts.methods()), (4, 1, 2, 5));
        let keys = counts.kinds[&MethodKind::Passkey];
        assert_eq!((keys.last_7_days, keys.last_30_days, keys.older, keys.unknown_age), (2, 1, 0, 1));
        assert_eq!(counts.kinds[&MethodKind::Unknown].older, 1);
        assert_eq!(counts.unknown_types, ["some"]);
    }

    #[test]
    fn names_of_types_are_bounded() {
        let mut counts = MethodCounts::begin(NOW);
        for number in 0..1_000 {
            let type_name = format!("{number}{}", "x".repeat(10_000));
            counts.add(&[HeldMethod { type_name, ..method(MethodKind::Unknown, None) }], NOW);
        }
        assert_eq!(counts.unknown_types.len(), MAX_NAMED_TYPES);
        assert!(counts.unknown_types.iter().all(|name| name.len() <= MAX_TYPE_NAME));
    }
}
