//! The client's reading of Graph against the simulator's: two people read the same pages, and both must have understood
//! the same.

use std::collections::BTreeSet;
use std::path::Path;

use sealoff::clock::Clock;
use sealoff::directory::{Found, Lookup, LookupError, Note, Operator, Scope, TenantFacts};
use sealoff::graph::caller::Caller;
use sealoff::graph::connection::http_client;
use sealoff::graph::endpoint::{Cloud, Endpoints};
use sealoff::graph::paced::Paced;
use sealoff::graph::token::{Credential, TokenSource};
use sealoff::graph::transport::HttpTransport;
use sealoff::ids::ObjectId;
use sealoff::roster::{Key, KeyProperty};
use sealoff::simulator::{Members, Permission, Settings, SimulatedUser, UserType};
use secrecy::SecretString;

use crate::stage::{SPEED, Stage};

fn transport(stage: &Stage, credential: Credential) -> HttpTransport {
    let connection = stage.simulator.connection();
    let endpoints =
        Endpoints::new(Cloud::Global, Some(&connection.graph_endpoint), Some(&connection.authority)).unwrap();
    let http = http_client(Some(Path::new(&stage.path("ca.pem"))), true).unwrap();
    HttpTransport::new(http.clone(), endpoints.clone(), TokenSource::new(credential, endpoints, http))
}

fn app(stage: &Stage) -> HttpTransport {
    let connection = stage.simulator.connection();
    let secret = SecretString::from(connection.client_secret.clone());
    let (tenant, client_id) = (connection.tenant_id.clone(), connection.client_id.clone());
    transport(stage, Credential::ClientSecret { tenant, client_id, secret })
}

fn in_runtime<A>(work: impl Future<Output = A>) -> A {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(work)
}

fn facts(transport: &HttpTransport, scope: Scope) -> Result<TenantFacts, LookupError> {
    in_runtime(async {
        let caller = transport.caller().await.unwrap();
        TenantFacts::read(&Paced::new(transport, Clock::with_speed(SPEED)), &caller, scope).await
    })
}

fn find(transport: &HttpTransport, keys: &[Key]) -> Vec<Found> {
    let lookup = Lookup::new(transport, Clock::with_speed(SPEED));
    in_runtime(lookup.find(&keys.iter().collect::<Vec<_>>())).unwrap()
}

fn id(user: &SimulatedUser) -> ObjectId {
    ObjectId::new(user.id)
}

#[test]
fn roles_are_those_that_the_tenant_gave() {
    let stage = Stage::with(Settings { users: 500, ..Settings::default() });
    let facts = facts(&app(&stage), Scope::default()).unwrap();
    let privileges = facts.privileges.unwrap();
    let named = |upn: &str| privileges.of(id(&stage.simulator.user(upn).unwrap())).map(ToString::to_string);
    assert_eq!(named("breakglass1@contoso.onmicrosoft.com").as_deref(), Some("Global Administrator"));
    assert!(named("admin.bowen@contoso.onmicrosoft.com").unwrap().starts_with("User Administrator; owner of "));
    assert!(named("admin.wilke@contoso.onmicrosoft.com").unwrap().contains("(eligible)"));
    assert!(named("ralf.schaefer@contoso.com").unwrap().contains("over a part of the tenant"));
    assert_eq!(named("ada.lovelace@contoso.com"), None);

    let mut tied = BTreeSet::new();
    for group in stage.simulator.groups().into_iter().filter(|group| group.role_assignable) {
        let Members::Assigned(members) = &group.members else { panic!("a rule for {group:?}") };
        tied.extend(members.iter().chain(&group.owners).copied());
    }
    assert!(!tied.is_empty());
    let mut sync_accounts = 0;
    for user in stage.simulator.users() {
        let privilege = privileges.of(id(&user));
        let given = !stage.simulator.roles_of(user.id).is_empty() || tied.contains(&user.id);
        let eligible = privilege.is_some_and(|privilege| privilege.roles.iter().any(|role| role.eligible));
        assert_eq!(privilege.is_some(), given || eligible, "{user:?}");
        if tied.contains(&user.id) {
            assert!(privilege.unwrap().beyond_user_administrator(), "{user:?}");
        }
        sync_accounts += usize::from(privilege.is_some_and(|privilege| privilege.is_sync_account()));
    }
    assert_eq!(sync_accounts, 2);
    let global = privileges.enabled_global_administrators();
    assert!(global.len() >= 3, "{global:?}");
    assert!(global.contains(&id(&stage.simulator.user("breakglass2@contoso.onmicrosoft.com").unwrap())));
}

#[test]
fn the_rest_of_the_tenant_is_what_it_is() {
    let stage = Stage::with(Settings { users: 3_000, ..Settings::default() });
    let facts = facts(&app(&stage), Scope::default()).unwrap();
    let is_member = |user: &&SimulatedUser| user.account_enabled && user.user_type == UserType::Member;
    assert_eq!(facts.enabled_members, stage.simulator.users().iter().filter(is_member).count() as u64);
    let owner = stage.simulator.user("debra.berger@contoso.onmicrosoft.com").unwrap();
    assert_eq!(facts.operators.of(id(&owner)), Some(Operator::OwnerOfApp));
    let domains = facts.domains.unwrap();
    for user in stage.simulator.users() {
        let federated = domains.federated_domain_of(&user.user_principal_name);
        assert_eq!(federated.is_some(), user.domain() == "fabrikam.com", "{user:?}");
    }
    assert_eq!(facts.organization.id.to_string(), stage.simulator.connection().tenant_id);
    assert!(facts.notes.is_empty(), "{:?}", facts.notes);
}

#[test]
fn what_is_withheld_is_named() {
    for (permission, flag) in [
        (Permission::RoleManagementReadDirectory, "--without-roles"),
        (Permission::GroupMemberReadAll, "--without-roles"),
        (Permission::DomainReadAll, "--without-domains"),
    ] {
        let mut settings = Settings::default();
        settings.permissions.remove(&permission);
        settings.permissions.remove(&Permission::DirectoryReadAll);
        let stage = Stage::with(settings);
        let transport = app(&stage);
        let error = facts(&transport, Scope::default()).unwrap_err();
        assert!(matches!(error, LookupError::NotPermitted { part, .. } if part.flag() == flag), "{error}");
        let scope = Scope { roles: flag != "--without-roles", domains: flag != "--without-domains" };
        assert!(facts(&transport, scope).is_ok());
    }
    let stage = Stage::with(Settings { pim_licensed: false, ..Settings::default() });
    let facts = facts(&app(&stage), Scope::default()).unwrap();
    assert_eq!(facts.notes, [Note::NoEligibleRoles]);
}

#[test]
fn people_are_found_by_every_property_and_are_what_they_are() {
    let stage = Stage::with(Settings { users: 1_000, ..Settings::default() });
    let transport = app(&stage);
    let users = stage.simulator.users();
    let keys_of = |user: &SimulatedUser| -> Vec<Key> {
        let of = |by: KeyProperty, value: Option<String>| value.map(|value| Key::Property(by, value.into()));
        [
            of(KeyProperty::Mail, user.mail().map(|mail| mail.to_string())),
            of(KeyProperty::ProxyAddress, user.proxy_addresses().first().map(ToString::to_string)),
            of(KeyProperty::EmployeeId, user.employee_id().map(|id| id.to_string())),
        ]
        .into_iter()
        .flatten()
        .collect()
    };
    for user in users.iter().take(60).chain(users.iter().skip(900)) {
        for (key, found) in keys_of(user).iter().zip(find(&transport, &keys_of(user))) {
            let same = |other: &&SimulatedUser| keys_of(other).contains(key);
            let everybody: BTreeSet<ObjectId> = users.iter().filter(same).map(id).collect();
            let found: BTreeSet<ObjectId> = match found {
                Found::Account(account) => BTreeSet::from([account.object_id]),
                Found::Several(accounts) => accounts.iter().map(|account| account.object_id).collect(),
                other => panic!("{key}: {other:?}"),
            };
            assert_eq!(found, everybody, "{key}");
        }
    }
    let hans = stage.simulator.user("hans.zimmermann@contoso.com").unwrap();
    let [Found::Account(account)] = &*find(&transport, &[Key::ObjectId(id(&hans))]) else { panic!("{hans:?}") };
    let place = account.on_premises.clone().unwrap();
    assert!(account.synced && !place.domain_name.is_empty() && place.distinguished_name.contains("DC="), "{place:?}");
    let keys = [
        Key::Property(KeyProperty::Sid, place.security_identifier.to_lowercase().into()),
        Key::Property(KeyProperty::SamAccountName, place.sam_account_name.to_uppercase().into()),
    ];
    for found in find(&transport, &keys) {
        assert!(matches!(&found, Found::Account(found) if found.object_id == account.object_id), "{found:?}");
    }
    let by_id: Vec<Key> = users.iter().map(|user| Key::ObjectId(id(user))).collect();
    for (user, found) in users.iter().zip(find(&transport, &by_id)) {
        let Found::Account(account) = found else { panic!("{user:?}: {found:?}") };
        assert_eq!(account.restricted, user.is_management_restricted(), "{user:?}");
        assert_eq!(account.external, user.is_external(), "{user:?}");
    }
}

#[test]
fn the_deleted_are_in_the_bin() {
    let stage = Stage::new();
    let keys =
        ["kim.jones@contoso.com", "nobody@contoso.com"].map(|name| Key::UserPrincipalName(name.parse().unwrap()));
    let found = find(&app(&stage), &keys);
    assert!(
        matches!(&found[0], Found::Deleted(kim) if kim.user_principal_name == "kim.jones@contoso.com"),
        "{found:?}"
    );
    assert_eq!(found[1], Found::Missing);
}

#[test]
fn a_ready_token_says_in_whose_name_it_is() {
    let stage = Stage::new();
    let token = Credential::ReadyToken(SecretString::from(stage.simulator.issue_token()));
    let transport = transport(&stage, token);
    let caller = in_runtime(transport.caller()).unwrap();
    let facts = facts(&transport, Scope::default()).unwrap();
    if matches!(caller, Caller::App { .. }) {
        let owner = stage.simulator.user("debra.berger@contoso.onmicrosoft.com").unwrap();
        assert_eq!(facts.operators.of(id(&owner)), Some(Operator::OwnerOfApp));
    } else {
        assert_eq!(facts.notes, [Note::CallerNotKnown]);
    }
}

#[test]
fn a_group_is_exported_with_the_groups_within_it() {
    let stage = Stage::new();
    let group =
        stage.simulator.groups().into_iter().find(|group| &*group.display_name == "All sites and Aurora").unwrap();
    let json = stage.run(&["export", "--group", &group.id.to_string(), "-o", "sites.csv", "--json"]).succeeded().json();
    assert_eq!(json["group"], "All sites and Aurora");
    let text = std::fs::read_to_string(stage.path("sites.csv")).unwrap();
    assert!(text.contains("hans.zimmermann@contoso.com") && text.contains("olha.shevchenko@contoso.com"), "{text}");
    assert_eq!(json["people"].as_u64(), Some(text.lines().count() as u64 - 1));
    assert!(json["others"]["group"].as_u64() >= Some(1), "{json}");
}

#[test]
fn sign_ins_are_exported_and_the_wait_is_announced() {
    let stage = Stage::with(Settings { users: 2_000, ..Settings::default() });
    stage
        .run(&["export", "--all", "--with-last-sign-in", "-o", "seen.csv"])
        .succeeded()
        .complains(&["2,000 people with their latest sign-ins: about 18 s"]);
    let text = std::fs::read_to_string(stage.path("seen.csv")).unwrap();
    assert!(text.lines().next().unwrap().ends_with(",lastSignIn,wholeTenant"), "{text}");
    assert_eq!(text.lines().count(), 2_001);
    assert!(text.lines().filter(|line| line.ends_with("Z,yes")).count() > 100);
    let stage = Stage::with(Settings { reports_licensed: false, ..Settings::default() });
    stage
        .run(&["export", "--all", "--with-last-sign-in", "-o", "seen.csv"])
        .exited(5)
        .complains(&["AuditLog.Read.All", "Entra ID P1"]);
    assert!(!stage.path("seen.csv").exists());
}
