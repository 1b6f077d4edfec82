//! Calls about risk: "riskyUser: confirmCompromised", "riskyUser: dismiss", "Get riskyUser", "List riskyUsers".

use uuid::Uuid;

use super::batch_item::JsonText;
use super::errors::ServedError;
use super::lexer::{is, object_id};
use super::paging::ServedPage;
use super::query::Url;
use super::request::{ServedRequest, json_body};
use super::served_call::ServedCall;
use super::served_read::ServedRead;
use super::served_write::ServedWrite;
use crate::simulator::settings::{Settings, SimulatedCloud};

#[derive(Debug, serde::Deserialize)]
struct RiskBody<'a> {
    #[serde(borrow, rename = "userIds")]
    user_ids: Vec<JsonText<'a>>,
}

/// "List riskyUsers": at most so many on a page.
const LARGEST_PAGE: usize = 500;

/// `rest` is what follows `identityProtection` in the path.
pub(super) fn risk(
    request: &ServedRequest<'_>,
    url: &Url<'_>,
    settings: &Settings,
    rest: &[&str],
    not_simulated: &dyn Fn() -> ServedError,
) -> Result<ServedCall, ServedError> {
    if matches!(settings.cloud, SimulatedCloud::China | SimulatedCloud::Sovereign) {
        return Err(ServedError::no_segment("identityProtection"));
    }
    match rest {
        [users, action] if is(users, "riskyUsers") && is(request.method, "POST") => {
            let compromised = match action.trim_start_matches("microsoft.graph.") {
                confirm if is(confirm, "confirmCompromised") => true,
                dismiss if is(dismiss, "dismiss") => false,
                _ => return Err(not_simulated()),
            };
            let body: RiskBody<'_> = serde_json::from_slice(json_body(request)?)
                .map_err(|_| ServedError::malformed("Unable to read JSON request payload."))?;
            let ids = body.user_ids.iter().map(|JsonText(id)| object_id(id)).collect::<Result<Vec<Uuid>, _>>()?;
            Ok(ServedWrite::Risk { ids, compromised }.into())
        }
        [users] if is(users, "riskyUsers") && is(request.method, "GET") => {
            let mut page = ServedPage::first(url, settings);
            for option in url.options() {
                let (name, value) = option?;
                if matches!(&*name, "$filter" | "$select" | "$orderby") {
                    return Err(ServedError::part_not_simulated(format_args!("the query option {name}")));
                }
                page.take(&name, &value, LARGEST_PAGE)?;
            }
            Ok(ServedRead::RiskList(page).into())
        }
        [users, id] if is(users, "riskyUsers") && is(request.method, "GET") => {
            Ok(ServedRead::Risk(object_id(id)?).into())
        }
        _ => Err(not_simulated()),
    }
}
