//! Calls about groups: "List groups", "Get group", "List group members", "List group transitive members", "List group
//! owners".

use super::call::{Call, GroupMembers, Relation, Request, is, is_eventual, object_id, unknown_option};
use super::conditions::{conjuncts, literal};
use super::errors::GraphError;
use super::paging::Page;
use super::query::Url;
use super::select::{self, Names};
use crate::simulator::directory::Group;
use crate::simulator::settings::Settings;

/// `$filter` for groups: all of these.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GroupFilter {
    role_assignable: Option<bool>,
    display_name: Option<String>,
    starts_with: Option<String>,
    mail: Option<String>,
}

impl GroupFilter {
    fn parse(text: &str) -> Result<Self, GraphError> {
        let mut filter = Self::default();
        for part in conjuncts(text) {
            let unknown = || GraphError::part_not_simulated(format_args!("$filter with '{part}'"));
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
    pub(crate) fn lets_through(&self, group: &Group) -> bool {
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

/// `GET /groups` and below.
pub(super) fn group(
    request: &Request<'_>,
    url: &Url<'_>,
    settings: &Settings,
    rest: &[&str],
    not_simulated: &dyn Fn() -> GraphError,
) -> Result<Call, GraphError> {
    let mut options =
        Options { names: None, filter: None, expand: None, count: false, page: Page::first(url, settings) };
    match rest {
        [] => {
            options.read(url, settings)?;
            if options.count {
                return Err(unknown_option("$count"));
            }
            let filter = options.filter.as_deref().map(GroupFilter::parse).transpose()?.unwrap_or_default();
            let Options { names, expand, page, .. } = options;
            Ok(Call::ListGroups { filter, expand, names, page })
        }
        [id] => {
            options.read(url, settings)?;
            if options.filter.is_some() || options.count {
                return Err(not_simulated());
            }
            Ok(Call::GetGroup { id: object_id(id)?, expand: options.expand, names: options.names })
        }
        [id, relation, cast @ ..] => {
            let relation = match relation.to_ascii_lowercase().as_str() {
                "members" => Relation::Members,
                "transitivemembers" => Relation::TransitiveMembers,
                "owners" => Relation::Owners,
                _ => return Err(not_simulated()),
            };
            let users_only = match cast {
                [] => false,
                [cast] if is(cast, "microsoft.graph.user") => true,
                _ => return Err(not_simulated()),
            };
            options.read(url, settings)?;
            if options.filter.is_some() || options.expand.is_some() {
                return Err(not_simulated());
            }
            // "Advanced query capabilities on Microsoft Entra ID objects" lists this cast, and `$count` itself.
            let cast_of_all = users_only && relation == Relation::TransitiveMembers;
            if (options.count || cast_of_all) && !(options.count && is_eventual(request)) {
                return Err(GraphError::unsupported_query(
                    "This request needs the ConsistencyLevel: eventual header and $count=true.",
                ));
            }
            let Options { names, count, page, .. } = options;
            Ok(Call::GroupMembers(GroupMembers { id: object_id(id)?, relation, users_only, count, names, page }))
        }
    }
}

struct Options {
    names: Names,
    filter: Option<String>,
    expand: Option<Relation>,
    count: bool,
    page: Page,
}

impl Options {
    fn read(&mut self, url: &Url<'_>, settings: &Settings) -> Result<(), GraphError> {
        for option in url.options() {
            let (name, value) = option?;
            match &*name {
                "$select" => self.names = select::names(&value),
                "$filter" => self.filter = Some(value.into_owned()),
                "$count" => self.count = is(&value, "true"),
                "$expand" => {
                    self.expand = Some(match &*value {
                        "members" => Relation::Members,
                        "owners" => Relation::Owners,
                        other => return Err(GraphError::part_not_simulated(format_args!("$expand={other}"))),
                    });
                }
                name => self.page.take(name, &value, settings.largest_page)?,
            }
        }
        Ok(())
    }
}
