//! Users by mail, proxy address, employee number and what Active Directory knows them by: "user resource type" and
//! "Advanced query capabilities on Microsoft Entra ID objects".

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Graph;

fn encoded(text: &str) -> String {
    let escape = |letter: char| match letter {
        '+' | '/' | '=' | '&' | '#' | '%' => format!("%{:02X}", letter as u32),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

async fn found(graph: &Graph, filter: &str) -> Vec<String> {
    let reply = graph.get(&format!("/users?$select=userPrincipalName&$filter={}", encoded(filter))).await;
    assert_eq!(reply.status, StatusCode::OK, "{filter}: {}", reply.body);
    reply.upns().into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn every_other_key_finds_its_user() {
    let graph = Graph::unlimited().await;
    let hans = graph.user("hans.zimmermann@contoso.com");
    let there = hans.on_premises.as_ref().unwrap();
    let (sid, anchor) = (&there.security_identifier, &there.immutable_id);
    for (filter, expected) in [
        ("mail eq 'ADA.lovelace@contoso.com'".to_owned(), "ada.lovelace@contoso.com"),
        ("mail in ('ada.lovelace@contoso.com')".to_owned(), "ada.lovelace@contoso.com"),
        ("proxyAddresses/any(p:p eq 'smtp:ada.lovelace@contoso.com')".to_owned(), "ada.lovelace@contoso.com"),
        ("proxyAddresses/any(p:p eq 'smtp:ada.byron+lists@contoso.com')".to_owned(), "ada.lovelace@contoso.com"),
        (
            "proxyAddresses/any(x:x eq 'smtp:ada.lovelace@contoso.onmicrosoft.com')".to_owned(),
            "ada.lovelace@contoso.com",
        ),
        ("otherMails/any(m:m eq 'siobhan@private.example')".to_owned(), "siobhan.o'neil@contoso.com"),
        (
            "otherMails/any(m:m eq 'ava.reyes@adatum.com')".to_owned(),
            "ava.reyes_adatum.com#EXT#@contoso.onmicrosoft.com",
        ),
        ("employeeId eq '00002'".to_owned(), "grace.hopper@contoso.com"),
        ("employeeId in ('00002','99999')".to_owned(), "grace.hopper@contoso.com"),
        (format!("onPremisesSecurityIdentifier eq '{sid}'"), "hans.zimmermann@contoso.com"),
        (format!("onPremisesSecurityIdentifier in ('{sid}','S-1-5-18')"), "hans.zimmermann@contoso.com"),
        (format!("onPremisesImmutableId eq '{anchor}'"), "hans.zimmermann@contoso.com"),
    ] {
        assert_eq!(found(&graph, &filter).await, [expected], "{filter}");
    }
    for unknown in ["employeeId eq '2'", "employeeId eq '0002'", "mail eq 'breakglass1@contoso.onmicrosoft.com'"] {
        assert!(found(&graph, unknown).await.is_empty(), "{unknown}: leading zeros count");
    }
}

#[tokio::test]
async fn nothing_makes_these_keys_unique() {
    let graph = Graph::unlimited().await;
    assert_eq!(found(&graph, "employeeId eq 'X-0042'").await, ["mei.zhang@contoso.com", "wei.chen@contoso.com"]);
    let grace = graph.user("grace.hopper@contoso.com");
    graph.simulator.change(grace.id, |user| user.other_mail = Some("ada.lovelace@contoso.com".into()));
    let both = found(&graph, "mail eq 'ada.lovelace@contoso.com'").await;
    assert_eq!(both, ["ada.lovelace@contoso.com", "grace.hopper@contoso.com"]);
    assert!(found(&graph, "mail eq 'grace.hopper@contoso.com'").await.is_empty(), "the old address is no longer hers");
}

#[tokio::test]
async fn the_sam_account_name_takes_an_advanced_query() {
    let graph = Graph::unlimited().await;
    let filter = "/users?$select=userPrincipalName&$filter=onPremisesSamAccountName eq 'hans.zimmermann'";
    assert_eq!(graph.get(filter).await.code(), "Request_UnsupportedQuery");
    assert_eq!(graph.get_eventual(filter).await.code(), "Request_UnsupportedQuery", "the header alone is not enough");
    let advanced = format!("{filter}&$count=true");
    assert_eq!(graph.get_eventual(&advanced).await.upns(), ["hans.zimmermann@contoso.com"]);
    // "Combine multiple HTTP requests using JSON batching" shows the header on the item that needs it.
    let item = |id: &str, headers: Value| json!({ "id": id, "method": "GET", "url": advanced.replace(' ', "%20"), "headers": headers });
    let items = [item("1", json!({ "ConsistencyLevel": "eventual" })), item("2", json!({}))];
    let request = graph.request(reqwest::Method::POST, "/$batch").header("ConsistencyLevel", "eventual");
    let reply = super::Reply::of(request.json(&json!({ "requests": items })).send().await.unwrap()).await;
    assert_eq!(reply.item("1")["body"]["value"][0]["userPrincipalName"], "hans.zimmermann@contoso.com");
    assert_eq!(reply.item_status("2"), 400, "the header of the envelope is not that of the item");
}

#[tokio::test]
async fn sixteen_alternatives_are_one_too_many_for_every_key() {
    let graph = Graph::unlimited().await;
    for clause in ["proxyAddresses/any(p:p eq 'smtp:NN@contoso.com')", "employeeId eq 'NN'", "mail eq 'NN@contoso.com'"]
    {
        let chain = |count: usize| {
            let clauses: Vec<String> = (0..count).map(|n| clause.replace("NN", &n.to_string())).collect();
            format!("/users?$filter={}", clauses.join(" or "))
        };
        assert_eq!(graph.get(&chain(15)).await.status, StatusCode::OK, "{clause}");
        assert_eq!(graph.get(&chain(16)).await.code(), "Request_UnsupportedQuery", "{clause}");
    }
}

#[tokio::test]
async fn what_an_ad_administrator_needs_can_be_selected() {
    let graph = Graph::unlimited().await;
    let names = "employeeId,jobTitle,department,onPremisesSamAccountName,onPremisesDomainName,\
                 onPremisesDistinguishedName,onPremisesSecurityIdentifier,onPremisesImmutableId,proxyAddresses,identities";
    let hans = graph.get(&format!("/users/hans.zimmermann@contoso.com?$select={names}")).await.body;
    assert_eq!(hans["onPremisesDomainName"], "corp.contoso.com");
    assert_eq!(hans["onPremisesSamAccountName"], "hans.zimmermann");
    assert!(hans["onPremisesDistinguishedName"].as_str().unwrap().starts_with("CN=Hans Zimmermann,OU="));
    assert_eq!(hans["employeeId"], "00041");
    assert!(hans["jobTitle"].is_string());
    let proxies = ["SMTP:hans.zimmermann@contoso.com", "smtp:hans.zimmermann@contoso.onmicrosoft.com"];
    assert_eq!(hans["proxyAddresses"], json!(proxies));
    assert_eq!(hans["identities"][0]["issuer"], "contoso.onmicrosoft.com");
    let ada = graph.get(&format!("/users/ada.lovelace@contoso.com?$select={names}")).await.body;
    for name in names.split(',').filter(|name| name.starts_with("onPremises")) {
        assert!(ada[name].is_null(), "{name}");
    }
    let guest = graph
        .get("/users/ava.reyes_adatum.com%23EXT%23@contoso.onmicrosoft.com?$select=employeeId,otherMails,identities")
        .await
        .body;
    assert!(guest["employeeId"].is_null());
    assert_eq!(
        (&guest["otherMails"], &guest["identities"][0]["issuer"]),
        (&json!(["ava.reyes@adatum.com"]), &json!("ExternalAzureAD"))
    );
}

#[tokio::test]
async fn security_identifiers_and_anchors_belong_to_one_user_each() {
    let graph = Graph::unlimited().await;
    let users = graph.simulator.users();
    let synced: Vec<_> = users.iter().filter_map(|user| user.on_premises.as_ref()).collect();
    let sids: std::collections::HashSet<_> = synced.iter().map(|there| &there.security_identifier).collect();
    let anchors: std::collections::HashSet<_> = synced.iter().map(|there| &there.immutable_id).collect();
    assert!(synced.len() > 100 && sids.len() == synced.len() && anchors.len() == synced.len());
}
