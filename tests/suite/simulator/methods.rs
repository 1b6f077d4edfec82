//! How people prove who they are: "Azure AD authentication methods API overview" and the pages of the kinds.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use sealoff::simulator::{
    ALTERNATE_MOBILE_ID, Limit, LimitShape, MOBILE_ID, OFFICE_ID, Operation, PASSWORD_ID, Permission, Quota, Settings,
    SimulatedCloud, SimulatedMethod, SimulatedMethodKind, SimulatedMethods, SimulatedRole, SimulatedUser,
};
use serde_json::{Value, json};
use time::macros::datetime;

use super::{Graph, Reply, block};

use SimulatedMethodKind::{Authenticator, Email, External, HardwareOath, Passkey, Phone, SoftwareOath, WindowsHello};

impl Graph {
    /// Gives somebody these methods and the password.
    fn hold(&self, user: &SimulatedUser, methods: &[SimulatedMethod]) {
        let password = self.simulator.methods(user.id).unwrap().methods.remove(0);
        assert!(self.simulator.change_methods(user.id, |held| {
            *held = SimulatedMethods::default();
            [password].iter().chain(methods).for_each(|method| held.register(method.clone()));
        }));
    }

    async fn methods(&self, user: &SimulatedUser) -> Reply {
        self.get(&format!("/users/{}/authentication/methods", user.id)).await
    }

    async fn remove(&self, user: &SimulatedUser, kind: SimulatedMethodKind, id: &str) -> Reply {
        let url = format!("/users/{}/authentication/{}/{id}", user.id, kind.segment());
        Reply::of(self.request(Method::DELETE, &url).send().await.unwrap()).await
    }

    async fn someone_with_everything() -> (Self, SimulatedUser) {
        let graph = Self::with(unlimited()).await;
        let user = graph.plain_users(1).remove(0);
        graph.hold(&user, &everything());
        (graph, user)
    }
}

fn unlimited() -> Settings {
    Settings { permissions: Permission::with_methods(), quota: Quota::off(), ..Settings::default() }
}

fn method(kind: SimulatedMethodKind, id: &str) -> SimulatedMethod {
    SimulatedMethod::new(kind, id, Some(datetime!(2026-10-01 03:12:44 UTC)), "somewhere")
}

fn phone(id: uuid::Uuid) -> SimulatedMethod {
    SimulatedMethod::new(Phone, &id.to_string(), None, "+49 170 0000000")
}

fn everything() -> Vec<SimulatedMethod> {
    vec![
        phone(MOBILE_ID),
        phone(ALTERNATE_MOBILE_ID),
        phone(OFFICE_ID),
        method(Authenticator, "0e3d6f3c-16c1-4b0a-8cf0-9a4d0a5f1b10"),
        method(SoftwareOath, "1a3d6f3c-16c1-4b0a-8cf0-9a4d0a5f1b11"),
        method(Passkey, "kSigQ9XzVKUDfAw1"),
        method(WindowsHello, "2b3d6f3c-16c1-4b0a-8cf0-9a4d0a5f1b12"),
        method(SimulatedMethodKind::PlatformCredential, "3c3d6f3c-16c1-4b0a-8cf0-9a4d0a5f1b13"),
        method(Email, "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"),
        method(External, "4d3d6f3c-16c1-4b0a-8cf0-9a4d0a5f1b14"),
    ]
}

#[tokio::test]
async fn one_list_has_all_kinds_with_their_types_and_ages() {
    let (graph, user) = Graph::someone_with_everything().await;
    let reply = graph.methods(&user).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("x-ms-resource-unit"), None, "it is none of the directory's calls");
    let kinds: BTreeSet<&str> = reply.texts("@odata.type").into_iter().collect();
    assert_eq!(kinds.len(), 9, "{kinds:?}");
    let first = &reply.values()[0];
    assert_eq!(first["@odata.type"], "#microsoft.graph.passwordAuthenticationMethod");
    assert_eq!(first["id"], PASSWORD_ID.to_string());
    assert!(first["password"].is_null() && first["createdDateTime"].is_string());
    let by_id = |id: &str| reply.values().iter().find(|value| value["id"] == id).unwrap();
    let mobile = by_id(&MOBILE_ID.to_string());
    assert!(mobile["createdDateTime"].is_null() && mobile["phoneType"] == "mobile");
    assert_eq!(by_id("kSigQ9XzVKUDfAw1")["createdDateTime"], "2026-10-01T03:12:44Z");
    // Each kind has a list of its own, and each method a page.
    let phones = graph.get(&format!("/users/{}/authentication/phoneMethods", user.id)).await;
    assert_eq!(phones.texts("phoneType"), ["mobile", "alternateMobile", "office"]);
    let one = graph.get(&format!("/users/{}/authentication/fido2Methods/kSigQ9XzVKUDfAw1", user.id)).await;
    assert_eq!((one.status, &one.body["passkeyType"]), (StatusCode::OK, &json!("deviceBound")));
    let wrong_kind = graph.get(&format!("/users/{}/authentication/emailMethods/kSigQ9XzVKUDfAw1", user.id)).await;
    assert_eq!(wrong_kind.status, StatusCode::NOT_FOUND);
    let nobody = graph.get("/users/11111111-1111-4111-8111-111111111111/authentication/methods").await;
    assert_eq!((nobody.status, nobody.code()), (StatusCode::NOT_FOUND, "Request_ResourceNotFound"));
}

#[tokio::test]
async fn a_list_in_a_batch_is_the_list_of_a_single_call() {
    let (graph, user) = Graph::someone_with_everything().await;
    let url = format!("/users/{}/authentication/methods", user.id);
    let reply = graph.batch(&[json!({ "id": "1", "method": "GET", "url": url })]).await;
    assert_eq!(reply.item("1")["body"], graph.methods(&user).await.body);
    let id = "2b3d6f3c-16c1-4b0a-8cf0-9a4d0a5f1b12";
    let url = format!("/users/{}/authentication/windowsHelloForBusinessMethods/{id}", user.id);
    let reply = graph.batch(&[json!({ "id": "1", "method": "DELETE", "url": url })]).await;
    assert_eq!(reply.item_status("1"), 204, "no body, and no content type");
    let ledger = graph.simulator.ledger();
    assert_eq!(ledger.writes[0].operation, Operation::DeleteMethod { kind: WindowsHello, id: id.into() });
    assert!(ledger.writes[0].applied && ledger.writes[0].batch == Some(2));
    assert_eq!(graph.methods(&user).await.values().len(), 10);
}

#[tokio::test]
async fn the_default_goes_last_and_the_second_number_before_the_first() {
    let (graph, user) = Graph::someone_with_everything().await;
    let mobile = MOBILE_ID.to_string();
    let refused = graph.remove(&user, Phone, &mobile).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "badRequest"));
    assert!(refused.message().starts_with("Cannot delete default method with other methods configured."));
    // In any order that has the others before it.
    for method in everything().iter().filter(|method| method.id.parse() != Ok(MOBILE_ID)) {
        let gone = graph.remove(&user, method.kind, &method.id).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{method:?} {}", gone.body);
        let again = graph.remove(&user, method.kind, &method.id).await;
        assert_eq!(again.status, StatusCode::NOT_FOUND, "a repeat");
    }
    assert_eq!(graph.remove(&user, Phone, &mobile).await.status, StatusCode::NO_CONTENT);
    assert_eq!(graph.methods(&user).await.values().len(), 1, "the password stays");

    let [app, second] = [&everything()[3], &everything()[1]];
    graph.hold(&user, &[app.clone(), phone(MOBILE_ID), second.clone()]);
    let refused = graph.remove(&user, Authenticator, &app.id).await;
    assert!(refused.message().contains("matches the user's current default"), "{}", refused.message());
    assert_eq!(graph.remove(&user, Phone, &mobile).await.status, StatusCode::BAD_REQUEST, "the second number is there");
    assert_eq!(graph.remove(&user, Phone, &second.id).await.status, StatusCode::NO_CONTENT);
    assert_eq!(graph.remove(&user, Phone, &mobile).await.status, StatusCode::NO_CONTENT);
    assert_eq!(graph.remove(&user, Authenticator, &app.id).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn what_cannot_be_deleted_is_refused_in_the_words_of_the_service() {
    let (graph, user) = Graph::someone_with_everything().await;
    let password = graph.remove(&user, SimulatedMethodKind::Password, &PASSWORD_ID.to_string()).await;
    assert_eq!(password.status, StatusCode::METHOD_NOT_ALLOWED);
    let generic = format!("/users/{}/authentication/methods/{MOBILE_ID}", user.id);
    let generic = Reply::of(graph.request(Method::DELETE, &generic).send().await.unwrap()).await;
    assert!(generic.message().starts_with("No HTTP resource was found"), "{}", generic.body);
    graph.hold(&user, &[method(HardwareOath, "5e3d6f3c-16c1-4b0a-8cf0-9a4d0a5f1b15")]);
    assert_eq!(graph.methods(&user).await.values().len(), 2, "it is in the list");
    let token = graph.remove(&user, HardwareOath, "5e3d6f3c-16c1-4b0a-8cf0-9a4d0a5f1b15").await;
    assert_eq!(token.status, StatusCode::BAD_REQUEST);
    assert_eq!(token.message(), "Resource not found for the segment 'hardwareOathMethods'.");
    assert_eq!(graph.simulator.ledger().writes, [], "none of these came to the directory");
}

#[tokio::test]
async fn two_deletions_for_one_user_at_once_are_a_violation() {
    let (graph, user) = Graph::someone_with_everything().await;
    let delete = |id: &str, kind: SimulatedMethodKind, of: &str| {
        let url = format!("/users/{}/authentication/{}/{of}", user.id, kind.segment());
        json!({ "id": id, "method": "DELETE", "url": url })
    };
    let reply = graph
        .batch(&[
            delete("1", Passkey, "kSigQ9XzVKUDfAw1"),
            delete("2", WindowsHello, "2b3d6f3c-16c1-4b0a-8cf0-9a4d0a5f1b12"),
            block("3", &graph.plain_users(2)[1]),
        ])
        .await;
    let statuses = ["1", "2", "3"].map(|id| reply.item_status(id));
    assert_eq!(statuses, [204, 409, 204]);
}

#[tokio::test]
async fn each_kind_has_a_permission_of_its_own_and_the_list_the_large_one() {
    let (graph, user) = Graph::someone_with_everything().await;
    let only = |permission: &str| graph.simulator.change_permissions(BTreeSet::from([permission.parse().unwrap()]));
    for (kind, name) in [
        (Phone, "Phone"),
        (Authenticator, "MicrosoftAuthApp"),
        (SoftwareOath, "SoftwareOATH"),
        (Passkey, "Passkey"),
        (WindowsHello, "WindowsHello"),
        (SimulatedMethodKind::PlatformCredential, "PlatformCred"),
        (Email, "Email"),
        (External, "External"),
    ] {
        graph.hold(&user, &everything());
        let of_kind = format!("/users/{}/authentication/{}", user.id, kind.segment());
        let id = everything().into_iter().rfind(|method| method.kind == kind).unwrap().id;
        only("User.ReadWrite.All");
        let refused = graph.remove(&user, kind, &id).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "accessDenied"), "{name}");
        only(&format!("UserAuthMethod-{name}.Read.All"));
        assert_eq!(graph.get(&of_kind).await.status, StatusCode::OK, "{name}");
        assert_eq!(graph.remove(&user, kind, &id).await.status, StatusCode::FORBIDDEN, "{name}");
        only(&format!("UserAuthMethod-{name}.ReadWrite.All"));
        assert_eq!(graph.methods(&user).await.status, StatusCode::FORBIDDEN, "{name} lists its own kind alone");
        assert_eq!(graph.remove(&user, kind, &id).await.status, StatusCode::NO_CONTENT, "{name}");
    }
    for (permission, list, delete) in
        [("UserAuthenticationMethod.Read.All", 200, 403), ("UserAuthenticationMethod.ReadWrite.All", 200, 204)]
    {
        graph.hold(&user, &everything());
        only(permission);
        assert_eq!(graph.methods(&user).await.status.as_u16(), list, "{permission}");
        assert_eq!(graph.remove(&user, Passkey, "kSigQ9XzVKUDfAw1").await.status.as_u16(), delete, "{permission}");
    }
}

#[tokio::test]
async fn nothing_keeps_an_app_from_administrators_and_a_role_keeps_people() {
    let mut graph = Graph::with(unlimited()).await;
    let admin = graph.user("admin.wilber@contoso.onmicrosoft.com");
    let [user, helper] = <[SimulatedUser; 2]>::try_from(graph.plain_users(2)).unwrap();
    let key = method(Passkey, "kSigQ9XzVKUDfAw1");
    for whom in [&admin, &user, &helper] {
        graph.hold(whom, &[key.clone(), method(SoftwareOath, "1a3d6f3c-16c1-4b0a-8cf0-9a4d0a5f1b11")]);
    }
    graph.simulator.change_app_role(None);
    assert_eq!(graph.remove(&admin, Passkey, &key.id).await.status, StatusCode::NO_CONTENT, "app-only");
    let oath = "1a3d6f3c-16c1-4b0a-8cf0-9a4d0a5f1b11";
    graph.token = graph.simulator.issue_delegated_token(helper.id).unwrap();
    assert_eq!(graph.methods(&user).await.status, StatusCode::FORBIDDEN, "a person without a role");
    assert_eq!(graph.remove(&helper, Passkey, &key.id).await.status, StatusCode::FORBIDDEN, "their own need fresh MFA");
    assert!(graph.simulator.assign_role(helper.id, SimulatedRole::AuthenticationAdministrator.template_id()));
    assert_eq!(graph.remove(&user, Passkey, &key.id).await.status, StatusCode::NO_CONTENT);
    assert_eq!(graph.remove(&admin, SoftwareOath, oath).await.status, StatusCode::FORBIDDEN);
    let role = SimulatedRole::PrivilegedAuthenticationAdministrator;
    assert!(graph.simulator.assign_role(helper.id, role.template_id()));
    assert_eq!(graph.remove(&admin, SoftwareOath, oath).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn these_calls_are_counted_apart_from_the_directory() {
    let one =
        Some(Limit { amount: 3.0, window: std::time::Duration::from_secs(3_600), shape: LimitShape::TokenBucket });
    let quota = Quota { authentication_methods: one, ..Quota::documented(1_000) };
    let graph = Graph::with(Settings { quota, ..unlimited() }).await;
    let user = graph.plain_users(1).remove(0);
    for _ in 0..3 {
        assert_eq!(graph.methods(&user).await.status, StatusCode::OK);
    }
    let throttled = graph.methods(&user).await;
    assert_eq!(throttled.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(throttled.header("retry-after").is_some() && throttled.header("x-ms-throttle-scope").is_none());
    assert_eq!(graph.patch(&user, &json!({ "accountEnabled": false })).await.status, StatusCode::NO_CONTENT);
    assert_eq!(graph.simulator.counters().resource_units, 1, "the block alone");
}

#[tokio::test]
async fn clouds_have_less_or_nothing() {
    let has = |cloud| async move {
        let graph = Graph::with(Settings { cloud, ..unlimited() }).await;
        let user = graph.plain_users(1).remove(0);
        let mut answers = Vec::new();
        for segment in ["methods", "phoneMethods", "externalAuthenticationMethods", "temporaryAccessPassMethods"] {
            let reply = graph.get(&format!("/users/{}/authentication/{segment}", user.id)).await;
            assert!(reply.status == StatusCode::OK || reply.message().contains("not found for the segment"));
            answers.push(reply.status.as_u16());
        }
        answers
    };
    assert_eq!(has(SimulatedCloud::Global).await, [200, 200, 200, 200]);
    assert_eq!(has(SimulatedCloud::UsGovernment).await, [200, 200, 400, 200]);
    assert_eq!(has(SimulatedCloud::China).await, [400, 200, 400, 400]);
    assert_eq!(has(SimulatedCloud::Sovereign).await, [400, 400, 400, 400]);
}

#[tokio::test]
async fn guests_have_none_here_and_a_reset_makes_the_password_young() {
    let graph = Graph::with(unlimited()).await;
    let guest = graph.simulator.users().into_iter().find(SimulatedUser::is_external).unwrap();
    let none: &[Value] = &[];
    assert_eq!(graph.methods(&guest).await.values(), none);
    let user = graph.plain_users(1).remove(0);
    let before = graph.methods(&user).await.values()[0]["createdDateTime"].clone();
    assert_eq!(graph.patch(&user, &super::reset("a-New-Password-77")).await.status, StatusCode::NO_CONTENT);
    assert_ne!(graph.methods(&user).await.values()[0]["createdDateTime"], before);
}

#[tokio::test]
async fn the_simulator_itself_can_be_asked() {
    let (graph, user) = Graph::someone_with_everything().await;
    let url = format!("{}/_simulator/users/{}/methods", graph.simulator.connection().graph_endpoint, user.id);
    let seen: SimulatedMethods = graph.http.get(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(Some(seen), graph.simulator.methods(user.id));
    let nobody = url.replace(&user.id.to_string(), "nobody");
    assert_eq!(graph.http.get(nobody).send().await.unwrap().status(), StatusCode::NOT_FOUND);
}
