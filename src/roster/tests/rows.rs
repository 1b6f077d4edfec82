//! What a row says, and what is said of one that is broken.

use super::super::*;
use super::{ID, entries, only, open, upn};

#[test]
fn a_row_is_understood_in_full() {
    let person = only(format!(
        "Object Id;User principal name;Handoff;Priority;Note;userType;DirSyncEnabled;Account Enabled\r\n\
         {ID};Ada@contoso.com; desk 1 ;7;\"two\nlines\";Guest;True;no\r\n"
    ))
    .unwrap();
    assert_eq!(person.key, Key::ObjectId(ID.parse().unwrap()));
    assert_eq!(person.also, Some(upn("ada@contoso.com")));
    assert_eq!((person.handoff.as_deref(), person.priority), (Some("desk 1"), Some(7)));
    let hints = Hints { user_type: Some("Guest".into()), synced: Some(true), enabled: Some(false), ..Hints::default() };
    assert_eq!(person.hints, hints);
}

#[test]
fn the_name_is_the_key_where_the_id_is_missing() {
    let people = entries(format!("id,upn\n{ID},ada@contoso.com\n,bob@contoso.com\neve@contoso.com,\n"));
    let keys: Vec<_> = people.into_iter().map(|entry| entry.content.unwrap()).map(|p| (p.key, p.also)).collect();
    assert_eq!(
        keys,
        [
            (Key::ObjectId(ID.parse().unwrap()), Some(upn("ada@contoso.com"))),
            (Key::UserPrincipalName(upn("bob@contoso.com")), None),
            (Key::UserPrincipalName(upn("eve@contoso.com")), None),
        ]
    );
}

#[test]
fn a_mail_address_beside_an_id_is_not_held_against_it() {
    let person = only(format!("id,mail\n{ID},Ada Lovelace\n")).unwrap();
    assert_eq!(person.also, None);
}

#[test]
fn rows_and_lines_are_counted_from_one_and_blank_lines_are_no_rows() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["", "user,note", "", "a@b.c,", ",", "b@b.c,\"x", "y\"", "  ", "nonsense,"].join(end);
        let seen: Vec<_> = entries(text).iter().map(|e| (e.row.get(), e.line, e.content.is_ok())).collect();
        assert_eq!(seen, [(1, 4, true), (2, 6, true), (3, 9, false)], "{end:?}");
    }
}

#[test]
fn every_broken_row_says_what_and_where() {
    let cases: &[(&[u8], u64, Option<u64>, &str)] = &[
        (b"user,note\n,x\n", 2, Some(1), "is empty"),
        (b"note,user\nx,Ada Lovelace\n", 2, Some(3), "neither"),
        (b"user\na@b@c\n", 2, Some(1), "more than one @"),
        (b"user,note\na@b.c\n", 2, None, "1 cell where 2 are expected"),
        (b"user,note\na@b.c,x,y\n", 2, Some(9), "3 cells where 2 are expected"),
        (b"note,user\n\xc3\xa9,\xff@b.c\n", 2, Some(3), "not UTF-8"),
        (b"user\na\0@b.c\n", 2, Some(2), "U+0000"),
        (b"user,priority\na@b.c,soon\n", 2, Some(7), "priority"),
        (b"user,priority\na@b.c,-1\n", 2, Some(7), "priority"),
        (b"user,priority\na@b.c,4294967296\n", 2, Some(7), "priority"),
        (b"user,note\na@b.c,\"x\" y\n", 2, Some(10), "follows a closing quote"),
        (b"user,note\n\na@b.c,\"x\n", 3, Some(7), "never closes"),
        (b"user,note,handoff\na@b.c,\"x\r\ny\",\x1b[2J\n", 3, Some(4), "U+001B"),
    ];
    for (bytes, line, column, what) in cases {
        let shown = String::from_utf8_lossy(bytes);
        let defect = only(*bytes).unwrap_err();
        assert_eq!((defect.span.line, defect.span.column), (*line, *column), "{shown:?}: {defect}");
        assert!(defect.to_string().contains(what), "{shown:?}: {defect}");
    }
}

#[test]
fn overlong_cells_and_rows_are_refused_alone() {
    let text = format!(
        "user,handoff\n{long}@b.c,\na@b.c,{long}\n{overlong}\nlast@b.c,\n",
        long = "x".repeat(400),
        overlong = "y".repeat(3 << 20)
    );
    let entries = entries(text);
    let ok: Vec<_> = entries.iter().map(|e| (e.line, e.content.is_ok())).collect();
    assert_eq!(ok, [(2, false), (3, false), (4, false), (5, true)]);
    assert!(entries.iter().all(|entry| entry.text.chars().count() <= 201));
    assert!(matches!(entries[2].content.as_ref().unwrap_err().reason, DefectReason::RowTooLong { .. }));
}

#[test]
fn no_row_is_lost_behind_an_open_quote() {
    let text = "user,note\n\"a@b.c,x\nb@b.c,x\nc@b.c,\"x, y\"\n\"d@b.c\",x\n";
    let seen: Vec<_> = entries(text).iter().map(|e| (e.line, e.text.clone(), e.content.is_ok())).collect();
    let expected = [(2, "\"a@b.c,•", false), (3, "b@b.c", true), (4, "c@b.c", true), (5, "d@b.c", true)];
    assert_eq!(seen, expected.map(|(line, text, ok)| (line, text.to_owned(), ok)));
}

#[test]
fn a_key_over_two_lines_gives_the_second_line_back() {
    let text = "user,note\n\"a@b.c\nb@b.c z\",x\nc@b.c,x\n";
    let seen: Vec<_> = entries(text).iter().map(|e| (e.line, e.content.is_ok())).collect();
    assert_eq!(seen, [(2, false), (3, false), (4, true)]);
}

#[test]
fn the_offending_character_is_where_the_mark_is() {
    for (row, marked) in [
        ("x,\"ada;eve@contoso.com\",,,", ";"),
        ("x, ada@cont\u{200b}oso.com ,,,", "\u{fffd}"),
        ("x,Ada Lovelace,,,", "Ada Lovelace"),
        ("x,ada@contoso.com,,soon,", "soon"),
        ("x,ada@contoso.com,de\u{1b}sk,,", "\u{fffd}"),
        ("x,ada@contoso.com,,,,,y", ",•"),
    ] {
        let defect = only(format!("name,user,handoff,priority,note\n{row}\n")).unwrap_err();
        let Excerpt { text, mark } = defect.span.excerpt;
        assert_eq!(text.chars().skip(mark.start).take(mark.len()).collect::<String>(), marked, "{text}");
    }
}

#[test]
fn what_is_only_advice_never_refuses_a_row() {
    let person = only(b"user,priority,note\na@b.c,1.0,caf\xe9 \x1b[2J\n".as_slice()).unwrap();
    assert_eq!(person.priority, Some(1));
    assert!(only(format!("user,note\na@b.c,{}\n", "é".repeat(5_000))).is_ok());
    for broken in ["user,handoff\na@b.c,d\u{1b}k\n", "user,priority\na@b.c,1.5\n"] {
        assert!(only(broken).is_err(), "{broken}");
    }
}

#[test]
fn beside_an_id_of_zeros_the_name_counts() {
    let nil = "00000000-0000-0000-0000-000000000000";
    assert_eq!(
        only(format!("User ID,Username\n{nil},ada@contoso.com\n")).unwrap().key,
        Key::UserPrincipalName(upn("ada@contoso.com"))
    );
    assert!(only(format!("User ID,Username\n{nil},\n")).unwrap_err().is_not_a_user());
}

#[test]
fn a_short_name_keeps_its_domain() {
    let options = || ReadOptions { key: None, by: Some(KeyProperty::SamAccountName), ..ReadOptions::default() };
    let read = |list: &str| {
        let roster = Roster::open_with(Source::bytes("a test", list.as_bytes().to_vec()), options()).unwrap();
        let content: Vec<_> = roster.map(|entry| entry.unwrap().content).collect();
        content
            .into_iter()
            .map(|read| read.map(|person| person.domain).map_err(|d| d.is_not_a_user()))
            .collect::<Vec<_>>()
    };
    let list = "AccountName,AccountDomain\nhans,ws-0042\nCORP\\hans,ws-0042\nhans,\nsystem,nt authority\n";
    assert_eq!(read(list), [Ok(Some("ws-0042".into())), Ok(Some("CORP".into())), Ok(None), Err(true)]);
    assert_eq!(read("samAccountName\nNOWHERE\\hans\nhans\n"), [Ok(Some("NOWHERE".into())), Ok(None)]);
}

#[test]
fn what_a_cell_was_meant_to_be_is_said() {
    for (cell, help) in [("CONTOSO\\ada", "--by sam"), ("0f6d1c1e6f0e4a558a306a3f0c7d9b11", "hyphens")] {
        let defect = only(format!("user\n{cell}\n")).unwrap_err();
        assert!(defect.reason.help().unwrap().contains(help), "{cell}");
    }
    assert_eq!(only(format!("user\n{{{ID}}}\n")).unwrap().key, Key::ObjectId(ID.parse().unwrap()));
    let options = ReadOptions { key: None, by: Some(KeyProperty::EmployeeId), ..ReadOptions::default() };
    let list = "employeeId\n=\"00001\"\n\"=\"\"00002\"\"\"\n";
    let roster = Roster::open_with(Source::bytes("a test", list.as_bytes().to_vec()), options).unwrap();
    let keys: Vec<_> = roster.map(|entry| entry.unwrap().content.unwrap().key.to_string()).collect();
    assert_eq!(keys, ["employee id 00001", "employee id 00002"]);
}

#[test]
fn a_cell_too_many_shifts_all_behind_it() {
    for row in ["Lovelace, Ada,ada@b.c,boss@b.c", "Ada,ada@b.c,boss@b.c,", "boss@b.c,Lovelace, Ada,"] {
        let defect = entries(format!("Name,UPN,Manager\n{row}\n")).remove(0).content.unwrap_err();
        assert!(matches!(defect.reason, DefectReason::TooManyCells { found: 4, expected: 3 }), "{row}: {defect}");
    }
    assert!(only("user,note,,\nada@b.c,x,,\n").is_ok(), "the header has the same empty cells");
    assert!(only("user,note,,\nada@b.c,x\n").is_ok());
    assert!(only("ada@b.c,Ada,\n").is_ok());
    let whole = only("user,name,dept\n\"ada@b.c,\"\"Lovelace, Ada\"\",x\"\n").unwrap_err();
    assert!(matches!(whole.reason, DefectReason::RowInQuotes), "{whole}");
}

/// What is shown of a cell, and what is not, decides nothing.
#[test]
fn a_key_that_is_not_shown_keeps_its_remedy_and_the_person_the_name_that_the_list_has() {
    let long = format!("CORP\\jdoe{}", "x".repeat(300));
    for (key, part) in [("S-1-5-21-1-2-3-1100", "--by sid"), ("CORP\\jdoe", "--by sam"), (&long, "--by sam")] {
        for (list, is_shown) in [("user,name", true), ("user,name,password", false)] {
            let rest = if is_shown { "" } else { ",Sommer2026!" };
            let entry = entries(format!("{list}\n{key},Ada Lovelace{rest}\n")).remove(0);
            let defect = entry.content.unwrap_err();
            assert!(defect.reason.help().unwrap_or_default().contains(part), "{key}: {defect}");
            assert_eq!((!entry.text.is_empty(), entry.name.as_str()), (is_shown, "Ada Lovelace"), "{key}");
            assert_eq!(defect.to_string().contains("not shown"), !is_shown, "{defect}");
        }
    }
}

#[test]
fn a_password_behind_a_colon_is_not_kept_and_its_row_is_read() {
    let mut roster =
        open("User\nada@b.com:Summer2024!\neve@b.com:Win,ter\nbob:Autumn2022\nx@b.com:y@b.com:z\n").unwrap();
    let read: Vec<Entry> = roster.by_ref().map(Result::unwrap).collect();
    assert_eq!(read[0].text, "ada@b.com");
    assert_eq!(read[0].content.as_ref().unwrap().key, Key::UserPrincipalName(upn("ada@b.com")));
    for entry in &read[1..] {
        let defect = entry.content.as_ref().unwrap_err();
        let shown = format!("{} {defect} {:?}", entry.text, defect.span);
        assert!(!shown.contains("Win") && !shown.contains("ter") && !shown.contains(":z"), "{shown}");
    }
    let notes = roster.finish().unwrap().notes;
    assert_eq!(notes, [RosterNote::Secrets { rows_with_colon: 1 }]);
    let read = entries("ada@b.com;Summer2024!\neve@b.com;W1nter#1;x\n").remove(1);
    let shown = format!("{} {:?}", read.text, read.content.unwrap_err());
    assert!(!shown.contains("W1nter"), "{shown}");
}

#[test]
fn single_quotes_around_every_cell_are_none_of_the_text() {
    let person = only("'UserPrincipalName','DisplayName'\n'ada@b.com','Ada'\n").unwrap();
    assert_eq!(person.key, Key::UserPrincipalName(upn("ada@b.com")));
    assert!(person.respelt.has(Respelling::Quotes));
}

#[test]
fn a_list_that_sealoff_wrote_is_read_as_it_was_meant() {
    let name = "-x@contoso.com";
    let list = format!("objectId,userPrincipalName\n,{guarded}\n", guarded = crate::spreadsheet::guard(name));
    let mut roster = Roster::open(Source::bytes("list.csv", list.into_bytes())).unwrap();
    let person = roster.next().unwrap().unwrap().content.unwrap();
    assert_eq!(person.key.to_string(), name);
}

#[test]
fn rows_are_counted_as_a_spreadsheet_counts_them_too() {
    let list = "User principal name,note\na@contoso.com,\n\nb@contoso.com,\"two\nlines\"\nc@contoso.com,\n";
    let of = |list: &str| entries(list).iter().map(|entry| (entry.line, entry.sheet_row.unwrap())).collect::<Vec<_>>();
    assert_eq!(of(list), [(2, 2), (4, 4), (6, 5)]);
    assert_eq!(of("\"User principal name\",\"a\nb\"\na@contoso.com,\n"), [(3, 2)], "a header of two lines");
}

#[test]
fn a_row_says_what_the_list_calls_its_person() {
    let names = |list: &str| entries(list).into_iter().map(|entry| entry.name).collect::<Vec<_>>();
    let list = "Last name,First name,Employee ID,User principal name\nÇelik,Arjun,100343,\nVogel,,,not a key\n,,7,c@contoso.com\n";
    assert_eq!(names(list), ["Arjun Çelik (100343)", "Vogel", "7"]);
    assert_eq!(names("displayName,userPrincipalName\nAda Lovelace,a@contoso.com\n"), ["Ada Lovelace"]);
    // A missing cell may have moved a password under the name.
    assert_eq!(names("upn,password,displayName,city\na@contoso.com,Secret1!,Rome\n"), [""]);
    assert_eq!(names("upn,city\na@contoso.com,Rome\n"), [""]);
}

#[test]
fn who_made_the_list_is_not_on_it() {
    for list in [
        "Name,Email\nAda,ada@b.c\nApproved by,boss@b.c\n",
        "Name;Benutzerprinzipalname\nAda;ada@b.c\n;\nFreigegeben durch;boss@b.c\n",
        "Nom,Adresse e-mail,Ville\nAda,ada@b.c,\nDemandeur :,boss@b.c,\n",
        "Name,Email\nAda,ada@b.c\nCreated by,boss@b.c; other@b.c\n",
    ] {
        let last = entries(list).pop().unwrap();
        let defect = last.content.unwrap_err();
        assert!(matches!(defect.reason, DefectReason::MadeBy { .. }), "{list}: {defect}");
    }
    assert!(entries("Role,Email\nManager,ada@b.c\nOwner,eve@b.c\n").iter().all(|entry| entry.content.is_ok()));
}

#[test]
fn words_behind_a_colon_are_no_password_and_their_row_is_refused_by_its_name() {
    let rows = entries("ada@b.c\neve@b.c:Summer2024!\npriya@b.c: ask Eve\nkofi@b.c: two laptops\n");
    let read: Vec<bool> = rows.iter().map(|row| row.content.is_ok()).collect();
    assert_eq!(read, [true, true, false, false]);
    assert_eq!((rows[2].text.as_str(), rows[3].text.as_str()), ("priya@b.c", "kofi@b.c"));
    let defect = rows[2].content.as_ref().unwrap_err().to_string();
    assert!(defect.contains("\"priya@b.c\" and a colon") && !defect.contains("ask"), "{defect}");
}

#[test]
fn a_user_inside_a_row_of_json_is_read_and_never_skipped() {
    let rows = entries(
        "[{\"ticket\":1,\"user\":{\"userPrincipalName\":\"ada@b.c\",\"x\":\"Secret1!\"},\"requester\":{\"upn\":\"boss@b.c\"}},\
          {\"ticket\":2,\"user\":{\"displayName\":\"Eve\"}}]",
    );
    assert_eq!(rows[0].content.as_ref().unwrap().key, Key::UserPrincipalName(upn("ada@b.c")));
    assert_eq!(rows[0].text, "ada@b.c");
    assert!(!rows[1].content.as_ref().unwrap_err().is_not_a_user());
}

#[test]
fn an_address_beside_an_empty_key_is_named_and_not_taken() {
    let rows = entries("UPN,Mail\nada@b.c,ada@b.c\n,grace@b.c\n,\u{a0}\n\u{1a}");
    let reason = rows[1].content.as_ref().unwrap_err().to_string();
    assert!(reason.contains("an address stands in column \"Mail\""), "{reason}");
    assert!(!rows.iter().any(|row| row.text.contains('\u{1a}')), "the sign that ends a file of DOS is no row");
}
