//! Each new password is sealed to exactly those who hand it over, and they find it in their packet.

use std::collections::{BTreeMap, HashMap};

use sealoff::digest::Digest;
use sealoff::simulator::{Operation, Settings, SimulatedUser, WriteRecord};

use crate::stage::{Ran, Stage};

/// A stage with keys for `alice`, `bob` and the escrow, in files that `recipients.toml` names.
fn desks(settings: Settings) -> Stage {
    let stage = Stage::with(settings);
    for name in ["alice", "bob", "escrow"] {
        let made = stage.run(&["keygen", "-o", &format!("{name}.key")]).succeeded();
        stage.write(&format!("{name}.pub"), made.out);
    }
    std::fs::create_dir(stage.path("desks")).unwrap();
    stage.write(
        "desks/recipients.toml",
        "[handoff.Alice]\nkeys = [\"../alice.pub\"]\n\n[handoff.bob]\nkeys = [\"../bob.pub\"]\n\n[handoff.escrow]\nkeys = [\"../escrow.pub\"]\n",
    );
    stage
}

const FILE: &str = "desks/recipients.toml";

/// Every other one is Alice's; the last come first.
fn roster(stage: &Stage, members: &[SimulatedUser]) -> String {
    let mut text = "userPrincipalName,handoff,priority\n".to_owned();
    for (index, member) in members.iter().enumerate() {
        let handoff = if index % 2 == 0 { " ALICE " } else { "Bob" };
        text += &format!("{},{handoff},{}\n", member.user_principal_name, members.len() - index);
    }
    stage.write("roster.csv", text)
}

fn plan(stage: &Stage, roster: &str, playbook: &str, more: &[&str]) -> Ran {
    let mut arguments = vec!["plan", roster, "--playbook", playbook, "--out", "out", "--max-accounts", "1000000"];
    arguments.extend(more);
    stage.run(&arguments)
}

type Sheet = Vec<HashMap<String, String>>;

fn sheet(ran: &Ran) -> Sheet {
    csv::Reader::from_reader(ran.out.as_bytes()).deserialize().map(Result::unwrap).collect()
}

fn unsealed(stage: &Stage, file: &str, key: &str) -> Sheet {
    sheet(&stage.run(&["unseal", file, "-i", key]).succeeded())
}

fn index(stage: &Stage) -> BTreeMap<String, HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(stage.path("out/handoff/index.csv")).unwrap();
    reader
        .deserialize()
        .map(|row: Result<HashMap<String, String>, _>| row.unwrap())
        .map(|row| (row["file"].clone(), row))
        .collect()
}

/// Every line of a sheet opens the account that it stands with.
fn judge(stage: &Stage, sheet: &Sheet) {
    for line in sheet {
        let user = stage.simulator.user(&line["object_id"]).unwrap();
        assert_eq!(*user.user_principal_name, line["user_principal_name"]);
        assert_eq!(user.password, Some(Digest::of(line["password"].as_bytes())), "{line:?}");
    }
}

#[test]
fn each_password_opens_for_who_hands_it_over_and_for_the_escrow_and_for_no_other_key() {
    let stage = desks(Settings { users: 250, ..Settings::default() });
    let members = stage.members(20);
    let roster = roster(&stage, &members);
    let planned = plan(&stage, &roster, "breach", &["--recipients", FILE]).succeeded();
    planned.says(&["20 new passwords, each for one of these:", "10 Alice: age1", "10 bob: age1", "all escrow: age1"]);
    let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
    let alice = std::fs::read_to_string(stage.path("alice.pub")).unwrap();
    assert!(page.contains("<bdi>Alice</bdi></strong>, 10 accounts:") && page.contains(alice.trim()));
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(stage.path("out/plan.json")).unwrap()).unwrap();
    assert_eq!(
        json["handoff"]["shares"][0],
        serde_json::json!({"name": "Alice", "keys": [alice.trim()], "accounts": 10})
    );
    stage.apply("out").succeeded().says(&["Packets out/handoff", "Alice.csv.age: 10 accounts, for Alice"]);
    // Of the results, each opens the own ones and no other.
    for (key, theirs) in [("alice.key", "Alice"), ("bob.key", "bob")] {
        let opened = sheet(
            &stage.run(&["unseal", "out/results.csv", "-i", key]).exited(3).complains(&["10 rows are not sealed"]),
        );
        let names: Vec<&str> = opened.iter().map(|line| line["user_principal_name"].as_str()).collect();
        let expected: Vec<String> = stage
            .results("out")
            .into_values()
            .filter(|row| row["handoff"] == theirs)
            .map(|row| row["user_principal_name"].clone())
            .collect();
        assert_eq!((names.len(), names), (10, expected.iter().map(String::as_str).collect()));
        judge(&stage, &opened);
    }
    let all = unsealed(&stage, "out/results.csv", "escrow.key");
    assert_eq!(all.len(), 20);
    judge(&stage, &all);
    // Of the packets, too, and another's does not even show who is in it.
    let alices = unsealed(&stage, "out/handoff/Alice.csv.age", "alice.key");
    assert_eq!(unsealed(&stage, "out/handoff/Alice.csv.age", "escrow.key").len(), 10);
    judge(&stage, &alices);
    let refused = stage.run(&["unseal", "out/handoff/Alice.csv.age", "-i", "bob.key"]).exited(2);
    let refused = refused.complains(&["out/handoff/Alice.csv.age is not sealed to this identity"]);
    assert!(refused.out.is_empty());
    let bytes = std::fs::read(stage.path("out/handoff/Alice.csv.age")).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("contoso") && !text.contains("age:"));
}

#[test]
fn a_packet_is_a_sign_off_sheet_in_the_order_of_work_with_what_the_plan_knows() {
    let stage = desks(Settings { users: 250, ..Settings::default() });
    let members = stage.members(6);
    let roster = roster(&stage, &members);
    plan(&stage, &roster, "breach", &["--recipients", FILE]).succeeded();
    stage.apply("out").succeeded();
    let ran = stage.run(&["unseal", "out/handoff/bob.csv.age", "-i", "bob.key"]).succeeded();
    assert_eq!(
        ran.out.lines().next().unwrap(),
        "row,user_principal_name,display_name,object_id,password,candidate,handed_over_to,handed_over_at,handed_over_by,identity_checked_how,signature"
    );
    let sheet = sheet(&ran);
    // The roster's last has priority 1.
    let rows: Vec<&str> = sheet.iter().map(|line| line["row"].as_str()).collect();
    assert_eq!(rows, ["6", "4", "2"]);
    let names = [5, 3, 1].map(|index| &*members[index].display_name);
    assert_eq!(sheet.iter().map(|line| line["display_name"].as_str()).collect::<Vec<_>>(), names);
    // One person is found in a packet as in results.
    let one = stage
        .run(&[
            "unseal", "out/handoff/bob.csv.age", "-i", "bob.key", "--user", &members[1].user_principal_name, "--json",
        ])
        .succeeded();
    assert_eq!(one.json()["user_principal_name"], *members[1].user_principal_name);
}

#[test]
fn the_index_has_no_secret_and_the_digests_of_the_packets() {
    let stage = desks(Settings { users: 250, ..Settings::default() });
    let roster = roster(&stage, &stage.members(5));
    plan(&stage, &roster, "breach", &["--recipients", FILE]).succeeded();
    stage.apply("out").succeeded();
    let before = index(&stage);
    assert_eq!(before.keys().collect::<Vec<_>>(), ["Alice.csv.age", "bob.csv.age"]);
    assert_eq!((before["Alice.csv.age"]["accounts"].as_str(), before["bob.csv.age"]["accounts"].as_str()), ("3", "2"));
    let escrow = std::fs::read_to_string(stage.path("escrow.pub")).unwrap();
    for (file, line) in &before {
        let bytes = std::fs::read(stage.path("out/handoff").join(file)).unwrap();
        assert_eq!(line["sha256"], Digest::of(&bytes).to_string());
        assert!(line["keys"].contains(escrow.trim()));
    }
    let index_text = std::fs::read_to_string(stage.path("out/handoff/index.csv")).unwrap();
    let all = unsealed(&stage, "out/results.csv", "escrow.key");
    for line in &all {
        for secret in ["password", "user_principal_name", "object_id"] {
            assert!(!index_text.contains(&line[secret]), "{secret}");
        }
    }
    // Made again they say the same under other digests, and what is no longer anybody's goes; strangers' files stay.
    stage.write("out/handoff/notes.csv.age", "mine");
    let mut stale = index_text.clone();
    stale.push_str("carol,carol.csv.age,1,x,y\nevil,../plan.csv,1,x,y\nevil,../mine.csv.age,1,x,y\n");
    stage.write("out/mine.csv.age", "mine");
    stage.write("out/handoff/index.csv", stale);
    stage.write("out/handoff/carol.csv.age", "old");
    stage.run(&["packets", "out"]).succeeded().says(&["bob.csv.age: 2 accounts"]);
    assert!(!stage.path("out/handoff/carol.csv.age").exists());
    for strangers in ["out/handoff/notes.csv.age", "out/plan.csv", "out/mine.csv.age"] {
        assert!(stage.path(strangers).exists(), "{strangers}");
    }
    let after = index(&stage);
    assert_ne!(before["bob.csv.age"]["sha256"], after["bob.csv.age"]["sha256"]);
    assert_eq!(before["bob.csv.age"]["accounts"], after["bob.csv.age"]["accounts"]);
    let bytes = std::fs::read(stage.path("out/handoff/bob.csv.age")).unwrap();
    assert_eq!(after["bob.csv.age"]["sha256"], Digest::of(&bytes).to_string());
    assert_eq!(unsealed(&stage, "out/handoff/bob.csv.age", "bob.key").len(), 2);
}

#[test]
fn a_name_without_keys_is_found_before_anything_is_written() {
    let stage = desks(Settings { users: 250, ..Settings::default() });
    let members = stage.members(6);
    let mut text = "userPrincipalName,handoff\n".to_owned();
    for (member, handoff) in members.iter().zip(["alice", "alise", "alise", "", "carol", "bob"]) {
        text += &format!("{},{handoff}\n", member.user_principal_name);
    }
    stage.write("roster.csv", text);
    let ran = plan(&stage, "roster.csv", "breach", &["--recipients", FILE]).exited(4);
    ran.complains(&[
        "4 rows would get a new password that could not be handed over",
        "\"alise\": 2 rows (rows 2, 3); did you mean \"Alice\"?",
        "no name: 1 row (row 4); there is no [handoff.default], and no --seal-to",
        "\"carol\": 1 row (row 5)",
        "keys are there for: Alice, bob, escrow",
        "No plan was made.",
    ]);
    assert!(stage.ledger().writes.is_empty());
    assert!(!stage.path("out/plan.json").exists() && !stage.path("out/plan.csv").exists());
    // An account without a new password needs no handoff.
    plan(&stage, "roster.csv", "contain", &["--recipients", FILE]).succeeded();
}

#[test]
fn seal_to_is_for_the_rows_without_a_name() {
    let stage = desks(Settings { users: 250, ..Settings::default() });
    let members = stage.members(2);
    let text = format!("user,handoff\n{},alice\n{},\n", members[0].user_principal_name, members[1].user_principal_name);
    stage.write("roster.csv", text);
    plan(&stage, "roster.csv", "offboard", &["--recipients", FILE, "--seal-to", "bob.pub"]).succeeded();
    stage.apply("out").succeeded();
    assert_eq!(index(&stage).keys().collect::<Vec<_>>(), ["Alice.csv.age", "default.csv.age"]);
    let bobs = unsealed(&stage, "out/handoff/default.csv.age", "bob.key");
    assert_eq!(bobs[0]["user_principal_name"], *members[1].user_principal_name);
    judge(&stage, &bobs);
    // Two answers to one question are none.
    let key = std::fs::read_to_string(stage.path("bob.pub")).unwrap();
    stage.write("both.toml", format!("[handoff.default]\nkeys = [\"{}\"]\n", key.trim()));
    plan(&stage, "roster.csv", "offboard", &["--recipients", "both.toml", "--seal-to", "bob.pub"])
        .exited(2)
        .complains(&["--seal-to and [handoff.default] in both.toml both say"]);
}

#[test]
fn any_column_may_name_who_hands_over() {
    let stage = desks(Settings { users: 250, ..Settings::default() });
    let members = stage.members(2);
    let upn = |index: usize| &members[index].user_principal_name;
    stage.write("roster.csv", format!("UPN,Manager Name,handoff\n{},bob,nobody\n{},ALICE,nobody\n", upn(0), upn(1)));
    plan(&stage, "roster.csv", "breach", &["--recipients", FILE, "--handoff-by", "manager name"]).succeeded();
    stage.apply("out").succeeded();
    let results = stage.results("out");
    assert_eq!((results[&1]["handoff"].as_str(), results[&2]["handoff"].as_str()), ("bob", "Alice"));
    stage
        .run(&[
            "plan", "roster.csv", "--playbook", "breach", "--out", "x", "--recipients", FILE, "--handoff-by",
            "Managr Name",
        ])
        .exited(2)
        .complains(&["did you mean \"Manager Name\"?"]);
    // Without a header, by its number.
    stage.write("bare.csv", format!("{},bob\n", upn(0)));
    let bare = ["plan", "bare.csv", "--playbook", "breach", "--recipients", FILE, "--handoff-by"];
    stage.run(&[&bare[..], &["#2", "--out", "bare"]].concat()).succeeded().says(&["1 bob: age1"]);
    stage.run(&[&bare[..], &["#3", "--out", "bare3"]].concat()).exited(2).complains(&["#3"]);
}

#[test]
fn what_does_not_go_together_is_refused_with_the_reason() {
    let stage = desks(Settings::default());
    let roster = stage.roster_of(&stage.members(1));
    plan(&stage, &roster, "offboard", &["--recipients", FILE, "--discard-credentials"])
        .exited(4)
        .complains(&["--discard-credentials contradicts --seal-to and --recipients"]);
    for playbook in ["breach", "reinstate"] {
        plan(&stage, &roster, playbook, &["--discard-credentials"])
            .exited(4)
            .complains(&["its accounts are not meant to be used again"]);
    }
    plan(&stage, &roster, "breach", &["--recipients", "nowhere.toml"])
        .exited(2)
        .complains(&["nowhere.toml cannot be read"]);
    stage.run(&["packets", "out"]).exited(2).complains(&["does not exist"]);
    stage.plan(&roster, "contain", "contain", &[]).succeeded();
    stage.run(&["packets", "contain"]).exited(2).complains(&["sets no password"]);
    stage.plan(&roster, "breach", "yet", &[]).succeeded();
    stage.run(&["packets", "yet"]).exited(2).complains(&["no password has been set", "sealoff apply yet --confirm 1"]);
    stage.plan(&roster, "offboard", "gone", &["--discard-credentials"]).succeeded();
    stage.apply("gone").succeeded();
    assert!(!stage.path("gone/handoff").exists());
    assert!(stage.results("gone")[&1]["detail"].contains("discarded"));
    assert!(stage.ledger().writes.iter().all(|write| write.applied));
}

fn sets_a_password(write: &&WriteRecord) -> bool {
    matches!(write.operation, Operation::Patch { password: Some(_), .. })
}

/// Promise 5, for packets.
#[test]
fn packets_are_whole_after_a_kill_and_a_resume_and_hold_what_an_interrupted_run_has_set() {
    for writes in [7, 40] {
        let stage = desks(Settings { users: 250, ..Settings::default() });
        let roster = roster(&stage, &stage.members(30));
        plan(&stage, &roster, "breach", &["--recipients", FILE]).succeeded();
        stage.kill_after_writes(writes, &["apply", "out", "--confirm", "30"]);
        assert!(!stage.path("out/handoff").exists());
        // From the journal alone, before anybody goes on: every password that may be live is in some packet.
        stage.run(&["packets", "out"]).succeeded();
        let live: Vec<Digest> = stage.simulator.users().iter().filter_map(|user| user.password).collect();
        let mut sealed = Vec::new();
        for (packet, key) in [("Alice", "alice.key"), ("bob", "bob.key")] {
            for line in unsealed(&stage, &format!("out/handoff/{packet}.csv.age"), key) {
                sealed.push(Digest::of(line["password"].as_bytes()));
            }
        }
        let written = stage.ledger().applied().filter(sets_a_password).count();
        assert!(written > 0);
        assert_eq!(live.iter().filter(|digest| sealed.contains(digest)).count(), written);
        stage.apply("out").succeeded();
        for (packet, key) in [("Alice", "alice.key"), ("bob", "bob.key")] {
            let sheet = unsealed(&stage, &format!("out/handoff/{packet}.csv.age"), key);
            assert_eq!(sheet.len(), 15);
            judge(&stage, &sheet);
        }
    }
}

#[test]
fn where_one_desk_does_it_all_there_is_one_packet() {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(3));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    let sheet = unsealed(&stage, "out/handoff/default.csv.age", "key.txt");
    assert_eq!(sheet.len(), 3);
    judge(&stage, &sheet);
}

/// Policy and promise: no part of a name, even of one that the plan does not show.
#[test]
fn no_part_of_a_name_that_only_the_directory_knows_stands_in_a_password() {
    // Sixty words as a surname: most phrases that do not know it hold a part of it, and one that does is soon found.
    let words: Vec<&str> = diceware_wordlists::EFF_LONG_WORDLIST.iter().step_by(130).copied().collect();
    let parts: std::collections::HashSet<&[u8]> = words.iter().flat_map(|word| word.as_bytes().windows(4)).collect();
    let surname: &'static str = words.join(" ").leak();
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let members = stage.members(20);
    for member in &members {
        stage.simulator.change(member.id, |user| user.surname = Some(surname.into()));
    }
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "breach", "out", &["--password", "phrase"]).succeeded();
    stage.apply("out").succeeded();
    for row in stage.results("out").values() {
        let password = stage.credentials(row)[0].expose().to_lowercase();
        assert!(password.as_bytes().windows(4).all(|part| !parts.contains(part)), "{password}");
    }
}

#[test]
fn the_kind_of_password_is_the_plans_and_every_one_is_taken() {
    for (more, groups, length, says) in [
        (&["--password", "phrase"][..], 7, None, "a phrase of 6 words, with a digit and a symbol"),
        (&["--password", "phrase", "--password-length", "8"], 9, None, "a phrase of 8 words"),
        (&["--password-length", "31"], 7, Some(31), "random, 31 characters in groups"),
        (&[], 4, Some(20), "random, 20 characters in groups"),
    ] {
        let stage = Stage::with(Settings { users: 250, ..Settings::default() });
        let roster = stage.roster_of(&stage.members(40));
        stage.plan(&roster, "breach", "out", more).succeeded().says(&[says]);
        stage.apply("out").succeeded();
        stage.judge("out");
        for row in stage.results("out").values() {
            let password = stage.credentials(row)[0].expose().to_owned();
            assert_eq!(password.split('-').count(), groups, "{password}");
            assert!(length.is_none_or(|length| password.replace('-', "").len() == length), "{password}");
        }
        assert!(stage.ledger().writes.iter().all(|write| write.applied), "none was refused");
    }
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(1));
    for (more, why) in [
        (&["--password-length", "16"][..], "less than 100 bits"),
        (&["--password-length", "65"], "a person has to type it"),
        (&["--password", "phrase", "--password-length", "5"], "less than 80 bits"),
        (&["--password", "phrase", "--password-length", "13"], "a person has to type it"),
        (&["--password", "pin"], "possible values: random, phrase"),
    ] {
        stage.plan(&roster, "breach", "out", more).exited(2).complains(&[why]);
    }
}

#[test]
fn one_key_for_all_and_a_packet_for_each_name_of_a_column() {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let recipient = stage.recipient();
    let members = stage.members(6);
    let mut list = "userPrincipalName,Department\n".to_owned();
    for (index, member) in members.iter().enumerate() {
        list += &format!("{},{}\n", member.user_principal_name, ["Sales", "R/D", ""][index % 3]);
    }
    stage.write("list.csv", list);
    let more = ["--seal-to", &recipient, "--handoff-by", "Department"];
    let planned = plan(&stage, "list.csv", "breach", &more).succeeded();
    assert!(planned.out.contains("Sales") && planned.out.contains("default"), "{}", planned.out);
    stage.apply("out").succeeded();
    for packet in ["Sales", "R_D", "default"] {
        let file = format!("out/handoff/{packet}.csv.age");
        assert_eq!(unsealed(&stage, &file, "key.txt").len(), 2, "{packet}");
    }
    let made = stage.run(&["packets", "out"]).succeeded();
    assert!(made.out.contains("sealoff unseal ") && made.out.contains("--letters letters"), "{}", made.out);
}
