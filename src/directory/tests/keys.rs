//! People by other properties than id and name, and those who are not there any more.

use serde_json::json;
use time::macros::datetime;

use super::super::test_tenant::{GraphFault, TestTenant, id};
use super::super::*;
use super::{by_id, by_name, crowd, find, numbers};
use crate::clock::Clock;
use strum::VariantArray as _;

use crate::roster::{Key, KeyProperty};

fn by(by: KeyProperty, value: &str) -> Key {
    Key::Property(by, value.into())
}

const DELETED: &str = "/directory/deletedItems/microsoft.graph.user";

#[tokio::test(start_paused = true)]
async fn every_property_finds_its_people() {
    let tenant = TestTenant::new()
        .with_user(
            1,
            "one@contoso.com",
            json!({"mail": "Ada@contoso.com", "employeeId": "0042",
            "proxyAddresses": ["SMTP:ada@contoso.com", "smtp:a.lovelace@contoso.com", "SIP:ada@contoso.com"]}),
        )
        .with_user(
            2,
            "two@contoso.com",
            json!({"mail": "o'neil@contoso.com", "employeeId": "42",
            "proxyAddresses": ["smtp:o'neil@contoso.com"], "onPremisesSamAccountName": "ONeil",
            "onPremisesSecurityIdentifier": "S-1-5-21-1-2-3-1105", "onPremisesDomainName": "corp.contoso.com"}),
        );
    for (property, value, expected) in [
        (KeyProperty::Mail, "ada@CONTOSO.com", vec![1]),
        (KeyProperty::Mail, "o'neil@contoso.com", vec![2]),
        (KeyProperty::Mail, "one@contoso.com", vec![]),
        (KeyProperty::ProxyAddress, "ada@contoso.com", vec![1]),
        (KeyProperty::ProxyAddress, "A.Lovelace@contoso.com", vec![1]),
        (KeyProperty::ProxyAddress, "smtp:O'Neil@contoso.com", vec![2]),
        (KeyProperty::EmployeeId, "0042", vec![1]),
        (KeyProperty::EmployeeId, "42", vec![2]),
        (KeyProperty::EmployeeId, "042", vec![]),
        (KeyProperty::Sid, "s-1-5-21-1-2-3-1105", vec![2]),
        (KeyProperty::Sid, "S-1-5-21-1-2-3-110", vec![]),
        (KeyProperty::SamAccountName, "oneil", vec![2]),
        (KeyProperty::SamAccountName, "two", vec![]),
    ] {
        assert_eq!(numbers(&tenant, &[by(property, value)]).await, [expected], "{property} {value}");
    }
    let found = find(&tenant, &[by(KeyProperty::Sid, "S-1-5-21-1-2-3-1105")]).await.unwrap();
    let [Found::Account(account)] = found.as_slice() else { panic!("{found:?}") };
    let place = account.on_premises.as_ref().unwrap();
    assert_eq!((place.sam_account_name.as_str(), place.domain_name.as_str()), ("ONeil", "corp.contoso.com"));
    assert_eq!(place.distinguished_name, "");
}

#[tokio::test(start_paused = true)]
async fn of_two_accounts_none_is_chosen() {
    for (property, name, value) in [
        (KeyProperty::Mail, "mail", json!("x@contoso.com")),
        (KeyProperty::ProxyAddress, "proxyAddresses", json!(["smtp:x@contoso.com"])),
        (KeyProperty::EmployeeId, "employeeId", json!("x@contoso.com")),
        (KeyProperty::Sid, "onPremisesSecurityIdentifier", json!("x@contoso.com")),
        (KeyProperty::SamAccountName, "onPremisesSamAccountName", json!("x@contoso.com")),
    ] {
        let tenant = TestTenant::new()
            .with_user(1, "one@contoso.com", json!({name: value}))
            .with_user(2, "two@contoso.com", json!({name: value}))
            .with_fault(GraphFault::SmallPages);
        let keys = [by(property, "X@contoso.com"), by(property, "y@contoso.com")];
        assert_eq!(numbers(&tenant, &keys).await, [vec![1, 2], vec![]], "{property}");
    }
}

#[tokio::test(start_paused = true)]
async fn properties_are_asked_for_in_full_calls_and_once() {
    let tenant = (1..=700).fold(TestTenant::new(), |tenant, n| {
        let more = json!({"mail": format!("m{n}@contoso.com"), "employeeId": n.to_string(),
            "proxyAddresses": [format!("SMTP:m{n}@contoso.com")], "onPremisesSamAccountName": format!("s{n}"),
            "onPremisesSecurityIdentifier": format!("S-1-5-21-{n}")});
        tenant.with_user(n, &format!("u{n}@contoso.com"), more)
    });
    for (property, prefix, suffix, calls) in [
        (KeyProperty::Mail, "m", "@contoso.com", 3),
        (KeyProperty::ProxyAddress, "M", "@contoso.com", 5),
        (KeyProperty::EmployeeId, "", "", 3),
        (KeyProperty::Sid, "s-1-5-21-", "", 3),
        (KeyProperty::SamAccountName, "S", "", 3),
    ] {
        let before = tenant.calls().len();
        let numbered: Vec<Key> = (1..=700).map(|n| by(property, &format!("{prefix}{n}{suffix}"))).collect();
        let twice: Vec<Key> = numbered.iter().chain(&numbered).cloned().collect();
        let expected: Vec<Vec<u32>> = (1..=700).chain(1..=700).map(|n| vec![n]).collect();
        assert_eq!(numbers(&tenant, &twice).await, expected, "{property}");
        assert_eq!(tenant.calls().len() - before, calls, "{property}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_with_two_of_the_addresses_is_found_under_both() {
    let addresses = json!({"proxyAddresses": ["SMTP:a@contoso.com", "smtp:b@contoso.com"]});
    let tenant = TestTenant::new().with_user(1, "one@contoso.com", addresses);
    let keys = [by(KeyProperty::ProxyAddress, "b@contoso.com"), by(KeyProperty::ProxyAddress, "a@contoso.com")];
    assert_eq!(numbers(&tenant, &keys).await, [vec![1], vec![1]]);
}

#[tokio::test(start_paused = true)]
async fn a_user_who_was_not_asked_for_makes_the_answer_worthless() {
    for property in KeyProperty::VARIANTS.iter().copied() {
        let tenant = crowd(3).with_fault(GraphFault::FiltersIgnored);
        let error = find(&tenant, &[by(property, "somebody@contoso.com")]).await.unwrap_err();
        assert!(matches!(error, LookupError::Unreliable { .. }), "{property}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_too_long_for_a_filter_is_asked_for_by_an_advanced_query() {
    let long = format!("{}@contoso.com", "x".repeat(200));
    let tenant = TestTenant::new().with_user(1, "one@contoso.com", json!({"mail": long}));
    assert_eq!(numbers(&tenant, &[by(KeyProperty::Mail, &long)]).await, [vec![1]]);
    let names: Vec<Key> =
        (0..30).map(|n| by(KeyProperty::SamAccountName, &format!("{n}{}", "y".repeat(100)))).collect();
    assert_eq!(numbers(&tenant, &names).await, vec![Vec::<u32>::new(); 30]);
    let longest = tenant.calls().iter().flat_map(|call| call.lines().map(str::len).collect::<Vec<_>>()).max().unwrap();
    assert!(longest <= 2_000, "{longest}");
}

#[tokio::test(start_paused = true)]
async fn the_deleted_are_distinguished_from_those_who_never_were() {
    let tenant = crowd(2).with_deleted(71, "gone@contoso.com").with_deleted(72, "user2@contoso.com");
    let keys = [
        by_name("GONE@contoso.com"),
        by_id(71),
        by_name("never@contoso.com"),
        by_id(99),
        // An account has the name of a deleted one: that account is meant.
        by_name("user2@contoso.com"),
        by_name("user1@contoso.com"),
    ];
    let found = find(&tenant, &keys).await.unwrap();
    let gone = Found::Deleted(Deleted {
        object_id: id(71).parse().unwrap(),
        user_principal_name: "gone@contoso.com".to_owned(),
        deleted_at: Some(datetime!(2026-11-01 00:00 UTC)),
    });
    assert_eq!(found[..4], [gone.clone(), gone, Found::Missing, Found::Missing]);
    assert!(matches!(&found[4], Found::Account(account) if account.object_id.to_string() == id(2)));
}

#[tokio::test(start_paused = true)]
async fn the_deleted_are_read_once_and_only_when_a_name_is_missing() {
    let tenant =
        crowd(3).with_deleted(71, "a@contoso.com").with_deleted(72, "b@contoso.com").with_fault(GraphFault::SmallPages);
    let lookup = Lookup::new(&tenant, Clock::real());
    let reads = || tenant.calls().iter().filter(|call| call.contains("deletedItems")).count();
    lookup.find(&[&by_name("user1@contoso.com"), &by(KeyProperty::Mail, "nobody@contoso.com")]).await.unwrap();
    assert_eq!(reads(), 0);
    for _ in 0..3 {
        let found = lookup.find(&[&by_name("b@contoso.com")]).await.unwrap();
        assert!(matches!(found.as_slice(), [Found::Deleted(_)]), "{found:?}");
    }
    assert_eq!(reads(), 2, "one for each page");
}

#[tokio::test(start_paused = true)]
async fn without_sight_of_the_deleted_no_account_is_called_deleted() {
    let tenant = crowd(1).with_deleted(71, "gone@contoso.com").refusing(DELETED, 403, "Authorization_RequestDenied");
    let lookup = Lookup::new(&tenant, Clock::real());
    for _ in 0..2 {
        assert_eq!(lookup.find(&[&by_name("gone@contoso.com")]).await.unwrap(), [Found::Missing]);
    }
    assert_eq!(lookup.notes().iter().map(NoteKind::from).collect::<Vec<_>>(), [NoteKind::DeletedNotRead]);
    assert_eq!(tenant.calls().iter().filter(|call| call.contains("deletedItems")).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_list_of_deleted_that_breaks_off_is_an_error() {
    let tenant = crowd(1)
        .with_deleted(71, "a@contoso.com")
        .with_deleted(72, "b@contoso.com")
        .with_fault(GraphFault::SmallPages)
        .refusing_from(DELETED, 1, 503, "");
    let error = find(&tenant, &[by_name("b@contoso.com")]).await.unwrap_err();
    assert!(matches!(error, LookupError::Read(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_member_of_a_restricted_unit_is_known_as_such() {
    let tenant = crowd(1).with_user(2, "vip@contoso.com", json!({"isManagementRestricted": true}));
    let found = find(&tenant, &[by_id(1), by_id(2)]).await.unwrap();
    let restricted: Vec<bool> =
        found.iter().map(|found| matches!(found, Found::Account(account) if account.restricted)).collect();
    assert_eq!(restricted, [false, true]);
}
