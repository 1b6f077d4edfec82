//! The promises, under faults and violence, judged by the tenant's ledger.

use std::collections::HashSet;
use std::process::Child;
use std::time::Duration;

use sealoff::digest::Digest;
use sealoff::simulator::{FaultShares, Operation, RetryAfterDelay, RetryAfterForm, Settings};

use crate::stage::{Ran, Stage, files_below};

pub(crate) fn foul(retry_after: RetryAfterForm) -> FaultShares {
    FaultShares {
        throttled_item: 0.05,
        unavailable_item: 0.05,
        concurrency_item: 0.05,
        throttled_envelope: 0.05,
        unavailable_envelope: 0.05,
        timeout_after_execution: 0.05,
        lost_answer: 0.05,
        missing_id: 0.05,
        retry_after,
        retry_after_delay: RetryAfterDelay(Duration::from_secs(2)),
        ..FaultShares::default()
    }
}

/// Promises 1 to 4 and 6 when everything goes wrong at once, and `Retry-After` comes in each of its forms.
#[test]
fn foul_weather_changes_how_long_it_takes_and_nothing_else() {
    let forms = [RetryAfterForm::Seconds, RetryAfterForm::DecimalSeconds, RetryAfterForm::Date, RetryAfterForm::Absent];
    for (seed, form) in (1..).zip(forms) {
        for playbook in ["breach", "offboard"] {
            let stage = Stage::with(Settings { users: 300, seed, ..Settings::default() });
            let roster = stage.roster_of(&stage.members(100));
            stage.plan(&roster, playbook, "out", &[]).succeeded();
            stage.simulator.change_faults(foul(form));
            stage.apply("out").succeeded();
            stage.judge("out");
            assert_eq!(stage.outcomes("out")["done"], 100, "{form:?}");
        }
    }
}

/// Promise 1.
#[test]
fn no_account_outside_the_plan_and_none_protected_is_written_to() {
    let stage = Stage::new();
    let members = stage.members(10);
    let roster = stage.roster_of(&members);
    stage.write(
        "protect.txt",
        format!("# never\n{}\n{}\n", members[3].user_principal_name.to_uppercase(), members[7].id),
    );
    stage
        .plan(&roster, "offboard", "out", &["--protect", "protect.txt"])
        .succeeded()
        .says(&["protected: the account is on the list", "2 accounts in protect.txt will not be touched"]);
    stage.apply("out").exited(3);
    stage.judge("out");
    let written: HashSet<_> = stage.ledger().writes.iter().filter_map(|write| write.object_id).collect();
    let planned: HashSet<_> =
        members.iter().map(|user| user.id).filter(|id| ![members[3].id, members[7].id].contains(id)).collect();
    assert_eq!(written, planned);
    let protected = &stage.results("out")[&4];
    assert_eq!((protected["outcome"].as_str(), protected["detail"].as_str()), ("refused", "protected"));
}

/// Promise 2.
#[test]
fn no_password_is_in_any_file_or_on_any_screen() {
    let stage = Stage::with(Settings { users: 300, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(60));
    let mut said = stage.plan(&roster, "breach", "out", &[]).succeeded().out;
    stage.simulator.change_faults(foul(RetryAfterForm::Seconds));
    let ran = stage.apply("out").succeeded();
    said += &(ran.out + &ran.err);
    let passwords: Vec<String> = stage
        .results("out")
        .values()
        .flat_map(|row| stage.credentials(row))
        .map(|password| password.expose().to_owned())
        .collect();
    assert_eq!(passwords.len(), 60);
    let files: Vec<(String, String)> = files_below(stage.folder.path())
        .into_iter()
        .map(|path| (path.display().to_string(), String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()))
        .collect();
    for password in &passwords {
        assert!(!said.contains(password.as_str()));
        for (path, content) in &files {
            assert!(!content.contains(password.as_str()), "a password is in {path}");
        }
    }
    let secret = &stage.simulator.connection().client_secret;
    assert!(!said.contains(secret.as_str()) && files.iter().all(|(_, content)| !content.contains(secret.as_str())));
}

pub(crate) fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Promises 3, 4 and 5: killed at exact points, after the tenant has acted and before the client can know it.
#[test]
fn killed_at_any_write_every_live_password_is_sealed_and_the_same_command_finishes() {
    for (playbook, writes) in [
        ("breach", 1),
        ("breach", 33),
        ("breach", 100),
        ("offboard", 20),
        ("offboard", 75),
        ("contain", 41),
        ("reinstate", 64),
    ] {
        let stage = Stage::with(Settings { users: 250, ..Settings::default() });
        let members = stage.members(60);
        for member in members.iter().filter(|_| playbook == "reinstate") {
            stage.simulator.change(member.id, |user| user.account_enabled = false);
        }
        let roster = stage.roster_of(&members);
        stage.plan(&roster, playbook, "out", &[]).succeeded();
        stage.simulator.hold_after_writes(writes);
        let child = stage.spawn(&["apply", "out", "--confirm", "60"]);
        stage.wait_for_writes(writes);
        kill(child);
        every_password_in_the_directory_is_sealed_in_the_journal(&stage, playbook);
        // Whatever the journal knows to be done must not be touched again.
        let finished = finished_in_journal(&stage);
        let touched: Vec<usize> = finished.iter().map(|id| stage.ledger().writes_to(*id).count()).collect();
        stage.simulator.release();
        stage.apply("out").succeeded();
        stage.judge("out");
        assert_eq!(stage.outcomes("out")["done"], 60, "{playbook} killed at write {writes}");
        let now: Vec<usize> = finished.iter().map(|id| stage.ledger().writes_to(*id).count()).collect();
        assert_eq!(touched, now, "a finished account was touched again");
    }
}

pub(crate) fn every_password_in_the_directory_is_sealed_in_the_journal(stage: &Stage, playbook: &str) {
    let mut sealed = HashSet::new();
    for record in stage.journal("out") {
        let Some(credential) = record["sealed"].as_str() else { continue };
        let id = record["object_id"].as_str().unwrap();
        let user = stage.simulator.user(id).unwrap();
        let row =
            [("object_id", id), ("user_principal_name", &user.user_principal_name), ("sealed_credential", credential)];
        let row = row.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
        sealed.extend(stage.credentials(&row).iter().map(|password| Digest::of(password.expose().as_bytes())));
    }
    let mut passwords = 0;
    for write in stage.ledger().applied() {
        if let Operation::Patch { password: Some(digest), .. } = &write.operation {
            passwords += 1;
            assert!(sealed.contains(digest), "{playbook}: a live password is not sealed in the journal");
        }
    }
    assert!(passwords > 0 || playbook == "contain");
}

pub(crate) fn finished_in_journal(stage: &Stage) -> Vec<uuid::Uuid> {
    let mut ids = std::collections::HashMap::new();
    let mut finished = Vec::new();
    for record in stage.journal("out") {
        if let Some(id) = record["object_id"].as_str() {
            ids.insert(record["row"].as_u64(), id.parse().unwrap());
        }
        if record["steps"] == "revoke" && record["answer"]["meaning"] == "accepted" {
            finished.push(ids[&record["row"].as_u64()]);
        }
    }
    finished
}

/// Promise 5, again and again.
#[test]
fn killed_many_times_it_still_finishes() {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(80));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    for writes in [10, 45, 90, 120] {
        stage.kill_after_writes(writes, &["apply", "out", "--confirm", "80"]);
    }
    stage.apply("out").succeeded();
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 80);
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Ctrl-C once: what is under way is waited for, the results are written, and the same command goes on.
#[cfg(unix)]
#[test]
fn interrupted_once_it_finishes_what_is_under_way() {
    use std::io::{BufRead as _, Read as _};
    let stage = Stage::with(Settings { users: 1_000, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(500));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage.simulator.hold_after_writes(450);
    let mut child = stage.spawn(&["apply", "out", "--confirm", "500"]);
    stage.wait_for_writes(450);
    interrupt(&child);
    // Only when it has said that it stops are the answers let through: what was under way then comes to its end.
    let mut errors = std::io::BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(errors.any(|line| line.unwrap().contains("stopping")));
    stage.simulator.release();
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    for part in ["Interrupted", "pending", "To go on: sealoff apply out --confirm 500"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    stage.judge("out");
    let outcomes = stage.outcomes("out");
    assert!(!outcomes.contains_key("uncertain") && outcomes["pending"] > 0, "{outcomes:?}");
    stage.apply("out").succeeded();
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 500);
}

/// Ctrl-C twice: it leaves at once, and what was under way is in doubt until the same command settles it.
#[cfg(unix)]
#[test]
fn interrupted_twice_it_leaves_at_once() {
    use std::io::BufRead as _;
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(60));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage.simulator.hold_after_writes(30);
    let mut child = stage.spawn(&["apply", "out", "--confirm", "60"]);
    stage.wait_for_writes(30);
    interrupt(&child);
    // The answer to the first is a line; only then is the second one a second one.
    let errors = std::io::BufReader::new(child.stderr.take().unwrap());
    assert!(errors.lines().any(|line| line.unwrap().contains("stopping")));
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    stage.simulator.release();
    stage.apply("out").succeeded();
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 60);
}

/// A token that ends under way is renewed, and the run does not notice.
#[test]
fn a_token_that_ends_under_way_is_renewed() {
    let stage = Stage::with(Settings { users: 250, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(60));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage.simulator.hold_after_writes(25);
    let child = stage.spawn(&["apply", "out", "--confirm", "60"]);
    stage.wait_for_writes(25);
    let tokens = stage.ledger().counters.token_requests;
    stage.simulator.expire_tokens();
    stage.simulator.release();
    let output = child.wait_with_output().unwrap();
    Ran::new(&stage.command(&["apply"]), &output).succeeded();
    stage.judge("out");
    assert!(stage.ledger().counters.token_requests > tokens);
}

/// Promise 9.
#[test]
fn one_row_comes_out_for_each_row_that_goes_in() {
    let stage = Stage::new();
    let member = stage.members(1)[0].user_principal_name.clone();
    let roster = format!(
        "user,handoff,priority\n{member},a,1\nnobody@contoso.com,b,\nnot a user,c,\n,d,\n{member},e,\n\"unclosed,f,\nx@contoso.com,g,soon\nada,extra,1,2,3\n\n{member}\n"
    );
    stage.write("odd.csv", roster);
    stage.plan("odd.csv", "breach", "out", &[]).succeeded();
    stage.apply("out").exited(3);
    stage.judge("out");
    let results = stage.results("out");
    assert_eq!(results.keys().copied().collect::<Vec<_>>(), (1..=9).collect::<Vec<_>>());
    let outcomes: Vec<&str> = results.values().map(|row| row["outcome"].as_str()).collect();
    assert_eq!(
        outcomes,
        ["done", "refused", "refused", "refused", "skipped", "refused", "refused", "refused", "refused"]
    );
    assert!(results[&3]["detail"].contains("line 4"), "{:?}", results[&3]);
    assert!(results[&9]["detail"].contains("line 11"), "{:?}", results[&9]);
}

/// Promise 10.
#[test]
fn a_credential_that_was_moved_does_not_open() {
    let stage = Stage::new();
    let roster = stage.roster_of(&stage.members(3));
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    stage.apply("out").succeeded();
    let path = stage.path("out/results.csv");
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let header = reader.headers().unwrap().clone();
    let mut rows: Vec<Vec<String>> =
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    let last = header.len() - 1;
    let moved = rows[0][last].clone();
    let kept = std::mem::replace(&mut rows[1][last], moved);
    rows[0][last] = kept;
    let mut writer = csv::Writer::from_path(&path).unwrap();
    writer.write_record(&header).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
    let ran = stage.run(&["unseal", "out/results.csv", "-i", "key.txt"]).exited(3).complains(&["row 1", "row 2"]);
    assert_eq!(ran.out.lines().count(), 2, "only the row that was left alone opens: {}", ran.out);
}
