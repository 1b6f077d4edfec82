//! People of a federated domain: nothing in the tenant replaces the password that they sign in with, so no one is done before a
//! person says that it was changed at the identity provider, and nothing proves it.

use sealoff::simulator::{Operation, Settings, SimulatedUser};

use crate::active_directory::Cells;
use crate::stage::Stage;

fn federated(stage: &Stage, count: usize) -> Vec<SimulatedUser> {
    let is_such = |user: &SimulatedUser| !user.is_synced() && !user.is_external() && user.domain() == "fabrikam.com";
    let users = stage.simulator.users().into_iter();
    let found: Vec<_> = users.filter(|user| is_such(user) && user.account_enabled).take(count).collect();
    assert_eq!(found.len(), count);
    found
}

fn stage() -> Stage {
    Stage::at_one_moment(Settings { users: 250, ..Settings::default() })
}

/// The list as the plan made it.
fn by_hand(stage: &Stage) -> Vec<Cells> {
    let mut reader = csv::Reader::from_path(stage.path("out/by-hand.csv")).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

const HEADER: &str = "row,user_principal_name,where,done,note,object_id,list\n";

fn filled_in(row: &Cells, done: &str, note: &str) -> String {
    let [number, name, there, id, list] =
        ["row", "user_principal_name", "where", "object_id", "list"].map(|column| &row[column]);
    format!("{number},{name},{there},{done},{note},{id},{list}\n")
}

#[test]
fn who_signs_in_at_an_identity_provider_is_done_when_a_person_says_so_and_never_proved() {
    let stage = stage();
    let people = [federated(&stage, 2), stage.members(1)].concat();
    let planned = stage.plan(&stage.roster_of(&people), "breach", "out", &[]).succeeded();
    let planned = planned
        .says(&["2 people keep their old passwords until somebody has changed it by hand at the identity provider"]);
    planned.says(&["by-hand.csv", "by hand (SHA-256"]).never_says(&["onprem.ps1"]);
    let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
    assert!(page.contains("2 people keep their old passwords until somebody has changed it by hand"));
    let list = by_hand(&stage);
    let cells: Vec<_> = ["where", "what", "done", "note"].map(|column| list[0][column].as_str()).into();
    let what = "change the password there, and end the sessions there";
    assert_eq!((list.len(), &cells[..]), (2, &["the identity provider of fabrikam.com", what, "", ""][..]));

    // Their sessions end, and no password of theirs is touched.
    let applied = stage.apply("out").exited(3);
    let applied = applied.says(&[
        "1 of 3 rows are dealt with; 2 people can still be signed in by the old password, which is kept elsewhere",
    ]);
    applied.says(&["Change 2 accounts by hand", "sealoff onprem out --by-hand out/by-hand.csv"]);
    let ledger = stage.ledger();
    for person in &people[..2] {
        let written: Vec<_> = ledger.applied().filter(|write| write.object_id == Some(person.id)).collect();
        assert!(matches!(written[..], [write] if write.operation == Operation::Revoke), "{written:?}");
    }
    let results = stage.results("out");
    assert_eq!((&*results[&1]["outcome"], &*results[&1]["on_premises"]), ("old-password", "pending"));
    assert!(results[&1]["detail"].contains("until somebody has changed it at the identity provider"), "{results:?}");
    assert_eq!((&*results[&3]["outcome"], &*results[&3]["on_premises"]), ("done", ""));
    stage.run(&["status", "out"]).exited(3).says(&["2 people can still be signed in", "old-password       2"]);
    let verified = stage.run(&["verify", "out", "--wait", "0s"]).exited(3);
    verified.says(&["2 people can still be signed in", "no one says that the password was changed", "--by-hand"]);
    stage.run(&["report", "out"]);
    let report = std::fs::read_to_string(stage.path("out/report.html")).unwrap();
    assert!(report.contains("The old password, which is kept elsewhere, is not replaced"));
    assert!(report.contains("by-hand.csv"));

    // One is changed, the other one is still open.
    let one = stage
        .write("filled.csv", [HEADER, &filled_in(&list[0], "yes", "INC-7"), &filled_in(&list[1], "", "")].concat());
    let taken = stage.run(&["onprem", "out", "--by-hand", &one]).exited(3);
    taken.says(&["1 result was taken in, of 2 lines", "1 person can still be signed in"]);
    let results = stage.results("out");
    assert_eq!((&*results[&1]["outcome"], &*results[&1]["on_premises"]), ("done", "done"));
    assert!(results[&1]["detail"].contains("by hand, reported for") && results[&1]["detail"].contains("INC-7"));
    assert_eq!(results[&2]["outcome"], "old-password");
    stage.run(&["onprem", "out", "--by-hand", &one]).exited(3).says(&["Nothing of the file is new"]);

    let at = crate::active_directory::now();
    let both =
        stage.write("filled.csv", [HEADER, &filled_in(&list[0], "yes", ""), &filled_in(&list[1], &at, "")].concat());
    let taken = stage.run(&["onprem", "out", "--by-hand", &both, "--json"]).succeeded().json();
    assert_eq!((&taken["new"], &taken["done_by_hand"], &taken["old_password"]), (&1.into(), &2.into(), &0.into()));
    stage.run(&["status", "out"]).succeeded().says(&["All 3 rows of the list are dealt with"]);
    // It is dealt with as far as anyone can say; the directory shows nothing of it, and that is no proof.
    let verified = stage.run(&["verify", "out", "--wait", "0s"]).exited(3);
    verified
        .says(&["cannot be proved", "the directory never shows a password that is kept there"])
        .never_says(&["--by-hand"]);
}

#[test]
fn a_list_that_is_not_of_this_plan_or_says_neither_yes_nor_no_is_refused_as_a_whole() {
    let stage = stage();
    let people = [federated(&stage, 2), stage.members(1)].concat();
    let roster = stage.roster_of(&people);
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage.plan(&roster, "breach", "other", &[]).succeeded();
    let [first, second] = by_hand(&stage).try_into().unwrap();
    let with = |column: &str, value: &str| {
        let mut row = second.clone();
        row.insert(column.to_owned(), value.to_owned());
        filled_in(&row, "yes", "")
    };
    let mut other = csv::Reader::from_path(stage.path("other/by-hand.csv")).unwrap();
    let other: Cells = other.deserialize().next().unwrap().unwrap();
    for (what, line, code, said) in [
        ("of another plan", filled_in(&other, "yes", ""), 4, "another plan"),
        ("a row twice", filled_in(&first, "", ""), 4, "stands in it twice"),
        ("a row of a cloud account", with("row", "3"), 4, "row 3"),
        ("a row that there is not", with("row", "99"), 4, "no row 99"),
        ("another account", with("object_id", &first["object_id"]), 4, &first["object_id"]),
        ("neither yes nor no", filled_in(&second, "tulip garden", ""), 4, "neither whether it is done nor when"),
        ("a date of a country", filled_in(&second, "29.11.2026 14:05", ""), 4, "neither whether it is done nor when"),
        ("of 2019", filled_in(&second, "2019-11-29T14:05:00Z", ""), 4, "before the plan was made"),
        ("of the future", filled_in(&second, "2099-11-29T14:05:00Z", ""), 4, "still to come"),
        ("half a line", "1,2,3\n".to_owned(), 4, "cells"),
    ] {
        let file = stage.write("wrong.csv", [HEADER, &filled_in(&first, "yes", ""), &line].concat());
        let ran = stage.run(&["onprem", "out", "--by-hand", &file]);
        assert_eq!(ran.code, Some(code), "{what}: {ran:?}");
        assert!(!format!("{ran:?}").contains("tulip"), "a password may stand in the cell: {ran:?}");
        ran.complains(&[said, "wrong.csv"]);
        assert!(!stage.path("out/journal.jsonl").exists(), "{what} was taken in in part");
    }
    let file = stage.write("list.csv", "name,phone\nada,1\n");
    stage.run(&["onprem", "out", "--by-hand", &file]).exited(2).complains(&["is not the list by-hand.csv"]);
    stage.plan(&stage.roster_of(&stage.members(1)), "breach", "cloud", &[]).succeeded();
    stage.run(&["onprem", "cloud", "--by-hand", &file]).exited(2).complains(&["leaves nothing to be done by hand"]);
    stage.run(&["onprem", "out", "--by-hand", &file, "--results", &file]).exited(2);
}

/// Who is blocked in the cloud stays so, whatever was done at the provider; and where no password is replaced nothing is left.
#[test]
fn what_is_done_at_the_provider_is_no_sign_in_in_the_cloud() {
    let stage = stage();
    let person = federated(&stage, 1);
    let roster = stage.roster_of(&person);
    for playbook in ["contain", "signout"] {
        stage.plan(&roster, playbook, playbook, &[]).succeeded();
        assert!(!stage.path(playbook).join("by-hand.csv").exists(), "{playbook}");
        stage.apply(playbook).succeeded();
    }
    stage.plan(&roster, "reinstate", "out", &[]);
    let [row] = by_hand(&stage).try_into().unwrap();
    assert!(row["what"].contains("stays blocked in the cloud"), "{row:?}");
    let file = stage.write("filled.csv", [HEADER, &filled_in(&row, "x", "")].concat());
    stage.run(&["onprem", "out", "--by-hand", &file]).exited(3).says(&["1 person on the list was not touched"]);
    assert_eq!(stage.results("out")[&1]["outcome"], "refused");
    assert!(!stage.simulator.user(&person[0].id.to_string()).unwrap().account_enabled);
    // Leavers: the block holds, and the password at the provider is left to be said.
    stage.plan(&roster, "offboard", "leavers", &["--discard-credentials"]);
    stage.apply("leavers").exited(3).says(&["1 person still has the old password, which is kept elsewhere"]);
}

/// What the script leaves to people in Active Directory comes back by the same list, and is proved as everything there is.
#[test]
fn what_is_done_by_hand_in_active_directory_is_proved_by_the_sync() {
    let stage = Stage::at_one_moment(Settings { hash_sync: std::time::Duration::ZERO, ..Settings::default() });
    let users = stage.simulator.users().into_iter();
    let person: Vec<_> = users.filter(|user| user.is_synced() && user.account_enabled).take(1).collect();
    assert!(stage.simulator.set_enabled_there(person[0].id, false));
    stage.simulator.sync_directory();
    stage.plan(&stage.roster_of(&person), "reinstate", "out", &[]);
    let [row] = by_hand(&stage).try_into().unwrap();
    assert_eq!(row["where"], "Active Directory");
    let file = stage.write("filled.csv", [HEADER, &filled_in(&row, "yes", "")].concat());
    stage.run(&["onprem", "out", "--by-hand", &file]).succeeded();
    assert_eq!(stage.results("out")[&1]["outcome"], "done");
    let verified = stage.run(&["verify", "out", "--wait", "0s"]).exited(3);
    verified.says(&["a person replaced it by"]);
    assert!(stage.simulator.set_password_there(person[0].id, "set by hand, and handed over", true));
    assert!(stage.simulator.set_enabled_there(person[0].id, true));
    stage.simulator.sync_directory();
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
}
