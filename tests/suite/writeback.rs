//! New passwords of synced people that are written back to Active Directory, from the plan to the proof, and all that can go
//! wrong on the way.

use std::time::Duration;

use sealoff::digest::Digest;
use sealoff::simulator::{Device, Operation, Permission, Settings, SignInSettings, SimulatedUser, SimulatedWriteback};

use crate::stage::{Ran, Stage, finish};
use crate::tools::need;

const PERSON: &str = "admin.bowen@contoso.onmicrosoft.com";

pub(crate) fn settings(writeback: SimulatedWriteback) -> Settings {
    let device = Device { interval: Duration::ZERO, approved_by: Some(PERSON.to_owned()), ..Device::default() };
    let mut permissions = Permission::usual();
    permissions
        .extend([Permission::UserAuthenticationMethodReadWriteAll, Permission::OnPremDirectorySynchronizationReadAll]);
    Settings {
        hash_sync: Duration::ZERO,
        writeback,
        permissions,
        sign_in: SignInSettings { device, ..SignInSettings::default() },
        ..Settings::default()
    }
}

pub(crate) fn at_once() -> SimulatedWriteback {
    SimulatedWriteback { takes: Duration::ZERO, ..SimulatedWriteback::default() }
}

fn stage(writeback: SimulatedWriteback) -> Stage {
    Stage::at_one_moment(settings(writeback))
}

pub(crate) fn synced(stage: &Stage, count: usize) -> Vec<SimulatedUser> {
    let users = stage.simulator.users().into_iter();
    let found: Vec<_> = users.filter(|user| user.is_synced() && user.account_enabled).take(count).collect();
    assert_eq!(found.len(), count);
    found
}

/// A plan for these people, carried out in the cloud.
pub(crate) fn applied(stage: &Stage, people: &[SimulatedUser], playbook: &str) {
    let roster = stage.roster_of(people);
    stage.plan(&roster, playbook, "out", &["--writeback"]).succeeded();
    stage.apply("out");
}

/// `onprem --writeback`, with the app's secret taken out of the environment and a person at the device.
fn written_back(stage: &Stage, people: usize, more: &[&str]) -> Ran {
    let fingerprint = stage.fingerprint("out").unwrap();
    let confirm = format!("{people}@{}", &fingerprint[..12]);
    let line = ["onprem", "out", "--writeback", "--auth", "device-code", "--confirm", &confirm];
    let mut command = stage.command(&[&line[..], more].concat());
    command.env_remove("AZURE_CLIENT_SECRET");
    finish(command)
}

fn spawned(stage: &Stage, people: usize) -> std::process::Child {
    let fingerprint = stage.fingerprint("out").unwrap();
    let confirm = format!("{people}@{}", &fingerprint[..12]);
    let mut command = stage.command(&["onprem", "out", "--writeback", "--auth", "device-code", "--confirm", &confirm]);
    command.env_remove("AZURE_CLIENT_SECRET");
    command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command.spawn().unwrap()
}

/// The one credential of each row is the password that opens the account.
fn passwords_are_live(stage: &Stage, people: &[SimulatedUser]) {
    let results = stage.results("out");
    for (row, person) in results.values().zip(people) {
        let credentials = stage.credentials(row);
        assert_eq!(credentials.len(), 1, "{row:?}");
        let user = stage.simulator.user(&person.id.to_string()).unwrap();
        assert_eq!(user.password, Some(Digest::of(credentials[0].expose().as_bytes())), "{row:?}");
        for file in ["plan.csv", "plan.json", "journal.jsonl", "results.csv"] {
            let text = std::fs::read_to_string(stage.path("out").join(file)).unwrap();
            assert!(!text.contains(credentials[0].expose()), "{file} has a password in clear");
        }
    }
}

#[test]
fn a_person_has_passwords_written_back_and_they_are_done_when_they_are_read_back() {
    let stage = stage(at_once());
    let people = [synced(&stage, 2), stage.members(1)].concat();
    let roster = stage.roster_of(&people);
    let planned = stage.plan(&roster, "breach", "out", &["--writeback"]).succeeded();
    let planned = planned.says(&["2 people keep their old passwords", "sealoff onprem DIR --writeback"]);
    assert!(!planned.out.contains("--allow-synced") && !planned.out.contains("onprem.csv"), "{}", planned.out);
    assert!(!stage.path("out/onprem.csv").exists(), "the script would overwrite what is written back");
    let before = written_back(&stage, 2, &[]).exited(4);
    before.complains(&["has not begun", "sealoff apply"]);

    let applied = stage.apply("out").exited(3);
    applied.says(&["2 people can still be signed in by the old password", "sealoff onprem out --writeback"]);
    assert_eq!(stage.results("out")[&1]["on_premises"], "pending");

    // An app is refused before anything is sent, with the way that there is.
    let fingerprint = stage.fingerprint("out").unwrap();
    let confirm = format!("2@{}", &fingerprint[..12]);
    let by_app = stage.run(&["onprem", "out", "--writeback", "--confirm", &confirm]).exited(5);
    by_app.complains(&["from a person alone", "--auth device-code", "--ad-key"]);
    assert!(!stage.ledger().writes.iter().any(|write| matches!(write.operation, Operation::ResetThere { .. })));
    for (confirm, said) in
        [("3@".to_owned() + &fingerprint[..12], "2 people"), ("2@0123456789ab".to_owned(), "does not fit")]
    {
        stage.run(&["onprem", "out", "--writeback", "--confirm", &confirm]).exited(4).complains(&[said]);
    }

    let ran = written_back(&stage, 2, &[]).exited(3);
    ran.says(&["2 new passwords were accepted by Active Directory", "sealoff verify"]);
    let results = stage.results("out");
    assert_eq!((&*results[&1]["outcome"], &*results[&1]["on_premises"]), ("uncertain", "accepted"));
    assert!(results[&1]["detail"].contains("accepted, not confirmed"), "{:?}", results[&1]);
    let status = stage.run(&["status", "out"]).exited(3);
    let status =
        status.says(&["2 new passwords were accepted by Active Directory and are not confirmed", "sealoff verify out"]);
    assert!(!status.out.contains("Treat the uncertain"), "{}", status.out);

    // What is last is the end of the sessions.
    let ledger = stage.ledger();
    for person in &people[..2] {
        let writes: Vec<_> = ledger.writes_to(person.id).map(|write| &write.operation).collect();
        assert!(
            matches!(writes[..], [Operation::Revoke, Operation::ResetThere { .. }, Operation::Revoke]),
            "{writes:?}"
        );
        assert!(stage.simulator.user(&person.id.to_string()).unwrap().force_change_password);
    }
    stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
    // The results say so without being made again.
    let results = stage.results("out");
    assert_eq!((&*results[&1]["outcome"], &*results[&1]["on_premises"]), ("done", "done"));
    passwords_are_live(&stage, &people);
    stage.run(&["unseal", "out/handoff/default.csv.age", "-i", "key.txt", "-o", "-"]);
    let again = written_back(&stage, 2, &[]).succeeded();
    again.says(&["No new password is left"]);
}

#[test]
fn killed_at_every_write_no_password_is_lost_and_one_is_live() {
    for writes in 1..=4 {
        let stage = stage(at_once());
        let people = synced(&stage, 2);
        applied(&stage, &people, "breach");
        let before = stage.ledger().writes.len() as u64;
        stage.simulator.hold_after_writes(before + writes);
        let mut child = spawned(&stage, 2);
        stage.wait_for_writes(before + writes);
        child.kill().unwrap();
        child.wait().unwrap();
        stage.simulator.release();
        stage.run(&["results", "out"]);
        for (number, row) in stage.results("out") {
            assert_ne!(row["outcome"], "done", "after {writes} writes, row {number}");
            let user = stage.simulator.user(&row["object_id"]).unwrap();
            let sealed = stage.credentials(&row);
            let is_new = user.last_password_change != people[number as usize - 1].last_password_change;
            let is_known = sealed.iter().any(|one| user.password == Some(Digest::of(one.expose().as_bytes())));
            assert!(!is_new || is_known, "after {writes} writes the live password of row {number} is lost");
        }
        let left = stage.run(&["status", "out"]).out;
        let ran = written_back(&stage, 2, &[]);
        let ran = if ran.code == Some(4) { written_back(&stage, 1, &[]) } else { ran };
        assert!(matches!(ran.code, Some(3)), "after {writes} writes: {ran:?}\n{left}");
        stage.run(&["verify", "out", "--wait", "0s"]).succeeded();
        stage.run(&["results", "out"]).succeeded();
        passwords_are_live(&stage, &people);
    }
}

#[test]
fn what_goes_wrong_is_said_by_person_and_is_never_done() {
    // Active Directory refuses one of two.
    let probe = stage(at_once());
    let people = synced(&probe, 2);
    let refused = SimulatedWriteback { refused: [people[0].id].into(), ..at_once() };
    let refusing = stage(refused);
    applied(&refusing, &people, "breach");
    let ran = written_back(&refusing, 2, &[]).exited(3);
    ran.says(&["1 new password was accepted", "1 was refused"]);
    let results = refusing.results("out");
    assert_eq!((&*results[&1]["outcome"], &*results[&1]["on_premises"]), ("old-password", "failed"));
    assert!(results[&1]["detail"].contains("does not meet the policy of the on-premises domain"), "{:?}", results[&1]);
    assert_eq!(results[&1]["sealed_credential"], "", "it opens nothing");
    assert_eq!(results[&2]["on_premises"], "accepted");
    refusing.run(&["verify", "out", "--wait", "0s"]).exited(3).says(&["1 person can still be signed in"]);

    // Graph forgets its operations: accepted, and no end is seen.
    let forgetful = stage(SimulatedWriteback { forgets_operations: true, ..at_once() });
    applied(&forgetful, &people[..1], "breach");
    written_back(&forgetful, 1, &[]).exited(3).says(&["it is not known"]);
    let results = forgetful.results("out");
    assert_eq!((&*results[&1]["outcome"], &*results[&1]["on_premises"]), ("uncertain", "uncertain"));
    // Once more: another password, after the first can no longer arrive. Both stay sealed.
    written_back(&forgetful, 1, &[]).exited(3);
    assert_eq!(forgetful.credentials(&forgetful.results("out")[&1]).len(), 2);

    // It is off.
    let off = stage(SimulatedWriteback { enabled: false, ..at_once() });
    let six = synced(&off, 6);
    applied(&off, &six, "breach");
    let ran = written_back(&off, 6, &["--json"]).exited(3);
    ran.complains(&["password writeback is off", "went wrong 5 times"]);
    let outcomes = off.outcomes("out");
    // Whose operation was begun when the work stopped is not known.
    assert!(outcomes["old-password"] >= 5 && !outcomes.contains_key("done"), "{outcomes:?}");
}

#[test]
fn who_the_run_found_otherwise_than_the_plan_gets_no_password() {
    let stage = stage(at_once());
    // One of them alone is too few to stop a run.
    let people = synced(&stage, 25);
    let roster = stage.roster_of(&people);
    stage.plan(&roster, "breach", "out", &["--writeback"]).succeeded();
    let name = people[0].user_principal_name.clone();
    stage.simulator.change(people[0].id, |user| user.user_principal_name = format!("new.{name}").into());
    stage.apply("out").exited(3).says(&["1 of these is no longer what the plan says"]);
    stage.simulator.change(people[0].id, |user| user.user_principal_name = name);
    let before = stage.simulator.user(&people[0].id.to_string()).unwrap().password;
    written_back(&stage, stage.accounts("out") as usize - 1, &[]).exited(3).complains(&["1 person is left out"]);
    assert_eq!(stage.simulator.user(&people[0].id.to_string()).unwrap().password, before);
    assert_eq!(stage.results("out")[&1]["outcome"], "refused");
}

#[test]
fn who_may_not_is_refused_before_anything_is_sent() {
    let stage = stage(at_once());
    let people = synced(&stage, 2);
    // A plan whose script sets the passwords.
    let roster = stage.roster_of(&people);
    stage.plan(&roster, "breach", "script", &[]).succeeded();
    let ran = stage.run(&["onprem", "script", "--writeback", "--confirm", "2@0123456789ab"]).exited(4);
    ran.complains(&["made without --writeback"]);
    for (playbook, more, said) in [
        ("contain", vec!["--writeback"], "sets no password"),
        ("reinstate", vec!["--writeback"], "--ad-key"),
        ("breach", vec!["--writeback", "--allow-synced"], "--allow-synced"),
    ] {
        let ran = stage.plan(&roster, playbook, "no", &more);
        assert!(matches!(ran.code, Some(2 | 4)), "{playbook}: {ran:?}");
        ran.complains(&[said]);
    }
    stage.run(&["onprem", "out"]).exited(2).complains(&["--results"]);

    // Who is no longer synced has the password in the cloud now.
    applied(&stage, &people, "breach");
    assert!(stage.simulator.change(people[0].id, |user| user.on_premises.as_mut().unwrap().sync_enabled = false));
    let ran = written_back(&stage, 2, &[]).exited(3);
    ran.complains(&["no longer what the plan says", &people[0].user_principal_name]);
    assert!(!stage.ledger().writes_to(people[0].id).any(|w| matches!(w.operation, Operation::ResetThere { .. })));
    assert_eq!(stage.results("out")[&2]["on_premises"], "accepted");
}

#[test]
fn a_token_without_the_permission_is_refused_by_name() {
    let mut settings = settings(at_once());
    settings.permissions.remove(&Permission::UserAuthenticationMethodReadWriteAll);
    let stage = Stage::at_one_moment(settings);
    let people = synced(&stage, 1);
    applied(&stage, &people, "breach");
    let ran = written_back(&stage, 1, &[]).exited(5);
    ran.complains(&["UserAuthenticationMethod.ReadWrite.All", "Delegated permissions"]);
}

#[test]
fn the_doctor_says_whether_it_is_on_how_many_are_synced_and_what_the_key_of_active_directory_is() {
    for (enabled, said) in [(true, "passwords are written back"), (false, "passwords are not written back")] {
        let stage = stage(SimulatedWriteback { enabled, ..at_once() });
        let number = stage.simulator.users().iter().filter(|user| user.is_synced()).count();
        let mut command = stage.command(&["doctor", "--playbook", "signout", "--auth", "device-code"]);
        command.env_remove("AZURE_CLIENT_SECRET");
        let ran = finish(command);
        ran.says(&[said, &format!("{number} accounts are synced"), "their passwords were last brought here"]);
    }
    if !need(&["openssl"]) {
        return;
    }
    let stage = Stage::new();
    let certificate = |name: &str, days: &str, usage: &str| {
        let line = format!(
            "req -x509 -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.pem -days {days} -subj /CN={name}"
        );
        let made = std::process::Command::new("openssl")
            .args(line.split(' '))
            .args(["-addext", "keyUsage=keyEncipherment", "-addext", usage])
            .current_dir(stage.folder.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
    };
    certificate("good", "300", "extendedKeyUsage=1.3.6.1.4.1.311.80.1");
    certificate("soon", "9", "extendedKeyUsage=1.3.6.1.4.1.311.80.1");
    certificate("mail", "300", "extendedKeyUsage=emailProtection");
    let key = stage.recipient();
    let doctor = |ad: &str| stage.run(&["doctor", "--playbook", "breach", "--seal-to", &key, "--ad-key", ad]);
    doctor("good.pem").says(&["CN=good", "expires", "onprem.ps1 -WhatIf"]);
    doctor("soon.pem").says(&["CN=soon", "it ends in"]);
    doctor("mail.pem").exited(5).says(&["1.3.6.1.4.1.311.80.1"]);
    stage.write(
        "file.toml",
        format!("[handoff.default]\nkeys = [\"{key}\"]\n[handoff.active-directory]\nkeys = [\"good.pem\"]\n"),
    );
    stage.run(&["doctor", "--playbook", "breach", "--recipients", "file.toml"]).says(&["ad-key", "CN=good"]);
}

#[test]
fn who_leaves_is_disabled_by_the_script_and_reset_by_writeback() {
    let stage = stage(at_once());
    let people = synced(&stage, 1);
    applied(&stage, &people, "offboard");
    let list = std::fs::read_to_string(stage.path("out/onprem.csv")).unwrap();
    assert!(list.contains(",disable,") && !list.contains("reset"), "{list}");
    written_back(&stage, 1, &[]).exited(3);
    stage.run(&["verify", "out", "--wait", "0s"]);
    stage.run(&["results", "out"]);
    assert_eq!(stage.results("out")[&1]["on_premises"], "partly", "the script has not disabled the account");
}

#[test]
fn a_run_that_writes_passwords_back_is_undone_like_any_other() {
    let stage = stage(at_once());
    let people = [stage.members(1), synced(&stage, 1)].concat();
    applied(&stage, &people, "offboard");
    written_back(&stage, 1, &[]);
    let are_in = || {
        let user = |person: &SimulatedUser| stage.simulator.user(&person.id.to_string()).unwrap();
        people.iter().filter(|person| user(person).account_enabled).count()
    };
    assert_eq!(are_in(), 0);
    let key = stage.recipient();
    let with_reset = ["undo", "out", "--out", "reset", "--reset", "--seal-to", &key];
    stage.run(&with_reset).succeeded().says(&["1 unblock"]);
    stage.run(&["undo", "out", "--out", "back"]).succeeded().says(&["2 unblock"]);
    stage.apply("back");
    assert_eq!(are_in(), 2);
}
