//! The roles that the people of a plan hold in apps, in numbers.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::counts::is_none_at_all;
use super::people_read::PeopleRead;
use crate::directory::HeldAppRole;
use crate::ids::ObjectId;
use crate::json::Rfc3339Moment;
use crate::words::clipped;

/// So many apps are named; more are counted alone.
const MAX_NAMED_APPS: usize = 50;
/// So many roles of an app are named.
const MAX_ROLES: usize = 10;
/// No name is shown longer.
const MAX_NAME: usize = 120;

/// The roles that the people of a plan hold in apps: what `app-roles.csv` lists. No step touches them.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct AppRoleCounts {
    /// Whose were read, and when.
    #[serde(flatten)]
    pub read: PeopleRead,
    /// People who hold any.
    pub with_any: u32,
    /// All that they hold.
    pub assignments: u32,
    /// Those of them that come through a group.
    pub through_groups: u32,
    /// The apps, first those in which most people hold a role of their own. Fifty at most.
    pub apps: Vec<AppOfRoles>,
    /// How many more apps there are.
    pub more_apps: u32,
}

/// The roles in one app.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppOfRoles {
    /// Its service principal; `null` where Graph's answer cannot be understood.
    pub resource_id: Option<ObjectId>,
    /// Its name; empty where that is not known.
    pub name: String,
    /// The roles in it that people hold, first those that most of them hold. Ten at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<RoleInApp>,
    /// How many more of its roles people hold.
    #[serde(default, skip_serializing_if = "is_none_at_all")]
    pub more_roles: u32,
    /// How often a role in it was assigned to one of the people themselves, as far as is known.
    pub own: u32,
    /// How often one comes to them through a group.
    pub through_groups: u32,
    /// When one was assigned last, where Graph says so.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<Rfc3339Moment>")]
    pub last_assigned: Option<OffsetDateTime>,
}

/// One role of an app.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleInApp {
    /// Its id; all zeros for the right to use the app, `null` where Graph's answer cannot be understood.
    pub role_id: Option<ObjectId>,
    /// Its name; `default access` for the right to use the app, and its id where the name is not known.
    pub name: String,
    /// How often people hold it, themselves or through a group.
    pub assignments: u32,
}

/// The numbers while they grow: all apps, with all of their roles that people hold.
pub(super) struct AppRoleTally {
    pub(super) counts: AppRoleCounts,
    apps: HashMap<Option<ObjectId>, (AppOfRoles, RolesById)>,
}

/// The roles of one app; those without an id that can be understood are one.
type RolesById = HashMap<Option<ObjectId>, RoleInApp>;

impl AppRoleTally {
    /// No person yet.
    pub(super) fn begin(now: OffsetDateTime) -> Self {
        let counts = AppRoleCounts {
            read: PeopleRead::begin(now),
            with_any: 0,
            assignments: 0,
            through_groups: 0,
            apps: Vec::new(),
            more_apps: 0,
        };
        Self { counts, apps: HashMap::new() }
    }

    /// Takes in what a person holds, each role with its name, as it was read at that moment.
    pub(super) fn add(&mut self, person: Option<ObjectId>, held: &[(&HeldAppRole, String)], read_at: OffsetDateTime) {
        let counts = &mut self.counts;
        counts.read.add(read_at);
        counts.with_any += u32::from(!held.is_empty());
        for (role, name) in held {
            counts.assignments += 1;
            let (app, roles) = self.apps.entry(role.resource_id).or_insert_with(|| {
                let app = AppOfRoles {
                    resource_id: role.resource_id,
                    name: clipped(&role.app, MAX_NAME).into_owned(),
                    roles: Vec::new(),
                    more_roles: 0,
                    own: 0,
                    through_groups: 0,
                    last_assigned: None,
                };
                (app, HashMap::new())
            });
            let in_app = roles.entry(role.role_id).or_insert_with(|| RoleInApp {
                role_id: role.role_id,
                name: clipped(name, MAX_NAME).into_owned(),
                assignments: 0,
            });
            in_app.assignments += 1;
            if role.principal_id.is_none() || person == role.principal_id {
                app.own += 1;
            } else {
                app.through_groups += 1;
                counts.through_groups += 1;
            }
            app.last_assigned = app.last_assigned.max(role.assigned);
        }
    }

    /// The numbers of the whole list.
    pub(super) fn finish(self) -> AppRoleCounts {
        let with_roles = |(app, roles): (AppOfRoles, RolesById)| {
            let mut roles: Vec<RoleInApp> = roles.into_values().collect();
            roles.sort_by_key(|role| (std::cmp::Reverse(role.assignments), role.role_id));
            let more_roles = u32::try_from(roles.len().saturating_sub(MAX_ROLES)).unwrap_or(u32::MAX);
            roles.truncate(MAX_ROLES);
            AppOfRoles { roles, more_roles, ..app }
        };
        let mut apps: Vec<AppOfRoles> = self.apps.into_values().map(with_roles).collect();
        apps.sort_by_key(|app| (std::cmp::Reverse((app.own, app.through_groups)), app.resource_id));
        let more = apps.len().saturating_sub(MAX_NAMED_APPS);
        apps.truncate(MAX_NAMED_APPS);
        AppRoleCounts { apps, more_apps: u32::try_from(more).unwrap_or(u32::MAX), ..self.counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_through_a_group_is_not_the_persons_own() {
        let id = |number: u16| format!("00000000-0000-4000-8000-00000000{number:04x}").parse::<ObjectId>().unwrap();
        let now = OffsetDateTime::UNIX_EPOCH;
        let role = |app: u16, role: u16, principal: u16, assigned| HeldAppRole {
            id: "a".to_owned(),
            resource_id: Some(id(app)),
            app: "x".repeat(1_000),
            role_id: Some(id(role)),
            principal_id: Some(id(principal)),
            principal: String::new(),
            assigned,
        };
        let mut tally = AppRoleTally::begin(now);
        let mut add = |person: u16, held: &[HeldAppRole]| {
            let named: Vec<_> = held.iter().map(|role| (role, role.role_id.unwrap().to_string().repeat(10))).collect();
            tally.add(Some(id(person)), &named, now);
        };
        add(2, &[role(10, 1, 2, Some(now)), role(10, 1, 9, None), role(11, 1, 9, None)]);
        add(3, &(100..160).map(|app| role(app, 1, 9, None)).collect::<Vec<_>>());
        add(5, &(0..13).map(|number| role(10, number, 9, None)).collect::<Vec<_>>());
        tally.add(Some(id(4)), &[], now);
        tally.counts.read.not_read += 1;
        let counts = tally.finish();
        assert_eq!((counts.read.people, counts.read.not_read, counts.with_any), (4, 1, 3));
        assert_eq!((counts.assignments, counts.through_groups), (76, 75));
        assert_eq!((counts.apps.len(), counts.more_apps), (MAX_NAMED_APPS, 12));
        let first = &counts.apps[0];
        assert_eq!((first.resource_id, first.own, first.through_groups), (Some(id(10)), 1, 14));
        assert_eq!(first.last_assigned, Some(now));
        assert!(first.name.chars().count() <= MAX_NAME);
        assert_eq!((first.roles.len(), first.more_roles), (MAX_ROLES, 3));
        assert_eq!((first.roles[0].role_id, first.roles[0].assignments), (Some(id(1)), 3), "most hold it");
        assert!(first.roles.iter().all(|role| role.name.chars().count() <= MAX_NAME));
    }
}
