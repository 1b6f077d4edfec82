//! Reads of the tenant itself: organization, domains, the app.

use serde_json::{Value, json};

use super::Context;
use super::granted::graph_service_principal;
use super::objects::{application, map, service_principal, write_value};
use super::read_roles::find_app;
use crate::simulator::directory::Directory;
use crate::simulator::directory::tenant::{Domain, GRAPH_APP_ID, GRAPH_SERVICE_PRINCIPAL_ID};
use crate::simulator::graph::answer::ServedAnswer;
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::select::{SelectedNames, cut};
use crate::simulator::graph::served_read::AppKey;
use crate::simulator::moment::iso;

fn kind(domain: &Domain) -> &'static str {
    if domain.federated { "Federated" } else { "Managed" }
}

/// "organization resource type". Directory sync ran a moment ago.
pub(super) fn organization(
    directory: &Directory,
    names: &SelectedNames,
    context: &Context<'_>,
) -> Result<ServedAnswer, ServedError> {
    let verified = |domain: &Domain| {
        json!({
            "name": domain.name, "type": kind(domain), "isDefault": domain.is_default(),
            "isInitial": domain.is_initial(), "capabilities": "Email, OfficeCommunicationsOnline",
        })
    };
    let all = json!({
        "id": directory.names().id,
        "displayName": directory.names().display_name,
        "tenantType": "AAD",
        "countryLetterCode": "DE",
        "onPremisesSyncEnabled": true,
        "onPremisesLastSyncDateTime": iso(context.date),
        "onPremisesLastPasswordSyncDateTime": iso(context.date),
        "verifiedDomains": directory.domains().iter().map(verified).collect::<Vec<_>>(),
    });
    let organization = cut(map(all), names, "organization")?;
    Ok(answer(
        &json!({ "@odata.context": format!("{}/$metadata#organization", context.root), "value": [organization] }),
    ))
}

/// "domain resource type". All of them at once: query options on domains are ignored.
pub(super) fn domains(directory: &Directory, context: &Context<'_>) -> ServedAnswer {
    let domain = |domain: &Domain| {
        json!({
            "id": domain.name, "authenticationType": kind(domain), "isAdminManaged": true,
            "isDefault": domain.is_default(), "isInitial": domain.is_initial(), "isRoot": true, "isVerified": true,
            "supportedServices": ["Email"],
        })
    };
    let domains: Vec<Value> = directory.domains().iter().map(domain).collect();
    answer(&json!({ "@odata.context": format!("{}/$metadata#domains", context.root), "value": domains }))
}

/// The app's service principal, or its registration.
pub(super) fn app(
    directory: &Directory,
    of: AppKey,
    registration: bool,
    names: &SelectedNames,
    context: &Context<'_>,
) -> Result<ServedAnswer, ServedError> {
    let is_graph =
        !registration && matches!(of, AppKey::AppId(GRAPH_APP_ID) | AppKey::ObjectId(GRAPH_SERVICE_PRINCIPAL_ID));
    let (all, kind, set) = if is_graph {
        (graph_service_principal(), "servicePrincipal", "servicePrincipals")
    } else {
        match find_app(directory, of, registration)? {
            _ if registration => (application(), "application", "applications"),
            app => (service_principal(app), "servicePrincipal", "servicePrincipals"),
        }
    };
    let mut object = cut(all, names, kind)?;
    object.insert("@odata.context".to_owned(), format!("{}/$metadata#{set}/$entity", context.root).into());
    Ok(answer(&Value::Object(object)))
}

fn answer(value: &Value) -> ServedAnswer {
    let mut json = Vec::with_capacity(1_024);
    write_value(&mut json, value);
    ServedAnswer::json(json)
}
