//! What a request asks for: method, URL and body become one of the calls that the simulator knows.

use uuid::Uuid;

use super::batch_item::Text;
use super::change::UserChange;
use super::errors::GraphError;
use super::filter::{self, Clause};
use super::properties::{self, Selection};
use super::query::{Plus, Url, decode};
use crate::simulator::directory::UserKey;
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
    pub(crate) in_batch: bool,
}

/// What is asked for.
#[derive(Debug)]
pub(crate) enum Call {
    ListUsers(ListUsers),
    CountUsers,
    GetUser { key: UserKey, named: String, selection: Option<Selection> },
    UpdateUser { key: UserKey, named: String, change: UserChange },
    RevokeSessions { key: UserKey, named: String },
    GetByIds { ids: Vec<Uuid>, users_wanted: bool, selection: Option<Selection> },
    Organization,
    Domains,
}

/// `GET /users`.
#[derive(Debug)]
pub(crate) struct ListUsers {
    pub(crate) clauses: Option<Vec<Clause>>,
    pub(crate) selection: Option<Selection>,
    pub(crate) page: usize,
    pub(crate) position: usize,
    pub(crate) count: bool,
    /// The query as it came, without `$skiptoken`: the next link repeats it.
    pub(crate) query: String,
}

/// What a request is charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) resource_units: u32,
    pub(crate) write: bool,
}

/// A request, understood as far as that goes without asking the directory.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) call: Result<Call, GraphError>,
    pub(crate) cost: Cost,
}

impl Prepared {
    /// Understands a request.
    pub(crate) fn of(request: &Request<'_>, settings: &Settings) -> Self {
        match Url::parse(request.url) {
            Ok(url) => {
                let cost = cost(request.method, &url);
                Self { call: understand(request, &url, settings), cost }
            }
            Err(error) => Self { call: Err(error), cost: Cost { resource_units: 1, write: false } },
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

fn is(text: &str, word: &str) -> bool {
    text.eq_ignore_ascii_case(word)
}

/// "Microsoft Graph service-specific throttling limits": base costs and the modifiers for `$select`, `$expand`, `$top`.
fn cost(method: &str, url: &Url<'_>) -> Cost {
    let get = is(method, "GET");
    let by_ids = is(url.path, "directoryObjects/getByIds");
    let base: i32 = if by_ids {
        5
    } else if get && is(url.path, "users") {
        2
    } else {
        1
    };
    let mut units = base;
    for (name, value) in url.options().flatten() {
        match &*name {
            // The page prices this call apart: 2 instead of 5.
            "$select" if by_ids => units -= 3,
            "$select" => units -= 1,
            "$expand" => units += 1,
            "$top" if value.parse::<u32>().is_ok_and(|top| top < 20) => units -= 1,
            _ => {}
        }
    }
    Cost { resource_units: units.max(1).unsigned_abs(), write: !get && !by_ids }
}

fn understand(request: &Request<'_>, url: &Url<'_>, settings: &Settings) -> Result<Call, GraphError> {
    let method = request.method;
    let not_simulated = || GraphError::not_simulated(format_args!("{method} /{}", url.path));
    let path = decode(url.path, Plus::IsPlus)?;
    let only = |wanted: &str| if is(method, wanted) { Ok(()) } else { Err(GraphError::method_not_allowed()) };
    let (head, tail) = path.split_once('/').map_or((&*path, None), |(head, tail)| (head, Some(tail)));

    if is(head, "users")
        && let Some(tail) = tail
    {
        let (key, action) = tail.split_once('/').map_or((tail, None), |(key, action)| (key, Some(action)));
        return user_call(request, url, key, action, &not_simulated);
    }
    // `/users('key')`: the only form for a UPN that starts with a dollar sign ("Get a user").
    if let Some((key, action)) = quoted_key(&path) {
        return user_call(request, url, &key, action, &not_simulated);
    }
    match (head, tail) {
        (users, None) if is(users, "users") => match method {
            _ if is(method, "GET") => list_users(request, url, settings),
            _ if is(method, "POST") => Err(not_simulated()),
            _ => Err(GraphError::method_not_allowed()),
        },
        (objects, Some(action)) if is(objects, "directoryObjects") && is(action, "getByIds") => {
            only("POST")?;
            get_by_ids(request, url)
        }
        (organization, None) if is(organization, "organization") => only("GET").map(|()| Call::Organization),
        // "Known issues with Microsoft Graph APIs": query options on domains are ignored.
        (domains, None) if is(domains, "domains") => only("GET").map(|()| Call::Domains),
        _ => Err(not_simulated()),
    }
}

fn quoted_key(path: &str) -> Option<(String, Option<&str>)> {
    let rest = path.get(..7).filter(|head| is(head, "users('")).map(|_| &path[7..])?;
    let (key, rest) = rest.split_once("')")?;
    Some((key.replace("''", "'"), rest.strip_prefix('/')))
}

fn user_call(
    request: &Request<'_>,
    url: &Url<'_>,
    key: &str,
    action: Option<&str>,
    not_simulated: &dyn Fn() -> GraphError,
) -> Result<Call, GraphError> {
    let method = request.method;
    if is(key, "$count") && action.is_none() {
        return count_users(request, url);
    }
    let (named, key) = (key.to_owned(), UserKey::parse(key));
    match action {
        None if is(method, "GET") => Ok(Call::GetUser { key, named, selection: only_select(url)? }),
        None if is(method, "PATCH") => {
            let body = json_body(request)?;
            Ok(Call::UpdateUser { key, named, change: UserChange::parse(body)? })
        }
        None if is(method, "DELETE") => Err(not_simulated()),
        None => Err(GraphError::method_not_allowed()),
        Some(action) if is(action.trim_start_matches("microsoft.graph."), "revokeSignInSessions") => {
            if !is(method, "POST") {
                return Err(GraphError::method_not_allowed());
            }
            // "Combine multiple HTTP requests using JSON batching": inside a batch even an action without parameters
            // needs a content type and a body. Alone it needs neither ("user: revokeSignInSessions").
            if request.in_batch {
                json_body(request)?;
            }
            Ok(Call::RevokeSessions { key, named })
        }
        Some(_) => Err(not_simulated()),
    }
}

/// The body of a request that must have one, in JSON.
fn json_body<'a>(request: &Request<'a>) -> Result<&'a [u8], GraphError> {
    let content_type = request.content_type.unwrap_or_default();
    if content_type.is_empty() {
        return Err(GraphError::malformed(
            "Write requests (excluding DELETE) must contain the Content-Type header declaration.",
        ));
    }
    if !is(content_type.split(';').next().unwrap_or_default().trim(), "application/json") {
        return Err(GraphError::new(415, "BadRequest", "Entity only allows writes with a JSON Content-Type header."));
    }
    match request.body {
        Some(body) if !body.is_empty() => Ok(body),
        _ => Err(GraphError::malformed("Empty Payload. JSON content expected.")),
    }
}

fn unknown_option(name: &str) -> GraphError {
    match name {
        "$skip" => GraphError::malformed("'$skip' is not supported by the service."),
        "$filter" | "$orderby" | "$search" | "$expand" | "$count" | "$top" | "$skiptoken" | "$format" => {
            GraphError::not_simulated(format_args!("the query option {name} here"))
        }
        other => {
            GraphError::malformed(format!("The query specified in the URI is not valid. Unknown option '{other}'."))
        }
    }
}

/// The selection of a call that takes no other option. Options without a dollar sign are the caller's own.
fn only_select(url: &Url<'_>) -> Result<Option<Selection>, GraphError> {
    let mut selection = None;
    for option in url.options() {
        let (name, value) = option?;
        match &*name {
            "$select" => selection = Some(properties::select(&value)?),
            name if name.starts_with('$') => return Err(unknown_option(name)),
            _ => {}
        }
    }
    Ok(selection)
}

fn is_eventual(request: &Request<'_>) -> bool {
    request.consistency_level.is_some_and(|level| is(level.trim(), "eventual"))
}

fn count_users(request: &Request<'_>, url: &Url<'_>) -> Result<Call, GraphError> {
    if !is(request.method, "GET") {
        return Err(GraphError::method_not_allowed());
    }
    for option in url.options() {
        let (name, _) = option?;
        if name.starts_with('$') {
            return Err(unknown_option(&name));
        }
    }
    // "Advanced query capabilities on Microsoft Entra ID objects".
    if is_eventual(request) {
        Ok(Call::CountUsers)
    } else {
        Err(GraphError::malformed("$count is not currently supported without the ConsistencyLevel: eventual header."))
    }
}

/// "Known issues with Microsoft Graph APIs": the longest URL of an advanced query.
const LONGEST_ADVANCED_URL: usize = 2_048;

fn list_users(request: &Request<'_>, url: &Url<'_>, settings: &Settings) -> Result<Call, GraphError> {
    let mut list = ListUsers {
        clauses: None,
        selection: None,
        page: settings.default_page,
        position: 0,
        count: false,
        query: url.query.split('&').filter(|option| !is_skip_token(option)).collect::<Vec<_>>().join("&"),
    };
    let mut text = None;
    for option in url.options() {
        let (name, value) = option?;
        match &*name {
            "$filter" => text = Some(value),
            "$select" => list.selection = Some(properties::select(&value)?),
            "$top" => list.page = page(&value, settings.largest_page)?,
            "$count" => list.count = is(&value, "true"),
            "$skiptoken" => {
                list.position = position_of(&value).ok_or_else(|| {
                    GraphError::new(400, "Directory_ExpiredPageToken", "The specified page token value has expired.")
                })?;
            }
            name if name.starts_with('$') => return Err(unknown_option(name)),
            _ => {}
        }
    }
    if list.count && !is_eventual(request) {
        return Err(GraphError::unsupported_query(
            "$count is not supported on this resource without the ConsistencyLevel: eventual header.",
        ));
    }
    let advanced = list.count;
    if advanced && url.length > LONGEST_ADVANCED_URL {
        return Err(GraphError::unsupported_query("The request URL of an advanced query exceeds 2048 characters."));
    }
    list.clauses = text.map(|text| filter::parse(&text, advanced)).transpose()?;
    Ok(Call::ListUsers(list))
}

fn is_skip_token(option: &str) -> bool {
    let name = option.split('=').next().unwrap_or_default();
    option.is_empty() || is(name, "$skiptoken") || is(name, "%24skiptoken")
}

fn page(value: &str, largest: usize) -> Result<usize, GraphError> {
    match value.parse::<usize>() {
        Ok(top) if (1..=largest).contains(&top) => Ok(top),
        _ => Err(GraphError::bad_request(format!(
            "Invalid page size specified: '{value}'. Must be between 1 and {largest} inclusive."
        ))),
    }
}

/// Where a page token points. Nobody but the simulator reads it, and a changed one is an expired one.
pub(crate) fn position_of(token: &str) -> Option<usize> {
    let (position, check) = token.split_once('_')?;
    let position = usize::from_str_radix(position, 16).ok()?;
    (skip_token(position) == token && !check.is_empty()).then_some(position)
}

/// The page token for a position.
pub(crate) fn skip_token(position: usize) -> String {
    let check = crate::simulator::random::seed_for(0x5c1b, position as u64);
    format!("{position:x}_{check:016x}")
}

#[derive(Debug, serde::Deserialize)]
struct GetByIdsBody<'a> {
    #[serde(borrow)]
    ids: Vec<Text<'a>>,
    #[serde(borrow)]
    types: Option<Vec<Text<'a>>>,
}

/// "directoryObject: getByIds": at most this many ids.
const MOST_IDS: usize = 1_000;

fn get_by_ids(request: &Request<'_>, url: &Url<'_>) -> Result<Call, GraphError> {
    let selection = only_select(url)?;
    let body: GetByIdsBody<'_> = serde_json::from_slice(json_body(request)?)
        .map_err(|_| GraphError::malformed("Unable to read JSON request payload."))?;
    if body.ids.len() > MOST_IDS {
        return Err(GraphError::bad_request("Invalid number of ids specified. The maximum is 1000."));
    }
    let parse = |Text(id): &Text<'_>| {
        let id = Some(id).filter(|id| id.len() == 36).and_then(|id| Uuid::try_parse(id).ok());
        id.ok_or_else(|| GraphError::bad_request("Invalid GUID specified."))
    };
    let ids = body.ids.iter().map(parse).collect::<Result<_, _>>()?;
    let wants_users = |Text(kind): &Text<'_>| is(kind, "user") || is(kind, "directoryObject");
    let users_wanted = body.types.is_none_or(|types| types.is_empty() || types.iter().any(wants_users));
    Ok(Call::GetByIds { ids, users_wanted, selection })
}
