//! Each person's manager hands the new password over, as the directory knows them.

use std::collections::HashMap;

use sealoff::simulator::SimulatedUser;

use crate::stage::{Ran, Stage};
use crate::tools::need;

/// Eight people. The first six have managers: 0 and 1 the boss, 2 one who is on the list, 3 one who is blocked, 4 a guest, 5 one
/// without keys; 6 and 7 have none.
struct Office {
    stage: Stage,
    people: Vec<SimulatedUser>,
    boss: SimulatedUser,
    roster: String,
}

fn office() -> Office {
    let stage = Stage::new();
    let mut members = stage.members(11);
    let [boss, blocked, other] = members.split_off(8).try_into().unwrap();
    let guest = stage.simulator.users().into_iter().find(SimulatedUser::is_external).unwrap();
    stage.simulator.change(blocked.id, |user| user.account_enabled = false);
    let managers = [boss.id, boss.id, members[7].id, blocked.id, guest.id, other.id];
    for (member, manager) in members.iter().zip(managers) {
        stage.simulator.change(member.id, |user| user.details_mut().manager = Some(manager));
    }
    for name in ["boss", "desk"] {
        let made = stage.run(&["keygen", "-o", &format!("{name}.key")]).succeeded();
        stage.write(&format!("{name}.pub"), made.out);
    }
    let roster = stage.roster_of(&members);
    Office { stage, people: members, boss, roster }
}

impl Office {
    fn recipients(&self, name: &str, with_default: bool) {
        let default = if with_default { "[handoff.default]\nkeys = [\"desk.pub\"]\n" } else { "" };
        self.stage.write("recipients.toml", format!("[handoff.{name:?}]\nkeys = [\"boss.pub\"]\n{default}"));
    }

    fn plan(&self, out: &str, more: &[&str]) -> Ran {
        let mut arguments = vec!["plan", &self.roster, "--playbook", "breach", "--out", out];
        arguments.extend(["--recipients", "recipients.toml", "--handoff-by", "manager", "--max-accounts", "100"]);
        arguments.extend(more);
        self.stage.run(&arguments)
    }

    fn handoffs(&self, out: &str) -> Vec<String> {
        let mut plan = csv::Reader::from_path(self.stage.path(out).join("plan.csv")).unwrap();
        plan.deserialize().map(|row: Result<HashMap<String, String>, _>| row.unwrap()["handoff"].clone()).collect()
    }
}

#[test]
fn a_manager_is_found_by_sign_in_name_address_or_display_name() {
    let office = office();
    let Office { stage, boss, people, .. } = &office;
    for (index, name) in [&*boss.user_principal_name, &*boss.display_name].into_iter().enumerate() {
        office.recipients(name, true);
        let out = format!("out{index}");
        let planned = office.plan(&out, &[]).succeeded();
        planned.says(&[
            "2 people have no manager in the directory, so default hands over",
            "is on the same list",
            "may not sign in",
            "a guest or a contact",
            "has no keys in the file of recipients",
        ]);
        let handoffs = office.handoffs(&out);
        assert_eq!(handoffs[..2], [name.to_owned(), name.to_owned()]);
        assert!(handoffs[2..].iter().all(|handoff| handoff == "default"), "{handoffs:?}");
    }
    stage.apply("out0").succeeded();
    assert_eq!(stage.outcomes("out0")["done"], 8);
    let index = std::fs::read_to_string(stage.path("out0/handoff/index.csv")).unwrap();
    assert!(index.contains(&*boss.user_principal_name) && index.contains("default"), "{index}");
    // The boss opens two of them, and no other.
    let file = index.lines().find(|line| line.contains(&*boss.user_principal_name)).unwrap();
    let file = file.split(',').find(|cell| cell.contains(".age")).unwrap();
    let opened = stage.run(&["unseal", &format!("out0/handoff/{file}"), "-i", "boss.key"]).succeeded();
    assert_eq!(
        people.iter().filter(|person| opened.out.contains(&*person.user_principal_name)).count(),
        2,
        "{}",
        opened.out
    );
}

#[test]
fn without_a_default_those_who_would_have_no_password_are_named_and_there_is_no_plan() {
    let office = office();
    office.recipients(&office.boss.user_principal_name, false);
    let refused = office.plan("out", &[]).exited(4);
    refused.complains(&["no keys for the person's manager", "is on the same list, and there are no keys for default"]);
    assert!(!office.stage.path("out/plan.json").exists());
}

/// The list's own column is what the operator sees, so it wins over the directory.
#[test]
fn a_column_of_that_name_is_the_column() {
    let office = office();
    office.recipients("site berlin", true);
    let mut text = "userPrincipalName,Manager\n".to_owned();
    for person in &office.people {
        text += &format!("{},Site Berlin\n", person.user_principal_name);
    }
    office.stage.write("column.csv", text);
    let office = Office { roster: "column.csv".to_owned(), ..office };
    office.plan("out", &[]).succeeded();
    assert!(office.handoffs("out").iter().all(|handoff| handoff == "site berlin"));
    let one_key = ["plan", "leavers.csv", "--playbook", "breach", "--out", "own", "--max-accounts", "100"];
    office.stage.write("leavers.csv", std::fs::read(office.stage.path("column.csv")).unwrap());
    let named = office.stage.run(&[&one_key[..], &["--seal-to", "desk.pub", "--handoff-by", "site"]].concat());
    named.exited(2).complains(&["site"]);
}

/// One key for all, and a packet for each manager.
#[test]
fn one_desk_has_a_packet_for_each_manager() {
    let office = office();
    let arguments = ["plan", &office.roster, "--playbook", "breach", "--out", "out", "--max-accounts", "100"];
    office.stage.run(&[&arguments[..], &["--seal-to", "desk.pub", "--handoff-by", "Manager"]].concat()).succeeded();
    let handoffs = office.handoffs("out");
    assert_eq!(handoffs[0], *office.boss.user_principal_name);
    assert_eq!(handoffs.iter().filter(|handoff| *handoff == "default").count(), 5, "{handoffs:?}");
}

#[test]
fn what_is_undone_is_handed_over_by_managers_too() {
    let office = office();
    let Office { stage, boss, roster, .. } = &office;
    office.recipients(&boss.user_principal_name, true);
    stage.plan(roster, "contain", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    let undo =
        ["undo", "out", "--out", "back", "--reset", "--recipients", "recipients.toml", "--handoff-by", "manager"];
    stage.run(&undo).succeeded().says(&["is on the same list", "no manager in the directory"]);
    let handoffs = office.handoffs("back");
    assert_eq!(handoffs.iter().filter(|handoff| **handoff == *boss.user_principal_name).count(), 2, "{handoffs:?}");
    stage
        .run(&["undo", "out", "--out", "back2", "--reset", "--seal-to", "desk.pub", "--handoff-by", "manager"])
        .exited(2);
}

/// A second time is as the first: whose manager is whom is asked for again, and may have changed.
#[test]
fn those_who_were_changed_back_are_handed_over_by_managers_too() {
    let office = office();
    let Office { stage, boss, people, roster } = &office;
    office.recipients(&boss.user_principal_name, true);
    let key = ["--seal-to", "desk.pub", "--max-accounts", "100"];
    stage.run(&[&["plan", roster, "--playbook", "offboard", "--out", "run"][..], &key].concat()).succeeded();
    stage.apply("run").succeeded();
    for person in &people[..3] {
        assert!(stage.simulator.change(person.id, |user| user.account_enabled = true));
    }
    stage.run(&["verify", "run", "--wait", "0s"]).exited(3);
    let again = ["again", "run", "--out", "back", "--handoff-by", "manager"];
    stage.run(&again).exited(2).complains(&["--recipients"]);
    stage.run(&[&again[..], &["--recipients", "recipients.toml"]].concat()).succeeded();
    let mut handoffs = office.handoffs("back");
    handoffs.sort();
    // The third one's manager is not on this list of three; no keys are his.
    assert_eq!(handoffs, ["default", &*boss.user_principal_name, &*boss.user_principal_name]);
}

/// The passwords of the script are sealed on the way, and who is on the list is known only at its end.
#[test]
fn managers_do_not_go_with_passwords_of_the_script_and_that_says_what_to_do() {
    if !need(&["openssl"]) {
        return;
    }
    let office = office();
    office.recipients(&office.boss.user_principal_name, true);
    let made = std::process::Command::new("openssl")
        .args("req -x509 -newkey rsa:2048 -nodes -keyout ad.key -out ad.pem -days 30 -subj /CN=ad -addext".split(' '))
        .args(["keyUsage=keyEncipherment", "-addext", "extendedKeyUsage=1.3.6.1.4.1.311.80.1"])
        .current_dir(office.stage.folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let refused = office.plan("out", &["--ad-key", "ad.pem"]).exited(4);
    refused.complains(&["--handoff-by manager", "--ad-key", "in a column of the list", "leave the key out"]);
    assert!(!office.stage.path("out/plan.json").exists());
    // What is written back is sealed later, and goes with managers.
    office.plan("out", &["--writeback"]).succeeded();
}
