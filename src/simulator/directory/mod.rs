//! The people of the tenant, and the ways to find them.

mod cast;
mod names;
mod seed;
pub(crate) mod tenant;
mod user;

use std::collections::HashMap;

use uuid::Uuid;

pub(crate) use cast::SIZE as CAST_SIZE;
pub(crate) use user::ON_PREMISES_DOMAIN;
pub use user::{ExternalUserState, OnPremises, Text, User, UserType};

use super::settings::ExtraPerson;
use tenant::Domain;

/// Where a user stands in the directory: stable for as long as the simulator runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place(u32);

/// How a request names a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UserKey {
    /// By object id.
    Id(Uuid),
    /// By UPN, in lower case.
    Name(String),
}

impl UserKey {
    /// Reads the key of a URL, percent-decoded already.
    pub(crate) fn parse(text: &str) -> Self {
        // `uuid` takes more forms than Graph does; only the hyphenated one is an id.
        match Uuid::try_parse(text) {
            Ok(id) if text.len() == 36 => Self::Id(id),
            _ => Self::Name(text.to_lowercase()),
        }
    }
}

/// All users, in the order in which lists return them.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    users: Vec<User>,
    domains: Vec<Domain>,
    by_id: HashMap<Uuid, Place>,
    /// Keys are in lower case: "user resource type" compares UPNs without regard to case.
    by_upn: HashMap<Box<str>, Place>,
    /// Only addresses that are not the user's UPN, as nearly all are.
    by_other_mail: HashMap<Box<str>, Vec<Place>>,
}

impl Directory {
    /// Contoso with this many users (at least the fixed cast): the same seed gives the same people, and the first of
    /// them are the same in every directory.
    #[must_use]
    pub fn seeded(users: usize, seed: u64) -> Self {
        let users = users.max(CAST_SIZE);
        let mut directory = Self {
            users: Vec::with_capacity(users),
            domains: tenant::domains(),
            by_id: HashMap::with_capacity(users),
            by_upn: HashMap::with_capacity(users),
            by_other_mail: HashMap::new(),
        };
        for index in 0..CAST_SIZE {
            if let Some(person) = cast::member(index) {
                directory.add(seed::user(person, &mut seed::cast_random(index)));
            }
        }
        for index in 0..users - CAST_SIZE {
            let (mut person, mut random) = seed::person(seed, index, 0);
            let mut attempt = 0;
            while directory.by_upn.contains_key(person.upn.to_lowercase().as_str()) {
                attempt += 1;
                (person, random) = seed::person(seed, index, attempt);
            }
            directory.add(seed::user(person, &mut random));
        }
        directory
    }

    /// Adds someone from a roster, unless the id or the UPN is there already; their domain becomes a managed one.
    pub(crate) fn add_extra(&mut self, person: &ExtraPerson) {
        let known_id = person.object_id.is_some_and(|id| self.by_id.contains_key(&id));
        let upn = person.user_principal_name.as_deref().unwrap_or_default();
        if known_id || self.by_upn.contains_key(upn.to_lowercase().as_str()) {
            return;
        }
        let user = seed::extra(person);
        if !user.domain().is_empty() && self.domain(user.domain()).is_none() {
            self.domains.push(Domain { name: user.domain().to_lowercase().into(), federated: false });
        }
        self.add(user);
    }

    fn add(&mut self, user: User) {
        let place = Place(u32::try_from(self.users.len()).unwrap_or(u32::MAX));
        self.by_id.insert(user.id, place);
        self.users.push(user);
        self.index_names(place);
    }

    fn index_names(&mut self, place: Place) {
        let user = &self.users[place.0 as usize];
        let upn = user.user_principal_name.to_lowercase();
        if let Some(mail) = user.other_mail.as_deref() {
            self.by_other_mail.entry(mail.to_lowercase().into()).or_default().push(place);
        }
        self.by_upn.insert(upn.into(), place);
    }

    fn forget_names(&mut self, place: Place) {
        let user = &self.users[place.0 as usize];
        self.by_upn.remove(user.user_principal_name.to_lowercase().as_str());
        if let Some(mail) = user.other_mail.as_deref()
            && let Some(places) = self.by_other_mail.get_mut(mail.to_lowercase().as_str())
        {
            places.retain(|other| *other != place);
        }
    }

    /// Where the user of this key stands.
    pub(crate) fn find(&self, key: &UserKey) -> Option<Place> {
        match key {
            UserKey::Id(id) => self.by_id.get(id).copied(),
            UserKey::Name(name) => self.by_upn.get(name.as_str()).copied(),
        }
    }

    /// Everyone whose mail address this is; nothing makes it unique.
    pub(crate) fn find_mail(&self, mail: &str) -> Vec<Place> {
        let mail = mail.to_lowercase();
        let own = self.by_upn.get(mail.as_str()).copied().filter(|place| {
            let user = self.get(*place);
            user.has_mailbox && user.other_mail.is_none()
        });
        let others = self.by_other_mail.get(mail.as_str()).into_iter().flatten().copied();
        own.into_iter().chain(others).collect()
    }

    /// The user at a place.
    pub(crate) fn get(&self, place: Place) -> &User {
        &self.users[place.0 as usize]
    }

    /// The same, to be changed in what no index knows: not the id, not the names.
    pub(crate) fn get_mut(&mut self, place: Place) -> &mut User {
        &mut self.users[place.0 as usize]
    }

    /// Changes anything but the id, and keeps the user findable.
    pub(crate) fn change(&mut self, place: Place, change: impl FnOnce(&mut User)) {
        self.forget_names(place);
        let user = &mut self.users[place.0 as usize];
        let id = user.id;
        change(user);
        user.id = id;
        self.index_names(place);
    }

    /// Users from a position on, in the order of lists.
    pub(crate) fn from(&self, position: usize) -> &[User] {
        self.users.get(position..).unwrap_or_default()
    }

    /// All users, in the order of lists.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.iter()
    }

    /// How many users there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.users.len()
    }

    /// Whether nobody is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// The tenant's domains.
    pub(crate) fn domains(&self) -> &[Domain] {
        &self.domains
    }

    fn domain(&self, name: &str) -> Option<&Domain> {
        self.domains.iter().find(|domain| domain.name.eq_ignore_ascii_case(name))
    }

    /// Whether the user signs in at an identity provider of its own.
    pub(crate) fn is_federated(&self, user: &User) -> bool {
        self.domain(user.domain()).is_some_and(|domain| domain.federated)
    }
}
