//! The room as its callers see it: names in, accounts out.

mod keys;
mod listing;
mod tenant;

use serde_json::json;

use super::test_tenant::{GraphFault, TestTenant, id};
use super::*;
use crate::clock::Clock;
use crate::roster::Key;

fn by_name(name: &str) -> Key {
    Key::UserPrincipalName(name.parse().unwrap())
}

fn by_id(number: u32) -> Key {
    Key::ObjectId(id(number).parse().unwrap())
}

async fn find(tenant: &TestTenant, keys: &[Key]) -> Result<Vec<Found>, LookupError> {
    Lookup::new(tenant, Clock::real()).find(&keys.iter().collect::<Vec<_>>()).await
}

/// What was found, in short: the last digits of the object ids.
async fn numbers(tenant: &TestTenant, keys: &[Key]) -> Vec<Vec<u32>> {
    find(tenant, keys).await.unwrap().iter().map(numbers_of).collect()
}

fn numbers_of(found: &Found) -> Vec<u32> {
    let number = |account: &Account| {
        let id = account.object_id.to_string();
        u32::from_str_radix(&id[24..], 16).unwrap()
    };
    match found {
        Found::Account(account) => vec![number(account)],
        Found::Missing | Found::Deleted(_) => vec![],
        Found::Several(accounts) => accounts.iter().map(number).collect(),
    }
}

fn crowd(count: u32) -> TestTenant {
    (1..=count).fold(TestTenant::new(), |tenant, n| tenant.with_user(n, &format!("user{n}@contoso.com"), json!({})))
}

#[tokio::test(start_paused = true)]
async fn answers_stand_in_the_order_of_the_names() {
    let tenant = crowd(40);
    let keys = [
        by_name("user9@contoso.com"),
        by_id(3),
        by_name("nobody@contoso.com"),
        by_name("USER9@Contoso.COM"),
        by_id(99),
        by_id(3),
    ];
    assert_eq!(numbers(&tenant, &keys).await, [vec![9], vec![3], vec![], vec![9], vec![], vec![3]]);
}

#[tokio::test(start_paused = true)]
async fn apostrophes_and_guests_arrive_as_they_are() {
    let names = [
        "o'neil@contoso.com",
        "d''x@contoso.com",
        "ada_fabrikam.com#EXT#@contoso.onmicrosoft.com",
        "a+b&c@contoso.com",
        "jürgen@contoso.com",
        "50%25@contoso.com",
    ];
    let tenant =
        names.iter().zip(1..).fold(TestTenant::new(), |tenant, (name, n)| tenant.with_user(n, name, json!({})));
    let keys: Vec<Key> = names.iter().map(|name| by_name(name)).collect();
    assert_eq!(numbers(&tenant, &keys).await, [vec![1], vec![2], vec![3], vec![4], vec![5], vec![6]]);
}

#[tokio::test(start_paused = true)]
async fn three_hundred_names_cost_one_call() {
    let tenant = crowd(3_000);
    let keys: Vec<Key> = (1..=3_000).rev().map(|n| by_name(&format!("user{n}@contoso.com"))).collect();
    let expected: Vec<Vec<u32>> = (1..=3_000).rev().map(|n| vec![n]).collect();
    assert_eq!(numbers(&tenant, &keys).await, expected);
    assert_eq!(tenant.calls().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_two_accounts_have_is_found_at_both_where_that_is_asked_for() {
    let tenant = TestTenant::new()
        .with_user(1, "li.wei@contoso.com", json!({"mail": "li.wei.research@contoso.com"}))
        .with_user(2, "lwei@contoso.com", json!({"mail": "Li.Wei@contoso.com"}))
        .with_user(3, "nora@contoso.com", json!({"proxyAddresses": ["SMTP:nora@contoso.com"]}))
        .with_user(4, "byrne@contoso.com", json!({"proxyAddresses": ["smtp:NORA@contoso.com"]}))
        .with_user(
            5,
            "ada@contoso.com",
            json!({"mail": "ada@contoso.com", "proxyAddresses": ["SMTP:ada@contoso.com"]}),
        );
    let keys = ["li.wei@contoso.com", "nora@contoso.com", "ada@contoso.com"].map(by_name);
    assert_eq!(numbers(&tenant, &keys).await, [vec![1], vec![3], vec![5]]);
    let lookup = Lookup::new(&tenant, Clock::real());
    let found = lookup.find_everywhere(&keys.iter().collect::<Vec<_>>()).await.unwrap();
    assert_eq!(found.iter().map(numbers_of).collect::<Vec<_>>(), [vec![1, 2], vec![3, 4], vec![5]]);
    assert_eq!(lookup.notes(), [], "two calls are not worth a word");
}

#[tokio::test(start_paused = true)]
async fn what_comparing_names_with_addresses_costs_is_said() {
    let tenant = crowd(6_000);
    let keys: Vec<Key> = (1..=6_000).map(|n| by_name(&format!("user{n}@contoso.com"))).collect();
    let lookup = Lookup::new(&tenant, Clock::real());
    lookup.find_everywhere(&keys.iter().collect::<Vec<_>>()).await.unwrap();
    // 400 questions for mail addresses and 858 for all addresses, twenty in a call, beside the 20 calls for sign-in names.
    assert_eq!(tenant.calls().len(), 20 + 63);
    assert_eq!(lookup.notes(), [Note::NamesCompared { names: 6_000, calls: 63 }]);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_ids_cost_one_call() {
    let tenant = crowd(2_500);
    let keys: Vec<Key> = (1..=2_500).map(by_id).collect();
    assert_eq!(numbers(&tenant, &keys).await.concat(), (1..=2_500).collect::<Vec<_>>());
    assert_eq!(tenant.calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn one_person_named_often_is_asked_for_once() {
    let tenant = crowd(1);
    let keys: Vec<Key> = (0..400).map(|_| by_name("user1@contoso.com")).collect();
    assert_eq!(numbers(&tenant, &keys).await.concat(), vec![1; 400]);
    assert_eq!(tenant.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn resource_units_are_spent_at_the_documented_rate() {
    let tenant = crowd(1);
    let keys: Vec<Key> = (0..90_000).map(|n| by_name(&format!("nobody{n}@contoso.com"))).collect();
    let clock = Clock::real();
    let lookup = Lookup::new(&tenant, clock);
    lookup.find(&keys.iter().collect::<Vec<_>>()).await.unwrap();
    // 6,000 filters of sign-in names, as many of mail addresses, and those of all addresses with seven names each, of which a
    // full bucket pays 3,500.
    let floor = (12_000.0 + 12_858.0 - 3_500.0) / 350.0;
    let took = clock.now().as_secs_f64();
    assert!((took - floor).abs() < 0.5, "{took} instead of {floor}");
}

#[tokio::test(start_paused = true)]
async fn a_name_too_long_for_a_filter_is_asked_for_alone() {
    let long = format!("{}#EXT#@contoso.onmicrosoft.com", "x".repeat(100));
    let quoted = format!("{}@contoso.com", "o'".repeat(40));
    let fits = format!("{}@contoso.com", "f".repeat(108));
    let tenant = TestTenant::new().with_user(1, &long, json!({})).with_user(2, &quoted, json!({})).with_user(
        3,
        &fits,
        json!({}),
    );
    let keys = [by_name(&long), by_name(&quoted), by_name(&fits), by_name(&format!("n{long}"))];
    assert_eq!(numbers(&tenant, &keys).await, [vec![1], vec![2], vec![3], vec![]]);
    // All of them in one call; the second looks for the last among the deleted.
    assert_eq!(tenant.calls().len(), 2);
    let dollar = format!("$'{long}");
    let tenant = TestTenant::new().with_user(1, &dollar, json!({}));
    assert_eq!(numbers(&tenant, &[by_name(&dollar)]).await, [vec![1]]);
}

#[tokio::test(start_paused = true)]
async fn a_mail_address_is_a_name_too_unless_two_have_it() {
    let tenant = crowd(2)
        .with_user(3, "three@contoso.com", json!({"mail": "Ada.Lovelace@contoso.com"}))
        .with_user(4, "four@contoso.com", json!({"mail": "both@contoso.com"}))
        .with_user(5, "five@contoso.com", json!({"mail": "both@contoso.com"}))
        .with_user(6, "six@contoso.com", json!({"mail": "user1@contoso.com"}));
    let keys = ["ada.lovelace@contoso.com", "both@contoso.com", "user1@contoso.com", "none@contoso.com"].map(by_name);
    // The account that has it as sign-in name is the one that is meant.
    assert_eq!(numbers(&tenant, &keys).await, [vec![3], vec![4, 5], vec![1], vec![]]);
}

#[tokio::test(start_paused = true)]
async fn ids_are_found_by_filters_where_get_by_ids_is_of_no_use() {
    for fault in [GraphFault::ByIdsRefused, GraphFault::ByIdsNameless, GraphFault::ByIdsPoor, GraphFault::ByIdsSilent] {
        let tenant = crowd(700).with_fault(fault);
        let lookup = Lookup::new(&tenant, Clock::real());
        for _ in 0..2 {
            let keys: Vec<Key> = (1..=700).chain([9_999]).map(by_id).collect();
            let found = lookup.find(&keys.iter().collect::<Vec<_>>()).await.unwrap();
            assert!(found[..700].iter().all(|found| matches!(found, Found::Account(_))), "{fault:?}");
            assert_eq!(found[700], Found::Missing);
        }
        let tries = tenant.calls().iter().filter(|call| call.contains("getByIds")).count();
        assert_eq!(tries, if fault == GraphFault::ByIdsSilent { 2 } else { 1 }, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_incomplete_answer_is_an_error_and_never_not_found() {
    let faults = [
        GraphFault::ItemRefused,
        GraphFault::ItemLost,
        GraphFault::Nameless,
        GraphFault::FiltersIgnored,
        GraphFault::EndlessPages,
        GraphFault::StrayPages,
    ];
    for fault in faults {
        let tenant = crowd(40).with_fault(fault);
        let keys: Vec<Key> = (1..=30).map(|n| by_name(&format!("user{n}@contoso.com"))).collect();
        let error = find(&tenant, &keys).await.unwrap_err();
        assert!(error.to_string().starts_with("the directory "), "{fault:?}: {error}");
    }
    let long = by_name(&format!("{}@contoso.com", "x".repeat(200)));
    let tenant = crowd(1).with_fault(GraphFault::ForeignNotFound);
    let error = find(&tenant, &[long]).await.unwrap_err();
    assert!(matches!(error, LookupError::Refused { .. }), "{error}");
}

#[tokio::test(start_paused = true)]
async fn further_pages_are_read() {
    let both = json!({"mail": "all@contoso.com"});
    let tenant =
        (1..=5).fold(TestTenant::new(), |tenant, n| tenant.with_user(n, &format!("u{n}@contoso.com"), both.clone()));
    let tenant = tenant.with_fault(GraphFault::SmallPages);
    let keys = ["all@contoso.com", "u1@contoso.com", "u2@contoso.com"].map(by_name);
    assert_eq!(numbers(&tenant, &keys).await, [vec![1, 2, 3, 4, 5], vec![1], vec![2]]);
}

#[tokio::test(start_paused = true)]
async fn an_account_says_what_it_is() {
    let tenant = TestTenant::new()
        .with_user(1, "member@contoso.com", json!({"onPremisesSyncEnabled": false}))
        .with_user(2, "x_y.com#EXT#@contoso.onmicrosoft.com", json!({"userType": "Member"}))
        .with_user(3, "invited@contoso.com", json!({"userType": "Guest", "externalUserState": "PendingAcceptance"}))
        .with_user(4, "local-guest@contoso.com", json!({"userType": "Guest", "accountEnabled": false}))
        .with_user(5, "synced@contoso.com", json!({"onPremisesSyncEnabled": true, "accountEnabled": null}));
    let found = find(&tenant, &[1, 2, 3, 4, 5].map(by_id)).await.unwrap();
    let kinds: Vec<_> = found
        .into_iter()
        .map(|found| match found {
            Found::Account(account) => (account.external, account.synced, account.enabled),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        (false, false, Some(true)),
        (true, false, Some(true)),
        (true, false, Some(true)),
        (false, false, Some(false)),
        (false, true, None),
    ];
    assert_eq!(kinds, expected);
}
