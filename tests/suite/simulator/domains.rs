//! "List domains", "Get organization", "Get servicePrincipal".

use reqwest::StatusCode;
use sealoff::simulator::CLIENT_ID;

use super::Graph;

#[tokio::test]
async fn domains_ignore_query_options_and_one_is_federated() {
    let graph = Graph::unlimited().await;
    let domains = graph.get("/domains?$top=1&$filter=id eq 'nowhere.example'&$select=id").await;
    assert_eq!(domains.texts("id"), ["contoso.com", "contoso.onmicrosoft.com", "fabrikam.com"]);
    assert_eq!(domains.texts("authenticationType"), ["Managed", "Managed", "Federated"]);
    assert!(domains.values().iter().all(|domain| domain["isVerified"] == true));
    assert_eq!(domains.values().iter().filter(|domain| domain["isInitial"] == true).count(), 1);
    let people = graph.simulator.users().into_iter().filter(|user| user.domain() == "fabrikam.com");
    assert!(people.count() >= 3);
}

#[tokio::test]
async fn the_organization_says_whether_sync_is_alive() {
    let graph = Graph::unlimited().await;
    let select = "$select=id,displayName,onPremisesSyncEnabled,onPremisesLastSyncDateTime,verifiedDomains";
    let reply = graph.get(&format!("/organization?{select}")).await;
    let organization = &reply.body["value"][0];
    assert_eq!(organization.as_object().unwrap().len(), 5);
    assert_eq!(organization["onPremisesSyncEnabled"], true);
    assert!(organization["onPremisesLastSyncDateTime"].as_str().unwrap().ends_with('Z'));
    let federated = organization["verifiedDomains"].as_array().unwrap().iter().find(|it| it["type"] == "Federated");
    assert_eq!(federated.unwrap()["name"], "fabrikam.com");
    assert_eq!(graph.get("/organization?$select=shoeSize").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_app_has_one_owner() {
    let graph = Graph::unlimited().await;
    let principal = graph.get(&format!("/servicePrincipals(appId='{CLIENT_ID}')?$select=id,displayName,appId")).await;
    assert_eq!(principal.body["appId"], CLIENT_ID.to_string());
    let id = principal.body["id"].as_str().unwrap();
    for url in [
        format!("/servicePrincipals(appId='{CLIENT_ID}')/owners?$select=id,userPrincipalName"),
        format!("/servicePrincipals/{id}/owners"),
        format!("/applications(appId='{CLIENT_ID}')/owners"),
    ] {
        let owners = graph.get(&url).await;
        assert_eq!(owners.texts("userPrincipalName"), ["debra.berger@contoso.onmicrosoft.com"], "{url}");
    }
    let roles = graph.get(&format!("/roleManagement/directory/roleAssignments?$filter=principalId eq '{id}'")).await;
    assert_eq!(roles.texts("roleDefinitionId"), ["7be44c8a-adaf-4e2a-84d6-ab2649e08a13"]);
    let other = "11111111-1111-4111-8111-111111111111";
    assert_eq!(graph.get(&format!("/servicePrincipals(appId='{other}')")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(graph.get("/servicePrincipals").await.status, StatusCode::NOT_IMPLEMENTED);
}
