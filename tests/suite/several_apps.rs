//! A run that goes through several app registrations, judged by the tenant's ledger: whose write each one was.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sealoff::simulator::{
    CLIENT_ID, Federated, FurtherApp, LimitShape, Operation, Permission, Quota, Settings, SignInSettings,
};
use uuid::Uuid;

use crate::schemas::judge_events;
use crate::signing_in::{PASSWORD, RSA, export, make_certificate};
use crate::stage::{Ran, Stage, bare, finish};

/// Each app may do 300 writes at once and two a second after that.
const QUOTA: [&str; 2] = ["--quota-writes", "300/150"];

fn stage(members: usize, further_apps: Vec<FurtherApp>) -> (Stage, String) {
    let users = 2 * members + 200;
    let quota = Quota::documented(users).with_writes(300.0, Duration::from_secs(150), LimitShape::TokenBucket);
    let stage = Stage::with(Settings { users, quota, further_apps, ..Settings::default() });
    let roster = stage.roster_of(&stage.members(members));
    (stage, roster)
}

pub(crate) fn private(stage: &Stage, name: &str, content: &str) {
    stage.write(name, content);
    #[cfg(unix)]
    std::fs::set_permissions(stage.path(name), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// Names an app by a file, and gives the name of the file.
pub(crate) fn file_of(stage: &Stage, number: u16, secret: &str) -> String {
    let app = FurtherApp::numbered(number);
    private(stage, &format!("app{number}.secret"), &format!("{secret}\n"));
    let text = format!("client_id = \"{}\"\nclient_secret_file = \"app{number}.secret\"\n", app.client_id);
    let name = format!("app{number}.toml");
    private(stage, &name, &text);
    name
}

pub(crate) fn sound(stage: &Stage, number: u16) -> String {
    file_of(stage, number, &FurtherApp::numbered(number).client_secret)
}

fn apply(stage: &Stage, apps: &[&str], more: &[&str]) -> Ran {
    let confirm = stage.accounts("out").to_string();
    let mut arguments = vec!["apply", "out", "--confirm", &confirm];
    arguments.extend(QUOTA);
    apps.iter().for_each(|app| arguments.extend(["--app", app]));
    arguments.extend(more);
    stage.run(&arguments)
}

/// How many writes each app made that changed the directory.
fn by_app(stage: &Stage) -> BTreeMap<Uuid, u64> {
    let mut counts = BTreeMap::new();
    stage.ledger().applied().for_each(|write| *counts.entry(write.app).or_default() += 1);
    counts
}

pub(crate) fn id(number: u16) -> Uuid {
    if number == 1 { CLIENT_ID } else { FurtherApp::numbered(number).client_id }
}

#[test]
fn three_apps_share_the_work_and_each_keeps_to_its_own_quota() {
    let (stage, roster) = stage(500, vec![FurtherApp::numbered(2), FurtherApp::numbered(3)]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let recap = apply(&stage, &[&sound(&stage, 2), &sound(&stage, 3)], &["--json"]).succeeded();
    recap.complains(&["through 3 apps: 1,000 writes, at least 17 s by their quotas"]);
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 500);
    let counts = by_app(&stage);
    assert_eq!(counts.values().sum::<u64>(), 1_000, "no account is written to twice: {counts:?}");
    for number in 1..=3 {
        assert!((250..=420).contains(&counts[&id(number)]), "a third each, or nearly: {counts:?}");
    }
    // By the tenant's own clock, whatever this machine's load: no app ever had more than its bucket held.
    let ledger = stage.ledger();
    for number in 1..=3 {
        let writes: Vec<f64> =
            ledger.applied().filter(|write| write.app == id(number)).map(|write| write.at.as_secs_f64()).collect();
        for (index, at) in writes.iter().enumerate() {
            assert!(index as f64 <= 300.0 + 2.0 * (at - writes[0]) + 1.0, "{index} writes after {} s", at - writes[0]);
        }
    }
}

#[test]
fn the_recap_says_what_went_through_each_app() {
    let (stage, roster) = stage(500, vec![FurtherApp::numbered(2), FurtherApp::numbered(3)]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let recap = apply(&stage, &[&sound(&stage, 2), &sound(&stage, 3)], &["--json"]).succeeded().json();
    let statistics = &recap["statistics"];
    let accepted: BTreeMap<Uuid, u64> = statistics["apps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|app| (app["client_id"].as_str().unwrap().parse().unwrap(), app["writes_accepted"].as_u64().unwrap()))
        .collect();
    assert_eq!(accepted, by_app(&stage));
    // 900 at once, and six a second after that. A slow machine can make the bucket look like another limit; then it is more.
    let (floor, limiter) = (statistics["floor"].as_f64().unwrap(), statistics["limiter"].as_str().unwrap());
    assert!(floor == 16.667 || floor > 16.667 && limiter != "token-bucket", "{statistics}");
}

#[test]
fn an_app_with_a_wrong_secret_is_left_out_and_named() {
    let (stage, roster) = stage(40, vec![FurtherApp::numbered(2), FurtherApp::numbered(3)]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let wrong = file_of(&stage, 2, "wrong~secret");
    let ran = apply(&stage, &[&wrong, &sound(&stage, 3)], &[]).succeeded();
    let named = format!("warning: app {} (app2.toml) is left out", id(2));
    let ran = ran.complains(&[&named, "AADSTS7000215", "through 2 apps"]);
    ran.says(&["left out: the token service refused", &id(3).to_string()]);
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 40);
    assert!(!by_app(&stage).contains_key(&id(2)));
    for file in crate::stage::files_below(&stage.path("out")) {
        assert!(!String::from_utf8_lossy(&std::fs::read(file).unwrap()).contains("wrong~secret"));
    }
}

#[test]
fn the_first_app_may_be_the_one_that_does_not_get_in() {
    let (stage, roster) = stage(40, vec![FurtherApp::numbered(2)]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.simulator.lock_out_app(CLIENT_ID);
    let second = sound(&stage, 2);
    let named = format!("warning: app {CLIENT_ID} (the environment) is left out");
    apply(&stage, &[&second], &[]).succeeded().complains(&[&named]);
    stage.judge("out");
    assert_eq!(by_app(&stage), BTreeMap::from([(id(2), 80)]));
}

#[test]
fn where_no_app_gets_in_the_run_stops_as_with_one() {
    let (stage, roster) = stage(40, vec![FurtherApp::numbered(2)]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.simulator.lock_out_app(CLIENT_ID);
    let wrong = file_of(&stage, 2, "wrong~secret");
    apply(&stage, &[&wrong], &[]).exited(5).complains(&["the token service refused"]);
    assert!(stage.ledger().writes.is_empty());
}

#[test]
fn an_app_that_is_locked_out_in_mid_run_is_left_out_and_the_others_finish() {
    let (stage, roster) = stage(400, vec![FurtherApp::numbered(2)]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let second = sound(&stage, 2);
    stage.simulator.hold_after_writes(200);
    let confirm = stage.accounts("out").to_string();
    let mut arguments = vec!["apply", "out", "--confirm", &confirm, "--app", &second, "--events", "events.jsonl"];
    arguments.extend(QUOTA);
    let command = stage.command(&arguments);
    let child = stage.spawn(&arguments);
    stage.wait_for_writes(200);
    stage.simulator.lock_out_app(id(2));
    stage.simulator.release();
    let ran = Ran::new(&command, &child.wait_with_output().unwrap());
    let named = format!("warning: app {} (app2.toml) is left out", id(2));
    ran.succeeded().complains(&[&named]);
    judge_events(&stage, &["app-left-out"]);
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 400);
}

#[test]
fn an_app_without_a_role_is_left_out_and_no_account_is_marked_as_failed() {
    let (stage, roster) = stage(200, vec![FurtherApp { app_role: None, ..FurtherApp::numbered(2) }]);
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    let second = sound(&stage, 2);
    apply(&stage, &[&second], &[])
        .succeeded()
        .complains(&["(app2.toml) is left out: every one of the first answers", "User Administrator"]);
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 200);
    // Sessions it may end without a role, and may have done so before it was left out.
    let ledger = stage.ledger();
    let mut of_second = ledger.applied().filter(|write| write.app == id(2));
    assert!(of_second.all(|write| matches!(write.operation, Operation::Revoke)));
}

#[test]
fn an_app_that_was_not_granted_a_permission_is_left_out_before_it_writes() {
    let withheld = BTreeSet::from([
        Permission::UserRevokeSessionsAll,
        Permission::UserReadWriteAll,
        Permission::DirectoryReadWriteAll,
    ]);
    let (stage, roster) = stage(60, vec![FurtherApp { withheld, ..FurtherApp::numbered(2) }]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let second = sound(&stage, 2);
    let ran = apply(&stage, &[&second], &[]).succeeded();
    ran.complains(&[
        "(app2.toml) is left out: this app was not granted User.RevokeSessions.All",
        "Grant admin consent",
    ]);
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 60);
    let of_second = stage.ledger().writes.iter().filter(|write| write.app == id(2)).count();
    assert_eq!(of_second, 0, "it tried all the same");
}

/// Makes `NAME.pfx` behind `PASSWORD`, and gives its certificate; `None` where there is no openssl.
pub(crate) fn make_pfx(stage: &Stage, name: &str) -> Option<Vec<u8>> {
    let der = make_certificate(stage.folder.path(), &format!("{name}.pem"), &RSA)?;
    export(stage.folder.path(), &format!("{name}.pfx"), "-passout env:PASSWORD");
    #[cfg(unix)]
    for file in ["pem", "pfx"] {
        let path = stage.path(&format!("{name}.{file}"));
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    Some(der)
}

#[test]
fn a_certificate_and_a_federated_token_let_further_apps_write_to_the_end() {
    let made = Stage::new();
    let Some(der) = make_pfx(&made, "second") else { return };
    let trusted = Federated {
        issuer: "https://oidc.example".to_owned(),
        subject: "system:serviceaccount:ops:sealoff".to_owned(),
        audience: "api://AzureADTokenExchange".to_owned(),
    };
    let second = FurtherApp { certificates: vec![der], ..FurtherApp::numbered(2) };
    let third = FurtherApp { federated: Some(trusted.clone()), ..FurtherApp::numbered(3) };
    let (stage, roster) = stage(300, vec![second, third]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    std::fs::copy(made.path("second.pfx"), stage.path("second.pfx")).unwrap();
    private(&stage, "second.password", &format!("{PASSWORD}\n"));
    let text = "certificate_path = 'second.pfx'\ncertificate_password_file = 'second.password'\n";
    private(&stage, "second.toml", &format!("client_id = '{}'\n{text}", id(2)));
    private(&stage, "token", &stage.simulator.issue_federated_token(&trusted));
    private(&stage, "third.toml", &format!("client_id = '{}'\nfederated_token_file = 'token'\n", id(3)));
    apply(&stage, &["second.toml", "third.toml"], &[]).succeeded().complains(&["through 3 apps"]);
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 300);
    let counts = by_app(&stage);
    assert_eq!(counts.values().sum::<u64>(), 600);
    assert!((1..=3).all(|number| counts[&id(number)] > 50), "each of them wrote its share: {counts:?}");
    for file in crate::stage::files_below(&stage.path("out")) {
        assert!(!String::from_utf8_lossy(&std::fs::read(file).unwrap()).contains(PASSWORD));
    }
}

#[test]
fn a_further_app_gets_in_with_the_token_of_this_job_for_the_audience_in_its_file() {
    const AUDIENCE: &str = "api://AzureADTokenExchangeUSGov";
    let trusted = Federated { audience: AUDIENCE.to_owned(), ..SignInSettings::default().federated };
    let (stage, roster) = stage(40, vec![FurtherApp { federated: Some(trusted), ..FurtherApp::numbered(2) }]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let file = |audience: &str| format!("client_id = '{}'\nfederated_audience = '{audience}'\n", id(2));
    private(&stage, "second.toml", &file(AUDIENCE));
    private(&stage, "other.toml", &file("api://AzureADTokenExchange"));
    private(&stage, "slip.toml", &file("two words"));
    apply(&stage, &["slip.toml"], &[]).exited(2).complains(&["federated_audience that cannot be used", "is one word"]);
    apply(&stage, &["second.toml"], &[])
        .exited(2)
        .complains(&["ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set", "id-token: write"]);
    let url = format!("{}/_simulator/job-token?api-version=2.0", stage.simulator.connection().authority);
    let in_job = |arguments: &[&str]| {
        let mut command = stage.command(arguments);
        command.env("ACTIONS_ID_TOKEN_REQUEST_URL", &url);
        command.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "simulated-job-token");
        finish(command)
    };
    in_job(&["doctor", "--playbook", "contain", "--app", "other.toml"]).exited(5).says(&["letter by letter"]);
    in_job(&["apply", "out", "--confirm", "40", "--app", "second.toml"]).succeeded().complains(&["through 2 apps"]);
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 40);
    assert!(by_app(&stage)[&id(2)] > 0, "the second app wrote nothing");
}

#[test]
fn a_run_that_is_gone_on_with_counts_only_what_is_left() {
    let (stage, roster) = stage(20, vec![FurtherApp::numbered(2)]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    stage.kill_after_answers(25, 20, "out", &["apply", "out", "--confirm", "20", "--max-in-flight", "1"]);
    // How many were answered before the kill depends on how many the calls carried; a read may show some more of them.
    let answered = stage.journal("out").iter().filter(|line| line["record"] == "answered").count();
    let ran = apply(&stage, &[&sound(&stage, 2)], &[]).succeeded();
    let number = |before: &str, after: &str| -> usize {
        let (number, _) = ran.err.split_once(before).and_then(|(_, rest)| rest.split_once(after)).expect(&ran.err);
        number.parse().expect(&ran.err)
    };
    let done = number("going on: ", " of 40 writes are done");
    assert!((answered..40).contains(&done), "{}", ran.err);
    assert_eq!(number("through 2 apps: ", " writes left, "), 40 - done);
    stage.judge("out");
}

#[test]
fn the_password_of_a_further_apps_certificate_is_given_or_the_run_does_not_begin() {
    let made = Stage::new();
    let Some(der) = make_pfx(&made, "second") else { return };
    let (stage, roster) = stage(20, vec![FurtherApp { certificates: vec![der], ..FurtherApp::numbered(2) }]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    std::fs::copy(made.path("second.pfx"), stage.path("second.pfx")).unwrap();
    let named = |more: &str| {
        private(&stage, "second.toml", &format!("client_id = '{}'\ncertificate_path = 'second.pfx'\n{more}", id(2)));
    };
    named("");
    apply(&stage, &["second.toml"], &[]).exited(2).complains(&[
        "second.toml names a certificate that cannot be used",
        "none was given",
        "certificate_password_file",
    ]);
    named("certificate_password_env = 'NOT_SET'\n");
    apply(&stage, &["second.toml"], &[]).exited(2).complains(&["the variable NOT_SET, which is not set"]);
    private(&stage, "password", "wrong~password\n");
    named("certificate_password_file = 'password'\n");
    let wrong = apply(&stage, &["second.toml"], &[]).exited(2).complains(&["the password does not open"]);
    assert!(!wrong.err.contains("wrong~password"), "{}", wrong.err);
    named("certificate_password_env = 'SECOND_PASSWORD'\n");
    #[cfg(unix)]
    {
        let path = stage.path("second.pfx");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        apply(&stage, &["second.toml"], &[]).exited(2).complains(&["second.pfx holds a secret that others may read"]);
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    assert!(stage.ledger().writes.is_empty());
    let mut command = stage.command(&["apply", "out", "--confirm", "20", "--app", "second.toml"]);
    command.env("SECOND_PASSWORD", PASSWORD);
    finish(command).succeeded().complains(&["through 2 apps"]);
}

#[test]
fn the_certificate_of_one_app_does_not_let_another_in() {
    let made = Stage::new();
    let Some(der) = make_pfx(&made, "second") else { return };
    let second = FurtherApp { certificates: vec![der], ..FurtherApp::numbered(2) };
    let (stage, roster) = stage(20, vec![second, FurtherApp::numbered(3)]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    std::fs::copy(made.path("second.pem"), stage.path("second.pem")).unwrap();
    private(&stage, "third.toml", &format!("client_id = '{}'\ncertificate_path = 'second.pem'\n", id(3)));
    let named = format!("warning: app {} (third.toml) is left out", id(3));
    apply(&stage, &["third.toml"], &[]).succeeded().complains(&[&named, "AADSTS700027"]);
    assert_eq!(by_app(&stage).keys().collect::<Vec<_>>(), [&CLIENT_ID]);
}

#[test]
fn killed_and_resumed_with_other_apps_no_finished_account_is_touched_again() {
    let (stage, roster) = stage(300, vec![FurtherApp::numbered(2), FurtherApp::numbered(3)]);
    stage.plan(&roster, "breach", "out", &[]).succeeded();
    let (second, third) = (sound(&stage, 2), sound(&stage, 3));
    stage.simulator.hold_after_writes(250);
    let confirm = stage.accounts("out").to_string();
    let mut arguments = vec!["apply", "out", "--confirm", &confirm, "--app", &second];
    arguments.extend(QUOTA);
    let mut child = stage.spawn(&arguments);
    stage.wait_for_writes(250);
    child.kill().unwrap();
    child.wait().unwrap();
    stage.simulator.release();
    let journal = std::fs::read_to_string(stage.path("out/journal.jsonl")).unwrap();
    for number in [1, 2] {
        let app = format!("\"app\":\"{}\"", id(number));
        assert!(journal.contains(&app), "an intent says which app it goes through");
    }
    let before = stage.ledger().writes.len();
    let answered: Vec<Uuid> = finished(&stage);
    apply(&stage, &[&third], &[]).succeeded();
    stage.judge("out");
    assert_eq!(stage.outcomes("out")["done"], 300);
    let ledger = stage.ledger();
    let again = ledger.writes[before..].iter().filter(|write| answered.contains(&write.object_id.unwrap()));
    assert_eq!(again.count(), 0, "a finished account was touched again");
    // What the killed process had sent may still be carried out; what the new one sent is in the journal.
    let journal = std::fs::read_to_string(stage.path("out/journal.jsonl")).unwrap();
    let (_, resumed) = journal.rsplit_once("taken-over").unwrap();
    assert!(!resumed.contains(&id(2).to_string()) && resumed.contains(&id(3).to_string()));
    assert!(by_app(&stage).contains_key(&id(3)));
}

/// The accounts whose revoke was answered, by the journal.
fn finished(stage: &Stage) -> Vec<Uuid> {
    let mut plan = csv::Reader::from_path(stage.path("out/plan.csv")).unwrap();
    let ids: Vec<String> = plan.records().map(|row| row.unwrap()[2].to_owned()).collect();
    let done = stage.journal("out").into_iter().filter(|line| {
        line["record"] == "answered" && line["steps"] == "revoke" && line["answer"]["meaning"] == "accepted"
    });
    done.map(|line| ids[line["row"].as_u64().unwrap() as usize - 1].parse().unwrap()).collect()
}

#[test]
fn a_file_that_cannot_be_used_is_refused_before_anything_is_sent() {
    let (stage, roster) = stage(20, vec![FurtherApp::numbered(2)]);
    stage.plan(&roster, "contain", "out", &[]).succeeded();
    let second = sound(&stage, 2);
    let app = id(2);
    private(&stage, "inline.toml", &format!("client_id = '{app}'\nclient_secret = 'plain~text'\n"));
    private(&stage, "other.toml", &format!("client_id = '{app}'\ntenant_id = '{app}'\nclient_secret_env = 'X'\n"));
    private(&stage, "same.toml", &format!("client_id = '{CLIENT_ID}'\nclient_secret_file = 'app2.secret'\n"));
    private(&stage, "certificate.toml", &format!("client_id = '{app}'\ncertificate_path = 'x.pem'\n"));
    private(&stage, "token.toml", &format!("client_id = '{app}'\nfederated_token_file = 'x.token'\n"));
    let inline =
        apply(&stage, &["inline.toml"], &[]).exited(2).complains(&["inline.toml has a secret written into it"]);
    assert!(!inline.err.contains("plain~text"));
    apply(&stage, &["other.toml"], &[]).exited(4).complains(&["other.toml is for tenant"]);
    apply(&stage, &["same.toml"], &[]).exited(2).complains(&["the app of the environment once more"]);
    apply(&stage, &[&second, &second], &[]).exited(2).complains(&["name the same app"]);
    apply(&stage, &["missing.toml"], &[]).exited(2).complains(&["missing.toml cannot be read"]);
    apply(&stage, &["certificate.toml"], &[]).exited(2).complains(&["x.pem cannot be read"]);
    apply(&stage, &["token.toml"], &[]).exited(2).complains(&["the federated token ", "x.token cannot be read"]);
    let run = ["run", &roster, "--playbook", "contain", "--out", "new", "--confirm", "20", "--app", "inline.toml"];
    stage.run(&run).exited(2).complains(&["a secret written into it"]);
    assert!(!stage.path("new").exists(), "found out before the plan is made");
    #[cfg(unix)]
    {
        std::fs::set_permissions(stage.path("app2.secret"), std::os::unix::fs::PermissionsExt::from_mode(0o644))
            .unwrap();
        apply(&stage, &[&second], &[]).exited(2).complains(&["others may read", "chmod 600"]);
    }
    assert!(stage.ledger().writes.is_empty());
}

#[test]
fn a_drill_shows_several_apps_and_leaves_the_files_that_name_them() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("drill");
    let out = out.to_str().unwrap();
    let ran = finish(bare(&["drill", "--playbook", "contain", "--apps", "3", "--clock-speed", "200", "--out", out]));
    let second = format!("{out}/apps/app2.toml");
    ran.succeeded().complains(&["through 3 apps"]).says(&["--app app2.toml --app app3.toml", &second]);
    let text = std::fs::read_to_string(&second).unwrap();
    assert!(text.contains("client_secret_file") && !text.contains("simulated~"), "{text}");
    // The same file, rehearsed as one's own: its secret is neither needed nor read.
    std::fs::remove_file(format!("{out}/apps/app2.secret")).unwrap();
    finish(bare(&["drill", "--playbook", "contain", "--app", &second, "--clock-speed", "200"]))
        .succeeded()
        .complains(&["through 2 apps"]);
}

#[test]
fn a_simulator_prints_the_files_that_name_its_further_apps() {
    use std::io::{BufRead as _, BufReader};
    let mut command = bare(&["simulate", "--users", "100", "--apps", "2", "--clock-speed", "100", "--json"]);
    let mut simulator =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(simulator.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: serde_json::Value = serde_json::from_str(&line).unwrap();
    let app = &said["further_apps"][0];
    assert_eq!(said["further_apps"].as_array().unwrap().len(), 1);
    let text = std::fs::read_to_string(app["file"].as_str().unwrap()).unwrap();
    assert!(text.contains(app["client_id"].as_str().unwrap()), "{text}");
    simulator.kill().unwrap();
    simulator.wait().unwrap();
}
