//! Passes that begin at a moment of each person's own, which a column of the list names.

use std::fs;
use std::sync::LazyLock;

use sealoff::simulator::{Quota, Settings, SimulatedUser};
use serde_json::Value;
use time::{Date, OffsetDateTime, Time};

use crate::passes::{every_pass_is_the_sealed_one, plan, settings, standing};
use crate::stage::{Stage, files_below};

/// The day of most appointments.
static DAY: LazyLock<Date> = LazyLock::new(|| (OffsetDateTime::now_utc() + time::Duration::days(30)).date());

/// A moment so many days after that day, at this time.
fn on(days: i64, time: &str) -> String {
    format!("{}{time}", *DAY + time::Duration::days(days))
}

/// The same as a moment, in UTC.
fn at(days: i64, hour: u8, minute: u8) -> OffsetDateTime {
    (*DAY + time::Duration::days(days)).with_time(Time::from_hms(hour, minute, 0).unwrap()).assume_utc()
}

/// Most appointments.
fn morning() -> String {
    on(0, "T08:00:00Z")
}

const COLUMN: [&str; 4] = ["--credential", "both", "--pass-from-column", "slot"];

fn list(stage: &Stage, people: &[SimulatedUser], slots: &[String]) -> String {
    let line = |(user, slot): (&SimulatedUser, &String)| format!("{},{slot}\n", user.user_principal_name);
    let lines = people.iter().zip(slots.iter().cycle()).map(line);
    stage.write("roster.csv", std::iter::once("userPrincipalName,Slot\n".to_owned()).chain(lines).collect::<String>())
}

fn begins(stage: &Stage, user: &SimulatedUser) -> OffsetDateTime {
    standing(stage, user).unwrap().start
}

#[test]
fn each_pass_begins_at_the_moment_of_its_row() {
    let stage = Stage::with(settings());
    let people = stage.members(5);
    let slots = [morning(), on(0, " 10:30+01:00"), String::new(), morning(), on(1, "")];
    let roster = list(&stage, &people, &slots);
    stage.run(&["plan", &roster, "--explain", "--pass-from-column", "Slot"]).says(&["from when on the person's pass"]);
    plan(&stage, &roster, "breach", &COLUMN).succeeded().says(&[
        "each begins at the moment that the column \"slot\" names, is good for 1 h",
        &format!("2 passes begin at {} and end at {}", morning(), on(0, "T09:00:00Z")),
        &format!("1 pass begins at {} and ends at", on(0, "T09:30:00Z")),
        &format!("1 pass begins at {}", on(1, "T00:00:00Z")),
        "1 pass begins when made: the list names no moment",
    ]);
    let page = fs::read_to_string(stage.path("out/plan.html")).unwrap();
    assert!(page.contains(&format!("2 passes begin at {}", morning())), "{page}");
    let manifest: Value = serde_json::from_str(&fs::read_to_string(stage.path("out/plan.json")).unwrap()).unwrap();
    assert_eq!(manifest["pass_moments"]["moments"][0], serde_json::json!({"from": morning(), "passes": 2}));

    let before = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
    stage.apply("out").succeeded();
    stage.judge("out");
    every_pass_is_the_sealed_one(&stage, &people);
    let moments = [Some(at(0, 8, 0)), Some(at(0, 9, 30)), None, Some(at(0, 8, 0)), Some(at(1, 0, 0))];
    for (user, moment) in people.iter().zip(moments) {
        let is = begins(&stage, user);
        match moment {
            Some(moment) => assert_eq!(is, moment),
            None => assert!(is >= before && is < at(-1, 0, 0), "{is}"),
        }
    }
    let results = stage.results("out");
    assert_eq!(results[&2]["pass_from"], on(0, "T09:30:00Z"));
    assert_eq!(results[&2]["pass_until"], on(0, "T10:30:00Z"));
    stage.run(&["unseal", "out/handoff/default.csv.age", "-i", "key.txt", "--letters", "letters"]).succeeded();
    let letters: Vec<String> =
        files_below(&stage.path("letters")).iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let of_second = letters.iter().filter(|letter| letter.contains(&*people[1].user_principal_name));
    assert!(of_second.into_iter().any(|letter| letter.contains("09:30") && letter.contains("10:30")), "{letters:?}");
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
    let table = fs::read_to_string(stage.path("out/verification.csv")).unwrap();
    assert_eq!(table.matches("not good yet").count(), 4, "{table}");
}

#[test]
fn a_moment_of_its_own_goes_before_the_one_for_all_also_where_the_run_is_killed() {
    let stage = Stage::with(Settings { quota: Quota::off(), ..settings() });
    let people = stage.members(20);
    let roster = list(&stage, &people, &[morning(), String::new(), on(24, "T00:00:00Z")]);
    let for_all = on(-1, "T00:00:00Z");
    plan(&stage, &roster, "breach", &[&COLUMN[..], &["--pass-from", &for_all]].concat())
        .succeeded()
        .says(&[&format!("7 passes begin at {for_all}, by --pass-from: the list names no moment")]);
    let confirm = ["apply", "out", "--confirm", "20"];
    for writes in [10, 42, 45, 52] {
        if stage.ledger().writes.len() as u64 <= writes {
            stage.kill_after_writes(writes, &confirm);
        }
    }
    stage.apply("out").succeeded();
    stage.judge("out");
    every_pass_is_the_sealed_one(&stage, &people);
    let moments = [at(0, 8, 0), at(-1, 0, 0), at(24, 0, 0)];
    for (user, moment) in people.iter().zip(moments.into_iter().cycle()) {
        assert_eq!(begins(&stage, user), moment);
    }
}

#[test]
fn a_cell_that_is_no_moment_to_come_holds_up_its_row_and_no_other() {
    let stage = Stage::with(settings());
    let people = stage.members(6);
    let slots = [on(0, " 08:00:00"), "soon".to_owned(), "2020-01-01".to_owned(), morning(), morning(), morning()];
    let roster = list(&stage, &people, &slots);
    // The last but one stands there twice with another moment, the last one twice with the same, and once with none.
    let more = format!(
        "{five},{other}\n{six},{same}\n{six},\n",
        other = on(24, ""),
        same = on(0, "T09:00:00+01:00"),
        five = people[4].user_principal_name,
        six = people[5].user_principal_name
    );
    let text = fs::read_to_string(stage.path(&roster)).unwrap() + &more;
    stage.write(&roster, text);
    plan(&stage, &roster, "breach", &COLUMN).says(&["pass-from-passed", "pass-from-twice", "unreadable"]);
    let csv = fs::read_to_string(stage.path("out/plan.csv")).unwrap();
    let decision = |row: usize| csv.lines().nth(row).unwrap().split(',').nth(5).unwrap().to_owned();
    let decisions: Vec<String> = (1..=9).map(decision).collect();
    assert_eq!(decisions, ["refuse", "refuse", "act", "act", "act", "act", "refuse", "skip", "skip"], "{csv}");
    let reasons =
        ["no moment from which a pass is good: it has no offset from UTC", "no moment from which a pass is good"];
    assert!(csv.lines().skip(1).zip(reasons).all(|(line, reason)| line.contains(reason)), "{csv}");
    assert!(csv.lines().nth(7).unwrap().contains(&format!("row 5 (sheet row 6) has {}", morning())), "{csv}");
    assert!(csv.lines().nth(3).unwrap().contains("2020-01-01T00:00:00Z"), "{csv}");
    let refused = fs::read_to_string(stage.path("out/refused.csv")).unwrap();
    assert!(refused.lines().next().unwrap().ends_with(",pass_from"), "{refused}");
    assert!(refused.lines().any(|line| line.ends_with(&format!(",{}", on(24, "T00:00:00Z")))), "{refused}");
    stage.run(&["apply", "out", "--confirm", "4"]).exited(3);
    let have: Vec<bool> = people.iter().map(|user| standing(&stage, user).is_some()).collect();
    assert_eq!(have, [false, false, false, true, true, true]);
    assert_eq!(begins(&stage, &people[4]), at(0, 8, 0));
    // Whose moment has passed is locked out all the same, and is let in by no plan that has no pass for them.
    assert_eq!(stage.results("out")[&3]["outcome"], "done");
    assert_eq!(
        stage.ledger().writes_to(people[2].id).count(),
        2,
        "the password is replaced and the sessions are ended"
    );
    stage.simulator.change(people[2].id, |user| user.account_enabled = false);
    let again = list(&stage, &people[2..3], &["2020-01-01".to_owned()]);
    stage.plan(&again, "reinstate", "back", &COLUMN).says(&["pass-from-passed", "there is nothing to apply"]);
}

/// A year that was mistyped: who is locked out is locked out all the same, and learns before the plan is approved that no pass comes.
#[test]
fn a_moment_that_is_too_far_off_makes_no_pass() {
    let stage = Stage::with(settings());
    let people = stage.members(3);
    let slots = [morning(), on(366, "T08:00:00Z"), "9999-12-31T23:59:59Z".to_owned()];
    let roster = list(&stage, &people, &slots);
    let alone = ["--credential", "pass", "--pass-from-column", "slot"];
    plan(&stage, &roster, "breach", &alone).succeeded().says(&[
        "pass-from-far",
        "1 pass begins at",
        "2 people would lose the password and get no pass",
    ]);
    stage.apply("out").succeeded();
    stage.judge("out");
    let have: Vec<bool> = people.iter().map(|user| standing(&stage, user).is_some()).collect();
    assert_eq!(have, [true, false, false]);
    people.iter().for_each(|user| {
        stage.simulator.change(user.id, |user| user.account_enabled = false);
    });
    stage.plan(&roster, "reinstate", "back", &COLUMN).says(&["pass-from-far"]);
    let refused = fs::read_to_string(stage.path("back/refused.csv")).unwrap();
    assert_eq!(refused.lines().count(), 3, "{refused}");
    assert!(refused.contains("more than 90 days off") && refused.contains("make the pass later"), "{refused}");
}

#[test]
fn the_column_goes_with_passes_and_with_a_list() {
    let stage = Stage::with(settings());
    let people = stage.members(1);
    let roster = list(&stage, &people, &[morning()]);
    stage
        .plan(&roster, "breach", "out", &["--pass-from-column", "slot"])
        .exited(4)
        .complains(&["--pass-from-column is about passes", "add --credential pass"]);
    plan(&stage, &roster, "breach", &["--credential", "pass", "--pass-from-column", "slop"])
        .exited(2)
        .complains(&["did you mean \"Slot\"?"]);
    stage.plan(&roster, "contain", "contained", &[]).succeeded();
    stage.apply("contained").succeeded();
    plan(&stage, "contained", "reinstate", &COLUMN).exited(2).complains(&["has no columns"]);
    stage
        .run(&["drill", "--playbook", "evict", "--credential", "pass", "--pass-from-column", "slot"])
        .exited(2)
        .complains(&["rehearse with --playbook breach"]);
    stage.run(&["plan", "--help"]).succeeded().says(&["--pass-from-column <COLUMN>"]);
    stage.run(&["help", "passes"]).succeeded().says(&["--pass-from-column"]);
}

#[test]
fn who_is_planned_again_keeps_the_moment() {
    let stage = Stage::with(settings());
    let people = stage.members(3);
    for user in &people {
        stage.simulator.change(user.id, |user| user.account_enabled = false);
    }
    let roster = list(&stage, &people, &[morning(), String::new(), on(24, "")]);
    plan(&stage, &roster, "reinstate", &COLUMN).succeeded();
    stage.apply("out").succeeded();
    for user in &people[..2] {
        stage.simulator.change(user.id, |user| user.account_enabled = false);
    }
    stage.run(&["verify", "out", "--wait", "0s"]).exited(3);
    stage
        .run(&["again", "out", "--out", "again"])
        .succeeded()
        .says(&[&format!("1 pass begins at {}", morning()), "1 pass begins when made"]);
    let made = standing(&stage, &people[0]).unwrap().text;
    stage.apply("again").succeeded();
    assert_eq!(begins(&stage, &people[0]), at(0, 8, 0));
    assert!(standing(&stage, &people[0]).unwrap().text != made && begins(&stage, &people[1]) < at(-1, 0, 0));
}

#[test]
fn who_has_drifted_takes_the_moment_into_the_next_plan() {
    let stage = Stage::with(settings());
    let people = stage.members(25);
    let roster = list(&stage, &people, &[morning(), on(24, "")]);
    plan(&stage, &roster, "breach", &COLUMN).succeeded();
    stage.simulator.change(people[1].id, |user| user.user_principal_name = "renamed@contoso.com".into());
    let next = "sealoff plan out/refused.csv --playbook breach --credential both --pass-lifetime 60m";
    let applied = stage.run(&["apply", "out", "--confirm", "25"]).exited(3);
    applied.says(&[&format!("{next} --pass-from-column pass_from")]);
    assert!(standing(&stage, &people[1]).is_none());
    assert_eq!(stage.results("out")[&2]["pass_from"], on(24, "T00:00:00Z"), "what it is to be");
    // The name in the list is corrected, as it says.
    let refused = fs::read_to_string(stage.path("out/refused.csv")).unwrap();
    stage.write("corrected.csv", refused.replace(&*people[1].user_principal_name, "renamed@contoso.com"));
    let of_ours = ["--credential", "both", "--pass-from-column", "pass_from"];
    stage.plan("corrected.csv", "breach", "out-rest", &of_ours).succeeded();
    stage.apply("out-rest").succeeded();
    assert_eq!(begins(&stage, &people[1]), at(24, 0, 0));
}
