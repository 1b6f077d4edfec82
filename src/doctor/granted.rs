//! What the tenant itself says that it granted to an app: for tokens that cannot be read.
//!
//! "List appRoleAssignments granted to a service principal"; the names stand with Graph's own service principal.

use std::collections::HashMap;

use serde::Deserialize;
use uuid::Uuid;

use crate::graph::claims::Claims;
use crate::graph::paced::Paced;
use crate::graph::percent::encode_query;
use crate::graph::reading::ReadError;
use crate::graph::transport::Transport;
use crate::ids::ObjectId;

/// Microsoft Graph itself, the same in every tenant ("Verify first-party Microsoft applications in sign-in reports").
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppPrincipal {
    id: ObjectId,
    #[serde(default)]
    display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    id: ObjectId,
    #[serde(default)]
    app_roles: Vec<PublishedRole>,
}

#[derive(Deserialize)]
struct PublishedRole {
    id: Uuid,
    #[serde(default)]
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppRoleAssignment {
    app_role_id: Uuid,
    resource_id: ObjectId,
}

/// What a token of this app would say, as far as the tenant shows.
///
/// # Errors
///
/// The app may not read itself (`Application.Read.All`), or there is no answer.
pub async fn to_app<T: Transport>(paced: &Paced<'_, T>, client_id: &str) -> Result<Claims, ReadError> {
    let key = encode_query(&client_id.replace('\'', "''"));
    let app: AppPrincipal =
        paced.get(&format!("/v1.0/servicePrincipals(appId='{key}')?$select=id,displayName"), 1).await?;
    let graph: Resource =
        paced.get(&format!("/v1.0/servicePrincipals(appId='{GRAPH}')?$select=id,appRoles"), 1).await?;
    let assigned: Vec<AppRoleAssignment> =
        paced.list(format!("/v1.0/servicePrincipals/{}/appRoleAssignments", app.id), 1).await?;
    let names: HashMap<Uuid, String> =
        graph.app_roles.into_iter().filter_map(|role| Some((role.id, role.value?))).collect();
    let of_graph = assigned.iter().filter(|assignment| assignment.resource_id == graph.id);
    Ok(Claims {
        tenant: None,
        app_id: Some(client_id.to_owned()),
        app_name: app.display_name,
        object_id: Some(app.id),
        user_principal_name: None,
        is_app: true,
        permissions: of_graph.filter_map(|assignment| names.get(&assignment.app_role_id).cloned()).collect(),
        roles: Vec::new(),
        expires: None,
    })
}
