//! The risk of users: "riskyUser: confirmCompromised", "riskyUser: dismiss", "Get riskyUser".

use reqwest::{Method, StatusCode};
use sealoff::simulator::{Limit, LimitShape, Operation, Permission, Quota, Settings, SimulatedCloud, SimulatedUser};
use serde_json::json;
use uuid::Uuid;

use super::{Graph, Reply, reset};

impl Graph {
    async fn set_risk(&self, action: &str, ids: &[Uuid]) -> Reply {
        self.send(Method::POST, &format!("/identityProtection/riskyUsers/{action}"), &json!({ "userIds": ids })).await
    }

    /// State and detail; `None` where there never was any risk.
    async fn risk(&self, user: &SimulatedUser) -> Option<(String, String)> {
        let reply = self.get(&format!("/identityProtection/riskyUsers/{}", user.id)).await;
        let text = |name: &str| reply.body[name].as_str().unwrap().to_owned();
        (reply.status != StatusCode::NOT_FOUND).then(|| (text("riskState"), text("riskDetail")))
    }
}

#[tokio::test]
async fn one_call_confirms_many_and_a_reset_closes_what_was_confirmed() {
    let graph = Graph::unlimited().await;
    let [one, two] = <[SimulatedUser; 2]>::try_from(graph.plain_users(2)).unwrap();
    assert_eq!(graph.risk(&one).await, None);
    let unknown = Uuid::from_u128(7);
    let done = graph.set_risk("confirmCompromised", &[one.id, two.id, unknown]).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
    let confirmed = ("confirmedCompromised".to_owned(), "adminConfirmedUserCompromised".to_owned());
    assert_eq!((graph.risk(&one).await, graph.risk(&two).await), (Some(confirmed.clone()), Some(confirmed)));
    let ledger = graph.simulator.ledger();
    assert!(ledger.writes.iter().all(|write| write.operation == Operation::ConfirmCompromised));
    assert_eq!(ledger.writes.iter().map(|write| write.applied).collect::<Vec<_>>(), [true, true, false]);

    assert_eq!(graph.patch(&one, &reset("a-New-Password-77")).await.status, StatusCode::NO_CONTENT);
    let closed = graph.risk(&one).await.unwrap();
    assert_eq!(closed, ("remediated".to_owned(), "adminGeneratedTemporaryPassword".to_owned()));
    assert_eq!(graph.set_risk("dismiss", &[two.id]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(graph.risk(&two).await.unwrap().0, "dismissed");
    let not_simulated = graph.set_risk("confirmSafe", &[two.id]).await;
    assert_eq!(not_simulated.status, StatusCode::NOT_IMPLEMENTED);
}

#[tokio::test]
async fn the_tenant_has_one_request_a_second_and_no_answer_says_when() {
    let hour = std::time::Duration::from_secs(3_600);
    let risky_users = Some(Limit { amount: 1.0, window: hour, shape: LimitShape::TokenBucket });
    let graph = Graph::with(Settings { quota: Quota { risky_users, ..Quota::off() }, ..Settings::default() }).await;
    let user = graph.plain_users(1).remove(0);
    assert_eq!(graph.set_risk("dismiss", &[user.id]).await.status, StatusCode::NO_CONTENT);
    let refused = graph.set_risk("dismiss", &[user.id]).await;
    assert_eq!((refused.status, refused.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, None));
    assert_eq!(graph.patch(&user, &json!({ "accountEnabled": false })).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn it_takes_a_permission_a_licence_and_a_cloud_that_has_it() {
    let refused = async |settings: Settings| {
        let graph = Graph::with(Settings { quota: Quota::off(), ..settings }).await;
        let user = graph.plain_users(1).remove(0);
        let reply = graph.set_risk("confirmCompromised", &[user.id]).await;
        assert!(graph.simulator.ledger().applied().next().is_none());
        (reply.status.as_u16(), reply.message().to_owned())
    };
    let mut permissions = Permission::usual();
    permissions.remove(&Permission::IdentityRiskyUserReadWriteAll);
    assert_eq!(refused(Settings { permissions, ..Settings::default() }).await.0, 403);
    let (status, message) = refused(Settings { pim_licensed: false, ..Settings::default() }).await;
    assert!(status == 403 && message.contains("not licensed"), "{message}");
    let (status, message) = refused(Settings { cloud: SimulatedCloud::China, ..Settings::default() }).await;
    assert!(status == 400 && message.contains("segment 'identityProtection'"), "{message}");

    let mut graph = Graph::unlimited().await;
    let [user, helper] = <[SimulatedUser; 2]>::try_from(graph.plain_users(2)).unwrap();
    graph.token = graph.simulator.issue_delegated_token(helper.id).unwrap();
    assert_eq!(graph.set_risk("dismiss", &[user.id]).await.status, StatusCode::FORBIDDEN, "a person without a role");
    let security_administrator = uuid::uuid!("194ae4cb-b126-40b2-bd5b-6091b380977d");
    assert!(graph.simulator.assign_role(helper.id, security_administrator));
    assert_eq!(graph.set_risk("dismiss", &[user.id]).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn all_who_ever_had_any_risk_are_listed_page_by_page() {
    let graph = Graph::unlimited().await;
    let people = graph.plain_users(5);
    let ids: Vec<Uuid> = people.iter().map(|user| user.id).collect();
    graph.set_risk("confirmCompromised", &ids).await;
    let first = graph.get("/identityProtection/riskyUsers?$top=3").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    let listed = |reply: &Reply| reply.body["value"].as_array().unwrap().len();
    let next = first.body["@odata.nextLink"].as_str().unwrap();
    let next = next.split_once("/v1.0").unwrap().1.to_owned();
    let second = graph.get(&next).await;
    assert_eq!((listed(&first), listed(&second)), (3, 2));
    assert!(second.body.get("@odata.nextLink").is_none());
    assert_eq!(first.body["value"][0]["riskState"], "confirmedCompromised");
    assert_eq!(graph.get("/identityProtection/riskyUsers?$top=501").await.status, StatusCode::BAD_REQUEST);
    let filtered = graph.get("/identityProtection/riskyUsers?$filter=riskState%20eq%20'atRisk'").await;
    assert_eq!(filtered.status, StatusCode::NOT_IMPLEMENTED);
}
