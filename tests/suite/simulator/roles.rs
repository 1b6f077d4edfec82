//! "List unifiedRoleAssignments", "List roleDefinitions", "List roleEligibilityScheduleInstances", "List directoryRoles".

use std::collections::HashSet;

use reqwest::StatusCode;
use sealoff::simulator::{Quota, Settings, SimulatedRole};
use serde_json::json;
use uuid::{Uuid, uuid};

use super::Graph;

const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const DIRECTORY_SYNCHRONIZATION_ACCOUNTS: &str = "d29b2b05-8046-44ba-8758-1e26182fcf32";
const SECURITY_ADMINISTRATOR: &str = "194ae4cb-b126-40b2-bd5b-6091b380977d";
const EXCHANGE_ADMINISTRATOR: Uuid = uuid!("29232cdf-9323-42fd-ade2-1d097af3e4de");

const ASSIGNMENTS: &str = "/roleManagement/directory/roleAssignments";
const DEFINITIONS: &str = "/roleManagement/directory/roleDefinitions";
const ELIGIBLE: &str = "/roleManagement/directory/roleEligibilityScheduleInstances";

#[tokio::test]
async fn assignments_come_with_their_principals() {
    let graph = Graph::unlimited().await;
    let (assignments, _) = graph.all(&format!("{ASSIGNMENTS}?$expand=principal")).await;
    let holders = |role: &str| {
        let held = assignments.iter().filter(|it| it["roleDefinitionId"] == role && it["directoryScopeId"] == "/");
        held.filter_map(|it| it["principal"]["userPrincipalName"].as_str()).collect::<Vec<_>>()
    };
    let global = holders(GLOBAL_ADMINISTRATOR);
    // "Manage emergency access accounts": two or more, cloud-only, on the initial domain.
    assert!(global.len() >= 3 && global.iter().all(|upn| upn.ends_with("@contoso.onmicrosoft.com")), "{global:?}");
    assert!(global.contains(&"breakglass1@contoso.onmicrosoft.com"));
    let sync = holders(DIRECTORY_SYNCHRONIZATION_ACCOUNTS);
    assert!(sync.iter().any(|upn| upn.starts_with("Sync_")) && sync.iter().any(|upn| upn.starts_with("ADToAADSync")));
    let of_type = |kind: &str| assignments.iter().filter(|it| it["principal"]["@odata.type"] == kind).count();
    assert_eq!(of_type("#microsoft.graph.group"), 1);
    assert_eq!(of_type("#microsoft.graph.servicePrincipal"), 1);
    let scoped = assignments.iter().find(|it| it["directoryScopeId"] != "/").unwrap();
    assert!(scoped["directoryScopeId"].as_str().unwrap().starts_with("/administrativeUnits/"));
    assert_eq!(scoped["principal"]["userPrincipalName"], "ralf.schaefer@contoso.com");
    let ids: HashSet<_> = assignments.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), assignments.len());
    assert!(graph.get(ASSIGNMENTS).await.body["value"][0].get("principal").is_none());
}

#[tokio::test]
async fn assignments_are_filtered_and_paged() {
    let graph = Graph::unlimited().await;
    let global = graph.get(&format!("{ASSIGNMENTS}?$filter=roleDefinitionId eq '{GLOBAL_ADMINISTRATOR}'")).await;
    assert_eq!(global.values().len(), 3);
    let bowen = graph.user("admin.bowen@contoso.onmicrosoft.com");
    let of_bowen = graph.get(&format!("{ASSIGNMENTS}?$filter=principalId eq '{}'", bowen.id)).await;
    assert_eq!(of_bowen.texts("roleDefinitionId"), [USER_ADMINISTRATOR]);
    let both = format!("principalId eq '{}' and roleDefinitionId eq '{GLOBAL_ADMINISTRATOR}'", bowen.id);
    assert!(graph.get(&format!("{ASSIGNMENTS}?$filter={both}")).await.values().is_empty());
    let (all, pages) = graph.all(&format!("{ASSIGNMENTS}?$top=4")).await;
    assert_eq!((pages, all.len()), (all.len().div_ceil(4), graph.get(ASSIGNMENTS).await.values().len()));
    let ids: HashSet<_> = all.iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), all.len(), "no page repeats another");
    assert_eq!(graph.get(&format!("{ASSIGNMENTS}?$filter=principalId eq 'ada'")).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(graph.get(&format!("{ASSIGNMENTS}?$filter=isBad eq 'x'")).await.status, StatusCode::NOT_IMPLEMENTED);
}

#[tokio::test]
async fn role_reads_cost_what_the_page_says() {
    let graph = Graph::unlimited().await;
    for (url, units) in [
        (ASSIGNMENTS.to_owned(), "1"),
        (format!("{ASSIGNMENTS}?$expand=principal"), "2"),
        (format!("{ASSIGNMENTS}?$expand=principal&$top=10"), "1"),
        (DEFINITIONS.to_owned(), "1"),
        (ELIGIBLE.to_owned(), "1"),
    ] {
        assert_eq!(graph.get(&url).await.units(), units, "{url}");
    }
}

#[tokio::test]
async fn definitions_are_built_in_or_ones_own_and_privilege_is_beta_only() {
    let graph = Graph::unlimited().await;
    let select = "$select=id,displayName,isBuiltIn,templateId";
    let (all, _) = graph.all(&format!("{DEFINITIONS}?{select}")).await;
    assert!(all.len() > 30 && all.iter().all(|role| role.as_object().unwrap().len() == 4));
    let own = graph.get(&format!("{DEFINITIONS}?$filter=isBuiltIn eq false")).await;
    assert_eq!(own.texts("displayName"), ["Contoso licence manager"]);
    let named = graph.get(&format!("{DEFINITIONS}?$filter=displayName eq 'Global Administrator'")).await;
    assert_eq!(named.texts("id"), [GLOBAL_ADMINISTRATOR]);
    let one = graph.get(&format!("{DEFINITIONS}/{GLOBAL_ADMINISTRATOR}")).await;
    assert_eq!(one.body["displayName"], "Global Administrator");
    // The v1.0 schema of 2026-08 has no such property.
    for url in [format!("{DEFINITIONS}?$select=id,isPrivileged"), format!("{DEFINITIONS}?$filter=isPrivileged eq true")]
    {
        let refused = graph.get(&url).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        assert!(refused.message().contains("isPrivileged"), "{}", refused.message());
    }
}

#[tokio::test]
async fn eligibility_needs_a_licence() {
    let graph = Graph::unlimited().await;
    let eligible = graph.get(&format!("{ELIGIBLE}?$expand=principal")).await;
    let users: Vec<_> =
        eligible.values().iter().filter_map(|it| it["principal"]["userPrincipalName"].as_str()).collect();
    assert_eq!(users, ["admin.wilke@contoso.onmicrosoft.com", "grady.archie@contoso.com"]);
    assert!(eligible.values().iter().any(|it| it["principal"]["@odata.type"] == "#microsoft.graph.group"));
    assert!(eligible.values().iter().all(|it| it["memberType"] == "Direct" && it["directoryScopeId"] == "/"));
    let active = graph.get(ASSIGNMENTS).await;
    let wilke = graph.user("admin.wilke@contoso.onmicrosoft.com").id.to_string();
    assert!(!active.texts("principalId").contains(&&*wilke), "eligible is not active");

    let without = Graph::with(Settings { pim_licensed: false, quota: Quota::off(), ..Settings::default() }).await;
    let refused = without.get(ELIGIBLE).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (400, "AadPremiumLicenseRequired"));
    assert_eq!(without.get(ASSIGNMENTS).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_legacy_form_lists_activated_roles_and_their_members() {
    let graph = Graph::unlimited().await;
    let roles = graph.get("/directoryRoles?$select=id,displayName,roleTemplateId").await;
    assert!(!roles.texts("displayName").contains(&"SharePoint Administrator"), "it never had a holder");
    let role = roles.values().iter().find(|role| role["roleTemplateId"] == GLOBAL_ADMINISTRATOR).unwrap();
    assert_ne!(role["id"], GLOBAL_ADMINISTRATOR, "an activated role has an id of its own");
    let members = graph.get(&format!("/directoryRoles/{}/members", role["id"].as_str().unwrap())).await;
    let by_template =
        graph.get(&format!("/directoryRoles(roleTemplateId='{GLOBAL_ADMINISTRATOR}')/members?$select=id")).await;
    assert_eq!(members.texts("id"), by_template.texts("id"));
    assert_eq!(members.values().len(), 3);
    let security = graph.get(&format!("/directoryRoles(roleTemplateId='{SECURITY_ADMINISTRATOR}')/members")).await;
    assert_eq!(security.texts("@odata.type"), ["#microsoft.graph.group"], "the group, not those in it");
}

#[tokio::test]
async fn roles_change_behind_the_clients_back() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let of_ada = format!("{ASSIGNMENTS}?$filter=principalId eq '{}'", ada.id);
    assert!(graph.get(&of_ada).await.values().is_empty());
    assert!(graph.simulator.assign_role(ada.id, EXCHANGE_ADMINISTRATOR));
    assert!(!graph.simulator.assign_role(ada.id, EXCHANGE_ADMINISTRATOR), "held already");
    assert!(!graph.simulator.assign_role(ada.id, Uuid::nil()), "no such role");
    assert!(!graph.simulator.assign_role(Uuid::nil(), EXCHANGE_ADMINISTRATOR), "there is no such principal");
    assert_eq!(graph.get(&of_ada).await.values().len(), 1);
    assert!(graph.simulator.make_eligible(ada.id, SimulatedRole::UserAdministrator.template_id()));
    let eligible = graph.get(&format!("{ELIGIBLE}?$filter=principalId eq '{}'", ada.id)).await;
    assert_eq!(eligible.texts("roleDefinitionId"), [USER_ADMINISTRATOR]);
    assert!(graph.simulator.remove_role(ada.id, EXCHANGE_ADMINISTRATOR));
    assert!(!graph.simulator.remove_role(ada.id, EXCHANGE_ADMINISTRATOR));
    assert!(graph.get(&of_ada).await.values().is_empty());
    let plain = graph.group("Project Aurora");
    assert!(!graph.simulator.assign_role(plain.id, EXCHANGE_ADMINISTRATOR), "not made for roles");
    let reviewers = graph.group("Privileged access reviewers");
    assert!(graph.simulator.assign_role(reviewers.id, EXCHANGE_ADMINISTRATOR));
    let member = graph.user("pradeep.gupta@contoso.com");
    assert_eq!(graph.simulator.roles_of(member.id), [EXCHANGE_ADMINISTRATOR]);
}

#[tokio::test]
async fn a_token_names_the_roles_of_its_holder() {
    use base64::Engine;
    let graph = Graph::with(Settings { app_role: Some(SimulatedRole::UserAdministrator), ..Settings::default() }).await;
    let claims = |token: &str| -> serde_json::Value {
        let middle = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(middle).unwrap()).unwrap()
    };
    let app = claims(&graph.token);
    assert_eq!((&app["idtyp"], &app["wids"]), (&json!("app"), &json!([USER_ADMINISTRATOR])));
    assert!(app["roles"].as_array().unwrap().contains(&json!("User.RevokeSessions.All")));
    assert!(app.get("scp").is_none() && app.get("upn").is_none());
    let wilber = graph.user("admin.wilber@contoso.onmicrosoft.com");
    let user = claims(&graph.simulator.issue_delegated_token(wilber.id).unwrap());
    assert_eq!((&user["oid"], &user["upn"]), (&json!(wilber.id), &json!(&*wilber.user_principal_name)));
    assert_eq!(user["wids"], json!([GLOBAL_ADMINISTRATOR]));
    assert!(user["scp"].as_str().unwrap().contains("User.Read.All") && user.get("roles").is_none());
    assert!(user["exp"].as_i64().unwrap() > 0 && user["tid"] == graph.simulator.connection().tenant_id);
}
