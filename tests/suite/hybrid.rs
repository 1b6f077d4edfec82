//! People whose password is kept in Active Directory: what their administrators get, what they did, and what proves it.
//!
//! The script itself runs on Windows only. Here its part is played: a row is opened with the key of those who run Active
//! Directory, its password is set there, and the results are written as the script writes them.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sealoff::digest::Digest;
use sealoff::seal::{ExpectedAccount, Identities, SealedCredential, unseal};
use sealoff::simulator::{Settings, SimulatedUser};

use crate::active_directory::{HEADER, now, opened, play_script, result, work_list};
use crate::passes::{opened as opened_pass, standing};
use crate::stage::{Ran, Stage};
use crate::tools::need;

const DOCUMENTS: &str =
    " -addext keyUsage=keyEncipherment,dataEncipherment -addext extendedKeyUsage=1.3.6.1.4.1.311.80.1";
/// A tenant whose passwords come from Active Directory at once, by a clock that can be compared.
fn stage() -> Stage {
    Stage::at_one_moment(Settings { hash_sync: Duration::ZERO, ..Settings::default() })
}

fn certificate(stage: &Stage, name: &str, key: &str, more: &str) {
    let lines = [
        format!("openssl genpkey -out {name}.key {key}"),
        format!("openssl req -x509 -new -key {name}.key -out {name}.pem -days 30 -subj /CN={name}{more}"),
    ];
    for line in lines {
        let mut words = line.split(' ');
        let ran = Command::new(words.next().unwrap()).args(words).current_dir(stage.folder.path()).output().unwrap();
        assert!(ran.status.success(), "{line}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

/// The key of those who run Active Directory, in `ad.key` and `ad.pem`.
fn ad_key(stage: &Stage) {
    certificate(stage, "ad", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048", DOCUMENTS);
}

fn synced(stage: &Stage, count: usize) -> Vec<SimulatedUser> {
    let users = stage.simulator.users().into_iter();
    let found: Vec<_> = users.filter(|user| user.is_synced() && user.account_enabled).take(count).collect();
    assert_eq!(found.len(), count);
    found
}

fn plan(stage: &Stage, people: &[SimulatedUser], playbook: &str, more: &[&str]) -> Ran {
    let roster = stage.roster_of(people);
    stage.plan(&roster, playbook, "out", more)
}

#[test]
fn a_synced_person_gets_a_password_that_two_keys_open_and_is_done_when_it_is_set() {
    if !need(&["openssl"]) {
        return;
    }
    let stage = stage();
    ad_key(&stage);
    let people = [synced(&stage, 2), stage.members(1)].concat();
    let planned = plan(&stage, &people, "breach", &["--ad-key", "ad.pem"]).succeeded();
    planned.says(&["2 people keep their old passwords until onprem.ps1 has run", "2 sealed passwords", "CN=ad"]);
    let list = work_list(&stage, "out");
    assert_eq!(list.len(), 2);
    let plain: Vec<String> = list.iter().map(|row| opened(&stage, row)).collect();
    for file in ["plan.csv", "plan.json", "plan.html", "onprem.csv", "onprem.ps1"] {
        let text = std::fs::read_to_string(stage.path("out").join(file)).unwrap();
        assert!(plain.iter().all(|password| !text.contains(password)), "{file} has a password in clear");
    }
    let script = std::fs::read(stage.path("out/onprem.ps1")).unwrap();
    let digest = Digest::of(&std::fs::read(stage.path("out/onprem.csv")).unwrap()).to_string();
    assert!(String::from_utf8(script).unwrap().contains(&digest), "the script knows its list");

    // The plan has them, whatever becomes of the run: they can be handed over before it.
    stage.run(&["packets", "out"]).succeeded().says(&["2 accounts"]);
    let unsealed = stage.run(&["unseal", "out/handoff/default.csv.age", "-i", "key.txt", "-o", "-"]);
    assert!(unsealed.code == Some(0) || unsealed.code == Some(2), "{unsealed:?}");

    let applied = stage.apply("out").exited(3);
    applied.says(&[
        "2 people can still be signed in by the old password",
        "onprem.ps1",
        "sealoff onprem out --results",
    ]);
    let results = stage.results("out");
    assert_eq!(results[&1]["outcome"], "old-password");
    assert_eq!((&*results[&1]["on_premises"], &*results[&3]["on_premises"]), ("pending", ""));
    assert_eq!(results[&3]["outcome"], "done");
    for (row, password) in results.values().zip(&plain) {
        assert_eq!(stage.credentials(row)[0].expose(), password);
    }
    stage.run(&["status", "out"]).exited(3).says(&["2 people can still be signed in"]);
    let verified = stage.run(&["verify", "out", "--wait", "0s"]).exited(3);
    verified.says(&["no result of onprem.ps1 says that it was replaced"]);

    let file = play_script(&stage, "out");
    let taken = stage.run(&["onprem", "out", "--results", &file]).succeeded();
    taken.says(&["2 results were taken in", "All 3 rows of the list are dealt with"]);
    let results = stage.results("out");
    assert_eq!((&*results[&1]["outcome"], &*results[&1]["on_premises"]), ("done", "done"));
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
    for (person, password) in people.iter().zip(&plain) {
        let user = stage.simulator.user(&person.id.to_string()).unwrap();
        assert_eq!(user.password, Some(Digest::of(password.as_bytes())));
        assert!(user.force_change_password, "who comes back chooses another one");
    }
    // Once more, it is nothing new.
    stage.run(&["onprem", "out", "--results", &file]).succeeded().says(&["Nothing of the file is new"]);
}

#[test]
fn the_results_are_taken_in_before_the_run_and_not_while_it_works() {
    if !need(&["openssl"]) {
        return;
    }
    let stage = stage();
    ad_key(&stage);
    let people = [synced(&stage, 1), stage.members(40)].concat();
    plan(&stage, &people, "offboard", &["--ad-key", "ad.pem"]).succeeded();
    let file = play_script(&stage, "out");
    let taken = stage.run(&["onprem", "out", "--results", &file]).exited(3);
    taken.says(&["1 result was taken in"]);
    assert_eq!(stage.results("out")[&1]["outcome"], "pending", "what is done in the cloud is not begun");

    let (confirm, phrase) = (stage.accounts("out"), stage.fingerprint("out").unwrap());
    let confirm = format!("{confirm}@{}", &phrase[..12]);
    stage.simulator.hold_after_writes(1);
    let mut child = stage.spawn(&["apply", "out", "--confirm", &confirm]);
    stage.wait_for_writes(1);
    stage.run(&["onprem", "out", "--results", &file]).exited(4).complains(&["sealoff apply"]);
    stage.simulator.release();
    child.wait().unwrap();
    stage.simulator.sync_directory();
    assert_eq!(stage.results("out")[&1]["outcome"], "done");
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
}

#[test]
fn a_file_that_is_not_of_this_plan_is_refused_as_a_whole() {
    if !need(&["openssl"]) {
        return;
    }
    let stage = stage();
    ad_key(&stage);
    let people = [synced(&stage, 2), stage.members(1)].concat();
    let roster = stage.roster_of(&people);
    for out in ["out", "other"] {
        stage.plan(&roster, "breach", out, &["--ad-key", "ad.pem"]).succeeded();
    }
    let [first, second] = work_list(&stage, "out").try_into().unwrap();
    let right = result(&first, "a", "done", "sealed");
    let with = |column: &str, value: &str| {
        let mut row = second.clone();
        row.insert(column.to_owned(), value.to_owned());
        result(&row, "a", "done", "sealed")
    };
    let yesterday = right.replace(&now()[..4], "2019");
    let cases: [(&str, String, i32, &str); 11] = [
        ("of another plan", result(&work_list(&stage, "other")[1], "a", "done", "sealed"), 4, "another plan"),
        ("a row twice", right.clone(), 4, "twice"),
        ("a row of a cloud account", with("row", "3"), 4, "row 3"),
        ("a row that there is not", with("row", "99"), 4, "no row 99"),
        ("another account", with("object_id", &first["object_id"]), 4, &first["object_id"]),
        ("a word that there is not", result(&second, "a", "perhaps", "sealed"), 4, "perhaps"),
        ("a password that there is not", result(&second, "a", "done", "mine"), 4, "mine"),
        ("half a line", "1,2,3\n".to_owned(), 4, "cells"),
        ("no guid", with("list", "mine"), 4, "UUID"),
        ("of 2019", yesterday, 4, "before the plan was made"),
        ("of the future", result(&second, "a", "done", "sealed").replace(&now()[..4], "2099"), 4, "still to come"),
    ];
    for (what, line, code, said) in cases {
        let mut text = format!("{HEADER}{right}{line}");
        if what == "of 2019" {
            text = format!("{HEADER}{line}");
        }
        let file = stage.write("wrong.csv", text);
        let ran = stage.run(&["onprem", "out", "--results", &file]);
        assert_eq!(ran.code, Some(code), "{what}: {ran:?}");
        ran.complains(&[said, "wrong.csv"]);
        assert!(!stage.path("out/journal.jsonl").exists(), "{what} was taken in in part");
    }
    let file = stage.write("list.csv", "name,phone\nada,1\n");
    stage.run(&["onprem", "out", "--results", &file]).exited(2).complains(&["is not what onprem.ps1 writes"]);
    stage.run(&["onprem", "out", "--results", "none.csv"]).exited(2).complains(&["none.csv"]);
    stage.plan(&stage.roster_of(&stage.members(1)), "breach", "cloud", &[]).succeeded();
    stage.run(&["onprem", "cloud", "--results", &file]).exited(2).complains(&["no work list"]);

    // Two runs of the script write into one file, and what failed at first is done later.
    let text = [HEADER, &result(&first, "a", "not-done", "old"), &result(&first, "b", "done", "sealed")].concat();
    let file = stage.write("grown.csv", text);
    stage.run(&["onprem", "out", "--results", &file]).exited(3).says(&["2 results were taken in"]);
    assert_eq!(stage.results("out")[&1]["on_premises"], "done");
    stage
        .run(&["onprem", "out", "--results", &file, "--json"])
        .exited(3)
        .says(&["\"new\":0", "\"done_on_premises\":1"]);
}

#[test]
fn a_password_that_the_sync_has_not_brought_is_not_proved() {
    if !need(&["openssl"]) {
        return;
    }
    // Here the hash sync takes two minutes of a clock that all but stands.
    let stage = Stage::at_one_moment(Settings::default());
    ad_key(&stage);
    let people = synced(&stage, 1);
    plan(&stage, &people, "breach", &["--ad-key", "ad.pem"]).succeeded();
    stage.apply("out").exited(3);
    stage.simulator.sync_directory();
    let file = play_script(&stage, "out");
    stage.run(&["onprem", "out", "--results", &file]).succeeded();
    let waiting = stage.run(&["verify", "out", "--wait", "0s"]).exited(3);
    waiting.says(&["has not brought it here yet"]);
    // The account was taken out of the sync meanwhile: what was set in Active Directory counts for nothing.
    assert!(stage.simulator.change(people[0].id, |user| user.on_premises.as_mut().unwrap().sync_enabled = false));
    let gone = stage.run(&["verify", "out", "--wait", "0s"]).exited(3);
    gone.says(&["no longer synced", &people[0].user_principal_name]);
}

#[test]
fn the_next_sync_undoes_a_block_unless_active_directory_has_it_too() {
    let stage = stage();
    let people = synced(&stage, 1);
    let planned = plan(&stage, &people, "contain", &[]).succeeded();
    planned.says(&["the next directory sync lets 1 person in again", "onprem.ps1"]);
    let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
    assert!(page.contains("the next directory sync lets 1 person in again"));
    stage.apply("out").succeeded().says(&["onprem.ps1", "sealoff onprem out"]);
    assert_eq!(stage.results("out")[&1]["on_premises"], "pending");
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
    stage.simulator.sync_directory();
    stage.run(&["verify", "out", "--wait", "0s"]).exited(3).says(&["change it in Active Directory"]);

    let file = play_script(&stage, "out");
    stage.run(&["onprem", "out", "--results", &file]).exited(3);
    stage.simulator.sync_directory();
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
    assert_eq!(stage.results("out")[&1]["on_premises"], "done");
}

#[test]
fn without_a_key_of_active_directory_it_is_said_whose_password_stays() {
    let stage = stage();
    let people = synced(&stage, 2);
    let planned = plan(&stage, &people, "breach", &[]).succeeded();
    planned.says(&["2 people keep their old passwords", "none can be handed over", "--ad-key CERT"]);
    stage.apply("out").exited(3).says(&["2 people can still be signed in by the old password"]);
    let file = play_script(&stage, "out");
    stage.run(&["onprem", "out", "--results", &file]).succeeded();
    let results = stage.results("out");
    assert!(results[&1]["detail"].contains("no one knows the new password"), "{:?}", results[&1]);
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
    // No line can say that somebody has a sealed password of which there is none.
    let file =
        stage.write("made-up.csv", format!("{HEADER}{}", result(&work_list(&stage, "out")[0], "a", "done", "sealed")));
    stage.run(&["onprem", "out", "--results", &file]).exited(4).complains(&["the plan sealed none for it"]);
}

#[test]
fn a_key_that_the_script_could_not_open_with_is_refused_by_name() {
    if !need(&["openssl"]) {
        return;
    }
    let stage = stage();
    ad_key(&stage);
    certificate(
        &stage,
        "ec",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        DOCUMENTS.replace("keyEncipherment,", "keyAgreement,").as_str(),
    );
    certificate(&stage, "mail", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "");
    let key = stage.recipient();
    stage.write("both.toml", "[handoff.desk]\nkeys = [\"ad.pem\"]\n[handoff.active-directory]\nkeys = [\"ad.pem\"]\n");
    stage.write(
        "age.toml",
        format!("[handoff.default]\nkeys = [\"ad.pem\"]\n[handoff.active-directory]\nkeys = [\"{key}\"]\n"),
    );
    let roster = stage.roster_of(&synced(&stage, 1));
    for (playbook, arguments, said) in [
        ("breach", vec!["--seal-to", &key, "--ad-key", &key], "is no certificate"),
        ("breach", vec!["--seal-to", &key, "--ad-key", "ec.pem"], "takes an RSA key only"),
        ("breach", vec!["--seal-to", &key, "--ad-key", "mail.pem"], "1.3.6.1.4.1.311.80.1"),
        ("breach", vec!["--seal-to", &key, "--ad-key", "none.pem"], "none.pem"),
        ("breach", vec!["--recipients", "age.toml"], "is no certificate"),
        ("breach", vec!["--recipients", "both.toml", "--ad-key", "ad.pem"], "leave one of them out"),
        ("contain", vec!["--ad-key", "ad.pem"], "sets no password"),
        ("offboard", vec!["--discard-credentials", "--ad-key", "ad.pem"], "--ad-key"),
    ] {
        let line = ["plan", &roster, "--playbook", playbook, "--out", "no"];
        let ran = stage.run(&[&line[..], &arguments].concat());
        assert!(matches!(ran.code, Some(2 | 4)), "{arguments:?}: {ran:?}");
        ran.complains(&[said]);
        assert!(!Path::new(&stage.path("no/plan.json")).exists());
    }
    let handed = ["plan", &roster, "--playbook", "breach", "--out", "yes", "--recipients", "both.toml"];
    stage.run(&handed).succeeded().says(&["1 sealed password"]);
}

#[test]
fn who_is_brought_back_gets_the_password_before_the_account_is_enabled() {
    if !need(&["openssl"]) {
        return;
    }
    let stage = stage();
    ad_key(&stage);
    let people = synced(&stage, 1);
    assert!(stage.simulator.set_enabled_there(people[0].id, false));
    stage.simulator.sync_directory();
    plan(&stage, &people, "reinstate", &["--ad-key", "ad.pem"]).says(&["1 sealed password"]);
    let list = work_list(&stage, "out");
    assert_eq!((&*list[0]["do"], &*list[0]["change_at_next_sign_in"]), ("enable+reset", "yes"));
    let file = play_script(&stage, "out");
    stage.run(&["onprem", "out", "--results", &file]).succeeded();
    assert_eq!(stage.results("out")[&1]["outcome"], "done");
    let verified = stage.run(&["verify", "out", "--wait", "0s"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

/// The script lets them in again, and the plan after it makes a pass: before, its time would run out.
#[test]
fn who_is_let_in_again_by_the_script_gets_a_pass_by_the_plan_after_it() {
    let stage = Stage::at_one_moment(Settings { hash_sync: Duration::ZERO, ..crate::passes::settings() });
    let people = synced(&stage, 1);
    assert!(stage.simulator.set_enabled_there(people[0].id, false));
    stage.simulator.sync_directory();
    let roster = stage.roster_of(&people);
    let plan = |out: &str| stage.plan(&roster, "reinstate", out, &["--credential", "pass"]).succeeded();
    plan("early").says(&["there is nothing to apply", "Active Directory has to be changed"]);
    assert!(stage.simulator.set_enabled_there(people[0].id, true));
    stage.simulator.sync_directory();
    plan("back").says(&["1 temporary access pass", "a pass replaces no password"]);
    assert!(standing(&stage, &people[0]).is_none());
    stage.apply("back");
    let (pass, row) = (standing(&stage, &people[0]).unwrap(), stage.results("back").remove(&1).unwrap());
    assert_eq!(Digest::of(opened_pass(&stage, &row).unwrap().0.expose().as_bytes()), pass.text);
}

/// What is sealed for one account opens for no other, and no cell can be changed unnoticed.
#[test]
fn a_cell_that_was_changed_or_moved_opens_for_no_one() {
    if !need(&["openssl"]) {
        return;
    }
    let stage = stage();
    ad_key(&stage);
    let people = synced(&stage, 2);
    plan(&stage, &people, "breach", &["--ad-key", "ad.pem"]).succeeded();
    let [first, second] = work_list(&stage, "out").try_into().unwrap();
    let identities = Identities::read(&stage.path("ad.key")).unwrap();
    let opens = |cell: &str, id: &str, name: &str| {
        let expected = ExpectedAccount {
            tenant: Some(stage.simulator.connection().tenant_id.parse().unwrap()),
            object_id: id.parse().unwrap(),
            user_principal_name: name,
        };
        let cell = cell.parse::<SealedCredential>().ok()?;
        unseal(&identities, &cell, &expected).ok().map(|password| password.expose().to_owned())
    };
    let cell = first["sealed_for_active_directory"].clone();
    let right = opens(&cell, &first["object_id"], &first["user_principal_name"]);
    assert!(right.is_some());
    let moved = opens(&cell, &second["object_id"], &second["user_principal_name"]);
    assert_eq!(moved, None, "it was moved to another row");
    // A letter here and there. What only says where to look may be changed; to another password it never opens.
    for at in (8..cell.len() - 8).step_by(37) {
        let mut changed = cell.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let opened = opens(&changed, &first["object_id"], &first["user_principal_name"]);
        assert!(opened.is_none() || opened == right, "changed at {at}");
    }
    // The same for those who hand over: their cell stands in the plan, which its fingerprint binds.
    let path = stage.path("out/plan.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let place = text.find("age:").unwrap() + 40;
    let other = if &text[place..=place] == "A" { "B" } else { "A" };
    std::fs::write(&path, format!("{}{other}{}", &text[..place], &text[place + 1..])).unwrap();
    stage.run(&["apply", "out", "--confirm", "2"]).exited(4).complains(&["changed after"]);
    let file = play_script(&stage, "out");
    stage.run(&["onprem", "out", "--results", &file]).exited(4).complains(&["changed after"]);
    assert!(!stage.path("out/journal.jsonl").exists(), "nothing was taken in");
}

/// Who is taken out of the sync between plan and results is named, and what the script did for the others is kept.
#[test]
fn who_stopped_being_synced_meanwhile_is_named_and_the_others_are_kept() {
    if !need(&["openssl"]) {
        return;
    }
    let stage = stage();
    ad_key(&stage);
    let people = synced(&stage, 2);
    plan(&stage, &people, "breach", &["--ad-key", "ad.pem"]).succeeded();
    let file = play_script(&stage, "out");
    assert!(stage.simulator.change(people[0].id, |user| user.on_premises.as_mut().unwrap().sync_enabled = false));
    let applied = stage.run(&["apply", "out", "--confirm", "2", "--max-age", "1h"]);
    // Half of a list of two is more than may drift.
    applied.exited(4).complains(&[&people[0].user_principal_name, "no longer what"]);
    stage.run(&["onprem", "out", "--results", &file]).exited(3).says(&["2 results were taken in"]);
    let rows = stage.results("out");
    assert_eq!((&*rows[&1]["on_premises"], &*rows[&2]["on_premises"]), ("done", "done"));
    stage.run(&["verify", "out", "--wait", "0s"]).exited(3).says(&[&people[0].user_principal_name]);
}
