//! A role that a person holds in an app.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::app_by_id::AppById;
use super::person_list::PersonList;
use crate::graph::as_said::{as_said, each_as_said};
use crate::graph::found_pace::{FOR_CONSENTS, PaceRange};
use crate::ids::ObjectId;

/// The right to use an app, without a role in it ("appRoleAssignment resource type": `appRoleId` is all zeros).
const DEFAULT_ACCESS: &str = "default access";

/// A role whose id cannot be understood.
const UNKNOWN_ROLE: &str = "a role that is not known";

/// An assignment of an app role, to a person or to a group that they are in ("appRoleAssignment resource type"). It is listed and
/// never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldAppRole {
    /// What Graph names the assignment by.
    pub id: String,
    /// The service principal of the app, where it is known.
    pub resource_id: Option<ObjectId>,
    /// What the app is called.
    pub app: String,
    /// Which role of the app it is, where that is known; all zeros where a person may use the app and has no role in it.
    pub role_id: Option<ObjectId>,
    /// Who it was assigned to, where that is known: the person, or a group.
    pub principal_id: Option<ObjectId>,
    /// The name of who it was assigned to.
    pub principal: String,
    /// When it was assigned, where Graph says so.
    #[serde(with = "time::serde::rfc3339::option")]
    pub assigned: Option<OffsetDateTime>,
}

/// As a list has it. All of it is only shown.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRoleOnWire {
    #[serde(default, deserialize_with = "as_said")]
    id: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    resource_id: Option<ObjectId>,
    #[serde(default, deserialize_with = "as_said")]
    resource_display_name: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    app_role_id: Option<ObjectId>,
    #[serde(default, deserialize_with = "as_said")]
    principal_id: Option<ObjectId>,
    #[serde(default, deserialize_with = "as_said")]
    principal_display_name: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    created_date_time: Option<String>,
}

/// The roles that a person holds in apps ("List appRoleAssignments granted to a user"): also those that come through a group that
/// the person is directly in.
#[derive(Debug, Clone, Copy)]
pub struct AppRolesOfPerson;

impl PersonList for AppRolesOfPerson {
    type OnWire = AppRoleOnWire;
    type Held = HeldAppRole;

    const PATHS: &'static [&'static str] = &["appRoleAssignments"];
    // No page names a quota of their own; they are read from the directory, as consents are.
    const PACE: PaceRange = FOR_CONSENTS;

    fn held(lists: Vec<Vec<AppRoleOnWire>>) -> Vec<HeldAppRole> {
        lists.into_iter().flatten().map(AppRoleOnWire::into_role).collect()
    }
}

/// What the roles of an app are called ("appRole resource type").
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RolesOfApp {
    names: HashMap<ObjectId, String>,
}

/// As an answer has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RolesOfAppOnWire {
    #[serde(default, deserialize_with = "each_as_said")]
    app_roles: Vec<RoleOnWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleOnWire {
    id: ObjectId,
    #[serde(default, deserialize_with = "as_said")]
    display_name: Option<String>,
    #[serde(default, deserialize_with = "as_said")]
    value: Option<String>,
}

impl AppById for RolesOfApp {
    type OnWire = RolesOfAppOnWire;

    const SELECT: &'static str = "appRoles";
    // An app may have more than a thousand roles, and each has a description.
    const MAX_IDS: usize = 20;

    fn of(app: RolesOfAppOnWire) -> Option<Self> {
        let name = |role: RoleOnWire| {
            let name = [role.display_name, role.value].into_iter().flatten().find(|name| !name.trim().is_empty());
            Some((role.id, name?))
        };
        Some(Self { names: app.app_roles.into_iter().filter_map(name).collect() })
    }
}

impl HeldAppRole {
    /// What the role is called by what is known of its app: its name, or its id where that is not known.
    pub fn role_name(&self, app: Option<&RolesOfApp>) -> String {
        match self.role_id {
            None => UNKNOWN_ROLE.to_owned(),
            Some(id) if id.guid().is_nil() => DEFAULT_ACCESS.to_owned(),
            Some(id) => app.and_then(|app| app.names.get(&id)).cloned().unwrap_or_else(|| id.to_string()),
        }
    }
}

impl AppRoleOnWire {
    fn into_role(self) -> HeldAppRole {
        let assigned = self.created_date_time.as_deref();
        HeldAppRole {
            id: self.id.unwrap_or_default(),
            resource_id: self.resource_id,
            app: self.resource_display_name.unwrap_or_default(),
            role_id: self.app_role_id,
            principal_id: self.principal_id,
            principal: self.principal_display_name.unwrap_or_default(),
            assigned: assigned.and_then(|moment| OffsetDateTime::parse(moment, &Rfc3339).ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_by_what_its_app_calls_it() {
        let id = |number: u16| format!("00000000-0000-4000-8000-00000000{number:04x}").parse::<ObjectId>().unwrap();
        let answer = serde_json::json!({ "appRoles": [
            { "id": id(1), "displayName": "Approver", "value": "Expenses.Approve" },
            { "id": id(2), "displayName": null, "value": "Expenses.Read" },
            { "id": id(3), "displayName": " ", "value": null },
            { "id": 5, "displayName": "Odd" }, "odd", { "id": id(5), "displayName": 5, "value": "Odd.Read" },
        ] });
        let app = RolesOfApp::of(serde_json::from_value(answer).unwrap()).unwrap();
        let held = |role: serde_json::Value| {
            let mut roles = AppRolesOfPerson::held(vec![vec![serde_json::from_value(role).unwrap()]]);
            roles.pop().unwrap()
        };
        let named = |role_id: ObjectId, app: Option<&RolesOfApp>| {
            held(serde_json::json!({ "appRoleId": role_id, "resourceId": id(9), "principalId": id(8) })).role_name(app)
        };
        assert_eq!([1, 2, 5].map(|role| named(id(role), Some(&app))), ["Approver", "Expenses.Read", "Odd.Read"]);
        let odd = held(
            serde_json::json!({ "id": 1, "appRoleId": "x", "resourceId": [], "principalId": 7, "createdDateTime": 0 }),
        );
        assert_eq!(odd.role_name(Some(&app)), UNKNOWN_ROLE);
        assert_eq!((odd.resource_id, odd.principal_id, odd.assigned), (None, None, None));
        assert_eq!([3, 4].map(|role| named(id(role), Some(&app))), [3, 4].map(|role| id(role).to_string()));
        assert_eq!(named(id(1), None), id(1).to_string());
        let nil = "00000000-0000-0000-0000-000000000000".parse().unwrap();
        assert_eq!(named(nil, None), "default access");
    }
}
