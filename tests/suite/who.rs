//! Who planned, who approved, who applied and through which apps: it stands in plan, journal, report and evidence.

use sealoff::plan::manifest::Manifest;
use sealoff::simulator::{FurtherApp, Settings};
use serde_json::Value;

use crate::several_apps::sound;
use crate::stage::Stage;

fn text(stage: &Stage, name: &str) -> String {
    std::fs::read_to_string(stage.path(name)).unwrap()
}

/// What the journal says of the processes that worked.
fn engaged(stage: &Stage, folder: &str) -> Vec<Value> {
    let lines = text(stage, &format!("{folder}/journal.jsonl"));
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["record"] == "engaged").map(|line| line["who"].clone()).collect()
}

#[test]
fn everyone_who_had_a_hand_in_it_is_named() {
    let apps = vec![FurtherApp::numbered(2)];
    let stage = Stage::with(Settings { further_apps: apps, ..Settings::default() });
    let second = sound(&stage, 2);
    let first = sealoff::simulator::CLIENT_ID.to_string();
    let roster = stage.roster_of(&stage.members(40));
    stage.plan(&roster, "contain", "job", &[]).succeeded();
    let plan: Value = serde_json::from_str(&text(&stage, "job/plan.json")).unwrap();
    let author = &plan["planned_by"];
    let name = author["caller"]["name"].as_str().unwrap();
    assert_eq!((&author["caller"]["kind"], &author["caller"]["client_id"]), (&"app".into(), &first.as_str().into()));
    assert!(!name.is_empty() && !author["user"].as_str().unwrap().is_empty());
    assert!(!author["host"].as_str().unwrap().is_empty());
    assert!(text(&stage, "job/plan.html").contains(name), "the page for the approver names who planned");

    let said = ["--approved-by", "Kofi Mensah", "--reason", "INC-4711 <b>"];
    stage.run(&[&["apply", "job", "--confirm", "40", "--app", &second][..], &said[..]].concat()).succeeded();
    let who = engaged(&stage, "job").remove(0);
    assert_eq!(who["applied_by"]["caller"]["client_id"], first.as_str());
    assert_eq!(
        who["approval"],
        serde_json::json!({ "way": "fingerprint", "approved_by": "Kofi Mensah", "reason": "INC-4711 <b>" })
    );
    let ids: Vec<&str> = who["apps"].as_array().unwrap().iter().map(|app| app["client_id"].as_str().unwrap()).collect();
    let other = FurtherApp::numbered(2).client_id.to_string();
    assert_eq!(ids, [&first, &other]);
    stage.run(&["report", "job"]).succeeded();
    let report = text(&stage, "job/report.html");
    for part in ["Kofi Mensah", "INC-4711 &lt;b&gt;", &other, name, author["host"].as_str().unwrap()] {
        assert!(report.contains(part), "{part}");
    }
    stage.run(&["evidence", "job", "-o", "job.zip"]).succeeded().says(&["Kofi Mensah", &other, "Planned    as app"]);
    let checked = stage.run(&["evidence", "--check", "job.zip", "--json"]).succeeded().json();
    assert_eq!(checked["planned_by"], *author);
    assert_eq!(checked["run"]["processes"][0]["who"], who);
}

#[test]
fn each_way_of_approving_is_kept_and_a_remark_is_one_line() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(2));
    for wrong in ["", "two\nlines", "a\u{1b}[2Jb"] {
        let line = ["run", &roster, "--playbook", "contain", "--out", "no", "--confirm", "2", "--reason", wrong];
        stage.run(&line).exited(2).complains(&["--reason"]);
    }
    assert!(!stage.path("no").exists());
    let line = ["run", &roster, "--playbook", "contain", "--out", "one", "--confirm", "2", "--approved-by", "Marie"];
    stage.run(&line).succeeded();
    let approval = &engaged(&stage, "one")[0]["approval"];
    assert_eq!(*approval, serde_json::json!({ "way": "number", "approved_by": "Marie" }));
    stage.run(&["drill", &roster, "--playbook", "contain", "--out", "two"]).succeeded();
    assert_eq!(engaged(&stage, "two")[0]["approval"]["way"], "drill");
}

#[test]
fn a_plan_that_does_not_say_who_made_it_is_still_carried_out() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(2));
    stage.plan(&roster, "contain", "job", &[]).succeeded();
    let mut manifest = Manifest::read(text(&stage, "job/plan.json").as_bytes()).unwrap();
    let bound = manifest.fingerprint().to_string();
    manifest.planned_by = None;
    let json = serde_json::to_string(&manifest).unwrap();
    let unbound = json.replace(&format!(",\"fingerprint\":\"{bound}\""), "");
    let digest = sealoff::digest::Digest::of(unbound.as_bytes()).to_string();
    assert!(!json.contains("planned_by"));
    stage.write("job/plan.json", json.replace(&bound, &digest));
    stage.apply("job").succeeded();
    stage.run(&["report", "job"]).succeeded();
    let evidence = stage.run(&["evidence", "job", "-o", "job.zip"]).succeeded();
    assert!(!evidence.out.contains("Planned "), "{}", evidence.out);
}
