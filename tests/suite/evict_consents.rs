//! What people allowed apps to do: listed by the playbook `evict`, and deleted with `--consents`.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use sealoff::simulator::{CLIENTS, Operation, Permission, Settings, SimulatedClient, SimulatedConsent, SimulatedUser};

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
    assert!(std::fs::read_to_string(stage.path("out/report.html")).unwrap().contains("What apps were allowed to do"));
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
    let deleted: Vec<_> = each.iter().filter(|line| line["method"] == "consent").collect();
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
        let meant = CLIENTS.len() - 1;
        let held: usize = members.iter().map(|member| stage.simulator.consents_of(member.id).len() - 1).sum();
        assert!(held <= meant * members.len());
        // So many writes are certainly to come.
        if held < more {
            break;
        }
        stage.kill_after_writes((stage.ledger().writes.len() + more) as u64, &apply);
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
    assert!(each.iter().filter(|line| line["method"] == "consent").all(|line| line["outcome"] == "deleted"));
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
