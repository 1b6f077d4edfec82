//! Reads of roles and of those who hold them.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::objects::{map, write_value};
use super::page::Part;
use super::{Context, World};
use crate::simulator::directory::tenant::{APPLICATION_ID, CLIENT_ID};
use crate::simulator::directory::{Directory, RoleAssignment, RoleDefinition, RoleScope, ServicePrincipal};
use crate::simulator::graph::answer::ServedAnswer;
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::object_filters::{AssignmentFilter, DefinitionFilter};
use crate::simulator::graph::paging::ServedPage;
use crate::simulator::graph::select::{SelectedNames, cut};
use crate::simulator::graph::served_read::{AppKey, AssignmentExpand, RoleKey};
use crate::simulator::random::{Random, seed_of};

impl World {
    pub(super) fn list_assignments(
        &self,
        eligible: bool,
        filter: &AssignmentFilter,
        expand: Option<AssignmentExpand>,
        names: &SelectedNames,
        page: &ServedPage,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        self.check_token(page)?;
        let all: Box<dyn Iterator<Item = (usize, &RoleAssignment)>> = if eligible {
            Box::new(self.directory.role_eligibilities())
        } else {
            Box::new(self.directory.role_assignments())
        };
        let part = Part::of(page, all.filter(|(_, assignment)| filter.lets_through(assignment)))
            .try_map(|assignment| self.assignment(assignment, eligible, expand, names, context))?;
        let set = if eligible { "roleEligibilityScheduleInstances" } else { "roleAssignments" };
        let set = format!("roleManagement/directory/{set}");
        Ok(self.collection(context, &set, None, Some(page), part, |json, value| write_value(json, &value)))
    }

    fn assignment(
        &self,
        assignment: &RoleAssignment,
        eligible: bool,
        expand: Option<AssignmentExpand>,
        names: &SelectedNames,
        context: &Context<'_>,
    ) -> Result<Map<String, Value>, ServedError> {
        let RoleAssignment { principal, role, scope } = assignment;
        let mut all = map(json!({
            "id": assignment.id(),
            "principalId": principal,
            "roleDefinitionId": role,
            "directoryScopeId": scope.to_string(),
        }));
        let mut kind = "unifiedRoleAssignment";
        if eligible {
            kind = "unifiedRoleEligibilityScheduleInstance";
            all.extend(map(json!({
                "appScopeId": null,
                "startDateTime": "2026-01-12T09:00:00Z",
                "endDateTime": null,
                "memberType": "Direct",
                "roleEligibilityScheduleId": Random::new(seed_of(&assignment.id())).guid(),
            })));
        }
        let mut object = cut(all, names, kind)?;
        match expand {
            Some(AssignmentExpand::Principal) => {
                let writer = self.writer(&None, self.rights.sight(), self.rights.sees_groups(), context.now)?;
                let mut json = Vec::new();
                if let Some(principal) = self.directory.object(*principal) {
                    writer.write(&mut json, principal);
                }
                object.insert("principal".to_owned(), serde_json::from_slice(&json).unwrap_or(Value::Null));
            }
            Some(AssignmentExpand::RoleDefinition) => {
                let role = self.directory.role_definition(*role).map(definition);
                object.insert("roleDefinition".to_owned(), role.map_or(Value::Null, Value::Object));
            }
            None => {}
        }
        Ok(object)
    }

    pub(super) fn list_role_definitions(
        &self,
        filter: &DefinitionFilter,
        names: &SelectedNames,
        page: &ServedPage,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        self.check_token(page)?;
        let roles = self.directory.role_definitions().iter().enumerate().filter(|(_, role)| filter.lets_through(role));
        let part = Part::of(page, roles).try_map(|role| cut(definition(role), names, "unifiedRoleDefinition"))?;
        let set = "roleManagement/directory/roleDefinitions";
        Ok(self.collection(context, set, None, Some(page), part, |json, role| write_value(json, &role)))
    }

    pub(super) fn get_role_definition(
        &self,
        id: Uuid,
        names: &SelectedNames,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let role = self.directory.role_definition(id).ok_or_else(|| ServedError::not_found(&id.to_string()))?;
        let mut object = cut(definition(role), names, "unifiedRoleDefinition")?;
        let set = "roleManagement/directory/roleDefinitions/$entity";
        object.insert("@odata.context".to_owned(), format!("{}/$metadata#{set}", context.root).into());
        let mut json = Vec::new();
        write_value(&mut json, &object);
        Ok(ServedAnswer::json(json))
    }

    /// "List directoryRoles": only those that were ever activated, here those that have a holder.
    pub(super) fn list_directory_roles(
        &self,
        names: &SelectedNames,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        let roles = self.directory.role_definitions().iter().filter(|role| self.is_activated(role));
        let values =
            roles.map(|role| cut(directory_role(role), names, "directoryRole")).collect::<Result<Vec<_>, _>>()?;
        let part = Part::whole(values);
        Ok(self.collection(context, "directoryRoles", None, None, part, |json, role| write_value(json, &role)))
    }

    fn is_activated(&self, role: &RoleDefinition) -> bool {
        role.built_in && self.directory.role_assignments().any(|(_, assignment)| assignment.role == role.id)
    }

    pub(super) fn directory_role_members(
        &self,
        role: RoleKey,
        names: &SelectedNames,
        page: &ServedPage,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        self.check_token(page)?;
        let named = |it: &&RoleDefinition| match role {
            RoleKey::Id(id) => directory_role_id(it) == id,
            RoleKey::Template(id) => it.id == id,
        };
        let (RoleKey::Id(asked) | RoleKey::Template(asked)) = role;
        let definitions = self.directory.role_definitions();
        let found = definitions.iter().filter(|role| self.is_activated(role)).find(named);
        let found = found.ok_or_else(|| ServedError::not_found(&asked.to_string()))?;
        let writer = self.writer(names, self.rights.sight(), self.rights.sees_groups(), context.now)?;
        let holders = self.directory.role_assignments().filter_map(|(place, assignment)| {
            let holds = assignment.role == found.id && assignment.scope == RoleScope::Tenant;
            let object = self.directory.object(assignment.principal)?;
            holds.then_some((place, object))
        });
        let part = Part::of(page, holders);
        let write = |json: &mut Vec<u8>, object| writer.write(json, object);
        Ok(self.collection(context, "directoryObjects", None, Some(page), part, write))
    }

    pub(super) fn app_owners(
        &self,
        of: AppKey,
        registration: bool,
        names: &SelectedNames,
        page: &ServedPage,
        context: &Context<'_>,
    ) -> Result<ServedAnswer, ServedError> {
        self.check_token(page)?;
        find_app(&self.directory, of, registration)?;
        let writer = self.writer(names, self.rights.sight(), self.rights.sees_groups(), context.now)?;
        let part = Part::of(page, self.directory.owners(self.directory.app_owners()));
        let write = |json: &mut Vec<u8>, object| writer.write(json, object);
        Ok(self.collection(context, "directoryObjects", None, Some(page), part, write))
    }
}

/// The app of this key. Of registrations there is the first app's alone.
pub(super) fn find_app(directory: &Directory, of: AppKey, registration: bool) -> Result<ServicePrincipal, ServedError> {
    let is_it = |app: &ServicePrincipal| match (of, registration) {
        (AppKey::AppId(id), false) => id == app.client_id,
        (AppKey::ObjectId(id), false) => id == app.id,
        (AppKey::AppId(id), true) => id == CLIENT_ID && id == app.client_id,
        (AppKey::ObjectId(id), true) => id == APPLICATION_ID && app.client_id == CLIENT_ID,
    };
    let (AppKey::AppId(id) | AppKey::ObjectId(id)) = of;
    directory.apps().find(is_it).ok_or_else(|| ServedError::not_found(&id.to_string()))
}

fn definition(role: &RoleDefinition) -> Map<String, Value> {
    map(json!({
        "id": role.id,
        "description": role.description,
        "displayName": role.display_name,
        "isBuiltIn": role.built_in,
        "isEnabled": true,
        "resourceScopes": ["/"],
        "templateId": role.id,
        "version": "1",
        "rolePermissions": [],
    }))
}

fn directory_role(role: &RoleDefinition) -> Map<String, Value> {
    map(json!({
        "id": directory_role_id(role),
        "deletedDateTime": null,
        "description": role.description,
        "displayName": role.display_name,
        "roleTemplateId": role.id,
    }))
}

/// An activated role has an id of its own in every tenant.
fn directory_role_id(role: &RoleDefinition) -> Uuid {
    Random::new(seed_of(&format!("directory role {}", role.id))).guid()
}
