//! "List groups", "List group members", "List group transitive members", "List group owners", and the limits of `$expand`
//! ("Known issues with Microsoft Graph APIs").

use std::collections::HashSet;

use reqwest::{Method, StatusCode};
use sealoff::simulator::Members;
use serde_json::json;

use super::Graph;

#[tokio::test]
async fn groups_that_roles_can_be_assigned_to_are_found() {
    let graph = Graph::unlimited().await;
    let found = graph.get("/groups?$filter=isAssignableToRole eq true&$select=id,displayName").await;
    assert_eq!(
        found.texts("displayName"),
        ["Tier 0 security operators", "Privileged access reviewers", "On-call administrators"]
    );
    assert!(found.values().iter().all(|group| group.as_object().unwrap().len() == 2));
    for group in found.texts("id") {
        for relation in ["members", "owners"] {
            let reply = graph.get(&format!("/groups/{group}/{relation}?$select=id,userPrincipalName")).await;
            assert!(!reply.upns().is_empty());
            assert!(reply.texts("@odata.type").iter().all(|kind| *kind == "#microsoft.graph.user"));
        }
    }
    let (all, pages) = graph.all("/groups?$top=5").await;
    assert!(all.len() > found.values().len() && pages == all.len().div_ceil(5));
    let named = graph.get("/groups?$filter=displayName eq 'leavers, this quarter'").await;
    assert_eq!(named.values().len(), 1);
    assert_eq!(graph.get("/groups?$filter=displayName eq 'All sites and Aurora'").await.values().len(), 1);
    assert_eq!(graph.get("/groups?$filter=startsWith(displayName,'department')").await.values().len(), 13);
    assert_eq!(graph.get("/groups?$filter=createdDateTime ge 2026-01-01").await.status, StatusCode::NOT_IMPLEMENTED);
    assert_eq!(graph.get("/groups?$select=shoeSize").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(graph.get("/groups/11111111-1111-4111-8111-111111111111").await.status, StatusCode::NOT_FOUND);
    assert_eq!(graph.get("/groups/Project%20Aurora").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn members_are_direct_and_transitive_members_are_all() {
    let graph = Graph::unlimited().await;
    let outer = graph.group("All sites and Aurora").id;
    let direct = graph.get(&format!("/groups/{outer}/members?$select=id,displayName,userPrincipalName")).await;
    assert_eq!(direct.values().len(), 4);
    assert_eq!(direct.texts("userPrincipalName"), ["olha.shevchenko@contoso.com"]);
    assert_eq!(direct.texts("@odata.type").iter().filter(|kind| kind.ends_with("group")).count(), 3);

    let (all, pages) =
        graph.all(&format!("/groups/{outer}/transitiveMembers?$select=id,userPrincipalName&$top=20")).await;
    assert!(pages > 2);
    let ids: HashSet<_> = all.iter().map(|object| object["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), all.len(), "each once, however many ways lead there");
    let upns: HashSet<_> = all.iter().filter_map(|object| object["userPrincipalName"].as_str()).collect();
    for upn in ["ada.lovelace@contoso.com", "juergen.grossmann@contoso.com", "olha.shevchenko@contoso.com"] {
        assert!(upns.contains(upn), "{upn}");
    }
    let berlin = graph.simulator.users().into_iter().filter(|user| user.department.as_deref() == Some("Site Berlin"));
    assert!(berlin.count() < upns.len());
}

#[tokio::test]
async fn a_cast_leaves_users_alone_and_is_an_advanced_query_for_transitive_members() {
    let graph = Graph::unlimited().await;
    let outer = graph.group("All sites and Aurora").id;
    let users = graph.get(&format!("/groups/{outer}/members/microsoft.graph.user")).await;
    assert_eq!(users.upns(), ["olha.shevchenko@contoso.com"]);
    let url = format!("/groups/{outer}/transitiveMembers/microsoft.graph.user?$select=userPrincipalName");
    assert_eq!(graph.get(&url).await.code(), "Request_UnsupportedQuery");
    let advanced = graph.get_eventual(&format!("{url}&$count=true&$top=999")).await;
    assert!(advanced.upns().contains(&"hans.zimmermann@contoso.com"));
    assert_eq!(advanced.body["@odata.count"], advanced.values().len());
    let counted = format!("/groups/{outer}/members?$count=true");
    assert_eq!(graph.get(&counted).await.code(), "Request_UnsupportedQuery");
    assert_eq!(graph.get_eventual(&counted).await.body["@odata.count"], 4);
}

#[tokio::test]
async fn expand_stops_at_twenty() {
    let graph = Graph::unlimited().await;
    let large = graph.group("Department Sales").id;
    assert!(graph.get(&format!("/groups/{large}/members?$top=999")).await.values().len() > 20);
    let expanded = graph.get(&format!("/groups/{large}?$expand=members")).await;
    assert_eq!(expanded.body["members"].as_array().unwrap().len(), 20);
    let listed = graph.get("/groups?$filter=isAssignableToRole eq true&$expand=owners").await;
    assert!(!listed.body["value"][0]["owners"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn group_reads_cost_what_the_page_says() {
    let graph = Graph::unlimited().await;
    let id = graph.group("Project Aurora").id;
    for (url, units) in [
        (format!("/groups/{id}"), "1"),
        (format!("/groups/{id}/members"), "3"),
        (format!("/groups/{id}/members?$select=id"), "2"),
        (format!("/groups/{id}/transitiveMembers"), "5"),
        (format!("/groups/{id}/transitiveMembers?$select=id&$top=10"), "3"),
        (format!("/groups/{id}/owners"), "1"),
        ("/groups?$filter=isAssignableToRole eq true&$select=id".to_owned(), "1"),
    ] {
        assert_eq!(graph.get(&url).await.units(), units, "{url}");
    }
}

#[tokio::test]
async fn groups_are_read_in_batches_and_by_id_too() {
    let graph = Graph::unlimited().await;
    let (aurora, ada) = (graph.group("Project Aurora"), graph.user("ada.lovelace@contoso.com"));
    let item = json!({ "id": "1", "method": "GET", "url": format!("/groups/{}/members?$select=id", aurora.id) });
    let reply = graph.batch(&[item]).await;
    assert_eq!(reply.item("1")["body"]["value"].as_array().unwrap().len(), 6);
    let ids = json!({ "ids": [aurora.id, ada.id] });
    let both = graph.send(Method::POST, "/directoryObjects/getByIds?$select=id,displayName", &ids).await;
    assert_eq!(both.texts("@odata.type"), ["#microsoft.graph.group", "#microsoft.graph.user"]);
    assert_eq!(both.texts("displayName"), ["Project Aurora", "Ada Lovelace"]);
    let ids = json!({ "ids": [aurora.id, ada.id], "types": ["GROUP"] });
    let groups = graph.send(Method::POST, "/directoryObjects/getByIds", &ids).await;
    assert_eq!(groups.texts("id"), [aurora.id.to_string()]);
}

#[tokio::test]
async fn groups_change_behind_the_clients_back() {
    let graph = Graph::unlimited().await;
    let (group, ada) = (graph.group("Privileged access reviewers"), graph.user("ada.lovelace@contoso.com"));
    let url = |relation: &str| format!("/groups/{}/{relation}?$select=userPrincipalName", group.id);
    assert!(graph.simulator.add_to_group(ada.id, group.id));
    assert!(!graph.simulator.add_to_group(ada.id, group.id), "already in it");
    assert!(graph.get(&url("members")).await.upns().contains(&"ada.lovelace@contoso.com"));
    assert!(graph.simulator.remove_from_group(ada.id, group.id));
    assert!(!graph.get(&url("members")).await.upns().contains(&"ada.lovelace@contoso.com"));
    assert!(graph.simulator.add_owner(ada.id, group.id));
    assert!(graph.get(&url("owners")).await.upns().contains(&"ada.lovelace@contoso.com"));
    let dynamic = graph.group("Department Sales");
    assert!(matches!(dynamic.members, Members::Department(_)));
    assert!(!graph.simulator.add_to_group(ada.id, dynamic.id), "its rule decides");
    graph.simulator.change(ada.id, |user| user.department = Some("Sales".into()));
    let members = graph.get(&format!("/groups/{}/members?$top=999", dynamic.id)).await;
    assert!(members.upns().contains(&"ada.lovelace@contoso.com"));
}
