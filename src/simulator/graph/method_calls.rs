//! Calls about how people prove who they are: "List methods", and the pages of each kind.

use super::errors::ServedError;
use super::lexer::is;
use super::method_action::{MethodCall, MethodChange, MethodRead};
use super::pass_request::PassRequest;
use super::query::Url;
use super::request::{ServedRequest, json_body};
use super::reset_request::ResetRequest;
use super::select;
use super::served_call::ServedCall;
use super::served_read::ServedRead;
use super::served_write::ServedWrite;
use crate::simulator::directory::{PASSWORD_ID, SimulatedMethodKind, UserKey};
use crate::simulator::settings::{Settings, SimulatedCloud};

/// The kinds that the schemas of v1.0 have a path for, by cloud.
fn has_path(cloud: SimulatedCloud, kind: SimulatedMethodKind) -> bool {
    use SimulatedMethodKind::{Authenticator, External, HardwareOath, Phone, PlatformCredential};
    match cloud {
        SimulatedCloud::Global => kind != HardwareOath,
        SimulatedCloud::UsGovernment => !matches!(kind, HardwareOath | External),
        SimulatedCloud::China => matches!(kind, Authenticator | Phone | PlatformCredential),
        SimulatedCloud::Sovereign => false,
    }
}

/// The data centre that the address of an operation names.
fn named_data_centre(url: &Url<'_>) -> Result<Option<String>, ServedError> {
    for option in url.options() {
        let (name, value) = option?;
        if name == "aadgdc" {
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// `rest` is what follows `authentication` in the path.
pub(super) fn methods(
    request: &ServedRequest<'_>,
    url: &Url<'_>,
    settings: &Settings,
    named: &str,
    rest: &[&str],
    not_simulated: &dyn Fn() -> ServedError,
) -> Result<ServedCall, ServedError> {
    if settings.cloud == SimulatedCloud::Sovereign {
        return Err(ServedError::no_segment("authentication"));
    }
    let method = request.method;
    let (get, delete) = (is(method, "GET"), is(method, "DELETE"));
    let (key, of) = (UserKey::parse(named), named.to_owned());
    let changed = |asked| Ok(ServedWrite::Methods(MethodCall { key: key.clone(), named: of.clone(), asked }).into());
    let asked = match rest {
        [all, ..] if is(all, "methods") && settings.cloud == SimulatedCloud::China => {
            return Err(ServedError::no_segment(all));
        }
        [all] if is(all, "methods") && get => MethodRead::ListAll,
        // "authenticationMethod: resetPassword"; the permissions of Graph name both paths.
        [set, id, action]
            if (is(set, "methods") || is(set, "passwordMethods"))
                && is(action.trim_start_matches("microsoft.graph."), "resetPassword") =>
        {
            if settings.cloud == SimulatedCloud::China {
                return Err(ServedError::no_segment(set));
            }
            if !is(method, "POST") {
                return Err(ServedError::method_not_allowed());
            }
            if id.parse() != Ok(PASSWORD_ID) {
                return Err(ServedError::no_method(id));
            }
            return changed(MethodChange::ResetPassword(ResetRequest::parse(json_body(request)?)?));
        }
        // "Get longRunningOperation".
        [operations, id] if is(operations, "operations") && get => {
            MethodRead::Operation((*id).to_owned(), named_data_centre(url)?)
        }
        [all, id] if is(all, "methods") && get => MethodRead::GetAny((*id).to_owned()),
        // People met this in 2021, and still do: there is a path of its own for each kind.
        [all, _] if is(all, "methods") && delete => {
            return Err(ServedError::new(
                404,
                "ResourceNotFound",
                format!("No HTTP resource was found that matches the request URI '/{}'.", url.path),
            ));
        }
        [all, ..] if is(all, "methods") => return Err(ServedError::method_not_allowed()),
        [segment, rest @ ..] => {
            let kind = SimulatedMethodKind::ALL.iter().copied().find(|kind| is(segment, kind.segment()));
            let kind = kind.filter(|kind| has_path(settings.cloud, *kind));
            // Microsoft's own names of what is there besides.
            let others = ["signInPreferences", "requirements", "qrCodePinMethod"];
            let Some(kind) = kind else {
                let simulated = !others.iter().any(|other| is(segment, other));
                return Err(if simulated { ServedError::no_segment(segment) } else { not_simulated() });
            };
            match rest {
                [] if get => MethodRead::List(kind),
                [] if is(method, "POST") && kind == SimulatedMethodKind::Pass => {
                    return changed(MethodChange::CreatePass(PassRequest::parse(json_body(request)?)?));
                }
                [id] if get => MethodRead::Get(kind, (*id).to_owned()),
                [id] if delete && kind != SimulatedMethodKind::Password => {
                    return changed(MethodChange::Delete(kind, (*id).to_owned()));
                }
                // "passwordAuthenticationMethod resource type" has no deletion.
                [_] if delete => return Err(ServedError::method_not_allowed()),
                _ => return Err(not_simulated()),
            }
        }
        [] => return Err(not_simulated()),
    };
    if select::only_select(url)?.is_some() {
        return Err(ServedError::part_not_simulated("the query option $select"));
    }
    Ok(ServedRead::Methods(MethodCall { key, named: of, asked }).into())
}
