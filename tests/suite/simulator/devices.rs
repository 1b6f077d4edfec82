//! What people sign in with: "List registeredDevices", "List ownedDevices", "Update device".

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use sealoff::simulator::{
    DeviceSystem, DeviceTrust, Limit, LimitShape, Operation, Permission, Quota, Settings, SimulatedDevice,
    SimulatedRole, SimulatedUser,
};
use serde_json::json;
use time::macros::datetime;
use uuid::{Uuid, uuid};

use super::{Graph, Reply};

const CLOUD_DEVICE_ADMINISTRATOR: Uuid = uuid!("7698a772-787b-4ac8-901f-60d6b08affd2");
const NOT_WINDOWS: &str = "Properties other than ExtendedAttribute1..15 can be modified only on windows devices.";

impl Graph {
    async fn enable(&self, device: &SimulatedDevice, enabled: bool) -> Reply {
        let url = format!("/devices/{}", device.id);
        self.send(Method::PATCH, &url, &json!({ "accountEnabled": enabled })).await
    }

    /// A new device of somebody.
    fn device(&self, owner: &SimulatedUser, number: u128, system: DeviceSystem, trust: DeviceTrust) -> SimulatedDevice {
        let registered = datetime!(2026-10-01 03:12:44 UTC);
        let id = Uuid::from_u128(0xd000_0000_0000_4000_8000_0000_0000_0000 + number);
        let device = SimulatedDevice { trust, ..SimulatedDevice::brought(id, owner.id, system, registered, "new") };
        assert!(self.simulator.register_device(device.clone()));
        device
    }

    fn enabled(&self, device: &SimulatedDevice) -> bool {
        let devices = self.simulator.devices_of(device.owner);
        devices.iter().find(|one| one.id == device.id).unwrap().account_enabled
    }
}

#[tokio::test]
async fn owned_and_registered_devices_are_listed_with_what_is_selected() {
    let graph = Graph::unlimited().await;
    let user = graph.plain_users(1).remove(0);
    let laptop = graph.device(&user, 1, DeviceSystem::Windows, DeviceTrust::Joined);
    let select = "$select=id,deviceId,displayName,operatingSystem,trustType,accountEnabled,onPremisesSyncEnabled,\
                  isManagementRestricted,registrationDateTime";
    for relation in ["registeredDevices", "ownedDevices"] {
        let all = graph.get(&format!("/users/{}/{relation}?{select}", user.id)).await;
        assert_eq!(all.status, StatusCode::OK, "{}", all.body);
        assert!(all.values().iter().all(|value| value["@odata.type"] == "#microsoft.graph.device"));
        let it = all.values().iter().find(|value| value["id"] == laptop.id.to_string()).unwrap();
        assert_eq!((&it["operatingSystem"], &it["trustType"]), (&json!("Windows"), &json!("AzureAd")));
        assert_eq!(it["registrationDateTime"], "2026-10-01T03:12:44Z");
        assert!(it["onPremisesSyncEnabled"].is_null() && it["accountEnabled"] == true);
        let cast = graph.get(&format!("/users/{}/{relation}/microsoft.graph.device?{select}", user.id)).await;
        assert_eq!(cast.values().len(), all.values().len());
        assert!(cast.values().iter().all(|value| value.get("@odata.type").is_none()));
    }
    let dropped = graph.get(&format!("/users/{}/ownedDevices?$select=id,nonsense", user.id)).await;
    assert_eq!(dropped.values()[0].as_object().unwrap().len(), 2, "names that are unknown there are dropped");
    let (paged, pages) = graph.all(&format!("/users/{}/ownedDevices?$top=1", user.id)).await;
    assert_eq!((paged.len(), pages), (graph.simulator.devices_of(user.id).len(), paged.len()));
    let other = graph.get(&format!("/devices(deviceId='{}')?$select=id", laptop.device_id)).await;
    assert_eq!(other.body["id"], laptop.id.to_string());
}

#[tokio::test]
async fn people_register_devices_that_others_own() {
    let graph = Graph::unlimited().await;
    let mut shared = 0;
    for user in graph.plain_users(400) {
        let of = |relation: &str| format!("/users/{}/{relation}?$select=id", user.id);
        let (registered, owned) = (graph.get(&of("registeredDevices")).await, graph.get(&of("ownedDevices")).await);
        let owned: BTreeSet<&str> = owned.texts("id").into_iter().collect();
        assert!(owned.iter().all(|id| registered.texts("id").contains(id)));
        shared += registered.values().len() - owned.len();
        if shared > 0 {
            return;
        }
    }
    panic!("every device was its user's own");
}

#[tokio::test]
async fn an_app_disables_windows_and_nothing_else() {
    let graph = Graph::unlimited().await;
    let user = graph.plain_users(1).remove(0);
    let laptop = graph.device(&user, 1, DeviceSystem::Windows, DeviceTrust::Joined);
    assert_eq!(graph.enable(&laptop, false).await.status, StatusCode::NO_CONTENT);
    assert!(!graph.enabled(&laptop));
    for (number, system) in [(2, DeviceSystem::Ios), (3, DeviceSystem::Android), (4, DeviceSystem::MacOs)] {
        let device = graph.device(&user, number, system, DeviceTrust::Registered);
        let refused = graph.enable(&device, false).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "Request_BadRequest"));
        assert_eq!(refused.message(), NOT_WINDOWS);
        assert!(graph.enabled(&device));
    }
    let nobody = SimulatedDevice { id: Uuid::from_u128(7), ..laptop.clone() };
    assert_eq!(graph.enable(&nobody, false).await.status, StatusCode::NOT_FOUND);
    // In a batch as alone, and back.
    let url = format!("/devices/{}", laptop.id);
    let reply = graph
        .batch(&[json!({ "id": "1", "method": "PATCH", "url": url, "headers": { "Content-Type": "application/json" },
                         "body": { "accountEnabled": true } })])
        .await;
    assert_eq!(reply.item_status("1"), 204);
    assert!(graph.enabled(&laptop));
    let ledger = graph.simulator.ledger();
    let first = &ledger.writes[0];
    assert_eq!(first.operation, Operation::PatchDevice { device: laptop.id, account_enabled: false });
    assert_eq!((first.object_id, first.applied), (Some(user.id), true));
    assert!(graph.simulator.change_device(laptop.id, |device| device.management_restricted = true));
    assert_eq!(graph.enable(&laptop, false).await.status, StatusCode::FORBIDDEN);
    graph.simulator.change_permissions(BTreeSet::from([Permission::UserReadAll]));
    assert_eq!(graph.enable(&laptop, false).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_person_disables_any_device_with_the_scope_and_a_role() {
    let mut graph = Graph::unlimited().await;
    let [user, helper] = <[SimulatedUser; 2]>::try_from(graph.plain_users(2)).unwrap();
    let phone = graph.device(&user, 1, DeviceSystem::Ios, DeviceTrust::Registered);
    graph.token = graph.simulator.issue_delegated_token(helper.id).unwrap();
    let refused = graph.enable(&phone, false).await;
    assert_eq!((refused.status, refused.message()), (StatusCode::BAD_REQUEST, NOT_WINDOWS), "for want of the scope");
    let mut permissions = Permission::usual();
    permissions.insert(Permission::DirectoryAccessAsUserAll);
    graph.simulator.change_permissions(permissions);
    assert_eq!(graph.enable(&phone, false).await.status, StatusCode::FORBIDDEN, "for want of a role");
    assert!(graph.simulator.assign_role(helper.id, SimulatedRole::UserAdministrator.template_id()));
    assert_eq!(graph.enable(&phone, false).await.status, StatusCode::FORBIDDEN, "for want of the right one");
    assert!(graph.simulator.assign_role(helper.id, CLOUD_DEVICE_ADMINISTRATOR));
    assert_eq!(graph.enable(&phone, false).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn hybrid_devices_come_back_with_the_next_sync() {
    let settings = Settings { quota: Quota::off(), clock_speed: 36_000.0, ..Settings::default() };
    let graph = Graph::with(settings).await;
    let user = graph.plain_users(1).remove(0);
    let hybrid = graph.device(&user, 1, DeviceSystem::Windows, DeviceTrust::Hybrid);
    let joined = graph.device(&user, 2, DeviceSystem::Windows, DeviceTrust::Joined);
    for device in [&hybrid, &joined] {
        assert_eq!(graph.enable(device, false).await.status, StatusCode::NO_CONTENT);
    }
    let url = format!("/users/{}/ownedDevices", user.id);
    let is_back = async || {
        let reply = graph.get(&url).await;
        let it = reply.values().iter().find(|value| value["id"] == hybrid.id.to_string()).unwrap();
        assert_eq!(it["onPremisesSyncEnabled"], true);
        it["accountEnabled"] == true
    };
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while !is_back().await {
        assert!(tokio::time::Instant::now() < deadline, "half an hour of tenant time is a twentieth of a second here");
    }
    assert!(!graph.enabled(&joined), "no sync concerns it");
}

#[tokio::test]
async fn writes_of_devices_have_limits_of_their_own() {
    let limit = |amount| Some(Limit { amount, window: Duration::from_secs(3_600_000), shape: LimitShape::TokenBucket });
    let quota = Quota { devices: limit(3.0), devices_of_person: limit(1.0), ..Quota::documented(1_000) };
    let mut graph = Graph::with(Settings { quota, ..Settings::default() }).await;
    let [user, helper] = <[SimulatedUser; 2]>::try_from(graph.plain_users(2)).unwrap();
    let laptop = graph.device(&user, 1, DeviceSystem::Windows, DeviceTrust::Joined);
    let app = graph.token.clone();
    let mut permissions = Permission::usual();
    permissions.insert(Permission::DirectoryAccessAsUserAll);
    graph.simulator.change_permissions(permissions);
    assert!(graph.simulator.assign_role(helper.id, CLOUD_DEVICE_ADMINISTRATOR));
    graph.token = graph.simulator.issue_delegated_token(helper.id).unwrap();
    assert_eq!(graph.enable(&laptop, false).await.status, StatusCode::NO_CONTENT);
    assert_eq!(graph.enable(&laptop, false).await.status, StatusCode::TOO_MANY_REQUESTS, "one person");
    graph.token = app;
    for _ in 0..2 {
        assert_eq!(graph.enable(&laptop, false).await.status, StatusCode::NO_CONTENT);
    }
    let throttled = graph.enable(&laptop, false).await;
    assert_eq!(throttled.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(throttled.header("retry-after").is_some());
    assert_eq!(graph.patch(&user, &json!({ "accountEnabled": false })).await.status, StatusCode::NO_CONTENT);
}
