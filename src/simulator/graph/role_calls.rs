//! Calls about roles, the app and the organization: "List unifiedRoleAssignments", "List
//! roleEligibilityScheduleInstances", "List roleDefinitions", "List directoryRoles", "Get servicePrincipal".

use super::errors::ServedError;
use super::lexer::{is, object_id};
use super::object_filters::{AssignmentFilter, DefinitionFilter, unknown};
use super::paging::ServedPage;
use super::query::Url;
use super::select::{self, SelectedNames};
use super::served_call::ServedCall;
use super::served_read::{AppKey, AssignmentExpand, RoleKey, ServedRead};
use crate::simulator::settings::Settings;

struct RoleOptions {
    names: SelectedNames,
    filter: Option<String>,
    expand: Option<String>,
    page: ServedPage,
}

impl RoleOptions {
    fn of(url: &Url<'_>, settings: &Settings) -> Result<Self, ServedError> {
        let mut options = Self { names: None, filter: None, expand: None, page: ServedPage::first(url, settings) };
        for option in url.options() {
            let (name, value) = option?;
            match &*name {
                "$select" => options.names = select::names(&value),
                "$filter" => options.filter = Some(value.into_owned()),
                "$expand" => options.expand = Some(value.into_owned()),
                name => options.page.take(name, &value, settings.max_page)?,
            }
        }
        Ok(options)
    }

    /// Refuses what this call does not take.
    fn plain(self) -> Result<(SelectedNames, ServedPage), ServedError> {
        match (&self.filter, &self.expand) {
            (None, None) => Ok((self.names, self.page)),
            (Some(filter), _) => Err(unknown(filter)),
            (_, Some(expand)) => Err(ServedError::part_not_simulated(format_args!("$expand={expand}"))),
        }
    }
}

/// `GET /roleManagement/directory/…`.
pub(super) fn role_management(
    url: &Url<'_>,
    settings: &Settings,
    rest: &[&str],
    not_simulated: &dyn Fn() -> ServedError,
) -> Result<ServedCall, ServedError> {
    match rest {
        [list] if is(list, "roleAssignments") || is(list, "roleEligibilityScheduleInstances") => {
            let RoleOptions { names, filter, expand, page } = RoleOptions::of(url, settings)?;
            let expand = match expand.as_deref() {
                None => None,
                Some("principal") => Some(AssignmentExpand::Principal),
                Some("roleDefinition") => Some(AssignmentExpand::RoleDefinition),
                Some(other) => return Err(ServedError::part_not_simulated(format_args!("$expand={other}"))),
            };
            let filter = filter.as_deref().map(AssignmentFilter::parse).transpose()?.unwrap_or_default();
            Ok(ServedRead::ListAssignments { eligible: !is(list, "roleAssignments"), filter, expand, names, page }
                .into())
        }
        [list] if is(list, "roleDefinitions") => {
            let mut options = RoleOptions::of(url, settings)?;
            let filter = options.filter.take();
            let filter = filter.as_deref().map(DefinitionFilter::parse).transpose()?.unwrap_or_default();
            let (names, page) = options.plain()?;
            Ok(ServedRead::ListRoleDefinitions { filter, names, page }.into())
        }
        [list, id] if is(list, "roleDefinitions") => {
            Ok(ServedRead::GetRoleDefinition { id: object_id(id)?, names: select::only_select(url)? }.into())
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
    not_simulated: &dyn Fn() -> ServedError,
) -> Result<ServedCall, ServedError> {
    let (role, rest) = match (template, rest) {
        (Some(template), rest) => (RoleKey::Template(object_id(template)?), rest),
        (None, []) => return Ok(ServedRead::ListDirectoryRoles { names: select::only_select(url)? }.into()),
        (None, [id, rest @ ..]) => (RoleKey::Id(object_id(id)?), rest),
    };
    match rest {
        [members] if is(members, "members") => {
            let (names, page) = RoleOptions::of(url, settings)?.plain()?;
            Ok(ServedRead::DirectoryRoleMembers { role, names, page }.into())
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
    not_simulated: &dyn Fn() -> ServedError,
) -> Result<ServedCall, ServedError> {
    match rest {
        [] => Ok(ServedRead::App { of, registration, names: select::only_select(url)? }.into()),
        [granted] if is(granted, "appRoleAssignments") && !registration => {
            let (names, page) = RoleOptions::of(url, settings)?.plain()?;
            Ok(ServedRead::AppRoleAssignments { of, names, page }.into())
        }
        [owners] if is(owners, "owners") => {
            let (names, page) = RoleOptions::of(url, settings)?.plain()?;
            Ok(ServedRead::AppOwners { of, registration, names, page }.into())
        }
        _ => Err(not_simulated()),
    }
}

/// `GET /organization`.
pub(super) fn organization(url: &Url<'_>) -> Result<ServedCall, ServedError> {
    Ok(ServedRead::Organization { names: select::only_select(url)? }.into())
}
