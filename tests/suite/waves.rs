//! A plan that is carried out in waves: each is approved and done for itself, and the rest stays as it is.

use std::collections::BTreeSet;

use sealoff::plan::folder::PlanFolder;
use sealoff::simulator::{Settings, SimulatedUser};
use sealoff::wording::plan_command;
use sealoff::words::quoted;

use crate::stage::{Ran, Stage};

/// The wave of each person: six in Berlin, four in Madrid, two in "Oslo, East".
const SITES: [&str; 12] = [
    "Berlin", "Madrid", "berlin ", "Oslo, East", "Berlin", "Madrid", "Madrid", "Berlin", "BERLIN", "Oslo, East",
    "Madrid", "Berlin",
];

fn list(stage: &Stage, members: &[SimulatedUser], sites: &[&str]) -> String {
    let lines = members.iter().zip(sites).map(|(member, site)| format!("{},\"{site}\"\n", member.user_principal_name));
    stage.write("roster.csv", std::iter::once("userPrincipalName,Site\n".to_owned()).chain(lines).collect::<String>())
}

fn planned(playbook: &str) -> (Stage, Vec<SimulatedUser>) {
    let stage = Stage::with(Settings { users: 300, ..Settings::default() });
    let members = stage.members(12);
    for member in members.iter().filter(|_| playbook == "reinstate") {
        stage.simulator.change(member.id, |user| user.account_enabled = false);
    }
    let roster = list(&stage, &members, &SITES);
    stage.plan(&roster, playbook, "out", &["--wave-by", "site"]).succeeded().says(&[
        "3 waves by the column \"site\", each with a command of its own",
        "who is in a later wave stays as they are until then",
        "sealoff apply out --wave Berlin --confirm 6@",
        "sealoff apply out --wave Madrid --confirm 4@",
        "--confirm 2@",
    ]);
    (stage, members)
}

fn wave(stage: &Stage, name: &str, number: u32) -> Ran {
    stage.run(&["apply", "out", "--wave", name, "--confirm", &number.to_string()])
}

fn written_to(stage: &Stage) -> BTreeSet<String> {
    stage.ledger().writes.iter().filter_map(|write| write.object_id).map(|id| id.to_string()).collect()
}

fn people_of(members: &[SimulatedUser], sites: &[&str]) -> BTreeSet<String> {
    let at = |site: &str| sites.contains(&site.trim().to_lowercase().as_str());
    members.iter().zip(SITES).filter(|(_, site)| at(site)).map(|(member, _)| member.id.to_string()).collect()
}

#[test]
fn each_wave_is_done_for_itself_and_the_rest_stays_pending() {
    for playbook in ["breach", "reinstate"] {
        let (stage, members) = planned(playbook);
        wave(&stage, "madrid", 4)
            .exited(3)
            .says(&["To do the wave \"Berlin\", when its time has come: 6 accounts are left"]);
        assert_eq!(written_to(&stage), people_of(&members, &["madrid"]));
        stage.judge("out");
        assert_eq!((stage.outcomes("out")["done"], stage.outcomes("out")["pending"]), (4, 8));
        stage.run(&["status", "out"]).exited(3).says(&[
            "Berlin: 6 accounts, all left to do",
            "Madrid: 4 accounts, none left to do",
            "sealoff apply out --wave Berlin --confirm 6@",
        ]);
        stage.run(&["report", "out"]);
        let page = std::fs::read_to_string(stage.path("out/report.html")).unwrap();
        assert!(
            page.contains("6 accounts, all left to do") && page.contains("4 accounts, none left to do"),
            "the report shows the waves"
        );
        let page = std::fs::read_to_string(stage.path("out/plan.html")).unwrap();
        assert!(page.contains("--wave Madrid --confirm 4@"), "the plan's page has a command for each");

        // Once more, nothing is left of that wave.
        let writes = stage.ledger().writes.len();
        wave(&stage, "Madrid", 4).exited(3);
        assert_eq!(stage.ledger().writes.len(), writes, "no finished account is touched again");
        wave(&stage, "Oslo, East", 2).exited(3);
        wave(&stage, "Berlin", 6).succeeded();
        stage.judge("out");
        assert_eq!(stage.outcomes("out")["done"], 12, "{playbook}");
    }
}

#[test]
fn a_wave_that_was_killed_goes_on_by_itself() {
    let (stage, members) = planned("breach");
    stage.kill_after_writes(5, &["apply", "out", "--wave", "Berlin", "--confirm", "6"]);
    stage.run(&["status", "out"]).exited(3).says(&["sealoff apply out --wave Berlin --confirm 6@"]);
    wave(&stage, "Berlin", 6).exited(3);
    assert_eq!(written_to(&stage), people_of(&members, &["berlin"]));
    assert_eq!(stage.outcomes("out")["done"], 6);
    stage.judge("out");
}

#[test]
fn what_was_begun_in_one_wave_does_not_make_another_one_young() {
    let (stage, _) = planned("breach");
    wave(&stage, "Berlin", 6).exited(3);
    let old = ["apply", "out", "--wave", "Madrid", "--confirm", "4", "--max-age", "0s"];
    stage.run(&old).exited(4).complains(&["old, and may be"]);
    let all = ["apply", "out", "--every-wave", "--confirm", "12", "--max-age", "0s"];
    stage.run(&all).exited(4).complains(&["old, and may be"]);
    assert_eq!(stage.outcomes("out")["done"], 6);
}

#[test]
fn a_wave_is_named_and_approved_by_its_own_number() {
    let (stage, _) = planned("breach");
    let apply = |more: &[&str]| stage.run(&[&["apply", "out", "--confirm"], more].concat());
    apply(&["12"]).exited(4).complains(&[
        "is carried out in waves, and none is named; there are Berlin (6), Madrid (4), Oslo, East (2)",
        "--every-wave",
    ]);
    apply(&["12", "--wave", "Berlin"]).exited(4).complains(&["the wave \"Berlin\" of this plan changes 6 accounts"]);
    apply(&["6", "--wave", "Rome"]).exited(2).complains(&["has no wave \"Rome\"; there are Berlin (6), Madrid (4)"]);
    apply(&["6", "--wave", "Berlin", "--every-wave"]).exited(2);
    assert!(stage.ledger().writes.is_empty());
    apply(&["12", "--every-wave"]).succeeded();
    stage.judge("out");

    let members = stage.members(3);
    let roster = list(&stage, &members, &SITES[..3]);
    stage.plan(&roster, "breach", "whole", &[]).succeeded();
    for flags in [&["--wave", "Berlin"][..], &["--every-wave"]] {
        stage.run(&[&["apply", "whole", "--confirm", "3"], flags].concat()).exited(2).complains(&["has no waves"]);
    }
}

#[test]
fn containment_is_for_all_and_no_person_is_in_no_wave() {
    let stage = Stage::new();
    let members = stage.members(4);
    let roster = list(&stage, &members, &["Berlin", "", "Madrid", " "]);
    for playbook in ["contain", "offboard", "signout"] {
        stage
            .plan(&roster, playbook, "out", &["--wave-by", "Site"])
            .exited(4)
            .complains(&["--wave-by does not go with the playbook", "done for all of them at once"]);
    }
    stage.plan(&roster, "breach", "out", &["--wave-by", "Sight"]).exited(2).complains(&["Sight"]);
    assert!(!stage.path("out").exists());
    stage
        .plan(&roster, "breach", "out", &["--wave-by", "Site"])
        .succeeded()
        .says(&["2  no-wave: the plan is carried out in waves, and the row names none", "--wave Berlin --confirm 1@"]);
    stage.run(&["plan", &roster, "--explain"]).succeeded();
    stage.run(&["plan", "--help"]).succeeded().says(&["--wave-by <COLUMN>"]);
    stage.run(&["apply", "--help"]).succeeded().says(&["--wave <NAME>", "--every-wave"]);
}

/// Carries the plan of these people out in its three waves.
fn all_waves(stage: &Stage) {
    for (name, number) in [("Madrid", 4), ("Oslo, East", 2)] {
        wave(stage, name, number).exited(3);
    }
    wave(stage, "Berlin", 6).succeeded();
}

#[test]
fn those_who_are_planned_again_keep_their_wave() {
    let (stage, members) = planned("reinstate");
    all_waves(&stage);
    stage.run(&["verify", "out"]);
    for member in &members[1..4] {
        assert!(stage.simulator.change(member.id, |user| user.account_enabled = false));
    }
    stage.run(&["verify", "out", "--wait", "0s"]).exited(3).says(&["sealoff again out --out out-again"]);
    stage.run(&["again", "out", "--out", "out-again"]).succeeded().says(&[
        "3 waves by the column \"site\"",
        "sealoff apply out-again --wave Madrid --confirm 1@",
        "sealoff apply out-again --wave Berlin --confirm 1@",
        // As the shell of the system wants it.
        &format!("sealoff apply out-again --wave {} --confirm 1@", quoted("Oslo, East".as_ref())),
    ]);

    // The people of the run, all of them at once or in the waves that they were in.
    let people = |out: &str, more: &[&str]| {
        let seal_to = stage.recipient();
        stage.run(&[&["plan", "out", "--playbook", "breach", "--seal-to", &seal_to, "--out", out], more].concat())
    };
    let whole = people("whole", &[]).succeeded().out;
    assert!(!whole.contains("--wave"), "{whole}");
    let csv = std::fs::read_to_string(stage.path("whole/plan.csv")).unwrap();
    assert!(!csv.contains("Berlin"), "a plan without waves names none: {csv}");
    for (out, by) in [("by-site", "Site"), ("by-wave", "wave")] {
        people(out, &["--wave-by", by])
            .succeeded()
            .says(&["3 waves by the column \"site\"", "--wave Berlin --confirm"]);
    }
    people("never", &["--wave-by", "Floor"])
        .exited(2)
        .complains(&["are in waves by the column \"site\", and not by \"Floor\"", "--wave-by wave"]);
    let seal_to = stage.recipient();
    let whole = ["plan", "whole", "--playbook", "breach", "--seal-to", &seal_to, "--out", "never", "--wave-by", "wave"];
    stage.run(&whole).exited(2).complains(&["the people of the run in whole are in no waves"]);
    assert!(!stage.path("never").exists());
}

#[test]
fn the_lists_of_a_plan_and_a_run_have_the_wave_of_each_person() {
    let stage = Stage::with(Settings { users: 300, ..Settings::default() });
    // One in twenty may have drifted.
    let members = stage.members(34);
    for member in &members {
        stage.simulator.change(member.id, |user| user.account_enabled = false);
    }
    let names: Vec<&str> = members.iter().map(|member| &*member.user_principal_name).collect();
    let [second, none, drifts, others @ ..] = &names[..] else { panic!() };
    let others: String = others.iter().map(|name| format!("{name},-Berlin\n")).collect();
    stage.write("roster.csv", format!("userPrincipalName,Site\nx{second},Madrid\n{none},\n{drifts},-Berlin\n{others}"));
    stage.plan("roster.csv", "reinstate", "out", &["--wave-by", "Site"]).succeeded();
    assert!(stage.simulator.change(members[2].id, |user| user.user_principal_name = "renamed@contoso.com".into()));
    // A hyphen begins a formula in a spreadsheet, and a flag on the command line.
    let ran = stage.run(&["apply", "out", "--wave=-Berlin", "--confirm", "32"]).exited(3);
    ran.says(&["sealoff plan out/refused.csv", "--wave-by wave"]);
    let plan = PlanFolder::open(&stage.path("out")).unwrap();
    let planned = |command: String| stage.run(&command.split(' ').skip(1).collect::<Vec<_>>()).succeeded();
    planned(plan_command::drifted(plan.manifest(), &stage.path("out/results.csv"), &stage.path("drifted")))
        .says(&["--wave=-Berlin --confirm 1@"]);

    // One is misspelled, and one has no wave yet: both are put right in the list of those who were not touched.
    let refused = std::fs::read_to_string(stage.path("out/refused.csv")).unwrap();
    let right = |line: &str| match line.split(',').next().unwrap_or_default() {
        user if user.contains(*none) => format!("{line}Oslo"),
        user if user.contains(*second) => line.replacen(&format!("x{second}"), second, 1),
        _ => line.to_owned(),
    };
    stage.write("out/refused.csv", refused.lines().map(|line| right(line) + "\n").collect::<String>());
    planned(plan_command::like(plan.manifest(), &stage.path("out/refused.csv"), &stage.path("rest")))
        .says(&["--wave Madrid --confirm 1@", "--wave Oslo --confirm 1@"]);
}
