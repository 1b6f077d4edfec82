//! What people allowed apps to do: listed by the playbook `evict`, and deleted with `--consents`.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use sealoff::simulator::{
    CLIENTS, FaultRule, Operation, Permission, Script, ScriptedAnswer, Settings, SimulatedClient, SimulatedConsent,
    SimulatedUser,
};

use crate::stage::Stage;

fn settings() -> Settings {
    Settings { permissions: Permission::with_methods(), ..Settings::default() }
}

fn app(name: &str) -> SimulatedClient {
    CLIENTS.into_iter().find(|client| client.name == name).unwrap()
}

/// Adds a consent of somebody; gives its id.
fn consent(stage: &Stage, user: &SimulatedUser, name: &str, scope: &str) -> String {
    let consent = SimulatedConsent::to_graph(app(name).id, user.id, scope);
    assert!(stage.simulator.add_consent(consent.clone()));
    consent.id()
}

fn lines(stage: &Stage, file: &str) -> Vec<HashMap<String, String>> {
    let text = std::fs::read_to_string(stage.path(file)).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

/// Three people who are blocked, with all apps, one, and whatever they were made with.
fn blocked(stage: &Stage) -> Vec<SimulatedUser> {
    let members = stage.members(3);
    for client in CLIENTS {
        consent(stage, &members[0], client.name, " offline_access Mail.Send");
    }
    consent(stage, &members[1], "Mail Merge Pro", "Mail.ReadWrite");
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    members
}

fn deletions(stage: &Stage, user: &SimulatedUser) -> Vec<String> {
    let ledger = stage.ledger();
    let of = |operation: &Operation| match operation {
        Operation::DeleteConsent { id } => Some(id.to_string()),
        Operation::DeleteMethod { .. } => Some("method".to_owned()),
        Operation::Revoke => Some("revoke".to_owned()),
        _ => None,
    };
    ledger.writes_to(user.id).filter_map(|write| of(&write.operation)).collect()
}

#[test]
fn evict_lists_who_allowed_what_and_deletes_none_unasked() {
    let stage = Stage::with(settings());
    let members = blocked(&stage);
    let planned = stage.plan("blocked", "evict", "out", &["--methods", "all"]).succeeded();
    planned
        .says(&["Mail Merge Pro (publisher: not verified): Mail.ReadWrite, Mail.Send, offline_access"])
        .says(&["Graph Explorer (publisher: Microsoft's own)", "Adatum Calendar (publisher: Adatum Corporation)"])
        .says(&["this plan lists them and deletes none"]);
    let list = lines(&stage, "out/consents.csv");
    let of_first: Vec<_> = list.iter().filter(|line| line["row"] == "1").collect();
    assert_eq!(of_first.len(), CLIENTS.len());
    assert!(of_first.iter().all(|line| line["plan"] == "stays" && line["scopes"] == " offline_access Mail.Send"));
    assert!(of_first.iter().all(|line| line["object_id"] == members[0].id.to_string()));
    let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
    for said in ["What apps were allowed to do", "Mail Merge Pro", "AppRoleAssignment.ReadWrite.All"] {
        assert!(page.contains(said), "{said}");
    }
    stage.apply("out").succeeded();
    assert_eq!(stage.simulator.consents_of(members[0].id).len(), CLIENTS.len());
    stage.run(&["report", "out"]);
    let report = std::fs::read_to_string(stage.path("out/report.html")).unwrap();
    assert!(report.contains("What apps were allowed to do") && report.contains("Which roles they hold in apps"));
    // A list that was changed after the plan was approved is none.
    let stage = Stage::with(settings());
    blocked(&stage);
    stage.plan("blocked", "evict", "out", &["--methods", "all"]).succeeded();
    let path = stage.path("out/consents.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("Mail.Send", "Mail.Read")).unwrap();
    let refused = stage.run(&["apply", "out", "--confirm", "3"]);
    assert_ne!(refused.code, Some(0), "{}", refused.out);
    assert!(refused.err.contains("consents.csv"), "{}", refused.err);
}

#[test]
fn what_matches_is_deleted_after_the_methods_and_before_the_sessions_end() {
    let stage = Stage::with(settings());
    let members = blocked(&stage);
    let earlier = stage.ledger().writes.len();
    let planned = stage.plan("blocked", "evict", "out", &["--methods", "all", "--consents", "mail*"]).succeeded();
    planned.says(&["Mail Merge Pro (publisher: not verified)", "2 are deleted"]).says(&[
        "this plan deletes 2 consents of 2 people",
        "no run gives them back",
        "until it ends",
    ]);
    assert_eq!(stage.ledger().writes.len(), earlier, "planning only reads");
    let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
    assert!(page.contains("To be deleted"));
    stage.apply("out").succeeded();
    for (member, left) in members.iter().zip([CLIENTS.len() - 1, usize::MAX]) {
        let held = stage.simulator.consents_of(member.id);
        assert!(held.iter().all(|consent| consent.client_id != app("Mail Merge Pro").id));
        assert!(left == usize::MAX || held.len() == left);
        let all = deletions(&stage, member);
        let id = SimulatedConsent::to_graph(app("Mail Merge Pro").id, member.id, "").id();
        let place = all.iter().position(|one| *one == id).unwrap();
        assert!(all[place..].iter().all(|one| one != "method") && all.last().unwrap() == "revoke", "{all:?}");
        assert_eq!(all.iter().filter(|one| **one == id).count(), 1);
    }
    let each = lines(&stage, "out/ways-in-results.csv");
    let deleted: Vec<_> = each.iter().filter(|line| line["way"] == "consent").collect();
    assert_eq!(deleted.len(), 2);
    assert!(deleted.iter().all(|line| line["outcome"] == "deleted"), "{deleted:?}");
    assert!(stage.results("out")[&1]["detail"].contains("1 of 1 consents deleted"), "{:?}", stage.results("out")[&1]);
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded().says(&["Every step of all 3 accounts is proved"]);
    stage.run(&["report", "out"]);
    let report = std::fs::read_to_string(stage.path("out/report.html")).unwrap();
    assert!(report.contains("consent to an app") && report.contains("keeps the access token"), "{report}");

    // Given again after it: the proof is gone, and the consent is named.
    consent(&stage, &members[1], "Mail Merge Pro", "Mail.Send");
    let verified = stage.run(&["verify", "out", "--wait", "0s"]);
    assert_ne!(verified.code, Some(0), "{}", verified.out);
    let found = lines(&stage, "out/verification.csv");
    let found = found.iter().find(|line| line["row"] == "2" && line["step"] == "consents").unwrap();
    assert!(found["found"].contains("still there") && found["found"].contains("Mail.Send"), "{found:?}");
}

#[test]
fn microsofts_own_apps_keep_theirs_whatever_is_asked_for() {
    let stage = Stage::with(settings());
    let members = blocked(&stage);
    let planned = stage.plan("blocked", "evict", "out", &["--methods", "all", "--consents", "all"]).succeeded();
    planned.says(&["Microsoft's own apps are left"]);
    stage.apply("out").succeeded();
    let held = stage.simulator.consents_of(members[0].id);
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].client_id, app("Graph Explorer").id);
    let list = lines(&stage, "out/consents.csv");
    assert!(list.iter().any(|line| line["plan"] == "microsofts-own" && line["app"] == "Graph Explorer"));
}

#[test]
fn without_the_permission_a_note_is_left_and_the_flag_is_refused() {
    let mut permissions = Permission::with_methods();
    permissions.remove(&Permission::DelegatedPermissionGrantReadWriteAll);
    permissions.remove(&Permission::DirectoryReadAll);
    let stage = Stage::with(Settings { permissions, ..Settings::default() });
    blocked(&stage);
    let planned = stage.plan("blocked", "evict", "out", &["--methods", "all"]).succeeded();
    planned.says(&["It is not known what people allowed apps to do: Graph would not list it"]);
    assert!(!stage.path("out/consents.csv").exists());
    stage.apply("out").succeeded();
    for asked in ["list", "all"] {
        let refused = stage.plan("blocked", "evict", "other", &["--methods", "all", "--consents", asked]);
        assert_eq!(refused.code, Some(5), "{}", refused.err);
        let missing = if asked == "list" { "Directory.Read.All" } else { "DelegatedPermissionGrant.ReadWrite.All" };
        assert!(refused.err.contains(missing), "{}", refused.err);
        assert!(!stage.path("other/plan.json").exists());
    }
}

#[test]
fn other_playbooks_list_and_do_not_delete() {
    let stage = Stage::with(settings());
    let members = stage.members(2);
    consent(&stage, &members[0], "Mail Merge Pro", "Mail.Send");
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "out", &["--consents", "list"]).succeeded().says(&["Mail Merge Pro"]);
    let refused = stage.plan(&roster, "contain", "other", &["--consents", "all"]);
    assert_ne!(refused.code, Some(0));
    assert!(refused.err.contains("consents are deleted by the playbook evict alone"), "{}", refused.err);
    let refused = stage.plan(&roster, "contain", "other", &["--consents", ""]);
    assert!(refused.err.contains("it is list, all, or the name"), "{}", refused.err);
    assert!(stage.ledger().writes.is_empty());
}

#[test]
fn killed_at_every_write_nothing_is_lost_and_nothing_is_deleted_that_is_not_in_the_plan() {
    let stage = Stage::with(settings());
    let members = stage.members(4);
    for member in &members {
        for client in CLIENTS {
            consent(&stage, member, client.name, "Mail.Send");
        }
    }
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    stage.plan("blocked", "evict", "out", &["--methods", "all", "--consents", "all"]).succeeded();
    let apply = ["apply", "out", "--confirm", "4"];
    let mut kills = 0;
    for more in 1.. {
        // Counted first: what the killed process had under way may arrive in between. What was removed already is refused, and changes nothing.
        let seen = stage.ledger().writes.iter().filter(|write| write.applied).count();
        let meant = CLIENTS.len() - 1;
        let held: usize = members.iter().map(|member| stage.simulator.consents_of(member.id).len() - 1).sum();
        assert!(held <= meant * members.len());
        // So many writes are certainly to come.
        if held < more {
            break;
        }
        stage.kill_after_writes((seen + more) as u64, &apply);
        kills += 1;
    }
    assert!(kills >= 3, "{kills}");
    stage.run(&apply).succeeded();
    for member in &members {
        let held = stage.simulator.consents_of(member.id);
        assert_eq!(held.len(), 1, "Microsoft's own stays");
        assert_eq!(deletions(&stage, member).last().unwrap(), "revoke");
    }
    let each = lines(&stage, "out/ways-in-results.csv");
    assert!(each.iter().filter(|line| line["way"] == "consent").all(|line| line["outcome"] == "deleted"));
    let people: Vec<_> = members.iter().map(|member| member.id).collect();
    let ledger = stage.ledger();
    let mut deleted = ledger.applied().filter(|write| matches!(write.operation, Operation::DeleteConsent { .. }));
    assert!(deleted.all(|write| people.contains(&write.object_id.unwrap())));
    stage.verify_after_kills("out");
}

#[test]
fn a_planning_that_was_killed_goes_on_where_it_stopped_and_consents_alone_can_be_deleted() {
    let stage = Stage::at_speed(10.0, settings());
    let members = stage.members(200);
    for member in &members {
        consent(&stage, member, "Mail Merge Pro", "Mail.Send");
    }
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    stage.apply("blocked").succeeded();
    let arguments = ["plan", "blocked", "--playbook", "evict", "--consents", "Mail Merge Pro", "--out", "out"];
    let mut child = stage.spawn(&arguments);
    let kept = stage.path("out/.sealoff-consents.part");
    let known =
        || std::fs::read_to_string(&kept).unwrap_or_default().lines().filter(|line| line.contains("account")).count();
    let begun = Instant::now();
    while known() < 20 {
        assert!(begun.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none(), "it ended or hangs");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = known();
    assert!(before < 200 && !stage.path("out/plan.json").exists());
    let planned = stage.run(&arguments).succeeded();
    planned
        .complains(&[&format!("{} of 200 people (the others are known", 200 - before)])
        .says(&["this plan deletes 200 consents of 200 people"]);
    assert!(!stage.path("out/ways-in.csv").exists() && !kept.exists());
    let list = lines(&stage, "out/consents.csv");
    assert_eq!(list.iter().filter(|line| line["plan"] == "delete").count(), 200, "each once");
}

/// Somebody with a role through a group, somebody with one of their own; both are blocked.
fn with_app_roles(stage: &Stage) -> [SimulatedUser; 2] {
    let roles = |user: &SimulatedUser| stage.simulator.app_roles_of(user.id);
    let all = stage.members(400);
    let through_group = all.iter().find(|user| roles(user).len() > 1).unwrap();
    let own = all.iter().find(|user| !roles(user).is_empty() && roles(user).iter().all(|role| !role.is_group)).unwrap();
    let people = [through_group.clone(), own.clone()];
    let roster = stage.roster_of(&people);
    stage.plan(&roster, "contain", "blocked", &[]).succeeded();
    assert!(!stage.path("blocked/app-roles.csv").exists(), "evict alone reads them");
    stage.apply("blocked").succeeded();
    people
}

#[test]
fn the_roles_that_people_hold_in_apps_are_listed_by_name_and_none_is_touched() {
    // Each list comes in pages of one.
    let stage = Stage::with(Settings { default_page: 1, ..settings() });
    let people = with_app_roles(&stage);
    let roles = |user: &SimulatedUser| stage.simulator.app_roles_of(user.id);
    let earlier = stage.ledger().writes.len();
    let planned = stage.plan("blocked", "evict", "out", &["--devices"]).succeeded();
    planned
        .says(&["through groups", "AppRoleAssignment"])
        .says(&["Contoso Expenses: Approver of expenses (1);"])
        .says(&["Adatum Calendar: default access (2)"]);
    let list = lines(&stage, "out/app-roles.csv");
    for (row, person) in ["1", "2"].into_iter().zip(&people) {
        let mut listed = list.iter().filter(|line| line["row"] == row);
        for role in roles(person) {
            let line = listed.next().unwrap();
            assert_eq!((line["app"].as_str(), line["role_id"].clone()), (role.app.name, role.role_id.to_string()));
            assert_eq!(line["role"], if role.role_id.is_nil() { "default access" } else { "Approver of expenses" });
            assert_eq!(line["through_group"], if role.is_group { &*role.principal } else { "" });
            assert!(!line["assigned"].is_empty() && line["not_read"].is_empty());
        }
        assert!(listed.next().is_none());
    }
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(stage.path("out/plan.json")).unwrap()).unwrap();
    let apps = manifest["app_roles"]["apps"].as_array().unwrap();
    let names: Vec<_> =
        apps.iter().flat_map(|app| app["roles"].as_array().unwrap()).map(|role| &role["name"]).collect();
    assert_eq!(names, ["default access", "Approver of expenses"]);
    stage.apply("out");
    stage.run(&["report", "out"]);
    for page in ["out/plan.html", "out/report.html"] {
        let page = std::fs::read_to_string(stage.path(page)).unwrap();
        for said in ["Which roles they hold in apps", "Contoso Expenses", "Approver of expenses (1)"] {
            assert!(page.contains(said), "{said}");
        }
    }
    // Whatever the run wrote was about devices and sessions.
    let ledger = stage.ledger();
    let is_expected = |operation: &Operation| matches!(operation, Operation::Revoke | Operation::PatchDevice { .. });
    assert!(ledger.writes.len() > earlier);
    assert!(ledger.writes[earlier..].iter().all(|write| is_expected(&write.operation)), "{:?}", ledger.writes);

    stage.plan("blocked", "evict", "changed", &["--devices", "--methods", "all"]).succeeded();
    std::fs::write(stage.path("changed/app-roles.csv"), "row\n").unwrap();
    assert!(stage.run(&["apply", "changed", "--confirm", "2"]).err.contains("app-roles.csv"));
}

#[test]
fn a_role_whose_name_is_not_shown_is_listed_by_its_id() {
    let rule = FaultRule {
        method: Some("POST".to_owned()),
        path: Some("/directoryObjects/getByIds".to_owned()),
        answer: Some(ScriptedAnswer::of(403, "Authorization_RequestDenied", "Insufficient privileges.")),
        ..FaultRule::always("answer".parse().unwrap())
    };
    let script = Script { faults: vec![rule], ..Script::default() };
    let stage = Stage::with(Settings { script, ..settings() });
    with_app_roles(&stage);
    let planned = stage.plan("blocked", "evict", "out", &["--devices"]).succeeded();
    let list = lines(&stage, "out/app-roles.csv");
    let through_group = list.iter().find(|line| !line["through_group"].is_empty()).unwrap();
    assert_eq!(through_group["role"], through_group["role_id"]);
    planned.says(&[&format!("Contoso Expenses: {} (1)", through_group["role_id"]), "default access (2)"]);
}

#[test]
fn a_plan_is_made_without_the_roles_in_apps_where_graph_lists_none() {
    let mut permissions = Permission::with_methods();
    permissions.remove(&Permission::DirectoryReadAll);
    let stage = Stage::with(Settings { permissions, ..Settings::default() });
    blocked(&stage);
    let planned = stage.plan("blocked", "evict", "out", &["--consents", "Mail Merge Pro"]).succeeded();
    planned.says(&["It is not known which roles people hold in apps", "this plan deletes"]);
    assert!(!stage.path("out/app-roles.csv").exists() && !stage.path("out/.sealoff-app-roles.part").exists());
    let checked = stage.run(&["doctor", "--playbook", "evict"]);
    assert!(checked.out.contains("Directory.Read.All"), "{}", checked.out);
}
