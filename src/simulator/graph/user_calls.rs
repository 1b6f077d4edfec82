//! Calls about users: "List users", "Get a user", "Update user", "user: revokeSignInSessions", "directoryObject:
//! getByIds", "List deletedItems (directory objects)".

use uuid::Uuid;

use super::batch_item::JsonText;
use super::change::UserChange;
use super::errors::ServedError;
use super::filter_parser;
use super::lexer::{is, is_operation, object_id, unknown_option};
use super::paging::{ServedPage, size};
use super::properties::{self, Selection};
use super::query::Url;
use super::request::{ServedRequest, is_eventual, json_body};
use super::select;
use super::served_call::ServedCall;
use super::served_read::{ListUsers, ServedRead, WantedObjects};
use super::served_write::ServedWrite;
use crate::simulator::directory::UserKey;
use crate::simulator::settings::Settings;

/// A call on one user, known by the key in the URL.
pub(super) fn on_user(
    request: &ServedRequest<'_>,
    url: &Url<'_>,
    key: &str,
    action: Option<&str>,
    not_simulated: &dyn Fn() -> ServedError,
) -> Result<ServedCall, ServedError> {
    let method = request.method;
    if is(key, "$count") && action.is_none() {
        return count(request, url);
    }
    let (named, key) = (key.to_owned(), UserKey::parse(key));
    match action {
        None if is(method, "GET") => {
            let selection = only_select(url)?;
            // "user resource type": this one property is looked up elsewhere, by object id alone.
            if selection.as_ref().is_some_and(|it| properties::has_sign_in_activity(it))
                && matches!(key, UserKey::Name(_))
            {
                let text = "Get By Key only supports UserId and the key has to be a valid Guid";
                return Err(ServedError::malformed(text));
            }
            Ok(ServedRead::GetUser { key, named, selection }.into())
        }
        None if is(method, "PATCH") => {
            let body = json_body(request)?;
            Ok(ServedWrite::UpdateUser { key, named, change: UserChange::parse(body)? }.into())
        }
        None if is(method, "DELETE") => Err(not_simulated()),
        None => Err(ServedError::method_not_allowed()),
        Some(action) if is(action.trim_start_matches("microsoft.graph."), "revokeSignInSessions") => {
            if !is(method, "POST") {
                return Err(ServedError::method_not_allowed());
            }
            // Alone it needs neither a content type nor a body ("user: revokeSignInSessions").
            Ok(ServedWrite::RevokeSessions { key, named }.into())
        }
        Some(relation) if is(relation, "manager") && is(method, "GET") => {
            Ok(ServedRead::Manager { key, named, selection: only_select(url)? }.into())
        }
        Some(setting) if is(setting, "mailboxSettings/userPurpose") && is(method, "GET") => {
            Ok(ServedRead::MailboxPurpose { key, named }.into())
        }
        Some(_) => Err(not_simulated()),
    }
}

/// `GET /me`.
pub(super) fn me(url: &Url<'_>) -> Result<ServedCall, ServedError> {
    Ok(ServedRead::Me { selection: only_select(url)? }.into())
}

fn only_select(url: &Url<'_>) -> Result<Option<Selection>, ServedError> {
    select::only_select(url)?.map(|names| properties::select(&names)).transpose()
}

fn count(request: &ServedRequest<'_>, url: &Url<'_>) -> Result<ServedCall, ServedError> {
    if !is(request.method, "GET") {
        return Err(ServedError::method_not_allowed());
    }
    let mut text = None;
    for option in url.options() {
        let (name, value) = option?;
        match &*name {
            "$filter" => text = Some(value),
            name if name.starts_with('$') => return Err(unknown_option(name)),
            _ => {}
        }
    }
    // "Advanced query capabilities on Microsoft Entra ID objects".
    if !is_eventual(request) {
        return Err(ServedError::bad_request("$count is not currently supported."));
    }
    check_length(url)?;
    Ok(ServedRead::CountUsers(text.map(|text| filter_parser::parse(&text, true)).transpose()?).into())
}

/// "Known issues with Microsoft Graph APIs": the longest URL of an advanced query.
const MAX_ADVANCED_URL: usize = 2_048;
/// What stands before the path on the live service. Here the host is another, and a request is as long as it will be there.
const BEFORE_PATH: &str = "https://graph.microsoft.com/v1.0/";
/// "List users": the largest page with `signInActivity`.
const MAX_PAGE_OF_SIGN_INS: usize = 500;

fn check_length(url: &Url<'_>) -> Result<(), ServedError> {
    if BEFORE_PATH.len() + url.length > MAX_ADVANCED_URL {
        return Err(ServedError::unsupported_query("The request URL of an advanced query exceeds 2048 characters."));
    }
    Ok(())
}

/// `GET /users`, or those in the recycle bin.
pub(super) fn list(
    request: &ServedRequest<'_>,
    url: &Url<'_>,
    settings: &Settings,
    deleted: bool,
) -> Result<ServedCall, ServedError> {
    let page = ServedPage::first(url, settings);
    let mut list = ListUsers { deleted, filter: None, selection: None, page, count: false };
    let mut text = None;
    for option in url.options() {
        let (name, value) = option?;
        match &*name {
            "$filter" => text = Some(value),
            "$select" => {
                let names: Vec<String> = value.split(',').map(|name| name.trim().to_owned()).collect();
                list.selection = Some(properties::select(&names)?);
            }
            "$count" => list.count = is(&value, "true"),
            name => list.page.take(name, &value, settings.max_page)?,
        }
    }
    if list.selection.as_ref().is_some_and(|it| properties::has_sign_in_activity(it)) {
        let largest = MAX_PAGE_OF_SIGN_INS.min(settings.max_page);
        if list.page.size > largest {
            size(&list.page.size.to_string(), largest)?;
        }
    }
    if list.count && !is_eventual(request) {
        return Err(ServedError::unsupported_query(
            "$count is not supported on this resource without the ConsistencyLevel: eventual header.",
        ));
    }
    let advanced = list.count;
    if advanced {
        check_length(url)?;
    }
    list.filter = text.map(|text| filter_parser::parse(&text, advanced)).transpose()?;
    Ok(ServedRead::ListUsers(list).into())
}

/// `GET /directory/deletedItems/…`.
pub(super) fn deleted_items(
    request: &ServedRequest<'_>,
    url: &Url<'_>,
    settings: &Settings,
    rest: &[&str],
    not_simulated: &dyn Fn() -> ServedError,
) -> Result<ServedCall, ServedError> {
    match rest {
        [cast] if is(cast, "microsoft.graph.user") => list(request, url, settings, true),
        [operation] if is_operation(operation) => Err(not_simulated()),
        [id] => {
            let key = UserKey::Id(object_id(id)?);
            Ok(ServedRead::GetDeletedUser { key, named: (*id).to_owned(), selection: only_select(url)? }.into())
        }
        _ => Err(not_simulated()),
    }
}

#[derive(Debug, serde::Deserialize)]
struct GetByIdsBody<'a> {
    #[serde(borrow)]
    ids: Vec<JsonText<'a>>,
    #[serde(borrow)]
    types: Option<Vec<JsonText<'a>>>,
}

/// "directoryObject: getByIds": at most this many ids.
const MAX_IDS: usize = 1_000;

/// `POST /directoryObjects/getByIds`.
pub(super) fn get_by_ids(request: &ServedRequest<'_>, url: &Url<'_>) -> Result<ServedCall, ServedError> {
    let names = select::only_select(url)?;
    let body: GetByIdsBody<'_> = serde_json::from_slice(json_body(request)?)
        .map_err(|_| ServedError::malformed("Unable to read JSON request payload."))?;
    if body.ids.len() > MAX_IDS {
        return Err(ServedError::bad_request("Invalid number of ids specified. The maximum is 1000."));
    }
    let parse = |JsonText(id): &JsonText<'_>| {
        let id = Some(id).filter(|id| id.len() == 36).and_then(|id| Uuid::try_parse(id).ok());
        id.ok_or_else(|| ServedError::bad_request("Invalid GUID specified."))
    };
    let ids = body.ids.iter().map(parse).collect::<Result<_, _>>()?;
    let types = body.types.filter(|types| !types.is_empty());
    let wants = |name: &str| {
        let this = |JsonText(kind): &JsonText<'_>| is(kind, name) || is(kind, "directoryObject");
        types.as_ref().is_none_or(|types| types.iter().any(this))
    };
    let wanted =
        WantedObjects { users: wants("user"), groups: wants("group"), service_principals: wants("servicePrincipal") };
    Ok(ServedRead::GetByIds { ids, wanted, names }.into())
}
