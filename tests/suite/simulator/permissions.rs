//! What is refused without which permission: the permission tables of the pages on each call, "Microsoft Graph
//! permissions reference".

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use sealoff::simulator::{CLIENT_ID, Permission, Quota, Settings, SimulatedRole};
use serde_json::json;

use super::{Graph, reset};
use Permission::*;

async fn granted(permissions: &[Permission]) -> Graph {
    let permissions = permissions.iter().copied().collect();
    Graph::with(Settings { permissions, quota: Quota::off(), ..Settings::default() }).await
}

#[tokio::test]
async fn each_read_needs_one_of_its_permissions() {
    let any_group = "11111111-1111-4111-8111-111111111111";
    for (url, enough) in [
        ("/users?$top=1", vec![UserReadAll, UserReadWriteAll, UserReadUpdateAll, DirectoryReadAll, UserReadBasicAll]),
        ("/organization", vec![UserReadAll, OrganizationReadAll, DirectoryReadAll]),
        ("/domains", vec![DomainReadAll, DirectoryReadAll]),
        ("/groups", vec![GroupMemberReadAll, GroupReadAll, DirectoryReadAll]),
        (&format!("/groups/{any_group}/members"), vec![GroupMemberReadAll, GroupReadAll, DirectoryReadAll]),
        ("/roleManagement/directory/roleAssignments", vec![RoleManagementReadDirectory, DirectoryReadAll]),
        ("/roleManagement/directory/roleDefinitions", vec![RoleManagementReadDirectory, DirectoryReadAll]),
        ("/directoryRoles", vec![RoleManagementReadDirectory, DirectoryReadAll]),
        (
            "/roleManagement/directory/roleEligibilityScheduleInstances",
            vec![RoleManagementReadDirectory, RoleEligibilityScheduleReadDirectory],
        ),
        ("/directory/deletedItems/microsoft.graph.user", vec![UserReadAll, DirectoryReadAll]),
        (&format!("/servicePrincipals(appId='{CLIENT_ID}')"), vec![ApplicationReadAll, DirectoryReadAll]),
        (
            &format!("/servicePrincipals(appId='{CLIENT_ID}')/appRoleAssignments"),
            vec![ApplicationReadAll, DirectoryReadAll],
        ),
        (&format!("/applications(appId='{CLIENT_ID}')/owners"), vec![ApplicationReadAll, DirectoryReadAll]),
    ] {
        let graph = granted(&[UserRevokeSessionsAll]).await;
        let refused = graph.get(url).await;
        assert_eq!((refused.status.as_u16(), refused.code()), (403, "Authorization_RequestDenied"), "{url}");
        for permission in enough {
            graph.simulator.change_permissions(BTreeSet::from([permission]));
            assert_ne!(graph.get(url).await.status, StatusCode::FORBIDDEN, "{url} with {permission}");
        }
    }
}

#[tokio::test]
async fn basic_reading_shows_basic_properties() {
    let graph = granted(&[UserReadBasicAll]).await;
    let ada = graph.get("/users/ada.lovelace@contoso.com?$select=id,mail,accountEnabled,userType").await;
    assert_eq!(ada.body["mail"], "ada.lovelace@contoso.com");
    assert!(ada.body["accountEnabled"].is_null() && ada.body["userType"].is_null());
    assert_eq!(graph.get("/users?$filter=mail eq 'ada.lovelace@contoso.com'").await.values().len(), 1);
    let hidden = graph.get("/users?$filter=accountEnabled eq false").await;
    assert_eq!(hidden.status, StatusCode::FORBIDDEN, "what is not seen cannot be asked for");
}

#[tokio::test]
async fn get_by_ids_without_directory_read_all_shows_ids_alone() {
    let graph = granted(&[UserReadAll]).await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let ids = json!({ "ids": [ada.id], "types": ["user"] });
    let url = "/directoryObjects/getByIds?$select=id,userPrincipalName,accountEnabled";
    let reply = graph.send(Method::POST, url, &ids).await;
    assert_eq!(reply.values()[0]["id"], ada.id.to_string());
    assert!(reply.values()[0]["userPrincipalName"].is_null() && reply.values()[0]["accountEnabled"].is_null());
    graph.simulator.change_permissions(BTreeSet::from([DirectoryReadAll]));
    let reply = graph.send(Method::POST, url, &ids).await;
    assert_eq!(reply.values()[0]["accountEnabled"], true);
    graph.simulator.change_permissions(BTreeSet::from([DomainReadAll]));
    assert_eq!(graph.send(Method::POST, url, &ids).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn members_are_nameless_to_those_who_may_not_read_users() {
    let graph = granted(&[GroupMemberReadAll, RoleManagementReadDirectory]).await;
    let members =
        graph.get(&format!("/groups/{}/members?$select=id,userPrincipalName", graph.group("Project Aurora").id)).await;
    assert_eq!((members.texts("id").len(), members.texts("userPrincipalName").len()), (6, 0));
    let assignments = graph.get("/roleManagement/directory/roleAssignments?$expand=principal").await;
    let users = assignments.values().iter().filter(|it| it["principal"]["@odata.type"] == "#microsoft.graph.user");
    assert!(users.clone().count() > 5 && users.clone().all(|it| it["principal"]["userPrincipalName"].is_null()));
}

#[tokio::test]
async fn each_write_needs_its_permission_and_leaves_a_trace_when_refused() {
    let graph = granted(&[UserReadAll]).await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let block = json!({ "accountEnabled": false });
    let revoke = format!("/users/{}/revokeSignInSessions", ada.id);
    let password = reset("u7#KdQw!93nTzRxp");
    assert_eq!(graph.patch(&ada, &block).await.code(), "Authorization_RequestDenied");
    assert_eq!(graph.patch(&ada, &password).await.code(), "Authorization_RequestDenied");
    assert_eq!(graph.send(Method::POST, &revoke, &json!({})).await.code(), "Authorization_RequestDenied");
    assert_eq!(graph.user("ada.lovelace@contoso.com"), ada);
    let ledger = graph.simulator.ledger();
    assert!(ledger.writes.len() == 3 && ledger.writes.iter().all(|write| write.status == 403 && !write.applied));

    let grant = |permissions: &[Permission]| graph.simulator.change_permissions(permissions.iter().copied().collect());
    grant(&[UserEnableDisableAccountAll]);
    assert_eq!(graph.patch(&ada, &block).await.status, StatusCode::FORBIDDEN, "only together with User.Read.All");
    grant(&[UserEnableDisableAccountAll, UserReadAll]);
    assert_eq!(graph.patch(&ada, &block).await.status, StatusCode::NO_CONTENT);
    assert_eq!(graph.patch(&ada, &password).await.status, StatusCode::FORBIDDEN);
    let mut both = password.clone();
    both["accountEnabled"] = json!(true);
    assert_eq!(graph.patch(&ada, &both).await.status, StatusCode::FORBIDDEN, "the pair is lost as a whole");
    assert!(!graph.user("ada.lovelace@contoso.com").account_enabled);
    grant(&[UserPasswordProfileReadWriteAll]);
    assert_eq!(graph.patch(&ada, &password).await.status, StatusCode::NO_CONTENT);
    grant(&[UserRevokeSessionsAll]);
    assert_eq!(graph.send(Method::POST, &revoke, &json!({})).await.status, StatusCode::OK);
    for higher in [UserReadWriteAll, DirectoryReadWriteAll] {
        grant(&[higher]);
        assert_eq!(graph.patch(&ada, &both).await.status, StatusCode::NO_CONTENT, "{higher}");
        assert_eq!(graph.send(Method::POST, &revoke, &json!({})).await.status, StatusCode::OK, "{higher}");
    }
}

#[tokio::test]
async fn the_minimal_grant_is_enough_for_the_whole_job() {
    // The minimal grant, with the directory role User Administrator.
    let permissions = BTreeSet::from([
        UserReadAll, UserPasswordProfileReadWriteAll, UserEnableDisableAccountAll, UserRevokeSessionsAll,
        RoleManagementReadDirectory, DomainReadAll, GroupMemberReadAll,
    ]);
    let app_role = Some(SimulatedRole::UserAdministrator);
    let graph = Graph::with(Settings { permissions, app_role, ..Settings::default() }).await;
    let ada = graph.user("ada.lovelace@contoso.com");
    for url in [
        "/users?$select=id,accountEnabled&$filter=userPrincipalName in ('ada.lovelace@contoso.com')",
        "/domains",
        "/organization",
        "/groups?$filter=isAssignableToRole eq true",
        "/roleManagement/directory/roleAssignments?$expand=principal",
        "/roleManagement/directory/roleEligibilityScheduleInstances",
        "/directory/deletedItems/microsoft.graph.user",
    ] {
        assert_eq!(graph.get(url).await.status, StatusCode::OK, "{url}");
    }
    let mut body = reset("u7#KdQw!93nTzRxp");
    body["accountEnabled"] = json!(false);
    assert_eq!(graph.patch(&ada, &body).await.status, StatusCode::NO_CONTENT);
    let revoke = format!("/users/{}/revokeSignInSessions", ada.id);
    assert_eq!(graph.send(Method::POST, &revoke, &json!({})).await.status, StatusCode::OK);
}
