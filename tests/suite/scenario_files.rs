//! `--scenario FILE` of `drill` and `simulate`.

use std::collections::BTreeMap;

use crate::stage::{Ran, Stage, bare, finish};

fn sample(name: &str) -> String {
    format!("{}/samples/scenarios/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn drill(stage: &Stage, scenario: &str, out: &str, more: &[&str]) -> Ran {
    let arguments = ["drill", "--accounts", "60", "--playbook", "contain", "--scenario", scenario, "--out", out];
    stage.run(&[&arguments, more].concat())
}

/// How often something was sent for each account.
fn attempts(stage: &Stage, out: &str) -> BTreeMap<String, String> {
    let rows = stage.results(out).into_values();
    rows.map(|row| (row["user_principal_name"].clone(), row["attempts"].clone())).collect()
}

#[test]
fn on_a_calm_day_nothing_is_sent_twice() {
    let stage = Stage::new();
    drill(&stage, &sample("calm.toml"), "out", &[]).succeeded().says(&["done 60", "0 writes throttled"]);
    let attempts = attempts(&stage, "out");
    assert!(attempts.len() == 60 && attempts.values().all(|attempts| attempts == "2"), "{attempts:?}");
}

#[test]
fn on_a_bad_day_the_job_is_done_all_the_same() {
    let stage = Stage::new();
    let ran = drill(&stage, &sample("bad-day.toml"), "out", &["--clock-speed", "300"]).succeeded();
    ran.says(&["done 60"]).complains(&["Graph cannot be reached"]);
    assert!(attempts(&stage, "out").values().any(|attempts| attempts != "2"));
}

#[test]
fn in_a_busy_tenant_the_job_is_done_all_the_same() {
    let stage = Stage::new();
    drill(&stage, &sample("busy-tenant.toml"), "out", &[]).succeeded().says(&["done 60"]);
}

#[test]
fn a_missing_role_is_noticed_before_anything_is_written() {
    let stage = Stage::new();
    drill(&stage, &sample("missing-role.toml"), "out", &[])
        .exited(5)
        .complains(&["holds no directory role", "no plan was made"]);
    assert!(!stage.path("out/plan.json").exists());
}

#[test]
fn an_intruder_comes_back_after_a_reset_and_not_after_a_block() {
    let stage = Stage::new();
    let scenario = sample("intruder.toml");
    let intruder = |out: &str, playbook: &str| {
        let arguments = ["drill", "--accounts", "60", "--playbook", playbook, "--scenario", &scenario, "--out", out];
        let ran = stage.run(&[&arguments[..], &["--json"]].concat()).succeeded();
        let last: serde_json::Value = serde_json::from_str(ran.out.lines().last().unwrap()).unwrap();
        last["intruder"].clone()
    };
    let reset = intruder("reset", "breach");
    assert!(reset["accounts"].as_u64().unwrap() > 15, "{reset}");
    assert_eq!(reset["still_open"], reset["accounts"], "each has a passkey: {reset}");
    let blocked = intruder("blocked", "contain");
    assert_eq!((&blocked["accounts"], blocked["still_open"].as_u64()), (&reset["accounts"], Some(0)), "{blocked}");
    let arguments = ["drill", "--accounts", "60", "--scenario", &scenario, "--out", "said"];
    stage.run(&arguments).succeeded().says(&["Intruder", "can still get into"]);
}

const TURNED_AWAY: &str = "seed = 5\nno-quota = true\n[[fault]]\nkind = \"429\"\nrate = 0.3\nmethod = \"PATCH\"\n\
                           [[fault]]\nkind = \"503\"\nrate = 0.3\npath = \"*/revokeSignInSessions\"\n";

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let stage = Stage::new();
    stage.write("hard.toml", TURNED_AWAY);
    // The people of a roster are the same under every seed, so that nothing but the faults can differ.
    let roster = format!("{}/samples/layoff.csv", env!("CARGO_MANIFEST_DIR"));
    let run = |out: &str, more: &[&str]| {
        let arguments = ["drill", &roster, "--playbook", "contain", "--scenario", "hard.toml", "--out", out];
        stage.run(&[&arguments, more, &["--clock-speed", "600"]].concat());
        attempts(&stage, out)
    };
    let (first, second) = (run("first", &[]), run("second", &[]));
    assert_eq!(first, second);
    assert!(first.values().filter(|attempts| *attempts != "2").count() > 10, "{first:?}");
    let other = run("third", &["--seed", "6"]);
    assert_eq!(first.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert_ne!(first, other);
}

#[test]
fn flags_beat_the_file() {
    let stage = Stage::new();
    let faultless = ["--clock-speed", "600", "--fault-429", "0", "--fault", "503=0"];
    stage.write("faults.toml", TURNED_AWAY);
    drill(&stage, "faults.toml", "out", &faultless).succeeded().says(&["Time runs 600 times as fast"]);
    assert!(attempts(&stage, "out").values().all(|attempts| attempts == "2"));
}

#[test]
fn a_wrong_word_names_the_right_one_and_its_line() {
    let stage = Stage::new();
    stage.write("wrong.toml", "seed = 1\nlimitter = \"token-bucket\"\n");
    for command in ["drill", "simulate"] {
        let mut asked = bare(&[command, "--scenario", "wrong.toml"]);
        asked.current_dir(stage.folder.path());
        finish(asked).exited(2).complains(&["wrong.toml, line 2", "limitter", "did you mean \"limiter\"?"]);
        let mut asked = bare(&[command, "--scenario", "nowhere.toml"]);
        asked.current_dir(stage.folder.path());
        finish(asked).exited(2).complains(&["nowhere.toml cannot be read"]);
    }
}
