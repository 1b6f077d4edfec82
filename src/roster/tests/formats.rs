//! Files of every format, and what is no list.

use std::path::Path;

use super::super::*;
use super::{open, rows, upn};
use crate::digest::Digest;

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

/// The sample workbook, with one of its parts changed.
fn sample_with(part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
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
        if name == part {
            let before = String::from_utf8(std::mem::take(content)).unwrap();
            let after = change(before.clone());
            assert_ne!(before, after, "nothing is changed");
            *content = after.into_bytes();
        }
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    archive(&files)
}

#[test]
fn a_formula_that_was_never_calculated_is_named_and_no_row_is_lost() {
    let without_value = |text: String| {
        let cell = text.find("<c r=\"B5\"").unwrap();
        let end = cell + text[cell..].find("</c>").unwrap();
        format!("{}<c r=\"B5\"><f>LOWER(C5)</f>{}", &text[..cell], &text[end..])
    };
    let error = open(sample_with("xl/worksheets/sheet1.xml", without_value)).err().unwrap();
    assert!(error.to_string().contains("a formula without a value on its sheet \"Leavers\", in \"B5\""), "{error}");
    assert!(error.help().unwrap().contains("Open it in Excel, save it"), "{:?}", error.help());
}

#[test]
fn rows_that_are_struck_out_are_refused_unless_every_row_is_meant() {
    // Every font of the workbook strikes its text out.
    let struck = |text: String| text.replacen("<font>", "<font><strike/>", 100);
    let book = sample_with("xl/styles.xml", struck);
    let error = open(book.clone()).err().unwrap();
    assert!(error.to_string().contains("struck out on its sheet \"Leavers\", the first on line"), "{error}");
    assert!(error.help().unwrap().contains("--every-row"));
    let options = ReadOptions { every_row: true, ..ReadOptions::default() };
    let roster = Roster::open_with(Source::bytes("a test", book), options).unwrap();
    assert!(roster.shape().to_string().contains("that are struck out"), "{}", roster.shape());
    assert_eq!(roster.count(), 5);
}

#[test]
fn hidden_rows_of_a_sheet_are_refused_unless_they_are_asked_for() {
    let hide = |text: String| text.replace("<row r=\"5\"", "<row r=\"5\" hidden=\"1\"");
    let book = sample_with("xl/worksheets/sheet1.xml", hide);
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

/// A workbook with these sheets; each has one column, of which the first cell is the name.
fn workbook(sheets: &[(&str, &[&str])]) -> Vec<u8> {
    let numbered = |part: &dyn Fn(usize, &str) -> String| {
        sheets.iter().enumerate().map(|(index, (name, _))| part(index + 1, name)).collect::<String>()
    };
    let of_sheets = numbered(&|number, name| format!(r#"<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>"#));
    let relations = numbered(&|number, _| {
        format!(
            r#"<Relationship Id="r{number}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{number}.xml"/>"#
        )
    });
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let mut files = vec![
        (
            "_rels/.rels".to_owned(),
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned(),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{of_sheets}</sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!(
                r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>"#
            ),
        ),
    ];
    for (index, (_, cells)) in sheets.iter().enumerate() {
        let row = |(row, cell): (usize, &&str)| {
            format!(r#"<row r="{0}"><c r="A{0}" t="inlineStr"><is><t>{cell}</t></is></c></row>"#, row + 1)
        };
        let rows: String = cells.iter().enumerate().map(row).collect();
        let sheet = format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#);
        files.push((format!("xl/worksheets/sheet{}.xml", index + 1), sheet));
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    archive(&files)
}

#[test]
fn people_on_another_sheet_are_a_question_or_a_note() {
    let october = ("October", &["UPN", "ada@b.c"][..]);
    let error = open(workbook(&[october, ("November", &["UPN", "grace@b.c", "priya@b.c"])])).err().unwrap();
    assert!(error.to_string().ends_with("on more than one sheet: \"October\" 1, \"November\" 2"), "{error}");
    assert!(error.help().unwrap().contains("--sheet October"));
    let notes = |bytes: Vec<u8>| open(bytes).unwrap().finish().unwrap().notes;
    let error = open(workbook(&[("Contacts", &["Email", "boss@b.c"]), october])).err().unwrap();
    assert!(error.to_string().ends_with("\"Contacts\" 1, \"October\" 1"), "{error}");
    let noted = notes(workbook(&[october, ("Contacts", &["Email", "boss@b.c"])]));
    assert!(
        matches!(&noted[..], [RosterNote::OtherSheet(OtherSheet { name, accounts: 1, .. })] if name == "Contacts"),
        "{noted:?}"
    );
    assert_eq!(notes(workbook(&[october, ("Words", &["Colour", "green"])])), []);
    let options = ReadOptions { sheet: Some("October".to_owned()), ..ReadOptions::default() };
    let both = workbook(&[october, ("November", &["UPN", "grace@b.c"])]);
    assert!(Roster::open_with(Source::bytes("a test", both), options).is_ok(), "one is named");
}
