//! Calls about consents: "List a user's oauth2PermissionGrants", "Delete oAuth2PermissionGrant", "Create
//! oAuth2PermissionGrant".

use super::batch_item::JsonText;
use super::consent_change::ConsentChange;
use super::errors::ServedError;
use super::lexer::{is, object_id};
use super::paging::ServedPage;
use super::query::Url;
use super::request::{ServedRequest, json_body};
use super::served_call::ServedCall;
use super::served_read::ServedRead;
use super::served_write::ServedWrite;
use crate::simulator::directory::{SimulatedConsent, UserKey};
use crate::simulator::settings::Settings;

/// What a user has of apps: the consents that they gave ("List a user's oauth2PermissionGrants"), or the roles that they hold ("List
/// appRoleAssignments granted to a user").
pub(super) fn of_user(
    request: &ServedRequest<'_>,
    url: &Url<'_>,
    settings: &Settings,
    named: &str,
    read: impl FnOnce(UserKey, String, ServedPage) -> ServedRead,
) -> Result<ServedCall, ServedError> {
    if !is(request.method, "GET") {
        return Err(ServedError::method_not_allowed());
    }
    let mut page = ServedPage::first(url, settings);
    for option in url.options() {
        let (name, value) = option?;
        if name == "$select" {
            return Err(ServedError::part_not_simulated("the query option $select"));
        }
        page.take(&name, &value, settings.max_page)?;
    }
    Ok(read(UserKey::parse(named), named.to_owned(), page).into())
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConsentBody<'a> {
    #[serde(borrow)]
    client_id: JsonText<'a>,
    #[serde(borrow)]
    consent_type: JsonText<'a>,
    #[serde(borrow)]
    principal_id: Option<JsonText<'a>>,
    #[serde(borrow)]
    resource_id: JsonText<'a>,
    #[serde(borrow)]
    scope: JsonText<'a>,
}

/// `rest` is what follows `oauth2PermissionGrants` in the path.
pub(super) fn consents(
    request: &ServedRequest<'_>,
    rest: &[&str],
    not_simulated: &dyn Fn() -> ServedError,
) -> Result<ServedCall, ServedError> {
    match rest {
        [id] if is(request.method, "DELETE") => {
            Ok(ServedWrite::Consents(ConsentChange::Delete((*id).to_owned())).into())
        }
        [] if is(request.method, "POST") => {
            let body: ConsentBody<'_> = serde_json::from_slice(json_body(request)?)
                .map_err(|_| ServedError::malformed("Unable to read JSON request payload."))?;
            let principal = body.principal_id.filter(|_| &*body.consent_type.0 == "Principal");
            // Consents for everybody are a matter of administrators, and none of this program.
            let principal = principal.ok_or_else(not_simulated)?;
            Ok(ServedWrite::Consents(ConsentChange::Create(SimulatedConsent {
                client_id: object_id(&body.client_id.0)?,
                resource_id: object_id(&body.resource_id.0)?,
                principal_id: object_id(&principal.0)?,
                scope: body.scope.0.as_ref().into(),
            }))
            .into())
        }
        _ => Err(not_simulated()),
    }
}
