//! Which column says what.

use super::super::*;
use super::{ID, entries, only, open, upn};

/// The columns are those of the Microsoft 365 admin center's export.
#[test]
fn a_blocked_credential_is_the_opposite_of_an_enabled_account() {
    for (cell, enabled) in [("True", Some(false)), ("False", Some(true)), ("", None), ("perhaps", None)] {
        let person = only(format!(
            "Block credential,Department,Display name,User principal name\r\n{cell},Site Berlin,Ada L.,ada@contoso.com\r\n"
        ))
        .unwrap();
        assert_eq!(person.hints.enabled, enabled, "{cell}");
        assert_eq!(person.hints.display_name.as_deref(), Some("Ada L."));
        assert_eq!(person.hints.department.as_deref(), Some("Site Berlin"));
    }
    let twice = only("upn,department,Department\nada@contoso.com,One,Two\n").unwrap();
    assert_eq!(twice.hints.department.as_deref(), Some("One"), "what decides nothing is no reason to refuse a list");
}

#[test]
fn a_named_column_keeps_what_must_agree_with_it() {
    let read = |key: &str, list: String| {
        let options = ReadOptions { key: Some(key.into()), by: None, ..ReadOptions::default() };
        let roster = Roster::open_with(Source::bytes("a test", list.into_bytes()), options).unwrap();
        let people: Vec<Person> = roster.map(|entry| entry.unwrap().content.unwrap()).collect();
        people.into_iter().map(|person| (person.also, person.also_id)).collect::<Vec<_>>()
    };
    let list = format!("objectId,userPrincipalName\n{ID},grace@contoso.com\n");
    assert_eq!(read("objectId", list.clone()), [(Some(upn("grace@contoso.com")), None)]);
    assert_eq!(read("userPrincipalName", list), [(None, Some(ID.parse().unwrap()))]);
    let broken = "objectId,userPrincipalName\n1001,grace@contoso.com\n,ada@contoso.com\n".to_owned();
    assert_eq!(read("userPrincipalName", broken), [(None, None), (None, None)]);
}

#[test]
fn columns_that_name_different_people_are_a_question_wherever_they_differ() {
    const EVE: &str = "78020313-a336-4408-b1ce-602c649fe7dd";
    for list in [
        format!("Object Id,User Id\n{ID},{ID}\n{ID},{EVE}\n"),
        "ObjectId,UserId\nada@b.c,eve@b.c\n".to_owned(),
        "User name,User principal name\neve@b.c,ada@b.c\n".to_owned(),
        "Account,User,Mail\nada@b.c,eve@b.c,bob@b.c\n".to_owned(),
        "Mail,E-Mail\nada@b.c,eve@b.c\n".to_owned(),
        "Employee,Employee UPN,Manager,Email\nAda,ada@b.c,Boss,boss@b.c\n".to_owned(),
        format!("Account,Contact at work\n{}ada@b.c,eve@b.c\n", "ada@b.c,ada@b.c\n".repeat(5_000)),
        format!("Account,Contact\n{}ada@b.c,eve@b.c\n", "ada@b.c,\n".repeat(5_000)),
    ] {
        let error = open(list.clone()).err().unwrap();
        let RosterError::ColumnsDiffer(differ) = &error else { panic!("{list}: {error}") };
        assert!(differ.rows == 1 && differ.only_in.is_some(), "{error}");
        let help = error.help().unwrap();
        assert!(help.matches("--key").count() == 2 && error.span().is_some(), "{help}");
        // Standard input is read once, and is refused all the same.
        let options = ReadOptions::default();
        let once = Roster::begin(Source::bytes("a test", list.into_bytes()), &options, true).unwrap().finish();
        assert!(matches!(once, Err(RosterError::ColumnsDiffer(_))));
    }
    let of_tenants = format!("Object Id,Tenant\n{ID},{EVE}\n");
    for list in [
        of_tenants.as_str(),
        "Account,User\nada@b.c,Ada@B.c\n",
        "User principal name,Manager UPN\nada@b.c,boss@b.c\n",
        "User principal name,Mail\nada@b.c,lovelace@b.c\n",
        "Work email,Personal email\nada@b.c,ada@private.example\n",
        "User principal name,Approved by\nada@b.c,boss@b.c\n",
        "User name,Timestamp,Operation,Target\nada@b.c,x,y,eve@b.c\n",
    ] {
        assert!(open(list).is_ok(), "{list}");
    }
}

#[test]
fn several_people_in_one_place_are_an_entry_each() {
    for list in [
        "ada@b.com;eve@b.com;bob@b.com;\n",
        "ada@b.com, eve@b.com, bob@b.com\n",
        "ada@b.com\neve@b.com bob@b.com\n",
        "['ada@b.com', 'eve@b.com', 'bob@b.com']\n",
        "Ada Lovelace <ada@b.com>; Eve <eve@b.com>; bob@b.com\n",
        "To: Lovelace, Ada <ada@b.com>; Eve <eve@b.com>\nCc: bob@b.com\n",
        "\"Lovelace, Ada\" <ada@b.com>; \"Byron, Eve\" <eve@b.com>; Bob <bob@b.com>",
        "user\nada@b.com\n\"eve@b.com; bob@b.com\"\n",
        "user\nada@b.com\neve@b.com,bob@b.com\n",
        "user\n\"Lovelace, Ada\" <ada@b.com>; Eve <eve@b.com>\nbob@b.com\n",
        "user\n\"ada@b.com\neve@b.com\nbob@b.com\"\n",
        "user,note\nada@b.com,x\neve@b.com bob@b.com,y\n",
        "user,note\n\"Ada <ada@b.com>, Eve <eve@b.com>\",y\nbob@b.com,y\n",
        "Username,Email\nAda,ada@b.com; eve@b.com; bob@b.com\n",
        "ada@b.com;eve@b.com\nbob@b.com;\n",
    ] {
        let mut roster = open(list).unwrap_or_else(|error| panic!("{list}: {error}"));
        let keys: Vec<String> = roster.by_ref().map(|entry| entry.unwrap().content.unwrap().key.to_string()).collect();
        assert_eq!(keys, ["ada@b.com", "eve@b.com", "bob@b.com"], "{list}");
        let summary = roster.finish().unwrap();
        assert_eq!(summary.rows, 3);
        assert!(
            matches!(summary.notes[..], [RosterNote::SeveralOnARow { entries: 3, .. }, ..]),
            "{list}: {:?}",
            summary.notes
        );
    }
    let read = entries("user,handoff\n\"ada@b.com; eve@b.com\",desk\nbob@b.com,x\n");
    let places: Vec<_> = read.iter().map(|entry| (entry.row.get(), entry.sheet_row.unwrap(), entry.among)).collect();
    let among = |number| Some(AmongSeveral { number, of: 2 });
    assert_eq!(places, [(1, 2, among(1)), (2, 2, among(2)), (3, 3, None)]);
    assert_eq!(read[1].content.as_ref().unwrap().handoff.as_deref(), Some("desk"));
}

#[test]
fn several_people_beside_something_else_are_never_one() {
    for list in [
        "ada@b.com and eve@b.com\n",
        "ada@b.com (eve@b.com)\n",
        "user\nada@b.com, eve@b.com, Bob\n",
        "user\nSmith, Bob; Ada <ada@b.com>; Eve <eve@b.com>\n",
        "user,note\nada@b.com eve@b.com and Bob,x\n",
        "UserPrincipalName,Mail\nada@b.com; eve@b.com,ada@b.com\n",
    ] {
        let error = open(list).err().unwrap_or_else(|| panic!("{list}"));
        assert!(matches!(error, RosterError::SeveralPeople { people: 2.., .. }), "{list}: {error}");
        let help = error.help().unwrap();
        assert!(!help.contains("--key") && !help.contains("Delete"), "{help}");
    }
    let error = open("Account,User\n\"ada@b.com; eve@b.com\",\"ada@b.com; kim@b.com\"\n").err().unwrap();
    assert!(matches!(error, RosterError::ColumnsDiffer(_) | RosterError::SeveralPeople { .. }), "{error}");
    let error = open("ada@b.com,boss@b.com\neve@b.com,boss@b.com\n").err().unwrap();
    let help = error.help().unwrap();
    assert!(help.contains("\"#1\"") && help.contains("\"#2\"") && help.contains("line of their own"), "{help}");
}

#[test]
fn a_report_that_hides_names_is_refused_whole() {
    let error =
        open("Report Refresh Date,User Principal Name\n2026-11-20,9D8A2F4C11B7E6403C5F7A8890AB12CD\n").err().unwrap();
    assert!(
        matches!(error, RosterError::Concealed { .. }) && error.help().unwrap().contains("Org settings"),
        "{error}"
    );
    assert!(open("User Principal Name\n<PII:H101(x)>\n").is_err());
    assert_eq!(entries("UPN\n9D8A2F4C11B7E6403C5F7A8890AB12CD\nada@b.c\n").len(), 2, "one such row is a row");
}

#[test]
fn a_status_that_is_not_used_is_said_and_only_takes_the_rows_that_are_meant() {
    let list = "user,Status\nada@b.c,Active\neve@b.c,Terminated\nbob@b.c,active\n";
    let notes = open(list).unwrap().finish().unwrap().notes;
    let values = vec![("Active".to_owned(), 1), ("Terminated".to_owned(), 1), ("active".to_owned(), 1)];
    assert_eq!(notes, [RosterNote::StatusNotUsed { column: "Status".to_owned(), values, other_words: 0 }]);
    let options = ReadOptions { only: Some("status=terminated".parse().unwrap()), ..ReadOptions::default() };
    let mut roster = Roster::open_with(Source::bytes("a test", list.as_bytes().to_vec()), options).unwrap();
    let read: Vec<bool> =
        roster.by_ref().map(|entry| entry.unwrap().content.is_err_and(|defect| defect.is_left_out())).collect();
    assert_eq!(read, [true, false, true]);
    let ending = roster.finish().unwrap();
    assert!(ending.notes.is_empty() && ending.defects.is_empty());
    assert!("status".parse::<OnlyRows>().is_err() && "=x".parse::<OnlyRows>().is_err());
}

#[test]
fn a_manager_is_never_the_one_who_leaves() {
    let person = only("Manager email,Work email\nboss@b.c,ada@b.c\n").unwrap();
    assert_eq!(person.key, Key::UserPrincipalName(upn("ada@b.c")));
    for other in ["Leaver email", "Contact at work"] {
        let error = open(format!("Manager email,{other}\nboss@b.c,ada@b.c\n")).err().unwrap();
        let help = error.help().unwrap();
        assert!(help.contains("\"Manager email\"") && help.contains(&format!("{other:?}")), "{help}");
        assert!(help.ends_with("--key COLUMN"), "no column is offered: {help}");
    }
}

#[test]
fn who_answered_a_form_is_not_who_is_meant() {
    for list in [
        "ID,Start time,Completion time,Email,Name,Who is leaving?\n1,x,y,boss@b.c,Boss,Ada\n",
        "Timestamp,Email Address,Employee leaving\nx,boss@b.c,Ada\n",
        "Number,User,Affected user\n1,boss@b.c,Ada\n",
    ] {
        let error = open(list).err().unwrap();
        assert!(matches!(error, RosterError::NoKeyColumn { .. }), "{list}: {error}");
        assert!(error.help().unwrap().contains("who made them"), "{:?}", error.help());
    }
}
