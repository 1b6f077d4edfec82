//! Calls about groups: "List groups", "Get group", "List group members", "List group transitive members", "List group
//! owners".

use super::errors::ServedError;
use super::lexer::{is, object_id, unknown_option};
use super::object_filters::GroupFilter;
use super::paging::ServedPage;
use super::query::Url;
use super::request::{ServedRequest, is_eventual};
use super::select::{self, SelectedNames};
use super::served_call::ServedCall;
use super::served_read::{GroupMembers, Relation, ServedRead};
use crate::simulator::settings::Settings;

/// `GET /groups` and below.
pub(super) fn group(
    request: &ServedRequest<'_>,
    url: &Url<'_>,
    settings: &Settings,
    rest: &[&str],
    not_simulated: &dyn Fn() -> ServedError,
) -> Result<ServedCall, ServedError> {
    let mut options =
        GroupOptions { names: None, filter: None, expand: None, count: false, page: ServedPage::first(url, settings) };
    match rest {
        [] => {
            options.read(url, settings)?;
            if options.count {
                return Err(unknown_option("$count"));
            }
            let filter = options.filter.as_deref().map(GroupFilter::parse).transpose()?.unwrap_or_default();
            let GroupOptions { names, expand, page, .. } = options;
            Ok(ServedRead::ListGroups { filter, expand, names, page }.into())
        }
        [id] => {
            options.read(url, settings)?;
            if options.filter.is_some() || options.count {
                return Err(not_simulated());
            }
            Ok(ServedRead::GetGroup { id: object_id(id)?, expand: options.expand, names: options.names }.into())
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
                return Err(ServedError::unsupported_query(
                    "This request needs the ConsistencyLevel: eventual header and $count=true.",
                ));
            }
            let GroupOptions { names, count, page, .. } = options;
            Ok(ServedRead::GroupMembers(GroupMembers { id: object_id(id)?, relation, users_only, count, names, page })
                .into())
        }
    }
}

struct GroupOptions {
    names: SelectedNames,
    filter: Option<String>,
    expand: Option<Relation>,
    count: bool,
    page: ServedPage,
}

impl GroupOptions {
    fn read(&mut self, url: &Url<'_>, settings: &Settings) -> Result<(), ServedError> {
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
                        other => return Err(ServedError::part_not_simulated(format_args!("$expand={other}"))),
                    });
                }
                name => self.page.take(name, &value, settings.max_page)?,
            }
        }
        Ok(())
    }
}
