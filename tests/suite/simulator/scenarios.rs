//! What a scenario says comes true on the wire.

use std::path::PathBuf;
use std::time::Duration;

use sealoff::simulator::{Scenario, SimulatedRole};

use super::*;

/// A tenant by a scenario, whose clock all but stands still unless the scenario sets it.
async fn playing(text: &str) -> Graph {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let beginning = Settings { clock_speed: 0.01, ..Settings::default() };
    Graph::with(Scenario::read(file.path()).unwrap().settings(beginning)).await
}

fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples/scenarios").join(name)
}

#[test]
fn every_sample_is_sound_and_says_what_it_rehearses() {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(sample("")).unwrap() {
        let path = entry.unwrap().path();
        let scenario = Scenario::read(&path).unwrap();
        assert!(scenario.title().len() > 20, "{}", path.display());
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(
        names,
        ["bad-day.toml", "busy-tenant.toml", "calm.toml", "intruder.toml", "missing-role.toml"],
        "each has a test that runs it"
    );
}

#[tokio::test]
async fn a_fault_strikes_the_requests_that_it_names_and_no_others() {
    let graph = playing("[[fault]]\nkind = \"503\"\nmethod = \"PATCH\"\npath = \"/users/*\"\n").await;
    let users = graph.plain_users(2);
    let reply = graph.batch(&[block("1", &users[0]), revoke("2", &users[0]), block("3", &users[1])]).await;
    assert_eq!([reply.item_status("1"), reply.item_status("2"), reply.item_status("3")], [503, 200, 503]);
    assert_eq!(graph.get("/users?$top=1").await.status, StatusCode::OK);
    assert!(graph.user(&users[0].id.to_string()).account_enabled, "503 is not carried out");
}

#[tokio::test]
async fn a_fault_answers_in_any_words_and_looks_at_the_query_where_it_is_asked_to() {
    let rule = "[[fault]]\nkind = \"answer\"\npath = \"*/roleAssignments\"\nquery = \"*expand=*\"\n\
        answer = { status = 404, code = \"Request_ResourceNotFound\", message = \"Gone.\" }\n";
    let graph = playing(rule).await;
    let refused = graph.get("/roleManagement/directory/roleAssignments?$expand=principal").await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    assert_eq!(refused.body["error"]["code"], "Request_ResourceNotFound");
    assert_eq!(refused.body["error"]["message"], "Gone.");
    assert_eq!(graph.get("/roleManagement/directory/roleAssignments").await.status, StatusCode::OK);
}

#[test]
fn an_answer_of_a_fault_is_whole_and_stands_at_its_kind() {
    for (rule, why) in [
        ("kind = \"answer\"", "an answer needs its words"),
        ("kind = \"429\"\nanswer = { status = 400, code = \"x\" }", "429 has an answer of its own"),
        ("kind = \"answer\"\nanswer = { status = 200, code = \"x\" }", "200 is no status of an error"),
        ("kind = \"answer\"\nanswer = { status = 400 }", "code"),
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("[[fault]]\n{rule}\n")).unwrap();
        let error = Scenario::read(file.path()).unwrap_err().to_string();
        assert!(error.contains(why), "{rule}: {error}");
    }
}

#[tokio::test]
async fn a_rate_is_kept_and_a_number_of_times_is_not_exceeded() {
    let graph = playing("no-quota = true\n[[fault]]\nkind = \"429\"\nrate = 0.25\nmethod = \"POST\"\n").await;
    let mut throttled = 0;
    for users in graph.plain_users(400).chunks(20) {
        let requests: Vec<Value> = users.iter().enumerate().map(|(n, user)| revoke(&n.to_string(), user)).collect();
        let reply = graph.batch(&requests).await;
        throttled += (0..users.len()).filter(|n| reply.item_status(&n.to_string()) == 429).count();
    }
    assert!((60..140).contains(&throttled), "{throttled} of 400");
    let graph = playing("[[fault]]\nkind = \"call-503\"\ntimes = 2\n").await;
    for expected in [503, 503, 200, 200] {
        assert_eq!(graph.get("/users?$top=1").await.status.as_u16(), expected);
    }
}

#[tokio::test]
async fn a_fault_has_its_moment() {
    let graph = playing("[[fault]]\nkind = \"429\"\nafter-writes = 2\nuntil-writes = 3\nmethod = \"PATCH\"\n").await;
    let users = graph.plain_users(4);
    let mut statuses = Vec::new();
    for user in &users[..3] {
        statuses.push(graph.patch(user, &json!({ "accountEnabled": false })).await.status.as_u16());
    }
    assert_eq!(statuses, [204, 204, 429], "the third write comes after two");
    // A write that the rule leaves alone is the third to be applied, and the moment is over.
    graph.send(Method::POST, &format!("/users/{}/revokeSignInSessions", users[0].id), &json!({})).await;
    assert_eq!(graph.patch(&users[3], &json!({ "accountEnabled": false })).await.status.as_u16(), 204);
    // Ten thousand tenant seconds in each second of the wall clock, and none.
    for (speed, expected) in [(0.01, StatusCode::OK), (100_000.0, StatusCode::SERVICE_UNAVAILABLE)] {
        let graph = playing(&format!("clock-speed = {speed}\n[[fault]]\nkind = \"call-503\"\nfrom = \"10 s\"\n")).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(graph.get("/users?$top=1").await.status, expected, "{speed}");
    }
}

#[tokio::test]
async fn a_fault_of_the_token_service_is_used_up_by_the_token_service_alone() {
    let graph = playing("[[fault]]\nkind = \"token-500\"\ntimes = 1\n").await;
    assert_eq!(graph.get("/users?$top=1").await.status, StatusCode::OK);
    let connection = graph.simulator.connection();
    let url = format!("{}/{}/oauth2/v2.0/token", connection.authority, connection.tenant_id);
    let form = [
        ("client_id", connection.client_id.as_str()),
        ("client_secret", &connection.client_secret),
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let mut statuses = Vec::new();
    for _ in 0..2 {
        statuses.push(graph.http.post(&url).form(&form).send().await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [500, 200]);
}

#[tokio::test]
async fn permissions_and_role_are_taken_away_in_the_middle() {
    let graph = playing(
        "app-role = \"user\"\n[[change]]\nafter-writes = 1\napp-role = \"none\"\nwithhold = [\"Domain.Read.All\", \"Directory.Read.All\"]\n",
    )
    .await;
    let users = graph.plain_users(2);
    assert_eq!(graph.get("/domains").await.status, StatusCode::OK);
    assert_eq!(graph.patch(&users[0], &json!({ "accountEnabled": false })).await.status.as_u16(), 204);
    assert_eq!(graph.patch(&users[1], &json!({ "accountEnabled": false })).await.status, StatusCode::FORBIDDEN);
    assert_eq!(graph.get("/domains").await.status, StatusCode::FORBIDDEN);
    assert!(graph.simulator.roles_of(sealoff_app(&graph).await).is_empty());
}

async fn sealoff_app(graph: &Graph) -> uuid::Uuid {
    let client_id = &graph.simulator.connection().client_id;
    let app = graph.get(&format!("/servicePrincipals(appId='{client_id}')?$select=id")).await;
    app.body["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn the_quota_shrinks_in_the_middle_without_notice() {
    let graph = playing("[quota]\nwrites = \"100/150\"\n[[change]]\nafter-writes = 10\nwrites = \"20/150\"\n").await;
    let users = graph.plain_users(60);
    let mut applied = Vec::new();
    for users in users.chunks(20) {
        let requests: Vec<Value> = users.iter().enumerate().map(|(n, user)| block(&n.to_string(), user)).collect();
        let reply = graph.batch(&requests).await;
        applied.push((0..users.len()).filter(|n| reply.item_status(&n.to_string()) == 204).count());
    }
    // Ten are a tenth of a hundred, which is two of twenty: eighteen are left.
    assert_eq!(applied, [20, 8, 0]);
}

/// "Microsoft Graph service-specific throttling limits", `x-ms-throttle-scope`: the limit of all apps is the tenant's.
#[tokio::test]
async fn a_busy_tenant_refuses_what_other_apps_have_spent() {
    let busy = Scenario::read(&sample("busy-tenant.toml")).unwrap().settings(Settings::default());
    let graph = Graph::with(Settings { clock_speed: 0.2, ..busy }).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    let users = graph.plain_users(20);
    let requests: Vec<Value> = users.iter().enumerate().map(|(n, user)| block(&n.to_string(), user)).collect();
    let mut scope = None;
    // What is left grows by ten a second of a clock that runs at a fifth.
    for _ in 0..50 {
        let reply = graph.batch(&requests).await;
        let refused = (0..20).map(|n| reply.item(&n.to_string()).clone()).find(|item| item["status"] == 429);
        if let Some(refused) = refused {
            scope = refused["headers"]["x-ms-throttle-scope"].as_str().map(str::to_owned);
            break;
        }
    }
    assert!(scope.is_some_and(|scope| scope.starts_with("Tenant/Write/")));
}

#[tokio::test]
async fn without_a_role_every_write_of_the_sample_is_refused() {
    let settings = Scenario::read(&sample("missing-role.toml")).unwrap().settings(Settings::default());
    assert_eq!((settings.app_role, Settings::default().app_role.is_some()), (None::<SimulatedRole>, true));
    let graph = Graph::with(settings).await;
    let users = graph.plain_users(1);
    assert_eq!(graph.patch(&users[0], &json!({ "accountEnabled": false })).await.status, StatusCode::FORBIDDEN);
    assert_eq!(graph.get("/users?$top=1").await.status, StatusCode::OK);
}

/// Which of these batches, and which requests in them, were struck; a batch by its place among them.
async fn struck(graph: &Graph, batches: &[Vec<Value>], order: &[usize]) -> (Vec<usize>, Vec<String>) {
    let (mut calls, mut items) = (Vec::new(), Vec::new());
    for &place in order {
        let reply = graph.batch(&batches[place]).await;
        if reply.status != StatusCode::OK {
            calls.push(place);
            continue;
        }
        for item in reply.body["responses"].as_array().unwrap() {
            let asked = batches[place].iter().find(|asked| asked["id"] == item["id"]).unwrap();
            if item["status"] == 429 {
                items.push(asked["url"].as_str().unwrap().to_owned());
            }
        }
    }
    calls.sort_unstable();
    items.sort_unstable();
    (calls, items)
}

/// A client that asks several things at once does not ask them in the same order in every run.
#[tokio::test]
async fn the_same_seed_strikes_the_same_in_any_order() {
    let by_rule = "seed = 5\nno-quota = true\n[[fault]]\nkind = \"call-503\"\nrate = 0.4\npath = \"/$batch\"\n";
    let faults = sealoff::simulator::FaultShares {
        unavailable_envelope: 0.4,
        throttled_item: 0.3,
        ..sealoff::simulator::FaultShares::default()
    };
    let built_in = Settings { faults, seed: 5, quota: Quota::off(), clock_speed: 0.01, ..Settings::default() };
    let forwards: Vec<usize> = (0..20).collect();
    let mixed: Vec<usize> = (0..20).map(|n| n * 7 % 20).collect();
    for rules in [true, false] {
        let graph = async || if rules { playing(by_rule).await } else { Graph::with(built_in.clone()).await };
        let (one, other) = (graph().await, graph().await);
        let batches = |backwards: bool| -> Vec<Vec<Value>> {
            let requests = |users: &[SimulatedUser]| -> Vec<Value> {
                let mut requests: Vec<Value> =
                    users.iter().enumerate().map(|(n, user)| block(&n.to_string(), user)).collect();
                if backwards {
                    requests.reverse();
                }
                requests
            };
            one.plain_users(200).chunks(10).map(requests).collect()
        };
        let (straight, reversed) = (batches(false), batches(true));
        let first = struck(&one, &straight, &forwards).await;
        let second = struck(&other, &reversed, &mixed).await;
        assert_eq!(first, second, "by a rule: {rules}");
        assert!((2..=16).contains(&first.0.len()), "{first:?}");
        assert!(rules || first.1.len() > 10, "{first:?}");
        // A repeated request is drawn for again.
        let again = struck(&one, &straight, &forwards).await;
        assert_ne!(first.0, again.0, "by a rule: {rules}");
    }
    // A request is struck in whichever batch it comes.
    let only_items =
        sealoff::simulator::FaultShares { throttled_item: 0.3, ..sealoff::simulator::FaultShares::default() };
    let settings = Settings { faults: only_items, ..built_in };
    let (one, other) = (Graph::with(settings.clone()).await, Graph::with(settings).await);
    let in_batches_of = |count: usize| -> Vec<Vec<Value>> {
        let users = one.plain_users(120);
        users
            .chunks(count)
            .map(|some| some.iter().enumerate().map(|(n, user)| block(&n.to_string(), user)).collect())
            .collect()
    };
    let (twenties, eights) = (in_batches_of(20), in_batches_of(8));
    let of_twenty = struck(&one, &twenties, &[0, 1, 2, 3, 4, 5]).await;
    let of_eight = struck(&other, &eights, &(0..15).rev().collect::<Vec<_>>()).await;
    assert_eq!(of_twenty, of_eight);
    assert!((15..60).contains(&of_twenty.1.len()), "{of_twenty:?}");
}

/// "Microsoft Graph service-specific throttling limits", response headers: a 429 names its limit, with `Retry-After` or without.
#[tokio::test]
async fn an_injected_429_names_a_limit_too() {
    for (retry_after, has_one) in [("seconds", true), ("absent", false)] {
        for kind in ["429", "call-429"] {
            let text = format!("retry-after = \"{retry_after}\"\n[[fault]]\nkind = \"{kind}\"\n");
            let graph = playing(&text).await;
            let users = graph.plain_users(1);
            for (reply, scope, information) in [
                (graph.patch(&users[0], &json!({ "accountEnabled": false })).await, "Write", "WriteLimitExceeded"),
                (graph.get("/users?$top=1").await, "ReadWrite", "ResourceUnitLimitExceeded"),
            ] {
                assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS, "{kind}");
                assert_eq!(reply.header("retry-after").is_some(), has_one, "{kind}");
                let named = reply.header("x-ms-throttle-scope").unwrap();
                assert!(named.starts_with(&format!("Tenant_Application/{scope}/")), "{kind} {named}");
                assert_eq!(reply.header("x-ms-throttle-information").unwrap(), information, "{kind}");
            }
        }
    }
}
