//! Calls about roles, the app and the organization: "List unifiedRoleAssignments", "List
//! roleEligibilityScheduleInstances", "List roleDefinitions", "List directoryRoles", "Get servicePrincipal".

use super::errors::GraphError;
use super::lexer::{is, object_id};
use super::object_filters::{AssignmentFilter, DefinitionFilter, unknown};
use super::paging::Page;
use super::query::Url;
use super::select::{self, Names};
use super::served_call::{AppKey, AssignmentExpand, Call, RoleKey};
use crate::simulator::settings::Settings;

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
