//! Objects of several types side by side: members, owners, principals.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::World;
use super::lag::Lag;
use crate::simulator::directory::tenant::{APP_NAME, APPLICATION_ID, CLIENT_ID, TENANT_ID};
use crate::simulator::directory::{
    CLIENTS, Members, Object, RoleOfApp, ServicePrincipal, SimulatedClient, SimulatedGroup, roles_of,
};
use crate::simulator::graph::answer::raw;
use crate::simulator::graph::errors::ServedError;
use crate::simulator::graph::properties::{Sight, default_selection, is_known, select_loosely, write_members};
use crate::simulator::graph::select::{SelectedNames, cut_loosely, unknown_property};
use crate::simulator::moment::iso;

/// The members of a JSON object; nothing for what is none.
pub(super) fn map(value: Value) -> Map<String, Value> {
    if let Value::Object(map) = value { map } else { Map::new() }
}

/// Appends a JSON value.
pub(super) fn write_value(json: &mut Vec<u8>, value: &impl serde::Serialize) {
    // Writing into a vector can't fail.
    let _ = serde_json::to_writer(json, value);
}

/// A group with all its properties: "group resource type".
pub(super) fn group(group: &SimulatedGroup) -> Map<String, Value> {
    let rule = group.membership_rule();
    let mut kinds: Vec<&str> = group.mail.iter().map(|_| "Unified").collect();
    kinds.extend(rule.iter().map(|_| "DynamicMembership"));
    let nickname: String = group.display_name.chars().filter(char::is_ascii_alphanumeric).collect();
    map(json!({
        "id": group.id,
        "deletedDateTime": null,
        "createdDateTime": iso(group.created),
        "description": group.description,
        "displayName": group.display_name,
        "groupTypes": kinds,
        "isAssignableToRole": group.role_assignable.then_some(true),
        "mail": group.mail,
        "mailEnabled": group.mail.is_some(),
        "mailNickname": nickname,
        "membershipRule": rule,
        "membershipRuleProcessingState": matches!(group.members, Members::Department(_)).then_some("On"),
        "onPremisesSyncEnabled": null,
        "proxyAddresses": group.mail.iter().map(|mail| format!("SMTP:{mail}")).collect::<Vec<_>>(),
        "securityEnabled": group.mail.is_none(),
        "visibility": group.role_assignable.then_some("Private"),
    }))
}

/// An app's service principal: "servicePrincipal resource type".
pub(super) fn service_principal(app: ServicePrincipal) -> Map<String, Value> {
    map(json!({
        "id": app.id,
        "deletedDateTime": null,
        "accountEnabled": true,
        "appDisplayName": app.name(),
        "appId": app.client_id,
        // The home of the app, also in the tenants that it was consented in.
        "appOwnerOrganizationId": TENANT_ID,
        "displayName": app.name(),
        "servicePrincipalNames": [app.client_id],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMyOrg",
    }))
}

/// The service principal of somebody else's app.
fn client(client: &SimulatedClient) -> Map<String, Value> {
    let publisher = json!({
        "displayName": client.publisher,
        "verifiedPublisherId": client.publisher.map(|_| "7218431"),
        "addedDateTime": client.publisher.map(|_| "2024-03-05T10:00:00Z"),
    });
    // "appRole resource type".
    let role = |(id, value, name): &RoleOfApp| {
        json!({
            "id": id, "value": value, "displayName": name, "description": name, "isEnabled": true, "origin": "Application",
            "allowedMemberTypes": ["User"],
        })
    };
    map(json!({
        "id": client.id,
        "deletedDateTime": null,
        "accountEnabled": true,
        "appDisplayName": client.name,
        "appId": client.app_id,
        "appOwnerOrganizationId": client.owner,
        "appRoles": roles_of(client).iter().map(role).collect::<Vec<_>>(),
        "displayName": client.name,
        "servicePrincipalNames": [client.app_id],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMultipleOrgs",
        "verifiedPublisher": publisher,
    }))
}

/// The app's registration: "application resource type".
pub(super) fn application() -> Map<String, Value> {
    map(json!({
        "id": APPLICATION_ID,
        "deletedDateTime": null,
        "appId": CLIENT_ID,
        "displayName": APP_NAME,
        "signInAudience": "AzureADMyOrg",
    }))
}

/// How objects of several types are written: what is selected, and how much is seen of each.
pub(super) struct ObjectWriter<'a> {
    names: &'a SelectedNames,
    lag: &'a Lag,
    now: Duration,
    users: Sight,
    groups: bool,
}

impl World {
    /// A writer for objects of several types, or a refusal of names that none of them has.
    pub(super) fn writer<'a>(
        &'a self,
        names: &'a SelectedNames,
        users: Sight,
        groups: bool,
        now: Duration,
    ) -> Result<ObjectWriter<'a>, ServedError> {
        let app = ServicePrincipal::numbered(1, CLIENT_ID);
        let others = [group(&SimulatedGroup::empty()), service_principal(app), client(&CLIENTS[0]), application()];
        let known = |name: &String| {
            is_known(name) || others.iter().flat_map(Map::keys).any(|other| other.eq_ignore_ascii_case(name))
        };
        match names.iter().flatten().find(|name| !known(name)) {
            Some(name) => Err(unknown_property(name, "directoryObject")),
            None => Ok(ObjectWriter { names, lag: &self.lag, now, users, groups }),
        }
    }
}

impl ObjectWriter<'_> {
    /// Appends an object with its type, as a read shows it now.
    pub(super) fn write(&self, json: &mut Vec<u8>, object: Object<'_>) {
        match object {
            Object::User(user) => {
                let kind = user.derived_type().unwrap_or("#microsoft.graph.user");
                raw(json, format_args!("{{\"@odata.type\":\"{kind}\""));
                let selection = match self.names {
                    Some(names) => select_loosely(names),
                    None => default_selection(),
                };
                if !selection.is_empty() {
                    json.push(b',');
                    write_members(json, self.lag.shown(user, self.now), &selection, self.users);
                }
                json.push(b'}');
            }
            Object::Group(it) => self.write_map(json, "group", group(it), self.groups),
            Object::Client(it) => self.write_map(json, "servicePrincipal", client(it), true),
            Object::App(app) => self.write_map(json, "servicePrincipal", service_principal(app), true),
        }
    }

    fn write_map(&self, json: &mut Vec<u8>, kind: &str, object: Map<String, Value>, seen: bool) {
        let mut object = cut_loosely(object, self.names.as_ref());
        if !seen {
            object.iter_mut().filter(|(name, _)| *name != "id").for_each(|(_, value)| *value = Value::Null);
        }
        object.insert("@odata.type".to_owned(), format!("#microsoft.graph.{kind}").into());
        write_value(json, &object);
    }
}
