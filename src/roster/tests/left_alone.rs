//! Lists that say of their own people to leave them alone.

use super::super::*;
use super::open;

/// What the error says; the list is refused with it.
fn refused(list: &str) -> (LeftAlone, Option<String>) {
    match open(list).err().unwrap_or_else(|| panic!("it is taken: {list}")) {
        RosterError::LeftAlone(left) => {
            let help = left.help();
            (*left, Some(help))
        }
        other => panic!("{list}: {other}"),
    }
}

fn is_taken(list: &str) {
    if let Err(error) = open(list) {
        panic!("{list}: {error}");
    }
}

#[test]
fn a_list_without_a_header_says_it_as_well() {
    for list in [
        "a@b.c,disable\ng@b.c,disable\np@b.c,keep\n",
        "a@b.c\tsperren\np@b.c\tbehalten\n",
        "a@b.c; \np@b.c; keep\nk@b.c; NICHT SPERREN\n",
        "a@b.c;austritt 30.11.\np@b.c;bleibt\n",
        "x;a@b.c\n;p@b.c\n",
        "a@b.c,\u{2713},IT\np@b.c,,IT\n",
        "a@b.c\np@b.c: do not disable\n",
        "user\na@b.c: 20.11.2026\np@b.c: still employed\n",
    ] {
        let (left, _) = refused(list);
        assert!(matches!(left.by, SaidBy::Column { .. } | SaidBy::EmptyCells { .. }), "{list}: {left}");
    }
    let (left, help) = refused("a@b.c,disable\ng@b.c,disable\np@b.c,keep\n");
    assert!(
        left.to_string().contains("on 1 of 3 rows") && left.to_string().contains("\"#2\" says \"keep\" 1"),
        "{left}"
    );
    assert!(help.unwrap().contains("--only \"#2=disable\""));
    let (_, help) = refused("user\na@b.c: 20.11.2026\np@b.c: still employed\n");
    assert!(!help.unwrap().contains("--only"), "the column of the keys says it");
    let (left, help) = refused("x;a@b.c\n;p@b.c\n");
    assert!(left.to_string().contains("filled on 1 of 2 rows, and empty on 1"), "{left}");
    assert!(help.unwrap().contains("--only \"#1=*\""));
    for list in
        ["a@b.c,keep the mailbox\np@b.c,\n", "a@b.c,x\np@b.c,x\n", "a@b.c,x\np@b.c,\nk@b.c,IT\n", "a@b.c,IT\np@b.c,\n"]
    {
        is_taken(list);
    }
}

#[test]
fn what_is_empty_or_none_leaves_out_where_others_are_meant() {
    for (name, meant, left) in [
        ("Disable", "x", ""),
        ("Zu sperren", "x", ""),
        ("Leaver", "YES", ""),
        ("Termination Date", "2026-11-20", ""),
        ("Austrittsdatum", "30.11.2026", ""),
        ("Last Day of Work", "11/30/2026", ""),
        ("Action", "disable", "none"),
        ("Action", "Disable", "No"),
        ("Action", "Disable", "Enable"),
        ("Action", "Block", "Unblock"),
        ("Action", "Disable", "Hold"),
        ("Action required by IT", "disable", "n/a"),
        ("Action", "disable", "-"),
    ] {
        let list = |a: &str, p: &str| format!("UPN;{name}\na@b.c;{a}\np@b.c;{p}\n");
        let (error, _) = refused(&list(meant, left));
        assert_eq!((error.rows, error.of), (1, 2), "{name}: {error}");
        is_taken(&list(meant, meant));
        if left != "Hold" {
            is_taken(&list(left, left));
        }
    }
}

#[test]
fn people_below_a_line_that_says_it_are_a_question() {
    for (list, line, people) in [
        ("a@b.c\ng@b.c\n\nDo NOT disable:\np@b.c\n", 4, 1),
        ("user\na@b.c\ng@b.c\nKEEP:\np@b.c\nk@b.c\n", 4, 2),
        ("a@b.c\ng@b.c\n# the following stay:\np@b.c\n", 3, 1),
        ("Name,UPN\nTo disable,\nAda,a@b.c\nDo not disable,\nPriya,p@b.c\n", 4, 1),
        ("Name,E-Mail\nLeavers November,\nAda,a@b.c\n,\nNew joiners,\nPriya,p@b.c\n", 5, 1),
        ("Name,UPN\nAda,a@b.c\nKeep,\nPriya,p@b.c\nLeavers,\nGrace,g@b.c\n", 3, 1),
    ] {
        let (left, _) = refused(list);
        assert!(matches!(left.by, SaidBy::Line { .. }), "{list}: {left}");
        assert_eq!((left.span.line, left.rows), (line, people), "{list}");
    }
    for list in [
        "user\na@b.c\nLeavers of December\np@b.c\n",
        "user\na@b.c\n# keep the mailbox of these\np@b.c\n",
        "user\na@b.c\np@b.c\nKeep this list confidential\n",
        "user\na@b.c\n(2 accounts)\np@b.c\nKEEP:\n",
    ] {
        is_taken(list);
    }
    let options = ReadOptions { every_row: true, ..ReadOptions::default() };
    let list = Source::bytes("a test", b"user\na@b.c\nKEEP:\np@b.c\n".as_slice());
    let notes = Roster::open_with(list, options).unwrap().finish().unwrap().notes;
    assert_eq!(notes, [RosterNote::PlannedBelowALine { line: 3, people: 1 }]);
}

#[test]
fn a_title_that_says_it_is_a_question() {
    for (list, line) in [
        ("Accounts to EXCLUDE from the offboarding\n\nName,UPN\nPriya,p@b.c\n", 1),
        ("# 20 Nov\r\n# VIP list - never disable\r\np@b.c\r\nk@b.c\r\n", 2),
        ("Do NOT disable:\np@b.c\nk@b.c\n", 1),
        ("Keep\np@b.c\n", 1),
    ] {
        let (left, help) = refused(list);
        assert!(matches!(left.by, SaidBy::Title { .. }), "{list}: {left}");
        assert_eq!(left.span.line, line, "{list}");
        assert!(help.unwrap().contains("--every-row"), "{list}");
    }
    let (left, _) = refused("# do not disable; the password is Summer24!\np@b.c\n");
    assert!(!format!("{left} {:?}", left.span).contains("Summer"), "{left}");
    is_taken("Leavers of November (VIPs excluded)\n\nName,UPN\nPriya,p@b.c\n");
    let options = ReadOptions { every_row: true, ..ReadOptions::default() };
    let list = Source::bytes("a test", b"# never disable\np@b.c\n".as_slice());
    assert!(Roster::open_with(list, options).is_ok());
}

#[test]
fn a_second_header_has_to_be_the_first_one_again() {
    let error = open("Name,UPN\nAda,a@b.c\nManager,UPN\nBoss,b@b.c\n").err().unwrap();
    assert!(matches!(&error, RosterError::SecondHeader { span, .. } if span.line == 3), "{error}");
    let swapped = "UPN,Email\na@b.c,a@b.c\nEmail,UPN\nb@b.c,g@b.c\n";
    let error = open(swapped).err().unwrap();
    assert!(!matches!(error, RosterError::LeftAlone(_)), "{error}");
    is_taken("Mitarbeiter;;Konto;\nName;Nr;UPN;E-Mail\nAda;1;a@b.c;a@b.c\n");
    is_taken("User principal name,Name\na@b.c,Ada\nPage 1,\nuser_principal_name,Name\nb@b.c,Bob\n");
}

#[test]
fn only_with_a_value_that_no_row_has_is_an_error() {
    let open_only = |list: &str, only: &str| {
        let options = ReadOptions { only: Some(only.parse().unwrap()), ..ReadOptions::default() };
        Roster::open_with(Source::bytes("a test", list.as_bytes().to_vec()), options)
    };
    let list = "user,Status\na@b.c,Leaver\ng@b.c,tulip garden\n";
    let error = open_only(list, "Status=Terminated").err().unwrap();
    assert!(matches!(error, RosterError::OnlyFindsNone(_)), "{error}");
    let shown = format!("{error} {:?}", error.help());
    assert!(shown.contains("\"leaver\" 1, something else 1") && shown.contains("Status=*"), "{shown}");
    assert!(!shown.contains("tulip"), "{shown}");
    let dates = "UPN,Termination Date\na@b.c,2026-11-20\ng@b.c,\n";
    let taken = open_only(dates, "Termination Date=*").unwrap().filter(|entry| entry.as_ref().unwrap().content.is_ok());
    assert_eq!(taken.count(), 1);
    assert!(open_only("user,Status\nAda,Leaver\ng@b.c,Stays\n", "Status=Leaver").is_ok(), "a broken row is found, too");
}

#[test]
fn a_status_of_somebody_who_stays_is_said_however_it_is_written() {
    for (name, status) in [
        ("Status", "Active - Rehired"),
        ("Status", "active (FTE)"),
        ("Status", "Resignation withdrawn"),
        ("Lifecycle", "Joiner"),
        ("Movement Type", "Mover"),
        ("Emp Status Code", "A"),
    ] {
        let list = format!("UPN,{name}\na@b.c,Terminated\np@b.c,{status}\n");
        let notes = open(list.clone()).unwrap().finish().unwrap().notes;
        assert!(matches!(notes.as_slice(), [RosterNote::StatusNotUsed { .. }]), "{list}: {notes:?}");
    }
    let both = "UPN,IT Status,HR Status\na@b.c,Open,Terminated\np@b.c,Open,Active\n";
    let notes = open(both).unwrap().finish().unwrap().notes;
    assert!(
        matches!(notes.as_slice(), [RosterNote::StatusNotUsed { column, .. }] if column == "HR Status"),
        "{notes:?}"
    );
}

#[test]
fn a_day_that_is_still_to_come_is_said() {
    let notes = open("UPN,Termination Date\na@b.c,2020-01-01\np@b.c,2999-06-30\n").unwrap().finish().unwrap().notes;
    assert_eq!(notes, [RosterNote::DaysToCome { column: "Termination Date".to_owned(), rows: 1 }]);
}
