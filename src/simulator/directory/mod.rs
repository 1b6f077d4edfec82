//! The people of the tenant, their groups and roles, and the ways to find them.

pub(crate) mod builtin_roles;
mod cast;
mod contoso;
mod deletion;
mod groups;
mod names;
mod roles;
mod search;
mod seed;
mod snapshot;
pub(crate) mod tenant;
mod units;
mod user;

use std::collections::HashMap;

use uuid::Uuid;

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

pub(crate) use cast::SIZE as CAST_SIZE;
pub use groups::{Group, Members};
pub(crate) use roles::{RoleAssignment, RoleDefinition, Scope, Standing};
pub(crate) use search::SearchKey;
pub use snapshot::SnapshotError;
pub(crate) use user::ON_PREMISES_DOMAIN;
pub use user::{Details, ExternalUserState, OnPremises, Text, User, UserType};

use super::random::{Random, seed_of};
use super::settings::ExtraPerson;
use search::Indexes;
use tenant::{APP_NAME, CLIENT_ID, Domain, SERVICE_PRINCIPAL_ID};
use units::AdministrativeUnit;

/// When the cast's leavers were deleted, until a tenant begins and knows what time it is.
const GONE_AT: OffsetDateTime = datetime!(2026-09-30 06:12:44 UTC);
/// How long ago that is in a tenant that begins.
const GONE_FOR: Duration = Duration::days(6);

/// Where a user stands in the directory: stable for as long as the simulator runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place(u32);

impl Place {
    fn at(position: usize) -> Self {
        Self(u32::try_from(position).unwrap_or(u32::MAX))
    }

    /// The position in lists.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Something that has an object id and can hold a role.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Object<'a> {
    User(&'a User),
    Group(&'a Group),
    /// An app in the tenant.
    App(ServicePrincipal),
}

/// The service principal of one of the tenant's apps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServicePrincipal {
    pub(crate) id: Uuid,
    pub(crate) client_id: Uuid,
    /// The app that is always there is number 1.
    number: u16,
}

impl ServicePrincipal {
    pub(crate) fn numbered(number: u16, client_id: Uuid) -> Self {
        let id = match number {
            1 => SERVICE_PRINCIPAL_ID,
            _ => Random::new(seed_of(&format!("service principal of {client_id}"))).guid(),
        };
        Self { id, client_id, number }
    }

    pub(crate) fn name(&self) -> String {
        match self.number {
            1 => APP_NAME.to_owned(),
            number => format!("{APP_NAME} {number}"),
        }
    }
}

impl Object<'_> {
    pub(crate) fn id(&self) -> Uuid {
        match self {
            Self::User(user) => user.id,
            Self::Group(group) => group.id,
            Self::App(app) => app.id,
        }
    }
}

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
    indexes: Indexes,
    /// The deleted ones. They keep their places, so that nobody else's moves.
    recycle_bin: HashMap<Uuid, Place>,
    groups: Vec<Group>,
    units: Vec<AdministrativeUnit>,
    role_definitions: Vec<RoleDefinition>,
    role_assignments: Vec<RoleAssignment>,
    role_eligibilities: Vec<RoleAssignment>,
    /// The owners of the app and of its service principal.
    app_owners: Vec<Uuid>,
    /// Those beside the one that is always there.
    further_apps: Vec<ServicePrincipal>,
}

impl Directory {
    /// Contoso with this many users (at least the fixed cast): the same seed gives the same people, and the first of
    /// them are the same in every directory.
    #[must_use]
    pub fn seeded(users: usize, seed: u64) -> Self {
        let users = users.max(CAST_SIZE);
        let mut directory = Self {
            users: Vec::with_capacity(users + cast::gone().count()),
            domains: tenant::domains(),
            by_id: HashMap::with_capacity(users),
            by_upn: HashMap::with_capacity(users),
            ..Self::default()
        };
        for index in 0..CAST_SIZE {
            if let Some(person) = cast::member(index) {
                directory.add(seed::user(person, &mut seed::cast_random(index), index as u32 + 1));
            }
        }
        for index in 0..users - CAST_SIZE {
            let (mut person, mut random) = seed::person(seed, index, 0);
            let mut attempt = 0;
            while directory.by_upn.contains_key(person.upn.to_lowercase().as_str()) {
                attempt += 1;
                (person, random) = seed::person(seed, index, attempt);
            }
            let number = directory.next_number();
            directory.add(seed::user(person, &mut random, number));
        }
        directory.furnish();
        for (index, person) in cast::gone().enumerate() {
            let number = directory.next_number();
            let user = seed::user(person, &mut seed::gone_random(index), number);
            let id = user.id;
            // Somebody of the same name may have come since.
            if !directory.by_upn.contains_key(user.user_principal_name.to_lowercase().as_str()) {
                directory.add(user);
                directory.delete(id, GONE_AT);
            }
        }
        directory
    }

    /// Moves the moment at which the cast's leavers were deleted, so that it is this long before now, to the second: those in
    /// the recycle bin for 30 days are in it no more ("Deleted items").
    pub(crate) fn delete_leavers_anew(&mut self, now: OffsetDateTime) {
        let moment = now.replace_nanosecond(0).unwrap_or(now) - GONE_FOR;
        let places: Vec<Place> = self.recycle_bin.values().copied().collect();
        for place in places {
            self.users[place.index()].move_deletion(GONE_AT, moment);
        }
    }

    /// Adds the people of a roster who are not there already.
    pub(crate) fn add_extras(&mut self, people: &[ExtraPerson]) {
        // Before anybody is added, because that throws the indexes away.
        let known: Vec<bool> = people.iter().map(|person| self.is_known_by_property(person)).collect();
        for (person, _) in people.iter().zip(known).filter(|(_, known)| !known) {
            self.add_extra(person);
        }
    }

    /// Whether somebody is there already whom nothing names but a property.
    fn is_known_by_property(&mut self, person: &ExtraPerson) -> bool {
        if person.object_id.is_some() || person.user_principal_name.is_some() {
            return false;
        }
        let keys = [
            (SearchKey::EmployeeId, &person.employee_id),
            (SearchKey::SecurityIdentifier, &person.security_identifier),
            (SearchKey::SamAccountName, &person.sam_account_name),
        ];
        keys.into_iter().any(|(key, value)| value.as_ref().is_some_and(|value| !self.search(key, value).is_empty()))
    }

    /// Adds someone, unless the id or the UPN is there already; their domain becomes a managed one.
    fn add_extra(&mut self, person: &ExtraPerson) {
        let user = seed::extra(person, self.next_number());
        let known_id = self.by_id.contains_key(&user.id) || self.recycle_bin.contains_key(&user.id);
        if known_id || self.by_upn.contains_key(user.user_principal_name.to_lowercase().as_str()) {
            return;
        }
        if !user.domain().is_empty() && self.domain(user.domain()).is_none() {
            self.domains.push(Domain { name: user.domain().to_lowercase().into(), federated: false });
        }
        self.add(user);
    }

    /// The payroll number of whoever comes next.
    fn next_number(&self) -> u32 {
        Place::at(self.users.len()).0.saturating_add(1)
    }

    fn add(&mut self, user: User) {
        let place = Place::at(self.users.len());
        self.by_id.insert(user.id, place);
        self.users.push(user);
        self.index_names(place);
    }

    fn index_names(&mut self, place: Place) {
        let upn = self.users[place.index()].user_principal_name.to_lowercase();
        self.by_upn.insert(upn.into(), place);
        self.indexes.forget();
    }

    fn forget_names(&mut self, place: Place) {
        self.by_upn.remove(self.users[place.index()].user_principal_name.to_lowercase().as_str());
        self.indexes.forget();
    }

    /// Where the user of this key stands.
    pub(crate) fn find(&self, key: &UserKey) -> Option<Place> {
        match key {
            UserKey::Id(id) => self.by_id.get(id).copied(),
            UserKey::Name(name) => self.by_upn.get(name.as_str()).copied(),
        }
    }

    /// Whoever has this object id and is not deleted.
    pub(crate) fn object(&self, id: Uuid) -> Option<Object<'_>> {
        let user = self.find(&UserKey::Id(id)).map(|place| Object::User(self.get(place)));
        let app = || self.apps().find(|app| app.id == id).map(Object::App);
        user.or_else(|| self.group(id).map(Object::Group)).or_else(app)
    }

    /// The tenant's apps.
    pub(crate) fn apps(&self) -> impl Iterator<Item = ServicePrincipal> {
        std::iter::once(ServicePrincipal::numbered(1, CLIENT_ID)).chain(self.further_apps.iter().copied())
    }

    /// Adds an app.
    pub(crate) fn add_app(&mut self, app: ServicePrincipal) {
        self.further_apps.push(app);
    }

    /// The owners of the app.
    pub(crate) fn app_owners(&self) -> &[Uuid] {
        &self.app_owners
    }

    /// The user at a place.
    pub(crate) fn get(&self, place: Place) -> &User {
        &self.users[place.index()]
    }

    /// The same, to be changed in what no index knows: not the id, not the names.
    pub(crate) fn get_mut(&mut self, place: Place) -> &mut User {
        &mut self.users[place.index()]
    }

    /// Changes anything but the id, and keeps the user findable.
    pub(crate) fn change(&mut self, place: Place, change: impl FnOnce(&mut User)) {
        self.forget_names(place);
        let user = &mut self.users[place.index()];
        let id = user.id;
        change(user);
        user.id = id;
        self.index_names(place);
    }

    /// Users from a position on with their positions, in the order of lists.
    pub(crate) fn users_from(&self, position: usize) -> impl Iterator<Item = (usize, &User)> {
        let users = self.users.iter().enumerate().skip(position);
        users.filter(|(_, user)| user.deleted().is_none())
    }

    /// All users that are not deleted, in the order of lists.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users_from(0).map(|(_, user)| user)
    }

    /// How many of them there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.users.len() - self.recycle_bin.len()
    }

    /// Whether nobody is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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
