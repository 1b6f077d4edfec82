//! Which permissions the app was granted: "List appRoleAssignments granted to a service principal", and Graph's own service
//! principal, where the ids have names.

use serde_json::{Map, Value, json};
use strum::IntoEnumIterator as _;
use uuid::Uuid;

use super::objects::{map, write_value};
use super::page::Part;
use super::read_roles::find_app;
use super::{Context, World};
use crate::simulator::directory::tenant::{GRAPH_APP_ID, GRAPH_SERVICE_PRINCIPAL_ID};
use crate::simulator::graph::answer::ServedAnswer;
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::paging::ServedPage;
use crate::simulator::graph::select::{SelectedNames, cut};
use crate::simulator::graph::served_read::AppKey;
use crate::simulator::permission::Permission;
use crate::simulator::random::{Random, seed_of};

/// Ids of app roles are Microsoft's own; clients look them up by name, and so any do.
fn app_role_id(permission: Permission) -> Uuid {
    Random::new(seed_of(&format!("app role {permission}"))).guid()
}

/// Microsoft Graph as a service principal of the tenant: "servicePrincipal resource type", "appRole resource type".
pub(super) fn graph_service_principal() -> Map<String, Value> {
    let role = |permission: Permission| {
        json!({
            "id": app_role_id(permission), "value": permission.name(), "displayName": permission.name(),
            "description": permission.name(), "isEnabled": true, "origin": "Application",
            "allowedMemberTypes": ["Application"],
        })
    };
    map(json!({
        "id": GRAPH_SERVICE_PRINCIPAL_ID,
        "deletedDateTime": null,
        "accountEnabled": true,
        "appDisplayName": "Microsoft Graph",
        "appId": GRAPH_APP_ID,
        "displayName": "Microsoft Graph",
        "servicePrincipalType": "Application",
        "appRoles": Permission::iter().map(role).collect::<Vec<_>>(),
    }))
}

impl World {
    pub(super) fn app_role_assignments(
        &self,
        of: AppKey,
        names: &SelectedNames,
        page: &ServedPage,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        self.check_token(page)?;
        let app = find_app(&self.directory, of, false)?;
        let withheld = self.apps.iter().find(|one| one.client_id() == app.client_id).map(|one| &one.withheld);
        let assignment = |permission: Permission| {
            map(json!({
                "id": app_role_id(permission).simple().to_string(),
                "deletedDateTime": null,
                "appRoleId": app_role_id(permission),
                "createdDateTime": "2026-01-12T09:00:00Z",
                "principalDisplayName": app.name(),
                "principalId": app.id,
                "principalType": "ServicePrincipal",
                "resourceDisplayName": "Microsoft Graph",
                "resourceId": GRAPH_SERVICE_PRINCIPAL_ID,
            }))
        };
        let granted = self.rights.permissions.iter().copied();
        let granted = granted.filter(|permission| withheld.is_none_or(|withheld| !withheld.contains(permission)));
        let part = Part::of(page, granted.enumerate())
            .try_map(|permission| cut(assignment(permission), names, "appRoleAssignment"))?;
        Ok(self.collection(context, "appRoleAssignments", None, Some(page), part, |json, value| {
            write_value(json, &value);
        }))
    }
}
