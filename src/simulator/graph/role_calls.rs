//! Calls about roles, the app and the organization: "List unifiedRoleAssignments", "List
//! roleEligibilityScheduleInstances", "List roleDefinitions", "List directoryRoles", "Get servicePrincipal".

use uuid::Uuid;

use super::call::{AppKey, AssignmentExpand, Call, RoleKey, is, object_id};
use super::conditions::{comparison, conjuncts};
use super::errors::GraphError;
use super::paging::Page;
use super::query::Url;
use super::select::{self, Names};
use crate::simulator::directory::{RoleAssignment, RoleDefinition};
use crate::simulator::settings::Settings;

/// `$filter` for assignments: all of these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AssignmentFilter {
    principal: Option<Vec<Uuid>>,
    role: Option<Vec<Uuid>>,
    scope: Option<String>,
}

impl AssignmentFilter {
    fn parse(text: &str) -> Result<Self, GraphError> {
        let mut filter = Self::default();
        for part in conjuncts(text) {
            let (field, values) = comparison(part).ok_or_else(|| unknown(part))?;
            let ids = || values.iter().map(|value| object_id(value)).collect::<Result<Vec<_>, _>>();
            match field {
                "principalId" => filter.principal = Some(ids()?),
                "roleDefinitionId" => filter.role = Some(ids()?),
                "directoryScopeId" if values.len() == 1 => filter.scope = values.into_iter().next(),
                _ => return Err(unknown(part)),
            }
        }
        Ok(filter)
    }

    /// Whether an assignment passes.
    pub(crate) fn lets_through(&self, assignment: &RoleAssignment) -> bool {
        self.principal.as_ref().is_none_or(|ids| ids.contains(&assignment.principal))
            && self.role.as_ref().is_none_or(|ids| ids.contains(&assignment.role))
            && self.scope.as_ref().is_none_or(|scope| *scope == assignment.scope.to_string())
    }
}

/// `$filter` for role definitions: all of these. "List roleDefinitions" knows `eq` and `in` on these three.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DefinitionFilter {
    ids: Option<Vec<Uuid>>,
    names: Option<Vec<String>>,
    built_in: Option<bool>,
}

impl DefinitionFilter {
    fn parse(text: &str) -> Result<Self, GraphError> {
        let mut filter = Self::default();
        for part in conjuncts(text) {
            match part.split_once(" eq ").map(|(field, value)| (field.trim(), value.trim())) {
                Some(("isBuiltIn", "true")) => filter.built_in = Some(true),
                Some(("isBuiltIn", "false")) => filter.built_in = Some(false),
                // The schema of v1.0 has no such property; it is in beta alone.
                Some(("isPrivileged", _)) => return Err(no_such_property("isPrivileged")),
                _ => {
                    let (field, values) = comparison(part).ok_or_else(|| unknown(part))?;
                    match field {
                        "id" => filter.ids = Some(values.iter().map(|id| object_id(id)).collect::<Result<_, _>>()?),
                        "displayName" => filter.names = Some(values),
                        _ => return Err(unknown(part)),
                    }
                }
            }
        }
        Ok(filter)
    }

    /// Whether a definition passes.
    pub(crate) fn lets_through(&self, role: &RoleDefinition) -> bool {
        self.ids.as_ref().is_none_or(|ids| ids.contains(&role.id))
            && self.names.as_ref().is_none_or(|names| names.iter().any(|name| is(name, &role.display_name)))
            && self.built_in.is_none_or(|built_in| built_in == role.built_in)
    }
}

fn no_such_property(name: &str) -> GraphError {
    GraphError::malformed(format!(
        "Invalid filter clause: Could not find a property named '{name}' on type 'microsoft.graph.unifiedRoleDefinition'."
    ))
}

fn unknown(part: &str) -> GraphError {
    GraphError::part_not_simulated(format_args!("$filter with '{}'", part.trim()))
}

struct Options {
    names: Names,
    filter: Option<String>,
    expand: Option<String>,
    page: Page,
}

impl Options {
    fn of(url: &Url<'_>, settings: &Settings) -> Result<Self, GraphError> {
        let mut options = Self { names: None, filter: None, expand: None, page: Page::first(url, settings) };
        for option in url.options() {
            let (name, value) = option?;
            match &*name {
                "$select" => options.names = select::names(&value),
                "$filter" => options.filter = Some(value.into_owned()),
                "$expand" => options.expand = Some(value.into_owned()),
                name => options.page.take(name, &value, settings.largest_page)?,
            }
        }
        Ok(options)
    }

    /// Refuses what this call does not take.
    fn plain(self) -> Result<(Names, Page), GraphError> {
        match (&self.filter, &self.expand) {
            (None, None) => Ok((self.names, self.page)),
            (Some(filter), _) => Err(unknown(filter)),
            (_, Some(expand)) => Err(GraphError::part_not_simulated(format_args!("$expand={expand}"))),
        }
    }
}

/// `GET /roleManagement/directory/…`.
pub(super) fn role_management(
    url: &Url<'_>,
    settings: &Settings,
    rest: &[&str],
    not_simulated: &dyn Fn() -> GraphError,
) -> Result<Call, GraphError> {
    match rest {
        [list] if is(list, "roleAssignments") || is(list, "roleEligibilityScheduleInstances") => {
            let Options { names, filter, expand, page } = Options::of(url, settings)?;
            let expand = match expand.as_deref() {
                None => None,
                Some("principal") => Some(AssignmentExpand::Principal),
                Some("roleDefinition") => Some(AssignmentExpand::RoleDefinition),
                Some(other) => return Err(GraphError::part_not_simulated(format_args!("$expand={other}"))),
            };
            let filter = filter.as_deref().map(AssignmentFilter::parse).transpose()?.unwrap_or_default();
            Ok(Call::ListAssignments { eligible: !is(list, "roleAssignments"), filter, expand, names, page })
        }
        [list] if is(list, "roleDefinitions") => {
            let mut options = Options::of(url, settings)?;
            let filter = options.filter.take();
            let filter = filter.as_deref().map(DefinitionFilter::parse).transpose()?.unwrap_or_default();
            let (names, page) = options.plain()?;
            Ok(Call::ListRoleDefinitions { filter, names, page })
        }
        [list, id] if is(list, "roleDefinitions") => {
            Ok(Call::GetRoleDefinition { id: object_id(id)?, names: select::only_select(url)? })
        }
        _ => Err(not_simulated()),
    }
}

/// `GET /directoryRoles` and below. `template` is the key of `directoryRoles(roleTemplateId='…')`.
pub(super) fn directory_roles(
    url: &Url<'_>,
    settings: &Settings,
    rest: &[&str],
    template: Option<&str>,
    not_simulated: &dyn Fn() -> GraphError,
) -> Result<Call, GraphError> {
    let (role, rest) = match (template, rest) {
        (Some(template), rest) => (RoleKey::Template(object_id(template)?), rest),
        (None, []) => return Ok(Call::ListDirectoryRoles { names: select::only_select(url)? }),
        (None, [id, rest @ ..]) => (RoleKey::Id(object_id(id)?), rest),
    };
    match rest {
        [members] if is(members, "members") => {
            let (names, page) = Options::of(url, settings)?.plain()?;
            Ok(Call::DirectoryRoleMembers { role, names, page })
        }
        _ => Err(not_simulated()),
    }
}

/// `GET /servicePrincipals…` and `GET /applications…`, for one app.
pub(super) fn app(
    url: &Url<'_>,
    settings: &Settings,
    of: AppKey,
    registration: bool,
    rest: &[&str],
    not_simulated: &dyn Fn() -> GraphError,
) -> Result<Call, GraphError> {
    match rest {
        [] => Ok(Call::App { of, registration, names: select::only_select(url)? }),
        [granted] if is(granted, "appRoleAssignments") && !registration => {
            let (names, page) = Options::of(url, settings)?.plain()?;
            Ok(Call::AppRoleAssignments { of, names, page })
        }
        [owners] if is(owners, "owners") => {
            let (names, page) = Options::of(url, settings)?.plain()?;
            Ok(Call::AppOwners { of, registration, names, page })
        }
        _ => Err(not_simulated()),
    }
}

/// `GET /organization`.
pub(super) fn organization(url: &Url<'_>) -> Result<Call, GraphError> {
    Ok(Call::Organization { names: select::only_select(url)? })
}
