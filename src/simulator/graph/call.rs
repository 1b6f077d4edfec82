//! What a request asks for: method, URL and body become one of the calls that the simulator knows.

use super::consent_calls;
use super::cost::cost;
pub(crate) use super::cost::{Cost, LimitedService};
use super::device_calls;
use super::errors::ServedError;
use super::group_calls;
use super::lexer::{is, is_operation, object_id};
use super::method_calls;
use super::query::{Plus, Url, decode};
use super::request::ServedRequest;
use super::risk_calls;
use super::role_calls;
use super::served_call::ServedCall;
use super::served_read::{AppKey, ServedRead};
use super::user_calls;
use crate::simulator::directory::UserKey;
use crate::simulator::script::{FaultTarget, key_of};
use crate::simulator::settings::{Settings, SimulatedCloud};

/// A request, understood as far as that goes without asking the directory.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) call: Result<ServedCall, ServedError>,
    pub(crate) cost: Cost,
    /// What it is known by when chance decides about it.
    pub(crate) key: u64,
    /// What the rules of faults look at; `None` where there are none.
    pub(crate) target: Option<Box<FaultTarget>>,
    /// What it carried, for answers that repeat it; `None` where there are none.
    pub(crate) sent: Option<Box<[u8]>>,
}

impl Prepared {
    /// Understands a request.
    pub(crate) fn of(request: &ServedRequest<'_>, settings: &Settings) -> Self {
        let has_rules = !settings.script.faults.is_empty();
        let key = key_of(request.method, request.url);
        let target = has_rules.then(|| Box::new(FaultTarget::of(request.method, request.url)));
        let repeats = settings.script.faults.iter().any(|rule| rule.answer.is_some());
        let sent = request.body.filter(|_| repeats).map(Box::from);
        match Url::parse(request.url) {
            Ok(url) => {
                let cost = cost(request.method, &url);
                let call = understand(request, &url, settings);
                Self { call: call.map_err(|error| error.in_call(request.method, url.path)), cost, key, target, sent }
            }
            Err(error) => Self { call: Err(error), cost: Cost::minimum(), key, target, sent },
        }
    }

    /// The user that this write is for, if it is a write and understood.
    pub(crate) fn written_user(&self) -> Option<&UserKey> {
        match &self.call {
            Ok(ServedCall::Write(write)) => write.user(),
            _ => None,
        }
    }
}

/// A path split at its slashes and decoded afterwards, so that an encoded slash splits nothing.
fn segments(path: &str) -> Result<Vec<String>, ServedError> {
    path.split('/').map(|segment| decode(segment, Plus::IsPlus).map(std::borrow::Cow::into_owned)).collect()
}

fn understand(request: &ServedRequest<'_>, url: &Url<'_>, settings: &Settings) -> Result<ServedCall, ServedError> {
    let method = request.method;
    let not_simulated = || ServedError::not_simulated(format_args!("{method} /{}", url.path));
    let only = |wanted: &str| if is(method, wanted) { Ok(()) } else { Err(ServedError::method_not_allowed()) };
    let segments = segments(url.path)?;
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let head = parts[0].to_ascii_lowercase();
    // `/users('key')`: the only form for a UPN that starts with a dollar sign ("Get a user").
    if let Some(key) = quoted(parts[0], "users") {
        return below_user(request, url, settings, &key, &parts[1..], &not_simulated);
    }
    if let Some(id) = quoted_with(parts[0], "devices", "deviceId") {
        return device_calls::device(request, url, &id, true, &parts[1..], &not_simulated);
    }
    match (head.as_str(), &parts[1..]) {
        ("devices", [id, rest @ ..]) if !is_operation(id) => {
            device_calls::device(request, url, id, false, rest, &not_simulated)
        }
        // The version stands in the URL of the call alone: in a batch, URLs are relative to it ("Combine multiple HTTP
        // requests using JSON batching").
        ("v1.0" | "beta", _) => {
            Err(ServedError::malformed(format!("Resource not found for the segment '{}'.", parts[0])))
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
            _ => Err(ServedError::method_not_allowed()),
        },
        ("users", [key, rest @ ..]) => below_user(request, url, settings, key, rest, &not_simulated),
        ("me" | "domains", []) if is(method, "PATCH") || is(method, "POST") => Err(not_simulated()),
        ("me", []) => only("GET").and_then(|()| user_calls::me(url)),
        ("directoryobjects", [action]) if is(action, "getByIds") => {
            only("POST")?;
            user_calls::get_by_ids(request, url)
        }
        ("policies", [policy, configurations, pass])
            if is(policy, "authenticationMethodsPolicy")
                && is(configurations, "authenticationMethodConfigurations")
                && is(pass, "temporaryAccessPass") =>
        {
            only("GET")?;
            // The schemas of the other clouds have no passes.
            match settings.cloud {
                SimulatedCloud::Global | SimulatedCloud::UsGovernment => Ok(ServedRead::PassPolicy.into()),
                SimulatedCloud::China | SimulatedCloud::Sovereign => Err(ServedError::no_segment(pass)),
            }
        }
        ("identityprotection", rest) => risk_calls::risk(request, url, settings, rest, &not_simulated),
        ("oauth2permissiongrants", rest) => consent_calls::consents(request, rest, &not_simulated),
        ("organization", []) => only("GET").and_then(|()| role_calls::organization(url)),
        // "Known issues with Microsoft Graph APIs": query options on domains are ignored.
        ("domains", []) => only("GET").map(|()| ServedRead::Domains.into()),
        ("directory", [sync]) if is(sync, "onPremisesSynchronization") => {
            only("GET").map(|()| ServedRead::OnPremisesSync.into())
        }
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

/// A call on one user, or on what hangs on one.
fn below_user(
    request: &ServedRequest<'_>,
    url: &Url<'_>,
    settings: &Settings,
    key: &str,
    rest: &[&str],
    not_simulated: &dyn Fn() -> ServedError,
) -> Result<ServedCall, ServedError> {
    match rest {
        [] => user_calls::on_user(request, url, key, None, not_simulated),
        [authentication, rest @ ..] if is(authentication, "authentication") => {
            method_calls::methods(request, url, settings, key, rest, not_simulated)
        }
        [devices, cast @ ..] if is(devices, "registeredDevices") || is(devices, "ownedDevices") => {
            let owned = is(devices, "ownedDevices");
            device_calls::of_user(request, url, settings, key, owned, cast, not_simulated)
        }
        [grants] if is(grants, "oauth2PermissionGrants") => {
            consent_calls::of_user(request, url, settings, key, |key, named, page| ServedRead::Consents {
                key,
                named,
                page,
            })
        }
        [roles] if is(roles, "appRoleAssignments") => {
            consent_calls::of_user(request, url, settings, key, |key, named, page| ServedRead::AppRolesOfUser {
                key,
                named,
                page,
            })
        }
        action => user_calls::on_user(request, url, key, Some(&action.join("/")), not_simulated),
    }
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
