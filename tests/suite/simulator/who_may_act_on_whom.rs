//! "Working with users in Microsoft Graph": who can reset passwords, who can perform sensitive actions; and restricted
//! management administrative units.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, StatusCode};
use sealoff::simulator::{Quota, Settings, SimulatedRole, SimulatedUser};
use serde_json::json;

use super::{Graph, reset};

const PLAIN: &str = "ada.lovelace@contoso.com";

async fn with_role(app_role: Option<SimulatedRole>) -> Graph {
    Graph::with(Settings { app_role, quota: Quota::off(), ..Settings::default() }).await
}

/// The statuses of a reset, a block and a revoke.
async fn attempts(graph: &Graph, user: &SimulatedUser) -> [u16; 3] {
    let reset = graph.patch(user, &reset("u7#KdQw!93nTzRxp")).await.status;
    let block = graph.patch(user, &json!({ "accountEnabled": false })).await.status;
    let revoke = graph.send(Method::POST, &format!("/users/{}/revokeSignInSessions", user.id), &json!({})).await.status;
    [reset, block, revoke].map(|status| status.as_u16())
}

const DONE: [u16; 3] = [204, 204, 200];
const DENIED: [u16; 3] = [403, 403, 403];

#[tokio::test]
async fn a_user_administrator_reaches_people_and_lesser_administrators() {
    let graph = with_role(Some(SimulatedRole::UserAdministrator)).await;
    for (upn, expected) in [
        (PLAIN, DONE),
        ("admin.robbins@contoso.onmicrosoft.com", DONE),
        ("admin.bowen@contoso.onmicrosoft.com", DENIED),
        ("admin.wilber@contoso.onmicrosoft.com", DENIED),
        ("admin.cattaneo@contoso.onmicrosoft.com", DENIED),
        ("admin.gu@contoso.onmicrosoft.com", DENIED),
        ("admin.langer@contoso.onmicrosoft.com", DENIED),
        ("admin.wilke@contoso.onmicrosoft.com", DENIED),
    ] {
        let user = graph.user(upn);
        assert_eq!(attempts(&graph, &user).await, expected, "{upn}");
        if expected == DENIED {
            assert_eq!(graph.user(upn), user);
        }
    }
    // Synced and federated people: the reset is refused for another reason, the rest works.
    let synced = graph.user("johanna.lorenz@contoso.com");
    assert_eq!(attempts(&graph, &synced).await, [400, 204, 200], "Directory Readers protects no account");
    let owner = graph.user("miriam.graham@fabrikam.com");
    assert_eq!(attempts(&graph, &owner).await, DENIED, "the owner of a role-assignable group is protected");
    let member = graph.user("pradeep.gupta@contoso.com");
    assert_eq!(attempts(&graph, &member).await, DENIED, "so is a member, though the group holds no role");
}

#[tokio::test]
async fn a_privileged_authentication_administrator_reaches_everyone_else() {
    let graph = with_role(Some(SimulatedRole::PrivilegedAuthenticationAdministrator)).await;
    for upn in [PLAIN, "admin.wilber@contoso.onmicrosoft.com", "admin.gu@contoso.onmicrosoft.com"] {
        assert_eq!(attempts(&graph, &graph.user(upn)).await, DONE, "{upn}");
    }
}

#[tokio::test]
async fn without_a_role_an_app_neither_resets_nor_blocks() {
    let graph = with_role(None).await;
    assert_eq!(attempts(&graph, &graph.user(PLAIN)).await, [403, 403, 200], "a revoke asks for a permission alone");
    let admin = graph.user("admin.wilber@contoso.onmicrosoft.com");
    assert_eq!(attempts(&graph, &admin).await, DENIED);
    graph.simulator.change_app_role(Some(SimulatedRole::UserAdministrator));
    assert_eq!(attempts(&graph, &graph.user(PLAIN)).await, DONE);
    let held = graph.get("/roleManagement/directory/roleAssignments?$expand=principal").await;
    let of_app = |it: &&serde_json::Value| it["principal"]["@odata.type"] == "#microsoft.graph.servicePrincipal";
    assert_eq!(held.values().iter().filter(of_app).count(), 1);
    // "Update user": at least User Administrator.
    let lesser = with_role(Some(SimulatedRole::HelpdeskAdministrator)).await;
    assert_eq!(attempts(&lesser, &lesser.user(PLAIN)).await, [403, 403, 200]);
}

#[tokio::test]
async fn a_restricted_unit_keeps_even_the_highest_roles_out() {
    let upn = "lidia.holloway@contoso.onmicrosoft.com";
    let graph = with_role(Some(SimulatedRole::GlobalAdministrator)).await;
    let select = "$select=isManagementRestricted";
    let restricted = graph.get(&format!("/users/{upn}?{select}")).await;
    assert_eq!(restricted.body["isManagementRestricted"], true);
    assert!(graph.get(&format!("/users/{PLAIN}?{select}")).await.body["isManagementRestricted"].is_null());
    assert_eq!(attempts(&graph, &graph.user(upn)).await, DENIED);
    let settings = Settings { app_reaches_restricted: true, quota: Quota::off(), ..Settings::default() };
    let graph = Graph::with(settings).await;
    assert_eq!(attempts(&graph, &graph.user(upn)).await, DONE);
}

#[tokio::test]
async fn protection_comes_and_goes_with_roles_and_groups() {
    let graph = with_role(Some(SimulatedRole::UserAdministrator)).await;
    let ada = graph.user(PLAIN);
    let group = graph.group("Privileged access reviewers").id;
    let block = json!({ "accountEnabled": false });
    let status = async || graph.patch(&ada, &block).await.status;
    assert_eq!(status().await, StatusCode::NO_CONTENT);
    graph.simulator.add_to_group(ada.id, group);
    assert_eq!(status().await, StatusCode::FORBIDDEN);
    graph.simulator.remove_from_group(ada.id, group);
    assert_eq!(status().await, StatusCode::NO_CONTENT);
    let role = SimulatedRole::GlobalAdministrator.template_id();
    graph.simulator.make_eligible(ada.id, role);
    assert_eq!(status().await, StatusCode::NO_CONTENT, "who may take up a role does not hold it");
    graph.simulator.assign_role(ada.id, role);
    assert_eq!(status().await, StatusCode::FORBIDDEN);
    graph.simulator.remove_role(ada.id, role);
    assert_eq!(status().await, StatusCode::NO_CONTENT);
}

/// "Roles scoped to an administrative unit": Ralf Schäfer is User Administrator of the people of Site Berlin alone.
#[tokio::test]
async fn a_role_in_a_unit_reaches_that_unit_alone() {
    let mut graph = with_role(None).await;
    let ralf = graph.user("ralf.schaefer@contoso.com").id;
    graph.token = graph.simulator.issue_delegated_token(ralf).unwrap();
    for (upn, expected) in [
        ("wiebke.schroeder@contoso.com", DONE),
        ("siobhan.o'neil@contoso.com", DONE),
        (PLAIN, DENIED),
        ("beatriz.goncalves@contoso.com", DENIED),
    ] {
        assert_eq!(attempts(&graph, &graph.user(upn)).await, expected, "{upn}");
    }
    // In his own unit he reaches only the accounts that the role reaches anywhere.
    let wiebke = graph.user("wiebke.schroeder@contoso.com");
    graph.simulator.assign_role(wiebke.id, SimulatedRole::GlobalAdministrator.template_id());
    assert_eq!(attempts(&graph, &wiebke).await, DENIED);
    // A token names the roles in the whole tenant.
    assert_eq!(wids(&graph.token), Vec::<String>::new());
    assert_eq!(graph.simulator.roles_of(ralf).len(), 1);
    let bowen = graph.user("admin.bowen@contoso.onmicrosoft.com").id;
    let token = graph.simulator.issue_delegated_token(bowen).unwrap();
    assert_eq!(wids(&token), [SimulatedRole::UserAdministrator.template_id().to_string()]);
}

fn wids(token: &str) -> Vec<String> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    claims["wids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}
