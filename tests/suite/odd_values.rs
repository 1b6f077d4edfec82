//! One odd value in what Graph lists of one person: what is only shown is named as not known, what decides refuses that person
//! alone, and everybody else is dealt with.

use std::collections::HashMap;

use sealoff::simulator::{
    CLIENTS, FaultRule, Permission, Script, ScriptedAnswer, Settings, SimulatedConsent, SimulatedMethod,
    SimulatedMethodKind, SimulatedMethods, SimulatedUser,
};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::stage::Stage;

fn settings() -> Settings {
    let mut permissions = Permission::with_methods();
    permissions.insert(Permission::DeviceReadWriteAll);
    Settings { permissions, ..Settings::default() }
}

fn answered(method: &str, path: String, query: Option<&str>, body: &Value) -> FaultRule {
    FaultRule {
        method: Some(method.to_owned()),
        path: Some(path),
        query: query.map(str::to_owned),
        answer: Some(ScriptedAnswer { body: Some(body.to_string()), ..ScriptedAnswer::of(200, "", "") }),
        ..FaultRule::always("answer".parse().unwrap())
    }
}

/// The list of somebody, with these things in it.
fn lists(user: &SimulatedUser, list: &str, things: &[Value]) -> FaultRule {
    answered("GET", format!("/users/{}/{list}", user.id), None, &json!({ "value": things }))
}

/// A tenant with these answers whose first three members are blocked.
fn blocked(faults: Vec<FaultRule>) -> (Stage, Vec<SimulatedUser>) {
    let stage = Stage::with(Settings { script: Script { faults, ..Script::default() }, ..settings() });
    let members = stage.members(3);
    for member in &members {
        let now = OffsetDateTime::now_utc() - time::Duration::days(1);
        assert!(stage.simulator.change_methods(member.id, |held| {
            let password = held.methods.remove(0);
            *held = SimulatedMethods::default();
            held.register(password);
            held.register(SimulatedMethod::new(SimulatedMethodKind::Passkey, "key", Some(now), "label"));
        }));
        stage.simulator.devices_of(member.id).iter().for_each(|device| {
            stage.simulator.delete_device(device.id);
        });
        for client in CLIENTS {
            stage.simulator.add_consent(SimulatedConsent::to_graph(client.id, member.id, "Mail.Send"));
        }
    }
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    (stage, members)
}

/// The same three members, before there is a tenant with answers about them.
fn three() -> Vec<SimulatedUser> {
    Stage::with(settings()).members(3)
}

fn lines(stage: &Stage, file: &str) -> Vec<HashMap<String, String>> {
    let text = std::fs::read_to_string(stage.path(file)).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn cells(stage: &Stage, file: &str, row: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let of_row = lines(stage, file).into_iter().filter(|line| line["row"] == row);
    of_row.map(|line| columns.iter().map(|column| line[*column].clone()).collect()).collect()
}

#[test]
fn a_method_that_cannot_be_understood_is_named_and_left_and_the_others_go() {
    let first = three().remove(0);
    let key = json!({"@odata.type": "#microsoft.graph.fido2AuthenticationMethod", "id": "key", "displayName": 5,
        "createdDateTime": 7});
    let odd = json!({"@odata.type": "#microsoft.graph.fido2AuthenticationMethod", "id": {"odd": 1}});
    let faults = vec![lists(&first, "authentication/methods", &[key, odd, json!({"@odata.type": 8, "id": "other"})])];
    let (stage, members) = blocked(faults);
    let planned = stage.plan("blocked", "evict", "out", &["--methods", "since=2d"]).succeeded();
    planned.says(&["this plan removes 3 methods of 3 people", "2 methods are meant and cannot be removed from here"]);
    assert_eq!(
        cells(&stage, "out/ways-in.csv", "1", &["method", "id", "label", "registered", "plan"]),
        [
            ["passkey", "key", "", "", "remove"],
            ["passkey", "", "", "", "cannot-remove"],
            ["unknown", "other", "", "", "cannot-remove"]
        ]
    );
    stage.apply("out").succeeded();
    let detail = &stage.results("out")[&1]["detail"];
    assert!(detail.starts_with("1 of 3 methods removed") && detail.contains("cannot be removed from here"), "{detail}");
    for member in &members {
        assert_eq!(stage.simulator.methods(member.id).unwrap().methods.len(), 1, "only the password is left");
    }
}

#[test]
fn an_odd_name_of_a_device_is_not_known_and_an_odd_state_refuses_its_person_alone() {
    let members = three();
    let id = |number: u128| Uuid::from_u128(0xd000_0000_0000_4000_8000_0000_0000_0000 + number);
    let device = |number: u128, key: &str, odd: Value| {
        let mut device = json!({"@odata.type": "#microsoft.graph.device", "id": id(number), "displayName": "PC",
            "operatingSystem": "Windows", "trustType": "AzureAd", "accountEnabled": true});
        device[key] = odd;
        device
    };
    let owned = |member: &SimulatedUser, devices: &[Value]| lists(member, "ownedDevices", devices);
    let (stage, _) = blocked(vec![
        owned(&members[0], &[device(1, "displayName", json!(5)), device(2, "registrationDateTime", json!({}))]),
        owned(&members[1], &[device(3, "accountEnabled", json!("perhaps")), device(4, "displayName", json!("PC"))]),
        owned(&members[2], &[device(5, "displayName", json!("PC"))]),
    ]);
    let planned = stage.plan("blocked", "evict", "out", &["--methods", "all", "--devices"]).succeeded();
    planned.says(&["this plan disables 3 devices of 2 people", "devices-unknown"]);
    assert_eq!(
        cells(&stage, "out/devices.csv", "1", &["name", "registered", "plan"]),
        [["", "", "disable"], ["PC", "", "disable"]]
    );
    let of_second = cells(&stage, "out/devices.csv", "2", &["device", "not_read"]);
    assert_eq!(of_second.len(), 1);
    assert!(of_second[0][0].is_empty() && of_second[0][1].contains("cannot be understood"), "{of_second:?}");
    let refused = lines(&stage, "out/refused.csv");
    assert_eq!(refused.len(), 1, "{refused:?}");
}

#[test]
fn an_odd_scope_is_not_known_and_an_odd_app_refuses_its_person_alone() {
    let members = three();
    let grant = |member: &SimulatedUser, key: &str, odd: Value| {
        let consent = SimulatedConsent::to_graph(CLIENTS[3].id, member.id, "");
        let mut grant = json!({"id": consent.id(), "clientId": consent.client_id, "resourceId": consent.resource_id,
            "principalId": member.id, "consentType": "Principal", "scope": "Mail.Send"});
        grant[key] = odd;
        grant
    };
    let mut first = grant(&members[0], "scope", json!(5));
    first["resourceId"] = json!("odd");
    let of = |member: &SimulatedUser, grant: Value| lists(member, "oauth2PermissionGrants", &[grant]);
    let (stage, _) = blocked(vec![
        of(&members[0], first),
        of(&members[1], grant(&members[1], "clientId", json!("odd"))),
        of(&members[2], grant(&members[2], "consentType", json!("Principal"))),
    ]);
    let asked = ["--methods", "all", "--consents", "Mail Merge Pro"];
    let planned = stage.plan("blocked", "evict", "out", &asked).succeeded();
    planned.says(&["this plan deletes 2 consents of 2 people", "consents-unknown"]);
    let columns = ["app", "scopes", "resource_id", "plan"];
    assert_eq!(cells(&stage, "out/consents.csv", "1", &columns), [["Mail Merge Pro", "", "", "delete"]]);
    assert!(cells(&stage, "out/consents.csv", "2", &["not_read"])[0][0].contains("cannot be understood"));
    assert_eq!(lines(&stage, "out/refused.csv").len(), 1);
    stage.apply("out").exited(3);
    let left = |member: &SimulatedUser| stage.simulator.consents_of(member.id).len();
    assert_eq!([left(&members[0]), left(&members[1])], [CLIENTS.len() - 1, CLIENTS.len()]);
}

#[test]
fn an_app_that_cannot_be_understood_is_one_that_is_not_known_and_its_consents_stay() {
    let app = |number: usize, key: &str, odd: Value| {
        let client = &CLIENTS[number];
        let mut app = json!({"@odata.type": "#microsoft.graph.servicePrincipal", "id": client.id, "appId": client.app_id,
            "displayName": client.name, "appOwnerOrganizationId": client.owner, "verifiedPublisher": null});
        app[key] = odd;
        app
    };
    let apps = json!({"value": [app(0, "displayName", json!(7)), app(3, "verifiedPublisher", json!({})), "odd"]});
    let asked = Some("*verifiedpublisher*");
    let (stage, members) = blocked(vec![answered("POST", "/directoryObjects/getByIds".to_owned(), asked, &apps)]);
    let planned = stage.plan("blocked", "evict", "out", &["--methods", "all", "--consents", "all"]).succeeded();
    planned.says(&["this plan deletes 3 consents of 3 people"]);
    let of_first = cells(&stage, "out/consents.csv", "1", &["app", "client_id", "plan"]);
    for line in of_first.iter().filter(|line| line[1] != CLIENTS[3].id.to_string()) {
        assert_eq!((line[0].as_str(), line[2].as_str()), ("", "unknown-app"), "{line:?}");
    }
    stage.apply("out").exited(0);
    assert_eq!(stage.simulator.consents_of(members[0].id).len(), CLIENTS.len() - 1);
}

#[test]
fn an_odd_role_in_an_app_is_named_as_not_known() {
    let members = three();
    let role = |key: &str, odd: Value| {
        let mut role = json!({"id": "a", "appRoleId": Uuid::nil(), "principalId": members[0].id,
            "principalDisplayName": "Ada", "resourceId": CLIENTS[0].id, "resourceDisplayName": "Adatum Calendar",
            "createdDateTime": "2026-01-01T00:00:00Z"});
        role[key] = odd;
        role
    };
    let roles = [
        role("appRoleId", json!("odd")),
        role("resourceId", json!(1)),
        role("principalId", json!([])),
        role("createdDateTime", json!("lately")),
    ];
    let (stage, _) = blocked(vec![lists(&members[0], "appRoleAssignments", &roles)]);
    stage.plan("blocked", "evict", "out", &["--methods", "all"]).succeeded();
    let columns = ["app", "role", "through_group", "assigned", "role_id"];
    let (nil, then) = (Uuid::nil().to_string(), "2026-01-01T00:00:00Z");
    assert_eq!(
        cells(&stage, "out/app-roles.csv", "1", &columns),
        [
            ["Adatum Calendar", "a role that is not known", "", then, ""],
            ["Adatum Calendar", "default access", "", then, &nil],
            ["Adatum Calendar", "default access", "Ada", then, &nil],
            ["Adatum Calendar", "default access", "", "", &nil],
        ]
    );
    stage.apply("out").succeeded();
}
