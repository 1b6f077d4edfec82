//! Who at Contoso holds which role, is in which group, and is out of the ordinary in another way.

use time::macros::datetime;
use uuid::{Uuid, uuid};

use super::builtin_roles::{
    BUILT_IN, DIRECTORY_READERS, DIRECTORY_SYNCHRONIZATION_ACCOUNTS, EXCHANGE_ADMINISTRATOR, GLOBAL_ADMINISTRATOR,
    HELPDESK_ADMINISTRATOR, MESSAGE_CENTER_READER, SECURITY_ADMINISTRATOR, USER_ADMINISTRATOR,
};
use super::names::DEPARTMENTS;
use super::role::{RoleAssignment, RoleDefinition, RoleScope};
use super::unit::AdministrativeUnit;
use super::{Directory, Members, SimulatedGroup, UserKey};
use crate::simulator::random::{Random, seed_of};

/// A role of Contoso's own.
const CUSTOM_ROLE: Uuid = uuid!("3f2c9a51-6b0e-4d6a-9b1c-5ea10ff00011");
/// The administrative unit of a site.
const UNIT_BERLIN: Uuid = uuid!("6a1e0c77-2d43-4f8b-8a55-5ea10ff00021");

/// The roles that people hold in the whole tenant. Break-glass accounts and an administrator with a name hold the first,
/// as "Manage emergency access accounts in Microsoft Entra ID" advises.
const HOLDERS: [(&str, Uuid); 11] = [
    ("breakglass1@contoso.onmicrosoft.com", GLOBAL_ADMINISTRATOR),
    ("breakglass2@contoso.onmicrosoft.com", GLOBAL_ADMINISTRATOR),
    ("admin.wilber@contoso.onmicrosoft.com", GLOBAL_ADMINISTRATOR),
    ("admin.bowen@contoso.onmicrosoft.com", USER_ADMINISTRATOR),
    ("admin.robbins@contoso.onmicrosoft.com", HELPDESK_ADMINISTRATOR),
    ("admin.cattaneo@contoso.onmicrosoft.com", EXCHANGE_ADMINISTRATOR),
    ("admin.gu@contoso.onmicrosoft.com", CUSTOM_ROLE),
    ("johanna.lorenz@contoso.com", DIRECTORY_READERS),
    ("irvin.sayers@fabrikam.com", MESSAGE_CENTER_READER),
    ("Sync_AADC01_5ea10ff0c0de@contoso.onmicrosoft.com", DIRECTORY_SYNCHRONIZATION_ACCOUNTS),
    ("ADToAADSyncServiceAccount@contoso.onmicrosoft.com", DIRECTORY_SYNCHRONIZATION_ACCOUNTS),
];

/// Who may take up which role.
const ELIGIBLE: [(&str, Uuid); 2] = [
    ("admin.wilke@contoso.onmicrosoft.com", GLOBAL_ADMINISTRATOR),
    ("grady.archie@contoso.com", HELPDESK_ADMINISTRATOR),
];

/// Members of a restricted management administrative unit.
const RESTRICTED: [&str; 2] = ["patti.fernandez@contoso.com", "lidia.holloway@contoso.onmicrosoft.com"];

/// Who owns the app.
const APP_OWNER: &str = "debra.berger@contoso.onmicrosoft.com";

/// The groups to which roles can be assigned: name, role, members, owners.
type AdminGroup = (&'static str, Option<Uuid>, &'static [&'static str], &'static [&'static str]);
const ADMIN_GROUPS: [AdminGroup; 3] = [
    (
        "Tier 0 security operators",
        Some(SECURITY_ADMINISTRATOR),
        &["admin.langer@contoso.onmicrosoft.com", "admin.sherman@contoso.onmicrosoft.com"],
        &["miriam.graham@fabrikam.com"],
    ),
    (
        "Privileged access reviewers",
        None,
        &["pradeep.gupta@contoso.com"],
        &["admin.bowen@contoso.onmicrosoft.com", "grady.archie@contoso.com"],
    ),
    (
        "On-call administrators",
        None,
        &["admin.wilke@contoso.onmicrosoft.com"],
        &["admin.wilber@contoso.onmicrosoft.com"],
    ),
];

/// The group whose members may take up a role.
const ELIGIBLE_GROUP: (&str, Uuid) = ("On-call administrators", EXCHANGE_ADMINISTRATOR);

/// Ordinary groups of people: name, mail, members, owners.
type PlainGroup = (&'static str, Option<&'static str>, &'static [&'static str], &'static [&'static str]);
const PLAIN_GROUPS: [PlainGroup; 2] = [
    (
        "Project Aurora",
        Some("aurora@contoso.com"),
        &[
            "ada.lovelace@contoso.com",
            "grace.hopper@contoso.com",
            "hans.zimmermann@contoso.com",
            "julia.hartmann@contoso.com",
            "ava.reyes_adatum.com#EXT#@contoso.onmicrosoft.com",
            "robin.counsil@fabrikam.com",
        ],
        &["grace.hopper@contoso.com"],
    ),
    (
        "Leavers, this quarter",
        None,
        &["omar.diallo@contoso.com", "mei.zhang@contoso.com"],
        &["anne.vandenberg@contoso.com"],
    ),
];

/// A group of groups.
const NESTING_GROUP: (&str, [&str; 3]) =
    ("All sites and Aurora", ["Department Site Berlin", "Department Site Madrid", "Project Aurora"]);

/// The definitions that every directory starts with.
pub(super) fn role_definitions() -> Vec<RoleDefinition> {
    let built_in = BUILT_IN.iter().map(|&(id, name)| RoleDefinition {
        id,
        display_name: name.into(),
        description: format!("Built-in role: {name}.").into(),
        built_in: true,
    });
    let own = RoleDefinition {
        id: CUSTOM_ROLE,
        display_name: "Contoso licence manager".into(),
        description: "May assign licences to users.".into(),
        built_in: false,
    };
    built_in.chain([own]).collect()
}

/// The id of a group at Contoso, made from its name.
fn group_id(name: &str) -> Uuid {
    Random::new(seed_of(&format!("group {name}"))).guid()
}

impl Directory {
    /// Gives the sample people their groups and roles. People who are not in the directory are left out.
    pub(super) fn populate(&mut self) {
        self.role_definitions = role_definitions();
        self.add_groups();
        for (upn, role) in HOLDERS {
            if let Some(principal) = self.id_of(upn) {
                self.assign_role(RoleAssignment { principal, role, scope: RoleScope::Tenant });
            }
        }
        self.units.push(AdministrativeUnit {
            id: UNIT_BERLIN,
            display_name: "Berlin".into(),
            members: Members::Department("Site Berlin".into()),
        });
        if let Some(principal) = self.id_of("ralf.schaefer@contoso.com") {
            let scope = RoleScope::Unit(UNIT_BERLIN);
            self.assign_role(RoleAssignment { principal, role: USER_ADMINISTRATOR, scope });
        }
        for (upn, role) in ELIGIBLE {
            if let Some(principal) = self.id_of(upn) {
                self.make_eligible(RoleAssignment { principal, role, scope: RoleScope::Tenant });
            }
        }
        let (name, role) = ELIGIBLE_GROUP;
        self.make_eligible(RoleAssignment { principal: group_id(name), role, scope: RoleScope::Tenant });
        for upn in RESTRICTED {
            self.change_by_name(upn, |user| user.details_mut().management_restricted = true);
        }
        self.app_owners = self.id_of(APP_OWNER).into_iter().collect();
        self.give_unusual_keys();
    }

    /// Addresses and numbers as real directories have them: aliases, plus signs, one payroll number with two people.
    fn give_unusual_keys(&mut self) {
        self.change_by_name("ada.lovelace@contoso.com", |user| {
            user.details_mut().proxy_addresses =
                vec!["smtp:ada@contoso.com".into(), "smtp:ada.byron+lists@contoso.com".into()];
        });
        self.change_by_name("siobhan.o'neil@contoso.com", |user| {
            user.details_mut().other_mails = vec!["siobhan@private.example".into()];
        });
        self.change_by_name("mei.zhang@contoso.com", |user| user.details_mut().employee_id = Some("X-0042".into()));
        self.change_by_name("wei.chen@contoso.com", |user| user.details_mut().employee_id = Some("X-0042".into()));
    }

    fn add_groups(&mut self) {
        for &department in DEPARTMENTS {
            let name = format!("Department {department}");
            self.add_group(&name, None, None, Members::Department(department.into()), &[]);
        }
        for (name, mail, members, owners) in PLAIN_GROUPS {
            let members = self.ids_of(members);
            self.add_group(name, mail, None, Members::Assigned(members), owners);
        }
        let (name, nested) = NESTING_GROUP;
        let mut members: Vec<Uuid> = nested.iter().map(|name| group_id(name)).collect();
        members.extend(self.id_of("olha.shevchenko@contoso.com"));
        self.add_group(name, None, None, Members::Assigned(members), &["olha.shevchenko@contoso.com"]);
        for (name, role, members, owners) in ADMIN_GROUPS {
            let members = self.ids_of(members);
            self.add_group(name, None, Some(role), Members::Assigned(members), owners);
        }
    }

    /// `role` is `Some` for a group to which roles can be assigned, and in it the one that is.
    fn add_group(
        &mut self,
        name: &str,
        mail: Option<&'static str>,
        role: Option<Option<Uuid>>,
        members: Members,
        owners: &[&str],
    ) {
        let group = SimulatedGroup {
            id: group_id(name),
            display_name: name.to_owned().into(),
            description: None,
            mail: mail.map(Into::into),
            role_assignable: role.is_some(),
            members,
            owners: self.ids_of(owners),
            created: datetime!(2019-09-02 08:00 UTC),
        };
        let principal = group.id;
        self.groups.push(group);
        if let Some(role) = role.flatten() {
            self.assign_role(RoleAssignment { principal, role, scope: RoleScope::Tenant });
        }
    }

    fn id_of(&self, upn: &str) -> Option<Uuid> {
        self.find(&UserKey::Name(upn.to_lowercase())).map(|place| self.get(place).id)
    }

    fn ids_of(&self, upns: &[&str]) -> Vec<Uuid> {
        upns.iter().filter_map(|upn| self.id_of(upn)).collect()
    }

    fn change_by_name(&mut self, upn: &str, change: impl FnOnce(&mut super::SimulatedUser)) {
        if let Some(place) = self.find(&UserKey::Name(upn.to_lowercase())) {
            self.change(place, change);
        }
    }
}
