//! The room as its callers see it: bytes in, entries out.

use std::collections::HashMap;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::digest::Digest;

const ID: &str = "0f6d1c1e-6f0e-4a55-8a30-6a3f0c7d9b11";

fn open(bytes: impl Into<Vec<u8>>) -> Result<Roster, RosterError> {
    Roster::open(Source::bytes("a test", bytes.into()))
}

fn entries(bytes: impl Into<Vec<u8>>) -> Vec<Entry> {
    open(bytes).unwrap().map(Result::unwrap).collect()
}

fn only(bytes: impl Into<Vec<u8>>) -> Result<Person, Defect> {
    let mut entries = entries(bytes);
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries.remove(0).content
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

fn upn(text: &str) -> Upn {
    text.parse().unwrap()
}

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
    assert_eq!(person.note.as_deref(), Some("two\nlines"));
    let hints = Hints { user_type: Some("Guest".into()), synced: Some(true), enabled: Some(false), ..Hints::default() };
    assert_eq!(person.hints, hints);
}

/// The columns are those of the Microsoft 365 admin centre's export.
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
    let expected = [(2, "\"a@b.c,x", false), (3, "b@b.c", true), (4, "c@b.c", true), (5, "d@b.c", true)];
    assert_eq!(seen, expected.map(|(line, text, ok)| (line, text.to_owned(), ok)));
}

#[test]
fn a_key_over_two_lines_gives_the_second_line_back() {
    let text = "user,note\n\"a@b.c\nb@b.c\",x\nc@b.c,x\n";
    let seen: Vec<_> = entries(text).iter().map(|e| (e.line, e.content.is_ok())).collect();
    assert_eq!(seen, [(2, false), (3, false), (4, true)]);
}

#[test]
fn the_shape_says_what_was_understood() {
    let roster = open("\u{feff}sep=;\r\nId;UPN;x\r\n;a@b.c;\r\n").unwrap();
    let shape = roster.shape();
    assert_eq!((shape.encoding, shape.byte_order_mark), (Encoding::Utf8, true));
    assert_eq!((shape.delimiter, shape.preamble.as_slice()), (Delimiter::Semicolon, &[Preamble::Separator][..]));
    assert_eq!((shape.key.as_str(), shape.fallback.as_deref()), ("Id", Some("UPN")));
    assert_eq!(shape.columns, ["Id", "UPN", "x"]);
    assert_eq!(
        shape.to_string(),
        "UTF-8 with byte order mark, semicolon, sep= line, key column \"Id\", or \"UPN\" where that is empty"
    );
}

#[test]
fn the_ending_names_all_bytes_read_or_not() {
    let bytes = "\u{feff}user\n".to_owned() + &"a@b.c\nbad\n".repeat(20_000);
    let untouched = open(bytes.clone()).unwrap().finish().unwrap();
    let mut roster = open(bytes.clone()).unwrap();
    assert_eq!(roster.by_ref().count(), 40_000);
    let ending = roster.finish().unwrap();
    assert_eq!(ending, untouched);
    assert_eq!((ending.digest, ending.rows), (Digest::of(bytes.as_bytes()), 40_000));
    assert_eq!((ending.defects.shown.len(), ending.defects.more), (10, 19_990), "the first are kept, all are counted");
    assert_eq!(ending.defects.shown[0].span.line, 3);
}

#[test]
fn a_file_that_is_no_roster_says_what_was_found_and_what_is_expected() {
    let message = |bytes: &[u8]| open(bytes).err().unwrap().to_string();
    for empty in [&b""[..], b"\n\r\n", b"\xef\xbb\xbf", b",,\n"] {
        assert!(message(empty).contains("is empty"), "{empty:?}");
    }
    assert!(message(b"user,note\n").contains("header (user, note) and no rows below it"));
    assert!(message(b"user,note\n,\n\n").contains("no rows"));
    let no_key = message(b"name;city\nAda;London\n");
    assert!(no_key.contains("\"name\", \"city\"") && no_key.contains("userPrincipalName"), "{no_key}");
    assert!(message(b"\"user,note\nx\n").contains("never closes"));
    assert!(message(b"PK\x03\x04...").contains("workbook"));
    assert!(message(b"\x7fELF\x01\x02\x03\x04").contains("no text"));
}

#[test]
fn a_missing_file_and_a_folder_are_different_errors() {
    let scratch = tempfile::tempdir().unwrap();
    let open = |path: &Path| Roster::open(Source::from_argument(path.as_os_str())).err().unwrap();
    assert!(matches!(open(&scratch.path().join("missing.csv")), RosterError::NotFound(_)));
    assert!(matches!(open(scratch.path()), RosterError::Folder(_)));
    assert_eq!(Source::from_argument("-".as_ref()), Source::StandardInput);
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,8}@[a-z]{1,8}\\.com", "[ -~]{0,12}", "[a-z\",;\n\r]{0,12}"]
}

fn utf16(text: &str, big: bool) -> Vec<u8> {
    text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn what_cannot_be_decoded_is_a_defect_of_its_row_alone() {
    let list = |broken: &[u8], rest: &str, encode: &dyn Fn(&str) -> Vec<u8>| {
        [encode("name,user\n"), encode(rest), encode("é,x"), broken.to_vec(), encode("@b.c\né,last@b.c\n")].concat()
    };
    let many = "é,a@b.c\n".repeat(3);
    let windows = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let cases: [(Vec<u8>, Encoding); 5] = [
        (list(b"\xfc", &many, &|text| text.as_bytes().to_vec()), Encoding::Utf8),
        (list(b"\x81", &many, &windows), Encoding::Windows1252),
        (list("ü".as_bytes(), &many, &windows), Encoding::Windows1252),
        (list(&[0x00, 0xdc], &many, &|text| utf16(text, false)), Encoding::Utf16Le),
        (list(&[0xd8, 0x00], &many, &|text| utf16(text, true)), Encoding::Utf16Be),
    ];
    for (bytes, encoding) in cases {
        let mut roster = open(bytes).unwrap();
        let read: Vec<Entry> = roster.by_ref().map(Result::unwrap).collect();
        assert_eq!(roster.shape().encoding, encoding);
        let ok: Vec<bool> = read.iter().map(|entry| entry.content.is_ok()).collect();
        assert_eq!(ok, [true, true, true, false, true], "{encoding}");
        let defect = read[3].content.as_ref().unwrap_err();
        assert_eq!((defect.span.line, defect.span.column), (5, Some(4)), "{encoding}");
        assert_eq!(defect.reason, DefectReason::Undecodable { column: "user".into(), encoding });
        assert_eq!(
            defect.span.excerpt.text.chars().nth(defect.span.excerpt.mark.start),
            Some('\u{fffd}'),
            "{encoding}"
        );
    }
}

#[test]
fn the_offending_character_is_where_the_mark_is() {
    for (row, marked) in [
        ("x,\"ada;eve@contoso.com\",,,", ";"),
        ("x, ada@cont\u{200b}oso.com ,,,", "\u{fffd}"),
        ("x,Ada Lovelace,,,", "Ada Lovelace"),
        ("x,ada@contoso.com,,soon,", "soon"),
        ("x,ada@contoso.com,de\u{1b}sk,,", "\u{fffd}"),
        ("x,ada@contoso.com,,,,,y", ",y"),
    ] {
        let defect = only(format!("name,user,handoff,priority,note\n{row}\n")).unwrap_err();
        let Excerpt { text, mark } = defect.span.excerpt;
        assert_eq!(text.chars().skip(mark.start).take(mark.len()).collect::<String>(), marked, "{text}");
    }
}

#[test]
fn what_is_only_advice_never_refuses_a_row() {
    let person = only(b"user,priority,note\na@b.c,1.0,caf\xe9 \x1b[2J\n".as_slice()).unwrap();
    assert_eq!((person.priority, person.note.as_deref()), (Some(1), Some("café \u{fffd}[2J")));
    let long = only(format!("user,note\na@b.c,{}\n", "é".repeat(5_000))).unwrap();
    assert_eq!(long.note.unwrap().chars().count(), 4_096);
    for broken in ["user,handoff\na@b.c,d\u{1b}k\n", "user,priority\na@b.c,1.5\n"] {
        assert!(only(broken).is_err(), "{broken}");
    }
}

#[test]
fn what_is_no_user_says_so_and_is_not_reported() {
    let text = "UserId,Operation\nNT AUTHORITY\\SYSTEM (x),y\nS-1-5-18,y\nTeams,y\nada@contoso.com (deleted),y\n";
    let mut roster = open(text).unwrap();
    let no_user: Vec<_> =
        roster.by_ref().map(|entry| entry.unwrap().content.map_err(|defect| defect.is_not_a_user())).collect();
    assert_eq!((&no_user[0], &no_user[1], &no_user[2]), (&Err(true), &Err(true), &Err(false)));
    assert_eq!(no_user[3], Err(true), "an account that has the name now is another one");
    assert_eq!(roster.finish().unwrap().defects.shown.len(), 1);
}

#[test]
fn the_example_of_a_template_is_no_person_and_a_person_is_no_example() {
    let template =
        "version:v1.0\nUser name [userPrincipalName] Required\nExample: chris@contoso.com\na@b.c\nExample: x\n";
    let seen: Vec<_> = entries(template).iter().map(|e| (e.row.get(), e.line, e.content.is_ok())).collect();
    assert_eq!(seen, [(1, 4, true), (2, 5, false)], "only above the first person");
    assert_eq!(entries("user\nExample: x\n").len(), 1, "only in a template");
    assert!(matches!(
        open("version:v1.0\nUser name [userPrincipalName] Required\nExample: x\n"),
        Err(RosterError::NoRows { .. })
    ));
}

#[test]
fn a_password_in_a_list_is_never_shown() {
    let head = "User name [userPrincipalName] Required,Initial password [passwordProfile] Required,note\n";
    for row in ["nobody,s3cret!,x", "nobody,s3cret!,x,y", "a@b.c,s3cret!", "a@b.c,\"s3cret!,x", "a@b.c,\"s3cret!\" x,y"]
    {
        let entry = entries(format!("{head}{row}\n")).remove(0);
        let defect = entry.content.unwrap_err();
        let shown = format!("{} {defect} {:?}", entry.text, defect.span);
        assert!(!shown.contains("s3c"), "{shown}");
    }
}

proptest! {
    /// People on lines of their own are found in every encoding, with any text between them, and no record is lost.
    #[test]
    fn no_bytes_lose_a_person_in_any_encoding(noise in prop::collection::vec(prop::collection::vec(any::<u16>(), 0..12), 1..12), which in 0usize..4) {
        let mut bytes = match which { 0 => b"\xef\xbb\xbf".to_vec(), 1 => b"\xff\xfe".to_vec(), 2 => b"\xfe\xff".to_vec(), _ => Vec::new() };
        let encode = |text: &str| match which { 1 => utf16(text, false), 2 => utf16(text, true), _ => text.as_bytes().to_vec() };
        bytes.extend(encode("user,note\n"));
        for (number, units) in noise.iter().enumerate() {
            // A quote in the noise may open a cell, which is another property's business.
            let units = units.iter().map(|unit| if unit.to_le_bytes().contains(&b'"') { 0x41 } else { *unit });
            bytes.extend(units.flat_map(|unit| if which == 2 { unit.to_be_bytes() } else { unit.to_le_bytes() }));
            bytes.extend(encode(&format!("\nperson{number}@contoso.com,\n")));
        }
        // A head full of control characters is refused as a whole, so no person is lost there either.
        let Ok(roster) = open(bytes.clone()) else { return Ok(()) };
        let read: Vec<Entry> = roster.map(Result::unwrap).collect();
        let people: Vec<&str> = read.iter().filter(|e| e.content.is_ok()).map(|e| e.text.as_str()).filter(|t| t.starts_with("person")).collect();
        let expected: Vec<String> = (0..noise.len()).map(|number| format!("person{number}@contoso.com")).collect();
        prop_assert_eq!(people, expected);
        for (index, entry) in read.iter().enumerate() {
            prop_assert_eq!(entry.row.get() as usize, index + 1);
        }
        prop_assert_eq!(open(bytes.clone()).unwrap().finish().unwrap().digest, Digest::of(&bytes));
    }

    #[test]
    fn what_a_writer_writes_is_read_back(rows in prop::collection::vec(("[a-z]{1,8}@[a-z]{1,8}\\.com", cell()), 1..30), crlf: bool) {
        let mut writer = csv::WriterBuilder::new()
            .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .from_writer(Vec::new());
        writer.write_record(["user", "note"]).unwrap();
        for (user, note) in &rows {
            writer.write_record([user, note]).unwrap();
        }
        let read = entries(writer.into_inner().unwrap());
        prop_assert_eq!(read.len(), rows.len());
        for (entry, (user, note)) in read.iter().zip(&rows) {
            let person = entry.content.as_ref().unwrap();
            prop_assert_eq!(&person.key, &Key::UserPrincipalName(upn(user)));
            prop_assert_eq!(person.note.as_deref().unwrap_or(""), note.trim_matches(|c: char| c.is_ascii_whitespace()));
        }
    }

    /// The lines between are arbitrary; the people are known. Each of them stands on a line of their own and must come
    /// out again, or be named by a defect of a row that begins on their line or holds it.
    #[test]
    fn no_bytes_make_it_panic_or_lose_a_line(noise in prop::collection::vec("[a-z@.,;\"\t\0 ]{0,20}", 1..20)) {
        let mut text = String::from("user,note\n");
        let mut expected = HashMap::new();
        for (index, line) in noise.iter().enumerate() {
            text.push_str(line);
            text.push('\n');
            // A NUL alone is the other half of a line end in UTF-16.
            if line != "\0" && !line.chars().all(|c| matches!(c, ',' | '"') || c.is_ascii_whitespace()) {
                expected.insert(index as u64 + 2, line);
            }
        }
        // A head full of control characters is refused as a whole, so no person is lost there either.
        let Ok(roster) = open(text) else { return Ok(()) };
        let read: Vec<Entry> = roster.map(Result::unwrap).collect();
        for (index, entry) in read.iter().enumerate() {
            prop_assert_eq!(entry.row.get() as usize, index + 1);
            let until = read.get(index + 1).map_or(u64::MAX, |next| next.line);
            prop_assert!(entry.line < until);
        }
        if let (Some(first), Some(line)) = (read.first(), expected.keys().min()) {
            prop_assert!(first.line <= *line);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut with_header = b"user,note\n".to_vec();
        with_header.extend(&bytes);
        for bytes in [bytes, with_header] {
            if let Ok(roster) = open(bytes) {
                roster.for_each(|entry| { let _ = entry.unwrap(); });
            }
        }
    }
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
fn utf_16_behind_ascii_and_ascii_behind_utf_16_lose_no_row() {
    let head = "UserPrincipalName\r\nada@contoso.com\r\n";
    let tail = "grace@contoso.com\r\nbob@contoso.com\r\n";
    let appended = entries([head.as_bytes(), &utf16(&tail.repeat(45), false)].concat());
    let ok: Vec<_> = appended.iter().filter(|e| e.content.is_ok()).map(|e| e.text.as_str()).collect();
    assert_eq!((ok.as_slice(), appended.len()), (&["ada@contoso.com"][..], 91));
    let wide = utf16(&format!("\u{feff}{head}"), false);
    let appended: Vec<_> = entries([&wide, tail.as_bytes()].concat()).iter().map(|e| e.content.is_ok()).collect();
    assert_eq!(appended, [true, false, false]);
}

#[test]
fn nuls_behind_a_list_are_a_row_that_cannot_be_read() {
    let seen: Vec<_> = entries([b"user\nada@contoso.com\n".to_vec(), vec![0; 4096]].concat());
    let seen: Vec<_> = seen.iter().map(|e| (e.line, e.content.is_ok())).collect();
    assert_eq!(seen, [(2, true), (3, false)]);
    let seen: Vec<_> = entries("user;note\ra@b.c;x\ra\0@b.c;y\r").iter().map(|e| (e.line, e.content.is_ok())).collect();
    assert_eq!(seen, [(2, true), (3, false)]);
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
fn rows_inside_a_quoted_cell_are_found() {
    let text = "user,note\na@b.c,\"left early\ng@b.c,team moved\nm@b.c,wants monitor 27\"\nl@b.c,ok\n";
    let seen: Vec<_> = entries(text).iter().map(|e| (e.line, e.content.is_ok())).collect();
    assert_eq!(seen, [(2, false), (3, true), (4, true), (5, true)]);
}

#[test]
fn what_may_be_a_remark_or_a_row_is_neither_acted_on_nor_lost() {
    for text in [
        "user,note\na@b.c,\"left early\nm@b.c,wants monitor 27\"\nl@b.c,ok\n",
        "user,note\na@b.c,\"spoke to\ng@b.c, who agrees\nand left\"\nl@b.c,ok\n",
    ] {
        let entries = entries(text);
        let (last, doubtful) = entries.split_last().unwrap();
        assert!(last.content.is_ok() && doubtful.iter().all(|entry| entry.content.is_err()), "{entries:?}");
        assert_eq!(doubtful.len(), text.lines().count() - 2);
        assert!(matches!(doubtful[1].content.as_ref().unwrap_err().reason, DefectReason::InsideQuote));
    }
}

#[test]
fn honest_remarks_over_lines_stay_remarks() {
    for note in [
        "spoke to g@b.c,\nwho agrees",
        "{\n  \"\"UserId\"\": \"\"g@b.c\"\",\n  \"\"Id\"\": 1\n}",
        "list:\nAda, Bob\nGrace, Hans",
        "two\r\n\r\nparagraphs",
    ] {
        let person = only(format!("user,note\na@b.c,\"{note}\"\n")).unwrap();
        assert_eq!(person.note.unwrap(), note.replace("\"\"", "\""));
    }
}

#[test]
fn an_example_further_down_is_a_row_and_no_user() {
    let head = "version:v1.0\nName [displayName] Required,User name [userPrincipalName] Required\n";
    let read = entries(format!("{head}Ada,a@b.c\nExample: Chris,g@b.c\n"));
    assert_eq!(read.len(), 2);
    assert!(read[1].content.as_ref().unwrap_err().is_not_a_user());
    let read = entries(format!("{head}Example: Chris,c@b.c\nExample: Grace,g@b.c\nAda,a@b.c\n"));
    let ok: Vec<_> = read.iter().map(|entry| (entry.row.get(), entry.content.is_ok())).collect();
    assert_eq!(ok, [(1, false), (2, true)]);
}

#[test]
fn a_template_without_its_header_shows_no_password() {
    for list in ["version:v1.0\nAda,Ada L,Sommer2026!,No\n", "version:v1.0\nAda,a@b.c,Sommer2026!,No\nBob,b@b.c,S,No\n"]
    {
        for key in [None, Some("Sommer")] {
            let options = ReadOptions { key: key.map(str::to_owned), by: None, ..ReadOptions::default() };
            let error = Roster::open_with(Source::bytes("a test", list.as_bytes().to_vec()), options).err().unwrap();
            let shown = format!("{error} {:?} {:?}", error.span().unwrap(), error.help());
            assert!(!shown.contains("2026") && shown.contains("not shown"), "{shown}");
        }
    }
}

#[test]
fn what_stands_above_a_header_is_named() {
    let message = |text: &str| {
        let error = open(text).err().unwrap();
        (error.to_string(), error.span().unwrap().line, error.help().unwrap())
    };
    let (what, line, help) = message("sep=,\nExported by,grace@b.c,x\n\nName,User principal name,y\nAda,a@b.c,z\n");
    assert!(what.contains("line 4") && line == 4 && help.contains("above the header"), "{what} {help}");
    let (what, line, _) = message("ada@b.c,Ada\nUPN,Name\ngrace@b.c,Grace\n");
    assert!(what.contains("line 2") && line == 2, "{what}");
    let (_, line, help) = message("ada#b.c\ngrace@b.c\n");
    assert!(line == 1 && help.contains("a line above it that says: user"), "{help}");
    let options = ReadOptions { key: Some("2".into()), by: None, ..ReadOptions::default() };
    for list in ["a,b\nx,ada@b.c\n", "x,ada@b.c\n"] {
        let error =
            Roster::open_with(Source::bytes("a test", list.as_bytes().to_vec()), options.clone()).err().unwrap();
        assert!(error.to_string().ends_with("did you mean \"#2\"?"), "{error}");
    }
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

/// Its line, and the key or the reason of each row.
fn rows(bytes: impl Into<Vec<u8>>) -> Vec<(u64, String)> {
    let said = |entry: Entry| match entry.content {
        Ok(person) => (entry.line, person.key.to_string()),
        Err(defect) => (entry.line, defect.reason.to_string()),
    };
    entries(bytes).into_iter().map(said).collect()
}

#[test]
fn titles_and_comments_are_passed_over_and_lines_stay_those_of_the_file() {
    assert_eq!(rows("sep=;\nLeavers November 2026;;\n;;\nName;UPN;Dept\nAda;a@b.c;Eng\n"), [(5, "a@b.c".to_owned())]);
    assert_eq!(rows("# leavers\n#of November\nada@b.c\n"), [(3, "ada@b.c".to_owned())]);
    let commented = rows("#eve@b.c\nada@b.c\n#bob@b.c\n#N/A\n");
    let lines: Vec<(u64, bool)> =
        commented.iter().map(|(line, said)| (*line, said.contains("commented out"))).collect();
    assert_eq!(lines, [(1, true), (2, false), (3, true), (4, false)], "{commented:?}");
    let numbered = rows("No,UPN\n#E-1,ada@b.c\n#E-2,bob@b.c\n");
    assert_eq!(numbered, [(2, "ada@b.c".to_owned()), (3, "bob@b.c".to_owned())], "a # of all rows is part of them");
    let beside = rows("Name,UPN\nAda,ada@b.c\n#Bob,bob@b.c\n");
    assert!(beside[1].1.contains("commented out"), "{beside:?}");
}

#[test]
fn json_is_read_as_the_table_that_it_means() {
    let list = "[\n  {\"displayName\": \"Ada, L.\", \"userPrincipalName\": \"ada@b.c\"},\n\n  {\"userPrincipalName\": \"bob@b.c\"},\n  {}\n]\n";
    assert_eq!(rows(list), [(2, "ada@b.c".to_owned()), (4, "bob@b.c".to_owned())]);
    let utf_16: Vec<u8> = format!("\u{feff}{list}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let roster = open(utf_16.clone()).unwrap();
    let shape = roster.shape().to_string();
    assert_eq!(shape, "JSON, UTF-16 LE with byte order mark, key column \"userPrincipalName\"");
    assert_eq!(roster.finish().unwrap().digest, Digest::of(&utf_16), "the digest is that of the file");
    let lines = rows("{\"upn\":\"ada@b.c\"}\n{\"upn\":\"bob\"}\n");
    assert_eq!((lines[0].0, lines[1].0, lines[1].1.contains("no @")), (1, 2, true), "{lines:?}");
    assert_eq!(rows("[\"ada@b.c\",\n\"bob@b.c\"]"), [(1, "ada@b.c".to_owned()), (2, "bob@b.c".to_owned())]);
    for (list, what) in [
        ("[{\"upn\":\"ada@b.c\"}", "ends in the middle"),
        ("{\"@odata.nextLink\":\"x\",\"value\":[{\"upn\":\"ada@b.c\"}]}", "one page of a longer list"),
        ("[{\"upn\":\"ada@b.c\",\"upn\":\"bob@b.c\"}]", "two properties \"upn\""),
    ] {
        let error = open(list).err().unwrap();
        assert!(error.to_string().contains(what) && error.help().is_some(), "{error}");
    }
    assert!(matches!(open("[]"), Err(RosterError::Empty(_))));
}

#[test]
fn a_sheet_of_a_workbook_is_a_list() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/rosters/excel-workbook.xlsx");
    let open = |sheet: Option<&str>, by| {
        let options = ReadOptions { sheet: sheet.map(str::to_owned), by, ..ReadOptions::default() };
        Roster::open_with(Source::File(path.clone()), options)
    };
    let first =
        |roster: Roster| roster.map(Result::unwrap).next().map(|entry| (entry.line, entry.content.unwrap().key));
    let roster = open(None, None).unwrap();
    assert_eq!(
        roster.shape().to_string(),
        "Excel workbook, sheet \"Leavers\" and not \"Joiners\", title lines above the header, key column \"Work email\""
    );
    assert_eq!(first(roster), Some((4, Key::UserPrincipalName(upn("ada.lovelace@contoso.com")))));
    let by_number = first(open(None, Some(KeyProperty::EmployeeId)).unwrap());
    assert_eq!(by_number, Some((4, Key::Property(KeyProperty::EmployeeId, "00040".into()))), "with its zeros");
    for sheet in ["joiners", "#2"] {
        let olha = first(open(Some(sheet), None).unwrap());
        assert_eq!(olha, Some((2, Key::UserPrincipalName(upn("olha.shevchenko@contoso.com")))), "{sheet}");
    }
    let error = open(Some("Leaver"), None).err().unwrap().to_string();
    assert!(error.contains("\"Leavers\", \"Joiners\", \"Lists\""), "{error}");
    let error = open(Some("Lists"), None).err().unwrap();
    assert!(error.to_string().contains("(sheet \"Lists\""), "{error}");
    assert!(error.help().unwrap().contains("--sheet Leavers"), "{:?}", error.help());
    let error = Roster::open_with(
        Source::bytes("a test", b"user\na@b.c\n".as_slice()),
        ReadOptions { sheet: Some("x".into()), ..ReadOptions::default() },
    );
    assert!(error.err().unwrap().to_string().contains("no workbook"));
}

/// A zip archive with these files.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn what_is_no_list_is_refused_by_its_name_with_what_to_do() {
    let utf_16 = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let compound = |name: &str| [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), vec![0; 504], utf_16(name)].concat();
    let ods: &[(&str, &[u8])] =
        &[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"")];
    for (bytes, what, help) in [
        (compound("EncryptedPackage"), "protected by a password", "take the password off"),
        (compound("Workbook"), "Excel 97 to 2003", ".xlsx"),
        (archive(ods), "OpenDocument", ".xlsx"),
        (archive(&[("xl/workbook.bin", b"")]), ".xlsb", ".xlsx"),
        (archive(&[("word/document.xml", b"")]), "Word document", "one a line"),
        (archive(&[("list.csv", b"user")]), "zip archive", "Unpack it"),
        (archive(&[("xl/workbook.xml", b"<x")]), "cannot be read", "save it again"),
        (b"%PDF-1.7".to_vec(), "PDF", "one a line"),
        (b"<html><table>".to_vec(), "web page", "Export-Csv"),
        (b"\r\n\r\nUpn : a@b.c\r\n\r\nUpn : d@b.c\r\n".to_vec(), "Format-List", "Export-Csv"),
        (b"\nUpn   Name\n---   ----\na@b.c Ada\n".to_vec(), "Format-Table", "Export-Csv"),
        (b"@{Upn=a@b.c}\n".to_vec(), "objects of PowerShell", "Export-Csv"),
        (b"<Objs Version=\"1.1\">".to_vec(), "Export-Clixml", "Import-Clixml"),
    ] {
        let error = open(bytes).err().unwrap();
        assert!(error.to_string().contains(what) && error.help().unwrap().contains(help), "{error} {:?}", error.help());
    }
}

#[test]
fn a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read() {
    let zeros = vec![b' '; 200 << 20];
    let bytes = archive(&[("xl/workbook.xml", b"<x"), ("xl/sharedStrings.xml", &zeros)]);
    assert!(bytes.len() < 1 << 20);
    let error = open(bytes).err().unwrap().to_string();
    assert!(error.contains("unpacks to more than"), "{error}");
}

#[test]
fn hidden_rows_of_a_sheet_are_refused_unless_they_are_asked_for() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/rosters/excel-workbook.xlsx");
    let mut whole = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..whole.len() {
        let mut file = whole.by_index(index).unwrap();
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut content).unwrap();
        files.push((file.name().unwrap().to_string(), content));
    }
    for (name, content) in &mut files {
        if name == "xl/worksheets/sheet1.xml" {
            let text = String::from_utf8(std::mem::take(content)).unwrap();
            *content = text.replace("<row r=\"5\"", "<row r=\"5\" hidden=\"1\"").into_bytes();
        }
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let book = archive(&files);
    let error = open(book.clone()).err().unwrap();
    assert!(error.to_string().contains("a hidden row on its sheet \"Leavers\""), "{error}");
    assert!(error.help().unwrap().contains("--hidden-rows"));
    let options = ReadOptions { hidden_rows: true, ..ReadOptions::default() };
    let roster = Roster::open_with(Source::bytes("a test", book.clone()), options).unwrap();
    assert!(roster.shape().to_string().contains("\"Leavers\" with a hidden row"), "{}", roster.shape());
    assert_eq!(roster.count(), 5);
    let options = ReadOptions { sheet: Some("Joiners".into()), ..ReadOptions::default() };
    assert!(Roster::open_with(Source::bytes("a test", book), options).is_ok(), "another sheet is not concerned");
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
    for list in [
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
fn several_people_in_one_place_are_never_one() {
    for list in [
        "ada@b.com;eve@b.com;bob@b.com;\n",
        "ada@b.com, eve@b.com\n",
        "ada@b.com\neve@b.com bob@b.com\n",
        "['ada@b.com', 'eve@b.com']\n",
        "Ada Lovelace <ada@b.com>; Eve <eve@b.com>\n",
        "To: Ada Lovelace <ada@b.com>; Eve <eve@b.com>\n",
        "user\nada@b.com\n\"eve@b.com; bob@b.com\"\n",
        "user\nada@b.com\neve@b.com,bob@b.com\n",
        "user,note\nada@b.com,x\neve@b.com bob@b.com,y\n",
        "user,note\n\"Ada <ada@b.com>, Eve <eve@b.com>\",y\n",
        "ada@b.com;eve@b.com\nbob@b.com;\nhans@b.com;olha@b.com\n",
    ] {
        let error = open(list).err().unwrap_or_else(|| panic!("{list}"));
        assert!(matches!(error, RosterError::SeveralPeople { people: 2.., .. }), "{list}: {error}");
        let help = error.help().unwrap();
        assert!(!help.contains("--key") && !help.contains("Delete"), "{help}");
    }
    let error = open("ada@b.com,boss@b.com\neve@b.com,boss@b.com\n").err().unwrap();
    let help = error.help().unwrap();
    assert!(help.contains("\"#1\"") && help.contains("\"#2\"") && help.contains("line of their own"), "{help}");
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
    assert_eq!(notes, [RosterNote::StatusNotUsed { column: "Status".to_owned(), values }]);
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
fn single_quotes_around_every_cell_are_none_of_the_text() {
    let person = only("'UserPrincipalName','DisplayName'\n'ada@b.com','Ada'\n").unwrap();
    assert_eq!(person.key, Key::UserPrincipalName(upn("ada@b.com")));
    assert!(person.respelt.has(Respelling::Quotes));
}

/// What people do to a row of a list, on purpose or not.
#[derive(Debug, Clone, Copy)]
enum Damage {
    None,
    CommaInTheName,
    CellTooMany,
    NextPersonInTheCell(&'static str),
    NextPersonOnTheLine,
    RowInQuotes,
    QuoteNotClosed,
    CutOff,
    Dressed(&'static str, &'static str),
    Password,
}

fn any_damage() -> impl Strategy<Value = Damage> {
    let joint = prop::sample::select(vec!["; ", ", ", " ", "|", "\n", " and "]);
    let dress = prop::sample::select(vec![
        ("mailto:", ""),
        ("smtp:", ""),
        ("<", ">"),
        ("\u{201c}", "\u{201d}"),
        ("\u{2018}", "\u{2019}"),
        ("Ada Lovelace <", ">"),
        ("i:0#.f|membership|", ""),
        ("", "."),
        ("\u{a0}", " "),
    ]);
    prop_oneof![
        3 => Just(Damage::None),
        1 => Just(Damage::CommaInTheName),
        1 => Just(Damage::CellTooMany),
        1 => joint.prop_map(Damage::NextPersonInTheCell),
        1 => Just(Damage::NextPersonOnTheLine),
        1 => Just(Damage::RowInQuotes),
        1 => Just(Damage::QuoteNotClosed),
        1 => Just(Damage::CutOff),
        1 => dress.prop_map(|(before, behind)| Damage::Dressed(before, behind)),
        1 => Just(Damage::Password),
    ]
}

fn person(number: usize) -> String {
    format!("person{number}x@contoso.com")
}

/// A list of people by number, each row with its damage; a person who is written into another's row has none of their own.
fn damaged(rows: &[Damage], key_first: bool, delimiter: char) -> (String, usize) {
    let d = delimiter;
    let mut list = if key_first {
        format!("UserPrincipalName{d}Name{d}City\n")
    } else {
        format!("Name{d}UserPrincipalName{d}City\n")
    };
    let mut number = 0;
    for damage in rows {
        let (mut key, mut name, mut end) = (person(number), format!("Person {number}"), "\n".to_owned());
        match damage {
            Damage::CommaInTheName => name = format!("Person{d} {number}"),
            Damage::CellTooMany => end = format!("{d}\n"),
            Damage::NextPersonInTheCell(joint) => {
                number += 1;
                key = format!("\"{key}{joint}{}\"", person(number));
            }
            Damage::NextPersonOnTheLine => {
                number += 1;
                end = format!("{d}{}\n", person(number));
            }
            Damage::QuoteNotClosed => name = format!("\"{name}"),
            Damage::Dressed(before, behind) => key = format!("{before}{key}{behind}"),
            Damage::Password => key = format!("{key}:Secret{number}!"),
            Damage::None | Damage::RowInQuotes | Damage::CutOff => {}
        }
        let row = if key_first { format!("{key}{d}{name}{d}Rome") } else { format!("{name}{d}{key}{d}Rome") };
        list += &match damage {
            Damage::RowInQuotes => format!("\"{row}\""),
            Damage::CutOff => row.rsplit_once(d).map_or_else(|| row.clone(), |(kept, _)| kept.to_owned()),
            _ => row,
        };
        list += &end;
        number += 1;
    }
    (list, number)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Every person whom the text names is in exactly one row, or the list is refused; and no row means a person whose name
    /// does not stand in it.
    #[test]
    fn no_damage_takes_a_person_out_of_a_list_or_means_another(
        rows in prop::collection::vec(any_damage(), 1..12),
        key_first in any::<bool>(),
        delimiter in prop::sample::select(vec![',', ';', '\t']),
    ) {
        let (list, people) = damaged(&rows, key_first, delimiter);
        let Ok(Ok(entries)) = open(list.clone()).map(|roster| roster.collect::<Result<Vec<_>, _>>()) else { return Ok(()) };
        let lines: Vec<&str> = list.lines().collect();
        let begins: Vec<usize> = entries.iter().map(|entry| entry.line as usize - 1).chain([lines.len()]).collect();
        let texts: Vec<String> = begins.windows(2).map(|ends| lines[ends[0]..ends[1]].join("\n")).collect();
        for number in 0..people {
            let name = person(number);
            let of: Vec<&Entry> =
                entries.iter().zip(&texts).filter(|(_, text)| text.contains(&name)).map(|(entry, _)| entry).collect();
            prop_assert_eq!(of.len(), 1, "{} is in {} rows of\n{}", name, of.len(), list);
            if let Ok(found) = &of[0].content {
                prop_assert_eq!(&found.key, &Key::UserPrincipalName(upn(&name)), "another person is meant in\n{}", list);
            }
        }
        for (entry, text) in entries.iter().zip(&texts) {
            if let Ok(Person { key: Key::UserPrincipalName(key), .. }) = &entry.content {
                prop_assert!(text.to_lowercase().contains(&key.to_string().to_lowercase()), "{key} in\n{text}");
            }
        }
    }
}
