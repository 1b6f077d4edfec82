//! Rosters from the tenant: whole, or not at all.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::json;

use super::super::test_tenant::{GraphFault, TestTenant, id};
use super::super::*;
use super::crowd;
use crate::clock::Clock;
use crate::graph::paced::Paced;
use crate::ids::ObjectId;

async fn list(
    tenant: &TestTenant,
    scope: &ListingScope,
    sign_ins: bool,
    excluded: &[u32],
) -> Result<(String, Exported), ExportError> {
    let clock = Clock::real();
    let excluded: HashSet<ObjectId> = excluded.iter().map(|number| id(*number).parse().unwrap()).collect();
    let mut listing = Listing::open(Paced::new(tenant, clock), clock, scope, sign_ins).await?;
    let mut text = Vec::new();
    let exported =
        export(&mut listing, ExportColumns { sign_ins, whole_tenant: false }, &excluded, &mut text, |_| {}).await?;
    Ok((String::from_utf8(text).unwrap(), exported))
}

const HEADER: &str =
    "objectId,userPrincipalName,displayName,department,jobTitle,userType,accountEnabled,onPremisesSyncEnabled";

#[tokio::test(start_paused = true)]
async fn all_people_are_written_in_a_form_that_a_spreadsheet_does_not_run() {
    let tenant = TestTenant::new()
        .with_user(1, "ada@contoso.com", json!({"department": "R&D, Basel", "jobTitle": "Engineer \"1\""}))
        .with_user(
            2,
            "bob@contoso.com",
            json!({"displayName": "=HYPERLINK(1)", "accountEnabled": false,
            "onPremisesSyncEnabled": true}),
        )
        .with_user(3, "zoe@contoso.com", json!({"displayName": "Zo\u{eb}", "userType": "Guest"}))
        .with_fault(GraphFault::SmallPages);
    let (text, exported) = list(&tenant, &ListingScope::All, false, &[3]).await.unwrap();
    let expected = format!(
        "{HEADER}\n{},ada@contoso.com,User 1,\"R&D, Basel\",\"Engineer \"\"1\"\"\",Member,true,\n\
         {},bob@contoso.com,'=HYPERLINK(1),,,Member,false,true\n",
        id(1),
        id(2)
    );
    assert_eq!(text, expected);
    assert_eq!(exported, Exported { people: 2, excluded: 1 });
}

#[tokio::test(start_paused = true)]
async fn a_list_that_breaks_off_is_an_error_wherever_it_does() {
    for skip in 0..3 {
        let tenant = crowd(3).with_fault(GraphFault::SmallPages).refusing_from("/users", skip, 503, "");
        let error = list(&tenant, &ListingScope::All, false, &[]).await.unwrap_err();
        assert!(matches!(error, ExportError::Read(LookupError::Read(_))), "{error}");
    }
    for fault in [GraphFault::EndlessPages, GraphFault::StrayPages] {
        assert!(list(&crowd(3).with_fault(fault), &ListingScope::All, false, &[]).await.is_err(), "{fault:?}");
    }
    let error = list(&crowd(1).with_fault(GraphFault::Nameless), &ListingScope::All, false, &[]).await.unwrap_err();
    assert!(matches!(error, ExportError::Read(LookupError::NamesHidden)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_filter_is_answered_by_the_directory_or_else_by_the_index() {
    let scope = ListingScope::Filter("department eq 'Sales'".to_owned());
    let sales = || crowd(2).with_user(3, "sal@contoso.com", json!({"department": "Sales"}));
    for (tenant, from_index) in [(sales(), false), (sales().with_fault(GraphFault::IndexOnly), true)] {
        let (text, exported) = list(&tenant, &scope, false, &[]).await.unwrap();
        assert_eq!((exported.people, text.contains("sal@contoso.com")), (1, true));
        let listing = Listing::open(Paced::new(&tenant, Clock::real()), Clock::real(), &scope, false).await.unwrap();
        assert_eq!(listing.is_from_index(), from_index);
    }
    let refused = sales().refusing("/users", 400, "Request_BadRequest");
    assert!(list(&refused, &scope, false, &[]).await.is_err());
}

/// A group of users, of others that the simulator does not know, and as an index has it that is not up to date.
fn group(users: &[u32], others: &[&str], in_index: &[u32]) -> TestTenant {
    let path = format!("/groups/{}/transitiveMembers", id(50));
    let name = |number: &u32| format!("u{number}@contoso.com");
    let people = users.iter().chain(in_index);
    let tenant = people.fold(TestTenant::new(), |tenant, number| tenant.with_user(*number, &name(number), json!({})));
    let mut tenant = tenant.with_any_group(50, "Sales team", users, &[], false);
    if !others.is_empty() {
        let users = users.iter().map(|number| json!({"@odata.type": "#microsoft.graph.user", "id": id(*number)}));
        let others = others.iter().zip(60..);
        let others =
            others.map(|(kind, number)| json!({"@odata.type": format!("#microsoft.graph.{kind}"), "id": id(number)}));
        tenant = tenant.with_instead(&path, users.chain(others).collect());
    }
    if users != in_index {
        let person = |number: &u32| json!({"id": id(*number), "userPrincipalName": name(number)});
        let people = in_index.iter().map(person).collect();
        tenant = tenant.with_instead(&format!("{path}/microsoft.graph.user"), people);
    }
    tenant
}

#[tokio::test(start_paused = true)]
async fn a_group_is_its_users_and_what_else_is_in_it_is_counted() {
    let scope = ListingScope::Group(id(50).parse().unwrap());
    let tenant = group(&[1, 2], &["device", "group", "device"], &[1, 2]).with_fault(GraphFault::SmallPages);
    let (text, exported) = list(&tenant, &scope, false, &[2]).await.unwrap();
    assert_eq!(exported, Exported { people: 1, excluded: 1 });
    assert!(text.contains("u1@contoso.com") && !text.contains("u2@contoso.com"), "{text}");
    let listing = Listing::open(Paced::new(&tenant, Clock::real()), Clock::real(), &scope, false).await.unwrap();
    assert_eq!(listing.group_name(), Some("Sales team"));
    assert_eq!(listing.others().into_iter().collect::<Vec<_>>(), [("device".to_owned(), 2), ("group".to_owned(), 1)]);
}

#[tokio::test(start_paused = true)]
async fn the_directory_has_the_last_word_on_who_is_in_a_group() {
    let scope = ListingScope::Group(id(50).parse().unwrap());
    // A person has left the group, and the index does not know it yet.
    let (text, exported) = list(&group(&[1], &[], &[1, 2]), &scope, false, &[]).await.unwrap();
    assert_eq!((exported.people, text.contains("u2@contoso.com")), (1, false));
    // A person has joined it, and the index does not know it yet.
    let error = list(&group(&[1, 2], &[], &[1]), &scope, false, &[]).await.unwrap_err();
    assert!(error.to_string().contains("1 of its users are left out"), "{error}");
    let error = list(&TestTenant::new(), &scope, false, &[]).await.unwrap_err();
    assert!(matches!(error, ExportError::Read(LookupError::Refused { .. })), "{error}");
}

#[tokio::test(start_paused = true)]
async fn sign_ins_are_read_at_the_pace_that_graph_allows() {
    let activity = json!({"signInActivity": {"lastSignInDateTime": "2026-10-01T00:00:00Z",
        "lastNonInteractiveSignInDateTime": "2026-11-02T03:04:05Z"}});
    let tenant = crowd(20).with_user(21, "seen@contoso.com", activity).with_fault(GraphFault::SmallPages);
    let start = tokio::time::Instant::now();
    let (text, exported) = list(&tenant, &ListingScope::All, true, &[]).await.unwrap();
    assert_eq!(exported.people, 21);
    assert!(
        text.starts_with(&format!("{HEADER},lastSignIn\n")) && text.ends_with(",true,,2026-11-02T03:04:05Z\n"),
        "{text}"
    );
    assert!(text.contains(",user1@contoso.com,User 1,,,Member,true,,\n"), "{text}");
    let took = start.elapsed();
    assert!(
        took >= Duration::from_secs(120) && took < Duration::from_secs(121),
        "20 more pages, six seconds each: {took:?}"
    );
    assert_eq!(Listing::<TestTenant>::time_for(10_500), Duration::from_secs(120));
    assert_eq!(count(&Paced::new(&tenant, Clock::real()), &ListingScope::All).await.unwrap(), Some(21));
}
