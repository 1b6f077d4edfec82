//! What is no person: remarks, titles, examples of templates.

use super::super::*;
use super::{entries, only, open, rows};

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
        let person = only(format!("user,handoff\na@b.c,\"{note}\"\n")).unwrap();
        assert_eq!(person.handoff.unwrap(), note.replace("\"\"", "\""));
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
