//! Nothing says "done" over people who are not: screens, files and exit codes count the list, and believe the last reading.

use sealoff::simulator::SimulatedUser;

use crate::stage::Stage;

/// A list with two people, one of whom is misspelled; planned and carried out.
fn with_one_unknown(stage: &Stage) -> [String; 2] {
    let members = stage.members(2);
    let names = [members[0].user_principal_name.to_string(), members[1].user_principal_name.to_string()];
    stage.write("list.csv", format!("userPrincipalName\n{}\nnot.there@contoso.com\n", names[0]));
    stage.plan("list.csv", "contain", "job", &["--skip-guests"]).succeeded();
    names
}

#[test]
fn a_row_that_was_not_touched_comes_first_and_is_never_done() {
    let stage = Stage::new();
    let [first, second] = with_one_unknown(&stage);
    let refused = || std::fs::read_to_string(stage.path("job/refused.csv")).unwrap();
    assert!(refused().contains("not.there@contoso.com,no account in this tenant has this name,"), "{}", refused());
    let headline = "1 of 2 rows are dealt with; 1 person on the list was not touched.";
    let ran = stage.apply("job").exited(3);
    assert!(ran.out.trim_start().starts_with(headline), "{}", ran.out);
    let list = format!("job{}refused.csv", std::path::MAIN_SEPARATOR);
    let plan = format!("sealoff plan {list} --playbook contain --skip-guests --out job-rest");
    let step = ran.out.split("What is left to do, in order:").nth(1).unwrap().trim_start();
    assert!(step.starts_with("1. 1 person on the list was not touched: not.there@contoso.com (see"), "{step}");
    assert!(step.contains(&list) && ran.out.contains(&plan), "{}", ran.out);

    let status = stage.run(&["status", "job"]).exited(3);
    assert!(status.out.starts_with(headline) && status.out.contains(&plan), "{}", status.out);
    stage.apply("job").exited(3).says(&[headline]);
    stage.run(&["results", "job"]).exited(3).says(&[headline]);
    // Every command about a run, for people and for programs: the list counts, in the first line and in the code.
    for command in ["status", "results", "report"] {
        let ran = stage.run(&[command, "job"]).exited(3);
        assert!(ran.out.starts_with(headline), "{command}: {}", ran.out);
        stage.run(&[command, "job", "--json"]).exited(3).complains(&["1 person on the list was not touched"]);
    }
    let packed = stage.run(&["evidence", "job", "-o", "job.zip"]).exited(3);
    assert!(
        packed.out.starts_with("1 of 2 rows are dealt with; 1 person on the list was not touched"),
        "{}",
        packed.out
    );
    stage.run(&["evidence", "--check", "job.zip"]).exited(3);
    let verified = stage.run(&["verify", "job"]).exited(3);
    assert!(verified.out.starts_with("1 person on the list was not touched."), "{}", verified.out);
    verified.says(&["Every step of the account is proved.", "sealoff status job"]);
    let again = ["run", "none.csv", "--playbook", "contain", "--out", "once-more", "--confirm", "0"];
    stage.write("none.csv", "userPrincipalName\nnot.there@contoso.com\n");
    stage.run(&again).exited(3);
    let json = stage.run(&["status", "job", "--json"]).exited(3);
    assert!(json.err.contains("1 person on the list was not touched"), "{}", json.err);

    // Corrected, the file is a list like any other.
    stage.write("job/refused.csv", refused().replace("not.there@contoso.com", &second));
    let mut words: Vec<&str> = plan.split(' ').skip(1).collect();
    words.extend(["--max-accounts", "10"]);
    stage.run(&words).succeeded();
    stage.apply("job-rest").succeeded().says(&["The one row of the list is dealt with."]);
    assert!(!stage.path("job-rest/refused.csv").exists());
    for name in [first, second] {
        let user = stage.simulator.users().into_iter().find(|user| *user.user_principal_name == *name).unwrap();
        assert!(!user.account_enabled, "{name}");
    }
}

#[test]
fn what_was_changed_back_is_said_until_a_reading_shows_the_opposite() {
    let stage = Stage::at_one_moment(sealoff::simulator::Settings::default());
    let members = stage.members(3);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "run", &[]).succeeded();
    stage.apply("run").succeeded().says(&["All 3 rows of the list are dealt with."]);
    stage.run(&["verify", "run"]).succeeded();
    stage.run(&["status", "run"]).succeeded();

    assert!(stage.simulator.change(members[1].id, |user| user.account_enabled = true));
    stage.run(&["verify", "run", "--wait", "0s"]).exited(3);
    let headline = "1 account was let in again since; all 3 rows of the list are dealt with.";
    let status = stage.run(&["status", "run"]).exited(3);
    assert!(status.out.starts_with(headline), "{}", status.out);
    status.says(&[&*members[1].user_principal_name]);
    stage.apply("run").exited(3).says(&[headline]);
    stage.run(&["results", "run"]).exited(3);
    let json = stage.run(&["status", "run", "--json"]).exited(3).json();
    assert_eq!(json["run"]["contradicted"], 1);

    assert!(stage.simulator.change(members[1].id, |user| user.account_enabled = false));
    stage.run(&["verify", "run"]).succeeded();
    stage.run(&["status", "run"]).succeeded().says(&["All 3 rows of the list are dealt with."]);
    stage.apply("run").succeeded();
}

#[test]
fn progress_counts_each_step_with_its_total() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(30));
    stage.plan(&roster, "contain", "job", &[]).succeeded();
    stage.kill_after_writes(20, &["apply", "job", "--confirm", "30", "--max-in-flight", "1"]);
    // What was under way when it was killed is done again.
    let status = stage.run(&["status", "job"]).exited(3);
    status.says(&["of 30 done", "block ", "revoke "]);
    let ran = stage.apply("job").succeeded().says(&["Steps      blocked 30/30, signed out 30/30"]);
    assert!(
        ran.err.contains("/30, signed out 0/30") && ran.err.contains("blocked 30/30, signed out 30/30"),
        "{}",
        ran.err
    );
}

#[test]
fn no_step_does_nothing() {
    let stage = Stage::new();
    let members = stage.members(2);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "offboard", "gone", &["--discard-credentials"]).succeeded();
    let ran = stage.apply("gone").succeeded();
    ran.says(&["sealoff undo gone --out gone-undone --reset --seal-to KEY"]);
    stage.plan(&roster, "contain", "again", &[]).succeeded();
    stage.run(&["undo", "again", "--out", "again-undone"]).exited(4).complains(&["has not begun"]);
    assert!(!stage.path("again-undone").exists());
}

/// People who were locked out before, and a plan that has nothing to do for them. One of them alone is too few to stop a run.
fn all_as_wanted(stage: &Stage) -> Vec<SimulatedUser> {
    let members = stage.members(25);
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "contain", "first", &[]).succeeded();
    stage.apply("first").succeeded();
    stage.plan(&roster, "contain", "job", &["--since", "1h"]).succeeded();
    assert_eq!(stage.accounts("job"), 0);
    members
}

#[test]
fn who_was_as_the_plan_wants_them_is_looked_at_again_where_no_other_is_planned() {
    let stage = Stage::new();
    let members = all_as_wanted(&stage);
    stage.run(&["verify", "job", "--wait", "0s"]).exited(3).complains(&["has not begun"]);
    let writes = stage.ledger().writes.len();
    assert!(stage.simulator.change(members[0].id, |user| user.account_enabled = true));
    stage.apply("job").exited(3).says(&["1 of these is no longer what the plan says"]);
    assert_eq!(stage.results("job")[&1]["error_code"], "drifted");
    stage.run(&["status", "job"]).exited(3);
    stage.run(&["verify", "job", "--wait", "0s"]).exited(3);
    assert_eq!(stage.ledger().writes.len(), writes);
}

#[test]
fn who_is_still_as_the_plan_wants_them_is_proved_without_a_write() {
    let stage = Stage::new();
    all_as_wanted(&stage);
    stage.apply("job").succeeded();
    stage.run(&["verify", "job", "--wait", "0s"]).succeeded().says(&["25 accounts"]);
}

/// Their sessions were ended, so nothing is planned for them; then somebody changes a password, and the run leaves them alone.
#[test]
fn a_verification_counts_who_the_run_found_otherwise_than_the_plan() {
    let stage = Stage::new();
    let members = stage.members(25);
    let first = stage.write("first.csv", format!("user\n{}\n", members[0].user_principal_name));
    stage.plan(&first, "signout", "first", &[]).succeeded();
    stage.apply("first").succeeded();
    let roster = stage.roster_of(&members);
    stage.plan(&roster, "signout", "job", &["--since", "1h"]).succeeded();
    assert_eq!(stage.accounts("job"), 24);
    stage.simulator.change(members[0].id, |user| user.last_password_change = user.sign_in_sessions_valid_from);
    stage.apply("job").exited(3).says(&["1 of these is no longer what the plan says"]);
    stage.run(&["verify", "job", "--wait", "0s"]).exited(3).says(&["1 person on the list was not touched"]);
}

#[test]
fn a_run_that_changes_no_account_is_not_done_where_old_passwords_live() {
    let stage = Stage::new();
    let is_synced = |user: &SimulatedUser| user.is_synced() && user.account_enabled && !user.is_external();
    let synced: Vec<SimulatedUser> = stage.simulator.users().into_iter().filter(is_synced).take(2).collect();
    let roster = stage.roster_of(&synced);
    stage.plan(&roster, "signout", "first", &[]).succeeded();
    stage.apply("first").succeeded();
    let key = stage.recipient();
    let run =
        ["run", &roster, "--playbook", "breach", "--since", "1h", "--seal-to", &key, "--out", "job", "--confirm", "0"];
    stage.run(&run).exited(3);
    assert_eq!(stage.accounts("job"), 0);
    stage.run(&["status", "job"]).exited(3);
}
