//! Accounts that are not one person's: known by their signs, named in a list of people, refused in a list of everybody.

use sealoff::simulator::{Permission, Settings, SimulatedUser};
use uuid::{Uuid, uuid};

use crate::stage::{Ran, Stage};

const ROOMS_PRO: Uuid = uuid!("4cde982a-ede4-4409-9ae6-b003453c8ea6");
const CALL_QUEUE: Uuid = uuid!("440eaaa8-b3e0-484b-a8be-62870b9ba70a");

/// Twelve members: a room, a call queue, an agent, a mailbox that Exchange left blocked, a service, a service with a manager, and
/// six people.
fn stage(settings: Settings) -> (Stage, Vec<SimulatedUser>) {
    let stage = Stage::with(settings);
    let members = stage.members(12);
    let change = |index: usize, change: &mut dyn FnMut(&mut SimulatedUser)| {
        stage.simulator.change(members[index].id, |user| change(user));
    };
    let without_names = |user: &mut SimulatedUser, name: &str| {
        (user.given_name, user.surname) = (None, None);
        user.display_name = name.into();
    };
    change(0, &mut |user| user.details_mut().licences = Some(vec![ROOMS_PRO]));
    change(1, &mut |user| user.details_mut().licences = Some(vec![CALL_QUEUE]));
    change(2, &mut |user| user.details_mut().identity_parent = Some(Uuid::from_u128(7)));
    change(3, &mut |user| {
        without_names(user, "Info Desk");
        user.account_enabled = false;
        user.details_mut().licences = Some(Vec::new());
    });
    change(4, &mut |user| without_names(user, "svc Datensicherung"));
    change(5, &mut |user| {
        without_names(user, "Scan Service");
        user.details_mut().manager = Some(members[6].id);
    });
    (stage, members)
}

fn signs(planned: &Ran) -> serde_json::Value {
    planned.json()["plan"]["non_persons"].clone()
}

/// Decision, reason and notes of each row.
fn rows(stage: &Stage, out: &str) -> Vec<(String, String, String)> {
    let mut plan = csv::Reader::from_path(stage.path(out).join("plan.csv")).unwrap();
    let cells = plan.records().map(|row| row.unwrap());
    cells.map(|row| (row[5].to_owned(), row[6].to_owned(), row[18].to_owned())).collect()
}

#[test]
fn on_a_list_of_people_they_are_named_and_changed_all_the_same() {
    let (stage, members) = stage(Settings { users: 400, ..Settings::default() });
    let roster = stage.roster_of(&members);
    let planned = stage.plan(&roster, "breach", "out", &[]).succeeded();
    let planned = planned.says(&["5 accounts are no persons'", "not-a-person", "changed all the same", "room-licence"]);
    assert!(!planned.out.contains("to include them: --allow-resource-accounts"), "{}", planned.out);
    let rows = rows(&stage, "out");
    let reasons: Vec<&str> = rows.iter().map(|(_, reason, _)| reason.as_str()).collect();
    assert!(rows.iter().all(|(decision, ..)| decision == "act"), "{rows:?}");
    for (row, sign) in
        [(0, "room-licence"), (1, "call-licence"), (2, "agent-user"), (3, "blocked-mailbox"), (4, "service-name")]
    {
        assert!(reasons[row].contains("not-a-person") && rows[row].2.starts_with(sign), "{row}: {rows:?}");
    }
    for person in &reasons[5..] {
        assert!(!person.contains("not-a-person"), "{reasons:?}");
    }
    stage.apply("out").succeeded();
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 12);
}

#[test]
fn in_a_list_of_everybody_they_are_left_alone_until_a_flag_includes_them() {
    let (stage, members) = stage(Settings { users: 100, ..Settings::default() });
    let roster = stage.roster_of(&members);
    let planned = stage.plan(&roster, "contain", "out", &[]).exited(0);
    planned.says(&["more than a tenth of the tenant's", "left alone", "to include them: --allow-resource-accounts"]);
    let rows = rows(&stage, "out");
    assert_eq!(rows.iter().filter(|(decision, ..)| decision == "refuse").count(), 5, "{rows:?}");
    assert!(
        rows.iter().filter(|(_, reason, _)| reason.contains("not-a-person")).all(|(decision, ..)| decision == "refuse")
    );
    stage.apply("out");
    let touched = stage.ledger().applied().filter(|write| write.object_id == Some(members[0].id)).count();
    assert_eq!(touched, 0);
    let lifted = stage.plan(&roster, "contain", "all", &["--allow-resource-accounts", "--json"]).succeeded();
    assert_eq!(lifted.json()["plan"]["counts"]["refuse"]["rows"], 0);
    assert_eq!(lifted.json()["plan"]["options"]["allow_resource_accounts"], true);
    assert_eq!(signs(&lifted)["call-licence"], 1);
}

/// The mark stays with the list, however much of it a person takes out.
#[test]
fn an_export_of_everybody_says_so_in_the_file() {
    let (stage, members) = stage(Settings { users: 400, ..Settings::default() });
    stage.run(&["export", "--all", "-o", "all.csv"]).succeeded();
    let all = std::fs::read_to_string(stage.path("all.csv")).unwrap();
    assert!(all.lines().next().unwrap().ends_with(",wholeTenant"), "{all}");
    let of_room = |line: &&str| line.contains(&members[0].id.to_string());
    let cut: Vec<&str> = all.lines().take(1).chain(all.lines().filter(of_room)).collect();
    let cut = stage.write("cut.csv", cut.join("\n"));
    let planned = stage.plan(&cut, "contain", "out", &[]);
    planned.says(&["an export of the whole tenant", "not-a-person"]);
    assert_eq!(rows(&stage, "out")[0].0, "refuse");
    stage.run(&["export", "--filter", "accountEnabled eq true", "-o", "some.csv"]).succeeded();
    let some = std::fs::read_to_string(stage.path("some.csv")).unwrap();
    assert!(!some.contains("wholeTenant"), "{some}");
}

#[test]
fn what_mailboxes_are_for_is_read_where_it_is_asked_for_and_permitted() {
    let mut permissions = Permission::usual();
    let (denied, members) = stage(Settings { users: 400, permissions: permissions.clone(), ..Settings::default() });
    let roster = denied.roster_of(&members);
    let planned = denied.plan(&roster, "contain", "out", &["--check-mailboxes"]).succeeded();
    planned.says(&["MailboxSettings.Read", "is not known"]);
    permissions.insert(Permission::MailboxSettingsRead);
    let (stage, members) = stage(Settings { users: 400, permissions, ..Settings::default() });
    for (member, purpose) in members[6..10].iter().zip(["shared", "room", "equipment", "unknownFutureValue"]) {
        stage.simulator.change(member.id, |user| user.details_mut().mailbox_purpose = Some(purpose.into()));
    }
    stage.simulator.change(members[10].id, |user| user.has_mailbox = false);
    let roster = stage.roster_of(&members);
    let found = signs(&stage.plan(&roster, "contain", "out", &["--check-mailboxes", "--json"]).succeeded());
    for sign in ["shared-mailbox", "room-mailbox", "equipment-mailbox"] {
        assert_eq!(found[sign], 1, "{found}");
    }
    assert!(found.get("other-mailbox").is_none(), "{found}");
    let unasked = signs(&stage.plan(&roster, "contain", "unasked", &["--json"]).succeeded());
    assert!(unasked.get("room-mailbox").is_none(), "{unasked}");
    // What was found so is no drift: it is not read again.
    stage.apply("out").succeeded();
    stage.judge("out");
}
