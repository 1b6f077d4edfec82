//! An intruder who registered ways in of their own, and comes back where one is left.

use std::path::Path;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use sealoff::simulator::{
    Intruder, IntruderStanding, Permission, Quota, Scenario, Script, Settings, SimulatedMethodKind, SimulatedUser,
    WayIn,
};
use serde_json::json;
use uuid::Uuid;

use super::{Graph, Reply, reset};

use SimulatedMethodKind::{Authenticator, Passkey, Phone};

/// Ten minutes of tenant time are a sixtieth of a second.
fn with_intruder(share: f64) -> Settings {
    let (hours, minutes) = (Duration::from_secs(9 * 3_600), Duration::from_secs(600));
    let script = Script {
        intruder: Some(Intruder { share, registered_ago: hours, every: minutes, devices_live_on: false }),
        ..Script::default()
    };
    let permissions = Permission::with_methods();
    Settings { users: 200, quota: Quota::off(), clock_speed: 36_000.0, permissions, script, ..Settings::default() }
}

impl Graph {
    fn standing(&self, user: &SimulatedUser) -> IntruderStanding {
        self.simulator.intruder().into_iter().find(|standing| standing.object_id == user.id).unwrap()
    }

    /// What the intruder came back with, in order.
    fn comebacks(&self, user: &SimulatedUser) -> Vec<WayIn> {
        let ledger = self.simulator.ledger();
        ledger.comebacks.iter().filter(|comeback| comeback.object_id == user.id).map(|comeback| comeback.by).collect()
    }

    /// Waits until the intruder tried again everywhere, twice.
    async fn let_them_try(&self) {
        let started = self.simulator.ledger().started;
        let date = async || {
            let reply = self.get("/organization").await;
            let now = time::OffsetDateTime::parse(
                &reply.header("date").unwrap().replace("GMT", "+0000"),
                &time::format_description::well_known::Rfc2822,
            );
            now.unwrap() - started
        };
        let before = date().await;
        while date().await < before + Duration::from_secs(1_300) {}
    }

    async fn revoke(&self, user: &SimulatedUser) {
        let reply = self.send(Method::POST, &format!("/users/{}/revokeSignInSessions", user.id), &json!({})).await;
        assert_eq!(reply.status, StatusCode::OK);
    }

    async fn reset(&self, user: &SimulatedUser) {
        assert_eq!(self.patch(user, &reset("a-New-Password-77")).await.status, StatusCode::NO_CONTENT);
    }

    /// Deletes everything but the password that is of these kinds, the default last.
    async fn evict(&self, user: &SimulatedUser, kinds: &[SimulatedMethodKind]) {
        let held = self.simulator.methods(user.id).unwrap();
        let mut order: Vec<_> = held.methods.iter().filter(|method| kinds.contains(&method.kind)).collect();
        order.sort_by_key(|method| (held.is_default(method), method.label.starts_with("+49 170")));
        for method in order {
            let url = format!("/users/{}/authentication/{}/{}", user.id, method.kind.segment(), method.id);
            let reply = Reply::of(self.request(Method::DELETE, &url).send().await.unwrap()).await;
            assert!(matches!(reply.status.as_u16(), 204 | 400), "{}", reply.body);
        }
    }
}

#[tokio::test]
async fn a_reset_and_a_revoke_leave_the_passkey_and_with_it_the_intruder() {
    let graph = Graph::with(with_intruder(1.0)).await;
    let user = graph.plain_users(1).remove(0);
    let before = graph.standing(&user);
    assert!(before.password_known && before.session_alive && before.gets_in());
    assert!(before.methods.contains(&Passkey));
    let registered = graph.simulator.ledger().started - time::Duration::hours(9);
    let held = graph.simulator.methods(user.id).unwrap();
    let key = held.methods.iter().rfind(|method| method.kind == Passkey).unwrap();
    assert_eq!(key.created.map(|at| at.unix_timestamp()), Some(registered.unix_timestamp()));
    graph.let_them_try().await;
    assert_eq!(graph.comebacks(&user), [], "who is in has no need to come back");

    graph.reset(&user).await;
    graph.revoke(&user).await;
    graph.let_them_try().await;
    let after = graph.standing(&user);
    assert!(!after.password_known && after.session_alive && after.gets_in());
    // A session of the very second of the revoke ends with it, and they come back once more.
    let back = graph.comebacks(&user);
    let by_key = |way: &WayIn| matches!(way, WayIn::Method(kind) if kind.opens_without_password());
    assert!(!back.is_empty() && back.iter().all(by_key), "{back:?}");
    assert_eq!(graph.simulator.counters().comebacks, back.len() as u64);
}

#[tokio::test]
async fn where_the_password_is_left_they_come_back_and_register_anew() {
    let graph = Graph::with(with_intruder(1.0)).await;
    let user = graph.plain_users(1).remove(0);
    graph.evict(&user, &[Passkey, Authenticator, Phone]).await;
    graph.evict(&user, &[Passkey, Authenticator, Phone]).await;
    graph.revoke(&user).await;
    graph.let_them_try().await;
    assert_eq!(graph.comebacks(&user), [WayIn::Password]);
    assert_eq!(graph.standing(&user).methods, [Passkey], "a new one");
}

#[tokio::test]
async fn where_nothing_is_left_they_stay_out() {
    let graph = Graph::with(with_intruder(1.0)).await;
    let [out, blocked] = <[SimulatedUser; 2]>::try_from(graph.plain_users(2)).unwrap();
    graph.reset(&out).await;
    graph.evict(&out, &[Passkey, Authenticator, Phone]).await;
    graph.evict(&out, &[Passkey, Authenticator, Phone]).await;
    graph.revoke(&out).await;
    assert_eq!(graph.patch(&blocked, &json!({ "accountEnabled": false })).await.status, StatusCode::NO_CONTENT);
    graph.revoke(&blocked).await;
    graph.let_them_try().await;
    for user in [&out, &blocked] {
        assert!(!graph.standing(user).gets_in(), "{:?}", graph.standing(user));
        // What they did before they were out is another matter.
        let ledger = graph.simulator.ledger();
        let last = ledger.writes_to(user.id).last().unwrap().at;
        assert!(ledger.comebacks.iter().all(|comeback| comeback.object_id != user.id || comeback.at < last));
    }
    assert!(graph.standing(&blocked).methods.contains(&Passkey), "a block takes nothing away");
    let others = graph.simulator.intruder();
    assert!(others.iter().filter(|standing| standing.gets_in()).count() == others.len() - 2);
}

#[tokio::test]
async fn they_are_where_the_scenario_says_and_the_same_everywhere() {
    let ids = async |share: f64| -> Vec<Uuid> {
        let graph = Graph::with(with_intruder(share)).await;
        assert!(graph.simulator.intruder().iter().all(IntruderStanding::gets_in));
        graph.simulator.intruder().into_iter().map(|standing| standing.object_id).collect()
    };
    let (all, half) = (ids(1.0).await, ids(0.5).await);
    assert!((all.len() / 3..all.len() * 2 / 3).contains(&half.len()), "{} of {}", half.len(), all.len());
    assert_eq!(half, ids(0.5).await);
    assert!(ids(0.0).await.is_empty());

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/scenarios/intruder.toml");
    let settings = Scenario::read(&file).unwrap().settings(Settings::default());
    let graph = Graph::with(Settings { users: 400, ..settings }).await;
    let standings = graph.simulator.intruder();
    assert!(standings.iter().any(|standing| !standing.devices.is_empty()));
    let kinds = [Passkey, Authenticator, Phone];
    assert!(kinds.iter().all(|kind| standings.iter().any(|standing| standing.methods.contains(kind))));
}
