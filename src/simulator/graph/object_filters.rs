//! `$filter` of groups, role assignments and role definitions.

use uuid::Uuid;

use super::conditions::{comparison, conjuncts, literal};
use super::errors::ServedError;
use super::lexer::{is, object_id};
use crate::simulator::directory::{RoleAssignment, RoleDefinition, SimulatedGroup};

/// `$filter` for groups: all of these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GroupFilter {
    role_assignable: Option<bool>,
    display_name: Option<String>,
    starts_with: Option<String>,
    mail: Option<String>,
}

impl GroupFilter {
    pub(super) fn parse(text: &str) -> Result<Self, ServedError> {
        let mut filter = Self::default();
        for part in conjuncts(text) {
            let unknown = || ServedError::part_not_simulated(format_args!("$filter with '{part}'"));
            if let Some(arguments) = part.strip_prefix("startsWith(").or_else(|| part.strip_prefix("startswith(")) {
                let (field, value) =
                    arguments.strip_suffix(')').and_then(|it| it.split_once(',')).ok_or_else(unknown)?;
                match (field.trim(), literal(value)) {
                    ("displayName", Some(value)) => filter.starts_with = Some(value),
                    _ => return Err(unknown()),
                }
                continue;
            }
            match part.split_once(" eq ").map(|(field, value)| (field.trim(), value.trim())) {
                Some(("isAssignableToRole", "true")) => filter.role_assignable = Some(true),
                Some(("isAssignableToRole", "false")) => filter.role_assignable = Some(false),
                Some(("displayName", value)) => filter.display_name = Some(literal(value).ok_or_else(unknown)?),
                Some(("mail", value)) => filter.mail = Some(literal(value).ok_or_else(unknown)?),
                _ => return Err(unknown()),
            }
        }
        Ok(filter)
    }

    /// Whether a group passes.
    pub(crate) fn lets_through(&self, group: &SimulatedGroup) -> bool {
        let name = group.display_name.to_lowercase();
        let is_name = |wanted: &String| name == wanted.to_lowercase();
        let starts = |wanted: &String| name.starts_with(&wanted.to_lowercase());
        let is_mail = |wanted: &String| group.mail.as_deref().is_some_and(|mail| is(mail, wanted));
        self.role_assignable.is_none_or(|wanted| wanted == group.role_assignable)
            && self.display_name.as_ref().is_none_or(is_name)
            && self.starts_with.as_ref().is_none_or(starts)
            && self.mail.as_ref().is_none_or(is_mail)
    }
}

/// `$filter` for assignments: all of these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AssignmentFilter {
    principal: Option<Vec<Uuid>>,
    role: Option<Vec<Uuid>>,
    scope: Option<String>,
}

impl AssignmentFilter {
    pub(super) fn parse(text: &str) -> Result<Self, ServedError> {
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
    pub(super) fn parse(text: &str) -> Result<Self, ServedError> {
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

fn no_such_property(name: &str) -> ServedError {
    ServedError::malformed(format!(
        "Invalid filter clause: Could not find a property named '{name}' on type 'microsoft.graph.unifiedRoleDefinition'."
    ))
}

pub(super) fn unknown(part: &str) -> ServedError {
    ServedError::part_not_simulated(format_args!("$filter with '{}'", part.trim()))
}
