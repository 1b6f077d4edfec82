//! `app-roles.csv`: the roles that the people of a plan hold in apps, one line each. They are listed, and no step touches them.

use std::path::Path;

use serde::Serialize;
use time::OffsetDateTime;

use super::app_role_counts::AppRoleTally;
use super::app_sweep::{AppList, SeenApps};
use super::counted_list::CountedList;
use super::error::PlanError;
use super::held_so_far::PersonsHeld;
use super::list_file::ListFile;
use super::people_read::PeopleRead;
use super::plan_files::APP_ROLES;
use super::plan_lists::PlanLists;
use super::row::PlanRow;
use super::target_listing::{ListAbout, PlanList};
use crate::directory::{AppRolesOfPerson, HeldAppRole, NotListed, RolesOfApp};
use crate::ids::ObjectId;
use crate::spreadsheet::Guarded;

/// The columns of `app-roles.csv` behind those about the person.
const COLUMNS: [&str; 8] = ["app", "role", "through_group", "assigned", "role_id", "resource_id", "id", "not_read"];

/// The list while it is being written.
pub(super) struct AppRolesList {
    apps: SeenApps<RolesOfApp>,
    tally: AppRoleTally,
    file: ListFile,
}

/// The rest of a line: a role, or why those of the person are not known.
#[derive(Serialize)]
struct AppRoleLine<'a> {
    app: Guarded<'a>,
    role: Guarded<'a>,
    through_group: Guarded<'a>,
    #[serde(with = "time::serde::rfc3339::option")]
    assigned: Option<OffsetDateTime>,
    role_id: Option<ObjectId>,
    resource_id: Option<ObjectId>,
    id: Guarded<'a>,
    not_read: Guarded<'a>,
}

impl AppRolesList {
    pub(super) fn begin(folder: &Path) -> Result<Self, PlanError> {
        let file = ListFile::begin(folder, APP_ROLES, &COLUMNS)?;
        Ok(Self { apps: SeenApps::new(), tally: AppRoleTally::begin(OffsetDateTime::now_utc()), file })
    }

    /// Writes a role with its name, or why there is none.
    fn write(&mut self, row: &PlanRow, held: Option<(&HeldAppRole, &str)>, not_read: &str) -> Result<(), PlanError> {
        let (role, name) = (held.map(|(role, _)| role), held.map_or("", |(_, name)| name));
        let group = role.filter(|role| role.principal_id.is_none() || row.object_id != role.principal_id);
        // A group without a name is named by its id: an empty cell says that the role is the person's own.
        let group = group.map_or_else(String::new, |role| match (role.principal.as_str(), role.principal_id) {
            ("", Some(id)) => id.to_string(),
            ("", None) => "not known".to_owned(),
            (name, _) => name.to_owned(),
        });
        let cells = AppRoleLine {
            app: role.map_or("", |role| &role.app).into(),
            role: name.into(),
            through_group: group.into(),
            assigned: role.and_then(|role| role.assigned),
            role_id: role.and_then(|role| role.role_id),
            resource_id: role.and_then(|role| role.resource_id),
            id: role.map_or("", |role| &role.id).into(),
            not_read: not_read.into(),
        };
        self.file.add(row, cells)
    }
}

impl PlanList for AppRolesList {
    type Of = AppRolesOfPerson;
    type Held = HeldAppRole;

    const ABOUT: ListAbout = ListAbout::AppRoles;
    const PART: &'static str = ".sealoff-app-roles.part";

    // Nothing that the plan does depends on it.
    fn is_optional(&self) -> bool {
        true
    }

    fn note(&self, _: &mut PlanRow, _: &[HeldAppRole]) -> usize {
        0
    }

    fn add(&mut self, row: &PlanRow, known: &PersonsHeld<HeldAppRole>) -> Result<(), PlanError> {
        let app = |role: &HeldAppRole| self.apps.get(&role.resource_id?)?.as_ref();
        let name = |role: &HeldAppRole| role.role_name(app(role));
        let named: Vec<_> = known.held.iter().map(|role| (role, name(role))).collect();
        self.tally.add(row.object_id, &named, known.read_at);
        named.iter().try_for_each(|(role, name)| self.write(row, Some((role, name)), ""))
    }

    fn add_not_listed(&mut self, row: &PlanRow, why: &NotListed) -> Result<(), PlanError> {
        self.tally.counts.read.not_read += 1;
        self.write(row, None, &why.to_string())
    }

    fn people_read(&self) -> &PeopleRead {
        &self.tally.counts.read
    }

    fn put_with(self, lists: &mut PlanLists) -> Result<(), PlanError> {
        let Self { tally, file, .. } = self;
        let sha256 = file.put_with(lists)?;
        lists.app_roles = Some(CountedList { counts: tally.finish(), sha256 });
        Ok(())
    }
}

impl AppList for AppRolesList {
    type App = RolesOfApp;

    fn app_of(role: &HeldAppRole) -> Option<ObjectId> {
        role.resource_id
    }

    fn apps(&mut self) -> &mut SeenApps<RolesOfApp> {
        &mut self.apps
    }
}
