//! What a request asks for: method, URL and body become one of the calls that the simulator knows.

use uuid::Uuid;

use super::change::UserChange;
pub(crate) use super::cost::Cost;
use super::cost::cost;
use super::errors::GraphError;
use super::filter::Filter;
use super::group_calls::{self, GroupFilter};
use super::paging::Page;
use super::properties::Selection;
use super::query::{Plus, Url, decode};
use super::role_calls::{self, AssignmentFilter, DefinitionFilter};
use super::select::Names;
use super::user_calls;
use crate::simulator::directory::UserKey;
use crate::simulator::script::{Target, key_of};
use crate::simulator::settings::Settings;

/// One request, alone or inside a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    /// Relative to the version root.
    pub(crate) url: &'a str,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) consistency_level: Option<&'a str>,
    pub(crate) body: Option<&'a [u8]>,
}

/// What is asked for.
#[derive(Debug)]
pub(crate) enum Call {
    ListUsers(ListUsers),
    CountUsers(Option<Filter>),
    GetUser {
        key: UserKey,
        named: String,
        selection: Option<Selection>,
    },
    GetDeletedUser {
        key: UserKey,
        named: String,
        selection: Option<Selection>,
    },
    Me {
        selection: Option<Selection>,
    },
    UpdateUser {
        key: UserKey,
        named: String,
        change: UserChange,
    },
    RevokeSessions {
        key: UserKey,
        named: String,
    },
    GetByIds {
        ids: Vec<Uuid>,
        wanted: Wanted,
        names: Names,
    },
    Organization {
        names: Names,
    },
    Domains,
    ListGroups {
        filter: GroupFilter,
        expand: Option<Relation>,
        names: Names,
        page: Page,
    },
    GetGroup {
        id: Uuid,
        expand: Option<Relation>,
        names: Names,
    },
    GroupMembers(GroupMembers),
    /// Active assignments, or eligible ones.
    ListAssignments {
        eligible: bool,
        filter: AssignmentFilter,
        expand: Option<AssignmentExpand>,
        names: Names,
        page: Page,
    },
    ListRoleDefinitions {
        filter: DefinitionFilter,
        names: Names,
        page: Page,
    },
    GetRoleDefinition {
        id: Uuid,
        names: Names,
    },
    ListDirectoryRoles {
        names: Names,
    },
    DirectoryRoleMembers {
        role: RoleKey,
        names: Names,
        page: Page,
    },
    /// The app's service principal, or its registration.
    App {
        of: AppKey,
        registration: bool,
        names: Names,
    },
    /// The permissions that the app was granted.
    AppRoleAssignments {
        of: AppKey,
        names: Names,
        page: Page,
    },
    AppOwners {
        of: AppKey,
        registration: bool,
        names: Names,
        page: Page,
    },
}

/// Which objects `getByIds` is to look among.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) users: bool,
    pub(crate) groups: bool,
    pub(crate) service_principals: bool,
}

/// What a group has others in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Members,
    TransitiveMembers,
    Owners,
}

/// What an assignment can be answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AssignmentExpand {
    Principal,
    RoleDefinition,
}

/// How an activated role is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoleKey {
    /// By the id that it has in this tenant.
    Id(Uuid),
    Template(Uuid),
}

/// How an app is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppKey {
    AppId(Uuid),
    ObjectId(Uuid),
}

/// `GET /groups/{id}/members` and the like.
#[derive(Debug)]
pub(crate) struct GroupMembers {
    pub(crate) id: Uuid,
    pub(crate) relation: Relation,
    /// Cast to `microsoft.graph.user`.
    pub(crate) users_only: bool,
    pub(crate) count: bool,
    pub(crate) names: Names,
    pub(crate) page: Page,
}

/// `GET /users` and `GET /directory/deletedItems/microsoft.graph.user`.
#[derive(Debug)]
pub(crate) struct ListUsers {
    pub(crate) deleted: bool,
    pub(crate) filter: Option<Filter>,
    pub(crate) selection: Option<Selection>,
    pub(crate) page: Page,
    pub(crate) count: bool,
}

/// A request, understood as far as that goes without asking the directory.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) call: Result<Call, GraphError>,
    pub(crate) cost: Cost,
    /// What it is known by when chance decides about it.
    pub(crate) key: u64,
    /// What the rules of faults look at; `None` where there are none.
    pub(crate) target: Option<Box<Target>>,
}

impl Prepared {
    /// Understands a request.
    pub(crate) fn of(request: &Request<'_>, settings: &Settings) -> Self {
        let has_rules = !settings.script.faults.is_empty();
        let key = key_of(request.method, request.url);
        let target = has_rules.then(|| Box::new(Target::of(request.method, request.url)));
        match Url::parse(request.url) {
            Ok(url) => {
                let cost = cost(request.method, &url);
                let call = understand(request, &url, settings);
                Self { call: call.map_err(|error| error.in_call(request.method, url.path)), cost, key, target }
            }
            Err(error) => Self { call: Err(error), cost: Cost::least(), key, target },
        }
    }

    /// The user that this write is for, if it is a write and understood.
    pub(crate) fn written_user(&self) -> Option<&UserKey> {
        match &self.call {
            Ok(Call::UpdateUser { key, .. } | Call::RevokeSessions { key, .. }) => Some(key),
            _ => None,
        }
    }
}

pub(super) fn is(text: &str, word: &str) -> bool {
    text.eq_ignore_ascii_case(word)
}

/// A path split at its slashes and decoded afterwards, so that an encoded slash splits nothing.
fn segments(path: &str) -> Result<Vec<String>, GraphError> {
    path.split('/').map(|segment| decode(segment, Plus::IsPlus).map(std::borrow::Cow::into_owned)).collect()
}

fn understand(request: &Request<'_>, url: &Url<'_>, settings: &Settings) -> Result<Call, GraphError> {
    let method = request.method;
    let not_simulated = || GraphError::not_simulated(format_args!("{method} /{}", url.path));
    let only = |wanted: &str| if is(method, wanted) { Ok(()) } else { Err(GraphError::method_not_allowed()) };
    let segments = segments(url.path)?;
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let head = parts[0].to_ascii_lowercase();
    // `/users('key')`: the only form for a UPN that starts with a dollar sign ("Get a user").
    if let Some(key) = quoted(parts[0], "users") {
        let action = (parts.len() > 1).then(|| parts[1..].join("/"));
        return user_calls::on_user(request, url, &key, action.as_deref(), &not_simulated);
    }
    match (head.as_str(), &parts[1..]) {
        // The version stands in the URL of the call alone: in a batch, URLs are relative to it ("Combine multiple HTTP
        // requests using JSON batching").
        ("v1.0" | "beta", _) => {
            Err(GraphError::malformed(format!("Resource not found for the segment '{}'.", parts[0])))
        }
        // What stands where a key would and is none: `$count`, `delta()`, a cast.
        ("users" | "groups" | "directoryroles" | "serviceprincipals" | "applications", [operation, rest @ ..])
            if is_operation(operation) && !(head == "users" && is(operation, "$count") && rest.is_empty()) =>
        {
            Err(not_simulated())
        }
        ("users", []) => match method {
            _ if is(method, "GET") => user_calls::list(request, url, settings, false),
            _ if is(method, "POST") => Err(not_simulated()),
            _ => Err(GraphError::method_not_allowed()),
        },
        ("users", [key]) => user_calls::on_user(request, url, key, None, &not_simulated),
        ("users", [key, action @ ..]) => {
            user_calls::on_user(request, url, key, Some(&action.join("/")), &not_simulated)
        }
        ("me" | "domains", []) if is(method, "PATCH") || is(method, "POST") => Err(not_simulated()),
        ("me", []) => only("GET").and_then(|()| user_calls::me(url)),
        ("directoryobjects", [action]) if is(action, "getByIds") => {
            only("POST")?;
            user_calls::get_by_ids(request, url)
        }
        ("organization", []) => only("GET").and_then(|()| role_calls::organization(url)),
        // "Known issues with Microsoft Graph APIs": query options on domains are ignored.
        ("domains", []) => only("GET").map(|()| Call::Domains),
        ("directory", [items, rest @ ..]) if is(items, "deletedItems") && is(method, "GET") => {
            user_calls::deleted_items(request, url, settings, rest, &not_simulated)
        }
        ("groups", rest) if is(method, "GET") => group_calls::group(request, url, settings, rest, &not_simulated),
        ("rolemanagement", [directory, rest @ ..]) if is(directory, "directory") && is(method, "GET") => {
            role_calls::role_management(url, settings, rest, &not_simulated)
        }
        ("directoryroles", rest) if is(method, "GET") => {
            role_calls::directory_roles(url, settings, rest, None, &not_simulated)
        }
        (head, rest) if is(method, "GET") => {
            if let Some(template) = quoted_with(parts[0], "directoryRoles", "roleTemplateId") {
                return role_calls::directory_roles(url, settings, rest, Some(&template), &not_simulated);
            }
            for (set, registration) in [("servicePrincipals", false), ("applications", true)] {
                if let Some(app_id) = quoted_with(parts[0], set, "appId") {
                    let key = AppKey::AppId(object_id(&app_id)?);
                    return role_calls::app(url, settings, key, registration, rest, &not_simulated);
                }
                if is(head, set)
                    && let [id, rest @ ..] = rest
                {
                    let key = AppKey::ObjectId(object_id(id)?);
                    return role_calls::app(url, settings, key, registration, rest, &not_simulated);
                }
            }
            Err(not_simulated())
        }
        _ => Err(not_simulated()),
    }
}

/// Whether what follows a set's name is something else than a key: no object id and no UPN looks like it.
pub(super) fn is_operation(segment: &str) -> bool {
    let cast = segment.get(..16).is_some_and(|head| is(head, "microsoft.graph."));
    (segment.starts_with('$') && !segment.contains('@')) || segment.ends_with(')') || is(segment, "delta") || cast
}

/// The key in `set('key')`, apostrophes undoubled.
fn quoted(segment: &str, set: &str) -> Option<String> {
    let rest = segment.get(..set.len()).filter(|head| is(head, set)).map(|_| &segment[set.len()..])?;
    Some(rest.strip_prefix("('")?.strip_suffix("')")?.replace("''", "'"))
}

/// The value in `set(name='value')`.
fn quoted_with(segment: &str, set: &str, name: &str) -> Option<String> {
    let rest = segment.get(..set.len()).filter(|head| is(head, set)).map(|_| &segment[set.len()..])?;
    let (key, value) = rest.strip_prefix('(')?.strip_suffix(')')?.split_once('=')?;
    is(key, name).then(|| value.strip_prefix('\'')?.strip_suffix('\'').map(str::to_owned)).flatten()
}

/// An object id in a URL.
pub(super) fn object_id(text: &str) -> Result<Uuid, GraphError> {
    let id = Some(text).filter(|text| text.len() == 36).and_then(|text| Uuid::try_parse(text).ok());
    id.ok_or_else(|| GraphError::bad_request(format!("Invalid object identifier '{text}'.")))
}

/// Whether a content type is that of JSON, whatever parameters follow.
pub(crate) fn is_json(content_type: &str) -> bool {
    is(content_type.split(';').next().unwrap_or_default().trim(), "application/json")
}

/// The body of a request that must have one, in JSON.
pub(super) fn json_body<'a>(request: &Request<'a>) -> Result<&'a [u8], GraphError> {
    let content_type = request.content_type.unwrap_or_default();
    if content_type.is_empty() {
        return Err(GraphError::malformed(
            "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
        ));
    }
    if !is_json(content_type) {
        return Err(GraphError::new(415, "BadRequest", "Entity only allows writes with a JSON Content-Type header."));
    }
    match request.body {
        Some(body) if !body.is_empty() => Ok(body),
        _ => Err(GraphError::malformed("Empty Payload. JSON content expected.")),
    }
}

pub(super) fn unknown_option(name: &str) -> GraphError {
    match name {
        "$skip" => GraphError::malformed("'$skip' is not supported by the service."),
        "$filter" | "$orderby" | "$search" | "$expand" | "$count" | "$top" | "$skiptoken" | "$format" => {
            GraphError::part_not_simulated(format_args!("the query option {name}"))
        }
        other => {
            GraphError::malformed(format!("The query specified in the URI is not valid. Unknown option '{other}'."))
        }
    }
}

pub(super) fn is_eventual(request: &Request<'_>) -> bool {
    request.consistency_level.is_some_and(|level| is(level.trim(), "eventual"))
}
