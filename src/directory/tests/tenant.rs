//! What is read of the tenant itself, and what of it may be missing.

use serde_json::json;
use uuid::Uuid;

use super::super::roles::{DIRECTORY_SYNCHRONIZATION, GLOBAL_ADMINISTRATOR};
use super::super::test_tenant::{GraphFault, TestTenant, id};
use super::super::*;
use crate::clock::Clock;
use crate::graph::caller::Caller;
use crate::graph::paced::Paced;
use crate::ids::ObjectId;
use crate::simulator::CLIENT_ID;

const GLOBAL: &str = "62e90394-69f5-4237-9190-012177145e10";
const HELPDESK: &str = "729827e3-9c14-49f7-bb1b-9608f156bbb8";
const USER_ADMINISTRATOR: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const AUTHENTICATION: &str = "c4e39bd9-1100-46d3-8c65-fb160da0071f";
const SYNC: &str = "d29b2b05-8046-44ba-8758-1e26182fcf32";
const CUSTOM: &str = "aaaaaaaa-0000-4000-8000-000000000001";

const HELD: &str = "roleAssignments";
const ELIGIBLE: &str = "roleEligibilityScheduleInstances";
const SCOPE: Scope = Scope { roles: true, domains: true };

fn kinds(notes: &[Note]) -> Vec<NoteKind> {
    notes.iter().map(NoteKind::from).collect()
}

fn account(number: u32) -> ObjectId {
    id(number).parse().unwrap()
}

fn app() -> Caller {
    Caller::App { client_id: CLIENT_ID.to_string() }
}

async fn read_as(tenant: &TestTenant, caller: &Caller, scope: Scope) -> Result<TenantFacts, LookupError> {
    TenantFacts::read(&Paced::new(tenant, Clock::real()), caller, scope).await
}

async fn read(tenant: &TestTenant) -> Result<TenantFacts, LookupError> {
    read_as(tenant, &app(), SCOPE).await
}

async fn privileges(tenant: &TestTenant) -> Privileges {
    read(tenant).await.unwrap().privileges.unwrap()
}

#[tokio::test(start_paused = true)]
async fn roles_are_seen_by_every_way_they_come() {
    let tenant = TestTenant::new()
        .with_role(HELD, 1, "user", GLOBAL)
        .with_role(ELIGIBLE, 2, "user", AUTHENTICATION)
        .with_group(50, "Mail team", &[3], &[4])
        .with_role(HELD, 50, "group", USER_ADMINISTRATOR)
        .with_group(51, "Idle", &[5], &[])
        .with_role(HELD, 6, "user", HELPDESK)
        .with_role(HELD, 7, "user", CUSTOM);
    let tenant = tenant.with_role_name(CUSTOM, "Badges");
    let privileges = privileges(&tenant).await;
    let shown = |number| privileges.of(account(number)).map(ToString::to_string).unwrap_or_default();
    let beyond = |number| privileges.of(account(number)).is_some_and(Privilege::beyond_user_administrator);
    let expected = [
        (1, "Global Administrator", true),
        (2, "Authentication Administrator (eligible)", true),
        (3, "User Administrator (through Mail team)", true),
        (4, "owner of the role-assignable group Mail team", true),
        (5, "member of the role-assignable group Idle", true),
        (6, "Helpdesk Administrator", false),
        (7, "Badges", true),
        (8, "", false),
    ];
    for (number, text, is_beyond) in expected {
        assert_eq!((shown(number).as_str(), beyond(number)), (text, is_beyond), "{number}");
    }
    assert_eq!(privileges.of(account(6)).unwrap().required_role(), "User Administrator");
    assert_eq!(privileges.of(account(3)).unwrap().required_role(), "Privileged Authentication Administrator");
}

#[tokio::test(start_paused = true)]
async fn a_role_over_a_part_of_the_tenant_may_be_over_a_restricted_one() {
    let unit = Uuid::from_u128(10);
    let tenant = TestTenant::new().with_role_over(unit, 1, HELPDESK).with_role_over(unit, 2, GLOBAL);
    let privileges = privileges(&tenant).await;
    let helpdesk = privileges.of(account(1)).unwrap();
    assert!(helpdesk.beyond_user_administrator());
    assert_eq!(helpdesk.to_string(), "Helpdesk Administrator (over a part of the tenant)");
    assert_eq!(privileges.holders_of(GLOBAL_ADMINISTRATOR).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_group_that_holds_a_role_counts_even_where_the_list_of_such_groups_leaves_it_out() {
    let tenant = TestTenant::new()
        .with_group(50, "Chiefs", &[1], &[2])
        .with_role(HELD, 50, "group", GLOBAL)
        .with_instead("/groups", Vec::new());
    let privileges = privileges(&tenant).await;
    assert!(privileges.of(account(1)).unwrap().holds(GLOBAL_ADMINISTRATOR));
    assert!(!privileges.of(account(2)).unwrap().holds(GLOBAL_ADMINISTRATOR));
    assert!(privileges.of(account(2)).unwrap().beyond_user_administrator());
}

#[tokio::test(start_paused = true)]
async fn only_enabled_people_with_the_active_role_keep_a_tenant_administrable() {
    let tenant = TestTenant::new()
        .with_user(1, "a@contoso.com", json!({}))
        .with_user(2, "b@contoso.com", json!({"accountEnabled": false}))
        .with_user(3, "c@contoso.com", json!({}))
        .with_user(4, "d@contoso.com", json!({}))
        .with_role(HELD, 1, "user", GLOBAL)
        .with_role(HELD, 2, "user", GLOBAL)
        .with_role(ELIGIBLE, 3, "user", GLOBAL)
        .with_role(HELD, 900, "servicePrincipal", GLOBAL)
        .with_group(50, "Chiefs", &[4], &[3])
        .with_role(HELD, 50, "group", GLOBAL);
    let facts = read(&tenant).await.unwrap();
    let privileges = facts.privileges.unwrap();
    assert_eq!(privileges.enabled_global_administrators(), [account(1), account(4)]);
    assert_eq!(facts.enabled_members, 3);
    assert!(facts.notes.is_empty(), "{:?}", facts.notes);
    assert!(!tenant.calls().iter().any(|call| call.contains("deletedItems")));
}

#[tokio::test(start_paused = true)]
async fn the_account_that_synchronises_is_known_by_its_role() {
    let privileges = privileges(&TestTenant::new().with_role(HELD, 1, "user", SYNC)).await;
    assert!(privileges.of(account(1)).unwrap().is_sync_account());
    assert_eq!(privileges.holders_of(DIRECTORY_SYNCHRONIZATION).collect::<Vec<_>>(), [account(1)]);
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_read_is_an_error_that_names_the_permission_and_the_flag() {
    let with_group = || TestTenant::new().with_group(50, "Mail team", &[1], &[2]);
    let members = format!("/groups/{}/transitiveMembers", id(50));
    let owners = format!("/groups/{}/owners", id(50));
    let cases = [
        ("/domains", "Domain.Read.All", "--without-domains"),
        ("/roleManagement/directory/roleAssignments", "RoleManagement.Read.Directory", "--without-roles"),
        ("/groups", "GroupMember.Read.All", "--without-roles"),
        (members.as_str(), "GroupMember.Read.All", "--without-roles"),
        (owners.as_str(), "GroupMember.Read.All", "--without-roles"),
    ];
    for (path, permission, flag) in cases {
        let tenant = with_group().refusing(path, 403, "Authorization_RequestDenied");
        let error = read(&tenant).await.unwrap_err();
        let LookupError::NotPermitted { part, .. } = &error else { panic!("{path}: {error}") };
        assert_eq!((part.permission(), part.flag()), (permission, flag), "{path}");
        let scope = Scope { roles: flag != "--without-roles", domains: flag != "--without-domains" };
        let facts = read_as(&tenant, &app(), scope).await.unwrap();
        assert_eq!((facts.privileges.is_none(), facts.domains.is_none()), (!scope.roles, !scope.domains));
        assert_eq!(facts.notes.len(), 1, "{:?}", facts.notes);
        assert!(facts.notes[0].sentence().contains(flag), "{:?}", facts.notes);
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_does_not_answer_is_an_error_for_every_question() {
    let paths = [
        "/domains",
        "/groups",
        "/users/$count",
        "/roleManagement/directory/roleAssignments",
        "/roleManagement/directory/roleEligibilityScheduleInstances",
        &format!("/servicePrincipals(appId='{CLIENT_ID}')/owners"),
    ];
    let is_done_without = |path: &str| path.ends_with("$count") || path.ends_with("EligibilityScheduleInstances");
    for path in paths {
        for status in [429, 503] {
            let read = read(&TestTenant::new().refusing(path, status, "x")).await;
            if status == 503 && is_done_without(path) {
                assert_eq!(read.unwrap().notes.len(), 1, "{path}");
                continue;
            }
            let text = read.unwrap_err().to_string();
            let says = if path.starts_with("/service") && status == 503 { "answered 503" } else { "gave up after" };
            assert!(text.contains(says), "{path}: {text}");
        }
    }
    let error = read_as(&TestTenant::new().refusing("/me", 503, "x"), &Caller::Unknown, SCOPE).await.unwrap_err();
    assert!(error.to_string().contains("gave up after"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_breaks_off_half_way_is_an_error_and_no_list() {
    let crowded = || {
        TestTenant::new()
            .with_fault(GraphFault::SmallPages)
            .with_domain("fabrikam.com", true)
            .with_role(HELD, 1, "user", HELPDESK)
            .with_role(HELD, 2, "user", GLOBAL)
            .with_role(ELIGIBLE, 1, "user", HELPDESK)
            .with_role(ELIGIBLE, 3, "user", GLOBAL)
            .with_group(50, "Mail team", &[4, 5], &[6, 7])
            .with_group(51, "Others", &[8], &[])
    };
    let whole = privileges(&crowded()).await;
    for number in [2, 3, 5, 7, 8] {
        assert!(whole.of(account(number)).unwrap().beyond_user_administrator(), "{number}");
    }
    let members = format!("/groups/{}/transitiveMembers", id(50));
    let owners = format!("/groups/{}/owners", id(50));
    let lists = [
        "/domains",
        "/groups",
        "/roleManagement/directory/roleAssignments",
        "/roleManagement/directory/roleEligibilityScheduleInstances",
        &members,
        &owners,
    ];
    for list in lists {
        for (status, code) in [(503, ""), (400, "Directory_ExpiredPageToken")] {
            let broken = crowded().refusing_from(list, 1, status, code);
            let error = read(&broken).await.unwrap_err();
            assert!(matches!(error, LookupError::Read(_)), "{list} {status}: {error}");
        }
    }
    for fault in [GraphFault::EndlessPages, GraphFault::StrayPages] {
        let error = read(&crowded().with_fault(fault)).await.unwrap_err();
        assert!(error.to_string().contains("cannot be understood"), "{fault:?}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn eligible_roles_are_done_without_where_there_are_none_to_be_seen() {
    let path = "/roleManagement/directory/roleEligibilityScheduleInstances";
    let cases = [
        (400, "AadPremiumLicenseRequired", NoteKind::NoEligibleRoles),
        (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", NoteKind::NoEligibleRoles),
        (403, "Authorization_RequestDenied", NoteKind::EligibleRolesNotRead),
        (403, "UnknownError", NoteKind::EligibleRolesNotRead),
        (400, "BadRequest", NoteKind::EligibleRolesRefused),
        (400, "TenantNotOnboarded", NoteKind::EligibleRolesRefused),
        (404, "Request_ResourceNotFound", NoteKind::EligibleRolesRefused),
        (501, "NotImplemented", NoteKind::EligibleRolesRefused),
    ];
    for (status, code, note) in cases {
        let facts = read(&TestTenant::new().refusing(path, status, code)).await.unwrap();
        assert_eq!(kinds(&facts.notes), [note], "{code}");
    }
    let error = read(&TestTenant::new().refusing(path, 405, "Request_BadRequest")).await.unwrap_err();
    assert!(matches!(error, LookupError::Read(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn roles_are_read_without_their_principals_where_one_of_those_is_gone() {
    let reader = "4a5d8f65-41da-4de4-8968-e035b65339cf";
    let tenant = TestTenant::new()
        .with_fault(GraphFault::PrincipalGone)
        .with_group(20, "Mail team", &[1], &[])
        .with_role("roleAssignments", 2, "user", reader)
        .with_role("roleAssignments", 20, "group", reader);
    let privileges = read(&tenant).await.unwrap().privileges.unwrap();
    assert!(privileges.of(account(2)).is_some_and(|held| held.roles.len() == 1));
    assert!(privileges.of(account(1)).is_some_and(|held| held.roles.len() == 1), "through the group");
}

#[tokio::test(start_paused = true)]
async fn owners_of_the_app_are_operators() {
    let registration = &format!("/applications(appId='{CLIENT_ID}')/owners");
    let tenant = TestTenant::new().with_app_owner(1).with_instead(registration, vec![json!({"id": id(2)})]);
    let facts = read(&tenant).await.unwrap();
    assert_eq!(facts.operators.of(account(1)), Some(Operator::OwnerOfApp));
    assert_eq!(facts.operators.of(account(2)), Some(Operator::OwnerOfApp));
    assert_eq!(facts.operators.of(account(3)), None);
    // One of the two refused: what the other says counts, and a note says so.
    let facts = read(&tenant.refusing(registration, 403, "Authorization_RequestDenied")).await.unwrap();
    assert_eq!(facts.operators.of(account(1)), Some(Operator::OwnerOfApp));
    assert_eq!(kinds(&facts.notes), [NoteKind::OwnersNotRead]);
}

#[tokio::test(start_paused = true)]
async fn the_person_who_is_signed_in_is_an_operator() {
    let claimed = Caller::SignedIn { object_id: account(7), user_principal_name: "me@contoso.com".to_owned() };
    // Graph's word stands above the token's.
    let facts = read_as(&TestTenant::new().signed_in(5), &claimed, SCOPE).await.unwrap();
    assert_eq!((facts.operators.of(account(5)), facts.operators.of(account(7))), (Some(Operator::SignedInUser), None));
    let facts = read_as(&TestTenant::new(), &claimed, SCOPE).await.unwrap();
    assert_eq!(facts.operators.of(account(7)), Some(Operator::SignedInUser));
    let facts = read_as(&TestTenant::new().signed_in(5), &Caller::Unknown, SCOPE).await.unwrap();
    assert_eq!(facts.operators.of(account(5)), Some(Operator::SignedInUser));
    let facts = read_as(&TestTenant::new(), &Caller::Unknown, SCOPE).await.unwrap();
    assert_eq!(kinds(&facts.notes), [NoteKind::CallerNotKnown]);
}

#[tokio::test(start_paused = true)]
async fn federated_domains_are_distinguished_from_managed_ones() {
    let tenant = TestTenant::new().with_domain("Fabrikam.com", true);
    let domains = read(&tenant).await.unwrap().domains.unwrap();
    assert_eq!(domains.federated_domain_of("ada@FABRIKAM.com"), Some("fabrikam.com"));
    for managed in ["ada@contoso.com", "ada@sub.fabrikam.com", "ada_fabrikam.com#EXT#@contoso.com", "fabrikam.com", ""]
    {
        assert_eq!(domains.federated_domain_of(managed), None, "{managed}");
    }
}

#[tokio::test(start_paused = true)]
async fn members_are_listed_where_the_tenant_does_not_count() {
    let tenant = (1..=5)
        .fold(TestTenant::new(), |tenant, n| tenant.with_user(n, &format!("u{n}@contoso.com"), json!({})))
        .with_user(6, "g@contoso.com", json!({"userType": "Guest"}))
        .with_user(7, "x@contoso.com", json!({"accountEnabled": false}));
    assert_eq!(read(&tenant).await.unwrap().enabled_members, 5);
    let tenant = tenant.with_fault(GraphFault::SmallPages).refusing("/users/$count", 400, "Request_UnsupportedQuery");
    let facts = read(&tenant).await.unwrap();
    assert_eq!((facts.enabled_members, NoteKind::from(&facts.notes[0])), (5, NoteKind::MembersListed));
    let tenant = tenant.refusing("/users/$count", 403, "Authorization_RequestDenied");
    assert!(read(&tenant).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn the_tenant_costs_a_dozen_calls() {
    let tenant = (1..=30)
        .fold(TestTenant::new(), |tenant, n| tenant.with_group(100 + n, &format!("Group {n}"), &[n, n + 1], &[n + 2]))
        .with_role(HELD, 1, "user", GLOBAL)
        .with_role(HELD, 2, "user", CUSTOM)
        .with_user(1, "a@contoso.com", json!({}));
    read(&tenant).await.unwrap();
    // Organization, owners, count, domains, held, eligible, groups, three for sixty lists, names, administrators.
    assert_eq!(tenant.calls().len(), 12, "{:#?}", tenant.calls());
}

#[tokio::test(start_paused = true)]
async fn copies_of_a_reader_share_their_resource_units() {
    let tenant = TestTenant::new();
    let clock = Clock::real();
    let paced = Paced::new(&tenant, clock);
    for reader in [paced.clone(), paced.clone()] {
        for _ in 0..35 {
            reader.list::<serde_json::Value>("/v1.0/domains", 100).await.unwrap();
        }
    }
    // 7,000 units, of which a full bucket pays 3,500.
    let took = clock.now().as_secs_f64();
    assert!((took - 10.0).abs() < 0.5, "{took}");
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_was_passed_over_is_noticed() {
    let passed_over = json!({"id": id(60), "displayName": "All staff", "isAssignableToRole": null});
    let tenant = TestTenant::new().with_instead("/groups", vec![passed_over]);
    let error = read(&tenant).await.unwrap_err();
    assert!(matches!(error, LookupError::Unreliable { .. }), "{error}");
    let error = read(&TestTenant::default()).await.unwrap_err();
    assert!(error.to_string().contains("no domain"), "{error}");
}
