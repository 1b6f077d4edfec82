//! Bytes of every encoding, and bytes of none.

use std::collections::HashMap;

use proptest::prelude::*;

use super::super::*;
use super::{entries, open, upn};
use crate::digest::Digest;
use crate::spreadsheet::unguard;

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
        writer.write_record(["user", "handoff"]).unwrap();
        for (user, handoff) in &rows {
            writer.write_record([user, handoff]).unwrap();
        }
        let read = entries(writer.into_inner().unwrap());
        prop_assert_eq!(read.len(), rows.len());
        for (entry, (user, handoff)) in read.iter().zip(&rows) {
            let person = entry.content.as_ref().unwrap();
            prop_assert_eq!(&person.key, &Key::UserPrincipalName(upn(user)));
            // But for the sign by which our own lists keep a spreadsheet from taking a name for a formula.
            let written = unguard(handoff.trim_matches(|c: char| c.is_ascii_whitespace()));
            prop_assert_eq!(person.handoff.as_deref().unwrap_or(""), written);
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
