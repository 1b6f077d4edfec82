//! Several tenants behind one address: each with its own people, quota and ledger.

use std::time::Duration;

use reqwest::StatusCode;
use sealoff::simulator::{Limit, LimitShape, Quota, Settings, SimulatedUser, Simulator};
use serde_json::{Value, json};

use super::{Reply, block, http_client};

fn tenants(number: u16, quota: &Quota) -> (Settings, Vec<Settings>) {
    let of = |number| Settings { number, users: 200, quota: quota.clone(), ..Settings::default() };
    (of(1), (2..=number).map(of).collect())
}

async fn started(number: u16, quota: Quota) -> Simulator {
    let (first, beside) = tenants(number, &quota);
    Simulator::start_several(first, beside).await.unwrap()
}

/// A token of the app in that tenant, by the tenant's id or domain.
async fn token(simulator: &Simulator, tenant: &str) -> Reply {
    let connection = simulator.connection();
    let form = [
        ("client_id", connection.client_id.as_str()),
        ("client_secret", connection.client_secret.as_str()),
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let url = format!("{}/{tenant}/oauth2/v2.0/token", connection.authority);
    Reply::of(http_client(simulator).post(url).form(&form).send().await.unwrap()).await
}

async fn token_of(simulator: &Simulator, tenant: &str) -> String {
    token(simulator, tenant).await.body["access_token"].as_str().unwrap().to_owned()
}

async fn get(simulator: &Simulator, token: &str, path: &str) -> Reply {
    let url = format!("{}{path}", simulator.connection().graph_endpoint);
    Reply::of(http_client(simulator).get(url).bearer_auth(token).send().await.unwrap()).await
}

/// Blocks these people in one batch; gives the status of each, and the scope of the last refusal.
async fn block_all(simulator: &Simulator, token: &str, users: &[SimulatedUser]) -> (Vec<u64>, Option<String>) {
    let requests: Vec<Value> = users.iter().enumerate().map(|(n, user)| block(&n.to_string(), user)).collect();
    let url = format!("{}/v1.0/$batch", simulator.connection().graph_endpoint);
    let call = http_client(simulator).post(url).bearer_auth(token).json(&json!({ "requests": requests }));
    let reply = Reply::of(call.send().await.unwrap()).await;
    let items: Vec<&Value> = (0..users.len()).map(|n| reply.item(&n.to_string())).collect();
    let scope = |item: &&Value| {
        let headers = item["headers"].as_object()?;
        let scope = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-ms-throttle-scope"))?;
        scope.1.as_str().map(str::to_owned)
    };
    (items.iter().map(|item| item["status"].as_u64().unwrap()).collect(), items.iter().rev().find_map(scope))
}

fn plain(tenant: &Simulator, number: usize) -> Vec<SimulatedUser> {
    let is_plain = |user: &SimulatedUser| {
        user.account_enabled
            && user.on_premises.is_none()
            && user.domain() == tenant.domain()
            && user.employee_number > 60
    };
    let users: Vec<SimulatedUser> = tenant.users().into_iter().filter(is_plain).take(number).collect();
    assert_eq!(users.len(), number);
    users
}

#[tokio::test]
async fn each_tenant_gives_its_own_tokens_and_has_its_own_people() {
    let simulator = started(3, Quota::off()).await;
    let beside: Vec<Simulator> = simulator.beside().collect();
    assert_eq!(beside.iter().map(Simulator::domain).collect::<Vec<_>>(), ["contoso2.com", "contoso3.com"]);
    let ids: Vec<&str> = beside.iter().map(|tenant| tenant.connection().tenant_id.as_str()).collect();
    for (named, domain, id) in [
        ("contoso.com", "contoso.com", simulator.connection().tenant_id.as_str()),
        ("CONTOSO2.onmicrosoft.com", "contoso2.com", ids[0]),
        (ids[1], "contoso3.com", ids[1]),
    ] {
        let token = token_of(&simulator, named).await;
        let organization = get(&simulator, &token, "/v1.0/organization").await.body["value"][0].clone();
        assert_eq!(organization["id"], id);
        let default = organization["verifiedDomains"].as_array().unwrap().iter().find(|one| one["isDefault"] == true);
        assert_eq!(default.unwrap()["name"], domain);
        let person = get(&simulator, &token, "/v1.0/users/ada.lovelace@contoso2.com").await;
        assert_eq!(person.status == StatusCode::OK, domain == "contoso2.com", "{named}");
    }
    assert_eq!(token(&simulator, "fabrikam.example").await.status, StatusCode::BAD_REQUEST);
    let nothing = get(&simulator, "of nobody", "/v1.0/organization").await;
    assert_eq!(nothing.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_write_is_in_the_ledger_of_its_tenant_alone() {
    let simulator = started(2, Quota::off()).await;
    let second = simulator.beside().next().unwrap();
    let token = token_of(&simulator, "contoso2.com").await;
    let users = plain(&second, 3);
    assert_eq!(block_all(&simulator, &token, &users).await.0, [204; 3]);
    assert_eq!((simulator.ledger().writes.len(), second.ledger().writes.len()), (0, 3));
    assert!(!second.user(&users[0].id.to_string()).unwrap().account_enabled);
    // A person of another tenant is not there.
    let others = plain(&simulator, 1);
    assert_eq!(block_all(&simulator, &token, &others).await.0, [404]);
    let url = format!("/_simulator/tenants/{}/counters", second.connection().tenant_id);
    let said = get(&simulator, "", &url).await;
    assert_eq!((said.status, &said.body["batches"]), (StatusCode::OK, &json!(2)), "{}", said.body);
    assert_eq!(get(&simulator, "", "/_simulator/counters").await.body["batches"], 0);
}

/// "Identity and access service limits": 35,000 writes in 5 minutes for one app in all its tenants.
#[tokio::test]
async fn what_an_app_may_do_in_all_its_tenants_is_one_limit() {
    let window = Duration::from_secs(3_600_000);
    let of_app = Some(Limit { amount: 30.0, window, shape: LimitShape::TokenBucket });
    let simulator = started(3, Quota { writes_of_app: of_app, ..Quota::off() }).await;
    let beside: Vec<Simulator> = simulator.beside().collect();
    let accepted = |statuses: &[u64]| statuses.iter().filter(|status| **status == 204).count();
    let (two, three) = (token_of(&simulator, "contoso2.com").await, token_of(&simulator, "contoso3.com").await);
    let (statuses, scope) = block_all(&simulator, &two, &plain(&beside[0], 20)).await;
    assert_eq!((accepted(&statuses), scope), (20, None));
    let (statuses, scope) = block_all(&simulator, &three, &plain(&beside[1], 20)).await;
    assert_eq!(accepted(&statuses), 10);
    let (app, tenant) = (&simulator.connection().client_id, &beside[1].connection().tenant_id);
    assert_eq!(scope, Some(format!("Application/Write/{app}/{tenant}")));
}
