//! The directory itself: everything that is in the tenant, and how it is found.

use std::collections::HashMap;

use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::changed_devices::ChangedDevices;
use super::consent::{self, SimulatedConsent};
use super::extra_person::ExtraPerson;
use super::group::SimulatedGroup;
use super::method::SimulatedMethods;
use super::object::Object;
use super::place::UserPlace;
use super::role::{RoleAssignment, RoleDefinition};
use super::sample_people;
use super::search_key::{Indexes, SearchKey};
use super::seed;
use super::service_principal::ServicePrincipal;
use super::tenant::{self, CLIENT_ID, Domain, TenantNames};
use super::unit::AdministrativeUnit;
use super::user::SimulatedUser;
use super::user_key::UserKey;

/// When the cast's leavers were deleted, until a tenant begins and knows what time it is.
const GONE_AT: OffsetDateTime = datetime!(2026-09-30 06:12:44 UTC);

/// How long ago that is in a tenant that begins.
const GONE_FOR: Duration = Duration::days(6);

/// All users, in the order in which lists return them.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// What the tenant is called.
    pub(super) names: TenantNames,
    pub(super) users: Vec<SimulatedUser>,
    pub(super) domains: Vec<Domain>,
    pub(super) by_id: HashMap<Uuid, UserPlace>,
    /// Keys are in lower case: "user resource type" compares UPNs without regard to case.
    pub(super) by_upn: HashMap<Box<str>, UserPlace>,
    pub(super) indexes: Indexes,
    /// The deleted ones. They keep their places, so that no other place changes.
    pub(super) recycle_bin: HashMap<Uuid, UserPlace>,
    pub(super) groups: Vec<SimulatedGroup>,
    pub(super) units: Vec<AdministrativeUnit>,
    pub(super) role_definitions: Vec<RoleDefinition>,
    pub(super) role_assignments: Vec<RoleAssignment>,
    pub(super) role_eligibilities: Vec<RoleAssignment>,
    /// The methods of those whose methods were changed since the directory was made.
    pub(super) methods: HashMap<Uuid, SimulatedMethods>,
    pub(super) devices: ChangedDevices,
    /// What those consented to whose consents were changed since.
    pub(super) consents: HashMap<Uuid, Vec<SimulatedConsent>>,
    /// The owners of the app and of its service principal.
    pub(super) app_owners: Vec<Uuid>,
    /// Those beside the one that is always there.
    pub(super) further_apps: Vec<ServicePrincipal>,
}

impl Directory {
    /// Contoso with this many users (at least the fixed cast): the same seed gives the same people, and the first of
    /// them are the same in every directory.
    pub fn seeded(users: usize, seed: u64) -> Self {
        let users = users.max(sample_people::SIZE);
        let mut directory = Self {
            users: Vec::with_capacity(users + sample_people::gone().count()),
            domains: tenant::domains(),
            by_id: HashMap::with_capacity(users),
            by_upn: HashMap::with_capacity(users),
            ..Self::default()
        };
        for index in 0..sample_people::SIZE {
            if let Some(person) = sample_people::member(index) {
                directory.add(seed::user(person, &mut seed::cast_random(index), index as u32 + 1));
            }
        }
        for index in 0..users - sample_people::SIZE {
            let (mut person, mut random) = seed::person(seed, index, 0);
            let mut attempt = 0;
            while directory.by_upn.contains_key(person.upn.to_lowercase().as_str()) {
                attempt += 1;
                (person, random) = seed::person(seed, index, attempt);
            }
            let number = directory.next_number();
            directory.add(seed::user(person, &mut random, number));
        }
        directory.populate();
        for (index, person) in sample_people::gone().enumerate() {
            let number = directory.next_number();
            let user = seed::user(person, &mut seed::gone_random(index), number);
            let id = user.id;
            // A user of the same name may have been added since.
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
        let places: Vec<UserPlace> = self.recycle_bin.values().copied().collect();
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

    /// Whether a person that is named by a property alone is there already.
    fn is_known_by_property(&mut self, person: &ExtraPerson) -> bool {
        if person.object_id.is_some() || person.user_principal_name.is_some() {
            return false;
        }
        let keys = [
            (SearchKey::EmployeeId, &person.employee_id),
            (SearchKey::SecurityIdentifier, &person.security_identifier),
            (SearchKey::SamAccountName, &person.sam_account_name),
            (SearchKey::ImmutableId, &person.immutable_id),
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

    /// The payroll number of the next person.
    pub(super) fn next_number(&self) -> u32 {
        u32::try_from(self.users.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    pub(super) fn add(&mut self, user: SimulatedUser) {
        let place = UserPlace::at(self.users.len());
        self.by_id.insert(user.id, place);
        self.users.push(user);
        self.index_names(place);
    }

    pub(super) fn index_names(&mut self, place: UserPlace) {
        let upn = self.users[place.index()].user_principal_name.to_lowercase();
        self.by_upn.insert(upn.into(), place);
        self.indexes.forget();
    }

    pub(super) fn forget_names(&mut self, place: UserPlace) {
        self.by_upn.remove(self.users[place.index()].user_principal_name.to_lowercase().as_str());
        self.indexes.forget();
    }

    /// Where the user of this key stands.
    pub(crate) fn find(&self, key: &UserKey) -> Option<UserPlace> {
        match key {
            UserKey::Id(id) => self.by_id.get(id).copied(),
            UserKey::Name(name) => self.by_upn.get(name.as_str()).copied(),
        }
    }

    /// The object with this id, unless it is deleted.
    pub(crate) fn object(&self, id: Uuid) -> Option<Object<'_>> {
        let user = self.find(&UserKey::Id(id)).map(|place| Object::User(self.get(place)));
        let app = || self.apps().find(|app| app.id == id).map(Object::App);
        let client = || consent::client(id).map(Object::Client);
        user.or_else(|| self.group(id).map(Object::Group)).or_else(app).or_else(client)
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
    pub(crate) fn get(&self, place: UserPlace) -> &SimulatedUser {
        &self.users[place.index()]
    }

    /// The same, to be changed in what no index knows: not the id, not the names.
    pub(crate) fn get_mut(&mut self, place: UserPlace) -> &mut SimulatedUser {
        &mut self.users[place.index()]
    }

    /// Changes anything but the id, and keeps the user findable.
    pub(crate) fn change(&mut self, place: UserPlace, change: impl FnOnce(&mut SimulatedUser)) {
        self.forget_names(place);
        let user = &mut self.users[place.index()];
        let id = user.id;
        change(user);
        user.id = id;
        self.index_names(place);
    }

    /// Changes every user in what no index knows, as [`Directory::get_mut`] does one.
    pub(crate) fn change_all(&mut self, change: impl FnMut(&mut SimulatedUser)) {
        self.users.iter_mut().for_each(change);
    }

    /// Users from a position on with their positions, in the order of lists.
    pub(crate) fn users_from(&self, position: usize) -> impl Iterator<Item = (usize, &SimulatedUser)> {
        let users = self.users.iter().enumerate().skip(position);
        users.filter(|(_, user)| user.deleted().is_none())
    }

    /// All users that are not deleted, in the order of lists.
    pub fn users(&self) -> impl Iterator<Item = &SimulatedUser> {
        self.users_from(0).map(|(_, user)| user)
    }

    /// How many of them there are.
    pub fn len(&self) -> usize {
        self.users.len() - self.recycle_bin.len()
    }

    /// Whether no user is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the tenant is called.
    pub(crate) fn names(&self) -> &TenantNames {
        &self.names
    }

    /// The tenant's domains.
    pub(crate) fn domains(&self) -> &[Domain] {
        &self.domains
    }

    pub(super) fn domain(&self, name: &str) -> Option<&Domain> {
        self.domains.iter().find(|domain| domain.name.eq_ignore_ascii_case(name))
    }

    /// Whether the user signs in at an identity provider of its own.
    pub(crate) fn is_federated(&self, user: &SimulatedUser) -> bool {
        self.domain(user.domain()).is_some_and(|domain| domain.federated)
    }
}
