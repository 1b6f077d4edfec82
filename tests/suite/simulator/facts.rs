//! Smaller things that Microsoft's pages say about the calls of a client like ours, each held by a test that names its page.

use super::*;

/// "Microsoft Graph service-specific throttling limits", identity and access: S below 50 users, M to 500, L above.
#[test]
fn a_tenants_size_decides_its_resource_units() {
    for (users, units) in [(49, 3_500.0), (50, 5_000.0), (500, 5_000.0), (501, 8_000.0), (1_000_000, 8_000.0)] {
        let limit = Quota::documented(users).resource_units.unwrap();
        assert_eq!((limit.amount, limit.window), (units, Duration::from_secs(10)), "{users}");
        let writes = Quota::documented(users).writes.unwrap();
        assert_eq!((writes.amount, writes.window), (3_000.0, Duration::from_secs(150)));
    }
}

/// "Known issues with Microsoft Graph APIs", query parameters: an advanced query has 2,048 characters of URL, and literals of
/// `eq` have 120 by default.
#[tokio::test]
async fn long_queries_are_refused() {
    let graph = Graph::unlimited().await;
    let filter = |count: usize| {
        let values: Vec<_> = (0..count).map(|n| format!("'u{n:03}@contoso.com'")).collect();
        format!("/users?$filter=userPrincipalName+in+({})&$count=true", values.join(","))
    };
    assert_eq!(graph.get_eventual(&filter(80)).await.status, StatusCode::OK);
    // The whole URL as it is on the live service, with its scheme, its host and its version.
    let before = "https://graph.microsoft.com/v1.0".len();
    for of in ["/users?$count=true&x=", "/users/$count?x="] {
        let url = |length: usize| format!("{of}{}", "y".repeat(length - before - of.len()));
        assert_eq!(graph.get_eventual(&url(2_048)).await.status, StatusCode::OK, "{of}");
        let refused = graph.get_eventual(&url(2_049)).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "Request_UnsupportedQuery"), "{of}");
    }
    let plain = graph.get("/users/$count").await;
    assert_eq!((plain.code(), plain.message()), ("Request_BadRequest", "$count is not currently supported."));
    let refused = graph.get_eventual(&filter(120)).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "Request_UnsupportedQuery"));
    let literal = |length: usize| format!("/users?$filter=displayName eq '{}'", "x".repeat(length));
    assert_eq!(graph.get(&literal(120)).await.status, StatusCode::OK);
    let refused = graph.get(&literal(121)).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
}

/// "Advanced query capabilities on Microsoft Entra ID objects": `@odata.count` stands on the first page alone.
#[tokio::test]
async fn the_count_stands_on_the_first_page_alone() {
    let graph = Graph::unlimited().await;
    let first = graph.get_eventual("/users?$count=true&$top=600&$select=id").await;
    assert_eq!(first.body["@odata.count"], 1_000);
    let next = first.body["@odata.nextLink"].as_str().unwrap();
    let request = graph.http.get(next).bearer_auth(&graph.token).header("ConsistencyLevel", "eventual");
    let second = Reply::of(request.send().await.unwrap()).await;
    assert_eq!((second.values().len(), second.body.get("@odata.count")), (400, None));
}

/// "directoryObject: getByIds": up to 1,000 ids.
#[tokio::test]
async fn a_thousand_ids_are_looked_up_at_once() {
    let graph = Graph::unlimited().await;
    let ids: Vec<_> = graph.simulator.users().into_iter().take(1_000).map(|user| user.id).collect();
    let asked = json!({ "ids": ids, "types": ["user"] });
    let reply = graph.send(Method::POST, "/directoryObjects/getByIds?$select=id", &asked).await;
    assert_eq!((reply.status, reply.values().len()), (StatusCode::OK, ids.len()));
}

/// "Combined password policy and check for weak passwords": 8 to 256 characters of a fixed alphabet.
#[tokio::test]
async fn a_password_has_8_to_256_characters() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let of_length = |length: usize| "kT4-".repeat(length.div_ceil(4)).chars().take(length).collect::<String>();
    for (length, status) in [(7, 400), (8, 204), (256, 204), (257, 400)] {
        let body = json!({ "passwordProfile": { "password": of_length(length) } });
        assert_eq!(graph.patch(&ada, &body).await.status.as_u16(), status, "{length}");
    }
}

/// "Update user": 204 and no body.
#[tokio::test]
async fn an_update_is_answered_by_204_and_nothing_else() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let request = graph.request(Method::PATCH, &format!("/users/{}", ada.id)).json(&json!({ "accountEnabled": false }));
    let response = request.send().await.unwrap();
    assert_eq!((response.status(), response.headers().get("content-type")), (StatusCode::NO_CONTENT, None));
    assert!(response.bytes().await.unwrap().is_empty());
}

/// "Microsoft Graph service-specific throttling limits": a priority orders who is shed first and changes no limit.
#[tokio::test]
async fn a_priority_changes_no_limit() {
    let graph = Graph::with(Settings {
        quota: Quota::off().with_writes(1.0, Duration::from_secs(3_600), sealoff::simulator::LimitShape::TokenBucket),
        ..Settings::default()
    })
    .await;
    let users = graph.plain_users(2);
    let mut statuses = Vec::new();
    for user in &users {
        let request = graph.request(Method::PATCH, &format!("/users/{}", user.id));
        let request = request.header("x-ms-throttle-priority", "High").json(&json!({ "accountEnabled": false }));
        statuses.push(request.send().await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [204, 429]);
}

/// "Combine multiple HTTP requests using JSON batching": URLs are relative to the version of the call.
#[tokio::test]
async fn a_version_inside_a_batch_is_no_resource() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let mut versioned = block("1", &ada);
    versioned["url"] = json!(format!("/v1.0/users/{}", ada.id));
    let reply = graph.batch(&[versioned, block("2", &ada)]).await;
    assert_eq!([reply.item_status("1"), reply.item_status("2")], [400, 204], "{}", reply.body);
}

/// "Best practices for working with Microsoft Graph": `Date` is the service's clock, by which it stamps what it does. An
/// answer's way back, however long, does not change it.
#[tokio::test]
async fn the_date_of_an_answer_is_that_of_its_write() {
    let latency = sealoff::simulator::Latency { base: Duration::from_millis(100), jitter: Duration::ZERO };
    // A thousand tenant seconds in each second of the wall clock: the way back takes fifty.
    let graph = Graph::with(Settings { latency, clock_speed: 1_000.0, ..Settings::default() }).await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let reset = json!({ "passwordProfile": { "password": "Vkw4-Tbnz-r8Qe!" } });
    let reply = graph.patch(&ada, &reset).await;
    let date = reply.header("date").unwrap().to_owned();
    let changed = graph.user("ada.lovelace@contoso.com").last_password_change;
    let time = format!("{:02}:{:02}:{:02} GMT", changed.hour(), changed.minute(), changed.second());
    assert!(date.ends_with(&time), "{date} {changed}");
}

/// The type's pages ("user resource type" and so on): a property that is there and not simulated is named by a 501; one that is
/// nowhere is refused with 400.
#[tokio::test]
async fn no_property_is_denied_that_exists() {
    let graph = Graph::unlimited().await;
    let ada = graph.user("ada.lovelace@contoso.com");
    let says = |reply: Reply, status: u16, name: &str| {
        assert_eq!(reply.status.as_u16(), status, "{name}: {}", reply.body);
        assert!(reply.message().contains(name), "{name}: {}", reply.body);
    };
    for name in [
        "securityIdentifier",
        "photo",
        "onPremisesSyncBehavior",
        "onPremisesExtensionAttributes",
        "employeeHireDate",
        "aboutMe",
        "skills",
        "externalUserStateChangeDateTime",
        "imAddresses",
        "preferredDataLocation",
        "manager",
        "memberOf",
        "assignedPlans",
        "customSecurityAttributes",
        "extension_0f6d1c1e6f0e4a558a306a3f0c7d9b11_costCentre",
    ] {
        says(graph.get(&format!("/users?$select=id,{name}")).await, 501, name);
        says(graph.get(&format!("/users/{}?$select={name}", ada.id)).await, 501, name);
        says(graph.get(&format!("/users?$filter={name} eq 'x'")).await, 501, name);
        let ids = json!({ "ids": [ada.id] });
        says(graph.send(Method::POST, &format!("/directoryObjects/getByIds?$select={name}"), &ids).await, 501, name);
    }
    says(graph.get("/users?$filter=ageGroup eq 'adult'").await, 501, "ageGroup");
    for name in [
        "onPremisesImmutableId", "aboutMe", "skills", "birthday", "faxNumber", "preferredLanguage", "mail", "ageGroup",
        "showInAddressList", "identities", "displayName", "employeeLeaveDateTime", "createdDateTime",
    ] {
        says(graph.patch(&ada, &json!({ name: "x" })).await, 501, name);
    }
    let app = format!("/servicePrincipals(appId='{}')", graph.simulator.connection().client_id);
    let roles = "/roleManagement/directory";
    for (url, name) in [
        (format!("{roles}/roleAssignments"), "appScopeId"),
        (format!("{roles}/roleDefinitions"), "inheritsPermissionsFrom"),
        ("/groups".to_owned(), "theme"),
        ("/groups".to_owned(), "resourceProvisioningOptions"),
        (app, "passwordCredentials"),
        ("/organization".to_owned(), "onPremisesSyncStatus"),
        ("/directoryRoles".to_owned(), "members"),
    ] {
        says(graph.get(&format!("{url}?$select=id,{name}")).await, 501, name);
        says(graph.get(&format!("{url}?$select=id,shoeSize")).await, 400, "shoeSize");
    }
    says(graph.get("/users?$select=shoeSize").await, 400, "shoeSize");
    says(graph.get("/users?$filter=shoeSize eq '42'").await, 400, "shoeSize");
    says(graph.patch(&ada, &json!({ "shoeSize": 42 })).await, 400, "shoeSize");
    assert!(graph.simulator.ledger().writes.is_empty());
}

/// What is not simulated is named, for every version and path; a body that is no UTF-8, and one that is too large, are
/// refused.
#[tokio::test]
async fn no_call_meets_a_friendly_lie() {
    let graph = Graph::unlimited().await;
    let root = graph.simulator.connection().graph_endpoint.clone();
    for (method, path) in [
        (Method::GET, "/beta/users"),
        (Method::POST, "/beta/$batch"),
        (Method::GET, "/v2.0/users"),
        (Method::GET, "/v1.0/me/messages"),
        (Method::POST, "/v1.0/users"),
        (Method::GET, "/v1.0/auditLogs/signIns"),
        (Method::GET, "/v1.0/identityProtection/riskDetections"),
    ] {
        let request = graph.http.request(method.clone(), format!("{root}{path}")).bearer_auth(&graph.token);
        let reply = Reply::of(request.json(&json!({})).send().await.unwrap()).await;
        assert_eq!(reply.status, StatusCode::NOT_IMPLEMENTED, "{method} {path}: {}", reply.body);
        let last = path.rsplit('/').next().unwrap();
        assert!(reply.message().contains(last) && reply.message().contains(method.as_str()), "{}", reply.body);
    }
    assert_eq!(graph.simulator.counters().violations.not_simulated, 7);
    let id = graph.user("ada.lovelace@contoso.com").id;
    for (method, path, and) in [
        (Method::GET, "/users/delta", ""),
        (Method::GET, "/users/delta()", ""),
        (Method::GET, "/users/microsoft.graph.delta()", ""),
        (Method::GET, "/users/$value", ""),
        (Method::GET, "/users/microsoft.graph.user", ""),
        (Method::GET, "/users/microsoft.graph.user/$count", ""),
        (Method::GET, "/groups/delta", ""),
        (Method::GET, "/groups/$count", ""),
        (Method::GET, "/directoryRoles/$count", ""),
        (Method::GET, "/servicePrincipals/$count", ""),
        (Method::GET, "/directory/deletedItems/$count", ""),
        (Method::GET, "/directory/administrativeUnits", ""),
        (Method::POST, &format!("/directory/deletedItems/{id}/restore"), ""),
        (Method::DELETE, &format!("/directory/deletedItems/{id}"), ""),
        (Method::POST, "/domains", ""),
        (Method::PATCH, "/me", ""),
        // Of these a part is known, and the other is named with the call.
        (Method::GET, "/users", "?$expand=manager"),
        (Method::GET, "/users", "?$orderby=displayName"),
        (Method::GET, "/organization", "?$filter=id eq 'x'"),
        (Method::GET, "/groups", "?$expand=sites"),
        (Method::GET, "/groups", "?$filter=theme eq 'x'"),
        (Method::GET, "/roleManagement/directory/roleAssignments", "?$filter=x eq 'y'"),
    ] {
        let reply = graph.send(method.clone(), &format!("{path}{and}"), &json!({})).await;
        assert_eq!(reply.status, StatusCode::NOT_IMPLEMENTED, "{method} {path}{and}: {}", reply.body);
        assert!(reply.message().ends_with(&format!("this call: {method} {path}")), "{path}{and}: {}", reply.body);
        let option = and.trim_start_matches('?').split('=').next().unwrap();
        assert!(reply.message().contains(option), "{}", reply.body);
    }
    // What Graph does not have at all is said to be so, and a slash at the end means nothing.
    for method in [Method::PUT, Method::DELETE] {
        assert_eq!(graph.send(method, "/users", &json!({})).await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    assert_eq!(graph.get("/users/?$top=3").await.values().len(), 3);
    assert_eq!(graph.get("/users/no-such-person").await.status, StatusCode::NOT_FOUND);
    let ada = graph.user("ada.lovelace@contoso.com");
    let url = format!("/users/{}", ada.id);
    let json = |body: Vec<u8>| graph.request(Method::PATCH, &url).header("content-type", "application/json").body(body);
    let latin = [b"{\"accountEnabled\":false,\"x\":\"".as_slice(), &[0xe9], b"\"}"].concat();
    assert_eq!(json(latin).send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let large = json(vec![b' '; 4 * 1024 * 1024 + 1]).send().await.unwrap();
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let form =
        graph.request(Method::PATCH, &url).header("content-type", "text/plain").body("{\"accountEnabled\":false}");
    assert!(form.send().await.unwrap().status().is_client_error());
    assert!(graph.user("ada.lovelace@contoso.com").account_enabled);
}
