//! Calls about groups: "List groups", "Get group", "List group members", "List group transitive members", "List group
//! owners".

use super::errors::GraphError;
use super::lexer::{is, object_id, unknown_option};
use super::object_filters::GroupFilter;
use super::paging::Page;
use super::query::Url;
use super::request::{Request, is_eventual};
use super::select::{self, Names};
use super::served_call::{Call, GroupMembers, Relation};
use crate::simulator::settings::Settings;

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
