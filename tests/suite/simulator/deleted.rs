//! The recycle bin: "List deletedItems (directory objects)", and what the rest of Graph says of those in it.

use reqwest::{Method, StatusCode};
use sealoff::simulator::{Quota, Settings};
use serde_json::json;

use super::Graph;

const BIN: &str = "/directory/deletedItems/microsoft.graph.user";

#[tokio::test]
async fn the_bin_is_listed_filtered_and_paged() {
    let graph = Graph::unlimited().await;
    let bin = graph.get(&format!("{BIN}?$select=id,displayName,userPrincipalName,mail,deletedDateTime")).await;
    assert_eq!(bin.texts("displayName"), ["Kim Jones", "Brian Johnson", "Delia Dennis"]);
    for user in bin.values() {
        let id = user["id"].as_str().unwrap().replace('-', "");
        assert!(user["userPrincipalName"].as_str().unwrap().starts_with(&id), "the id stands before the name: {user}");
        assert!(user["deletedDateTime"].is_string());
    }
    assert_eq!(bin.values()[0]["mail"], "kim.jones@contoso.com");
    let (all, pages) = graph.all(&format!("{BIN}?$top=2")).await;
    assert_eq!((all.len(), pages), (3, 2));
    let found = graph.get(&format!("{BIN}?$filter=mail eq 'brian.johnson@contoso.com'&$select=displayName")).await;
    assert_eq!(found.texts("displayName"), ["Brian Johnson"]);
    assert!(graph.get(&format!("{BIN}?$filter=mail eq 'ada.lovelace@contoso.com'")).await.values().is_empty());
    let id = all[0]["id"].as_str().unwrap();
    let kim = graph.get(&format!("/directory/deletedItems/{id}")).await.body;
    assert_eq!((&kim["displayName"], &kim["@odata.type"]), (&json!("Kim Jones"), &json!("#microsoft.graph.user")));
    let groups = graph.get("/directory/deletedItems/microsoft.graph.group").await;
    assert_eq!(groups.status, StatusCode::NOT_IMPLEMENTED);
}

#[tokio::test]
async fn who_is_in_the_bin_is_nowhere_else() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    // Found once before, so that what was found is not remembered.
    assert_eq!(graph.get("/users?$filter=mail eq 'ada.lovelace@contoso.com'").await.values().len(), 1);
    assert!(graph.simulator.delete(ada.id));
    assert!(!graph.simulator.delete(ada.id));
    for key in [ada.id.to_string(), "ada.lovelace@contoso.com".to_owned()] {
        assert_eq!(graph.get(&format!("/users/{key}")).await.code(), "Request_ResourceNotFound", "{key}");
        assert!(graph.simulator.user(&key).is_none());
    }
    for filter in [
        format!("id eq '{}'", ada.id),
        "userPrincipalName eq 'ada.lovelace@contoso.com'".to_owned(),
        "mail eq 'ada.lovelace@contoso.com'".to_owned(),
        "startsWith(displayName,'Ada Love')".to_owned(),
        "proxyAddresses/any(p:p eq 'smtp:ada@contoso.com')".to_owned(),
    ] {
        assert!(graph.get(&format!("/users?$filter={filter}")).await.values().is_empty(), "{filter}");
    }
    let by_ids = graph.send(Method::POST, "/directoryObjects/getByIds", &json!({ "ids": [ada.id] })).await;
    assert!(by_ids.values().is_empty());
    let members = graph.get(&format!("/groups/{}/members", graph.group("Project Aurora").id)).await;
    assert!(!members.texts("id").contains(&&*ada.id.to_string()));
    assert_eq!(graph.patch(&ada, &json!({ "accountEnabled": false })).await.status, StatusCode::NOT_FOUND);
    assert_eq!(graph.get_eventual("/users/$count").await.body, 999);
    let (all, _) = graph.all("/users?$select=id").await;
    assert_eq!(all.len(), 999);
    let gone = graph.get(&format!("/directory/deletedItems/{}?$select=userPrincipalName", ada.id)).await;
    let expected = format!("{}ada.lovelace@contoso.com", ada.id.simple());
    assert_eq!(gone.body["userPrincipalName"], expected);
}

#[tokio::test]
async fn a_role_holder_in_the_bin_holds_nothing() {
    let graph = Graph::unlimited().await;
    let wilber = graph.user("admin.wilber@contoso.onmicrosoft.com");
    let url = format!("/roleManagement/directory/roleAssignments?$filter=principalId eq '{}'", wilber.id);
    assert_eq!(graph.get(&url).await.values().len(), 1);
    graph.simulator.delete(wilber.id);
    assert!(graph.get(&url).await.values().is_empty());
    graph.simulator.restore(wilber.id);
    assert_eq!(graph.get(&url).await.values().len(), 1);
}

#[tokio::test]
async fn the_restored_are_as_they_were() {
    let graph = Graph::with(Settings { quota: Quota::off(), ..Settings::default() }).await;
    let guest = graph.user("ava.reyes_adatum.com#EXT#@contoso.onmicrosoft.com");
    let ada = graph.user("ada.lovelace@contoso.com");
    for user in [&guest, &ada] {
        assert!(graph.simulator.delete(user.id));
        assert!(graph.simulator.restore(user.id));
        assert!(!graph.simulator.restore(user.id));
        let mail = format!("/users?$select=id&$filter=mail eq '{}'", user.mail().unwrap());
        assert_eq!(graph.get(&mail).await.texts("id"), [user.id.to_string()]);
        let again = graph.user(&user.user_principal_name);
        assert_eq!((again.mail(), again.id, again.deleted()), (user.mail(), user.id, None));
    }
    assert!(graph.simulator.delete(ada.id));
    let grace = graph.user("grace.hopper@contoso.com");
    graph.simulator.change(grace.id, |user| user.user_principal_name = "ada.lovelace@contoso.com".into());
    assert!(!graph.simulator.restore(ada.id), "another user has the name by now");
    assert_eq!(graph.user("ada.lovelace@contoso.com").id, grace.id);
}

/// "Deleted items": who was deleted 30 days ago is there no more, so those who are there left since, and before today.
#[tokio::test]
async fn who_is_in_the_recycle_bin_left_lately() {
    let graph = Graph::unlimited().await;
    let bin = graph.get("/directory/deletedItems/microsoft.graph.user?$select=deletedDateTime").await;
    assert_eq!(bin.values().len(), 3);
    let now = time::OffsetDateTime::now_utc();
    for text in bin.texts("deletedDateTime") {
        let deleted = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).unwrap();
        let ago = now - deleted;
        assert!(ago > time::Duration::days(1) && ago < time::Duration::days(20), "{text}");
    }
}
